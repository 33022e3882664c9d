/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The line writer of a device on PCI: commands are collected in a line of 64 bytes and stored to
 * the page of the producer port (PP) when it is full or the burst ends.
 *
 * One fence at the start of a burst makes everything that was stored before, the payloads that
 * events point to among it, visible first. Lines keep their order because each store to the PP has
 * the same address. The file that includes this one defines dlb_line_store(), see dlb_line_*.h.
 *
 * Invariant: of line[], the first nb commands are filled or about to be filled by the caller.
 */

#ifndef DLB_LINE_MMIO_H
#define DLB_LINE_MMIO_H

#include <rte_atomic.h>

#include "dlb_dp.h"

struct dlb_writer {
	struct dlb_line line;
	void *pp;
	uint32_t nb;
};

static __rte_always_inline void
dlb_writer_open(struct dlb_writer *w, const struct dlb_lane *lane)
{
	w->pp = lane->pp_mem;
	w->nb = 0;
	/* Payloads and the lines of the burst before go first. */
	rte_wmb();
}

/* Store the line, if it is full. */
static __rte_always_inline void
dlb_writer_flush(struct dlb_writer *w)
{
	if (w->nb != DLB_HCWS_PER_LINE)
		return;
	dlb_line_store(w->pp, &w->line, DLB_HCWS_PER_LINE);
	w->nb = 0;
}

/* The slot of the next command. */
static __rte_always_inline struct dlb_hcw *
dlb_writer_next(struct dlb_writer *w, struct dlb_port *port)
{
	RTE_SET_USED(port);
	dlb_writer_flush(w);
	return &w->line.hcw[w->nb++];
}

/* How many of the next commands may be written by lines: any number, from the start of one. */
static __rte_always_inline uint32_t
dlb_writer_in_lines(const struct dlb_writer *w)
{
	return w->nb % DLB_HCWS_PER_LINE == 0 ? UINT32_MAX : 0;
}

/* The four slots of the next line; the writer is at the start of one. */
static __rte_always_inline struct dlb_hcw *
dlb_writer_next_line(struct dlb_writer *w, struct dlb_port *port)
{
	RTE_SET_USED(port);
	dlb_writer_flush(w);
	w->nb = DLB_HCWS_PER_LINE;
	return w->line.hcw;
}

static __rte_always_inline void
dlb_writer_close(struct dlb_writer *w)
{
	if (w->nb > 0)
		dlb_line_store(w->pp, &w->line, w->nb);
}

#endif /* DLB_LINE_MMIO_H */
