#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: an application that is killed in mid-traffic, and a device that is reset below one.
# Either time the next application finds a device that works, and so does the same one.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

# A run with counts, while nothing of the one before is left.
next()
{
	eventdev "$1" 2000 2 --test=order_queue --nb_flows=64
}

dpdk_start
start_traffic
kill -KILL $pid
wait $pid
next "after a kill"

start_traffic
echo 1 > /sys/bus/pci/devices/$device/reset
sleep 1
kill -INT $pid
ends_within 20 || fail reset "the application hangs"
clean_log
says 'are lost' || fail reset "nobody noticed"
next "after a reset"

# shellcheck disable=SC2086
DLB_TEST_RESET=/sys/bus/pci/devices/$device/reset timeout 50 test_sleep $eal -a $device \
	> $log 2>&1 || fail "same process" "exit code $?"
grep -E '^ok|set up anew' $log
says 'set up anew' || fail "same process" "nobody noticed"
exit $failed
