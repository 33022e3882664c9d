#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: the device is there, as a PCI function with the right identity, sizes and
# capabilities, and a function-level reset by the kernel resets it.
#
# usage: identity.sh DEVICE-ID [PCI-ADDRESS]

dev=/sys/bus/pci/devices/${2:-0000:00:04.0}
failed=0

# expect WHAT GOT WANTED
expect()
{
	[ "$2" = "$3" ] && return
	echo "FAIL: $1 is $2, not $3"
	failed=1
}

# config OFFSET BYTES: bytes of the configuration space, as a number
config()
{
	hexdump -v -s "$1" -n "$2" -e "1/$2 \"0x%0$((2 * $2))x\"" "$dev/config"
}

# capability ID: where it is, walking the list as drivers do
capability()
{
	at=$(config 0x34 1)
	while [ $((at)) -ne 0 ]; do
		[ $(($(config $((at)) 1))) -eq $(($1)) ] && break
		at=$(config $((at + 1)) 1)
	done
	printf '0x%x' $((at))
}

# extended ID: the same for extended capabilities
extended()
{
	at=0x100
	while [ $((at)) -ne 0 ]; do
		head=$(config $((at)) 4)
		[ $((head & 0xffff)) -eq $(($1)) ] && break
		at=$((head >> 20))
	done
	printf '0x%x' $((at))
}

# size BAR
size()
{
	sed -n "$(($1 + 1))s/^\(0x[0-9a-f]*\) \(0x[0-9a-f]*\).*/\$((\2 - \1 + 1))/p" "$dev/resource"
}

expect vendor "$(cat "$dev/vendor")" 0x8086
expect device "$(cat "$dev/device")" "$1"
expect class "$(cat "$dev/class")" 0x0b4000
eval "expect 'size of BAR 0' $(size 0) 67108864"
eval "expect 'size of BAR 2' $(size 2) 4294967296"
expect "place of MSI-X" "$(capability 0x11)" 0x60
expect "size of MSI-X" $(($(config 0x62 2) & 0x7ff)) 64
expect "MSI-X table" "$(config 0x64 4)" 0x01000000
expect "MSI-X pending bits" "$(config 0x68 4)" 0x01001000
expect "place of PCI Express" "$(capability 0x10)" 0x6c
expect "capable of FLR" $(($(config 0x70 4) >> 28 & 1)) 1
expect "place of power management" "$(capability 0x01)" 0xb0
expect "ways to reset" "$(cut -d" " -f1 "$dev/reset_method")" flr

# A register (SYS_INGRESS_ALARM_ENBL) keeps what is written until the kernel resets the function.
echo 1 > "$dev/enable"
csr=$(sed -n '3s/ .*//p' "$dev/resource")
alarms=$((csr + 0x10000300))
devmem $alarms 32 0x3f
expect "register written" "$(devmem $alarms 32)" 0x0000003F
expect "register of total domains" "$(devmem $((csr + ${3:-0x1000011c})) 32)" 0x00000020
echo 1 > "$dev/reset"
expect "register after FLR" "$(devmem $alarms 32)" 0x00000000

echo "extended: AER $(extended 1) ACS $(extended 0xd) PASID $(extended 0x1b)"
[ $failed -eq 0 ] && echo "identity of $1: all as it should be"
exit $failed
