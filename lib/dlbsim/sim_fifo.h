/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * FIFO of queue elements in chunks, and the pools of indices it draws from.
 *
 * Taking from a pool cannot fail: each is sized for the worst case that the checks on credits and
 * limits leave (see the comments at SIM_NB_*). sim_check() counts them.
 */

#ifndef SIM_FIFO_H
#define SIM_FIFO_H

#include "sim.h"

static inline uint16_t
chunk_take(struct sim_state *s)
{
	return s->free_chunks[--s->nb_free_chunks];
}

static inline void
chunk_put(struct sim_state *s, uint16_t chunk)
{
	s->free_chunks[s->nb_free_chunks++] = chunk;
}

static inline uint16_t
node_take(struct sim_state *s)
{
	return s->free_nodes[--s->nb_free_nodes];
}

static inline void
node_put(struct sim_state *s, uint16_t node)
{
	s->free_nodes[s->nb_free_nodes++] = node;
}

/* Give the FIFO, whose last chunk is full or missing, one more. */
static inline void
fifo_extend(struct sim_state *s, struct sim_fifo *f)
{
	uint16_t chunk = chunk_take(s);

	if (f->tail == SIM_NONE) {
		f->head = chunk;
		f->head_pos = 0;
	} else {
		s->next_chunk[f->tail] = chunk;
	}
	f->tail = chunk;
	f->tail_pos = 0;
}

static inline void
fifo_push(struct sim_state *s, struct sim_fifo *f, struct sim_qe qe)
{
	if (f->tail == SIM_NONE || f->tail_pos == SIM_CHUNK_QES)
		fifo_extend(s, f);
	s->chunks[f->tail].qe[f->tail_pos++] = qe;
	f->count++;
}

/*
 * Append elements, at most @p max, that lie side by side: the caller writes the @p n that it got at
 * the place that is returned.
 */
static inline struct sim_qe *
fifo_room(struct sim_state *s, struct sim_fifo *f, unsigned int max, unsigned int *n)
{
	struct sim_qe *to;

	if (f->tail == SIM_NONE || f->tail_pos == SIM_CHUNK_QES)
		fifo_extend(s, f);
	to = &s->chunks[f->tail].qe[f->tail_pos];
	*n = SIM_CHUNK_QES - (unsigned int)f->tail_pos;
	*n = *n < max ? *n : max;
	f->tail_pos = (uint8_t)(f->tail_pos + *n);
	f->count += *n;
	return to;
}

/* The oldest element; the FIFO must not be empty. */
static inline const struct sim_qe *
fifo_peek(const struct sim_state *s, const struct sim_fifo *f)
{
	return &s->chunks[f->head].qe[f->head_pos];
}

/* How many elements, at most @p max, lie side by side from the oldest on. */
static inline unsigned int
fifo_run(const struct sim_fifo *f, unsigned int max)
{
	unsigned int n = SIM_CHUNK_QES - (unsigned int)f->head_pos;

	n = n < f->count ? n : f->count;
	return n < max ? n : max;
}

/*
 * Drop the @p n oldest elements, which the FIFO must have and which must lie in its first chunk.
 * An empty FIFO has no chunk: the next one to need one gets that, still warm.
 */
static inline void
fifo_drop(struct sim_state *s, struct sim_fifo *f, unsigned int n)
{
	f->head_pos = (uint8_t)(f->head_pos + n);
	f->count -= n;
	if (f->count == 0) {
		chunk_put(s, f->head);
		f->head = f->tail = SIM_NONE;
	} else if (f->head_pos == SIM_CHUNK_QES) {
		uint16_t chunk = f->head;

		f->head = s->next_chunk[chunk];
		f->head_pos = 0;
		chunk_put(s, chunk);
	}
}

#endif /* SIM_FIFO_H */
