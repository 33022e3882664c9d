/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The devices that a measurement sets side by side, as --dev names them.
 */
#ifndef CONTEST_H
#define CONTEST_H

#include "options.h"
#include "result.h"

#define CONTEST_MAX_DEVICES 8
#define CONTEST_MAX_REPEATS 99 /* as many as --repeats allows */

struct device;

/*
 * Find each of `devices`, an array of CONTEST_MAX_DEVICES; how many there are, or 0 when one
 * was not found, which the result then tells. Their names go to the result, too.
 */
unsigned int
contest_find(const struct options *o, struct device **device, struct result *result);

/* The outcome, once every figure is in: of a contest in which nobody could take part, too. */
void
contest_decide(struct result *result, unsigned int measured, const char *unsupported);

#endif /* CONTEST_H */
