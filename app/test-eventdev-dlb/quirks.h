/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What DPDK's own software devices get wrong when they are set up a second time in one
 * process, and how to get round it. Devices that are not named here are taken at their word.
 */
#ifndef QUIRKS_H
#define QUIRKS_H

#include <stdbool.h>

#include "device.h"

/*
 * How often to go through configure and set-up before the start. event_sw (22.11) takes the
 * credits that its ports held before off the fresh account when they are set up again, and
 * then believes to be full; a second round finds ports without credits.
 */
unsigned int
quirks_setup_rounds(const struct device *d);

/*
 * Before a device is configured. event_dsw (22.11) cannot set a port up again (the rings of
 * the first time are in the way), and crashes on the next configure when that has failed;
 * event_opdl keeps the queues of the first time. From the second time on, these are removed
 * and created anew. 0 or a negative errno.
 */
int
quirks_before_configure(struct device *d);

/*
 * event_opdl is a static pipeline: events end when the port of the last stage dequeues them,
 * and a RELEASE is refused for ever.
 */
bool
quirks_ends_by_dequeue(const struct device *d);

/* event_floor, which shows what a benchmark itself costs, counts events and carries none. */
bool
quirks_only_counts(const struct device *d);

#endif /* QUIRKS_H */
