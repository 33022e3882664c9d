/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The straight way: a queue element (QE) that is alone in the device goes to its consumer queue (CQ)
 * without having been in its queue.
 *
 * With nobody else waiting for anything there is nothing to arbitrate, and all that the scheduler
 * would do is to find that out. What it would change for this QE is changed here, by the same
 * functions; whenever it would do more than hand the QE out, the QE takes the long way.
 *
 * SN is a sequence number.
 */

#include "sim_turn.h"

/* Of the CQs that could take a QE of the queue, who gets one: the first of those with the least. */
static inline unsigned int
straight_cq(const struct sim_state *s, const struct sim_ldb_queue *q, uint64_t takers)
{
	uint64_t t = in_turn(takers, q->next_cq);
	unsigned int best, nb = 0;

	if ((takers & (takers - 1)) == 0)
		return (unsigned int)__builtin_ctzll(takers);
	best = next_in_turn(t, q->next_cq);
	for (t &= t - 1; t != 0 && ++nb < MAX_SHARERS; t &= t - 1) {
		unsigned int id = next_in_turn(t, q->next_cq);

		if (s->ldb_cq[id].inflight < s->ldb_cq[best].inflight)
			best = id;
	}
	return best;
}

/* Pin the flow of an atomic QE to CQ @p id, and tell its hash id. False: it may not go there. */
static inline bool
straight_flow(struct sim_state *s, struct sim_ldb_queue *q, unsigned int id, struct sim_qe qe,
	      unsigned int *hid)
{
	struct sim_flow *flow;
	unsigned int nb_free = q->nb_flows < q->fid_lim;

	*hid = qe_lock_id(qe.meta) & q->hid_mask;
	flow = &s->flows[qe_qid(qe.meta)][*hid];
	if (!flow_join(flow, FIELD_PREP(SIM_FLOW_CQ, id), &nb_free))
		return false;
	q->nb_flows = (uint16_t)(q->nb_flows + (sim_flow_count(*flow) == 1));
	return true;
}

/* Make the history entry of a QE. False: it has to wait for a flow or an SN, or for the entry. */
static inline bool
straight_history(struct sim_state *s, struct sim_cq *cq, struct sim_ldb_queue *q, unsigned int slot,
		 unsigned int id, struct sim_qe qe)
{
	uint64_t *hist = &s->hist[cq->hist_base + cq->hist_push];
	unsigned int type = qe_type(qe.meta), hid = 0;
	uint64_t h = hist_of_slot(q, cq, slot) | (uint64_t)type << HIST_TYPE_SHIFT;

	if (*hist != 0)
		return false;
	if (type == DLB_SCHED_ORDERED)
		return take_sns(s, q, h, hist, 1) == 1;
	if (type == DLB_SCHED_ATOMIC && !straight_flow(s, q, id, qe, &hid))
		return false;
	*hist = h | hid;
	return true;
}

/* Show the QE, the only one of a queue with this threshold, at the CQ's next place. */
static inline void
straight_show(const struct sim_state *s, bool is_ldb, struct sim_cq *cq, uint8_t *ring,
	      struct sim_qe qe, uint32_t thresh)
{
	size_t pos = cq->wptr & (cq->ring - 1U);
	unsigned int gen = (cq->wptr & cq->ring) == 0;
	uint32_t down_to;

	show_entry(ring + (pos << s->cq_shift[is_ldb]), qe,
		   qe_status(depth_hint(1, thresh, &down_to), gen));
	cq->wptr++;
}

/* The CQ's ring. NULL: it is not mapped, or the QE's weight counts. */
static inline uint8_t *
straight_ring(const struct dlbsim *sim, bool is_ldb, const struct sim_cq *cq, unsigned int id)
{
	const struct sim_map *map = &sim->map[is_ldb][id];

	return map->epoch == cq->epoch && !cq->picky ? map->mem : NULL;
}

/* The queue had one QE for as long as it took. */
static inline uint16_t
straight_counted(struct sim_ldb_queue *q, bool is_atomic)
{
	q->nalb_turn = is_atomic;
	if (is_atomic) {
		q->atm_total++;
		return q->atm_thresh;
	}
	q->nalb_total++;
	if (q->nalb_max == 0)
		q->nalb_max = 1;
	return q->nalb_thresh;
}

/* What waits for a flow or an SN is no work, but comes first. */
static inline bool
straight_may_pass(const struct sim_state *s, const struct sim_ldb_queue *q, unsigned int qid)
{
	return (s->ldb_open >> qid & 1) != 0 && (q->nb_atm | q->nb_nalb | q->aqed) == 0;
}

static bool
straight_ldb(struct dlbsim *sim, struct sim_qe qe)
{
	struct sim_state *s = sim->s;
	unsigned int qid = qe_qid(qe.meta), id, slot;
	struct sim_ldb_queue *q = &s->ldb_q[qid];
	uint64_t takers = q->cqs & s->ldb_ready;
	struct sim_cq *cq;
	uint8_t *ring;

	if (takers == 0 || !straight_may_pass(s, q, qid))
		return false;
	id = straight_cq(s, q, takers);
	cq = &s->ldb_cq[id];
	ring = straight_ring(sim, true, cq, id);
	slot = pick_slot(sim, cq, slots_of(cq, UINT32_C(1) << qid));
	if (ring == NULL || !straight_history(s, cq, q, slot, id, qe))
		return false;
	straight_show(s, true, cq, ring, qe,
		      straight_counted(q, qe_type(qe.meta) == DLB_SCHED_ATOMIC));
	cq_pushed_history(cq, 1);
	slot_served(cq, slot);
	if ((takers & (takers - 1)) != 0)
		q->next_cq = (uint8_t)((id + 1) % DLB_MAX_LDB_PORTS);
	ldb_account(cq, q, 1);
	if (q->inflight >= q->infl_lim)
		s->ldb_open &= ~(UINT32_C(1) << qid);
	ldb_account_turn(sim, cq, id, 1);
	return true;
}

static bool
straight_dir(struct dlbsim *sim, struct sim_qe qe)
{
	struct sim_state *s = sim->s;
	unsigned int id = qe_qid(qe.meta);
	struct sim_dir_queue *q = &s->dir_q[id];
	struct sim_cq *cq = &s->dir_cq[id];
	uint8_t *ring = straight_ring(sim, false, cq, id);

	if (ring == NULL || (s->dir_ready[id / 64] >> id % 64 & 1) == 0)
		return false;
	straight_show(s, false, cq, ring, qe_directed(qe), q->thresh);
	q->total++;
	if (q->max == 0)
		q->max = 1;
	dir_account(sim, cq, id, 1);
	return true;
}

/*
 * Hand out a QE that passed all checks, and whose credit and storage are taken. False, and nothing
 * done, if it has to go to its queue.
 */
bool
sim_straight(struct dlbsim *sim, struct sim_qe qe)
{
	if (has_work(sim->s))
		return false;
	return qe_type(qe.meta) == DLB_SCHED_DIRECTED ? straight_dir(sim, qe)
						      : straight_ldb(sim, qe);
}
