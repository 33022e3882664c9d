/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Enqueue: one algorithm for all entry points, compiled with what is known about the operations.
 *
 * Events are taken in order, four at a time where they are alike and answer in order, else one by
 * one. The first event that cannot be accepted ends the burst: EINVAL for one that never can
 * (unknown queue, impossible scheduling type, nothing to release), ENOSPC for one that may later.
 * A FORWARD or RELEASE of what is held is never refused for lack of space, except where the
 * directed pool of DLB 2.0 is empty. A FORWARD of what is not held is a NEW: DPDK's software
 * adapters forward events that their port never dequeued, or has implicitly released.
 *
 * The including file has included a pack file and a line writer before.
 */

#ifndef DLB_ENQUEUE_H
#define DLB_ENQUEUE_H

#include <errno.h>

#include <rte_branch_prediction.h>
#include <rte_errno.h>

#include "dlb_credit.h"
#include "dlb_event.h"
#include "dlb_tx.h"

/* What the entry point promises about the events. */
enum dlb_known_ops {
	DLB_KNOWN_NONE,
	DLB_KNOWN_NEW,
	DLB_KNOWN_FORWARD,
	DLB_KNOWN_RELEASE,
};

/* Fields of the event word, see dlb_event.h. */
#define DLB_EVENT_OP(word)   ((uint32_t)((word) >> 32) & 3)
#define DLB_EVENT_DEST(word) ((uint32_t)((word) >> 38) & 0x3ff) /* scheduling type and queue */
#define DLB_EVENT_OP_MASK    (UINT64_C(3) << 32)
#define DLB_EVENT_DEST_MASK  (UINT64_C(0x3ff) << 38)
#define DLB_EVENT_MARK_MASK  DLB_EVENT_MARK(0xff)

static __rte_always_inline uint32_t
enqueue_dest(const struct dlb_tx *tx, const struct rte_event *ev)
{
	return tx->port->dp->dest[DLB_EVENT_DEST(ev->event)];
}

static __rte_always_inline uint32_t
enqueue_op(const struct rte_event *ev, enum dlb_known_ops known)
{
	switch (known) {
	case DLB_KNOWN_NEW:
		return RTE_EVENT_OP_NEW;
	case DLB_KNOWN_FORWARD:
		return RTE_EVENT_OP_FORWARD;
	case DLB_KNOWN_RELEASE:
		return RTE_EVENT_OP_RELEASE;
	case DLB_KNOWN_NONE:
		break;
	}
	return DLB_EVENT_OP(ev->event);
}

static __rte_always_inline void
enqueue_count(struct dlb_tx *tx, uint32_t dest, uint64_t n)
{
	tx->nb_sched += n << (dest >> DLB_DEST_TYPE_SHIFT & 3) * 16;
}

/* NEW events among these, which may not all be accepted. */
static __rte_noinline uint32_t
enqueue_count_new(const struct rte_event *ev, uint32_t n)
{
	uint32_t i, nb_new = 0;

	for (i = 0; i < n; i++)
		nb_new += DLB_EVENT_OP(ev[i].event) == RTE_EVENT_OP_NEW;
	return nb_new;
}

/* Credits for all NEW events among these. */
static __rte_always_inline void
enqueue_take_credits(struct dlb_tx *tx, const struct rte_event *ev, uint32_t left,
		     enum dlb_known_ops known)
{
	uint32_t nb_new = known == DLB_KNOWN_NEW ? left : enqueue_count_new(ev, left);

	if (nb_new > tx->new_credits)
		tx->new_credits += dlb_credit_take(tx->port, nb_new - tx->new_credits);
}

static __rte_noinline int
enqueue_refuse(uint64_t *reason, int err)
{
	dlb_count(reason, 1);
	return err;
}

/* No software credit is left: a credit of the directed pool is not needed then. */
static __rte_noinline int
enqueue_no_credit(struct dlb_port *port, uint32_t dest)
{
	if ((dest >> DLB_DEST_TYPE_SHIFT & 3) == DLB_SCHED_DIRECTED &&
	    port->dp->dir_credit_reserve > 0)
		dlb_dir_credit_undo(port, 1);
	return enqueue_refuse(&port->stats.tx_nospc_new_event_limit, ENOSPC);
}

/* A destination that is not simply a queue. 0, or why the event cannot go there. */
static __rte_noinline int
enqueue_exception(struct dlb_port *port, uint32_t dest, bool is_new)
{
	if ((dest & DLB_DEST_INVALID) != 0)
		return enqueue_refuse(&port->stats.tx_invalid, EINVAL);
	if (dlb_dir_credit_take(port, 1, is_new) == 0)
		return enqueue_refuse(&port->stats.tx_nospc_dir_hw_credits, ENOSPC);
	return 0;
}

/* What marks the answer to the oldest position of the open lane. */
static __rte_always_inline uint32_t
enqueue_next_mark(const struct dlb_tx *tx)
{
	return tx->lane->mark + (tx->oldest & tx->port->pos_mask);
}

/* Whether an event answers the oldest position of the open lane, and the next one is all the same. */
static __rte_always_inline bool
enqueue_in_order(const struct dlb_tx *tx, const struct rte_event *ev)
{
	uint32_t differs = (uint32_t)(ev->event >> 56) ^ enqueue_next_mark(tx);

	return (differs | tx->lane->nb_answered) == 0 && tx->lane->head != tx->oldest;
}

static __rte_always_inline bool
enqueue_answer(struct dlb_tx *tx, const struct rte_event *ev, const struct dlb_hcw *element)
{
	struct dlb_tx copy = *tx;
	bool is_held = dlb_tx_answer(&copy, ev->impl_opaque, element);

	*tx = copy;
	return is_held;
}

static __rte_always_inline int
enqueue_new(struct dlb_tx *tx, const struct rte_event *ev, uint32_t left, enum dlb_known_ops known)
{
	uint32_t dest = enqueue_dest(tx, ev);
	int err;

	if (unlikely((dest & DLB_DEST_EXCEPTION) != 0)) {
		err = enqueue_exception(tx->port, dest, true);
		if (err != 0)
			return err;
		dest &= DLB_DEST_MASK;
	}
	if (tx->new_credits == 0) {
		enqueue_take_credits(tx, ev, left, known);
		if (tx->new_credits == 0)
			return enqueue_no_credit(tx->port, dest);
	}
	/* The order among NEW events of a port is kept by sending them through one lane. */
	if (known == DLB_KNOWN_NONE)
		dlb_tx_select(tx, &tx->port->lane[0]);
	dlb_pack_one(dlb_writer_next(&tx->w, tx->port), ev, dest, DLB_CMD_NEW);
	tx->new_credits--;
	tx->nb_new++;
	enqueue_count(tx, dest, 1);
	return 0;
}

/* A directed port has no history: what it forwards is new to the device, but not to the system. */
static __rte_always_inline bool
enqueue_forward_dir(struct dlb_tx *tx, const struct rte_event *ev, uint32_t dest)
{
	if (tx->oldest == tx->lane->head)
		return false;
	tx->oldest++;
	dlb_pack_one(dlb_writer_next(&tx->w, tx->port), ev, dest, DLB_CMD_NEW);
	return true;
}

static __rte_always_inline bool
enqueue_forward_ldb(struct dlb_tx *tx, const struct rte_event *ev, uint32_t dest)
{
	struct dlb_hcw element;

	if (likely(enqueue_in_order(tx, ev))) {
		tx->oldest++;
		dlb_pack_one(dlb_writer_next(&tx->w, tx->port), ev, dest, DLB_CMD_FWD_T);
		return true;
	}
	dlb_pack_one(&element, ev, dest, DLB_CMD_FWD_T);
	return enqueue_answer(tx, ev, &element);
}

/* What the port does not hold is new to the system. */
static __rte_always_inline int
enqueue_unheld(struct dlb_tx *tx, const struct rte_event *ev, uint32_t dest)
{
	if (tx->new_credits == 0)
		tx->new_credits = dlb_credit_take(tx->port, 1);
	if (tx->new_credits == 0)
		return enqueue_no_credit(tx->port, dest);
	dlb_tx_select(tx, &tx->port->lane[0]);
	dlb_pack_one(dlb_writer_next(&tx->w, tx->port), ev, dest, DLB_CMD_NEW);
	tx->new_credits--;
	tx->nb_new++;
	enqueue_count(tx, dest, 1);
	return 0;
}

static __rte_always_inline int
enqueue_forward(struct dlb_tx *tx, const struct rte_event *ev)
{
	uint32_t dest = enqueue_dest(tx, ev);
	int err;

	if (unlikely((dest & DLB_DEST_EXCEPTION) != 0)) {
		err = enqueue_exception(tx->port, dest, false);
		if (err != 0)
			return err;
		dest &= DLB_DEST_MASK;
	}
	if (unlikely(tx->port->is_dir ? !enqueue_forward_dir(tx, ev, dest)
				      : !enqueue_forward_ldb(tx, ev, dest)))
		return enqueue_unheld(tx, ev, dest);
	tx->nb_fwd++;
	enqueue_count(tx, dest, 1);
	return 0;
}

static __rte_always_inline int
enqueue_release(struct dlb_tx *tx, const struct rte_event *ev)
{
	bool is_held = true;

	if (tx->port->is_dir) {
		is_held = tx->oldest != tx->lane->head;
		tx->oldest += is_held;
	} else if (likely(enqueue_in_order(tx, ev))) {
		tx->oldest++;
		dlb_tx_bare(tx, DLB_CMD_COMP_T);
	} else {
		is_held = enqueue_answer(tx, ev, NULL);
	}
	if (!is_held)
		return enqueue_refuse(&tx->port->stats.tx_invalid, EINVAL);
	tx->nb_rel++;
	return 0;
}

static __rte_always_inline int
enqueue_one(struct dlb_tx *tx, const struct rte_event *ev, uint32_t left, enum dlb_known_ops known)
{
	switch (enqueue_op(ev, known)) {
	case RTE_EVENT_OP_NEW:
		return enqueue_new(tx, ev, left, known);
	case RTE_EVENT_OP_FORWARD:
		return enqueue_forward(tx, ev);
	case RTE_EVENT_OP_RELEASE:
		return enqueue_release(tx, ev);
	default:
		return enqueue_refuse(&tx->port->stats.tx_invalid, EINVAL);
	}
}

/* --- lines --- */

/* The lines of enqueue_lines() without what their destination takes credits of. */
static __rte_always_inline uint32_t
enqueue_pack_lines(struct dlb_tx *tx, const struct rte_event *ev, uint32_t n, uint64_t want,
		   uint64_t mask, uint32_t dest, enum dlb_cmd cmd)
{
	uint32_t done = 0;

	while (n - done >= DLB_HCWS_PER_LINE && dlb_pack_alike(&ev[done], want, mask)) {
		dlb_pack_four(dlb_writer_next_line(&tx->w, tx->port), &ev[done], dest, cmd);
		done += DLB_HCWS_PER_LINE;
		want += DLB_EVENT_MARK(DLB_HCWS_PER_LINE);
	}
	enqueue_count(tx, dest, done);
	return done;
}

/*
 * Lines of four events each that have the wanted bits under the mask, and one destination; a mark
 * that is wanted counts up. Ends before the first four that are not like that. Returns the events
 * that it wrote.
 */
static __rte_always_inline uint32_t
enqueue_lines(struct dlb_tx *tx, const struct rte_event *ev, uint32_t n, uint64_t want,
	      uint64_t mask, enum dlb_cmd cmd, bool is_new)
{
	uint32_t dest = enqueue_dest(tx, ev), done;

	mask |= DLB_EVENT_DEST_MASK;
	if (likely((dest & DLB_DEST_DIR_CREDIT) == 0))
		return enqueue_pack_lines(tx, ev, n, want, mask, dest, cmd);
	/* Credits that others may need are not taken in vain. */
	if (n < DLB_HCWS_PER_LINE || !dlb_pack_alike(ev, want, mask))
		return 0;
	n = dlb_dir_credit_take(tx->port, n, is_new);
	done = enqueue_pack_lines(tx, ev, n, want, mask, dest & DLB_DEST_MASK, cmd);
	dlb_dir_credit_undo(tx->port, n - done);
	return done;
}

/*
 * The same for one line whose events go to different queues: alike in all but that. None of them
 * may be an exception.
 */
static __rte_always_inline uint32_t
enqueue_mixed_line(struct dlb_tx *tx, const struct rte_event *ev, uint32_t n, uint64_t want,
		   uint64_t mask, enum dlb_cmd cmd)
{
	uint32_t i, dest[DLB_HCWS_PER_LINE], all = 0;

	if (n < DLB_HCWS_PER_LINE || !dlb_pack_alike(ev, want, mask))
		return 0;
	for (i = 0; i < DLB_HCWS_PER_LINE; i++) {
		dest[i] = enqueue_dest(tx, &ev[i]);
		all |= dest[i];
	}
	if (unlikely((all & DLB_DEST_EXCEPTION) != 0))
		return 0;
	dlb_pack_each(dlb_writer_next_line(&tx->w, tx->port), ev, dest, cmd);
	for (i = 0; i < DLB_HCWS_PER_LINE; i++)
		enqueue_count(tx, dest[i], 1);
	return DLB_HCWS_PER_LINE;
}

static __rte_always_inline uint32_t
enqueue_lines_new(struct dlb_tx *tx, const struct rte_event *ev, uint32_t n, uint64_t mask,
		  enum dlb_known_ops known)
{
	uint32_t dest = enqueue_dest(tx, ev), done;

	if (unlikely(tx->lane != &tx->port->lane[0] || (dest & DLB_DEST_INVALID) != 0))
		return 0;
	if (tx->new_credits < DLB_HCWS_PER_LINE)
		enqueue_take_credits(tx, ev, n, known);
	n = RTE_MIN(n, tx->new_credits);
	done = enqueue_lines(tx, ev, n, ev->event, mask, DLB_CMD_NEW, true);
	if (done == 0)
		done = enqueue_mixed_line(tx, ev, n, ev->event, mask, DLB_CMD_NEW);
	tx->new_credits -= done;
	tx->nb_new += done;
	return done;
}

/* Of n events, how many may answer in order: marks count up to the end of the window only. */
static __rte_always_inline uint32_t
enqueue_answers_in_order(const struct dlb_tx *tx, uint32_t n)
{
	uint32_t window = tx->port->pos_mask + 1U;
	uint32_t held = tx->lane->head - tx->oldest;

	if (tx->port->is_dir)
		return RTE_MIN(n, held);
	if (tx->lane->nb_answered > 0)
		return 0;
	return RTE_MIN(n, RTE_MIN(held, window - (tx->oldest & (window - 1))));
}

/* What an event has to have beside its operation to be the next answer. */
static __rte_always_inline uint64_t
enqueue_wanted_answer(const struct dlb_tx *tx, const struct rte_event *ev)
{
	if (tx->port->is_dir)
		return ev->event;
	return (ev->event & ~DLB_EVENT_MARK_MASK) | DLB_EVENT_MARK(enqueue_next_mark(tx));
}

static __rte_always_inline uint64_t
enqueue_answer_mask(const struct dlb_tx *tx)
{
	/* A directed port has no history that could be answered out of order. */
	return tx->port->is_dir ? 0 : DLB_EVENT_MARK_MASK;
}

static __rte_always_inline uint32_t
enqueue_lines_forward(struct dlb_tx *tx, const struct rte_event *ev, uint32_t n, uint64_t mask)
{
	enum dlb_cmd cmd = tx->port->is_dir ? DLB_CMD_NEW : DLB_CMD_FWD_T;
	uint64_t want = enqueue_wanted_answer(tx, ev);
	uint32_t dest = enqueue_dest(tx, ev), done;

	if (unlikely((dest & DLB_DEST_INVALID) != 0))
		return 0;
	n = enqueue_answers_in_order(tx, n);
	mask |= enqueue_answer_mask(tx);
	done = enqueue_lines(tx, ev, n, want, mask, cmd, false);
	if (done == 0)
		done = enqueue_mixed_line(tx, ev, n, want, mask, cmd);
	tx->oldest += done;
	tx->nb_fwd += done;
	return done;
}

static __rte_always_inline uint32_t
enqueue_lines_release(struct dlb_tx *tx, const struct rte_event *ev, uint32_t n, uint64_t mask)
{
	uint64_t want = enqueue_wanted_answer(tx, ev);
	uint32_t done = 0;

	n = enqueue_answers_in_order(tx, n);
	mask |= enqueue_answer_mask(tx);
	while (n - done >= DLB_HCWS_PER_LINE && dlb_pack_alike(&ev[done], want, mask)) {
		if (!tx->port->is_dir)
			dlb_pack_bare_four(dlb_writer_next_line(&tx->w, tx->port), DLB_CMD_COMP_T);
		done += DLB_HCWS_PER_LINE;
		want += DLB_EVENT_MARK(DLB_HCWS_PER_LINE);
	}
	tx->oldest += done;
	tx->nb_rel += done;
	return done;
}

/* Whole lines of events of one operation. Returns for how many events it is that simple. */
static __rte_always_inline uint32_t
enqueue_alike(struct dlb_tx *tx, const struct rte_event *ev, uint32_t n, enum dlb_known_ops known)
{
	uint64_t mask = known == DLB_KNOWN_NONE ? DLB_EVENT_OP_MASK : 0;

	n = RTE_MIN(n, dlb_writer_in_lines(&tx->w));
	if (n < DLB_HCWS_PER_LINE)
		return 0;
	switch (enqueue_op(ev, known)) {
	case RTE_EVENT_OP_NEW:
		return enqueue_lines_new(tx, ev, n, mask, known);
	case RTE_EVENT_OP_FORWARD:
		return enqueue_lines_forward(tx, ev, n, mask);
	case RTE_EVENT_OP_RELEASE:
		return enqueue_lines_release(tx, ev, n, mask);
	default:
		return 0;
	}
}

/* Settle the books of a burst of @p n events at most, and show it to the device. */
static __rte_always_inline void
enqueue_finish(struct dlb_tx *tx, uint16_t n)
{
	struct dlb_port *port = tx->port;

	dlb_tx_close(tx);
	if (unlikely(tx->new_credits > 0) || tx->nb_rel > 0)
		dlb_credit_give(port, tx->new_credits + tx->nb_rel);
	if (tx->nb_new > 0)
		dlb_count(&port->stats.tx_new, tx->nb_new);
	if (tx->nb_fwd > 0)
		dlb_count(&port->stats.tx_fwd, tx->nb_fwd);
	if (tx->nb_rel > 0)
		dlb_count(&port->stats.tx_rel, tx->nb_rel);
	dlb_count_sched(port->stats.tx_sched, tx->nb_sched, n);
}

static __rte_always_inline uint16_t
dlb_enqueue(struct dlb_port *port, const struct rte_event *ev, uint16_t n, enum dlb_known_ops known)
{
	uint16_t i = 0, nb, stop;
	struct dlb_tx tx;
	int err = 0;

	/*
	 * NULL is a port that is not set up. Pairs with dlb_dp_port_start(): whoever sees the port
	 * started sees its lanes.
	 */
	if (unlikely(port == NULL || dlb_load_acquire(&port->started) == 0)) {
		rte_errno = EINVAL;
		return 0;
	}
	dlb_tx_open(&tx, port, &port->lane[0]);
	while (i < n && err == 0) {
		nb = (uint16_t)enqueue_alike(&tx, &ev[i], n - i, known);
		i += nb;
		if (nb > 0)
			continue;
		stop = (uint16_t)RTE_MIN(i + DLB_HCWS_PER_LINE, n);
		for (; i < stop && err == 0; i += err == 0)
			err = enqueue_one(&tx, &ev[i], n - i, known);
	}
	enqueue_finish(&tx, n);
	if (unlikely(err != 0))
		rte_errno = err;
	return i;
}

/*
 * An event as its application wrote it just now, field by field: a load of more than one of these
 * would wait until all of them have left the store buffer of the CPU. The loads are atomic, or the
 * compiler would make one of them.
 */
static __rte_always_inline uint64_t
enqueue_byte(const struct rte_event *ev, unsigned int i)
{
	return (uint64_t)dlb_load_relaxed((const uint8_t *)ev + i) << 8 * i;
}

static __rte_always_inline struct rte_event
enqueue_read(const struct rte_event *ev)
{
	uint64_t carried = dlb_load_relaxed((const uint32_t *)(const void *)ev);

	return (struct rte_event){
		.event = carried | enqueue_byte(ev, 4) | enqueue_byte(ev, 5) | enqueue_byte(ev, 6) |
			 enqueue_byte(ev, 7),
		.u64 = ev->u64,
	};
}

/* An event that comes alone: after one look at it, everything is known about the operations. */
static __rte_always_inline uint16_t
dlb_enqueue_one(struct dlb_port *port, const struct rte_event *ev)
{
	struct rte_event event;

	switch (DLB_EVENT_OP(enqueue_byte(ev, 4))) {
	case RTE_EVENT_OP_NEW:
		event = enqueue_read(ev);
		return dlb_enqueue(port, &event, 1, DLB_KNOWN_NEW);
	case RTE_EVENT_OP_FORWARD:
		event = enqueue_read(ev);
		return dlb_enqueue(port, &event, 1, DLB_KNOWN_FORWARD);
	case RTE_EVENT_OP_RELEASE:
		event.event = enqueue_byte(ev, 7); /* its mark */
		return dlb_enqueue(port, &event, 1, DLB_KNOWN_RELEASE);
	default:
		return dlb_enqueue(port, ev, 1, DLB_KNOWN_NONE);
	}
}

#endif /* DLB_ENQUEUE_H */
