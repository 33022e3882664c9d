/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * --vdev=event_dlb<n>,<arguments>: a device made of software, or with dev=<node> the kernel's.
 */

#include "dlb_priv.h"

#include <errno.h>

static int
make(struct rte_eventdev *eventdev, const struct dlb_devargs *args)
{
	const struct rte_eventdev_data *data = eventdev->data;
	struct dlb_bus *bus;
	int ret;

	if (args->transport == DLB_TRANSPORT_KERNEL)
		return dlb_device_make(eventdev, args, NULL);
	bus = dlb_bus_sim_create(data->dev_id, args->version, data->socket_id);
	ret = bus == NULL ? -ENOMEM : dlb_device_make(eventdev, args, bus);
	if (ret != 0)
		dlb_bus_destroy(bus);
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

	if (is_primary && dlb_devargs_parse(&args, rte_vdev_device_args(vdev), NULL, &why) != 0) {
		DLB_LOG(ERR, name, "%s", why.text);
		return -EINVAL;
	}
	eventdev = rte_event_pmd_vdev_init(name, sizeof(struct dlb_private), rte_socket_id(), vdev);
	if (eventdev == NULL) {
		DLB_LOG(ERR, name, "no event device of that name can be made");
		return -EEXIST;
	}
	ret = is_primary ? make(eventdev, &args) : dlb_device_attach(eventdev);
	if (ret != 0) {
		rte_event_pmd_release(eventdev);
		return ret;
	}
	event_dev_probing_finish(eventdev);
	return 0;
}

static int
device_remove(struct rte_vdev_device *vdev)
{
	struct rte_eventdev *eventdev = rte_event_pmd_get_named_dev(rte_vdev_device_name(vdev));

	if (eventdev == NULL)
		return -ENODEV;
	dlb_device_remove(eventdev);
	rte_event_pmd_release(eventdev);
	return 0;
}

static struct rte_vdev_driver driver = {
	.probe = probe,
	.remove = device_remove,
};

RTE_PMD_REGISTER_VDEV(event_dlb, driver);
RTE_PMD_REGISTER_PARAM_STRING(event_dlb, DLB_DEVARGS_STRING);
