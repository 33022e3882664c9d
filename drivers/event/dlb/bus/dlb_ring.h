/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The producer port (PP) of a device made of software: a ring of commands between the thread that
 * owns the port and whoever steps the device.
 *
 * One producer, one consumer at a time (the stepping lock sees to that). Both indices count
 * commands and run freely; each side writes its own on a cache line of its own. The ring knows
 * neither what the commands mean nor where they go.
 *
 * Invariant: tail - head <= DLB_RING_CMDS, and the commands [head, tail) are complete.
 */

#ifndef DLB_RING_H
#define DLB_RING_H

#include <stdbool.h>

#include "dlb_atomic.h"
#include "dlb_hcw.h"

/* Power of two: 128 lines. Four bursts of the deepest port fit before a producer has to wait. */
#define DLB_RING_CMDS 512
#define DLB_RING_MASK (DLB_RING_CMDS - 1)

struct dlb_ring {
	/* Producer's line. */
	_Alignas(DLB_LINE_BYTES) uint32_t tail; /* commands published; the consumer reads it */
	uint32_t head_seen;			/* what head was when the producer last looked */

	/* Consumer's line. */
	_Alignas(DLB_LINE_BYTES) uint32_t head; /* commands consumed; the producer reads it */
	uint16_t pp;				/* where they go; constant */
	bool is_ldb;

	_Alignas(DLB_LINE_BYTES) struct dlb_hcw hcw[DLB_RING_CMDS];
};

/* Producer: where its room ends, as far as it knows without touching the consumer's line. */
static inline uint32_t
dlb_ring_end(const struct dlb_ring *ring)
{
	return ring->head_seen + DLB_RING_CMDS;
}

/* Producer: look at the consumer's index; returns where the room ends now. */
static inline uint32_t
dlb_ring_refresh(struct dlb_ring *ring)
{
	/* Pairs with dlb_ring_consume(): a command must have been read before it is overwritten. */
	ring->head_seen = dlb_load_acquire(&ring->head);
	return dlb_ring_end(ring);
}

/* Producer: hand the commands before tail to the consumer. */
static inline void
dlb_ring_publish(struct dlb_ring *ring, uint32_t tail)
{
	/* Pairs with dlb_ring_peek(): the commands go before the index that shows them. */
	dlb_store_release(&ring->tail, tail);
}

/* Consumer: the published commands that lie behind each other in memory; returns how many. */
static inline uint32_t
dlb_ring_peek(const struct dlb_ring *ring, const struct dlb_hcw **first)
{
	uint32_t head = dlb_load_relaxed(&ring->head);
	uint32_t nb = dlb_load_acquire(&ring->tail) - head;
	uint32_t to_end = DLB_RING_CMDS - (head & DLB_RING_MASK);

	*first = &ring->hcw[head & DLB_RING_MASK];
	if (nb == 0) /* most rings, most times */
		return 0;
	return nb < to_end ? nb : to_end;
}

/* Consumer: how many commands are published, as far as that is known without looking at them. */
static inline uint32_t
dlb_ring_count(const struct dlb_ring *ring)
{
	return dlb_load_relaxed(&ring->tail) - dlb_load_relaxed(&ring->head);
}

/*
 * Consumer, before it looks whether there is a command: fetch it on suspicion. If there is one, it
 * travels to this core side by side with the index that shows it, and not after it.
 */
static inline void
dlb_ring_expect(const struct dlb_ring *ring)
{
	__builtin_prefetch(&ring->hcw[dlb_load_relaxed(&ring->head) & DLB_RING_MASK]);
}

/* Consumer: give n commands that were peeked at back to the producer. */
static inline void
dlb_ring_consume(struct dlb_ring *ring, uint32_t n)
{
	dlb_store_release(&ring->head, dlb_load_relaxed(&ring->head) + n);
}

#endif /* DLB_RING_H */
