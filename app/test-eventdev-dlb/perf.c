/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario perf: for each combination of topology, lcores, type and burst (a cell) it sets up
 * all devices, measures them in turns (a busy machine then hurts all alike), reports the medians
 * side by side, and then checks on the spot that what was measured is right. What a device cannot
 * do is shown as unsupported, never left out.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "contest.h"
#include "perf.h"
#include "place.h"
#include "quirks.h"
#include "scenario.h"
#include "summary.h"

/* Shares of the duration that the other measurements take; they need fewer events. */
#define LATENCY_SHARE 4
#define ALONE_SHARE   4
#define PROOF_SHARE   4
/* Credits that a device may leave with its ports for later: none that we know lends more. */
#define LOAN_PER_PORT 128

struct perf {
	const struct options *options;
	struct result *result;
	unsigned int nb_devices;
	struct perf_bench *bench; /* [device] */
	double cycles[CONTEST_MAX_DEVICES][CONTEST_MAX_REPEATS];
	uint64_t room[CONTEST_MAX_DEVICES]; /* events that the fresh device took */
	uint64_t ticks, timeout_ticks;
	uint32_t *numbers; /* [2 * flows], see perf_prove() */
	struct histo latency;
};

static int
set_up_bench(struct perf_bench *b, const struct cell *cell, const struct options *o)
{
	struct device_plan plan = {
		.nb_queues = cell->topology,
		.queue = { cell->type, 'd' },
		.flows = (uint32_t)o->flows,
		.burst = cell->burst,
	};

	b->topology = cell->topology;
	b->cores = cell->cores;
	b->type = cell->type;
	b->burst = cell->burst;
	b->flows = plan.flows;
	b->stuck = false;
	b->sent = 0;
	b->consumed = 0;
	b->next_flow = 0;
	atomic_store(&b->worked, 0);
	b->ends_by_dequeue = quirks_ends_by_dequeue(&b->device);
	b->worker_lcore = rte_get_next_lcore(-1, 1, 0);
	if (b->ends_by_dequeue && cell->topology == 1) {
		snprintf(b->device.reason, sizeof(b->device.reason),
			 "%s takes no RELEASE: its events end in a last stage", b->device.name);
		return -ENOTSUP;
	}
	if (cell->cores == 2 && b->worker_lcore >= RTE_MAX_LCORE) {
		snprintf(b->device.reason, sizeof(b->device.reason),
			 "EAL was given one lcore, this needs two (e.g. -l 0,1)");
		return -ENOTSUP;
	}
	b->producer_port = device_plan_port(&plan, PORT_PRODUCER, 0);
	b->worker_port = device_plan_port(&plan, PORT_WORKER, 0);
	if (cell->topology == 2)
		b->consumer_port = device_plan_port(&plan, PORT_DIRECTED, 1);
	return device_start(&b->device, &plan);
}

static void
describe_bench(const struct perf_bench *b, char *text, size_t size)
{
	snprintf(text, size, "%s, topology %u, %u lcore(s), type %c, burst %u", b->device.name,
		 b->topology, b->cores, b->type, b->burst);
}

static void
note_loss(struct perf *p, struct perf_bench *b, const struct perf_measure *m)
{
	char where[120];

	verdict_made(&p->result->verdict, CHECK_COMPLETE, m->events);
	if (!m->lost)
		return;
	b->stuck = true;
	describe_bench(b, where, sizeof(where));
	verdict_fail(&p->result->verdict, CHECK_COMPLETE,
		     "%s: of %" PRIu64 " events not all came back", where, b->sent);
}

/* At the worker of topology 1, events of ordered queues have not been put in order yet. */
static bool
keeps_order(const struct perf_bench *b)
{
	return b->type == 'a' || (b->type == 'o' && b->topology == 2);
}

static void
prove(struct perf *p, struct perf_bench *b)
{
	struct perf_measure m;
	char where[120];

	memset(p->numbers, 0, 2 * b->flows * sizeof(*p->numbers));
	b->number = p->numbers;
	b->expected = p->numbers + b->flows;
	b->next_flow = 0;
	m = perf_prove(b, p->options->inflight, p->ticks / PROOF_SHARE, p->timeout_ticks);
	note_loss(p, b, &m);
	if (!keeps_order(b))
		return;
	verdict_made(&p->result->verdict, CHECK_ORDER, m.events);
	if (m.misordered == 0)
		return;
	describe_bench(b, where, sizeof(where));
	verdict_fail(&p->result->verdict, CHECK_ORDER,
		     "%s: %" PRIu64 " events were not the next ones of their flows", where,
		     m.misordered);
}

static void
check_credits(struct perf *p, struct perf_bench *b, uint64_t room_before)
{
	uint64_t loans = (uint64_t)LOAN_PER_PORT * (b->topology + 1);
	struct perf_measure m = perf_fill(b, p->timeout_ticks);
	char where[120];

	note_loss(p, b, &m);
	verdict_made(&p->result->verdict, CHECK_CREDITS, 1);
	if (m.events + loans >= room_before)
		return;
	describe_bench(b, where, sizeof(where));
	verdict_fail(&p->result->verdict, CHECK_CREDITS,
		     "%s: the device took %" PRIu64 " events before the run and %" PRIu64
		     " after it",
		     where, room_before, m.events);
}

/* Whether what was measured was right: numbers, order, and room left. */
static void
check_bench(struct perf *p, unsigned int d)
{
	struct perf_bench *b = &p->bench[d];

	if (!quirks_only_counts(&b->device))
		prove(p, b);
	if (!b->stuck)
		check_credits(p, b, p->room[d]);
}

static bool
carries_events(const struct perf_bench *b)
{
	return b->device.started && !b->stuck && !quirks_only_counts(&b->device);
}

static void
measure_throughput(struct perf *p, struct cell *cells)
{
	unsigned int r, d;

	/* The first round warms up and is not counted. */
	for (r = 0; r <= p->options->repeats && run_interrupted == 0; r++)
		for (d = 0; d < p->nb_devices; d++) {
			struct perf_bench *b = &p->bench[d];
			struct perf_measure m;

			if (!b->device.started || b->stuck)
				continue;
			m = perf_throughput(b, p->options->inflight, p->ticks, p->timeout_ticks);
			note_loss(p, b, &m);
			if (r == 0)
				continue;
			cells[d].events += m.events;
			p->cycles[d][r - 1] =
				(double)m.ticks / (double)(m.events != 0 ? m.events : 1);
		}
}

static uint64_t
nanoseconds(uint64_t ticks)
{
	return (uint64_t)((double)ticks * 1e9 / (double)rte_get_tsc_hz());
}

static void
measure_latency(struct perf *p, struct perf_bench *b, double ticks_per_event, struct latency *l)
{
	const struct histo *h = &p->latency;
	struct perf_measure m;

	m = perf_latency(b, p->options->inflight, ticks_per_event, p->ticks / LATENCY_SHARE,
			 p->timeout_ticks, &p->latency);
	note_loss(p, b, &m);
	*l = (struct latency){
		.p50 = nanoseconds(histo_percentile(h, 5000)),
		.p90 = nanoseconds(histo_percentile(h, 9000)),
		.p99 = nanoseconds(histo_percentile(h, 9900)),
		.p999 = nanoseconds(histo_percentile(h, 9990)),
		.max = nanoseconds(h->max),
	};
}

static void
measure_alone(struct perf *p, struct perf_bench *b, struct cell *cell)
{
	struct perf_measure m;

	m = perf_latency(b, 1, 0, p->ticks / ALONE_SHARE, p->timeout_ticks, &p->latency);
	note_loss(p, b, &m);
	cell->alone = nanoseconds(histo_percentile(&p->latency, 5000));
}

static void
take_median(struct perf *p, struct cell *cell, double *cycles)
{
	struct summary s = summary_of(cycles, (unsigned int)p->options->repeats);

	cell->cycles_min = s.min;
	cell->cycles = s.median;
	cell->cycles_max = s.max;
	cell->mev = (double)rte_get_tsc_hz() / cell->cycles / 1e6;
}

/* Of each percentile, and of the maximum, the median of the measurements. */
static struct latency
median_latency(const struct latency *l, unsigned int n)
{
	const uint64_t *in = (const uint64_t *)l;
	double value[CONTEST_MAX_REPEATS];
	union {
		struct latency l;
		uint64_t v[sizeof(struct latency) / sizeof(uint64_t)];
	} out;
	unsigned int i, r;

	for (i = 0; i < RTE_DIM(out.v); i++) {
		for (r = 0; r < n; r++)
			value[r] = (double)in[r * RTE_DIM(out.v) + i];
		out.v[i] = (uint64_t)summary_of(value, n).median;
	}
	return out.l;
}

static double
slowest_cycles(const struct perf *p, const struct cell *cells)
{
	double slowest = 0;
	unsigned int d;

	for (d = 0; d < p->nb_devices; d++)
		slowest = RTE_MAX(slowest, cells[d].cycles);
	return slowest;
}

/* At a part of the device's own throughput, and at that part of the slowest device's. */
static void
measure_latencies(struct perf *p, struct cell *cells)
{
	static struct latency own[CONTEST_MAX_DEVICES][CONTEST_MAX_REPEATS];
	static struct latency equal[CONTEST_MAX_DEVICES][CONTEST_MAX_REPEATS];
	double part = (double)p->options->load_percent / 100;
	double slowest = slowest_cycles(p, cells);
	unsigned int n = (unsigned int)p->options->repeats, d, r;

	for (r = 0; r < n && run_interrupted == 0; r++)
		for (d = 0; d < p->nb_devices; d++) {
			if (!carries_events(&p->bench[d]))
				continue;
			measure_latency(p, &p->bench[d], cells[d].cycles / part, &own[d][r]);
			measure_latency(p, &p->bench[d], slowest / part, &equal[d][r]);
		}
	for (d = 0; d < p->nb_devices && run_interrupted == 0; d++) {
		if (!carries_events(&p->bench[d]))
			continue;
		cells[d].own = median_latency(own[d], n);
		cells[d].equal = median_latency(equal[d], n);
		measure_alone(p, &p->bench[d], &cells[d]);
	}
}

static void
set_up_cell(struct perf *p, const struct cell *shape, struct cell *cells)
{
	struct perf_measure m;
	unsigned int d;

	for (d = 0; d < p->nb_devices; d++) {
		struct perf_bench *b = &p->bench[d];

		cells[d] = *shape;
		snprintf(cells[d].device, sizeof(cells[d].device), "%s", b->device.name);
		if (set_up_bench(b, shape, p->options) != 0) {
			snprintf(cells[d].unsupported, sizeof(cells[d].unsupported), "%s",
				 b->device.reason);
			continue;
		}
		m = perf_fill(b, p->timeout_ticks);
		note_loss(p, b, &m);
		p->room[d] = m.events;
	}
}

/* One cell on all devices; `shape` says which, `cells` gets one result per device. */
static void
measure_cell(struct perf *p, const struct cell *shape, struct cell *cells)
{
	unsigned int d;

	set_up_cell(p, shape, cells);
	measure_throughput(p, cells);
	for (d = 0; d < p->nb_devices && run_interrupted == 0; d++) {
		if (p->bench[d].stuck)
			snprintf(cells[d].unsupported, sizeof(cells[d].unsupported),
				 "%s lost events on the way", p->bench[d].device.name);
		else if (p->bench[d].device.started)
			take_median(p, &cells[d], p->cycles[d]);
	}
	measure_latencies(p, cells);
	for (d = 0; d < p->nb_devices; d++) {
		if (p->bench[d].device.started && !p->bench[d].stuck && run_interrupted == 0)
			check_bench(p, d);
		device_stop(&p->bench[d].device);
	}
}

static void
progress_line(const struct perf *p, const struct cell *shape, unsigned int n, unsigned int of)
{
	if (p->options->progress_s != 0)
		fprintf(stderr,
			"perf: cell %u of %u: topology %u, %u lcore(s), type %c, burst "
			"%u\n",
			n + 1, of, shape->topology, shape->cores, shape->type, shape->burst);
}

/* The n-th combination of the four lists. */
static struct cell
shape_of(const struct options *o, unsigned int n)
{
	struct cell shape = { 0 };

	shape.burst = (unsigned int)o->burst.v[n % o->burst.nb];
	n /= o->burst.nb;
	shape.type = o->types.v[n % o->types.nb];
	n /= o->types.nb;
	shape.topology = (unsigned int)o->topology.v[n % o->topology.nb];
	n /= o->topology.nb;
	shape.cores = (unsigned int)o->cores.v[n];
	return shape;
}

static void
measure_all(struct perf *p)
{
	const struct options *o = p->options;
	unsigned int shapes = o->burst.nb * o->types.nb * o->topology.nb * o->cores.nb, n;
	struct result *r = p->result;

	r->cell = calloc((size_t)shapes * p->nb_devices, sizeof(*r->cell));
	if (r->cell == NULL) {
		result_refuse(r, -ENOMEM, "out of memory");
		return;
	}
	for (n = 0; n < shapes && run_interrupted == 0; n++) {
		struct cell shape = shape_of(o, n);

		progress_line(p, &shape, n, shapes);
		measure_cell(p, &shape, &r->cell[r->nb_cells]);
		/* What Ctrl-C cut short is no result. */
		if (run_interrupted == 0)
			r->nb_cells += p->nb_devices;
	}
}

static void
decide(struct result *r)
{
	unsigned int i, measured = 0;

	for (i = 0; i < r->nb_cells; i++)
		measured += r->cell[i].unsupported[0] == '\0';
	contest_decide(r, measured, r->nb_cells != 0 ? r->cell[0].unsupported : NULL);
}

static void
run_perf(struct perf *p)
{
	const struct options *o = p->options;
	struct device *device[CONTEST_MAX_DEVICES];
	unsigned int i;

	for (i = 0; i < CONTEST_MAX_DEVICES; i++)
		device[i] = &p->bench[i].device;
	p->nb_devices = contest_find(o, device, p->result);
	if (p->nb_devices == 0)
		return;
	snprintf(p->result->setup, sizeof(p->result->setup),
		 "%" PRIu64 " events in flight, %" PRIu64 " flows, median of %" PRIu64 " x %" PRIu64
		 " ms",
		 o->inflight, o->flows, o->repeats, o->duration_ms);
	place_worker(p->result->placement, sizeof(p->result->placement));
	measure_all(p);
	decide(p->result);
}

void
scenario_perf(const struct options *options, struct result *result)
{
	struct perf *p = calloc(1, sizeof(*p));
	size_t bytes = CONTEST_MAX_DEVICES * sizeof(*p->bench);

	if (p != NULL) {
		p->bench = aligned_alloc(RTE_CACHE_LINE_SIZE, bytes);
		p->numbers = calloc(2 * options->flows, sizeof(*p->numbers));
	}
	if (p == NULL || p->bench == NULL || p->numbers == NULL) {
		result_refuse(result, -ENOMEM, "out of memory");
	} else {
		memset(p->bench, 0, bytes);
		p->options = options;
		p->result = result;
		p->ticks = rte_get_tsc_hz() / 1000 * options->duration_ms;
		p->timeout_ticks = rte_get_tsc_hz() * options->timeout_s;
		run_perf(p);
	}
	if (p != NULL) {
		free(p->numbers);
		free(p->bench);
	}
	free(p);
}
