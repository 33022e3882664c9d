/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Mapping queues to consumer queues (CQ) while traffic flows, by a driver's procedures: nothing is
 * lost, doubled or out of order.
 */

#include "bench.h"

#define NB_PORTS 4

static void
bring_up(struct bench *b)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 4000, 0);
	for (unsigned int q = 0; q < 2; q++)
		bench_ldb_queue(b, &(struct bench_queue){ .qid = q });
	for (unsigned int p = 0; p < NB_PORTS; p++)
		bench_ldb_port(b, &(struct bench_port){ .id = p, .depth = 8, .history = 8 });
}

static void
send(struct bench *b, unsigned int qid, unsigned int flow, uint64_t data)
{
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, qid, flow, data));
}

static uint32_t
depth_of(struct bench *b, unsigned int qid)
{
	return bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, qid) +
	       bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, qid) +
	       bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, qid);
}

/* One-shot commands on a (CQ, slot); the device computes what they would set. */
static void
sched_ctrl(struct bench *b, unsigned int port, unsigned int slot, uint32_t bits)
{
	bench_set(b, DLB_R_LSP_LDB_SCHED_CTRL, 0, port | slot << 8 | bits);
	bench_verify(b);
}

/* The queue is linked to the port as of a started domain: frozen, idle, linked, thawed. */
static bool
map_dynamically(struct bench *b, unsigned int port, unsigned int slot, unsigned int qid)
{
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, qid, 0);
	if (bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, qid) != 0)
		return false;
	for (unsigned int p = 0; p < NB_PORTS; p++)
		bench_enable(b, LDB, p, false);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, qid), 0);
	bench_link(b, port, slot, qid, 0);
	sched_ctrl(b, port, slot, BIT(11) | BIT(13));
	sched_ctrl(b, port, slot, BIT(11) | BIT(12));
	sched_ctrl(b, port, slot, BIT(15));
	sched_ctrl(b, port, slot, BIT(11) | BIT(15));
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, qid, 2048);
	for (unsigned int p = 0; p < NB_PORTS; p++)
		bench_enable(b, LDB, p, true);
	return true;
}

static bool
unmap_dynamically(struct bench *b, unsigned int port, unsigned int slot)
{
	bench_enable(b, LDB, port, false);
	if (bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, port) != 0)
		return false;
	bench_unlink(b, port, slot);
	sched_ctrl(b, port, slot, BIT(13));
	sched_ctrl(b, port, slot, BIT(12));
	sched_ctrl(b, port, slot, BIT(11) | BIT(15));
	bench_enable(b, LDB, port, true);
	return true;
}

static void
test_queue_without_cq_waits(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	for (unsigned int i = 0; i < 20; i++)
		send(b, 0, i, i);
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(depth_of(b, 0), 20);
	assert_true(map_dynamically(b, 2, 3, 0));
	assert_int_equal(bench_drain(b, LDB, 2), 20);
	assert_int_equal(depth_of(b, 0), 0);
}

static void
test_each_slot_of_each_port_can_serve(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	for (unsigned int i = 0; i < 2 * DLB_NB_SLOTS; i++) {
		unsigned int port = i % NB_PORTS, slot = i % DLB_NB_SLOTS, qid = i & 1;

		bench_link(b, port, slot, qid, i % 8);
		send(b, qid, i, i);
		bench_settle(b);
		bench_expect(b, LDB, port, i);
		bench_put(b, LDB, port, bench_cmd(DLB_CMD_COMP_T, 0));
		bench_unlink(b, port, slot);
	}
}

/* A slot that is not valid, or names no queue, serves nothing. */
static void
test_valid_bit_and_queue_id_decide(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	bench_set(b, DLB_R_LSP_CQ2QID0, 0, 0x7F7F7F7F);
	bench_set(b, DLB_R_LSP_CQ2PRIOV, 0, UINT32_C(0x0F000000));
	send(b, 0, 0, 7);
	assert_int_equal(bench_settle(b), 0);
	bench_set(b, DLB_R_LSP_CQ2QID0, 0, 0x7F007F7F);
	assert_int_equal(bench_settle(b), 1);
	bench_set(b, DLB_R_LSP_CQ2PRIOV, 0, UINT32_C(0x0B000000));
	send(b, 0, 0, 8);
	assert_int_equal(bench_settle(b), 0);
}

/* The inflight limit of a frozen queue: its CQs may still complete what they have. */
static void
test_frozen_queue_settles(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	bench_link(b, 0, 0, 0, 0);
	for (unsigned int i = 0; i < 20; i++)
		send(b, 0, 1, i);
	assert_int_equal(bench_settle(b), 8);
	assert_false(map_dynamically(b, 1, 0, 0));
	/* There is room now, and nothing comes: the queue is frozen. */
	for (unsigned int i = 0; i < 4; i++)
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	assert_int_equal(bench_settle(b), 0);
	bench_enable(b, LDB, 0, false);
	for (unsigned int i = 0; i < 4; i++)
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 0);
	assert_true(map_dynamically(b, 1, 0, 0));
	assert_int_equal(depth_of(b, 0) + bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, 0), 12);
}

/* A slot is taken away although its flow is still there: what waited for the flow is not lost. */
static void
test_unlink_with_flows_pinned(void **state)
{
	struct bench *b = *state;

	bring_up(b);
	bench_link(b, 0, 0, 0, 0);
	for (unsigned int i = 0; i < 10; i++)
		send(b, 0, 1, i);
	assert_int_equal(bench_settle(b), 8);
	bench_link(b, 1, 0, 0, 0);
	assert_int_equal(bench_settle(b), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, 0), 2);
	bench_unlink(b, 0, 0);
	for (unsigned int i = 0; i < 8; i++) {
		assert_int_equal(bench_settle(b), 0);
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	}
	assert_int_equal(bench_settle(b), 2);
	bench_expect(b, LDB, 1, 8);
	bench_expect(b, LDB, 1, 9);
}

/* Workers answer what they have; returns how many. Data of a flow must come in order. */
static unsigned int
work(struct bench *b, uint64_t *next)
{
	unsigned int n = 0;
	struct dlb_qe qe;

	for (unsigned int p = 0; p < NB_PORTS; p++)
		while (bench_take(b, LDB, p, &qe)) {
			assert_int_equal(qe.data, next[qe.flow_id]);
			next[qe.flow_id]++;
			bench_put(b, LDB, p, bench_cmd(DLB_CMD_COMP_T, 0));
			n++;
		}
	bench_settle(b);
	return n;
}

static void
test_mapping_under_traffic_loses_nothing(void **state)
{
	uint64_t sent[8] = { 0 }, next[8] = { 0 };
	bool linked[NB_PORTS] = { false };
	unsigned int done = 0, total = 0;
	struct bench *b = *state;

	bring_up(b);
	for (unsigned int round = 0; round < 400; round++) {
		unsigned int port = round * 7 % 11 % NB_PORTS, flow = round * 5 % 8;

		for (unsigned int k = 0; k < 3; k++, total++)
			send(b, 0, flow, sent[flow]++);
		bench_settle(b);
		if (round % 4 == 1) {
			done += work(b, next);
			if (linked[port] && unmap_dynamically(b, port, 5))
				linked[port] = false;
			else if (!linked[port] && map_dynamically(b, port, 5, 0))
				linked[port] = true;
			bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, 0, 2048);
			bench_enable(b, LDB, port, true);
		}
	}
	if (!linked[0])
		bench_link(b, 0, 5, 0, 0);
	for (bench_settle(b); done < total;) {
		unsigned int n = work(b, next);

		assert_int_not_equal(n, 0);
		done += n;
	}
	assert_int_equal(depth_of(b, 0), 0);
	assert_int_equal(bench_nb_drops(b), 0);
	assert_int_equal(bench_credits_left(b, 0, LDB), 4000);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_queue_without_cq_waits),
		ON_BOTH(test_each_slot_of_each_port_can_serve),
		ON_BOTH(test_valid_bit_and_queue_id_decide),
		ON_BOTH(test_frozen_queue_settles),
		ON_BOTH(test_unlink_with_flows_pinned),
		ON_BOTH(test_mapping_under_traffic_loses_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
