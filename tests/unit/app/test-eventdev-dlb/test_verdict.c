/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The verdict: a check that failed, or that was never made though it had to be, is no pass;
 * of many messages the first are kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "verdict.h"

static struct verdict v;

static void
test_verdict_needs_the_checks_it_is_about(void **state)
{
	uint32_t order = UINT32_C(1) << CHECK_ORDER;

	(void)state;
	verdict_reset(&v);
	assert_true(verdict_passed(&v, 0));
	assert_false(verdict_passed(&v, order));
	verdict_made(&v, CHECK_ONCE, 5);
	assert_false(verdict_passed(&v, order));
	verdict_made(&v, CHECK_ORDER, 1);
	assert_true(verdict_passed(&v, order));
	verdict_fail(&v, CHECK_FIFO, "x");
	assert_false(verdict_passed(&v, order));
}

static void
test_verdict_keeps_the_first_messages(void **state)
{
	char longer[2 * VERDICT_MESSAGE_BYTES];
	unsigned int i;

	(void)state;
	verdict_reset(&v);
	assert_int_equal(verdict_messages(&v), 0);
	memset(longer, 'x', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = '\0';
	verdict_fail(&v, CHECK_ORDER, "%s", longer);
	assert_int_equal(strlen(v.message[0]), VERDICT_MESSAGE_BYTES - 1);
	for (i = 1; i < 1000; i++)
		verdict_fail(&v, CHECK_ORDER, "number %u", i);
	assert_int_equal(verdict_messages(&v), VERDICT_MESSAGES);
	assert_string_equal(v.message[VERDICT_MESSAGES - 1], "order: number 11");
	assert_int_equal(v.failed[CHECK_ORDER], 1000);
}

static void
test_verdict_names_every_check(void **state)
{
	unsigned int c;

	(void)state;
	for (c = 0; c < CHECK_NB; c++) {
		assert_non_null(verdict_check_name((enum check)c));
		assert_non_null(verdict_check_meaning((enum check)c));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict_needs_the_checks_it_is_about),
		cmocka_unit_test(test_verdict_keeps_the_first_messages),
		cmocka_unit_test(test_verdict_names_every_check),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
