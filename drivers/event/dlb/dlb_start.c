/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Start and stop: plan, build, let go; drain, take back.
 *
 * Invariant: a failed start leaves the device as it was, and a stop leaves nothing in it.
 */

#include "dlb_priv.h"

#include <errno.h>
#include <string.h>

/* An application may leave ports out that it does not use. */
static void
ports_start(struct dlb_dev *dev)
{
	unsigned int nb_missing = 0;

	dlb_kernel_ports_made(dev);
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++) {
		if (dev->setup.ports[port].is_set_up)
			dlb_dp_port_start(dev->data->ports[port]);
		else
			nb_missing++;
	}
	dlb_kernel_ports_opened(dev);
	if (nb_missing > 0)
		DLB_LOG(NOTICE, dev->data->name, "%u of %u ports are not set up and not usable",
			nb_missing, dev->setup.nb_ports);
}

static void
ports_stop(struct dlb_dev *dev)
{
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		if (dev->setup.ports[port].is_set_up && !dlb_dp_port_stop(dev->data->ports[port]))
			DLB_LOG(ERR, dev->data->name,
				"stop: a thread stays in a dequeue from port %u", port);
	dlb_kernel_ports_closed(dev);
}

static int
start_locked(struct dlb_dev *dev)
{
	struct dlb_why why;
	int ret;

	dlb_kernel_update_limits(dev);
	ret = dlb_plan_make(&dev->plan, &dev->setup, dlb_dev_limits(dev), &why);
	if (ret != 0) {
		DLB_LOG(ERR, dev->data->name, "start: %s", why.text);
		return ret;
	}
	ret = dlb_build(dev);
	if (ret != 0)
		return ret;
	ret = dlb_sched_start(dev);
	if (ret != 0) {
		dlb_unbuild(dev);
		return ret;
	}
	ports_start(dev);
	return 0;
}

int
dlb_dev_start(struct rte_eventdev *eventdev)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	int ret;

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		DLB_LOG(ERR, eventdev->data->name, "start: allowed in the primary process only");
		return -EPERM;
	}
	dlb_lock(dev);
	ret = start_locked(dev);
	dlb_unlock(dev);
	return ret;
}

/*
 * Dequeues that wait are sent away. Then nobody uses the ports any more, so that this thread may,
 * and steps the device itself. The flush callback may ask for statistics: the lock is recursive.
 */
void
dlb_dev_stop(struct rte_eventdev *eventdev)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		DLB_LOG(ERR, eventdev->data->name, "stop: allowed in the primary process only");
		return;
	}
	dlb_link_poll_stop(dev);
	dlb_lock(dev);
	dlb_sched_stop(dev);
	ports_stop(dev);
	dlb_drain(eventdev);
	dlb_unbuild(dev);
	dlb_unlock(dev);
}
