#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the driver without an IOMMU and without interrupts, on uio_pci_generic.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

kernel_driver=uio_pci_generic
dpdk_start
eal="$eal --log-level=pmd.event.dlb:info"
eventdev order_queue 4000 2 --test=order_queue --nb_flows=64
says 'no interrupts' || fail order_queue "there are interrupts"
exit $failed
