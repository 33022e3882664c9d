/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Credits: one for each stored element, out of the pool that its type and the version say, back
 * when it leaves storage.
 */

#include "bench.h"

static void
bring_up(struct bench *b, uint32_t ldb, uint32_t dir)
{
	bench_minimum(b);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 1 });
	bench_dir_port(b, &(struct bench_port){ .id = 1, .disabled = true });
	bench_enable(b, LDB, 0, false);
	bench_credits(b, 0, ldb, dir);
}

static void
send(struct bench *b, enum dlb_sched_type type)
{
	unsigned int qid = type == DLB_SCHED_DIRECTED ? 1 : 0;

	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, type, qid, 0, 0));
}

static void
test_each_pool_runs_out_alone(void **state)
{
	struct bench *b = *state;

	bring_up(b, 3, 2);
	for (unsigned int i = 0; i < 5; i++)
		send(b, DLB_SCHED_DIRECTED);
	assert_int_equal(bench_drops(b).no_credit, 3);
	for (unsigned int i = 0; i < 5; i++)
		send(b, (enum dlb_sched_type)(i % 3));
	assert_int_equal(bench_drops(b).no_credit, 5);
	assert_int_equal(bench_credits_left(b, 0, LDB), 0);
	assert_int_equal(bench_credits_left(b, 0, DIR), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 1), 2);

	bench_enable(b, LDB, 0, true);
	bench_enable(b, DIR, 1, true);
	assert_int_equal(bench_credits_left(b, 0, LDB), 3);
	assert_int_equal(bench_credits_left(b, 0, DIR), 2);
}

static void
test_one_pool_serves_both_kinds(void **state)
{
	struct bench *b = *state;

	bring_up(b, 3, 2);
	for (unsigned int i = 0; i < 4; i++)
		send(b, DLB_SCHED_DIRECTED);
	send(b, DLB_SCHED_ATOMIC);
	send(b, DLB_SCHED_ATOMIC);
	assert_int_equal(bench_drops(b).no_credit, 1);
	assert_int_equal(bench_credits_left(b, 0, LDB), 0);
	bench_enable(b, DIR, 1, true);
	assert_int_equal(bench_credits_left(b, 0, LDB), 4);
}

/* All the storage there is can be filled, and not one element more. */
static void
test_storage_can_be_filled(void **state)
{
	struct bench *b = *state;
	unsigned int kinds = b->lim->combined_credits ? 1 : 2;
	const uint32_t total[] = { b->lim->ldb_credits, b->lim->dir_credits };
	const enum dlb_sched_type type[] = { DLB_SCHED_ATOMIC, DLB_SCHED_DIRECTED };

	/* More credits than storage: software's mistake, which must do no harm. */
	bring_up(b, 0x7FFF, 0x3FFF);
	bench_credits(b, 0, 0x7FFF, b->lim->combined_credits ? 0 : 0x3FFF);
	for (unsigned int k = 0; k < kinds; k++)
		for (unsigned int i = 0; i < total[k] + 2; i++) {
			struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, type[k], k, i % 7, i);

			dlbsim_pp_write(b->sim, LDB, 0, &hcw, 1);
		}
	bench_verify(b);
	b->unverified = true;
	assert_int_equal(bench_drops(b).no_credit, 2 * kinds);
	bench_enable(b, LDB, 0, true);
	bench_enable(b, DIR, 1, true);
	assert_int_equal(bench_drain(b, LDB, 0), total[0]);
	if (kinds == 2)
		assert_int_equal(bench_drain(b, DIR, 1), total[1]);
	b->unverified = false;
	bench_verify(b);
}

/* A fragment takes a credit, a completion none. */
static void
test_credits_of_forwards_and_fragments(void **state)
{
	struct bench *b = *state;

	bring_up(b, 4, 0);
	send(b, DLB_SCHED_ORDERED);
	bench_enable(b, LDB, 0, true);
	bench_enable(b, LDB, 0, false);
	assert_int_equal(bench_credits_left(b, 0, LDB), 4);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_FRAG, DLB_SCHED_UNORDERED, 0, 0, 1));
	assert_int_equal(bench_credits_left(b, 0, LDB), 3);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_FWD_T, DLB_SCHED_UNORDERED, 0, 0, 2));
	assert_int_equal(bench_credits_left(b, 0, LDB), 2);
	bench_enable(b, LDB, 0, true);
	assert_int_equal(bench_credits_left(b, 0, LDB), 4);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(bench_credits_left(b, 0, LDB), 4);
}

/* What waits in the reorder buffer still holds its credit. */
static void
test_reordered_elements_keep_their_credit(void **state)
{
	struct bench *b = *state;

	bring_up(b, 10, 0);
	bench_ldb_port(b, &(struct bench_port){ .id = 1, .depth = 1, .history = 1 });
	bench_link(b, 1, 0, 0, 0);
	send(b, DLB_SCHED_ORDERED);
	send(b, DLB_SCHED_ORDERED);
	assert_int_equal(bench_settle(b), 1);
	bench_enable(b, LDB, 0, true);
	bench_enable(b, LDB, 0, false);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_FWD_T, DLB_SCHED_UNORDERED, 0, 0, 1));
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_credits_left(b, 0, LDB), 9);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0), 0);
	bench_put(b, LDB, 1, bench_cmd(DLB_CMD_COMP_T, 0));
	assert_int_equal(bench_settle(b), 1);
	assert_int_equal(bench_credits_left(b, 0, LDB), 10);
}

/* Each domain has its own pool; the enqueuer pays, the consumer's domain is credited. */
static void
test_domains_have_their_own_credits(void **state)
{
	struct bench *b = *state;

	bring_up(b, 3, 3);
	for (unsigned int vas = 1; vas < DLB_MAX_DOMAINS; vas++) {
		bench_credits(b, vas, vas, 0);
		assert_int_equal(bench_credits_left(b, vas, LDB), vas);
	}
	bench_ldb_queue(b, &(struct bench_queue){ .vas = 9, .qid = 9 });
	bench_ldb_port(b, &(struct bench_port){ .vas = 9, .id = 9, .disabled = true });
	bench_link(b, 9, 0, 9, 0);
	bench_put(b, LDB, 9, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 9, 0, 0));
	assert_int_equal(bench_credits_left(b, 9, LDB), 8);
	assert_int_equal(bench_credits_left(b, 0, LDB), b->lim->combined_credits ? 6 : 3);
	bench_enable(b, LDB, 9, true);
	assert_int_equal(bench_credits_left(b, 9, LDB), 9);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_2_0(test_each_pool_runs_out_alone),
		ON_2_5(test_one_pool_serves_both_kinds),
		ON_BOTH(test_storage_can_be_filled),
		ON_BOTH(test_credits_of_forwards_and_fragments),
		ON_BOTH(test_reordered_elements_keep_their_credit),
		ON_BOTH(test_domains_have_their_own_credits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
