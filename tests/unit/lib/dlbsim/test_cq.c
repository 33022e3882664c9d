/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Consumer queues as memory: layouts, generation bits, write pointer; and as a resource: depth,
 * tokens and the commands that return them.
 */

#include "bench.h"

static void
send_unordered(struct bench *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, i));
}

static void
send_directed(struct bench *b, unsigned int qid, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, DIR, qid, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, qid, 0, i));
}

/* Directed port and queue 2 beside the minimum; LDB port 0 has the same depth. */
static void
bring_up(struct bench *b, bool sparse, unsigned int depth)
{
	bench_power_up(b, sparse);
	bench_credits(b, 0, b->lim->ldb_credits, b->lim->dir_credits);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0 });
	bench_ldb_port(b, &(struct bench_port){ .id = 0, .depth = depth, .history = 2048 });
	bench_link(b, 0, 0, 0, 0);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 2 });
	bench_dir_port(b, &(struct bench_port){ .id = 2, .depth = depth });
}

/* --- memory -------------------------------------------------------------------------------- */

static void
expect_layout(struct bench *b, bool sparse)
{
	static const struct dlb_qe blank;

	bring_up(b, sparse, 8);
	send_unordered(b, 5);
	send_directed(b, 2, 5);
	assert_int_equal(bench_settle(b), 10);
	for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++) {
		const uint8_t *ring = (const uint8_t *)bench_entry(b, is_ldb, is_ldb ? 0 : 2, 0);

		for (unsigned int i = 0; i < 5; i++) {
			struct dlb_qe qe;

			memcpy(&qe, ring + i * (sparse ? 64U : 16U), sizeof(qe));
			assert_int_equal(qe.data, i);
			assert_int_equal(qe.status & DLB_QE_GEN, 1);
		}
		/* What is not written yet does not look valid. */
		assert_memory_equal(ring + 5 * (sparse ? 64U : 16U), &blank, sizeof(blank));
	}
}

static void
test_standard_layout(void **state)
{
	expect_layout(*state, false);
}

static void
test_sparse_layout(void **state)
{
	expect_layout(*state, true);
}

/* Each kind of port has its own layout bit. */
static void
test_layouts_of_the_two_kinds_are_apart(void **state)
{
	struct bench *b = *state;
	uint32_t ctrl;

	bring_up(b, false, 8);
	ctrl = bench_get(b, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0);
	bench_set(b, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0, ctrl | BIT(18));
	send_unordered(b, 2);
	send_directed(b, 2, 2);
	bench_settle(b);
	assert_int_equal(bench_entry(b, LDB, 0, 1)->data, 1);
	assert_int_equal(bench_entry(b, DIR, 2, 4)->data, 1);
	assert_int_equal(bench_entry(b, DIR, 2, 1)->status, 0);
}

/* Generation 1 on the first pass, then alternating; WPTR is the index, and the pass in bit 11. */
static void
test_generation_alternates_over_wraps(void **state)
{
	struct bench *b = *state;

	bring_up(b, true, 8);
	for (uint64_t i = 0; i < 40; i++) {
		unsigned int pass = (unsigned int)(i / 8) & 1;
		struct dlb_qe qe;

		assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_WPTR, 0), i % 8 | pass << 11);
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, i));
		assert_int_equal(bench_settle(b), 1);
		qe = *bench_entry(b, LDB, 0, (unsigned int)i % 8);
		assert_int_equal(qe.data, i);
		assert_int_equal(qe.status & DLB_QE_GEN, pass ^ 1);
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	}
}

/* Rings of all depths wrap where they should. */
static void
test_every_depth(void **state)
{
	struct bench *b = *state;

	for (unsigned int depth = 1; depth <= DLB_MAX_CQ_DEPTH; depth *= 2) {
		dlbsim_flr(b->sim);
		b->last_hist = 0;
		bring_up(b, false, depth);
		b->unverified = true;
		for (unsigned int pass = 0; pass < 3; pass++) {
			unsigned int sent = 0;

			for (; sent < depth + 3; sent++)
				dlbsim_pp_write(b->sim, DIR, 2,
						&(struct dlb_hcw){ .data = sent,
								   .qid = 2,
								   .type_prio = DLB_SCHED_DIRECTED,
								   .cmd = DLB_CMD_NEW },
						1);
			assert_int_equal(bench_settle(b), depth);
			assert_int_equal(bench_drain(b, DIR, 2), sent);
			send_unordered(b, 5);
			assert_int_equal(bench_settle(b), depth < 5 ? depth : 5);
			assert_int_equal(bench_drain(b, LDB, 0), 5);
		}
		b->unverified = false;
		bench_verify(b);
		assert_int_equal(bench_nb_drops(b), 0);
	}
}

static void
test_write_pointer_can_be_written(void **state)
{
	struct bench *b = *state;

	bring_up(b, false, 16);
	bench_set(b, DLB_R_CHP_LDB_CQ_WPTR, 0, 5 | BIT(11));
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_WPTR, 0), 5 | BIT(11));
	send_unordered(b, 1);
	bench_settle(b);
	assert_int_equal(bench_entry(b, LDB, 0, 5)->status & DLB_QE_GEN, 0);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_WPTR, 0), 6 | BIT(11));
	bench_set(b, DLB_R_CHP_LDB_CQ_WPTR, 0, 0);
	send_unordered(b, 1);
	bench_settle(b);
	assert_int_equal(bench_entry(b, LDB, 0, 0)->status & DLB_QE_GEN, 1);
}

/* Telling a CQ its depth again, as a driver does that re-enables one, moves nothing. */
static void
test_rewriting_the_depth_keeps_the_position(void **state)
{
	struct bench *b = *state;
	unsigned int i;

	bring_up(b, false, 8);
	for (i = 0; i < 11; i++) {
		send_unordered(b, 1);
		assert_int_equal(bench_drain(b, LDB, 0), 1);
	}
	bench_set(b, DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, 0, dlb_cq_depth_code(8));
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_WPTR, 0), i % 8 | BIT(11));
	send_unordered(b, 1);
	assert_int_equal(bench_drain(b, LDB, 0), 1);
}

static void
test_moved_ring_is_written_at_its_new_place(void **state)
{
	struct bench *b = *state;
	uint64_t iova = BENCH_IOVA + 30 * (uint64_t)BENCH_RING_BYTES;

	bring_up(b, false, 8);
	send_unordered(b, 1);
	bench_settle(b);
	bench_set(b, DLB_R_SYS_LDB_CQ_ADDR_L, 0, (uint32_t)iova);
	bench_set(b, DLB_R_SYS_LDB_CQ_ADDR_U, 0, (uint32_t)(iova >> 32));
	send_unordered(b, 1);
	bench_settle(b);
	assert_int_equal(bench_entry(b, LDB, 0, 1)->status, 0);
	assert_int_equal(bench_entry(b, LDB, 30, 1)->status & DLB_QE_GEN, 1);
}

/* --- tokens -------------------------------------------------------------------------------- */

/* No more entries are written than the depth, until tokens come back. */
static void
test_tokens_bound_what_is_delivered(void **state)
{
	struct bench *b = *state;

	bring_up(b, false, 16);
	send_unordered(b, 40);
	assert_int_equal(bench_settle(b), 16);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 16);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 3 - 1));
	assert_int_equal(bench_settle(b), 3);
	/* Completions alone give no room. */
	for (unsigned int i = 0; i < 5; i++)
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 9));
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_DEPTH, 0), 16);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 16 - 1));
	assert_int_equal(bench_settle(b), 16);
}

/* Depths below 8 are a ring of 8 whose token count starts above zero. */
static void
test_small_depths_are_preloaded(void **state)
{
	struct bench *b = *state;

	for (unsigned int depth = 1; depth <= 4; depth *= 2) {
		dlbsim_flr(b->sim);
		b->last_hist = 0;
		bring_up(b, false, depth);
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 8 - depth);
		send_unordered(b, 20);
		for (uint64_t i = 0; i < 20; i += depth) {
			assert_int_equal(bench_settle(b), depth);
			assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 8);
			assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_DEPTH, 0), depth);
			for (uint64_t k = 0; k < depth; k++)
				bench_expect(b, LDB, 0, i + k);
			bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, depth - 1));
		}
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 8 - depth);
		assert_int_equal(bench_nb_drops(b), 0);
	}
}

static void
test_tokens_that_each_command_returns(void **state)
{
	const struct {
		struct dlb_hcw hcw;
		unsigned int tokens;
		unsigned int completions;
	} cases[] = {
		{ bench_cmd(DLB_CMD_BAT_T, 0), 1, 0 },
		{ bench_cmd(DLB_CMD_BAT_T, 4), 5, 0 },
		/* only ten bits count */
		{ bench_cmd(DLB_CMD_BAT_T, 0xFC02), 3, 0 },
		{ bench_cmd(DLB_CMD_COMP, 0xFFFF), 0, 1 },
		{ bench_cmd(DLB_CMD_COMP_T, 0), 1, 1 },
		{ bench_cmd(DLB_CMD_COMP_T, 6), 7, 1 },
		{ bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 1, 9, 0), 0, 0 },
		{ bench_qe(DLB_CMD_NEW_T, DLB_SCHED_UNORDERED, 1, 9, 0), 1, 0 },
		{ bench_qe(DLB_CMD_FWD, DLB_SCHED_UNORDERED, 1, 9, 0), 0, 1 },
		{ bench_qe(DLB_CMD_FWD_T, DLB_SCHED_UNORDERED, 1, 9, 0), 1, 1 },
		{ bench_qe(DLB_CMD_FRAG, DLB_SCHED_UNORDERED, 1, 9, 0), 0, 0 },
		{ bench_qe(DLB_CMD_FRAG_T, DLB_SCHED_UNORDERED, 1, 9, 0), 1, 0 },
		{ bench_cmd(DLB_CMD_ARM, 7), 0, 0 },
	};
	unsigned int tokens = 30, completions = 30;
	struct bench *b = *state;

	bring_up(b, false, 64);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1 });
	send_unordered(b, 30);
	assert_int_equal(bench_settle(b), 30);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		bench_put(b, LDB, 0, cases[i].hcw);
		tokens -= cases[i].tokens;
		completions -= cases[i].completions;
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), tokens);
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), completions);
	}
	assert_int_equal(bench_nb_drops(b), 0);
}

/* 1024 is the largest count that fits, and the deepest CQ. */
static void
test_all_tokens_in_one_command(void **state)
{
	struct bench *b = *state;

	bring_up(b, false, 1024);
	b->unverified = true;
	send_unordered(b, 1100);
	b->unverified = false;
	assert_int_equal(bench_settle(b), 1024);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 1023));
	assert_int_equal(bench_settle(b), 76);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 76);
	assert_int_equal(bench_nb_drops(b), 0);
}

/* A drained port: the count of tokens and completions as a driver's reset sends them. */
static void
test_drain_in_one_line_and_more(void **state)
{
	struct bench *b = *state;

	bring_up(b, false, 8);
	send_unordered(b, 8);
	bench_settle(b);
	bench_enable(b, LDB, 0, false);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 8 - 1));
	for (unsigned int i = 1; i < 8; i++)
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 8 - 1));
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_nb_drops(b), 0);
}

static void
test_disabled_queue_gets_nothing_but_answers(void **state)
{
	struct bench *b = *state;

	bring_up(b, false, 8);
	send_unordered(b, 1);
	send_directed(b, 2, 1);
	bench_settle(b);
	bench_enable(b, LDB, 0, false);
	bench_enable(b, DIR, 2, false);
	send_unordered(b, 4);
	send_directed(b, 2, 4);
	assert_int_equal(bench_settle(b), 0);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	bench_put(b, DIR, 2, bench_cmd(DLB_CMD_BAT_T, 0));
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_DIR_TKN_CNT, 2), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 2), 4);
	bench_enable(b, LDB, 0, true);
	bench_enable(b, DIR, 2, true);
	assert_int_equal(bench_drain(b, LDB, 0), 5);
	assert_int_equal(bench_drain(b, DIR, 2), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_standard_layout),
		ON_BOTH(test_sparse_layout),
		ON_BOTH(test_layouts_of_the_two_kinds_are_apart),
		ON_BOTH(test_generation_alternates_over_wraps),
		ON_BOTH(test_every_depth),
		ON_BOTH(test_write_pointer_can_be_written),
		ON_BOTH(test_rewriting_the_depth_keeps_the_position),
		ON_BOTH(test_moved_ring_is_written_at_its_new_place),
		ON_BOTH(test_tokens_bound_what_is_delivered),
		ON_BOTH(test_small_depths_are_preloaded),
		ON_BOTH(test_tokens_that_each_command_returns),
		ON_BOTH(test_all_tokens_in_one_command),
		ON_BOTH(test_drain_in_one_line_and_more),
		ON_BOTH(test_disabled_queue_gets_nothing_but_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
