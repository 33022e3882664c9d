/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Credits: how many events a device holds, and how many it may.
 *
 * Software credits bound the events in the system, wherever they are: a NEW takes one, a RELEASE
 * gives it back, a FORWARD keeps it. The bound is at most the device's storage for load-balanced
 * elements, so that hardware credits cannot run out there. Directed elements of DLB 2.0 have a
 * smaller pool of their own, mirrored in dlb_dp_dev.dir_pool.
 *
 * Away from the limit a burst costs one atomic operation at most; a port keeps up to credit_quantum
 * credits for itself, released ones or taken ahead, and returns them when it has nothing to do. No
 * other memory is ordered by these counters, so all accesses are relaxed.
 *
 * Invariant: in_system = events in the system + credits in the ports' caches.
 */

#ifndef DLB_CREDIT_H
#define DLB_CREDIT_H

#include "bus/dlb_atomic.h"
#include "dlb_dp.h"
#include "dlb_event.h"

/* Credits of the directed pool that a port keeps at most. Ports must not be able to hoard so many
 * that a reorder buffer full of directed elements (2048 at most) could exhaust the pool of 4096.
 */
#define DLB_DIR_CREDIT_QUANTUM 8

/* NEW leaves one part in so many of the directed pool. */
#define DLB_DIR_CREDIT_PARTS 4

static inline uint32_t
dlb_credit_room(uint32_t in_use, uint32_t limit, uint32_t wanted)
{
	uint32_t room = in_use < limit ? limit - in_use : 0;

	return RTE_MIN(room, wanted);
}

/* Of the port's own cache, which others only look at. */
static inline void
dlb_credit_keep(struct dlb_port *port, uint32_t n)
{
	dlb_store_relaxed(&port->credits, n);
}

/*
 * Credits for up to n NEW events, from the port's own cache first; what it lacks it takes with some
 * to keep for the next ones. Returns how many it got.
 */
static inline uint32_t
dlb_credit_take(struct dlb_port *port, uint32_t n)
{
	struct dlb_dp_dev *dp = port->dp;
	uint32_t got = 0;

	if (port->credits > 0) {
		uint32_t others = dlb_load_relaxed(&dp->in_system) - port->credits;

		got = dlb_credit_room(others, port->new_limit, RTE_MIN(n, port->credits));
		dlb_credit_keep(port, port->credits - got);
	}
	if (got < n) {
		uint32_t more = n - got;
		uint32_t wanted = RTE_MAX(more, port->credit_quantum);
		uint32_t before = dlb_add_relaxed(&dp->in_system, wanted);
		uint32_t room = dlb_credit_room(before, port->new_limit, wanted);

		if (room < wanted)
			dlb_sub_relaxed(&dp->in_system, wanted - room);
		more = RTE_MIN(more, room);
		dlb_credit_keep(port, port->credits + room - more);
		got += more;
	}
	return got;
}

/* Return all that the port has in its cache. */
static inline void
dlb_credit_flush(struct dlb_port *port)
{
	if (port->credits == 0)
		return;
	dlb_sub_relaxed(&port->dp->in_system, port->credits);
	dlb_credit_keep(port, 0);
}

/* n events left the system. */
static inline void
dlb_credit_give(struct dlb_port *port, uint32_t n)
{
	dlb_credit_keep(port, port->credits + n);
	if (port->credits > port->credit_quantum)
		dlb_credit_flush(port);
}

/*
 * Credits for up to n elements to a directed queue; NEW leaves a reserve to those that FORWARD.
 * Returns how many it got.
 */
static inline uint32_t
dlb_dir_credit_take(struct dlb_port *port, uint32_t n, bool is_new)
{
	struct dlb_dp_dev *dp = port->dp;
	const int32_t reserve = is_new ? (int32_t)dp->dir_credit_reserve : 0;
	int32_t left, wanted, got;

	if (is_new) {
		left = dlb_load_relaxed(&dp->dir_pool) - reserve;
		n = RTE_MIN(n, (uint32_t)RTE_MAX(left, 0));
	}
	if (port->dir_credits < n) {
		wanted = (int32_t)RTE_MAX(n - port->dir_credits, (uint32_t)DLB_DIR_CREDIT_QUANTUM);
		/* What there was at the look before, other ports may have taken meanwhile. */
		got = dlb_sub_relaxed(&dp->dir_pool, wanted) - reserve;
		got = RTE_MAX(0, RTE_MIN(got, wanted));
		if (got < wanted)
			dlb_add_relaxed(&dp->dir_pool, wanted - got);
		port->dir_credits += (uint32_t)got;
	}
	n = RTE_MIN(n, port->dir_credits);
	port->dir_credits -= n;
	return n;
}

/* n elements that credits were taken for do not go. */
static inline void
dlb_dir_credit_undo(struct dlb_port *port, uint32_t n)
{
	port->dir_credits += n;
	if (port->dir_credits <= DLB_DIR_CREDIT_QUANTUM)
		return;
	dlb_add_relaxed(&port->dp->dir_pool, (int32_t)(port->dir_credits - DLB_DIR_CREDIT_QUANTUM));
	port->dir_credits = DLB_DIR_CREDIT_QUANTUM;
}

/* n elements were read from a directed CQ. */
static inline void
dlb_dir_credit_give(struct dlb_dp_dev *dp, uint32_t n)
{
	if (dp->dir_credit_reserve > 0)
		dlb_add_relaxed(&dp->dir_pool, (int32_t)n);
}

/* Return the port's cached credits of the directed pool. */
static inline void
dlb_dir_credit_flush(struct dlb_port *port)
{
	if (port->dir_credits == 0)
		return;
	dlb_add_relaxed(&port->dp->dir_pool, (int32_t)port->dir_credits);
	port->dir_credits = 0;
}

#endif /* DLB_CREDIT_H */
