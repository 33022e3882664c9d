/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The history list: what a consumer queue (CQ) remembers of each queue element (QE) until its
 * completion, one 64-bit word each. QID is a queue id, SN a sequence number.
 *
 * All but the key is the same for all that a turn takes of one queue and type, so an entry is
 * written with one store. SNs are relative to their slot; absolute they are slot * SNs per queue +
 * SN.
 */

#ifndef SIM_HIST_H
#define SIM_HIST_H

#include "sim.h"

/* bits 15:0: hash id of an atomic QE, or SN of an ordered one */
#define HIST_QID_SHIFT	   16 /* 5 bits */
#define HIST_TYPE_SHIFT	   21 /* enum dlb_sched_type */
#define HIST_SLOT_CQ_SHIFT 23 /* which of the CQ's QID slots, 3 bits */
#define HIST_PRIO_SHIFT	   26 /* of that slot, 3 bits */
#define HIST_GROUP_SHIFT   29 /* of SNs, 1 bit */
#define HIST_SN_SLOT_SHIFT 30 /* 4 bits */
#define HIST_MODE_SHIFT	   34 /* 3 bits */
#define HIST_VALID	   (UINT64_C(1) << 63)

static inline unsigned int
hist_key(uint64_t h)
{
	return (uint16_t)h;
}

/* All but the key: equal for entries of one queue, slot and type. */
static inline uint64_t
hist_common(uint64_t h)
{
	return h >> HIST_QID_SHIFT;
}

static inline unsigned int
hist_qid(uint64_t h)
{
	return (unsigned int)(h >> HIST_QID_SHIFT) & 31;
}

static inline unsigned int
hist_type(uint64_t h)
{
	return (unsigned int)(h >> HIST_TYPE_SHIFT) & 3;
}

static inline unsigned int
hist_slot_cq(uint64_t h)
{
	return (unsigned int)(h >> HIST_SLOT_CQ_SHIFT) & 7;
}

static inline unsigned int
hist_prio(uint64_t h)
{
	return (unsigned int)(h >> HIST_PRIO_SHIFT) & 7;
}

static inline unsigned int
hist_group(uint64_t h)
{
	return (unsigned int)(h >> HIST_GROUP_SHIFT) & 1;
}

static inline unsigned int
hist_sn_slot(uint64_t h)
{
	return (unsigned int)(h >> HIST_SN_SLOT_SHIFT) & 15;
}

static inline unsigned int
hist_mode(uint64_t h)
{
	return (unsigned int)(h >> HIST_MODE_SHIFT) & 7;
}

/* SNs that the queue of this entry had. */
static inline unsigned int
hist_nb_sns(uint64_t h)
{
	return dlb_sn_mode_sns(hist_mode(h));
}

/* The reorder buffer's entry for SN @p rel; nonsense from software stays in range. */
static inline struct sim_sn *
hist_sn(struct sim_state *s, uint64_t h, unsigned int rel)
{
	unsigned int abs = hist_sn_slot(h) * hist_nb_sns(h) + rel;

	return &s->sn[hist_group(h)][abs & (DLB_SNS_PER_GROUP - 1)];
}

/* The part of an entry that a queue's QEs have in common. */
static inline uint64_t
hist_of_queue(unsigned int qid, uint32_t sn_group, uint32_t sn_slot, uint32_t sn_mode)
{
	return HIST_VALID | (uint64_t)qid << HIST_QID_SHIFT |
	       (uint64_t)sn_group << HIST_GROUP_SHIFT | (uint64_t)sn_slot << HIST_SN_SLOT_SHIFT |
	       (uint64_t)sn_mode << HIST_MODE_SHIFT;
}

/* The entry that the next completion is for; something must be in flight. */
static inline uint64_t
hist_oldest(const struct sim_state *s, const struct sim_cq *cq)
{
	return s->hist[cq->hist_base + cq->hist_pop];
}

/* Pop the oldest entry; something must be in flight. */
static inline uint64_t
hist_pop(struct sim_state *s, struct sim_cq *cq)
{
	uint64_t *entry = &s->hist[cq->hist_base + cq->hist_pop];
	uint64_t h = *entry;
	struct sim_ldb_queue *q = &s->ldb_q[hist_qid(h)];

	*entry = 0;
	if (++cq->hist_pop == cq->hist_size) {
		cq->hist_pop = 0;
		cq->hist_pop_gen ^= 1;
	}
	cq->inflight--;
	if (q->inflight-- == q->infl_lim)
		s->ldb_open |= UINT32_C(1) << hist_qid(h);
	return h;
}

/* One QE of an atomic flow is completed. */
static inline void
flow_complete(struct sim_state *s, uint64_t h)
{
	struct sim_flow *flow = &s->flows[hist_qid(h)][hist_key(h)];
	struct sim_ldb_queue *q = &s->ldb_q[hist_qid(h)];

	flow->word--;
	if (sim_flow_count(*flow) != 0)
		return;
	q->nb_flows--;
	if (sim_flow_wait(*flow) != SIM_NONE || q->atm_stalled != 0)
		sim_flow_freed(s, hist_qid(h), *flow);
}

#endif /* SIM_HIST_H */
