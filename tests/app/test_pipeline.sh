#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# The packet pipeline on one device. The application's own proof must say so, and a second one,
# which shares no code with it, must agree: each flow's packets stand in the output as often
# and in the order as they stand in the input.
#
# usage: test_pipeline.sh APPLICATION PLUGIN DEVICE[,ARGUMENT...]
set -euo pipefail
app=$1 plugin=$2 device=$3
# shellcheck source=tests/app/lib.sh
. "$(dirname "$0")/lib.sh"

loops=4
start_options "$device"
run 0 --test pipeline --dev "${device%%,*}" --input "$captures/lan.pcap" \
	--output "$scratch/out.pcap" --loops $loops
json 'r["pipeline"]["outcome"] == "passed"' \
	'r["pipeline"]["value"]["output capture"] == 4 * (3208 - 3)' \
	'r["pipeline"]["value"]["flows"] > 400' \
	'all(r["pipeline"]["value"][x] == 0 for x in ("lost", "doubled", "out of order"))' \
	'0 < r["pipeline"]["value"]["latency p50"] <= r["pipeline"]["value"]["latency max"]' \
	'r["pipeline"]["check"]["capture"]["made"] == 2 * 4 * (3208 - 3)' \
	'sum(a["events"] > 0 for a in r["pipeline"]["agents"]) > 2'
python3 "$here/second_opinion.py" "$captures/lan.pcap" "$scratch/out.pcap" $loops ||
	fail "the second opinion differs"

run 1 --test pipeline --dev "${device%%,*}" --input "$scratch/none.pcap"
says "$scratch/none.pcap: No such file"
