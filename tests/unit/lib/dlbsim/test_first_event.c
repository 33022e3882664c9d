/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The life of one queue element from producer port to consumer queue, and what every driver does
 * before: probing ports that nobody configured.
 */

#include "bench.h"

/* Drivers measure the latency of all ports by 1000 writes each, before they configure any. */
static void
test_port_probing_leaves_no_trace(void **state)
{
	struct bench *b = *state;
	const struct dlb_hcw line[DLB_HCWS_PER_LINE] = { bench_cmd(DLB_CMD_COMP_T, 1) };
	uint64_t per_port = 1000;

	for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++)
		for (unsigned int p = 0; p < (is_ldb ? b->lim->nb_ldb_ports : b->lim->nb_dir_ports);
		     p++)
			for (unsigned int i = 0; i < per_port; i++)
				dlbsim_pp_write(b->sim, is_ldb, p, line, DLB_HCWS_PER_LINE);
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_drops(b).illegal_pp,
			 per_port * (b->lim->nb_ldb_ports + b->lim->nb_dir_ports));
	assert_int_equal(bench_nb_drops(b), bench_drops(b).illegal_pp);
	assert_int_equal(b->nb_msix[0], 0);
	/* What software sees is as if nothing had been. */
	for (unsigned int reg = 0; reg < DLB_R_COUNT; reg++)
		if (dlb_reg_descs[reg].count[b->version] != 0)
			assert_int_equal(bench_get(b, (enum dlb_reg)reg, 0),
					 dlb_reg_descs[reg].reset);
	dlbsim_flr(b->sim);
	assert_int_equal(bench_nb_drops(b), 0);
	bench_verify(b);
}

static void
test_ports_beyond_the_last_are_ignored(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_put(b, LDB, b->lim->nb_ldb_ports,
		  bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1));
	bench_put(b, DIR, b->lim->nb_dir_ports,
		  bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1));
	bench_put(b, LDB, UINT32_MAX, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1));
	assert_int_equal(bench_settle(b), 0);
}

static void
test_core_is_ready_after_power_up(void **state)
{
	struct bench *b = *state;

	bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 0);
	assert_int_equal(bench_get(b, DLB_R_CM_CFG_PM_STATUS, 0) >> 24, 1);
	assert_int_equal(bench_get(b, DLB_R_CM_CFG_DIAGNOSTIC_IDLE_STATUS, 0) >> 31, 1);
}

/* One event through the LDB path, every counter on the way. */
static void
test_one_new_event_is_counted_everywhere(void **state)
{
	struct bench *b = *state;
	uint32_t credits =
		b->lim->ldb_credits + (b->lim->combined_credits ? b->lim->dir_credits : 0);
	struct dlb_qe qe;

	bench_minimum(b);
	bench_enable(b, LDB, 0, false);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0x1234, 0xABCDEF));
	assert_int_equal(bench_credits_left(b, 0, LDB), credits - 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTL, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_NALDB_MAX_DEPTH, 0), 1);
	bench_expect_none(b, LDB, 0);

	bench_enable(b, LDB, 0, true);
	assert_int_equal(FIELD_GET(DLB_QE_GEN, bench_entry(b, LDB, 0, 0)->status), 1);
	qe = bench_expect(b, LDB, 0, 0xABCDEF);
	assert_int_equal(qe.flow_id, 0x1234);
	assert_int_equal(bench_credits_left(b, 0, LDB), credits);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_DEPTH, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_WPTR, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_LDB_SCH_CNT_L, 0), 1);

	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 0));
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_DEPTH, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 1);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0xFFFF));
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_nb_drops(b), 0);
}

/* All bytes that the device must not touch, and those that it sets. */
static void
test_bytes_of_a_load_balanced_element(void **state)
{
	struct bench *b = *state;
	const struct dlb_hcw hcw = {
		.data = UINT64_C(0x1122334455667788),
		.opaque = 0xBEEF,
		.qid = 0,
		.type_prio = 0xA0 | FIELD_PREP(DLB_HCW_PRIO, 5) | DLB_SCHED_UNORDERED,
		.lock_id = 0xCAFE,
		.flags14 = 0,
		.cmd = DLB_CMD_NEW | DLB_HCW_ERROR,
	};
	struct dlb_qe qe;

	bench_minimum(b);
	bench_put(b, LDB, 0, hcw);
	bench_settle(b);
	qe = bench_expect(b, LDB, 0, hcw.data);
	assert_int_equal(qe.opaque, 0xBEEF);
	assert_int_equal(qe.qid, 0);
	assert_int_equal(qe.type_prio, hcw.type_prio);
	assert_int_equal(qe.flow_id, 0xCAFE);
	assert_int_equal(qe.status, DLB_QE_GEN | DLB_QE_ERROR);
}

static void
test_four_commands_of_a_line_act_in_order(void **state)
{
	struct bench *b = *state;
	const struct dlb_hcw line[DLB_HCWS_PER_LINE] = {
		bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1),
		{ .opaque = 0xFF },
		bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 2),
		bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 3),
	};

	bench_minimum(b);
	dlbsim_pp_write(b->sim, LDB, 0, line, DLB_HCWS_PER_LINE);
	bench_verify(b);
	assert_int_equal(bench_settle(b), 3);
	for (uint64_t data = 1; data <= 3; data++)
		bench_expect(b, LDB, 0, data);
}

/* The producer of an event need not be a consumer, and the other way round. */
static void
test_any_port_of_the_domain_may_produce(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_ldb_port(b, &(struct bench_port){ .id = 63 });
	bench_dir_port(b, &(struct bench_port){ .id = b->lim->nb_dir_ports - 1U });
	bench_put(b, LDB, 63, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1));
	bench_put(b, DIR, b->lim->nb_dir_ports - 1U,
		  bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, 0, 2));
	assert_int_equal(bench_settle(b), 2);
	assert_int_equal(bench_drain(b, LDB, 0), 2);
	bench_expect_none(b, LDB, 63);
}

/* A budget bounds a step: what is left comes with the next ones. */
static void
test_step_heeds_its_budget(void **state)
{
	struct bench *b = *state;
	unsigned int n;

	bench_minimum(b);
	for (unsigned int i = 0; i < 100; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, i));
	n = dlbsim_step(b->sim, 0, 1);
	assert_in_range(n, 1, 99);
	bench_verify(b);
	assert_int_equal(bench_settle(b), 100 - n);
	for (uint64_t i = 0; i < 100; i++)
		bench_expect(b, LDB, 0, i);
}

/* However much directed queues have, others get something in each step, too. */
static void
test_directed_elements_do_not_use_up_the_steps(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	for (unsigned int port = 1; port <= 8; port++) {
		bench_dir_queue(b, &(struct bench_queue){ .qid = port });
		bench_dir_port(b, &(struct bench_port){ .id = port });
	}
	for (unsigned int i = 0; i < 8 * 64; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 1 + i % 8, 0, i));
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 7));
	assert_in_range(dlbsim_step(b->sim, 0, 8 * 32), 8 * 32, 8 * 64);
	bench_expect(b, LDB, 0, 7);
}

/* A register write comes after the commands before it: they act under the old value. */
static void
test_commands_are_settled_before_a_register_write(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 7));
	bench_set(b, DLB_R_LSP_CQ_LDB_DSBL, 0, 1);
	bench_expect(b, LDB, 0, 7);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 8));
	bench_get(b, DLB_R_SYS_TOTAL_VAS, 0);
	bench_expect_none(b, LDB, 0);
	bench_set(b, DLB_R_LSP_CQ_LDB_DSBL, 0, 0);
	bench_get(b, DLB_R_SYS_TOTAL_VAS, 0);
	bench_expect(b, LDB, 0, 8);
}

/* Two switches of SYS_WRITE_BUFFER_CTL hold the scheduler, the others do nothing. */
static void
test_held_scheduler_delivers_nothing(void **state)
{
	const uint32_t holding =
		DLB_F_SYS_WRITE_BUFFER_CTL_HOLD_SCH_SM | DLB_F_SYS_WRITE_BUFFER_CTL_ARB_SCH_MASK;
	struct bench *b = *state;

	bench_minimum(b);
	for (unsigned int bit = 0; bit < 32; bit++) {
		bool holds = (holding & BIT(bit)) != 0;

		bench_set(b, DLB_R_SYS_WRITE_BUFFER_CTL, 0, BIT(bit));
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, bit));
		assert_int_equal(bench_settle(b), !holds);
		assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0), holds);
		bench_set(b, DLB_R_SYS_WRITE_BUFFER_CTL, 0, 0);
		bench_settle(b);
		bench_expect(b, LDB, 0, bit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_port_probing_leaves_no_trace),
		ON_BOTH(test_ports_beyond_the_last_are_ignored),
		ON_BOTH(test_core_is_ready_after_power_up),
		ON_BOTH(test_one_new_event_is_counted_everywhere),
		ON_BOTH(test_bytes_of_a_load_balanced_element),
		ON_BOTH(test_four_commands_of_a_line_act_in_order),
		ON_BOTH(test_any_port_of_the_domain_may_produce),
		ON_BOTH(test_step_heeds_its_budget),
		ON_BOTH(test_directed_elements_do_not_use_up_the_steps),
		ON_BOTH(test_commands_are_settled_before_a_register_write),
		ON_BOTH(test_held_scheduler_delivers_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
