/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See ref_model.h. Lists are arrays in order of age; everything is found by looking at all of it.
 */

#include "ref_model.h"

#include <stdio.h>
#include <string.h>

static void
wrong(struct ref *ref, const char *what, uint64_t data, unsigned int where)
{
	if (ref->why[0] == '\0')
		snprintf(ref->why, sizeof(ref->why), "element 0x%llx, CQ %u: %s",
			 (unsigned long long)data, where, what);
}

/* --- counting ------------------------------------------------------------------------------ */

unsigned int
ref_inflight_of_cq(const struct ref *ref, unsigned int cq)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ref->nb_flights; i++)
		n += !ref->flights[i].completed && ref->flights[i].cq == cq;
	return n;
}

unsigned int
ref_inflight_of_queue(const struct ref *ref, unsigned int qid)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ref->nb_flights; i++)
		n += !ref->flights[i].completed && ref->flights[i].qid == qid;
	return n;
}

unsigned int
ref_depth(const struct ref *ref, bool is_ldb, unsigned int qid)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ref->nb_waiting; i++)
		n += ref->waiting[i].hcw.qid == qid &&
		     (ref->waiting[i].type != DLB_SCHED_DIRECTED) == is_ldb;
	return n;
}

/* Sequence numbers of a queue that are in use: by what is in flight, or done but not released. */
static unsigned int
sns_in_use(const struct ref *ref, unsigned int qid)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ref->nb_flights; i++)
		n += ref->flights[i].qid == qid && ref->flights[i].type == DLB_SCHED_ORDERED;
	return n;
}

static bool
is_of_flow(const struct ref_flight *f, unsigned int qid, unsigned int flow)
{
	return !f->completed && f->type == DLB_SCHED_ATOMIC && f->qid == qid && f->flow == flow;
}

/* The CQ that a flow is on, or -1. */
static int
home_of(const struct ref *ref, unsigned int qid, unsigned int flow)
{
	for (unsigned int i = 0; i < ref->nb_flights; i++)
		if (is_of_flow(&ref->flights[i], qid, flow))
			return ref->flights[i].cq;
	return -1;
}

static unsigned int
nb_flows(const struct ref *ref, unsigned int qid)
{
	unsigned int n = 0;

	for (unsigned int i = 0; i < ref->nb_flights; i++) {
		bool first = ref->flights[i].type == DLB_SCHED_ATOMIC &&
			     is_of_flow(&ref->flights[i], qid, ref->flights[i].flow);

		for (unsigned int k = 0; first && k < i; k++)
			first = !is_of_flow(&ref->flights[k], qid, ref->flights[i].flow);
		n += first;
	}
	return n;
}

/* --- deliveries ---------------------------------------------------------------------------- */

static bool
is_nalb(const struct ref_qe *qe)
{
	return qe->type == DLB_SCHED_UNORDERED || qe->type == DLB_SCHED_ORDERED;
}

/* Must @p a be delivered before @p b if it is older? */
static bool
same_line(const struct ref_qe *a, const struct ref_qe *b)
{
	return a->hcw.qid == b->hcw.qid && a->bin == b->bin &&
	       ((is_nalb(a) && is_nalb(b)) || (a->type == b->type && a->flow == b->flow));
}

static const char *
why_not_ldb(const struct ref *ref, unsigned int c, const struct ref_qe *qe)
{
	const struct ref_cq *cq = &ref->cq[1][c];
	const struct ref_queue *q = &ref->queue[qe->hcw.qid];
	unsigned int inflight = ref_inflight_of_cq(ref, c);
	int home = home_of(ref, qe->hcw.qid, qe->flow);

	if ((cq->linked >> qe->hcw.qid & 1) == 0)
		return "the queue is not linked to the CQ";
	if (inflight >= cq->max_inflight || inflight >= cq->history)
		return "the CQ has its limit in flight";
	if (ref_inflight_of_queue(ref, qe->hcw.qid) >= q->max_inflight)
		return "the queue has its limit in flight";
	if (qe->type == DLB_SCHED_ORDERED && sns_in_use(ref, qe->hcw.qid) >= q->nb_sns)
		return "no sequence number is left";
	if (qe->type == DLB_SCHED_ATOMIC && home >= 0 && home != (int)c)
		return "its flow is on another CQ";
	if (qe->type == DLB_SCHED_ATOMIC && home < 0 && nb_flows(ref, qe->hcw.qid) >= q->max_flows)
		return "the queue has its limit of flows";
	return NULL;
}

/* Why element @p i of those that wait may not be delivered to the CQ now; NULL if it may. */
static const char *
why_not(const struct ref *ref, bool is_ldb, unsigned int c, unsigned int i)
{
	const struct ref_qe *qe = &ref->waiting[i];

	if ((qe->type != DLB_SCHED_DIRECTED) != is_ldb || (!is_ldb && qe->hcw.qid != c))
		return "the queue does not feed the CQ";
	if (!ref->cq[is_ldb][c].enabled)
		return "the CQ is disabled";
	if (ref->cq[is_ldb][c].tokens >= ref->cq[is_ldb][c].max_tokens)
		return "the CQ is full";
	for (unsigned int k = 0; k < i; k++)
		if (same_line(&ref->waiting[k], qe))
			return "an older one comes first";
	return is_ldb ? why_not_ldb(ref, c, qe) : NULL;
}

/* With strict weights, is @p other so much more urgent than @p qe that it has to come first? */
static bool
outranks(const struct ref *ref, bool is_ldb, unsigned int c, const struct ref_qe *other,
	 const struct ref_qe *qe)
{
	const uint8_t *prio = ref->cq[1][c].prio;

	if (!ref->strict || (ref->narrow && other->type == DLB_SCHED_ATOMIC))
		return false;
	if (is_ldb && other->hcw.qid != qe->hcw.qid)
		return prio[other->hcw.qid] < prio[qe->hcw.qid];
	return other->bin < qe->bin && is_nalb(other) == is_nalb(qe);
}

static void
check_contents(struct ref *ref, bool is_ldb, unsigned int c, const struct ref_qe *expected,
	       const struct dlb_qe *qe)
{
	const struct dlb_hcw *hcw = &expected->hcw;
	unsigned int id = qe->qid | (unsigned int)qe->type_prio << 8;

	if (qe->opaque != hcw->opaque || (qe->status & DLB_QE_ERROR) != 0)
		wrong(ref, "bytes 8, 9 or 15 changed", qe->data, c);
	if (is_ldb &&
	    (qe->qid != hcw->qid || qe->type_prio != hcw->type_prio || qe->flow_id != hcw->lock_id))
		wrong(ref, "bytes 10 to 13 changed", qe->data, c);
	if (!is_ldb && (id != hcw->lock_id || qe->flow_id != expected->pp))
		wrong(ref, "bytes 10 to 13 are not lock id and port", qe->data, c);
}

static void
take_off(struct ref *ref, bool is_ldb, unsigned int c, unsigned int i)
{
	struct ref_qe qe = ref->waiting[i];

	ref->nb_waiting--;
	memmove(&ref->waiting[i], &ref->waiting[i + 1],
		(ref->nb_waiting - i) * sizeof(ref->waiting[0]));
	ref->cq[is_ldb][c].tokens++;
	ref->credits[!is_ldb && !ref->combined_credits]++;
	if (is_ldb && ref->nb_flights < REF_MAX_FLIGHTS)
		ref->flights[ref->nb_flights++] = (struct ref_flight){
			.cq = (uint8_t)c, .qid = qe.hcw.qid, .type = qe.type, .flow = qe.flow
		};
}

void
ref_delivered(struct ref *ref, bool is_ldb, unsigned int c, const struct dlb_qe *qe)
{
	unsigned int i = 0;
	const char *why;

	while (i < ref->nb_waiting && ref->waiting[i].hcw.data != qe->data)
		i++;
	if (i == ref->nb_waiting) {
		wrong(ref, "it does not wait in any queue", qe->data, c);
		return;
	}
	why = why_not(ref, is_ldb, c, i);
	if (why != NULL)
		wrong(ref, why, qe->data, c);
	check_contents(ref, is_ldb, c, &ref->waiting[i], qe);
	for (unsigned int k = 0; k < ref->nb_waiting; k++)
		if (outranks(ref, is_ldb, c, &ref->waiting[k], &ref->waiting[i]) &&
		    why_not(ref, is_ldb, c, k) == NULL)
			wrong(ref, "a more urgent one could go", qe->data, c);
	take_off(ref, is_ldb, c, i);
}

void
ref_quiet(struct ref *ref)
{
	for (unsigned int i = 0; i < ref->nb_waiting; i++)
		for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++)
			for (unsigned int c = 0; c < REF_MAX_LDB_PORTS; c++)
				if (why_not(ref, is_ldb, c, i) == NULL &&
				    !(ref->narrow && ref->waiting[i].type == DLB_SCHED_ATOMIC))
					wrong(ref, "it could go, but nothing moves",
					      ref->waiting[i].hcw.data, c);
}

/* --- commands ------------------------------------------------------------------------------ */

static void
enter_queue(struct ref *ref, const struct ref_qe *qe)
{
	if (ref->nb_waiting < REF_MAX_QES)
		ref->waiting[ref->nb_waiting++] = *qe;
}

/* Everything checked and paid for: the QE of a command, or NULL. */
static struct ref_qe *
accept(struct ref *ref, unsigned int port, const struct dlb_hcw *hcw, struct ref_qe *qe)
{
	unsigned int type = FIELD_GET(DLB_HCW_SCHED_TYPE, hcw->type_prio);
	bool is_ldb = type != DLB_SCHED_DIRECTED;
	unsigned int *credits = &ref->credits[!is_ldb && !ref->combined_credits];

	if (hcw->qid >= (is_ldb ? ref->nb_ldb_queues : ref->nb_dir)) {
		ref->drops.illegal_qid++;
		return NULL;
	}
	if (*credits == 0) {
		ref->drops.no_credit++;
		return NULL;
	}
	--*credits;
	*qe = (struct ref_qe){ .hcw = *hcw, .type = (uint8_t)type, .pp = (uint8_t)port };
	qe->bin = (uint8_t)dlb_prio_bin(FIELD_GET(DLB_HCW_PRIO, hcw->type_prio));
	if (type == DLB_SCHED_ATOMIC)
		qe->flow = hcw->lock_id & ref->queue[hcw->qid].flow_mask;
	return qe;
}

static struct ref_flight *
oldest_of(struct ref *ref, unsigned int cq)
{
	for (unsigned int i = 0; i < ref->nb_flights; i++)
		if (!ref->flights[i].completed && ref->flights[i].cq == cq)
			return &ref->flights[i];
	return NULL;
}

/* Answers of an ordered queue leave in the order in which its elements were delivered. */
static void
release_answers(struct ref *ref, unsigned int qid)
{
	unsigned int kept = 0;
	bool blocked = false;

	for (unsigned int i = 0; i < ref->nb_flights; i++) {
		struct ref_flight *f = &ref->flights[i];
		bool ordered = f->type == DLB_SCHED_ORDERED, ours = ordered && f->qid == qid;

		blocked |= ours && !f->completed;
		if (f->completed && (!ordered || (ours && !blocked)))
			for (unsigned int k = 0; k < f->nb_answers; k++)
				enter_queue(ref, &f->answers[k]);
		else
			ref->flights[kept++] = *f;
	}
	ref->nb_flights = kept;
}

static void
complete(struct ref *ref, unsigned int port, const struct dlb_hcw *hcw)
{
	struct ref_flight *f = oldest_of(ref, port);
	struct ref_qe room, *qe = NULL;

	if (f == NULL) {
		ref->drops.excess_completion++;
		return;
	}
	if ((hcw->cmd & DLB_HCW_QE_VALID) != 0)
		qe = accept(ref, port, hcw, &room);
	f->completed = true;
	if (qe != NULL)
		f->answers[f->nb_answers++] = *qe;
	release_answers(ref, f->qid);
}

static void
fragment(struct ref *ref, unsigned int port, const struct dlb_hcw *hcw)
{
	struct ref_flight *f = oldest_of(ref, port);
	struct ref_qe qe;

	if (f == NULL || f->nb_answers == DLB_MAX_FRAGS)
		ref->drops.illegal_frag++;
	else if (accept(ref, port, hcw, &qe) == NULL)
		return;
	else if (f->type == DLB_SCHED_ORDERED)
		f->answers[f->nb_answers++] = qe;
	else
		enter_queue(ref, &qe);
}

static void
return_tokens(struct ref *ref, bool is_ldb, unsigned int port, unsigned int n)
{
	struct ref_cq *cq = &ref->cq[is_ldb][port];

	ref->drops.excess_token += n > cq->tokens;
	cq->tokens -= n < cq->tokens ? n : cq->tokens;
}

void
ref_command(struct ref *ref, bool is_ldb, unsigned int port, const struct dlb_hcw *hcw)
{
	bool has_qe = (hcw->cmd & DLB_HCW_QE_VALID) != 0;
	struct ref_qe qe;

	if (hcw->cmd == DLB_CMD_NOOP)
		return;
	if ((hcw->cmd & DLB_HCW_CQ_TOKEN) != 0)
		return_tokens(ref, is_ldb, port, has_qe ? 1 : (hcw->lock_id & 0x3FFU) + 1);
	if ((hcw->cmd & DLB_HCW_QE_COMP) != 0)
		complete(ref, port, hcw);
	else if ((hcw->cmd & DLB_HCW_QE_FRAG) != 0)
		fragment(ref, port, hcw);
	else if (has_qe && accept(ref, port, hcw, &qe) != NULL)
		enter_queue(ref, &qe);
}
