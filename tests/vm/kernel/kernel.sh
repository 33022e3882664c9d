#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: load the kernel driver, run tests of its interface, unload it, and look through what
# the kernel has said meanwhile.
#
# usage: kernel.sh TEST...

fail()
{
	echo "FAIL: $*"
	dmesg | sed -n '/dlb: /,$p'
	exit 1
}

insmod /dlb.ko reset_timeout_s=1 || fail "the module cannot be loaded"
[ "$1" != twice ] || {
	shift
	rmmod dlb || fail "the module cannot be unloaded"
	insmod /dlb.ko reset_timeout_s=1 || fail "the module cannot be loaded again"
}
[ -c /dev/dlb0 ] || fail "no /dev/dlb0"
/kernel_client "$@" || fail "$*"
[ "$1" = gone ] || rmmod dlb || fail "the module cannot be unloaded"
# Fault-injection, debugging and plain mistakes all end in one of these.
if dmesg | grep -E 'BUG|WARNING|Oops|Call Trace|refcount|leak|general protection|dlb: .*error'; then
	fail "the kernel has complained"
fi
echo "the kernel has not complained"
