#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the distribution's unmodified dpdk-test-eventdev on event_dlb.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

dpdk_start
eventdev order_queue 4000 2 --test=order_queue --nb_flows=64
eventdev order_atq 4000 2 --test=order_atq --nb_flows=64
eventdev perf_queue 16000 3 --test=perf_queue --stlist=a,o,p --prod_enq_burst_sz=32
exit $failed
