/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario mixed: all four kinds in one pipeline, served by the same workers: ordered, atomic,
 * parallel, directed. The order is checked up to the parallel stage, which may break it.
 */
#include "scenario.h"
#include "stages.h"

void
scenario_mixed(const struct options *options, struct result *result)
{
	stages_run(options, "oapd", CHECK_EXCLUSIVE, result);
}
