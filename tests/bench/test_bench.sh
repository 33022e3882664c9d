#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# devtools/bench as a whole, in small: it writes its three files, every device is in every table,
# and what was measured was right. How fast anything is is not judged here.
#
# usage: test_bench.sh BUILD-FOLDER
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin
built=$1
here=$(dirname "$(readlink -f "$0")")
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail()
{
	echo "FAILED: $1" >&2
	cat "$scratch"/*.txt "$scratch"/*.log >&2
	exit 1
}

bench=$here/../../devtools/bench

# A build folder in which the program of the driver alone is a short one.
driver=$scratch/built/tests/unit/drivers/event/dlb/dp/bench_burst
mkdir -p "$scratch/built/tests/bench" "${driver%/*}"
ln -s "$built/app" "$built/drivers" "$scratch/built/"
ln -s "$built/tests/bench/librte_event_floor.so" "$scratch/built/tests/bench/"
cat >"$driver" <<'SCRIPT'
#!/bin/sh
if [ "$1" = --json ]; then echo '{"cycles": 42}'; else echo "the driver alone: 42"; fi
SCRIPT
chmod +x "$driver"

"$bench" --smoke --built "$scratch/built" --output "$scratch" \
	>"$scratch/out" 2>"$scratch/err.log" || fail "exit code $?"
diff <(head -n -1 "$scratch/out") "$scratch/bench.txt" >&2 ||
	fail "the text on standard output is another one than bench.txt"

python3 - "$scratch" <<'PYTHON' || fail "the report is not as expected"
import json
import sys
import xml.etree.ElementTree as ElementTree

folder = sys.argv[1]
run = json.load(open(folder + "/bench.json"))
text = open(folder + "/bench.txt").read()
ElementTree.parse(folder + "/bench.svg")
devices = {"event_floor0", "event_sw0", "event_dsw0", "event_opdl0", "event_dlb0"}
for part in ("perf", "alone", "growth", "fairness", "bringup"):
    assert {x["device"] for x in run[part]} == devices, part
    assert not any(x["unsupported"] for x in run[part] if x["device"] == "event_dlb0"), part
assert {"complete", "order", "credits", "exclusive"} == {c[0] for c in run["checks"]}
assert all(made > 0 and failed == 0 for _, made, failed in run["checks"]), run["checks"]
assert any(goal["word"] == "reach" and goal["ratio"] for goal in run["goals"])
assert "event_opdl0 takes no RELEASE" in text
assert "on lcore 0 (CPU " in text
assert "\nthe driver alone: 42\n" in text and run["driver_results"] == {"cycles": 42}
PYTHON

# refuse EXIT-CODE LINE-PART OPTION...
refuse()
{
	local want=$1 part=$2 code=0
	shift 2
	"$bench" --output "$scratch" "$@" >"$scratch/out.txt" 2>&1 || code=$?
	[[ $code -eq $want ]] || fail "exit code $code instead of $want: $*"
	grep -qF -- "$part" "$scratch/out.txt" || fail "the output lacks: $part"
}

refuse 2 '--guide --smoke: the guide takes figures of a whole run only' --smoke --guide
refuse 1 'lacks app/test-eventdev-dlb/test-eventdev-dlb: build it' --built "$scratch"
refuse 1 '--load 101: allowed is a number from 1 to 100' --built "$built" --load 101
