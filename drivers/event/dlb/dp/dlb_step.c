/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Stepping the software device from a port.
 *
 * Threads may share a CPU, and the one that holds the stepping lock, produces the events or steps
 * the device for all may be the one that is not running: after a few vain looks a port gives its
 * CPU away. A port never waits for a service or thread that does not come: what it needs after a
 * millisecond it does itself.
 */

#include <errno.h>
#include <sched.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "bus/bus.h"
#include "bus/dlb_ring.h"
#include "dlb_step.h"

/* Vain looks in a row before a port gives its CPU away. */
#define VAIN_LOOKS_BEFORE_YIELD 16

static void
pause_or_yield(struct dlb_port *port)
{
	rte_pause();
	if (++port->vain_looks < VAIN_LOOKS_BEFORE_YIELD)
		return;
	port->vain_looks = 0;
	sched_yield();
}

static void
step_or_pause(struct dlb_port *port)
{
	if (dlb_bus_step(port->dp->bus) > 0)
		port->vain_looks = 0;
	else
		pause_or_yield(port);
}

void
dlb_step_once(struct dlb_port *port)
{
	if (port->dp->step_mode == DLB_STEP_INLINE)
		step_or_pause(port);
	else
		pause_or_yield(port);
}

void
dlb_step_until_room(struct dlb_port *port, struct dlb_ring *ring)
{
	bool is_ours = port->dp->step_mode == DLB_STEP_INLINE;
	uint64_t deadline = rte_get_tsc_cycles() + rte_get_tsc_hz() / 1000;

	while (dlb_ring_refresh(ring) == ring->tail) {
		if (is_ours) {
			step_or_pause(port);
			continue;
		}
		rte_pause();
		sched_yield();
		is_ours = rte_get_tsc_cycles() > deadline;
	}
}
