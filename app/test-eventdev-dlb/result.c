/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Collects a scenario's result. See result.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "result.h"

void
result_reset(struct result *r, const char *test)
{
	free(r->cell);
	free(r->measure);
	memset(r, 0, sizeof(*r));
	r->test = test;
}

void
result_figure(struct result *r, const char *name, const char *unit, double value)
{
	if (r->nb_figures < RESULT_MAX_FIGURES)
		r->figure[r->nb_figures++] = (struct figure){ name, unit, value };
}

struct measure *
result_measure(struct result *r, const char *what, unsigned int size, const char *device,
	       const char *unit)
{
	struct measure *m = realloc(r->measure, (r->nb_measures + 1) * sizeof(*m));

	if (m == NULL) {
		result_refuse(r, -ENOMEM, "out of memory");
		return NULL;
	}
	r->measure = m;
	m += r->nb_measures++;
	*m = (struct measure){ .what = what, .size = size, .unit = unit };
	snprintf(m->device, sizeof(m->device), "%s", device);
	return m;
}

void
result_take_run(struct result *r, const struct run *run)
{
	uint64_t ended = run->ended(run->context);
	unsigned int i;

	run_describe_lcores(run, r->placement, sizeof(r->placement));
	for (i = 0; i < run->nb_agents; i++) {
		r->agent[i].role = run->agent[i]->role;
		r->agent[i].number = run->agent[i]->number;
		r->agent[i].lcore = run->agent[i]->lcore;
		r->agent[i].events = atomic_load(&run->agent[i]->events);
	}
	r->nb_agents = run->nb_agents;
	result_figure(r, "duration", "s", run->seconds);
	if (run->seconds > 0)
		result_figure(r, "throughput", run->unit, (double)ended / run->seconds / 1e6);
}

static void
name_missing_check(struct result *r)
{
	unsigned int c;

	for (c = 0; c < CHECK_NB; c++)
		if ((r->required & (UINT32_C(1) << c)) != 0 &&
		    atomic_load(&r->verdict.made[c]) == 0)
			snprintf(r->reason, sizeof(r->reason),
				 "the check \"%s\", which this test is about, was never made",
				 verdict_check_name((enum check)c));
}

void
result_decide(struct result *r, const struct run *run)
{
	if (run->end == RUN_INTERRUPTED)
		r->outcome = OUTCOME_INTERRUPTED;
	else
		r->outcome = verdict_passed(&r->verdict, r->required) && run->end == RUN_DONE
				     ? OUTCOME_PASSED
				     : OUTCOME_FAILED;
	if (r->outcome == OUTCOME_FAILED)
		name_missing_check(r);
	if (run->end == RUN_STUCK)
		snprintf(r->reason, sizeof(r->reason), "stuck: nothing moved for %u s",
			 (unsigned int)run->timeout_s);
}

void
result_refuse(struct result *r, int error, const char *reason)
{
	r->outcome = error == -ENOTSUP ? OUTCOME_UNSUPPORTED : OUTCOME_FAILED;
	snprintf(r->reason, sizeof(r->reason), "%s", reason);
}

const char *
result_outcome_name(enum outcome outcome)
{
	static const char *const names[] = {
		[OUTCOME_PASSED] = "passed",
		[OUTCOME_FAILED] = "failed",
		[OUTCOME_UNSUPPORTED] = "unsupported",
		[OUTCOME_INTERRUPTED] = "interrupted",
	};

	return names[outcome];
}
