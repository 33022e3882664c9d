/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Writing queue elements (QE) to one consumer queue (CQ), for the length of a scheduling turn.
 *
 * A turn works in segments: as many QEs as lie side by side in the ring and in the history list, and
 * get the same depth hint and generation bit. Within one, all that differs from
 * QE to QE is the QE itself. Entries become visible one by one, generation bit last. Counters that
 * only the end of the turn needs are added up there, see sim_sched.c.
 */

#ifndef SIM_CQ_H
#define SIM_CQ_H

#include "sim_hist.h"
#include "sim_qe.h"

#define SEGMENT_MAX 32

struct sim_put {
	struct dlbsim *sim;
	struct sim_cq *cq;
	uint8_t *mem; /* ring, or NULL: through the host's dma_write */
	unsigned int id;
	unsigned int qid;
	unsigned int slot;
	unsigned int shift; /* log2 bytes from entry to entry */
	bool is_ldb;
	uint64_t bounce[SEGMENT_MAX][2]; /* entries on their way to dma_write */
};

struct sim_segment {
	uint64_t *hist;
	uint8_t *to;
	unsigned int shift;
	unsigned int n;
	uint64_t status; /* byte 15 of all entries, in place */
};

void
sim_put_begin(struct sim_put *put, struct dlbsim *sim, bool is_ldb, unsigned int cq);
void
sim_segment_end(struct sim_put *put, unsigned int n, struct sim_qe first);

static inline unsigned int
min_u(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

/*
 * Depth hint of a queue that holds @p d QEs, with threshold @p t; and from which depth down,
 * exclusive, it is the same.
 */
static inline unsigned int
depth_hint(uint32_t d, uint32_t t, uint32_t *down_to)
{
	unsigned int hint = d > t	    ? DLB_DEPTH_GT_100
			    : 4 * d > 3 * t ? DLB_DEPTH_GT_75
			    : 2 * d > t	    ? DLB_DEPTH_GT_50
					    : DLB_DEPTH_LE_50;
	const uint32_t from[] = { 0, t / 2, 3 * t / 4, t };

	*down_to = from[hint];
	return hint;
}

/* Room for at most @p max QEs; depth and threshold are those of their queue. */
static inline struct sim_segment
segment_begin(struct sim_put *put, uint32_t depth, uint32_t thresh, unsigned int max)
{
	struct sim_state *s = put->sim->s;
	struct sim_cq *cq = put->cq;
	unsigned int pos = cq->wptr & (cq->ring - 1U);
	unsigned int gen = (cq->wptr & cq->ring) == 0;
	uint32_t down_to;
	unsigned int hint = depth_hint(depth, thresh, &down_to);
	unsigned int n = min_u(min_u(max, SEGMENT_MAX), min_u(cq->ring - pos, depth - down_to));

	if (put->is_ldb)
		n = min_u(n, (unsigned int)(cq->hist_size - cq->hist_push));
	/* Of a CQ with a weight limit, each QE decides whether there is room for the next. */
	if (cq->weighted)
		n = min_u(n, cq->wu_used < cq->wu_lim);
	return (struct sim_segment){
		.hist = &s->hist[cq->hist_base + cq->hist_push],
		.to = put->mem != NULL ? put->mem + ((size_t)pos << put->shift)
				       : (uint8_t *)put->bounce,
		.shift = put->mem != NULL ? put->shift : 4,
		.n = n,
		.status = qe_status(hint, gen),
	};
}

/* Show entry @p i of the segment, which is @p qe, in the CQ. */
static inline void
segment_entry(const struct sim_segment *seg, unsigned int i, struct sim_qe qe)
{
	uint64_t *entry = (uint64_t *)(void *)(seg->to + ((size_t)i << seg->shift));

	__atomic_store_n(&entry[0], qe.data, __ATOMIC_RELAXED);
	/* Pairs with the reader's acquire load of the generation bit. */
	__atomic_store_n(&entry[1], qe_delivered(qe.meta, seg->status), __ATOMIC_RELEASE);
}

/* The history entry is only taken if software made the ranges of two CQs overlap. */
static inline bool
segment_has_history(const struct sim_segment *seg, unsigned int i)
{
	return seg->hist[i] == 0;
}

/* What the history keeps of any QE of put->qid that this turn delivers. */
static inline uint64_t
put_hist(const struct sim_put *put, const struct sim_ldb_queue *q, unsigned int type)
{
	return hist_of_queue(q, put->qid, type) | (uint64_t)put->slot << HIST_SLOT_CQ_SHIFT |
	       (uint64_t)put->cq->slot_prio[put->slot] << HIST_PRIO_SHIFT;
}

#endif /* SIM_CQ_H */
