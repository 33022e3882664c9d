/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What the driver's front makes of a device of the kernel's: who is woken, which ports a reset
 * stops, and what others leave, on a kernel that only answers.
 */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <rte_alarm.h>

#include "bus/dlb_atomic.h"
#include "dlb_priv.h"
#include "kernel_rig.h"

#define NB_PORTS 2

/* The parts of a device that are touched. The last port is not set up. */
static struct {
	struct rte_eventdev_data data;
	struct dlb_dev dev;
	struct dlb_port ports[NB_PORTS];
} * t;

static void
lock_init(struct dlb_process *process)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	pthread_mutexattr_settype(&attr, PTHREAD_MUTEX_RECURSIVE);
	pthread_mutex_init(&process->lock, &attr);
	pthread_mutexattr_destroy(&attr);
}

static int
setup(void **state)
{
	(void)state;
	t = calloc(1, sizeof(*t));
	t->data.dev_id = RIG_DEV_ID;
	strcpy(t->data.name, RIG_NAME);
	t->dev.data = &t->data;
	t->dev.hw.domain = -1;
	strcpy(t->dev.args.node, FAKE_NODE);
	t->dev.setup.nb_ports = NB_PORTS;
	t->dev.setup.nb_queues = 3;
	t->dev.setup.ports[0].is_set_up = true;
	for (unsigned int i = 0; i < NB_PORTS; i++)
		t->data.ports[i] = &t->ports[i];
	lock_init(dlb_process_of(&t->dev));
	fake_kernel_reset();
	rig_log_clear();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	dlb_kernel_close(&t->dev);
	pthread_mutex_destroy(&dlb_process_of(&t->dev)->lock);
	assert_int_equal(fake.nb_open, 0);
	free(t);
	return 0;
}

static struct dlb_ctl *
ctl(void)
{
	return dlb_process_of(&t->dev)->ctl;
}

/* A domain with a port that interrupts. */
static void
make_domain(struct dlb_hw_lane *lane)
{
	const struct dlb_ctl_lane conf = { .cq_depth = 32, .interrupts = t->dev.has_interrupts };

	dlb_lock(&t->dev);
	t->dev.hw.domain = dlb_ctl_domain_create(ctl(), &rig_domain_conf);
	dlb_unlock(&t->dev);
	assert_true(t->dev.hw.domain >= 0);
	assert_int_equal(dlb_ctl_lane_open(ctl(), &conf, lane), 0);
}

static void
destroy_domain(struct dlb_hw_lane *lane)
{
	dlb_lock(&t->dev);
	dlb_ctl_domain_destroy(ctl());
	dlb_ctl_lane_close(ctl(), lane);
	t->dev.hw.domain = -1;
	dlb_unlock(&t->dev);
}

/* --- interrupts ------------------------------------------------------------------------------------ */

/* EAL's thread is at it then. */
static void
interrupt(void)
{
	const unsigned int before = atomic_load(&fake.nb_eventfd_reads);
	const struct dlb_arg_cq_eventfd *arg = fake_kernel_request(DLB_IOC_ENABLE_CQ_EPOLL, 0);
	const uint64_t one = 1;

	assert_int_equal(write((int)arg->event_fd, &one, sizeof(one)), sizeof(one));
	while (atomic_load(&fake.nb_eventfd_reads) == before)
		sched_yield();
}

static uint32_t
nb_wakes(unsigned int port)
{
	return dlb_load_acquire(&t->ports[port].wakes);
}

static void
test_dlb_kernel_wakes_who_waits_at_any_port(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	assert_true(t->dev.has_interrupts);
	make_domain(&lane);
	interrupt();
	while (nb_wakes(0) == 0)
		sched_yield();
	assert_int_equal(nb_wakes(1), 0);
	dlb_lock(&t->dev);
	t->dev.setup.ports[1].is_set_up = true;
	dlb_unlock(&t->dev);
	interrupt();
	while (nb_wakes(0) == 1 || nb_wakes(1) == 0)
		sched_yield();
	destroy_domain(&lane);
}

static void
on_alarm(void *arg)
{
	dlb_store_release((uint32_t *)arg, 1);
}

/* What was in line for EAL's thread before, up to so many microseconds from now, has been seen to. */
static void
await_alarm(uint64_t us)
{
	static uint32_t is_done;

	dlb_store_release(&is_done, 0);
	assert_int_equal(rte_eal_alarm_set(us, on_alarm, &is_done), 0);
	while (dlb_load_acquire(&is_done) == 0)
		sched_yield();
}

/* The holder of the lock may be taking the ports away: he is neither waited for nor overtaken. */
static void
test_dlb_kernel_wakes_when_the_control_path_is_done(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	make_domain(&lane);
	dlb_lock(&t->dev);
	interrupt();
	await_alarm(1);
	assert_int_equal(nb_wakes(0), 0);
	dlb_unlock(&t->dev);
	while (nb_wakes(0) == 0)
		sched_yield();
	destroy_domain(&lane);
}

/* It came when the domain went: its ports are no more. */
static void
test_dlb_kernel_wakes_nobody_without_a_domain(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	make_domain(&lane);
	destroy_domain(&lane);
	interrupt();
	await_alarm(1);
	assert_int_equal(nb_wakes(0), 0);
}

/* It came while the control path was at work, which then closed the device. */
static void
test_dlb_kernel_wakes_nobody_after_its_end(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	make_domain(&lane);
	dlb_lock(&t->dev);
	interrupt();
	await_alarm(1);
	destroy_domain(&lane);
	dlb_kernel_close(&t->dev);
	/* Whoever looks would find a port. */
	t->dev.hw.domain = 0;
	dlb_unlock(&t->dev);
	await_alarm(10000);
	assert_int_equal(nb_wakes(0), 0);
	t->dev.hw.domain = -1;
}

static void
test_dlb_kernel_does_without_interrupts(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	fake.refuse_code = DLB_IOC_ENABLE_CQ_EPOLL;
	fake.refuse_error = ENOTTY;
	make_domain(&lane);
	dlb_kernel_ports_made(&t->dev);
	assert_false(t->dev.has_interrupts);
	assert_true(t->dev.dp.spin_ticks == UINT64_MAX);
	destroy_domain(&lane);
}

/* --- a reset --------------------------------------------------------------------------------------- */

static void
start_ports(void)
{
	dlb_kernel_ports_made(&t->dev);
	dlb_dp_port_start(&t->ports[0]);
	dlb_kernel_ports_opened(&t->dev);
}

static bool
is_started(void)
{
	return dlb_load_acquire(&t->ports[0].started) != 0;
}

static void
test_dlb_kernel_stops_ports_in_a_reset(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	make_domain(&lane);
	start_ports();
	assert_true(is_started());
	fake_kernel_alert(DLB_ALERT_DEVICE_RESET, 0);
	while (is_started() || nb_wakes(0) == 0)
		sched_yield();
	dlb_kernel_ports_closed(&t->dev);
	destroy_domain(&lane);
	/* And not those of the next domain. */
	make_domain(&lane);
	start_ports();
	assert_true(is_started());
	dlb_kernel_ports_closed(&t->dev);
	destroy_domain(&lane);
}

/* Somebody may be making them. */
static void
test_dlb_kernel_touches_no_port_that_is_not_open(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	make_domain(&lane);
	dlb_dp_port_start(&t->ports[0]);
	fake_kernel_alert(DLB_ALERT_DEVICE_RESET, 0);
	while (!dlb_ctl_kernel_is_lost(ctl()))
		sched_yield();
	/* The reader has ended then. */
	destroy_domain(&lane);
	assert_true(is_started());
	assert_int_equal(nb_wakes(0), 0);
}

static void
test_dlb_kernel_starts_no_port_after_a_reset(void **state)
{
	struct dlb_hw_lane lane;

	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	make_domain(&lane);
	fake_kernel_alert(DLB_ALERT_DEVICE_RESET, 0);
	while (!dlb_ctl_kernel_is_lost(ctl()))
		sched_yield();
	start_ports();
	assert_false(is_started());
	dlb_kernel_ports_closed(&t->dev);
	destroy_domain(&lane);
}

/* --- what others leave ----------------------------------------------------------------------------- */

static void
test_dlb_kernel_offers_what_others_leave(void **state)
{
	const struct dlb_limits *limits = dlb_dev_limits(&t->dev);
	struct dlb_hw_lane lane;

	(void)state;
	fake.left.num_ldb_credits = 700;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	assert_int_equal(t->dev.args.max_num_events, 16384);
	assert_int_equal(dlb_dev_max_events(&t->dev), 700);
	assert_string_equal(limits->name, "2.5 that others use, too,");
	assert_int_equal(limits->aqed_entries, 3 * 64);
	fake.left.num_ldb_credits = 900;
	fake.left.num_atomic_inflights = 100;
	dlb_kernel_update_limits(&t->dev);
	assert_int_equal(dlb_dev_max_events(&t->dev), 900);
	assert_int_equal(limits->aqed_entries, 100);
	/* With a domain of one's own it is not what others leave. */
	make_domain(&lane);
	fake.left.num_ldb_credits = 5;
	dlb_kernel_update_limits(&t->dev);
	assert_int_equal(dlb_dev_max_events(&t->dev), 900);
	destroy_domain(&lane);
}

static void
test_dlb_kernel_says_when_others_leave_nothing(void **state)
{
	(void)state;
	fake.left.num_ldb_credits = 0;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	ASSERT_LOGGED("others use all of it", "max_num_events");
}

static void
test_dlb_kernel_knows_the_version_from_the_kernel(void **state)
{
	(void)state;
	fake.version = 0x200;
	t->dev.args.version = DLB_V2_5;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	assert_int_equal(t->dev.args.version, DLB_V2_0);
	assert_int_equal(t->dev.args.max_num_events, 8192);
	assert_int_equal(dlb_dev_limits(&t->dev)->nb_dir_ports, 64);
}

static void
test_dlb_kernel_refuses_more_events_than_the_version_has(void **state)
{
	(void)state;
	fake.version = 0x200;
	t->dev.args.max_num_events = 10000;
	assert_int_equal(dlb_kernel_open(&t->dev), -EINVAL);
	ASSERT_LOGGED("max_num_events=10000", "1..8192");
}

static void
test_dlb_kernel_needs_to_know_what_is_left(void **state)
{
	(void)state;
	fake.refuse_code = DLB_IOC_GET_NUM_RESOURCES;
	fake.refuse_error = EIO;
	assert_int_equal(dlb_kernel_open(&t->dev), -EIO);
	ASSERT_LOGGED("resources of the device");
}

static int
check_dir_credits(uint32_t left)
{
	fake.left.num_dir_credits = left;
	dlb_kernel_update_limits(&t->dev);
	return dlb_kernel_check_dir_credits(&t->dev);
}

static void
test_dlb_kernel_needs_credits_for_directed_queues(void **state)
{
	(void)state;
	fake.version = 0x200;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	t->data.dev_conf.nb_events_limit = 1000;
	assert_int_equal(check_dir_credits(0), 0);
	t->dev.plan.nb_dir_queues = 1;
	assert_int_equal(check_dir_credits(0), -ENOSPC);
	/* New events leave a quarter, of which two ports may keep 8 each. */
	assert_int_equal(check_dir_credits(67), -ENOSPC);
	ASSERT_LOGGED("others leave 67 directed credits", ": 68");
	assert_int_equal(check_dir_credits(68), 0);
	/* An ordered queue may keep one for each of its sequence numbers. */
	t->dev.plan.nb_ordered = 1;
	t->dev.plan.sns_per_queue = 64;
	assert_int_equal(check_dir_credits(64 + 16), -ENOSPC);
	assert_int_equal(check_dir_credits(64 + 16 + 1), 0);
	t->data.dev_conf.nb_events_limit = 20;
	assert_int_equal(check_dir_credits(19), -ENOSPC);
	assert_int_equal(check_dir_credits(20), 0);
}

/* DLB 2.5 has credits of one kind. */
static void
test_dlb_kernel_needs_no_directed_credits_of_one_pool(void **state)
{
	(void)state;
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	t->data.dev_conf.nb_events_limit = 1000;
	t->dev.plan.nb_dir_queues = 1;
	assert_int_equal(check_dir_credits(0), 0);
}

static void
test_dlb_kernel_opens_not_what_is_not_there(void **state)
{
	(void)state;
	fake.open_error = ENOENT;
	assert_int_equal(dlb_kernel_open(&t->dev), -ENOENT);
	assert_null(ctl());
	assert_int_equal(fake.nb_requests, 0);
	/* As in a secondary process. */
	dlb_kernel_update_limits(&t->dev);
	assert_int_equal(fake.nb_requests, 0);
}

/* --- other devices --------------------------------------------------------------------------------- */

/* They have a bus: of who manages their resources nothing is asked. */
static void
test_dlb_kernel_leaves_other_devices_alone(void **state)
{
	unsigned int nb_requests;
	struct dlb_bus bus;

	(void)state;
	fake.version = 0x200;
	atomic_store(&fake.broken, FAKE_EVENTFD);
	assert_int_equal(dlb_kernel_open(&t->dev), 0);
	nb_requests = fake.nb_requests;
	t->dev.bus = &bus;
	t->dev.has_interrupts = true;
	start_ports();
	dlb_kernel_update_limits(&t->dev);
	assert_true(t->dev.has_interrupts);
	assert_true(is_started());
	assert_int_equal(fake.nb_requests, nb_requests);
	/* Nobody else takes credits of theirs. */
	t->data.dev_conf.nb_events_limit = 1000;
	t->dev.plan.nb_dir_queues = 1;
	assert_int_equal(dlb_kernel_check_dir_credits(&t->dev), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_dlb_kernel_wakes_who_waits_at_any_port, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_wakes_when_the_control_path_is_done,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_wakes_nobody_without_a_domain,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_wakes_nobody_after_its_end, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_does_without_interrupts, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_stops_ports_in_a_reset, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_touches_no_port_that_is_not_open,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_starts_no_port_after_a_reset, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_offers_what_others_leave, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_says_when_others_leave_nothing,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_knows_the_version_from_the_kernel,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_dlb_kernel_refuses_more_events_than_the_version_has, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_needs_to_know_what_is_left, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_needs_credits_for_directed_queues,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_dlb_kernel_needs_no_directed_credits_of_one_pool, setup, teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_opens_not_what_is_not_there, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_dlb_kernel_leaves_other_devices_alone, setup,
						teardown),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
