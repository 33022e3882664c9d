/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What the driver alone costs: a burst is dequeued from a consumer queue (CQ) that has all
 * elements already, and enqueued as FORWARD into memory that nobody reads. Nothing is scheduled.
 *
 * Cycles are those of the time-stamp counter (TSC); medians of many samples, the sets of burst
 * functions taking turns, so that what disturbs hits all of them. Instructions are counted, not
 * estimated.
 *
 * The rows with ordinary stores are those with MOVDIR64B but for that instruction, so that there is
 * something to time where the CPU lacks it.
 *
 * usage: bench_burst [--burst N] [--queues N] [--samples N] [--json]
 */

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>

#include "burst_rig.h"
#include "count_instructions.h"

/* Of a sample. The counter may tick in steps of many: short times are summed up. */
#define WARM_ROUNDS  4
#define TIMED_ROUNDS 16

#define MAX_ROWS	32
#define DEFAULT_SAMPLES 1001

struct row {
	const struct dlb_burst_ops *ops;
	bool is_sparse;
	struct rig *rig;
	struct rig_cost instructions;
	struct rig_cost cycles; /* 0: the CPU lacks what the set needs */
	double *samples[2];	/* by sample: enqueue, dequeue */
};

/* See bench_lines.c. */
extern const struct dlb_burst_ops bench_ops_scalar, bench_ops_sse, bench_ops_avx512;

static const struct dlb_burst_ops *const bench_ops[] = {
	&bench_ops_avx512,
	&bench_ops_sse,
	&bench_ops_scalar,
};

static struct row rows[MAX_ROWS];
static unsigned int nb_rows;
static unsigned int nb_samples = DEFAULT_SAMPLES;
static uint16_t burst = RIG_BURST;
static uint8_t nb_queues = 1;

static void *
memory(size_t alignment, size_t size)
{
	void *at = aligned_alloc(alignment, (size + alignment - 1) / alignment * alignment);

	if (at == NULL) {
		fprintf(stderr, "bench_burst: no memory for %zu bytes\n", size);
		exit(1);
	}
	return at;
}

static void
row_add(const struct dlb_burst_ops *ops, bool is_sparse)
{
	struct row *row = &rows[nb_rows++];

	*row = (struct row){ .ops = ops, .is_sparse = is_sparse };
	row->rig = memory(_Alignof(struct rig), sizeof(struct rig));
	row->samples[0] = memory(sizeof(double), nb_samples * sizeof(double));
	row->samples[1] = memory(sizeof(double), nb_samples * sizeof(double));
	rig_init(row->rig, ops, is_sparse, nb_queues);
}

static bool
has_vectors(const struct dlb_burst_ops *ops)
{
	return ops->vectors != DLB_VECTORS_AVX512 ||
	       dlb_burst_ops_can_run(&dlb_burst_ops_avx512_sim);
}

static bool
can_time(const struct dlb_burst_ops *ops)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(bench_ops); i++) {
		if (ops == bench_ops[i])
			return has_vectors(ops);
	}
	return dlb_burst_ops_can_run(ops);
}

/* A device made of software packs four elements into a line of its CQ, one on PCI does not. */
static void
rows_add(void)
{
	const struct dlb_burst_ops *ops;
	unsigned int i;

	for (i = 0; (ops = dlb_burst_ops_get(i)) != NULL; i++) {
		row_add(ops, false);
		if (ops->lines != DLB_LINES_RING)
			row_add(ops, true);
	}
	for (i = 0; i < RTE_DIM(bench_ops); i++) {
		row_add(bench_ops[i], false);
		row_add(bench_ops[i], true);
	}
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double *values, unsigned int n)
{
	qsort(values, n, sizeof(*values), compare);
	return values[n / 2];
}

/* Ticks between two looks at the counter with nothing between. */
static double
empty_ticks(void)
{
	double ticks[1001];
	unsigned int i;

	for (i = 0; i < RTE_DIM(ticks); i++) {
		uint64_t start = rte_rdtsc_precise();

		ticks[i] = (double)(rte_rdtsc_precise() - start);
	}
	return median(ticks, RTE_DIM(ticks));
}

/* Ticks to dequeue and to enqueue all elements once. */
static struct rig_cost
time_round(struct rig *rig, const struct dlb_burst_ops *ops)
{
	struct rig_cost cost;
	uint64_t start;
	unsigned int i;

	rig_rewind(rig);
	start = rte_rdtsc_precise();
	for (i = 0; i < RIG_DEPTH; i += burst)
		rig_dequeue(rig, ops, &rig->ev[i], burst);
	cost.dequeue = (double)(rte_rdtsc_precise() - start);
	rig_work(rig, RIG_DEPTH);
	start = rte_rdtsc_precise();
	for (i = 0; i < RIG_DEPTH; i += burst)
		rig_enqueue(rig, ops, &rig->ev[i], burst);
	cost.enqueue = (double)(rte_rdtsc_precise() - start);
	return cost;
}

/* By event, the first rounds left out: caches and predictors have to learn the set again. */
static struct rig_cost
time_sample(struct rig *rig, const struct dlb_burst_ops *ops, double empty)
{
	struct rig_cost round, cost = { 0 };
	unsigned int i;

	for (i = 0; i < WARM_ROUNDS + TIMED_ROUNDS; i++) {
		round = time_round(rig, ops);
		if (i < WARM_ROUNDS)
			continue;
		cost.dequeue += (round.dequeue - empty) / (TIMED_ROUNDS * RIG_DEPTH);
		cost.enqueue += (round.enqueue - empty) / (TIMED_ROUNDS * RIG_DEPTH);
	}
	return cost;
}

static void
time_rows(void)
{
	double empty = empty_ticks();
	unsigned int i, sample;

	for (sample = 0; sample < nb_samples; sample++) {
		for (i = 0; i < nb_rows; i++) {
			struct rig_cost cost;

			if (!can_time(rows[i].ops))
				continue;
			cost = time_sample(rows[i].rig, rows[i].ops, empty);
			rows[i].samples[0][sample] = cost.enqueue;
			rows[i].samples[1][sample] = cost.dequeue;
		}
	}
	for (i = 0; i < nb_rows; i++) {
		if (!can_time(rows[i].ops))
			continue;
		rows[i].cycles.enqueue = median(rows[i].samples[0], nb_samples);
		rows[i].cycles.dequeue = median(rows[i].samples[1], nb_samples);
	}
}

static void
print_costs(const struct rig_cost *cost)
{
	if (cost->enqueue + cost->dequeue > 0)
		printf(" %8.1f %8.1f %8.1f", cost->enqueue, cost->dequeue,
		       cost->enqueue + cost->dequeue);
	else
		printf(" %8s %8s %8s", "-", "-", "-");
}

static void
print_text(void)
{
	unsigned int i;

	printf("%-26s %-6s %26s %26s\n", "", "", "TSC cycles per event", "instructions per event");
	printf("%-26s %-6s %8s %8s %8s %8s %8s %8s\n", "burst functions", "CQ", "enqueue",
	       "dequeue", "both", "enqueue", "dequeue", "both");
	for (i = 0; i < nb_rows; i++) {
		printf("%-26s %-6s", rows[i].ops->name, rows[i].is_sparse ? "sparse" : "dense");
		print_costs(&rows[i].cycles);
		print_costs(&rows[i].instructions);
		printf("\n");
	}
	printf("Bursts of %u, %u queues in turn, medians of %u samples; -: not on this CPU.\n",
	       burst, nb_queues, nb_samples);
}

static void
print_json(void)
{
	unsigned int i;

	printf("{\"burst\": %u, \"queues\": %u, \"samples\": %u, \"rows\": [", burst, nb_queues,
	       nb_samples);
	for (i = 0; i < nb_rows; i++) {
		const struct row *row = &rows[i];

		printf("%s\n  {\"functions\": \"%s\", \"sparse\": %s, ", i > 0 ? "," : "",
		       row->ops->name, row->is_sparse ? "true" : "false");
		if (can_time(row->ops))
			printf("\"enqueue_cycles\": %.2f, \"dequeue_cycles\": %.2f, ",
			       row->cycles.enqueue, row->cycles.dequeue);
		printf("\"enqueue_instructions\": %.2f, \"dequeue_instructions\": %.2f}",
		       row->instructions.enqueue, row->instructions.dequeue);
	}
	printf("\n]}\n");
}

static void
usage(void)
{
	fprintf(stderr,
		"usage: bench_burst [--burst 1,2,4..32] [--queues 1..8] [--samples 1..1000000] [--json]\n");
	exit(2);
}

int
main(int argc, char **argv)
{
	static const struct option options[] = {
		{ "burst", required_argument, NULL, 'b' },
		{ "queues", required_argument, NULL, 'q' },
		{ "samples", required_argument, NULL, 's' },
		{ "json", no_argument, NULL, 'j' },
		{ 0 },
	};
	bool is_json = false;
	unsigned int i;
	int option;

	while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (option == 'j')
			is_json = true;
		else if (option == 'b')
			burst = (uint16_t)strtoul(optarg, NULL, 10);
		else if (option == 'q')
			nb_queues = (uint8_t)strtoul(optarg, NULL, 10);
		else if (option == 's')
			nb_samples = (unsigned int)strtoul(optarg, NULL, 10);
		else
			usage();
	}
	if (nb_samples < 1 || nb_samples > 1000000 || optind < argc || burst < 1 || nb_queues < 1 ||
	    nb_queues > RIG_MAX_QUEUES || burst > RIG_BURST || RIG_DEPTH % burst != 0)
		usage();
	rows_add();
	time_rows();
	count_init();
	for (i = 0; i < nb_rows; i++) {
		if (has_vectors(rows[i].ops))
			rows[i].instructions = rig_count(rows[i].rig, rows[i].ops, burst);
	}
	if (is_json)
		print_json();
	else
		print_text();
	return 0;
}
