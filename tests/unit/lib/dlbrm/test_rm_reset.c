/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rm_reset.c, rm_reset_values.c, rm_drain.c: getting rid of a domain.
 */

#include "mock.h"

/* A started domain with a bit of everything. */
struct scene {
	struct mock *mock;
	struct dlbrm *rm;
	unsigned int d;
	unsigned int q[3]; /* the last one ordered and mapped nowhere */
	unsigned int p[2];
	unsigned int dp[2]; /* each has a queue */
};

static struct scene
scene_make(struct mock *mock)
{
	struct scene s = { .mock = mock, .rm = &mock->rm };
	const struct dlbrm_ldb_queue_config ordered = {
		.nb_sequence_numbers = 64,
		.nb_qid_inflights = 64,
		.depth_threshold = 5,
	};
	unsigned int k;

	mock_domain(mock);
	s.d = mock_domain(mock);
	for (k = 0; k < 2; k++) {
		s.q[k] = mock_ldb_queue(mock, s.d);
		s.p[k] = mock_ldb_port(mock, s.d);
		s.dp[k] = mock_dir_port(mock, s.d);
		assert_true(dlbrm_dir_queue_create(s.rm, s.d, (int)s.dp[k], 33) >= 0);
		assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[k], s.q[k], 7), 0);
	}
	s.q[2] = (unsigned int)dlbrm_ldb_queue_create(s.rm, s.d, &ordered);
	assert_int_equal(dlbrm_domain_start(s.rm, s.d), 0);
	mock_forget(mock);
	return s;
}

/*
 * What an object leaves behind at most, by the device's documentation. Not listed: what the
 * scene sets anyway, and what must be 0 before the end.
 */
static const enum dlb_reg ldb_port_leftovers[] = {
	DLB_R_SYS_LDB_PP2VDEV,
	DLB_R_CHP_LDB_CQ_DEPTH,
	DLB_R_CHP_HIST_LIST_POP_PTR,
	DLB_R_CHP_HIST_LIST_PUSH_PTR,
	DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH,
	DLB_R_CHP_LDB_CQ_TMR_THRSH,
	DLB_R_CHP_LDB_CQ_INT_ENB,
	DLB_R_CHP_LDB_CQ_WD_ENB,
	DLB_R_CHP_SN_CHK_ENBL,
	DLB_R_SYS_LDB_CQ_ISR,
	DLB_R_CHP_LDB_CQ_WPTR,
	DLB_R_SYS_LDB_CQ_AT,
	DLB_R_SYS_LDB_CQ_PASID,
	DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL,
	DLB_R_LSP_CQ_LDB_TOT_SCH_CNTH,
	DLB_R_LSP_CQ2QID1,
	DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT,
};

static const enum dlb_reg dir_port_leftovers[] = {
	DLB_R_CHP_DIR_CQ_DEPTH,	       DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH,
	DLB_R_CHP_DIR_CQ_TMR_THRSH,    DLB_R_CHP_DIR_CQ_INT_ENB,
	DLB_R_CHP_DIR_CQ_WD_ENB,       DLB_R_SYS_DIR_CQ_ISR,
	DLB_R_CHP_DIR_CQ_WPTR,	       DLB_R_SYS_DIR_CQ_AT,
	DLB_R_SYS_DIR_CQ_PASID,	       DLB_R_SYS_DIR_CQ_FMT,
	DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL, DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH,
	DLB_R_SYS_DIR_PP2VDEV,
};

static const enum dlb_reg ldb_queue_leftovers[] = {
	DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTH,
	DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH,
	DLB_R_LSP_QID_NALDB_MAX_DEPTH,
	DLB_R_SYS_LDB_QID_ITS,
	DLB_R_CHP_ORD_QID_SN,
};

static const enum dlb_reg dir_queue_leftovers[] = {
	DLB_R_LSP_QID_DIR_MAX_DEPTH,
	DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH,
	DLB_R_SYS_DIR_QID_ITS,
};

static void
soil(struct mock *mock, const enum dlb_reg *regs, size_t nb, unsigned int i)
{
	for (size_t k = 0; k < nb; k++)
		if (dlb_reg_descs[regs[k]].count[mock->version] != 0)
			*mock_reg(mock, regs[k], i) = dlb_reg_descs[regs[k]].fields[mock->version];
}

static void
test_reset_restores_all_registers_and_resources(void **state)
{
	struct mock *mock = *state;
	struct scene s = scene_make(mock);
	uint32_t map = *mock_reg(mock, DLB_R_CHP_ORD_QID_SN_MAP, s.q[2]);
	unsigned int k;

	for (k = 0; k < 2; k++) {
		soil(mock, ldb_port_leftovers, NB(ldb_port_leftovers), s.p[k]);
		soil(mock, dir_port_leftovers, NB(dir_port_leftovers), s.dp[k]);
		soil(mock, dir_queue_leftovers, NB(dir_queue_leftovers), s.dp[k]);
		soil(mock, ldb_queue_leftovers, NB(ldb_queue_leftovers), s.q[k]);
	}
	assert_int_equal(FIELD_GET(DLB_F_CHP_ORD_QID_SN_MAP_GRP, map), 0);
	*mock_reg(mock, DLB_R_RO_GRP_0_SLT_SHFT, FIELD_GET(DLB_F_CHP_ORD_QID_SN_MAP_SLOT, map)) = 9;
	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
	assert_int_equal(dlbrm_domain_reset(s.rm, 0), 0);
	assert_false(mock_is_dirty(mock));
	mock_assert_all_free(mock);
	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), -ENOENT);
}

static void
test_reset_of_a_group_1_slot(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	const struct dlbrm_ldb_queue_config conf = {
		.nb_sequence_numbers = 512,
		.nb_qid_inflights = 1,
	};

	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 1, 512), 0);
	assert_int_equal(dlbrm_ldb_queue_create(&mock->rm, d, &conf), 0);
	assert_int_equal(dlbrm_ldb_queue_create(&mock->rm, d, &conf), 1);
	*mock_reg(mock, DLB_R_RO_GRP_1_SLT_SHFT, 1) = 99;
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), 0);
	assert_false(mock_is_dirty(mock));
}

static void
test_reset_leaves_the_order_of_others_alone(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock), other = mock_domain(mock);
	const struct dlbrm_ldb_queue_config conf = {
		.nb_sequence_numbers = 512,
		.nb_qid_inflights = 1,
	};
	unsigned int group;

	mock_ldb_queue(mock, d);
	for (group = 0; group < 2; group++) {
		assert_int_equal(dlbrm_sn_group_set(&mock->rm, group, 512), 0);
		assert_true(dlbrm_ldb_queue_create(&mock->rm, other, &conf) >= 0);
	}
	*mock_reg(mock, DLB_R_RO_GRP_0_SLT_SHFT, 0) = 8;
	*mock_reg(mock, DLB_R_RO_GRP_1_SLT_SHFT, 0) = 9;
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_RO_GRP_0_SLT_SHFT, 0), 8);
	assert_int_equal(*mock_reg(mock, DLB_R_RO_GRP_1_SLT_SHFT, 0), 9);
}

static void
test_reset_clears_the_write_buffer_of_dir_ports(void **state)
{
	struct mock *mock = *state;
	struct scene s = scene_make(mock);

	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
	if (mock->version == DLB_V2_0)
		assert_int_equal(mock_count_writes(mock, DLB_R_SYS_DIR_CQ_OPT_CLR, 0), 2);
	else
		for (unsigned int k = 0; k < 2; k++)
			assert_int_equal(
				mock_count_writes(mock, DLB_R_SYS_WB_DIR_CQ_STATE, s.dp[k]), 1);
}

/* The first write to the register since mock_forget(), or UINT_MAX. */
static unsigned int
when(const struct mock *mock, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	for (unsigned int k = 0; k < mock->nb_writes; k++)
		if (mock->writes[k].reg == reg && mock->writes[k].i == i &&
		    mock->writes[k].value == value)
			return k;
	fail_msg("%s(%u) is never set to %#x", dlb_reg_descs[reg].name, i, value);
	return 0;
}

static void
test_reset_goes_in_order(void **state)
{
	struct mock *mock = *state;
	struct scene s = scene_make(mock);
	unsigned int nb_dir = dlb_limits[mock->version].nb_dir_ports;
	enum dlb_reg credits =
		mock->version == DLB_V2_0 ? DLB_R_CHP_CFG_LDB_VAS_CRD : DLB_R_CHP_CFG_VAS_CRD;
	unsigned int at[12], k;

	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
	at[0] = when(mock, DLB_R_CHP_DIR_CQ_INT_ENB, s.dp[0], 0);
	at[1] = when(mock, DLB_R_CHP_LDB_CQ_WD_ENB, s.p[1], 0);
	at[2] = when(mock, DLB_R_SYS_LDB_VASQID_V, s.d * 32 + s.q[0], 0);
	at[3] = when(mock, DLB_R_SYS_DIR_VASQID_V, s.d * nb_dir + s.dp[1], 0);
	at[4] = when(mock, DLB_R_CHP_SN_CHK_ENBL, s.p[0], 0);
	at[5] = when(mock, DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 1);
	at[6] = when(mock, DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0);
	at[7] = when(mock, DLB_R_LSP_CQ_DIR_DSBL, s.dp[0], 1);
	at[8] = when(mock, DLB_R_SYS_DIR_PP_V, s.dp[0], 0);
	at[9] = when(mock, DLB_R_SYS_LDB_PP_V, s.p[1], 0);
	at[10] = when(mock, DLB_R_SYS_LDB_CQ_ADDR_L, s.p[0], 0);
	at[11] = when(mock, credits, s.d, 0);
	for (k = 1; k < NB(at); k++)
		assert_true(at[k - 1] < at[k]);
	for (k = 0; k < 2; k++) {
		assert_true(when(mock, DLB_R_CHP_DIR_CQ_INT_ENB, s.dp[k], 0) < at[2]);
		assert_true(when(mock, DLB_R_CHP_DIR_CQ_WD_ENB, s.dp[k], 0) < at[2]);
		assert_true(when(mock, DLB_R_CHP_LDB_CQ_INT_ENB, s.p[k], 0) < at[2]);
		assert_true(when(mock, DLB_R_CHP_LDB_CQ_WD_ENB, s.p[k], 0) < at[2]);
	}
}

static void
test_reset_gives_back_what_ports_hold(void **state)
{
	struct mock *mock = *state;
	struct scene s = scene_make(mock);

	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, s.p[0]) = 64;
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_TKN_CNT, s.p[0]) = 32;
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, s.p[1]) = 5;
	*mock_reg(mock, DLB_R_LSP_CQ_DIR_TKN_CNT, s.dp[0]) = 64;
	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
	assert_int_equal(mock->nb_completions, 69);
	assert_int_equal(mock->nb_tokens, 96);
	assert_int_equal(mock->nb_lines, 16 + 2 + 1);
	assert_int_equal(mock->nb_flushes, 3);
}

static void
test_reset_takes_the_preload_for_no_tokens(void **state)
{
	struct mock *mock = *state;
	const struct dlbrm_ldb_port_config ldb = { .cq_depth = 1, .hist_list_size = 1 };
	const struct dlbrm_dir_port_config dir = { .cq_depth = 2, .queue_id = -1 };
	unsigned int d = mock_domain(mock);

	assert_int_equal(dlbrm_ldb_port_create(&mock->rm, d, &ldb), 0);
	assert_int_equal(dlbrm_dir_port_create(&mock->rm, d, &dir), 0);
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_TKN_CNT, 0) = 8;
	*mock_reg(mock, DLB_R_LSP_CQ_DIR_TKN_CNT, 0) = 6;
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), 0);
	assert_int_equal(mock->nb_tokens, 1);
	assert_int_equal(mock->nb_lines, 1);
	assert_false(mock_is_dirty(mock));
}

static void
test_reset_finishes_pending_maps_and_unmaps(void **state)
{
	struct mock *mock = *state;
	struct scene s = scene_make(mock);

	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, s.p[0]) = 2;
	assert_int_equal(dlbrm_unmap_qid(s.rm, s.d, s.p[0], s.q[0]), 0);
	mock_second_look(mock, DLB_R_LSP_QID_LDB_INFL_CNT, s.q[1], 0);
	*mock_reg(mock, DLB_R_LSP_QID_LDB_INFL_CNT, s.q[1]) = 1;
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[1], 0), 0);
	assert_int_equal(s.rm->ldb_ports[s.p[0]].slots[1].state, DLBRM_SLOT_MAPPING);
	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
	assert_int_equal(dlbrm_domain_reset(s.rm, 0), 0);
	assert_false(mock_is_dirty(mock));
	mock_assert_all_free(mock);
}

static void
test_reset_enables_what_the_user_disabled(void **state)
{
	struct mock *mock = *state;
	struct scene s = scene_make(mock);

	assert_int_equal(dlbrm_port_enable(s.rm, s.d, true, s.p[0], false), 0);
	assert_int_equal(dlbrm_port_enable(s.rm, s.d, false, s.dp[0], false), 0);
	mock_forget(mock);
	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
	when(mock, DLB_R_LSP_CQ_LDB_DSBL, s.p[0], 0);
	when(mock, DLB_R_LSP_CQ_DIR_DSBL, s.dp[0], 0);
}

/* Reset must fail with a time-out, leave a domain that nothing can be done with, and work later. */
static void
assert_times_out(const struct scene *s)
{
	struct dlbrm *rm = s->rm;

	assert_int_equal(dlbrm_domain_reset(rm, s->d), -ETIMEDOUT);
	assert_int_equal(dlbrm_domain_start(rm, s->d), -EPERM);
	assert_int_equal(dlbrm_domain_stop(rm, s->d), -EPERM);
	assert_int_equal(dlbrm_domain_poll(rm, s->d), -EPERM);
	assert_int_equal(dlbrm_map_qid(rm, s->d, s->p[0], s->q[0], 0), -EPERM);
	assert_int_equal(dlbrm_ldb_queue_depth(rm, s->d, s->q[0]), -EPERM);
	for (unsigned int k = 0; k < 2; k++) {
		assert_int_equal(*mock_reg(s->mock, DLB_R_LSP_CQ_LDB_DSBL, s->p[k]), 1);
		assert_int_equal(*mock_reg(s->mock, DLB_R_LSP_CQ_DIR_DSBL, s->dp[k]), 1);
		/* The next attempt needs the PPs. */
		assert_int_equal(*mock_reg(s->mock, DLB_R_SYS_LDB_PP_V, s->p[k]), 1);
		assert_int_equal(*mock_reg(s->mock, DLB_R_SYS_DIR_PP_V, s->dp[k]), 1);
	}
	s->mock->nb_stuck = 0;
	assert_int_equal(dlbrm_domain_reset(rm, s->d), 0);
	assert_int_equal(dlbrm_domain_reset(rm, 0), 0);
	assert_false(mock_is_dirty(s->mock));
	mock_assert_all_free(s->mock);
}

static void
test_reset_times_out_on_completions_that_do_not_count(void **state)
{
	struct scene s = scene_make(*state);

	mock_stick(s.mock, DLB_R_LSP_CQ_LDB_INFL_CNT, s.p[1], 3);
	mock_forget(s.mock);
	assert_times_out(&s);
	assert_true(s.mock->nb_accesses > 409600);
}

static void
test_reset_times_out_on_tokens_that_do_not_count(void **state)
{
	struct scene s = scene_make(*state);

	mock_stick(s.mock, DLB_R_LSP_CQ_LDB_TKN_CNT, s.p[1], 1);
	assert_times_out(&s);
}

static void
test_reset_times_out_on_a_queue_that_does_not_empty(void **state)
{
	const enum dlb_reg depths[] = { DLB_R_LSP_QID_AQED_ACTIVE_CNT,
					DLB_R_LSP_QID_LDB_ENQUEUE_CNT, DLB_R_LSP_QID_ATM_ACTIVE };

	for (unsigned int k = 0; k < NB(depths); k++) {
		struct scene s = scene_make(*state);

		mock_stick(s.mock, depths[k], s.q[0], 1);
		assert_times_out(&s);
		assert_true(s.mock->nb_delays >= 32768);
		mock_reinit(s.mock);
	}
}

static void
test_reset_times_out_on_a_queue_that_was_not_mapped(void **state)
{
	struct scene s = scene_make(*state);

	mock_stick(s.mock, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, s.q[2], 1);
	assert_times_out(&s);
	/* It was mapped to be emptied. */
	assert_true(mock_count_writes(s.mock, DLB_R_ATM_QID2CQIDIX, s.q[2]) > 0);
}

static void
test_reset_times_out_on_a_map_that_does_not_finish(void **state)
{
	struct scene s = scene_make(*state);

	mock_stick(s.mock, DLB_R_LSP_QID_LDB_INFL_CNT, s.q[2], 1);
	assert_int_equal(dlbrm_map_qid(s.rm, s.d, s.p[0], s.q[2], 0), 0);
	assert_times_out(&s);
}

static void
test_reset_times_out_on_an_unmapped_queue_in_flight(void **state)
{
	struct scene s = scene_make(*state);

	mock_stick(s.mock, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, s.q[2], 1);
	mock_stick(s.mock, DLB_R_LSP_QID_LDB_INFL_CNT, s.q[2], 1);
	assert_times_out(&s);
}

static void
test_reset_times_out_on_directed_queues(void **state)
{
	struct scene s = scene_make(*state);

	mock_stick(s.mock, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, s.dp[1], 1);
	assert_times_out(&s);
	assert_true(s.mock->nb_delays >= 32768);

	mock_reinit(s.mock);
	s = scene_make(s.mock);
	mock_stick(s.mock, DLB_R_LSP_CQ_DIR_TKN_CNT, s.dp[0], 1);
	assert_times_out(&s);
}

/* No device holds so much: what it says is not believed for ever. */
static void
test_reset_of_nonsense_comes_to_an_end(void **state)
{
	const enum dlb_reg counts[] = { DLB_R_LSP_CQ_LDB_INFL_CNT, DLB_R_LSP_CQ_LDB_TKN_CNT,
					DLB_R_LSP_CQ_DIR_TKN_CNT };

	for (unsigned int k = 0; k < NB(counts); k++) {
		struct scene s = scene_make(*state);

		mock_stick(s.mock, counts[k],
			   counts[k] == DLB_R_LSP_CQ_DIR_TKN_CNT ? s.dp[0] : s.p[0], 0x5a5a5a5a);
		assert_times_out(&s);
		assert_true(s.mock->nb_completions < 4096);
		assert_true(s.mock->nb_lines < 4096);
		mock_reinit(s.mock);
	}
}

static void
test_reset_does_not_wait_where_no_port_will_empty_a_queue(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	unsigned int q;

	assert_int_equal(dlbrm_dir_queue_create(&mock->rm, d, -1, 0), 0);
	mock_stick(mock, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 0, 1);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), -ETIMEDOUT);
	assert_int_equal(mock->nb_delays, 0);

	mock_reinit(mock);
	d = mock_domain(mock);
	q = mock_ldb_queue(mock, d);
	mock_stick(mock, DLB_R_LSP_QID_ATM_ACTIVE, q, 1);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), -ETIMEDOUT);
	assert_int_equal(mock->nb_delays, 0);
}

/* Something turns up when the last PP has been switched off, and must not be overlooked. */
static void
test_reset_verifies_at_the_end(void **state)
{
	struct mock *mock = *state;
	unsigned int k;

	for (k = 0; k < 7; k++) {
		struct scene s = scene_make(mock);
		const struct mock_write last = { DLB_R_SYS_LDB_PP_V, s.p[1], 0, 0 };
		const struct mock_write late[] = {
			{ DLB_R_LSP_QID_AQED_ACTIVE_CNT, s.q[0], 0, 1 },
			{ DLB_R_LSP_QID_LDB_ENQUEUE_CNT, s.q[1], 0, 1 },
			{ DLB_R_LSP_QID_ATM_ACTIVE, s.q[2], 0, 1 },
			{ DLB_R_LSP_CQ_LDB_INFL_CNT, s.p[0], 0, 1 },
			{ DLB_R_LSP_CQ_LDB_TKN_CNT, s.p[1], 0, 1 },
			{ DLB_R_LSP_QID_DIR_ENQUEUE_CNT, s.dp[0], 0, 1 },
			{ DLB_R_LSP_CQ_DIR_TKN_CNT, s.dp[1], 0, 1 },
		};

		assert_true(s.p[0] < s.p[1]);
		mock_on_write(mock, &last, &late[k]);
		assert_int_equal(dlbrm_domain_reset(s.rm, s.d), -ETIMEDOUT);
		*mock_reg(mock, late[k].reg, late[k].i) = 0;
		mock->has_cause = false;
		assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
		mock_reinit(mock);
	}
}

/* What appears when CQs are switched off is drained, or else the verification finds it. */
static void
test_reset_drains_what_appears_late(void **state)
{
	struct mock *mock = *state;
	struct scene s = scene_make(mock);
	const struct mock_write ldb_off = { DLB_R_LSP_CQ_LDB_DSBL, s.p[1], 0, 1 };
	const struct mock_write element = { DLB_R_LSP_CQ_LDB_INFL_CNT, s.p[0], 0, 2 };
	const struct mock_write dir_off = { DLB_R_LSP_CQ_DIR_DSBL, s.dp[1], 0, 1 };
	const struct mock_write token = { DLB_R_LSP_CQ_DIR_TKN_CNT, s.dp[0], 0, 3 };

	/* Switched off three times, drained after the first two. */
	mock_on_write(mock, &ldb_off, &element);
	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), -ETIMEDOUT);
	assert_int_equal(mock->nb_completions, 4);

	mock_reinit(mock);
	s = scene_make(mock);
	mock_on_write(mock, &dir_off, &token);
	assert_int_equal(dlbrm_domain_reset(s.rm, s.d), 0);
	assert_int_equal(mock->nb_tokens, 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_reset_restores_all_registers_and_resources),
		BOTH_VERSIONS(test_reset_of_a_group_1_slot),
		BOTH_VERSIONS(test_reset_leaves_the_order_of_others_alone),
		BOTH_VERSIONS(test_reset_clears_the_write_buffer_of_dir_ports),
		BOTH_VERSIONS(test_reset_goes_in_order),
		BOTH_VERSIONS(test_reset_gives_back_what_ports_hold),
		BOTH_VERSIONS(test_reset_takes_the_preload_for_no_tokens),
		BOTH_VERSIONS(test_reset_finishes_pending_maps_and_unmaps),
		BOTH_VERSIONS(test_reset_enables_what_the_user_disabled),
		BOTH_VERSIONS(test_reset_times_out_on_completions_that_do_not_count),
		BOTH_VERSIONS(test_reset_times_out_on_tokens_that_do_not_count),
		BOTH_VERSIONS(test_reset_times_out_on_a_queue_that_does_not_empty),
		BOTH_VERSIONS(test_reset_times_out_on_a_queue_that_was_not_mapped),
		BOTH_VERSIONS(test_reset_times_out_on_a_map_that_does_not_finish),
		BOTH_VERSIONS(test_reset_times_out_on_an_unmapped_queue_in_flight),
		BOTH_VERSIONS(test_reset_times_out_on_directed_queues),
		BOTH_VERSIONS(test_reset_of_nonsense_comes_to_an_end),
		BOTH_VERSIONS(test_reset_does_not_wait_where_no_port_will_empty_a_queue),
		BOTH_VERSIONS(test_reset_verifies_at_the_end),
		BOTH_VERSIONS(test_reset_drains_what_appears_late),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
