#!/bin/sh
# SPDX-License-Identifier: BSD-3-Clause
# Copyright(c) 2026 event_dlb contributors
#
# In the guest: events through the first device, twice by two processes, behind an IOMMU.
#
# usage: events.sh [EVENTS]
# shellcheck source=tests/vm/guest/bind.sh
. /bind.sh

bind vfio-pci 0000:00:04.0
/vfio_events 0000:00:04.0 "$1" && /vfio_events 0000:00:04.0 "$1"
