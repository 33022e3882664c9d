# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
# shellcheck shell=sh
#
# bind DRIVER PCI-ADDRESS...: give PCI functions to a driver.
bind()
{
	driver=$1
	shift
	for address; do
		echo "$driver" > "/sys/bus/pci/devices/$address/driver_override"
		echo "$address" > /sys/bus/pci/drivers_probe
		[ -e "/sys/bus/pci/drivers/$driver/$address" ] || {
			echo "FAIL: $driver does not take $address"
			exit 1
		}
	done
}
