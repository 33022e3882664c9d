/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Dequeue: release what the application left behind, read the consumer queues (CQs), and if they
 * are empty make the device work and look again. One that may wait goes on looking; where CQs
 * interrupt it sleeps after a while.
 *
 * A CQ entry is valid when its generation bit is the one expected: 1 on the first pass over the
 * ring, inverted with every pass. Reading an entry returns nothing to the device; that happens
 * with the completion (load-balanced) or with a batch of tokens (directed).
 *
 * A timeout of 0 never waits and never reads a clock. The including file has included a pack file
 * and a line writer before.
 */

#ifndef DLB_DEQUEUE_H
#define DLB_DEQUEUE_H

#include <sched.h>

#include <rte_branch_prediction.h>
#include <rte_cycles.h>
#include <rte_pause.h>
#include <rte_prefetch.h>

#include "dlb_credit.h"
#include "dlb_event.h"
#include "dlb_step.h"
#include "dlb_tx.h"
#include "dlb_wait.h"

/* Empty looks before a dequeue that may wait gives its CPU away. */
#define DEQUEUE_SPINS_BEFORE_YIELD 32

/* Add to counts of elements by scheduling type, 16 bits each, as dlb_tx.nb_sched. */
static __rte_always_inline void
dequeue_count(uint64_t *nb_sched, uint64_t hi, uint64_t n)
{
	*nb_sched += n << dlb_unpack_type(hi) * 16;
}

static __rte_always_inline const struct dlb_qe *
dequeue_entry(const struct dlb_lane *lane, uint32_t stride, uint32_t pos)
{
	return (const void *)(lane->cq + (size_t)(pos & lane->cq_mask) * stride);
}

/* The generation bit that an entry does not have yet. */
static __rte_always_inline uint32_t
dequeue_stale_gen(const struct dlb_lane *lane, uint32_t pos)
{
	return pos >> lane->gen_shift & DLB_QE_GEN;
}

static __rte_always_inline uint32_t
dequeue_mark(const struct dlb_port *port, const struct dlb_lane *lane, uint32_t pos)
{
	return lane->mark + (pos & port->pos_mask);
}

/*
 * Whether four entries have come. Those of one line are written in order, so that the last one
 * speaks for all; of lines of their own each one is asked.
 */
static __rte_always_inline bool
dequeue_four_are_there(const struct dlb_qe *qe, uint32_t stride, uint32_t stale_gen)
{
	uint64_t stale = (uint64_t)stale_gen << DLB_HI_CMD_SHIFT;
	uint64_t fresh = dlb_unpack_hi(dlb_unpack_at(qe, stride, 3)) ^ stale;
	uint32_t i;

	for (i = 0; i < 3 && stride != sizeof(*qe); i++)
		fresh &= dlb_unpack_hi(dlb_unpack_at(qe, stride, i)) ^ stale;
	return dlb_unpack_gen(fresh) != 0;
}

/* Of n entries, how many lie behind each other in memory, with marks that count up. */
static __rte_always_inline uint32_t
dequeue_in_one_piece(const struct dlb_port *port, const struct dlb_lane *lane, uint32_t pos,
		     uint32_t n)
{
	uint32_t mask = RTE_MIN(lane->cq_mask, port->pos_mask);

	return RTE_MIN(n, mask + 1 - (pos & mask));
}

/* One line of entries that are there and come from different queues. */
static __rte_always_inline uint32_t
dequeue_mixed_line(const struct dlb_port *port, const struct dlb_qe *qe, uint32_t stride,
		   uint32_t mark, struct rte_event *ev, uint64_t *nb_sched)
{
	uint32_t i, source[DLB_HCWS_PER_LINE];

	for (i = 0; i < DLB_HCWS_PER_LINE; i++) {
		uint64_t hi = dlb_unpack_hi(dlb_unpack_at(qe, stride, i));

		source[i] = dlb_unpack_source(port->dp->source, hi);
		dequeue_count(nb_sched, hi, 1);
	}
	dlb_unpack_ldb_each(ev, qe, stride, source, mark);
	return DLB_HCWS_PER_LINE;
}

/*
 * Whole lines of entries that come from one queue, or one line of others. Ends before four that do not, or that are not
 * all there. Returns the number of entries.
 */
static __rte_always_inline uint32_t
dequeue_lines_ldb(const struct dlb_port *port, const struct dlb_lane *lane, uint32_t stride,
		  uint32_t pos, struct rte_event *ev, uint32_t n, uint64_t *nb_sched)
{
	const struct dlb_qe *qe = dequeue_entry(lane, stride, pos);
	uint32_t stale_gen = dequeue_stale_gen(lane, pos);
	uint32_t mark = dequeue_mark(port, lane, pos);
	uint32_t source, done = 0;
	uint64_t hi;

	n = dequeue_in_one_piece(port, lane, pos, n);
	if (n < DLB_HCWS_PER_LINE || !dequeue_four_are_there(qe, stride, stale_gen))
		return 0;
	hi = dlb_unpack_hi(qe);
	if (!dlb_unpack_alike(qe, stride, hi))
		return dequeue_mixed_line(port, qe, stride, mark, ev, nb_sched);
	source = dlb_unpack_source(port->dp->source, hi);
	do {
		dlb_unpack_ldb_four(&ev[done], qe, stride, source, mark + done);
		done += DLB_HCWS_PER_LINE;
		qe = dlb_unpack_at(qe, stride, DLB_HCWS_PER_LINE);
	} while (n - done >= DLB_HCWS_PER_LINE && dequeue_four_are_there(qe, stride, stale_gen) &&
		 dlb_unpack_alike(qe, stride, hi));
	dequeue_count(nb_sched, hi, done);
	return done;
}

/* One entry. Returns how many that are: 0 if it is not there. */
static __rte_always_inline uint32_t
dequeue_one_ldb(const struct dlb_port *port, const struct dlb_lane *lane, uint32_t stride,
		uint32_t pos, struct rte_event *ev, uint64_t *nb_sched)
{
	const struct dlb_qe *qe = dequeue_entry(lane, stride, pos);
	uint64_t hi = dlb_unpack_hi(qe);

	if (dlb_unpack_gen(hi) == dequeue_stale_gen(lane, pos))
		return 0;
	dlb_unpack_ldb(ev, qe, hi, dlb_unpack_source(port->dp->source, hi),
		       dequeue_mark(port, lane, pos));
	dequeue_count(nb_sched, hi, 1);
	return 1;
}

/* Up to n elements from a load-balanced CQ; the compiler knows the stride. */
static __rte_always_inline uint16_t
dequeue_stride_ldb(const struct dlb_port *port, struct dlb_lane *lane, uint32_t stride,
		   struct rte_event *ev, uint16_t n, uint64_t *nb_sched)
{
	uint32_t pos = lane->head;
	uint16_t got = 0;

	while (got < n) {
		uint32_t nb = 0;

		if (pos % DLB_HCWS_PER_LINE == 0)
			nb = dequeue_lines_ldb(port, lane, stride, pos, &ev[got], n - got,
					       nb_sched);
		if (nb == 0)
			nb = dequeue_one_ldb(port, lane, stride, pos, &ev[got], nb_sched);
		if (nb == 0)
			break;
		pos += nb;
		got += nb;
	}
	if (got == 0)
		return 0;
	lane->head = pos;
	rte_prefetch0(dequeue_entry(lane, stride, pos));
	return got;
}

/* Up to n events from a load-balanced CQ. */
static __rte_always_inline uint16_t
dequeue_ldb(const struct dlb_port *port, struct dlb_lane *lane, struct rte_event *ev, uint16_t n,
	    uint64_t *nb_sched)
{
	if (lane->is_sparse)
		return dequeue_stride_ldb(port, lane, DLB_CQ_SPARSE_STRIDE, ev, n, nb_sched);
	return dequeue_stride_ldb(port, lane, DLB_CQ_STANDARD_STRIDE, ev, n, nb_sched);
}

/* Return the tokens of what was read from a directed CQ. */
static __rte_always_inline void
dequeue_return_tokens(struct dlb_port *port, struct dlb_lane *lane)
{
	struct dlb_tx tx;
	struct dlb_hcw *hcw;

	dlb_tx_open(&tx, port, lane);
	hcw = dlb_writer_next(&tx.w, port);
	dlb_pack_bare(hcw, DLB_CMD_BAT_T);
	hcw->lock_id = (lane->tokens_owed - 1) & DLB_HCW_TOKENS;
	dlb_tx_close(&tx);
	lane->tokens_owed = 0;
}

/* Up to n elements from a directed CQ; the compiler knows the stride. */
static __rte_always_inline uint16_t
dequeue_stride_dir(struct dlb_lane *lane, uint32_t stride, struct rte_event *ev, uint16_t n)
{
	uint32_t pos = lane->head;
	uint16_t got = 0;

	while (got < n) {
		const struct dlb_qe *qe = dequeue_entry(lane, stride, pos);
		uint32_t stale_gen = dequeue_stale_gen(lane, pos);
		uint64_t hi;

		if (pos % DLB_HCWS_PER_LINE == 0 && n - got >= DLB_HCWS_PER_LINE &&
		    dequeue_four_are_there(qe, stride, stale_gen)) {
			dlb_unpack_dir_four(&ev[got], qe, stride, lane->source);
			pos += DLB_HCWS_PER_LINE;
			got += DLB_HCWS_PER_LINE;
			continue;
		}
		hi = dlb_unpack_hi(qe);
		if (dlb_unpack_gen(hi) == stale_gen)
			break;
		dlb_unpack_dir(&ev[got], qe, hi, lane->source);
		pos++;
		got++;
	}
	if (got == 0)
		return 0;
	lane->head = pos;
	rte_prefetch0(dequeue_entry(lane, stride, pos));
	return got;
}

/* Up to n events from a directed CQ. */
static __rte_always_inline uint16_t
dequeue_dir(struct dlb_port *port, struct dlb_lane *lane, struct rte_event *ev, uint16_t n,
	    uint64_t *nb_sched)
{
	uint16_t got = lane->is_sparse ? dequeue_stride_dir(lane, DLB_CQ_SPARSE_STRIDE, ev, n)
				       : dequeue_stride_dir(lane, DLB_CQ_STANDARD_STRIDE, ev, n);

	if (got == 0)
		return 0;
	lane->tokens_owed += got;
	if (lane->tokens_owed >= lane->token_batch)
		dequeue_return_tokens(port, lane);
	dlb_dir_credit_give(port->dp, got);
	*nb_sched += (uint64_t)got << DLB_SCHED_DIRECTED * 16;
	return got;
}

/* Remember in which order the events of several lanes were handed out. */
static __rte_always_inline void
dequeue_note_turns(struct dlb_port *port, const struct dlb_lane *lane, uint16_t n)
{
	uint32_t pos;

	for (pos = lane->head - n; pos != lane->head; pos++)
		port->turn[dequeue_mark(port, lane, pos) & (DLB_PORT_WINDOW - 1)] =
			port->next_turn++;
}

/* The lanes in turn, beginning with another one each time. */
static __rte_always_inline uint16_t
dequeue_lanes(struct dlb_port *port, struct rte_event *ev, uint16_t n, uint64_t *nb_sched)
{
	unsigned int i, lane_id = port->next_lane;
	uint16_t got = 0, more;

	for (i = 0; i < port->nb_lanes && got < n; i++) {
		more = dequeue_ldb(port, &port->lane[lane_id], &ev[got], n - got, nb_sched);
		dequeue_note_turns(port, &port->lane[lane_id], more);
		got += more;
		lane_id = lane_id + 1 < port->nb_lanes ? lane_id + 1 : 0;
	}
	port->next_lane = port->next_lane + 1 < port->nb_lanes ? port->next_lane + 1 : 0;
	return got;
}

static __rte_always_inline uint16_t
dequeue_look(struct dlb_port *port, struct rte_event *ev, uint16_t n)
{
	uint64_t nb_sched = 0;
	uint16_t got;

	if (port->is_dir)
		got = dequeue_dir(port, &port->lane[0], ev, n, &nb_sched);
	else if (port->nb_lanes == 1)
		got = dequeue_ldb(port, &port->lane[0], ev, n, &nb_sched);
	else
		got = dequeue_lanes(port, ev, n, &nb_sched);
	if (got == 0)
		return 0;
	dlb_count(&port->stats.rx_ok, got);
	dlb_count_sched(port->stats.rx_sched, nb_sched, n);
	return got;
}

/* Release what is held of one lane. Returns how many events the application had not answered. */
static __rte_noinline uint32_t
dequeue_release_lane(struct dlb_port *port, struct dlb_lane *lane)
{
	uint32_t nb_held = lane->head - lane->oldest;
	struct dlb_tx tx;

	if (port->is_dir) {
		lane->oldest = lane->head;
		return nb_held;
	}
	dlb_tx_open(&tx, port, lane);
	nb_held = dlb_tx_complete_all(&tx);
	dlb_tx_close(&tx);
	return nb_held;
}

/* Release what the application holds. */
static __rte_always_inline void
dequeue_release(struct dlb_port *port)
{
	uint32_t nb_held = 0;
	unsigned int i;

	for (i = 0; i < port->nb_lanes; i++) {
		if (port->lane[i].head != port->lane[i].oldest)
			nb_held += dequeue_release_lane(port, &port->lane[i]);
	}
	if (nb_held == 0)
		return;
	dlb_credit_give(port, nb_held);
	dlb_count(&port->stats.tx_implicit_rel, nb_held);
}

/* A look that need not be fast. */
static __rte_noinline uint16_t
dequeue_look_again(struct dlb_port *port, struct rte_event *ev, uint16_t n)
{
	return dequeue_look(port, ev, n);
}

/*
 * Whether load-balanced entries are out whose tokens were not returned. The device counts them as
 * well: an armed CQ would interrupt for them at once.
 */
static inline bool
dequeue_keeps_tokens(const struct dlb_port *port)
{
	for (unsigned int i = 0; i < port->nb_lanes && !port->is_dir; i++)
		if (port->lane[i].head != port->lane[i].oldest)
			return true;
	return false;
}

/* Let each CQ of the port interrupt once. It has given back the tokens of what was read by then. */
static inline void
dequeue_arm(struct dlb_port *port)
{
	struct dlb_tx tx;

	for (unsigned int i = 0; i < port->nb_lanes; i++) {
		if (port->lane[i].tokens_owed > 0)
			dequeue_return_tokens(port, &port->lane[i]);
		dlb_tx_open(&tx, port, &port->lane[i]);
		dlb_tx_bare(&tx, DLB_CMD_ARM);
		dlb_tx_close(&tx);
	}
	dlb_wait_until_armed(port);
}

/* Sleep until a CQ interrupts, unless there is an event after all. False: the device is gone. */
static __rte_noinline bool
dequeue_sleep(struct dlb_port *port, struct rte_event *ev, uint16_t n, uint64_t ticks,
	      uint16_t *got)
{
	uint32_t ticket = dlb_wait_ticket(port);

	dequeue_arm(port);
	*got = dequeue_look_again(port, ev, n);
	return *got > 0 || dlb_wait_sleep(port, ticket, ticks);
}

/* Wait for an event until the deadline, or until the port is stopped. */
static __rte_noinline uint16_t
dequeue_wait(struct dlb_port *port, struct rte_event *ev, uint16_t n, uint64_t ticks)
{
	uint64_t start = rte_get_tsc_cycles(), elapsed;
	bool has_device = true;
	unsigned int spins = 0;
	uint16_t got = 0;

	dlb_wait_begin(port);
	while (got == 0 && has_device && !dlb_wait_is_over(port)) {
		got = dequeue_look_again(port, ev, n);
		elapsed = rte_get_tsc_cycles() - start;
		if (got > 0 || elapsed >= ticks)
			break;
		if (elapsed >= port->dp->spin_ticks && !dequeue_keeps_tokens(port)) {
			has_device = dequeue_sleep(port, ev, n, ticks - elapsed, &got);
			continue;
		}
		if (++spins % DEQUEUE_SPINS_BEFORE_YIELD == 0)
			sched_yield();
		rte_pause();
		dlb_step_once(port);
	}
	dlb_wait_end(port);
	return got;
}

/* The CQs are empty even after a step: return credits, and wait if that is wanted. */
static __rte_noinline uint16_t
dequeue_nothing(struct dlb_port *port, struct rte_event *ev, uint16_t n, uint64_t timeout_ticks)
{
	const struct dlb_dp_dev *dp = port->dp;
	uint16_t got = 0;

	dlb_credit_flush(port);
	dlb_dir_credit_flush(port);
	if (timeout_ticks != 0 && n > 0)
		got = dequeue_wait(port, ev, n,
				   dp->per_dequeue_timeout ? timeout_ticks : dp->timeout_ticks);
	if (got == 0)
		dlb_count(&port->stats.zero_polls, 1);
	return got;
}

static __rte_always_inline uint16_t
dlb_dequeue(struct dlb_port *port, struct rte_event *ev, uint16_t n, uint64_t timeout_ticks)
{
	uint16_t got;

	/*
	 * NULL is a port that is not set up. Pairs with dlb_dp_port_start(): whoever sees the port
	 * started sees its lanes.
	 */
	if (unlikely(port == NULL || dlb_load_acquire(&port->started) == 0))
		return 0;
	if (port->implicit_release)
		dequeue_release(port);
	dlb_count(&port->stats.total_polls, 1);
	got = dequeue_look(port, ev, n);
	if (likely(got > 0))
		return got;
	dlb_step_once(port);
	got = dequeue_look(port, ev, n);
	if (got < n)
		dlb_step_was_enough(port);
	return got > 0 ? got : dequeue_nothing(port, ev, n, timeout_ticks);
}

#endif /* DLB_DEQUEUE_H */
