/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Answers in any order against a model that only knows two facts: the n-th completion of a lane
 * ends the n-th element it delivered, and what the application said about each event.
 *
 * Checked for every command that the port writes: no event is completed before it was answered; an
 * ordered event is completed by its own element; each forwarded element goes out exactly once and
 * not later than its completion; each completion returns one token.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_errno.h>

#include "fake_device.h"

static const struct dlb_burst_ops *ops;

#define NB_EVENTS 3000
#define IN_SYSTEM 100000 /* events of elsewhere, so that releases have something to give back */

enum verdict {
	HELD,
	RELEASED,
	FORWARDED,
};

struct model_event {
	uint8_t lane;
	uint8_t type;
	enum verdict verdict;
	bool is_sent;
	bool is_completed;
};

struct model {
	struct fake *fake;
	struct fake_conf conf;
	uint64_t rng;
	struct model_event events[NB_EVENTS];
	unsigned int nb_delivered;
	/* By lane, ids in the order of delivery. */
	unsigned int order[DLB_MAX_LANES][NB_EVENTS];
	unsigned int nb_order[DLB_MAX_LANES];
	unsigned int nb_completed[DLB_MAX_LANES];
	/* What the application holds. */
	struct rte_event held[NB_EVENTS];
	unsigned int nb_held;
	unsigned int nb_released;
};

static struct model *
model_new(const struct fake_conf *conf, uint64_t seed)
{
	struct model *m = calloc(1, sizeof(*m));

	assert_non_null(m);
	m->conf = *conf;
	m->conf.limit = 2 * IN_SYSTEM;
	m->fake = fake_new(&m->conf);
	m->fake->dp.in_system = IN_SYSTEM;
	m->rng = seed;
	return m;
}

static void
deliver(struct model *m)
{
	unsigned int lane = fake_below(&m->rng, m->conf.nb_lanes);
	uint8_t type = fake_below(&m->rng, 3);
	struct dlb_qe qe = {
		.data = m->nb_delivered,
		.qid = fake_hw_qid(FAKE_QUEUE_ALL_TYPES),
		.type_prio = type,
	};

	if (m->nb_delivered == NB_EVENTS ||
	    m->nb_order[lane] - m->nb_completed[lane] == m->conf.depth)
		return;
	fake_put(&m->fake->lane[lane], &qe);
	m->events[m->nb_delivered] = (struct model_event){ .lane = (uint8_t)lane, .type = type };
	m->order[lane][m->nb_order[lane]++] = m->nb_delivered++;
}

static void
release_held(struct model *m)
{
	for (; m->nb_held > 0; m->nb_released++)
		m->events[m->held[--m->nb_held].u64].verdict = RELEASED;
}

static void
dequeue(struct model *m)
{
	uint16_t n = 1 + fake_below(&m->rng, 40);

	if (m->conf.implicit_release)
		release_held(m);
	m->nb_held += ops->dequeue_burst(&m->fake->port, &m->held[m->nb_held], n, 0);
}

/* A completion: the lane's oldest event, which has to be answered. */
static struct model_event *
complete(struct model *m, unsigned int lane)
{
	struct model_event *e;

	assert_in_range(m->nb_completed[lane], 0, m->nb_order[lane] - 1);
	e = &m->events[m->order[lane][m->nb_completed[lane]++]];
	assert_int_not_equal(e->verdict, HELD);
	assert_false(e->is_completed);
	e->is_completed = true;
	return e;
}

static void
element(struct model *m, const struct dlb_hcw *hcw, unsigned int lane)
{
	struct model_event *e;

	assert_in_range(hcw->data, 0, m->nb_delivered - 1);
	e = &m->events[hcw->data];
	assert_int_equal(e->verdict, FORWARDED);
	assert_int_equal(e->lane, lane);
	assert_false(e->is_sent);
	e->is_sent = true;
}

static void
command(struct model *m, const struct dlb_hcw *hcw, unsigned int lane)
{
	struct model_event *e;

	switch (hcw->cmd) {
	case DLB_CMD_NEW:
		element(m, hcw, lane);
		assert_int_not_equal(m->events[hcw->data].type, DLB_SCHED_ORDERED);
		assert_false(m->events[hcw->data].is_completed);
		break;
	case DLB_CMD_FWD_T:
		element(m, hcw, lane);
		assert_ptr_equal(complete(m, lane), &m->events[hcw->data]);
		break;
	case DLB_CMD_COMP_T:
		e = complete(m, lane);
		assert_int_equal(hcw->lock_id, 0);
		if (e->verdict == FORWARDED) {
			assert_true(e->is_sent);
			assert_int_not_equal(e->type, DLB_SCHED_ORDERED);
		}
		break;
	default:
		fail_msg("command %u", hcw->cmd);
	}
}

static void
read_commands(struct model *m)
{
	struct dlb_hcw hcw;
	unsigned int lane;

	for (lane = 0; lane < m->conf.nb_lanes; lane++) {
		while (fake_get(&m->fake->lane[lane], &hcw))
			command(m, &hcw, lane);
	}
}

/* The held event whose id is smallest: with one lane, the oldest. */
static unsigned int
oldest_held(const struct model *m)
{
	unsigned int i, oldest = 0;

	for (i = 1; i < m->nb_held; i++) {
		if (m->held[i].u64 < m->held[oldest].u64)
			oldest = i;
	}
	return oldest;
}

/* Take one event out of the application's hands and answer it. */
static struct rte_event
answer_one(struct model *m, bool in_order)
{
	unsigned int i = in_order ? oldest_held(m) : fake_below(&m->rng, m->nb_held);
	struct rte_event ev = m->held[i];

	m->held[i] = m->held[--m->nb_held];
	if (in_order && m->conf.nb_lanes == 1 && fake_below(&m->rng, 4) == 0)
		ev.impl_opaque = 0; /* made anew by the application */
	ev.queue_id = FAKE_QUEUE_PARALLEL;
	ev.op = fake_below(&m->rng, 3) == 0 ? RTE_EVENT_OP_RELEASE : RTE_EVENT_OP_FORWARD;
	m->events[ev.u64].verdict = ev.op == RTE_EVENT_OP_RELEASE ? RELEASED : FORWARDED;
	m->nb_released += ev.op == RTE_EVENT_OP_RELEASE;
	return ev;
}

static void
answer(struct model *m, unsigned int n, bool in_order)
{
	struct rte_event evs[64];
	unsigned int i;

	n = RTE_MIN(n, m->nb_held);
	for (i = 0; i < n; i++)
		evs[i] = answer_one(m, in_order);
	assert_int_equal(ops->enqueue_burst(&m->fake->port, evs, (uint16_t)n), n);
}

static void
check_all_done(struct model *m)
{
	struct rte_event ev;
	unsigned int i;

	/* An empty dequeue returns what credits the port has cached. */
	assert_int_equal(ops->dequeue_burst(&m->fake->port, &ev, 1, 0), 0);
	read_commands(m);
	assert_int_equal(dlb_dp_port_held(&m->fake->port), 0);
	assert_int_equal(dlb_dp_in_system(&m->fake->dp), IN_SYSTEM - m->nb_released);
	for (i = 0; i < m->nb_delivered; i++) {
		assert_true(m->events[i].is_completed);
		assert_int_equal(m->events[i].is_sent, m->events[i].verdict == FORWARDED);
	}
	for (i = 0; i < DLB_PORT_WINDOW; i++)
		assert_int_equal(m->fake->port.answer[i], 0);
}

static void
run(const struct fake_conf *conf, uint64_t seed, unsigned int in_order_pct)
{
	struct model *m = model_new(conf, seed);
	unsigned int i;

	while (m->nb_delivered < NB_EVENTS || m->nb_held > 0 ||
	       m->nb_order[0] != m->nb_completed[0]) {
		for (i = fake_below(&m->rng, 2 * conf->depth); i > 0; i--)
			deliver(m);
		dequeue(m);
		assert_int_equal(dlb_dp_port_held(&m->fake->port), m->nb_held);
		for (i = fake_below(&m->rng, 6); i > 0; i--)
			answer(m, fake_below(&m->rng, 33), fake_below(&m->rng, 100) < in_order_pct);
		read_commands(m);
	}
	for (i = 0; i < 200; i++) {
		dequeue(m);
		answer(m, 40, true);
	}
	check_all_done(m);
	fake_free(m->fake);
	free(m);
}

static void
run_all(unsigned int nb_lanes, bool implicit_release)
{
	unsigned int depth, pct;
	uint64_t seed = 1;

	for (depth = 1; depth <= dlb_dp_lane_window(nb_lanes); depth *= 2) {
		for (pct = 0; pct <= 100; pct += 50) {
			run(
				&(struct fake_conf){
					.nb_lanes = nb_lanes,
					.depth = depth,
					.sparse = depth % 3 == 0,
					.implicit_release = implicit_release,
				},
				seed++, pct);
		}
	}
}

static void
test_window_any_order_one_lane(void **state)
{
	(void)state;
	run_all(1, false);
}

static void
test_window_any_order_several_lanes(void **state)
{
	(void)state;
	run_all(2, false);
	run_all(3, false);
	run_all(4, false);
}

static void
test_window_implicit_release_any_order(void **state)
{
	(void)state;
	run_all(1, true);
	run_all(4, true);
}

static void
answer_again(struct fake *fake, const struct rte_event *ev)
{
	const uint64_t nb_invalid = fake->port.stats.tx_invalid;
	const bool is_new = ev->op == RTE_EVENT_OP_FORWARD;

	rte_errno = 0;
	assert_int_equal(ops->enqueue(&fake->port, ev), is_new);
	assert_int_equal(rte_errno, is_new ? 0 : EINVAL);
	assert_int_equal(fake->port.stats.tx_invalid, nb_invalid + !is_new);
}

/*
 * Nothing is completed twice: a second RELEASE is refused, counted, and changes nothing; a second
 * FORWARD is an event of its own.
 */
static void
test_window_second_answer_completes_nothing(void **state)
{
	static const uint8_t types[] = { DLB_SCHED_ATOMIC, DLB_SCHED_UNORDERED, DLB_SCHED_ORDERED };
	const struct fake_conf conf = { .nb_lanes = 1, .depth = 8 };
	struct rte_event ev[3];
	struct dlb_hcw hcw;
	unsigned int i, op;

	(void)state;
	for (i = 0; i < RTE_DIM(types) * 2; i++) {
		struct fake *fake = fake_new(&conf);
		struct dlb_qe qe = { .qid = fake_hw_qid(FAKE_QUEUE_ALL_TYPES),
				     .type_prio = types[i / 2] };

		fake->dp.in_system = 10;
		fake_put(&fake->lane[0], &qe);
		fake_put(&fake->lane[0], &qe);
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 3, 0), 2);
		op = i % 2 == 0 ? RTE_EVENT_OP_RELEASE : RTE_EVENT_OP_FORWARD;
		ev[1].op = op;
		assert_int_equal(ops->enqueue(&fake->port, &ev[1]), 1);
		answer_again(fake, &ev[1]);
		ev[0].op = op;
		assert_int_equal(ops->enqueue(&fake->port, &ev[0]), 1);
		answer_again(fake, &ev[0]);
		answer_again(fake, &ev[1]);
		for (op = 0; fake_get(&fake->lane[0], &hcw);)
			op += (hcw.cmd & DLB_HCW_QE_COMP) != 0;
		assert_int_equal(op, 2);
		fake_free(fake);
	}
}

/* An impl_opaque that no dequeue ever gave: of a lane the port does not have. */
static void
test_window_mark_of_missing_lane_is_refused(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 3, .depth = 8 });
	struct dlb_qe qe = { .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC) };
	struct rte_event ev;
	struct dlb_hcw hcw;

	(void)state;
	fake_put(&fake->lane[0], &qe);
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 1);
	ev.op = RTE_EVENT_OP_RELEASE;
	ev.impl_opaque = 0x80 + 3 * dlb_dp_lane_window(3);
	assert_int_equal(ops->enqueue(&fake->port, &ev), 0);
	assert_int_equal(rte_errno, EINVAL);
	assert_false(fake_get(&fake->lane[0], &hcw));
	assert_int_equal(dlb_dp_port_held(&fake->port), 1);
	fake_free(fake);
}

/* An event made anew answers one that is held, whichever lane it came through. */
static void
test_window_unmarked_answers_on_any_lane(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 4, .depth = 8 });
	struct dlb_qe qe = { .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC) };
	struct rte_event ev[4];
	struct dlb_hcw hcw;
	unsigned int i;

	(void)state;
	fake->dp.in_system = 4;
	for (i = 0; i < 4; i++)
		fake_put(&fake->lane[i], &qe);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 0), 4);
	for (i = 0; i < 4; i++) {
		ev[i].op = RTE_EVENT_OP_RELEASE;
		ev[i].impl_opaque = 0;
	}
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, 4), 4);
	for (i = 0; i < 4; i++) {
		assert_true(fake_get(&fake->lane[i], &hcw));
		assert_int_equal(hcw.cmd, DLB_CMD_COMP_T);
	}
	fake_free(fake);
}

/* An ordered event waits for all that are older, however they are answered. */
static void
test_window_ordered_waits_for_older(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8 });
	struct dlb_qe qe = { .qid = fake_hw_qid(FAKE_QUEUE_ORDERED),
			     .type_prio = DLB_SCHED_ORDERED };
	struct rte_event ev[4];
	struct dlb_hcw hcw;
	int i;

	(void)state;
	fake->dp.in_system = 10;
	for (i = 0; i < 4; i++) {
		qe.data = (uint64_t)i;
		fake_put(&fake->lane[0], &qe);
	}
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 0), 4);
	for (i = 3; i > 0; i--) {
		ev[i].op = RTE_EVENT_OP_FORWARD;
		assert_int_equal(ops->enqueue(&fake->port, &ev[i]), 1);
		assert_false(fake_get(&fake->lane[0], &hcw));
	}
	assert_int_equal(dlb_dp_port_held(&fake->port), 1);
	ev[0].op = RTE_EVENT_OP_RELEASE;
	assert_int_equal(ops->enqueue(&fake->port, &ev[0]), 1);
	assert_true(fake_get(&fake->lane[0], &hcw));
	assert_int_equal(hcw.cmd, DLB_CMD_COMP_T);
	for (i = 1; i < 4; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.cmd, DLB_CMD_FWD_T);
		assert_int_equal(hcw.data, i);
	}
	fake_free(fake);
}

/* Four answers in order, and the one behind them came before: it goes out with them. */
static void
test_window_line_takes_waiting_answer_along(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8 });
	struct dlb_qe qe = { .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC) };
	struct rte_event ev[8];
	struct dlb_hcw hcw;
	unsigned int i;

	(void)state;
	fake->dp.in_system = 8;
	for (i = 0; i < 8; i++)
		fake_put(&fake->lane[0], &qe);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 8, 0), 8);
	for (i = 0; i < 8; i++)
		ev[i].op = i == 4 ? RTE_EVENT_OP_RELEASE : RTE_EVENT_OP_FORWARD;
	assert_int_equal(ops->enqueue(&fake->port, &ev[4]), 1);
	assert_false(fake_get(&fake->lane[0], &hcw));
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, 4), 4);
	for (i = 0; i < 5; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		assert_int_equal(hcw.cmd, i == 4 ? DLB_CMD_COMP_T : DLB_CMD_FWD_T);
	}
	assert_false(fake_get(&fake->lane[0], &hcw));
	assert_int_equal(dlb_dp_port_held(&fake->port), 3);
	fake_free(fake);
}

static void
take(struct fake *fake, unsigned int lane, struct rte_event *ev)
{
	struct dlb_qe qe = { .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC) };

	fake_put(&fake->lane[lane], &qe);
	assert_int_equal(ops->dequeue(&fake->port, ev, 0), 1);
}

/* Marks that count on from the end of one lane's window are those of the next lane. */
static void
test_window_line_stays_in_its_lane(void **state)
{
	const unsigned int window = dlb_dp_lane_window(2);
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 2, .depth = window });
	struct rte_event ev[6];
	struct dlb_hcw hcw;
	unsigned int i;

	(void)state;
	fake->dp.in_system = 100;
	for (i = 0; i < window - 2; i++) {
		take(fake, 0, ev);
		ev[0].op = RTE_EVENT_OP_RELEASE;
		assert_int_equal(ops->enqueue(&fake->port, ev), 1);
		assert_true(fake_get(&fake->lane[0], &hcw));
	}
	/* The last two positions of lane 0, the first two of lane 1, and more of lane 0. */
	for (i = 0; i < 6; i++) {
		take(fake, i / 2 % 2, &ev[i]);
		ev[i].op = RTE_EVENT_OP_FORWARD;
	}
	assert_int_equal(ev[2].impl_opaque, (uint8_t)(ev[1].impl_opaque + 1));
	assert_int_equal(ops->enqueue_burst(&fake->port, ev, 4), 4);
	for (i = 0; i < 4; i++) {
		assert_true(fake_get(&fake->lane[i / 2], &hcw));
		assert_int_equal(hcw.cmd, DLB_CMD_FWD_T);
	}
	assert_false(fake_get(&fake->lane[0], &hcw));
	assert_int_equal(dlb_dp_port_held(&fake->port), 2);
	fake_free(fake);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_window_any_order_one_lane),
		cmocka_unit_test(test_window_any_order_several_lanes),
		cmocka_unit_test(test_window_implicit_release_any_order),
		cmocka_unit_test(test_window_second_answer_completes_nothing),
		cmocka_unit_test(test_window_mark_of_missing_lane_is_refused),
		cmocka_unit_test(test_window_unmarked_answers_on_any_lane),
		cmocka_unit_test(test_window_ordered_waits_for_older),
		cmocka_unit_test(test_window_line_takes_waiting_answer_along),
		cmocka_unit_test(test_window_line_stays_in_its_lane),
	};

	ops = fake_burst_ops(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
