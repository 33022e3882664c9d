/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The burst functions with AVX-512 for the software device.
 */

#include "dlb_pack_avx512.h"

#include "dlb_line_sim.h"

#include "dlb_burst.h"

const struct dlb_burst_ops dlb_burst_ops_avx512_sim =
	DLB_BURST_OPS("AVX-512, ring", DLB_VECTORS_AVX512, DLB_LINES_RING);
