/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * In the place of the bus, for tests of what a port writes and reads: nobody steps a device.
 */

#include "bus/bus.h"

int
dlb_bus_step(struct dlb_bus *bus)
{
	(void)bus;
	return 0;
}

bool
dlb_bus_is_stepper(struct dlb_bus *bus)
{
	(void)bus;
	return false;
}

uint32_t
dlb_bus_steps_by_others(struct dlb_bus *bus, uint32_t *seen)
{
	(void)bus;
	(void)seen;
	return 0;
}
