/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A scenario is one test of the application: one file, one row in the table of scenarios.c.
 */
#ifndef SCENARIO_H
#define SCENARIO_H

#include <stdbool.h>

#include "options.h"
#include "result.h"

struct scenario {
	const char *name;
	const char *summary;
	bool in_all; /* part of --test all */
	/* Runs to its end and fills in the result, whatever happens. */
	void (*run)(const struct options *options, struct result *result);
};

extern const struct scenario scenarios[];
extern const unsigned int nb_scenarios;

const struct scenario *
scenario_find(const char *name);

void
scenario_order(const struct options *options, struct result *result);

void
scenario_atomic(const struct options *options, struct result *result);

void
scenario_parallel(const struct options *options, struct result *result);

void
scenario_directed(const struct options *options, struct result *result);

void
scenario_mixed(const struct options *options, struct result *result);

void
scenario_perf(const struct options *options, struct result *result);

void
scenario_growth(const struct options *options, struct result *result);

void
scenario_fairness(const struct options *options, struct result *result);

void
scenario_bringup(const struct options *options, struct result *result);

void
scenario_pipeline(const struct options *options, struct result *result);

#endif /* SCENARIO_H */
