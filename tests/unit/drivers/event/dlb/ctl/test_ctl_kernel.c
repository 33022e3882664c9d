/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The client of the kernel driver, against a kernel that only answers (fake_kernel.h): what it asks
 * for, and what it makes of the answers.
 *
 * CQ = consumer queue, SN = sequence number.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>

#include "kernel_rig.h"

/* --- what is asked -------------------------------------------------------------------------------- */

static void
test_ctl_kernel_asks_for_what_the_plan_wants(void **state)
{
	const struct dlb_arg_create_domain *domain;
	const struct dlb_arg_ldb_queue *queue;
	const struct dlb_arg_dir_queue *dir_queue;
	const struct dlb_arg_ldb_port *ldb;
	const struct dlb_arg_dir_port *dir;
	const struct dlb_arg_map_qid *map;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	domain = fake_kernel_request(DLB_IOC_CREATE_SCHED_DOMAIN, 0);
	assert_int_equal(domain->num_ldb_queues, 2);
	assert_int_equal(domain->num_ldb_ports, 3);
	assert_int_equal(domain->num_dir_ports, 1);
	assert_int_equal(domain->num_atomic_inflights, 64);
	assert_int_equal(domain->num_hist_list_entries, 96);
	assert_int_equal(domain->num_ldb_credits, 4096);
	assert_int_equal(domain->num_dir_credits, 1000);
	assert_int_equal(domain->num_sn_slots[0], 1);
	assert_int_equal(domain->num_sn_slots[1], 0);
	queue = fake_kernel_request(DLB_IOC_CREATE_LDB_QUEUE, 0);
	assert_int_equal(queue->num_sequence_numbers, 256);
	assert_int_equal(queue->num_qid_inflights, 192);
	assert_int_equal(queue->num_atomic_inflights, 64);
	assert_int_equal(queue->lock_id_comp_level, 1024);
	assert_int_equal(queue->depth_threshold, 256);
	ldb = fake_kernel_request(DLB_IOC_CREATE_LDB_PORT, 0);
	assert_int_equal(ldb->cq_depth, 32);
	assert_int_equal(ldb->cq_depth_threshold, 1);
	assert_int_equal(ldb->cq_history_list_size, 32);
	assert_int_equal(ldb->cos_id, DLB_UAPI_ANY_COS);
	dir = fake_kernel_request(DLB_IOC_CREATE_DIR_PORT, 0);
	assert_int_equal(dir->cq_depth, 64);
	assert_int_equal(dir->queue_id, -1);
	dir_queue = fake_kernel_request(DLB_IOC_CREATE_DIR_QUEUE, 0);
	assert_int_equal(dir_queue->port_id, rig.dir.id);
	assert_int_equal(dir_queue->depth_threshold, 128);
	map = fake_kernel_request(DLB_IOC_MAP_QID, 0);
	assert_int_equal(map->port_id, rig.ldb.id);
	assert_int_equal(map->qid, rig.qid);
	assert_int_equal(map->priority, 5);
	rig_free(&rig);
}

static uint32_t
asked_about(unsigned long code)
{
	const struct dlb_arg_object *arg = fake_kernel_request(code, 0);

	assert_non_null(arg);
	return arg->id;
}

static void
test_ctl_kernel_names_what_it_asks_about(void **state)
{
	const struct dlb_arg_unmap_qid *unmap;
	unsigned int qid;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	qid = (unsigned int)rig.qid;
	assert_int_equal(asked_about(DLB_IOC_GET_LDB_PORT_PP_FD), rig.ldb.id);
	assert_int_equal(asked_about(DLB_IOC_GET_LDB_PORT_CQ_FD), rig.ldb.id);
	assert_int_equal(asked_about(DLB_IOC_GET_DIR_PORT_PP_FD), rig.dir.id);
	assert_int_equal(asked_about(DLB_IOC_GET_DIR_PORT_CQ_FD), rig.dir.id);
	assert_int_equal(dlb_ctl_lane_enable(rig.ctl, true, rig.ldb.id, false), 0);
	assert_int_equal(asked_about(DLB_IOC_DISABLE_LDB_PORT), rig.ldb.id);
	assert_null(fake_kernel_request(DLB_IOC_ENABLE_LDB_PORT, 0));
	assert_int_equal(dlb_ctl_lane_enable(rig.ctl, false, rig.dir.id, true), 0);
	assert_int_equal(asked_about(DLB_IOC_ENABLE_DIR_PORT), rig.dir.id);
	assert_int_equal(dlb_ctl_queue_depth(rig.ctl, true, qid), 0);
	assert_int_equal(asked_about(DLB_IOC_GET_LDB_QUEUE_DEPTH), qid);
	assert_int_equal(dlb_ctl_queue_depth(rig.ctl, false, rig.dir.id), 0);
	assert_int_equal(asked_about(DLB_IOC_GET_DIR_QUEUE_DEPTH), rig.dir.id);
	/* A request of the device file has the same code. */
	fake.nb_requests = 0;
	assert_int_equal(dlb_ctl_unmap(rig.ctl, rig.ldb.id, qid), 0);
	unmap = fake_kernel_request(DLB_IOC_UNMAP_QID, 0);
	assert_int_equal(unmap->port_id, rig.ldb.id);
	assert_int_equal(unmap->qid, qid);
	rig_free(&rig);
}

static void
test_ctl_kernel_keeps_no_file_of_a_port_open(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	assert_int_equal(fake.nb_open, 2); /* device and domain */
	assert_int_equal(fake.nb_inherited, 0);
	assert_int_equal(fake.nb_mapped, 4);
	assert_non_null(rig.ldb.pp_mem);
	assert_non_null(rig.dir.cq);
	rig_free(&rig);
	assert_null(rig.ldb.pp_mem);
	assert_null(rig.dir.cq);
}

/* How far apart the entries of a CQ are. */
static void
test_ctl_kernel_knows_the_layout_from_the_kernel(void **state)
{
	struct rig rig;

	(void)state;
	for (uint32_t mode = DLB_UAPI_CQ_STANDARD; mode <= DLB_UAPI_CQ_SPARSE; mode++) {
		fake_kernel_reset();
		fake.poll_mode = mode;
		assert_int_equal(rig_open(&rig), 0);
		assert_int_equal(rig_domain(&rig), 0);
		assert_int_equal(rig.ldb.sparse, mode == DLB_UAPI_CQ_SPARSE);
		assert_int_equal(rig.dir.sparse, mode == DLB_UAPI_CQ_SPARSE);
		rig_free(&rig);
	}
}

static void
test_ctl_kernel_makes_a_domain_again_after_the_first(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	rig_empty(&rig);
	assert_int_equal(fake.nb_open, 1);
	assert_int_equal(fake.nb_mapped, 0);
	assert_int_equal(rig_domain(&rig), 0);
	rig_free(&rig);
}

static void
test_ctl_kernel_lowers_limits_to_what_others_leave(void **state)
{
	struct dlb_limits limits = dlb_limits[DLB_V2_5];
	struct rig rig;

	(void)state;
	rig_new(&rig);
	fake.left = (struct dlb_arg_num_resources){
		.num_ldb_queues = 5,
		.num_ldb_ports = 6,
		.num_dir_ports = 7,
		.num_atomic_inflights = 8,
		.num_hist_list_entries = 900,
		.max_contiguous_hist_list_entries = 9,
		.num_ldb_credits = 10,
	};
	assert_int_equal(dlb_ctl_kernel_limits(rig.ctl, &limits), 0);
	assert_int_equal(limits.nb_ldb_queues, 5);
	assert_int_equal(limits.nb_ldb_ports, 6);
	assert_int_equal(limits.nb_dir_ports, 7);
	assert_int_equal(limits.aqed_entries, 8);
	assert_int_equal(limits.hist_list_entries, 9);
	assert_int_equal(limits.ldb_credits, 10);
	fake.refuse_code = DLB_IOC_GET_NUM_RESOURCES;
	fake.refuse_error = EINVAL;
	assert_int_equal(dlb_ctl_kernel_limits(rig.ctl, &limits), -EINVAL);
	ASSERT_LOGGED("was the device reset?");
	rig_free(&rig);
}

/* To a plan a group is a place: it divides groups whose queues have too many. */
static void
test_ctl_kernel_plans_with_the_groups_that_have_most_places(void **state)
{
	static const struct {
		uint32_t sns[2], places[2], nb, sns_per_queue;
	} rows[] = {
		{ { 64, 64 }, { 16, 3 }, 19, 64 },   { { 64, 1024 }, { 16, 1 }, 16, 64 },
		{ { 64, 1024 }, { 1, 1 }, 1, 1024 }, { { 1024, 512 }, { 1, 1 }, 1, 512 },
		{ { 512, 64 }, { 2, 0 }, 2, 512 },   { { 256, 256 }, { 0, 0 }, 0, 256 },
		{ { 5000, 64 }, { 9, 1 }, 1, 64 },   { { 32, 64 }, { 32, 1 }, 1, 64 },
		{ { 64, 63 }, { 1, 32 }, 1, 64 },    { { 0, 1024 }, { 5, 1 }, 1, 1024 },
	};
	struct rig rig;

	(void)state;
	rig_new(&rig);
	for (unsigned int i = 0; i < RTE_DIM(rows); i++) {
		struct dlb_limits limits = dlb_limits[DLB_V2_5];

		memcpy(fake.sns_per_queue, rows[i].sns, sizeof(rows[i].sns));
		memcpy(fake.left.num_sn_slots, rows[i].places, sizeof(rows[i].places));
		assert_int_equal(dlb_ctl_kernel_limits(rig.ctl, &limits), 0);
		assert_int_equal(limits.sn_groups, rows[i].nb);
		assert_int_equal(limits.sns_per_group, rows[i].sns_per_queue);
	}
	rig_free(&rig);
}

static void
test_ctl_kernel_takes_sequence_numbers_as_they_are_set(void **state)
{
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	fake.left.num_sn_slots[0] = 0;
	fake.left.num_sn_slots[1] = 1;
	assert_int_equal(rig_open(&rig), 0);
	assert_int_equal(rig_domain(&rig), 0);
	rig_empty(&rig);
	fake.left.num_sn_slots[1] = 0;
	assert_int_equal(rig_domain(&rig), -ENOSPC);
	ASSERT_LOGGED("places for 0 are left", "256 sequence numbers", "/sys/class/dlb2");
	fake.left.num_sn_slots[0] = 4;
	fake.sns_per_queue[0] = 64;
	assert_int_equal(rig_domain(&rig), -ENOSPC);
	fake.refuse_code = DLB_IOC_GET_SN_ALLOCATION;
	fake.refuse_error = EIO;
	assert_int_equal(rig_domain(&rig), -EIO);
	dlb_ctl_close(rig.ctl);
	assert_int_equal(fake.nb_open, 0);
}

/* Ordered queues are the only ones that need them. */
static void
test_ctl_kernel_takes_no_sequence_numbers_without_need(void **state)
{
	struct dlb_ctl_domain conf = rig_domain_conf;
	const struct dlb_arg_create_domain *domain;
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	conf.nb_ordered = 0;
	fake.refuse_code = DLB_IOC_GET_SN_ALLOCATION;
	fake.refuse_error = EIO;
	assert_int_equal(rig_open(&rig), 0);
	assert_int_equal(dlb_ctl_domain_create(rig.ctl, &conf), FAKE_DOMAIN_ID);
	domain = fake_kernel_request(DLB_IOC_CREATE_SCHED_DOMAIN, 0);
	assert_int_equal(domain->num_sn_slots[0] + domain->num_sn_slots[1], 0);
	rig_free(&rig);
}

/* The kernel no longer says how many sequence numbers a queue has. */
static void
test_ctl_kernel_has_no_limits_without_an_answer(void **state)
{
	struct dlb_limits limits = dlb_limits[DLB_V2_5];
	struct rig rig;

	(void)state;
	rig_new(&rig);
	fake.refuse_error = EIO;
	fake.refuse_code = DLB_IOC_GET_SN_ALLOCATION;
	assert_int_equal(dlb_ctl_kernel_limits(rig.ctl, &limits), -EIO);
	fake.refuse_code = DLB_IOC_GET_NUM_RESOURCES;
	assert_int_equal(dlb_ctl_kernel_limits(rig.ctl, &limits), -EIO);
	rig_free(&rig);
}

/* Directed ports have none. */
static void
test_ctl_kernel_counts_unlinks(void **state)
{
	const struct dlb_ctl_lane conf = { .cq_depth = 32 };
	struct dlb_hw_lane last;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	assert_int_equal(dlb_ctl_lane_open(rig.ctl, &conf, &last), 0);
	fake.nb_pending[rig.ldb.id] = 3;
	fake.nb_pending[rig.dir.id] = 40;
	assert_int_equal(dlb_ctl_pending(rig.ctl, DLB_CTL_ALL), 3);
	assert_int_equal(dlb_ctl_pending(rig.ctl, rig.ldb.id), 3);
	assert_int_equal(dlb_ctl_pending(rig.ctl, last.id), 0);
	assert_int_equal(dlb_ctl_pending(rig.ctl, last.id + 1), 0);
	rig_empty(&rig);
	dlb_ctl_lane_close(rig.ctl, &last);
	dlb_ctl_close(rig.ctl);
	assert_int_equal(fake.nb_open, 0);
	assert_int_equal(fake.nb_mapped, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ctl_kernel_asks_for_what_the_plan_wants),
		cmocka_unit_test(test_ctl_kernel_names_what_it_asks_about),
		cmocka_unit_test(test_ctl_kernel_keeps_no_file_of_a_port_open),
		cmocka_unit_test(test_ctl_kernel_knows_the_layout_from_the_kernel),
		cmocka_unit_test(test_ctl_kernel_makes_a_domain_again_after_the_first),
		cmocka_unit_test(test_ctl_kernel_lowers_limits_to_what_others_leave),
		cmocka_unit_test(test_ctl_kernel_plans_with_the_groups_that_have_most_places),
		cmocka_unit_test(test_ctl_kernel_takes_sequence_numbers_as_they_are_set),
		cmocka_unit_test(test_ctl_kernel_takes_no_sequence_numbers_without_need),
		cmocka_unit_test(test_ctl_kernel_has_no_limits_without_an_answer),
		cmocka_unit_test(test_ctl_kernel_counts_unlinks),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
