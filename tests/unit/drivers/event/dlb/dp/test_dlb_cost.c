/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What the data path may cost, in instructions per event: counted exactly, so that a change that
 * makes it dearer is seen on any machine, however busy. The bounds leave some room for compilers.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "burst_rig.h"
#include "count_instructions.h"

/* Of a burst of 32, to a software device, to one on PCI; of a single event; of several queues. */
struct bound {
	enum dlb_vectors vectors;
	struct rig_cost dense;
	struct rig_cost sparse;
	struct rig_cost single;
	struct rig_cost mixed;
};

static const struct bound bounds[] = {
	{ DLB_VECTORS_NONE, { 42, 50 }, { 47, 57 }, { 185, 153 }, { 95, 83 } },
	{ DLB_VECTORS_SSE, { 29, 27 }, { 32, 33 }, { 185, 153 }, { 75, 64 } },
	{ DLB_VECTORS_AVX512, { 18, 14 }, { 21, 21 }, { 185, 153 }, { 66, 51 } },
};

/* An event's share of the cheapest burst is to be so much smaller than in plain C, in percent. */
#define MAX_AVX512_PERCENT 60

static struct rig_cost
count(const struct dlb_burst_ops *ops, bool is_sparse, uint16_t burst, uint8_t nb_queues)
{
	struct rig *rig = aligned_alloc(_Alignof(struct rig), sizeof(struct rig));
	struct rig_cost cost;

	assert_non_null(rig);
	rig_init(rig, ops, is_sparse, nb_queues);
	cost = rig_count(rig, ops, burst);
	free(rig);
	return cost;
}

static void
check(const struct dlb_burst_ops *ops, const char *what, struct rig_cost cost,
      const struct rig_cost *bound)
{
	printf("# %s, %s: %.1f + %.1f instructions\n", ops->name, what, cost.enqueue, cost.dequeue);
	assert_true(cost.enqueue <= bound->enqueue);
	assert_true(cost.dequeue <= bound->dequeue);
}

static const struct dlb_burst_ops *
ops_of(enum dlb_vectors vectors, enum dlb_lines lines)
{
	const struct dlb_burst_ops *ops;
	unsigned int i;

	for (i = 0; (ops = dlb_burst_ops_get(i)) != NULL; i++) {
		if (ops->vectors == vectors && ops->lines == lines)
			return dlb_burst_ops_can_run(ops) ? ops : NULL;
	}
	return NULL;
}

static void
test_cost_of_each_instruction_set(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < RTE_DIM(bounds); i++) {
		const struct bound *bound = &bounds[i];
		const struct dlb_burst_ops *ring = ops_of(bound->vectors, DLB_LINES_RING);
		const struct dlb_burst_ops *stream = ops_of(bound->vectors, DLB_LINES_STREAM);

		if (ring == NULL)
			continue;
		check(ring, "dense", count(ring, false, RIG_BURST, 1), &bound->dense);
		check(stream, "sparse", count(stream, true, RIG_BURST, 1), &bound->sparse);
		check(ring, "single", count(ring, false, 1, 1), &bound->single);
		check(ring, "mixed", count(ring, false, RIG_BURST, 4), &bound->mixed);
	}
}

static void
test_cost_of_avx512_against_plain_c(void **state)
{
	const struct dlb_burst_ops *ops = ops_of(DLB_VECTORS_AVX512, DLB_LINES_RING);
	struct rig_cost plain, wide;

	(void)state;
	if (ops == NULL)
		skip();
	plain = count(&dlb_burst_ops_scalar_sim, false, RIG_BURST, 1);
	wide = count(ops, false, RIG_BURST, 1);
	assert_true((wide.enqueue + wide.dequeue) * 100 <=
		    (plain.enqueue + plain.dequeue) * MAX_AVX512_PERCENT);
}

/* A longer burst costs the same for each event: twice the events, not twice the overhead. */
static void
test_cost_grows_with_events_only(void **state)
{
	const struct dlb_burst_ops *ops = &dlb_burst_ops_sse_sim;
	struct rig_cost half = count(ops, false, RIG_BURST / 2, 1);
	struct rig_cost whole = count(ops, false, RIG_BURST, 1);

	(void)state;
	assert_true(whole.enqueue < half.enqueue);
	assert_true(whole.dequeue < half.dequeue);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cost_of_each_instruction_set),
		cmocka_unit_test(test_cost_of_avx512_against_plain_c),
		cmocka_unit_test(test_cost_grows_with_events_only),
	};

	count_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
