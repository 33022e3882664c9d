#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# Every checker of the application on one device, several times over, in one process.
#
# usage: test_checkers.sh APPLICATION PLUGIN DEVICE[,ARGUMENT...] [OPTION...]
set -euo pipefail
app=$1 plugin=$2 device=$3
shift 3
# shellcheck source=tests/app/lib.sh
. "$(dirname "$0")/lib.sh"

start_options "$device"
run 0 --test all --events 20000 --producers 2 --dev "${device%%,*}" "$@"
json 'set(r) == {"order", "atomic", "parallel", "directed", "mixed"}' \
	'all(x["outcome"] == "passed" for x in r.values())' \
	'all(x["check"]["complete"]["made"] == 20000 for x in r.values())' \
	'all(c["failed"] == 0 for x in r.values() for c in x["checks"])' \
	'r["order"]["check"]["order"]["made"] > 30000' \
	'r["atomic"]["check"]["exclusive"]["made"] > 30000' \
	'r["directed"]["check"]["fifo"]["made"] == 40000' \
	'r["mixed"]["check"]["fields"]["made"] > 70000' \
	'sum(a["events"] for a in r["order"]["agents"] if a["role"] == "producer") == 20000' \
	'sum(a["events"] > 0 for a in r["parallel"]["agents"] if a["role"] == "worker") > 1'
