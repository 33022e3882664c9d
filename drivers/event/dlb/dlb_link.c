/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Links between ports and queues. While the device is stopped they are recorded; while it runs,
 * they are also mapped and unmapped in it (QID = queue id of the device, CQ = consumer queue).
 *
 * Such a change may have to wait until events that are out at workers come back. Then an alarm
 * pushes it on, so that an application need not ask for unlinks in progress to see a link happen.
 *
 * Invariant: what is recorded is what the library shows; the device follows.
 */

#include "dlb_priv.h"

#include <errno.h>

#include <rte_alarm.h>
#include <rte_errno.h>

/* Often enough to be quick; each look costs some register reads, which wait for the stepping lock. */
#define POLL_INTERVAL_US 200

static void
poll_pending(void *arg)
{
	struct dlb_dev *dev = arg;
	struct dlb_process *process = dlb_process_of(dev);
	bool again = true;

	/* The holder may be waiting for this very alarm to be over. */
	if (dlb_trylock(dev)) {
		again = process->poll_armed && dlb_ctl_pending(process->ctl, DLB_CTL_ALL) > 0;
		process->poll_armed = again;
		dlb_unlock(dev);
	}
	if (again)
		rte_eal_alarm_set(POLL_INTERVAL_US, poll_pending, dev);
}

/* With the lock held. */
static void
poll_start(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);

	/* The kernel needs nobody to push it. */
	if (dev->bus == NULL || process->poll_armed ||
	    dlb_ctl_pending(process->ctl, DLB_CTL_ALL) <= 0)
		return;
	process->poll_armed = rte_eal_alarm_set(POLL_INTERVAL_US, poll_pending, dev) == 0;
}

void
dlb_link_poll_stop(struct dlb_dev *dev)
{
	dlb_process_of(dev)->poll_armed = false;
	rte_eal_alarm_cancel(poll_pending, dev);
}

static unsigned int
slot_priority(const struct dlb_dev *dev, unsigned int queue, uint8_t link_priority)
{
	return dlb_plan_slot_priority(dev->setup.queues[queue].priority, link_priority);
}

static int
map_to_lane(struct dlb_dev *dev, unsigned int port, unsigned int lane, unsigned int queue,
	    unsigned int priority)
{
	return dlb_ctl_map(dlb_process_of(dev)->ctl, dev->hw.lanes[port][lane].id,
			   dev->hw.qid[queue], priority);
}

/* The lane that the queue has or had on this port comes first, so that it is on one at a time. */
static int
map_to_port(struct dlb_dev *dev, unsigned int port, unsigned int queue, unsigned int priority)
{
	struct dlb_plan_port *plan = &dev->plan.ports[port];
	const int former = plan->lane[queue];
	int ret = -ENOSPC;

	if (former >= 0)
		ret = map_to_lane(dev, port, former, queue, priority);
	for (int lane = 0; lane < plan->nb_lanes && ret == -ENOSPC; lane++) {
		if (lane == former)
			continue;
		ret = map_to_lane(dev, port, lane, queue, priority);
		if (ret == 0)
			plan->lane[queue] = lane;
	}
	return ret;
}

static int
link_running(struct dlb_dev *dev, unsigned int port, unsigned int queue, uint8_t priority)
{
	const struct dlb_plan_queue *planned = &dev->plan.queues[queue];
	int ret;

	if (planned->is_directed && planned->dir_port == port)
		return dlb_ctl_lane_enable(dlb_process_of(dev)->ctl, false,
					   dev->hw.lanes[port][0].id, true);
	if (planned->is_directed || dev->plan.ports[port].is_directed) {
		DLB_LOG(ERR, dev->data->name,
			"port %u cannot be linked to queue %u while the device runs: "
			"SINGLE_LINK pairs are made when it is started",
			port, queue);
		return -EDQUOT;
	}
	ret = map_to_port(dev, port, queue, slot_priority(dev, queue, priority));
	if (ret == -ENOSPC) {
		DLB_LOG(ERR, dev->data->name,
			"port %u has no room for queue %u while the device runs; allowed: %u links "
			"with the %u hardware ports it was started with",
			port, queue, dev->plan.ports[port].nb_lanes * DLB_NB_SLOTS,
			dev->plan.ports[port].nb_lanes);
		return -EDQUOT;
	}
	if (ret == 0)
		poll_start(dev);
	return ret;
}

static int
unlink_running(struct dlb_dev *dev, unsigned int port, unsigned int queue)
{
	struct dlb_ctl *ctl = dlb_process_of(dev)->ctl;
	int ret;

	if (dev->plan.ports[port].is_directed)
		return dlb_ctl_lane_enable(ctl, false, dev->hw.lanes[port][0].id, false);
	ret = dlb_ctl_unmap(ctl, dev->hw.lanes[port][dev->plan.ports[port].lane[queue]].id,
			    dev->hw.qid[queue]);
	if (ret == 0)
		poll_start(dev);
	return ret;
}

static int
link_one(struct dlb_dev *dev, unsigned int port, unsigned int queue, uint8_t priority)
{
	struct dlb_setup_link *link = &dev->setup.ports[port].links[queue];
	struct dlb_why why;
	int ret = dlb_plan_check_link(&dev->setup, dlb_dev_limits(dev), port, queue, &why);

	if (ret != 0)
		DLB_LOG(ERR, dev->data->name, "port %u cannot be linked to queue %u: %s", port,
			queue, why.text);
	if (ret == 0 && dev->hw.domain >= 0)
		ret = link_running(dev, port, queue, priority);
	if (ret == 0)
		*link = (struct dlb_setup_link){ .is_linked = true, .priority = priority };
	return ret;
}

static int
unlink_one(struct dlb_dev *dev, unsigned int port, unsigned int queue)
{
	struct dlb_setup_link *link = &dev->setup.ports[port].links[queue];
	int ret = 0;

	if (link->is_linked && dev->hw.domain >= 0)
		ret = unlink_running(dev, port, queue);
	if (ret == 0)
		*link = (struct dlb_setup_link){ 0 };
	return ret;
}

/* Links belong to the process that started the device; a port need not be set up when asked. */
static int
refuse_caller(const struct dlb_port *port)
{
	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return E_RTE_SECONDARY;
	return port == NULL ? EINVAL : 0;
}

int
dlb_port_link(struct rte_eventdev *eventdev, void *linked, const uint8_t queues[],
	      const uint8_t priorities[], uint16_t nb_links)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	struct dlb_port *port = linked;
	uint16_t done = 0;
	int ret = 0;

	rte_errno = refuse_caller(port);
	if (rte_errno != 0)
		return 0;
	dlb_lock(dev);
	while (done < nb_links && ret == 0) {
		ret = link_one(dev, port->id, queues[done], priorities[done]);
		done += ret == 0;
	}
	dlb_unlock(dev);
	rte_errno = -ret;
	return done;
}

int
dlb_port_unlink(struct rte_eventdev *eventdev, void *unlinked, uint8_t queues[],
		uint16_t nb_unlinks)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	struct dlb_port *port = unlinked;
	uint16_t done = 0;
	int ret = 0;

	rte_errno = refuse_caller(port);
	if (rte_errno != 0)
		return 0;
	dlb_lock(dev);
	while (done < nb_unlinks && ret == 0) {
		ret = unlink_one(dev, port->id, queues[done]);
		done += ret == 0;
	}
	dlb_unlock(dev);
	rte_errno = -ret;
	return done;
}

int
dlb_port_unlinks_in_progress(struct rte_eventdev *eventdev, void *asked)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	struct dlb_ctl *ctl = dlb_process_of(dev)->ctl;
	struct dlb_port *port = asked;
	int sum = 0, nb;

	if (refuse_caller(port) != 0)
		return -EINVAL;
	dlb_lock(dev);
	if (dev->hw.domain >= 0 && !dev->plan.ports[port->id].is_directed)
		for (unsigned int lane = 0; lane < dev->plan.ports[port->id].nb_lanes && sum >= 0;
		     lane++) {
			nb = dlb_ctl_pending(ctl, dev->hw.lanes[port->id][lane].id);
			sum = nb < 0 ? nb : sum + nb;
		}
	dlb_unlock(dev);
	return sum;
}

int
dlb_link_update_priority(struct dlb_dev *dev, unsigned int queue)
{
	int ret = 0;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return -ENOTSUP;
	dlb_lock(dev);
	for (unsigned int port = 0; port < dev->setup.nb_ports && ret == 0; port++) {
		const struct dlb_setup_link *link = &dev->setup.ports[port].links[queue];

		if (dev->hw.domain >= 0 && link->is_linked && !dev->plan.ports[port].is_directed)
			ret = map_to_lane(dev, port, dev->plan.ports[port].lane[queue], queue,
					  slot_priority(dev, queue, link->priority));
	}
	dlb_unlock(dev);
	return ret;
}
