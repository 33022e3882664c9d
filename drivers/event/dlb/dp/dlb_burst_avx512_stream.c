/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The burst functions with AVX-512 for a device on PCI, with 16-byte stores.
 */

#include "dlb_pack_avx512.h"

#include "bus/dlb_line_store.h"
#define dlb_line_store dlb_line_store_stream
#include "dlb_line_mmio.h"

#include "dlb_burst.h"

const struct dlb_burst_ops dlb_burst_ops_avx512_stream =
	DLB_BURST_OPS("AVX-512, streaming stores", DLB_VECTORS_AVX512, DLB_LINES_STREAM);
