/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Every set of burst functions for the software device against the one in plain C: twin ports get
 * the same elements and the same calls, and have to do the same to the last bit. Compared are what
 * calls return, events with the memory around them, commands, counters and what the port remembers.
 *
 * Sweeps take each 16-bit part of events and elements over all its values; random programs mix
 * everything: operations, destinations, answers in and out of order, lengths, alignments, layouts.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <rte_errno.h>

#include "fake_device.h"

#define MAX_BURST 72
#define CANARY	  0x5a

/* Index of a twin. */
enum {
	PLAIN,
	OTHER,
	NB_TWINS
};

struct twins {
	const struct dlb_burst_ops *ops[NB_TWINS];
	struct fake *fake[NB_TWINS];
	uint64_t rng;
	/* What the application holds, the same of both. */
	struct rte_event held[DLB_PORT_WINDOW];
	unsigned int nb_held;
	unsigned int nb_delivered[DLB_MAX_LANES];
};

static const struct dlb_burst_ops *other_ops;

static void
twins_open(struct twins *t, const struct fake_conf *conf, uint64_t seed)
{
	unsigned int i;

	*t = (struct twins){ .ops = { &dlb_burst_ops_scalar_sim, other_ops }, .rng = seed };
	for (i = 0; i < NB_TWINS; i++) {
		t->fake[i] = fake_new(conf);
		t->fake[i]->dp.in_system = 100;
	}
}

static void
twins_close(struct twins *t)
{
	fake_free(t->fake[PLAIN]);
	fake_free(t->fake[OTHER]);
}

/* The commands of both, which then count as taken. */
static void
compare_commands(struct fake_lane *plain, struct fake_lane *other)
{
	uint32_t pos;

	assert_int_equal(plain->ring.tail, other->ring.tail);
	for (pos = plain->ring.head; pos != plain->ring.tail; pos++) {
		const struct dlb_hcw *a = &plain->ring.hcw[pos & DLB_RING_MASK];
		const struct dlb_hcw *b = &other->ring.hcw[pos & DLB_RING_MASK];

		/* Of a command that does nothing only that is defined. */
		if (a->cmd == DLB_CMD_NOOP)
			assert_int_equal(b->cmd, DLB_CMD_NOOP);
		else
			assert_memory_equal(a, b, sizeof(*a));
	}
	plain->ring.head = plain->ring.tail;
	other->ring.head = other->ring.tail;
}

static void
compare_ports(struct twins *t)
{
	const struct dlb_port *a = &t->fake[PLAIN]->port, *b = &t->fake[OTHER]->port;
	unsigned int i;

	for (i = 0; i < a->nb_lanes; i++) {
		compare_commands(&t->fake[PLAIN]->lane[i], &t->fake[OTHER]->lane[i]);
		assert_int_equal(a->lane[i].head, b->lane[i].head);
		assert_int_equal(a->lane[i].oldest, b->lane[i].oldest);
		assert_int_equal(a->lane[i].nb_answered, b->lane[i].nb_answered);
		assert_int_equal(a->lane[i].tokens_owed, b->lane[i].tokens_owed);
	}
	assert_memory_equal(&a->stats, &b->stats, sizeof(a->stats));
	assert_memory_equal(a->answer, b->answer, sizeof(a->answer));
	assert_memory_equal(a->turn, b->turn, sizeof(a->turn));
	assert_memory_equal(a->parked, b->parked, sizeof(a->parked));
	assert_int_equal(a->credits, b->credits);
	assert_int_equal(a->next_lane, b->next_lane);
	assert_int_equal(t->fake[PLAIN]->dp.in_system, t->fake[OTHER]->dp.in_system);
}

/* Whether the lane's CQ has room, as its port sees it. */
static bool
has_room(const struct twins *t, unsigned int lane)
{
	const struct dlb_lane *l = &t->fake[PLAIN]->port.lane[lane];
	uint32_t taken = t->fake[PLAIN]->port.is_dir ? l->head - l->tokens_owed : l->oldest;

	return t->fake[PLAIN]->lane[lane].wptr - taken < t->fake[PLAIN]->lane[lane].depth;
}

static void
deliver(struct twins *t, unsigned int lane, const struct dlb_qe *qe)
{
	fake_put(&t->fake[PLAIN]->lane[lane], qe);
	fake_put(&t->fake[OTHER]->lane[lane], qe);
}

/* Memory for a burst at some 8-byte boundary, and a canary around it. */
struct buffer {
	_Alignas(DLB_LINE_BYTES) uint8_t bytes[(MAX_BURST + 8) * sizeof(struct rte_event)];
};

static struct rte_event *
buffer_at(struct buffer *buffer, unsigned int place)
{
	memset(buffer->bytes, CANARY, sizeof(buffer->bytes));
	return (void *)&buffer->bytes[place % 8 * 8];
}

static unsigned int
dequeue(struct twins *t, unsigned int n, struct rte_event *got)
{
	struct buffer buffer[NB_TWINS];
	unsigned int place = fake_below(&t->rng, 8);
	struct rte_event *ev[NB_TWINS];
	uint16_t nb[NB_TWINS], i;

	for (i = 0; i < NB_TWINS; i++) {
		ev[i] = buffer_at(&buffer[i], place);
		nb[i] = t->ops[i]->dequeue_burst(&t->fake[i]->port, ev[i], (uint16_t)n, 0);
	}
	assert_int_equal(nb[PLAIN], nb[OTHER]);
	assert_memory_equal(&buffer[PLAIN], &buffer[OTHER], sizeof(buffer[0]));
	compare_ports(t);
	memcpy(got, ev[PLAIN], nb[PLAIN] * sizeof(*got));
	return nb[PLAIN];
}

/* Returns how many were accepted. */
static unsigned int
enqueue(struct twins *t, const struct rte_event *ev, unsigned int n, unsigned int entry)
{
	unsigned int place = fake_below(&t->rng, 8);
	struct buffer buffer;
	struct rte_event *at = buffer_at(&buffer, place);
	uint16_t nb[NB_TWINS], i;
	int err[NB_TWINS];

	memcpy(at, ev, n * sizeof(*ev));
	for (i = 0; i < NB_TWINS; i++) {
		const struct dlb_burst_ops *ops = t->ops[i];
		dlb_enqueue_burst_t entries[] = { ops->enqueue_burst, ops->enqueue_new_burst,
						  ops->enqueue_forward_burst };

		rte_errno = 0;
		nb[i] = entries[entry](&t->fake[i]->port, at, (uint16_t)n);
		err[i] = rte_errno;
	}
	assert_int_equal(nb[PLAIN], nb[OTHER]);
	assert_int_equal(err[PLAIN], err[OTHER]);
	compare_ports(t);
	return nb[PLAIN];
}

/* --- sweeps ------------------------------------------------------------------------------------ */

static const struct fake_conf sweep_confs[] = {
	{ .nb_lanes = 1, .depth = 64 },
	{ .nb_lanes = 1, .depth = 64, .sparse = true },
	{ .nb_lanes = 1, .depth = 64, .is_dir = true },
	{ .nb_lanes = 1, .depth = 64, .is_dir = true, .sparse = true },
};

/* Elements whose words all take each value, four of one source at a time, to events and back. */
static void
sweep_elements(const struct fake_conf *conf)
{
	static const uint16_t entries[] = { 0, 2 };
	struct rte_event ev[8];
	unsigned int i, j, n;
	struct twins t;
	uint32_t v;

	twins_open(&t, conf, 1);
	for (v = 0; v < 65536; v += 8) {
		uint32_t source = fake_below(&t.rng, 3);

		for (i = 0; i < 8; i++) {
			struct dlb_qe qe = {
				.data = fake_random(&t.rng),
				.opaque = (uint16_t)(v + i),
				.flow_id = (uint16_t)(40503 * (v + i)),
				.qid = fake_hw_qid(FAKE_QUEUE_ALL_TYPES),
				.type_prio = (uint8_t)(source | fake_below(&t.rng, 64) << 2),
				.debug = (uint8_t)fake_random(&t.rng),
			};

			if (conf->is_dir)
				memcpy(&qe.qid, &(uint16_t){ (uint16_t)(25173 * (v + i)) }, 2);
			deliver(&t, 0, &qe);
		}
		n = dequeue(&t, 8, ev);
		assert_int_equal(n, 8);
		for (i = 0; i < n; i++) {
			ev[i].op = RTE_EVENT_OP_FORWARD;
			ev[i].queue_id = FAKE_QUEUE_ALL_TYPES;
			ev[i].sched_type = source;
		}
		/* The burst as a whole, or in two parts somewhere in it. */
		j = fake_below(&t.rng, 9);
		assert_int_equal(enqueue(&t, ev, j, entries[v / 8 % 2]), j);
		assert_int_equal(enqueue(&t, &ev[j], n - j, entries[v / 8 % 2]), n - j);
	}
	twins_close(&t);
}

/* Events whose words all take each value, eight to one queue at a time: as NEW. */
static void
sweep_events(const struct fake_conf *conf)
{
	struct rte_event ev[8];
	struct twins t;
	unsigned int i;
	uint32_t v;

	twins_open(&t, conf, 2);
	for (v = 0; v < 65536; v += 8) {
		uint32_t dest = fake_below(&t.rng, 3 * FAKE_NB_QUEUES);

		for (i = 0; i < 8; i++) {
			uint64_t words[2] = { fake_random(&t.rng) << 48, fake_random(&t.rng) };

			words[0] |= (v + i) << 16 | (uint16_t)(40503 * (v + i));
			memcpy(&ev[i], words, sizeof(words));
			ev[i].op = RTE_EVENT_OP_NEW;
			ev[i].rsvd = v / 8;
			ev[i].queue_id = dest / 3;
			ev[i].sched_type = dest % 3;
		}
		t.fake[PLAIN]->dp.in_system = t.fake[OTHER]->dp.in_system = 100;
		assert_int_equal(enqueue(&t, ev, 8, v / 8 % 2), 8);
	}
	twins_close(&t);
}

static void
test_equal_over_all_words(void **state)
{
	unsigned int i;

	(void)state;
	for (i = 0; i < RTE_DIM(sweep_confs); i++) {
		sweep_elements(&sweep_confs[i]);
		sweep_events(&sweep_confs[i]);
	}
}

/* --- small fields: each combination -------------------------------------------------------------- */

/* Bursts of 1 to 8 of each operation, priority, type and queue, those that cannot be among them. */
static void
test_equal_over_small_fields(void **state)
{
	struct rte_event ev[8];
	unsigned int v, i, n;
	struct twins t;

	(void)state;
	twins_open(&t, &(struct fake_conf){ .nb_lanes = 1, .depth = 64 }, 3);
	for (v = 0; v < 4 * 4 * 8 * (FAKE_NB_QUEUES + 1) * 8; v++) {
		n = 1 + v % 8;
		for (i = 0; i < n; i++) {
			ev[i] = (struct rte_event){ .event = fake_random(&t.rng),
						    .u64 = fake_random(&t.rng) };
			ev[i].op = v / 8 % 4;
			ev[i].sched_type = v / 32 % 4;
			ev[i].priority = v / 128 % 8 << 5 | fake_below(&t.rng, 32);
			ev[i].queue_id = v / 1024;
		}
		t.fake[PLAIN]->dp.in_system = t.fake[OTHER]->dp.in_system = 100;
		enqueue(&t, ev, n, 0);
	}
	twins_close(&t);
}

/* --- random programs ----------------------------------------------------------------------------- */

static void
deliver_some(struct twins *t, unsigned int nb_lanes)
{
	unsigned int n = fake_below(&t->rng, 40), lane = fake_below(&t->rng, nb_lanes);
	unsigned int mixed = fake_below(&t->rng, 4) == 0;
	struct dlb_qe qe = { .qid = fake_hw_qid(fake_below(&t->rng, 4)) };
	uint8_t type = fake_below(&t->rng, 3);

	while (n-- > 0 && has_room(t, lane)) {
		uint64_t bits = fake_random(&t->rng);

		qe.data = fake_random(&t->rng);
		qe.opaque = (uint16_t)bits;
		qe.flow_id = (uint16_t)(bits >> 16);
		qe.debug = (uint8_t)(bits >> 32);
		type = mixed ? fake_below(&t->rng, 3) : type;
		qe.type_prio = (uint8_t)(type | (bits >> 40 & 0xfc));
		if (mixed)
			qe.qid = fake_hw_qid(fake_below(&t->rng, 4));
		deliver(t, lane, &qe);
	}
}

/* An event of the application's own: at times one that nobody can take. */
static struct rte_event
own_event(struct twins *t)
{
	struct rte_event ev = { .event = fake_random(&t->rng), .u64 = fake_random(&t->rng) };

	ev.op = fake_below(&t->rng, 8) > 0 ? RTE_EVENT_OP_NEW : fake_below(&t->rng, 4);
	ev.queue_id = fake_below(&t->rng, FAKE_NB_QUEUES + (fake_below(&t->rng, 32) == 0));
	ev.sched_type = fake_below(&t->rng, 32) > 0 ? fake_below(&t->rng, 3) : 3;
	return ev;
}

/* The answer to an event that is held: the oldest, or any. */
static struct rte_event
answer(struct twins *t, bool in_order)
{
	unsigned int i = in_order ? 0 : fake_below(&t->rng, t->nb_held);
	struct rte_event ev = t->held[i];

	memmove(&t->held[i], &t->held[i + 1], (--t->nb_held - i) * sizeof(ev));
	ev.flow_id = fake_below(&t->rng, 4) > 0 ? ev.flow_id : fake_random(&t->rng);
	ev.priority = fake_random(&t->rng);
	/* An application that made the event anew. */
	if (fake_below(&t->rng, 64) == 0)
		ev.impl_opaque = 0;
	return ev;
}

static void
enqueue_some(struct twins *t)
{
	static const unsigned int lengths[] = { 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 31, 32, 33, 64 };
	unsigned int i, n = lengths[fake_below(&t->rng, RTE_DIM(lengths))];
	unsigned int alike = fake_below(&t->rng, 4), kind = fake_below(&t->rng, 4), entry = 0;
	struct rte_event ev[MAX_BURST], first = own_event(t);

	first.queue_id = fake_below(&t->rng, 4);
	for (i = 0; i < n; i++) {
		bool is_answer =
			t->nb_held > 0 && kind > 0 && (alike > 0 || fake_below(&t->rng, 2));

		ev[i] = is_answer ? answer(t, kind > 1) : own_event(t);
		if (is_answer)
			ev[i].op = kind == 3 ? RTE_EVENT_OP_FORWARD : 1 + fake_below(&t->rng, 2);
		if (alike > 0) {
			ev[i].queue_id = first.queue_id;
			ev[i].sched_type = first.sched_type;
		}
	}
	if (kind == 3)
		entry = fake_below(&t->rng, 2) * 2;
	else if (kind == 0)
		entry = fake_below(&t->rng, 2);
	enqueue(t, ev, n, entry);
}

static void
run_program(const struct fake_conf *conf, uint64_t seed)
{
	unsigned int i, nb_lanes = conf->nb_lanes;
	struct rte_event got[MAX_BURST];
	struct twins t;

	twins_open(&t, conf, seed);
	for (i = 0; i < 1500; i++) {
		deliver_some(&t, nb_lanes);
		if (conf->implicit_release)
			t.nb_held = 0;
		if (t.nb_held <= DLB_PORT_WINDOW - MAX_BURST) {
			unsigned int n = dequeue(&t, 1 + fake_below(&t.rng, MAX_BURST - 1), got);

			memcpy(&t.held[t.nb_held], got, n * sizeof(got[0]));
			t.nb_held += n;
		}
		enqueue_some(&t);
		/* What got lost in a refused burst is not held by the application any more. */
		if (t.nb_held == 0 && fake_below(&t.rng, 8) == 0)
			assert_int_equal(t.ops[PLAIN]->flush(&t.fake[PLAIN]->port, got, 0),
					 t.ops[OTHER]->flush(&t.fake[OTHER]->port, got, 0));
		t.fake[PLAIN]->dp.in_system = t.fake[OTHER]->dp.in_system = 500;
	}
	twins_close(&t);
}

static void
test_equal_in_random_programs(void **state)
{
	struct fake_conf conf;
	unsigned int i;

	(void)state;
	for (i = 0; i < 64; i++) {
		conf = (struct fake_conf){
			.nb_lanes = 1 + i / 4 % DLB_MAX_LANES,
			.depth = 8U << i / 16,
			.sparse = i % 2,
			.implicit_release = i / 2 % 2,
		};
		conf.depth = RTE_MIN(conf.depth, dlb_dp_lane_window(conf.nb_lanes));
		run_program(&conf, i);
		conf.is_dir = true;
		conf.nb_lanes = 1;
		run_program(&conf, i);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_equal_over_all_words),
		cmocka_unit_test(test_equal_over_small_fields),
		cmocka_unit_test(test_equal_in_random_programs),
	};
	unsigned int i;
	int failed = 0;

	for (i = 0; (other_ops = dlb_burst_ops_get(i)) != NULL; i++) {
		if (other_ops->lines != DLB_LINES_RING || other_ops == &dlb_burst_ops_scalar_sim)
			continue;
		if (!dlb_burst_ops_can_run(other_ops)) {
			printf("# not on this CPU: %s\n", other_ops->name);
			continue;
		}
		failed += cmocka_run_group_tests_name(other_ops->name, tests, NULL, NULL);
	}
	return failed;
}
