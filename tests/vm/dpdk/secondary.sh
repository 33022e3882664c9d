#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: tests/pmd/test_secondary on the device on PCI.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
timeout 50 /usr/bin/test_secondary /dlb/librte_event_dlb.so --lcores 0@0 -a $device > $log 2>&1 ||
	fail secondary "exit code $?"
grep '^ok' $log
[ "$(grep -c '^ok' $log)" -eq 2 ] || fail secondary "not two of them"
exit $failed
