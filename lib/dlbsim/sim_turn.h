/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * What all ways of a queue element (QE) into a consumer queue (CQ) have in common: who is next, which
 * slot of the CQ, what the flow or the sequence number (SN) says, and the books afterwards.
 */

#ifndef SIM_TURN_H
#define SIM_TURN_H

#include "sim_cq.h"
#include "sim_queue.h"

/* --- who is next --------------------------------------------------------------------------- */

/*
 * As many CQs share a queue's QEs in one pass, the next ones in the queue's turn; the others are
 * next in later passes. More would cost time for each port and be hardly more even.
 */
#define MAX_SHARERS 8

/* Whether a queue might have something for a CQ. */
static inline bool
has_ldb_work(const struct sim_state *s)
{
	return (s->ldb_work | s->pinned_cqs) != 0;
}

/* Whether a pass might find something: not so if all queues are empty. */
static inline bool
has_work(const struct sim_state *s)
{
	return has_ldb_work(s) || (s->dir_work[0] | s->dir_work[1]) != 0;
}

/* @p cqs, with @p first as bit 0. */
static inline uint64_t
in_turn(uint64_t cqs, unsigned int first)
{
	return cqs >> first | cqs << (-first % DLB_MAX_LDB_PORTS);
}

/* The CQ whose bit is the lowest of @p turns, which in_turn() made. */
static inline unsigned int
next_in_turn(uint64_t turns, unsigned int first)
{
	return (first + (unsigned int)__builtin_ctzll(turns)) % DLB_MAX_LDB_PORTS;
}

/* --- slots of a CQ ------------------------------------------------------------------------- */

/* The slots of the CQ whose queue is in @p qids (not 0), which it serves all. */
static inline unsigned int
slots_of(const struct sim_cq *cq, uint32_t qids)
{
	unsigned int slots = 0;

	if (is_single(cq->slot_valid))
		return cq->slot_valid;
	for (unsigned int i = 0; i < DLB_NB_SLOTS; i++)
		slots |= (qids >> cq->slot_qid[i] & 1) << i;
	return slots & cq->slot_valid;
}

static inline unsigned int
slots_of_bin(const struct sim_cq *cq, unsigned int bin)
{
	return (unsigned int)(cq->prio_slots[2 * bin] | cq->prio_slots[2 * bin + 1]);
}

/* The bin of priorities whose @p slots (not 0) are served next. */
static inline unsigned int
pick_bin_of_slots(struct dlbsim *sim, const struct sim_cq *cq, unsigned int slots)
{
	unsigned int bins = 0, one = cq->slot_prio[__builtin_ctz(slots)] / 2U;

	if ((slots & ~slots_of_bin(cq, one)) == 0)
		return one;
	for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
		if ((slots & slots_of_bin(cq, bin)) != 0)
			bins |= 1U << bin;
	return pick_bin(sim, DLB_R_LSP_CFG_ARB_WEIGHT_LDB_QID_0, bins);
}

/* Which of @p slots (not 0) is served next. */
static inline unsigned int
pick_slot(struct dlbsim *sim, const struct sim_cq *cq, unsigned int slots)
{
	unsigned int bin, equals, later;

	if (is_single(cq->slot_valid))
		return (unsigned int)__builtin_ctz(slots);
	bin = pick_bin_of_slots(sim, cq, slots);
	equals = slots & cq->prio_slots[2 * bin];
	if (equals == 0)
		equals = slots & cq->prio_slots[2 * bin + 1];
	later = equals & (~0U << cq->next_slot);
	return (unsigned int)__builtin_ctz(later != 0 ? later : equals);
}

/* The slot gave something. */
static inline void
slot_served(struct sim_cq *cq, unsigned int slot)
{
	if (!is_single(cq->slot_valid))
		cq->next_slot = (uint8_t)((slot + 1) % DLB_NB_SLOTS);
}

/* --- flows and sequence numbers -------------------------------------------------------------- */

/*
 * Add a QE to what pins its flow to the CQ of @p mine, if it may go there: the flow is there, or
 * free and may be pinned; in neither case does anything of it wait.
 */
static inline bool
flow_join(struct sim_flow *flow, uint32_t mine, unsigned int *nb_free)
{
	uint32_t word = flow->word;

	if ((word & (SIM_FLOW_COUNT | SIM_FLOW_WAIT)) == 0) {
		if (*nb_free == 0)
			return false;
		--*nb_free;
		word = mine;
	} else if ((word & (SIM_FLOW_CQ | SIM_FLOW_WAIT)) != mine) {
		return false;
	}
	flow->word = word + 1;
	return true;
}

/*
 * Hand out the queue's next SNs (sequence numbers), at most @p max. Their history entries begin with
 * @p h. Returns how many there are until the first that is in use.
 */
static inline unsigned int
take_sns(struct sim_state *s, struct sim_ldb_queue *q, uint64_t h, uint64_t *hist, unsigned int max)
{
	unsigned int mask = hist_nb_sns(h) - 1, sn = q->next_sn & mask, n;
	struct sim_sn *sns = hist_sn(s, h, 0);

	for (n = 0; n < max && sns[sn].state == SIM_SN_FREE; n++) {
		sns[sn] = (struct sim_sn){ .state = SIM_SN_SCHEDULED };
		hist[n] = h | sn;
		sn = (sn + 1) & mask;
	}
	q->next_sn = (uint16_t)sn;
	return n;
}

/* --- books ----------------------------------------------------------------------------------- */

/* The CQ got @p n QEs of a queue. */
static inline void
ldb_account(struct sim_cq *cq, struct sim_ldb_queue *q, unsigned int n)
{
	cq->tokens = (uint16_t)(cq->tokens + n);
	cq->inflight = (uint16_t)(cq->inflight + n);
	q->inflight = (uint16_t)(q->inflight + n);
}

/* The CQ got @p n QEs in a turn. */
static inline void
ldb_account_turn(struct dlbsim *sim, struct sim_cq *cq, unsigned int id, unsigned int n)
{
	struct sim_state *s = sim->s;

	cq->occupancy = (uint16_t)(cq->occupancy + n);
	cq->nb_scheduled += n;
	s->credits[0][cq->vas] += n;
	s->stored[0] -= n;
	s->nb_ldb_scheduled += n;
	sim_cq_took(s, true, cq, id);
	if (cq->armed)
		sim_irq_evaluate(sim, true, id);
}

static inline void
dir_account(struct dlbsim *sim, struct sim_cq *cq, unsigned int id, unsigned int n)
{
	struct sim_state *s = sim->s;

	cq->tokens = (uint16_t)(cq->tokens + n);
	cq->occupancy = (uint16_t)(cq->occupancy + n);
	cq->nb_scheduled += n;
	s->credits[s->dir_pool][cq->vas] += n;
	s->stored[s->dir_pool] -= n;
	s->nb_dir_scheduled += n;
	if (s->dir_q[id].bins == 0)
		s->dir_work[id / 64] &= ~(UINT64_C(1) << (id % 64));
	sim_cq_took(s, false, cq, id);
	if (cq->armed)
		sim_irq_evaluate(sim, false, id);
}

#endif /* SIM_TURN_H */
