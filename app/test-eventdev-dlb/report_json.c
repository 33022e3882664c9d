/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The report for programs. Every key is always there; what a test does not have is an empty
 * array or text, so that a reader needs no special cases.
 */
#include "report.h"

static void
write_checks(struct json *j, const struct verdict *v)
{
	unsigned int c;

	json_open(j, "checks", '[');
	for (c = 0; c < CHECK_NB; c++) {
		uint64_t made = atomic_load(&v->made[c]), failed = atomic_load(&v->failed[c]);

		if (made == 0 && failed == 0)
			continue;
		json_open(j, NULL, '{');
		json_text(j, "name", verdict_check_name((enum check)c));
		json_count(j, "made", made);
		json_count(j, "failed", failed);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_open(j, "messages", '[');
	for (c = 0; c < verdict_messages(v); c++)
		json_text(j, NULL, v->message[c]);
	json_close(j, ']');
}

static void
write_agents(struct json *j, const struct result *r)
{
	unsigned int i;

	json_open(j, "agents", '[');
	for (i = 0; i < r->nb_agents; i++) {
		json_open(j, NULL, '{');
		json_text(j, "role", r->agent[i].role);
		json_count(j, "number", r->agent[i].number);
		json_count(j, "lcore", r->agent[i].lcore);
		json_count(j, "events", r->agent[i].events);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
write_figures(struct json *j, const struct result *r)
{
	unsigned int i;

	json_open(j, "figures", '[');
	for (i = 0; i < r->nb_figures; i++) {
		json_open(j, NULL, '{');
		json_text(j, "name", r->figure[i].name);
		json_text(j, "unit", r->figure[i].unit);
		json_number(j, "value", r->figure[i].value);
		json_close(j, '}');
	}
	json_close(j, ']');
}

static void
write_latency(struct json *j, const char *key, const struct latency *l)
{
	json_open(j, key, '{');
	json_count(j, "p50", l->p50);
	json_count(j, "p90", l->p90);
	json_count(j, "p99", l->p99);
	json_count(j, "p999", l->p999);
	json_count(j, "max", l->max);
	json_close(j, '}');
}

static void
write_cell(struct json *j, const struct cell *c)
{
	char type[] = { c->type, '\0' };

	json_open(j, NULL, '{');
	json_text(j, "device", c->device);
	json_count(j, "topology", c->topology);
	json_count(j, "cores", c->cores);
	json_text(j, "type", type);
	json_count(j, "burst", c->burst);
	json_text(j, "unsupported", c->unsupported);
	json_count(j, "events", c->events);
	json_number(j, "cycles_per_event", c->cycles);
	json_number(j, "cycles_per_event_min", c->cycles_min);
	json_number(j, "cycles_per_event_max", c->cycles_max);
	json_number(j, "million_events_per_second", c->mev);
	write_latency(j, "latency_ns_own_load", &c->own);
	write_latency(j, "latency_ns_equal_load", &c->equal);
	json_count(j, "latency_ns_alone", c->alone);
	json_close(j, '}');
}

static void
write_measure(struct json *j, const struct measure *m)
{
	json_open(j, NULL, '{');
	json_text(j, "what", m->what);
	json_count(j, "size", m->size);
	json_text(j, "device", m->device);
	json_text(j, "unit", m->unit);
	json_text(j, "unsupported", m->unsupported);
	json_number(j, "median", m->median);
	json_number(j, "min", m->min);
	json_number(j, "max", m->max);
	json_close(j, '}');
}

void
report_json(struct json *j, const struct result *r)
{
	unsigned int i;

	json_open(j, NULL, '{');
	json_text(j, "test", r->test);
	json_text(j, "outcome", result_outcome_name(r->outcome));
	json_text(j, "reason", r->reason);
	json_text(j, "device", r->device);
	json_text(j, "driver", r->driver);
	json_text(j, "setup", r->setup);
	json_text(j, "placement", r->placement);
	write_agents(j, r);
	write_figures(j, r);
	write_checks(j, &r->verdict);
	json_open(j, "cells", '[');
	for (i = 0; i < r->nb_cells; i++)
		write_cell(j, &r->cell[i]);
	json_close(j, ']');
	json_open(j, "measures", '[');
	for (i = 0; i < r->nb_measures; i++)
		write_measure(j, &r->measure[i]);
	json_close(j, ']');
	json_close(j, '}');
}
