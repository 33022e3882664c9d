#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest, which has no IOMMU: devices on uio_pci_generic write at physical addresses, and do
# not interrupt.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

kernel_driver=uio_pci_generic
dpdk_start
eal="$eal --log-level=pmd.event.dlb:info"
for device in $(devices); do
	eventdev "order_queue at $device" 2000 2 --test=order_queue --nb_flows=64
	says "Selected IOVA mode 'pa'" || fail "$device" "the mode was not pa"
	says 'no interrupts' || fail "$device" "there are interrupts"
	eventdev "perf_queue at $device" 8000 3 --test=perf_queue --stlist=a,o,p \
		--prod_enq_burst_sz=32
done
exit $failed
