/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rm_queue.c: creation of queues, and their depths.
 */

#include "mock.h"

#define LDB_QUEUE(mock, d, ...)                \
	dlbrm_ldb_queue_create(&(mock)->rm, d, \
			       &(const struct dlbrm_ldb_queue_config){ __VA_ARGS__ })

static void
test_ldb_queue_is_written_in_order(void **state)
{
	struct mock *mock = *state;
	unsigned int d;
	int q;

	mock_domain(mock);
	d = mock_domain(mock);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 1, 256), 0);
	mock_forget(mock);
	q = LDB_QUEUE(mock, d, .nb_sequence_numbers = 256, .nb_qid_inflights = 200,
		      .nb_atomic_inflights = 64, .lock_id_comp_level = 1024,
		      .depth_threshold = 300);
	assert_int_equal(q, 10);
	const struct mock_write expected[] = {
		{ DLB_R_SYS_LDB_VASQID_V, 42, 0, 0 },
		{ DLB_R_LSP_QID_LDB_INFL_LIM, 10, 0, 200 },
		{ DLB_R_LSP_QID_AQED_ACTIVE_LIM, 10, 0, 64 },
		{ DLB_R_AQED_QID_HID_WIDTH, 10, 0, 5 },
		{ DLB_R_SYS_LDB_QID_ITS, 10, 0, 0 },
		{ DLB_R_LSP_QID_ATM_DEPTH_THRSH, 10, 0, 300 },
		{ DLB_R_LSP_QID_NALDB_DEPTH_THRSH, 10, 0, 300 },
		{ DLB_R_AQED_QID_FID_LIM, 10, 0, 512 },
		{ DLB_R_CHP_ORD_QID_SN_MAP, 10, 0, 1 << 8 | 0 << 3 | 2 },
		{ DLB_R_SYS_LDB_QID_CFG_V, 10, 0, 3 },
		{ DLB_R_SYS_LDB_QID_V, 10, 0, 1 },
	};
	mock_assert_writes(mock, expected, NB(expected));
	assert_int_equal(mock->nb_accesses, NB(expected));
}

static void
test_ldb_queue_says_what_it_can(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);

	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_LDB_QID_CFG_V, 0), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_CHP_ORD_QID_SN_MAP, 0), 0);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 2048, .nb_sequence_numbers = 0,
				   .nb_atomic_inflights = 1),
			 1);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_LDB_QID_CFG_V, 1), 2);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 64, .nb_sequence_numbers = 64), 2);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_LDB_QID_CFG_V, 2), 1);
}

static void
test_ldb_queue_lock_id_codes(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	const unsigned int levels[] = { 0, 64, 128, 256, 512, 1024, 2048, 4096, 65536 };
	const unsigned int codes[] = { 0, 1, 2, 3, 4, 5, 6, 7, 0 };
	const unsigned int bad[] = { 1, 32, 63, 65, 8192, 32768, 65537 };
	unsigned int k;

	for (k = 0; k < NB(bad); k++)
		assert_int_equal(
			LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .lock_id_comp_level = bad[k]),
			-EINVAL);
	for (k = 0; k < NB(levels); k++) {
		assert_int_equal(
			LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .lock_id_comp_level = levels[k]),
			k);
		assert_int_equal(*mock_reg(mock, DLB_R_AQED_QID_HID_WIDTH, k), codes[k]);
	}
}

static void
test_ldb_queue_refuses(void **state)
{
	struct mock *mock = *state;
	unsigned int widest = mock->version == DLB_V2_0 ? 0x3fff : 0x7fff;
	unsigned int d = mock_domain(mock);
	struct dlbrm before = mock->rm;

	mock_forget(mock);
	assert_int_equal(LDB_QUEUE(mock, 32, .nb_qid_inflights = 1), -EINVAL);
	assert_int_equal(LDB_QUEUE(mock, 1, .nb_qid_inflights = 1), -ENOENT);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 0), -EINVAL);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 2049), -EINVAL);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 65, .nb_sequence_numbers = 64),
			 -EINVAL);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .depth_threshold = widest + 1),
			 -EINVAL);
	/* No group has 128 each, or 63. */
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .nb_sequence_numbers = 128),
			 -ENOSPC);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .nb_sequence_numbers = 63),
			 -ENOSPC);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .nb_atomic_inflights = 641),
			 -ENOSPC);
	assert_int_equal(mock->nb_accesses, 0);
	assert_memory_equal(&before, &mock->rm, sizeof(before));
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .depth_threshold = widest), 0);
	mock->rm.gone = true;
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1), -EIO);
}

static void
test_ldb_queues_and_their_atomic_inflights_run_out(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	unsigned int k;

	for (k = 0; k < 10; k++)
		assert_int_equal(mock_ldb_queue(mock, d), k);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1), -ENOSPC);

	d = mock_domain(mock);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .nb_atomic_inflights = 600), 10);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .nb_atomic_inflights = 41),
			 -ENOSPC);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1, .nb_atomic_inflights = 40), 11);
}

static void
test_sn_slots_run_out_and_are_all_different(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	bool seen[2][16] = { 0 };
	uint32_t map;
	int q;

	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 0, 512), 0);
	assert_int_equal(dlbrm_sn_group_set(&mock->rm, 1, 512), 0);
	for (int k = 0; k < 4; k++) {
		q = LDB_QUEUE(mock, d, .nb_qid_inflights = 64, .nb_sequence_numbers = 512);
		assert_true(q >= 0);
		map = *mock_reg(mock, DLB_R_CHP_ORD_QID_SN_MAP, (uint32_t)q);
		assert_int_equal(FIELD_GET(DLB_F_CHP_ORD_QID_SN_MAP_MODE, map), 3);
		assert_false(seen[map >> 8 & 1][map >> 3 & 15]);
		seen[map >> 8 & 1][map >> 3 & 15] = true;
	}
	assert_true(seen[0][0] && seen[0][1] && seen[1][0] && seen[1][1]);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 64, .nb_sequence_numbers = 512),
			 -ENOSPC);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), 0);
	d = mock_domain(mock);
	assert_true(LDB_QUEUE(mock, d, .nb_qid_inflights = 64, .nb_sequence_numbers = 512) >= 0);
}

static void
test_dir_queue_is_written_in_order(void **state)
{
	struct mock *mock = *state;
	unsigned int nb_dir = dlb_limits[mock->version].nb_dir_ports;
	unsigned int d;

	mock_domain(mock);
	d = mock_domain(mock);
	mock_forget(mock);
	assert_int_equal(dlbrm_dir_queue_create(&mock->rm, d, -1, 77), 4);
	const struct mock_write expected[] = {
		{ DLB_R_SYS_DIR_VASQID_V, nb_dir + 4, 0, 0 },
		{ DLB_R_SYS_DIR_QID_ITS, 4, 0, 0 },
		{ DLB_R_LSP_QID_DIR_DEPTH_THRSH, 4, 0, 77 },
		{ DLB_R_SYS_DIR_QID_V, 4, 0, 1 },
	};
	mock_assert_writes(mock, expected, NB(expected));
}

static void
test_dir_queue_refuses(void **state)
{
	struct mock *mock = *state;
	unsigned int widest = mock->version == DLB_V2_0 ? 0x1fff : 0x7fff;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock);
	unsigned int other = mock_domain(mock);
	unsigned int p = mock_dir_port(mock, other);
	int k;

	mock_forget(mock);
	assert_int_equal(dlbrm_dir_queue_create(rm, 32, -1, 0), -EINVAL);
	assert_int_equal(dlbrm_dir_queue_create(rm, 9, -1, 0), -ENOENT);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, -1, widest + 1), -EINVAL);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, -2, 0), -EINVAL);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, dlb_limits[mock->version].nb_dir_ports, 0),
			 -EINVAL);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, 0, 0), -ENOENT);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, (int)p, 0), -ENOENT);
	assert_int_equal(mock->nb_accesses, 0);
	assert_int_equal(dlbrm_dir_queue_create(rm, other, (int)p, widest), p);
	assert_int_equal(dlbrm_dir_queue_create(rm, other, (int)p, 0), -EBUSY);
	for (k = 0; k < 4; k++)
		assert_int_equal(dlbrm_dir_queue_create(rm, d, -1, 0), k);
	assert_int_equal(dlbrm_dir_queue_create(rm, d, -1, 0), -ENOSPC);
}

static void
test_queues_are_made_while_not_started(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);

	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	assert_int_equal(LDB_QUEUE(mock, d, .nb_qid_inflights = 1), -EPERM);
	assert_int_equal(dlbrm_dir_queue_create(&mock->rm, d, -1, 0), -EPERM);
	assert_int_equal(dlbrm_domain_stop(&mock->rm, d), 0);
	assert_true(LDB_QUEUE(mock, d, .nb_qid_inflights = 1) >= 0);
	assert_true(dlbrm_dir_queue_create(&mock->rm, d, -1, 0) >= 0);
}

static void
test_depths(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock);
	unsigned int q = mock_ldb_queue(mock, d);

	assert_int_equal(dlbrm_dir_queue_create(rm, d, -1, 0), 0);
	*mock_reg(mock, DLB_R_LSP_QID_AQED_ACTIVE_CNT, q) = 100;
	*mock_reg(mock, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, q) = 20;
	*mock_reg(mock, DLB_R_LSP_QID_ATM_ACTIVE, q) = 3;
	*mock_reg(mock, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 0) = 45;
	assert_int_equal(dlbrm_ldb_queue_depth(rm, d, q), 123);
	assert_int_equal(dlbrm_dir_queue_depth(rm, d, 0), 45);

	assert_int_equal(dlbrm_ldb_queue_depth(rm, 32, q), -EINVAL);
	assert_int_equal(dlbrm_ldb_queue_depth(rm, 1, q), -ENOENT);
	assert_int_equal(dlbrm_ldb_queue_depth(rm, d, 32), -EINVAL);
	assert_int_equal(dlbrm_ldb_queue_depth(rm, d, q + 1), -ENOENT);
	assert_int_equal(dlbrm_dir_queue_depth(rm, 32, 0), -EINVAL);
	assert_int_equal(dlbrm_dir_queue_depth(rm, 1, 0), -ENOENT);
	assert_int_equal(dlbrm_dir_queue_depth(rm, d, dlb_limits[mock->version].nb_dir_ports),
			 -EINVAL);
	assert_int_equal(dlbrm_dir_queue_depth(rm, d, 1), -ENOENT);
}

static void
test_depths_of_a_missing_device_are_errors(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	unsigned int q = mock_ldb_queue(mock, d);

	mock_stick(mock, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, q, 0xffffffff);
	assert_int_equal(dlbrm_ldb_queue_depth(&mock->rm, d, q), -EIO);

	mock_reinit(mock);
	d = mock_domain(mock);
	assert_int_equal(dlbrm_dir_queue_create(&mock->rm, d, -1, 0), 0);
	mock_stick(mock, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 0, 0xffffffff);
	assert_int_equal(dlbrm_dir_queue_depth(&mock->rm, d, 0), -EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_ldb_queue_is_written_in_order),
		BOTH_VERSIONS(test_ldb_queue_says_what_it_can),
		BOTH_VERSIONS(test_ldb_queue_lock_id_codes),
		BOTH_VERSIONS(test_ldb_queue_refuses),
		BOTH_VERSIONS(test_ldb_queues_and_their_atomic_inflights_run_out),
		BOTH_VERSIONS(test_sn_slots_run_out_and_are_all_different),
		BOTH_VERSIONS(test_dir_queue_is_written_in_order),
		BOTH_VERSIONS(test_dir_queue_refuses),
		BOTH_VERSIONS(test_queues_are_made_while_not_started),
		BOTH_VERSIONS(test_depths),
		BOTH_VERSIONS(test_depths_of_a_missing_device_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
