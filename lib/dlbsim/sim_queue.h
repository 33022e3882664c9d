/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Where queue elements (QE) of a type, queue and bin wait, and the books of a queue that grew.
 *
 * Invariant: whoever pushes to a FIFO says so with fifo_grew() before anybody else looks.
 */

#ifndef SIM_QUEUE_H
#define SIM_QUEUE_H

#include "sim_fifo.h"
#include "sim_qe.h"

/* Of a queue whose CQs may have any number in flight. */
#define NO_LEVEL UINT16_MAX

/*
 * Bit q of ldb_work says whether queue q has something that may be schedulable, and of ldb_open
 * whether it is below its inflight limit: whoever changes that otherwise than below says so here.
 */
static inline void
queue_update(struct sim_state *s, struct sim_ldb_queue *q, unsigned int qid)
{
	uint32_t bit = UINT32_C(1) << qid;
	unsigned int bins = (q->atm_bins & ~(unsigned int)q->atm_stalled) | q->ready_bins |
			    (q->nalb_bins & ~(unsigned int)q->nalb_stalled);

	s->ldb_work = (s->ldb_work & ~bit) | (uint32_t)(bins != 0) << qid;
	s->ldb_open = (s->ldb_open & ~bit) | (uint32_t)(q->inflight < q->infl_lim) << qid;
	if (bins == 0)
		q->level = NO_LEVEL;
}

/* A CQ got QEs of the queue, which often were the last ones. */
static inline void
queue_served(struct sim_state *s, struct sim_ldb_queue *q, unsigned int qid)
{
	if ((q->nb_atm | q->nb_nalb | q->aqed) != 0 || q->inflight >= q->infl_lim) {
		queue_update(s, q, qid);
	} else {
		s->ldb_work &= ~(UINT32_C(1) << qid);
		q->level = NO_LEVEL;
	}
}

/* @p n QEs were pushed to the atomic FIFO of @p bin. */
static inline void
atomic_grew(struct sim_state *s, unsigned int qid, unsigned int bin, unsigned int n)
{
	struct sim_ldb_queue *q = &s->ldb_q[qid];

	q->atm_bins |= (uint8_t)(1U << bin);
	q->nb_atm += n;
	q->atm_total += n;
	if ((q->atm_stalled >> bin & 1) == 0)
		s->ldb_work |= UINT32_C(1) << qid;
}

/* The same for the FIFO of unordered and ordered QEs. */
static inline void
nalb_grew(struct sim_state *s, unsigned int qid, unsigned int bin, unsigned int n)
{
	struct sim_ldb_queue *q = &s->ldb_q[qid];

	q->nalb_bins |= (uint8_t)(1U << bin);
	q->nb_nalb += n;
	q->nalb_total += n;
	if (q->nb_nalb > q->nalb_max)
		q->nalb_max = q->nb_nalb;
	if ((q->nalb_stalled >> bin & 1) == 0)
		s->ldb_work |= UINT32_C(1) << qid;
}

/* The same for the FIFO of a directed queue. */
static inline void
directed_grew(struct sim_state *s, unsigned int qid, unsigned int bin, unsigned int n)
{
	struct sim_dir_queue *q = &s->dir_q[qid];

	q->bins |= (uint8_t)(1U << bin);
	q->count += n;
	q->total += n;
	if (q->count > q->max)
		q->max = q->count;
	s->dir_work[qid / 64] |= UINT64_C(1) << (qid % 64);
}

static inline bool
is_single(unsigned int bins)
{
	return (bins & (bins - 1)) == 0;
}

/* The one of @p bins (not 0) that is served next; the weights of all are in the register. */
static inline unsigned int
pick_bin(struct dlbsim *sim, enum dlb_reg weights, unsigned int bins)
{
	return is_single(bins) ? (unsigned int)__builtin_ctz(bins)
			       : sim_draw_bin(sim->s, sim_reg(sim, weights, 0), bins);
}

static inline struct sim_fifo *
fifo_of(struct sim_state *s, unsigned int type, unsigned int qid, unsigned int bin)
{
	if (type == DLB_SCHED_DIRECTED)
		return &s->dir_q[qid].fifo[bin];
	return type == DLB_SCHED_ATOMIC ? &s->ldb_q[qid].atm[bin] : &s->ldb_q[qid].nalb[bin];
}

static inline void
fifo_grew(struct sim_state *s, unsigned int type, unsigned int qid, unsigned int bin,
	  unsigned int n)
{
	if (type == DLB_SCHED_ATOMIC)
		atomic_grew(s, qid, bin, n);
	else if (type == DLB_SCHED_DIRECTED)
		directed_grew(s, qid, bin, n);
	else
		nalb_grew(s, qid, bin, n);
}

/* Put a QE that passed all checks into its queue. Its credit and storage are already taken. */
static inline void
enqueue(struct sim_state *s, struct sim_qe qe)
{
	unsigned int type = qe_type(qe.meta), qid = qe_qid(qe.meta), bin = qe_bin(qe.meta);

	if (type == DLB_SCHED_DIRECTED)
		qe = qe_directed(qe);
	fifo_push(s, fifo_of(s, type, qid, bin), qe);
	fifo_grew(s, type, qid, bin, 1);
}

#endif /* SIM_QUEUE_H */
