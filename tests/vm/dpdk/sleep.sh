#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: threads that wait at a port sleep, and are woken by interrupts.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
# shellcheck disable=SC2086
timeout 90 test_sleep $eal -a $device > $log 2>&1 || fail sleep "exit code $?"
grep '^ok' $log
[ "$(grep -c '^ok' $log)" -eq 8 ] || fail sleep "not eight of them"
exit $failed
