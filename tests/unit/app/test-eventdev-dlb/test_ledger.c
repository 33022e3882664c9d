/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The ledger's checks: what is right passes, and each kind of wrong is found by the check that
 * is about it. The events are carried from stage to stage by hand here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ledger.h"

#define EVENTS 400
#define FLOWS  16

static struct ledger ledger;
static struct verdict verdict;

static void
open_ledger(const char *stages, unsigned int producers)
{
	struct ledger_conf conf = {
		.events = EVENTS,
		.flows = FLOWS,
		.producers = producers,
		.actors = 4,
		.seed = 3,
		.nb_stages = (unsigned int)strlen(stages),
		.priority_levels = 8,
		.carries_flow_id = true,
	};

	memcpy(conf.stage, stages, strlen(stages));
	verdict_reset(&verdict);
	assert_int_equal(ledger_create(&ledger, &conf, &verdict), 0);
}

static int
close_ledger(void **state)
{
	(void)state;
	ledger_destroy(&ledger);
	return 0;
}

static struct rte_event
event_of(uint32_t id, unsigned int stage)
{
	struct rte_event ev = { 0 };

	ledger_make(&ledger, id, stage, &ev);
	return ev;
}

static void
arrive(unsigned int stage, unsigned int actor, uint32_t id)
{
	struct rte_event ev = event_of(id, stage);

	assert_int_equal(ledger_arrive(&ledger, actor, &ev), id);
}

/* Arrive and be given back at once. */
static void
pass(unsigned int stage, unsigned int actor, uint32_t id)
{
	arrive(stage, actor, id);
	ledger_leave(&ledger, stage, actor, id);
}

static uint64_t
failed(enum check check)
{
	return atomic_load(&verdict.failed[check]);
}

/* Exactly this check failed, or none (CHECK_NB); says which others did. */
static void
only(enum check check)
{
	unsigned int c;

	for (c = 0; c < CHECK_NB; c++)
		if ((failed((enum check)c) != 0) != (c == check))
			fail_msg("check %s: %s", verdict_check_name((enum check)c),
				 failed((enum check)c) != 0 ? verdict.message[0]
							    : "the fault was not found");
}

static void
all_through(unsigned int stages)
{
	unsigned int k;
	uint32_t id;

	for (k = 0; k < stages; k++)
		for (id = 0; id < EVENTS; id++)
			pass(k, id % 4, id);
}

static void
test_ledger_right_passes(void **state)
{
	static const char *const stages[] = { "o", "a", "p", "oapd", "aa", "opo" };
	unsigned int i;

	(void)state;
	for (i = 0; i < sizeof(stages) / sizeof(stages[0]); i++) {
		open_ledger(stages[i], 1 + i % 3);
		all_through((unsigned int)strlen(stages[i]));
		assert_int_equal(ledger_ended(&ledger), EVENTS);
		assert_int_equal(ledger_moves(&ledger), EVENTS * strlen(stages[i]));
		ledger_close(&ledger);
		only(CHECK_NB);
		assert_int_equal(atomic_load(&verdict.made[CHECK_COMPLETE]), EVENTS);
		assert_int_equal(atomic_load(&verdict.made[CHECK_FIELDS]),
				 EVENTS * strlen(stages[i]));
		ledger_destroy(&ledger);
	}
}

static void
test_ledger_flow_has_one_producer(void **state)
{
	uint32_t id;

	(void)state;
	open_ledger("a", 3);
	for (id = 0; id < EVENTS; id++) {
		assert_int_equal(ledger.flow_of[id] % 3, id % 3);
		assert_true(ledger.flow_of[id] < FLOWS);
	}
}

static void
test_ledger_finds_lost(void **state)
{
	unsigned int k, stage;
	uint32_t id;
	char text[40];

	(void)state;
	for (stage = 0; stage < 3; stage++) {
		open_ledger("ppp", 1);
		for (k = 0; k < 3; k++)
			for (id = 0; id < EVENTS; id++)
				if (id != 77 || k < stage)
					pass(k, 0, id);
		assert_int_equal(ledger_ended(&ledger), EVENTS - 1);
		ledger_close(&ledger);
		only(CHECK_COMPLETE);
		snprintf(text, sizeof(text), "never reached stage %u", stage);
		assert_non_null(strstr(verdict.message[0], text));
		assert_non_null(strstr(verdict.message[0], "event 77"));
		ledger_destroy(&ledger);
	}
}

static void
test_ledger_finds_doubled(void **state)
{
	(void)state;
	open_ledger("pp", 1);
	pass(0, 0, 5);
	pass(1, 0, 5);
	only(CHECK_NB);
	pass(1, 3, 5);
	only(CHECK_ONCE);
}

static void
test_ledger_finds_a_stage_left_out(void **state)
{
	(void)state;
	open_ledger("pp", 1);
	pass(1, 0, 5);
	only(CHECK_ONCE);
}

static void
test_ledger_finds_strangers(void **state)
{
	struct rte_event ev;

	(void)state;
	open_ledger("pp", 1);
	ev = event_of(5, 0);
	ev.u64 ^= UINT64_C(1) << 40;
	assert_int_equal(ledger_arrive(&ledger, 0, &ev), LEDGER_NONE);
	only(CHECK_ONCE);
	ev = event_of(5, 0);
	ev.u64 += EVENTS;
	assert_int_equal(ledger_arrive(&ledger, 0, &ev), LEDGER_NONE);
	assert_int_equal(failed(CHECK_ONCE), 2);
	ev = event_of(5, 0);
	ev.queue_id = 2;
	assert_int_equal(ledger_arrive(&ledger, 0, &ev), LEDGER_NONE);
	assert_int_equal(failed(CHECK_FIELDS), 1);
}

/* Each bit of each field that the device has to carry. */
static void
test_ledger_finds_changed_fields(void **state)
{
	static const struct {
		unsigned int first, bits;
	} field[] = {
		{ 0, 20 }, /* flow id */
		{ 20, 8 }, /* sub-event type */
		{ 28, 4 }, /* event type */
		{ 38, 2 }, /* scheduling type */
		{ 53, 3 }, /* priority, of which 8 levels are 3 bits */
	};
	unsigned int i, bit;
	uint32_t id = 0;

	(void)state;
	open_ledger("p", 1);
	for (i = 0; i < sizeof(field) / sizeof(field[0]); i++)
		for (bit = 0; bit < field[i].bits; bit++) {
			struct rte_event ev = event_of(id, 0);

			verdict_reset(&verdict);
			ev.event ^= UINT64_C(1) << (field[i].first + bit);
			assert_int_equal(ledger_arrive(&ledger, 0, &ev), id++);
			only(CHECK_FIELDS);
		}
}

static void
test_ledger_allows_what_need_not_be_carried(void **state)
{
	struct rte_event ev;

	(void)state;
	open_ledger("pd", 1);
	ev = event_of(0, 0);
	ev.op = RTE_EVENT_OP_FORWARD;
	ev.impl_opaque = 99;
	ev.priority += 31; /* below the device's resolution */
	ledger_arrive(&ledger, 0, &ev);
	ev = event_of(0, 1);
	ev.sched_type = RTE_SCHED_TYPE_PARALLEL; /* directed: has no type */
	ev.priority = RTE_EVENT_DEV_PRIORITY_NORMAL;
	ledger_arrive(&ledger, 0, &ev);
	only(CHECK_NB);
	ledger.conf.carries_flow_id = false;
	ev = event_of(1, 0);
	ev.flow_id++;
	ledger_arrive(&ledger, 0, &ev);
	only(CHECK_NB);
}

/* The n-th event of a flow that has several. */
static uint32_t
in_flow(unsigned int n)
{
	uint32_t id;

	for (id = 0; ledger.successor[id] == LEDGER_NONE; id++)
		;
	while (n-- > 0)
		id = ledger.successor[id];
	return id;
}

static void
test_ledger_finds_shared_flow(void **state)
{
	(void)state;
	open_ledger("a", 1);
	arrive(0, 1, in_flow(0));
	arrive(0, 1, in_flow(1));
	ledger_leave(&ledger, 0, 1, in_flow(0));
	only(CHECK_NB);
	/* Worker 1 holds one more event of the flow. */
	arrive(0, 2, in_flow(2));
	only(CHECK_EXCLUSIVE);
}

static void
test_ledger_flow_may_move_when_free(void **state)
{
	(void)state;
	open_ledger("a", 1);
	arrive(0, 1, in_flow(0));
	arrive(0, 1, in_flow(1));
	ledger_leave(&ledger, 0, 1, in_flow(1));
	ledger_leave(&ledger, 0, 1, in_flow(0));
	pass(0, 2, in_flow(2));
	only(CHECK_NB);
	/* Given back, refused by the device, held again: nobody else may have it. */
	arrive(0, 3, in_flow(3));
	ledger_leave(&ledger, 0, 3, in_flow(3));
	ledger_reenter(&ledger, 0, 3, in_flow(3));
	arrive(0, 0, in_flow(4));
	only(CHECK_EXCLUSIVE);
}

static void
swapped_in_flow(const char *stages)
{
	open_ledger(stages, 1);
	pass(0, 0, in_flow(1));
	pass(0, 0, in_flow(0));
}

static void
test_ledger_finds_swapped_in_flow(void **state)
{
	(void)state;
	swapped_in_flow("a");
	only(CHECK_ORDER);
	ledger_destroy(&ledger);
	swapped_in_flow("o");
	only(CHECK_ORDER);
	ledger_destroy(&ledger);
	/* A parallel stage promises nothing, and nothing behind it can. */
	swapped_in_flow("p");
	only(CHECK_NB);
	ledger_destroy(&ledger);
	open_ledger("pa", 1);
	pass(0, 0, in_flow(0));
	pass(0, 0, in_flow(1));
	pass(1, 0, in_flow(1));
	pass(1, 0, in_flow(0));
	only(CHECK_NB);
}

/* An ordered stage hands one flow to several workers; between them there is no order. */
static void
test_ledger_ordered_stage_compares_within_a_worker(void **state)
{
	(void)state;
	open_ledger("oa", 1);
	pass(0, 1, in_flow(1));
	pass(0, 0, in_flow(0));
	pass(0, 0, in_flow(2));
	only(CHECK_NB);
	pass(1, 0, in_flow(0));
	only(CHECK_NB);
	pass(1, 0, in_flow(2)); /* not restored: 1 was due */
	only(CHECK_ORDER);
}

static void
test_ledger_gaps_are_for_dropped_events_only(void **state)
{
	(void)state;
	open_ledger("oa", 1);
	pass(0, 0, in_flow(0));
	ledger_drop(&ledger, in_flow(0));
	pass(0, 1, in_flow(1));
	ledger_drop(&ledger, in_flow(1));
	pass(0, 1, in_flow(2));
	pass(0, 1, in_flow(3));
	pass(1, 0, in_flow(2));
	only(CHECK_NB);
	assert_int_equal(ledger_ended(&ledger), 3);
	pass(0, 1, in_flow(4));
	pass(1, 0, in_flow(4)); /* 3 was not dropped */
	only(CHECK_ORDER);
}

static void
test_ledger_finds_directed_out_of_turn(void **state)
{
	uint32_t a, b;

	(void)state;
	open_ledger("d", 1);
	/* The first events of two flows that have the same priority. */
	for (a = 0; a < EVENTS; a++)
		for (b = a + 1; b < EVENTS; b++)
			if (ledger.seq_of[a] == 0 && ledger.seq_of[b] == 0 &&
			    event_of(a, 0).priority == event_of(b, 0).priority)
				goto found;
found:
	assert_true(a < EVENTS);
	pass(0, 0, b);
	only(CHECK_NB);
	pass(0, 0, a);
	only(CHECK_FIFO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ledger_right_passes),
		cmocka_unit_test_teardown(test_ledger_flow_has_one_producer, close_ledger),
		cmocka_unit_test(test_ledger_finds_lost),
		cmocka_unit_test_teardown(test_ledger_finds_doubled, close_ledger),
		cmocka_unit_test_teardown(test_ledger_finds_a_stage_left_out, close_ledger),
		cmocka_unit_test_teardown(test_ledger_finds_strangers, close_ledger),
		cmocka_unit_test_teardown(test_ledger_finds_changed_fields, close_ledger),
		cmocka_unit_test_teardown(test_ledger_allows_what_need_not_be_carried,
					  close_ledger),
		cmocka_unit_test_teardown(test_ledger_finds_shared_flow, close_ledger),
		cmocka_unit_test_teardown(test_ledger_flow_may_move_when_free, close_ledger),
		cmocka_unit_test_teardown(test_ledger_finds_swapped_in_flow, close_ledger),
		cmocka_unit_test_teardown(test_ledger_ordered_stage_compares_within_a_worker,
					  close_ledger),
		cmocka_unit_test_teardown(test_ledger_gaps_are_for_dropped_events_only,
					  close_ledger),
		cmocka_unit_test_teardown(test_ledger_finds_directed_out_of_turn, close_ledger),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
