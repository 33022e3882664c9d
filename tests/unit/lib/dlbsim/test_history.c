/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What the device remembers of elements in flight: history lists and the limits on how much may
 * be in flight for a queue and for a consumer queue (CQ).
 */

#include "bench.h"

#define HISTORY 8

static void
bring_up(struct bench *b)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 1000, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0, .sns = 64 });
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1 });
	b->last_hist = 100;
	bench_ldb_port(b, &(struct bench_port){ .id = 3, .depth = 64, .history = HISTORY });
	bench_link(b, 3, 0, 0, 0);
	bench_link(b, 3, 6, 1, 5);
}

static void
send(struct bench *b, enum dlb_sched_type type, unsigned int qid, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, LDB, 3, bench_qe(DLB_CMD_NEW, type, qid, i, i));
}

static void
complete(struct bench *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, LDB, 3, bench_cmd(DLB_CMD_COMP_T, 0));
}

/* Push and pop pointers run from BASE to LIM, the generation toggles with each wrap. */
static void
test_pointers_wrap_in_their_range(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	for (unsigned int i = 0; i < 5 * HISTORY; i++) {
		uint32_t before = (100 + i % HISTORY) | (i / HISTORY & 1) << 13;
		unsigned int k = i + 1;
		uint32_t after = (100 + k % HISTORY) | (k / HISTORY & 1) << 13;

		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_PUSH_PTR, 3), before);
		send(b, DLB_SCHED_UNORDERED, 0, 1);
		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_PUSH_PTR, 3), after);
		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_POP_PTR, 3), before);
		complete(b, 1);
		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_POP_PTR, 3), after);
	}
}

/* Software may put the pointers anywhere in the range while nothing is in flight, and only then. */
static void
test_pointers_can_be_placed(void **state)
{
	static const enum dlb_reg pointers[] = { DLB_R_CHP_HIST_LIST_PUSH_PTR,
						 DLB_R_CHP_HIST_LIST_POP_PTR };
	const uint32_t last = (100 + HISTORY - 1) | BIT(13);
	struct bench *b = *state;

	bring_up(b);
	for (unsigned int k = 0; k < 2; k++) {
		bench_set(b, pointers[k], 3, last);
		for (unsigned int other = 0; other < 2; other++)
			assert_int_equal(bench_get(b, pointers[other], 3), last);
		send(b, DLB_SCHED_UNORDERED, 0, 2);
		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_PUSH_PTR, 3), 101);
		bench_set(b, pointers[k], 3, 103);
		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_PUSH_PTR, 3), 101);
		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_POP_PTR, 3), last);
		complete(b, 2);
		bench_set(b, pointers[k], 3, 99);
		bench_set(b, pointers[k], 3, 100 + HISTORY);
		assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_POP_PTR, 3), 101);
	}
	assert_int_equal(bench_nb_drops(b), 0);
}

static void
test_entries_show_what_is_in_flight(void **state)
{
	struct bench *b = *state;
	uint32_t word0, word1;

	bring_up(b);
	bench_put(b, LDB, 3, bench_qe(DLB_CMD_NEW, DLB_SCHED_ORDERED, 0, 0xAAAA, 0));
	bench_put(b, LDB, 3, bench_qe(DLB_CMD_NEW, DLB_SCHED_ORDERED, 0, 0xAAAA, 0));
	bench_settle(b);
	bench_put(b, LDB, 3, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 1, 0xBEEF, 0));
	bench_settle(b);
	word0 = bench_get(b, DLB_R_CHP_HIST_LIST_0, 101);
	word1 = bench_get(b, DLB_R_CHP_HIST_LIST_1, 101);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_0_SN_FID, word0), 1);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_0_QID, word0), 0);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_1_QTYPE, word1), DLB_SCHED_ORDERED);
	word0 = bench_get(b, DLB_R_CHP_HIST_LIST_0, 102);
	word1 = bench_get(b, DLB_R_CHP_HIST_LIST_1, 102);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_0_QID, word0), 1);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_0_QIDIX, word0), 6);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_0_QPRIO, word0), 5 & 3);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_1_QPRIO_2, word1), 5 >> 2);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_1_QTYPE, word1), DLB_SCHED_ATOMIC);
	assert_int_equal(FIELD_GET(DLB_F_CHP_HIST_LIST_1_HID, word1), 0xBEEF);
}

/* The list is full: tokens do not help, a completion does. */
static void
test_history_bounds_the_cq(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 3, 2000);
	send(b, DLB_SCHED_UNORDERED, 0, 20);
	assert_int_equal(bench_settle(b), HISTORY);
	bench_put(b, LDB, 3, bench_cmd(DLB_CMD_BAT_T, HISTORY - 1));
	assert_int_equal(bench_settle(b), 0);
	bench_put(b, LDB, 3, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(bench_settle(b), 1);
}

static void
test_inflight_limit_of_the_cq(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 3, 3);
	send(b, DLB_SCHED_ATOMIC, 0, 10);
	assert_int_equal(bench_settle(b), 3);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 3), 3);
	complete(b, 2);
	assert_int_equal(bench_settle(b), 2);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 3, 1);
	complete(b, 2);
	assert_int_equal(bench_settle(b), 0);
	complete(b, 1);
	assert_int_equal(bench_settle(b), 1);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 3, 0);
	complete(b, 1);
	assert_int_equal(bench_settle(b), 0);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 3, HISTORY);
	assert_int_equal(bench_settle(b), 4);
}

/* The limit of a queue holds over all CQs that serve it; limit 0 freezes it. */
static void
test_inflight_limit_of_the_queue(void **state)
{
	struct bench *b = *state;
	uint32_t on_3;

	bring_up(b);
	bench_ldb_port(b, &(struct bench_port){ .id = 4 });
	bench_link(b, 4, 0, 0, 0);
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 5);
	send(b, DLB_SCHED_UNORDERED, 0, 20);
	assert_int_equal(bench_settle(b), 5);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 5);
	/* the other queue is not concerned */
	send(b, DLB_SCHED_UNORDERED, 1, 1);
	assert_int_equal(bench_settle(b), 1);

	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 0);
	assert_int_equal(bench_settle(b), 0);
	on_3 = bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 3);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 4), 6 - on_3);
	complete(b, on_3);
	for (unsigned int i = 0; i < 6 - on_3; i++)
		bench_put(b, LDB, 4, bench_cmd(DLB_CMD_COMP_T, 0));
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0), 15);
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 2048);
	assert_int_equal(bench_settle(b), 15);
}

/* Completions are positional: each is for the oldest element of the CQ, whatever its queue. */
static void
test_completions_are_positional(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	send(b, DLB_SCHED_UNORDERED, 0, 1);
	bench_settle(b);
	send(b, DLB_SCHED_UNORDERED, 1, 1);
	bench_settle(b);
	send(b, DLB_SCHED_UNORDERED, 0, 1);
	bench_settle(b);
	complete(b, 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 1), 1);
	complete(b, 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 1), 0);
	complete(b, 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 0);
}

/* Rewriting the range with elements in flight takes effect when the last is completed. */
static void
test_range_changes_when_idle(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	send(b, DLB_SCHED_ATOMIC, 0, 4);
	assert_int_equal(bench_settle(b), 4);
	bench_set(b, DLB_R_CHP_HIST_LIST_BASE, 3, 500);
	bench_set(b, DLB_R_CHP_HIST_LIST_LIM, 3, 501);
	bench_set(b, DLB_R_CHP_HIST_LIST_PUSH_PTR, 3, 500);
	bench_verify(b);
	complete(b, 4);
	assert_int_equal(bench_nb_drops(b), 0);
	send(b, DLB_SCHED_ATOMIC, 0, 4);
	assert_int_equal(bench_settle(b), 2);
	assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_POP_PTR, 3), 500);
	complete(b, 2);
	assert_int_equal(bench_settle(b), 2);
}

/* Two CQs with one range is software's mistake: entries are never shared, nothing is lost. */
static void
test_overlapping_ranges_do_no_harm(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	b->last_hist = 100;
	bench_ldb_port(b, &(struct bench_port){ .id = 4, .history = HISTORY });
	bench_link(b, 4, 0, 0, 0);
	send(b, DLB_SCHED_ATOMIC, 0, 40);
	assert_in_range(bench_settle(b), 1, HISTORY);
	for (unsigned int i = 0; i < 100 && bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0) != 0; i++) {
		bench_drain(b, LDB, 3);
		bench_drain(b, LDB, 4);
	}
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_credits_left(b, 0, LDB), 1000);
}

static void
test_nonsense_ranges_deliver_nothing(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	bench_set(b, DLB_R_CHP_HIST_LIST_BASE, 3, 200);
	send(b, DLB_SCHED_UNORDERED, 0, 1);
	assert_int_equal(bench_settle(b), 0);
	bench_set(b, DLB_R_CHP_HIST_LIST_LIM, 3, 0x1FFF);
	bench_set(b, DLB_R_CHP_HIST_LIST_BASE, 3, 0);
	assert_int_equal(bench_settle(b), 0);
	bench_set(b, DLB_R_CHP_HIST_LIST_LIM, 3, 2047);
	assert_int_equal(bench_settle(b), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_pointers_wrap_in_their_range),
		ON_BOTH(test_pointers_can_be_placed),
		ON_BOTH(test_entries_show_what_is_in_flight),
		ON_BOTH(test_history_bounds_the_cq),
		ON_BOTH(test_inflight_limit_of_the_cq),
		ON_BOTH(test_inflight_limit_of_the_queue),
		ON_BOTH(test_completions_are_positional),
		ON_BOTH(test_range_changes_when_idle),
		ON_BOTH(test_overlapping_ranges_do_no_harm),
		ON_BOTH(test_nonsense_ranges_deliver_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
