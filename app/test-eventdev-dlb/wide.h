/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Measures one plan of wide_loop.h on several devices in turns.
 */
#ifndef WIDE_H
#define WIDE_H

#include "contest.h"
#include "wide_loop.h"

/* The figure that a measurement is about. */
typedef double (*wide_figure)(const struct wide_plan *plan, const struct wide_count *count);

struct wide_row {
	const char *what;
	unsigned int size;
	const char *unit;
	wide_figure figure;
};

/*
 * Measure `plan` on all devices in turns, --repeats times, and append one measurement per
 * device to the result. How many of the devices could be measured.
 */
unsigned int
wide_compare(const struct options *o, struct device **device, unsigned int nb_devices,
	     const struct wide_plan *plan, const struct wide_row *row, struct result *result);

#endif /* WIDE_H */
