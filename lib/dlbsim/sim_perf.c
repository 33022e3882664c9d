/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Counters of what the load-balanced (LDB) scheduler does, and of clocks.
 *
 * A turn is one run of the scheduler that ends because nothing can move: it is counted by what
 * stands in the way. Elements scheduled are counted beside. The clocks are those of the time that
 * the last step was told; between two steps it stands still.
 *
 * CQ consumer queue, QE queue element.
 */

#include "sim.h"

#define CLOCKS_PER_5_NS 4 /* 800 MHz */

/* Queues with QEs, wherever in them these wait. */
static uint32_t
waiting_queues(const struct sim_state *s)
{
	uint32_t qids = 0;

	for (unsigned int qid = 0; qid < DLB_MAX_LDB_QUEUES; qid++) {
		const struct sim_ldb_queue *q = &s->ldb_q[qid];

		if (q->nb_atm + q->nb_nalb + q->aqed != 0)
			qids |= UINT32_C(1) << qid;
	}
	return qids;
}

static bool
is_full_of_inflights(const struct sim_cq *cq)
{
	return cq->enabled && cq->tokens < cq->token_lim &&
	       (cq->inflight >= cq->infl_lim || cq->inflight >= cq->hist_size || cq->infl_hold);
}

/* What the CQs of a queue that may give something are short of. */
static enum sim_perf
shortage(const struct sim_state *s, const struct sim_ldb_queue *q)
{
	if ((q->cqs & s->ldb_ready) != 0)
		return q->nb_atm + q->aqed != 0 ? SIM_PERF_NO_FLOW : SIM_PERF_NO_INFLIGHT;
	for (uint64_t cqs = q->cqs; cqs != 0; cqs &= cqs - 1)
		if (is_full_of_inflights(&s->ldb_cq[__builtin_ctzll(cqs)]))
			return SIM_PERF_NO_INFLIGHT;
	return SIM_PERF_NO_SPACE;
}

static enum sim_perf
why_idle(const struct sim_state *s)
{
	uint32_t qids = waiting_queues(s);

	if (qids == 0)
		return SIM_PERF_NO_WORK;
	qids &= s->ldb_open;
	return qids == 0 ? SIM_PERF_NO_INFLIGHT : shortage(s, &s->ldb_q[__builtin_ctz(qids)]);
}

/* The scheduler moved so many QEs to LDB CQs; idle: it ended because no more could be moved. */
void
sim_perf_turn(struct sim_state *s, uint64_t nb_scheduled, bool idle)
{
	s->perf[SIM_PERF_SCHEDULED] += nb_scheduled;
	if (idle)
		s->perf[why_idle(s)]++;
}

void
sim_perf_control(struct sim_state *s, uint32_t value)
{
	s->perf_enabled = FIELD_GET(DLB_F_LSP_LDB_SCHED_PERF_CTRL_ENAB, value) != 0;
	if (FIELD_GET(DLB_F_LSP_LDB_SCHED_PERF_CTRL_CLR, value) != 0)
		for (unsigned int i = 0; i < SIM_NB_PERF; i++)
			s->perf[i] = 0;
}

/* The device's power is switched on or off, or it is reset. */
void
sim_perf_power(struct sim_state *s, bool on)
{
	if (!on || !s->powered)
		s->powered_ns = s->now_ns;
	s->powered = on;
}

/* Clocks since the power was switched on. */
uint64_t
sim_perf_clocks(const struct sim_state *s)
{
	return s->powered ? (s->now_ns - s->powered_ns) / 5 * CLOCKS_PER_5_NS : 0;
}
