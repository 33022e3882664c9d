/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario order: an ordered stage, and an atomic one behind it as the witness. Workers hold,
 * split, partly drop and (where the device allows for it) shuffle the bursts of the ordered
 * stage; the atomic stage must see each flow in the order in which it was sent all the same.
 */
#include "scenario.h"
#include "stages.h"

void
scenario_order(const struct options *options, struct result *result)
{
	stages_run(options, "oa", CHECK_ORDER, result);
}
