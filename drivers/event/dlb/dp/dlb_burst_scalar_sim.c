/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The burst functions in plain C for the software device.
 */

#include "dlb_pack_scalar.h"

#include "dlb_line_sim.h"

#include "dlb_burst.h"

const struct dlb_burst_ops dlb_burst_ops_scalar_sim =
	DLB_BURST_OPS("scalar, ring", DLB_VECTORS_NONE, DLB_LINES_RING);
