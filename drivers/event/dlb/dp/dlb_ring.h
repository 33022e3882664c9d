/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The producer port (PP) of a device made of software: a ring of 64-byte lines between the thread
 * that owns the port and whoever steps the device.
 *
 * One producer, one consumer at a time (the stepping lock sees to that). Both indices count lines
 * and run freely; each side writes its own on a cache line of its own. The ring knows neither what
 * the lines mean nor where they go.
 *
 * Invariant: 0 <= tail - head <= DLB_RING_LINES, and the lines [head, tail) are complete.
 */

#ifndef DLB_RING_H
#define DLB_RING_H

#include <stdbool.h>

#include "dlb_atomic.h"
#include "dlb_hcw.h"

/* Power of two. 512 commands: four bursts of the deepest port fit before a producer must wait. */
#define DLB_RING_LINES 128
#define DLB_RING_MASK (DLB_RING_LINES - 1)

struct dlb_ring {
	/* Producer's line. */
	_Alignas(DLB_LINE_BYTES) uint32_t tail; /* lines published; the consumer reads it */
	uint32_t head_seen;			/* what head was when the producer last looked */

	/* Consumer's line. */
	_Alignas(DLB_LINE_BYTES) uint32_t head; /* lines consumed; the producer reads it */
	uint16_t pp;				/* where the lines go; constant */
	bool is_ldb;

	struct dlb_line line[DLB_RING_LINES];
};

/* Producer: lines it may write beyond tail. Looks at the consumer's index only when it has to. */
static inline uint32_t
dlb_ring_room(struct dlb_ring *ring, uint32_t tail, uint32_t wanted)
{
	uint32_t room = DLB_RING_LINES - (tail - ring->head_seen);

	if (room >= wanted)
		return room;
	/* Pairs with dlb_ring_consume(): a line must have been read before it is written again. */
	ring->head_seen = dlb_load_acquire(&ring->head);
	return DLB_RING_LINES - (tail - ring->head_seen);
}

/* Producer: hand the lines up to tail to the consumer. */
static inline void
dlb_ring_publish(struct dlb_ring *ring, uint32_t tail)
{
	/* Pairs with dlb_ring_peek(): the lines' contents go before the index that shows them. */
	dlb_store_release(&ring->tail, tail);
}

/* Consumer: the published lines that lie behind each other in memory; returns how many. */
static inline uint32_t
dlb_ring_peek(const struct dlb_ring *ring, const struct dlb_line **first)
{
	uint32_t head = dlb_load_relaxed(&ring->head);
	uint32_t nb = dlb_load_acquire(&ring->tail) - head;
	uint32_t to_end = DLB_RING_LINES - (head & DLB_RING_MASK);

	*first = &ring->line[head & DLB_RING_MASK];
	return nb < to_end ? nb : to_end;
}

/* Consumer: give n lines that were peeked at back to the producer. */
static inline void
dlb_ring_consume(struct dlb_ring *ring, uint32_t n)
{
	dlb_store_release(&ring->head, dlb_load_relaxed(&ring->head) + n);
}

#endif /* DLB_RING_H */
