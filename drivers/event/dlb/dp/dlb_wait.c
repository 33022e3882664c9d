/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Sleeping at a port: a futex, the kernel's wait for a word in memory to change.
 *
 * The word is in memory that all processes share, and so is the futex: the process that has the
 * interrupts wakes those of any. It knows nothing of events, commands or consumer queues (CQs).
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* syscall() */
#endif

#include <limits.h>
#include <time.h>
#include <unistd.h>
#include <linux/futex.h>
#include <sys/syscall.h>

#include <rte_cycles.h>
#include <rte_eal.h>

#include "bus/bus.h"
#include "dlb_wait.h"

#define NS_IN_SECOND UINT64_C(1000000000)

/*
 * A sleep ends after a second in any case: seldom enough to cost nothing, often enough for a device
 * that is gone to be noticed and for an interrupt that got lost to do no harm.
 */
#define SLEEP_MAX_S 1

/* A waiter leaves at once; but its CPU may be busy, or its process dead. */
#define LEAVE_POLLS   10000
#define LEAVE_POLL_US 100

void
dlb_wait_begin(struct dlb_port *port)
{
	dlb_store_seq_cst(&port->waiter, (uint32_t)rte_gettid());
}

/* What the kernel's ports have cannot be asked; an element that is there by then interrupts at once. */
void
dlb_wait_until_armed(const struct dlb_port *port)
{
	if (port->dp->bus == NULL)
		return;
	for (unsigned int i = 0; i < port->nb_lanes; i++)
		dlb_bus_pp_flush(port->dp->bus, !port->is_dir, port->lane[i].pp);
}

bool
dlb_wait_sleep(struct dlb_port *port, uint32_t ticket, uint64_t ticks)
{
	uint64_t hz = port->dp->tick_hz;
	bool is_long = ticks >= hz * SLEEP_MAX_S;
	uint64_t ns = (is_long ? hz * SLEEP_MAX_S : ticks) * NS_IN_SECOND / hz;
	const struct timespec timeout = {
		.tv_sec = (time_t)(ns / NS_IN_SECOND),
		.tv_nsec = (long)(ns % NS_IN_SECOND),
	};

	/* A stop that came before the ticket does not make it worthless. */
	if (dlb_wait_is_over(port))
		return true;
	syscall(SYS_futex, &port->wakes, FUTEX_WAIT, ticket, &timeout, NULL, 0);
	if (dlb_wait_ticket(port) == ticket)
		return !is_long || port->dp->bus == NULL || !dlb_bus_is_gone(port->dp->bus);
	if (!dlb_wait_is_over(port))
		dlb_count(&port->stats.rx_interrupt_wait, 1);
	return true;
}

void
dlb_wait_wake(struct dlb_port *port)
{
	/* What made the CQs interrupt goes before; pairs with dlb_wait_ticket(). */
	dlb_add_release(&port->wakes, 1);
	syscall(SYS_futex, &port->wakes, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

bool
dlb_wait_send_away(struct dlb_port *port)
{
	uint32_t self = (uint32_t)rte_gettid();

	dlb_wait_wake(port);
	for (unsigned int i = 0; i < LEAVE_POLLS; i++) {
		uint32_t waiter = dlb_load_seq_cst(&port->waiter);

		/* A signal handler may stop the device in the very thread that waits. */
		if (waiter == 0 || waiter == self)
			return true;
		rte_delay_us_sleep(LEAVE_POLL_US);
	}
	return false;
}
