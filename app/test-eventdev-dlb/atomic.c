/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario atomic: two atomic stages. While a worker holds an event of a flow no other worker
 * gets one of that flow, and each stage sees each flow in the order in which it was sent.
 */
#include "scenario.h"
#include "stages.h"

void
scenario_atomic(const struct options *options, struct result *result)
{
	stages_run(options, "aa", CHECK_EXCLUSIVE, result);
}
