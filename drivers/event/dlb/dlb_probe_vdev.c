/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * --vdev=event_dlb<n>,<arguments>: a device made of software comes and goes.
 *
 * The primary process makes it, others attach to it. The burst functions are valid from probe on
 * in every process and never change: a port knows whether it is started.
 */

#include "dlb_priv.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <rte_malloc.h>

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
	const struct dlb_burst_ops *burst = &dlb_burst_ops_scalar_sim;

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
	process->dev = dev;
	eventdev->dev_ops = &process->ops;
}

static void
process_clear(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);

	process->dev = NULL;
	free(process->rm);
	process->rm = NULL;
	pthread_mutex_destroy(&process->lock);
}

/* Strict priorities among queues; among elements as the hardware's default has it. */
static int
hardware_init(struct dlb_dev *dev)
{
	const struct dlbrm_hw_config conf = {
		.sparse_ldb_cq = dlb_bus_cq_sparse(dev->bus),
		.sparse_dir_cq = dlb_bus_cq_sparse(dev->bus),
	};
	struct dlbrm *rm = calloc(1, sizeof(*rm));
	int ret;

	if (rm == NULL)
		return -ENOMEM;
	dlb_process_of(dev)->rm = rm;
	dlbrm_init(rm, dev->args.version, &dlb_bus_io, dev->bus);
	ret = dlbrm_power_up(rm);
	if (ret == 0)
		ret = dlbrm_hw_init(rm, &conf);
	if (ret != 0)
		DLB_LOG(ERR, dev->data->name, "the device does not come up: %s", strerror(-ret));
	return ret;
}

static int
device_make(struct rte_eventdev *eventdev, const struct dlb_devargs *args)
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
	((struct dlb_private *)data->dev_private)->dev = dev;
	process_set(dev, eventdev);

	dev->bus = dlb_bus_create(data->dev_id, args->version, data->socket_id);
	ret = dev->bus == NULL ? -ENOMEM : hardware_init(dev);
	if (ret == 0)
		ret = dlb_sched_probe(dev);
	if (ret == 0)
		return 0;
	dlb_bus_destroy(dev->bus);
	process_clear(dev);
	rte_free(dev);
	return ret;
}

static int
device_attach(struct rte_eventdev *eventdev)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);
	int ret = dlb_bus_attach(dev->bus);

	if (ret == 0)
		process_set(dev, eventdev);
	else
		DLB_LOG(ERR, eventdev->data->name, "cannot attach to the primary's device: %s",
			strerror(-ret));
	return ret;
}

static int
probe(struct rte_vdev_device *vdev)
{
	const bool is_primary = rte_eal_process_type() == RTE_PROC_PRIMARY;
	const char *name = rte_vdev_device_name(vdev);
	struct rte_eventdev *eventdev;
	struct dlb_devargs args;
	struct dlb_why why;
	int ret;

	if (is_primary && dlb_devargs_parse(&args, rte_vdev_device_args(vdev), &why) != 0) {
		DLB_LOG(ERR, name, "%s", why.text);
		return -EINVAL;
	}
	eventdev = rte_event_pmd_vdev_init(name, sizeof(struct dlb_private), rte_socket_id(), vdev);
	if (eventdev == NULL) {
		DLB_LOG(ERR, name, "no event device of that name can be made");
		return -EEXIST;
	}
	ret = is_primary ? device_make(eventdev, &args) : device_attach(eventdev);
	if (ret != 0) {
		rte_event_pmd_release(eventdev);
		return ret;
	}
	burst_functions_set(eventdev);
	event_dev_probing_finish(eventdev);
	return 0;
}

static int
remove_attached(struct rte_eventdev *eventdev)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);

	dlb_bus_detach(dev->bus);
	process_clear(dev);
	rte_event_pmd_release(eventdev);
	return 0;
}

/* A process that ends without having stopped its device comes here as well. */
static int
device_remove(struct rte_vdev_device *vdev)
{
	struct rte_eventdev *eventdev = rte_event_pmd_get_named_dev(rte_vdev_device_name(vdev));
	struct dlb_dev *dev;

	if (eventdev == NULL)
		return -ENODEV;
	if (rte_eal_process_type() != RTE_PROC_PRIMARY)
		return remove_attached(eventdev);
	dev = dlb_dev_of(eventdev);
	if (eventdev->data->dev_started)
		rte_event_dev_stop(eventdev->data->dev_id);
	rte_event_dev_close(eventdev->data->dev_id);
	dlb_bus_destroy(dev->bus);
	process_clear(dev);
	rte_event_pmd_release(eventdev);
	rte_free(dev);
	return 0;
}

static struct rte_vdev_driver driver = {
	.probe = probe,
	.remove = device_remove,
};

RTE_PMD_REGISTER_VDEV(event_dlb, driver);
RTE_PMD_REGISTER_PARAM_STRING(event_dlb, DLB_DEVARGS_STRING);
