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

/* What the device refused, by name: a plan is within its limits, so that this is a fault. */
static int
report(const struct dlb_dev *dev, int ret, const char *what, unsigned int value)
{
	if (ret < 0)
		DLB_LOG(ERR, dev->data->name, "start: %s %u failed: %s", what, value,
			strerror(-ret));
	return ret;
}

/* A device on PCI can be reset below its driver at any time, most likely before the last stop. */
static int
recover(struct dlb_dev *dev)
{
	int ret = dlbrm_recover(dlb_process_of(dev)->rm);

	if (ret > 0)
		DLB_LOG(NOTICE, dev->data->name, "start: the device was reset; it is set up anew");
	return RTE_MIN(report(dev, ret, "recovery of device", dev->data->dev_id), 0);
}

static int
make_domain(struct dlb_dev *dev)
{
	const struct dlb_limits *limits = dlb_dev_limits(dev);
	struct dlbrm *rm = dlb_process_of(dev)->rm;
	const struct dlbrm_domain_config conf = {
		.nb_ldb_queues = dev->plan.nb_ldb_queues,
		.nb_ldb_ports = dev->plan.nb_ldb_lanes,
		.nb_dir_ports = dev->plan.nb_dir_pairs,
		.nb_atomic_inflights = dev->plan.nb_atomic_inflights,
		.nb_hist_list_entries = dev->plan.nb_hist_entries,
		.nb_ldb_credits = limits->ldb_credits,
		.nb_dir_credits = limits->dir_credits,
	};
	int ret = 0;

	for (unsigned int group = 0; group < limits->sn_groups && ret == 0; group++)
		if (dev->plan.sns_per_queue != 0)
			ret = report(dev, dlbrm_sn_group_set(rm, group, dev->plan.sns_per_queue),
				     "sequence numbers of an ordered queue",
				     dev->plan.sns_per_queue);
	if (ret == 0)
		ret = report(dev, dlbrm_domain_create(rm, &conf), "domain with load-balanced ports",
			     conf.nb_ldb_ports);
	if (ret < 0)
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
		.dir_credits = dlb_dev_limits(dev)->dir_credits,
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
		const struct dlbrm_ldb_queue_config conf = {
			.nb_sequence_numbers = plan->nb_sequence_numbers,
			.nb_qid_inflights = plan->nb_inflights,
			.nb_atomic_inflights = plan->nb_atomic_inflights,
			.lock_id_comp_level = plan->lock_id_comp_level,
			.depth_threshold = DEPTH_THRESHOLD,
		};
		int ret;

		if (plan->is_directed)
			continue;
		ret = dlbrm_ldb_queue_create(dlb_process_of(dev)->rm, dev->hw.domain, &conf);
		if (report(dev, ret, "load-balanced queue", queue) < 0)
			return ret;
		dev->hw.qid[queue] = ret;
		tell_dp_queue(dev, queue);
	}
	return 0;
}

static int
make_hw_port(struct dlb_dev *dev, bool is_dir, unsigned int depth, uint64_t iova)
{
	const struct dlbrm_ldb_port_config ldb = {
		.cq_iova = iova,
		.cq_depth = depth,
		.hist_list_size = depth,
		.cos_id = -1,
	};
	const struct dlbrm_dir_port_config dir = {
		.cq_iova = iova,
		.cq_depth = depth,
		.queue_id = -1,
	};
	struct dlbrm *rm = dlb_process_of(dev)->rm;

	if (is_dir)
		return dlbrm_dir_port_create(rm, dev->hw.domain, &dir);
	return dlbrm_ldb_port_create(rm, dev->hw.domain, &ldb);
}

/* An armed consumer queue interrupts as soon as there is an element in it. */
static int
interrupt_from_one_on(struct dlb_dev *dev, bool is_dir, unsigned int hw_port)
{
	if (!dev->has_interrupts)
		return 0;
	return dlbrm_cq_irq_config(dlb_process_of(dev)->rm, dev->hw.domain, !is_dir, hw_port, 1);
}

static int
make_lane(struct dlb_dev *dev, unsigned int port, unsigned int nr)
{
	const struct dlb_plan_port *plan = &dev->plan.ports[port];
	struct dlb_hw_lane *lane = &dev->hw.lanes[port][nr];
	uint64_t iova;
	int ret;

	lane->cq = dlb_bus_cq_alloc(dev->bus, plan->cq_depth, &iova);
	if (lane->cq == NULL)
		return report(dev, -ENOMEM, "consumer queue memory of port", port);
	ret = make_hw_port(dev, plan->is_directed, plan->cq_depth, iova);
	if (report(dev, ret, "hardware port of port", port) < 0)
		return ret;
	lane->id = ret;
	ret = interrupt_from_one_on(dev, plan->is_directed, lane->id);
	if (report(dev, ret, "interrupt of port", port) < 0)
		return ret;
	lane->pp_mem = dlb_bus_pp_open(dev->bus, !plan->is_directed, lane->id);
	if (lane->pp_mem == NULL)
		return report(dev, -ENOMEM, "producer port of port", port);
	return 0;
}

/* The queue of a directed port, of the same number; a port that only enqueues has none. */
static int
make_dir_queue(struct dlb_dev *dev, unsigned int port, uint8_t *fed_by)
{
	const unsigned int hw_port = dev->hw.lanes[port][0].id;
	int ret;

	*fed_by = 0;
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++) {
		if (!dev->plan.queues[queue].is_directed ||
		    dev->plan.queues[queue].dir_port != port)
			continue;
		ret = dlbrm_dir_queue_create(dlb_process_of(dev)->rm, dev->hw.domain, hw_port,
					     DEPTH_THRESHOLD);
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
						      .sparse = dlb_bus_cq_sparse(dev->bus),
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
	struct dlbrm *rm = dlb_process_of(dev)->rm;

	for (unsigned int port = 0; port < dev->setup.nb_ports; port++) {
		for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++) {
			const struct dlb_setup_link *link = &dev->setup.ports[port].links[queue];
			unsigned int priority;
			int ret;

			if (!link->is_linked || dev->plan.ports[port].is_directed)
				continue;
			priority = dlb_plan_slot_priority(dev->setup.queues[queue].priority,
							  link->priority);
			ret = dlbrm_map_qid(
				rm, dev->hw.domain,
				dev->hw.lanes[port][dev->plan.ports[port].lane[queue]].id,
				dev->hw.qid[queue], priority);
			if (report(dev, ret, "link to queue", queue) < 0)
				return ret;
		}
	}
	return 0;
}

static int
start_domain(struct dlb_dev *dev)
{
	return report(dev, dlbrm_domain_start(dlb_process_of(dev)->rm, dev->hw.domain),
		      "start of domain", dev->hw.domain);
}

int
dlb_build(struct dlb_dev *dev)
{
	static int (*const steps[])(struct dlb_dev * dev) = {
		recover,    make_domain, make_dp_dev,  make_ldb_queues,
		make_ports, make_maps,	 start_domain,
	};
	int ret = 0;

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
	int ret;

	if (dev->hw.domain >= 0) {
		ret = dlbrm_domain_reset(dlb_process_of(dev)->rm, dev->hw.domain);
		if (ret != 0)
			DLB_LOG(ERR, dev->data->name, "reset of domain %d failed: %s",
				dev->hw.domain, strerror(-ret));
	}
	for (unsigned int port = 0; port < DLB_MAX_EVENT_PORTS; port++) {
		for (unsigned int nr = 0; nr < DLB_PLAN_MAX_LANES; nr++) {
			struct dlb_hw_lane *lane = &dev->hw.lanes[port][nr];

			dlb_bus_pp_close(dev->bus, lane->pp_mem);
			dlb_bus_cq_free(dev->bus, lane->cq);
		}
	}
	dev->hw = (struct dlb_hw){ .domain = -1 };
}
