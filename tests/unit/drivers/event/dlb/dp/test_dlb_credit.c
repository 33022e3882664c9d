/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Credits: limit and threshold are exact, nothing is lost or made, FORWARD is never refused for
 * them, and the directed pool keeps its reserve.
 */

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <rte_errno.h>

#include "dp/dlb_credit.h"
#include "fake_device.h"

static const struct dlb_burst_ops *ops;

static void
drop_commands(struct fake *fake)
{
	struct dlb_hcw hcw;

	while (fake_get(&fake->lane[0], &hcw))
		;
}

/* Events in the system: what the port keeps for later is none. */
static uint32_t
events_in(const struct fake *fake)
{
	return dlb_dp_in_system(&fake->dp) - fake->port.credits;
}

static uint16_t
send_new(struct fake *fake, uint16_t n)
{
	struct rte_event ev[64];
	uint16_t i, sent;

	memset(ev, 0, sizeof(ev));
	for (i = 0; i < n; i++)
		ev[i].sched_type = RTE_SCHED_TYPE_ATOMIC;
	rte_errno = 0;
	sent = n % 2 == 0 ? ops->enqueue_new_burst(&fake->port, ev, n)
			  : ops->enqueue_burst(&fake->port, ev, n);
	drop_commands(fake);
	return sent;
}

/* Deliver n elements and take them. */
static void
receive(struct fake *fake, struct rte_event *ev, uint16_t n, enum fake_queue queue)
{
	struct dlb_qe qe = { .qid = fake_hw_qid(queue) };
	uint16_t i;

	for (i = 0; i < n; i++)
		fake_put(&fake->lane[0], &qe);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, n, 0), n);
}

static void
answer(struct fake *fake, struct rte_event *ev, uint16_t n, unsigned int op)
{
	uint16_t i;

	for (i = 0; i < n; i++)
		ev[i].op = op;
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, n), n);
	drop_commands(fake);
}

static void
test_credit_limit_and_threshold_are_exact(void **state)
{
	static const uint32_t limits[] = { 1, 7, 64, 100, 4096 };
	static const uint32_t thresholds[] = { 1, 3, 64, 99, 4000 };
	unsigned int i, round;

	(void)state;
	for (i = 0; i < RTE_DIM(limits) * 3; i++) {
		/* A threshold above the limit is left over from a configuration before. */
		uint32_t limit = limits[i / 3];
		uint32_t threshold = (uint32_t[]){ limit, thresholds[i / 3], limit + 50 }[i % 3];
		struct fake *fake = fake_new(&(struct fake_conf){
			.nb_lanes = 1, .depth = 8, .limit = limit, .threshold = threshold });
		uint32_t sent = 0;

		for (round = 0; round < 400; round++)
			sent += send_new(fake, (uint16_t)(1 + round % 33));
		threshold = RTE_MIN(threshold, limit);
		assert_int_equal(sent, threshold);
		assert_int_equal(events_in(fake), threshold);
		assert_int_equal(send_new(fake, 2), 0);
		assert_int_equal(rte_errno, ENOSPC);
		assert_true(fake->port.stats.tx_nospc_new_event_limit > 0);
		assert_int_equal(fake->port.stats.tx_new, threshold);
		fake_free(fake);
	}
}

static void
test_credit_forward_passes_at_limit(void **state)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 64, .limit = 32 });
	struct rte_event ev[32];

	(void)state;
	assert_int_equal(send_new(fake, 32), 32);
	receive(fake, ev, 32, FAKE_QUEUE_ATOMIC);
	answer(fake, ev, 32, RTE_EVENT_OP_FORWARD);
	assert_int_equal(events_in(fake), 32);
	assert_int_equal(send_new(fake, 1), 0);
	fake_free(fake);
}

/* What was released can be used at once by the port, and by others after it found nothing. */
static void
test_credit_release_gives_back(void **state)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 64, .limit = 1024 });
	struct rte_event ev[48];
	uint32_t sent = 0;

	(void)state;
	while (send_new(fake, 64) > 0)
		sent += 64;
	assert_int_equal(sent, 1024);
	receive(fake, ev, 20, FAKE_QUEUE_ATOMIC);
	answer(fake, ev, 20, RTE_EVENT_OP_RELEASE);
	/* In the cache: the count has not moved, the port can use them nonetheless. */
	assert_int_equal(dlb_dp_in_system(&fake->dp), 1024);
	assert_int_equal(send_new(fake, 30), 20);
	assert_int_equal(send_new(fake, 30), 0);
	receive(fake, ev, 20, FAKE_QUEUE_ATOMIC);
	answer(fake, ev, 20, RTE_EVENT_OP_RELEASE);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 1, 0), 0);
	assert_int_equal(events_in(fake), 1004);
	/* More than a cache may hold goes back at once. */
	receive(fake, ev, 48, FAKE_QUEUE_ATOMIC);
	answer(fake, ev, 48, RTE_EVENT_OP_RELEASE);
	assert_int_equal(events_in(fake), 1004 - 48);
	fake_free(fake);
}

/* A producer of single events asks for credits once in a while, and never keeps more than that. */
static void
test_credit_new_are_taken_ahead(void **state)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 64, .limit = 4096 });
	uint32_t quantum = fake->port.credit_quantum, i;

	(void)state;
	assert_true(quantum > 1);
	for (i = 1; i <= 3 * quantum; i++) {
		assert_int_equal(send_new(fake, 1), 1);
		assert_int_equal(dlb_dp_in_system(&fake->dp),
				 (i + quantum - 1) / quantum * quantum);
		assert_int_equal(events_in(fake), i);
	}
	fake_free(fake);
}

/* With a small limit a cache would starve others: there is none. */
static void
test_credit_small_limit_has_no_cache(void **state)
{
	struct fake *fake = fake_new(
		&(struct fake_conf){ .nb_lanes = 1, .depth = 64, .limit = 4096, .threshold = 15 });
	struct rte_event ev[2];

	(void)state;
	assert_int_equal(send_new(fake, 2), 2);
	receive(fake, ev, 1, FAKE_QUEUE_ATOMIC);
	answer(fake, ev, 1, RTE_EVENT_OP_RELEASE);
	assert_int_equal(events_in(fake), 1);
	fake_free(fake);
}

static void
test_credit_cached_do_not_pass_threshold(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){
		.nb_lanes = 1, .depth = 64, .limit = 4096, .threshold = 1024 });
	struct rte_event ev[16];

	(void)state;
	receive(fake, ev, 16, FAKE_QUEUE_ATOMIC);
	fake->dp.in_system = 1030;
	answer(fake, ev, 16, RTE_EVENT_OP_RELEASE);
	assert_int_equal(fake->port.credits, 16);
	assert_int_equal(send_new(fake, 32), 10);
	assert_int_equal(dlb_dp_in_system(&fake->dp), 1030);
	fake_free(fake);
}

/* Credits that were taken for events after a bad one are not lost. */
static void
test_credit_of_refused_burst_comes_back(void **state)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8, .limit = 100 });
	struct rte_event ev[16];
	uint16_t i, bad;

	(void)state;
	for (bad = 0; bad < 16; bad++) {
		memset(ev, 0, sizeof(ev));
		for (i = 0; i < 16; i++)
			ev[i].sched_type = RTE_SCHED_TYPE_ATOMIC;
		ev[bad].queue_id = 200;
		assert_int_equal(ops->enqueue_new_burst(&fake->port, ev, 16), bad);
		assert_int_equal(rte_errno, EINVAL);
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 1, 0), 0);
		assert_int_equal(events_in(fake), bad);
		fake->dp.in_system = 0;
	}
	fake_free(fake);
}

static struct rte_event
dir_event(unsigned int op)
{
	struct rte_event ev = { .event = 0 };

	ev.queue_id = FAKE_QUEUE_DIR;
	ev.op = op;
	return ev;
}

/*
 * Of a pool of 400, NEW in bursts of n leaves a quarter to FORWARD; when all is gone FORWARD waits
 * too.
 */
static void
check_reserve(uint16_t n)
{
	struct fake *fake = fake_new(&(struct fake_conf){
		.nb_lanes = 1, .depth = 128, .limit = 4000, .dir_credits = 400 });
	struct rte_event ev[128], new_ev[64];
	unsigned int i, sent, nb_new = 0, nb_fwd = 0;

	for (i = 0; i < n; i++)
		new_ev[i] = dir_event(RTE_EVENT_OP_NEW);
	do {
		sent = ops->enqueue_new_burst(&fake->port, new_ev, n);
		nb_new += sent;
		drop_commands(fake);
	} while (sent == n && nb_new < 1000);
	assert_int_equal(rte_errno, ENOSPC);
	assert_in_range(nb_new, 300 - DLB_DIR_CREDIT_QUANTUM, 300);
	assert_int_equal(fake->dp.dir_pool, 100);
	assert_int_equal(events_in(fake), nb_new);
	receive(fake, ev, 128, FAKE_QUEUE_ATOMIC);
	for (i = 0; i < 128; i++) {
		ev[i].op = RTE_EVENT_OP_FORWARD;
		ev[i].queue_id = FAKE_QUEUE_DIR;
		nb_fwd += ops->enqueue_burst(&fake->port, &ev[i], 1);
		drop_commands(fake);
	}
	assert_int_equal(nb_new + nb_fwd, 400);
	assert_int_equal(fake->dp.dir_pool, 0);
	assert_int_equal(rte_errno, ENOSPC);
	assert_int_equal(fake->port.stats.tx_nospc_dir_hw_credits, 128 - nb_fwd + 1);
	assert_int_equal(dlb_dp_port_held(&fake->port), 128 - nb_fwd);
	fake_free(fake);
}

static void
test_credit_directed_pool_keeps_reserve(void **state)
{
	(void)state;
	for (uint16_t n = 1; n <= 64; n++)
		check_reserve(n);
}

/* A burst that is forwarded to a directed queue takes what is left of the pool, and no more. */
static void
test_credit_directed_pool_serves_a_burst_in_part(void **state)
{
	struct rte_event ev[32];
	int32_t left;

	(void)state;
	for (left = 0; left <= 40; left++) {
		struct fake *fake = fake_new(&(struct fake_conf){
			.nb_lanes = 1, .depth = 64, .limit = 4000, .dir_credits = 400 });
		uint16_t i, sent, all = (uint16_t)RTE_MIN(left, 32);

		receive(fake, ev, 32, FAKE_QUEUE_ATOMIC);
		for (i = 0; i < 32; i++) {
			ev[i].op = RTE_EVENT_OP_FORWARD;
			ev[i].queue_id = FAKE_QUEUE_DIR;
		}
		fake->dp.dir_pool = left;
		sent = ops->enqueue_forward_burst(&fake->port, ev, 32);
		assert_int_equal(sent, all);
		assert_int_equal(fake->dp.dir_pool + (int32_t)fake->port.dir_credits, left - all);
		assert_int_equal(dlb_dp_port_held(&fake->port), 32 - all);
		fake_free(fake);
	}
}

/* An element that did not go, or arrived, gives its credit of the pool back. */
static void
test_credit_directed_pool_is_conserved(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1,
							  .depth = 128,
							  .limit = 4000,
							  .is_dir = true,
							  .implicit_release = true,
							  .dir_credits = 400 });
	struct rte_event ev[16], bad = dir_event(RTE_EVENT_OP_FORWARD);
	struct rte_event new_ev[16];
	unsigned int i, round;

	(void)state;
	for (i = 0; i < 16; i++)
		new_ev[i] = dir_event(RTE_EVENT_OP_NEW);
	for (round = 0; round < 300; round++) {
		assert_int_equal(ops->enqueue_new_burst(&fake->port, new_ev, 1 + round % 16),
				 1 + round % 16);
		fake->port.new_limit = 0;
		assert_int_equal(ops->enqueue_burst(&fake->port, &bad, 1), 0);
		assert_int_equal(rte_errno, ENOSPC);
		fake->port.new_limit = 4000;
		drop_commands(fake);
		receive(fake, ev, (uint16_t)(1 + round % 16), FAKE_QUEUE_DIR);
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 16, 0), 0);
		assert_int_equal(fake->dp.dir_pool, 400);
		assert_int_equal(events_in(fake), 0);
		drop_commands(fake);
	}
	fake_free(fake);
}

/* A directed event that the events limit refuses takes nothing from the pool. */
static void
test_credit_directed_pool_survives_limit(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){
		.nb_lanes = 1, .depth = 8, .limit = 500, .threshold = 10, .dir_credits = 400 });
	struct rte_event ev = dir_event(RTE_EVENT_OP_NEW);
	unsigned int i, n = 0;

	(void)state;
	for (i = 0; i < 1000; i++)
		n += ops->enqueue_new_burst(&fake->port, &ev, 1), drop_commands(fake);
	assert_int_equal(n, 10);
	assert_int_equal(ops->dequeue_burst(&fake->port, &ev, 1, 0), 0);
	assert_int_equal(fake->dp.dir_pool, 400 - 10);
	fake_free(fake);
}

/* Where the events limit keeps the pool from running out there is nothing to count. */
static void
test_credit_directed_pool_unused_below_limit(void **state)
{
	struct fake *fake = fake_new(
		&(struct fake_conf){ .nb_lanes = 1, .depth = 8, .limit = 400, .dir_credits = 400 });
	struct rte_event ev = dir_event(RTE_EVENT_OP_NEW);
	unsigned int n = 0;

	(void)state;
	while (ops->enqueue_new_burst(&fake->port, &ev, 1) == 1)
		n++, drop_commands(fake);
	assert_int_equal(n, 400);
	assert_int_equal(fake->dp.dir_pool, 400);
	fake_free(fake);
}

/* --- two ports at once ------------------------------------------------------------------------ */

#define NB_ROUNDS 20000
#define LIMIT	  64

struct player {
	struct dlb_port port;
	uint64_t seed;
	uint32_t *nb_inside;
};

static void *
play(void *arg)
{
	struct player *player = arg;
	uint32_t mine = 0;
	unsigned int i;

	for (i = 0; i < NB_ROUNDS; i++) {
		uint32_t got = dlb_credit_take(&player->port, fake_below(&player->seed, 40));
		uint32_t inside = dlb_add_relaxed(player->nb_inside, got) + got;

		mine += got;
		if (inside > LIMIT)
			return "limit passed";
		got = fake_below(&player->seed, mine + 1);
		mine -= got;
		dlb_sub_relaxed(player->nb_inside, got);
		dlb_credit_give(&player->port, got);
		if (fake_below(&player->seed, 8) == 0)
			dlb_credit_flush(&player->port);
	}
	dlb_sub_relaxed(player->nb_inside, mine);
	dlb_credit_give(&player->port, mine);
	dlb_credit_flush(&player->port);
	return NULL;
}

static void
test_credit_two_threads_stay_below_limit(void **state)
{
	struct dlb_dp_dev dp;
	struct player players[2];
	uint32_t nb_inside = 0;
	pthread_t threads[2];
	void *fault;
	int i;

	(void)state;
	memset(&dp, 0, sizeof(dp));
	memset(players, 0, sizeof(players));
	for (i = 0; i < 2; i++) {
		players[i].port.dp = &dp;
		players[i].port.new_limit = LIMIT;
		players[i].port.credit_quantum = 4;
		players[i].seed = (uint64_t)i;
		players[i].nb_inside = &nb_inside;
		assert_int_equal(pthread_create(&threads[i], NULL, play, &players[i]), 0);
	}
	for (i = 0; i < 2; i++) {
		assert_int_equal(pthread_join(threads[i], &fault), 0);
		assert_null(fault);
	}
	assert_int_equal(dp.in_system, 0);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_credit_limit_and_threshold_are_exact),
		cmocka_unit_test(test_credit_forward_passes_at_limit),
		cmocka_unit_test(test_credit_release_gives_back),
		cmocka_unit_test(test_credit_new_are_taken_ahead),
		cmocka_unit_test(test_credit_small_limit_has_no_cache),
		cmocka_unit_test(test_credit_cached_do_not_pass_threshold),
		cmocka_unit_test(test_credit_of_refused_burst_comes_back),
		cmocka_unit_test(test_credit_directed_pool_keeps_reserve),
		cmocka_unit_test(test_credit_directed_pool_serves_a_burst_in_part),
		cmocka_unit_test(test_credit_directed_pool_is_conserved),
		cmocka_unit_test(test_credit_directed_pool_survives_limit),
		cmocka_unit_test(test_credit_directed_pool_unused_below_limit),
		cmocka_unit_test(test_credit_two_threads_stay_below_limit),
	};

	ops = fake_burst_ops(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
