/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * How consumer queues (CQ) that serve the same queue share its elements: evenly by what each has in
 * flight, but for elements that only one of them can take. In counts, not in time.
 */

#include "bench.h"

#define NB_WORKERS 4
#define HOT	   0 /* a flow */
#define MAX_TAKEN  32

struct worker {
	unsigned int burst; /* as it takes at most */
	unsigned int nb_held;
	unsigned int nb_taken; /* so far */
	unsigned int nb_short; /* times that it got less than it would have taken */
};

#define WORKERS(b0, b1, b2, b3)                                          \
	{                                                                \
		{ .burst = (b0) }, { .burst = (b1) }, { .burst = (b2) }, \
		{                                                        \
			.burst = (b3)                                    \
		}                                                        \
	}

/* Queue 0, linked to @p nb ports. */
static void
bring_up(struct bench *b, unsigned int nb)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 2000, 0);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 0, .atomics = 1000 });
	for (unsigned int p = 0; p < nb; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .history = nb > 8 ? 32 : 256 });
		bench_link(b, p, 0, 0, 0);
	}
}

static void
send(struct bench *b, enum dlb_sched_type type, unsigned int flow, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, type, 0, flow, i));
}

/* @p n elements of as many flows. */
static void
send_flows(struct bench *b, unsigned int first, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		send(b, DLB_SCHED_ATOMIC, first + i, 1);
}

static unsigned int
inflight(struct bench *b, unsigned int cq)
{
	return bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, cq);
}

static void
release(struct bench *b, unsigned int cq, struct worker *w)
{
	for (; w->nb_held != 0; w->nb_held--)
		bench_put(b, LDB, cq, bench_cmd(DLB_CMD_COMP_T, 0));
}

static void
take(struct bench *b, unsigned int cq, struct worker *w)
{
	struct dlb_qe qe;

	release(b, cq, w);
	while (w->nb_held < w->burst && bench_take(b, LDB, cq, &qe))
		w->nb_held++;
	w->nb_taken += w->nb_held;
	w->nb_short += w->nb_held < w->burst;
}

static unsigned int
between_most_and_least(const struct worker *w)
{
	unsigned int least = w[0].nb_taken, most = least;

	for (unsigned int i = 1; i < NB_WORKERS; i++) {
		least = w[i].nb_taken < least ? w[i].nb_taken : least;
		most = w[i].nb_taken > most ? w[i].nb_taken : most;
	}
	return most - least;
}

/*
 * Workers in turn, each keeping what it took until its next turn. Every eighth element is of the hot
 * flow, the others are of 500 flows.
 */
static void
work(struct bench *b, struct worker *w, unsigned int nb_turns, unsigned int sent_per_turn)
{
	unsigned int sent = 0;

	for (unsigned int turn = 0; turn < nb_turns; turn++) {
		for (unsigned int i = 0; i < sent_per_turn; i++, sent++)
			send(b, DLB_SCHED_ATOMIC, sent % 8 == 0 ? HOT : 1 + sent * 7 % 500, 1);
		bench_settle(b);
		take(b, turn % NB_WORKERS, &w[turn % NB_WORKERS]);
	}
}

/* --- tests --------------------------------------------------------------------------------- */

static void
test_a_hot_flow_does_not_make_its_worker_busier(void **state)
{
	struct worker w[NB_WORKERS] = WORKERS(8, 8, 8, 8);
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	b->unverified = true;
	/* A store of elements, as a producer makes that is ahead, and then as many as are taken. */
	send_flows(b, 1000, 224);
	work(b, w, 1000, 8);
	assert_in_range(between_most_and_least(w), 0, 8000 / NB_WORKERS / 50);
}

static void
test_nor_does_it_below_full_load(void **state)
{
	struct worker w[NB_WORKERS] = WORKERS(8, 8, 8, 8);
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	b->unverified = true;
	work(b, w, 1000, 6);
	assert_in_range(between_most_and_least(w), 0, 6000 / NB_WORKERS / 10);
}

/* Who takes more at once gets more: nobody goes short while others have plenty. */
static void
test_workers_get_what_they_take(void **state)
{
	struct worker w[NB_WORKERS] = WORKERS(7, 7, 8, 10);
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	b->unverified = true;
	send_flows(b, 1000, 224);
	work(b, w, 1000, 8);
	for (unsigned int i = 0; i < NB_WORKERS; i++)
		assert_int_equal(w[i].nb_short, 0);
}

static void
test_single_elements_go_to_each_cq_in_turn(void **state)
{
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	for (unsigned int round = 0; round < 3; round++)
		for (unsigned int cq = 0; cq < NB_WORKERS; cq++) {
			send(b, DLB_SCHED_UNORDERED, 0, 1);
			assert_int_equal(bench_settle(b), 1);
			assert_int_equal(bench_drain(b, LDB, cq), 1);
		}
}

static void
test_a_burst_is_dealt_to_all_cqs(void **state)
{
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	send(b, DLB_SCHED_UNORDERED, 0, 32);
	bench_settle(b);
	for (unsigned int cq = 0; cq < NB_WORKERS; cq++)
		assert_int_equal(inflight(b, cq), 8);
}

static void
test_a_cq_that_is_not_read_keeps_no_more_than_others(void **state)
{
	struct worker w[NB_WORKERS] = WORKERS(0, MAX_TAKEN, MAX_TAKEN, MAX_TAKEN);
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	b->unverified = true;
	for (unsigned int turn = 0; turn < 100; turn++) {
		send(b, DLB_SCHED_UNORDERED, 0, 32);
		bench_settle(b);
		take(b, 1 + turn % 3, &w[1 + turn % 3]);
	}
	/* One burst that is worked on, and the next. */
	assert_in_range(inflight(b, 0), 1, 2 * MAX_TAKEN);
}

/* More CQs than share at once: none of them is forgotten. */
static void
test_all_of_many_cqs_get_their_share(void **state)
{
	struct bench *b = *state;

	bring_up(b, b->lim->nb_ldb_ports);
	for (unsigned int i = 0; i < 16; i++) {
		send(b, DLB_SCHED_UNORDERED, 0, 32);
		bench_settle(b);
	}
	for (unsigned int cq = 0; cq < b->lim->nb_ldb_ports; cq++)
		assert_int_equal(inflight(b, cq), 8);
}

#define MOST_CQS   16 /* of queue 0 */
#define CQS_BESIDE 4  /* of queue 1 */
#define NB_ROUNDS  160

/* Queue 0 on @p nb_cqs CQs, queue 1 on the next ones. */
static void
bring_up_two_queues(struct bench *b, unsigned int nb_cqs)
{
	bring_up(b, nb_cqs);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1 });
	for (unsigned int p = nb_cqs; p < nb_cqs + CQS_BESIDE; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .history = 32 });
		bench_link(b, p, 0, 1, 0);
	}
}

/* In each round @p nb elements come for queue 0, and some for queue 1; workers take them all. */
static void
check_turns(struct bench *b, unsigned int nb_cqs, unsigned int nb)
{
	unsigned int share = nb * NB_ROUNDS / nb_cqs;
	struct worker w[MOST_CQS + CQS_BESIDE] = { 0 };

	for (unsigned int i = 0; i < NB_ROUNDS; i++) {
		send(b, DLB_SCHED_UNORDERED, 0, nb);
		for (unsigned int k = 0; k < 8; k++)
			bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 1, 0, k));
		bench_settle(b);
		for (unsigned int cq = 0; cq < nb_cqs + CQS_BESIDE; cq++) {
			w[cq].burst = MAX_TAKEN;
			take(b, cq, &w[cq]);
			release(b, cq, &w[cq]);
		}
	}
	for (unsigned int cq = 0; cq < nb_cqs; cq++)
		/* Of a number that does not divide, the last one gets what is left. */
		assert_in_range(w[cq].nb_taken, share / 4, 2 * share);
}

/* Whose turn it is in one queue does not depend on what other queues and their CQs do. */
static void
test_a_busy_queue_beside_does_not_disturb_the_turns(void **state)
{
	static const unsigned int nb_cqs[] = { 4, MOST_CQS };

	for (unsigned int i = 0; i < sizeof(nb_cqs) / sizeof(nb_cqs[0]); i++) {
		bring_up_two_queues(*state, nb_cqs[i]);
		for (unsigned int nb = 1; nb <= 13; nb++)
			check_turns(*state, nb_cqs[i], nb);
	}
}

/* What only the busiest can take does not wait for the others. */
static void
test_a_pinned_flow_goes_to_its_cq_however_busy(void **state)
{
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	send(b, DLB_SCHED_ATOMIC, HOT, 50);
	assert_int_equal(bench_settle(b), 50);
	assert_int_equal(inflight(b, 0), 50);
	for (unsigned int i = 0; i < 30; i++) {
		send_flows(b, 1 + i, 1);
		send(b, DLB_SCHED_ATOMIC, HOT, 1);
	}
	assert_int_equal(bench_settle(b), 60);
	assert_int_equal(inflight(b, 0), 80);
}

/* The busiest CQ takes all when the others are full. */
static void
test_nothing_waits_while_any_cq_has_room(void **state)
{
	struct bench *b = *state;

	bring_up(b, NB_WORKERS);
	for (unsigned int cq = 1; cq < NB_WORKERS; cq++)
		bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, cq, 5);
	send(b, DLB_SCHED_ATOMIC, HOT, 50);
	send_flows(b, 1, 60);
	assert_int_equal(bench_settle(b), 110);
	assert_int_equal(inflight(b, 0), 95);
	for (unsigned int cq = 1; cq < NB_WORKERS; cq++)
		assert_int_equal(inflight(b, cq), 5);
}

/* A CQ that leaves an urgent element to others does not take a less urgent one meanwhile. */
static void
test_a_busy_cq_keeps_to_priorities(void **state)
{
	struct bench *b = *state;
	struct dlb_qe qe;

	bring_up(b, 2);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1 });
	bench_link(b, 0, 1, 1, 7);
	send(b, DLB_SCHED_ATOMIC, HOT, 3);
	assert_int_equal(bench_settle(b), 3);
	for (unsigned int i = 0; i < 3; i++)
		assert_true(bench_take(b, LDB, 0, &qe));
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, 1, 2);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 1, 0, 100));
	send(b, DLB_SCHED_UNORDERED, 0, 3);
	assert_int_equal(bench_settle(b), 4);
	assert_int_equal(inflight(b, 1), 2);
	bench_expect(b, LDB, 0, 2);
	bench_expect(b, LDB, 0, 100);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_a_hot_flow_does_not_make_its_worker_busier),
		ON_BOTH(test_nor_does_it_below_full_load),
		ON_BOTH(test_workers_get_what_they_take),
		ON_BOTH(test_single_elements_go_to_each_cq_in_turn),
		ON_BOTH(test_a_burst_is_dealt_to_all_cqs),
		ON_BOTH(test_a_cq_that_is_not_read_keeps_no_more_than_others),
		ON_BOTH(test_all_of_many_cqs_get_their_share),
		ON_BOTH(test_a_busy_queue_beside_does_not_disturb_the_turns),
		ON_BOTH(test_a_pinned_flow_goes_to_its_cq_however_busy),
		ON_BOTH(test_nothing_waits_while_any_cq_has_room),
		ON_BOTH(test_a_busy_cq_keeps_to_priorities),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
