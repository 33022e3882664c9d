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

#include "sim_qe.h"

struct sim_put {
	struct dlbsim *sim;
	struct sim_cq *cq;
	uint8_t *mem; /* ring, or NULL: through the host's dma_write */
	unsigned int id;
	unsigned int qid;
	unsigned int slot;
	unsigned int shift;
	bool is_ldb;
};

struct sim_put
sim_put_begin(struct dlbsim *sim, bool is_ldb, unsigned int cq);
void
sim_put_by_message(struct sim_put *put, unsigned int pos, const uint64_t words[2]);

static inline void
put_entry(struct sim_put *put, struct sim_qe qe, unsigned int hint)
{
	struct sim_cq *cq = put->cq;
	unsigned int pos = cq->wptr & (cq->ring - 1U);
	unsigned int gen = (cq->wptr & cq->ring) == 0;
	uint64_t words[2] = { qe.data, qe_delivered(qe.meta, hint, gen) };

	cq->wptr++;
	if (put->mem != NULL) {
		uint64_t *entry = (uint64_t *)(void *)(put->mem + ((size_t)pos << put->shift));

		__atomic_store_n(&entry[0], words[0], __ATOMIC_RELAXED);
		/* Pairs with the reader's acquire load of the generation bit. */
		__atomic_store_n(&entry[1], words[1], __ATOMIC_RELEASE);
	} else {
		sim_put_by_message(put, pos, words);
	}
}

/* May one more QE of whatever kind be given to this LDB CQ, the counters of the turn aside? */
static inline bool
put_has_history(const struct sim_put *put)
{
	const struct sim_cq *cq = put->cq;

	/* The entry is only taken if software made two CQs' ranges overlap. */
	return !put->sim->s->hist[cq->hist_base + cq->hist_push].valid &&
	       (!cq->weighted || cq->wu_used < cq->wu_lim);
}

static inline void
put_history(struct sim_put *put, struct sim_hist h)
{
	struct sim_cq *cq = put->cq;

	put->sim->s->hist[cq->hist_base + cq->hist_push] = h;
	if (++cq->hist_push == cq->hist_size) {
		cq->hist_push = 0;
		cq->hist_push_gen ^= 1;
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
put_ldb(struct sim_put *put, struct sim_qe qe, struct sim_hist h, unsigned int hint)
{
	struct sim_cq *cq = put->cq;

	h.qid = (uint8_t)put->qid;
	h.slot_cq = put->slot & 7U;
	h.prio = cq->slot_prio[put->slot] & 7U;
	h.valid = 1;
	put_history(put, h);
	if (cq->weighted) {
		uint8_t weight = (uint8_t)qe_weight(qe.meta);

		put->sim->s->wu_ring[put->id][cq->wptr & (DLB_MAX_CQ_DEPTH - 1)] = weight;
		cq->wu_used += weight;
	}
	put_entry(put, qe, hint);
}

#endif /* SIM_CQ_H */
