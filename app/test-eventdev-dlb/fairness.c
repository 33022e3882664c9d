/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario fairness: how evenly the work of a thousand flows, of which a few are much hotter
 * than the others, is spread over workers. An event keeps its worker busy for a while, and
 * what is measured is how far apart the workers' numbers of events are. On the way it is
 * checked that the flows are atomic.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <rte_cycles.h>

#include "place.h"
#include "scenario.h"
#include "summary.h"
#include "wide.h"

#define FLOWS 1000
#define ZIPF  1.1
#define DRAWN 65536
/* Small bursts, so that a turn is no longer than what a port can be given meanwhile. */
#define BURST	     8
#define INFLIGHT     256
#define NS_PER_EVENT 200

/* Percent of the time that the workers together are busy; 100: as much as they can. */
static const unsigned int loads[] = { 75, 100 };

static double
spread(const struct wide_plan *plan, const struct wide_count *count)
{
	return summary_spread(count->share, plan->nb_workers);
}

static unsigned int
measure_loads(const struct options *o, struct device **device, unsigned int n, const uint32_t *flow,
	      struct result *result)
{
	uint64_t ticks = rte_get_tsc_hz() * NS_PER_EVENT / 1000000000;
	unsigned int i, measured = 0;

	for (i = 0; i < sizeof(loads) / sizeof(loads[0]) && run_interrupted == 0; i++) {
		struct wide_plan plan = {
			.nb_queues = 1,
			.nb_workers = (unsigned int)o->workers,
			.links = 1,
			.flows = FLOWS,
			.burst = BURST,
			.inflight = INFLIGHT,
			.flow = flow,
			.nb_flow = DRAWN,
			.work_ticks = ticks,
			.ticks_per_event = loads[i] < 100 ? ticks * 100 / loads[i] : 0,
			.hold = true,
		};
		struct wide_row row = { "spread at load", loads[i], "% of the mean", spread };

		measured += wide_compare(o, device, n, &plan, &row, result);
	}
	return measured;
}

void
scenario_fairness(const struct options *options, struct result *result)
{
	struct device devices[CONTEST_MAX_DEVICES], *device[CONTEST_MAX_DEVICES];
	uint32_t *flow = calloc(DRAWN, sizeof(*flow));
	unsigned int i, n;

	if (flow == NULL || summary_zipf(flow, DRAWN, FLOWS, ZIPF, options->seed) != 0) {
		result_refuse(result, -ENOMEM, "out of memory");
		free(flow);
		return;
	}
	for (i = 0; i < CONTEST_MAX_DEVICES; i++)
		device[i] = &devices[i];
	n = contest_find(options, device, result);
	if (n != 0) {
		snprintf(result->setup, sizeof(result->setup),
			 "%u flows by Zipf's law with exponent %.1f, %" PRIu64
			 " workers in turns on one lcore, an event takes %u ns",
			 FLOWS, ZIPF, options->workers, NS_PER_EVENT);
		place_main(result->placement, sizeof(result->placement));
		contest_decide(result, measure_loads(options, device, n, flow, result),
			       n == 1 ? device[0]->reason : NULL);
	}
	free(flow);
}
