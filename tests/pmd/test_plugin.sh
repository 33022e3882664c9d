#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# The plugin as a file: what others read of it without running it, and that
# devtools/safe-plugin gets it past DPDK's refusal of world-writable folders.
#
# usage: test_plugin.sh PLUGIN
set -euo pipefail
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

plugin=$1
devtools=$(dirname "$(readlink -f "$0")")/../../devtools
scratch=$(mktemp -d)
copy=
trap 'rm -rf "$scratch" "${copy:+$(dirname "$copy")}"' EXIT

fail()
{
	echo "$1" >&2
	exit 1
}

dpdk-pmdinfo.py "$plugin" | python3 -c '
import json, sys
drivers = {driver["name"]: driver for driver in json.load(sys.stdin)}
assert "event_dlb" in drivers, drivers
assert "device=" in drivers["event_dlb"]["params"], drivers
on_pci = drivers["event_dlb_pci"]
assert "cq_depth=" in on_pci["params"] and "device=" not in on_pci["params"], on_pci
assert "vfio-pci" in on_pci["kmod"] and "uio_pci_generic" in on_pci["kmod"], on_pci
ids = {(one["vendor"], one["device"]) for one in on_pci["pci_ids"]}
assert ids == {("8086", "2710"), ("8086", "2714")}, ids' ||
	fail "dpdk-pmdinfo.py does not see event_dlb with its arguments and devices"

exported=$(nm -D --defined-only "$plugin")
[[ -z $exported ]] || fail "the plugin exports $exported"

mkdir "$scratch/open"
cp "$plugin" "$scratch/open/"
chmod 0777 "$scratch/open"
copy=$("$devtools/safe-plugin" "$scratch/open/$(basename "$plugin")")
[[ $copy != "$scratch"/* ]] || fail "safe-plugin printed the path that DPDK refuses"
cmp "$plugin" "$copy" || fail "safe-plugin printed another plugin"
