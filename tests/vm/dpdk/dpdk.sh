# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
# shellcheck shell=sh disable=SC2034
#
# In the guest: DPDK on the first device, or what $dlb says, and judging what applications say.
# shellcheck source=tests/vm/guest/bind.sh
. /bind.sh

device=0000:00:04.0
kernel_driver=vfio-pci
log=/tmp/log
failed=0

# Two CPUs; lcore 0 only waits. Plugins given by -d come before the distribution's drivers.
lcores='--lcores 0@0,1@0,2@1,3@1'
ours='-d /dlb/librte_event_dlb.so'
eal="$lcores $ours"
preload=/dlb/witness.so

devices()
{
	for one in /sys/bus/pci/devices/*; do
		[ "$(cat "$one/class")" = 0x0b4000 ] && basename "$one"
	done
}

dpdk_start()
{
	# shellcheck disable=SC2046
	bind $kernel_driver $(devices)
	huge_pages
}

huge_pages()
{
	echo 256 > /proc/sys/vm/nr_hugepages
	mkdir -p /dev/hugepages
	mount -t hugetlbfs nodev /dev/hugepages
}

# fail WHAT WHY, and the end of the log
fail()
{
	echo "FAIL $1: $2"
	tail -n 30 $log
	failed=1
}

# Each line of the log as a line, without colours.
clean_log()
{
	tr '\r' '\n' < $log | sed 's/\x1b\[[0-9;]*m//g' > $log.clean
	mv $log.clean $log
}

# count WORD: the number behind it in the witness' first line
count()
{
	grep -m 1 '^witness: new' $log | tr ' ' '\n' | grep -A 1 -x "$1" | tail -n 1
}

# says EXPRESSION: the log has such a line
says()
{
	grep -qiE "$1" $log
}

# The hard checks of test-eventdev-dlb, all in one process, so that the device is configured anew and
# started again for each.
checkers()
{
	# shellcheck disable=SC2086
	timeout 50 test-eventdev-dlb $eal ${dlb:--a $device} -- --test all \
		--progress 0 --events 5000 > $log 2>&1
	code=$?
	clean_log
	grep -iE 'passed|failed|unsupported' $log
	[ $code -eq 0 ] || fail checkers "exit code $code"
	[ "$(grep -cE '^(order|atomic|parallel|directed|mixed).* passed' $log)" -eq 5 ] ||
		fail checkers "not five passed"
}

# eventdev WHAT PACKETS DEQUEUES-PER-PACKET ARGUMENT...: a run of dpdk-test-eventdev with $eal.
# What it says of success proves nothing; the witness knows what came back.
eventdev()
{
	what=$1 packets=$2 dequeues=$(($2 * $3))
	shift 3
	# shellcheck disable=SC2086
	LD_PRELOAD=$preload timeout 50 dpdk-test-eventdev $eal ${dlb:--a $device} -- --plcores=1 \
		--wlcores=2,3 --nb_pkts="$packets" "$@" > $log 2>&1
	code=$?
	clean_log
	if [ $code -ne 0 ]; then
		fail "$what" "exit code $code"
	elif says 'error|deadlock|mismatch|are lost'; then
		fail "$what" "$(grep -m 1 -iE 'error|deadlock|mismatch|are lost' $log)"
	elif [ "$(count new)" != "$packets" ] || [ "$(count dequeued)" != $dequeues ]; then
		fail "$what" "$(count new) new events, $(count dequeued) dequeued"
	else
		echo "ok   $what: $(count new) new events, $(count dequeued) dequeued"
	fi
}

# Traffic without end, of process $pid; returns when it flows, and not because it did before.
start_traffic()
{
	: > $log
	# shellcheck disable=SC2086
	dpdk-test-eventdev $eal ${dlb:--a $device} -- --test=perf_queue --stlist=a,o --plcores=1 \
		--wlcores=2,3 --nb_pkts=0 > $log 2>&1 &
	pid=$!
	for _ in $(seq 300); do
		grep -q 'mpps avg 0*[.0]*[1-9]' $log && return
		sleep 0.1
	done
	fail traffic "does not flow"
}

# ends_within SECONDS: process $pid ends by itself
ends_within()
{
	for _ in $(seq $(($1 * 10))); do
		kill -0 "$pid" 2> /dev/null || return 0
		sleep 0.1
	done
	kill -KILL "$pid"
	return 1
}
