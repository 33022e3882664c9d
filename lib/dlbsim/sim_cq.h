/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Writing queue elements (QE) to one consumer queue (CQ), for the length of a scheduling turn.
 *
 * A turn works in segments: as many QEs as lie side by side in the ring and in the history list, and
 * get the same depth hint and generation bit. Within one, all that differs from
 * QE to QE is the QE itself. The caller fills the history; sim_segment_end() shows the entries, one
 * by one, generation bit last. Counters that only the end of the turn needs are added up there, see
 * sim_sched.c.
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
	bool sated;			 /* the CQ gets only what no other one can take */
	uint64_t bounce[SEGMENT_MAX][2]; /* entries on their way to dma_write */
};

struct sim_segment {
	uint64_t *hist;
	uint8_t *to;
	size_t step;
	unsigned int n;
	uint64_t status; /* byte 15 of all entries, in place */
};

void
sim_segment_end(struct sim_put *put, const struct sim_segment *seg, const struct sim_qe *from,
		unsigned int n);

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
	put->is_ldb = is_ldb;
	if (map->epoch != put->cq->epoch)
		sim_cq_map(sim, is_ldb, id);
	put->mem = map->mem;
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

/* Room for at most @p max QEs; depth and threshold are those of their queue. */
static inline struct sim_segment
segment_begin(struct sim_put *put, uint32_t depth, uint32_t thresh, unsigned int max)
{
	struct sim_cq *cq = put->cq;
	uint64_t *hist = &put->sim->s->hist[cq->hist_base + cq->hist_push];
	unsigned int pos = cq->wptr & (cq->ring - 1U);
	unsigned int gen = (cq->wptr & cq->ring) == 0;
	uint32_t down_to;
	unsigned int hint = depth_hint(depth, thresh, &down_to);
	unsigned int n = min_u(min_u(max, SEGMENT_MAX), min_u(cq->ring - pos, depth - down_to));

	if (put->is_ldb)
		n = hist_room(hist, min_u(n, (unsigned int)(cq->hist_size - cq->hist_push)));
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

/* What the history keeps of any QE of put->qid that this turn delivers. */
static inline uint64_t
put_hist(const struct sim_put *put, const struct sim_ldb_queue *q, unsigned int type)
{
	return hist_of_queue(q, put->qid, type) | (uint64_t)put->slot << HIST_SLOT_CQ_SHIFT |
	       (uint64_t)put->cq->slot_prio[put->slot] << HIST_PRIO_SHIFT;
}

#endif /* SIM_CQ_H */
