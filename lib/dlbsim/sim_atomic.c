/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Atomic scheduling: no two consumer queues (CQ) ever hold queue elements (QE) of one flow.
 *
 * A flow is pinned to the CQ that got its first QE until the last one is completed. QEs come from
 * the queue's FIFO; one whose flow is pinned elsewhere moves to the flow's waiting list
 * (struct sim_wait), as hardware moves it to its buffer of atomic QEs (AQED), and later QEs of the
 * flow follow it there, so that a flow's QEs of one bin never overtake each other. When no waiting
 * list may be made (per-queue limit, pool) the FIFO stalls, and any move of the queue's flows
 * ends the stall.
 */

#include "sim_turn.h"

/* --- lists of waits ------------------------------------------------------------------------ */

static struct sim_list *
list_of(struct sim_state *s, const struct sim_wait *w)
{
	return w->pinned ? &s->pinned[w->cq][w->qid][w->bin] : &s->ldb_q[w->qid].ready[w->bin];
}

static bool
has_pinned(const struct sim_state *s, unsigned int cq, unsigned int qid)
{
	for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
		if (s->pinned[cq][qid][bin].head != SIM_NONE)
			return true;
	return false;
}

/* Bring the masks that speed up the scheduler in step with the list @p w was put in or left. */
static void
list_changed(struct sim_state *s, const struct sim_wait *w)
{
	struct sim_ldb_queue *q = &s->ldb_q[w->qid];
	struct sim_cq *cq = &s->ldb_cq[w->cq];
	uint32_t qbit = UINT32_C(1) << w->qid;
	uint64_t cbit = UINT64_C(1) << w->cq;

	if (!w->pinned) {
		if (q->ready[w->bin].head != SIM_NONE)
			q->ready_bins |= (uint8_t)(1U << w->bin);
		else
			q->ready_bins &= (uint8_t) ~(1U << w->bin);
		return;
	}
	cq->pinned_qids =
		has_pinned(s, w->cq, w->qid) ? cq->pinned_qids | qbit : cq->pinned_qids & ~qbit;
	s->pinned_cqs = cq->pinned_qids != 0 ? s->pinned_cqs | cbit : s->pinned_cqs & ~cbit;
}

static void
wait_link(struct sim_state *s, uint16_t i)
{
	struct sim_wait *w = &s->waits[i];
	struct sim_list *l = list_of(s, w);

	w->prev = l->tail;
	w->next = SIM_NONE;
	if (l->tail != SIM_NONE)
		s->waits[l->tail].next = i;
	else
		l->head = i;
	l->tail = i;
	list_changed(s, w);
}

static void
wait_unlink(struct sim_state *s, uint16_t i)
{
	struct sim_wait *w = &s->waits[i];
	struct sim_list *l = list_of(s, w);

	if (w->prev != SIM_NONE)
		s->waits[w->prev].next = w->next;
	else
		l->head = w->next;
	if (w->next != SIM_NONE)
		s->waits[w->next].prev = w->prev;
	else
		l->tail = w->prev;
	list_changed(s, w);
}

/* --- a flow's waiting list ----------------------------------------------------------------- */

static uint8_t
wait_best_bin(const struct sim_wait *w)
{
	uint8_t bin = 0;

	while (bin < DLB_NB_BINS && w->head[bin] == SIM_NONE)
		bin++;
	return bin;
}

static uint16_t
wait_make(struct sim_state *s, unsigned int qid, unsigned int hid, unsigned int cq)
{
	uint16_t i = s->free_waits[--s->nb_free_waits];

	s->waits[i] = (struct sim_wait){
		.hid = (uint16_t)hid,
		.qid = (uint8_t)qid,
		.bin = DLB_NB_BINS, /* in no list yet */
		.pinned = 1,
		.cq = (uint8_t)cq,
	};
	return i;
}

static void
wait_free(struct sim_state *s, uint16_t i)
{
	s->free_waits[s->nb_free_waits++] = i;
	if (s->nb_free_waits > 1)
		return;
	/* There was none: any queue may have stalled for that. */
	for (unsigned int qid = 0; qid < DLB_MAX_LDB_QUEUES; qid++) {
		s->ldb_q[qid].atm_stalled = 0;
		queue_update(s, &s->ldb_q[qid], qid);
	}
}

/* Move the head of the queue's FIFO @p bin to the end of waiting list @p i. */
static void
wait_append(struct sim_state *s, uint16_t i, struct sim_ldb_queue *q, unsigned int bin)
{
	struct sim_wait *w = &s->waits[i];
	uint16_t node = node_take(s);

	s->nodes[node].qe = *fifo_peek(s, &q->atm[bin]);
	s->nodes[node].next = SIM_NONE;
	if (w->tail[bin] != SIM_NONE)
		s->nodes[w->tail[bin]].next = node;
	else
		w->head[bin] = node;
	w->tail[bin] = node;
	q->aqed++;
	if (bin >= w->bin)
		return;
	if (w->bin < DLB_NB_BINS)
		wait_unlink(s, i);
	w->bin = (uint8_t)bin;
	wait_link(s, i);
}

/*
 * Take the most urgent QE of waiting list @p i for CQ @p cq, to which its flow is pinned from now
 * on. The list moves on, or goes when it is empty.
 */
static struct sim_qe
wait_take(struct sim_state *s, uint16_t i, struct sim_flow *flow, unsigned int cq)
{
	struct sim_wait *w = &s->waits[i];
	struct sim_ldb_queue *q = &s->ldb_q[w->qid];
	uint16_t node = w->head[w->bin];
	struct sim_qe qe = s->nodes[node].qe;
	uint8_t best;

	w->head[w->bin] = s->nodes[node].next;
	if (w->head[w->bin] == SIM_NONE)
		w->tail[w->bin] = SIM_NONE;
	node_put(s, node);
	q->aqed--;
	q->atm_stalled = 0;

	best = wait_best_bin(w);
	if (best == w->bin && w->pinned)
		return qe;
	wait_unlink(s, i);
	if (best == DLB_NB_BINS) {
		flow->word &= ~SIM_FLOW_WAIT;
		wait_free(s, i);
		return qe;
	}
	w->bin = best;
	w->pinned = 1;
	w->cq = (uint8_t)cq;
	wait_link(s, i);
	return qe;
}

/* --- flows --------------------------------------------------------------------------------- */

/* The flow has become free, and somebody waited for that. */
void
sim_flow_freed(struct sim_state *s, unsigned int qid, struct sim_flow flow)
{
	uint16_t wait = sim_flow_wait(flow);

	if (wait != SIM_NONE) {
		wait_unlink(s, wait);
		s->waits[wait].pinned = 0;
		wait_link(s, wait);
	}
	s->ldb_q[qid].atm_stalled = 0;
	queue_update(s, &s->ldb_q[qid], qid);
}

/* Pin the flow, or add one more QE to what pins it. */
static void
flow_pin(struct sim_ldb_queue *q, struct sim_flow *flow, unsigned int cq)
{
	if (sim_flow_count(*flow) == 0) {
		flow->word = (flow->word & SIM_FLOW_WAIT) | FIELD_PREP(SIM_FLOW_CQ, cq);
		q->nb_flows++;
	}
	flow->word++;
}

/* --- one turn ------------------------------------------------------------------------------ */

/* Bins from which this CQ could get something, as far as that is known without looking. */
struct sources {
	unsigned int pinned;
	unsigned int ready;
	unsigned int fifo;
};

static struct sources
look(const struct sim_state *s, const struct sim_put *put, const struct sim_ldb_queue *q)
{
	struct sources src = { .fifo = q->atm_bins & ~(unsigned int)q->atm_stalled };

	if (q->aqed == 0)
		return src;
	if ((put->cq->pinned_qids >> put->qid & 1) != 0)
		for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
			if (s->pinned[put->id][put->qid][bin].head != SIM_NONE)
				src.pinned |= 1U << bin;
	if (q->nb_flows < q->fid_lim)
		src.ready = q->ready_bins;
	return src;
}

/* Give the CQ the most urgent QE of waiting list @p i. */
static unsigned int
serve_wait(struct sim_state *s, struct sim_put *put, uint64_t h, uint16_t i)
{
	struct sim_ldb_queue *q = put->q;
	uint32_t depth = q->nb_atm + q->nb_nalb + q->aqed;
	uint16_t hid = s->waits[i].hid;
	struct sim_flow *flow = &s->flows[put->qid][hid];
	struct sim_segment seg = segment_begin(s, put, true, depth, q->atm_thresh, 1);
	struct sim_qe qe;

	if (seg.n == 0)
		return 0;
	qe = wait_take(s, i, flow, put->id);
	flow_pin(q, flow, put->id);
	seg.hist[0] = h | hid;
	segment_end(put, true, &seg, &qe, 1);
	return 1;
}

/* Remove the @p n oldest QEs of FIFO @p bin, which have been copied. */
static void
drop_head(struct sim_state *s, struct sim_ldb_queue *q, unsigned int bin, unsigned int n)
{
	fifo_drop(s, &q->atm[bin], n);
	if (q->atm[bin].count == 0)
		q->atm_bins &= (uint8_t) ~(1U << bin);
	q->nb_atm -= n;
}

/* The head may not go to this CQ: let it wait for its flow, or stall the bin. */
static void
set_aside(struct sim_state *s, struct sim_ldb_queue *q, unsigned int qid, unsigned int bin,
	  unsigned int hid, struct sim_flow *flow)
{
	uint16_t wait = sim_flow_wait(*flow);
	bool may_pin = sim_flow_count(*flow) != 0 || wait != SIM_NONE;
	bool has_wait = wait != SIM_NONE || s->nb_free_waits != 0;

	if (!may_pin || !has_wait || q->aqed >= q->aqed_lim) {
		q->atm_stalled |= (uint8_t)(1U << bin);
		return;
	}
	if (wait == SIM_NONE) {
		wait = wait_make(s, qid, hid, sim_flow_cq(*flow));
		flow->word |= FIELD_PREP(SIM_FLOW_WAIT, (uint32_t)wait);
	}
	wait_append(s, wait, q, bin);
	drop_head(s, q, bin, 1);
}

/*
 * Give the CQ one segment of the @p max QEs that lie side by side from the head of FIFO @p bin on,
 * up to one that may not go there, which is set aside, or left to others if the CQ has enough.
 * Nothing of the queue waits for this CQ, or it would have gone first.
 */
static inline __attribute__((always_inline)) unsigned int
serve_fifo(struct sim_state *s, struct sim_put *put, uint64_t h, unsigned int bin, unsigned int max)
{
	struct sim_ldb_queue *q = put->q;
	struct sim_flow *flows = s->flows[put->qid];
	struct sim_fifo *f = &q->atm[bin];
	const struct sim_qe *from = fifo_peek(s, f);
	uint32_t depth = q->nb_atm + q->nb_nalb + q->aqed;
	struct sim_segment seg = segment_begin(s, put, true, depth, q->atm_thresh, max);
	uint32_t hid_mask = q->hid_mask, mine = FIELD_PREP(SIM_FLOW_CQ, put->id);
	unsigned int room = q->nb_flows < q->fid_lim && !put->sated
				    ? (unsigned int)(q->fid_lim - q->nb_flows)
				    : 0;
	unsigned int nb_free = room, hid = 0, n;
	uint64_t *hist = seg.hist;
	size_t i, max_n = seg.n;

	for (i = 0; i < max_n; i++) {
		hid = qe_lock_id(from[i].meta) & hid_mask;
		if (!flow_join(&flows[hid], mine, &nb_free))
			break;
		hist[i] = h | hid;
	}
	n = (unsigned int)i;
	q->nb_flows = (uint16_t)(q->nb_flows + room - nb_free);
	segment_end(put, true, &seg, from, n);
	drop_head(s, q, bin, n);
	if (n < seg.n && !put->sated)
		set_aside(s, q, put->qid, bin, hid, &flows[hid]);
	return n;
}

/* One step of a turn: from the most urgent place that has something for the CQ. */
static unsigned int
serve_once(struct sim_state *s, struct sim_put *put, uint64_t h, unsigned int max)
{
	struct sim_ldb_queue *q = put->q;
	struct sources src = look(s, put, q);
	unsigned int bins = src.pinned | src.ready | src.fifo;
	unsigned int bin;

	if (bins == 0)
		return 0;
	bin = pick_bin(put->sim, DLB_R_ATM_CFG_ARB_WEIGHTS_RDY_BIN, bins);
	if ((src.pinned >> bin & 1) != 0)
		return serve_wait(s, put, h, s->pinned[put->id][put->qid][bin].head);
	if ((src.ready >> bin & 1) != 0)
		return put->sated ? 0 : serve_wait(s, put, h, q->ready[bin].head);
	/* Alone, the bin needs no arbitration for each QE. */
	return serve_fifo(s, put, h, bin, is_single(bins) ? fifo_run(&q->atm[bin], max) : 1);
}

/* Give the CQ of @p put up to @p max atomic QEs of queue put->q. Returns how many it got. */
unsigned int
sim_atomic_serve(struct sim_state *s, struct sim_put *put, unsigned int max)
{
	const struct sim_ldb_queue *q = put->q;
	uint64_t h = put_hist(put, DLB_SCHED_ATOMIC);
	unsigned int n = 0, got;
	uint32_t depth;

	/* For the queue's only QE there is nothing to choose, and the compiler leaves out most. */
	if (q->nb_atm == 1 && (q->aqed | q->atm_stalled) == 0)
		return serve_fifo(s, put, h, (unsigned int)__builtin_ctz(q->atm_bins), 1);
	do {
		/* Moving a QE out of the way counts as a step, too. */
		depth = q->nb_atm + ((uint32_t)q->atm_stalled << 16);
		got = serve_once(s, put, h, max - n);
		n += got;
		if ((q->nb_atm | q->aqed) == 0)
			break;
	} while (n < max && (got != 0 || depth != q->nb_atm + ((uint32_t)q->atm_stalled << 16)));
	return n;
}
