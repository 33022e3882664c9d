/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The runner: a run is a set of agents (producer, worker, transmitter ...) that are dealt to
 * the lcores and stepped there until the run is done, stuck, or interrupted.
 *
 * An agent's step never waits, so any number of agents can share an lcore, down to one lcore
 * for all; and lcores may share CPUs: who finds nothing to do for a while yields the CPU.
 */
#ifndef RUN_H
#define RUN_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "services.h"

#define RUN_MAX_AGENTS 80

struct agent {
	const char *role;
	unsigned int number;
	/* Do a bounded piece of work; returns the number of events handled, 0 when idle. */
	unsigned int (*step)(struct agent *agent);
	void *context;
	unsigned int lcore; /* set by the runner */
	/* Written by the agent's lcore only, read by the main lcore for progress. */
	atomic_uint_least64_t events;
	atomic_uint_least64_t steps;
};

enum run_end {
	RUN_DONE,
	RUN_STUCK, /* nothing moved for the time given */
	RUN_INTERRUPTED,
};

struct run {
	const char *name;
	unsigned int nb_agents;
	struct agent *agent[RUN_MAX_AGENTS];
	const struct services *services[2]; /* stepped by the main lcore; NULL: none */
	uint64_t timeout_s;
	uint64_t progress_s;
	uint64_t target;  /* how many make the whole */
	const char *unit; /* of the throughput: "Mev/s", "Mpackets/s" */
	void *context;
	/* How much has come to its end: compared with target. */
	uint64_t (*ended)(void *context);
	/* Grows whenever anything moves. */
	uint64_t (*moves)(void *context);
	/* Work of the main lcore between its steps, e.g. rewinding the input; may be NULL. */
	void (*housekeep)(void *context);
	/* Results */
	enum run_end end;
	double seconds;
	atomic_bool stop; /* tells the agents' lcores to return */
};

/* Set by the signal handler of Ctrl-C; looked at by every run. */
extern volatile int run_interrupted;

/* Run to the end. Agents go to the worker lcores round robin, or all to the main lcore. */
void
run_agents(struct run *run);

/* "producer 0 on 1, worker 0 on 2": the placement line. */
void
run_describe_lcores(const struct run *run, char *text, size_t size);

#endif /* RUN_H */
