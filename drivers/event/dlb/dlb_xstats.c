/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Extended statistics, under the names that monitoring tools know from DPDK's own DLB driver as
 * far as they apply. A statistic is a row of a table: name, how to get it, and of which counter.
 *
 * Ids are stable: device rows, then the rows of each possible port, then those of each queue.
 * Invariant: nothing here writes what the data path writes; a reset remembers a base.
 */

#include "dlb_priv.h"

#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "bus/dlb_atomic.h"

struct xstat {
	const char *name;
	uint64_t (*get)(struct dlb_dev *dev, unsigned int object, size_t counter);
	size_t counter; /* offset in struct dlb_port_stats */
};

/* --- ports -------------------------------------------------------------------------------------- */

static uint64_t
counter_of(struct dlb_dev *dev, unsigned int port, size_t counter)
{
	const struct dlb_port *dp_port;
	const uint8_t *base = (const uint8_t *)&dev->stats_base[port];

	if (port >= dev->setup.nb_ports || dev->data->ports[port] == NULL)
		return 0;
	dp_port = dev->data->ports[port];
	return dlb_load_relaxed((const uint64_t *)((const uint8_t *)&dp_port->stats + counter)) -
	       *(const uint64_t *)(base + counter);
}

static uint64_t
port_counter(struct dlb_dev *dev, unsigned int port, size_t counter)
{
	return counter_of(dev, port, counter);
}

static uint64_t
port_tx_ok(struct dlb_dev *dev, unsigned int port, size_t counter)
{
	RTE_SET_USED(counter);
	return counter_of(dev, port, offsetof(struct dlb_port_stats, tx_new)) +
	       counter_of(dev, port, offsetof(struct dlb_port_stats, tx_fwd)) +
	       counter_of(dev, port, offsetof(struct dlb_port_stats, tx_rel));
}

static uint64_t
port_is_configured(struct dlb_dev *dev, unsigned int port, size_t counter)
{
	RTE_SET_USED(counter);
	return dev->setup.ports[port].is_set_up;
}

static uint64_t
port_is_load_balanced(struct dlb_dev *dev, unsigned int port, size_t counter)
{
	RTE_SET_USED(counter);
	return dev->hw.domain >= 0 && port < dev->setup.nb_ports &&
	       !dev->plan.ports[port].is_directed;
}

static uint64_t
port_hw_id(struct dlb_dev *dev, unsigned int port, size_t counter)
{
	RTE_SET_USED(counter);
	return dev->hw.lanes[port][0].id;
}

static uint64_t
port_held(struct dlb_dev *dev, unsigned int port, size_t counter)
{
	RTE_SET_USED(counter);
	if (dev->hw.domain < 0 || port >= dev->setup.nb_ports || dev->data->ports[port] == NULL)
		return 0;
	return dlb_dp_port_held(dev->data->ports[port]);
}

#define PORT_COUNTER(stat, member)                                          \
	{                                                                   \
		stat, port_counter, offsetof(struct dlb_port_stats, member) \
	}

static const struct xstat port_xstats[] = {
	{ "is_configured", port_is_configured, 0 },
	{ "is_load_balanced", port_is_load_balanced, 0 },
	{ "hw_id", port_hw_id, 0 },
	{ "tx_ok", port_tx_ok, 0 },
	PORT_COUNTER("tx_new", tx_new),
	PORT_COUNTER("tx_fwd", tx_fwd),
	PORT_COUNTER("tx_rel", tx_rel),
	PORT_COUNTER("tx_implicit_rel", tx_implicit_rel),
	PORT_COUNTER("tx_sched_ordered", tx_sched[DLB_SCHED_ORDERED]),
	PORT_COUNTER("tx_sched_unordered", tx_sched[DLB_SCHED_UNORDERED]),
	PORT_COUNTER("tx_sched_atomic", tx_sched[DLB_SCHED_ATOMIC]),
	PORT_COUNTER("tx_sched_directed", tx_sched[DLB_SCHED_DIRECTED]),
	PORT_COUNTER("tx_invalid", tx_invalid),
	PORT_COUNTER("tx_nospc_dir_hw_credits", tx_nospc_dir_hw_credits),
	PORT_COUNTER("tx_nospc_new_event_limit", tx_nospc_new_event_limit),
	PORT_COUNTER("tx_ring_full", tx_ring_full),
	PORT_COUNTER("tx_parked", tx_parked),
	PORT_COUNTER("total_polls", total_polls),
	PORT_COUNTER("zero_polls", zero_polls),
	PORT_COUNTER("rx_ok", rx_ok),
	PORT_COUNTER("rx_sched_ordered", rx_sched[DLB_SCHED_ORDERED]),
	PORT_COUNTER("rx_sched_unordered", rx_sched[DLB_SCHED_UNORDERED]),
	PORT_COUNTER("rx_sched_atomic", rx_sched[DLB_SCHED_ATOMIC]),
	PORT_COUNTER("rx_sched_directed", rx_sched[DLB_SCHED_DIRECTED]),
	PORT_COUNTER("rx_interrupt_wait", rx_interrupt_wait),
	{ "outstanding_releases", port_held, 0 },
};

/* --- queues ------------------------------------------------------------------------------------- */

static uint64_t
queue_is_configured(struct dlb_dev *dev, unsigned int queue, size_t counter)
{
	RTE_SET_USED(counter);
	return dev->setup.queues[queue].is_set_up;
}

static uint64_t
queue_is_load_balanced(struct dlb_dev *dev, unsigned int queue, size_t counter)
{
	RTE_SET_USED(counter);
	return dev->hw.domain >= 0 && queue < dev->setup.nb_queues &&
	       !dev->plan.queues[queue].is_directed;
}

static uint64_t
queue_hw_id(struct dlb_dev *dev, unsigned int queue, size_t counter)
{
	RTE_SET_USED(counter);
	return dev->hw.qid[queue];
}

static uint64_t
queue_num_links(struct dlb_dev *dev, unsigned int queue, size_t counter)
{
	uint64_t nb = 0;

	RTE_SET_USED(counter);
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		nb += dev->setup.ports[port].links[queue].is_linked;
	return nb;
}

static uint64_t
queue_sched_type(struct dlb_dev *dev, unsigned int queue, size_t counter)
{
	RTE_SET_USED(counter);
	return dev->data->queues_cfg[queue].schedule_type;
}

/* Waiting in the device, not in consumer queues; only the primary process can ask the device. */
static uint64_t
queue_current_depth(struct dlb_dev *dev, unsigned int queue, size_t counter)
{
	int depth;

	RTE_SET_USED(counter);
	if (dev->hw.domain < 0 || queue >= dev->setup.nb_queues)
		return 0;
	depth = dlb_queue_depth(dev, queue);
	return depth < 0 ? 0 : depth;
}

static const struct xstat queue_xstats[] = {
	{ "is_configured", queue_is_configured, 0 },
	{ "is_load_balanced", queue_is_load_balanced, 0 },
	{ "hw_id", queue_hw_id, 0 },
	{ "num_links", queue_num_links, 0 },
	{ "sched_type", queue_sched_type, 0 },
	{ "current_depth", queue_current_depth, 0 },
};

/* --- device ------------------------------------------------------------------------------------- */

static uint64_t
dev_counter(struct dlb_dev *dev, unsigned int object, size_t counter)
{
	uint64_t sum = 0;

	RTE_SET_USED(object);
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		sum += counter_of(dev, port, counter);
	return sum;
}

static uint64_t
dev_tx_ok(struct dlb_dev *dev, unsigned int object, size_t counter)
{
	uint64_t sum = 0;

	RTE_SET_USED(object);
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		sum += port_tx_ok(dev, port, counter);
	return sum;
}

static uint64_t
dev_nb_events_limit(struct dlb_dev *dev, unsigned int object, size_t counter)
{
	RTE_SET_USED(object);
	RTE_SET_USED(counter);
	return dev->data->dev_conf.nb_events_limit;
}

uint32_t
dlb_nb_events(const struct dlb_dev *dev)
{
	uint32_t taken, kept = 0;

	if (dev->hw.domain < 0)
		return 0;
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		if (dev->data->ports[port] != NULL)
			kept += dlb_dp_port_kept(dev->data->ports[port]);
	taken = dlb_dp_in_system(&dev->dp);
	/* Ports may be at work: what was counted first may have been given back since. */
	return taken > kept ? taken - kept : 0;
}

static uint64_t
dev_inflight_events(struct dlb_dev *dev, unsigned int object, size_t counter)
{
	RTE_SET_USED(object);
	RTE_SET_USED(counter);
	return dlb_nb_events(dev);
}

static uint64_t
dev_ldb_pool_size(struct dlb_dev *dev, unsigned int object, size_t counter)
{
	RTE_SET_USED(object);
	RTE_SET_USED(counter);
	return dlb_dev_limits(dev)->ldb_credits;
}

static uint64_t
dev_dir_pool_size(struct dlb_dev *dev, unsigned int object, size_t counter)
{
	RTE_SET_USED(object);
	RTE_SET_USED(counter);
	return dlb_dev_limits(dev)->dir_credits;
}

#define DEV_COUNTER(stat, member)                                          \
	{                                                                  \
		stat, dev_counter, offsetof(struct dlb_port_stats, member) \
	}

static const struct xstat dev_xstats[] = {
	DEV_COUNTER("rx_ok", rx_ok),
	{ "tx_ok", dev_tx_ok, 0 },
	DEV_COUNTER("total_polls", total_polls),
	DEV_COUNTER("zero_polls", zero_polls),
	DEV_COUNTER("tx_invalid", tx_invalid),
	DEV_COUNTER("tx_nospc_dir_hw_credits", tx_nospc_dir_hw_credits),
	DEV_COUNTER("tx_nospc_new_event_limit", tx_nospc_new_event_limit),
	DEV_COUNTER("tx_ring_full", tx_ring_full),
	{ "nb_events_limit", dev_nb_events_limit, 0 },
	{ "inflight_events", dev_inflight_events, 0 },
	{ "ldb_pool_size", dev_ldb_pool_size, 0 },
	{ "dir_pool_size", dev_dir_pool_size, 0 },
};

/* --- ids ---------------------------------------------------------------------------------------- */

#define FIRST_PORT_ID  ((uint64_t)RTE_DIM(dev_xstats))
#define FIRST_QUEUE_ID (FIRST_PORT_ID + DLB_MAX_EVENT_PORTS * RTE_DIM(port_xstats))

/* The statistics of one object: which rows, how names begin, and the id of the first. */
struct scope {
	const struct xstat *xstats;
	unsigned int nb;
	unsigned int object;
	uint64_t first_id;
	const char *prefix;
};

static int
scope_get(const struct dlb_dev *dev, enum rte_event_dev_xstats_mode mode, unsigned int object,
	  struct scope *scope)
{
	switch (mode) {
	case RTE_EVENT_DEV_XSTATS_DEVICE:
		*scope = (struct scope){ dev_xstats, RTE_DIM(dev_xstats), 0, 0, "dev_" };
		return 0;
	case RTE_EVENT_DEV_XSTATS_PORT:
		*scope =
			(struct scope){ port_xstats, RTE_DIM(port_xstats), object,
					FIRST_PORT_ID + object * RTE_DIM(port_xstats), "port_%u_" };
		return object < dev->setup.nb_ports ? 0 : -EINVAL;
	case RTE_EVENT_DEV_XSTATS_QUEUE:
		*scope = (struct scope){ queue_xstats, RTE_DIM(queue_xstats), object,
					 FIRST_QUEUE_ID + object * RTE_DIM(queue_xstats),
					 "qid_%u_" };
		return object < dev->setup.nb_queues ? 0 : -EINVAL;
	}
	return -EINVAL;
}

static uint64_t
xstat_get(struct dlb_dev *dev, const struct scope *scope, unsigned int row)
{
	return scope->xstats[row].get(dev, scope->object, scope->xstats[row].counter);
}

static void
xstat_name(const struct scope *scope, unsigned int row, char *name, size_t size)
{
	size_t len;

	if (scope->xstats == dev_xstats)
		len = snprintf(name, size, "%s", scope->prefix);
	else
		len = snprintf(name, size, scope->xstats == port_xstats ? "port_%u_" : "qid_%u_",
			       scope->object);
	snprintf(name + len, size - len, "%s", scope->xstats[row].name);
}

/* --- operations --------------------------------------------------------------------------------- */

int
dlb_xstats_get_names(const struct rte_eventdev *eventdev, enum rte_event_dev_xstats_mode mode,
		     uint8_t queue_port_id, struct rte_event_dev_xstats_name *names, uint64_t *ids,
		     unsigned int size)
{
	struct scope scope;
	int ret = scope_get(dlb_dev_of(eventdev), mode, queue_port_id, &scope);

	if (ret != 0)
		return ret;
	if (names == NULL || ids == NULL || size < scope.nb)
		return scope.nb;
	for (unsigned int row = 0; row < scope.nb; row++) {
		xstat_name(&scope, row, names[row].name, sizeof(names[row].name));
		ids[row] = scope.first_id + row;
	}
	return scope.nb;
}

/* Ends at the first id that is not one of the object's. */
int
dlb_xstats_get(const struct rte_eventdev *eventdev, enum rte_event_dev_xstats_mode mode,
	       uint8_t queue_port_id, const uint64_t ids[], uint64_t values[], unsigned int n)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	struct scope scope;
	unsigned int i;
	int ret = scope_get(dev, mode, queue_port_id, &scope);

	if (ret != 0)
		return ret;
	dlb_lock(dev);
	for (i = 0; i < n; i++) {
		if (ids[i] < scope.first_id || ids[i] - scope.first_id >= scope.nb)
			break;
		values[i] = xstat_get(dev, &scope, ids[i] - scope.first_id);
	}
	dlb_unlock(dev);
	return i == 0 && n > 0 ? -EINVAL : (int)i;
}

static bool
find_in_scope(struct dlb_dev *dev, const struct scope *scope, const char *wanted, uint64_t *id,
	      uint64_t *value)
{
	char name[RTE_EVENT_DEV_XSTATS_NAME_SIZE];

	for (unsigned int row = 0; row < scope->nb; row++) {
		xstat_name(scope, row, name, sizeof(name));
		if (strcmp(name, wanted) != 0)
			continue;
		*id = scope->first_id + row;
		*value = xstat_get(dev, scope, row);
		return true;
	}
	return false;
}

uint64_t
dlb_xstats_get_by_name(const struct rte_eventdev *eventdev, const char *name, uint64_t *id)
{
	static const enum rte_event_dev_xstats_mode modes[] = {
		RTE_EVENT_DEV_XSTATS_DEVICE,
		RTE_EVENT_DEV_XSTATS_PORT,
		RTE_EVENT_DEV_XSTATS_QUEUE,
	};
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	uint64_t value = (uint64_t)-EINVAL;
	struct scope scope;
	bool found = false;

	dlb_lock(dev);
	for (unsigned int m = 0; m < RTE_DIM(modes) && !found; m++)
		for (unsigned int object = 0;
		     !found && scope_get(dev, modes[m], object, &scope) == 0 &&
		     object == scope.object;
		     object++)
			found = find_in_scope(dev, &scope, name, id, &value);
	dlb_unlock(dev);
	return value;
}

static bool
is_wanted(const uint64_t ids[], uint32_t nb_ids, uint64_t id)
{
	for (uint32_t i = 0; i < nb_ids; i++)
		if (ids[i] == id)
			return true;
	return ids == NULL;
}

static void
port_reset(struct dlb_dev *dev, const struct scope *scope, const uint64_t ids[], uint32_t nb_ids)
{
	const struct dlb_port *port = dev->data->ports[scope->object];
	uint8_t *base = (uint8_t *)&dev->stats_base[scope->object];

	if (port == NULL)
		return;
	for (unsigned int row = 0; row < scope->nb; row++) {
		const struct xstat *xstat = &scope->xstats[row];
		const uint8_t *now = (const uint8_t *)&port->stats;

		if (xstat->get != port_counter || !is_wanted(ids, nb_ids, scope->first_id + row))
			continue;
		*(uint64_t *)(base + xstat->counter) =
			dlb_load_relaxed((const uint64_t *)(now + xstat->counter));
	}
}

/* Counters of ports start anew; sums over them follow, and what is not a counter stays. */
int
dlb_xstats_reset(struct rte_eventdev *eventdev, enum rte_event_dev_xstats_mode mode,
		 int16_t queue_port_id, const uint64_t ids[], uint32_t nb_ids)
{
	const bool all = mode == RTE_EVENT_DEV_XSTATS_DEVICE || queue_port_id < 0;
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	unsigned int object = all ? 0 : queue_port_id;
	struct scope scope;
	int ret = scope_get(dev, mode, object, &scope);

	if (ret != 0)
		return ret;
	if (mode != RTE_EVENT_DEV_XSTATS_PORT)
		return 0;
	dlb_lock(dev);
	do {
		port_reset(dev, &scope, ids, nb_ids);
	} while (all && scope_get(dev, mode, ++object, &scope) == 0);
	dlb_unlock(dev);
	return 0;
}
