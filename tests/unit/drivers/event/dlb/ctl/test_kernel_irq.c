/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Interrupts of consumer queues, which a kernel driver may have or not.
 */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_common.h>

#include "kernel_rig.h"

/* A request that it needs is one thing; this one a kernel driver need not know. */
static void
test_kernel_irq_works_without_interrupts(void **state)
{
	struct rig rig;

	(void)state;
	fake_kernel_reset();
	assert_int_equal(rig_open(&rig), 0);
	assert_true(dlb_ctl_kernel_interrupts(rig.ctl));
	fake.refuse_code = DLB_IOC_ENABLE_CQ_EPOLL;
	fake.refuse_error = ENOTTY;
	assert_int_equal(rig_domain(&rig), 0);
	assert_false(dlb_ctl_kernel_interrupts(rig.ctl));
	ASSERT_LOGGED("no interrupts: Inappropriate ioctl", "keeps its CPU");
	rig_free(&rig);
}

/* Of many ports. */
static void
test_kernel_irq_says_once_that_there_are_none(void **state)
{
	const struct dlb_ctl_lane conf = { .cq_depth = 32, .interrupts = true };
	struct dlb_hw_lane lanes[3];
	struct rig rig;

	(void)state;
	rig_new(&rig);
	fake.refuse_code = DLB_IOC_ENABLE_CQ_EPOLL;
	fake.refuse_error = ENOTTY;
	for (unsigned int i = 0; i < RTE_DIM(lanes); i++)
		assert_int_equal(dlb_ctl_lane_open(rig.ctl, &conf, &lanes[i]), 0);
	assert_int_equal(rig_count_logged("no interrupts"), 1);
	for (unsigned int i = 0; i < RTE_DIM(lanes); i++)
		dlb_ctl_lane_close(rig.ctl, &lanes[i]);
	rig_free(&rig);
}

static void
test_kernel_irq_works_without_what_they_need(void **state)
{
	struct rig rig;

	(void)state;
	for (unsigned int broken = FAKE_EVENTFD; broken <= FAKE_INTR_REGISTER; broken++) {
		fake_kernel_reset();
		atomic_store(&fake.broken, broken);
		assert_int_equal(rig_open(&rig), 0);
		assert_false(dlb_ctl_kernel_interrupts(rig.ctl));
		assert_int_equal(rig_count_logged("no interrupts: "), 1);
		assert_int_equal(fake.eventfd, -1);
		assert_int_equal(rig_domain(&rig), 0);
		rig_free(&rig);
	}
}

static void
test_kernel_irq_tells_of_interrupts(void **state)
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
test_kernel_irq_is_asked_for_by_kind_of_port(void **state)
{
	const struct dlb_ctl_lane conf = { .cq_depth = 32, .interrupts = true, .is_dir = true };
	const struct dlb_arg_cq_eventfd *arg;
	struct dlb_hw_lane lane;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	assert_int_equal(dlb_ctl_lane_open(rig.ctl, &conf, &lane), 0);
	arg = fake_kernel_request(DLB_IOC_ENABLE_CQ_EPOLL, 1);
	assert_int_equal(arg->port_id, lane.id);
	assert_false(arg->is_ldb);
	dlb_ctl_lane_close(rig.ctl, &lane);
	rig_free(&rig);
}

/* Somebody was quicker: there is nothing to tell. */
static void
test_kernel_irq_tells_of_none_that_is_not_counted(void **state)
{
	const unsigned int before = atomic_load(&rig_nb_wakes);
	const struct dlb_arg_cq_eventfd *arg;
	const uint64_t one = 1;
	struct rig rig;

	(void)state;
	rig_new(&rig);
	arg = fake_kernel_request(DLB_IOC_ENABLE_CQ_EPOLL, 0);
	atomic_store(&fake.broken, FAKE_INTR_READ);
	assert_int_equal(write((int)arg->event_fd, &one, sizeof(one)), sizeof(one));
	while (atomic_load(&fake.nb_eventfd_reads) < 2)
		sched_yield();
	assert_int_equal(atomic_load(&rig_nb_wakes), before);
	atomic_store(&fake.broken, FAKE_NOTHING);
	while (atomic_load(&rig_nb_wakes) == before)
		sched_yield();
	rig_free(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_irq_works_without_interrupts),
		cmocka_unit_test(test_kernel_irq_says_once_that_there_are_none),
		cmocka_unit_test(test_kernel_irq_works_without_what_they_need),
		cmocka_unit_test(test_kernel_irq_tells_of_interrupts),
		cmocka_unit_test(test_kernel_irq_is_asked_for_by_kind_of_port),
		cmocka_unit_test(test_kernel_irq_tells_of_none_that_is_not_counted),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
