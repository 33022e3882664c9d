#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the hard checks of test-eventdev-dlb on event_dlb, all in one process, so that the
# device is configured anew and started again for each.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
# shellcheck disable=SC2086
timeout 50 test-eventdev-dlb $eal -a $device -- --test order,atomic,directed,mixed --progress 0 \
	--events 5000 > $log 2>&1
code=$?
clean_log
grep -iE 'passed|failed|unsupported' $log
[ $code -eq 0 ] || fail checkers "exit code $code"
[ "$(grep -cE '^(order|atomic|directed|mixed).* passed' $log)" -eq 4 ] || fail checkers "not four passed"
exit $failed
