#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: what applications do on a device on PCI, on the kernel's.
# shellcheck source=tests/vm/kernel_dpdk/kernel_dpdk.sh
. /kernel_dpdk.sh

kernel_start
eventdev order_queue 2000 2 --test=order_queue --nb_flows=64
eventdev order_atq 2000 2 --test=order_atq --nb_flows=64
eventdev perf_queue 4000 3 --test=perf_queue --stlist=a,o,p --prod_enq_burst_sz=32
checkers
kernel_end
