/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A plan becomes a scheduling domain with queues, ports and maps in the device, and the data path
 * is told of them; and all of it goes away again.
 *
 * The only file that creates things in the device. Invariant: everything made is in struct dlb_hw
 * the moment it exists, so that dlb_unbuild() after any step leaves nothing behind.
 *
 * QID = queue id of the device, PP = producer port, CQ = consumer queue, LDB = load-balanced,
 * DIR = directed, SN = sequence number.
 */

#include "dlb_priv.h"

#include <errno.h>
#include <string.h>

#include <rte_cycles.h>

/* Elements that make a queue count as deep in the device's 2-bit hint: not looked at. */
#define DEPTH_THRESHOLD 256

_Static_assert(DLB_PLAN_MAX_LANES == DLB_MAX_LANES, "plan and data path agree on lanes");
_Static_assert(DLB_PLAN_WINDOW == DLB_PORT_WINDOW, "plan and data path agree on held events");

static void
complain(const struct dlb_dev *dev, int error, const char *what, unsigned int value)
{
	DLB_LOG(ERR, dev->data->name, "start: %s %u failed: %s", what, value, strerror(error));
}

/*
 * What the device refused, by name: a plan is within its limits, so that this is a fault. What the
 * kernel refused was said by who asked it.
 */
static int
report(const struct dlb_dev *dev, int ret, const char *what, unsigned int value)
{
	if (ret < 0 && dev->bus != NULL)
		complain(dev, -ret, what, value);
	return ret;
}

/* That a port has no place nobody has said. */
static int
report_map(const struct dlb_dev *dev, int ret, unsigned int queue)
{
	if (ret == -ENOSPC || (ret < 0 && dev->bus != NULL))
		complain(dev, -ret, "link to queue", queue);
	return ret;
}

/* A device on PCI can be reset below its driver at any time, most likely before the last stop. */
static int
recover(struct dlb_dev *dev)
{
	int ret;

	if (dev->bus == NULL)
		return 0;
	ret = dlbrm_recover(dlb_ctl_local_rm(dlb_process_of(dev)->ctl));
	if (ret > 0)
		DLB_LOG(NOTICE, dev->data->name, "start: the device was reset; it is set up anew");
	return RTE_MIN(report(dev, ret, "recovery of device", dev->data->dev_id), 0);
}

/* Of a device that is its own it takes all; others need some of the kernel's. */
static uint32_t
ldb_credits(const struct dlb_dev *dev)
{
	return dev->bus == NULL ? (uint32_t)dev->data->dev_conf.nb_events_limit
				: dlb_dev_limits(dev)->ldb_credits;
}

static uint32_t
dir_credits(const struct dlb_dev *dev)
{
	const uint32_t nb_all = dlb_dev_limits(dev)->dir_credits;

	if (dev->bus != NULL)
		return nb_all;
	if (dev->plan.nb_dir_queues == 0)
		return 0;
	return RTE_MIN((uint32_t)dev->data->dev_conf.nb_events_limit, nb_all);
}

static int
make_domain(struct dlb_dev *dev)
{
	const struct dlb_ctl_domain conf = {
		.rm.nb_ldb_queues = dev->plan.nb_ldb_queues,
		.rm.nb_ldb_ports = dev->plan.nb_ldb_lanes,
		.rm.nb_dir_ports = dev->plan.nb_dir_pairs,
		.rm.nb_atomic_inflights = dev->plan.nb_atomic_inflights,
		.rm.nb_hist_list_entries = dev->plan.nb_hist_entries,
		.rm.nb_ldb_credits = ldb_credits(dev),
		.rm.nb_dir_credits = dir_credits(dev),
		.nb_ordered = dev->plan.nb_ordered,
		.sns_per_queue = dev->plan.sns_per_queue,
	};
	int ret = dlb_ctl_domain_create(dlb_process_of(dev)->ctl, &conf);

	if (report(dev, ret, "domain with load-balanced ports", conf.rm.nb_ldb_ports) < 0)
		return ret;
	dev->hw.domain = ret;
	return 0;
}

static uint32_t
min_new_event_threshold(const struct dlb_dev *dev)
{
	uint32_t min = dev->data->dev_conf.nb_events_limit;

	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		if (dev->setup.ports[port].is_set_up)
			min = RTE_MIN(min,
				      (uint32_t)dev->data->ports_cfg[port].new_event_threshold);
	return min;
}

static int
make_dp_dev(struct dlb_dev *dev)
{
	const struct rte_event_dev_config *conf = &dev->data->dev_conf;
	struct dlb_dp_dev_conf dp_conf = {
		.bus = dev->bus,
		.step_mode = dev->args.step_mode,
		.nb_events_limit = conf->nb_events_limit,
		.min_new_threshold = min_new_event_threshold(dev),
		.nb_ports = dev->setup.nb_ports,
		.dir_credits = dir_credits(dev),
		.tick_hz = rte_get_timer_hz(),
		.has_interrupts = dev->has_interrupts,
		.per_dequeue_timeout =
			(conf->event_dev_cfg & RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT) != 0,
	};

	dp_conf.timeout_ticks = dlb_ns_to_ticks(conf->dequeue_timeout_ns);
	dlb_dp_dev_init(&dev->dp, &dp_conf);
	return 0;
}

static void
tell_dp_queue(struct dlb_dev *dev, unsigned int queue)
{
	const struct rte_event_queue_conf *conf = &dev->data->queues_cfg[queue];
	const struct dlb_setup_queue *setup = &dev->setup.queues[queue];
	const struct dlb_dp_queue_conf dp_conf = {
		.hw_qid = dev->hw.qid[queue],
		.is_dir = dev->plan.queues[queue].is_directed,
		.is_fifo = setup->is_single_link && !dev->plan.queues[queue].is_directed,
		.all_types = setup->type == DLB_QUEUE_ALL_TYPES && !setup->is_single_link,
		.sched_type = conf->schedule_type <= RTE_SCHED_TYPE_PARALLEL
				      ? conf->schedule_type
				      : RTE_SCHED_TYPE_ATOMIC,
	};

	dlb_dp_queue_init(&dev->dp, queue, &dp_conf);
}

/* Directed queues are made with the ports whose ids they have. */
static int
make_ldb_queues(struct dlb_dev *dev)
{
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++) {
		const struct dlb_plan_queue *plan = &dev->plan.queues[queue];
		const struct dlb_ctl_queue conf = {
			.dir_port = -1,
			.ldb.nb_sequence_numbers = plan->nb_sequence_numbers,
			.ldb.nb_qid_inflights = plan->nb_inflights,
			.ldb.nb_atomic_inflights = plan->nb_atomic_inflights,
			.ldb.lock_id_comp_level = plan->lock_id_comp_level,
			.ldb.depth_threshold = DEPTH_THRESHOLD,
		};
		int ret;

		if (plan->is_directed)
			continue;
		ret = dlb_ctl_queue_create(dlb_process_of(dev)->ctl, &conf);
		if (report(dev, ret, "load-balanced queue", queue) < 0)
			return ret;
		dev->hw.qid[queue] = ret;
		tell_dp_queue(dev, queue);
	}
	return 0;
}

static int
make_lane(struct dlb_dev *dev, unsigned int port, unsigned int nr)
{
	const struct dlb_plan_port *plan = &dev->plan.ports[port];
	const struct dlb_ctl_lane conf = {
		.is_dir = plan->is_directed,
		.interrupts = dev->has_interrupts,
		.cq_depth = plan->cq_depth,
	};
	int ret = dlb_ctl_lane_open(dlb_process_of(dev)->ctl, &conf, &dev->hw.lanes[port][nr]);

	return report(dev, ret, "hardware port of port", port);
}

/* The queue of a directed port, of the same number; a port that only enqueues has none. */
static int
make_dir_queue(struct dlb_dev *dev, unsigned int port, uint8_t *fed_by)
{
	const struct dlb_ctl_queue conf = {
		.dir_port = dev->hw.lanes[port][0].id,
		.depth_threshold = DEPTH_THRESHOLD,
	};
	int ret;

	*fed_by = 0;
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++) {
		if (!dev->plan.queues[queue].is_directed ||
		    dev->plan.queues[queue].dir_port != port)
			continue;
		ret = dlb_ctl_queue_create(dlb_process_of(dev)->ctl, &conf);
		if (report(dev, ret, "directed queue", queue) < 0)
			return ret;
		dev->hw.qid[queue] = ret;
		tell_dp_queue(dev, queue);
		*fed_by = queue;
	}
	return 0;
}

static int
make_port(struct dlb_dev *dev, unsigned int id)
{
	const struct rte_event_port_conf *conf = &dev->data->ports_cfg[id];
	const struct dlb_plan_port *plan = &dev->plan.ports[id];
	struct dlb_port *port = dev->data->ports[id];
	uint8_t fed_by = 0;
	int ret = 0;

	dlb_dp_port_init(port, &dev->dp,
			 &(struct dlb_dp_port_conf){
				 .id = id,
				 .is_dir = plan->is_directed,
				 .implicit_release = (conf->event_port_cfg &
						      RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL) == 0,
				 .nb_lanes = plan->nb_lanes,
				 .new_event_threshold = conf->new_event_threshold,
			 });
	for (unsigned int nr = 0; nr < plan->nb_lanes && ret == 0; nr++) {
		const struct dlb_hw_lane *lane = &dev->hw.lanes[id][nr];

		ret = make_lane(dev, id, nr);
		if (ret == 0 && plan->is_directed)
			ret = make_dir_queue(dev, id, &fed_by);
		if (ret == 0)
			dlb_dp_lane_add(port, &(struct dlb_dp_lane_conf){
						      .hw_port = lane->id,
						      .pp_mem = lane->pp_mem,
						      .cq = lane->cq,
						      .cq_depth = plan->cq_depth,
						      .sparse = lane->sparse,
					      });
	}
	return ret;
}

static int
make_ports(struct dlb_dev *dev)
{
	int ret = 0;

	for (unsigned int port = 0; port < dev->setup.nb_ports && ret == 0; port++)
		if (dev->setup.ports[port].is_set_up)
			ret = make_port(dev, port);
	return ret;
}

static int
make_maps(struct dlb_dev *dev)
{
	struct dlb_ctl *ctl = dlb_process_of(dev)->ctl;

	for (unsigned int port = 0; port < dev->setup.nb_ports; port++) {
		for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++) {
			const struct dlb_setup_link *link = &dev->setup.ports[port].links[queue];
			unsigned int priority;
			int ret;

			if (!link->is_linked || dev->plan.ports[port].is_directed)
				continue;
			priority = dlb_plan_slot_priority(dev->setup.queues[queue].priority,
							  link->priority);
			ret = dlb_ctl_map(ctl,
					  dev->hw.lanes[port][dev->plan.ports[port].lane[queue]].id,
					  dev->hw.qid[queue], priority);
			if (report_map(dev, ret, queue) < 0)
				return ret;
		}
	}
	return 0;
}

static int
start_domain(struct dlb_dev *dev)
{
	return report(dev, dlb_ctl_domain_start(dlb_process_of(dev)->ctl), "start of domain",
		      dev->hw.domain);
}

int
dlb_build(struct dlb_dev *dev)
{
	static int (*const steps[])(struct dlb_dev * dev) = {
		recover,    make_domain, make_dp_dev,  make_ldb_queues,
		make_ports, make_maps,	 start_domain,
	};
	int ret = dlb_kernel_check_dir_credits(dev);

	dev->hw = (struct dlb_hw){ .domain = -1 };
	for (unsigned int step = 0; step < RTE_DIM(steps) && ret == 0; step++)
		ret = steps[step](dev);
	if (ret != 0)
		dlb_unbuild(dev);
	return ret;
}

/* The device writes to consumer queues until the domain is reset: their memory goes last. */
void
dlb_unbuild(struct dlb_dev *dev)
{
	struct dlb_ctl *ctl = dlb_process_of(dev)->ctl;
	int ret;

	if (dev->hw.domain >= 0) {
		ret = dlb_ctl_domain_destroy(ctl);
		if (ret != 0)
			DLB_LOG(ERR, dev->data->name, "reset of domain %d failed: %s",
				dev->hw.domain, strerror(-ret));
	}
	for (unsigned int port = 0; port < DLB_MAX_EVENT_PORTS; port++)
		for (unsigned int nr = 0; nr < DLB_PLAN_MAX_LANES; nr++)
			dlb_ctl_lane_close(ctl, &dev->hw.lanes[port][nr]);
	dev->hw = (struct dlb_hw){ .domain = -1 };
}
