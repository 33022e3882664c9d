#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# All roles on one lcore: nobody may wait for another there.
#
# usage: test_one_lcore.sh APPLICATION PLUGIN DEVICE
set -euo pipefail
app=$1 plugin=$2
# shellcheck source=tests/app/lib.sh
. "$(dirname "$0")/lib.sh"

mapfile -t eal < <("$here/../../devtools/eal-args" 1 "$plugin")
eal+=("--vdev=$3")
run 0 --test all,pipeline --events 20000 --input "$captures/lan.pcap" \
	--output "$scratch/out.pcap"
json 'len(r) == 6 and all(x["outcome"] == "passed" for x in r.values())' \
	'all(a["lcore"] == 0 for x in r.values() for a in x["agents"])'
run 77 --test perf --cores 2
says 'EAL was given one lcore, this needs two'
