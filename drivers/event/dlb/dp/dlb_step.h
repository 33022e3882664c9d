/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * When a port makes the software device work: with an empty dequeue, or before a full ring.
 * Everything here is off the path of a port that finds work.
 */

#ifndef DLB_STEP_H
#define DLB_STEP_H

#include "dlb_dp.h"

struct dlb_ring;

/* After an empty look: one bounded step, or a pause if steps are not the ports' business. */
void
dlb_step_once(struct dlb_port *port);

/* The application would have taken more events than a step brought: it needs no fuller ones. */
static inline void
dlb_step_was_enough(struct dlb_port *port)
{
	if (!port->held_back)
		port->small_steps = 0;
}

/* Return when the full ring has room for n commands again. */
void
dlb_step_until_room(struct dlb_port *port, struct dlb_ring *ring, uint32_t n);

#endif /* DLB_STEP_H */
