#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: what applications do on a device on PCI, on the kernel's.
# shellcheck source=tests/vm/kernel_dpdk/kernel_dpdk.sh
. /kernel_dpdk.sh

# Briefly, all in one process as well. They print how fast an emulated processor is.
measurements()
{
	# shellcheck disable=SC2086
	timeout 90 test-eventdev-dlb $eal $dlb -- --test pipeline,perf,growth,fairness,bringup \
		--input /lan.pcap --output /tmp/out.pcap \
		--duration 50 --repeats 1 --burst 1,32 --progress 0 > $log 2>&1 ||
		fail measurements "exit code $?"
	clean_log
	grep -E '^[a-z]+: ' $log
	[ "$(grep -cE '^(pipeline|perf|growth|fairness|bringup).* passed' $log)" -eq 5 ] ||
		fail measurements "not five passed"
}

kernel_start
eventdev order_queue 2000 2 --test=order_queue --nb_flows=64
eventdev order_atq 2000 2 --test=order_atq --nb_flows=64
eventdev perf_queue 4000 3 --test=perf_queue --stlist=a,o,p --prod_enq_burst_sz=32
eventdev perf_atq 4000 3 --test=perf_atq --stlist=a,o,p --prod_enq_burst_sz=32
checkers
measurements
kernel_end
