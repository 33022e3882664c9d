/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The line writer of the software device: commands go straight into the slots of the producer
 * port's ring (dlb_ring.h), without a copy in between, and are shown to the device once per burst.
 * They are not filled up to lines of 64 bytes: single commands that follow each other are as good
 * as a burst to the device.
 *
 * A writer for another kind of producer port offers exactly these functions. It knows neither
 * events nor windows.
 */

#ifndef DLB_LINE_SIM_H
#define DLB_LINE_SIM_H

#include "dlb_dp.h"
#include "bus/dlb_ring.h"
#include "dlb_step.h"

struct dlb_writer {
	struct dlb_ring *ring;
	uint32_t pos; /* next command, freely running */
	uint32_t end; /* the first one without room */
};

static __rte_always_inline void
dlb_writer_open(struct dlb_writer *w, const struct dlb_lane *lane)
{
	struct dlb_ring *ring = lane->pp_mem;

	*w = (struct dlb_writer){
		.ring = ring,
		.pos = ring->tail,
		.end = dlb_ring_end(ring),
	};
}

/* The ring looks full: show the device what is there and see to it that it takes some. */
static __rte_noinline uint32_t
dlb_writer_make_room(struct dlb_ring *ring, uint32_t pos, struct dlb_port *port, uint32_t n)
{
	uint32_t end = dlb_ring_refresh(ring);

	if (end - pos >= n)
		return end;
	dlb_ring_publish(ring, pos);
	dlb_count(&port->stats.tx_ring_full, 1);
	dlb_step_until_room(port, ring, n);
	return dlb_ring_end(ring);
}

/* Room for @p n commands, four at most. */
static __rte_always_inline void
dlb_writer_need_room(struct dlb_writer *w, struct dlb_port *port, uint32_t n)
{
	if (unlikely(w->end - w->pos < n))
		w->end = dlb_writer_make_room(w->ring, w->pos, port, n);
}

/* The slot of the next command. */
static __rte_always_inline struct dlb_hcw *
dlb_writer_next(struct dlb_writer *w, struct dlb_port *port)
{
	dlb_writer_need_room(w, port, 1);
	return &w->ring->hcw[w->pos++ & DLB_RING_MASK];
}

/* How many of the next commands lie side by side and so may be written by lines. */
static __rte_always_inline uint32_t
dlb_writer_in_lines(const struct dlb_writer *w)
{
	return DLB_RING_CMDS - (w->pos & DLB_RING_MASK);
}

/* The slots of the next four commands, which lie side by side. */
static __rte_always_inline struct dlb_hcw *
dlb_writer_next_line(struct dlb_writer *w, struct dlb_port *port)
{
	struct dlb_hcw *line;

	dlb_writer_need_room(w, port, DLB_HCWS_PER_LINE);
	line = &w->ring->hcw[w->pos & DLB_RING_MASK];
	w->pos += DLB_HCWS_PER_LINE;
	return line;
}

static __rte_always_inline void
dlb_writer_close(struct dlb_writer *w)
{
	dlb_ring_publish(w->ring, w->pos);
}

#endif /* DLB_LINE_SIM_H */
