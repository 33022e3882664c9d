/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What the kernel refuses becomes an error with a sentence.
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

static void
test_kernel_status_says_why_a_node_cannot_be_had(void **state)
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
		assert_int_equal(rig_open(&rig), -hints[i].error);
		ASSERT_LOGGED(FAKE_NODE, strerror(hints[i].error), hints[i].hint);
	}
	fake_kernel_reset();
	fake.refuse_code = DLB_IOC_GET_DEVICE_VERSION;
	fake.refuse_error = ENOTTY;
	assert_int_equal(rig_open(&rig), -ENODEV);
	ASSERT_LOGGED(FAKE_NODE, "is no DLB");
	for (unsigned int i = 0; i < RTE_DIM(unknown); i++) {
		fake_kernel_reset();
		fake.version = unknown[i];
		assert_int_equal(rig_open(&rig), -ENODEV);
		ASSERT_LOGGED("that is not known", "2 (DLB 2.0)");
	}
	fake_kernel_reset();
	fake.refuse_code = DLB_IOC_QUERY_CQ_POLL_MODE;
	fake.refuse_error = ENOTTY;
	assert_int_equal(rig_open(&rig), -EPROTO);
	ASSERT_LOGGED("too old");
	assert_int_equal(fake.nb_open, 0);
}

/* Each request of a start, and the status that goes with it. */
static void
test_kernel_status_turns_each_status_into_a_sentence(void **state)
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
		{ DLB_IOC_CREATE_DIR_QUEUE, DLB_ST_INVALID_PORT_ID, EINVAL, "no such port" },
		{ DLB_IOC_MAP_QID, DLB_ST_INVALID_PRIORITY, EINVAL, "priority" },
		{ DLB_IOC_START_DOMAIN, DLB_ST_DOMAIN_STARTED, EPERM, "is started" },
		{ DLB_IOC_START_DOMAIN, DLB_ST_SUCCESS, EINVAL, "was the device reset?" },
		{ DLB_IOC_START_DOMAIN, DLB_ST_NB + 5, EINVAL, "was the device reset?" },
	};
	struct rig rig;

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(rows); i++) {
		fake_kernel_reset();
		assert_int_equal(rig_open(&rig), 0);
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

/*
 * By their numbers in the interface. Of a full port the one who asks says something, since he knows
 * whether there is another.
 */
static const struct {
	int error;
	const char *text;
} statuses[] = {
	[1] = { EEXIST, "the name exists" },
	[2] = { ENOSPC, "all scheduling domains" },
	[3] = { ENOSPC, "not enough load-balanced ports" },
	[4] = { ENOSPC, "not enough directed ports" },
	[5] = { ENOSPC, "not enough load-balanced queues" },
	[6] = { ENOSPC, "not enough credits" },
	[7] = { ENOSPC, "not enough directed credits" },
	[8] = { ENOSPC, "sequence numbers for a queue" },
	[9] = { ESTALE, "does not exist any more" },
	[10] = { EINVAL, "number of inflights" },
	[11] = { ENOSPC, "not enough atomic inflights" },
	[12] = { ENOSPC, "not enough history list entries" },
	[13] = { EINVAL, "no such load-balanced queue" },
	[14] = { EINVAL, "depth of a consumer queue out of range" },
	[15] = { EINVAL, "address of a consumer queue" },
	[16] = { EINVAL, "no such port" },
	[17] = { EINVAL, "no such queue" },
	[18] = { EINVAL, "priority out of range" },
	[19] = { ENOSPC, NULL },
	[20] = { EINVAL, "no such directed queue" },
	[21] = { ENOSPC, "not enough directed queues" },
	[22] = { ESTALE, "not configured" },
	[23] = { EIO, "internal error" },
	[24] = { EBUSY, "the domain is in use" },
	[25] = { ESTALE, "no such domain" },
	[26] = { EINVAL, "no such queue" },
	[27] = { EPERM, "the domain is started" },
	[28] = { EPERM, "is not started" },
	[29] = { EINVAL, "need a load-balanced port" },
	[30] = { EIO, "the device has to be reset" },
	[31] = { EIO, "the physical function does not answer" },
	[32] = { EINVAL, "history list entries out of range" },
	[33] = { ENOMEM, "no memory" },
	[34] = { EINVAL, "lock id compression" },
	[35] = { EINVAL, "no such class of service" },
	[36] = { EINVAL, "weight limit" },
	[37] = { ENOSPC, "no group of sequence numbers" },
	[38] = { ENOTSUP, "this version of the device cannot" },
	[39] = { EIO, "Input/output error" }, /* not in the interface */
};

static void
assert_refused(struct rig *rig, uint32_t status)
{
	fake.refuse_status = status;
	rig_log_clear();
	assert_int_equal(dlb_ctl_queue_depth(rig->ctl, true, (unsigned int)rig->qid),
			 -statuses[status].error);
	assert_int_equal(rig_count_logged("\n"), statuses[status].text != NULL);
	if (statuses[status].text != NULL)
		ASSERT_LOGGED(RIG_NAME ": depth of a queue: ", statuses[status].text);
}

/* A status is a refusal whatever the request returns. */
static void
test_kernel_status_has_a_sentence_for_each_status(void **state)
{
	static const int errors[] = { EIO, 0 };
	struct rig rig;

	(void)state;
	rig_new(&rig);
	fake.refuse_code = DLB_IOC_GET_LDB_QUEUE_DEPTH;
	for (unsigned int i = 0; i < RTE_DIM(errors); i++) {
		fake.refuse_error = errors[i];
		for (uint32_t status = 1; status < RTE_DIM(statuses); status++)
			assert_refused(&rig, status);
	}
	rig_free(&rig);
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
test_kernel_status_says_what_was_refused_while_it_works(void **state)
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

static void
test_kernel_status_asks_again_after_a_signal(void **state)
{
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	assert_int_equal(rig_open(&rig), 0);
	fake.refuse_code = DLB_IOC_CREATE_SCHED_DOMAIN;
	fake.refuse_error = EINTR;
	fake.nb_refusals = 2;
	assert_int_equal(rig_domain(&rig), 0);
	rig_free(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_status_says_why_a_node_cannot_be_had),
		cmocka_unit_test(test_kernel_status_turns_each_status_into_a_sentence),
		cmocka_unit_test(test_kernel_status_has_a_sentence_for_each_status),
		cmocka_unit_test(test_kernel_status_says_what_was_refused_while_it_works),
		cmocka_unit_test(test_kernel_status_asks_again_after_a_signal),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
