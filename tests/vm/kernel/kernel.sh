#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: load the kernel driver, run tests of its interface, unload it, and look through what
# the kernel has said meanwhile.
#
# usage: kernel.sh [WORD] TEST...
#   twice    load it, unload it and load it again
#   asleep   load it, and unload it, first while the device does not wake

fail()
{
	echo "FAIL: $*"
	dmesg | sed -n '/dlb: /,$p'
	exit 1
}

load()
{
	insmod /dlb.ko reset_timeout_s=1 || fail "the module cannot be loaded"
}

unload()
{
	rmmod dlb || fail "the module cannot be unloaded"
}

# fault LINE: of dlb-device's guide
fault()
{
	echo "vm: fault $*"
	read -r answer
	[ "$answer" = ok ] || fail "no such fault: $*"
}

case $1 in
twice)
	shift
	load
	unload
	;;
asleep)
	shift
	fault "0 read CM_CFG_PM_STATUS 0x0/0xff000000"
	load
	[ ! -e /dev/dlb0 ] || fail "there is a /dev/dlb0 of a device that does not wake"
	unload
	fault "0 mend"
	;;
esac
load
[ -c /dev/dlb0 ] || fail "no /dev/dlb0"
/kernel_client "$@" || fail "$*"
# Unloading would wait for a device that has gone.
case "$*" in *gone) ;; *) unload ;; esac
# Fault-injection, debugging and plain mistakes all end in one of these; and where nothing was made
# wrong on purpose, the driver itself has met no error.
complaints='BUG|WARNING|Oops|Call Trace|refcount|leak|general protection|stall|blocked for'
case "$*" in *late* | *wrong* | *never* | *gone*) ;; *) complaints="$complaints|dlb[^ ]* .*: error" ;; esac
if dmesg | grep -E "$complaints"; then
	fail "the kernel has complained"
fi
echo "the kernel has not complained"
