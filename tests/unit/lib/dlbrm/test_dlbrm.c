/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * dlbrm.c, rm_sn.c, rm_cos.c: the settings of the whole device.
 */

#include "mock.h"

static void
test_init_touches_no_register(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(mock->nb_accesses, 0);
}

static void
test_power_up_clears_disable_and_keeps_reserved_bits(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(*mock_reg(mock, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0), 1);
	assert_int_equal(dlbrm_power_up(&mock->rm), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0), 0);
	assert_int_equal(mock->nb_delays, 0);
}

static void
test_power_up_waits_for_both_conditions_and_gives_up(void **state)
{
	struct mock *mock = *state;

	mock_stick(mock, DLB_R_CM_CFG_PM_STATUS, 0, 0x0000403e);
	assert_int_equal(dlbrm_power_up(&mock->rm), -ETIMEDOUT);
	assert_int_equal(mock->nb_delays, 1000);

	mock_reinit(mock);
	mock_stick(mock, DLB_R_CM_CFG_DIAGNOSTIC_IDLE_STATUS, 0, 0x1d0fffff);
	assert_int_equal(dlbrm_power_up(&mock->rm), -ETIMEDOUT);
	assert_int_equal(mock->nb_delays, 1000);
}

static void
test_power_up_of_a_missing_device_is_an_error(void **state)
{
	struct mock *mock = *state;

	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_power_up(&mock->rm), -EIO);
	assert_int_equal(mock->nb_delays, 0);

	mock_reinit(mock);
	mock_stick(mock, DLB_R_CM_CFG_PM_STATUS, 0, 0xffffffff);
	assert_int_equal(dlbrm_power_up(&mock->rm), -EIO);
}

static void
assert_weights(struct mock *mock, uint32_t qe, uint32_t qid)
{
	assert_int_equal(*mock_reg(mock, DLB_R_ATM_CFG_ARB_WEIGHTS_RDY_BIN, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_ATM_CFG_ARB_WEIGHTS_SCHED_BIN, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_AQED_CFG_ARB_WEIGHTS_TQPRI_ATM_0, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_ATQ_0, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0, 0), qe);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CFG_ARB_WEIGHT_LDB_QID_0, 0), qid);
	assert_int_equal(*mock_reg(mock, DLB_R_LSP_CFG_ARB_WEIGHT_ATM_NALB_QID_0, 0), qid);
}

static void
test_hw_init_writes_weights(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_hw_config conf = { .qe_weight_pct = 1, .qid_weight_pct = 0 };

	assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), 0);
	assert_weights(mock, 0xfffdfbf9, 0xffffffff);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_WRITE_BUFFER_CTL, 0), 3 << 16);

	conf = (struct dlbrm_hw_config){ .qe_weight_pct = 100, .qid_weight_pct = 50 };
	assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), 0);
	assert_weights(mock, 0xffbf7f3f, 0xffdfbf9f);
}

static void
test_hw_init_selects_cq_layout_and_keeps_the_rest(void **state)
{
	struct mock *mock = *state;
	uint32_t *ctrl = mock_reg(mock, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0);

	for (unsigned int modes = 0; modes < 4; modes++) {
		struct dlbrm_hw_config conf = {
			.sparse_ldb_cq = (modes & 1) != 0,
			.sparse_dir_cq = (modes & 2) != 0,
		};

		assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), 0);
		assert_int_equal(*ctrl, 0x180002 | modes << 17);
	}
}

static void
test_hw_init_refuses(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_hw_config conf = { .qe_weight_pct = 101 };

	assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), -EINVAL);
	conf = (struct dlbrm_hw_config){ .qid_weight_pct = 101 };
	assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), -EINVAL);
	conf = (struct dlbrm_hw_config){ .qe_weight_pct = 1 };
	mock_domain(mock);
	mock_forget(mock);
	assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), -EPERM);
	assert_int_equal(mock->nb_accesses, 0);
}

static void
test_hw_init_of_a_missing_device_is_an_error(void **state)
{
	struct mock *mock = *state;
	const struct dlbrm_hw_config conf = { .qe_weight_pct = 1 };

	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), -EIO);
}

static void
test_sn_groups_start_with_64(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(dlbrm_sn_group_get(&mock->rm, 0), 64);
	assert_int_equal(dlbrm_sn_group_get(&mock->rm, 1), 64);
	assert_int_equal(dlbrm_sn_group_get(&mock->rm, 2), -EINVAL);
}

static void
test_sn_group_set_writes_both_modes(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 1, 1024), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_RO_GRP_SN_MODE, 0), 4 << 8);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 256), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_RO_GRP_SN_MODE, 0), 4 << 8 | 2);
	assert_int_equal(dlbrm_sn_group_get(&mock->rm, 0), 256);
	assert_int_equal(dlbrm_sn_group_get(&mock->rm, 1), 1024);
}

static void
test_sn_group_set_refuses(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 2, 64), -EINVAL);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 0), -EINVAL);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 65), -EINVAL);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 2048), -EINVAL);
	assert_int_equal(mock->nb_accesses, 0);
	mock->rm.gone = true;
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 64), -EIO);
}

static void
test_sn_group_is_busy_while_a_queue_uses_it(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	const struct dlbrm_ldb_queue_config conf = {
		.nb_sequence_numbers = 64,
		.nb_qid_inflights = 64,
	};

	assert_true(dlbrm_ldb_queue_create(&mock->rm, d, &conf) >= 0);
	mock_forget(mock);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 128), -EBUSY);
	assert_int_equal(mock->nb_accesses, 0);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 1, 128), 0);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), 0);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 128), 0);
}

static void
test_cos_bandwidth_is_taken_over_at_once(void **state)
{
	struct mock *mock = *state;
	const uint8_t percent[DLB_NB_COS] = { 10, 50, 0, 40 };
	const struct mock_write expected[] = {
		{ DLB_R_LSP_CFG_SHDW_RANGE_COS, 0, 0, 25 },
		{ DLB_R_LSP_CFG_SHDW_RANGE_COS, 1, 0, 128 },
		{ DLB_R_LSP_CFG_SHDW_RANGE_COS, 2, 0, 0x80000000 },
		{ DLB_R_LSP_CFG_SHDW_RANGE_COS, 3, 0, 102 },
		{ DLB_R_LSP_CFG_SHDW_CTRL, 0, 0, 1 },
	};

	*mock_reg(mock, DLB_R_LSP_CFG_SHDW_RANGE_COS, 2) |= 0x80000000;
	assert_int_equal(dlbrm_cos_bandwidth_set(&mock->rm, percent), 0);
	mock_assert_writes(mock, expected, NB(expected));
}

static void
test_cos_bandwidth_refuses_more_than_all(void **state)
{
	struct mock *mock = *state;
	const uint8_t percent[DLB_NB_COS] = { 26, 25, 25, 25 };
	const uint8_t all[DLB_NB_COS] = { 25, 25, 25, 25 };

	assert_int_equal(dlbrm_cos_bandwidth_set(&mock->rm, percent), -EINVAL);
	assert_int_equal(mock->nb_accesses, 0);
	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_cos_bandwidth_set(&mock->rm, all), -EIO);
}

/* Two queues, four ports, everything mapped: the least that a device costs to start with. */
static void
test_bring_up_is_cheap(void **state)
{
	struct mock *mock = *state;
	const struct dlbrm_hw_config conf = { .sparse_ldb_cq = true, .sparse_dir_cq = true };
	unsigned int q[2], p[4];
	unsigned int d, i;

	assert_int_equal(dlbrm_power_up(&mock->rm), 0);
	assert_int_equal(dlbrm_hw_init(&mock->rm, &conf), 0);
	d = mock_domain(mock);
	for (i = 0; i < 2; i++)
		q[i] = mock_ldb_queue(mock, d);
	for (i = 0; i < 4; i++)
		p[i] = mock_ldb_port(mock, d);
	for (i = 0; i < 8; i++)
		assert_int_equal(dlbrm_map_qid(&mock->rm, d, p[i / 2], q[i % 2], 0), 0);
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	print_message("bring-up takes %lu register accesses\n", mock->nb_accesses);
	assert_true(mock->nb_accesses < 250);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_init_touches_no_register),
		BOTH_VERSIONS(test_power_up_clears_disable_and_keeps_reserved_bits),
		BOTH_VERSIONS(test_power_up_waits_for_both_conditions_and_gives_up),
		BOTH_VERSIONS(test_power_up_of_a_missing_device_is_an_error),
		BOTH_VERSIONS(test_hw_init_writes_weights),
		BOTH_VERSIONS(test_hw_init_selects_cq_layout_and_keeps_the_rest),
		BOTH_VERSIONS(test_hw_init_refuses),
		BOTH_VERSIONS(test_hw_init_of_a_missing_device_is_an_error),
		BOTH_VERSIONS(test_sn_groups_start_with_64),
		BOTH_VERSIONS(test_sn_group_set_writes_both_modes),
		BOTH_VERSIONS(test_sn_group_set_refuses),
		BOTH_VERSIONS(test_sn_group_is_busy_while_a_queue_uses_it),
		BOTH_VERSIONS(test_cos_bandwidth_is_taken_over_at_once),
		BOTH_VERSIONS(test_cos_bandwidth_refuses_more_than_all),
		BOTH_VERSIONS(test_bring_up_is_cheap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
