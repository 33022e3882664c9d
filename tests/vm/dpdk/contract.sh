#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: what DPDK expects of an event driver, by those programs of tests/pmd that do not need
# to know when the device works.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
for topic in enqueue flush links memory; do
	DLB_TEST_PCI=1 timeout 100 test_contract_$topic /dlb/librte_event_dlb.so --lcores 0@0 \
		> $log 2>&1 || fail $topic "exit code $?"
	echo "$topic: $(tail -n 1 $log)"
done
exit $failed
