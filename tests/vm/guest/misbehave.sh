#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: programs that do to the first two devices what no driver may. Meanwhile the other
# device works, afterwards the device itself; and both work at the beginning, whatever an earlier
# guest did to them. The machine goes off while both are being misused.
#
# usage: misbehave.sh ROUNDS [SEED]
# shellcheck source=tests/vm/guest/bind.sh
. /bind.sh

rounds=$1
seed=$2
first=0000:00:04.0
second=0000:00:05.0

# works DEVICE WHEN
works()
{
	/vfio_events "$1" 100 > /tmp/log && return
	cat /tmp/log
	echo "FAIL: $1 does not work $2"
	exit 1
}

# misuse DEVICE ROUNDS: in the background, as process $!
misuse()
{
	# shellcheck disable=SC2086
	/vfio_misbehave "$1" "$2" $seed &
}

# What the kernel says of it would be in the midst of everything else.
dmesg -n 1
bind vfio-pci $first $second
works $first "at the beginning"
works $second "at the beginning"
other=$second
for device in $first $second; do
	misuse "$device" "$rounds"
	works $other "beside $device"
	wait $! || exit 1
	works "$device" "afterwards"
	other=$first
done
dmesg | grep -q 'DMAR: \[DMA Read.* device \[00:04.0\]' || {
	echo "FAIL: the unit that translates addresses has refused nothing"
	exit 1
}

misuse $first 0
endless=$!
misuse $second 0
sleep 2
kill -0 $endless $! || exit 1
