/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Medians, spreads and Zipf's law against values worked out by hand.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "summary.h"

#define DRAWN 100000

static void
assert_near(double seen, double wanted, double tolerance)
{
	if (fabs(seen - wanted) > tolerance)
		fail_msg("%g is not %g", seen, wanted);
}

static void
test_summary_of_odd_and_even_numbers(void **state)
{
	double odd[] = { 5, 1, 9 }, even[] = { 4, 1, 8, 2 }, one[] = { 7 };
	struct summary s = summary_of(odd, 3);

	(void)state;
	assert_near(s.median, 5, 0);
	assert_near(s.min, 1, 0);
	assert_near(s.max, 9, 0);
	s = summary_of(even, 4);
	assert_near(s.median, 3, 0);
	assert_near(s.min, 1, 0);
	assert_near(s.max, 8, 0);
	s = summary_of(one, 1);
	assert_near(s.median, 7, 0);
}

static void
test_summary_spread(void **state)
{
	const uint64_t equal[] = { 7, 7, 7 }, one_has_all[] = { 0, 12, 0, 0 };
	const uint64_t some[] = { 8, 12, 10 }, none[] = { 0, 0 };

	(void)state;
	assert_near(summary_spread(equal, 3), 0, 0);
	assert_near(summary_spread(one_has_all, 4), 400, 1e-9);
	assert_near(summary_spread(some, 3), 40, 1e-9);
	assert_near(summary_spread(none, 2), 0, 0);
}

static void
count(const uint32_t *flow, unsigned int *seen, unsigned int nb_flows)
{
	unsigned int i;

	memset(seen, 0, nb_flows * sizeof(*seen));
	for (i = 0; i < DRAWN; i++) {
		assert_in_range(flow[i], 0, nb_flows - 1);
		seen[flow[i]]++;
	}
}

/* Of three flows at exponent 1 the shares are 6/11, 3/11 and 2/11. */
static void
test_summary_zipf_shares(void **state)
{
	static uint32_t flow[DRAWN];
	unsigned int seen[3];

	(void)state;
	assert_int_equal(summary_zipf(flow, DRAWN, 3, 1, 5), 0);
	count(flow, seen, 3);
	assert_near(seen[0] / (double)DRAWN, 6 / 11.0, 0.01);
	assert_near(seen[1] / (double)DRAWN, 3 / 11.0, 0.01);
	assert_near(seen[2] / (double)DRAWN, 2 / 11.0, 0.01);
	/* Exponent 0: all alike. */
	assert_int_equal(summary_zipf(flow, DRAWN, 3, 0, 5), 0);
	count(flow, seen, 3);
	assert_near(seen[0] / (double)DRAWN, 1 / 3.0, 0.01);
	assert_near(seen[2] / (double)DRAWN, 1 / 3.0, 0.01);
}

static void
test_summary_zipf_repeats_itself(void **state)
{
	uint32_t a[64], b[64];

	(void)state;
	assert_int_equal(summary_zipf(a, 64, 1000, 1.1, 3), 0);
	assert_int_equal(summary_zipf(b, 64, 1000, 1.1, 3), 0);
	assert_memory_equal(a, b, sizeof(a));
	assert_int_equal(summary_zipf(b, 64, 1000, 1.1, 4), 0);
	assert_memory_not_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary_of_odd_and_even_numbers),
		cmocka_unit_test(test_summary_spread),
		cmocka_unit_test(test_summary_zipf_shares),
		cmocka_unit_test(test_summary_zipf_repeats_itself),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
