/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Waiting at a port: who does is known, so that a stop can send him away, and waits until he has
 * left the port.
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

/* Of a port that was stopped: return when nobody waits there any more. False: somebody stays. */
bool
dlb_wait_send_away(const struct dlb_port *port);

#endif /* DLB_WAIT_H */
