/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The table of scenarios. A new scenario is a new file and a new row here.
 */
#include <string.h>

#include "scenario.h"

const struct scenario scenarios[] = {
	{ "order", "ordered stage, shuffled by its workers, restored behind it", true,
	  scenario_order },
	{ "atomic", "atomic stages: one worker at a time per flow, order kept", true,
	  scenario_atomic },
	{ "parallel", "parallel stages: nothing lost, doubled or changed", true,
	  scenario_parallel },
	{ "directed", "directed (single-link) queues: first in, first out", true,
	  scenario_directed },
	{ "mixed", "ordered, atomic, parallel, directed stages in one pipeline", true,
	  scenario_mixed },
	{ "pipeline", "packets of a capture file routed through the device", false,
	  scenario_pipeline },
	{ "perf", "throughput and latency, several devices side by side", false, scenario_perf },
	{ "growth", "cost with more and more queues, ports and flows", false, scenario_growth },
	{ "fairness", "how evenly uneven flows are spread over workers", false, scenario_fairness },
	{ "bringup", "time from configure to started", false, scenario_bringup },
};

const unsigned int nb_scenarios = sizeof(scenarios) / sizeof(scenarios[0]);

const struct scenario *
scenario_find(const char *name)
{
	unsigned int i;

	for (i = 0; i < nb_scenarios; i++)
		if (strcmp(scenarios[i].name, name) == 0)
			return &scenarios[i];
	return NULL;
}
