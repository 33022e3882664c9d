#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: test_pci_devices.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
timeout 100 test_pci_devices /dlb/librte_event_dlb.so --lcores 0@0 > $log 2>&1 ||
	fail devices "exit code $?"
grep -E '^(ok|[0-9]+ passed)' $log
exit $failed
