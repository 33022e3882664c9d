/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What version 2.5 adds to a load-balanced consumer queue (CQ): a limit on the weight of what is
 * in it, and a threshold to which its inflight count must fall before it gets more.
 */

#include "bench.h"

#define WEIGHT_VALID   BIT(15)
#define ENAB_IF_THRESH BIT(4)

static void
send(struct bench *b, unsigned int log2_weight, uint64_t data)
{
	struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, data);

	hcw.flags14 = (uint8_t)FIELD_PREP(DLB_HCW_WEIGHT, log2_weight);
	bench_put(b, LDB, 0, hcw);
}

static void
test_weight_limit(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 0, WEIGHT_VALID | 10);
	for (unsigned int i = 0; i < 30; i++)
		send(b, 0, i);
	assert_int_equal(bench_settle(b), 10);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(bench_settle(b), 0);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 4 - 1));
	assert_int_equal(bench_settle(b), 4);
	/* One token and one entry each, whatever the weight. */
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 10);
}

/* The heavy one that reaches the limit is delivered; its weight leaves with its token. */
static void
test_weights_of_elements(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 0, WEIGHT_VALID | 8);
	for (unsigned int i = 0; i < 8; i++)
		send(b, i % 4, i);
	/* 1 + 2 + 4 = 7: there is room for the one of 8 */
	assert_int_equal(bench_settle(b), 4);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 3 - 1));
	assert_int_equal(bench_settle(b), 0);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 0));
	assert_int_equal(bench_settle(b), 4);
	for (unsigned int i = 0; i < 8; i++) {
		struct dlb_qe qe = bench_expect(b, LDB, 0, i);

		assert_int_equal(qe.status & ~DLB_QE_DEPTH, DLB_QE_GEN);
	}
}

/* What a CQ holds is forgotten when its write pointer is written: there is room again. */
static void
test_write_pointer_makes_room(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 0, WEIGHT_VALID | 10);
	for (unsigned int i = 0; i < 30; i++)
		send(b, 0, i);
	assert_int_equal(bench_settle(b), 10);
	bench_set(b, DLB_R_CHP_LDB_CQ_WPTR, 0, 10);
	assert_int_equal(bench_settle(b), 10);
}

static void
test_weights_count_only_where_asked_for(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 0, 1);
	for (unsigned int i = 0; i < 30; i++)
		send(b, 3, i);
	assert_int_equal(bench_settle(b), 30);
}

/* Over many wraps of the ring the account stays even. */
static void
test_weights_over_many_wraps(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 0, WEIGHT_VALID | 16);
	b->unverified = true;
	for (unsigned int i = 0; i < 3000; i++)
		send(b, i % 4, i);
	assert_int_equal(bench_drain(b, LDB, 0), 3000);
	b->unverified = false;
	for (unsigned int i = 0; i < 20; i++)
		send(b, 0, i);
	assert_int_equal(bench_settle(b), 16);
}

/* 2.0 has no such registers: its elements have no weight. */
static void
test_no_weight_on_2_0(void **state)
{
	struct bench *b = *state;
	uint32_t offset = dlb_reg_offset(DLB_V2_5, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 0);

	bench_minimum(b);
	dlbsim_csr_write(b->sim, DLB_BAR_CSR, offset, WEIGHT_VALID | 1);
	assert_int_equal(dlbsim_csr_read(b->sim, DLB_BAR_CSR, offset), 0);
	for (unsigned int i = 0; i < 30; i++)
		send(b, 3, i);
	assert_int_equal(bench_settle(b), 30);
}

static void
test_inflight_threshold(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 0, 8);
	bench_set(b, DLB_R_LSP_CFG_CTRL_GENERAL_0, 0, ENAB_IF_THRESH);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_THRESH, 0, 3);
	for (unsigned int i = 0; i < 40; i++)
		send(b, 0, i);
	/* Reached from below, then it has to fall to the threshold. */
	assert_int_equal(bench_settle(b), 8);
	for (unsigned int i = 0; i < 4; i++) {
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
		assert_int_equal(bench_settle(b), 0);
	}
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	assert_int_equal(bench_settle(b), 5);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	assert_int_equal(bench_settle(b), 0);
	/* Switched off the limit alone counts. */
	bench_set(b, DLB_R_LSP_CFG_CTRL_GENERAL_0, 0, 0);
	assert_int_equal(bench_settle(b), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 8);
}

static void
test_no_inflight_threshold_on_2_0(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 0, 8);
	bench_set(b, DLB_R_LSP_CFG_CTRL_GENERAL_0, 0, ENAB_IF_THRESH);
	for (unsigned int i = 0; i < 40; i++)
		send(b, 0, i);
	assert_int_equal(bench_settle(b), 8);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	assert_int_equal(bench_settle(b), 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_2_5(test_weight_limit),
		ON_2_5(test_weights_of_elements),
		ON_2_5(test_write_pointer_makes_room),
		ON_2_5(test_weights_count_only_where_asked_for),
		ON_2_5(test_weights_over_many_wraps),
		ON_2_0(test_no_weight_on_2_0),
		ON_2_5(test_inflight_threshold),
		ON_2_0(test_no_inflight_threshold_on_2_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
