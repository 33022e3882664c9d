/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Who goes first: element priorities, priorities of queues at a consumer queue (CQ), weights and
 * turns. Shares are measured over many draws; a tolerance of five standard deviations of the
 * binomial distribution lets none of the fixed sequences of draws fail that is fair.
 */

#include "bench.h"

#define STRICT	 UINT32_C(0xFFFFFFFF)
#define QUARTER	 UINT32_C(0xFFBF7F3F) /* thresholds 63, 127, 191, 255 */
#define NB_DRAWS 1000

static void
expect_share(unsigned int got, unsigned int draws, double share)
{
	double excess = got - draws * share;

	if (excess * excess > 25 * draws * share * (1 - share))
		fail_msg("%u of %u draws, where %.3f is fair", got, draws, share);
}

static void
send(struct bench *b, enum dlb_sched_type type, unsigned int qid, unsigned int prio, uint64_t data)
{
	struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, type, qid, (unsigned int)data, data);

	bench_put(b, LDB, 0, bench_prio(hcw, prio));
}

/* LDB and directed queue 0, each before a CQ 0 that is disabled. */
static void
bring_up(struct bench *b, unsigned int depth)
{
	bench_power_up(b, false);
	bench_credits(b, 0, b->lim->ldb_credits, b->lim->dir_credits);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0, .sns = 1024, .flows = 2000 });
	bench_ldb_port(b, &(struct bench_port){
				  .id = 0, .depth = depth, .history = 1500, .disabled = true });
	bench_link(b, 0, 0, 0, 0);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 0 });
	bench_dir_port(b, &(struct bench_port){ .id = 0, .depth = depth, .disabled = true });
	b->unverified = true;
}

static void
open_cq(struct bench *b, enum dlb_sched_type type)
{
	b->unverified = false;
	bench_enable(b, type != DLB_SCHED_DIRECTED, 0, true);
}

static enum dlb_reg
weights_of(enum dlb_sched_type type)
{
	return type == DLB_SCHED_ATOMIC	    ? DLB_R_ATM_CFG_ARB_WEIGHTS_RDY_BIN
	       : type == DLB_SCHED_DIRECTED ? DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0
					    : DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0;
}

/* --- priorities of elements ---------------------------------------------------------------- */

static void
expect_strict(struct bench *b, enum dlb_sched_type type)
{
	bool is_ldb = type != DLB_SCHED_DIRECTED;

	dlbsim_flr(b->sim);
	b->last_hist = 0;
	bring_up(b, 1024);
	bench_set(b, weights_of(type), 0, STRICT);
	for (unsigned int i = 0; i < 400; i++)
		send(b, type, 0, i * 5 % 8, i);
	open_cq(b, type);
	/* Bins in order, and first in first out inside of each: two priorities share one. */
	for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
		for (unsigned int i = 0; i < 400; i++)
			if (dlb_prio_bin(i * 5 % 8) == bin)
				bench_expect(b, is_ldb, 0, i);
	bench_expect_none(b, is_ldb, 0);
}

static void
test_strict_priorities(void **state)
{
	for (unsigned int type = 0; type < 4; type++)
		expect_strict(*state, (enum dlb_sched_type)type);
}

static void
count_bins(struct bench *b, enum dlb_sched_type type, uint32_t weights, unsigned int got[])
{
	bool is_ldb = type != DLB_SCHED_DIRECTED;
	struct dlb_qe qe;

	dlbsim_flr(b->sim);
	b->last_hist = 0;
	bring_up(b, 1024);
	bench_set(b, weights_of(type), 0, weights);
	for (unsigned int i = 0; i < NB_DRAWS * DLB_NB_BINS; i++)
		send(b, type, 0, i % 8, i);
	open_cq(b, type);
	memset(got, 0, DLB_NB_BINS * sizeof(got[0]));
	for (unsigned int i = 0; i < NB_DRAWS; i++) {
		assert_true(bench_take(b, is_ldb, 0, &qe));
		/* of directed elements only the data survives */
		got[dlb_prio_bin((uint32_t)qe.data)]++;
	}
}

static void
test_even_weights_share_evenly(void **state)
{
	unsigned int got[DLB_NB_BINS];

	for (unsigned int type = 0; type < 4; type++) {
		count_bins(*state, (enum dlb_sched_type)type, QUARTER, got);
		for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
			expect_share(got[bin], NB_DRAWS, 0.25);
	}
}

/* What drivers program: one percent of starvation avoidance favours 250, 2, 2, 2 of 256 draws. */
static void
test_driver_weights_starve_nobody(void **state)
{
	unsigned int got[DLB_NB_BINS];

	for (unsigned int type = 0; type < 4; type++) {
		count_bins(*state, (enum dlb_sched_type)type, UINT32_C(0xFFFDFBF9), got);
		expect_share(got[0], NB_DRAWS, 250.0 / 256);
		for (unsigned int bin = 1; bin < DLB_NB_BINS; bin++)
			expect_share(got[bin], NB_DRAWS, 2.0 / 256);
	}
}

/* An empty favourite gives its draw to the most urgent. */
static void
test_favour_of_an_empty_bin_goes_to_the_most_urgent(void **state)
{
	struct bench *b = *state;
	unsigned int got[8] = { 0 };
	struct dlb_qe qe;

	bring_up(b, 1024);
	bench_set(b, DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0, 0, QUARTER);
	for (unsigned int i = 0; i < 2 * NB_DRAWS; i++)
		send(b, DLB_SCHED_DIRECTED, 0, i % 2 == 0 ? 2 : 6, i);
	open_cq(b, DLB_SCHED_DIRECTED);
	for (unsigned int i = 0; i < NB_DRAWS; i++) {
		assert_true(bench_take(b, DIR, 0, &qe));
		got[qe.data % 2 == 0 ? 2 : 6]++;
	}
	expect_share(got[2], NB_DRAWS, 0.75);
}

/* The most urgent element of a flow that waited comes first when it is free. */
static void
test_waiting_flow_hands_out_its_most_urgent(void **state)
{
	struct bench *b = *state;

	bench_power_up(b, false);
	bench_credits(b, 0, 100, 0);
	bench_set(b, DLB_R_ATM_CFG_ARB_WEIGHTS_RDY_BIN, 0, STRICT);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0 });
	for (unsigned int p = 0; p < 2; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .depth = 1, .disabled = p == 1 });
		bench_link(b, p, 0, 0, 0);
	}
	for (unsigned int i = 0; i < 5; i++) {
		struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, 1, i);

		bench_put(b, LDB, 0, bench_prio(hcw, 7 - i));
		bench_settle(b);
	}
	bench_enable(b, LDB, 1, true);
	bench_expect(b, LDB, 0, 0);
	for (unsigned int i = 0; i < 4; i++) {
		/* bin 1, twice bin 2, bin 3 */
		static const uint64_t order[] = { 4, 2, 3, 1 };

		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 0));
		bench_settle(b);
		bench_expect(b, LDB, 0, order[i]);
	}
}

/* --- priorities of queues ------------------------------------------------------------------ */

/* A CQ of depth 1 with queue i in slot i; each has plenty. */
static void
fill_slots(struct bench *b, unsigned int nb, const unsigned int *prio, unsigned int each)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 8000, 0);
	bench_ldb_port(b, &(struct bench_port){ .id = 0, .depth = 1, .disabled = true });
	for (unsigned int i = 0; i < nb; i++) {
		bench_ldb_queue(b, &(struct bench_queue){ .qid = i });
		bench_link(b, 0, i, i, prio[i]);
	}
	b->unverified = true;
	for (unsigned int i = 0; i < nb * each; i++)
		send(b, DLB_SCHED_UNORDERED, i % nb, 0, i);
}

static unsigned int
next_queue(struct bench *b)
{
	struct dlb_qe qe = { .qid = 0xFF };

	bench_settle(b);
	assert_true(bench_take(b, LDB, 0, &qe));
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	return qe.qid;
}

static void
test_slots_by_strict_priority(void **state)
{
	static const unsigned int prio[DLB_NB_SLOTS] = { 5, 0, 7, 2, 6, 1, 4, 3 };
	struct bench *b = *state;

	fill_slots(b, DLB_NB_SLOTS, prio, 5);
	bench_set(b, DLB_R_LSP_CFG_ARB_WEIGHT_LDB_QID_0, 0, STRICT);
	bench_enable(b, LDB, 0, true);
	b->unverified = false;
	for (unsigned int i = 0; i < DLB_NB_SLOTS * 5; i++)
		assert_int_equal(prio[next_queue(b)], i / 5);
}

static void
test_slots_of_equal_priority_take_turns(void **state)
{
	static const unsigned int prio[DLB_NB_SLOTS] = { 3, 3, 3, 3, 3, 3, 3, 3 };
	unsigned int got[DLB_NB_SLOTS] = { 0 };
	struct bench *b = *state;

	fill_slots(b, DLB_NB_SLOTS, prio, 20);
	bench_enable(b, LDB, 0, true);
	for (unsigned int i = 0; i < DLB_NB_SLOTS * 10; i++)
		got[next_queue(b)]++;
	for (unsigned int i = 0; i < DLB_NB_SLOTS; i++)
		assert_int_equal(got[i], 10);
}

static void
test_slots_share_by_weight(void **state)
{
	static const unsigned int prio[] = { 0, 2, 4, 6 };
	unsigned int got[4] = { 0 };
	struct bench *b = *state;

	fill_slots(b, 4, prio, NB_DRAWS);
	bench_set(b, DLB_R_LSP_CFG_ARB_WEIGHT_LDB_QID_0, 0, QUARTER);
	bench_enable(b, LDB, 0, true);
	for (unsigned int i = 0; i < NB_DRAWS; i++)
		got[next_queue(b)]++;
	for (unsigned int i = 0; i < 4; i++)
		expect_share(got[i], NB_DRAWS, 0.25);
}

/* Urgent queues that cannot be scheduled do not stand in the way. */
static void
test_frozen_queue_does_not_block_others(void **state)
{
	static const unsigned int prio[] = { 0, 7 };
	struct bench *b = *state;

	fill_slots(b, 2, prio, 5);
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 0);
	bench_enable(b, LDB, 0, true);
	for (unsigned int i = 0; i < 5; i++)
		assert_int_equal(next_queue(b), 1);
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 100);
	assert_int_equal(next_queue(b), 0);
}

/* Atomic and other elements of a queue take turns, whatever their priority. */
static void
test_types_of_a_queue_take_turns(void **state)
{
	struct bench *b = *state;
	unsigned int atomic = 0;

	bench_power_up(b, false);
	bench_credits(b, 0, 8000, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0 });
	bench_ldb_port(b, &(struct bench_port){ .id = 0, .depth = 1, .disabled = true });
	bench_link(b, 0, 0, 0, 0);
	for (unsigned int i = 0; i < 40; i++) {
		send(b, DLB_SCHED_ATOMIC, 0, 0, i);
		send(b, DLB_SCHED_UNORDERED, 0, 7, i);
	}
	bench_enable(b, LDB, 0, true);
	for (unsigned int i = 0; i < 40; i++) {
		struct dlb_qe qe;

		bench_settle(b);
		assert_true(bench_take(b, LDB, 0, &qe));
		atomic += FIELD_GET(DLB_HCW_SCHED_TYPE, qe.type_prio) == DLB_SCHED_ATOMIC;
		assert_in_range(atomic, i / 2, i / 2 + 1);
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	}
}

/* CQs that serve the same queue all get some of it. */
static void
test_consumers_share_a_queue(void **state)
{
	struct bench *b = *state;

	bench_power_up(b, false);
	bench_credits(b, 0, 8000, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0 });
	for (unsigned int p = 0; p < 8; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p });
		bench_link(b, p, 0, 0, 0);
	}
	bench_set(b, DLB_R_SYS_WRITE_BUFFER_CTL, 0, DLB_F_SYS_WRITE_BUFFER_CTL_HOLD_SCH_SM);
	for (unsigned int i = 0; i < 512; i++)
		send(b, DLB_SCHED_UNORDERED, 0, 0, i);
	bench_set(b, DLB_R_SYS_WRITE_BUFFER_CTL, 0, 0);
	assert_int_equal(bench_settle(b), 512);
	for (unsigned int p = 0; p < 8; p++)
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL, p), 64);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_strict_priorities),
		ON_BOTH(test_even_weights_share_evenly),
		ON_BOTH(test_driver_weights_starve_nobody),
		ON_BOTH(test_favour_of_an_empty_bin_goes_to_the_most_urgent),
		ON_BOTH(test_waiting_flow_hands_out_its_most_urgent),
		ON_BOTH(test_slots_by_strict_priority),
		ON_BOTH(test_slots_of_equal_priority_take_turns),
		ON_BOTH(test_slots_share_by_weight),
		ON_BOTH(test_frozen_queue_does_not_block_others),
		ON_BOTH(test_types_of_a_queue_take_turns),
		ON_BOTH(test_consumers_share_a_queue),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
