# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
# shellcheck shell=sh disable=SC2034
#
# In the guest: DPDK on the first device, which vfio-pci has, and judging what its applications say.
# Two CPUs: lcore 0 only waits.
# shellcheck source=tests/vm/guest/bind.sh
. /bind.sh

device=0000:00:04.0
log=/tmp/log
failed=0

# The plugin comes before the distribution's drivers.
lcores='--lcores 0@0,1@0,2@1,3@1'
eal="$lcores -d /dlb/librte_event_dlb.so"

huge_pages()
{
	echo "$1" > /proc/sys/vm/nr_hugepages
	mkdir -p /dev/hugepages
	mount -t hugetlbfs nodev /dev/hugepages
}

# ok WHAT, or fail WHAT WHY with the end of the log
ok()
{
	echo "ok   $1"
}

fail()
{
	echo "FAIL $1: $2"
	tail -n "${3:-30}" $log
	failed=1
}

# Each line of the log as a line.
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

# eventdev WHAT PACKETS DEQUEUES-PER-PACKET ARGUMENT...: a run of dpdk-test-eventdev with $eal.
# What it says of success proves nothing; the witness knows what came back.
eventdev()
{
	what=$1 packets=$2 dequeues=$(($2 * $3))
	shift 3
	# shellcheck disable=SC2086
	LD_PRELOAD="/dlb/witness.so $preload" timeout 50 dpdk-test-eventdev $eal -a $device${args:+,$args} \
		-- --dev=0 --plcores=1 --wlcores=2,3 --nb_pkts="$packets" "$@" > $log 2>&1
	code=$?
	clean_log
	if [ $code -ne 0 ]; then
		fail "$what" "exit code $code"
	elif grep -qiE 'error|deadlock|mismatch' $log; then
		fail "$what" "$(grep -m 1 -iE 'error|deadlock|mismatch' $log)"
	elif [ "$(count new)" != "$packets" ] || [ "$(count dequeued)" != $dequeues ]; then
		fail "$what" "new $(count new), not $packets; dequeued $(count dequeued), not $dequeues"
	else
		ok "$what: $(count new) new, $(count dequeued) dequeued"
	fi
}
