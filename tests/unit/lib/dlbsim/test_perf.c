/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Performance counters: what the load-balanced scheduler did, or why it did nothing, and clocks.
 * Each read of a register is a run of the scheduler, so the counters of doing nothing move by
 * being looked at.
 */

#include "bench.h"

#define ENAB BIT(0)
#define CLR  BIT(1)

/* In order of the registers. */
enum counter {
	NO_WORK,
	NO_SPACE,
	SCHEDULED,
	FRICTION_1,
	NO_INFLIGHT,
	FRICTION_2,
	NO_FLOW,
	NB_COUNTERS
};

static uint64_t
count(struct bench *b, enum counter counter)
{
	enum dlb_reg low = (enum dlb_reg)(DLB_R_LSP_LDB_SCHED_PERF_0_L + 2 * (unsigned int)counter);

	return (uint64_t)bench_get(b, (enum dlb_reg)(low + 1), 0) << 32 | bench_get(b, low, 0);
}

/* As a driver does it: a bit is set and the rest is left as it is. */
static void
control(struct bench *b, uint32_t bit)
{
	bench_set(b, DLB_R_LSP_LDB_SCHED_PERF_CTRL, 0,
		  bench_get(b, DLB_R_LSP_LDB_SCHED_PERF_CTRL, 0) | bit);
}

/* From here on this one is counted, and no other. */
static void
expect_only(struct bench *b, enum counter counter)
{
	control(b, ENAB | CLR);
	for (unsigned int i = 0; i < 3; i++)
		bench_settle(b);
	for (unsigned int c = 0; c < NB_COUNTERS; c++)
		if ((count(b, (enum counter)c) != 0) != (c == (unsigned int)counter))
			fail_msg("counter %u is %llu", c,
				 (unsigned long long)count(b, (enum counter)c));
}

static void
put(struct bench *b, enum dlb_sched_type type, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, type, 0, 5, i));
}

static void
test_nothing_counts_unless_enabled(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	put(b, DLB_SCHED_UNORDERED, 4);
	bench_settle(b);
	for (unsigned int c = 0; c < NB_COUNTERS; c++)
		assert_int_equal(count(b, (enum counter)c), 0);
}

/* Clearing leaves the counters on, and off is off. */
static void
test_scheduled_elements(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 3 });
	bench_dir_port(b, &(struct bench_port){ .id = 3 });
	control(b, ENAB);
	put(b, DLB_SCHED_UNORDERED, 4);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 3, 0, 0));
	assert_int_equal(bench_settle(b), 5);
	assert_int_equal(count(b, SCHEDULED), 4);
	control(b, CLR);
	assert_int_equal(bench_get(b, DLB_R_LSP_LDB_SCHED_PERF_CTRL, 0), ENAB);
	assert_int_equal(count(b, SCHEDULED), 0);
	put(b, DLB_SCHED_UNORDERED, 3);
	assert_int_equal(count(b, SCHEDULED), 3);
	bench_set(b, DLB_R_LSP_LDB_SCHED_PERF_CTRL, 0, 0);
	put(b, DLB_SCHED_UNORDERED, 2);
	assert_int_equal(count(b, SCHEDULED), 3);
	bench_set(b, DLB_R_LSP_LDB_SCHED_PERF_2_L, 0, UINT32_MAX);
	control(b, ENAB);
	put(b, DLB_SCHED_UNORDERED, 2);
	assert_true(count(b, SCHEDULED) == UINT64_C(0x100000001));
}

static void
test_nothing_to_do(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	expect_only(b, NO_WORK);
}

static void
test_no_space(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_enable(b, LDB, 0, false);
	put(b, DLB_SCHED_UNORDERED, 1);
	expect_only(b, NO_SPACE);
}

static void
test_inflight_limit_of_the_queue(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 0);
	put(b, DLB_SCHED_UNORDERED, 1);
	expect_only(b, NO_INFLIGHT);
}

static void
test_inflight_limit_of_the_cq(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 0, 2);
	put(b, DLB_SCHED_UNORDERED, 4);
	bench_settle(b);
	expect_only(b, NO_INFLIGHT);
}

/* All sequence numbers are out: the same, as far as the scheduler can tell. */
static void
test_sequence_numbers(void **state)
{
	struct bench *b = *state;

	bench_power_up(b, false);
	bench_credits(b, 0, 1000, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .sns = 64, .inflights = 128 });
	bench_ldb_port(b, &(struct bench_port){ .id = 0 });
	bench_link(b, 0, 0, 0, 0);
	put(b, DLB_SCHED_ORDERED, 70);
	assert_int_equal(bench_settle(b), 64);
	expect_only(b, NO_INFLIGHT);
}

/* A flow that another CQ has, whose own CQ has no room. */
static void
test_flow_elsewhere(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	put(b, DLB_SCHED_ATOMIC, 1);
	bench_settle(b);
	bench_enable(b, LDB, 0, false);
	bench_ldb_port(b, &(struct bench_port){ .id = 1 });
	bench_link(b, 1, 0, 0, 0);
	put(b, DLB_SCHED_ATOMIC, 2);
	assert_int_equal(bench_settle(b), 0);
	expect_only(b, NO_FLOW);
}

static uint64_t
clocks(struct bench *b, enum dlb_reg low, enum dlb_reg high)
{
	return (uint64_t)bench_get(b, high, 0) << 32 | bench_get(b, low, 0);
}

static void
expect_clocks(struct bench *b, uint64_t now_ns, uint64_t expected)
{
	dlbsim_step(b->sim, now_ns, 1);
	assert_true(clocks(b, DLB_R_CM_PROC_ON_CNT_L, DLB_R_CM_PROC_ON_CNT_H) == expected);
	assert_true(clocks(b, DLB_R_CM_CLK_ON_CNT_L, DLB_R_CM_CLK_ON_CNT_H) == expected);
}

/* 800 MHz, from the power switch or a reset on; time that runs backwards is none. */
static void
test_clocks(void **state)
{
	struct bench *b = *state;
	const uint64_t s = 1000000000;

	expect_clocks(b, 3 * s, 0);
	bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 0);
	expect_clocks(b, 4 * s, 800000000);
	bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 0);
	expect_clocks(b, 13 * s, UINT64_C(8000000000));
	expect_clocks(b, 12 * s, UINT64_C(8000000000));
	dlbsim_flr(b->sim);
	expect_clocks(b, 13 * s, 0);
	expect_clocks(b, 14 * s, 800000000);
	bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 1);
	expect_clocks(b, 15 * s, 0);
	bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 0);
	expect_clocks(b, 16 * s, 800000000);
}

/* Of some counters the place on 2.5 is not documented: drivers know that of 2.0 only. */
static void
test_places_of_2_0_on_2_5(void **state)
{
	struct bench *b = *state;
	uint32_t ctrl = dlb_reg_offset(DLB_V2_0, DLB_R_LSP_LDB_SCHED_PERF_CTRL, 0);
	uint32_t scheduled = dlb_reg_offset(DLB_V2_0, DLB_R_LSP_LDB_SCHED_PERF_2_L, 0);
	uint32_t powered = dlb_reg_offset(DLB_V2_0, DLB_R_CM_PROC_ON_CNT_L, 0);
	uint32_t sns = dlb_reg_offset(DLB_V2_0, DLB_R_RO_HEALTH_SEQNUM_STATE_GRP0, 0);

	bench_minimum(b);
	dlbsim_csr_write(b->sim, DLB_BAR_CSR, ctrl, ENAB);
	put(b, DLB_SCHED_ORDERED, 3);
	assert_int_equal(dlbsim_csr_read(b->sim, DLB_BAR_CSR, scheduled), 3);
	assert_int_equal(count(b, SCHEDULED), 3);
	assert_int_equal(dlbsim_csr_read(b->sim, DLB_BAR_CSR, sns), 7);
	dlbsim_step(b->sim, 1000, 1);
	assert_int_equal(dlbsim_csr_read(b->sim, DLB_BAR_CSR, powered), 800);
	dlbsim_csr_write(b->sim, DLB_BAR_CSR, ctrl, CLR);
	assert_int_equal(dlbsim_csr_read(b->sim, DLB_BAR_CSR, scheduled), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_nothing_counts_unless_enabled),
		ON_BOTH(test_scheduled_elements),
		ON_BOTH(test_nothing_to_do),
		ON_BOTH(test_no_space),
		ON_BOTH(test_inflight_limit_of_the_queue),
		ON_BOTH(test_inflight_limit_of_the_cq),
		ON_BOTH(test_sequence_numbers),
		ON_BOTH(test_flow_elsewhere),
		ON_BOTH(test_clocks),
		ON_2_5(test_places_of_2_0_on_2_5),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
