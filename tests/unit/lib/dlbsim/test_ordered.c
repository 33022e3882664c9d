/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Ordered scheduling: whatever workers do with the elements of an ordered queue, the next queue
 * sees their answers in the order in which the elements left.
 */

#include "bench.h"

/* Where answers go: unordered queue 9 for the reader, LDB port 9 alone. */
#define OUT	   9
#define NB_WORKERS 4

static void
bring_up(struct bench *b, unsigned int sns, unsigned int group, unsigned int slot)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 4000, 1000);
	bench_ldb_queue(
		b, &(struct bench_queue){ .qid = 0, .sns = sns, .group = group, .slot = slot });
	bench_ldb_queue(b, &(struct bench_queue){ .qid = OUT });
	for (unsigned int p = 0; p < NB_WORKERS; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .depth = 8, .history = 64 });
		bench_link(b, p, 0, 0, 0);
	}
	bench_ldb_port(b, &(struct bench_port){ .id = OUT, .depth = 256, .history = 256 });
	bench_link(b, OUT, 0, OUT, 0);
}

static void
send(struct bench *b, uint64_t data)
{
	bench_put(b, LDB, OUT, bench_qe(DLB_CMD_NEW, DLB_SCHED_ORDERED, 0, 0, data));
}

static void
forward(struct bench *b, unsigned int port, uint64_t data)
{
	bench_put(b, LDB, port, bench_qe(DLB_CMD_FWD_T, DLB_SCHED_UNORDERED, OUT, 0, data));
}

static void
fragment(struct bench *b, unsigned int port, uint64_t data)
{
	bench_put(b, LDB, port, bench_qe(DLB_CMD_FRAG, DLB_SCHED_UNORDERED, OUT, 0, data));
}

static void
release(struct bench *b, unsigned int port)
{
	bench_put(b, LDB, port, bench_cmd(DLB_CMD_COMP_T, 0));
}

static void
expect_out(struct bench *b, uint64_t data)
{
	bench_expect(b, LDB, OUT, data);
	release(b, OUT);
}

/* Send one element to each worker in turn: worker p holds element first + p. */
static void
spread(struct bench *b, uint64_t first)
{
	for (unsigned int p = 0; p < NB_WORKERS; p++)
		bench_enable(b, LDB, p, false);
	for (unsigned int p = 0; p < NB_WORKERS; p++) {
		send(b, first + p);
		bench_enable(b, LDB, p, true);
		bench_expect(b, LDB, p, first + p);
		bench_enable(b, LDB, p, false);
	}
}

static void
test_answers_in_reverse_come_out_in_order(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	for (uint64_t round = 0; round < 50; round++) {
		spread(b, 10 * round);
		for (unsigned int p = NB_WORKERS - 1; p > 0; p--) {
			forward(b, p, 10 * round + p);
			bench_settle(b);
			bench_expect_none(b, LDB, OUT);
		}
		forward(b, 0, 10 * round);
		bench_settle(b);
		for (unsigned int p = 0; p < NB_WORKERS; p++)
			expect_out(b, 10 * round + p);
	}
	assert_int_equal(bench_nb_drops(b), 0);
}

/* Without an answer the next ones do not wait. */
static void
test_releases_leave_no_hole(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	spread(b, 0);
	forward(b, 3, 3);
	release(b, 2);
	forward(b, 1, 1);
	bench_settle(b);
	bench_expect_none(b, LDB, OUT);
	release(b, 0);
	bench_settle(b);
	expect_out(b, 1);
	expect_out(b, 3);
	bench_expect_none(b, LDB, OUT);
}

/* An answer that is refused is none. */
static void
test_refused_answer_leaves_no_hole(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	spread(b, 0);
	forward(b, 1, 1);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_FWD_T, DLB_SCHED_UNORDERED, 30, 0, 0));
	assert_int_equal(bench_drops(b).illegal_qid, 1);
	bench_settle(b);
	expect_out(b, 1);
}

static void
test_fragments_come_out_together_and_in_order(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	spread(b, 0);
	fragment(b, 1, 10);
	fragment(b, 0, 0);
	fragment(b, 1, 11);
	forward(b, 2, 20);
	fragment(b, 3, 30);
	forward(b, 1, 12);
	bench_settle(b);
	bench_expect_none(b, LDB, OUT);
	fragment(b, 0, 1);
	release(b, 0);
	bench_settle(b);
	for (unsigned int i = 0; i < 2; i++)
		expect_out(b, i);
	for (unsigned int i = 10; i < 13; i++)
		expect_out(b, i);
	expect_out(b, 20);
	bench_expect_none(b, LDB, OUT);
	release(b, 3);
	bench_settle(b);
	expect_out(b, 30);
}

static void
test_sixteen_fragments_and_no_more(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	spread(b, 0);
	for (unsigned int i = 0; i < DLB_MAX_FRAGS; i++)
		fragment(b, 0, i);
	assert_int_equal(bench_nb_drops(b), 0);
	fragment(b, 0, 99);
	assert_int_equal(bench_drops(b).illegal_frag, 1);
	forward(b, 0, DLB_MAX_FRAGS);
	assert_int_equal(bench_nb_drops(b), 1);
	bench_settle(b);
	for (unsigned int i = 0; i <= DLB_MAX_FRAGS; i++)
		expect_out(b, i);
	/* The next element has sixteen of its own. */
	for (unsigned int i = 0; i < DLB_MAX_FRAGS; i++)
		fragment(b, 1, i);
	assert_int_equal(bench_nb_drops(b), 1);
}

/* Of an element that is not ordered a fragment is just a new element. */
static void
test_fragment_of_an_unordered_element(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	bench_put(b, LDB, OUT, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, OUT, 0, 1));
	bench_settle(b);
	for (uint64_t i = 2; i < 22; i++)
		fragment(b, OUT, i);
	bench_settle(b);
	for (uint64_t i = 1; i < 22; i++)
		expect_out(b, i);
	assert_int_equal(bench_nb_drops(b), 0);
}

/* A queue stops when all its sequence numbers are out, and goes on one by one. */
static void
test_sequence_numbers_bound_the_queue(void **state)
{
	struct bench *b = *state;

	for (unsigned int mode = 0; mode <= DLB_MAX_SN_MODE; mode++) {
		unsigned int sns = dlb_sn_mode_sns(mode);

		dlbsim_flr(b->sim);
		b->last_hist = 0;
		bring_up(b, sns, mode & 1, dlb_sn_mode_slots(mode) - 1);
		bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 2048);
		for (unsigned int p = 0; p < NB_WORKERS; p++)
			bench_enable(b, LDB, p, false);
		b->unverified = true;
		bench_ldb_port(b, &(struct bench_port){ .id = 20, .depth = 1024, .history = 1500 });
		bench_link(b, 20, 0, 0, 0);
		for (unsigned int i = 0; i < sns + 3; i++)
			send(b, i);
		b->unverified = false;
		bench_settle(b);
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 20), sns);
		bench_put(b, LDB, 20, bench_cmd(DLB_CMD_BAT_T, sns - 1));
		assert_int_equal(bench_settle(b), 0);
		bench_put(b, LDB, 20, bench_cmd(DLB_CMD_COMP, 0));
		assert_int_equal(bench_settle(b), 1);
		bench_put(b, LDB, 20, bench_cmd(DLB_CMD_COMP, 0));
		bench_put(b, LDB, 20, bench_cmd(DLB_CMD_COMP, 0));
		assert_int_equal(bench_settle(b), 2);
	}
}

/* The number of an element that is done but not the oldest is not free yet. */
static void
test_done_numbers_wait_for_the_oldest(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 1, 15);
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 2048);
	spread(b, 0);
	bench_enable(b, LDB, 1, true);
	for (unsigned int i = 4; i < 200; i++)
		send(b, i);
	for (unsigned int i = 0; i < 63; i++) {
		release(b, 1);
		bench_settle(b);
	}
	release(b, 2);
	release(b, 3);
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 1);
	release(b, 0);
	assert_int_equal(bench_settle(b), 8);
}

/* Registers that show the numbers in use, and the oldest. */
static void
test_numbers_can_be_read(void **state)
{
	struct bench *b = *state;

	bring_up(b, 128, 1, 3);
	bench_set(b, DLB_R_RO_GRP_SN_MODE, 0, 1 << 8);
	spread(b, 0);
	assert_int_equal(bench_get(b, DLB_R_CHP_ORD_QID_SN, 0), 4);
	assert_int_equal(bench_get(b, DLB_R_RO_GRP_1_SLT_SHFT, 3), 0);
	assert_int_equal(bench_get(b, DLB_R_RO_HEALTH_SEQNUM_STATE_GRP1, 3 * 128 / 32), 0xF);
	release(b, 1);
	assert_int_equal(bench_get(b, DLB_R_RO_GRP_1_SLT_SHFT, 3), 0);
	release(b, 0);
	assert_int_equal(bench_get(b, DLB_R_RO_GRP_1_SLT_SHFT, 3), 2);
	assert_int_equal(bench_get(b, DLB_R_RO_HEALTH_SEQNUM_STATE_GRP1, 3 * 128 / 32), 0xC);
}

/* Queues in other slots and groups have an order of their own. */
static void
test_queues_do_not_wait_for_each_other(void **state)
{
	static const struct bench_queue queues[] = {
		{ .qid = 1, .sns = 64, .group = 0, .slot = 1 },
		{ .qid = 2, .sns = 64, .group = 0, .slot = 15 },
		{ .qid = 3, .sns = 512, .group = 1, .slot = 0 },
		{ .qid = 4, .sns = 512, .group = 1, .slot = 1 },
	};
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	spread(b, 0);
	for (unsigned int i = 0; i < 4; i++) {
		unsigned int port = 10 + i, qid = queues[i].qid;

		bench_ldb_queue(b, &queues[i]);
		bench_ldb_port(b, &(struct bench_port){ .id = port });
		bench_link(b, port, 0, qid, 0);
		bench_put(b, LDB, port, bench_qe(DLB_CMD_NEW, DLB_SCHED_ORDERED, qid, 0, i));
		bench_settle(b);
		bench_expect(b, LDB, port, i);
		forward(b, port, 100 + i);
		bench_settle(b);
		expect_out(b, 100 + i);
	}
}

/* One port serves two ordered queues: each completion is for the oldest, of whatever queue. */
static void
test_one_worker_of_two_ordered_queues(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1, .sns = 64, .group = 1, .slot = 2 });
	bench_link(b, 0, 1, 1, 0);
	spread(b, 0);
	bench_enable(b, LDB, 0, true);
	bench_put(b, LDB, OUT, bench_qe(DLB_CMD_NEW, DLB_SCHED_ORDERED, 1, 0, 50));
	bench_settle(b);
	bench_expect(b, LDB, 0, 50);
	forward(b, 1, 1);
	forward(b, 0, 0);
	forward(b, 0, 50);
	bench_settle(b);
	expect_out(b, 0);
	expect_out(b, 1);
	expect_out(b, 50);
}

static void
test_ordered_to_directed(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 30 });
	bench_dir_port(b, &(struct bench_port){ .id = 30 });
	spread(b, 0);
	for (unsigned int p = NB_WORKERS; p-- > 0;) {
		bench_put(b, LDB, p, bench_qe(DLB_CMD_FRAG, DLB_SCHED_DIRECTED, 30, p, 10 * p));
		bench_put(b, LDB, p,
			  bench_qe(DLB_CMD_FWD_T, DLB_SCHED_DIRECTED, 30, 0x8000 | p, 10 * p + 1));
	}
	bench_settle(b);
	for (unsigned int p = 0; p < NB_WORKERS; p++) {
		struct dlb_qe qe = bench_expect(b, DIR, 30, 10 * p);

		assert_int_equal(qe.qid, p);
		qe = bench_expect(b, DIR, 30, 10 * p + 1);
		assert_int_equal(qe.qid | qe.type_prio << 8, 0x8000 | p);
		assert_int_equal(qe.flow_id, p);
	}
	assert_int_equal(bench_credits_left(b, 0, DIR), b->lim->combined_credits ? 5000 : 1000);
}

/* Flows of an atomic queue see the restored order. */
static void
test_ordered_to_atomic(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	for (uint64_t round = 0; round < 20; round++) {
		spread(b, 4 * round);
		for (unsigned int k = 0; k < NB_WORKERS; k++) {
			unsigned int p = (k * 3 + 1) % NB_WORKERS;

			bench_put(b, LDB, p,
				  bench_qe(DLB_CMD_FWD_T, DLB_SCHED_ATOMIC, OUT, 5, 4 * round + p));
		}
		bench_settle(b);
		for (uint64_t i = 0; i < NB_WORKERS; i++)
			expect_out(b, 4 * round + i);
	}
}

/* From one ordered queue into another: the second one's numbers follow the first one's order. */
static void
test_ordered_to_ordered(void **state)
{
	struct bench *b = *state;

	bring_up(b, 64, 0, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1, .sns = 64, .group = 0, .slot = 1 });
	for (unsigned int p = 10; p < 12; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .depth = 2 });
		bench_link(b, p, 0, 1, 0);
	}
	spread(b, 0);
	for (unsigned int p = NB_WORKERS; p-- > 0;)
		bench_put(b, LDB, p, bench_qe(DLB_CMD_FWD_T, DLB_SCHED_ORDERED, 1, 0, p));
	assert_int_equal(bench_settle(b), 4);
	for (unsigned int p = 12; p-- > 10;)
		for (unsigned int i = 0; i < 2; i++) {
			struct dlb_qe qe;

			assert_true(bench_take(b, LDB, p, &qe));
			forward(b, p, qe.data);
		}
	bench_settle(b);
	for (uint64_t i = 0; i < 4; i++)
		expect_out(b, i);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_answers_in_reverse_come_out_in_order),
		ON_BOTH(test_releases_leave_no_hole),
		ON_BOTH(test_refused_answer_leaves_no_hole),
		ON_BOTH(test_fragments_come_out_together_and_in_order),
		ON_BOTH(test_sixteen_fragments_and_no_more),
		ON_BOTH(test_fragment_of_an_unordered_element),
		ON_BOTH(test_sequence_numbers_bound_the_queue),
		ON_BOTH(test_done_numbers_wait_for_the_oldest),
		ON_BOTH(test_numbers_can_be_read),
		ON_BOTH(test_queues_do_not_wait_for_each_other),
		ON_BOTH(test_one_worker_of_two_ordered_queues),
		ON_BOTH(test_ordered_to_directed),
		ON_BOTH(test_ordered_to_atomic),
		ON_BOTH(test_ordered_to_ordered),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
