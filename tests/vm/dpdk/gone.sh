#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the device goes in mid-traffic, and reads all ones from then on. The application
# stops when it is told to, and says what happened.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
start_traffic
echo "vm: no more devices"
sleep 1
kill -INT $pid
for _ in $(seq 200); do
	grep -q '^Result' $log && break
	sleep 0.1
done
clean_log
says '^Result' || fail gone "the application hangs"
says 'is gone' || fail gone "nobody noticed"
grep -E '^(event_dlb|0000)' $log
exit $failed
