/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The client of the kernel driver, against a kernel that only answers (fake_kernel.h): what is
 * asked, that each refusal becomes an error with a sentence, that a failure of any call leaves
 * nothing open or mapped, and that a reset takes the ports away from under nobody.
 */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>
#include <rte_lcore.h>

#include "kernel_rig.h"

/* --- what is asked -------------------------------------------------------------------------------- */

static void
test_ctl_kernel_asks_for_what_the_plan_wants(void **state)
{
	const struct dlb_arg_create_domain *domain;
	const struct dlb_arg_ldb_queue *queue;
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
	assert_int_equal(domain->num_sn_slots[0], 1);
	assert_int_equal(domain->num_sn_slots[1], 0);
	queue = fake_kernel_request(DLB_IOC_CREATE_LDB_QUEUE, 0);
	assert_int_equal(queue->num_sequence_numbers, 256);
	assert_int_equal(queue->lock_id_comp_level, 1024);
	ldb = fake_kernel_request(DLB_IOC_CREATE_LDB_PORT, 0);
	assert_int_equal(ldb->cq_depth, 32);
	assert_int_equal(ldb->cq_depth_threshold, 1);
	assert_int_equal(ldb->cq_history_list_size, 32);
	assert_int_equal(ldb->cos_id, DLB_UAPI_ANY_COS);
	dir = fake_kernel_request(DLB_IOC_CREATE_DIR_PORT, 0);
	assert_int_equal(dir->cq_depth, 64);
	assert_int_equal(dir->queue_id, -1);
	map = fake_kernel_request(DLB_IOC_MAP_QID, 0);
	assert_int_equal(map->port_id, rig.ldb.id);
	assert_int_equal(map->qid, rig.qid);
	assert_int_equal(map->priority, 5);
	rig_free(&rig);
}

static void
test_ctl_kernel_keeps_no_file_of_a_port_open(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	assert_int_equal(fake.nb_open, 2); /* device and domain */
	assert_int_equal(fake.nb_mapped, 4);
	assert_true(rig.ldb.sparse);
	assert_non_null(rig.ldb.pp_mem);
	assert_non_null(rig.dir.cq);
	rig_free(&rig);
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
		{ { 5000, 64 }, { 9, 1 }, 1, 64 },
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

/* --- refusals ------------------------------------------------------------------------------------- */

static int
open_fresh(struct rig *rig)
{
	rig_log_clear();
	return rig_open(rig);
}

static void
test_ctl_kernel_says_why_a_node_cannot_be_had(void **state)
{
	static const struct {
		int error;
		const char *hint;
	} hints[] = {
		{ ENOENT, "kernel driver loaded" },
		{ ENXIO, "kernel driver loaded" },
		{ ENODEV, "kernel driver loaded" },
		{ EACCES, "may read and write" },
		{ EPERM, "may read and write" },
		{ EINVAL, "being reset?" },
		{ EIO, "kernel's log" },
		{ ENOMEM, "cannot be opened" },
	};
	static const uint32_t unknown[] = { 0x000, 0x100, 0x400, 0x900 };
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	for (unsigned int i = 0; i < RTE_DIM(hints); i++) {
		fake.open_error = hints[i].error;
		assert_int_equal(open_fresh(&rig), -hints[i].error);
		ASSERT_LOGGED(FAKE_NODE, strerror(hints[i].error), hints[i].hint);
	}
	fake_kernel_reset();
	fake.refuse_code = DLB_IOC_GET_DEVICE_VERSION;
	fake.refuse_error = ENOTTY;
	assert_int_equal(open_fresh(&rig), -ENODEV);
	ASSERT_LOGGED(FAKE_NODE, "is no DLB");
	for (unsigned int i = 0; i < RTE_DIM(unknown); i++) {
		fake_kernel_reset();
		fake.version = unknown[i];
		assert_int_equal(open_fresh(&rig), -ENODEV);
		ASSERT_LOGGED("that is not known", "2 (DLB 2.0)");
	}
	fake_kernel_reset();
	fake.refuse_code = DLB_IOC_QUERY_CQ_POLL_MODE;
	fake.refuse_error = ENOTTY;
	assert_int_equal(open_fresh(&rig), -EPROTO);
	ASSERT_LOGGED("too old");
	assert_int_equal(fake.nb_open, 0);
}

/* Each request of a start, and the status that goes with it. */
static void
test_ctl_kernel_turns_each_status_into_a_sentence(void **state)
{
	static const struct {
		unsigned long code;
		uint32_t status;
		int error;
		const char *text;
	} rows[] = {
		{ DLB_IOC_CREATE_SCHED_DOMAIN, DLB_ST_DOMAIN_UNAVAILABLE, ENOSPC, "in use" },
		{ DLB_IOC_CREATE_SCHED_DOMAIN, DLB_ST_LDB_PORTS_UNAVAILABLE, ENOSPC,
		  "load-balanced ports" },
		{ DLB_IOC_CREATE_SCHED_DOMAIN, DLB_ST_HIST_LIST_ENTRIES_UNAVAILABLE, ENOSPC,
		  "lower cq_depth" },
		{ DLB_IOC_CREATE_SCHED_DOMAIN, DLB_ST_LDB_CREDITS_UNAVAILABLE, ENOSPC,
		  "max_num_events" },
		{ DLB_IOC_CREATE_SCHED_DOMAIN, DLB_ST_DOMAIN_RESET_FAILED, EIO, "be reset" },
		{ DLB_IOC_CREATE_LDB_QUEUE, DLB_ST_SEQUENCE_NUMBERS_UNAVAILABLE, ENOSPC,
		  "sequence numbers" },
		{ DLB_IOC_CREATE_LDB_PORT, DLB_ST_NO_MEMORY, ENOMEM, "no memory" },
		{ DLB_IOC_CREATE_DIR_PORT, DLB_ST_INVALID_CQ_DEPTH, EINVAL, "depth" },
		{ DLB_IOC_MAP_QID, DLB_ST_NO_QID_SLOTS_AVAILABLE, ENOSPC, "no place" },
		{ DLB_IOC_START_DOMAIN, DLB_ST_DOMAIN_STARTED, EPERM, "is started" },
		{ DLB_IOC_START_DOMAIN, DLB_ST_SUCCESS, EINVAL, "was the device reset?" },
		{ DLB_IOC_START_DOMAIN, DLB_ST_NB + 5, EINVAL, "was the device reset?" },
	};
	struct rig rig;

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(rows); i++) {
		fake_kernel_reset();
		assert_int_equal(open_fresh(&rig), 0);
		fake.refuse_code = rows[i].code;
		fake.refuse_status = rows[i].status;
		fake.refuse_error = EINVAL;
		assert_int_equal(rig_domain(&rig), -rows[i].error);
		ASSERT_LOGGED(RIG_NAME, rows[i].text);
		dlb_ctl_close(rig.ctl);
		assert_int_equal(fake.nb_open, 0);
		assert_int_equal(fake.nb_mapped, 0);
	}
}

static void
test_ctl_kernel_takes_sequence_numbers_as_they_are_set(void **state)
{
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	fake.left.num_sn_slots[0] = 0;
	fake.left.num_sn_slots[1] = 1;
	assert_int_equal(open_fresh(&rig), 0);
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

/* What is asked while it works, one by one. */
static int
ask(struct rig *rig, unsigned long code)
{
	switch (code) {
	case DLB_IOC_DISABLE_LDB_PORT:
	case DLB_IOC_ENABLE_LDB_PORT:
		return dlb_ctl_lane_enable(rig->ctl, true, rig->ldb.id,
					   code == DLB_IOC_ENABLE_LDB_PORT);
	case DLB_IOC_DISABLE_DIR_PORT:
	case DLB_IOC_ENABLE_DIR_PORT:
		return dlb_ctl_lane_enable(rig->ctl, false, rig->dir.id,
					   code == DLB_IOC_ENABLE_DIR_PORT);
	case DLB_IOC_UNMAP_QID:
		return dlb_ctl_unmap(rig->ctl, rig->ldb.id, (unsigned int)rig->qid);
	case DLB_IOC_PENDING_PORT_UNMAPS:
		return dlb_ctl_pending(rig->ctl, DLB_CTL_ALL);
	case DLB_IOC_GET_LDB_QUEUE_DEPTH:
		return dlb_ctl_queue_depth(rig->ctl, true, (unsigned int)rig->qid);
	default:
		return dlb_ctl_queue_depth(rig->ctl, false, rig->dir.id);
	}
}

static void
test_ctl_kernel_says_what_was_refused_while_it_works(void **state)
{
	static const struct {
		unsigned long code;
		const char *text;
	} rows[] = {
		{ DLB_IOC_DISABLE_LDB_PORT, "disabling a port" },
		{ DLB_IOC_ENABLE_LDB_PORT, "enabling a port" },
		{ DLB_IOC_DISABLE_DIR_PORT, "disabling a port" },
		{ DLB_IOC_ENABLE_DIR_PORT, "enabling a port" },
		{ DLB_IOC_UNMAP_QID, "unlink" },
		{ DLB_IOC_PENDING_PORT_UNMAPS, "unlinks in progress" },
		{ DLB_IOC_GET_LDB_QUEUE_DEPTH, "depth of a queue" },
		{ DLB_IOC_GET_DIR_QUEUE_DEPTH, "depth of a queue" },
	};
	struct rig rig;

	(void)state;
	rig_new(&rig);
	fake.refuse_error = EINVAL;
	fake.refuse_status = DLB_ST_DOMAIN_NOT_CONFIGURED;
	for (unsigned int i = 0; i < RTE_DIM(rows); i++) {
		fake.refuse_code = 0;
		assert_true(ask(&rig, rows[i].code) >= 0);
		assert_non_null(fake_kernel_request(rows[i].code, 0));
		fake.refuse_code = rows[i].code;
		rig_log_clear();
		assert_true(ask(&rig, rows[i].code) < 0);
		ASSERT_LOGGED(RIG_NAME, rows[i].text);
	}
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

static void
test_ctl_kernel_asks_again_after_a_signal(void **state)
{
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	assert_int_equal(open_fresh(&rig), 0);
	fake.refuse_code = DLB_IOC_CREATE_SCHED_DOMAIN;
	fake.refuse_error = EINTR;
	fake.nb_refusals = 2;
	assert_int_equal(rig_domain(&rig), 0);
	rig_free(&rig);
}

/* A request that it needs is one thing; this one a kernel driver need not know. */
static void
test_ctl_kernel_works_without_interrupts(void **state)
{
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	assert_int_equal(open_fresh(&rig), 0);
	assert_true(dlb_ctl_kernel_interrupts(rig.ctl));
	fake.refuse_code = DLB_IOC_ENABLE_CQ_EPOLL;
	fake.refuse_error = ENOTTY;
	assert_int_equal(rig_domain(&rig), 0);
	assert_false(dlb_ctl_kernel_interrupts(rig.ctl));
	ASSERT_LOGGED("no interrupts", "keeps its CPU");
	rig_free(&rig);
}

static void
test_ctl_kernel_fails_without_memory_or_threads(void **state)
{
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	fake.no_memory = true;
	assert_int_equal(open_fresh(&rig), -ENOMEM);
	ASSERT_LOGGED("no memory for");
	assert_int_equal(fake.nb_open, 0);
	fake_kernel_reset();
	fake.no_handle = true;
	assert_int_equal(open_fresh(&rig), 0);
	ASSERT_LOGGED("no interrupts: Cannot allocate memory");
	dlb_ctl_close(rig.ctl);
	fake_kernel_reset();
	assert_int_equal(open_fresh(&rig), 0);
	fake.no_thread = true;
	assert_int_equal(rig_domain(&rig), -EAGAIN);
	ASSERT_LOGGED("no thread for alerts");
	dlb_ctl_close(rig.ctl);
	assert_int_equal(fake.nb_open, 0);
}

/* --- where threads run ---------------------------------------------------------------------------- */

/* Pin this thread to a processor that EAL would not have for control threads. False: there is none. */
static bool
pin_elsewhere(cpu_set_t *cpus)
{
	for (unsigned int cpu = 0; cpu < CPU_SETSIZE; cpu++) {
		CPU_ZERO(cpus);
		CPU_SET(cpu, cpus);
		if (cpu != (unsigned int)rte_lcore_to_cpu_id(-1) &&
		    sched_setaffinity(0, sizeof(*cpus), cpus) == 0)
			return true;
	}
	return false;
}

/* An application sets a device up on the core where it polls later. */
static void
test_ctl_kernel_reads_alerts_elsewhere(void **state)
{
	cpu_set_t before, mine;
	struct rig rig;

	(void)state;
	sched_getaffinity(0, sizeof(before), &before);
	if (!pin_elsewhere(&mine))
		skip();
	rig_new(&rig);
	rig_log_clear();
	fake_kernel_alert(DLB_ALERT_ILLEGAL_QID, 0);
	rig_wait_for_log("(alert 1)");
	assert_false(CPU_EQUAL(&fake.reader_cpus, &mine));
	rig_free(&rig);
	sched_setaffinity(0, sizeof(before), &before);
}

/* --- a failure of any call ------------------------------------------------------------------------ */

static void
test_ctl_kernel_leaves_nothing_behind_whatever_fails(void **state)
{
	unsigned int nb_failures = 0;
	bool has_failed = true;
	struct rig rig;

	(void)state;
	for (unsigned int at = 1; has_failed; at++) {
		int ret;

		fake_kernel_reset();
		fake.fail_at = at;
		ret = rig_open(&rig);
		if (ret == 0) {
			ret = rig_domain(&rig);
			has_failed = fake.nb_calls >= at;
			/* Interrupts are not needed. */
			if (ret == 0)
				rig_empty(&rig);
			dlb_ctl_close(rig.ctl);
		}
		nb_failures += ret != 0;
		assert_int_equal(fake.nb_open, 0);
		assert_int_equal(fake.nb_mapped, 0);
	}
	assert_true(nb_failures > 12);
}

/* --- alerts --------------------------------------------------------------------------------------- */

static void
test_ctl_kernel_reports_what_a_port_did_wrong(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	rig_log_clear();
	fake_kernel_alert(DLB_ALERT_ILLEGAL_QID, 0x100 | 17);
	rig_wait_for_log("load-balanced port 17: an element for a queue that does not exist");
	fake_kernel_alert(DLB_ALERT_CQ_WATCHDOG_TIMEOUT, 40);
	rig_wait_for_log("directed port 40: nobody reads");
	/* Not known to anybody; not to be tripped over. */
	fake_kernel_alert(UINT64_MAX, UINT64_MAX);
	rig_free(&rig);
}

/* One who stops in a hurry, an interrupted one, and a kernel that says nonsense. */
static void
test_ctl_kernel_stops_to_read_what_cannot_be_read(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	rig_log_clear();
	fake_kernel_alert_fails(-1, EINTR);
	fake_kernel_alert(DLB_ALERT_OTHER, 0);
	rig_wait_for_log("an alarm that the kernel does not know");
	fake_kernel_alert_fails(-1, EINVAL);
	rig_wait_for_log("alerts cannot be read: Invalid argument");
	rig_free(&rig);
	rig_new(&rig);
	fake_kernel_alert_fails(5, 0);
	rig_wait_for_log("not of the right length");
	rig_free(&rig);
}

static void
test_ctl_kernel_tells_of_interrupts(void **state)
{
	const unsigned int before = atomic_load(&rig_nb_wakes);
	const struct dlb_arg_cq_eventfd *arg;
	const uint64_t one = 1;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	assert_true(dlb_ctl_kernel_interrupts(rig.ctl));
	arg = fake_kernel_request(DLB_IOC_ENABLE_CQ_EPOLL, 0);
	assert_int_equal(arg->port_id, rig.ldb.id);
	assert_int_equal(arg->process_id, getpid());
	assert_true(arg->is_ldb);
	assert_null(fake_kernel_request(DLB_IOC_ENABLE_CQ_EPOLL, 1)); /* not wanted for dir */
	assert_int_equal(write((int)arg->event_fd, &one, sizeof(one)), sizeof(one));
	while (atomic_load(&rig_nb_wakes) == before)
		sched_yield();
	rig_free(&rig);
}

static void
lose(void)
{
	const unsigned int before = atomic_load(&rig_nb_lost);

	fake_kernel_alert(DLB_ALERT_DEVICE_RESET, 0);
	while (atomic_load(&rig_nb_lost) == before)
		sched_yield();
}

/* The reset did not find the port, so that its pages go: it must not be used. */
static void
test_ctl_kernel_opens_no_port_after_a_reset(void **state)
{
	const struct dlb_ctl_lane conf = { .cq_depth = 32 };
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	assert_int_equal(open_fresh(&rig), 0);
	assert_true(dlb_ctl_domain_create(rig.ctl, &rig_domain_conf) >= 0);
	assert_false(dlb_ctl_kernel_is_lost(rig.ctl));
	lose();
	assert_true(dlb_ctl_kernel_is_lost(rig.ctl));
	assert_int_equal(dlb_ctl_lane_open(rig.ctl, &conf, &rig.ldb), -EIO);
	rig_free(&rig);
}

/* A start that gets through just before the reset is no start. */
static void
test_ctl_kernel_starts_no_domain_after_a_reset(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	lose();
	assert_int_equal(dlb_ctl_domain_start(rig.ctl), -EIO);
	rig_free(&rig);
}

static void
test_ctl_kernel_says_that_a_port_stays_mapped(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	rig_log_clear();
	fake.no_remap = true;
	lose();
	ASSERT_LOGGED("stays mapped");
	rig_free(&rig);
}

static void
test_ctl_kernel_survives_a_reset_below_it(void **state)
{
	uint8_t *cq;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	cq = rig.ldb.cq;
	memset(cq, 0xA5, DLB_UAPI_CQ_BYTES);
	rig_log_clear();
	lose();
	ASSERT_LOGGED("is being reset");
	/* No entry looks new that was not, and commands go nowhere. */
	memset(rig.ldb.pp_mem, 0, DLB_UAPI_PP_BYTES);
	for (unsigned int i = 0; i < DLB_UAPI_CQ_BYTES; i++)
		assert_int_equal(cq[i], 0xA5);
	assert_int_equal(dlb_ctl_pending(rig.ctl, DLB_CTL_ALL), -EIO);
	assert_int_equal(dlb_ctl_queue_depth(rig.ctl, true, (unsigned int)rig.qid), -EIO);
	rig_empty(&rig);
	assert_int_equal(rig_domain(&rig), 0);
	assert_int_equal(dlb_ctl_pending(rig.ctl, DLB_CTL_ALL), 0);
	rig_free(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ctl_kernel_asks_for_what_the_plan_wants),
		cmocka_unit_test(test_ctl_kernel_keeps_no_file_of_a_port_open),
		cmocka_unit_test(test_ctl_kernel_makes_a_domain_again_after_the_first),
		cmocka_unit_test(test_ctl_kernel_lowers_limits_to_what_others_leave),
		cmocka_unit_test(test_ctl_kernel_plans_with_the_groups_that_have_most_places),
		cmocka_unit_test(test_ctl_kernel_says_why_a_node_cannot_be_had),
		cmocka_unit_test(test_ctl_kernel_turns_each_status_into_a_sentence),
		cmocka_unit_test(test_ctl_kernel_takes_sequence_numbers_as_they_are_set),
		cmocka_unit_test(test_ctl_kernel_says_what_was_refused_while_it_works),
		cmocka_unit_test(test_ctl_kernel_has_no_limits_without_an_answer),
		cmocka_unit_test(test_ctl_kernel_asks_again_after_a_signal),
		cmocka_unit_test(test_ctl_kernel_works_without_interrupts),
		cmocka_unit_test(test_ctl_kernel_fails_without_memory_or_threads),
		cmocka_unit_test(test_ctl_kernel_reads_alerts_elsewhere),
		cmocka_unit_test(test_ctl_kernel_leaves_nothing_behind_whatever_fails),
		cmocka_unit_test(test_ctl_kernel_reports_what_a_port_did_wrong),
		cmocka_unit_test(test_ctl_kernel_stops_to_read_what_cannot_be_read),
		cmocka_unit_test(test_ctl_kernel_tells_of_interrupts),
		cmocka_unit_test(test_ctl_kernel_opens_no_port_after_a_reset),
		cmocka_unit_test(test_ctl_kernel_starts_no_domain_after_a_reset),
		cmocka_unit_test(test_ctl_kernel_says_that_a_port_stays_mapped),
		cmocka_unit_test(test_ctl_kernel_survives_a_reset_below_it),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
