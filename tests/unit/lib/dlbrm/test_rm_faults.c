/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The whole library against a device that fails at any access, and against its own book-keeping.
 *
 * A life is everything from power-up to the reset of the last domain. It is run once for each of
 * its accesses, which then fails: no run may hang, report success, or fail for another reason;
 * and after dlbrm_init() the next life must be a good one.
 */

#include "mock.h"

#define TRY(call)                       \
	do {                            \
		int try_ret = (call);   \
		if (try_ret < 0)        \
			return try_ret; \
	} while (0)

static int
life_run(struct mock *mock)
{
	const struct dlbrm_hw_config hw = { .sparse_ldb_cq = true, .qe_weight_pct = 1 };
	const struct dlbrm_domain_config dom = {
		.nb_ldb_queues = 3,
		.nb_ldb_ports = 2,
		.nb_dir_ports = 1,
		.nb_hist_list_entries = 64,
	};
	const struct dlbrm_ldb_queue_config queue = {
		.nb_qid_inflights = 64,
		.nb_sequence_numbers = 64,
	};
	const struct dlbrm_ldb_port_config port = { .cq_depth = 4, .hist_list_size = 32 };
	const struct dlbrm_dir_port_config dir = { .cq_depth = 8, .queue_id = -1 };
	const uint8_t percent[DLB_NB_COS] = { 25, 25, 25, 25 };
	struct dlbrm *rm = &mock->rm;

	TRY(dlbrm_power_up(rm));
	TRY(dlbrm_hw_init(rm, &hw));
	TRY(dlbrm_cos_bandwidth_set(rm, percent));
	TRY(dlbrm_domain_create(rm, &dom));
	TRY(dlbrm_ldb_queue_create(rm, 0, &queue));
	TRY(dlbrm_ldb_queue_create(rm, 0, &queue));
	TRY(dlbrm_ldb_port_create(rm, 0, &port));
	TRY(dlbrm_ldb_port_create(rm, 0, &port));
	TRY(dlbrm_dir_port_create(rm, 0, &dir));
	TRY(dlbrm_dir_queue_create(rm, 0, 0, 0));
	TRY(dlbrm_map_qid(rm, 0, 0, 0, 0));
	TRY(dlbrm_cq_irq_config(rm, 0, true, 0, 1));
	TRY(dlbrm_domain_start(rm, 0));
	TRY(dlbrm_map_qid(rm, 0, 0, 1, 0));
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, 0) = 5;
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_TKN_CNT, 0) = 7;
	*mock_reg(mock, DLB_R_LSP_CQ_DIR_TKN_CNT, 0) = 8;
	TRY(dlbrm_unmap_qid(rm, 0, 0, 0));
	TRY(dlbrm_domain_poll(rm, 0));
	TRY(dlbrm_ldb_queue_depth(rm, 0, 0));
	TRY(dlbrm_dir_queue_depth(rm, 0, 0));
	TRY(dlbrm_domain_reset(rm, 0));
	return 0;
}

/* A life in which access n fails in this way, and the one after it. */
static void
life_sweep(struct mock *mock, enum mock_fault fault)
{
	unsigned long n, all;
	int ret;

	mock_reinit(mock);
	assert_int_equal(life_run(mock), 0);
	assert_false(mock_is_dirty(mock));
	all = mock->nb_accesses;
	for (n = 1; n <= all; n++) {
		mock_reinit(mock);
		mock->fault = fault;
		mock->fail_at = n;
		ret = life_run(mock);
		if (ret != -EIO)
			fail_msg("access %lu of %lu failed, the result is %d", n, all, ret);
		/* The first read that is not answered is the last access. */
		assert_true(mock->nb_unanswered <= 1);
	}
	mock_reinit(mock);
	assert_int_equal(life_run(mock), 0);
	assert_false(mock_is_dirty(mock));
	mock_assert_all_free(mock);
}

static void
test_a_device_that_goes_away_at_any_access(void **state)
{
	life_sweep(*state, MOCK_FAULT_GONE);
}

static void
test_a_read_of_all_ones_at_any_access(void **state)
{
	life_sweep(*state, MOCK_FAULT_ONE_READ);
}

static void
test_a_counter_that_stalls_at_some_access(void **state)
{
	const struct mock_write counters[] = {
		{ DLB_R_LSP_CQ_LDB_INFL_CNT, 0, 0, 1 },
		{ DLB_R_LSP_CQ_LDB_TKN_CNT, 0, 0, 5 },
		{ DLB_R_LSP_CQ_DIR_TKN_CNT, 0, 0, 1 },
		{ DLB_R_LSP_QID_LDB_INFL_CNT, 1, 0, 1 },
		{ DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0, 0, 1 },
		{ DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 0, 0, 1 },
	};
	struct mock *mock = *state;
	unsigned long all, n;
	int ret;

	assert_int_equal(life_run(mock), 0);
	all = mock->nb_accesses;
	for (unsigned int k = 0; k < NB(counters); k++) {
		for (n = 1; n <= all; n += all / 5) {
			mock_reinit(mock);
			mock->fault = MOCK_FAULT_STALL;
			mock->fail_at = n;
			mock->stuck[0] = counters[k];
			mock->nb_stuck = 1;
			ret = life_run(mock);
			/* Later it may not matter any more. */
			if (ret != -ETIMEDOUT && (ret != 0 || n == 1))
				fail_msg("%s stalls at %lu, the result is %d",
					 dlb_reg_descs[counters[k].reg].name, n, ret);
		}
	}
}

/* --- book-keeping --------------------------------------------------------------------------- */

static uint32_t seed;

/* 0 .. n - 1 */
static unsigned int
any(unsigned int n)
{
	seed = seed * 1103515245 + 12345;
	return (seed >> 8) % n;
}

/* Make and use a random domain. Requests may fail for want of resources, but for nothing else. */
static void
random_domain_use(struct mock *mock)
{
	const struct dlbrm_domain_config conf = {
		.nb_ldb_queues = any(8),
		.nb_ldb_ports = any(10),
		.nb_cos_ldb_ports = { any(4), any(4), any(4), any(4) },
		.cos_strict = any(2) != 0,
		.nb_dir_ports = any(16),
		.nb_atomic_inflights = any(600),
		.nb_hist_list_entries = any(800),
		.nb_ldb_credits = any(3000),
		.nb_dir_credits = any(1500),
	};
	struct dlbrm_ldb_queue_config queue;
	struct dlbrm_ldb_port_config port;
	struct dlbrm_dir_port_config dir;
	struct dlbrm *rm = &mock->rm;
	int d, k, ret;

	d = dlbrm_domain_create(rm, &conf);
	if (d < 0) {
		assert_int_equal(d, -ENOSPC);
		return;
	}
	for (k = 0; k < 40; k++) {
		queue = (struct dlbrm_ldb_queue_config){
			.nb_qid_inflights = 64,
			.nb_sequence_numbers = any(2) * 64,
			.nb_atomic_inflights = any(100),
		};
		port = (struct dlbrm_ldb_port_config){
			.cq_depth = 1u << any(11),
			.hist_list_size = 1 + any(80),
			.cos_id = (int)any(5) - 1,
			.cos_strict = any(2) != 0,
		};
		dir = (struct dlbrm_dir_port_config){ .cq_depth = 8, .queue_id = -1 };
		switch (any(12)) {
		case 0:
			ret = dlbrm_ldb_queue_create(rm, (unsigned int)d, &queue);
			break;
		case 1:
			ret = dlbrm_ldb_port_create(rm, (unsigned int)d, &port);
			break;
		case 2:
			ret = dlbrm_dir_port_create(rm, (unsigned int)d, &dir);
			break;
		case 3:
			ret = dlbrm_dir_queue_create(rm, (unsigned int)d, (int)any(97) - 1, 0);
			break;
		case 4:
			ret = any(6) == 0 ? dlbrm_domain_start(rm, (unsigned int)d) : 0;
			break;
		case 5:
			ret = any(6) == 0 ? dlbrm_domain_stop(rm, (unsigned int)d) : 0;
			break;
		case 6:
		case 7:
			ret = dlbrm_unmap_qid(rm, (unsigned int)d, any(64), any(32));
			break;
		default:
			ret = dlbrm_map_qid(rm, (unsigned int)d, any(64), any(32), any(8));
			break;
		}
		if (ret < 0 && ret != -ENOSPC && ret != -ENOENT && ret != -EPERM && ret != -EBUSY &&
		    ret != -EINVAL)
			fail_msg("unexpected %d", ret);
	}
}

static void
test_nothing_leaks_in_1000_random_lives(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int n, d;

	seed = 20;
	for (n = 0; n < 1000; n++) {
		random_domain_use(mock);
		for (d = 0; d < DLB_MAX_DOMAINS; d++)
			if (rm->domains[d].state != DLBRM_DOMAIN_FREE && any(4) == 0)
				assert_int_equal(dlbrm_domain_reset(rm, d), 0);
	}
	for (d = 0; d < DLB_MAX_DOMAINS; d++)
		if (rm->domains[d].state != DLBRM_DOMAIN_FREE)
			assert_int_equal(dlbrm_domain_reset(rm, d), 0);
	assert_false(mock_is_dirty(mock));
	mock_assert_all_free(mock);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_a_device_that_goes_away_at_any_access),
		BOTH_VERSIONS(test_a_read_of_all_ones_at_any_access),
		BOTH_VERSIONS(test_a_counter_that_stalls_at_some_access),
		BOTH_VERSIONS(test_nothing_leaks_in_1000_random_lives),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
