#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# The performance test in small: every cell is there, on every device, and counted. How fast is
# not judged here.
#
# usage: test_perf.sh APPLICATION PLUGIN
set -euo pipefail
app=$1 plugin=$2
# shellcheck source=tests/app/lib.sh
. "$(dirname "$0")/lib.sh"

start_options event_sw0 event_dsw0 event_dlb0
run 0 --test perf --dev event_sw0,event_dsw0,event_dlb0 --cores 1,2 --types o,a \
	--burst 1,32 --duration 5 --repeats 2
json 'len(r["perf"]["cells"]) == 2 * 2 * 2 * 2 * 3' \
	'r["perf"]["check"]["complete"]["failed"] == 0' \
	'all((c["unsupported"] != "") == (c["device"] == "event_dsw0" and c["type"] == "o")
		for c in r["perf"]["cells"])' \
	'all(c["events"] > 0 and c["latency_ns_p50"] <= c["latency_ns_max"]
		for c in r["perf"]["cells"] if not c["unsupported"])'
says 'unsupported: event_dsw0 has no ordered queues'
