# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
# shellcheck shell=sh disable=SC2034
#
# In the guest: DPDK on the kernel's /dev/dlb0, and judging what applications and the kernel say.
# shellcheck source=tests/vm/dpdk/dpdk.sh
. /dpdk.sh

node=/dev/dlb0
dlb="--no-pci --vdev=event_dlb0,dev=$node"

kernel_start()
{
	insmod /dlb.ko reset_timeout_s=1
	[ -c $node ] || { echo "FAIL: no $node"; exit 1; }
	huge_pages
}

# End with what the kernel has to say.
kernel_end()
{
	rmmod dlb || fail kernel "the module is still used"
	if dmesg | grep -E 'BUG|WARNING|Oops|Call Trace|refcount|general protection|dlb[^ ]* .*: error'; then
		fail kernel "it has complained"
	fi
	exit $failed
}
