/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Giving everything back: a driver's reset of a domain in mid-traffic, which must converge without
 * any delay, and function-level reset (FLR) at any time.
 */

#include "bench.h"

#define NB_PORTS    3
#define NB_QUEUES   3
#define SOME_EVENTS 1000

/* Three LDB queues, one of them linked to nothing, three LDB ports, two directed ones. */
static void
bring_up(struct bench *b)
{
	bench_power_up(b, true);
	bench_credits(b, 0, 2000, 2000);
	for (unsigned int q = 0; q < NB_QUEUES; q++)
		bench_ldb_queue(b, &(struct bench_queue){ .qid = q, .sns = 64, .slot = q });
	for (unsigned int p = 0; p < NB_PORTS; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .depth = 4u << p });
		bench_link(b, p, 0, 0, 0);
		bench_link(b, p, 1, 1, 3);
	}
	for (unsigned int d = 0; d < 2; d++) {
		bench_dir_queue(b, &(struct bench_queue){ .qid = d });
		bench_dir_port(b, &(struct bench_port){ .id = d, .depth = 2 });
	}
}

/* Events of all types everywhere: queued, delivered, partly answered, some in reorder. */
static void
fill(struct bench *b)
{
	struct dlb_qe qe;

	b->unverified = true;
	for (unsigned int i = 0; i < SOME_EVENTS; i++) {
		enum dlb_sched_type type = (enum dlb_sched_type)(i % 4);
		unsigned int qid = type == DLB_SCHED_DIRECTED ? i / 4 % 2 : i / 4 % NB_QUEUES;

		bench_put(b, LDB, i % NB_PORTS,
			  bench_prio(bench_qe(DLB_CMD_NEW, type, qid, i % 13, i), i % 8));
		if (i % 50 != 0)
			continue;
		bench_settle(b);
		if (bench_take(b, LDB, i / 50 % NB_PORTS, &qe))
			bench_put(b, LDB, i / 50 % NB_PORTS,
				  bench_qe(DLB_CMD_FWD_T, DLB_SCHED_ATOMIC, 1, 1, i));
	}
	b->unverified = false;
	bench_settle(b);
	assert_int_equal(bench_nb_drops(b), 0);
}

/* --- a driver's domain reset --------------------------------------------------------------- */

static void
drain_ldb_cq(struct bench *b, unsigned int port, unsigned int preload)
{
	uint32_t inflight = bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, port);
	uint32_t tokens = bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, port) - preload;
	uint32_t cmd = (inflight != 0 ? DLB_HCW_QE_COMP : 0) | (tokens != 0 ? DLB_HCW_CQ_TOKEN : 0);
	struct dlb_hcw line[DLB_HCWS_PER_LINE] = { bench_cmd((enum dlb_cmd)cmd, tokens - 1) };

	if (cmd == 0)
		return;
	dlbsim_pp_write(b->sim, LDB, port, line, DLB_HCWS_PER_LINE);
	line[0].cmd = DLB_CMD_COMP;
	for (uint32_t i = 1; i < inflight; i++)
		dlbsim_pp_write(b->sim, LDB, port, line, DLB_HCWS_PER_LINE);
}

static void
drain_dir_cq(struct bench *b, unsigned int port, unsigned int preload)
{
	uint32_t tokens = bench_get(b, DLB_R_LSP_CQ_DIR_TKN_CNT, port) - preload;
	struct dlb_hcw line[DLB_HCWS_PER_LINE] = { bench_cmd(DLB_CMD_BAT_T, tokens - 1) };

	if (tokens != 0)
		dlbsim_pp_write(b->sim, DIR, port, line, DLB_HCWS_PER_LINE);
}

static uint32_t
depth_of(struct bench *b, unsigned int qid)
{
	return bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, qid) +
	       bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, qid) +
	       bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, qid);
}

static unsigned int
preload_of(unsigned int port)
{
	return dlb_cq_token_preload(4u << port);
}

static void
drain_queues(struct bench *b, unsigned int nb_queues)
{
	uint32_t left;
	unsigned int turns = 0;

	do {
		for (unsigned int p = 0; p < NB_PORTS; p++)
			drain_ldb_cq(b, p, preload_of(p));
		left = 0;
		for (unsigned int q = 0; q < nb_queues; q++)
			left += depth_of(b, q);
		assert_in_range(turns++, 0, 32768);
	} while (left != 0);
	for (unsigned int p = 0; p < NB_PORTS; p++)
		drain_ldb_cq(b, p, preload_of(p));
	bench_verify(b);
}

static void
stop_and_drain(struct bench *b)
{
	for (unsigned int q = 0; q < 2; q++)
		bench_set(b, DLB_R_SYS_DIR_VASQID_V, q, 0);
	for (unsigned int q = 0; q < NB_QUEUES; q++)
		bench_set(b, DLB_R_SYS_LDB_VASQID_V, q, 0);
	for (unsigned int p = 0; p < NB_PORTS; p++)
		bench_enable(b, LDB, p, false);
	for (unsigned int p = 0; p < NB_PORTS; p++)
		drain_ldb_cq(b, p, preload_of(p));
	for (unsigned int p = 0; p < NB_PORTS; p++)
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, p), 0);
	for (unsigned int p = 0; p < NB_PORTS; p++)
		bench_enable(b, LDB, p, true);
	drain_queues(b, 2);
	bench_unlink(b, 0, 0);
	bench_link(b, 0, 0, 2, 0);
	drain_queues(b, NB_QUEUES);
	for (unsigned int turns = 0; bench_get(b, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 0) +
					     bench_get(b, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 1) !=
				     0;
	     turns++) {
		assert_in_range(turns, 0, 32768);
		for (unsigned int p = 0; p < 2; p++)
			drain_dir_cq(b, p, 6);
	}
	for (unsigned int p = 0; p < 2; p++)
		drain_dir_cq(b, p, 6);
}

static void
verify_empty(struct bench *b)
{
	for (unsigned int q = 0; q < NB_QUEUES; q++)
		assert_int_equal(depth_of(b, q), 0);
	for (unsigned int p = 0; p < NB_PORTS; p++) {
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, p), 0);
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, p), preload_of(p));
	}
	for (unsigned int p = 0; p < 2; p++) {
		assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, p), 0);
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_DIR_TKN_CNT, p), 6);
	}
	assert_int_equal(bench_credits_left(b, 0, LDB), b->lim->combined_credits ? 4000 : 2000);
	assert_int_equal(bench_credits_left(b, 0, DIR), b->lim->combined_credits ? 4000 : 2000);
	assert_int_equal(bench_nb_drops(b), 0);
}

/* The registers that a driver writes back, in procedures.md's order, and what they must hold. */
static const enum dlb_reg reset_of_ldb_port[] = {
	DLB_R_SYS_LDB_PP2VAS,
	DLB_R_CHP_LDB_CQ2VAS,
	DLB_R_SYS_LDB_PP2VDEV,
	DLB_R_SYS_LDB_PP_V,
	DLB_R_LSP_CQ_LDB_DSBL,
	DLB_R_CHP_LDB_CQ_DEPTH,
	DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT,
	DLB_R_LSP_CQ_LDB_INFL_LIM,
	DLB_R_CHP_HIST_LIST_LIM,
	DLB_R_CHP_HIST_LIST_BASE,
	DLB_R_CHP_HIST_LIST_POP_PTR,
	DLB_R_CHP_HIST_LIST_PUSH_PTR,
	DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH,
	DLB_R_CHP_LDB_CQ_TMR_THRSH,
	DLB_R_CHP_LDB_CQ_INT_ENB,
	DLB_R_SYS_LDB_CQ_ISR,
	DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL,
	DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL,
	DLB_R_CHP_LDB_CQ_WPTR,
	DLB_R_LSP_CQ_LDB_TKN_CNT,
	DLB_R_SYS_LDB_CQ_ADDR_L,
	DLB_R_SYS_LDB_CQ_ADDR_U,
	DLB_R_SYS_LDB_CQ_AT,
	DLB_R_SYS_LDB_CQ_PASID,
	DLB_R_SYS_LDB_CQ2VF_PF_RO,
	DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL,
	DLB_R_LSP_CQ_LDB_TOT_SCH_CNTH,
	DLB_R_LSP_CQ2QID0,
	DLB_R_LSP_CQ2QID1,
	DLB_R_LSP_CQ2PRIOV,
};

static const enum dlb_reg reset_of_dir_port[] = {
	DLB_R_CHP_DIR_CQ2VAS,		DLB_R_LSP_CQ_DIR_DSBL,
	DLB_R_CHP_DIR_CQ_DEPTH,		DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH,
	DLB_R_CHP_DIR_CQ_TMR_THRSH,	DLB_R_CHP_DIR_CQ_INT_ENB,
	DLB_R_SYS_DIR_CQ_ISR,		DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI,
	DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, DLB_R_CHP_DIR_CQ_WPTR,
	DLB_R_LSP_CQ_DIR_TKN_CNT,	DLB_R_SYS_DIR_CQ_ADDR_L,
	DLB_R_SYS_DIR_CQ_ADDR_U,	DLB_R_SYS_DIR_CQ_AT,
	DLB_R_SYS_DIR_CQ_PASID,		DLB_R_SYS_DIR_CQ_FMT,
	DLB_R_SYS_DIR_CQ2VF_PF_RO,	DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL,
	DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH,	DLB_R_SYS_DIR_PP2VAS,
	DLB_R_SYS_DIR_PP2VDEV,		DLB_R_SYS_DIR_PP_V,
};

static const enum dlb_reg reset_of_ldb_queue[] = {
	DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTH,
	DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH,
	DLB_R_LSP_QID_NALDB_MAX_DEPTH,
	DLB_R_LSP_QID_LDB_INFL_LIM,
	DLB_R_LSP_QID_AQED_ACTIVE_LIM,
	DLB_R_LSP_QID_ATM_DEPTH_THRSH,
	DLB_R_LSP_QID_NALDB_DEPTH_THRSH,
	DLB_R_SYS_LDB_QID_ITS,
	DLB_R_CHP_ORD_QID_SN,
	DLB_R_CHP_ORD_QID_SN_MAP,
	DLB_R_SYS_LDB_QID_V,
	DLB_R_SYS_LDB_QID_CFG_V,
};

static const enum dlb_reg reset_of_dir_queue[] = {
	DLB_R_LSP_QID_DIR_MAX_DEPTH,	DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH, DLB_R_LSP_QID_DIR_DEPTH_THRSH,
	DLB_R_SYS_DIR_QID_ITS,		DLB_R_SYS_DIR_QID_V,
};

#define RESET(b, list, i) write_resets(b, list, sizeof(list) / sizeof((list)[0]), i)

static void
write_resets(struct bench *b, const enum dlb_reg *regs, unsigned int nb, unsigned int i)
{
	for (unsigned int k = 0; k < nb; k++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[regs[k]];

		if (desc->count[b->version] == 0)
			continue;
		bench_set(b, regs[k], i, desc->reset);
		assert_int_equal(bench_get(b, regs[k], i), desc->reset);
	}
	bench_verify(b);
}

/* In which slots the queue was, of all CQs. */
static void
reset_slots_of_queue(struct bench *b, unsigned int qid)
{
	static const enum dlb_reg regs[] = { DLB_R_ATM_QID2CQIDIX, DLB_R_LSP_QID2CQIDIX,
					     DLB_R_LSP_QID2CQIDIX2 };

	for (unsigned int k = 0; k < sizeof(regs) / sizeof(regs[0]); k++)
		for (unsigned int word = 0; word < dlb_reg_descs[regs[k]].count2; word++)
			dlbsim_csr_write(b->sim, DLB_BAR_CSR,
					 dlb_reg_offset2(b->version, regs[k], qid, word), 0);
}

static void
give_back(struct bench *b)
{
	for (unsigned int d = 0; d < 2; d++)
		bench_enable(b, DIR, d, false);
	for (unsigned int p = 0; p < NB_PORTS; p++) {
		bench_enable(b, LDB, p, false);
		RESET(b, reset_of_ldb_port, p);
	}
	for (unsigned int d = 0; d < 2; d++) {
		RESET(b, reset_of_dir_port, d);
		RESET(b, reset_of_dir_queue, d);
	}
	for (unsigned int q = 0; q < NB_QUEUES; q++) {
		RESET(b, reset_of_ldb_queue, q);
		reset_slots_of_queue(b, q);
		bench_set(b, DLB_R_RO_GRP_0_SLT_SHFT, q, 0);
		bench_set(b, DLB_R_AQED_QID_FID_LIM, q, 0x7FF);
		bench_set(b, DLB_R_AQED_QID_HID_WIDTH, q, 0);
	}
	bench_credits(b, 0, 0, 0);
}

/* --- every register is back ---------------------------------------------------------------- */

static bool
may_differ(enum dlb_reg reg)
{
	switch (reg) {
	case DLB_R_CM_CFG_PM_PMCSR_DISABLE:
	case DLB_R_CHP_CFG_CHP_CSR_CTRL:
	case DLB_R_LSP_LDB_SCH_CNT_L:
	case DLB_R_LSP_DIR_SCH_CNT_L:
		return true;
	default:
		return false;
	}
}

static void
expect_reset_value(struct bench *b, enum dlb_reg reg, uint32_t i, uint32_t j)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
	uint32_t value = dlbsim_csr_read(b->sim, (enum dlb_bar)desc->bar,
					 dlb_reg_offset2(b->version, reg, i, j));

	if (value != desc->reset)
		fail_msg("%s(%u,%u) is 0x%x, not 0x%x", desc->name, i, j, value, desc->reset);
}

static void
expect_reset_values(struct bench *b, bool after_domain_reset)
{
	for (unsigned int reg = 0; reg < DLB_R_COUNT; reg++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

		if (after_domain_reset && may_differ((enum dlb_reg)reg))
			continue;
		for (uint32_t i = 0; i < desc->count[b->version]; i++)
			for (uint32_t j = 0; j < desc->count2; j++)
				expect_reset_value(b, (enum dlb_reg)reg, i, j);
	}
}

static void
test_domain_reset_in_mid_traffic(void **state)
{
	struct bench *b = *state;

	for (unsigned int round = 0; round < 3; round++) {
		b->last_hist = 0;
		bring_up(b);
		fill(b);
		stop_and_drain(b);
		verify_empty(b);
		give_back(b);
		expect_reset_values(b, true);
	}
}

/* Ports that were given back drop what is written to them, and their memory is left alone. */
static void
test_nothing_is_written_after_a_reset(void **state)
{
	static const uint8_t untouched[BENCH_RING_BYTES];
	struct bench *b = *state;

	bring_up(b);
	fill(b);
	stop_and_drain(b);
	give_back(b);
	memset(b->memory, 0, BENCH_RING_BYTES);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
	bench_settle(b);
	assert_int_equal(bench_drops(b).illegal_pp, 1);
	assert_memory_equal(b->memory, untouched, BENCH_RING_BYTES);
}

/* --- FLR ----------------------------------------------------------------------------------- */

static void
test_reset_values_from_the_start(void **state)
{
	expect_reset_values(*state, false);
}

static void
test_flr_in_mid_traffic(void **state)
{
	struct bench *b = *state;

	for (unsigned int round = 0; round < 3; round++) {
		b->last_hist = 0;
		bring_up(b);
		fill(b);
		bench_put(b, LDB, 9, bench_cmd(DLB_CMD_COMP, 0));
		dlbsim_flr(b->sim);
		bench_verify(b);
		/* all but the power switch */
		assert_int_equal(bench_get(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0), 0);
		bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 1);
		expect_reset_values(b, false);
		assert_int_equal(bench_nb_drops(b), 0);
		assert_int_equal(bench_settle(b), 0);
	}
	/* Flows that were pinned before are free now. */
	b->last_hist = 0;
	bring_up(b);
	for (unsigned int p = 1; p < NB_PORTS; p++)
		bench_enable(b, LDB, p, false);
	b->unverified = true;
	for (unsigned int flow = 0; flow < 13; flow++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 1, flow, flow));
	b->unverified = false;
	assert_int_equal(bench_drain(b, LDB, 0), 13);
}

/* An interrupt that waits for its mask or acknowledgement is gone with the reset. */
static void
test_flr_forgets_pending_interrupts(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_SYS_INGRESS_ALARM_ENBL, 0, 0x3F);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(bench_get(b, DLB_R_MSIX_PBA, 0), BIT(0));
	dlbsim_flr(b->sim);
	assert_int_equal(bench_get(b, DLB_R_MSIX_PBA, 0), 0);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 0, 0);
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, 1);
	assert_int_equal(b->nb_msix[0], 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_domain_reset_in_mid_traffic),
		ON_BOTH(test_nothing_is_written_after_a_reset),
		ON_BOTH(test_reset_values_from_the_start),
		ON_BOTH(test_flr_in_mid_traffic),
		ON_BOTH(test_flr_forgets_pending_interrupts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
