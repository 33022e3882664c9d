/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * One line of up to four commands to a producer port (PP) on PCI.
 *
 * With MOVDIR64B the device gets all 64 bytes at once, unused commands being NOOPs. Without it,
 * streaming stores of 16 bytes go to the same address, one command each and no more than there are;
 * a fence between them keeps the write-combining buffer of the core from merging them.
 */

#ifndef DLB_LINE_STORE_H
#define DLB_LINE_STORE_H

#include <immintrin.h>

#include <rte_atomic.h>
#include <rte_common.h>

#include "dlb_hcw.h"

static __rte_always_inline void
dlb_line_store_stream(void *pp, const struct dlb_line *line, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++) {
		__m128i hcw = _mm_load_si128((const __m128i *)(const void *)&line->hcw[i]);

		_mm_stream_si128(pp, hcw);
		rte_wmb();
	}
}

#ifdef __MOVDIR64B__
static __rte_always_inline void
dlb_line_store_movdir64b(void *pp, struct dlb_line *line, unsigned int nb)
{
	while (nb < DLB_HCWS_PER_LINE)
		line->hcw[nb++] = (struct dlb_hcw){ .cmd = DLB_CMD_NOOP };
	_movdir64b(pp, line);
}
#endif

#endif /* DLB_LINE_STORE_H */
