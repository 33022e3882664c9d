#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: what "figures" measures from outside.
#
# usage: figures.sh brief|perf|idle
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

# perf MILLISECONDS REPEATS: one thread, which has a CPU for itself, produces and works
perf()
{
	# shellcheck disable=SC2086
	timeout 60 test-eventdev-dlb --lcores 0@0,1@1 $ours -a $device -- --test perf --topology 1 \
		--types a,p --cores 1 --burst 32 --duration "$1" --repeats "$2" --progress 0 > $log 2>&1 ||
		fail perf "exit code $?"
	cat $log
}

dpdk_start
case $1 in
brief) perf 50 1 ;;
perf) perf 1000 3 ;;
idle) sleep 30 ;;
esac
exit $failed
