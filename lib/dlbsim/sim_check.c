/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The device's invariants, verified from scratch. Slow; for tests, fuzzers and debugging.
 *
 * They hold whatever software outside does. Terms as in sim.h: QE queue element, CQ consumer
 * queue, LDB load-balanced, SN sequence number.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "sim_hist.h"

struct check {
	const struct sim_state *s;
	char *why;
	size_t len;
	bool failed;
	/* counted on the way */
	uint32_t chunks;
	uint32_t nodes;
	uint32_t waits;
	uint32_t stored; /* QEs of both pools together */
	uint16_t queue_inflight[DLB_MAX_LDB_QUEUES];
	uint32_t flows[DLB_MAX_HIST_LIST]; /* of each atomic QE in flight: QID, then hash id */
	unsigned int nb_flows;
};

static void __attribute__((format(printf, 3, 4)))
expect(struct check *c, bool ok, const char *fmt, ...)
{
	va_list args;

	if (ok || c->failed)
		return;
	c->failed = true;
	va_start(args, fmt);
	vsnprintf(c->why, c->len, fmt, args);
	va_end(args);
}

/* --- storage ------------------------------------------------------------------------------- */

static void
check_fifo(struct check *c, const struct sim_fifo *f, const char *what, unsigned int id)
{
	uint32_t count = 0;
	unsigned int pos = f->head_pos;

	for (uint16_t i = f->head; i != SIM_NONE; i = c->s->next_chunk[i]) {
		c->chunks++;
		expect(c, c->chunks < SIM_NB_CHUNKS, "%s queue %u: chain of chunks has no end",
		       what, id);
		if (c->failed)
			return;
		count += (i == f->tail ? f->tail_pos : SIM_CHUNK_QES) - pos;
		pos = 0;
		if (i == f->tail)
			break;
	}
	expect(c, count == f->count, "%s queue %u: %u elements in a FIFO that counts %u", what, id,
	       count, f->count);
	c->stored += f->count;
}

static uint32_t
check_fifos(struct check *c, const struct sim_fifo *fifos, uint8_t bins, const char *what,
	    unsigned int id)
{
	uint32_t count = 0;

	for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++) {
		check_fifo(c, &fifos[bin], what, id);
		count += fifos[bin].count;
		expect(c, (bins >> bin & 1) == (fifos[bin].count != 0),
		       "%s queue %u: bit of bin %u does not tell whether it is empty", what, id,
		       bin);
	}
	return count;
}

static uint32_t
count_nodes(struct check *c, uint16_t head, uint16_t tail)
{
	uint32_t n = 0;
	uint16_t last = SIM_NONE;

	for (uint16_t i = head; i != SIM_NONE && n < SIM_NB_NODES; i = c->s->nodes[i].next) {
		last = i;
		n++;
	}
	expect(c, last == tail, "a list of nodes does not end at its tail");
	c->nodes += n;
	c->stored += n;
	return n;
}

/* --- flows --------------------------------------------------------------------------------- */

/* A list of waits, all pinned to @p cq or none (cq < 0). Returns the QEs in them. */
static uint32_t
check_waits(struct check *c, const struct sim_list *list, unsigned int qid, unsigned int bin,
	    int cq)
{
	uint16_t prev = SIM_NONE;
	uint32_t qes = 0;

	for (uint16_t i = list->head; i != SIM_NONE && !c->failed; i = c->s->waits[i].next) {
		const struct sim_wait *w = &c->s->waits[i];
		struct sim_flow flow = c->s->flows[qid][w->hid];
		uint32_t n = 0;

		for (unsigned int b = 0; b < DLB_NB_BINS; b++)
			n += count_nodes(c, w->head[b], w->tail[b]);
		c->waits++;
		expect(c, c->waits < SIM_NB_WAITS, "queue %u: list of waits has no end", qid);
		expect(c, w->prev == prev && w->qid == qid && w->bin == bin,
		       "queue %u: a wait is in the wrong list", qid);
		expect(c, w->head[bin] != SIM_NONE, "queue %u: a wait has nothing in its bin", qid);
		expect(c, sim_flow_wait(flow) == i, "queue %u: a wait is not its flow's", qid);
		expect(c,
		       (sim_flow_count(flow) != 0) == (cq >= 0) &&
			       (cq < 0 || (int)sim_flow_cq(flow) == cq),
		       "queue %u: a wait's flow is pinned elsewhere", qid);
		prev = i;
		qes += n;
	}
	expect(c, list->tail == prev, "queue %u: list of waits does not end at its tail", qid);
	return qes;
}

static uint32_t
check_queue_waits(struct check *c, unsigned int qid)
{
	const struct sim_ldb_queue *q = &c->s->ldb_q[qid];
	uint32_t qes = 0;

	for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++) {
		qes += check_waits(c, &q->ready[bin], qid, bin, -1);
		expect(c, (q->ready_bins >> bin & 1) == (q->ready[bin].head != SIM_NONE),
		       "queue %u: ready bit of bin %u is wrong", qid, bin);
	}
	for (unsigned int cq = 0; cq < DLB_MAX_LDB_PORTS; cq++) {
		uint32_t before = qes;

		for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
			qes += check_waits(c, &c->s->pinned[cq][qid][bin], qid, bin, (int)cq);
		expect(c, (c->s->ldb_cq[cq].pinned_qids >> qid & 1) == (qes != before),
		       "CQ %u: bit of pinned flows of queue %u is wrong", cq, qid);
	}
	return qes;
}

/* --- history ------------------------------------------------------------------------------- */

static void
check_history_entry(struct check *c, unsigned int cq, uint64_t h)
{
	unsigned int qid = hist_qid(h), hid = hist_key(h);
	struct sim_flow flow = c->s->flows[qid][hid];

	expect(c, h != 0, "CQ %u: history list has a hole", cq);
	expect(c, c->nb_flows < DLB_MAX_HIST_LIST, "CQ %u: history lists overlap", cq);
	if (c->failed)
		return;
	c->queue_inflight[qid]++;
	if (hist_type(h) != DLB_SCHED_ATOMIC)
		return;
	c->flows[c->nb_flows++] = qid * SIM_NB_HIDS + hid;
	expect(c, sim_flow_count(flow) != 0 && sim_flow_cq(flow) == cq,
	       "flow %u of queue %u is on CQ %u and on another", hid, qid, cq);
}

static void
check_history(struct check *c)
{
	uint32_t valid = 0, inflight = 0;

	for (unsigned int cq = 0; cq < DLB_MAX_LDB_PORTS; cq++) {
		const struct sim_cq *q = &c->s->ldb_cq[cq];

		expect(c, q->inflight <= q->hist_size, "CQ %u: more in flight than history entries",
		       cq);
		for (unsigned int i = 0; i < q->inflight && !c->failed; i++)
			check_history_entry(
				c, cq, c->s->hist[q->hist_base + (q->hist_pop + i) % q->hist_size]);
		inflight += q->inflight;
	}
	for (unsigned int i = 0; i < DLB_MAX_HIST_LIST; i++)
		valid += c->s->hist[i] != 0;
	expect(c, valid == inflight, "%u history entries for %u elements in flight", valid,
	       inflight);
}

static int
compare_flows(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/* Flow counts against the history; only flows that it names are looked at, the table is large. */
static void
check_flows(struct check *c)
{
	uint32_t pinned[DLB_MAX_LDB_QUEUES] = { 0 };
	unsigned int n;

	qsort(c->flows, c->nb_flows, sizeof(c->flows[0]), compare_flows);
	for (unsigned int i = 0; i < c->nb_flows; i += n) {
		unsigned int qid = c->flows[i] / SIM_NB_HIDS, hid = c->flows[i] % SIM_NB_HIDS;

		for (n = 1; i + n < c->nb_flows && c->flows[i + n] == c->flows[i];)
			n++;
		expect(c, n == sim_flow_count(c->s->flows[qid][hid]),
		       "flow %u of queue %u counts %u of %u in flight", hid, qid,
		       sim_flow_count(c->s->flows[qid][hid]), n);
		pinned[qid]++;
	}
	for (unsigned int q = 0; q < DLB_MAX_LDB_QUEUES; q++)
		expect(c, pinned[q] == c->s->ldb_q[q].nb_flows,
		       "queue %u counts %u of %u pinned flows", q, c->s->ldb_q[q].nb_flows,
		       pinned[q]);
}

/* --- all ----------------------------------------------------------------------------------- */

static void
check_ldb_queue(struct check *c, unsigned int qid)
{
	const struct sim_ldb_queue *q = &c->s->ldb_q[qid];
	bool work = ((q->atm_bins & ~q->atm_stalled) | q->ready_bins |
		     (q->nalb_bins & ~q->nalb_stalled)) != 0;

	expect(c, check_fifos(c, q->atm, q->atm_bins, "atomic", qid) == q->nb_atm,
	       "queue %u: atomic depth is wrong", qid);
	expect(c, check_fifos(c, q->nalb, q->nalb_bins, "unordered", qid) == q->nb_nalb,
	       "queue %u: unordered depth is wrong", qid);
	expect(c, check_queue_waits(c, qid) == q->aqed,
	       "queue %u: waiting atomic elements are miscounted", qid);
	expect(c, (c->s->ldb_work >> qid & 1) == work, "queue %u: work bit is wrong", qid);
	expect(c, (c->s->ldb_open >> qid & 1) == (q->inflight < q->infl_lim),
	       "queue %u: bit of inflight space is wrong", qid);
}

static void
check_reorder(struct check *c)
{
	for (unsigned int g = 0; g < DLB_NB_SN_GROUPS; g++)
		for (unsigned int i = 0; i < DLB_SNS_PER_GROUP; i++) {
			const struct sim_sn *sn = &c->s->sn[g][i];
			uint32_t n = count_nodes(c, sn->head, sn->tail);

			expect(c, sn->state != SIM_SN_FREE || n == 0,
			       "free SN %u of group %u holds elements", i, g);
		}
}

static void
check_cq(struct check *c, bool is_ldb, unsigned int id)
{
	const struct sim_cq *cq = is_ldb ? &c->s->ldb_cq[id] : &c->s->dir_cq[id];
	uint64_t ready = is_ldb ? c->s->ldb_ready : c->s->dir_ready[id / 64];
	bool has_space = cq->enabled && cq->tokens < cq->token_lim;

	if (is_ldb)
		has_space = has_space && cq->inflight < cq->infl_lim &&
			    cq->inflight < cq->hist_size && !cq->infl_hold &&
			    (!cq->weighted || cq->wu_used < cq->wu_lim);
	expect(c, (ready >> id % 64 & 1) == has_space,
	       "%s CQ %u: bit does not tell whether it has space", is_ldb ? "LDB" : "DIR", id);
}

static void
check_totals(struct check *c)
{
	const struct sim_state *s = c->s;

	expect(c, c->stored == s->stored[0] + s->stored[1], "%u elements stored, %u counted",
	       s->stored[0] + s->stored[1], c->stored);
	expect(c, s->stored[0] <= s->storage[0] && s->stored[1] <= s->storage[1],
	       "more elements stored than there is room for");
	expect(c, c->chunks + s->nb_free_chunks == SIM_NB_CHUNKS - 1,
	       "chunks lost: %u used, %u free", c->chunks, s->nb_free_chunks);
	expect(c, c->nodes + s->nb_free_nodes == SIM_NB_NODES - 1, "nodes lost: %u used, %u free",
	       c->nodes, s->nb_free_nodes);
	expect(c, c->waits + s->nb_free_waits == SIM_NB_WAITS - 1, "waits lost: %u used, %u free",
	       c->waits, s->nb_free_waits);
	for (unsigned int q = 0; q < DLB_MAX_LDB_QUEUES; q++)
		expect(c, c->queue_inflight[q] == s->ldb_q[q].inflight,
		       "queue %u counts %u in flight, history has %u", q, s->ldb_q[q].inflight,
		       c->queue_inflight[q]);
}

int
dlbsim_check(const struct dlbsim *sim, char *why, size_t len)
{
	struct check c = { .s = sim->s, .why = why, .len = len };

	for (unsigned int q = 0; q < DLB_MAX_LDB_QUEUES; q++)
		check_ldb_queue(&c, q);
	for (unsigned int q = 0; q < DLB_MAX_DIR_PORTS; q++)
		expect(&c,
		       check_fifos(&c, c.s->dir_q[q].fifo, c.s->dir_q[q].bins, "directed", q) ==
			       c.s->dir_q[q].count,
		       "directed queue %u: depth is wrong", q);
	for (unsigned int id = 0; id < DLB_MAX_LDB_PORTS; id++)
		check_cq(&c, true, id);
	for (unsigned int id = 0; id < DLB_MAX_DIR_PORTS; id++)
		check_cq(&c, false, id);
	check_reorder(&c);
	check_history(&c);
	check_flows(&c);
	check_totals(&c);
	return c.failed ? -EUCLEAN : 0;
}
