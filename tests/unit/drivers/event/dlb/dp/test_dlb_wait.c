/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Waiting at a port, and how a stop ends that.
 */

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dp/dlb_wait.h"
#include "fake_device.h"

#define FOR_EVER UINT64_MAX

static const struct dlb_burst_ops *const ops = &dlb_burst_ops_scalar_sim;

/* Time passes as fast as the test wants. */
void
__wrap_rte_delay_us_sleep(unsigned int us);

void
__wrap_rte_delay_us_sleep(unsigned int us)
{
	(void)us;
	sched_yield();
}

/* As a signal handler may. */
static int
stop_here(void *arg)
{
	struct fake *fake = arg;

	assert_true(dlb_dp_port_stop(&fake->port));
	return 0;
}

static void
test_wait_can_be_stopped_by_who_waits(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 0);
	fake_on_step = stop_here;
	fake_on_step_arg = fake;
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 0);
	fake_free(fake);
}

/* Of a process that was killed. */
static void
test_wait_stop_does_not_wait_for_ever(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8 });

	(void)state;
	fake->port.waiter = 1;
	assert_false(dlb_dp_port_stop(&fake->port));
	fake_free(fake);
}

static void *
wait_for_ever(void *arg)
{
	struct fake *fake = arg;
	struct rte_event ev;

	return ops->dequeue(&fake->port, &ev, FOR_EVER) == 0 ? NULL : "an event";
}

/* It has left the port when the stop returns. */
static void
stop_a_waiter(void)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 2, .depth = 64 });
	pthread_t thread;
	void *fault;

	assert_int_equal(pthread_create(&thread, NULL, wait_for_ever, fake), 0);
	while (dlb_load_relaxed(&fake->port.waiter) == 0)
		sched_yield();
	assert_true(dlb_dp_port_stop(&fake->port));
	memset(fake->port.lane, 0, sizeof(fake->port.lane));
	assert_int_equal(pthread_join(thread, &fault), 0);
	assert_null(fault);
	fake_free(fake);
}

static void
test_wait_stop_sends_waiters_away(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < 100; i++)
		stop_a_waiter();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wait_can_be_stopped_by_who_waits),
		cmocka_unit_test(test_wait_stop_does_not_wait_for_ever),
		cmocka_unit_test(test_wait_stop_sends_waiters_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
