/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Sets an event device up from a plan, over the public API only. See device.h.
 *
 * Order that matters: all ports and queues before any link, links before the start, the
 * device's own scheduler service before the start too (event_sw refuses to start without).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_errno.h>

#include "compat.h"
#include "device.h"
#include "quirks.h"

/*
 * Events of one queue whose order the device restores at a time. Devices have few sequence
 * numbers (a DLB has groups of 64 to 1024 per queue) and are asked for no more than this.
 */
#define ORDER_SEQUENCES 1024

#define REASON(d, ...) snprintf((d)->reason, DEVICE_REASON_BYTES, __VA_ARGS__)

static int
refused(struct device *d, const char *call, int ret)
{
	if (ret >= 0)
		ret = rte_errno != 0 ? -abs(rte_errno) : -EIO;
	REASON(d, "%s: %s failed: %s (%d)", d->name, call, strerror(-ret), ret);
	return ret;
}

static int
lacks(struct device *d, const char *what)
{
	REASON(d, "%s has no %s", d->name, what);
	return -ENOTSUP;
}

static void
list_devices(char *text, size_t size)
{
	struct rte_event_dev_info info;
	size_t used = 0;
	uint8_t id;

	text[0] = '\0';
	for (id = 0; id < rte_event_dev_count() && used < size; id++)
		if (rte_event_dev_info_get(id, &info) == 0)
			used += (size_t)snprintf(text + used, size - used, " %u:%s", id,
						 info.driver_name);
}

int
device_find(struct device *d, const char *name)
{
	char list[128];
	int id = name != NULL ? rte_event_dev_get_dev_id(name) : rte_event_dev_count() - 1;

	memset(d, 0, sizeof(*d));
	snprintf(d->name, sizeof(d->name), "%s", name != NULL ? name : "event device 0");
	if (id < 0) {
		list_devices(list, sizeof(list));
		REASON(d, "there is no %s; devices by number and driver:%s", d->name,
		       list[0] != '\0' ? list : " none (give EAL one, e.g. --vdev=event_sw0)");
		return -ENODEV;
	}
	d->id = name != NULL ? (uint8_t)id : 0;
	id = rte_event_dev_info_get(d->id, &d->info);
	if (id == 0 && name == NULL)
		snprintf(d->name, sizeof(d->name), "%s", d->info.driver_name);
	return id;
}

const char *
device_type_name(char type)
{
	switch (type) {
	case 'o':
		return "ordered";
	case 'a':
		return "atomic";
	case 'p':
		return "parallel";
	default:
		return "directed";
	}
}

uint8_t
device_plan_port(struct device_plan *plan, enum port_role role, uint8_t queue)
{
	plan->port[plan->nb_ports].role = role;
	plan->port[plan->nb_ports].queue = queue;
	return (uint8_t)plan->nb_ports++;
}

static unsigned int
count_directed(const struct device_plan *plan)
{
	unsigned int i, n = 0;

	for (i = 0; i < plan->nb_queues; i++)
		n += plan->queue[i] == 'd';
	return n;
}

static int
check_capabilities(struct device *d, const struct device_plan *plan)
{
	unsigned int directed = count_directed(plan), i;
	unsigned int links = plan->links != 0 ? plan->links : plan->nb_queues - directed;
	uint32_t cap = d->info.event_dev_cap;
	char what[48];

	for (i = 0; i < plan->nb_queues; i++) {
		if (plan->queue[i] == 'd' || !compat_lacks_type(&d->info, plan->queue[i]))
			continue;
		snprintf(what, sizeof(what), "%s queues", device_type_name(plan->queue[i]));
		return lacks(d, what);
	}
	if (plan->all_types && (cap & RTE_EVENT_DEV_CAP_QUEUE_ALL_TYPES) == 0)
		return lacks(d, "queues of all types (QUEUE_ALL_TYPES)");
	if (plan->explicit_release && (cap & RTE_EVENT_DEV_CAP_IMPLICIT_RELEASE_DISABLE) == 0)
		return lacks(d, "way to switch implicit release off (IMPLICIT_RELEASE_DISABLE)");
	if (links > 1 && (cap & RTE_EVENT_DEV_CAP_MULTIPLE_QUEUE_PORT) == 0)
		return lacks(d, "ports with several queues (MULTIPLE_QUEUE_PORT)");
	if (plan->burst > 1 && (cap & RTE_EVENT_DEV_CAP_BURST_MODE) == 0)
		return lacks(d, "bursts (BURST_MODE)");
	if (plan->burst > d->info.max_event_port_dequeue_depth ||
	    plan->burst > d->info.max_event_port_enqueue_depth) {
		REASON(d, "%s takes no bursts of %u: its ports enqueue up to %u, dequeue up to %u",
		       d->name, plan->burst, d->info.max_event_port_enqueue_depth,
		       d->info.max_event_port_dequeue_depth);
		return -ENOTSUP;
	}
	return 0;
}

static int
configure(struct device *d, const struct device_plan *plan)
{
	struct rte_event_dev_config conf = {
		.dequeue_timeout_ns = d->info.min_dequeue_timeout_ns,
		.nb_events_limit = d->info.max_num_events,
		.nb_event_queues = (uint8_t)plan->nb_queues,
		.nb_event_ports = (uint8_t)plan->nb_ports,
		.nb_event_queue_flows = RTE_MIN(plan->flows, d->info.max_event_queue_flows),
		.nb_event_port_dequeue_depth = d->info.max_event_port_dequeue_depth,
		.nb_event_port_enqueue_depth = d->info.max_event_port_enqueue_depth,
	};
	int ret;

	if (d->info.max_single_link_event_port_queue_pairs != 0)
		conf.nb_single_link_event_port_queues = (uint8_t)count_directed(plan);
	ret = rte_event_dev_configure(d->id, &conf);
	if (ret == -EINVAL) {
		REASON(d, "%s has no room for %u queues (%u directed) and %u ports", d->name,
		       plan->nb_queues, count_directed(plan), plan->nb_ports);
		return -ENOTSUP;
	}
	return ret < 0 ? refused(d, "configure", ret) : 0;
}

static int
setup_queue(struct device *d, const struct device_plan *plan, uint8_t q)
{
	uint32_t flows = RTE_MIN(plan->flows, d->info.max_event_queue_flows);
	struct rte_event_queue_conf conf = {
		.nb_atomic_flows = flows,
		.nb_atomic_order_sequences = RTE_MIN(flows, (uint32_t)ORDER_SEQUENCES),
		.priority = RTE_EVENT_DEV_PRIORITY_NORMAL,
	};
	char what[48];
	int ret;

	switch (plan->queue[q]) {
	case 'o':
		conf.schedule_type = RTE_SCHED_TYPE_ORDERED;
		break;
	case 'p':
		conf.schedule_type = RTE_SCHED_TYPE_PARALLEL;
		break;
	default:
		conf.schedule_type = RTE_SCHED_TYPE_ATOMIC;
	}
	if (plan->queue[q] == 'd')
		conf.event_queue_cfg = RTE_EVENT_QUEUE_CFG_SINGLE_LINK;
	else if (plan->all_types)
		conf.event_queue_cfg = RTE_EVENT_QUEUE_CFG_ALL_TYPES;
	ret = rte_event_queue_setup(d->id, q, &conf);
	if (ret == -ENOTSUP) {
		snprintf(what, sizeof(what), "%s queues", device_type_name(plan->queue[q]));
		return lacks(d, what);
	}
	/* event_opdl says 1 when it has done as it was told. */
	return ret < 0 ? refused(d, "queue set-up", ret) : 0;
}

static int
setup_port(struct device *d, const struct device_plan *plan, uint8_t p)
{
	static const uint32_t hint[] = {
		[PORT_PRODUCER] = RTE_EVENT_PORT_CFG_HINT_PRODUCER,
		[PORT_WORKER] = RTE_EVENT_PORT_CFG_HINT_WORKER,
		[PORT_DIRECTED] = RTE_EVENT_PORT_CFG_HINT_CONSUMER,
	};
	enum port_role role = plan->port[p].role;
	struct rte_event_port_conf conf;
	int ret = rte_event_port_default_conf_get(d->id, p, &conf);

	if (ret < 0)
		return refused(d, "default port configuration", ret);
	conf.dequeue_depth = (uint16_t)RTE_MAX(conf.dequeue_depth, plan->burst);
	conf.enqueue_depth = (uint16_t)RTE_MAX(conf.enqueue_depth, plan->burst);
	conf.new_event_threshold = d->info.max_num_events;
	if (plan->inflight > 0 && plan->inflight < conf.new_event_threshold)
		conf.new_event_threshold = plan->inflight;
	conf.event_port_cfg = hint[role];
	if (role == PORT_DIRECTED && d->info.max_single_link_event_port_queue_pairs != 0)
		conf.event_port_cfg |= RTE_EVENT_PORT_CFG_SINGLE_LINK;
	if (plan->explicit_release)
		conf.event_port_cfg |= RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL;
	if (plan->shuffle && role == PORT_WORKER)
		conf.event_port_cfg |= compat_independent_enqueue(&d->info);
	ret = rte_event_port_setup(d->id, p, &conf);
	return ret != 0 ? refused(d, "port set-up", ret) : 0;
}

static bool
serves(const struct device_plan *plan, uint8_t p, uint8_t q)
{
	uint8_t first = plan->port[p].queue;

	if (plan->port[p].role == PORT_DIRECTED)
		return q == first;
	return plan->port[p].role == PORT_WORKER && plan->queue[q] != 'd' &&
	       (plan->links == 0 || (q >= first && q < first + plan->links));
}

static int
link_port(struct device *d, const struct device_plan *plan, uint8_t p)
{
	uint8_t queue[DEVICE_MAX_QUEUES], q;
	uint16_t n = 0;
	int ret;

	for (q = 0; q < plan->nb_queues; q++)
		if (serves(plan, p, q))
			queue[n++] = q;
	if (n == 0)
		return 0;
	rte_errno = 0;
	ret = rte_event_port_link(d->id, p, queue, NULL, n);
	return ret != n ? refused(d, "link", RTE_MIN(ret, 0)) : 0;
}

static int
setup_all(struct device *d, const struct device_plan *plan)
{
	uint8_t i;
	int ret = 0;

	for (i = 0; i < plan->nb_queues && ret == 0; i++)
		ret = setup_queue(d, plan, i);
	for (i = 0; i < plan->nb_ports && ret == 0; i++)
		ret = setup_port(d, plan, i);
	for (i = 0; i < plan->nb_ports && ret == 0; i++)
		ret = link_port(d, plan, i);
	return ret;
}

static void
count_flushed(uint8_t dev_id, struct rte_event ev, void *arg)
{
	struct device *d = arg;

	(void)dev_id;
	(void)ev;
	atomic_fetch_add(&d->flushed, 1);
}

static int
start(struct device *d)
{
	uint32_t service;
	int ret;

	if (rte_event_dev_service_id_get(d->id, &service) == 0) {
		ret = services_add(&d->services, service);
		if (ret != 0)
			return refused(d, "running the device's service", ret);
	}
	rte_event_dev_stop_flush_callback_register(d->id, count_flushed, d);
	ret = rte_event_dev_start(d->id);
	if (ret != 0) {
		services_stop(&d->services);
		return refused(d, "start", ret);
	}
	d->started = true;
	return 0;
}

int
device_start(struct device *d, const struct device_plan *plan)
{
	uint64_t begun = 0;
	unsigned int round;
	int ret = rte_event_dev_info_get(d->id, &d->info);

	if (ret != 0)
		return refused(d, "info", ret);
	d->needs_maintain = (d->info.event_dev_cap & RTE_EVENT_DEV_CAP_MAINTENANCE_FREE) == 0;
	atomic_store(&d->flushed, 0);
	ret = check_capabilities(d, plan);
	if (ret == 0 && quirks_before_configure(d) != 0)
		ret = refused(d, "creating the device anew", -EIO);
	for (round = 0; round < quirks_setup_rounds(d) && ret == 0; round++) {
		begun = rte_rdtsc();
		ret = configure(d, plan);
		if (ret == 0)
			ret = setup_all(d, plan);
	}
	if (ret == 0)
		ret = start(d);
	d->bring_up_ticks = rte_rdtsc() - begun;
	return ret;
}

void
device_stop(struct device *d)
{
	if (!d->started)
		return;
	rte_event_dev_stop(d->id);
	services_stop(&d->services);
	rte_event_dev_stop_flush_callback_register(d->id, NULL, NULL);
	d->started = false;
}

void
device_dump(const struct device *d, FILE *out)
{
	fprintf(out, "What %s says of itself:\n", d->name);
	if (rte_event_dev_dump(d->id, out) != 0)
		fprintf(out, "(nothing)\n");
}

void
device_idle(const struct device *d, uint8_t port)
{
	if (d->needs_maintain)
		rte_event_maintain(d->id, port, RTE_EVENT_DEV_MAINT_OP_FLUSH);
}
