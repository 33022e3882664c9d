/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Atomic scheduling: a flow is on one consumer queue (CQ) at a time, in order, and moves when it
 * is free.
 */

#include "bench.h"

#define NB_CQS 4

static void
bring_up(struct bench *b, const struct bench_queue *queue, unsigned int depth)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 4000, 0);
	bench_ldb_queue(b, queue);
	for (unsigned int p = 0; p < NB_CQS; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p, .depth = depth });
		bench_link(b, p, 0, queue->qid, 0);
	}
}

static void
send(struct bench *b, unsigned int flow, uint64_t data)
{
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, flow, data));
}

static void
complete(struct bench *b, unsigned int port)
{
	bench_put(b, LDB, port, bench_cmd(DLB_CMD_COMP_T, 0));
}

static uint32_t
inflight(struct bench *b, unsigned int port)
{
	return bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, port);
}

/* The CQ that has what is in flight. */
static unsigned int
holder(struct bench *b)
{
	for (unsigned int p = 0; p < NB_CQS; p++)
		if (inflight(b, p) != 0)
			return p;
	fail_msg("nothing is in flight");
	return 0;
}

static void
test_flow_sticks_to_one_cq(void **state)
{
	struct bench *b = *state;
	unsigned int home;

	bring_up(b, &(struct bench_queue){ .qid = 0 }, 64);
	send(b, 7, 0);
	bench_settle(b);
	home = holder(b);
	for (uint64_t i = 1; i < 50; i++) {
		send(b, 7, i);
		bench_settle(b);
		assert_int_equal(inflight(b, home), i + 1);
	}
	for (uint64_t i = 0; i < 50; i++) {
		struct dlb_qe qe = bench_expect(b, LDB, home, i);

		assert_int_equal(FIELD_GET(DLB_HCW_SCHED_TYPE, qe.type_prio), DLB_SCHED_ATOMIC);
		assert_int_equal(qe.flow_id, 7);
	}
}

/* The CQ of a flow is full: its elements wait for it although others have room. */
static void
test_pinned_flow_waits_for_its_cq(void **state)
{
	struct bench *b = *state;
	unsigned int home;

	bring_up(b, &(struct bench_queue){ .qid = 0 }, 8);
	for (uint64_t i = 0; i < 20; i++)
		send(b, 7, i);
	assert_int_equal(bench_settle(b), 8);
	home = holder(b);
	/* Another flow overtakes them on the way to another CQ. */
	send(b, 8, 100);
	assert_int_equal(bench_settle(b), 1);
	assert_int_equal(inflight(b, home), 8);
	/* Token without completion: room, and the flow is still there. */
	for (uint64_t i = 0; i < 8; i++)
		bench_expect(b, LDB, home, i);
	bench_put(b, LDB, home, bench_cmd(DLB_CMD_BAT_T, 0));
	assert_int_equal(bench_settle(b), 1);
	bench_expect(b, LDB, home, 8);
}

/* The last completion frees the flow: it may go elsewhere, and order holds across the move. */
static void
test_free_flow_migrates(void **state)
{
	struct bench *b = *state;
	unsigned int home;

	bring_up(b, &(struct bench_queue){ .qid = 0 }, 8);
	send(b, 7, 0);
	send(b, 7, 1);
	bench_settle(b);
	home = holder(b);
	bench_enable(b, LDB, home, false);
	send(b, 7, 2);
	complete(b, home);
	assert_int_equal(bench_settle(b), 0);
	complete(b, home);
	assert_int_equal(bench_settle(b), 1);
	assert_int_not_equal(holder(b), home);
	bench_expect(b, LDB, holder(b), 2);
}

/* A forward completes the oldest: that frees its flow as a release does. */
static void
test_forward_frees_the_flow(void **state)
{
	struct bench *b = *state;
	unsigned int home;

	bring_up(b, &(struct bench_queue){ .qid = 0 }, 8);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1 });
	send(b, 7, 0);
	bench_settle(b);
	home = holder(b);
	bench_enable(b, LDB, home, false);
	send(b, 7, 1);
	assert_int_equal(bench_settle(b), 0);
	bench_put(b, LDB, home, bench_qe(DLB_CMD_FWD_T, DLB_SCHED_ATOMIC, 1, 7, 5));
	assert_int_equal(bench_settle(b), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, 1), 1);
}

static void
test_flows_are_of_a_queue(void **state)
{
	struct bench *b = *state;

	bring_up(b, &(struct bench_queue){ .qid = 0 }, 1);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 1 });
	for (unsigned int p = 0; p < NB_CQS; p++)
		bench_link(b, p, 1, 1, 0);
	send(b, 7, 0);
	assert_int_equal(bench_settle(b), 1);
	/* Same flow id of the other queue: not bound to the CQ, which is full. */
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 1, 7, 1));
	assert_int_equal(bench_settle(b), 1);
	send(b, 7, 2);
	assert_int_equal(bench_settle(b), 0);
}

/* Flow ids that hash alike are one flow; how many ids there are is the queue's choice. */
static void
test_hash_widths(void **state)
{
	struct bench *b = *state;

	for (unsigned int code = 0; code <= 7; code++) {
		unsigned int ids = code == 0 ? 65536 : 32U << code;

		dlbsim_flr(b->sim);
		b->last_hist = 0;
		bring_up(b, &(struct bench_queue){ .qid = 0, .hash_code = code }, 1);
		send(b, 3, 0);
		assert_int_equal(bench_settle(b), 1);
		for (unsigned int bit = 1; bit < 65536; bit *= 2) {
			bool same = bit >= ids;

			if (bit == 1 || bit == 2)
				continue;
			send(b, 3 | bit, bit);
			assert_int_equal(bench_settle(b), !same);
			for (unsigned int p = 0; p < NB_CQS; p++)
				if (inflight(b, p) != 0)
					complete(b, p);
			bench_settle(b);
			for (unsigned int p = 0; p < NB_CQS; p++)
				if (inflight(b, p) != 0)
					complete(b, p);
			send(b, 3, 0);
			assert_int_equal(bench_settle(b), 1);
		}
	}
}

/* No more flows at once than the queue's limit. */
static void
test_limit_of_flows(void **state)
{
	struct bench *b = *state;
	uint32_t busy = 0;

	bring_up(b, &(struct bench_queue){ .qid = 0, .flows = 3 }, 64);
	for (unsigned int i = 0; i < 10; i++)
		send(b, i, i);
	assert_int_equal(bench_settle(b), 3);
	/* More of a flow that is out may follow, once it is at the head. */
	for (unsigned int p = 0; p < NB_CQS; p++)
		busy += inflight(b, p);
	assert_int_equal(busy, 3);
	complete(b, holder(b));
	assert_int_equal(bench_settle(b), 1);
	bench_set(b, DLB_R_AQED_QID_FID_LIM, 0, 5);
	assert_int_equal(bench_settle(b), 2);
	for (unsigned int i = 6; i > 0; i--) {
		complete(b, holder(b));
		bench_settle(b);
	}
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, 0), 0);
}

/*
 * Elements that wait for their flow stand in the buffer of the queue's share; when that is full
 * the head of the line blocks what is behind it.
 */
static void
test_full_buffer_blocks_the_head_of_the_line(void **state)
{
	struct bench *b = *state;
	unsigned int home;

	bring_up(b, &(struct bench_queue){ .qid = 0, .atomics = 2 }, 1);
	send(b, 7, 0);
	assert_int_equal(bench_settle(b), 1);
	home = holder(b);
	send(b, 7, 1);
	send(b, 7, 2);
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, 0), 2);
	send(b, 8, 3);
	assert_int_equal(bench_settle(b), 1);
	send(b, 7, 4);
	send(b, 9, 5);
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, 0), 2);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, 0), 2);
	/* A place in the buffer moves the line on. */
	bench_put(b, LDB, home, bench_cmd(DLB_CMD_BAT_T, 0));
	assert_int_equal(bench_settle(b), 2);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, 0), 0);
}

/* Depth of a queue is what waits, wherever it does; it falls to 0 when all is delivered. */
static void
test_depth_counts_all_that_waits(void **state)
{
	struct bench *b = *state;
	unsigned int left = 20;

	bring_up(b, &(struct bench_queue){ .qid = 0, .atomics = 5 }, 1);
	for (unsigned int i = 0; i < left; i++)
		send(b, 1, i);
	while (left > 0) {
		assert_int_equal(bench_settle(b), 1);
		left--;
		assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, 0) +
					 bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, 0) +
					 bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0),
				 left);
		complete(b, holder(b));
	}
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL, 0), 20);
}

/* Per flow and bin first in first out, whatever waits, moves or is stuck in between. */
static void
test_order_per_flow_and_bin(void **state)
{
	uint64_t next[8][DLB_NB_BINS] = { 0 };
	struct bench *b = *state;
	unsigned int got = 0, sent = 0;
	struct dlb_qe qe;

	bring_up(b, &(struct bench_queue){ .qid = 0, .atomics = 6, .flows = 3 }, 2);
	b->unverified = true;
	for (unsigned int round = 0; got < 600; round++) {
		unsigned int p = round * 7 % NB_CQS;

		for (unsigned int k = 0; k < 4 && sent < 600; k++, sent++) {
			unsigned int flow = sent * 5 % 8, bin = sent / 8 % DLB_NB_BINS;

			bench_put(b, LDB, 0,
				  bench_prio(bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, flow, sent),
					     2 * bin));
		}
		bench_settle(b);
		b->unverified = round % 8 != 0;
		while (bench_take(b, LDB, p, &qe)) {
			unsigned int bin = dlb_prio_bin(FIELD_GET(DLB_HCW_PRIO, qe.type_prio));

			assert_true(qe.data >= next[qe.flow_id][bin]);
			next[qe.flow_id][bin] = qe.data + 1;
			complete(b, p);
			got++;
		}
		assert_in_range(round, 0, 10000);
	}
	b->unverified = false;
	bench_verify(b);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 0);
}

/* Send one element of each of @p n flows of a queue. */
static void
send_flows(struct bench *b, unsigned int qid, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, qid, i, i));
	bench_settle(b);
}

#define MANY_FLOWS (DLB_MAX_HIST_LIST / 2 - 1)

/*
 * As many flows as histories can hold are pinned to CQs 0 and 1, and each has an element waiting for
 * it, because CQ 9, which has room for two, looked at all that came and may have none of it.
 */
static void
let_many_flows_wait(struct bench *b)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 8192, 0);
	b->unverified = true;
	for (unsigned int id = 0; id < 2; id++) {
		bench_ldb_queue(b,
				&(struct bench_queue){ .qid = id, .atomics = 2048, .flows = 2047 });
		bench_ldb_port(
			b, &(struct bench_port){ .id = id, .depth = 1024, .history = MANY_FLOWS });
		bench_link(b, id, 0, id, 0);
		send_flows(b, id, MANY_FLOWS);
	}
	bench_ldb_port(b, &(struct bench_port){ .id = 9, .history = 2 });
	for (unsigned int id = 0; id < 2; id++) {
		bench_link(b, 9, id, id, 0);
		send_flows(b, id, MANY_FLOWS);
		assert_int_equal(inflight(b, id), MANY_FLOWS);
		assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, id), MANY_FLOWS);
	}
	assert_int_equal(inflight(b, 9), 0);
	b->unverified = false;
	bench_verify(b);
}

static void
drain_all(struct bench *b, unsigned int expected)
{
	unsigned int got = 0;

	b->unverified = true;
	for (unsigned int i = 0; i < 5000 && got < expected; i++)
		got += bench_drain(b, LDB, 0) + bench_drain(b, LDB, 9) + bench_drain(b, LDB, 1);
	b->unverified = false;
	bench_verify(b);
	assert_int_equal(got, expected);
	assert_int_equal(bench_credits_left(b, 0, LDB), 8192);
}

static void
test_all_flows_wait_at_once(void **state)
{
	struct bench *b = *state;

	let_many_flows_wait(b);
	send_flows(b, 0, 1);
	drain_all(b, 4 * MANY_FLOWS + 1);
}

/* Elements wait for flows that are free, but that the queue may not have: limit 0. */
static void
bar_all_flows(struct bench *b)
{
	b->unverified = true;
	for (unsigned int id = 0; id < 2; id++) {
		bench_set(b, DLB_R_AQED_QID_FID_LIM, id, 0);
		bench_enable(b, LDB, id, false);
		assert_int_equal(bench_drain(b, LDB, id), MANY_FLOWS);
		bench_enable(b, LDB, id, true);
		assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, id), MANY_FLOWS);
	}
	b->unverified = false;
	bench_verify(b);
}

/* When the shared buffer has no place for one more flow, the head of a line blocks it. */
static void
test_no_place_left_to_wait(void **state)
{
	struct bench *b = *state;

	let_many_flows_wait(b);
	bar_all_flows(b);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 2 });
	bench_link(b, 0, 2, 2, 0);
	send_flows(b, 2, 3);
	bench_enable(b, LDB, 0, false);
	bench_link(b, 9, 2, 2, 0);
	/* Two find a place, the third does not, and the fourth is behind it. */
	send_flows(b, 2, 4);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, 2), 2);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, 2), 2);
	assert_int_equal(inflight(b, 9), 0);
	bench_verify(b);
	/* One place suffices. */
	bench_set(b, DLB_R_AQED_QID_FID_LIM, 0, 1);
	assert_int_equal(bench_settle(b), 2);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, 2), 3);
	for (unsigned int id = 0; id < 2; id++)
		bench_set(b, DLB_R_AQED_QID_FID_LIM, id, 2047);
	bench_enable(b, LDB, 0, true);
	drain_all(b, 2 * MANY_FLOWS + 7);
}

/* A reset frees the flows that nothing in flight tells of. */
static void
test_reset_with_free_flows_waiting(void **state)
{
	struct bench *b = *state;

	let_many_flows_wait(b);
	bar_all_flows(b);
	dlbsim_flr(b->sim);
	bench_verify(b);
	b->last_hist = 0;
	let_many_flows_wait(b);
	drain_all(b, 4 * MANY_FLOWS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_flow_sticks_to_one_cq),
		ON_BOTH(test_pinned_flow_waits_for_its_cq),
		ON_BOTH(test_free_flow_migrates),
		ON_BOTH(test_forward_frees_the_flow),
		ON_BOTH(test_flows_are_of_a_queue),
		ON_BOTH(test_hash_widths),
		ON_BOTH(test_limit_of_flows),
		ON_BOTH(test_full_buffer_blocks_the_head_of_the_line),
		ON_BOTH(test_depth_counts_all_that_waits),
		ON_BOTH(test_order_per_flow_and_bin),
		ON_BOTH(test_all_flows_wait_at_once),
		ON_BOTH(test_no_place_left_to_wait),
		ON_BOTH(test_reset_with_free_flows_waiting),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
