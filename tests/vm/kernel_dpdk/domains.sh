#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: test_domains with these arguments, and what it has to say on the way.
#
# usage: domains.sh [says=EXPRESSION]... ARG...
# shellcheck source=tests/vm/kernel_dpdk/kernel_dpdk.sh
. /kernel_dpdk.sh

expected=
while [ "${1#says=}" != "$1" ]; do
	expected="$expected
${1#says=}"
	shift
done
[ "$1" != beside ] || bind vfio-pci "$2"
kernel_start
timeout 100 test_domains /dlb/librte_event_dlb.so "$@" > $log 2>&1 || fail domains "exit code $?"
grep -E '^(ok|figure)' $log
echo "$expected" | while read -r expression; do
	[ -z "$expression" ] || says "$expression" || echo "FAIL: nobody says $expression"
done | grep . && failed=1
kernel_end
