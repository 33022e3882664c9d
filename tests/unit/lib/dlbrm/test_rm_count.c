/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rm_count.c: what is free.
 */

#include "mock.h"

static struct dlbrm_resources
free_of(const struct mock *mock)
{
	struct dlbrm_resources res;

	dlbrm_free_get(&mock->rm, &res);
	return res;
}

static void
assert_same(const struct dlbrm_resources *a, const struct dlbrm_resources *b)
{
	assert_memory_equal(a, b, sizeof(*a));
}

static void
test_an_unused_device_is_free(void **state)
{
	struct mock *mock = *state;
	const struct dlb_limits *limits = &dlb_limits[mock->version];
	struct dlbrm_resources all = {
		.nb_domains = 32,
		.nb_ldb_queues = 32,
		.nb_cos_ldb_ports = { 16, 16, 16, 16 },
		.nb_dir_ports = limits->nb_dir_ports,
		.nb_atomic_inflights = 2048,
		.nb_hist_list_entries = 2048,
		.max_hist_list_run = 2048,
		.nb_ldb_credits = limits->ldb_credits,
		.nb_dir_credits = limits->dir_credits,
	};
	struct dlbrm_resources res = free_of(mock);

	assert_same(&res, &all);
	assert_int_equal(mock->nb_accesses, 0);
}

static const struct dlbrm_domain_config config = {
	.nb_ldb_queues = 3,
	.nb_cos_ldb_ports = { 0, 2, 0, 1 },
	.cos_strict = true,
	.nb_dir_ports = 2,
	.nb_atomic_inflights = 100,
	.nb_hist_list_entries = 300,
	.nb_ldb_credits = 64,
	.nb_dir_credits = 16,
};

static void
test_what_a_domain_is_given_is_not_free(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_resources before = free_of(mock), expected = before, res;
	bool combined = dlb_limits[mock->version].combined_credits;

	assert_int_equal(dlbrm_domain_create(&mock->rm, &config), 0);
	expected.nb_domains -= 1;
	expected.nb_ldb_queues -= 3;
	expected.nb_cos_ldb_ports[1] -= 2;
	expected.nb_cos_ldb_ports[3] -= 1;
	expected.nb_dir_ports -= 2;
	expected.nb_atomic_inflights -= 100;
	expected.nb_hist_list_entries -= 300;
	expected.max_hist_list_run -= 300;
	expected.nb_ldb_credits -= combined ? 80 : 64;
	expected.nb_dir_credits -= combined ? 0 : 16;
	res = free_of(mock);
	assert_same(&res, &expected);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 0), 0);
	res = free_of(mock);
	assert_same(&res, &before);
}

static void
test_the_longest_run_is_between_domains(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_domain_config part = { .nb_hist_list_entries = 512 };
	unsigned int d;

	for (d = 0; d < 4; d++)
		assert_int_equal(dlbrm_domain_create(&mock->rm, &part), (int)d);
	assert_int_equal(free_of(mock).max_hist_list_run, 0);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 1), 0);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 3), 0);
	assert_int_equal(free_of(mock).nb_hist_list_entries, 1024);
	assert_int_equal(free_of(mock).max_hist_list_run, 512);
	assert_int_equal(dlbrm_domain_reset(&mock->rm, 2), 0);
	assert_int_equal(free_of(mock).max_hist_list_run, 1536);
}

static void
test_a_domain_uses_up_what_it_owns(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_ldb_queue_config queue = { .nb_qid_inflights = 1, .nb_atomic_inflights = 60 };
	struct dlbrm_ldb_port_config port = {
		.cq_depth = 8, .hist_list_size = 200, .cos_id = 1, .cos_strict = true
	};
	struct dlbrm_resources res;

	assert_int_equal(dlbrm_domain_create(&mock->rm, &config), 0);
	assert_true(dlbrm_ldb_queue_create(&mock->rm, 0, &queue) >= 0);
	assert_true(dlbrm_ldb_port_create(&mock->rm, 0, &port) >= 0);
	assert_true(dlbrm_dir_queue_create(&mock->rm, 0, -1, 0) >= 0);
	assert_int_equal(dlbrm_domain_free_get(&mock->rm, 0, &res), 0);
	assert_int_equal(res.nb_domains, 0);
	assert_int_equal(res.nb_ldb_queues, 2);
	assert_int_equal(res.nb_cos_ldb_ports[1], 1);
	assert_int_equal(res.nb_cos_ldb_ports[3], 1);
	assert_int_equal(res.nb_dir_ports, 1);
	assert_int_equal(res.nb_atomic_inflights, 40);
	assert_int_equal(res.nb_hist_list_entries, 100);
	assert_int_equal(res.max_hist_list_run, 100);
	assert_int_equal(dlbrm_domain_free_get(&mock->rm, 1, &res), -ENOENT);
	assert_int_equal(dlbrm_domain_free_get(&mock->rm, 32, &res), -EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_an_unused_device_is_free),
		BOTH_VERSIONS(test_what_a_domain_is_given_is_not_free),
		BOTH_VERSIONS(test_the_longest_run_is_between_domains),
		BOTH_VERSIONS(test_a_domain_uses_up_what_it_owns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
