/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What bursts become on the producer port: one command for each event, in order, packed back to
 * back into whole lines, whatever the mix; and what becomes of bursts that cannot be accepted.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <rte_errno.h>

#include "fake_device.h"

static const struct dlb_burst_ops *ops;

static struct fake *
fake_ldb(void)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 128 });

	fake->dp.in_system = 1000;
	return fake;
}

static struct rte_event
event(unsigned int op, uint64_t u64)
{
	struct rte_event ev = { .event = 0, .u64 = u64 };

	ev.op = op;
	ev.queue_id = FAKE_QUEUE_ATOMIC;
	ev.sched_type = RTE_SCHED_TYPE_ATOMIC;
	return ev;
}

/* Let the port hold n events. */
static void
hold(struct fake *fake, struct rte_event *ev, uint16_t n, bool is_dir)
{
	struct dlb_qe qe = { .qid = is_dir ? 0 : fake_hw_qid(FAKE_QUEUE_ATOMIC) };
	uint16_t i;

	for (i = 0; i < n; i++)
		fake_put(&fake->lane[0], &qe);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, n, 0), n);
	for (i = 0; i < n; i++)
		ev[i].u64 = i;
}

static const uint8_t cmd_of_op[] = {
	[RTE_EVENT_OP_NEW] = DLB_CMD_NEW,
	[RTE_EVENT_OP_FORWARD] = DLB_CMD_FWD_T,
	[RTE_EVENT_OP_RELEASE] = DLB_CMD_COMP_T,
};

/* A burst of n events whose operations are the digits of mix to base 3. */
static void
check_mix(unsigned int n, unsigned int mix)
{
	struct fake *fake = fake_ldb();
	struct dlb_ring *ring = &fake->lane[0].ring;
	struct rte_event held[8], ev[8];
	unsigned int i, nb_held = 0;
	struct dlb_hcw hcw;

	/* Somewhere in it the ring's memory ends. */
	ring->tail = ring->head = ring->head_seen = DLB_RING_CMDS - 1 - mix % 8;
	hold(fake, held, 8, false);
	for (i = 0; i < n; i++, mix /= 3) {
		ev[i] = mix % 3 == RTE_EVENT_OP_NEW ? event(0, 0) : held[nb_held++];
		ev[i].op = mix % 3;
		ev[i].u64 = i;
	}
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, (uint16_t)n), n);
	/* Back to back, and nothing else. */
	assert_int_equal(ring->tail - ring->head, n);
	for (i = 0; i < n; i++) {
		hcw = ring->hcw[(ring->head + i) & DLB_RING_MASK];
		assert_int_equal(hcw.cmd, cmd_of_op[ev[i].op]);
		if (ev[i].op != RTE_EVENT_OP_RELEASE)
			assert_int_equal(hcw.data, i);
		else
			assert_int_equal(hcw.lock_id, 0);
	}
	assert_int_equal(dlb_dp_port_held(&fake->port), 8 - nb_held);
	fake_free(fake);
}

static void
test_enqueue_packs_every_mix_of_operations(void **state)
{
	unsigned int n, mix, nb_mixes = 1;
	uint64_t rng = 5;

	(void)state;
	for (n = 1; n <= 5; n++) {
		nb_mixes *= 3;
		for (mix = 0; mix < nb_mixes; mix++)
			check_mix(n, mix);
	}
	for (mix = 0; mix < 600; mix++)
		check_mix(6 + mix % 3, fake_below(&rng, 6561));
}

/* All bursts of 1..8 begin anywhere in the ring, also where its index wraps. */
static void
test_enqueue_continues_at_any_place(void **state)
{
	struct rte_event ev[8];
	struct dlb_hcw hcw;
	unsigned int i, round, n;
	uint64_t sent = 0, got = 0, rng = 6;
	struct fake *fake = fake_ldb();
	struct dlb_ring *ring = &fake->lane[0].ring;

	(void)state;
	fake->dp.in_system = 0;
	ring->tail = ring->head = ring->head_seen = UINT32_MAX - 10 * DLB_RING_CMDS + 1;
	for (round = 0; round < 8000; round++) {
		n = 1 + fake_below(&rng, 8);
		for (i = 0; i < n; i++)
			ev[i] = event(RTE_EVENT_OP_NEW, sent + i);
		fake->dp.in_system = 0;
		sent += ops->enqueue_burst(&fake->port, ev, (uint16_t)n);
		/* Never more than a few lines behind. */
		while (sent - got > 200) {
			assert_true(fake_get(&fake->lane[0], &hcw));
			assert_int_equal(hcw.data, got++);
		}
	}
	while (fake_get(&fake->lane[0], &hcw))
		assert_int_equal(hcw.data, got++);
	assert_int_equal(got, sent);
	assert_int_equal(fake->port.stats.tx_new, sent);
	assert_int_equal(fake->port.stats.tx_sched[DLB_SCHED_ATOMIC], sent);
	fake_free(fake);
}

struct drain {
	struct fake *fake;
	uint64_t got;
	unsigned int vain; /* steps before anything is taken */
};

static int
drain_a_little(void *arg)
{
	struct drain *drain = arg;
	struct dlb_hcw hcw;
	int i;

	if (drain->vain > 0) {
		drain->vain--;
		return -EBUSY;
	}
	drain->vain = 40;
	for (i = 0; i < 12 && fake_get(&drain->fake->lane[0], &hcw); i++)
		assert_int_equal(hcw.data, drain->got++);
	return i;
}

static void
full_ring(enum dlb_step_mode mode)
{
	struct fake *fake = fake_new(
		&(struct fake_conf){ .nb_lanes = 1, .depth = 8, .limit = 8192, .step_mode = mode });
	struct drain drain = { .fake = fake };
	static struct rte_event ev[4000];
	struct dlb_hcw hcw;
	unsigned int i;

	fake_on_step = drain_a_little;
	fake_on_step_arg = &drain;
	for (i = 0; i < RTE_DIM(ev); i++)
		ev[i] = event(RTE_EVENT_OP_NEW, i);
	/* One burst of many times the ring. */
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, RTE_DIM(ev)), RTE_DIM(ev));
	assert_true(fake->port.stats.tx_ring_full > 0);
	while (fake_get(&fake->lane[0], &hcw))
		assert_int_equal(hcw.data, drain.got++);
	assert_int_equal(drain.got, RTE_DIM(ev));
	fake_free(fake);
}

static void
test_enqueue_waits_for_room_and_steps(void **state)
{
	(void)state;
	full_ring(DLB_STEP_INLINE);
}

/* Nobody steps the device: what has to be done is done in the end. */
static void
test_enqueue_does_not_hang_without_service(void **state)
{
	(void)state;
	full_ring(DLB_STEP_SERVICE);
}

/* --- refusals --------------------------------------------------------------------------------- */

/* Events that cannot be accepted by a port that holds nothing. */
static struct rte_event
bad_event(unsigned int kind)
{
	struct rte_event ev = event(RTE_EVENT_OP_NEW, 0);

	switch (kind) {
	case 0:
		ev.queue_id = FAKE_NB_QUEUES;
		break;
	case 1:
		ev.queue_id = 255;
		break;
	case 2:
		ev.sched_type = 3;
		break;
	case 3:
		ev.sched_type = 3;
		ev.queue_id = FAKE_QUEUE_ALL_TYPES;
		break;
	case 4:
		ev.sched_type = 3;
		ev.queue_id = FAKE_QUEUE_DIR;
		break;
	case 5:
		ev.op = 3;
		break;
	case 6:
		ev.op = RTE_EVENT_OP_RELEASE;
		break;
	default:
		ev.op = RTE_EVENT_OP_RELEASE;
		ev.impl_opaque = 0x80;
		break;
	}
	return ev;
}

#define NB_BAD_KINDS 8

static void
check_refused(struct fake *fake, const struct rte_event *ev, uint16_t n, uint16_t at)
{
	uint64_t nb_before = fake->port.stats.tx_invalid;
	struct dlb_hcw hcw;
	uint16_t i;

	rte_errno = 0;
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, n), at);
	assert_int_equal(rte_errno, EINVAL);
	assert_int_equal(fake->port.stats.tx_invalid, nb_before + 1);
	for (i = 0; i < at; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.data, ev[i].u64);
	}
	assert_false(fake_get(&fake->lane[0], &hcw));
}

static void
refusals(bool is_dir)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8, .is_dir = is_dir });
	struct rte_event ev[8];
	uint16_t i, n, at;
	unsigned int kind;

	for (kind = 0; kind < NB_BAD_KINDS; kind++) {
		for (n = 1; n <= 8; n++) {
			for (at = 0; at < n; at++) {
				for (i = 0; i < n; i++)
					ev[i] = event(RTE_EVENT_OP_NEW, i);
				ev[at] = bad_event(kind);
				check_refused(fake, ev, n, at);
				fake->dp.in_system = fake->port.credits = 0;
			}
		}
	}
	fake_free(fake);
}

static void
test_enqueue_stops_at_bad_event(void **state)
{
	(void)state;
	refusals(false);
	refusals(true);
}

/* One event too many is released: all before it count, and the port is none the worse. */
static void
test_enqueue_refuses_more_releases_than_events(void **state)
{
	struct rte_event ev[9];
	unsigned int is_dir;
	uint16_t i, n;

	(void)state;
	for (n = 1; n <= 8; n++) {
		for (is_dir = 0; is_dir < 2; is_dir++) {
			struct fake *fake = fake_new(
				&(struct fake_conf){ .nb_lanes = 1, .depth = 8, .is_dir = is_dir });

			fake->dp.in_system = 100;
			hold(fake, ev, n, is_dir);
			ev[n] = event(0, 0);
			for (i = 0; i <= n; i++)
				ev[i].op = RTE_EVENT_OP_RELEASE;
			rte_errno = 0;
			assert_int_equal(ops->enqueue_burst(&fake->port, ev, n + 1), n);
			assert_int_equal(rte_errno, EINVAL);
			assert_int_equal(dlb_dp_port_held(&fake->port), 0);
			fake_free(fake);
		}
	}
}

/* Adapters forward what their port does not hold: a NEW, credit and limit included. */
static void
test_enqueue_forward_of_nothing_is_new(void **state)
{
	static const uint8_t marks[] = { 0, 0x80, 0x81, 0xff };
	unsigned int i, is_dir, known;

	(void)state;
	for (i = 0; i < RTE_DIM(marks) * 4; i++) {
		struct rte_event ev[2], held;
		struct dlb_hcw hcw;

		is_dir = i & 1;
		known = i >> 1 & 1;
		struct fake *fake = fake_new(&(struct fake_conf){
			.nb_lanes = 1, .depth = 8, .is_dir = is_dir, .limit = 2 });

		hold(fake, &held, 1, is_dir);
		held.op = RTE_EVENT_OP_FORWARD;
		held.queue_id = FAKE_QUEUE_ATOMIC;
		held.sched_type = RTE_SCHED_TYPE_ATOMIC;
		fake->dp.in_system = 1;
		assert_int_equal(ops->enqueue(&fake->port, &held), 1);
		ev[0] = ev[1] = event(RTE_EVENT_OP_FORWARD, 77);
		ev[0].impl_opaque = ev[1].impl_opaque = marks[i / 4];
		rte_errno = 0;
		assert_int_equal((known ? ops->enqueue_forward_burst
					: ops->enqueue_burst)(&fake->port, ev, 2),
				 1);
		assert_int_equal(rte_errno, ENOSPC);
		assert_int_equal(fake->port.stats.tx_fwd, 1);
		assert_int_equal(fake->port.stats.tx_new, 1);
		assert_int_equal(fake->port.stats.tx_invalid, 0);
		assert_int_equal(dlb_dp_in_system(&fake->dp) - fake->port.credits, 2);
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.cmd, DLB_CMD_NEW);
		assert_int_equal(hcw.data, 77);
		assert_false(fake_get(&fake->lane[0], &hcw));
		fake_free(fake);
	}
}

/* The entry points that know the operation do not look at it. */
static void
test_enqueue_known_operations(void **state)
{
	struct fake *fake = fake_ldb();
	struct rte_event ev[6];
	struct dlb_hcw hcw;
	unsigned int i;

	(void)state;
	hold(fake, ev, 6, false);
	for (i = 0; i < 6; i++)
		ev[i].op = i % 4;
	assert_int_equal(ops->enqueue_forward_burst(&fake->port, ev, 6), 6);
	for (i = 0; i < 6; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.cmd, DLB_CMD_FWD_T);
	}
	assert_int_equal(ops->enqueue_new_burst(&fake->port, ev, 6), 6);
	for (i = 0; i < 6; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.cmd, DLB_CMD_NEW);
	}
	assert_int_equal(fake->port.stats.tx_fwd, 6);
	assert_int_equal(fake->port.stats.tx_new, 6);
	fake_free(fake);
}

/* A directed port has no completions: FORWARD is NEW without a credit, RELEASE is nothing. */
static void
test_enqueue_directed_port(void **state)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 64, .is_dir = true });
	struct rte_event ev[12];
	struct dlb_hcw hcw;
	unsigned int i;

	(void)state;
	fake->dp.in_system = 12;
	hold(fake, ev, 12, true);
	for (i = 0; i < 12; i++) {
		ev[i].op = i < 6 ? RTE_EVENT_OP_FORWARD : RTE_EVENT_OP_RELEASE;
		ev[i].queue_id = FAKE_QUEUE_ORDERED;
	}
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, 12), 12);
	for (i = 0; i < 6; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.cmd, DLB_CMD_NEW);
		assert_int_equal(hcw.data, i);
	}
	assert_false(fake_get(&fake->lane[0], &hcw));
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 1, 0), 0);
	assert_int_equal(dlb_dp_in_system(&fake->dp), 6);
	fake_free(fake);
}

/* NEW events of a port with several lanes keep their order: they take the first lane. */
static void
new_after_answers(unsigned int nb_held)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 2, .depth = 8 });
	struct dlb_qe qe = { .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC) };
	struct rte_event ev[12];
	struct dlb_hcw hcw;
	unsigned int i;

	for (i = 0; i < nb_held; i++)
		fake_put(&fake->lane[1], &qe);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 8, 0), nb_held);
	for (i = 0; i < 12; i++) {
		if (i >= nb_held)
			ev[i] = event(RTE_EVENT_OP_NEW, 0);
		else
			ev[i].op = RTE_EVENT_OP_FORWARD;
		ev[i].u64 = i;
	}
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, 12), 12);
	for (i = 0; i < 12; i++) {
		assert_true(fake_get(&fake->lane[i < nb_held], &hcw));
		assert_int_equal(hcw.data, i);
		assert_int_equal(hcw.cmd, i < nb_held ? DLB_CMD_FWD_T : DLB_CMD_NEW);
	}
	fake_free(fake);
}

static void
test_enqueue_new_takes_first_lane(void **state)
{
	unsigned int nb_held;

	(void)state;
	/* A whole line of answers before them, and all else. */
	for (nb_held = 0; nb_held <= 8; nb_held++)
		new_after_answers(nb_held);
}

/* A RELEASE of a directed port is no command: what follows is not at the start of a line. */
static void
test_enqueue_four_alike_need_no_line_start(void **state)
{
	struct fake *fake =
		fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 64, .is_dir = true });
	struct dlb_ring *ring = &fake->lane[0].ring;
	struct rte_event ev[12];
	struct dlb_hcw hcw;
	unsigned int i;

	(void)state;
	fake->dp.in_system = 12;
	hold(fake, ev, 12, true);
	for (i = 0; i < 12; i++) {
		ev[i].op = i == 0 ? RTE_EVENT_OP_RELEASE : RTE_EVENT_OP_FORWARD;
		ev[i].queue_id = FAKE_QUEUE_ATOMIC;
	}
	/* The first line is the last of the ring's memory. */
	ring->tail = ring->head = ring->head_seen = DLB_RING_CMDS - DLB_HCWS_PER_LINE;
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, 12), 12);
	for (i = 1; i < 12; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.data, i);
	}
	assert_false(fake_get(&fake->lane[0], &hcw));
	fake_free(fake);
}

static void
test_enqueue_stopped_port_accepts_nothing(void **state)
{
	struct fake *fake = fake_ldb();
	struct rte_event ev = event(RTE_EVENT_OP_NEW, 0);
	struct dlb_hcw hcw;

	(void)state;
	dlb_dp_port_stop(&fake->port);
	assert_int_equal(ops->enqueue(&fake->port, &ev), 0);
	assert_int_equal(rte_errno, EINVAL);
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 0);
	assert_false(fake_get(&fake->lane[0], &hcw));
	dlb_dp_port_start(&fake->port);
	assert_int_equal(ops->enqueue(&fake->port, &ev), 1);
	fake_free(fake);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_enqueue_packs_every_mix_of_operations),
		cmocka_unit_test(test_enqueue_continues_at_any_place),
		cmocka_unit_test(test_enqueue_waits_for_room_and_steps),
		cmocka_unit_test(test_enqueue_does_not_hang_without_service),
		cmocka_unit_test(test_enqueue_stops_at_bad_event),
		cmocka_unit_test(test_enqueue_refuses_more_releases_than_events),
		cmocka_unit_test(test_enqueue_forward_of_nothing_is_new),
		cmocka_unit_test(test_enqueue_known_operations),
		cmocka_unit_test(test_enqueue_directed_port),
		cmocka_unit_test(test_enqueue_new_takes_first_lane),
		cmocka_unit_test(test_enqueue_four_alike_need_no_line_start),
		cmocka_unit_test(test_enqueue_stopped_port_accepts_nothing),
	};

	ops = fake_burst_ops(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
