/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Runs: hardware command words (HCW) of a burst that are the same command, as most are. Their queue
 * elements (QE) have the same queue, type and priority all, or else each has others than the next.
 *
 * A run is checked first and then only its effects are left, and they are done by kind: as many
 * completions as are alike, then their QEs. Nobody can look in between, and a completion never
 * touches the FIFO that a QE goes to. Only ordered responses whose turn has not come go one by one,
 * through the reorder buffer. Whatever might be refused is not a run's business.
 *
 * SN is a sequence number, CQ a consumer queue, QID a queue id.
 */

#include "sim_hist.h"
#include "sim_pp.h"
#include "sim_queue.h"

/* --- checks -------------------------------------------------------------------------------- */

#define BITS_CMD    UINT64_C(0x0F00000000000000)
#define BITS_TOKENS UINT64_C(0x000003FF00000000)
#define BITS_TO	    UINT64_C(0x000000001FFF0000) /* priority, type, QID */

struct run {
	const struct dlb_hcw *hcws;
	unsigned int n;
	bool mixed; /* QEs do not go where the next one goes */
};

/* The bits in which any of four HCWs is not like @p first. */
static inline uint64_t
line_differs(const struct dlb_hcw *line, uint64_t first)
{
	return (qe_meta(&line[0]) ^ first) | (qe_meta(&line[1]) ^ first) |
	       (qe_meta(&line[2]) ^ first) | (qe_meta(&line[3]) ^ first);
}

/* How many HCWs (of @p n >= 1) are like the first one in @p bits. */
static inline unsigned int
nb_alike(const struct dlb_hcw *hcws, unsigned int n, uint64_t bits)
{
	uint64_t first = qe_meta(hcws);
	const struct dlb_hcw *at = hcws, *end = hcws + n;

	while (end - at >= 4 && (line_differs(at, first) & bits) == 0)
		at += 4;
	while (at < end && ((qe_meta(at) ^ first) & bits) == 0)
		at++;
	return (unsigned int)(at - hcws);
}

/* How many HCWs (of @p n >= 1) are the same command for something else than the next one. */
static unsigned int
nb_mixed(const struct dlb_hcw *hcws, unsigned int n)
{
	uint64_t meta = qe_meta(hcws), next, differs;
	unsigned int i;

	for (i = 1; i < n; i++, meta = next) {
		next = qe_meta(&hcws[i]);
		differs = meta ^ next;
		if ((differs & BITS_TO) == 0)
			return i - 1;
		if ((differs & BITS_CMD) != 0)
			break;
	}
	return i;
}

/* The run at the start of @p n HCWs (> 1). */
static struct run
find_run(const struct dlb_hcw *hcws, unsigned int n)
{
	struct run run = { .hcws = hcws };
	uint64_t meta = qe_meta(hcws);

	if ((qe_cmd(meta) & DLB_HCW_QE_VALID) == 0) {
		run.n = nb_alike(hcws, n, BITS_CMD | BITS_TOKENS);
		return run;
	}
	run.mixed = ((meta ^ qe_meta(&hcws[1])) & BITS_TO) != 0;
	run.n = run.mixed ? nb_mixed(hcws, n) : nb_alike(hcws, n, BITS_CMD | BITS_TO);
	return run;
}

/* The load-balanced queues that the port may send to; [type] */
struct allowed {
	uint32_t qids[4];
};

static struct allowed
allowed_ldb(const struct pp *pp)
{
	const struct sim_state *s = pp->s;
	uint32_t qids = s->ldb_qid_ok[pp->cq->pp_vas] & s->ldb_qid_valid;

	return (struct allowed){ .qids = { [DLB_SCHED_ATOMIC] = qids & s->fid_ok,
					   [DLB_SCHED_UNORDERED] = qids,
					   [DLB_SCHED_ORDERED] = qids & s->sn_ok } };
}

static bool
may_enqueue_dir(const struct pp *pp, unsigned int qid)
{
	const struct sim_state *s = pp->s;
	unsigned int vas = pp->cq->pp_vas;

	return qid < DLB_MAX_DIR_PORTS &&
	       (s->dir_qid_ok[vas][qid / 64] & s->dir_qid_valid[qid / 64]) >> qid % 64 & 1;
}

/* Can nothing of this run's QEs be refused? If so their credits are taken. */
static bool
run_accept(struct pp *pp, const struct run *run)
{
	struct allowed ldb = allowed_ldb(pp);
	unsigned int step = run->mixed ? 1 : run->n, nb[2] = { 0 }; /* by pool */

	for (unsigned int i = 0; i < run->n; i += step) {
		uint64_t meta = qe_meta(&run->hcws[i]);
		unsigned int type = qe_type(meta), qid = qe_qid(meta);

		if (type == DLB_SCHED_DIRECTED
			    ? !may_enqueue_dir(pp, qid)
			    : qid >= DLB_MAX_LDB_QUEUES || (ldb.qids[type] >> qid & 1) == 0)
			return false;
		nb[pool_of(pp->s, type)] += step;
	}
	if (!pp_has_credits(pp, 0, nb[0]) || !pp_has_credits(pp, 1, nb[1]))
		return false;
	pp_take_credits(pp, 0, nb[0]);
	pp_take_credits(pp, 1, nb[1]);
	return true;
}

/* --- completions --------------------------------------------------------------------------- */

/* The oldest history entries of a CQ that are of one queue and type and lie side by side. */
struct span {
	uint64_t *hist;
	uint64_t first; /* of them */
	unsigned int n;
};

static inline uint64_t
differs_in_four(const uint64_t *hist, uint64_t first)
{
	return hist_common((hist[0] ^ first) | (hist[1] ^ first) | (hist[2] ^ first) |
			   (hist[3] ^ first));
}

static struct span
oldest_span(const struct pp *pp, unsigned int max)
{
	const struct sim_cq *cq = pp->cq;
	unsigned int to_end = (unsigned int)(cq->hist_size - cq->hist_pop);
	uint64_t *hist = &pp->s->hist[cq->hist_base + cq->hist_pop];
	size_t n = 0;

	max = max < to_end ? max : to_end;
	if (max > 1 && hist_common(hist[1] ^ hist[0]) != 0)
		max = 1;
	while (max - n >= 4 && differs_in_four(&hist[n], hist[0]) == 0)
		n += 4;
	while (n < max && hist_common(hist[n] ^ hist[0]) == 0)
		n++;
	return (struct span){ .hist = hist, .first = hist[0], .n = (unsigned int)n };
}

/* Forget the @p n oldest entries of the CQ, which are of queue @p qid. */
static void
pop_span(struct pp *pp, const struct span *span, unsigned int n)
{
	struct sim_cq *cq = pp->cq;
	unsigned int qid = hist_qid(span->first);
	struct sim_ldb_queue *q = &pp->s->ldb_q[qid];

	for (size_t i = 0; i < n; i++)
		span->hist[i] = 0;
	cq->hist_pop = (uint16_t)(cq->hist_pop + n);
	if (cq->hist_pop == cq->hist_size) {
		cq->hist_pop = 0;
		cq->hist_pop_gen ^= 1;
	}
	cq->inflight = (uint16_t)(cq->inflight - n);
	q->inflight = (uint16_t)(q->inflight - n);
	if (q->inflight < q->infl_lim)
		pp->s->ldb_open |= UINT32_C(1) << qid;
}

/* Each entry ends one QE of its flow. */
static void
complete_flows(struct sim_state *s, const struct span *span)
{
	unsigned int qid = hist_qid(span->first), nb_freed = 0;
	struct sim_ldb_queue *q = &s->ldb_q[qid];
	struct sim_flow *flows = s->flows[qid];

	for (size_t i = 0; i < span->n; i++) {
		unsigned int hid = hist_key(span->hist[i]);
		struct sim_flow flow = { flows[hid].word - 1 };

		flows[hid] = flow;
		if (sim_flow_count(flow) != 0)
			continue;
		nb_freed++;
		if (sim_flow_wait(flow) != SIM_NONE)
			sim_flow_freed(s, qid, flow);
	}
	q->nb_flows = (uint16_t)(q->nb_flows - nb_freed);
	if (nb_freed != 0 && q->atm_stalled != 0) {
		q->atm_stalled = 0;
		queue_update(s, q, qid);
	}
}

/*
 * How many of the entries are the oldest of their queue, have no fragments and nobody waiting
 * behind them. Those are retired; the next one is for sim_sn_complete().
 */
static unsigned int
retire_sns(struct sim_state *s, const struct span *span)
{
	uint64_t h = span->first;
	uint16_t *oldest = &s->oldest_sn[hist_group(h)][hist_sn_slot(h)];
	unsigned int mask = hist_nb_sns(h) - 1, sn = *oldest, n;
	struct sim_sn *sns = hist_sn(s, h, 0);

	if (s->ldb_q[hist_qid(h)].nalb_stalled != 0)
		return 0;
	for (n = 0; n < span->n; n++) {
		unsigned int next = (sn + 1) & mask;

		if (hist_key(span->hist[n]) != sn || sns[sn].head != SIM_NONE ||
		    sns[next].state == SIM_SN_DONE)
			break;
		sns[sn] = (struct sim_sn){ .state = SIM_SN_FREE };
		sn = next;
	}
	*oldest = (uint16_t)sn;
	return n;
}

/*
 * End as many of the @p max oldest QEs of the CQ as can be ended together. 0: the oldest one is an
 * ordered QE whose response has to pass the reorder buffer.
 */
static unsigned int
complete_some(struct pp *pp, unsigned int max)
{
	struct span span = oldest_span(pp, max);
	unsigned int n = span.n;

	if (n == 1 && hist_type(span.first) == DLB_SCHED_ATOMIC) {
		flow_complete(pp->s, hist_pop(pp->s, pp->cq));
		return 1;
	}
	if (hist_type(span.first) == DLB_SCHED_ATOMIC)
		complete_flows(pp->s, &span);
	else if (hist_type(span.first) == DLB_SCHED_ORDERED)
		n = retire_sns(pp->s, &span);
	pop_span(pp, &span, n);
	return n;
}

/* --- elements ------------------------------------------------------------------------------ */

/* Append @p n QEs, as they are stored, to FIFO @p f. */
static void
push_ldb(struct sim_state *s, struct sim_fifo *f, const struct dlb_hcw *hcws, unsigned int n)
{
	for (unsigned int len; n != 0; n -= len, hcws += len) {
		struct sim_qe *to = fifo_room(s, f, n, &len);

		for (size_t i = 0; i < len; i++)
			to[i] = qe_stored(qe_load(&hcws[i]));
	}
}

static void
push_directed(struct sim_state *s, struct sim_fifo *f, const struct dlb_hcw *hcws, unsigned int n,
	      unsigned int pp)
{
	for (unsigned int len; n != 0; n -= len, hcws += len) {
		struct sim_qe *to = fifo_room(s, f, n, &len);

		for (size_t i = 0; i < len; i++)
			to[i] = qe_directed(qe_with_pp(qe_load(&hcws[i]), pp));
	}
}

/* Put @p n accepted QEs, all alike, into their queue. */
static void
push_alike(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n)
{
	uint64_t meta = qe_meta(hcws);
	unsigned int type = qe_type(meta), qid = qe_qid(meta), bin = qe_bin(meta);
	struct sim_fifo *f = fifo_of(pp->s, type, qid, bin);

	if (type == DLB_SCHED_DIRECTED)
		push_directed(pp->s, f, hcws, n, pp->id);
	else
		push_ldb(pp->s, f, hcws, n);
	fifo_grew(pp->s, type, qid, bin, n);
}

/* Put @p n accepted QEs into the queue of each. */
static void
push_each(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		enqueue(pp->s, pp_stored(pp, &hcws[i]));
}

static void
push(struct pp *pp, const struct run *run, unsigned int i, unsigned int n)
{
	if (run->mixed)
		push_each(pp, &run->hcws[i], n);
	else
		push_alike(pp, &run->hcws[i], n);
}

/* Complete the oldest QE, an ordered one, with @p hcw's QE or none, by way of the reorder buffer. */
static void
reorder_one(struct pp *pp, const struct dlb_hcw *hcw, bool has_qe)
{
	uint64_t h = hist_pop(pp->s, pp->cq);
	struct sim_qe qe = pp_stored(pp, hcw);

	sim_sn_complete(pp->s, h, has_qe ? &qe : NULL);
}

static void
run_complete(struct pp *pp, const struct run *run, bool has_qe)
{
	for (unsigned int i = 0, len; i < run->n; i += len) {
		len = complete_some(pp, run->n - i);
		if (len != 0 && has_qe)
			push(pp, run, i, len);
		if (len == 0) {
			reorder_one(pp, &run->hcws[i], has_qe);
			len = 1;
		}
	}
	pp_idle_again(pp);
}

/* --- runs ---------------------------------------------------------------------------------- */

static unsigned int
run_tokens(unsigned int cmd, uint64_t meta, unsigned int n)
{
	if ((cmd & DLB_HCW_CQ_TOKEN) == 0)
		return 0;
	return (cmd & DLB_HCW_QE_VALID) != 0 ? n : n * ((qe_lock_id(meta) & DLB_HCW_TOKENS) + 1);
}

bool
sim_run(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n, unsigned int *len)
{
	struct run run = find_run(hcws, n);
	uint64_t meta = qe_meta(hcws);
	unsigned int cmd = qe_cmd(meta), nb_tokens;
	bool has_qe = (cmd & DLB_HCW_QE_VALID) != 0, completes = (cmd & DLB_HCW_QE_COMP) != 0;

	*len = run.n;
	if (run.n == 1)
		return false;
	nb_tokens = run_tokens(cmd, meta, run.n);

	if (!pp_has_command(pp, cmd) || (cmd & DLB_HCW_QE_FRAG) != 0 ||
	    nb_tokens > pp->cq->tokens || (completes && run.n > pp->cq->inflight) ||
	    (has_qe && !run_accept(pp, &run)))
		return false;
	if (nb_tokens != 0)
		pp_return_tokens(pp, nb_tokens);
	if (completes)
		run_complete(pp, &run, has_qe);
	else if (has_qe)
		push(pp, &run, 0, run.n);
	if (nb_tokens != 0 || completes)
		sim_cq_gave(pp->s, pp->is_ldb, pp->cq, pp->id);
	return true;
}
