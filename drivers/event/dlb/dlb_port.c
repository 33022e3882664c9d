/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Event ports: default configuration, set-up, release and quiesce. A port that is set up is a
 * struct dlb_port without lanes; it gets lanes when the device is started.
 *
 * Invariant: data->ports[] has a pointer to memory of ours or NULL, never a stale one.
 */

#include "dlb_priv.h"

#include <errno.h>

#include <rte_malloc.h>

#define DEFAULT_DEPTH 32
#define FLUSH_BURST   32

/* A directed consumer queue of the largest depth, twice. */
#define MAX_FLUSH_ROUNDS (2 * DLB_MAX_CQ_DEPTH / FLUSH_BURST)

static uint32_t
min_nonzero(uint32_t wanted, uint32_t limit)
{
	return limit == 0 ? wanted : RTE_MIN(wanted, limit);
}

void
dlb_port_def_conf(struct rte_eventdev *eventdev, uint8_t port_id, struct rte_event_port_conf *conf)
{
	const struct rte_event_dev_config *dev_conf = &eventdev->data->dev_conf;
	const struct dlb_dev *dev = dlb_dev_of(eventdev);

	RTE_SET_USED(port_id);
	*conf = (struct rte_event_port_conf){
		.new_event_threshold =
			min_nonzero(dlb_dev_max_events(dev), dev_conf->nb_events_limit),
		.dequeue_depth = min_nonzero(DEFAULT_DEPTH, dev_conf->nb_event_port_dequeue_depth),
		.enqueue_depth = min_nonzero(DEFAULT_DEPTH, dev_conf->nb_event_port_enqueue_depth),
	};
}

/* A second set-up takes the place of the first; links start anew, as the library has it. */
int
dlb_port_setup(struct rte_eventdev *eventdev, uint8_t port_id,
	       const struct rte_event_port_conf *conf)
{
	const uint32_t known_flags =
		RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL | RTE_EVENT_PORT_CFG_SINGLE_LINK |
		RTE_EVENT_PORT_CFG_HINT_PRODUCER | RTE_EVENT_PORT_CFG_HINT_CONSUMER |
		RTE_EVENT_PORT_CFG_HINT_WORKER | RTE_EVENT_PORT_CFG_INDEPENDENT_ENQ;
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	struct dlb_port *port = eventdev->data->ports[port_id];

	if ((conf->event_port_cfg & ~known_flags) != 0) {
		DLB_LOG(ERR, eventdev->data->name,
			"port %u: event_port_cfg %#x is not allowed; allowed flags: %#x", port_id,
			conf->event_port_cfg, known_flags);
		return -EINVAL;
	}
	if (port == NULL)
		port = rte_zmalloc_socket("dlb_port", sizeof(*port), RTE_CACHE_LINE_SIZE,
					  eventdev->data->socket_id);
	if (port == NULL) {
		DLB_LOG(ERR, eventdev->data->name, "port %u: no memory for %zu bytes", port_id,
			sizeof(*port));
		return -ENOMEM;
	}
	*port = (struct dlb_port){ .dp = &dev->dp, .id = port_id };
	eventdev->data->ports[port_id] = port;
	dev->stats_base[port_id] = (struct dlb_port_stats){ 0 };
	dev->setup.ports[port_id] = (struct dlb_setup_port){
		.is_set_up = true,
		.is_single_link = (conf->event_port_cfg & RTE_EVENT_PORT_CFG_SINGLE_LINK) != 0,
	};
	return 0;
}

/* The library also releases ports that were never set up, and keeps links over a close. */
void
dlb_port_release(void *released)
{
	struct dlb_port *port = released;
	struct dlb_dev *dev;

	if (port == NULL)
		return;
	dev = dlb_dev_of_port(port);
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		*dlb_compat_link(dev->data, port->id, queue) = DLB_COMPAT_NO_LINK;
	dev->setup.ports[port->id] = (struct dlb_setup_port){ 0 };
	dev->data->ports[port->id] = NULL;
	rte_free(port);
}

/* Somebody else lets a device of the kernel's work. */
static void
step(struct dlb_dev *dev)
{
	if (dev->bus != NULL)
		dlb_bus_step(dev->bus);
}

/*
 * Called by the thread that uses the port, or after it went away. Events of queues that are still
 * linked may arrive at any time: it ends after what the consumer queues can hold in any case.
 */
void
dlb_port_quiesce(struct rte_eventdev *eventdev, void *quiesced, rte_eventdev_port_flush_t flush,
		 void *args)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	const struct dlb_burst_ops *burst = dlb_process_of(dev)->burst;
	struct rte_event events[FLUSH_BURST];
	struct dlb_port *port = quiesced;

	if (port == NULL || !eventdev->data->dev_started)
		return;
	for (unsigned int round = 0; round < MAX_FLUSH_ROUNDS; round++) {
		uint16_t nb = burst->flush(port, events, RTE_DIM(events));

		if (nb == 0)
			break;
		for (uint16_t i = 0; i < nb && flush != NULL; i++)
			flush(eventdev->data->dev_id, events[i], args);
		step(dev);
	}
	burst->flush(port, NULL, 0);
	step(dev);
}
