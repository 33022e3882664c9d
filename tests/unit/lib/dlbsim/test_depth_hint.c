/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The two bits in which each element says how full its queue is, against the queue's threshold.
 */

#include "bench.h"

/* A queue of @p n elements, of one type, goes to a CQ of this depth. */
static void
expect_hints(struct bench *b, enum dlb_sched_type type, unsigned int n, unsigned int threshold,
	     unsigned int cq_depth)
{
	bool is_ldb = type != DLB_SCHED_DIRECTED;
	struct dlb_qe qe;

	dlbsim_flr(b->sim);
	b->last_hist = 0;
	bench_power_up(b, false);
	bench_credits(b, 0, 4000, 4000);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0, .sns = 64, .threshold = threshold });
	bench_dir_queue(b, &(struct bench_queue){ .qid = 0, .threshold = threshold });
	bench_ldb_port(b, &(struct bench_port){ .id = 0, .depth = cq_depth, .disabled = true });
	bench_dir_port(b, &(struct bench_port){ .id = 0, .depth = cq_depth, .disabled = true });
	bench_link(b, 0, 0, 0, 0);
	b->unverified = true;
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, type, 0, i, i));
	b->unverified = false;
	bench_enable(b, is_ldb, 0, true);
	for (unsigned int depth = n; depth > 0; depth--) {
		unsigned int expected = 4 * depth <= 2 * threshold   ? DLB_DEPTH_LE_50
					: 4 * depth <= 3 * threshold ? DLB_DEPTH_GT_50
					: 4 * depth <= 4 * threshold ? DLB_DEPTH_GT_75
								     : DLB_DEPTH_GT_100;

		bench_settle(b);
		assert_true(bench_take(b, is_ldb, 0, &qe));
		assert_int_equal(FIELD_GET(DLB_QE_DEPTH, qe.status), expected);
		bench_put(b, is_ldb, 0, bench_cmd(is_ldb ? DLB_CMD_COMP_T : DLB_CMD_BAT_T, 0));
	}
}

static void
test_boundaries(void **state)
{
	static const struct {
		unsigned int n;
		unsigned int threshold;
	} cases[] = { { 12, 8 }, { 12, 7 }, { 120, 100 }, { 3, 1 } };

	/* One at a time, and all in one go. */
	for (unsigned int type = 0; type < 4; type++)
		for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
			for (unsigned int depth = 1; depth <= 128; depth += 127)
				expect_hints(*state, (enum dlb_sched_type)type, cases[i].n,
					     cases[i].threshold, depth);
}

/* Reset threshold 0: any depth exceeds it. */
static void
test_no_threshold(void **state)
{
	struct bench *b = *state;
	struct dlb_qe qe;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_QID_NALDB_DEPTH_THRSH, 0, 0);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1));
	bench_settle(b);
	qe = bench_expect(b, LDB, 0, 1);
	assert_int_equal(FIELD_GET(DLB_QE_DEPTH, qe.status), DLB_DEPTH_GT_100);
}

/* Depth is all that waits in the queue: both kinds, and atomic ones beside their flow's CQ. */
static void
test_depth_is_of_all_kinds(void **state)
{
	struct bench *b = *state;
	struct dlb_qe qe;

	bench_power_up(b, false);
	bench_credits(b, 0, 4000, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0, .threshold = 10 });
	for (unsigned int p = 0; p < 2; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .depth = 1, .disabled = p == 1 });
		bench_link(b, p, 0, 0, 0);
	}
	for (unsigned int i = 0; i < 7; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, 1, i));
	bench_settle(b);
	bench_expect(b, LDB, 0, 0);
	bench_enable(b, LDB, 1, true);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, 0), 6);
	bench_enable(b, LDB, 1, false);
	for (unsigned int i = 0; i < 5; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 100));
	bench_enable(b, LDB, 1, true);
	assert_true(bench_take(b, LDB, 1, &qe));
	assert_int_equal(FIELD_GET(DLB_QE_DEPTH, qe.status), DLB_DEPTH_GT_100);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	bench_settle(b);
	assert_true(bench_take(b, LDB, 0, &qe));
	assert_int_equal(FIELD_GET(DLB_QE_DEPTH, qe.status), DLB_DEPTH_GT_75);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_boundaries),
		ON_BOTH(test_no_threshold),
		ON_BOTH(test_depth_is_of_all_kinds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
