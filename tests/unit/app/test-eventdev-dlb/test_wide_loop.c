/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The measuring loop of many queues and workers on a device that makes mistakes on purpose:
 * shares are counted, and while workers hold events a flow in two hands is found, and one out
 * of order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake_device.h"
#include "wide_loop.h"

#define FLOWS	8
#define WORKERS 3
/* A measurement ends at its first look at the clock, which comes after many events. */
#define TICKS	1
#define TIMEOUT UINT64_C(10000000)

static const uint32_t flow[FLOWS] = { 0, 0, 1, 2, 3, 4, 0, 5 };
static struct device device;
static struct flow_state flows[FLOWS];
static struct wide w;
static struct wide_plan plan;

static void
set_up(enum fake_fault fault, unsigned int nb_queues)
{
	const struct fake_conf conf = {
		.fault = fault,
		.from = 30,
		.stage = nb_queues == 1 ? "a" : "aaa",
		.limit = 100,
	};

	fake_device_start(&conf);
	memset(flows, 0, sizeof(flows));
	plan = (struct wide_plan){
		.nb_queues = nb_queues,
		.nb_workers = WORKERS,
		.links = nb_queues,
		.flows = FLOWS,
		.burst = 4,
		.inflight = 50,
		.flow = flow,
		.nb_flow = FLOWS,
		.hold = true,
	};
	w = (struct wide){
		.plan = &plan,
		.device = &device,
		.first_worker_port = 1,
		.state = flows,
	};
}

static void
run(void)
{
	wide_measure(&w, TICKS);
	wide_drain(&w, TIMEOUT);
}

static void
test_wide_counts_shares(void **state)
{
	uint64_t sum = 0, measured;
	unsigned int i;

	(void)state;
	set_up(FAKE_RIGHT, 3);
	plan.hold = false;
	wide_measure(&w, TICKS);
	measured = w.done;
	for (i = 0; i < WORKERS; i++) {
		assert_int_not_equal(w.count.share[i], 0);
		sum += w.count.share[i];
	}
	assert_int_equal(w.count.events, measured);
	assert_int_equal(sum, measured);
	wide_drain(&w, TIMEOUT);
	assert_false(w.stuck);
	assert_int_equal(fake_device_inside(), 0);
}

static void
test_wide_holds_atomic_flows(void **state)
{
	(void)state;
	set_up(FAKE_RIGHT, 1);
	run();
	assert_false(w.stuck);
	assert_int_not_equal(w.done, 0);
	assert_int_equal(w.shared, 0);
	assert_int_equal(w.misordered, 0);
	assert_int_equal(fake_device_inside(), 0);
}

static void
test_wide_notices_a_shared_flow(void **state)
{
	(void)state;
	set_up(FAKE_FORGET_LOCKS, 1);
	run();
	assert_int_not_equal(w.shared, 0);
}

static void
test_wide_notices_a_swapped_event(void **state)
{
	(void)state;
	set_up(FAKE_SWAP, 1);
	run();
	assert_int_not_equal(w.misordered, 0);
}

static void
test_wide_notices_a_lost_event(void **state)
{
	(void)state;
	set_up(FAKE_LOSE, 1);
	run();
	assert_true(w.stuck);
}

/* More events are wanted inside than the device takes: those refused come again. */
static void
test_wide_keeps_order_on_a_full_device(void **state)
{
	(void)state;
	set_up(FAKE_RIGHT, 1);
	plan.inflight = 1000;
	plan.burst = 64;
	run();
	assert_false(w.stuck);
	assert_int_equal(w.misordered, 0);
}

static void
test_wide_keeps_the_pace(void **state)
{
	(void)state;
	set_up(FAKE_RIGHT, 1);
	plan.ticks_per_event = UINT64_MAX;
	run();
	assert_int_equal(w.sent, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wide_counts_shares),
		cmocka_unit_test(test_wide_holds_atomic_flows),
		cmocka_unit_test(test_wide_notices_a_shared_flow),
		cmocka_unit_test(test_wide_notices_a_swapped_event),
		cmocka_unit_test(test_wide_notices_a_lost_event),
		cmocka_unit_test(test_wide_keeps_order_on_a_full_device),
		cmocka_unit_test(test_wide_keeps_the_pace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
