/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Ordered scheduling: sequence numbers (SN) and the reorder buffer.
 *
 * A queue element (QE) of an ordered queue gets the next SN of the queue's slot when it is
 * scheduled. What its consumer sends back (fragments, then one final response or none) is kept
 * under that SN until all older SNs are done. Only the final response makes an SN done, so
 * fragments of the oldest SN also wait for it.
 *
 * Absolute SN = slot * SNs per queue + relative SN; the mask keeps nonsense from software in
 * range.
 */

#include "sim_hist.h"
#include "sim_queue.h"

static void
keep(struct sim_state *s, struct sim_sn *sn, struct sim_qe qe)
{
	uint16_t i = node_take(s);

	s->nodes[i] = (struct sim_node){
		.qe = qe,
		.next = SIM_NONE,
	};
	if (sn->tail != SIM_NONE)
		s->nodes[sn->tail].next = i;
	else
		sn->head = i;
	sn->tail = i;
}

/* Keep a fragment of the QE that @p h is about. The caller has checked the number of fragments. */
void
sim_sn_fragment(struct sim_state *s, uint64_t h, struct sim_qe qe)
{
	struct sim_sn *sn = hist_sn(s, h, hist_key(h));

	sn->nb_frags++;
	keep(s, sn, qe);
}

static void
release(struct sim_state *s, struct sim_sn *sn)
{
	uint16_t i = sn->head;

	while (i != SIM_NONE) {
		struct sim_node *node = &s->nodes[i];
		uint16_t next = node->next;

		enqueue(s, node->qe);
		node_put(s, i);
		i = next;
	}
	*sn = (struct sim_sn){ .state = SIM_SN_FREE };
}

/*
 * The final response to the QE that @p h is about: @p qe, or NULL for a release. Everything that
 * became the oldest leaves the reorder buffer.
 */
void
sim_sn_complete(struct sim_state *s, uint64_t h, const struct sim_qe *qe)
{
	uint16_t *oldest = &s->oldest_sn[hist_group(h)][hist_sn_slot(h)];
	struct sim_sn *sn = hist_sn(s, h, hist_key(h));
	struct sim_ldb_queue *q = &s->ldb_q[hist_qid(h)];

	sn->state = SIM_SN_DONE;
	if (*oldest != hist_key(h) || sn->head != SIM_NONE) {
		if (qe != NULL)
			keep(s, sn, *qe);
	} else if (qe != NULL) {
		/* In order and alone: need not be kept. */
		enqueue(s, *qe);
	}
	for (sn = hist_sn(s, h, *oldest); sn->state == SIM_SN_DONE; sn = hist_sn(s, h, *oldest)) {
		release(s, sn);
		*oldest = (uint16_t)((*oldest + 1U) & (hist_nb_sns(h) - 1));
	}
	if (q->nalb_stalled != 0) {
		q->nalb_stalled = 0;
		queue_update(s, q, hist_qid(h));
	}
}
