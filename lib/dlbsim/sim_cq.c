/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Consumer queues (CQ): readiness, tokens, history list, queue slots, translated rings.
 *
 * Knows nothing of queues' contents. QE is a queue element.
 */

#include <string.h>

#include "sim_cq.h"

/*
 * What decides beside the counters of all CQs: the threshold to which what is in flight has to come
 * down once it has reached its limit, and the limit of weights.
 */
bool
sim_cq_is_satisfied(struct sim_state *s, struct sim_cq *cq)
{
	if (cq->inflight >= cq->infl_lim)
		cq->infl_hold = s->infl_thresh_enabled;
	else if (cq->inflight <= cq->infl_thresh)
		cq->infl_hold = false;
	return !cq->infl_hold && (!cq->weighted || cq->wu_used < cq->wu_lim);
}

/* Something changed that bounds what the CQ may have in flight: a directed one never has anything. */
void
sim_cq_limits(struct sim_state *s, bool is_ldb, unsigned int id)
{
	struct sim_cq *cq = sim_cq(s, is_ldb, id);

	cq->infl_max = 1;
	if (is_ldb)
		cq->infl_max = cq->infl_lim < cq->hist_size ? cq->infl_lim : cq->hist_size;
	if (!cq->enabled)
		cq->infl_max = 0;
	cq->picky = cq->weighted || (is_ldb && s->infl_thresh_enabled);
	cq->infl_hold = cq->infl_hold && s->infl_thresh_enabled;
	sim_cq_took(s, is_ldb, cq, id);
	sim_cq_gave(s, is_ldb, cq, id);
}

/* The @p n oldest QEs that are out leave a CQ with a weight limit. */
void
sim_cq_return_weights(struct sim_state *s, unsigned int id, unsigned int n)
{
	struct sim_cq *cq = &s->ldb_cq[id];

	for (unsigned int i = 0; i < n && cq->wu_pop != cq->wptr; i++) {
		unsigned int weight = s->wu_ring[id][cq->wu_pop++ & (DLB_MAX_CQ_DEPTH - 1)];

		cq->wu_used -= weight < cq->wu_used ? weight : cq->wu_used;
	}
}

/*
 * Take the history range from the registers. With something in flight the range in use stays, or
 * completions would look at entries that were never made.
 */
void
sim_cq_latch_history(struct dlbsim *sim, unsigned int id)
{
	struct sim_cq *cq = &sim->s->ldb_cq[id];
	uint32_t base = FIELD_GET(DLB_F_CHP_HIST_LIST_BASE_BASE,
				  sim_reg(sim, DLB_R_CHP_HIST_LIST_BASE, id));
	uint32_t lim =
		FIELD_GET(DLB_F_CHP_HIST_LIST_LIM_LIMIT, sim_reg(sim, DLB_R_CHP_HIST_LIST_LIM, id));
	bool legal = base <= lim && lim < DLB_MAX_HIST_LIST;

	cq->hist_stale = cq->inflight != 0;
	if (cq->hist_stale)
		return;
	/* Before software wrote the limit it is 0 and the range is one entry at most. */
	cq->hist_base = legal ? (uint16_t)base : 0;
	cq->hist_size = legal ? (uint16_t)(lim - base + 1) : 0;
	cq->hist_push = cq->hist_pop = 0;
	cq->hist_push_gen = cq->hist_pop_gen = 0;
	sim_cq_limits(sim->s, true, id);
}

/* Recompute which CQs have each queue in a slot. */
static void
update_queue_masks(struct sim_state *s, unsigned int id, uint32_t qids)
{
	uint64_t bit = UINT64_C(1) << id;

	s->ldb_cq[id].qids = qids;
	for (unsigned int q = 0; q < DLB_MAX_LDB_QUEUES; q++) {
		if ((qids >> q & 1) != 0)
			s->ldb_q[q].cqs |= bit;
		else
			s->ldb_q[q].cqs &= ~bit;
	}
}

void
sim_cq_slots(struct sim_state *s, unsigned int id, uint32_t priov, const uint32_t cq2qid[2])
{
	struct sim_cq *cq = &s->ldb_cq[id];
	uint32_t qids = 0;

	cq->slot_valid = 0;
	memset(cq->prio_slots, 0, sizeof(cq->prio_slots));
	for (unsigned int i = 0; i < DLB_NB_SLOTS; i++) {
		uint32_t qid = cq2qid[i / 4] >> (8 * (i % 4)) & 0x7F;

		cq->slot_prio[i] =
			(uint8_t)(FIELD_GET(DLB_F_LSP_CQ2PRIOV_PRIO, priov) >> (3 * i) & 7);
		cq->slot_qid[i] = (uint8_t)(qid % DLB_MAX_LDB_QUEUES);
		if ((FIELD_GET(DLB_F_LSP_CQ2PRIOV_V, priov) >> i & 1) == 0 ||
		    qid >= DLB_MAX_LDB_QUEUES)
			continue;
		cq->slot_valid |= (uint8_t)(1U << i);
		cq->prio_slots[cq->slot_prio[i]] |= (uint8_t)(1U << i);
		qids |= UINT32_C(1) << qid;
	}
	update_queue_masks(s, id, qids);
}

/* The ring moved, changed its size or its layout: translations of it are stale. */
void
sim_cq_remap(struct sim_state *s, bool is_ldb, unsigned int id)
{
	sim_cq(s, is_ldb, id)->epoch = ++s->nb_epochs;
}

void
sim_cq_remap_all(struct sim_state *s)
{
	for (unsigned int id = 0; id < DLB_MAX_LDB_PORTS; id++)
		sim_cq_remap(s, true, id);
	for (unsigned int id = 0; id < DLB_MAX_DIR_PORTS; id++)
		sim_cq_remap(s, false, id);
}

/* The translation of the CQ's ring is stale: make a new one. */
void
sim_cq_map(struct dlbsim *sim, bool is_ldb, unsigned int id)
{
	const struct sim_cq *cq = sim_cq(sim->s, is_ldb, id);
	size_t bytes = (size_t)cq->ring << sim->s->cq_shift[is_ldb];
	uint8_t *mem = NULL;

	if (sim->host.dma_map != NULL)
		mem = sim->host.dma_map(sim->ctx, cq->iova, bytes);
	sim->map[is_ldb][id] = (struct sim_map){ .mem = mem, .epoch = cq->epoch };
}

/* Write the next @p n entries to a ring that is not mapped. */
void
sim_cq_send(const struct sim_put *put, unsigned int n)
{
	struct dlbsim *sim = put->sim;
	const struct sim_cq *cq = put->cq;
	uint64_t pos = cq->wptr & (cq->ring - 1U);

	for (unsigned int i = 0; i < n; i++)
		if (sim->host.dma_write(sim->ctx, cq->iova + ((pos + i) << put->shift),
					put->bounce[i], sizeof(put->bounce[i])) != 0 &&
		    sim->s->drops.dma_failed++ == 0)
			sim_log(sim, DLBSIM_LOG_GUEST,
				"a consumer queue's memory cannot be written");
}

/* The next QE of a CQ with a weight limit is so heavy. */
void
sim_cq_add_weight(struct sim_state *s, unsigned int id, uint8_t weight)
{
	struct sim_cq *cq = &s->ldb_cq[id];

	s->wu_ring[id][cq->wptr & (DLB_MAX_CQ_DEPTH - 1)] = weight;
	cq->wu_used += weight;
}
