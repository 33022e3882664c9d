/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Masks and fields. What must not compile is in test_bits_refused.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dlb_bits.h"

/* Where the language wants a constant. */
enum constants {
	TOP = BIT(31),
	WHOLE = GENMASK(31, 0),
	MIDDLE = GENMASK(11, 4),
	MIDDLE_MAX = FIELD_MAX(MIDDLE),
};

static void
test_masks(void **state)
{
	(void)state;
	assert_true(BIT(0) == 1 && BIT(31) == UINT32_C(0x80000000));
	assert_true(GENMASK(0, 0) == 1 && GENMASK(31, 31) == UINT32_C(0x80000000));
	assert_true(GENMASK(31, 0) == UINT32_MAX && GENMASK(11, 4) == 0xFF0);
	assert_true((uint32_t)WHOLE == UINT32_MAX && (uint32_t)TOP == BIT(31));
	assert_true(FIELD_MAX(GENMASK(31, 0)) == UINT32_MAX && MIDDLE_MAX == 0xFF);
}

static void
test_masks_are_unsigned_and_32_bits_wide(void **state)
{
	(void)state;
	assert_true(BIT(31) > 0 && GENMASK(31, 31) > 0);
	assert_true(sizeof(BIT(0)) == 4 && sizeof(GENMASK(31, 0)) == 4);
	assert_true((uint64_t)BIT(31) == UINT64_C(0x80000000));
	assert_true((uint64_t)FIELD_PREP(GENMASK(31, 31), 1) == UINT64_C(0x80000000));
}

static void
test_masks_of_variables(void **state)
{
	(void)state;
	for (uint32_t high = 0; high < 32; high++) {
		for (uint32_t low = 0; low <= high; low++) {
			uint64_t mask = (UINT64_C(2) << high) - (UINT64_C(1) << low);

			assert_true(GENMASK(high, low) == mask);
		}
	}
}

static void
test_get_is_the_inverse_of_prep(void **state)
{
	(void)state;
	for (uint32_t value = 0; value < 256; value++) {
		assert_true(FIELD_PREP(MIDDLE, value) == value * 16);
		assert_true(FIELD_GET(MIDDLE, FIELD_PREP(MIDDLE, value)) == value);
		assert_true(FIELD_GET(MIDDLE, FIELD_PREP(MIDDLE, value) | ~(uint32_t)MIDDLE) ==
			    value);
		assert_true(FIELD_GET(TOP, FIELD_PREP(TOP, value & 1)) == (value & 1));
		assert_true(FIELD_GET(WHOLE, FIELD_PREP(WHOLE, value * 0x1010101)) ==
			    value * 0x1010101);
	}
}

static void
test_prep_cuts_off_what_does_not_fit(void **state)
{
	volatile uint32_t large = 0x123;

	(void)state;
	assert_true(FIELD_PREP(MIDDLE, large) == 0x230);
}

static void
test_values_of_other_types(void **state)
{
	static const uint32_t five = 5;
	volatile uint8_t byte = 0xA5;
	volatile bool yes = true;

	(void)state;
	assert_true(FIELD_GET(GENMASK(7, 5), byte) == 5);
	assert_true(FIELD_GET(BIT(0), byte) == 1);
	assert_true(FIELD_PREP(GENMASK(7, 5), five) == 0xA0);
	assert_true(FIELD_PREP(BIT(3), yes) == 8);
	assert_true(FIELD_PREP(GENMASK(31, 24), byte) == 0xA5000000);
}

static uint32_t nb_calls;

static uint32_t
count_call(void)
{
	return ++nb_calls;
}

static void
test_arguments_are_evaluated_once(void **state)
{
	(void)state;
	nb_calls = 0;
	assert_true(FIELD_PREP(MIDDLE, count_call()) == 0x10);
	assert_true(FIELD_GET(MIDDLE, count_call()) == 0);
	assert_true(FIELD_PREP(MIDDLE, FIELD_GET(WHOLE, count_call())) == 0x30);
	assert_int_equal(nb_calls, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_masks),
		cmocka_unit_test(test_masks_are_unsigned_and_32_bits_wide),
		cmocka_unit_test(test_masks_of_variables),
		cmocka_unit_test(test_get_is_the_inverse_of_prep),
		cmocka_unit_test(test_prep_cuts_off_what_does_not_fit),
		cmocka_unit_test(test_values_of_other_types),
		cmocka_unit_test(test_arguments_are_evaluated_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
