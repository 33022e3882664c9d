/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What lies below a dequeue that waits: sleep, who wakes it, and how it is sent away.
 *
 * To sleep, a port takes a ticket, arms its consumer queues (CQs), looks at them once more, and
 * sleeps on the ticket. Every interrupt makes the tickets taken before worthless, so that one that
 * comes anywhere in between is not slept through. Where somebody else has the interrupts, a kernel
 * for example, dlb_wait_until_armed() and dlb_wait_sleep() are what is different.
 *
 * A stop sends who waits away, and waits until it has left the port.
 */

#ifndef DLB_WAIT_H
#define DLB_WAIT_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/dlb_atomic.h"
#include "dlb_dp.h"

/* This thread waits at the port from here on, until dlb_wait_end(). */
void
dlb_wait_begin(struct dlb_port *port);

/* The last touch of the port by a dequeue that waited: pairs with dlb_wait_send_away(). */
static inline void
dlb_wait_end(struct dlb_port *port)
{
	dlb_store_release(&port->waiter, 0);
}

/*
 * Whether the port was stopped. Pairs with dlb_wait_send_away(), in one order for all: it sees who
 * has begun to wait, or this sees that the port was stopped.
 */
static inline bool
dlb_wait_is_over(const struct dlb_port *port)
{
	return dlb_load_seq_cst(&port->started) == 0;
}

/* Taken before the CQs are armed. Pairs with dlb_wait_wake(). */
static inline uint32_t
dlb_wait_ticket(const struct dlb_port *port)
{
	return dlb_load_acquire(&port->wakes);
}

/* Return when the device knows that the CQs of the port are armed. */
void
dlb_wait_until_armed(const struct dlb_port *port);

/*
 * Sleep for so many ticks at most, or until something happens after the ticket was taken, or for no
 * reason. False: the device is gone, nothing will happen any more.
 */
bool
dlb_wait_sleep(struct dlb_port *port, uint32_t ticket, uint64_t ticks);

/* A CQ of the port has interrupted. Any thread of the process that has the interrupts. */
void
dlb_wait_wake(struct dlb_port *port);

/* Of a port that was stopped: return when nobody waits there any more. False: somebody stays. */
bool
dlb_wait_send_away(struct dlb_port *port);

#endif /* DLB_WAIT_H */
