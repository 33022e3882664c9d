/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario parallel: two parallel stages. No order is promised; nothing may be lost, doubled or
 * changed.
 */
#include "scenario.h"
#include "stages.h"

void
scenario_parallel(const struct options *options, struct result *result)
{
	stages_run(options, "pp", CHECK_FIELDS, result);
}
