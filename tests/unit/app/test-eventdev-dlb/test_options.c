/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The command line: defaults, every kind of value, and that whatever is refused is refused
 * with the option, the value and what is allowed, in one line.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "options.h"

static char error[OPTIONS_ERROR_BYTES];

/* Parse a command line given as one text with single spaces. */
static int
parse(struct options *o, const char *line)
{
	static char copy[512];
	char *argv[32] = { "--" }, *rest = copy, *word;
	int argc = 1;

	error[0] = '\0';
	strncpy(copy, line, sizeof(copy) - 1);
	while (line[0] != '\0' && (word = strsep(&rest, " ")) != NULL)
		argv[argc++] = word;
	return options_parse(o, argc, argv, error);
}

static void
refuse(const char *line, const char *names, const char *allowed)
{
	struct options o;

	assert_int_equal(parse(&o, line), -EINVAL);
	if (strstr(error, names) == NULL || strstr(error, allowed) == NULL ||
	    strchr(error, '\n') != NULL)
		fail_msg("\"%s\" was refused with: %s", line, error);
}

static void
test_options_defaults(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, ""), 0);
	assert_null(o.test);
	assert_null(o.dev);
	assert_int_equal(o.workers, 4);
	assert_int_equal(o.burst.nb, 1);
	assert_int_equal(o.burst.v[0], 32);
	assert_int_equal(o.events, 100000);
	assert_int_equal(o.stages.nb, 0);
	assert_int_equal(o.shuffle, SHUFFLE_AUTO);
	assert_int_equal(o.release, RELEASE_MIXED);
	assert_int_equal(o.types.nb, 3);
	assert_string_equal(o.output, "pipeline-out.pcap");
	assert_false(o.all_types);
}

static void
test_options_every_kind_of_value(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(
		parse(&o,
		      "--test order,perf --workers 7 --burst 1,8,32 --stages o,a,d "
		      "--shuffle off --release explicit --all-types --seed 18446744073709551615 "
		      "--events 0x100 --json - --cores 1,2"),
		0);
	assert_string_equal(o.test, "order,perf");
	assert_int_equal(o.workers, 7);
	assert_int_equal(o.burst.nb, 3);
	assert_int_equal(o.burst.v[1], 8);
	assert_int_equal(o.stages.nb, 3);
	assert_int_equal(o.stages.v[2], 'd');
	assert_int_equal(o.shuffle, SHUFFLE_OFF);
	assert_int_equal(o.release, RELEASE_EXPLICIT);
	assert_true(o.all_types);
	assert_true(o.seed == UINT64_MAX);
	assert_int_equal(o.events, 256);
	assert_string_equal(o.json, "-");
	assert_int_equal(o.cores.v[1], 2);
}

static void
test_options_ends_of_ranges(void **state)
{
	struct options o;

	(void)state;
	assert_int_equal(parse(&o, "--workers 1"), 0);
	assert_int_equal(parse(&o, "--workers 48"), 0);
	assert_int_equal(parse(&o, "--delay 0 --split 100 --timeout 3600"), 0);
	refuse("--workers 0", "--workers 0", "1 to 48");
	refuse("--workers 49", "--workers 49", "1 to 48");
	refuse("--drop 101", "--drop 101", "0 to 100");
	refuse("--timeout 0", "--timeout 0", "1 to 3600");
	refuse("--events 134217729", "--events 134217729", "1 to 134217728");
	refuse("--seed 18446744073709551616", "--seed", "0 to 18446744073709551615");
}

static void
test_options_numbers_that_are_none(void **state)
{
	(void)state;
	refuse("--events 12x", "--events 12x", "a number from 1");
	refuse("--events -1", "--events -1", "a number from 1");
	refuse("--events +1", "--events +1", "a number from 1");
	refuse("--events=", "--events", "a number from 1");
	refuse("--burst 1,,2", "--burst 1,,2", "numbers from 1 to 128");
	refuse("--burst 8,", "--burst 8,", "numbers from 1 to 128");
	refuse("--burst 1,2,3,4,5,6,7,8,9", "--burst", "up to 8 numbers");
	refuse("--burst 129", "--burst 129", "numbers from 1 to 128");
}

static void
test_options_words_and_letters_that_are_none(void **state)
{
	(void)state;
	refuse("--shuffle yes", "--shuffle yes", "auto on off");
	refuse("--shuffle o", "--shuffle o", "auto on off");
	refuse("--stages x", "--stages x", "letters oapd");
	refuse("--stages oa", "--stages oa", "separated by commas");
	refuse("--stages o,", "--stages o,", "letters oapd");
	refuse("--stages o,a,o,a,o,a,o,a,o", "--stages", "up to 8");
	refuse("--types d", "--types d", "letters oap");
	refuse("--json=", "--json", "empty");
}

static void
test_options_unknown_or_incomplete(void **state)
{
	(void)state;
	refuse("--bogus 3", "--bogus", "no such option");
	refuse("--events", "--events", "value is missing");
	refuse("--all-types=1", "--all-types=1", "takes no value");
	refuse("order", "order", "start with --");
	refuse("--list order", "order", "start with --");
	refuse("--flows 2 --producers 3", "--flows 2", "not below --producers 3");
}

/* getopt keeps state of its own; EAL uses it before us, and we use it more than once. */
static void
test_options_twice(void **state)
{
	struct options o;

	(void)state;
	refuse("--events 0", "--events 0", "from 1");
	assert_int_equal(parse(&o, "--events 5 --flows 2"), 0);
	assert_int_equal(o.events, 5);
	assert_int_equal(o.flows, 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_options_defaults),
		cmocka_unit_test(test_options_every_kind_of_value),
		cmocka_unit_test(test_options_ends_of_ranges),
		cmocka_unit_test(test_options_numbers_that_are_none),
		cmocka_unit_test(test_options_words_and_letters_that_are_none),
		cmocka_unit_test(test_options_unknown_or_incomplete),
		cmocka_unit_test(test_options_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
