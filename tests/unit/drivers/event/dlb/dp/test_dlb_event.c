/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Event -> command -> queue element -> event: every field over its range, through real bursts of
 * 1 to 8 on both sides, for load-balanced and directed ports. What an application sees does not
 * depend on how the events were grouped.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "fake_device.h"

static const struct dlb_burst_ops *ops;

#define MAX_BURST 8
#define BATCH	  (2 * MAX_BURST)

/* What an application gets for an event that it sent. */
static struct rte_event
expected(const struct rte_event *sent)
{
	static const uint8_t sched[FAKE_NB_QUEUES] = {
		[FAKE_QUEUE_ATOMIC] = RTE_SCHED_TYPE_ATOMIC,
		[FAKE_QUEUE_ORDERED] = RTE_SCHED_TYPE_ORDERED,
		[FAKE_QUEUE_PARALLEL] = RTE_SCHED_TYPE_PARALLEL,
		[FAKE_QUEUE_DIR] = RTE_SCHED_TYPE_ORDERED,
		[FAKE_QUEUE_FIFO] = RTE_SCHED_TYPE_ATOMIC,
	};
	struct rte_event ev = { .u64 = sent->u64 };

	ev.flow_id = sent->flow_id;
	ev.event_type = sent->event_type;
	ev.sub_event_type = sent->sub_event_type;
	ev.queue_id = sent->queue_id;
	ev.sched_type =
		sent->queue_id == FAKE_QUEUE_ALL_TYPES ? sent->sched_type : sched[sent->queue_id];
	ev.priority = sent->queue_id == FAKE_QUEUE_DIR ? RTE_EVENT_DEV_PRIORITY_NORMAL
						       : sent->priority / 32 * 32;
	return ev;
}

static void
check_event(const struct rte_event *sent, const struct rte_event *got)
{
	struct rte_event want = expected(sent);

	want.impl_opaque = got->impl_opaque;
	if (want.event == got->event && want.u64 == got->u64)
		return;
	fail_msg("sent %016lx %016lx, want %016lx, got %016lx %016lx", (unsigned long)sent->event,
		 (unsigned long)sent->u64, (unsigned long)want.event, (unsigned long)got->event,
		 (unsigned long)got->u64);
}

/* What the device is told must follow from the public fields alone. */
static void
check_command(const struct rte_event *sent, const struct dlb_hcw *hcw)
{
	static const uint8_t hw_type[] = { DLB_SCHED_ORDERED, DLB_SCHED_ATOMIC,
					   DLB_SCHED_UNORDERED };
	struct rte_event ev = expected(sent);
	uint8_t type = sent->queue_id == FAKE_QUEUE_DIR	   ? DLB_SCHED_DIRECTED
		       : sent->queue_id == FAKE_QUEUE_FIFO ? DLB_SCHED_UNORDERED
							   : hw_type[ev.sched_type];

	assert_int_equal(hcw->cmd, DLB_CMD_NEW);
	assert_int_equal(hcw->data, sent->u64);
	assert_int_equal(hcw->lock_id, sent->flow_id & 0xffff);
	assert_int_equal(hcw->opaque, sent->sub_event_type | sent->event_type << 8 |
					      (sent->flow_id >> 16) << 12);
	assert_int_equal(hcw->qid, fake_hw_qid(sent->queue_id));
	assert_int_equal(hcw->type_prio, type | (sent->priority >> 5) << 2);
}

/* Send n events in bursts of burst_out, deliver all of them, receive in bursts of burst_in. */
static void
round_trip(struct fake *fake, const struct rte_event *sent, unsigned int n, unsigned int burst_out,
	   unsigned int burst_in)
{
	bool is_dir = sent[0].queue_id == FAKE_QUEUE_DIR;
	struct rte_event got[MAX_BURST];
	struct dlb_hcw hcw;
	struct dlb_qe qe;
	unsigned int i, j, k;

	for (i = 0; i < n; i += k) {
		k = RTE_MIN(burst_out, n - i);
		assert_int_equal(ops->enqueue_new_burst(&fake->port, &sent[i], (uint16_t)k), k);
	}
	for (i = 0; i < n; i++) {
		assert_true(fake_get(&fake->lane[0], &hcw));
		check_command(&sent[i], &hcw);
		qe = fake_qe(&hcw, is_dir);
		fake_put(&fake->lane[0], &qe);
	}
	for (i = 0; i < n; i += k) {
		k = ops->dequeue_burst(&fake->port, got, (uint16_t)burst_in, 0);
		assert_int_equal(k, RTE_MIN(burst_in, n - i));
		for (j = 0; j < k; j++)
			check_event(&sent[i + j], &got[j]);
	}
	/* The implicit release of the last events, or the return of their tokens. */
	assert_int_equal(ops->dequeue_burst(&fake->port, got, 1, 0), 0);
	while (fake_get(&fake->lane[0], &hcw))
		assert_int_equal(hcw.cmd, is_dir ? DLB_CMD_BAT_T : DLB_CMD_COMP_T);
}

static struct fake *
fake_for(bool is_dir, bool sparse)
{
	return fake_new(&(struct fake_conf){
		.nb_lanes = 1,
		.depth = 64,
		.sparse = sparse,
		.is_dir = is_dir,
		.implicit_release = true,
	});
}

static struct rte_event
random_event(uint64_t *rng, bool is_dir)
{
	struct rte_event ev = { .event = fake_random(rng), .u64 = fake_random(rng) };

	ev.queue_id = is_dir ? FAKE_QUEUE_DIR : fake_below(rng, FAKE_QUEUE_DIR);
	ev.sched_type = fake_below(rng, 3);
	return ev;
}

/* Fill field number f with its value v. Returns false if the value is out of the field's range. */
static bool
set_field(struct rte_event *ev, unsigned int f, uint32_t v)
{
	switch (f) {
	case 0:
		ev->flow_id = v;
		return v < UINT32_C(1) << 20;
	case 1:
		ev->sub_event_type = v;
		return v < 256;
	case 2:
		ev->event_type = v;
		return v < 16;
	case 3:
		ev->priority = v;
		return v < 256;
	case 4:
		ev->impl_opaque = v;
		return v < 256;
	case 5:
		ev->op = v;
		return v < 4;
	case 6:
		ev->rsvd = v;
		return v < 16;
	default:
		/* The payload, a bit at a time. */
		ev->u64 = UINT64_C(1) << (v & 63);
		return v < 64;
	}
}

static void
fields_over_range(bool is_dir, bool sparse)
{
	struct fake *fake = fake_for(is_dir, sparse);
	struct rte_event ev[BATCH];
	uint64_t rng = 1;
	unsigned int f, n;
	uint32_t v;
	bool more;

	for (f = 0; f < 8; f++) {
		for (v = 0, more = true; more;) {
			for (n = 0; n < BATCH && more; n++, v++) {
				ev[n] = random_event(&rng, is_dir);
				more = set_field(&ev[n], f, v);
			}
			round_trip(fake, ev, n, 1 + fake_below(&rng, MAX_BURST),
				   1 + fake_below(&rng, MAX_BURST));
		}
	}
	fake_free(fake);
}

static void
test_event_fields_survive_ldb(void **state)
{
	(void)state;
	fields_over_range(false, false);
}

static void
test_event_fields_survive_ldb_sparse(void **state)
{
	(void)state;
	fields_over_range(false, true);
}

static void
test_event_fields_survive_dir(void **state)
{
	(void)state;
	fields_over_range(true, false);
}

/* Every combination of the small fields: event type, priority step, scheduling type, queue. */
static void
test_event_small_fields_combine(void **state)
{
	struct fake *fake = fake_for(false, false);
	struct rte_event ev[BATCH];
	unsigned int i, n = 0;
	uint64_t rng = 2;

	(void)state;
	for (i = 0; i < 16 * 8 * 3 * FAKE_QUEUE_DIR; i++) {
		ev[n] = random_event(&rng, false);
		ev[n].event_type = i % 16;
		ev[n].priority = i / 16 % 8 * 32 + fake_below(&rng, 32);
		ev[n].sched_type = i / 128 % 3;
		ev[n].queue_id = i / 384;
		if (++n < BATCH)
			continue;
		round_trip(fake, ev, n, 1 + fake_below(&rng, MAX_BURST),
			   1 + fake_below(&rng, MAX_BURST));
		n = 0;
	}
	assert_int_equal(n, 0);
	fake_free(fake);
}

/* A burst sent as n and received as m is the same for all n and m, at each place in a line. */
static void
test_event_survives_all_burst_sizes(void **state)
{
	unsigned int out, in, shift, lap, i;
	struct rte_event ev[BATCH];
	uint64_t rng = 3;

	(void)state;
	for (lap = 0; lap < 2 * MAX_BURST * MAX_BURST * 4; lap++) {
		bool is_dir = lap % 2;
		struct fake *fake = fake_for(is_dir, false);

		out = 1 + lap / 2 % MAX_BURST;
		in = 1 + lap / 2 / MAX_BURST % MAX_BURST;
		shift = lap / 2 / MAX_BURST / MAX_BURST;
		for (i = 0; i < BATCH; i++)
			ev[i] = random_event(&rng, is_dir);
		if (shift > 0)
			round_trip(fake, ev, shift, 1, 1);
		round_trip(fake, ev, BATCH, out, in);
		fake_free(fake);
	}
}

/* Single-link queue on load-balanced hardware: unordered elements, the queue's own type. */
static void
test_event_fifo_queue_keeps_sched_type(void **state)
{
	struct fake *fake = fake_for(false, false);
	struct rte_event ev[BATCH];
	uint64_t rng = 4;
	unsigned int i;

	(void)state;
	for (i = 0; i < BATCH; i++) {
		ev[i] = random_event(&rng, false);
		ev[i].queue_id = FAKE_QUEUE_FIFO;
	}
	round_trip(fake, ev, BATCH, 5, 7);
	fake_free(fake);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_event_fields_survive_ldb),
		cmocka_unit_test(test_event_fields_survive_ldb_sparse),
		cmocka_unit_test(test_event_fields_survive_dir),
		cmocka_unit_test(test_event_small_fields_combine),
		cmocka_unit_test(test_event_survives_all_burst_sizes),
		cmocka_unit_test(test_event_fifo_queue_keeps_sched_type),
	};

	ops = fake_burst_ops(argc, argv);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
