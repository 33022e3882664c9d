/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Draining a device that is being stopped: what ports hold is released, and every event in
 * consumer queues and in the device's queues goes to the application's flush callback.
 *
 * Events wait in a queue as long as no port takes from it, so a queue that lost its links is
 * mapped to some port first. A device on PCI moves on in its own time, so that an empty consumer
 * queue says nothing; the device is asked how many events wait for ports. Invariant: it ends. Each
 * round takes at least one of at most nb_events_limit events out, or is one of a fixed number of
 * rounds that may take none.
 */

#include "dlb_priv.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <rte_cycles.h>

#define FLUSH_BURST 64
/* But for software at least two seconds, in which a device that has something for a port gives it. */
#define MAX_IDLE_ROUNDS 20000

/* A device of the kernel's works by itself. */
#define SETTLE_US 100

static void
settle(struct dlb_dev *dev)
{
	if (dev->bus != NULL)
		dlb_bus_settle(dev->bus);
	else
		rte_delay_us_sleep(SETTLE_US);
}

/* Returns how many events the ports gave up. */
static unsigned int
flush_ports(struct rte_eventdev *eventdev)
{
	const eventdev_stop_flush_t flush = eventdev->dev_ops->dev_stop_flush;
	struct rte_eventdev_data *data = eventdev->data;
	struct rte_event events[FLUSH_BURST];
	unsigned int sum = 0;

	for (unsigned int port = 0; port < data->nb_ports; port++) {
		uint16_t nb = 0;

		if (data->ports[port] != NULL)
			nb = dlb_process_of(dlb_dev_of(eventdev))
				     ->burst->flush(data->ports[port], events, RTE_DIM(events));
		for (uint16_t i = 0; i < nb && flush != NULL; i++)
			flush(data->dev_id, events[i], data->dev_stop_flush_arg);
		sum += nb;
	}
	return sum;
}

/* Which queues some port takes from. */
struct served {
	bool queues[DLB_MAX_EVENT_QUEUES];
};

static bool
has_events_for_ports(struct dlb_dev *dev, const struct served *served)
{
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		if (served->queues[queue] && dlb_queue_depth(dev, queue) > 0)
			return true;
	return false;
}

/*
 * Until no port gets an event any more, and no map or unmap waits for one. What had left the
 * queues when they were found empty is in consumer queues at the next look.
 */
static void
flush_rounds(struct rte_eventdev *eventdev, const struct served *served)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	unsigned int nb_rounds = eventdev->data->dev_conf.nb_events_limit;
	unsigned int nb_idle = 0;
	bool is_waiting = true;

	for (unsigned int round = 0; round < nb_rounds + MAX_IDLE_ROUNDS; round++) {
		unsigned int moved = flush_ports(eventdev);

		nb_idle = moved == 0 ? nb_idle + 1 : 0;
		if (nb_idle > 1 && !is_waiting)
			return;
		if (nb_idle >= MAX_IDLE_ROUNDS)
			break;
		is_waiting = dlb_ctl_pending(dlb_process_of(dev)->ctl, DLB_CTL_ALL) > 0 ||
			     moved > 0 || has_events_for_ports(dev, served);
		settle(dev);
	}
	DLB_LOG(ERR, eventdev->data->name, "stop: events are still on the move after %u rounds",
		nb_rounds);
}

static bool
is_linked(const struct dlb_dev *dev, unsigned int queue)
{
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		if (dev->setup.ports[port].links[queue].is_linked)
			return true;
	return false;
}

/* All linked queues are empty by now: any of them may give its slot up. */
static int
make_room(struct dlb_dev *dev, unsigned int port)
{
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		if (dev->setup.ports[port].links[queue].is_linked &&
		    dev->plan.ports[port].lane[queue] == 0)
			return dlb_ctl_unmap(dlb_process_of(dev)->ctl, dev->hw.lanes[port][0].id,
					     dev->hw.qid[queue]);
	return -ENOSPC;
}

/* The first port with a load-balanced lane, or the number of ports. */
static unsigned int
any_ldb_port(const struct dlb_dev *dev)
{
	unsigned int port = 0;

	while (port < dev->setup.nb_ports &&
	       (dev->plan.ports[port].is_directed || dev->plan.ports[port].nb_lanes == 0))
		port++;
	return port;
}

static int
map_to_any_port(struct dlb_dev *dev, unsigned int queue)
{
	struct dlb_ctl *ctl = dlb_process_of(dev)->ctl;
	unsigned int port = any_ldb_port(dev);
	int ret;

	if (port == dev->setup.nb_ports)
		return -ENOENT;
	ret = dlb_ctl_map(ctl, dev->hw.lanes[port][0].id, dev->hw.qid[queue], 0);
	if (ret != -ENOSPC)
		return ret;
	ret = make_room(dev, port);
	if (ret != 0)
		return ret;
	return dlb_ctl_map(ctl, dev->hw.lanes[port][0].id, dev->hw.qid[queue], 0);
}

static int
open_unlinked(struct dlb_dev *dev, unsigned int queue)
{
	if (dev->plan.queues[queue].is_directed)
		return dlb_ctl_lane_enable(dlb_process_of(dev)->ctl, false, dev->hw.qid[queue],
					   true);
	return map_to_any_port(dev, queue);
}

/* Its events are out. The next queue may need its place, or finds out that it is not free. */
static void
close_unlinked(struct dlb_dev *dev, unsigned int queue)
{
	if (!dev->plan.queues[queue].is_directed)
		(void)dlb_ctl_unmap(dlb_process_of(dev)->ctl,
				    dev->hw.lanes[any_ldb_port(dev)][0].id, dev->hw.qid[queue]);
}

/* Map a queue that no port takes from to one until it is empty. */
static void
drain_unlinked(struct rte_eventdev *eventdev, struct served *served, unsigned int queue)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	int ret = open_unlinked(dev, queue);

	if (ret != 0) {
		DLB_LOG(ERR, eventdev->data->name, "stop: the events of queue %u are lost: %s",
			queue, strerror(-ret));
		return;
	}
	served->queues[queue] = true;
	flush_rounds(eventdev, served);
	close_unlinked(dev, queue);
}

/* Of a device that was reset below its driver, or is gone, some events never come back. */
static void
report_missing(struct dlb_dev *dev)
{
	uint32_t nb_missing = dlb_dp_in_system(&dev->dp);

	if (nb_missing > 0)
		DLB_LOG(ERR, dev->data->name,
			"stop: %" PRIu32 " events are lost: the device was reset, or is gone",
			nb_missing);
}

void
dlb_drain(struct rte_eventdev *eventdev)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	struct served served = { 0 };

	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		served.queues[queue] = is_linked(dev, queue);
	settle(dev);
	flush_rounds(eventdev, &served);
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		if (!served.queues[queue] && dlb_queue_depth(dev, queue) > 0)
			drain_unlinked(eventdev, &served, queue);
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		if (dlb_queue_depth(dev, queue) > 0)
			DLB_LOG(ERR, eventdev->data->name, "stop: %d events of queue %u are lost",
				dlb_queue_depth(dev, queue), queue);
	report_missing(dev);
}
