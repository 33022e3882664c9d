/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Device arguments: each key's range from both sides, and that whatever is refused is named
 * together with what is allowed.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "dlb_devargs.h"

static struct dlb_devargs
parse_ok(const char *params)
{
	struct dlb_devargs args;
	struct dlb_why why;

	assert_int_equal(dlb_devargs_parse(&args, params, NULL, &why), 0);
	return args;
}

static void
assert_refused(const char *params, const char *const words[])
{
	struct dlb_devargs args = { .cq_depth = 77 };
	struct dlb_why why = { "" };

	assert_int_equal(dlb_devargs_parse(&args, params, NULL, &why), -EINVAL);
	assert_int_equal(args.cq_depth, 77);
	for (; *words != NULL; words++)
		if (strstr(why.text, *words) == NULL)
			fail_msg("\"%s\" is not in: %s", *words, why.text);
}

#define ASSERT_REFUSED(params, ...) assert_refused(params, (const char *[]){ __VA_ARGS__, NULL })

static void
test_devargs_default_without_arguments(void **state)
{
	(void)state;
	for (int empty = 0; empty < 2; empty++) {
		struct dlb_devargs args = parse_ok(empty ? "" : NULL);

		assert_int_equal(args.version, DLB_V2_5);
		assert_int_equal(args.step_mode, DLB_STEP_INLINE);
		assert_int_equal(args.cq_depth, 128);
		assert_int_equal(args.max_num_events, 16384);
	}
}

static void
test_devargs_take_each_value_in_range(void **state)
{
	struct dlb_devargs args;

	(void)state;
	assert_int_equal(parse_ok("device=2.5").version, DLB_V2_5);
	args = parse_ok("device=2.0");
	assert_int_equal(args.version, DLB_V2_0);
	assert_int_equal(args.max_num_events, 8192);
	assert_int_equal(parse_ok("sched=inline").step_mode, DLB_STEP_INLINE);
	assert_int_equal(parse_ok("sched=service").step_mode, DLB_STEP_SERVICE);
	args = parse_ok("sched=thread:0");
	assert_int_equal(args.step_mode, DLB_STEP_THREAD);
	assert_int_equal(args.thread_cpu, 0);
	for (unsigned int depth = 8; depth <= 1024; depth *= 2) {
		char text[32];

		snprintf(text, sizeof(text), "cq_depth=%u", depth);
		assert_int_equal(parse_ok(text).cq_depth, depth);
	}
	assert_int_equal(parse_ok("max_num_events=1").max_num_events, 1);
	assert_int_equal(parse_ok("max_num_events=16384").max_num_events, 16384);
	assert_int_equal(parse_ok("max_num_events=8192,device=2.0").max_num_events, 8192);
	assert_int_equal(parse_ok("max_num_events=all").max_num_events, 16384);
	args = parse_ok("cq_depth=32,sched=service,device=2.0,max_num_events=64");
	assert_int_equal(args.cq_depth, 32);
	assert_int_equal(args.max_num_events, 64);
}

static void
test_devargs_name_what_is_allowed(void **state)
{
	char cpus[32];

	(void)state;
	snprintf(cpus, sizeof(cpus), "CPU 0..%ld", sysconf(_SC_NPROCESSORS_CONF) - 1);
	ASSERT_REFUSED("device=3.0", "device", "3.0", "2.0 or 2.5");
	ASSERT_REFUSED("device=", "device", "2.0 or 2.5");
	ASSERT_REFUSED("device", "device", "2.0 or 2.5");
	ASSERT_REFUSED("sched=sometimes", "sched", "sometimes", "inline, service", "thread:<cpu>");
	ASSERT_REFUSED("sched=thread", "sched", "thread:<cpu>");
	ASSERT_REFUSED("sched=thread:", "sched", "thread:<cpu>");
	ASSERT_REFUSED("sched=thread:-1", "sched", "thread:<cpu>");
	ASSERT_REFUSED("sched=thread:1000000", "sched=thread:1000000", "thread:<cpu>", cpus);
	ASSERT_REFUSED("sched=thread:4294967296", "sched=thread:4294967296", "thread:<cpu>");
	ASSERT_REFUSED("sched=thread:0x", "sched", "thread:<cpu>");
	ASSERT_REFUSED("cq_depth=4", "cq_depth=4", "8..1024");
	ASSERT_REFUSED("cq_depth=2048", "cq_depth=2048", "8..1024");
	ASSERT_REFUSED("cq_depth=48", "cq_depth=48", "power of two");
	ASSERT_REFUSED("cq_depth=-8", "cq_depth=-8", "8..1024");
	ASSERT_REFUSED("cq_depth=8k", "cq_depth=8k", "8..1024");
	ASSERT_REFUSED("cq_depth=99999999999999999999999", "cq_depth", "8..1024");
	ASSERT_REFUSED("max_num_events=0", "max_num_events=0", "1..8192", "1..16384");
	ASSERT_REFUSED("max_num_events=16385", "max_num_events=16385", "1..16384");
	ASSERT_REFUSED("max_num_events=8193,device=2.0", "max_num_events=8193", "1..8192", "2.0");
	ASSERT_REFUSED("device=2.0,max_num_events=8193", "max_num_events=8193", "1..8192", "2.0");
}

static void
test_devargs_report_unknown_and_repeated_keys(void **state)
{
	(void)state;
	ASSERT_REFUSED("depth=8", "\"depth\"", "device", "sched", "cq_depth", "max_num_events");
	ASSERT_REFUSED("cq_depth=8,Device=2.0", "\"Device\"", "device");
	ASSERT_REFUSED("cq_depth=8,cq_depth=16", "cq_depth", "twice");
}

static void
test_devargs_of_the_kernels_device(void **state)
{
	struct dlb_devargs args = parse_ok("cq_depth=16,dev=/dev/dlb3");
	struct dlb_why why;

	(void)state;
	assert_int_equal(args.transport, DLB_TRANSPORT_KERNEL);
	assert_int_equal(args.step_mode, DLB_STEP_NONE);
	assert_string_equal(args.node, "/dev/dlb3");
	assert_int_equal(dlb_devargs_set_version(&args, DLB_V2_0, &why), 0);
	assert_int_equal(args.max_num_events, 8192);
	/* More than DLB 2.0 has, which only the kernel knows it to be. */
	args = parse_ok("dev=/dev/dlb3,max_num_events=9000");
	assert_int_equal(dlb_devargs_set_version(&args, DLB_V2_0, &why), -EINVAL);
	assert_non_null(strstr(why.text, "1..8192"));
	assert_int_equal(dlb_devargs_set_version(&args, DLB_V2_5, &why), 0);
	ASSERT_REFUSED("dev=", "dev=", "/dev/dlb0");
	ASSERT_REFUSED("dev", "dev=", "/dev/dlb0");
	ASSERT_REFUSED("dev=dlb0", "dev=dlb0", "/dev/dlb0");
	ASSERT_REFUSED("dev=/dev/"
		       "0123456789012345678901234567890123456789012345678901234567890123",
		       "dev=/dev/", "63 characters");
}

static void
test_devargs_are_refused_where_they_make_no_sense(void **state)
{
	const enum dlb_version pci = DLB_V2_0;
	struct dlb_devargs args;
	struct dlb_why why;

	(void)state;
	ASSERT_REFUSED("device=2.0,dev=/dev/dlb0", "device", "made of software", "of the kernel");
	ASSERT_REFUSED("dev=/dev/dlb0,sched=inline", "sched", "made of software", "of the kernel");
	assert_int_equal(dlb_devargs_parse(&args, "dev=/dev/dlb0", &pci, &why), -EINVAL);
	assert_non_null(strstr(why.text, "dev is for devices of the kernel"));
	assert_int_equal(dlb_devargs_parse(&args, "sched=service", &pci, &why), -EINVAL);
	assert_non_null(strstr(why.text, "not for devices on PCI"));
	assert_int_equal(dlb_devargs_parse(&args, "cq_depth=32", &pci, &why), 0);
	assert_int_equal(args.transport, DLB_TRANSPORT_PCI);
	assert_int_equal(args.max_num_events, 8192);
}

/* What dpdk-pmdinfo shows is a string of its own. */
static void
test_devargs_string_names_each_key(void **state)
{
	const char *key = DLB_DEVARGS_STRING;

	(void)state;
	while (*key != '\0') {
		char nonsense[64] = "";

		memcpy(nonsense, key, strcspn(key, "="));
		strcat(nonsense, "=%");
		ASSERT_REFUSED(nonsense, nonsense, "allowed");
		key += strcspn(key, " ");
		key += strspn(key, " ");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_devargs_default_without_arguments),
		cmocka_unit_test(test_devargs_take_each_value_in_range),
		cmocka_unit_test(test_devargs_name_what_is_allowed),
		cmocka_unit_test(test_devargs_report_unknown_and_repeated_keys),
		cmocka_unit_test(test_devargs_of_the_kernels_device),
		cmocka_unit_test(test_devargs_are_refused_where_they_make_no_sense),
		cmocka_unit_test(test_devargs_string_names_each_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
