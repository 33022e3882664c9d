# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# What the tests of the application share. Sourced with "$app" set to the program and "$plugin"
# to the plugin's file.
# shellcheck shell=bash
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

here=$(dirname "$(readlink -f "$0")")
captures=$here/../../app/test-eventdev-dlb/captures
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

fail()
{
	echo "FAILED: $1" >&2
	[[ ! -s $scratch/log ]] || tail -n 40 "$scratch/log" >&2
	exit 1
}

# start_options DEVICE...: EAL's options for five lcores and these devices
start_options()
{
	mapfile -t eal < <("$here/../../devtools/eal-args" 5 "$plugin")
	local device
	for device in "$@"; do
		eal+=("--vdev=$device")
	done
}

# run EXIT-CODE OPTION...: run the application; its output goes to $scratch/log
run()
{
	local want=$1 code=0
	shift
	"$app" "${eal[@]}" -- --progress 0 --json "$scratch/json" "$@" >"$scratch/log" 2>&1 ||
		code=$?
	[[ $code -eq $want ]] || fail "exit code $code instead of $want: $*"
}

# says WHAT: the output has it
says()
{
	grep -qF -- "$1" "$scratch/log" || fail "the output lacks: $1"
}

# json PYTHON-EXPRESSION...: each holds; r are the results, by name
json()
{
	python3 - "$scratch/json" "$@" <<'PYTHON' || fail "the JSON is not as expected"
import json, sys

document = json.load(open(sys.argv[1]))
r = {result["test"]: result for result in document["results"]}
for result in r.values():
    result["check"] = {check["name"]: check for check in result["checks"]}
    result["value"] = {figure["name"]: figure["value"] for figure in result["figures"]}
for expression in sys.argv[2:]:
    if not eval(expression):
        sys.exit(f"does not hold: {expression}\n{json.dumps(document, indent=1)}")
PYTHON
}
