/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Stepping the software device from a port.
 *
 * The thread that stepped last has the device's state in its cache and goes on stepping when it
 * finds nothing. Others leave it to that one, as long as it comes round often enough: a step by
 * another one moves the state from cache to cache.
 *
 * Threads may share a CPU, and the one that holds the stepping lock, produces the events or steps
 * the device for all may be the one that is not running: after a few vain looks a port gives its
 * CPU away, and less often if nobody wanted it and steps are the ports' business. A port never
 * waits for a service or thread that does not come: what it needs after a millisecond it does
 * itself.
 */

#include <errno.h>
#include <sched.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "bus/bus.h"
#include "bus/dlb_ring.h"
#include "dlb_step.h"

/* Vain looks in a row before a port gives its CPU away: at first, and if nobody ever wants it. */
#define MIN_VAIN_LOOKS 16
#define MAX_VAIN_LOOKS 256

/*
 * Steps that found a little, but as much as the application took, after which a port leaves one out:
 * where that is in vain, one dequeue in 64 is.
 */
#define SMALL_STEPS_BEFORE_HOLD 64

/*
 * Commands and elements that make a step worth its while: a NEW, an element and a completion for
 * each of 32 events.
 */
#define FULL_STEP (3 * 32)

/* TSC ticks, some microseconds: who gets its CPU back later gave it to somebody who wanted it. */
#define WANTED_TICKS 10000

/*
 * The same: who steps less often than once in so many has other things to do. A step of a full
 * device and the work on what it brought have to fit in.
 */
#define ATTENDED_TICKS 20000

static void
yield(struct dlb_port *port)
{
	uint64_t start = rte_rdtsc();

	sched_yield();
	port->vain_looks = 0;
	if (rte_rdtsc() - start > WANTED_TICKS)
		port->yield_after = MIN_VAIN_LOOKS;
	else if (port->dp->step_mode == DLB_STEP_INLINE && port->yield_after < MAX_VAIN_LOOKS)
		port->yield_after = RTE_MAX(2 * port->yield_after, MIN_VAIN_LOOKS);
}

static void
look_in_vain(struct dlb_port *port)
{
	if (++port->vain_looks >= RTE_MAX(port->yield_after, MIN_VAIN_LOOKS))
		yield(port);
}

static void
pause_or_yield(struct dlb_port *port)
{
	rte_pause();
	look_in_vain(port);
}

/*
 * Whether to leave the device to another thread, which steps it all the time. To ask takes a cache
 * line away from that one, so it is done once in a while.
 */
static bool
is_attended(struct dlb_port *port)
{
	uint64_t now, since_asked, nb_steps;

	if (dlb_bus_is_stepper(port->dp->bus))
		return false;
	now = rte_rdtsc();
	if (now < port->ask_again)
		return true;
	since_asked = now - port->asked;
	nb_steps = dlb_bus_steps_by_others(port->dp->bus, &port->steps_seen);
	port->asked = now;
	if (nb_steps * 2 * ATTENDED_TICKS < since_asked)
		return false;
	port->ask_again = now + ATTENDED_TICKS;
	return true;
}

/*
 * Whether to leave out one step, so that the next one has more to do. Where each step found a
 * little, and that was as much as the application takes at once, a port gets one event at a time
 * and pays a whole step for it, although its application would make several meanwhile: once a look
 * came up empty without a step, the events that it did not wait for come together from then on.
 * Where that does not help, because the application waits for each event, it is tried again after
 * many steps only.
 */
static bool
is_held_back(struct dlb_port *port)
{
	if (port->small_steps < SMALL_STEPS_BEFORE_HOLD || port->held_back)
		return false;
	port->held_back = port->last_moved < FULL_STEP;
	return port->held_back;
}

/* A step moved so many commands and elements. */
static void
note_step(struct dlb_port *port, unsigned int moved)
{
	if (moved == 0 || (port->held_back && moved <= port->last_moved))
		port->small_steps = 0;
	else if (port->small_steps < SMALL_STEPS_BEFORE_HOLD)
		port->small_steps += moved < FULL_STEP;
	port->held_back = false;
	port->last_moved = (uint16_t)moved;
}

static void
step_or_pause(struct dlb_port *port)
{
	int moved;

	if (is_attended(port)) {
		pause_or_yield(port);
		return;
	}
	if (is_held_back(port))
		return;
	moved = dlb_bus_step(port->dp->bus);
	if (moved < 0) {
		pause_or_yield(port);
		return;
	}
	note_step(port, (unsigned int)moved);
	if (moved > 0)
		port->vain_looks = 0;
	else
		look_in_vain(port);
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
dlb_step_until_room(struct dlb_port *port, struct dlb_ring *ring, uint32_t n)
{
	bool is_ours = port->dp->step_mode == DLB_STEP_INLINE;
	uint64_t deadline = rte_get_tsc_cycles() + rte_get_tsc_hz() / 1000;

	while (dlb_ring_refresh(ring) - ring->tail < n) {
		if (is_ours) {
			step_or_pause(port);
			continue;
		}
		rte_pause();
		sched_yield();
		is_ours = rte_get_tsc_cycles() > deadline;
	}
}
