#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: threads of a primary and of a secondary process that wait at ports of the kernel's
# device sleep, and are woken by interrupts; and a secondary process in traffic.
# shellcheck source=tests/vm/kernel_dpdk/kernel_dpdk.sh
. /kernel_dpdk.sh

kernel_start
# shellcheck disable=SC2086
DLB_TEST_AT=$node DLB_TEST_IRQ=dlb timeout 90 test_sleep $eal $dlb > $log 2>&1 ||
	fail sleep "exit code $?"
grep '^ok' $log
[ "$(grep -c '^ok' $log)" -eq 8 ] || fail sleep "not eight of them"
# shellcheck disable=SC2086
timeout 50 /usr/bin/test_secondary /dlb/librte_event_dlb.so --lcores 0@0 $dlb > $log 2>&1 ||
	fail secondary "exit code $?"
grep '^ok' $log
[ "$(grep -c '^ok' $log)" -eq 2 ] || fail secondary "not two of them"
kernel_end
