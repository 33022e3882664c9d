/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Burst functions whose lines go to the producer page by ordinary stores: what those for MOVDIR64B
 * cost without that instruction. Compiled once for each pack file.
 */

#include BENCH_PACK

#include "bus/dlb_line_store.h"

static __rte_always_inline void
line_store_ordinary(void *pp, struct dlb_line *line, unsigned int nb)
{
	while (nb < DLB_HCWS_PER_LINE)
		line->hcw[nb++] = (struct dlb_hcw){ .cmd = DLB_CMD_NOOP };
	*(struct dlb_line *)pp = *line;
	/* All lines have one address, and each is stored. */
	rte_compiler_barrier();
}
#define dlb_line_store line_store_ordinary
#include "dp/dlb_line_mmio.h"

#include "dp/dlb_burst.h"

const struct dlb_burst_ops BENCH_OPS =
	DLB_BURST_OPS(BENCH_NAME ", ordinary stores", BENCH_VECTORS, DLB_LINES_MOVDIR64B);
