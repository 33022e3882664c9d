/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * A producer port (PP) at work: what sim_enqueue.c, which knows every hardware command word (HCW),
 * and sim_run.c, which knows many alike at once, have in common.
 */

#ifndef SIM_PP_H
#define SIM_PP_H

#include "sim_qe.h"

/* Bit c: command c exists. */
#define LDB_COMMANDS UINT32_C(0x3F2E)
#define DIR_COMMANDS UINT32_C(0x0322)

struct pp {
	struct dlbsim *sim;
	struct sim_state *s;
	struct sim_cq *cq;
	unsigned int id;
	bool is_ldb;
	bool is_alone;	      /* a single command, and the scheduler has its turn right after it */
	unsigned int nb_gone; /* QEs of it that went past the scheduler */
};

static inline bool
pp_has_command(const struct pp *pp, unsigned int cmd)
{
	return ((pp->is_ldb ? LDB_COMMANDS : DIR_COMMANDS) >> cmd & 1) != 0;
}

/* The pool that a QE (queue element) of this type takes its credit and its storage from. */
static inline unsigned int
pool_of(const struct sim_state *s, unsigned int type)
{
	return type == DLB_SCHED_DIRECTED ? s->dir_pool : 0;
}

/* Whether @p n QEs may be enqueued at once: each takes a credit and a place in the storage. */
static inline bool
pp_has_credits(const struct pp *pp, unsigned int pool, unsigned int n)
{
	const struct sim_state *s = pp->s;

	return s->credits[pool][pp->cq->pp_vas] >= n && s->storage[pool] - s->stored[pool] >= n;
}

static inline void
pp_take_credits(const struct pp *pp, unsigned int pool, unsigned int n)
{
	pp->s->credits[pool][pp->cq->pp_vas] -= n;
	pp->s->stored[pool] += n;
}

/* A QE as it is stored on its way to its queue. */
static inline struct sim_qe
pp_stored(const struct pp *pp, const struct dlb_hcw *hcw)
{
	struct sim_qe qe = qe_stored(qe_load(hcw));

	return qe_type(qe.meta) == DLB_SCHED_DIRECTED ? qe_with_pp(qe, pp->id) : qe;
}

/* Returns how many of the @p n tokens were really out. */
static inline unsigned int
pp_return_tokens(const struct pp *pp, unsigned int n)
{
	struct sim_cq *cq = pp->cq;

	if (n > cq->tokens)
		n = cq->tokens;
	pp->s->wd_age[pp->is_ldb][pp->id] = SIM_WD_FRESH;
	cq->tokens = (uint16_t)(cq->tokens - n);
	cq->occupancy = (uint16_t)(cq->occupancy > n ? cq->occupancy - n : 0);
	if (cq->weighted)
		sim_cq_return_weights(pp->s, pp->id, n);
	return n;
}

/* Software may have changed the range of the history list while it was in use. */
static inline void
pp_idle_again(const struct pp *pp)
{
	if (pp->cq->inflight == 0 && pp->cq->hist_stale)
		sim_cq_latch_history(pp->sim, pp->id);
}

/*
 * Do what the run says that is at the start of @p n HCWs (>= 1), and tell its length. False, and
 * nothing done, if something of it might be refused.
 */
bool
sim_run(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n, unsigned int *len);

#endif /* SIM_PP_H */
