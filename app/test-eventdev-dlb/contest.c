/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See contest.h.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "contest.h"
#include "device.h"

static void
append_name(struct result *r, const char *name)
{
	size_t used = strlen(r->device);

	snprintf(r->device + used, sizeof(r->device) - used, "%s%s", used != 0 ? "," : "", name);
}

unsigned int
contest_find(const struct options *o, struct device **device, struct result *result)
{
	char names[256], *name = NULL, *rest = names, reason[RESULT_TEXT_BYTES];
	unsigned int n = 0;
	int ret;

	if (o->dev == NULL)
		rest = NULL;
	else
		snprintf(names, sizeof(names), "%s", o->dev);
	do {
		if (n == CONTEST_MAX_DEVICES) {
			snprintf(reason, sizeof(reason), "--dev %s: allowed are up to %d devices",
				 o->dev, CONTEST_MAX_DEVICES);
			result_refuse(result, -EINVAL, reason);
			return 0;
		}
		name = strsep(&rest, ",");
		ret = device_find(device[n], name);
		append_name(result, device[n]->name);
		if (ret != 0) {
			result_refuse(result, ret, device[n]->reason);
			return 0;
		}
		n++;
	} while (rest != NULL);
	return n;
}

void
contest_decide(struct result *result, unsigned int measured, const char *unsupported)
{
	if (run_interrupted != 0)
		result->outcome = OUTCOME_INTERRUPTED;
	else if (measured == 0 && unsupported != NULL)
		result_refuse(result, -ENOTSUP, unsupported);
	else if (result->outcome == OUTCOME_PASSED && !verdict_passed(&result->verdict, 0))
		result->outcome = OUTCOME_FAILED;
}
