/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The burst functions with AVX-512 for a device on PCI, with 64-byte stores. Compiled for CPUs with
 * MOVDIR64B: nothing here may run before dlb_burst_ops_choose() chose it.
 */

#include "dlb_pack_avx512.h"

#include "bus/dlb_line_store.h"
#define dlb_line_store dlb_line_store_movdir64b
#include "dlb_line_mmio.h"

#include "dlb_burst.h"

const struct dlb_burst_ops dlb_burst_ops_avx512_movdir64b =
	DLB_BURST_OPS("AVX-512, MOVDIR64B", DLB_VECTORS_AVX512, DLB_LINES_MOVDIR64B);
