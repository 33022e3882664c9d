/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Writing queue elements (QE) to one consumer queue (CQ), for the length of a scheduling turn.
 *
 * The turn holds the translated ring; entries become visible one by one, generation bit last.
 * Counters that only the end of the turn needs are added up there, see sim_sched.c.
 */

#ifndef SIM_CQ_H
#define SIM_CQ_H

#include "sim_hist.h"
#include "sim_qe.h"

struct sim_put {
	struct dlbsim *sim;
	struct sim_cq *cq;
	uint8_t *mem; /* ring, or NULL: through the host's dma_write */
	uint64_t *hist;
	unsigned int id;
	unsigned int qid;
	unsigned int slot;
	/* copies of the CQ's, written back at the end */
	uint32_t wptr;
	uint32_t ring;
	unsigned int shift;
	unsigned int push;
	unsigned int hist_size;
	uint8_t push_gen; /* whether the history list wrapped in this turn */
};

struct sim_put
sim_put_begin(struct dlbsim *sim, bool is_ldb, unsigned int cq);
void
sim_put_end(const struct sim_put *put);
void
sim_put_by_message(const struct sim_put *put, unsigned int pos, const uint64_t words[2]);

static inline void
put_entry(struct sim_put *put, struct sim_qe qe, unsigned int hint)
{
	unsigned int pos = put->wptr & (put->ring - 1U);
	unsigned int gen = (put->wptr & put->ring) == 0;
	uint64_t meta = qe_delivered(qe.meta, hint, gen);

	put->wptr++;
	if (put->mem != NULL) {
		uint64_t *entry = (uint64_t *)(void *)(put->mem + ((size_t)pos << put->shift));

		__atomic_store_n(&entry[0], qe.data, __ATOMIC_RELAXED);
		/* Pairs with the reader's acquire load of the generation bit. */
		__atomic_store_n(&entry[1], meta, __ATOMIC_RELEASE);
	} else {
		sim_put_by_message(put, pos, (const uint64_t[2]){ qe.data, meta });
	}
}

/* May one more QE of whatever kind be given to this LDB CQ, the counters of the turn aside? */
static inline bool
put_has_history(const struct sim_put *put)
{
	/* The entry is only taken if software made two CQs' ranges overlap. */
	return put->hist[put->push] == 0 &&
	       (!put->cq->weighted || put->cq->wu_used < put->cq->wu_lim);
}

static inline void
put_history(struct sim_put *put, uint64_t h)
{
	put->hist[put->push] = h;
	if (++put->push == put->hist_size) {
		put->push = 0;
		put->push_gen ^= 1;
	}
}

/* Depth d of a queue against its threshold t, as every QE reports it. */
static inline unsigned int
depth_hint(uint32_t d, uint32_t t)
{
	return (2 * d > t) + (4 * d > 3 * t) + (d > t);
}

/* Give a QE of put->qid to the LDB CQ. The caller has seen put_has_history(). */
static inline void
put_ldb(struct sim_put *put, struct sim_qe qe, uint64_t h, unsigned int hint)
{
	struct sim_cq *cq = put->cq;

	put_history(put, h);
	if (cq->weighted) {
		uint8_t weight = (uint8_t)qe_weight(qe.meta);

		put->sim->s->wu_ring[put->id][put->wptr & (DLB_MAX_CQ_DEPTH - 1)] = weight;
		cq->wu_used += weight;
	}
	put_entry(put, qe, hint);
}

/* What the history keeps of any QE of put->qid that this turn delivers. */
static inline uint64_t
put_hist(const struct sim_put *put, const struct sim_ldb_queue *q, unsigned int type)
{
	return hist_of_queue(q, put->qid, type) | (uint64_t)put->slot << HIST_SLOT_CQ_SHIFT |
	       (uint64_t)put->cq->slot_prio[put->slot] << HIST_PRIO_SHIFT;
}

#endif /* SIM_CQ_H */
