#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: an unmodified event_dlb2, the distribution's or that of another release, on our
# device. Its self-test passes, and events come back. Where our driver is there too, the one given
# by -d has the device.
#
# usage: foreign.sh [selftest]
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

eal=$lcores
preload="$preload /dlb/movdir64b.so"
dpdk_start
if [ "$1" = selftest ]; then
	# shellcheck disable=SC2086
	printf 'eventdev_selftest_dlb2\nquit\n' |
		LD_PRELOAD=/dlb/movdir64b.so timeout 55 dpdk-test $eal -a $device > $log 2>&1
	grep -E '^\*\*\*' $log
	says '^Selftest passed for eventdev event_dlb2' || fail selftest "has not passed"
	says 'Ran selftest on 1 eventdevs, 0 skipped, 1 passed' || fail selftest "was not run"
else
	eventdev order_queue 2000 2 --test=order_queue --nb_flows=64
	says 'driver *: event_dlb2_' || fail driver "it was not event_dlb2"
	eventdev perf_queue 4000 3 --test=perf_queue --stlist=a,o,p --prod_enq_burst_sz=32
	if [ -e /dlb/librte_event_dlb.so ]; then
		eal="$lcores $ours"
		eventdev "order_queue with both drivers" 2000 2 --test=order_queue --nb_flows=64
		says 'driver *: event_dlb_pci' || fail driver "it was not event_dlb"
	fi
fi
exit $failed
