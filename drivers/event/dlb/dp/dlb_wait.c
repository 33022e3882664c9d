/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Waiting at a port: beginning, and the end that a stop makes. It knows nothing of events.
 */

#include <rte_cycles.h>
#include <rte_eal.h>

#include "dlb_wait.h"

/* A waiter leaves at once; but its CPU may be busy, or its process dead. */
#define LEAVE_POLLS   10000
#define LEAVE_POLL_US 100

void
dlb_wait_begin(struct dlb_port *port)
{
	dlb_store_seq_cst(&port->waiter, (uint32_t)rte_gettid());
}

bool
dlb_wait_send_away(const struct dlb_port *port)
{
	uint32_t self = (uint32_t)rte_gettid();

	for (unsigned int i = 0; i < LEAVE_POLLS; i++) {
		uint32_t waiter = dlb_load_seq_cst(&port->waiter);

		/* A signal handler may stop the device in the very thread that waits. */
		if (waiter == 0 || waiter == self)
			return true;
		rte_delay_us_sleep(LEAVE_POLL_US);
	}
	return false;
}
