/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rm_domain.c: what domains are given, and start and stop.
 */

#include "mock.h"

static void
test_create_loads_the_credits(void **state)
{
	struct mock *mock = *state;
	const struct mock_write v20[] = {
		{ DLB_R_CHP_CFG_LDB_VAS_CRD, 0, 0, 2048 },
		{ DLB_R_CHP_CFG_DIR_VAS_CRD, 0, 0, 1024 },
	};
	const struct mock_write v25[] = { { DLB_R_CHP_CFG_VAS_CRD, 0, 0, 3072 } };

	assert_int_equal(mock_domain(mock), 0);
	if (mock->version == DLB_V2_0)
		mock_assert_writes(mock, v20, NB(v20));
	else
		mock_assert_writes(mock, v25, NB(v25));
	assert_int_equal(mock_domain(mock), 1);
}

/* Create a domain with one field of the configuration set; return what create returned. */
#define CREATE(mock, ...) \
	dlbrm_domain_create(&(mock)->rm, &(const struct dlbrm_domain_config){ __VA_ARGS__ })

static void
test_each_resource_can_be_had_to_the_last(void **state)
{
	struct mock *mock = *state;
	const struct dlb_limits *limits = &dlb_limits[mock->version];
	unsigned int dir_credits = limits->combined_credits ? 0 : limits->dir_credits;

	assert_int_equal(CREATE(mock, .nb_ldb_queues = 32, .nb_ldb_ports = 64,
				.nb_dir_ports = limits->nb_dir_ports, .nb_atomic_inflights = 2048,
				.nb_hist_list_entries = 2048, .nb_ldb_credits = limits->ldb_credits,
				.nb_dir_credits = dir_credits),
			 0);
	mock_forget(mock);
	assert_int_equal(CREATE(mock, .nb_ldb_queues = 1), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_ldb_ports = 1), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_cos_ldb_ports = { 0, 0, 0, 1 }), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_dir_ports = 1), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_atomic_inflights = 1), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = 1), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_ldb_credits = 1), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_dir_credits = 1), -ENOSPC);
	assert_int_equal(mock->nb_accesses, 0);
	assert_int_equal(CREATE(mock, 0), 1);
}

static void
test_huge_requests_do_not_wrap_around(void **state)
{
	struct mock *mock = *state;
	const unsigned int huge = 0xffffffff;
	struct dlbrm before = mock->rm;

	assert_int_equal(CREATE(mock, .nb_ldb_queues = huge), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_ldb_ports = huge), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_cos_ldb_ports = { huge }), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_dir_ports = huge), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_atomic_inflights = huge), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = huge), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_ldb_credits = huge, .nb_dir_credits = 2), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_dir_credits = huge), -ENOSPC);
	assert_memory_equal(&before, &mock->rm, sizeof(before));
	assert_int_equal(mock->nb_accesses, 0);
}

static void
test_a_refused_domain_keeps_nothing(void **state)
{
	struct mock *mock = *state;
	struct dlbrm before;

	mock_domain(mock);
	before = mock->rm;
	assert_int_equal(CREATE(mock, .nb_ldb_queues = 3, .nb_ldb_ports = 40, .nb_dir_ports = 5,
				.nb_cos_ldb_ports = { 17 }, .nb_hist_list_entries = 16),
			 -ENOSPC);
	assert_memory_equal(&before, &mock->rm, sizeof(before));
}

static void
test_there_are_32_domains(void **state)
{
	struct mock *mock = *state;
	int d;

	for (d = 0; d < 32; d++)
		assert_int_equal(CREATE(mock, .nb_ldb_credits = 4), d);
	assert_int_equal(CREATE(mock, .nb_ldb_credits = 4), -ENOSPC);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 17), 0);
	assert_int_equal(CREATE(mock, .nb_ldb_credits = 4), 17);
}

/* The LDB ports a domain owns, as a set. */
static uint64_t
ports_of(const struct mock *mock, unsigned int domain)
{
	uint64_t set = 0;
	unsigned int p;

	for (p = 0; p < DLB_MAX_LDB_PORTS; p++)
		if (mock->rm.ldb_ports[p].domain == domain)
			set |= UINT64_C(1) << p;
	return set;
}

static void
test_unclassed_ports_come_from_all_classes_in_turn(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(CREATE(mock, .nb_ldb_ports = 6), 0);
	assert_int_equal(ports_of(mock, 0), UINT64_C(0x0001000100030003));
}

static void
test_classed_ports_come_from_their_class(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(CREATE(mock, .nb_cos_ldb_ports = { 0, 2, 16, 1 }, .cos_strict = true), 0);
	assert_int_equal(ports_of(mock, 0), UINT64_C(0x0001ffff00030000));
	assert_int_equal(CREATE(mock, .nb_cos_ldb_ports = { 0, 0, 1, 0 }, .cos_strict = true),
			 -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_cos_ldb_ports = { 0, 0, 1, 0 }), 1);
	assert_int_equal(ports_of(mock, 1), UINT64_C(0x0002000000000000));
}

static void
test_history_list_is_first_fit_and_heals(void **state)
{
	struct mock *mock = *state;

	for (int d = 0; d < 4; d++) {
		assert_int_equal(CREATE(mock, .nb_hist_list_entries = 512), d);
		assert_int_equal(mock->rm.domains[d].hist_list_base, d * 512);
	}
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = 1), -ENOSPC);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 0), 0);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 2), 0);
	/* 1024 are free but in two pieces. */
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = 513), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = 100), 0);
	assert_int_equal(mock->rm.domains[0].hist_list_base, 0);
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = 500), 2);
	assert_int_equal(mock->rm.domains[2].hist_list_base, 1024);
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = 412), 4);
	assert_int_equal(mock->rm.domains[4].hist_list_base, 100);
	/* The neighbours 0, 4 and 1 leave one piece. */
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 4), 0);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 1), 0);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 0), 0);
	assert_int_equal(CREATE(mock, .nb_hist_list_entries = 1024), 0);
	assert_int_equal(mock->rm.domains[0].hist_list_base, 0);
}

static void
test_combined_credits_are_shared_by_both_kinds(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(CREATE(mock, .nb_dir_credits = 16000), 0);
	assert_int_equal(CREATE(mock, .nb_ldb_credits = 300, .nb_dir_credits = 85), -ENOSPC);
	assert_int_equal(CREATE(mock, .nb_ldb_credits = 300, .nb_dir_credits = 84), 1);
	assert_int_equal(*mock_reg(mock, DLB_R_CHP_CFG_VAS_CRD, 1), 384);
}

static void
test_create_on_a_missing_device_is_an_error(void **state)
{
	struct mock *mock = *state;

	mock->rm.gone = true;
	assert_int_equal(CREATE(mock, 0), -EIO);
	assert_int_equal(mock->rm.domains[0].state, DLBRM_DOMAIN_FREE);
}

static void
test_start_allows_the_queues(void **state)
{
	struct mock *mock = *state;
	unsigned int nb_dir = dlb_limits[mock->version].nb_dir_ports;
	unsigned int d, q0, q1, dq;

	mock_domain(mock);
	d = mock_domain(mock);
	q0 = mock_ldb_queue(mock, d);
	q1 = mock_ldb_queue(mock, d);
	dq = (unsigned int)dlbrm_dir_queue_create(&mock->rm, d, (int)mock_dir_port(mock, d), 9);
	const struct mock_write started[] = {
		{ DLB_R_SYS_LDB_VASQID_V, d * 32 + q0, 0, 1 },
		{ DLB_R_SYS_LDB_VASQID_V, d * 32 + q1, 0, 1 },
		{ DLB_R_SYS_DIR_VASQID_V, d * nb_dir + dq, 0, 1 },
		FLUSH,
	};
	const struct mock_write stopped[] = {
		{ DLB_R_SYS_LDB_VASQID_V, d * 32 + q0, 0, 0 },
		{ DLB_R_SYS_LDB_VASQID_V, d * 32 + q1, 0, 0 },
		{ DLB_R_SYS_DIR_VASQID_V, d * nb_dir + dq, 0, 0 },
		FLUSH,
	};

	mock_forget(mock);
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	mock_assert_writes(mock, started, NB(started));
	assert_int_equal(mock->nb_accesses, NB(started));
	mock_forget(mock);
	assert_int_equal(dlbrm_domain_stop(&mock->rm, d), 0);
	mock_assert_writes(mock, stopped, NB(stopped));
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
}

static void
test_stop_drains_what_the_ports_hold(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, d);
	unsigned int dp = mock_dir_port(mock, d);

	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, p) = 9;
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_TKN_CNT, p) = 5;
	*mock_reg(mock, DLB_R_LSP_CQ_DIR_TKN_CNT, dp) = 7;
	assert_int_equal(dlbrm_domain_stop(&mock->rm, d), 0);
	assert_int_equal(mock->nb_completions, 9);
	assert_int_equal(mock->nb_tokens, 12);
	assert_int_equal(mock->nb_lines, 4);
	assert_int_equal(mock->nb_flushes, 2);
}

static void
test_stop_and_reset_leave_other_domains_alone(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);
	unsigned int other = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, other);
	unsigned int dp = mock_dir_port(mock, other);
	struct dlbrm before;

	mock_ldb_queue(mock, other);
	assert_int_equal(dlbrm_dir_queue_create(&mock->rm, other, (int)dp, 0), dp);
	assert_int_equal(dlbrm_domain_start(&mock->rm, other), 0);
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, p) = 1;
	*mock_reg(mock, DLB_R_LSP_CQ_LDB_TKN_CNT, p) = 1;
	*mock_reg(mock, DLB_R_LSP_CQ_DIR_TKN_CNT, dp) = 1;
	before = mock->rm;
	mock_forget(mock);
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	assert_int_equal(dlbrm_domain_stop(&mock->rm, d), 0);
	assert_int_equal(mock->nb_writes, 2); /* flushes */
	assert_int_equal(dlbrm_domain_reset(&mock->rm, d), 0);
	assert_int_equal(mock->nb_lines, 0);
	assert_memory_equal(&before.domains[other], &mock->rm.domains[other],
			    sizeof(before.domains[other]));
	assert_memory_equal(&before.ldb_ports[p], &mock->rm.ldb_ports[p],
			    sizeof(before.ldb_ports[p]));
	assert_int_equal(mock_count_writes(mock, DLB_R_LSP_CQ_LDB_DSBL, p), 0);
	assert_int_equal(mock_count_writes(mock, DLB_R_LSP_CQ_DIR_DSBL, dp), 0);
}

static void
test_states_allow_what_they_should(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d;

	assert_int_equal(dlbrm_domain_start(rm, 32), -EINVAL);
	assert_int_equal(dlbrm_domain_stop(rm, 32), -EINVAL);
	assert_int_equal(dlbrm_domain_reset(rm, 32), -EINVAL);
	assert_int_equal(dlbrm_domain_poll(rm, 32), -EINVAL);
	assert_int_equal(dlbrm_domain_start(rm, 5), -ENOENT);
	assert_int_equal(dlbrm_domain_stop(rm, 5), -ENOENT);
	assert_int_equal(dlbrm_domain_reset(rm, 5), -ENOENT);
	assert_int_equal(dlbrm_domain_poll(rm, 5), -ENOENT);
	assert_int_equal(mock->nb_accesses, 0);

	d = mock_domain(mock);
	assert_int_equal(dlbrm_domain_stop(rm, d), -EPERM);
	assert_int_equal(dlbrm_domain_start(rm, d), 0);
	assert_int_equal(dlbrm_domain_start(rm, d), -EPERM);
	assert_int_equal(dlbrm_domain_stop(rm, d), 0);
	assert_int_equal(dlbrm_domain_stop(rm, d), -EPERM);
	assert_int_equal(dlbrm_domain_poll(rm, d), 0);
}

static void
test_a_stopped_domain_can_grow(void **state)
{
	struct mock *mock = *state;
	const struct dlbrm_ldb_port_config port = { .cq_depth = 8,
						    .hist_list_size = 8,
						    .cos_id = -1 };
	unsigned int d = mock_domain(mock);

	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	assert_int_equal(dlbrm_ldb_port_create(&mock->rm, d, &port), -EPERM);
	assert_int_equal(dlbrm_dir_queue_create(&mock->rm, d, -1, 0), -EPERM);
	assert_int_equal(dlbrm_domain_stop(&mock->rm, d), 0);
	mock_ldb_port(mock, d);
	mock_ldb_queue(mock, d);
	mock_dir_port(mock, d);
	assert_true(dlbrm_dir_queue_create(&mock->rm, d, -1, 0) >= 0);
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
}

static void
test_start_and_stop_of_a_missing_device_are_errors(void **state)
{
	struct mock *mock = *state;
	unsigned int d = mock_domain(mock);

	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), -EIO);
	mock->fault = MOCK_FAULT_NONE;
	/* Once gone is gone until dlbrm_init(). */
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), -EIO);

	mock_reinit(mock);
	d = mock_domain(mock);
	mock_ldb_port(mock, d);
	assert_int_equal(dlbrm_domain_start(&mock->rm, d), 0);
	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_domain_stop(&mock->rm, d), -EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_create_loads_the_credits),
		BOTH_VERSIONS(test_each_resource_can_be_had_to_the_last),
		BOTH_VERSIONS(test_huge_requests_do_not_wrap_around),
		BOTH_VERSIONS(test_a_refused_domain_keeps_nothing),
		BOTH_VERSIONS(test_there_are_32_domains),
		BOTH_VERSIONS(test_unclassed_ports_come_from_all_classes_in_turn),
		BOTH_VERSIONS(test_classed_ports_come_from_their_class),
		BOTH_VERSIONS(test_history_list_is_first_fit_and_heals),
		ONLY_V25(test_combined_credits_are_shared_by_both_kinds),
		BOTH_VERSIONS(test_create_on_a_missing_device_is_an_error),
		BOTH_VERSIONS(test_start_allows_the_queues),
		BOTH_VERSIONS(test_stop_drains_what_the_ports_hold),
		BOTH_VERSIONS(test_stop_and_reset_leave_other_domains_alone),
		BOTH_VERSIONS(test_states_allow_what_they_should),
		BOTH_VERSIONS(test_a_stopped_domain_can_grow),
		BOTH_VERSIONS(test_start_and_stop_of_a_missing_device_are_errors),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
