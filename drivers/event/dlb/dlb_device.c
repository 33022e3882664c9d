/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A device comes and goes, whatever bus it is on.
 *
 * The primary process makes it, others attach to it. The burst functions are chosen once in every
 * process and never change: a port knows whether it is started.
 */

#include "dlb_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

#include "ctl/ctl_kernel.h"

#if DLB_HAVE_PROFILES
static int
profile_switch(void *port, uint8_t profile)
{
	RTE_SET_USED(port);
	return profile == 0 ? 0 : -ENOTSUP;
}
#endif

static void
burst_functions_set(struct rte_eventdev *eventdev)
{
	const struct dlb_burst_ops *burst = dlb_process_of(dlb_dev_of(eventdev))->burst;

#if DLB_HAVE_SINGLE_EVENT
	eventdev->enqueue = burst->enqueue;
	eventdev->dequeue = burst->dequeue;
#endif
	eventdev->enqueue_burst = burst->enqueue_burst;
	eventdev->enqueue_new_burst = burst->enqueue_new_burst;
	eventdev->enqueue_forward_burst = burst->enqueue_forward_burst;
	eventdev->dequeue_burst = burst->dequeue_burst;
#if DLB_HAVE_PROFILES
	eventdev->profile_switch = profile_switch;
#endif
}

/* The library writes into the operations when a flush callback is registered: each has its own. */
static void
process_set(struct dlb_dev *dev, struct rte_eventdev *eventdev)
{
	struct dlb_process *process = dlb_process_of(dev);
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&process->lock, &attr);
	pthread_mutexattr_destroy(&attr);
	process->ops = dlb_eventdev_ops;
	process->burst = dlb_burst_ops_choose(dev->bus == NULL || dev->bus->kind == DLB_BUS_PCI);
	DLB_LOG(INFO, dev->data->name, "burst functions: %s", process->burst->name);
	process->limits = dlb_limits[dev->args.version];
	process->dev = dev;
	eventdev->dev_ops = &process->ops;
}

static void
process_clear(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);

	process->dev = NULL;
	if (dev->bus == NULL)
		dlb_kernel_close(dev);
	dlb_ctl_close(process->ctl);
	process->ctl = NULL;
	pthread_mutex_destroy(&process->lock);
}

static int
hardware_init(struct dlb_dev *dev)
{
	int ret;

	if (dev->bus == NULL)
		return dlb_kernel_open(dev);
	ret = dlb_ctl_local_open(&dlb_process_of(dev)->ctl, dev->args.version, dev->bus);
	if (ret != 0)
		DLB_LOG(ERR, dev->data->name, "the device does not come up: %s", strerror(-ret));
	return ret;
}

int
dlb_device_make(struct rte_eventdev *eventdev, const struct dlb_devargs *args, struct dlb_bus *bus)
{
	struct rte_eventdev_data *data = eventdev->data;
	struct dlb_dev *dev;
	int ret;

	dev = rte_zmalloc_socket("dlb_dev", sizeof(*dev), RTE_CACHE_LINE_SIZE, data->socket_id);
	if (dev == NULL) {
		DLB_LOG(ERR, data->name, "no memory for %zu bytes", sizeof(*dev));
		return -ENOMEM;
	}
	dev->data = data;
	dev->args = *args;
	dev->hw.domain = -1;
	dev->bus = bus;
	((struct dlb_private *)data->dev_private)->dev = dev;
	process_set(dev, eventdev);
	burst_functions_set(eventdev);

	ret = hardware_init(dev);
	if (ret == 0)
		ret = dlb_sched_probe(dev);
	if (ret == 0)
		return 0;
	process_clear(dev);
	rte_free(dev);
	return ret;
}

int
dlb_device_attach(struct rte_eventdev *eventdev)
{
	const struct rte_eventdev_data *data = eventdev->data;
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	int ret = dev->bus == NULL ? dlb_ctl_kernel_attach(data->dev_id, data->name)
				   : dlb_bus_attach(dev->bus);

	if (ret != 0) {
		DLB_LOG(ERR, eventdev->data->name, "cannot attach to the primary's device: %s",
			strerror(-ret));
		return ret;
	}
	process_set(dev, eventdev);
	burst_functions_set(eventdev);
	return 0;
}

/* Also of a process that ends without having stopped its device. */
void
dlb_device_remove(struct rte_eventdev *eventdev)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);

	if (rte_eal_process_type() != RTE_PROC_PRIMARY) {
		if (dev->bus == NULL)
			dlb_ctl_kernel_detach(eventdev->data->dev_id);
		else
			dlb_bus_detach(dev->bus);
		process_clear(dev);
		return;
	}
	if (eventdev->data->dev_started)
		rte_event_dev_stop(eventdev->data->dev_id);
	rte_event_dev_close(eventdev->data->dev_id);
	dlb_irq_close(dev);
	dlb_bus_destroy(dev->bus);
	process_clear(dev);
	rte_free(dev);
}
