#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# The measuring tests in small: every figure is there, for every device, and what was measured
# was right. How fast is not judged here.
#
# usage: test_perf.sh APPLICATION PLUGIN
set -euo pipefail
app=$1 plugin=$2
# shellcheck source=tests/app/lib.sh
. "$(dirname "$0")/lib.sh"

start_options event_sw0 event_dsw0 event_opdl0 event_dlb0
devices=event_sw0,event_dsw0,event_opdl0,event_dlb0
run 0 --test perf --dev $devices --cores 1,2 --types o,a \
	--burst 1,32 --duration 5 --repeats 2
json 'len(r["perf"]["cells"]) == 2 * 2 * 2 * 2 * 4' \
	'all(r["perf"]["check"][c]["made"] > 0 for c in ("complete", "order", "credits"))' \
	'all((c["unsupported"] != "") == (c["device"] == "event_dsw0" and c["type"] == "o" or
		c["device"] == "event_opdl0" and c["topology"] == 1) for c in r["perf"]["cells"])' \
	'all((c["events"] > 0 or c["cores"] == 2) and
		c["cycles_per_event_min"] <= c["cycles_per_event"] <= c["cycles_per_event_max"] and
		all(c[load]["p50"] <= c[load]["p99"] <= c[load]["max"]
		for load in ("latency_ns_own_load", "latency_ns_equal_load"))
		for c in r["perf"]["cells"] if not c["unsupported"])'
says 'unsupported: event_dsw0 has no ordered queues'
says 'unsupported: event_opdl0 takes no RELEASE'

run 0 --test growth,fairness,bringup --dev $devices --duration 2 --repeats 2 --workers 3
json 'all(x["outcome"] == "passed" for x in r.values())' \
	'[1, 8, 32, 2, 8, 32, 64, 16, 1024, 16384, 65536] == [
		m["size"] for m in r["growth"]["measures"] if m["device"] == "event_dlb0"]' \
	'[32] == [m["size"] for m in r["growth"]["measures"]
		if m["unsupported"] and m["device"] == "event_dsw0"]' \
	'all(m["unsupported"] for t in ("growth", "fairness") for m in r[t]["measures"]
		if m["device"] == "event_opdl0")' \
	'all(0 < m["min"] <= m["median"] <= m["max"] for t in ("growth", "bringup")
		for m in r[t]["measures"] if not m["unsupported"])' \
	'all(0 <= m["median"] <= 300 for m in r["fairness"]["measures"])' \
	'len(r["fairness"]["measures"]) == 2 * 4 and len(r["bringup"]["measures"]) == 2 * 4' \
	'all(r["fairness"]["check"][c]["made"] > 0 for c in ("complete", "exclusive", "order"))'
