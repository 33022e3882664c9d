/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rm_port.c: creation of ports and their settings.
 */

#include "mock.h"

#define LDB_PORT(mock, d, ...) \
	dlbrm_ldb_port_create(&(mock)->rm, d, &(const struct dlbrm_ldb_port_config){ __VA_ARGS__ })
#define DIR_PORT(mock, d, ...) \
	dlbrm_dir_port_create(&(mock)->rm, d, &(const struct dlbrm_dir_port_config){ __VA_ARGS__ })

#define IOVA UINT64_C(0x1234567890abcdc0)

static void
test_ldb_port_is_written_in_order(void **state)
{
	struct mock *mock = *state;
	bool v20 = mock->version == DLB_V2_0;
	struct mock_write expected[] = {
		{ DLB_R_SYS_LDB_CQ_ADDR_L, 0, 0, 0x90abcdc0 },
		{ DLB_R_SYS_LDB_CQ_ADDR_U, 0, 0, 0x12345678 },
		{ DLB_R_SYS_LDB_CQ2VF_PF_RO, 0, 0, 0x30 },
		{ DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, 0, 0, 5 },
		{ DLB_R_LSP_CQ_LDB_TKN_CNT, 0, 0, 0 },
		{ DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL, 0, 0, 5 },
		{ DLB_R_CHP_LDB_CQ_WPTR, 0, 0, 0 },
		{ DLB_R_CHP_HIST_LIST_LIM, 0, 0, 0 },
		{ DLB_R_CHP_HIST_LIST_BASE, 0, 0, 0 },
		{ DLB_R_LSP_CQ_LDB_INFL_LIM, 0, 0, 100 },
		{ DLB_R_CHP_HIST_LIST_PUSH_PTR, 0, 0, 0 },
		{ DLB_R_CHP_HIST_LIST_POP_PTR, 0, 0, 0 },
		{ v20 ? DLB_R_SYS_LDB_CQ_AT : DLB_R_SYS_LDB_CQ_PASID, 0, 0, 0 },
		{ v20 ? DLB_R_SYS_LDB_CQ_PASID : DLB_R_CHP_LDB_CQ2VAS, 0, 0, v20 ? 0 : 1 },
		{ v20 ? DLB_R_CHP_LDB_CQ2VAS : DLB_R_LSP_CQ2PRIOV, 0, 0, v20 ? 1 : 0 },
		{ v20 ? DLB_R_LSP_CQ2PRIOV : DLB_R_LSP_CQ_LDB_INFL_THRESH, 0, 0, v20 ? 0 : 100 },
		{ DLB_R_SYS_LDB_PP2VAS, 0, 0, 1 },
		{ DLB_R_SYS_LDB_PP_V, 0, 0, 1 },
		{ DLB_R_LSP_CQ_LDB_DSBL, 0, 0, 0 },
		FLUSH,
	};
	const uint32_t base = 512 + 30;
	unsigned int d, k;
	int first, p;

	mock_domain(mock);
	d = mock_domain(mock);
	first = LDB_PORT(mock, d, .cq_depth = 1, .hist_list_size = 30, .cos_id = 2);
	assert_int_equal(first, 34);
	mock_forget(mock);
	p = LDB_PORT(mock, d, .cq_iova = IOVA, .cq_depth = 128, .hist_list_size = 100, .cos_id = 0);
	assert_int_equal(p, 2);
	for (k = 0; k < NB(expected) - 1; k++)
		expected[k].i = 2;
	expected[7].value = base + 99;
	expected[8].value = expected[10].value = expected[11].value = base;
	mock_assert_writes(mock, expected, NB(expected));
	assert_int_equal(mock->nb_accesses, NB(expected));
}

static void
test_depths_below_8_are_made_by_tokens(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	const unsigned int depths[] = { 1, 2, 4, 8, 16, 512, 1024 };
	const unsigned int codes[] = { 1, 1, 1, 1, 2, 7, 8 };
	const unsigned int preloads[] = { 7, 6, 4, 0, 0, 0, 0 };
	uint32_t p;

	for (unsigned int k = 0; k < NB(depths); k++) {
		p = (uint32_t)LDB_PORT(mock, d, .cq_depth = depths[k], .hist_list_size = 1,
				       .cos_id = -1);
		assert_int_equal(*mock_reg(mock, DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, p), codes[k]);
		assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL, p), codes[k]);
		assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_LDB_TKN_CNT, p), preloads[k]);
		if (k >= 4)
			continue;
		p = (uint32_t)DIR_PORT(mock, d, .cq_depth = depths[k], .queue_id = -1);
		assert_int_equal(*mock_reg(mock, DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, p), codes[k]);
		assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI, p), codes[k]);
		assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_DIR_TKN_CNT, p), preloads[k]);
	}
}

static void
test_ldb_port_refuses(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	struct dlbrm before = mock->rm;

	mock_forget(mock);
	assert_int_equal(LDB_PORT(mock, 32, .cq_depth = 8, .hist_list_size = 1), -EINVAL);
	assert_int_equal(LDB_PORT(mock, 1, .cq_depth = 8, .hist_list_size = 1), -ENOENT);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cq_iova = 32),
			 -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 0, .hist_list_size = 1), -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 24, .hist_list_size = 1), -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 2048, .hist_list_size = 1), -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 0), -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 2049), -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = 4),
			 -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = -2),
			 -EINVAL);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 513), -ENOSPC);
	assert_int_equal(mock->nb_accesses, 0);
	assert_memory_equal(&before, &mock->rm, sizeof(before));
}

static void
test_ldb_ports_follow_their_class(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock); /* owns 0, 1, 16, 17, 32, 33, 48, 49 */

	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = 3), 48);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = 3,
				  .cos_strict = true),
			 49);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = 3,
				  .cos_strict = true),
			 -ENOSPC);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = 3), 0);
	/* Without a class another one each time: 3 ports exist, so class 3, empty, then 0. */
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = -1), 1);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = -1), 16);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = -1), 17);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = -1), 32);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = -1), 33);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1, .cos_id = -1),
			 -ENOSPC);
}

static void
test_history_list_of_the_domain_runs_out(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);

	assert_true(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 500, .cos_id = -1) >= 0);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 13, .cos_id = -1),
			 -ENOSPC);
	assert_true(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 12, .cos_id = -1) >= 0);
}

static void
test_a_port_of_a_missing_device_is_not_kept(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	struct dlbrm before = mock->rm;

	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1), -EIO);
	mock->rm.gone = false;
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = -1), -EIO);
	mock->rm.gone = false;
	assert_memory_equal(&before, &mock->rm, sizeof(before));
}

static void
test_dir_port_is_written_in_order(void **state)
{
	struct mock *mock = *state;
	bool v20 = mock->version == DLB_V2_0;
	struct mock_write expected[] = {
		{ DLB_R_SYS_DIR_CQ_ADDR_L, 4, 0, 0x90abcdc0 },
		{ DLB_R_SYS_DIR_CQ_ADDR_U, 4, 0, 0x12345678 },
		{ DLB_R_SYS_DIR_CQ2VF_PF_RO, 4, 0, 0x30 },
		{ DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, 4, 0, 4 },
		{ DLB_R_LSP_CQ_DIR_TKN_CNT, 4, 0, 0 },
		{ DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI, 4, 0, 4 },
		{ DLB_R_CHP_DIR_CQ_WPTR, 4, 0, 0 },
		{ DLB_R_SYS_DIR_CQ_FMT, 4, 0, 0 },
		{ DLB_R_SYS_DIR_CQ_AT, 4, 0, 0 },
		{ DLB_R_SYS_DIR_CQ_PASID, 4, 0, 0 },
		{ DLB_R_CHP_DIR_CQ2VAS, 4, 0, 1 },
		{ DLB_R_SYS_DIR_PP2VAS, 4, 0, 1 },
		{ DLB_R_SYS_DIR_PP_V, 4, 0, 1 },
		{ DLB_R_LSP_CQ_DIR_DSBL, 4, 0, 0 },
		FLUSH,
	};
	unsigned int nb = NB(expected);
	unsigned int d;

	if (!v20) {
		memmove(&expected[8], &expected[9], (nb - 9) * sizeof(expected[0]));
		nb--;
	}
	mock_domain(mock);
	d = mock_domain(mock);
	mock_forget(mock);
	assert_int_equal(DIR_PORT(mock, d, .cq_iova = IOVA, .cq_depth = 64, .queue_id = -1), 4);
	mock_assert_writes(mock, expected, nb);
}

static void
test_dir_ports_pair_with_queues(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock); /* owns 0..3 */

	assert_int_equal(dlbrm_dir_queue_create(rm, d, -1, 0), 0);
	/* A port that is for no queue in particular leaves the pair of that one alone. */
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = -1), 1);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = 0), 0);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = 0), -EBUSY);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, -1, 0), 2);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, 1, 0), 1);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, 1, 0), -EBUSY);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = -1), 3);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = -1), -ENOSPC);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = 2), 2);
}

static void
test_dir_port_refuses(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	unsigned int other = mock_domain(mock);
	int q = dlbrm_dir_queue_create(&mock->rm, other, -1, 0);

	mock_forget(mock);
	assert_int_equal(DIR_PORT(mock, 32, .cq_depth = 8, .queue_id = -1), -EINVAL);
	assert_int_equal(DIR_PORT(mock, 7, .cq_depth = 8, .queue_id = -1), -ENOENT);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 3, .queue_id = -1), -EINVAL);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = -1, .cq_iova = 8), -EINVAL);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = -2), -EINVAL);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8,
				  .queue_id = dlb_limits[mock->version].nb_dir_ports),
			 -EINVAL);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = 0), -ENOENT);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = q), -ENOENT);
	assert_int_equal(mock->nb_accesses, 0);
}

static void
test_ports_are_made_before_start_only(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);

	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	assert_int_equal(LDB_PORT(mock, d, .cq_depth = 8, .hist_list_size = 1), -EPERM);
	assert_int_equal(DIR_PORT(mock, d, .cq_depth = 8, .queue_id = -1), -EPERM);
}

static void
test_enable_and_disable(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, d);
	unsigned int dp = mock_dir_port(mock, d);
	const struct mock_write expected[] = {
		{ DLB_R_LSP_CQ_LDB_DSBL, p, 0, 1 },  FLUSH,
		{ DLB_R_LSP_CQ_LDB_DSBL, p, 0, 0 },  FLUSH,
		{ DLB_R_LSP_CQ_DIR_DSBL, dp, 0, 1 }, FLUSH,
		{ DLB_R_LSP_CQ_DIR_DSBL, dp, 0, 0 }, FLUSH,
	};

	mock_forget(mock);
	assert_int_equal(dlbrm_port_enable(rm, d, true, p, false), 0);
	assert_int_equal(dlbrm_port_enable(rm, d, true, p, true), 0);
	assert_int_equal(dlbrm_port_enable(rm, d, false, dp, false), 0);
	assert_int_equal(dlbrm_port_enable(rm, d, false, dp, true), 0);
	mock_assert_writes(mock, expected, NB(expected));
	assert_int_equal(mock->nb_accesses, 8);

	assert_int_equal(dlbrm_port_enable(rm, 32, true, p, true), -EINVAL);
	assert_int_equal(dlbrm_port_enable(rm, 1, true, p, true), -ENOENT);
	assert_int_equal(dlbrm_port_enable(rm, d, true, 64, true), -EINVAL);
	assert_int_equal(dlbrm_port_enable(rm, d, true, p + 1, true), -ENOENT);
	assert_int_equal(
		dlbrm_port_enable(rm, d, false, dlb_limits[mock->version].nb_dir_ports, true),
		-EINVAL);
	assert_int_equal(dlbrm_port_enable(rm, d, false, dp + 1, true), -ENOENT);
	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_port_enable(rm, d, true, p, true), -EIO);
}

static void
test_an_unmap_keeps_the_port_off(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, d);
	unsigned int q = mock_ldb_queue(mock, d);

	assert_int_equal(dlbrm_map_qid(rm, d, p, q, 0), 0);
	assert_int_equal(dlbrm_domain_start(rm, d), 0);
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, p) = 1;
	assert_int_equal(dlbrm_unmap_qid(rm, d, p, q), 0);
	assert_int_equal(dlbrm_port_enable(rm, d, true, p, true), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_LDB_DSBL, p), 1);
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, p) = 0;
	assert_int_equal(dlbrm_domain_poll(rm, d), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_LDB_DSBL, p), 0);
}

static void
test_2_0_has_no_weight_and_no_threshold(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, d);

	assert_int_equal(dlbrm_cq_weight_set(&mock->rm, d, p, 1), -EOPNOTSUPP);
	assert_int_equal(dlbrm_cq_inflight_threshold_set(&mock->rm, d, p, true, 1), -EOPNOTSUPP);
}

static void
test_cq_weight(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, d); /* depth 32 */

	assert_int_equal(dlbrm_cq_weight_set(rm, d, p, 0), -EINVAL);
	assert_int_equal(dlbrm_cq_weight_set(rm, d, p, 33), -EINVAL);
	assert_int_equal(dlbrm_cq_weight_set(rm, d, p + 1, 1), -ENOENT);
	assert_int_equal(dlbrm_cq_weight_set(rm, d, 64, 1), -EINVAL);
	assert_int_equal(dlbrm_cq_weight_set(rm, 32, p, 1), -EINVAL);
	assert_int_equal(dlbrm_cq_weight_set(rm, d, p, 32), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, p), 0x8020);
	assert_int_equal(dlbrm_domain_start(rm, d), 0);
	assert_int_equal(dlbrm_cq_weight_set(rm, d, p, 1), -EPERM);
	assert_int_equal(dlbrm_domain_reset(rm, d), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, p), 0);
}

static void
test_cq_inflight_threshold(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, d);
	unsigned int other = mock_ldb_port(mock, d);

	assert_int_equal(dlbrm_cq_inflight_threshold_set(rm, d, p, true, 2049), -EINVAL);
	assert_int_equal(dlbrm_cq_inflight_threshold_set(rm, d, p + 1, true, 1), -ENOENT);
	assert_int_equal(dlbrm_cq_inflight_threshold_set(rm, d, 64, true, 1), -EINVAL);
	assert_int_equal(dlbrm_cq_inflight_threshold_set(rm, 1, p, true, 1), -ENOENT);
	assert_int_equal(dlbrm_cq_inflight_threshold_set(rm, 32, p, true, 1), -EINVAL);
	assert_int_equal(dlbrm_domain_start(rm, d), 0);
	assert_int_equal(dlbrm_cq_inflight_threshold_set(rm, d, p, true, 20), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CFG_CTRL_GENERAL_0, 0), 0x10);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_THRESH, p), 20);
	/* The other port of the device is not held back by what this one asked for. */
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_THRESH, other), 64);
	assert_int_equal(dlbrm_cq_inflight_threshold_set(rm, d, p, false, 0), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CFG_CTRL_GENERAL_0, 0), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_THRESH, p), 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_ldb_port_is_written_in_order),
		BOTH_VERSIONS(test_depths_below_8_are_made_by_tokens),
		BOTH_VERSIONS(test_ldb_port_refuses),
		BOTH_VERSIONS(test_ldb_ports_follow_their_class),
		BOTH_VERSIONS(test_history_list_of_the_domain_runs_out),
		BOTH_VERSIONS(test_a_port_of_a_missing_device_is_not_kept),
		BOTH_VERSIONS(test_dir_port_is_written_in_order),
		BOTH_VERSIONS(test_dir_ports_pair_with_queues),
		BOTH_VERSIONS(test_dir_port_refuses),
		BOTH_VERSIONS(test_ports_are_made_before_start_only),
		BOTH_VERSIONS(test_enable_and_disable),
		BOTH_VERSIONS(test_an_unmap_keeps_the_port_off),
		ONLY_V20(test_2_0_has_no_weight_and_no_threshold),
		ONLY_V25(test_cq_weight),
		ONLY_V25(test_cq_inflight_threshold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
