/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rm_map.c: mappings, before start and while elements are in flight.
 *
 * The tests set the inflight counters of queues and consumer queues (CQ) by hand, so that each
 * state of a mapping can be held as long as they want.
 */

#include "mock.h"

/* A domain with queues and ports, and which of each a test means. */
struct scene {
	struct mock *mock;
	struct dlbrm *rm;
	unsigned int d;
	unsigned int q[10];
	unsigned int p[2];
};

static struct scene
scene_make(struct mock *mock)
{
	struct scene s = { .mock = mock, .rm = &mock->rm, .d = mock_domain(mock) };
	unsigned int k;

	for (k = 0; k < NB(s.q); k++)
		s.q[k] = mock_ldb_queue(mock, s.d);
	for (k = 0; k < NB(s.p); k++)
		s.p[k] = mock_ldb_port(mock, s.d);
	return s;
}

static void
qid_inflight_set(const struct scene *s, unsigned int qid, uint32_t count)
{
	*mock_reg(s->mock, DLB_R_LSP_QID_LDB_INFL_CNT, qid) = count;
}

static void
cq_inflight_set(const struct scene *s, unsigned int port, uint32_t count)
{
	*mock_reg(s->mock, DLB_R_LSP_CQ_LDB_INFL_CNT, port) = count;
}

/* What the registers say: the priority of the queue at the port, or -1 if it is not mapped. */
static int
mapped_prio(const struct scene *s, unsigned int port, unsigned int qid)
{
	uint32_t priov = *mock_reg(s->mock, DLB_R_LSP_CQ2PRIOV, port);
	enum dlb_reg tables[] = { DLB_R_ATM_QID2CQIDIX, DLB_R_LSP_QID2CQIDIX,
				  DLB_R_LSP_QID2CQIDIX2 };
	int prio = -1;

	for (unsigned int slot = 0; slot < 8; slot++) {
		uint32_t qids =
			*mock_reg(s->mock, slot < 4 ? DLB_R_LSP_CQ2QID0 : DLB_R_LSP_CQ2QID1, port);
		bool mapped =
			(priov >> (24 + slot) & 1) != 0 && (qids >> (8 * (slot % 4)) & 0x7f) == qid;

		for (unsigned int t = 0; t < NB(tables); t++) {
			uint32_t word = *mock_reg2(s->mock, tables[t], qid, port / 4);

			assert_int_equal(word >> (8 * (port % 4) + slot) & 1, mapped);
		}
		if (!mapped)
			continue;
		assert_int_equal(prio, -1); /* only once */
		prio = (int)(priov >> (3 * slot) & 7);
	}
	return prio;
}

static uint32_t
limit_of(const struct scene *s, unsigned int qid)
{
	return *mock_reg(s->mock, DLB_R_LSP_QID_LDB_INFL_LIM, qid);
}

static bool
cq_is_off(const struct scene *s, unsigned int port)
{
	return *mock_reg(s->mock, DLB_R_LSP_CQ_LDB_DSBL, port) != 0;
}

static void
test_static_map_is_written_in_order(void **state)
{
	struct scene s = scene_make(*state);
	uint32_t word = s.p[1] / 4, bit = 8 * (s.p[1] % 4);
	const struct mock_write expected[] = {
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[1], 0, 1 },
		FLUSH,
		{ DLB_R_LSP_CQ2PRIOV, s.p[1], 0, 1u << 24 | 5 },
		{ DLB_R_LSP_CQ2QID0, s.p[1], 0, s.q[3] },
		{ DLB_R_ATM_QID2CQIDIX, s.q[3], word, 1u << bit },
		{ DLB_R_LSP_QID2CQIDIX, s.q[3], word, 1u << bit },
		{ DLB_R_LSP_QID2CQIDIX2, s.q[3], word, 1u << bit },
		FLUSH,
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[1], 0, 0 },
		FLUSH,
	};

	mock_forget(s.mock);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[1], s.q[3], 5), 0);
	mock_assert_writes(s.mock, expected, NB(expected));
	assert_int_equal(mapped_prio(&s, s.p[1], s.q[3]), 5);
}

static void
test_static_map_fills_eight_slots(void **state)
{
	struct scene s = scene_make(*state);
	unsigned int k;

	for (k = 0; k < 8; k++)
		assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[k], 7 - k), 0);
	for (k = 0; k < 8; k++)
		assert_int_equal(mapped_prio(&s, s.p[0], s.q[k]), 7 - k);
	mock_forget(s.mock);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[8], 0), -ENOSPC);
	assert_int_equal(s.mock->nb_accesses, 0);
	assert_int_equal(mapped_prio(&s, s.p[1], s.q[0]), -1);
}

static void
test_priority_is_replaced_not_mixed(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 5), 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 2), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), 2);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), -1);
	/* Another queue in the same slot. */
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[1], 1), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[1]), 1);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[1], 6), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[1]), 6);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[1], 0), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[1]), 0);
}

static void
test_priority_change_is_written_in_order(void **state)
{
	struct scene s = scene_make(*state);
	const struct mock_write expected[] = {
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0, 1 },	 FLUSH,
		{ DLB_R_LSP_CQ2PRIOV, s.p[0], 0, 1u << 24 | 2 }, FLUSH,
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0, 0 },	 FLUSH,
	};

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 5), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	mock_forget(s.mock);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 2), 0);
	mock_assert_writes(s.mock, expected, NB(expected));
}

static void
test_map_and_unmap_refuse(void **state)
{
	struct scene s = scene_make(*state);
	unsigned int other = mock_domain(s.mock);
	unsigned int other_q = mock_ldb_queue(s.mock, other);
	unsigned int other_p = mock_ldb_port(s.mock, other);

	mock_forget(s.mock);
	assert_int_equal(dlbrm_map_qid(s.rm, 32, s.p[0], s.q[0], 0), -EINVAL);
	assert_int_equal(dlbrm_map_qid(s.rm, 9, s.p[0], s.q[0], 0), -ENOENT);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, 64, s.q[0], 0), -EINVAL);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, other_p, s.q[0], 0), -ENOENT);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], 32, 0), -EINVAL);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], other_q, 0), -ENOENT);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 8), -EINVAL);
	assert_int_equal(dlbrm_unmap_qid(s.rm, 32, s.p[0], s.q[0]), -EINVAL);
	assert_int_equal(dlbrm_unmap_qid(s.rm, 9, s.p[0], s.q[0]), -ENOENT);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, 64, s.q[0]), -EINVAL);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, 0xffffffff, s.q[0]), -EINVAL);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], 32), -EINVAL);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], other_q), -ENOENT);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), -ENOENT);
	assert_int_equal(dlbrm_port_unmaps_pending(s.rm, 9, s.p[0]), -ENOENT);
	assert_int_equal(dlbrm_port_unmaps_pending(s.rm, 32, s.p[0]), -EINVAL);
	assert_int_equal(dlbrm_port_unmaps_pending(s.rm, s.d, other_p), -ENOENT);
	assert_int_equal(dlbrm_port_unmaps_pending(s.rm, s.d, 64), -EINVAL);
	assert_int_equal(s.mock->nb_accesses, 0);
}

static void
test_dynamic_map_is_written_in_order(void **state)
{
	struct scene s = scene_make(*state);
	uint32_t word0 = s.p[0] / 4, bit0 = 8 * (s.p[0] % 4);
	uint32_t word1 = s.p[1] / 4, bit1 = 8 * (s.p[1] % 4);
	uint32_t both = word0 == word1 ? 1u << bit0 : 0;

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[3], 0), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	*mock_reg(s.mock, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, s.q[3]) = 4;
	mock_forget(s.mock);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[1], s.q[3], 1), 0);
	const struct mock_write expected[] = {
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[1], 0, 1 },
		FLUSH,
		{ DLB_R_LSP_QID_LDB_INFL_LIM, s.q[3], 0, 0 },
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0, 1 },
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[1], 0, 1 },
		FLUSH,
		{ DLB_R_LSP_CQ2PRIOV, s.p[1], 0, 1u << 24 | 1 },
		{ DLB_R_LSP_CQ2QID0, s.p[1], 0, s.q[3] },
		{ DLB_R_ATM_QID2CQIDIX, s.q[3], word1, both | 1u << bit1 },
		{ DLB_R_LSP_QID2CQIDIX, s.q[3], word1, both | 1u << bit1 },
		{ DLB_R_LSP_QID2CQIDIX2, s.q[3], word1, both | 1u << bit1 },
		FLUSH,
		/* No atomic elements wait, but others do. */
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[1] | 0 << 8 | 1 << 11 },
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[1] | 0 << 8 | 1 << 11 | 1 << 12 },
		FLUSH,
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[1] | 0 << 8 | 1 << 15 },
		FLUSH,
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[0] | 0 << 8 | 1 << 11 | 1 << 15 },
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[1] | 0 << 8 | 1 << 11 | 1 << 15 },
		FLUSH,
		{ DLB_R_LSP_QID_LDB_INFL_LIM, s.q[3], 0, 128 },
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0, 0 },
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[1], 0, 0 },
		FLUSH,
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[1], 0, 0 },
		FLUSH,
	};
	mock_assert_writes(s.mock, expected, NB(expected));
}

static void
test_dynamic_map_tells_of_atomic_work(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	*mock_reg(s.mock, DLB_R_LSP_QID_AQED_ACTIVE_CNT, s.q[0]) = 1;
	mock_forget(s.mock);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(s.mock->writes[11].reg, DLB_R_LSP_LDB_SCHED_CTRL);
	assert_int_equal(s.mock->writes[11].value, s.p[0] | 1 << 11 | 1 << 13);
	assert_int_equal(s.mock->writes[12].value, s.p[0] | 1 << 11);
}

static void
test_dynamic_map_waits_for_the_queue(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	qid_inflight_set(&s, s.q[0], 3);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[1], s.q[0], 4), 0);
	assert_int_equal(mapped_prio(&s, s.p[1], s.q[0]), -1);
	assert_int_equal(limit_of(&s, s.q[0]), 0);
	/* Both CQs serve their other queues meanwhile. */
	assert_false(cq_is_off(&s, s.p[0]));
	assert_false(cq_is_off(&s, s.p[1]));
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 1);
	assert_int_equal(dlbrm_port_unmaps_pending(s.rm, s.d, s.p[1]), 0);
	/* The wish can be changed while it waits. */
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[1], s.q[0], 6), 0);
	qid_inflight_set(&s, s.q[0], 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 0);
	assert_int_equal(mapped_prio(&s, s.p[1], s.q[0]), 6);
	assert_int_equal(limit_of(&s, s.q[0]), 128);
}

/* In flight at the second look only: between them an element left for a CQ. */
static void
test_dynamic_map_looks_twice(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	mock_second_look(s.mock, DLB_R_LSP_QID_LDB_INFL_CNT, s.q[0], 1);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[1], s.q[0], 0), 0);
	assert_int_equal(mapped_prio(&s, s.p[1], s.q[0]), -1);
	assert_int_equal(limit_of(&s, s.q[0]), 0);
	assert_false(cq_is_off(&s, s.p[0]));
	assert_false(cq_is_off(&s, s.p[1]));
	qid_inflight_set(&s, s.q[0], 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 0);
	assert_int_equal(mapped_prio(&s, s.p[1], s.q[0]), 0);
}

static void
test_two_pending_maps_of_a_queue_keep_it_frozen(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	qid_inflight_set(&s, s.q[0], 1);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[1], s.q[0], 0), 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 2);
	/* One is given up: the other still needs the queue frozen. */
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), 0);
	assert_int_equal(limit_of(&s, s.q[0]), 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 1);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[1], s.q[0]), 0);
	assert_int_equal(limit_of(&s, s.q[0]), 128);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), -1);
	assert_int_equal(mapped_prio(&s, s.p[1], s.q[0]), -1);
}

static void
test_unmap_is_written_in_order(void **state)
{
	struct scene s = scene_make(*state);
	uint32_t word = s.p[0] / 4;

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 3), 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[1], 4), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	mock_forget(s.mock);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[1]), 0);
	const struct mock_write expected[] = {
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0, 1 },
		FLUSH,
		{ DLB_R_LSP_CQ2PRIOV, s.p[0], 0, 1u << 24 | 3 },
		{ DLB_R_ATM_QID2CQIDIX, s.q[1], word, 0 },
		{ DLB_R_LSP_QID2CQIDIX, s.q[1], word, 0 },
		{ DLB_R_LSP_QID2CQIDIX2, s.q[1], word, 0 },
		FLUSH,
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[0] | 1 << 8 | 1 << 13 },
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[0] | 1 << 8 | 1 << 12 },
		FLUSH,
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0, s.p[0] | 1 << 8 | 1 << 11 | 1 << 15 },
		FLUSH,
		{ DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0, 0 },
		FLUSH,
	};
	mock_assert_writes(s.mock, expected, NB(expected));
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), 3);
}

static void
test_unmap_waits_for_the_cq(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[1], 0), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	cq_inflight_set(&s, s.p[0], 2);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), 0);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[1]), 0);
	/* Who asks again is told that there is no such mapping, and changes nothing. */
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[1]), -ENOENT);
	assert_int_equal(dlbrm_port_unmaps_pending(s.rm, s.d, s.p[0]), 2);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 2);
	assert_true(cq_is_off(&s, s.p[0]));
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), 0);
	cq_inflight_set(&s, s.p[0], 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), -1);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[1]), -1);
	assert_false(cq_is_off(&s, s.p[0]));
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), -ENOENT);
}

static void
test_unmap_leaves_a_disabled_port_off(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	assert_int_equal(dlbrm_port_enable(s.rm, s.d, true, s.p[0], false), 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[1], 0), 0);
	assert_true(cq_is_off(&s, s.p[0]));
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), 0);
	assert_true(cq_is_off(&s, s.p[0]));
	assert_int_equal(dlbrm_port_enable(s.rm, s.d, true, s.p[0], true), 0);
	assert_false(cq_is_off(&s, s.p[0]));
}

static void
test_mapping_again_takes_an_unmap_back(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 7), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	cq_inflight_set(&s, s.p[0], 2);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 2), 0);
	assert_int_equal(dlbrm_port_unmaps_pending(s.rm, s.d, s.p[0]), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), 2);
	assert_false(cq_is_off(&s, s.p[0]));
	assert_int_equal(limit_of(&s, s.q[0]), 128);
}

/* All slots taken, one of them by a mapping that is being removed: a new queue waits for it. */
static void
full_port_with_one_unmapping(const struct scene *s)
{
	unsigned int k;

	for (k = 0; k < 8; k++)
		assert_int_equal(dlbrm_map_qid(s->rm, s->d, s->p[0], s->q[k], 0), 0);
	assert_int_equal(dlbrm_domain_start(s->rm, s->d), 0);
	cq_inflight_set(s, s->p[0], 1);
	assert_int_equal(dlbrm_unmap_qid(s->rm, s->d, s->p[0], s->q[5]), 0);
}

static void
test_a_successor_gets_the_slot(void **state)
{
	struct scene s = scene_make(*state);

	full_port_with_one_unmapping(&s);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[8], 3), 0);
	/* There is but one such slot. */
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[9], 3), -ENOSPC);
	/* It is promised, so the old queue cannot have it back. */
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[5], 3), -ENOSPC);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[8], 4), 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 1);
	cq_inflight_set(&s, s.p[0], 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[5]), -1);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[8]), 4);
	assert_false(cq_is_off(&s, s.p[0]));
}

static void
test_a_successor_waits_for_its_queue_too(void **state)
{
	struct scene s = scene_make(*state);

	full_port_with_one_unmapping(&s);
	qid_inflight_set(&s, s.q[8], 1);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[8], 3), 0);
	assert_int_equal(limit_of(&s, s.q[8]), 128);
	cq_inflight_set(&s, s.p[0], 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 1);
	assert_int_equal(limit_of(&s, s.q[8]), 0);
	qid_inflight_set(&s, s.q[8], 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[8]), 3);
}

static void
test_a_successor_can_be_given_up(void **state)
{
	struct scene s = scene_make(*state);

	full_port_with_one_unmapping(&s);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[8], 3), 0);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[8]), 0);
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[8]), -ENOENT);
	/* Now the slot is unpromised again. */
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[5], 1), 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[5]), 1);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[8]), -1);
}

static void
test_the_next_request_finishes_an_unmap(void **state)
{
	struct scene s = scene_make(*state);

	full_port_with_one_unmapping(&s);
	cq_inflight_set(&s, s.p[0], 0);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[8], 3), 0);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[5]), -1);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[8]), 3);
}

static void
test_a_stopped_domain_maps_with_the_same_care(void **state)
{
	struct scene s = scene_make(*state);

	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	assert_int_equal(dlbrm_domain_stop(s.rm, s.d), 0);
	qid_inflight_set(&s, s.q[0], 1);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), 1);
	assert_int_equal(mapped_prio(&s, s.p[0], s.q[0]), -1);
}

static void
test_mapping_on_a_missing_device_is_an_error(void **state)
{
	struct scene s = scene_make(*state);

	s.mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), -EIO);

	mock_reinit(s.mock);
	s = scene_make(s.mock);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	s.mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), -EIO);

	mock_reinit(s.mock);
	s = scene_make(s.mock);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	qid_inflight_set(&s, s.q[0], 1);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[0], 0), 0);
	s.mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_domain_poll(s.rm, s.d), -EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_static_map_is_written_in_order),
		BOTH_VERSIONS(test_static_map_fills_eight_slots),
		BOTH_VERSIONS(test_priority_is_replaced_not_mixed),
		BOTH_VERSIONS(test_priority_change_is_written_in_order),
		BOTH_VERSIONS(test_map_and_unmap_refuse),
		BOTH_VERSIONS(test_dynamic_map_is_written_in_order),
		BOTH_VERSIONS(test_dynamic_map_tells_of_atomic_work),
		BOTH_VERSIONS(test_dynamic_map_waits_for_the_queue),
		BOTH_VERSIONS(test_dynamic_map_looks_twice),
		BOTH_VERSIONS(test_two_pending_maps_of_a_queue_keep_it_frozen),
		BOTH_VERSIONS(test_unmap_is_written_in_order),
		BOTH_VERSIONS(test_unmap_waits_for_the_cq),
		BOTH_VERSIONS(test_unmap_leaves_a_disabled_port_off),
		BOTH_VERSIONS(test_mapping_again_takes_an_unmap_back),
		BOTH_VERSIONS(test_a_successor_gets_the_slot),
		BOTH_VERSIONS(test_a_successor_waits_for_its_queue_too),
		BOTH_VERSIONS(test_a_successor_can_be_given_up),
		BOTH_VERSIONS(test_the_next_request_finishes_an_unmap),
		BOTH_VERSIONS(test_a_stopped_domain_maps_with_the_same_care),
		BOTH_VERSIONS(test_mapping_on_a_missing_device_is_an_error),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
