/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Directed scheduling: queue n feeds consumer queue (CQ) n, first in first out.
 */

#include "bench.h"

static void
bring_up(struct bench *b, unsigned int qid, unsigned int depth)
{
	bench_minimum(b);
	bench_dir_queue(b, &(struct bench_queue){ .qid = qid });
	bench_dir_port(b, &(struct bench_port){ .id = qid, .depth = depth });
}

static void
test_queue_n_feeds_cq_n(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	for (unsigned int id = 0; id < b->lim->nb_dir_ports; id++) {
		bench_dir_queue(b, &(struct bench_queue){ .qid = id });
		bench_dir_port(b, &(struct bench_port){ .id = id });
	}
	b->unverified = true;
	for (unsigned int id = 0; id < b->lim->nb_dir_ports; id++)
		for (unsigned int k = 0; k <= id % 5; k++)
			bench_put(b, LDB, 0,
				  bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, id, k, 1000 * id + k));
	b->unverified = false;
	bench_settle(b);
	for (unsigned int id = 0; id < b->lim->nb_dir_ports; id++) {
		for (unsigned int k = 0; k <= id % 5; k++)
			bench_expect(b, DIR, id, 1000 * id + k);
		bench_expect_none(b, DIR, id);
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL, id), id % 5 + 1);
	}
}

/* A directed CQ shows the lock id in bytes 10 and 11, the producer port in 12 and 13. */
static void
test_bytes_of_a_directed_element(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw =
		bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 3, 0xA55A, UINT64_C(0x1122334455667788));
	unsigned int last = b->lim->nb_dir_ports - 1U;
	struct dlb_qe qe;

	bring_up(b, 3, 16);
	bench_dir_port(b, &(struct bench_port){ .id = last });
	hcw.opaque = 0xBEEF;
	hcw.cmd |= DLB_HCW_ERROR;
	bench_put(b, DIR, last, hcw);
	bench_put(b, LDB, 0, hcw);
	bench_settle(b);
	for (unsigned int i = 0; i < 2; i++) {
		qe = bench_expect(b, DIR, 3, hcw.data);
		assert_int_equal(qe.opaque, 0xBEEF);
		assert_int_equal(qe.qid | qe.type_prio << 8, 0xA55A);
		assert_int_equal(FIELD_GET(DLB_QE_DIR_PP, qe.flow_id), i == 0 ? last : 0);
		assert_int_equal(qe.flow_id & ~DLB_QE_DIR_PP, 0);
		assert_int_equal(qe.status, DLB_QE_GEN | DLB_QE_ERROR);
	}
}

/* Long queues, over many chunks of storage, stay in order. */
static void
test_long_queue_is_fifo(void **state)
{
	struct bench *b = *state;
	unsigned int n = 4096, got = 0;
	struct dlb_qe qe;

	bring_up(b, 0, 8);
	bench_credits(b, 0, 0, n);
	b->unverified = true;
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, DIR, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 0, 0, i));
	b->unverified = false;
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_MAX_DEPTH, 0), n);
	b->unverified = true;
	while (bench_settle(b) != 0 || got < n) {
		while (bench_take(b, DIR, 0, &qe))
			assert_int_equal(qe.data, got++);
		bench_put(b, DIR, 0, bench_cmd(DLB_CMD_BAT_T, 8 - 1));
	}
	b->unverified = false;
	assert_int_equal(got, n);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL, 0), n);
	assert_int_equal(bench_get(b, DLB_R_LSP_DIR_SCH_CNT_L, 0), n);
	bench_verify(b);
}

static void
test_producers_keep_their_own_order(void **state)
{
	struct bench *b = *state;
	uint64_t next[4] = { 0 };
	struct dlb_qe qe;

	bring_up(b, 7, 128);
	for (unsigned int p = 20; p < 24; p++)
		bench_dir_port(b, &(struct bench_port){ .id = p });
	for (uint64_t i = 0; i < 25; i++)
		for (unsigned int p = 0; p < 4; p++)
			bench_put(b, DIR, 20 + p,
				  bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 7, p, i));
	bench_settle(b);
	while (bench_take(b, DIR, 7, &qe))
		assert_int_equal(qe.data, next[qe.qid]++);
	for (unsigned int p = 0; p < 4; p++)
		assert_int_equal(next[p], 25);
}

/* Directed elements have no history: nothing is in flight, no completion is due. */
static void
test_no_history(void **state)
{
	struct bench *b = *state;

	bring_up(b, 0, 8);
	for (unsigned int i = 0; i < 100; i++) {
		bench_put(b, DIR, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 0, 0, i));
		assert_int_equal(bench_settle(b), 1);
		bench_put(b, DIR, 0, bench_cmd(DLB_CMD_BAT_T, 0));
	}
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_CHP_HIST_LIST_PUSH_PTR, 0), 0);
	assert_int_equal(bench_nb_drops(b), 0);
}

static void
test_counters_can_be_cleared(void **state)
{
	struct bench *b = *state;

	bring_up(b, 4, 8);
	bench_put(b, DIR, 4, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 4, 0, 0));
	bench_settle(b);
	bench_set(b, DLB_R_LSP_QID_DIR_MAX_DEPTH, 4, 0);
	bench_set(b, DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL, 4, 0);
	bench_set(b, DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH, 4, 0);
	bench_set(b, DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL, 4, 0);
	bench_set(b, DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH, 4, 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_MAX_DEPTH, 4), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL, 4), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL, 4), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_queue_n_feeds_cq_n), ON_BOTH(test_bytes_of_a_directed_element),
		ON_BOTH(test_long_queue_is_fifo), ON_BOTH(test_producers_keep_their_own_order),
		ON_BOTH(test_no_history),	  ON_BOTH(test_counters_can_be_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
