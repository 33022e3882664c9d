/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The histogram against exact percentiles of the same values.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "histo.h"
#include "random.h"

#define VALUES 20000

static int
by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

static void
check_percentile(const struct histo *h, const uint64_t *sorted, unsigned int per_10000)
{
	uint64_t rank = ((uint64_t)VALUES * per_10000 + 9999) / 10000;
	uint64_t exact = sorted[rank == 0 ? 0 : rank - 1];
	uint64_t seen = histo_percentile(h, per_10000);

	assert_in_range(seen, exact, exact + exact / HISTO_PARTS);
}

static void
test_histo_percentiles_within_a_bucket(void **state)
{
	static const unsigned int asked[] = { 1, 100, 2500, 5000, 9000, 9900, 9990, 10000 };
	static uint64_t value[VALUES];
	static struct histo h;
	uint64_t random = random_start(7);
	unsigned int i;

	(void)state;
	histo_reset(&h);
	for (i = 0; i < VALUES; i++) {
		/* Spread over all magnitudes, up to 2^60. */
		value[i] = random_next(&random) >> (4 + random_next(&random) % 60);
		histo_add(&h, value[i], 1);
	}
	qsort(value, VALUES, sizeof(value[0]), by_size);
	for (i = 0; i < sizeof(asked) / sizeof(asked[0]); i++)
		check_percentile(&h, value, asked[i]);
	assert_int_equal(h.min, value[0]);
	assert_int_equal(h.max, value[VALUES - 1]);
	assert_int_equal(h.count, VALUES);
}

static void
test_histo_indices_rise_without_gaps(void **state)
{
	unsigned int shift, last = 0;
	uint64_t value;

	(void)state;
	for (value = 0; value < 4096; value++) {
		assert_in_range(histo_index(value), last, last + 1);
		last = histo_index(value);
	}
	for (shift = 12; shift < 64; shift++) {
		assert_true(histo_index(UINT64_C(1) << shift) > last);
		last = histo_index(UINT64_C(1) << shift);
	}
	assert_int_equal(histo_index(UINT64_MAX), HISTO_BUCKETS - 1);
}

static void
test_histo_extremes(void **state)
{
	static struct histo h;

	(void)state;
	histo_reset(&h);
	assert_int_equal(histo_percentile(&h, 5000), 0);
	histo_add(&h, UINT64_MAX, 1);
	assert_int_equal(histo_percentile(&h, 1), UINT64_MAX);
	assert_int_equal(histo_percentile(&h, 10000), UINT64_MAX);
	histo_add(&h, 0, 3);
	assert_int_equal(histo_percentile(&h, 7500), 0);
	assert_int_equal(histo_percentile(&h, 7501), UINT64_MAX);
}

static void
test_histo_merge_equals_one(void **state)
{
	static struct histo one, a, b;
	uint64_t random = random_start(9), v;
	unsigned int i;

	(void)state;
	histo_reset(&one);
	histo_reset(&a);
	histo_reset(&b);
	for (i = 0; i < 1000; i++) {
		v = random_next(&random) % 100000;
		histo_add(&one, v, 2);
		histo_add(i % 3 == 0 ? &a : &b, v, 2);
	}
	histo_merge(&a, &b);
	assert_memory_equal(&a, &one, sizeof(one));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_histo_percentiles_within_a_bucket),
		cmocka_unit_test(test_histo_indices_rise_without_gaps),
		cmocka_unit_test(test_histo_extremes),
		cmocka_unit_test(test_histo_merge_equals_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
