/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Event queues: default configuration, set-up, release and attributes. All is recorded; only the
 * priority of a queue also reaches a running device.
 */

#include "dlb_priv.h"

#include <errno.h>

#define DEFAULT_NB_FLOWS 1024

void
dlb_queue_def_conf(struct rte_eventdev *eventdev, uint8_t queue_id,
		   struct rte_event_queue_conf *conf)
{
	uint32_t nb_flows = eventdev->data->dev_conf.nb_event_queue_flows;

	RTE_SET_USED(queue_id);
	if (nb_flows == 0 || nb_flows > DEFAULT_NB_FLOWS)
		nb_flows = DEFAULT_NB_FLOWS;
	*conf = (struct rte_event_queue_conf){
		.nb_atomic_flows = nb_flows,
		.nb_atomic_order_sequences = nb_flows,
		.schedule_type = RTE_SCHED_TYPE_ATOMIC,
		.priority = RTE_EVENT_DEV_PRIORITY_NORMAL,
		.weight = RTE_EVENT_QUEUE_WEIGHT_LOWEST,
		.affinity = RTE_EVENT_QUEUE_AFFINITY_LOWEST,
	};
}

static int
type_of(const struct rte_event_queue_conf *conf)
{
	static const enum dlb_queue_type types[] = {
		[RTE_SCHED_TYPE_ORDERED] = DLB_QUEUE_ORDERED,
		[RTE_SCHED_TYPE_ATOMIC] = DLB_QUEUE_ATOMIC,
		[RTE_SCHED_TYPE_PARALLEL] = DLB_QUEUE_PARALLEL,
	};

	if ((conf->event_queue_cfg & RTE_EVENT_QUEUE_CFG_ALL_TYPES) != 0)
		return DLB_QUEUE_ALL_TYPES;
	return conf->schedule_type < RTE_DIM(types) ? (int)types[conf->schedule_type] : -ENOTSUP;
}

/*
 * The number of order sequences is not looked at: the queue gets as many as the device has for it
 * (dlb_plan.c), and fewer than asked for only make the device wait earlier.
 */
int
dlb_queue_setup(struct rte_eventdev *eventdev, uint8_t queue_id,
		const struct rte_event_queue_conf *conf)
{
	const uint32_t known_flags =
		RTE_EVENT_QUEUE_CFG_ALL_TYPES | RTE_EVENT_QUEUE_CFG_SINGLE_LINK;
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	int type = type_of(conf);

	if ((conf->event_queue_cfg & ~known_flags) != 0) {
		DLB_LOG(ERR, eventdev->data->name,
			"queue %u: event_queue_cfg %#x is not allowed; allowed flags: %#x",
			queue_id, conf->event_queue_cfg, known_flags);
		return -EINVAL;
	}
	if (type < 0) {
		DLB_LOG(ERR, eventdev->data->name,
			"queue %u: schedule_type %u is not allowed; allowed: ordered %u, atomic %u, "
			"parallel %u",
			queue_id, conf->schedule_type, RTE_SCHED_TYPE_ORDERED,
			RTE_SCHED_TYPE_ATOMIC, RTE_SCHED_TYPE_PARALLEL);
		return type;
	}
	dev->setup.queues[queue_id] = (struct dlb_setup_queue){
		.is_set_up = true,
		.is_single_link = (conf->event_queue_cfg & RTE_EVENT_QUEUE_CFG_SINGLE_LINK) != 0,
		.priority = conf->priority,
		.type = type,
		.nb_atomic_flows = conf->nb_atomic_flows,
	};
	return 0;
}

/* The library would show the links of a queue that went away when it comes back. */
void
dlb_queue_release(struct rte_eventdev *eventdev, uint8_t queue_id)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);

	dev->setup.queues[queue_id] = (struct dlb_setup_queue){ 0 };
	for (unsigned int port = 0; port < DLB_MAX_EVENT_PORTS; port++) {
		if (!dev->setup.ports[port].links[queue_id].is_linked)
			continue;
		dev->setup.ports[port].links[queue_id] = (struct dlb_setup_link){ 0 };
		*dlb_compat_link(eventdev->data, port, queue_id) = DLB_COMPAT_NO_LINK;
	}
}

static int
priority_set(struct rte_eventdev *eventdev, uint8_t queue_id, uint8_t priority)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	struct dlb_setup_queue *queue = &dev->setup.queues[queue_id];
	const uint8_t former = queue->priority;
	int ret;

	queue->priority = priority;
	ret = dlb_link_update_priority(dev, queue_id);
	if (ret != 0)
		queue->priority = former;
	else
		eventdev->data->queues_cfg[queue_id].priority = priority;
	return ret;
}

/* Weight and affinity have no counterpart in the device: they are kept for who asks. */
int
dlb_queue_attr_set(struct rte_eventdev *eventdev, uint8_t queue_id, uint32_t attr_id,
		   uint64_t value)
{
	struct rte_event_queue_conf *conf = &eventdev->data->queues_cfg[queue_id];

	if (value > UINT8_MAX) {
		DLB_LOG(ERR, eventdev->data->name,
			"queue %u: value %" PRIu64
			" of attribute %u is not allowed; allowed: 0..%u",
			queue_id, value, attr_id, UINT8_MAX);
		return -EINVAL;
	}
	switch (attr_id) {
	case RTE_EVENT_QUEUE_ATTR_PRIORITY:
		return priority_set(eventdev, queue_id, value);
	case RTE_EVENT_QUEUE_ATTR_WEIGHT:
		conf->weight = value;
		return 0;
	case RTE_EVENT_QUEUE_ATTR_AFFINITY:
		conf->affinity = value;
		return 0;
	default:
		DLB_LOG(ERR, eventdev->data->name,
			"queue %u: attribute %u cannot be set; allowed: priority %u, weight %u, "
			"affinity %u",
			queue_id, attr_id, RTE_EVENT_QUEUE_ATTR_PRIORITY,
			RTE_EVENT_QUEUE_ATTR_WEIGHT, RTE_EVENT_QUEUE_ATTR_AFFINITY);
		return -ENOTSUP;
	}
}

int
dlb_queue_depth(struct dlb_dev *dev, unsigned int queue)
{
	struct dlb_ctl *ctl = dlb_process_of(dev)->ctl;

	if (ctl == NULL || dev->hw.domain < 0)
		return -1;
	return dlb_ctl_queue_depth(ctl, !dev->plan.queues[queue].is_directed, dev->hw.qid[queue]);
}
