/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario bringup: how long it takes from the call of configure to the return from start, with
 * all queues, ports and links set up between the two.
 */
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>

#include "contest.h"
#include "device.h"
#include "place.h"
#include "scenario.h"
#include "summary.h"

static const struct {
	const char *what;
	unsigned int queues, workers, links;
} sizes[] = {
	{ "small, queues", 2, 4, 1 },
	{ "large, queues", 16, 32, 8 },
};

static int
bring_up(struct device *d, unsigned int size)
{
	struct device_plan plan = {
		.nb_queues = sizes[size].queues,
		.links = sizes[size].links,
		.flows = 1024,
		.burst = 32,
	};
	unsigned int i;
	int ret;

	memset(plan.queue, 'a', plan.nb_queues);
	device_plan_port(&plan, PORT_PRODUCER, 0);
	for (i = 0; i < sizes[size].workers; i++)
		device_plan_port(&plan, PORT_WORKER, (uint8_t)(i * plan.links % plan.nb_queues));
	ret = device_start(d, &plan);
	if (ret == 0)
		device_stop(d);
	return ret;
}

static bool
measure_device(const struct options *o, struct device *d, unsigned int size, struct result *result)
{
	double ms[CONTEST_MAX_REPEATS];
	struct measure *m =
		result_measure(result, sizes[size].what, sizes[size].queues, d->name, "ms");
	struct summary s;
	unsigned int r;

	if (m == NULL)
		return false;
	for (r = 0; r < o->repeats; r++) {
		if (bring_up(d, size) != 0) {
			snprintf(m->unsupported, sizeof(m->unsupported), "%s", d->reason);
			return false;
		}
		ms[r] = (double)d->bring_up_ticks * 1e3 / (double)rte_get_tsc_hz();
	}
	s = summary_of(ms, (unsigned int)o->repeats);
	m->median = s.median;
	m->min = s.min;
	m->max = s.max;
	return true;
}

void
scenario_bringup(const struct options *options, struct result *result)
{
	struct device devices[CONTEST_MAX_DEVICES], *device[CONTEST_MAX_DEVICES];
	unsigned int i, n, size, measured = 0;

	for (i = 0; i < CONTEST_MAX_DEVICES; i++)
		device[i] = &devices[i];
	n = contest_find(options, device, result);
	if (n == 0)
		return;
	snprintf(result->setup, sizeof(result->setup),
		 "configure, set up, link, start; small: %u workers, large: %u", sizes[0].workers,
		 sizes[1].workers);
	place_main(result->placement, sizeof(result->placement));
	for (size = 0; size < sizeof(sizes) / sizeof(sizes[0]); size++)
		for (i = 0; i < n && run_interrupted == 0; i++)
			measured += measure_device(options, device[i], size, result);
	contest_decide(result, measured, n == 1 ? device[0]->reason : NULL);
}
