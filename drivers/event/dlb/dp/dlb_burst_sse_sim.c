/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The burst functions with SSE for the software device.
 */

#include "dlb_pack_sse.h"

#include "dlb_line_sim.h"

#include "dlb_burst.h"

const struct dlb_burst_ops dlb_burst_ops_sse_sim =
	DLB_BURST_OPS("SSE, ring", DLB_VECTORS_SSE, DLB_LINES_RING);
