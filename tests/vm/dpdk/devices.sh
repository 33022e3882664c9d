#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: two devices on PCI and one made of software. First with DPDK's application, which
# has them from its start, or does not start; then test_pci_devices, which plugs them in and out.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
# shellcheck disable=SC2086
if timeout 50 dpdk-test-eventdev $eal -a $device,cq_depth=7 -- --test=order_queue > $log 2>&1; then
	fail arguments "the application started"
else
	says 'cq_depth=7 .* allowed: .*8..1024' || fail arguments "they are not named"
fi

eal="$eal -a 0000:00:05.0 --vdev=event_dlb0"
for number in 0 1 2; do
	eventdev "order_queue on device $number of 3" 1000 2 --test=order_queue --nb_flows=64 \
		--dev=$number
done

timeout 100 test_pci_devices /dlb/librte_event_dlb.so --lcores 0@0 > $log 2>&1 ||
	fail devices "exit code $?"
grep -E '^(ok|[0-9]+ passed)' $log
exit $failed
