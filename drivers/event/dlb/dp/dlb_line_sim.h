/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The line writer of the software device: commands go straight into the slots of the producer
 * port's ring (dlb_ring.h), without a copy in between, and are shown to the device once per burst.
 *
 * A writer for another kind of producer port offers exactly these functions. It knows neither
 * events nor windows. Lines are whole when the device sees them: the last one is filled up with
 * NOOPs.
 */

#ifndef DLB_LINE_SIM_H
#define DLB_LINE_SIM_H

#include "dlb_dp.h"
#include "bus/dlb_ring.h"
#include "dlb_step.h"

struct dlb_writer {
	struct dlb_ring *ring;
	uint32_t pos; /* next command, freely running */
	uint32_t end; /* the first one without room, at the start of a line */
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
dlb_writer_make_room(struct dlb_ring *ring, uint32_t pos, struct dlb_port *port)
{
	uint32_t end = dlb_ring_refresh(ring);

	if (end != pos)
		return end;
	dlb_ring_publish(ring, pos);
	dlb_count(&port->stats.tx_ring_full, 1);
	dlb_step_until_room(port, ring);
	return dlb_ring_end(ring);
}

static __rte_always_inline void
dlb_writer_need_room(struct dlb_writer *w, struct dlb_port *port)
{
	if (unlikely(w->pos == w->end))
		w->end = dlb_writer_make_room(w->ring, w->pos, port);
}

/* The slot of the next command. */
static __rte_always_inline struct dlb_hcw *
dlb_writer_next(struct dlb_writer *w, struct dlb_port *port)
{
	dlb_writer_need_room(w, port);
	return &w->ring->hcw[w->pos++ & DLB_RING_MASK];
}

/* Whether the next command begins a line. */
static __rte_always_inline bool
dlb_writer_at_line(const struct dlb_writer *w)
{
	return w->pos % DLB_HCWS_PER_LINE == 0;
}

/* The four slots of the next line; the writer is at the start of one. */
static __rte_always_inline struct dlb_hcw *
dlb_writer_next_line(struct dlb_writer *w, struct dlb_port *port)
{
	struct dlb_hcw *line;

	dlb_writer_need_room(w, port);
	line = &w->ring->hcw[w->pos & DLB_RING_MASK];
	w->pos += DLB_HCWS_PER_LINE;
	return line;
}

static __rte_always_inline void
dlb_writer_close(struct dlb_writer *w)
{
	struct dlb_hcw *rest = &w->ring->hcw[w->pos & DLB_RING_MASK];
	uint32_t nb_rest = -w->pos % DLB_HCWS_PER_LINE;

	/* Whole, as the device reads them: a CPU may still have the store when it looks. */
	if (nb_rest > 0)
		rest[0] = (struct dlb_hcw){ .cmd = DLB_CMD_NOOP };
	if (nb_rest > 1)
		rest[1] = (struct dlb_hcw){ .cmd = DLB_CMD_NOOP };
	if (nb_rest > 2)
		rest[2] = (struct dlb_hcw){ .cmd = DLB_CMD_NOOP };
	dlb_ring_publish(w->ring, w->pos + nb_rest);
}

#endif /* DLB_LINE_SIM_H */
