#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: test_pci_gone. With vfio-pci the kernel would wait a minute for each device that it
# resets itself.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

kernel_driver=uio_pci_generic
dpdk_start
timeout 90 test_pci_gone /dlb/librte_event_dlb.so --lcores 0@0 > $log 2>&1 &
pid=$!
until grep -q '^ready' $log; do
	kill -0 $pid || break
	sleep 0.1
done
echo "vm: no more devices"
until [ "$(hexdump -n 2 -e '1/2 "%04x"' /sys/bus/pci/devices/$device/config)" = ffff ]; do
	sleep 0.1
done
touch /tmp/gone
wait $pid || fail gone "exit code $?"
grep -E '^(ok|[0-9]+ passed)' $log
exit $failed
