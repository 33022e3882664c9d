/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The checked pipeline shared by order, atomic, parallel, directed and mixed: producers send
 * events into stage 0, workers take them from stage to stage, the ledger checks each arrival.
 * Stage k is event queue k. Load-balanced stages are served by all workers, each directed
 * stage by a consumer of its own.
 */
#ifndef STAGES_H
#define STAGES_H

#include "device.h"
#include "ledger.h"
#include "options.h"
#include "random.h"
#include "result.h"
#include "run.h"

#define STAGES_MAX_BURST 128

struct stages {
	const struct options *options;
	struct device device;
	struct ledger ledger;
	struct verdict *verdict;
	unsigned int burst;
	bool shuffle;
	bool implicit; /* ports release implicitly, and workers make use of it */
};

struct producer {
	struct agent agent;
	struct stages *stages;
	uint8_t port;
	uint32_t next; /* the event to send next: steps by the number of producers */
	uint64_t random;
};

/* What a worker holds: events in the order in which it will give them back. */
struct worker {
	struct agent agent;
	struct stages *stages;
	uint8_t port;
	bool directed;	       /* serves a directed stage: must not disturb the order */
	unsigned int nb, sent; /* taken from the device; of these, given back */
	unsigned int to_send;  /* the rest up to nb is left to implicit release */
	unsigned int hold;     /* steps to wait before going on */
	atomic_bool holding;   /* something is still to be given back */
	uint64_t random;
	uint32_t id[STAGES_MAX_BURST];
	uint8_t stage[STAGES_MAX_BURST];
	struct rte_event ev[STAGES_MAX_BURST];
};

unsigned int
producer_step(struct agent *agent);

unsigned int
worker_step(struct agent *agent);

/*
 * Run the pipeline on the device of --dev. `standard` are the stages unless --stages says
 * otherwise, e.g. "oapd"; `purpose` is the check this scenario is about: without it, it fails.
 */
void
stages_run(const struct options *options, const char *standard, enum check purpose,
	   struct result *result);

#endif /* STAGES_H */
