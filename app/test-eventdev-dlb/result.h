/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What one scenario hands to the report: outcome, checks, figures. Scenarios fill it in, the
 * two reporters (text and JSON) print it; neither knows the other.
 */
#ifndef RESULT_H
#define RESULT_H

#include <stdint.h>

#include "run.h"
#include "verdict.h"

#define RESULT_MAX_FIGURES 48
#define RESULT_TEXT_BYTES  200

enum outcome {
	OUTCOME_PASSED,
	OUTCOME_FAILED,
	OUTCOME_UNSUPPORTED, /* the device lacks something the test needs */
	OUTCOME_INTERRUPTED, /* Ctrl-C */
};

struct figure {
	const char *name;
	const char *unit;
	double value;
};

/* In nanoseconds. */
struct latency {
	uint64_t p50, p90, p99, p999, max;
};

/* One measured cell of the perf test. */
struct cell {
	char device[32];
	unsigned int topology;
	unsigned int cores;
	char type;
	unsigned int burst;
	char unsupported[RESULT_TEXT_BYTES]; /* empty: measured */
	uint64_t events;
	double cycles, cycles_min, cycles_max; /* per event; the median and the extremes */
	double mev;			       /* million events per second, the median */
	struct latency own;   /* at the load asked for, of the device's own throughput */
	struct latency equal; /* at that load of the slowest device's throughput */
	uint64_t alone;	      /* median round trip of an event alone, in nanoseconds */
};

/* A measurement of another test: of what, at which size, on which device. */
struct measure {
	const char *what;
	unsigned int size;
	char device[32];
	const char *unit;
	char unsupported[RESULT_TEXT_BYTES]; /* empty: measured */
	double median, min, max;
};

struct result {
	const char *test;
	char device[64];
	char driver[32];
	char setup[RESULT_TEXT_BYTES];
	char placement[512];
	enum outcome outcome;
	char reason[RESULT_TEXT_BYTES]; /* why unsupported, or why it could not run */
	uint32_t required;		/* checks that must have been made: bits 1 << check */
	struct verdict verdict;
	unsigned int nb_figures;
	struct figure figure[RESULT_MAX_FIGURES];
	unsigned int nb_agents;
	struct {
		const char *role;
		unsigned int number, lcore;
		uint64_t events;
	} agent[RUN_MAX_AGENTS];
	unsigned int nb_cells;
	struct cell *cell; /* malloc'ed; freed by result_reset() */
	unsigned int nb_measures;
	struct measure *measure; /* likewise */
};

void
result_reset(struct result *r, const char *test);

void
result_figure(struct result *r, const char *name, const char *unit, double value);

/* Append a measurement, to be filled in; NULL, and the result refused, without memory for it. */
struct measure *
result_measure(struct result *r, const char *what, unsigned int size, const char *device,
	       const char *unit);

/* Copy placement and event counts of the agents, duration and end from a finished run. */
void
result_take_run(struct result *r, const struct run *run);

/* Decide the outcome from the run's end and the verdict. */
void
result_decide(struct result *r, const struct run *run);

/* Set up failed: -ENOTSUP is "unsupported", anything else a failure. */
void
result_refuse(struct result *r, int error, const char *reason);

const char *
result_outcome_name(enum outcome outcome);

#endif /* RESULT_H */
