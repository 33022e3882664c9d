/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario perf: for each combination of topology, lcores, type and burst (a cell) it sets up
 * all devices, measures them in turns (a busy machine then hurts all alike), and reports the
 * medians side by side. What a device cannot do is shown as unsupported, never left out.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_lcore.h>

#include "perf.h"
#include "scenario.h"

#define MAX_DEVICES 4
#define MAX_REPEATS 99
/* Shares of the duration that the latency measurements take; they need fewer events. */
#define LATENCY_SHARE 2
#define ALONE_SHARE   4

struct perf {
	const struct options *options;
	struct result *result;
	unsigned int nb_devices;
	struct perf_bench *bench; /* [device] */
	double cycles[MAX_DEVICES][MAX_REPEATS];
	uint64_t ticks, timeout_ticks;
	struct histo latency;
};

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static int
find_devices(struct perf *p)
{
	char names[256], *name, *rest = names;
	int ret = 0;

	if (p->options->dev == NULL) {
		p->nb_devices = 1;
		return device_find(&p->bench[0].device, NULL);
	}
	snprintf(names, sizeof(names), "%s", p->options->dev);
	while (ret == 0 && p->nb_devices < MAX_DEVICES && (name = strsep(&rest, ",")) != NULL)
		ret = device_find(&p->bench[p->nb_devices++].device, name);
	if (rest != NULL && ret == 0) {
		snprintf(p->bench[p->nb_devices - 1].device.reason, DEVICE_REASON_BYTES,
			 "--dev %s: allowed are up to %d devices", p->options->dev, MAX_DEVICES);
		ret = -EINVAL;
	}
	return ret;
}

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
	b->sent = 0;
	b->consumed = 0;
	b->next_flow = 0;
	atomic_store(&b->worked, 0);
	b->worker_lcore = rte_get_next_lcore(-1, 1, 0);
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
note_loss(struct perf *p, const struct perf_bench *b, const struct perf_measure *m)
{
	verdict_made(&p->result->verdict, CHECK_COMPLETE, m->events);
	if (m->lost)
		verdict_fail(&p->result->verdict, CHECK_COMPLETE,
			     "%s, topology %u, %u lcore(s), type %c, burst %u: of %" PRIu64
			     " events not all came back",
			     b->device.name, b->topology, b->cores, b->type, b->burst, b->sent);
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

			if (!b->device.started)
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
measure_latency(struct perf *p, struct perf_bench *b, struct cell *cell)
{
	struct perf_measure m;

	m = perf_latency(b, p->options->inflight, p->ticks / LATENCY_SHARE, p->timeout_ticks,
			 &p->latency);
	note_loss(p, b, &m);
	cell->p50 = nanoseconds(histo_percentile(&p->latency, 5000));
	cell->p90 = nanoseconds(histo_percentile(&p->latency, 9000));
	cell->p99 = nanoseconds(histo_percentile(&p->latency, 9900));
	cell->p999 = nanoseconds(histo_percentile(&p->latency, 9990));
	cell->max = nanoseconds(p->latency.max);
	m = perf_latency(b, 1, p->ticks / ALONE_SHARE, p->timeout_ticks, &p->latency);
	note_loss(p, b, &m);
	cell->alone = nanoseconds(histo_percentile(&p->latency, 5000));
}

static void
take_median(struct perf *p, struct cell *cell, double *cycles)
{
	unsigned int n = (unsigned int)p->options->repeats;

	qsort(cycles, n, sizeof(*cycles), compare_doubles);
	cell->cycles_min = cycles[0];
	cell->cycles = n % 2 != 0 ? cycles[n / 2] : (cycles[n / 2 - 1] + cycles[n / 2]) / 2;
	cell->cycles_max = cycles[n - 1];
	cell->mev = (double)rte_get_tsc_hz() / cell->cycles / 1e6;
}

/* One cell on all devices; `shape` says which, `cells` gets one result per device. */
static void
measure_cell(struct perf *p, const struct cell *shape, struct cell *cells)
{
	unsigned int d;

	for (d = 0; d < p->nb_devices; d++) {
		struct device *device = &p->bench[d].device;

		cells[d] = *shape;
		snprintf(cells[d].device, sizeof(cells[d].device), "%s", device->name);
		if (set_up_bench(&p->bench[d], shape, p->options) != 0)
			snprintf(cells[d].unsupported, sizeof(cells[d].unsupported), "%s",
				 device->reason);
	}
	measure_throughput(p, cells);
	for (d = 0; d < p->nb_devices; d++) {
		if (p->bench[d].device.started && run_interrupted == 0) {
			measure_latency(p, &p->bench[d], &cells[d]);
			take_median(p, &cells[d], p->cycles[d]);
		}
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
	if (run_interrupted != 0)
		r->outcome = OUTCOME_INTERRUPTED;
	else if (measured == 0 && r->nb_cells != 0)
		result_refuse(r, -ENOTSUP, r->cell[0].unsupported);
	else if (r->outcome == OUTCOME_PASSED &&
		 !verdict_passed(&r->verdict, UINT32_C(1) << CHECK_COMPLETE))
		r->outcome = OUTCOME_FAILED;
}

void
scenario_perf(const struct options *options, struct result *result)
{
	struct perf *p = calloc(1, sizeof(*p));
	unsigned int i;
	int ret = -ENOMEM;

	if (p != NULL)
		p->bench = aligned_alloc(RTE_CACHE_LINE_SIZE, MAX_DEVICES * sizeof(*p->bench));
	if (p == NULL || p->bench == NULL) {
		result_refuse(result, ret, "out of memory");
		free(p);
		return;
	}
	memset(p->bench, 0, MAX_DEVICES * sizeof(*p->bench));
	p->options = options;
	p->result = result;
	p->ticks = rte_get_tsc_hz() / 1000 * options->duration_ms;
	p->timeout_ticks = rte_get_tsc_hz() * options->timeout_s;
	ret = find_devices(p);
	for (i = 0; i < p->nb_devices; i++)
		snprintf(result->device + strlen(result->device),
			 sizeof(result->device) - strlen(result->device), "%s%s", i != 0 ? "," : "",
			 p->bench[i].device.name);
	if (ret != 0) {
		result_refuse(result, ret, p->bench[p->nb_devices - 1].device.reason);
	} else {
		snprintf(result->setup, sizeof(result->setup),
			 "%" PRIu64 " events in flight, %" PRIu64 " flows, median of %" PRIu64
			 " x %" PRIu64 " ms",
			 options->inflight, options->flows, options->repeats, options->duration_ms);
		measure_all(p);
		decide(result);
	}
	free(p->bench);
	free(p);
}
