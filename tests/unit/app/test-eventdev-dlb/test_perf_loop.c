/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The measuring loop of perf on a device that makes mistakes on purpose: it counts right, and
 * its proof finds an event that is lost or out of its order. How long anything takes is not
 * looked at.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake_device.h"
#include "perf.h"

#define FLOWS 4
#define LIMIT 100
/* A measurement ends at its first look at the clock, which comes after many events. */
#define TICKS	1
#define TIMEOUT UINT64_C(10000000)

static struct perf_bench b;
static uint32_t number[FLOWS], expected[FLOWS];

static void
set_up(enum fake_fault fault, unsigned int topology)
{
	const struct fake_conf conf = {
		.fault = fault,
		.from = 30,
		.stage = topology == 1 ? "a" : "aa",
		.limit = LIMIT,
	};

	fake_device_start(&conf);
	memset(&b, 0, sizeof(b));
	memset(number, 0, sizeof(number));
	memset(expected, 0, sizeof(expected));
	b.topology = topology;
	b.cores = 1;
	b.type = 'a';
	b.burst = 8;
	b.flows = FLOWS;
	b.worker_port = 1;
	b.consumer_port = topology == 1 ? 1 : 2;
	b.number = number;
	b.expected = expected;
	b.device.info.max_num_events = 10 * LIMIT;
}

static void
test_perf_counts_what_comes_back(void **state)
{
	struct perf_measure m;

	(void)state;
	set_up(FAKE_RIGHT, 1);
	m = perf_throughput(&b, 32, TICKS, TIMEOUT);
	assert_false(m.lost);
	assert_in_range(m.events, b.sent - 32, b.sent);
	assert_int_equal(fake_device_inside(), 0);
}

static void
test_perf_notices_a_lost_event(void **state)
{
	(void)state;
	set_up(FAKE_LOSE, 1);
	assert_true(perf_throughput(&b, 32, TICKS, TIMEOUT).lost);
}

static void
test_perf_proves_order(void **state)
{
	(void)state;
	set_up(FAKE_RIGHT, 1);
	assert_int_equal(perf_prove(&b, 32, TICKS, TIMEOUT).misordered, 0);
	set_up(FAKE_SWAP, 1);
	assert_int_not_equal(perf_prove(&b, 32, TICKS, TIMEOUT).misordered, 0);
}

/* More events are wanted inside than the device takes: the numbers of those refused come again. */
static void
test_perf_proves_order_of_a_full_device(void **state)
{
	struct perf_measure m;

	(void)state;
	set_up(FAKE_RIGHT, 1);
	b.burst = LIMIT + 20;
	m = perf_prove(&b, 10 * LIMIT, TICKS, TIMEOUT);
	assert_false(m.lost);
	assert_int_equal(m.misordered, 0);
}

static void
test_perf_stamps_every_event(void **state)
{
	static struct histo h;
	struct perf_measure m;

	(void)state;
	set_up(FAKE_RIGHT, 1);
	m = perf_latency(&b, 32, 0, TICKS, TIMEOUT, &h);
	assert_false(m.lost);
	assert_int_equal(h.count, b.sent);
}

/* The open loop sends no more than is due: one event in about for ever. */
static void
test_perf_keeps_the_pace(void **state)
{
	static struct histo h;

	(void)state;
	set_up(FAKE_RIGHT, 1);
	perf_latency(&b, 32, 1e15, TICKS, TIMEOUT, &h);
	assert_int_equal(b.sent, 0);
	perf_latency(&b, 32, 1, TICKS, TIMEOUT, &h);
	assert_int_not_equal(b.sent, 0);
}

static void
test_perf_fills_the_device_and_drains_it(void **state)
{
	struct perf_measure m;

	(void)state;
	set_up(FAKE_RIGHT, 1);
	b.burst = 10;
	m = perf_fill(&b, TIMEOUT);
	assert_int_equal(m.events, LIMIT);
	assert_false(m.lost);
	assert_int_equal(fake_device_inside(), 0);
	b.device.info.max_num_events = 25;
	assert_int_equal(perf_fill(&b, TIMEOUT).events, 25);
}

static void
test_perf_ends_events_without_release(void **state)
{
	(void)state;
	set_up(FAKE_RIGHT, 1);
	b.ends_by_dequeue = true;
	/* The fake device releases what a port holds when it dequeues again, one turn late. */
	assert_false(perf_throughput(&b, 32, TICKS, TIMEOUT).lost);
	assert_int_not_equal(fake_device_inside(), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_perf_counts_what_comes_back),
		cmocka_unit_test(test_perf_notices_a_lost_event),
		cmocka_unit_test(test_perf_proves_order),
		cmocka_unit_test(test_perf_proves_order_of_a_full_device),
		cmocka_unit_test(test_perf_stamps_every_event),
		cmocka_unit_test(test_perf_keeps_the_pace),
		cmocka_unit_test(test_perf_fills_the_device_and_drains_it),
		cmocka_unit_test(test_perf_ends_events_without_release),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
