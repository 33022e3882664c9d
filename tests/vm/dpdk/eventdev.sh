#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the distribution's unmodified dpdk-test-eventdev on event_dlb, at last on one made
# of software, whose memory is huge pages as well.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
eventdev order_queue 4000 2 --test=order_queue --nb_flows=64
eventdev order_atq 4000 2 --test=order_atq --nb_flows=64
eventdev perf_queue 16000 3 --test=perf_queue --stlist=a,o,p --prod_enq_burst_sz=32
eal="$eal --no-pci --vdev=event_dlb0"
eventdev "software, huge pages" 4000 2 --test=order_atq --nb_flows=64
says 'device check: ok' || fail "software, huge pages" "this is the device on PCI"
exit $failed
