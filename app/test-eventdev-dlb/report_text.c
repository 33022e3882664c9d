/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The report for people: what ran where, what was checked, what was measured, the verdict.
 */
#include <inttypes.h>
#include <string.h>

#include "report.h"

static void
print_checks(FILE *out, const struct verdict *v)
{
	uint64_t made, failed;
	unsigned int c;

	for (c = 0; c < CHECK_NB; c++) {
		made = atomic_load(&v->made[c]);
		failed = atomic_load(&v->failed[c]);
		if (made == 0 && failed == 0)
			continue;
		fprintf(out, "  %-10s %-6s", verdict_check_name((enum check)c),
			failed == 0 ? "ok" : "FAILED");
		if (failed == 0)
			fprintf(out, " %s (%" PRIu64 " checks)\n",
				verdict_check_meaning((enum check)c), made);
		else
			fprintf(out, " %" PRIu64 " of %" PRIu64 " checks\n", failed, made);
	}
}

static void
print_messages(FILE *out, const struct verdict *v)
{
	unsigned int n = verdict_messages(v), i;
	uint64_t failed = 0;

	for (i = 0; i < n; i++)
		fprintf(out, "  ! %s\n", v->message[i]);
	for (i = 0; i < CHECK_NB; i++)
		failed += atomic_load(&v->failed[i]);
	if (failed > n)
		fprintf(out, "  ! and %" PRIu64 " more\n", failed - n);
}

static void
print_agents(FILE *out, const struct result *r)
{
	unsigned int i;

	for (i = 0; i < r->nb_agents; i++)
		fprintf(out, "  %-11s %2u on lcore %2u: %12" PRIu64 " events\n", r->agent[i].role,
			r->agent[i].number, r->agent[i].lcore, r->agent[i].events);
}

static void
print_figures(FILE *out, const struct result *r)
{
	const struct figure *f;

	for (f = r->figure; f < r->figure + r->nb_figures; f++) {
		if (f->value == (double)(uint64_t)f->value)
			fprintf(out, "  %-28s %14.0f %s\n", f->name, f->value, f->unit);
		else
			fprintf(out, "  %-28s %14.3f %s\n", f->name, f->value, f->unit);
	}
}

static void
print_cell(FILE *out, const struct cell *c)
{
	fprintf(out, "  t%-3u %5u    %c %5u %-14s", c->topology, c->cores, c->type, c->burst,
		c->device);
	if (c->unsupported[0] != '\0') {
		fprintf(out, " unsupported: %s\n", c->unsupported);
		return;
	}
	fprintf(out, " %7.1f (%5.1f-%6.1f) %8.3f", c->cycles, c->cycles_min, c->cycles_max, c->mev);
	fprintf(out,
		" %8" PRIu64 " %8" PRIu64 " %9" PRIu64 " %8" PRIu64 " %8" PRIu64 " %9" PRIu64
		" %9" PRIu64 "\n",
		c->own.p50, c->own.p99, c->own.max, c->equal.p50, c->equal.p99, c->equal.max,
		c->alone);
}

static void
print_cells(FILE *out, const struct result *r)
{
	const struct cell *c;

	if (r->nb_cells == 0)
		return;
	fprintf(out, "  %-66s %-27s %-27s\n", "", "ns at part of its own rate",
		"ns at an equal rate");
	fprintf(out, "  topo cores type burst %-14s %21s %8s %8s %8s %9s %8s %8s %9s %9s\n",
		"device", "cycles/event (range)", "Mev/s", "p50", "p99", "max", "p50", "p99", "max",
		"one alone");
	for (c = r->cell; c < r->cell + r->nb_cells; c++)
		print_cell(out, c);
}

static void
print_measures(FILE *out, const struct result *r)
{
	const struct measure *m;

	for (m = r->measure; m < r->measure + r->nb_measures; m++) {
		fprintf(out, "  %-18s %6u %-14s", m->what, m->size, m->device);
		if (m->unsupported[0] != '\0')
			fprintf(out, " unsupported: %s\n", m->unsupported);
		else
			fprintf(out, " %9.2f (%7.2f-%8.2f) %s\n", m->median, m->min, m->max,
				m->unit);
	}
}

void
report_text(FILE *out, const struct result *r)
{
	fprintf(out, "%s on %s", r->test, r->device);
	if (r->driver[0] != '\0')
		fprintf(out, " (%s)", r->driver);
	fprintf(out, "%s%s\n", r->setup[0] != '\0' ? ": " : "", r->setup);
	if (r->placement[0] != '\0')
		fprintf(out, "  lcores: %s\n", r->placement);
	print_agents(out, r);
	print_figures(out, r);
	print_cells(out, r);
	print_measures(out, r);
	print_checks(out, &r->verdict);
	print_messages(out, &r->verdict);
	fprintf(out, "%s: %s%s%s\n", r->test, result_outcome_name(r->outcome),
		r->reason[0] != '\0' ? ": " : "", r->reason);
	fflush(out);
}
