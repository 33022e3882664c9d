/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Reading consumer queues (CQs): every depth in both layouts over several passes, generation bits,
 * lanes in turn, what a dequeue returns to the device, and who waits for what.
 */

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake_device.h"

static const struct dlb_burst_ops *ops;

static void
put(struct fake_lane *lane, uint64_t data)
{
	struct dlb_qe qe = { .data = data, .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC) };

	fake_put(lane, &qe);
}

/* Completions or tokens among the commands that the lane has got. */
static unsigned int
nb_returned(struct fake_lane *lane)
{
	struct dlb_hcw hcw;
	unsigned int n = 0;

	while (fake_get(lane, &hcw)) {
		if (hcw.cmd == DLB_CMD_BAT_T)
			n += hcw.lock_id + 1U;
		else
			n += hcw.cmd == DLB_CMD_COMP_T;
	}
	return n;
}

/* More than three passes over the ring in random bursts, as full as the CQ may be. */
static void
passes(const struct fake_conf *conf, uint32_t start)
{
	unsigned int window = conf->is_dir ? conf->depth : RTE_MIN(conf->depth, DLB_PORT_WINDOW);
	uint64_t sent = 0, got = 0, returned = 0, rng = conf->depth;
	struct fake *fake = fake_new(conf);
	struct fake_lane *lane = &fake->lane[0];
	struct rte_event ev[64];
	unsigned int i, n;

	lane->wptr = start;
	fake->port.lane[0].head = fake->port.lane[0].oldest = start;
	fake->dp.in_system = 100000;
	while (got < 3 * dlb_cq_ring_size(conf->depth) + 7) {
		for (n = fake_below(&rng, 70); n > 0 && sent - returned < window; n--)
			put(lane, sent++);
		n = ops->dequeue_burst(&fake->port, ev, (uint16_t)(1 + fake_below(&rng, 64)), 0);
		for (i = 0; i < n; i++)
			assert_int_equal(ev[i].u64, got++);
		returned += nb_returned(lane);
		assert_in_range(returned, got - RTE_MIN(got, window), got);
		/* Not all tokens may be kept, or nothing would ever come again. */
		assert_true(got < sent || sent - returned < window || n > 0);
	}
	while (ops->dequeue_burst(&fake->port, ev, 64, 0) > 0)
		;
	assert_int_equal(fake->port.stats.rx_ok, sent);
	fake_free(fake);
}

static void
test_dequeue_all_depths_and_layouts(void **state)
{
	struct fake_conf conf = { .nb_lanes = 1, .implicit_release = true };

	(void)state;
	for (conf.depth = 1; conf.depth <= DLB_MAX_CQ_DEPTH; conf.depth *= 2) {
		for (conf.is_dir = false;; conf.is_dir = true) {
			for (conf.sparse = false;; conf.sparse = true) {
				passes(&conf, 0);
				passes(&conf, UINT32_MAX - 2 * DLB_MAX_CQ_DEPTH + 1);
				if (conf.sparse)
					break;
			}
			if (conf.is_dir)
				break;
		}
	}
}

/* Bursts of 1..8 beginning at each place of a line, with each number of entries there. */
static void
test_dequeue_bursts_at_every_alignment(void **state)
{
	unsigned int place, there, burst, i, n;
	struct rte_event ev[8];

	(void)state;
	for (place = 0; place < 8; place++) {
		for (there = 0; there <= 8; there++) {
			for (burst = 1; burst <= 8; burst++) {
				struct fake *fake =
					fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8 });

				fake->dp.in_system = 100;
				for (i = 0; i < place; i++) {
					put(&fake->lane[0], 0);
					assert_int_equal(ops->dequeue(&fake->port, ev, 0), 1);
					ev[0].op = RTE_EVENT_OP_RELEASE;
					assert_int_equal(ops->enqueue(&fake->port, ev), 1);
				}
				for (i = 0; i < there; i++)
					put(&fake->lane[0], i);
				memset(ev, 0xaa, sizeof(ev));
				n = ops->dequeue_burst(&fake->port, ev, (uint16_t)burst, 0);
				assert_int_equal(n, RTE_MIN(there, burst));
				for (i = 0; i < n; i++)
					assert_int_equal(ev[i].u64, i);
				for (; i < 8; i++)
					assert_int_equal(ev[i].u64, UINT64_C(0xaaaaaaaaaaaaaaaa));
				fake_free(fake);
			}
		}
	}
}

/* Lines of their own may become visible in any order: what is behind a hole has to wait. */
static void
test_dequeue_sparse_entries_come_in_any_order(void **state)
{
	struct rte_event ev[4];
	unsigned int hole, i;

	(void)state;
	for (hole = 0; hole < 8; hole++) {
		struct fake *fake = fake_new(&(struct fake_conf){
			.nb_lanes = 1, .depth = 8, .sparse = true, .is_dir = hole / 4 });

		for (i = 0; i < 4; i++) {
			if (i == hole % 4)
				fake->lane[0].wptr++;
			else
				put(&fake->lane[0], i);
		}
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 0), hole % 4);
		fake->lane[0].wptr = hole % 4;
		put(&fake->lane[0], hole % 4);
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 0), 4 - hole % 4);
		for (i = 0; i < 4 - hole % 4; i++)
			assert_int_equal(ev[i].u64, hole % 4 + i);
		fake_free(fake);
	}
}

/* An entry of the former pass is not taken for a new one. */
static void
test_dequeue_ignores_former_pass(void **state)
{
	struct fake *fake = fake_new(
		&(struct fake_conf){ .nb_lanes = 1, .depth = 8, .implicit_release = true });
	struct rte_event ev[8];
	unsigned int i, pass;

	(void)state;
	fake->dp.in_system = 1000;
	for (pass = 0; pass < 5; pass++) {
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 8, 0), 0);
		for (i = 0; i < 8; i++)
			put(&fake->lane[0], i);
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 8, 0), 8);
	}
	fake_free(fake);
}

static void
test_dequeue_implicit_release_completes_all(void **state)
{
	struct fake *fake = fake_new(
		&(struct fake_conf){ .nb_lanes = 1, .depth = 16, .implicit_release = true });
	struct rte_event ev[16];
	unsigned int n, i;

	(void)state;
	fake->dp.in_system = 1000;
	for (n = 1; n <= 16; n++) {
		for (i = 0; i < n; i++)
			put(&fake->lane[0], i);
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 16, 0), n);
		assert_int_equal(nb_returned(&fake->lane[0]), 0);
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 16, 0), 0);
		assert_int_equal(nb_returned(&fake->lane[0]), n);
		assert_int_equal(dlb_dp_port_held(&fake->port), 0);
	}
	assert_int_equal(fake->port.stats.tx_implicit_rel, 16 * 17 / 2);
	assert_int_equal(dlb_dp_in_system(&fake->dp), 1000 - 16 * 17 / 2);
	fake_free(fake);
}

static void
test_dequeue_keeps_held_events_without_implicit_release(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 16 });
	struct rte_event ev[16];
	unsigned int i;

	(void)state;
	for (i = 0; i < 16; i++)
		put(&fake->lane[0], i);
	for (i = 0; i < 16; i++)
		assert_int_equal(ops->dequeue(&fake->port, &ev[i], 0), 1);
	assert_int_equal(ops->dequeue(&fake->port, ev, 0), 0);
	assert_int_equal(nb_returned(&fake->lane[0]), 0);
	assert_int_equal(dlb_dp_port_held(&fake->port), 16);
	fake_free(fake);
}

/* No lane of a port can keep another from being read. */
static void
test_dequeue_takes_lanes_in_turn(void **state)
{
	struct rte_event ev[4];
	unsigned int nb_lanes, i, lane;

	(void)state;
	for (nb_lanes = 2; nb_lanes <= DLB_MAX_LANES; nb_lanes++) {
		struct fake *fake = fake_new(&(struct fake_conf){
			.nb_lanes = nb_lanes, .depth = 32, .implicit_release = true });
		unsigned int seen[DLB_MAX_LANES] = { 0 };

		fake->dp.in_system = 100000;
		for (i = 0; i < 4 * nb_lanes; i++) {
			for (lane = 0; lane < nb_lanes; lane++) {
				nb_returned(&fake->lane[lane]);
				while (fake->lane[lane].wptr - fake->port.lane[lane].oldest < 32)
					put(&fake->lane[lane], lane);
			}
			assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 0), 4);
			seen[ev[0].u64] += 4;
			/* A short lane is topped up from the next. */
			assert_int_equal(ev[0].u64, ev[3].u64);
		}
		for (lane = 0; lane < nb_lanes; lane++)
			assert_int_equal(seen[lane], 16);
		fake_free(fake);
	}
}

static void
test_dequeue_fills_burst_from_several_lanes(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 3, .depth = 8 });
	struct rte_event ev[8];
	unsigned int i;

	(void)state;
	for (i = 0; i < 6; i++)
		put(&fake->lane[i % 3], i % 3);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 8, 0), 6);
	assert_int_equal(dlb_dp_port_held(&fake->port), 6);
	fake_free(fake);
}

/* --- stepping and waiting --------------------------------------------------------------------- */

struct late {
	struct fake *fake;
	unsigned int nb_steps;
	unsigned int deliver_at;
};

static int
late_step(void *arg)
{
	struct late *late = arg;

	if (++late->nb_steps == late->deliver_at)
		put(&late->fake->lane[0], late->nb_steps);
	return 0;
}

static struct fake *
late_fake(struct late *late, enum dlb_step_mode mode, unsigned int deliver_at)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8, .step_mode = mode });

	*late = (struct late){ .fake = fake, .deliver_at = deliver_at };
	fake_on_step = late_step;
	fake_on_step_arg = late;
	return fake;
}

static void
test_dequeue_steps_once_when_empty(void **state)
{
	struct rte_event ev;
	struct late late;
	struct fake *fake = late_fake(&late, DLB_STEP_INLINE, 2);

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 0);
	assert_int_equal(late.nb_steps, 1);
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 1);
	assert_int_equal(late.nb_steps, 2);
	put(&fake->lane[0], 9);
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 1);
	assert_int_equal(late.nb_steps, 2);
	assert_int_equal(fake->port.stats.total_polls, 3);
	assert_int_equal(fake->port.stats.zero_polls, 1);
	fake_free(fake);
}

/* A device that delivers in a step all that was made since the one before. */
struct trickle {
	struct fake *fake;
	unsigned int nb_made;
	unsigned int nb_steps;
};

static int
trickle_step(void *arg)
{
	struct trickle *trickle = arg;
	int moved = (int)trickle->nb_made;
	struct dlb_hcw hcw;

	while (fake_get(&trickle->fake->lane[0], &hcw))
		;
	trickle->nb_steps++;
	for (; trickle->nb_made > 0; trickle->nb_made--)
		put(&trickle->fake->lane[0], 0);
	return moved;
}

static struct fake *
trickle_fake(struct trickle *trickle)
{
	struct fake *fake = fake_new(
		&(struct fake_conf){ .nb_lanes = 1, .depth = 128, .implicit_release = true });

	*trickle = (struct trickle){ .fake = fake };
	fake_on_step = trickle_step;
	fake_on_step_arg = trickle;
	return fake;
}

/* Who makes an event a round, whether it gets one or not, pays for a step in many rounds. */
static void
test_dequeue_leaves_steps_out_that_find_little(void **state)
{
	struct rte_event ev;
	struct trickle trickle;
	struct fake *fake = trickle_fake(&trickle);
	unsigned int i, nb_steps;

	(void)state;
	for (i = 0; i < 2000; i++) {
		trickle.nb_made++;
		ops->dequeue(&fake->port, &ev, 0);
	}
	nb_steps = trickle.nb_steps;
	for (i = 0; i < 2000; i++) {
		trickle.nb_made++;
		ops->dequeue(&fake->port, &ev, 0);
	}
	assert_in_range(trickle.nb_steps - nb_steps, 1, 2000 / 16);
	fake_free(fake);
}

/* Who waits for each event before it makes the next gets nearly each at the first try. */
static void
test_dequeue_steps_for_each_event_that_is_waited_for(void **state)
{
	struct rte_event ev;
	struct trickle trickle;
	struct fake *fake = trickle_fake(&trickle);
	unsigned int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		trickle.nb_made = 1;
		while (ops->dequeue(&fake->port, &ev, 0) == 0)
			;
	}
	assert_int_equal(trickle.nb_steps, 2000);
	assert_in_range(fake->port.stats.zero_polls, 0, 2000 / 64);
	fake_free(fake);
}

/* Where some steps find nothing, none is left out: there is time enough. */
static void
test_dequeue_leaves_no_step_out_when_there_is_time(void **state)
{
	struct rte_event ev;
	struct trickle trickle;
	struct fake *fake = trickle_fake(&trickle);
	unsigned int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		trickle.nb_made = i % 50 != 0;
		assert_int_equal(ops->dequeue(&fake->port, &ev, 0), i % 50 != 0);
	}
	assert_int_equal(trickle.nb_steps, 2000);
	fake_free(fake);
}

/* Who would take more than there is has no need to wait for more. */
static void
test_dequeue_leaves_no_step_out_when_bursts_are_not_full(void **state)
{
	struct rte_event ev[8];
	struct trickle trickle;
	struct fake *fake = trickle_fake(&trickle);
	unsigned int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		trickle.nb_made = 3;
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 8, 0), 3);
	}
	assert_int_equal(trickle.nb_steps, 2000);
	fake_free(fake);
}

/* Another thread that steps all the time is left alone; when it stops, the port takes over. */
static void
test_dequeue_leaves_steps_to_stepper(void **state)
{
	struct rte_event ev;
	struct late late;
	struct fake *fake = late_fake(&late, DLB_STEP_INLINE, 1);

	(void)state;
	fake_steps_by_others = UINT32_MAX;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 0);
	assert_int_equal(late.nb_steps, 0);
	fake_steps_by_others = 0;
	while (ops->dequeue(&fake->port, &ev, 0) == 0)
		;
	assert_int_equal(late.nb_steps, 1);
	fake_free(fake);
}

static void
test_dequeue_leaves_steps_to_service(void **state)
{
	struct rte_event ev;
	struct late late;
	struct fake *fake = late_fake(&late, DLB_STEP_SERVICE, 1);

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 0);
	assert_int_equal(ops->dequeue(&fake->port, &ev, 1000), 0);
	assert_int_equal(late.nb_steps, 0);
	fake_free(fake);
}

static void
test_dequeue_timeout_ends_with_an_event(void **state)
{
	struct rte_event ev[4];
	struct late late;
	struct fake *fake = late_fake(&late, DLB_STEP_INLINE, 1000);

	(void)state;
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, UINT64_MAX), 1);
	assert_int_equal(ev[0].u64, 1000);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 10000), 0);
	assert_int_equal(fake->port.stats.total_polls, 2);
	assert_int_equal(fake->port.stats.zero_polls, 1);
	fake_free(fake);
}

/* Without the device's flag the argument only says whether to wait, not how long. */
static void
test_dequeue_global_timeout(void **state)
{
	struct rte_event ev;
	struct late late;
	struct fake *fake = late_fake(&late, DLB_STEP_INLINE, 0);

	(void)state;
	fake->dp.per_dequeue_timeout = false;
	fake->dp.timeout_ticks = 1;
	assert_int_equal(ops->dequeue(&fake->port, &ev, UINT64_MAX), 0);
	late.nb_steps = 0;
	fake->dp.timeout_ticks = UINT64_MAX;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 0);
	assert_int_equal(late.nb_steps, 1);
	late.deliver_at = 500;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 1), 1);
	fake_free(fake);
}

/* --- flush ------------------------------------------------------------------------------------ */

static void
flush_all(bool is_dir, unsigned int nb_lanes)
{
	struct fake *fake = fake_new(
		&(struct fake_conf){ .nb_lanes = nb_lanes, .depth = 16, .is_dir = is_dir });
	unsigned int i, lane, n = 0, nb_completed = 0;
	struct rte_event ev[16];
	uint16_t got;

	fake->dp.in_system = 16 * nb_lanes;
	for (lane = 0; lane < nb_lanes; lane++) {
		for (i = 0; i < 16; i++)
			put(&fake->lane[lane], i);
	}
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 5, 0), 5);
	dlb_dp_port_stop(&fake->port);
	while ((got = ops->flush(&fake->port, ev, 3)) > 0)
		n += got;
	assert_int_equal(n, 16 * nb_lanes - 5);
	assert_int_equal(dlb_dp_port_held(&fake->port), 0);
	assert_int_equal(dlb_dp_in_system(&fake->dp), 0);
	for (lane = 0; lane < nb_lanes; lane++)
		nb_completed += nb_returned(&fake->lane[lane]);
	assert_int_equal(nb_completed, 16 * nb_lanes);
	fake_free(fake);
}

static void
test_dequeue_flush_takes_and_releases_all(void **state)
{
	(void)state;
	flush_all(false, 1);
	flush_all(false, 4);
	flush_all(true, 1);
}

/* --- a device in another thread ---------------------------------------------------------------- */

#define NB_STREAMED 200000

static void *
stream(void *arg)
{
	struct fake *fake = arg;
	uint64_t sent = 0, completed = 0;
	struct dlb_hcw hcw;

	while (completed < NB_STREAMED) {
		while (sent < NB_STREAMED && sent - completed < 64)
			put(&fake->lane[0], sent++);
		if (!fake_get(&fake->lane[0], &hcw))
			continue;
		if (hcw.cmd != DLB_CMD_FWD_T || hcw.data != completed++)
			return "wrong command";
	}
	return NULL;
}

static void
test_dequeue_from_another_thread(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 64 });
	uint64_t received = 0, rng = 1;
	struct rte_event ev[32];
	pthread_t thread;
	void *fault;
	uint16_t i, n;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, stream, fake), 0);
	while (received < NB_STREAMED) {
		n = ops->dequeue_burst(&fake->port, ev, (uint16_t)(1 + fake_below(&rng, 32)), 0);
		for (i = 0; i < n; i++)
			assert_int_equal(ev[i].u64, received++);
		assert_int_equal(ops->enqueue_forward_burst(&fake->port, ev, n), n);
	}
	assert_int_equal(pthread_join(thread, &fault), 0);
	assert_null(fault);
	fake_free(fake);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_dequeue_all_depths_and_layouts),
		cmocka_unit_test(test_dequeue_bursts_at_every_alignment),
		cmocka_unit_test(test_dequeue_sparse_entries_come_in_any_order),
		cmocka_unit_test(test_dequeue_ignores_former_pass),
		cmocka_unit_test(test_dequeue_implicit_release_completes_all),
		cmocka_unit_test(test_dequeue_keeps_held_events_without_implicit_release),
		cmocka_unit_test(test_dequeue_takes_lanes_in_turn),
		cmocka_unit_test(test_dequeue_fills_burst_from_several_lanes),
		cmocka_unit_test(test_dequeue_steps_once_when_empty),
		cmocka_unit_test(test_dequeue_leaves_steps_out_that_find_little),
		cmocka_unit_test(test_dequeue_steps_for_each_event_that_is_waited_for),
		cmocka_unit_test(test_dequeue_leaves_no_step_out_when_there_is_time),
		cmocka_unit_test(test_dequeue_leaves_no_step_out_when_bursts_are_not_full),
		cmocka_unit_test(test_dequeue_leaves_steps_to_stepper),
		cmocka_unit_test(test_dequeue_leaves_steps_to_service),
		cmocka_unit_test(test_dequeue_timeout_ends_with_an_event),
		cmocka_unit_test(test_dequeue_global_timeout),
		cmocka_unit_test(test_dequeue_flush_takes_and_releases_all),
		cmocka_unit_test(test_dequeue_from_another_thread),
	};

	ops = fake_burst_ops(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
