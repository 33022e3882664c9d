#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the devices behind the IOMMU write to consumer queues at the application's own
# addresses (VA), and at physical ones (PA).
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
for device in $(devices); do
	for mode in va pa; do
		eal="$lcores $ours --iova-mode=$mode"
		eventdev "order_queue at $device, $mode" 2000 2 --test=order_queue --nb_flows=64
		says "Selected IOVA mode '$mode'" || fail "$device" "the mode was not $mode"
	done
done
exit $failed
