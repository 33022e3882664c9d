#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# How the application ends when it cannot pass: a device without a feature, no such device, a
# check that cannot be made, Ctrl-C; and that service cores are used. On DPDK's own devices.
#
# usage: test_outcomes.sh APPLICATION PLUGIN
set -euo pipefail
app=$1 plugin=$2
# shellcheck source=tests/app/lib.sh
. "$(dirname "$0")/lib.sh"

start_options event_dsw0 event_opdl0
run 77 --test order --dev event_dsw0
says 'order: unsupported: event_dsw0 has no ordered queues'
run 77 --test atomic --dev event_dsw0 --all-types
says 'QUEUE_ALL_TYPES'
run 77 --test mixed --dev event_opdl0
says 'MULTIPLE_QUEUE_PORT'
run 1 --test order --dev event_dlb7
says 'there is no event_dlb7'
run 1 --test order --dev event_dsw0 --stages p,a
says 'the check "order", which this test is about, was never made'

# The scheduler of event_sw on a service core of its own instead of the main lcore.
start_options event_sw0
eal+=(-S 4)
run 0 --test atomic --events 20000

# Ctrl-C in the middle: what was found so far is reported.
eal=("${eal[@]:0:${#eal[@]}-2}")
"$app" "${eal[@]}" -- --test parallel,order --events 20000000 --json - \
	>"$scratch/json" 2>"$scratch/log" &
pid=$!
until grep -q '^parallel: ' "$scratch/log"; do
	kill -0 $pid 2>/dev/null || fail "the application ended by itself"
	sleep 0.1
done
kill -INT $pid
code=0
wait $pid || code=$?
[[ $code -eq 130 ]] || fail "exit code $code instead of 130 after Ctrl-C"
says 'parallel: interrupted'
json 'set(r) == {"parallel"}' 'r["parallel"]["outcome"] == "interrupted"'
