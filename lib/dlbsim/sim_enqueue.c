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

#include "sim_hist.h"
#include "sim_pp.h"
#include "sim_queue.h"

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

	if (qid >= DLB_MAX_DIR_PORTS || (pp->s->dir_qid_valid[qid / 64] & bit) == 0)
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
	unsigned int pool = pool_of(pp->s, type);

	if (pp_has_credits(pp, pool, 1)) {
		pp_take_credits(pp, pool, 1);
		return true;
	}
	pp->s->drops.no_credit++;
	sim_alarm_chp(pp->sim, DLB_ALARM_AID_ILLEGAL_ENQ, pp->is_ldb, pp->id, hcw);
	return false;
}

/* --- the parts of an HCW ------------------------------------------------------------------- */

static inline void
return_tokens(struct pp *pp, unsigned int cmd, const struct dlb_hcw *hcw)
{
	unsigned int n = 1;

	if ((cmd & DLB_HCW_QE_VALID) == 0)
		n = FIELD_GET(DLB_HCW_TOKENS, hcw->lock_id) + 1;
	if (pp_return_tokens(pp, n) == n)
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

/* Check and credit the QE of an HCW. */
static inline bool
accept(struct pp *pp, const struct dlb_hcw *hcw)
{
	uint64_t meta = qe_meta(hcw);
	unsigned int type = qe_type(meta);
	unsigned int qid = qe_qid(meta);
	bool may = type == DLB_SCHED_DIRECTED ? may_enqueue_dir(pp, qid, hcw)
					      : may_enqueue_ldb(pp, qid, type, hcw);

	return may && take_credit(pp, type, hcw);
}

/* Let an accepted QE go where it goes: to its queue, or past it. */
static inline void
send_on(struct pp *pp, struct sim_qe qe)
{
	if (pp->is_alone && sim_straight(pp->sim, qe))
		pp->nb_gone++;
	else
		enqueue(pp->s, qe);
}

/* Complete the oldest QE: its history entry, or 0 if there is none. */
static inline uint64_t
complete(struct pp *pp, const struct dlb_hcw *hcw)
{
	uint64_t h;

	if (!has_outstanding(pp, &pp->s->drops.excess_completion, hcw))
		return 0;
	h = hist_pop(pp->s, pp->cq);
	if (hist_type(h) == DLB_SCHED_ATOMIC)
		flow_complete(pp->s, h);
	pp_idle_again(pp);
	return h;
}

/* What comes in the place of a QE that was completed: another one or nothing. */
static inline __attribute__((always_inline)) void
respond(struct pp *pp, uint64_t h, unsigned int cmd, const struct dlb_hcw *hcw)
{
	bool accepted = (cmd & DLB_HCW_QE_VALID) != 0 && accept(pp, hcw);
	struct sim_qe qe;

	if (accepted)
		qe = pp_stored(pp, hcw);
	if (hist_type(h) == DLB_SCHED_ORDERED)
		sim_sn_complete(pp->s, h, accepted ? &qe : NULL);
	else if (accepted)
		send_on(pp, qe);
}

static void
fragment(struct pp *pp, const struct dlb_hcw *hcw)
{
	uint64_t h;

	if (!has_outstanding(pp, &pp->s->drops.illegal_frag, hcw))
		return;
	h = hist_oldest(pp->s, pp->cq);
	if (hist_type(h) != DLB_SCHED_ORDERED) {
		if (accept(pp, hcw))
			enqueue(pp->s, pp_stored(pp, hcw));
	} else if (hist_sn(pp->s, h, hist_key(h))->nb_frags >= DLB_MAX_FRAGS) {
		pp->s->drops.illegal_frag++;
		sim_alarm_chp(pp->sim, DLB_ALARM_AID_ILLEGAL_ENQ, pp->is_ldb, pp->id, hcw);
	} else if (accept(pp, hcw)) {
		sim_sn_fragment(pp->s, h, pp_stored(pp, hcw));
	}
}

static void
arm(struct pp *pp)
{
	pp->cq->armed = true;
	sim_irq_evaluate(pp->sim, pp->is_ldb, pp->id);
}

static inline __attribute__((always_inline)) void
execute(struct pp *pp, const struct dlb_hcw *hcw)
{
	unsigned int cmd = qe_cmd(qe_meta(hcw));
	uint64_t h = 0;

	if (!pp_has_command(pp, cmd)) {
		if (cmd != DLB_CMD_NOOP)
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
		h = complete(pp, hcw);
	if ((cmd & (DLB_HCW_CQ_TOKEN | DLB_HCW_QE_COMP)) != 0)
		sim_cq_gave(pp->s, pp->is_ldb, pp->cq, pp->id);
	if (h != 0)
		respond(pp, h, cmd, hcw);
	else if ((cmd & DLB_HCW_QE_FRAG) != 0)
		fragment(pp, hcw);
	else if ((cmd & (DLB_HCW_QE_VALID | DLB_HCW_QE_COMP)) == DLB_HCW_QE_VALID &&
		 accept(pp, hcw))
		send_on(pp, pp_stored(pp, hcw));
}

/* --- all of them --------------------------------------------------------------------------- */

static inline bool
is_noop(const struct dlb_hcw *hcw)
{
	return (hcw->cmd & DLB_HCW_CMD) == DLB_CMD_NOOP;
}

static void
refuse_port(struct dlbsim *sim, bool is_ldb, unsigned int port, const struct dlb_hcw *hcws,
	    unsigned int n)
{
	const struct dlb_limits *lim = sim_limits(sim->s);

	if (port >= (is_ldb ? lim->nb_ldb_ports : lim->nb_dir_ports))
		return; /* it is nowhere */
	for (unsigned int i = 0; i < n; i++) {
		if (is_noop(&hcws[i]))
			continue;
		sim->s->drops.illegal_pp++;
		sim_alarm_ingress(sim, DLB_ALARM_AID_ILLEGAL_HCW,
				  DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_PP, is_ldb, port, &hcws[i]);
	}
}

/* Many commands, in runs where that is possible. */
static void
execute_all(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n)
{
	for (unsigned int len; n != 0; n -= len, hcws += len) {
		len = 1;
		if (n > 1 && sim_run(pp, hcws, n, &len))
			continue;
		for (unsigned int i = 0; i < len; i++)
			execute(pp, &hcws[i]);
	}
}

/* Whether commands to this port are for a device that is there; they are refused if not. */
static inline bool
pp_open(struct pp *pp, const struct dlb_hcw *hcws, unsigned int n)
{
	if (pp->id >= (pp->is_ldb ? DLB_MAX_LDB_PORTS : DLB_MAX_DIR_PORTS))
		return false;
	pp->cq = sim_cq(pp->s, pp->is_ldb, pp->id);
	if (!pp->cq->pp_valid)
		refuse_port(pp->sim, pp->is_ldb, pp->id, hcws, n);
	return pp->cq->pp_valid;
}

void
dlbsim_pp_write(struct dlbsim *sim, bool is_ldb, unsigned int port, const struct dlb_hcw *hcws,
		unsigned int n)
{
	struct pp pp = { .sim = sim, .s = sim->s, .id = port, .is_ldb = is_ldb };

	if (!pp_open(&pp, hcws, n))
		return;
	if (n == 1)
		execute(&pp, hcws);
	else
		execute_all(&pp, hcws, n);
}

unsigned int
dlbsim_step_with(struct dlbsim *sim, uint64_t now_ns, unsigned int budget, bool is_ldb,
		 unsigned int port, const struct dlb_hcw *hcw)
{
	struct pp pp = { .sim = sim, .s = sim->s, .id = port, .is_ldb = is_ldb };

	/* Whatever else a step does comes between the command and what it brings about. */
	pp.is_alone = now_ns <= pp.s->now_ns && !pp.s->held && !pp.s->perf_enabled;
	if (pp_open(&pp, hcw, 1))
		execute(&pp, hcw);
	return pp.nb_gone != 0 ? pp.nb_gone : dlbsim_step(sim, now_ns, budget);
}
