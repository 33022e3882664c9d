/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario directed: two directed (single-link) queues in a row, each with its own consumer.
 * What a producer sends arrives in just that order, across all its flows of one priority.
 */
#include "scenario.h"
#include "stages.h"

void
scenario_directed(const struct options *options, struct result *result)
{
	stages_run(options, "dd", CHECK_FIFO, result);
}
