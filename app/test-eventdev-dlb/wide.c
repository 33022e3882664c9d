/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See wide.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "quirks.h"
#include "run.h"
#include "summary.h"
#include "wide.h"

struct contender {
	struct wide wide;
	double value[CONTEST_MAX_REPEATS];
};

static int
set_up(struct wide *w, const struct wide_plan *plan)
{
	struct device_plan d = {
		.nb_queues = plan->nb_queues,
		.links = plan->links,
		.flows = plan->flows,
		.burst = plan->burst,
	};
	unsigned int i;

	w->plan = plan;
	if (quirks_ends_by_dequeue(w->device)) {
		snprintf(w->device->reason, sizeof(w->device->reason),
			 "%s takes no RELEASE: its events end in a last stage", w->device->name);
		return -ENOTSUP;
	}
	if (plan->hold && quirks_only_counts(w->device)) {
		snprintf(w->device->reason, sizeof(w->device->reason),
			 "%s counts events and carries none", w->device->name);
		return -ENOTSUP;
	}
	memset(d.queue, 'a', plan->nb_queues);
	w->producer_port = device_plan_port(&d, PORT_PRODUCER, 0);
	w->first_worker_port = (uint8_t)(w->producer_port + 1);
	for (i = 0; i < plan->nb_workers; i++)
		device_plan_port(&d, PORT_WORKER, (uint8_t)(i * plan->links % plan->nb_queues));
	if (plan->hold) {
		w->state = calloc(plan->flows, sizeof(*w->state));
		if (w->state == NULL) {
			snprintf(w->device->reason, sizeof(w->device->reason), "out of memory");
			return -ENOMEM;
		}
	}
	return device_start(w->device, &d);
}

static void
judge(struct wide *w, const char *what, struct verdict *v)
{
	verdict_made(v, CHECK_COMPLETE, w->count.events);
	if (w->stuck)
		verdict_fail(v, CHECK_COMPLETE,
			     "%s, %s: %" PRIu64 " of %" PRIu64 " events came back", what,
			     w->device->name, w->done, w->sent);
	if (!w->plan->hold)
		return;
	verdict_made(v, CHECK_EXCLUSIVE, w->count.events);
	verdict_made(v, CHECK_ORDER, w->count.events);
	if (w->shared != 0)
		verdict_fail(v, CHECK_EXCLUSIVE,
			     "%s, %s: %" PRIu64 " events while another worker had their flows",
			     what, w->device->name, w->shared);
	if (w->misordered != 0)
		verdict_fail(v, CHECK_ORDER,
			     "%s, %s: %" PRIu64 " events were not the next ones of their flows",
			     what, w->device->name, w->misordered);
	w->shared = w->misordered = 0;
}

static void
measure_in_turns(const struct options *o, struct contender *c, unsigned int n,
		 const struct wide_row *row, struct result *result)
{
	uint64_t hz = rte_get_tsc_hz();
	unsigned int r, d;

	/* The first round warms up and is not counted. */
	for (r = 0; r <= o->repeats && run_interrupted == 0; r++)
		for (d = 0; d < n; d++) {
			if (!c[d].wide.device->started || c[d].wide.stuck)
				continue;
			wide_measure(&c[d].wide, hz / 1000 * o->duration_ms);
			if (r != 0)
				c[d].value[r - 1] = row->figure(c[d].wide.plan, &c[d].wide.count);
			wide_drain(&c[d].wide, hz * o->timeout_s);
			judge(&c[d].wide, row->what, &result->verdict);
		}
}

static bool
report(const struct options *o, struct contender *c, const struct wide_row *row,
       struct result *result)
{
	const struct device *device = c->wide.device;
	struct measure *m = result_measure(result, row->what, row->size, device->name, row->unit);
	struct summary s;

	if (m == NULL)
		return false;
	if (!device->started || c->wide.stuck) {
		snprintf(m->unsupported, sizeof(m->unsupported), "%s",
			 c->wide.stuck ? "it lost events on the way" : device->reason);
		return false;
	}
	s = summary_of(c->value, (unsigned int)o->repeats);
	m->median = s.median;
	m->min = s.min;
	m->max = s.max;
	return true;
}

unsigned int
wide_compare(const struct options *o, struct device **device, unsigned int nb_devices,
	     const struct wide_plan *plan, const struct wide_row *row, struct result *result)
{
	struct contender *c = calloc(nb_devices, sizeof(*c));
	unsigned int d, measured = 0;

	if (c == NULL) {
		result_refuse(result, -ENOMEM, "out of memory");
		return 0;
	}
	for (d = 0; d < nb_devices; d++) {
		c[d].wide.device = device[d];
		set_up(&c[d].wide, plan);
	}
	measure_in_turns(o, c, nb_devices, row, result);
	for (d = 0; d < nb_devices; d++) {
		if (run_interrupted == 0)
			measured += report(o, &c[d], row, result);
		device_stop(device[d]);
		free(c[d].wide.state);
	}
	free(c);
	return measured;
}
