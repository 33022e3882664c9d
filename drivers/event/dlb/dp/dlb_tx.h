/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A burst on its way into the device: the part of a port's state that lives in registers while a
 * burst is being written, and how an answer takes its place in the window.
 *
 * The algorithm is compiled once for each combination of a pack file and a line writer, which the
 * including file has included before. Functions that are not inlined get a copy of struct dlb_tx,
 * so that the original never needs an address.
 *
 * Invariant: for the lane that is open, tx->oldest counts and not lane->oldest.
 */

#ifndef DLB_TX_H
#define DLB_TX_H

#include "dlb_dp.h"

struct dlb_tx {
	struct dlb_writer w;
	struct dlb_port *port;
	struct dlb_lane *lane; /* open one */
	uint32_t oldest;
	uint32_t new_credits; /* taken, not used yet */
	uint32_t nb_new;
	uint32_t nb_fwd;
	uint32_t nb_rel;
	uint64_t nb_sched; /* four counts of 16 bits, by enum dlb_sched_type */
};

/*
 * Add four counts of 16 bits, by enum dlb_sched_type, of at most @p n events to their counters. Of a
 * single event, which the compiler knows, one count is 1.
 */
static __rte_always_inline void
dlb_count_sched(uint64_t *counters, uint64_t nb_sched, uint16_t n)
{
	if (__builtin_constant_p(n) && n == 1) {
		if (nb_sched != 0)
			dlb_count(&counters[__builtin_ctzll(nb_sched) / 16], 1);
		return;
	}
	for (; nb_sched != 0; counters++, nb_sched >>= 16)
		dlb_count(counters, nb_sched & 0xffff);
}

/* What was said about a position that is not the oldest. */
enum dlb_answer {
	DLB_ANSWER_NONE,   /* nothing: the application holds the event */
	DLB_ANSWER_DONE,   /* all but the completion has gone out */
	DLB_ANSWER_PARKED, /* dlb_port.parked[] has the command that goes out as completion */
};

static __rte_always_inline void
dlb_tx_open(struct dlb_tx *tx, struct dlb_port *port, struct dlb_lane *lane)
{
	*tx = (struct dlb_tx){ .port = port, .lane = lane, .oldest = lane->oldest };
	dlb_writer_open(&tx->w, lane);
}

static __rte_always_inline void
dlb_tx_close(struct dlb_tx *tx)
{
	tx->lane->oldest = tx->oldest;
	dlb_writer_close(&tx->w);
}

/* Continue on another lane of the port; commands of different lanes have no order. */
static __rte_always_inline void
dlb_tx_select(struct dlb_tx *tx, struct dlb_lane *lane)
{
	if (tx->lane == lane)
		return;
	dlb_tx_close(tx);
	tx->lane = lane;
	tx->oldest = lane->oldest;
	dlb_writer_open(&tx->w, lane);
}

static __rte_always_inline void
dlb_tx_bare(struct dlb_tx *tx, enum dlb_cmd cmd)
{
	dlb_pack_bare(dlb_writer_next(&tx->w, tx->port), cmd);
}

static __rte_always_inline void
dlb_tx_element(struct dlb_tx *tx, const struct dlb_hcw *element, enum dlb_cmd cmd)
{
	struct dlb_hcw *hcw = dlb_writer_next(&tx->w, tx->port);

	*hcw = *element;
	hcw->cmd = cmd;
}

/* Index of a position in dlb_port.answer[] and dlb_port.parked[]. */
static __rte_always_inline uint32_t
dlb_tx_slot(const struct dlb_port *port, const struct dlb_lane *lane, uint32_t pos)
{
	return (lane->mark + (pos & port->pos_mask)) & (DLB_PORT_WINDOW - 1);
}

/* Complete the oldest position as was said about it earlier; not said: release it. */
static __rte_always_inline enum dlb_answer
dlb_tx_complete_oldest(struct dlb_tx *tx)
{
	uint32_t slot = dlb_tx_slot(tx->port, tx->lane, tx->oldest);
	enum dlb_answer answer = tx->port->answer[slot];

	if (answer == DLB_ANSWER_PARKED)
		dlb_tx_element(tx, &tx->port->parked[slot], DLB_CMD_FWD_T);
	else
		dlb_tx_bare(tx, DLB_CMD_COMP_T);
	if (answer != DLB_ANSWER_NONE)
		tx->lane->nb_answered--;
	tx->port->answer[slot] = DLB_ANSWER_NONE;
	tx->oldest++;
	return answer;
}

/* The first position from @pos on that is not answered, or head. */
static inline uint32_t
dlb_tx_first_unanswered(const struct dlb_port *port, const struct dlb_lane *lane, uint32_t pos)
{
	while (pos != lane->head && port->answer[dlb_tx_slot(port, lane, pos)] != DLB_ANSWER_NONE)
		pos++;
	return pos;
}

/* Open the lane of the event that an impl_opaque names. False if it names none that is held. */
static inline bool
dlb_tx_find_marked(struct dlb_tx *tx, uint8_t mark, uint32_t *pos)
{
	uint32_t slot = mark & (DLB_PORT_WINDOW - 1);
	uint32_t lane_id = slot / (tx->port->pos_mask + 1U);

	if (lane_id >= tx->port->nb_lanes)
		return false;
	dlb_tx_select(tx, &tx->port->lane[lane_id]);
	*pos = tx->oldest + ((slot - tx->oldest) & tx->port->pos_mask);
	return *pos - tx->oldest < tx->lane->head - tx->oldest &&
	       tx->port->answer[slot] == DLB_ANSWER_NONE;
}

/*
 * Open the lane of the event that was dequeued first of those that are held, for an answer that
 * does not say which it answers.
 */
static inline bool
dlb_tx_find_oldest(struct dlb_tx *tx, uint32_t *pos)
{
	struct dlb_port *port = tx->port;
	struct dlb_lane *found = NULL;
	uint32_t turn = 0;
	unsigned int i;

	for (i = 0; i < port->nb_lanes; i++) {
		struct dlb_lane *lane = &port->lane[i];
		uint32_t first = dlb_tx_first_unanswered(
			port, lane, lane == tx->lane ? tx->oldest : lane->oldest);
		uint32_t slot = dlb_tx_slot(port, lane, first);

		if (first == lane->head ||
		    (found != NULL && (int32_t)(port->turn[slot] - turn) > 0))
			continue;
		found = lane;
		turn = port->turn[slot];
		*pos = first;
	}
	if (found == NULL)
		return false;
	dlb_tx_select(tx, found);
	return true;
}

/* How the element at a held position was scheduled: its CQ entry is still there. */
static inline uint32_t
dlb_tx_source_type(const struct dlb_tx *tx, uint32_t pos)
{
	uint32_t stride = tx->lane->is_sparse ? DLB_CQ_SPARSE_STRIDE : DLB_CQ_STANDARD_STRIDE;
	const struct dlb_qe *qe =
		(const void *)(tx->lane->cq + (size_t)(pos & tx->lane->cq_mask) * stride);

	return qe->type_prio & DLB_HCW_SCHED_TYPE;
}

/*
 * Remember an answer whose turn has not come. Order is the business of ordered sources only, and
 * their elements have to wait; others go out at once, while the completion, which frees the
 * lock, waits for its turn.
 */
static inline void
dlb_tx_park(struct dlb_tx *tx, uint32_t pos, const struct dlb_hcw *element)
{
	uint32_t slot = dlb_tx_slot(tx->port, tx->lane, pos);

	tx->port->answer[slot] = DLB_ANSWER_DONE;
	if (element != NULL && dlb_tx_source_type(tx, pos) == DLB_SCHED_ORDERED) {
		tx->port->answer[slot] = DLB_ANSWER_PARKED;
		tx->port->parked[slot] = *element;
	} else if (element != NULL) {
		dlb_tx_element(tx, element, DLB_CMD_NEW);
	}
	tx->lane->nb_answered++;
	dlb_count(&tx->port->stats.tx_parked, 1);
}

/*
 * An answer that may be out of order: FORWARD with an element, RELEASE without. An impl_opaque
 * without mark (the application made the event anew) answers the oldest event that is held.
 * False if no such event is held.
 */
static __rte_noinline bool
dlb_tx_answer(struct dlb_tx *tx, uint8_t mark, const struct dlb_hcw *element)
{
	uint32_t pos;

	if ((mark & DLB_PORT_WINDOW) != 0 ? !dlb_tx_find_marked(tx, mark, &pos)
					  : !dlb_tx_find_oldest(tx, &pos))
		return false;
	if (pos != tx->oldest) {
		dlb_tx_park(tx, pos, element);
		return true;
	}
	if (element != NULL)
		dlb_tx_element(tx, element, DLB_CMD_FWD_T);
	else
		dlb_tx_bare(tx, DLB_CMD_COMP_T);
	tx->oldest++;
	while (tx->lane->nb_answered > 0 &&
	       tx->port->answer[dlb_tx_slot(tx->port, tx->lane, tx->oldest)] != DLB_ANSWER_NONE)
		dlb_tx_complete_oldest(tx);
	return true;
}

/* Complete all positions of the open lane. Returns how many events the application still held. */
static __rte_always_inline uint32_t
dlb_tx_complete_all(struct dlb_tx *tx)
{
	uint32_t left = tx->lane->head - tx->oldest;
	uint32_t nb_held = left - tx->lane->nb_answered;

	if (tx->lane->nb_answered > 0) {
		while (tx->oldest != tx->lane->head)
			dlb_tx_complete_oldest(tx);
		return nb_held;
	}
	tx->oldest = tx->lane->head;
	while (left >= DLB_HCWS_PER_LINE) {
		if (unlikely(dlb_writer_in_lines(&tx->w) < DLB_HCWS_PER_LINE)) {
			dlb_tx_bare(tx, DLB_CMD_COMP_T);
			left--;
			continue;
		}
		dlb_pack_bare_four(dlb_writer_next_line(&tx->w, tx->port), DLB_CMD_COMP_T);
		left -= DLB_HCWS_PER_LINE;
	}
	for (; left > 0; left--)
		dlb_tx_bare(tx, DLB_CMD_COMP_T);
	return nb_held;
}

#endif /* DLB_TX_H */
