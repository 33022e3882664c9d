/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The device as a whole: information, configuration, close, time, and the table of operations.
 *
 * Configuration is recorded only; dlb_start.c makes it true. Invariant: what is recorded about
 * queues and ports survives a reconfiguration that keeps them.
 */

#include "dlb_priv.h"

#include <errno.h>

#include <rte_cycles.h>

#define NS_IN_SECOND UINT64_C(1000000000)

#define CAPABILITIES                                                                   \
	(RTE_EVENT_DEV_CAP_QUEUE_QOS | RTE_EVENT_DEV_CAP_EVENT_QOS |                   \
	 RTE_EVENT_DEV_CAP_QUEUE_ALL_TYPES | RTE_EVENT_DEV_CAP_BURST_MODE |            \
	 RTE_EVENT_DEV_CAP_IMPLICIT_RELEASE_DISABLE | RTE_EVENT_DEV_CAP_NONSEQ_MODE |  \
	 RTE_EVENT_DEV_CAP_RUNTIME_PORT_LINK | RTE_EVENT_DEV_CAP_MULTIPLE_QUEUE_PORT | \
	 RTE_EVENT_DEV_CAP_CARRY_FLOW_ID | RTE_EVENT_DEV_CAP_MAINTENANCE_FREE |        \
	 RTE_EVENT_DEV_CAP_RUNTIME_QUEUE_ATTR | RTE_EVENT_DEV_CAP_ATOMIC |             \
	 RTE_EVENT_DEV_CAP_ORDERED | RTE_EVENT_DEV_CAP_PARALLEL |                      \
	 RTE_EVENT_DEV_CAP_INDEPENDENT_ENQ)

/* With sched=service an application has to give the device a service core. */
static uint32_t
capabilities(const struct dlb_dev *dev)
{
	if (dev->args.step_mode == DLB_STEP_SERVICE)
		return CAPABILITIES;
	return CAPABILITIES | RTE_EVENT_DEV_CAP_DISTRIBUTED_SCHED;
}

static void
infos_get(struct rte_eventdev *eventdev, struct rte_event_dev_info *info)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	const struct dlb_limits *limits = dlb_dev_limits(dev);

	dlb_kernel_update_limits(dev);
	*info = (struct rte_event_dev_info)
	{
		.driver_name = DLB_DRIVER_NAME, .dev = DLB_RTE_DEVICE(eventdev),
		.min_dequeue_timeout_ns = 1, .max_dequeue_timeout_ns = UINT32_MAX - 1,
		.dequeue_timeout_ns = eventdev->data->dev_conf.dequeue_timeout_ns,
		.max_event_queues = limits->nb_ldb_queues, .max_event_queue_flows = DLB_MAX_FLOWS,
		.max_event_queue_priority_levels = DLB_PRIORITY_LEVELS,
		.max_event_priority_levels = DLB_PRIORITY_LEVELS,
		.max_event_ports = limits->nb_ldb_ports,
		.max_event_port_dequeue_depth = DLB_MAX_DEQUEUE_DEPTH,
		.max_event_port_enqueue_depth = DLB_MAX_ENQUEUE_DEPTH,
		.max_event_port_links = limits->nb_ldb_queues,
		.max_num_events = dlb_dev_max_events(dev), .event_dev_cap = capabilities(dev),
		.max_single_link_event_port_queue_pairs = limits->nb_dir_ports,
#if DLB_HAVE_PROFILES
		.max_profiles_per_port = 1,
#endif
	};
}

/* The library checked what has a limit in the device's information. */
static int
configure(const struct rte_eventdev *eventdev)
{
	const struct rte_event_dev_config *conf = &eventdev->data->dev_conf;
	const uint32_t known_flags = RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT;
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	const unsigned int nb_pairs = dlb_dev_limits(dev)->nb_dir_ports;
	const char *name = eventdev->data->name;

	if (conf->nb_single_link_event_port_queues > nb_pairs) {
		DLB_LOG(ERR, name,
			"nb_single_link_event_port_queues %u is not allowed; allowed: 0..%u",
			conf->nb_single_link_event_port_queues, nb_pairs);
		return -EINVAL;
	}
	if (dlb_dev_max_events(dev) == 0)
		return -ENOSPC; /* of a kernel's device that others use up, which has been said */
	if (conf->nb_events_limit < 1) {
		DLB_LOG(ERR, name, "nb_events_limit %d is not allowed; allowed: 1..%d",
			conf->nb_events_limit, dlb_dev_max_events(dev));
		return -EINVAL;
	}
	if ((conf->event_dev_cfg & ~known_flags) != 0) {
		DLB_LOG(ERR, name, "event_dev_cfg %#x is not allowed; allowed flags: %#x",
			conf->event_dev_cfg, known_flags);
		return -EINVAL;
	}
#if DLB_HAVE_PRESCHEDULE
	if (conf->preschedule_type != RTE_EVENT_PRESCHEDULE_NONE) {
		DLB_LOG(ERR, name, "preschedule_type %d is not allowed; allowed: %d (none)",
			conf->preschedule_type, RTE_EVENT_PRESCHEDULE_NONE);
		return -ENOTSUP;
	}
#endif
	dev->setup.nb_queues = conf->nb_event_queues;
	dev->setup.nb_ports = conf->nb_event_ports;
	dev->setup.cq_depth = dev->args.cq_depth;
	return 0;
}

/*
 * The library keeps the pointers to ports, and would release them at the next configuration. It
 * also lets an application set ports up that were configured before an earlier close.
 */
static int
dev_close(struct rte_eventdev *eventdev)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);

	for (unsigned int port = 0; port < DLB_MAX_EVENT_PORTS; port++)
		dlb_port_release(eventdev->data->ports[port]);
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		dlb_queue_release(eventdev, queue);
	dev->setup = (struct dlb_setup){ 0 };
	return 0;
}

uint64_t
dlb_ns_to_ticks(uint64_t ns)
{
	unsigned __int128 ticks = (unsigned __int128)ns * rte_get_timer_hz();

	ticks = (ticks + NS_IN_SECOND - 1) / NS_PER_S;
	return ticks > UINT64_MAX ? UINT64_MAX : (uint64_t)ticks;
}

static int
timeout_ticks(struct rte_eventdev *eventdev, uint64_t ns, uint64_t *ticks)
{
	RTE_SET_USED(eventdev);
	*ticks = dlb_ns_to_ticks(ns);
	return 0;
}

const struct eventdev_ops dlb_eventdev_ops = {
	.dev_infos_get = infos_get,
	.dev_configure = configure,
	.dev_start = dlb_dev_start,
	.dev_stop = dlb_dev_stop,
	.dev_close = dev_close,
	.queue_def_conf = dlb_queue_def_conf,
	.queue_setup = dlb_queue_setup,
	.queue_release = dlb_queue_release,
	.queue_attr_set = dlb_queue_attr_set,
	.port_def_conf = dlb_port_def_conf,
	.port_setup = dlb_port_setup,
	.port_release = dlb_port_release,
	.port_quiesce = dlb_port_quiesce,
	.port_link = dlb_port_link,
	.port_unlink = dlb_port_unlink,
	.port_unlinks_in_progress = dlb_port_unlinks_in_progress,
	.timeout_ticks = timeout_ticks,
	.dump = dlb_dump,
	.xstats_get = dlb_xstats_get,
	.xstats_get_names = dlb_xstats_get_names,
	.xstats_get_by_name = dlb_xstats_get_by_name,
	.xstats_reset = dlb_xstats_reset,
	.dev_selftest = dlb_selftest,
};
