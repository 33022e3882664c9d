#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# The application's command line, without starting EAL: help that names every test, and one
# line for what is wrong.
#
# usage: test_command_line.sh APPLICATION
set -euo pipefail
app=$1
# shellcheck source=tests/app/lib.sh
. "$(dirname "$0")/lib.sh"

# refuse LINE-PART OPTION...: exit code 2, one line that has this part
refuse()
{
	local part=$1 code=0
	shift
	"$app" "$@" >"$scratch/out" 2>"$scratch/log" || code=$?
	[[ $code -eq 2 ]] || fail "exit code $code instead of 2: $*"
	[[ ! -s $scratch/out && $(wc -l <"$scratch/log") -eq 1 ]] || fail "not one line: $*"
	says "$part"
}

"$app" --help >"$scratch/log"
for word in order atomic parallel directed mixed pipeline perf growth fairness bringup --events --input 'Exit code'; do
	says "$word"
done
[[ $(awk '{ if (length > 100) print }' "$scratch/log" | wc -l) -eq 0 ]] ||
	fail "--help has lines of more than 100 columns"
"$app" -- --list >"$scratch/log"
[[ $(wc -l <"$scratch/log") -eq 10 ]] || fail "--list does not list ten tests"

refuse 'there is no "--"' -l 0
refuse '--test is missing' --
refuse '--test bogus: there is no such test' -- --test bogus
refuse '--burst 129: allowed are up to 8 numbers from 1 to 128' -- --test order --burst 129
refuse '--bogus: no such option' -- --bogus 1
refuse '--json /nonexistent/x: No such file' -- --test order --json /nonexistent/x
