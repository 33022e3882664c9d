/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario growth: what an event costs on devices with more and more queues, ports and flows,
 * all of them in use. The cost should follow the events and not what is configured.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "place.h"
#include "scenario.h"
#include "wide.h"

/* A DLB's port serves up to 8 queues, so that 32 queues take four workers: always four. */
#define QUEUES_WORKERS 4
/* Of the device's ports one is the producer's. */
#define PORTS_FLOWS  1024
#define QUEUES_FLOWS 1024

static const struct {
	const char *what;
	unsigned int size;
	unsigned int queues, workers, links;
	uint32_t flows;
} steps[] = {
	{ "queues", 1, 1, QUEUES_WORKERS, 1, QUEUES_FLOWS },
	{ "queues", 8, 8, QUEUES_WORKERS, 2, QUEUES_FLOWS },
	{ "queues", 32, 32, QUEUES_WORKERS, 8, QUEUES_FLOWS },
	{ "ports", 2, 1, 1, 1, PORTS_FLOWS },
	{ "ports", 8, 1, 7, 1, PORTS_FLOWS },
	{ "ports", 32, 1, 31, 1, PORTS_FLOWS },
	{ "ports", 64, 1, 63, 1, PORTS_FLOWS },
	{ "flows", 16, 1, 1, 1, 16 },
	{ "flows", 1024, 1, 1, 1, 1024 },
	{ "flows", 16384, 1, 1, 1, 16384 },
	{ "flows", 65536, 1, 1, 1, 65536 },
};

#define MAX_FLOWS 65536

static double
cycles_per_event(const struct wide_plan *plan, const struct wide_count *count)
{
	(void)plan;
	return (double)count->ticks / (double)(count->events != 0 ? count->events : 1);
}

static unsigned int
measure_steps(const struct options *o, struct device **device, unsigned int n, const uint32_t *flow,
	      struct result *result)
{
	unsigned int i, measured = 0;

	for (i = 0; i < sizeof(steps) / sizeof(steps[0]) && run_interrupted == 0; i++) {
		struct wide_plan plan = {
			.nb_queues = steps[i].queues,
			.nb_workers = steps[i].workers,
			.links = steps[i].links,
			.flows = steps[i].flows,
			.burst = (unsigned int)o->burst.v[0],
			.inflight = o->inflight,
			.flow = flow,
			.nb_flow = steps[i].flows,
		};
		struct wide_row row = { steps[i].what, steps[i].size, "cycles/event",
					cycles_per_event };

		measured += wide_compare(o, device, n, &plan, &row, result);
	}
	return measured;
}

void
scenario_growth(const struct options *options, struct result *result)
{
	struct device devices[CONTEST_MAX_DEVICES], *device[CONTEST_MAX_DEVICES];
	uint32_t *flow = calloc(MAX_FLOWS, sizeof(*flow));
	unsigned int i, n;

	if (flow == NULL) {
		result_refuse(result, -ENOMEM, "out of memory");
		return;
	}
	for (i = 0; i < MAX_FLOWS; i++)
		flow[i] = i;
	for (i = 0; i < CONTEST_MAX_DEVICES; i++)
		device[i] = &devices[i];
	n = contest_find(options, device, result);
	if (n != 0) {
		snprintf(result->setup, sizeof(result->setup),
			 "atomic, one lcore does all, every queue, port and flow in use");
		place_main(result->placement, sizeof(result->placement));
		contest_decide(result, measure_steps(options, device, n, flow, result),
			       n == 1 ? device[0]->reason : NULL);
	}
	free(flow);
}
