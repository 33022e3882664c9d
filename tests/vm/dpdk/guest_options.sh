# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
# shellcheck shell=bash disable=SC2034
#
# What guests with the distribution's DPDK and this driver have in common. To be sourced with the
# arguments BUILD-FOLDER VERSION[,VERSION]... SCRIPT [ARG]... of a runner, whose folder is $here.
# Sets $build, $plugin, $pmds (where the distribution keeps drivers), $script, the array args of the
# script and the array options of tests/vm/run.
export PATH=/usr/sbin:/usr/bin:/sbin:/bin

build=$(readlink -f "$1")
IFS=, read -ra versions <<< "$2"
script=$3
args=("${@:4}")
plugin=$build/drivers/event/dlb/librte_event_dlb.so

# The plugin needs one of them.
pmds=$(ldd "$plugin" | awk '/librte_bus_pci/ { print $3 }' | xargs readlink -f | xargs dirname)
# The thread library loads it when a thread is cancelled.
libgcc=$(ldconfig -p | awk '/libgcc_s.so.1 .*x86-64/ { path = $NF } END { print path }')

options=(
	--server "$build/app/dlb-device/dlb-device" --memory 1024 --cpus 2 --seconds 150
	--file "$here/../guest/bind.sh:/bind.sh" --file "$here/../dpdk/dpdk.sh:/dpdk.sh"
	--file "$libgcc:$libgcc"
	--program "$plugin:/dlb/librte_event_dlb.so"
	--program "$build/tests/pmd/libdlb_test_witness.so:/dlb/witness.so"
	--program "$build/app/test-eventdev-dlb/test-eventdev-dlb:/usr/bin/test-eventdev-dlb"
	--program /usr/bin/dpdk-test-eventdev
)
for driver in bus_pci bus_vdev mempool_ring; do
	options+=(--program "$pmds/librte_$driver.so")
done
for version in "${versions[@]}"; do
	options+=(--dlb "$version")
done

# with_tests PROGRAM...: of the tests' folder, as programs of the guest
with_tests()
{
	local test
	for test in "$@"; do
		options+=(--program "$build/tests/$test:/usr/bin/${test##*/}")
	done
}
