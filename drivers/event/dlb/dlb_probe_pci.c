/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * -a <address>,<arguments>: a DLB on PCI, physical function of DLB 2.0 or 2.5, bound to vfio-pci or
 * uio_pci_generic. The event device has the PCI address as its name.
 */

#include "dlb_priv.h"

#include <errno.h>

#include <rte_devargs.h>

#include <bus_pci_driver.h>
#include <eventdev_pmd_pci.h>

#define PCI_DEVICE_ID_2_0 0x2710
#define PCI_DEVICE_ID_2_5 0x2714

static enum dlb_version
version_of(const struct rte_pci_device *pci)
{
	return pci->id.device_id == PCI_DEVICE_ID_2_0 ? DLB_V2_0 : DLB_V2_5;
}

static struct rte_pci_device *
pci_device_of(const struct rte_eventdev *eventdev)
{
	return container_of(DLB_RTE_DEVICE(eventdev), struct rte_pci_device, device);
}

static int
make(struct rte_eventdev *eventdev)
{
	struct rte_pci_device *pci = pci_device_of(eventdev);
	const struct rte_devargs *given = pci->device.devargs;
	const enum dlb_version version = version_of(pci);
	struct dlb_devargs args;
	struct dlb_bus *bus;
	struct dlb_why why;
	int ret;

	if (dlb_devargs_parse(&args, given == NULL ? NULL : given->args, &version, &why) != 0) {
		DLB_LOG(ERR, pci->name, "%s", why.text);
		return -EINVAL;
	}
	bus = dlb_bus_pci_create(eventdev->data->dev_id, version, pci);
	if (bus == NULL)
		return -EIO;
	ret = dlb_device_make(eventdev, &args, bus);
	if (ret == 0)
		dlb_irq_open(dlb_dev_of(eventdev), pci);
	else
		dlb_bus_destroy(bus);
	return ret;
}

static int
init(struct rte_eventdev *eventdev)
{
	return rte_eal_process_type() == RTE_PROC_PRIMARY ? make(eventdev)
							  : dlb_device_attach(eventdev);
}

static int
probe(struct rte_pci_driver *driver, struct rte_pci_device *pci)
{
	return rte_event_pmd_pci_probe_named(driver, pci, sizeof(struct dlb_private), init,
					     pci->name);
}

static int
uninit(struct rte_eventdev *eventdev)
{
	dlb_device_remove(eventdev);
	return 0;
}

static int
device_remove(struct rte_pci_device *pci)
{
	return rte_event_pmd_pci_remove(pci, uninit);
}

static const struct rte_pci_id ids[] = {
	{ RTE_PCI_DEVICE(DLB_PCI_VENDOR_ID, PCI_DEVICE_ID_2_0) },
	{ RTE_PCI_DEVICE(DLB_PCI_VENDOR_ID, PCI_DEVICE_ID_2_5) },
	{ .vendor_id = 0 },
};

static struct rte_pci_driver driver = {
	.id_table = ids,
	.drv_flags = RTE_PCI_DRV_NEED_MAPPING,
	.probe = probe,
	.remove = device_remove,
};

RTE_PMD_REGISTER_PCI(event_dlb_pci, driver);
RTE_PMD_REGISTER_PCI_TABLE(event_dlb_pci, ids);
RTE_PMD_REGISTER_PARAM_STRING(event_dlb_pci, DLB_DEVARGS_PCI_STRING);
RTE_PMD_REGISTER_KMOD_DEP(event_dlb_pci, "vfio-pci | uio_pci_generic");
