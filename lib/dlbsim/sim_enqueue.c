/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * From producer port (PP) to queue: hardware command words (HCW), their checks and effects.
 *
 * Inside one HCW the token return comes first, then the completion, then the enqueue. Every HCW
 * that is refused, in whole or in part, is counted and raises the alarm that hardware.md names;
 * the token and completion parts of an HCW act even if its queue element (QE) is refused, because
 * software has accounted for them.
 *
 * A directed QE that has to pass the reorder buffer keeps the bytes that say where it goes until
 * it reaches its queue; its producer port is the one that completes it.
 */

#include "sim_fifo.h"
#include "sim_hist.h"
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
};

/* --- queues -------------------------------------------------------------------------------- */

/* @p n QEs were pushed to the atomic FIFO of @p bin. */
static void
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
static void
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
static void
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

/* Where QEs of a type, queue and bin wait. */
static struct sim_fifo *
fifo_of(struct sim_state *s, unsigned int type, unsigned int qid, unsigned int bin)
{
	if (type == DLB_SCHED_DIRECTED)
		return &s->dir_q[qid].fifo[bin];
	return type == DLB_SCHED_ATOMIC ? &s->ldb_q[qid].atm[bin] : &s->ldb_q[qid].nalb[bin];
}

static void
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
void
sim_enqueue(struct sim_state *s, unsigned int type, unsigned int qid, unsigned int bin,
	    struct sim_qe qe)
{
	if (type == DLB_SCHED_DIRECTED)
		qe = qe_directed(qe);
	fifo_push(s, fifo_of(s, type, qid, bin), qe);
	fifo_grew(s, type, qid, bin, 1);
}

/* --- checks -------------------------------------------------------------------------------- */

static bool
refuse_qid(struct pp *pp, const struct dlb_hcw *hcw)
{
	pp->s->drops.illegal_qid++;
	sim_alarm_ingress(pp->sim, DLB_ALARM_AID_ILLEGAL_QID,
			  DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_QID, pp->is_ldb, pp->id, hcw);
	return false;
}

static bool
refuse_disabled(struct pp *pp, const struct dlb_hcw *hcw)
{
	pp->s->drops.disabled_qid++;
	sim_alarm_ingress(pp->sim, DLB_ALARM_AID_DISABLED_QID,
			  DLB_F_SYS_INGRESS_ALARM_ENBL_DISABLED_QID, pp->is_ldb, pp->id, hcw);
	return false;
}

static bool
may_enqueue_dir(struct pp *pp, unsigned int qid, const struct dlb_hcw *hcw)
{
	uint64_t bit = UINT64_C(1) << (qid % 64);

	if (qid >= sim_limits(pp->s)->nb_dir_ports || (pp->s->dir_qid_valid[qid / 64] & bit) == 0)
		return refuse_qid(pp, hcw);
	if ((pp->s->dir_qid_ok[pp->cq->pp_vas][qid / 64] & bit) == 0)
		return refuse_disabled(pp, hcw);
	return true;
}

static bool
may_enqueue_ldb(struct pp *pp, unsigned int qid, unsigned int type, const struct dlb_hcw *hcw)
{
	struct sim_state *s = pp->s;
	uint32_t capable = type == DLB_SCHED_ATOMIC    ? s->fid_ok
			   : type == DLB_SCHED_ORDERED ? s->sn_ok
						       : UINT32_MAX;

	if (qid >= DLB_MAX_LDB_QUEUES || (s->ldb_qid_valid >> qid & 1) == 0)
		return refuse_qid(pp, hcw);
	if ((s->ldb_qid_ok[pp->cq->pp_vas] >> qid & 1) == 0)
		return refuse_disabled(pp, hcw);
	if ((capable >> qid & 1) != 0)
		return true;
	s->drops.illegal_qid_cfg++;
	/* No id is published for this one: it shares that of the illegal QID. */
	sim_alarm_ingress(pp->sim, DLB_ALARM_AID_ILLEGAL_QID,
			  DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_LDB_QID_CFG, pp->is_ldb, pp->id,
			  hcw);
	return false;
}

static bool
take_credit(struct pp *pp, unsigned int type, const struct dlb_hcw *hcw)
{
	struct sim_state *s = pp->s;
	unsigned int pool = type == DLB_SCHED_DIRECTED && !sim_limits(s)->combined_credits;
	uint32_t *credits = &s->credits[pool][pp->cq->pp_vas];

	if (*credits != 0 && s->stored[pool] < s->storage[pool]) {
		--*credits;
		s->stored[pool]++;
		return true;
	}
	s->drops.no_credit++;
	sim_alarm_chp(pp->sim, DLB_ALARM_AID_ILLEGAL_ENQ, pp->is_ldb, pp->id, hcw);
	return false;
}

/* --- the parts of an HCW ------------------------------------------------------------------- */

static void
return_tokens(struct pp *pp, unsigned int cmd, const struct dlb_hcw *hcw)
{
	unsigned int n = 1;

	if ((cmd & DLB_HCW_QE_VALID) == 0)
		n = FIELD_GET(DLB_HCW_TOKENS, hcw->lock_id) + 1;
	if (sim_cq_return_tokens(pp->s, pp->is_ldb, pp->id, n) == n)
		return;
	pp->s->drops.excess_token++;
	sim_alarm_chp(pp->sim, DLB_ALARM_AID_EXCESS_TOKENS, pp->is_ldb, pp->id, hcw);
}

static void
illegal_hcw(struct pp *pp, const struct dlb_hcw *hcw)
{
	pp->s->drops.illegal_hcw++;
	sim_alarm_ingress(pp->sim, DLB_ALARM_AID_ILLEGAL_HCW,
			  DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_HCW, pp->is_ldb, pp->id, hcw);
}

/* Is there something outstanding that a completion or fragment can refer to? */
static bool
has_outstanding(struct pp *pp, uint64_t *counter, const struct dlb_hcw *hcw)
{
	if (pp->cq->inflight != 0)
		return true;
	++*counter;
	sim_alarm_chp(pp->sim, DLB_ALARM_AID_ILLEGAL_ENQ, pp->is_ldb, pp->id, hcw);
	return false;
}

/* Check and credit the QE of an HCW. Returns whether it is accepted. */
static bool
accept(struct pp *pp, const struct dlb_hcw *hcw, struct sim_qe *qe)
{
	unsigned int type = qe_type(qe->meta);
	unsigned int qid = qe_qid(qe->meta);
	bool may = type == DLB_SCHED_DIRECTED ? may_enqueue_dir(pp, qid, hcw)
					      : may_enqueue_ldb(pp, qid, type, hcw);

	if (!may || !take_credit(pp, type, hcw))
		return false;
	*qe = qe_stored(*qe);
	if (type == DLB_SCHED_DIRECTED)
		*qe = qe_with_pp(*qe, pp->id);
	return true;
}

static void
enqueue_qe(struct sim_state *s, struct sim_qe qe)
{
	sim_enqueue(s, qe_type(qe.meta), qe_qid(qe.meta), qe_bin(qe.meta), qe);
}

/* Software may have changed the range of the history list while it was in use. */
static void
idle_again(struct pp *pp)
{
	if (pp->cq->inflight == 0 && pp->cq->hist_stale)
		sim_cq_latch_history(pp->sim, pp->id);
}

static void
complete(struct pp *pp, unsigned int cmd, const struct dlb_hcw *hcw, struct sim_qe qe)
{
	bool accepted;
	uint64_t h;

	if (!has_outstanding(pp, &pp->s->drops.excess_completion, hcw))
		return;
	h = hist_pop(pp->s, pp->cq);
	if (hist_type(h) == DLB_SCHED_ATOMIC)
		flow_complete(pp->s, h);
	accepted = (cmd & DLB_HCW_QE_VALID) != 0 && accept(pp, hcw, &qe);
	if (hist_type(h) == DLB_SCHED_ORDERED)
		sim_sn_complete(pp->s, h, accepted ? &qe : NULL);
	else if (accepted)
		enqueue_qe(pp->s, qe);
	idle_again(pp);
}

static void
fragment(struct pp *pp, const struct dlb_hcw *hcw, struct sim_qe qe)
{
	uint64_t h;

	if (!has_outstanding(pp, &pp->s->drops.illegal_frag, hcw))
		return;
	h = hist_oldest(pp->s, pp->cq);
	if (hist_type(h) != DLB_SCHED_ORDERED) {
		if (accept(pp, hcw, &qe))
			enqueue_qe(pp->s, qe);
	} else if (hist_sn(pp->s, h, hist_key(h))->nb_frags >= DLB_MAX_FRAGS) {
		pp->s->drops.illegal_frag++;
		sim_alarm_chp(pp->sim, DLB_ALARM_AID_ILLEGAL_ENQ, pp->is_ldb, pp->id, hcw);
	} else if (accept(pp, hcw, &qe)) {
		sim_sn_fragment(pp->s, h, qe);
	}
}

static void
arm(struct pp *pp)
{
	pp->cq->armed = true;
	sim_irq_evaluate(pp->sim, pp->is_ldb, pp->id);
}

static void
execute(struct pp *pp, const struct dlb_hcw *hcw)
{
	struct sim_qe qe = qe_load(hcw);
	unsigned int cmd = qe_cmd(qe.meta);

	if (cmd == DLB_CMD_NOOP)
		return;
	if (((pp->is_ldb ? LDB_COMMANDS : DIR_COMMANDS) >> cmd & 1) == 0) {
		illegal_hcw(pp, hcw);
		return;
	}
	if (cmd == DLB_CMD_ARM) {
		arm(pp);
		return;
	}
	if ((cmd & DLB_HCW_CQ_TOKEN) != 0)
		return_tokens(pp, cmd, hcw);
	if ((cmd & DLB_HCW_QE_COMP) != 0)
		complete(pp, cmd, hcw, qe);
	else if ((cmd & DLB_HCW_QE_FRAG) != 0)
		fragment(pp, hcw, qe);
	else if ((cmd & DLB_HCW_QE_VALID) != 0 && accept(pp, hcw, &qe))
		enqueue_qe(pp->s, qe);
}

/* --- runs ---------------------------------------------------------------------------------- */

/*
 * Most HCWs of a burst say the same of different data: the same command for the same queue, type
 * and priority. Such a run is checked once and then only its effects are left. Whatever might be
 * refused is not a run's business but execute()'s, one HCW at a time.
 */

#define RUN_BITS_QE    UINT64_C(0x0F0000001FFF0000) /* command; priority, type, QID */
#define RUN_BITS_NO_QE UINT64_C(0x0F0003FF00000000) /* command; tokens */

static uint64_t
meta_of(const struct dlb_hcw *hcw)
{
	return qe_load(hcw).meta;
}

/* How many HCWs from the first on (of @p n >= 1) make a run. */
static unsigned int
run_length(const struct dlb_hcw *hcws, unsigned int n)
{
	uint64_t first = meta_of(hcws);
	uint64_t bits =
		(first & (uint64_t)DLB_HCW_QE_VALID << 56) != 0 ? RUN_BITS_QE : RUN_BITS_NO_QE;
	unsigned int i = 1;

	while (i + 4 <= n && (((meta_of(&hcws[i]) ^ first) | (meta_of(&hcws[i + 1]) ^ first) |
			       (meta_of(&hcws[i + 2]) ^ first) | (meta_of(&hcws[i + 3]) ^ first)) &
			      bits) == 0)
		i += 4;
	while (i < n && ((meta_of(&hcws[i]) ^ first) & bits) == 0)
		i++;
	return i;
}

static bool
run_may_enqueue(const struct pp *pp, unsigned int type, unsigned int qid)
{
	const struct sim_state *s = pp->s;
	unsigned int vas = pp->cq->pp_vas;
	uint32_t ok;

	if (type == DLB_SCHED_DIRECTED)
		return qid < sim_limits(s)->nb_dir_ports &&
		       (s->dir_qid_ok[vas][qid / 64] & s->dir_qid_valid[qid / 64]) >> qid % 64 & 1;
	ok = s->ldb_qid_ok[vas] & s->ldb_qid_valid;
	if (type == DLB_SCHED_ATOMIC)
		ok &= s->fid_ok;
	else if (type == DLB_SCHED_ORDERED)
		ok &= s->sn_ok;
	return qid < DLB_MAX_LDB_QUEUES && (ok >> qid & 1) != 0;
}

/* Can nothing of this run's QEs be refused? If so their credits are taken. */
static bool
run_accept(struct pp *pp, uint64_t meta, unsigned int n)
{
	struct sim_state *s = pp->s;
	unsigned int type = qe_type(meta);
	unsigned int pool = type == DLB_SCHED_DIRECTED && !sim_limits(s)->combined_credits;
	uint32_t *credits = &s->credits[pool][pp->cq->pp_vas];

	if (!run_may_enqueue(pp, type, qe_qid(meta)) || *credits < n ||
	    s->storage[pool] - s->stored[pool] < n)
		return false;
	*credits -= n;
	s->stored[pool] += n;
	return true;
}

/*
 * A run's completions and elements go through cursors, which the compiler keeps in registers; what
 * they stand for is brought up to date when a run ends or somebody else is going to look.
 */
struct cursor {
	struct sim_state *s;
	/* history list */
	uint64_t *hist;
	unsigned int pop;
	unsigned int hist_size;
	unsigned int pop_gen;
	unsigned int hist_qid; /* queue of the last nb_popped entries */
	unsigned int nb_popped;
	/* end of the FIFO that takes the QEs */
	struct sim_fifo *f;
	struct sim_qe *to;
	unsigned int room;
	unsigned int nb_pushed; /* since the FIFO was brought up to date */
	unsigned int nb_total;
};

static inline void
cursor_settle_queue(struct cursor *c)
{
	struct sim_ldb_queue *q = &c->s->ldb_q[c->hist_qid];

	q->inflight = (uint16_t)(q->inflight - c->nb_popped);
	if (q->inflight < q->infl_lim)
		c->s->ldb_open |= UINT32_C(1) << c->hist_qid;
	c->nb_popped = 0;
}

static inline uint64_t
cursor_pop(struct cursor *c)
{
	uint64_t h = c->hist[c->pop];

	c->hist[c->pop] = 0;
	if (++c->pop == c->hist_size) {
		c->pop = 0;
		c->pop_gen ^= 1;
	}
	if (hist_qid(h) != c->hist_qid) {
		cursor_settle_queue(c);
		c->hist_qid = hist_qid(h);
	}
	c->nb_popped++;
	return h;
}

static inline void
cursor_settle_fifo(struct cursor *c)
{
	if (c->nb_pushed == 0)
		return;
	c->f->tail_pos = (uint8_t)(SIM_CHUNK_QES - c->room);
	c->f->count += c->nb_pushed;
	c->nb_pushed = 0;
}

static inline void
cursor_at_end(struct cursor *c)
{
	c->to = &c->s->chunks[c->f->tail].qe[c->f->tail_pos];
	c->room = c->f->tail != SIM_NONE ? SIM_CHUNK_QES - (unsigned int)c->f->tail_pos : 0;
}

static inline void
cursor_push(struct cursor *c, struct sim_qe qe)
{
	if (c->room == 0) {
		cursor_settle_fifo(c);
		fifo_extend(c->s, c->f);
		cursor_at_end(c);
	}
	*c->to++ = qe;
	c->room--;
	c->nb_pushed++;
	c->nb_total++;
}

/* A response to an ordered QE that is neither the oldest nor alone, or that others wait for. */
static void
cursor_reorder(struct cursor *c, uint64_t h, const struct sim_qe *qe)
{
	cursor_settle_fifo(c);
	sim_sn_complete(c->s, h, qe);
	if (qe != NULL)
		cursor_at_end(c);
}

/* Complete the oldest QE, and put its response where it belongs unless that is NULL. */
static inline void
cursor_complete(struct cursor *c, const struct sim_qe *qe, bool directed)
{
	uint64_t h = cursor_pop(c);

	if (hist_type(h) == DLB_SCHED_ATOMIC)
		flow_complete(c->s, h);
	else if (hist_type(h) == DLB_SCHED_ORDERED && !sn_retire(c->s, h)) {
		cursor_reorder(c, h, qe);
		return;
	}
	if (qe != NULL)
		cursor_push(c, directed ? qe_directed(*qe) : *qe);
}

static struct cursor
cursor_begin(struct pp *pp)
{
	struct sim_cq *cq = pp->cq;

	return (struct cursor){
		.s = pp->s,
		.hist = &pp->s->hist[cq->hist_base],
		.pop = cq->hist_pop,
		.hist_size = cq->hist_size,
		.pop_gen = cq->hist_pop_gen,
	};
}

static void
cursor_end_history(const struct cursor *from, struct pp *pp, unsigned int n)
{
	struct cursor c = *from;

	cursor_settle_queue(&c);
	pp->cq->hist_pop = (uint16_t)c.pop;
	pp->cq->hist_pop_gen = (uint8_t)c.pop_gen;
	pp->cq->inflight = (uint16_t)(pp->cq->inflight - n);
	idle_again(pp);
}

/* Completions without QEs. */
static void
run_release(struct pp *pp, unsigned int n)
{
	struct cursor c = cursor_begin(pp);

	for (unsigned int i = 0; i < n; i++)
		cursor_complete(&c, NULL, false);
	cursor_end_history(&c, pp, n);
}

/* QEs, and completions if the command has them, of what has been accepted. */
static void
run_enqueue(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n, bool completes)
{
	uint64_t meta = meta_of(hcws);
	unsigned int type = qe_type(meta), qid = qe_qid(meta), bin = qe_bin(meta);
	bool directed = type == DLB_SCHED_DIRECTED;
	struct cursor c = cursor_begin(pp);

	c.f = fifo_of(pp->s, type, qid, bin);
	cursor_at_end(&c);
	for (unsigned int i = 0; i < n; i++) {
		struct sim_qe qe = qe_stored(qe_load(&hcws[i]));

		if (directed)
			qe = qe_with_pp(qe, pp->id);
		if (completes)
			cursor_complete(&c, &qe, directed);
		else
			cursor_push(&c, directed ? qe_directed(qe) : qe);
	}
	cursor_settle_fifo(&c);
	if (c.nb_total != 0)
		fifo_grew(pp->s, type, qid, bin, c.nb_total);
	if (completes)
		cursor_end_history(&c, pp, n);
}

/* Returns false, having done nothing, if something of the run might be refused. */
static bool
run(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n)
{
	uint64_t meta = meta_of(hcws);
	unsigned int cmd = qe_cmd(meta), nb_tokens = 0;
	bool has_qe = (cmd & DLB_HCW_QE_VALID) != 0, completes = (cmd & DLB_HCW_QE_COMP) != 0;

	if (((pp->is_ldb ? LDB_COMMANDS : DIR_COMMANDS) >> cmd & 1) == 0 ||
	    (cmd & DLB_HCW_QE_FRAG) != 0)
		return false;
	if ((cmd & DLB_HCW_CQ_TOKEN) != 0)
		nb_tokens = n * (has_qe ? 1 : (qe_lock_id(meta) & DLB_HCW_TOKENS) + 1);
	if (nb_tokens > pp->cq->tokens || (completes && n > pp->cq->inflight) ||
	    (has_qe && !run_accept(pp, meta, n)))
		return false;
	if (nb_tokens != 0)
		sim_cq_return_tokens(pp->s, pp->is_ldb, pp->id, nb_tokens);
	if (has_qe)
		run_enqueue(pp, hcws, n, completes);
	else if (completes)
		run_release(pp, n);
	return true;
}

static void
refuse_port(struct dlbsim *sim, bool is_ldb, unsigned int port, const struct dlb_hcw *hcws,
	    unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		if ((hcws[i].cmd & DLB_HCW_CMD) == DLB_CMD_NOOP)
			continue;
		sim->s->drops.illegal_pp++;
		sim_alarm_ingress(sim, DLB_ALARM_AID_ILLEGAL_HCW,
				  DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_PP, is_ldb, port, &hcws[i]);
	}
}

void
dlbsim_pp_write(struct dlbsim *sim, bool is_ldb, unsigned int port, const struct dlb_hcw *hcws,
		unsigned int n)
{
	const struct dlb_limits *lim = sim_limits(sim->s);
	struct pp pp = { .sim = sim, .s = sim->s, .id = port, .is_ldb = is_ldb };

	if (port >= (is_ldb ? lim->nb_ldb_ports : lim->nb_dir_ports))
		return;
	pp.cq = sim_cq(sim->s, is_ldb, port);
	if (!pp.cq->pp_valid) {
		refuse_port(sim, is_ldb, port, hcws, n);
		return;
	}
	for (unsigned int i = 0, len; i < n; i += len) {
		len = run_length(&hcws[i], n - i);
		if (run(&pp, &hcws[i], len))
			continue;
		for (unsigned int k = 0; k < len; k++)
			execute(&pp, &hcws[i + k]);
	}
	sim_cq_update(sim->s, is_ldb, port);
}
