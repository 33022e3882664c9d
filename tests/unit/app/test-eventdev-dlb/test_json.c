/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The JSON writer: commas, quoting, numbers that JSON does not have.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "json.h"

static char *text;
static size_t size;

static struct json
begin(void)
{
	struct json j = { .out = open_memstream(&text, &size) };

	assert_non_null(j.out);
	return j;
}

static void
expect(struct json *j, const char *want)
{
	fclose(j->out);
	assert_string_equal(text, want);
	free(text);
}

static void
test_json_nested(void **state)
{
	struct json j = begin();

	(void)state;
	json_open(&j, NULL, '{');
	json_count(&j, "n", UINT64_MAX);
	json_open(&j, "list", '[');
	json_number(&j, NULL, 0.5);
	json_open(&j, NULL, '{');
	json_close(&j, '}');
	json_text(&j, NULL, "x");
	json_close(&j, ']');
	json_close(&j, '}');
	expect(&j, "{\n  \"n\": 18446744073709551615,\n  \"list\": [\n    0.5,\n    {},\n"
		   "    \"x\"\n  ]\n}\n");
}

static void
test_json_quoting(void **state)
{
	struct json j = begin();

	(void)state;
	json_open(&j, NULL, '[');
	json_text(&j, NULL, "a\"b\\c\n\x01/");
	json_close(&j, ']');
	expect(&j, "[\n  \"a\\\"b\\\\c\\u000a\\u0001/\"\n]\n");
}

static void
test_json_numbers(void **state)
{
	struct json j = begin();

	(void)state;
	json_open(&j, NULL, '[');
	json_number(&j, NULL, NAN);
	json_number(&j, NULL, INFINITY);
	json_number(&j, NULL, 12345678.5);
	json_close(&j, ']');
	expect(&j, "[\n  null,\n  null,\n  12345678.5\n]\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_json_nested),
		cmocka_unit_test(test_json_quoting),
		cmocka_unit_test(test_json_numbers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
