/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Writing queue elements (QE) to one consumer queue (CQ), for the length of a scheduling turn.
 *
 * A turn works in segments: as many QEs as lie side by side in the ring and in the history list, and
 * get the same depth hint and generation bit. Within one, all that differs from
 * QE to QE is the QE itself. The caller fills the history; segment_end() shows the entries, one
 * by one, generation bit last. Counters that only the end of the turn needs are added up there, see
 * sim_sched.c.
 */

#ifndef SIM_CQ_H
#define SIM_CQ_H

#include "sim_hist.h"
#include "sim_qe.h"

struct sim_put {
	struct dlbsim *sim;
	struct sim_cq *cq;
	uint8_t *mem; /* ring, or NULL: through the host's dma_write */
	unsigned int id;
	struct sim_ldb_queue *q; /* LDB: the queue of one of the CQ's slots */
	uint64_t hist;		 /* what the history keeps of all its QEs */
	unsigned int qid;
	unsigned int shift;		   /* log2 bytes from entry to entry */
	bool sated;			   /* the CQ gets only what no other one can take */
	uint64_t bounce[SIM_CHUNK_QES][2]; /* entries on their way to dma_write */
};

struct sim_segment {
	uint64_t *hist;
	uint8_t *to;
	size_t step;
	unsigned int n;
	uint64_t status; /* byte 15 of all entries, in place */
};

void
sim_cq_send(const struct sim_put *put, unsigned int n);
void
sim_cq_add_weight(struct sim_state *s, unsigned int id, uint8_t weight);

static inline unsigned int
min_u(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static inline void
put_begin(struct sim_put *put, struct dlbsim *sim, bool is_ldb, unsigned int id)
{
	struct sim_map *map = &sim->map[is_ldb][id];

	put->sim = sim;
	put->cq = sim_cq(sim->s, is_ldb, id);
	put->shift = sim->s->cq_shift[is_ldb];
	put->id = id;
	if (map->epoch != put->cq->epoch)
		sim_cq_map(sim, is_ldb, id);
	put->mem = map->mem;
}

/* What the history keeps of all QEs of the queue in the CQ's slot. */
static inline uint64_t
hist_of_slot(const struct sim_ldb_queue *q, const struct sim_cq *cq, unsigned int slot)
{
	return q->hist | (uint64_t)slot << HIST_SLOT_CQ_SHIFT |
	       (uint64_t)cq->slot_prio[slot] << HIST_PRIO_SHIFT;
}

/* The QEs are those of the queue in the CQ's slot. */
static inline void
put_from(struct sim_put *put, struct sim_state *s, unsigned int slot)
{
	put->qid = put->cq->slot_qid[slot];
	put->q = &s->ldb_q[put->qid];
	put->hist = hist_of_slot(put->q, put->cq, slot);
}

/*
 * Depth hint of a queue that holds @p d QEs, with threshold @p t; and from which depth down,
 * exclusive, it is the same.
 */
static inline unsigned int
depth_hint(uint32_t d, uint32_t t, uint32_t *down_to)
{
	*down_to = 0;
	if (2 * d <= t)
		return DLB_DEPTH_LE_50;
	*down_to = t;
	if (d > t)
		return DLB_DEPTH_GT_100;
	*down_to = 4 * d > 3 * t ? 3 * t / 4 : t / 2;
	return 4 * d > 3 * t ? DLB_DEPTH_GT_75 : DLB_DEPTH_GT_50;
}

/*
 * How many of @p n history entries are there to be taken: all, unless software made the ranges of
 * two CQs overlap.
 */
static inline unsigned int
hist_room(const uint64_t *hist, unsigned int n)
{
	uint64_t taken = 0;
	unsigned int i;

	for (i = 0; i < n; i++)
		taken |= hist[i];
	if (taken == 0)
		return n;
	for (i = 0; hist[i] == 0; i++)
		;
	return i;
}

/*
 * Room for at most @p max QEs (>= 1); depth and threshold are those of their queue. For one there
 * is always a place in the ring, and all of the hint and the history list are one segment.
 */
static inline struct sim_segment
segment_begin(struct sim_state *s, struct sim_put *put, bool is_ldb, uint32_t depth,
	      uint32_t thresh, unsigned int max)
{
	struct sim_cq *cq = put->cq;
	uint64_t *hist = &s->hist[cq->hist_base + cq->hist_push];
	unsigned int pos = cq->wptr & (cq->ring - 1U);
	unsigned int gen = (cq->wptr & cq->ring) == 0;
	uint32_t down_to;
	unsigned int hint = depth_hint(depth, thresh, &down_to);
	unsigned int n = max;

	if (n > 1)
		n = min_u(n, min_u(cq->ring - pos, depth - down_to));
	if (n > 1 && is_ldb)
		n = min_u(n, (unsigned int)(cq->hist_size - cq->hist_push));
	if (is_ldb)
		n = hist_room(hist, n);
	/* Of a CQ with a weight limit, each QE decides whether there is room for the next. */
	if (cq->weighted)
		n = min_u(n, cq->wu_used < cq->wu_lim);
	return (struct sim_segment){
		.hist = hist,
		.to = put->mem != NULL ? put->mem + ((size_t)pos << put->shift)
				       : (uint8_t *)put->bounce,
		.step = put->mem != NULL ? (size_t)1 << put->shift : sizeof(put->bounce[0]),
		.n = n,
		.status = qe_status(hint, gen),
	};
}

/* What the history keeps of any QE of this type that comes from the queue of the CQ's slot. */
static inline uint64_t
put_hist(const struct sim_put *put, unsigned int type)
{
	return put->hist | (uint64_t)type << HIST_TYPE_SHIFT;
}

static inline void
show_entry(uint8_t *to, struct sim_qe qe, uint64_t status)
{
	uint64_t *entry = (uint64_t *)(void *)to;

	__atomic_store_n(&entry[0], qe.data, __ATOMIC_RELAXED);
	/* Pairs with the reader's acquire load of the generation bit. */
	__atomic_store_n(&entry[1], qe_delivered(qe.meta, status), __ATOMIC_RELEASE);
}

static inline void
show_entries(uint8_t *to, size_t step, const struct sim_qe *from, unsigned int n, uint64_t status)
{
	for (size_t i = 0; i < n; i++)
		show_entry(to + i * step, from[i], status);
}

/* The next @p n entries of the CQ's history are made. */
static inline void
cq_pushed_history(struct sim_cq *cq, unsigned int n)
{
	cq->hist_push = (uint16_t)(cq->hist_push + n);
	if (cq->hist_push == cq->hist_size) {
		cq->hist_push = 0;
		cq->hist_push_gen ^= 1;
	}
}

/* Put the @p n QEs at @p from into the segment. */
static inline void
segment_end(struct sim_put *put, bool is_ldb, const struct sim_segment *seg,
	    const struct sim_qe *from, unsigned int n)
{
	struct sim_cq *cq = put->cq;

	if (n == 0)
		return;
	if (seg->step == sizeof(*from))
		show_entries(seg->to, sizeof(*from), from, n, seg->status);
	else
		show_entries(seg->to, seg->step, from, n, seg->status);
	if (put->mem == NULL)
		sim_cq_send(put, n);
	if (cq->weighted)
		sim_cq_add_weight(put->sim->s, put->id, (uint8_t)qe_weight(from->meta));
	cq->wptr += n;
	if (is_ldb)
		cq_pushed_history(cq, n);
}

#endif /* SIM_CQ_H */
