/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Watchdogs: a consumer queue (CQ) that holds elements whose tokens do not come back is reported
 * after ports * threshold * (interval + 1) ticks of 10 ns.
 */

#include "bench.h"

#define INTERVAL  0xFFFF
#define THRESHOLD 24
#define ENABLE	  BIT(28)

static uint64_t
period_ns(const struct bench *b, bool is_ldb)
{
	return (uint64_t)(is_ldb ? 64 : b->lim->nb_dir_ports) * (INTERVAL + 1) * 10;
}

/* LDB port 33 and the last directed port are watched; port 34 is not. */
static unsigned int
bring_up(struct bench *b)
{
	unsigned int last = b->lim->nb_dir_ports - 1U;

	bench_power_up(b, false);
	bench_credits(b, 0, 100, 100);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 0, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0 });
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1 });
	bench_dir_queue(b, &(struct bench_queue){ .qid = last });
	bench_dir_port(b, &(struct bench_port){ .id = last });
	for (unsigned int i = 0; i < 2; i++) {
		bench_ldb_port(b, &(struct bench_port){ .id = 33 + i });
		bench_link(b, 33 + i, 0, i, 0);
	}
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_THRESHOLD, 0, THRESHOLD);
	bench_set(b, DLB_R_CHP_CFG_DIR_WD_THRESHOLD, 0, THRESHOLD);
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, ENABLE | INTERVAL);
	bench_set(b, DLB_R_CHP_CFG_DIR_WD_ENB_INTERVAL, 0, ENABLE | INTERVAL);
	bench_set(b, DLB_R_CHP_LDB_CQ_WD_ENB, 33, 1);
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_DISABLE1, 0, BIT(1));
	bench_set(b, DLB_R_CHP_DIR_CQ_WD_ENB, last, 1);
	bench_set(b,
		  b->version == DLB_V2_0 ? DLB_R_CHP_CFG_DIR_WD_DISABLE1
					 : DLB_R_CHP_CFG_DIR_WD_DISABLE2,
		  0, BIT(31));
	assert_int_equal(bench_get(b, DLB_R_CHP_CFG_LDB_WD_DISABLE1, 0), ~BIT(1));
	bench_settle(b);
	return last;
}

/* Let time pass, in steps of a tenth of a period. */
static void
pass(struct bench *b, bool is_ldb, unsigned int periods)
{
	for (unsigned int i = 0; i < 10 * periods; i++) {
		b->now_ns += period_ns(b, is_ldb) / 10;
		dlbsim_step(b->sim, b->now_ns, 1);
	}
	bench_verify(b);
}

static uint32_t
timeouts_of_ldb(struct bench *b)
{
	return bench_get(b, DLB_R_CHP_CFG_LDB_WDTO_1, 0);
}

static void
deliver_to_ldb(struct bench *b, unsigned int qid)
{
	bench_put(b, LDB, 33, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, qid, 0, 0));
	assert_int_equal(bench_settle(b), 1);
}

static void
test_neglected_queue_times_out(void **state)
{
	struct bench *b = *state;
	uint32_t synd;

	bring_up(b);
	deliver_to_ldb(b, 0);
	deliver_to_ldb(b, 1);
	pass(b, LDB, THRESHOLD - 1);
	assert_int_equal(timeouts_of_ldb(b), 0);
	pass(b, LDB, 4);
	assert_int_equal(timeouts_of_ldb(b), BIT(1));
	assert_int_equal(bench_get(b, DLB_R_CHP_CFG_LDB_WD_DISABLE1, 0), ~UINT32_C(0));
	assert_int_equal(b->nb_msix[0], 1);
	synd = bench_get(b, DLB_R_SYS_ALARM_HW_SYND, 0);
	assert_int_equal(synd, BIT(31) | DLB_F_SYS_ALARM_HW_SYND_CWD);
	/* It is reported once, until it is watched again. */
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, 1);
	pass(b, LDB, 3 * THRESHOLD);
	assert_int_equal(b->nb_msix[0], 1);
	bench_set(b, DLB_R_CHP_CFG_LDB_WDTO_1, 0, BIT(1));
	assert_int_equal(bench_get(b, DLB_R_SYS_ALARM_HW_SYND, 0), 0);
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_DISABLE1, 0, BIT(1));
	pass(b, LDB, THRESHOLD + 4);
	assert_int_equal(timeouts_of_ldb(b), BIT(1));
	assert_int_equal(b->nb_msix[0], 2);
}

static void
test_returned_tokens_calm_it(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	for (unsigned int i = 0; i < 5; i++)
		deliver_to_ldb(b, 0);
	for (unsigned int i = 0; i < 5; i++) {
		pass(b, LDB, THRESHOLD - 4);
		bench_put(b, LDB, 33, bench_cmd(DLB_CMD_BAT_T, 0));
	}
	/* None is out: nothing to wait for. */
	pass(b, LDB, 3 * THRESHOLD);
	assert_int_equal(timeouts_of_ldb(b), 0);
	assert_int_equal(b->nb_msix[0], 0);
}

static void
test_directed_queue_times_out(void **state)
{
	struct bench *b = *state;
	unsigned int last = bring_up(b);
	enum dlb_reg wdto =
		b->version == DLB_V2_0 ? DLB_R_CHP_CFG_DIR_WDTO_1 : DLB_R_CHP_CFG_DIR_WDTO_2;

	bench_put(b, DIR, last, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, last, 0, 0));
	assert_int_equal(bench_settle(b), 1);
	pass(b, DIR, THRESHOLD - 1);
	assert_int_equal(bench_get(b, wdto, 0), 0);
	pass(b, DIR, 4);
	assert_int_equal(bench_get(b, wdto, 0), BIT(31));
	assert_int_equal(b->nb_msix[0], 1);
}

/* Time counts, however seldom the device is stepped. */
static void
test_steps_far_apart(void **state)
{
	struct bench *b = *state;
	unsigned int steps = 0;

	bring_up(b);
	deliver_to_ldb(b, 0);
	for (; timeouts_of_ldb(b) == 0; steps++) {
		assert_in_range(steps, 0, 5);
		b->now_ns += 8 * period_ns(b, LDB);
		dlbsim_step(b->sim, b->now_ns, 1);
	}
	assert_in_range(steps, 3, 5);
	assert_int_equal(b->nb_msix[0], 1);
}

/* What was delivered, or given back, after a long time without a step was not neglected for it. */
static void
test_long_silence_is_not_neglect(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	b->now_ns += 1000 * period_ns(b, LDB);
	bench_put(b, LDB, 33, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 33), 1);
	dlbsim_step(b->sim, b->now_ns, 1);
	assert_int_equal(timeouts_of_ldb(b), 0);
	deliver_to_ldb(b, 0);
	pass(b, LDB, 2);
	b->now_ns += 1000 * period_ns(b, LDB);
	bench_put(b, LDB, 33, bench_cmd(DLB_CMD_BAT_T, 0));
	dlbsim_step(b->sim, b->now_ns, 1);
	assert_int_equal(timeouts_of_ldb(b), 0);
	/* Nor is time for which the watchdog was off. */
	pass(b, LDB, 2);
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, INTERVAL);
	b->now_ns += 1000 * period_ns(b, LDB);
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, ENABLE | INTERVAL);
	pass(b, LDB, 2);
	assert_int_equal(timeouts_of_ldb(b), 0);
	pass(b, LDB, THRESHOLD + 2);
	assert_int_equal(timeouts_of_ldb(b), BIT(1));
}

/* A watchdog that is off, as a whole or for the queue, says nothing. */
static void
test_switched_off(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, INTERVAL);
	deliver_to_ldb(b, 0);
	pass(b, LDB, 3 * THRESHOLD);
	bench_set(b, DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, ENABLE | INTERVAL);
	bench_set(b, DLB_R_CHP_LDB_CQ_WD_ENB, 33, 0);
	pass(b, LDB, 3 * THRESHOLD);
	assert_int_equal(timeouts_of_ldb(b), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_neglected_queue_times_out),   ON_BOTH(test_returned_tokens_calm_it),
		ON_BOTH(test_directed_queue_times_out),	   ON_BOTH(test_steps_far_apart),
		ON_BOTH(test_long_silence_is_not_neglect), ON_BOTH(test_switched_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
