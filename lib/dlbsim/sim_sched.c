/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The scheduler: which consumer queue (CQ) gets queue elements (QE) of which queue next.
 *
 * CQs take turns. In a turn a CQ picks its queues by priority and gets several QEs of each, where
 * hardware would choose anew for each QE. Of a queue that several CQs serve, QEs that any of
 * them could take go to those with the fewest in flight, until all have as many; a CQ that has more
 * than its share gets what only it can take. All conditions are computed from state, nothing is
 * cached across a register write.
 */

#include <limits.h>

#include "sim_turn.h"

/* QEs: enough for what a turn itself costs not to matter. */
#define MAX_TURN 32

/* A draw of 0..255, the same sequence on every run. */
static unsigned int
draw(struct sim_state *s)
{
	s->rng ^= s->rng << 13;
	s->rng ^= s->rng >> 17;
	s->rng ^= s->rng << 5;
	return s->rng >> 24;
}

/*
 * One of several @p bins: the first bin whose weight byte reaches the draw is favoured, otherwise
 * the most urgent is taken.
 */
unsigned int
sim_draw_bin(struct sim_state *s, uint32_t weights, unsigned int bins)
{
	unsigned int urgent = (unsigned int)__builtin_ctz(bins);
	unsigned int r = draw(s);

	for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
		if ((weights >> (8 * bin) & 0xFF) >= r)
			return (bins >> bin & 1) != 0 ? bin : urgent;
	return urgent;
}

/* --- load-balanced ------------------------------------------------------------------------- */

/* How many of the @p max (>= 1) elements are all ordered, or all not. */
static inline unsigned int
alike(const struct sim_qe *qe, unsigned int max)
{
	bool ordered = qe_type(qe->meta) == DLB_SCHED_ORDERED;
	unsigned int n = 1;

	while (n < max && (qe_type(qe[n].meta) == DLB_SCHED_ORDERED) == ordered)
		n++;
	return n;
}

/*
 * One segment of the @p max unordered and ordered QEs that lie side by side from the head of FIFO
 * @p bin on.
 */
static inline __attribute__((always_inline)) unsigned int
nalb_segment(struct sim_state *s, struct sim_put *put, unsigned int bin, unsigned int max)
{
	struct sim_ldb_queue *q = put->q;
	struct sim_fifo *f = &q->nalb[bin];
	const struct sim_qe *from = fifo_peek(s, f);
	struct sim_segment seg =
		segment_begin(s, put, true, q->nb_atm + q->nb_nalb + q->aqed, q->nalb_thresh, max);
	unsigned int type = qe_type(from->meta), n, max_n;
	uint64_t h = put_hist(put, type);

	if (seg.n == 0)
		return 0;
	max_n = n = alike(from, seg.n);
	if (type == DLB_SCHED_ORDERED) {
		n = take_sns(s, q, h, seg.hist, max_n);
		if (n < max_n)
			q->nalb_stalled |= (uint8_t)(1U << bin);
	} else {
		for (unsigned int i = 0; i < n; i++)
			seg.hist[i] = h;
	}
	segment_end(put, true, &seg, from, n);
	fifo_drop(s, f, n);
	q->nb_nalb -= n;
	if (f->count == 0)
		q->nalb_bins &= (uint8_t) ~(1U << bin);
	return n;
}

/* Give the CQ up to @p max unordered and ordered QEs of queue put->q. */
static unsigned int
nalb_serve(struct sim_state *s, struct sim_put *put, unsigned int max)
{
	struct sim_ldb_queue *q = put->q;
	unsigned int n = 0;

	/* For the queue's only QE there is nothing to choose, and the compiler leaves out most. */
	if (q->nb_nalb == 1)
		return nalb_segment(s, put, (unsigned int)__builtin_ctz(q->nalb_bins), 1);
	while (n < max) {
		unsigned int bins = q->nalb_bins & ~(unsigned int)q->nalb_stalled;
		unsigned int bin, got;

		if (bins == 0)
			break;
		bin = pick_bin(put->sim, DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0, bins);
		/* Alone, a bin needs no arbitration for each QE. */
		got = nalb_segment(s, put, bin,
				   is_single(bins) ? fifo_run(&q->nalb[bin], max - n) : 1);
		if (got == 0 && bins == (q->nalb_bins & ~(unsigned int)q->nalb_stalled))
			break; /* the CQ has no room */
		n += got;
	}
	return n;
}

/* Atomic and other QEs of a queue take turns, whatever their priority. */
static unsigned int
serve(struct sim_state *s, struct sim_put *put, unsigned int max)
{
	struct sim_ldb_queue *q = put->q;
	bool nalb_first = q->nalb_turn;
	unsigned int n;

	if (q->nalb_bins == 0) {
		n = sim_atomic_serve(s, put, max);
		q->nalb_turn |= n != 0;
		return n;
	}
	if (put->sated)
		return sim_atomic_serve(s, put, max);
	if ((q->nb_atm | q->aqed) == 0) {
		n = nalb_serve(s, put, max);
		q->nalb_turn &= n == 0;
		return n;
	}
	n = nalb_first ? nalb_serve(s, put, max) : sim_atomic_serve(s, put, max);
	if (n == 0)
		return nalb_first ? sim_atomic_serve(s, put, max) : nalb_serve(s, put, max);
	q->nalb_turn = !nalb_first;
	return n;
}

/* @p n QEs or, if they are more than a few, as many as fill the last line of four. */
static inline unsigned int
fill_line(const struct sim_cq *cq, unsigned int n)
{
	return n < 4 ? n : n + (-(cq->wptr + n) & 3);
}

/* How many QEs of the queue, at most @p max, the CQ may get now. */
static unsigned int
ldb_room(const struct sim_cq *cq, const struct sim_ldb_queue *q, unsigned int max)
{
	int to_level = q->level - cq->inflight;

	if (to_level > 0 && to_level < (int)max)
		max = min_u(max, fill_line(cq, (unsigned int)to_level));
	max = min_u(max, (unsigned int)(cq->token_lim - cq->tokens));
	max = min_u(max, (unsigned int)(cq->infl_max - cq->inflight));
	return min_u(max, (unsigned int)(q->infl_lim - q->inflight));
}

/* The queues that the CQ serves and that have something for it, or seem to. */
static inline uint32_t
ldb_qids(const struct sim_state *s, const struct sim_cq *cq)
{
	return cq->qids & s->ldb_open & (s->ldb_work | cq->pinned_qids);
}

/* Up to @p max QEs of queue put->q. */
static inline unsigned int
ldb_serve(struct sim_state *s, struct sim_put *put, unsigned int max)
{
	struct sim_ldb_queue *q = put->q;
	unsigned int n = 0;

	max = ldb_room(put->cq, q, max);
	put->sated = put->cq->inflight >= q->level;
	if (max != 0)
		n = serve(s, put, max);
	ldb_account(put->cq, q, n);
	queue_served(s, q, put->qid);
	return n;
}

static unsigned int
ldb_turn(struct dlbsim *sim, unsigned int id)
{
	struct sim_state *s = sim->s;
	struct sim_cq *cq = &s->ldb_cq[id];
	uint32_t qids = ldb_qids(s, cq);
	unsigned int slots, n = 0, got;
	struct sim_put put;

	if (qids == 0)
		return 0;
	put_begin(&put, sim, true, id);
	for (slots = slots_of(cq, qids); slots != 0 && n < MAX_TURN;) {
		unsigned int slot = pick_slot(sim, cq, slots);

		put_from(&put, s, slot);
		got = ldb_serve(s, &put, MAX_TURN - n);
		n += got;
		if (got != 0)
			slot_served(cq, slot);
		if (got == 0 || (ldb_qids(s, cq) >> put.qid & 1) == 0)
			slots &= ~(1U << slot);
		/* What is less urgent may not overtake what the CQ leaves to others. */
		else if (cq->inflight >= put.q->level)
			break;
		if (put.sated)
			break;
	}
	if (n != 0)
		ldb_account_turn(sim, cq, id, n);
	return n;
}

/*
 * How many each of the CQs that have @p load in flight may have when they share @p work (not 0) as
 * evenly as they can. Those that have more drop out, which leaves the others less each.
 */
static unsigned int
even_level(const unsigned int *load, unsigned int nb, unsigned int work)
{
	unsigned int level = UINT_MAX, before;

	do {
		unsigned int sum = work, n = 0;

		before = level;
		for (unsigned int i = 0; i < nb; i++)
			if (load[i] < before) {
				sum += load[i];
				n++;
			}
		level = (sum + n - 1) / n;
	} while (level < before);
	return level;
}

/* Set the queue's level. Returns who shares its work, of the CQs that could take it. */
static uint64_t
share(struct sim_state *s, struct sim_ldb_queue *q, uint64_t takers)
{
	unsigned int work =
		min_u(q->nb_atm + q->nb_nalb, (unsigned int)(q->infl_lim - q->inflight));
	unsigned int load[MAX_SHARERS], nb = 0;
	uint64_t sharers = 0;

	for (uint64_t t = in_turn(takers, q->next_cq); t != 0 && nb < MAX_SHARERS; t &= t - 1) {
		unsigned int id = next_in_turn(t, q->next_cq);

		sharers |= UINT64_C(1) << id;
		load[nb++] = s->ldb_cq[id].inflight;
	}
	/* Of flows that wait, free again, one QE is known at least. */
	q->level = (uint16_t)even_level(load, nb, work + (q->ready_bins != 0));
	return sharers;
}

/* The CQs that may get something, of queues' new work evenly or all that they could take. */
static uint64_t
choose_cqs(struct sim_state *s, bool evenly)
{
	uint64_t cqs = s->pinned_cqs & s->ldb_ready;

	for (uint32_t qids = s->ldb_work & s->ldb_open; qids != 0; qids &= qids - 1) {
		struct sim_ldb_queue *q = &s->ldb_q[__builtin_ctz(qids)];
		uint64_t takers = q->cqs & s->ldb_ready;

		q->level = NO_LEVEL;
		cqs |= evenly && (takers & (takers - 1)) != 0 ? share(s, q, takers) : takers;
	}
	return cqs;
}

/* One turn for each CQ of @p cqs, from @p next on: who comes after the last that got something. */
static unsigned int
turns_from(struct dlbsim *sim, uint64_t cqs, uint8_t *next)
{
	unsigned int first = *next, n = 0;

	for (uint64_t t = in_turn(cqs, first); t != 0 && has_ldb_work(sim->s); t &= t - 1) {
		unsigned int id = next_in_turn(t, first), got = ldb_turn(sim, id);

		if (got != 0)
			*next = (uint8_t)((id + 1) % DLB_MAX_LDB_PORTS);
		n += got;
	}
	return n;
}

/* The queues that have something for any CQ, or for one of @p cqs alone. */
static uint32_t
busy_queues(const struct sim_state *s, uint64_t cqs)
{
	uint32_t qids = s->ldb_work;

	for (uint64_t pinned = s->pinned_cqs & cqs; pinned != 0; pinned &= pinned - 1)
		qids |= s->ldb_cq[__builtin_ctzll(pinned)].pinned_qids;
	return qids & s->ldb_open;
}

/* One turn for each CQ of @p cqs, those of a queue in its turn. */
static unsigned int
ldb_turns(struct dlbsim *sim, uint64_t cqs)
{
	struct sim_state *s = sim->s;
	unsigned int n = 0;

	if ((cqs & (cqs - 1)) == 0)
		return cqs != 0 ? ldb_turn(sim, (unsigned int)__builtin_ctzll(cqs)) : 0;
	for (uint32_t qids = busy_queues(s, cqs); qids != 0 && cqs != 0; qids &= qids - 1) {
		struct sim_ldb_queue *q = &s->ldb_q[__builtin_ctz(qids)];

		n += turns_from(sim, cqs & q->cqs, &q->next_cq);
		cqs &= ~q->cqs;
	}
	return n;
}

static unsigned int
ldb_pass(struct dlbsim *sim)
{
	unsigned int n = 0;

	if (has_ldb_work(sim->s))
		n = ldb_turns(sim, choose_cqs(sim->s, true));
	/* Better unevenly than not at all. */
	if (n == 0 && has_ldb_work(sim->s))
		n = ldb_turns(sim, choose_cqs(sim->s, false));
	return n;
}

/* --- directed ------------------------------------------------------------------------------ */

/* One segment of the @p max directed QEs that lie side by side from the head of FIFO @p bin on. */
static inline __attribute__((always_inline)) unsigned int
dir_segment(struct sim_state *s, struct sim_put *put, struct sim_dir_queue *q, unsigned int bin,
	    unsigned int max)
{
	struct sim_fifo *f = &q->fifo[bin];
	const struct sim_qe *from = fifo_peek(s, f);
	struct sim_segment seg = segment_begin(s, put, false, q->count, q->thresh, max);

	segment_end(put, false, &seg, from, seg.n);
	fifo_drop(s, f, seg.n);
	q->count -= seg.n;
	if (f->count == 0)
		q->bins &= (uint8_t) ~(1U << bin);
	return seg.n;
}

/* Give the CQ up to @p max QEs of its queue. */
static unsigned int
dir_serve(struct sim_state *s, struct sim_put *put, struct sim_dir_queue *q, unsigned int max)
{
	unsigned int n = 0;

	/* For the queue's only QE there is nothing to choose, and the compiler leaves out most. */
	if (q->count == 1)
		return dir_segment(s, put, q, (unsigned int)__builtin_ctz(q->bins), 1);
	do {
		unsigned int bin =
			pick_bin(put->sim, DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0, q->bins);

		/* Alone, the bin needs no arbitration for each QE. */
		n += dir_segment(s, put, q, bin,
				 is_single(q->bins) ? fifo_run(&q->fifo[bin], max - n) : 1);
	} while (n < max && q->bins != 0);
	return n;
}

static unsigned int
dir_turn(struct dlbsim *sim, unsigned int id)
{
	struct sim_state *s = sim->s;
	struct sim_put put;
	unsigned int n;

	put_begin(&put, sim, false, id);
	n = dir_serve(s, &put, &s->dir_q[id],
		      min_u(MAX_TURN, (unsigned int)(put.cq->token_lim - put.cq->tokens)));
	dir_account(sim, put.cq, id, n);
	return n;
}

static unsigned int
dir_pass(struct dlbsim *sim)
{
	struct sim_state *s = sim->s;
	unsigned int n = 0;

	for (unsigned int w = 0; w < 2; w++)
		for (uint64_t ids = s->dir_work[w] & s->dir_ready[w]; ids != 0; ids &= ids - 1)
			n += dir_turn(sim, w * 64 + (unsigned int)__builtin_ctzll(ids));
	return n;
}

/* Schedule until nothing moves or about @p budget QEs are out. Returns how many. */
unsigned int
sim_schedule(struct dlbsim *sim, unsigned int budget)
{
	struct sim_state *s = sim->s;
	uint64_t nb_ldb_before = s->nb_ldb_scheduled;
	unsigned int total = 0, n = 1;

	if (s->held)
		return 0;
	/* Both in each round: neither kind may starve the other. */
	while (n != 0 && total < budget && has_work(s)) {
		n = dir_pass(sim);
		n += ldb_pass(sim);
		total += n;
	}
	if (s->perf_enabled)
		sim_perf_turn(s, s->nb_ldb_scheduled - nb_ldb_before, total < budget);
	return total;
}
