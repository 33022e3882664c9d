#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the device goes while a thread sleeps until it interrupts; which it never will.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

# log_has LINE
log_has()
{
	for _ in $(seq 300); do
		grep -qx "$1" $log && return
		sleep 0.1
	done
	fail "gone" "no $1"
}

dpdk_start
# shellcheck disable=SC2086
DLB_TEST_GONE=1 test_sleep $eal -a $device > $log 2>&1 &
log_has asleep
echo "vm: no more devices"
log_has "ok gone"
grep '^ok' $log
exit $failed
