/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What becomes of alerts: faults are said, and a reset takes the ports away from under nobody.
 *
 * CQ = consumer queue.
 */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>
#include <rte_lcore.h>

#include "kernel_rig.h"

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
test_kernel_alerts_reads_alerts_elsewhere(void **state)
{
	cpu_set_t before, mine;
	struct rig rig;

	(void)state;
	sched_getaffinity(0, sizeof(before), &before);
	if (!pin_elsewhere(&mine))
		skip();
	rig_new(&rig);
	fake_kernel_alert(DLB_ALERT_ILLEGAL_QID, 0);
	rig_wait_for_log("(alert 1)");
	assert_false(CPU_EQUAL(&fake.reader_cpus, &mine));
	rig_free(&rig);
	sched_setaffinity(0, sizeof(before), &before);
}

/* --- alerts --------------------------------------------------------------------------------------- */

static void
test_kernel_alerts_reports_what_a_port_did_wrong(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	fake_kernel_alert(DLB_ALERT_ILLEGAL_QID, 0x100 | FAKE_FIRST_LDB_ID);
	rig_wait_for_log("load-balanced port 17: an element for a queue that does not exist");
	fake_kernel_alert(DLB_ALERT_CQ_WATCHDOG_TIMEOUT, 40);
	rig_wait_for_log("directed port 40: nobody reads");
	rig_free(&rig);
}

/* One that is not known to anybody, and what a program may say to itself. */
static void
test_kernel_alerts_are_silent_without_a_fault(void **state)
{
	static const uint64_t ids[] = { DLB_ALERT_USER, DLB_ALERT_OTHER + 1, 0, UINT64_MAX };
	struct rig rig;

	(void)state;
	rig_new(&rig);
	for (unsigned int i = 0; i < RTE_DIM(ids); i++)
		fake_kernel_alert(ids[i], UINT64_MAX);
	fake_kernel_alert_fails(-1, EIO);
	rig_wait_for_log("alerts cannot be read");
	assert_int_equal(rig_count_logged("\n"), 1);
	rig_free(&rig);
}

/* A fault tends to come back. */
static void
test_kernel_alerts_reports_ever_fewer_of_many(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	for (unsigned int i = 0; i < 9; i++)
		fake_kernel_alert(DLB_ALERT_ILLEGAL_HCW, 40);
	fake_kernel_alert_fails(-1, EIO);
	rig_wait_for_log("alerts cannot be read");
	ASSERT_LOGGED("(alert 1)", "(alert 2)", "(alert 4)", "(alert 8)");
	assert_int_equal(rig_count_logged("a command that does not exist"), 4);
	rig_free(&rig);
}

/* One who stops in a hurry, an interrupted one, and a kernel that says nonsense. */
static void
test_kernel_alerts_stops_to_read_what_cannot_be_read(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
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
lose(void)
{
	const unsigned int before = atomic_load(&rig_nb_lost);

	fake_kernel_alert(DLB_ALERT_DEVICE_RESET, 0);
	while (atomic_load(&rig_nb_lost) == before)
		sched_yield();
}

/* The reset did not find the port, so that its pages go: it must not be used. */
static void
test_kernel_alerts_opens_no_port_after_a_reset(void **state)
{
	const struct dlb_ctl_lane conf = { .cq_depth = 32 };
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	assert_int_equal(rig_open(&rig), 0);
	assert_true(dlb_ctl_domain_create(rig.ctl, &rig_domain_conf) >= 0);
	assert_false(dlb_ctl_kernel_is_lost(rig.ctl));
	lose();
	assert_true(dlb_ctl_kernel_is_lost(rig.ctl));
	assert_int_equal(dlb_ctl_lane_open(rig.ctl, &conf, &rig.ldb), -EIO);
	rig_free(&rig);
}

/* A start that gets through just before the reset is no start. */
static void
test_kernel_alerts_starts_no_domain_after_a_reset(void **state)
{
	struct rig rig;

	(void)state;
	rig_new(&rig);
	lose();
	assert_int_equal(dlb_ctl_domain_start(rig.ctl), -EIO);
	rig_free(&rig);
}

/* Each of the two mappings of two ports. */
static void
test_kernel_alerts_says_that_a_port_stays_mapped(void **state)
{
	static const enum fake_function broken[] = { FAKE_MMAP_NOTHING, FAKE_MREMAP };
	struct rig rig;

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(broken); i++) {
		rig_new(&rig);
		atomic_store(&fake.broken, broken[i]);
		lose();
		assert_int_equal(rig_count_logged("stays mapped: Cannot allocate memory"), 4);
		rig_free(&rig);
	}
}

static void
test_kernel_alerts_survives_a_reset_below_it(void **state)
{
	uint8_t *cq;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	cq = rig.ldb.cq;
	memset(cq, 0xA5, DLB_UAPI_CQ_BYTES);
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
		cmocka_unit_test(test_kernel_alerts_reads_alerts_elsewhere),
		cmocka_unit_test(test_kernel_alerts_reports_what_a_port_did_wrong),
		cmocka_unit_test(test_kernel_alerts_are_silent_without_a_fault),
		cmocka_unit_test(test_kernel_alerts_reports_ever_fewer_of_many),
		cmocka_unit_test(test_kernel_alerts_stops_to_read_what_cannot_be_read),
		cmocka_unit_test(test_kernel_alerts_opens_no_port_after_a_reset),
		cmocka_unit_test(test_kernel_alerts_starts_no_domain_after_a_reset),
		cmocka_unit_test(test_kernel_alerts_says_that_a_port_stays_mapped),
		cmocka_unit_test(test_kernel_alerts_survives_a_reset_below_it),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
