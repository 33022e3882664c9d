/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Waiting at a port: when it sleeps, what it does before, and what ends it. The kernel's part, the
 * futex, is played by the test, which so decides what happens while a port sleeps; but for the
 * tests at the end, which have threads and real sleep.
 *
 * CQ = consumer queue.
 */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>
#include <linux/futex.h>

#include <cmocka.h>

#include "dp/dlb_wait.h"
#include "fake_device.h"

#define FOR_EVER UINT64_MAX

static const struct dlb_burst_ops *const ops = &dlb_burst_ops_scalar_sim;

/* What the tests without threads see and do. */
struct scene {
	struct fake *fake;
	unsigned int nb_arms;  /* CQs that the device knows to be armed, over all lanes */
	unsigned int nb_naps;  /* times that the port slept */
	uint64_t longest_ns;   /* that it wanted to */
	unsigned int nb_asked; /* whether the device is gone */
	bool is_gone;
	void (*at_arm)(struct scene *scene);
	void (*asleep)(struct scene *scene);
};

static struct scene *on_stage;

/* --- the kernel's part -------------------------------------------------------------------------- */

long
__wrap_syscall(long nr, uint32_t *word, int op, uint32_t value, const struct timespec *timeout,
	       void *word2, uint32_t value3);

long
__real_syscall(long nr, uint32_t *word, int op, uint32_t value, const struct timespec *timeout,
	       void *word2, uint32_t value3);

long
__wrap_syscall(long nr, uint32_t *word, int op, uint32_t value, const struct timespec *timeout,
	       void *word2, uint32_t value3)
{
	struct scene *scene = on_stage;
	uint64_t ns;

	if (scene == NULL)
		return __real_syscall(nr, word, op, value, timeout, word2, value3);
	if (op != FUTEX_WAIT || dlb_load_relaxed(word) != value)
		return -1;
	ns = (uint64_t)timeout->tv_sec * UINT64_C(1000000000) + (uint64_t)timeout->tv_nsec;
	scene->longest_ns = RTE_MAX(scene->longest_ns, ns);
	scene->nb_naps++;
	if (scene->asleep != NULL)
		scene->asleep(scene);
	return -1;
}

void
__wrap_rte_delay_us_sleep(unsigned int us);

void
__real_rte_delay_us_sleep(unsigned int us);

void
__wrap_rte_delay_us_sleep(unsigned int us)
{
	if (on_stage == NULL)
		__real_rte_delay_us_sleep(us);
}

/* --- the device's part -------------------------------------------------------------------------- */

static void
put(struct fake_lane *lane, uint64_t data)
{
	struct dlb_qe qe = { .data = data, .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC) };

	fake_put(lane, &qe);
}

static void
on_arm(void *arg, unsigned int hw_port)
{
	struct scene *scene = arg;
	struct fake_lane *lane = &scene->fake->lane[hw_port % FAKE_DIR_PORT];
	struct dlb_hcw hcw = { .cmd = DLB_CMD_NOOP };

	while (hcw.cmd != DLB_CMD_ARM)
		assert_true(fake_get(lane, &hcw));
	assert_false(fake_get(lane, &hcw));
	scene->nb_arms++;
	if (scene->at_arm != NULL)
		scene->at_arm(scene);
}

static bool
on_gone(void *arg)
{
	struct scene *scene = arg;

	scene->nb_asked++;
	return scene->is_gone;
}

static struct fake *
stage(struct scene *scene, const struct fake_conf *conf)
{
	struct fake_conf with_interrupts = *conf;

	with_interrupts.depth = 64;
	with_interrupts.has_interrupts = true;
	scene->fake = fake_new(&with_interrupts);
	fake_on_arm = on_arm;
	fake_on_gone = on_gone;
	fake_arg = scene;
	on_stage = scene;
	return scene->fake;
}

static void
stage_clear(struct scene *scene)
{
	on_stage = NULL;
	fake_free(scene->fake);
}

static void
interrupt_with_event(struct scene *scene)
{
	struct fake *fake = scene->fake;

	put(&fake->lane[fake->port.nb_lanes - 1], 42);
	dlb_wait_wake(&fake->port);
}

/* --- falling asleep ----------------------------------------------------------------------------- */

static void
test_wait_arms_all_lanes_and_sleeps_until_an_interrupt(void **state)
{
	struct rte_event ev;

	(void)state;
	for (unsigned int nb_lanes = 1; nb_lanes <= DLB_MAX_LANES; nb_lanes++) {
		struct scene scene = { .asleep = interrupt_with_event };
		struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = nb_lanes });

		assert_int_equal(ops->dequeue_burst(&fake->port, &ev, 1, FOR_EVER), 1);
		assert_int_equal(ev.u64, 42);
		assert_int_equal(scene.nb_arms, nb_lanes);
		assert_int_equal(scene.nb_naps, 1);
		assert_int_equal(fake->port.stats.rx_interrupt_wait, 1);
		stage_clear(&scene);
	}
}

static void
test_wait_without_timeout_never_arms(void **state)
{
	struct scene scene = { .nb_arms = 0 };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 2 });
	struct rte_event ev[4];

	(void)state;
	fake->dp.spin_ticks = 0;
	for (unsigned int i = 0; i < 1000; i++)
		assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 0), 0);
	assert_int_equal(scene.nb_arms, 0);
	assert_int_equal(scene.nb_naps, 0);
	stage_clear(&scene);
}

static void
test_wait_looks_a_while_before_it_arms(void **state)
{
	struct scene scene = { .nb_arms = 0 };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_true(fake->dp.spin_ticks > 0);
	fake->dp.spin_ticks = FOR_EVER - 1;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 10000), 0);
	assert_int_equal(scene.nb_arms, 0);
	stage_clear(&scene);
}

/* The clock of a device without interrupts never says that it is time to sleep. */
static void
test_wait_without_interrupts_never_sleeps(void **state)
{
	struct fake *fake = fake_new(&(struct fake_conf){ .nb_lanes = 1, .depth = 8 });

	(void)state;
	assert_true(fake->dp.spin_ticks == FOR_EVER);
	fake_free(fake);
}

static void
wake_in_third_nap(struct scene *scene)
{
	if (scene->nb_naps == 3)
		interrupt_with_event(scene);
}

/* The kernel's device cannot be asked whether it is armed, nor whether it is there. */
static void
test_wait_sleeps_on_the_kernels_device(void **state)
{
	struct scene scene = { .asleep = wake_in_third_nap, .is_gone = true };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 2 });
	struct rte_event ev;

	(void)state;
	fake->dp.bus = NULL;
	assert_int_equal(ops->dequeue_burst(&fake->port, &ev, 1, FOR_EVER), 1);
	assert_int_equal(ev.u64, 42);
	assert_int_equal(scene.nb_naps, 3);
	assert_int_equal(scene.nb_arms, 0);
	assert_int_equal(scene.nb_asked, 0);
	stage_clear(&scene);
}

static void
abandon(struct scene *scene)
{
	dlb_dp_port_abandon(&scene->fake->port);
}

static void
test_wait_ends_on_a_port_that_is_abandoned(void **state)
{
	struct scene scene = { .asleep = abandon };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue_burst(&fake->port, &ev, 1, FOR_EVER), 0);
	assert_int_equal(scene.nb_naps, 1);
	assert_int_equal(ops->dequeue_burst(&fake->port, &ev, 1, FOR_EVER), 0);
	assert_int_equal(scene.nb_naps, 1);
	stage_clear(&scene);
}

/* The device counts entries whose tokens it has not got back. */
static void
test_wait_returns_tokens_before_it_arms(void **state)
{
	struct scene scene = { .asleep = interrupt_with_event };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1, .is_dir = true });
	struct rte_event ev[4];

	(void)state;
	for (unsigned int i = 0; i < 3; i++)
		put(&fake->lane[0], i);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, 0), 3);
	assert_int_equal(fake->port.lane[0].tokens_owed, 3);
	assert_int_equal(ops->dequeue_burst(&fake->port, ev, 4, FOR_EVER), 1);
	assert_int_equal(scene.nb_arms, 1);
	/* Of the event that has just come. */
	assert_int_equal(fake->port.lane[0].tokens_owed, 1);
	stage_clear(&scene);
}

static void
test_wait_does_not_sleep_on_held_events(void **state)
{
	struct scene scene = { .asleep = interrupt_with_event };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 3 });
	struct rte_event ev;

	(void)state;
	fake->dp.spin_ticks = 0;
	put(&fake->lane[2], 1);
	assert_int_equal(ops->dequeue(&fake->port, &ev, 0), 1);
	assert_int_equal(ops->dequeue(&fake->port, &ev, 100000), 0);
	assert_int_equal(scene.nb_arms, 0);
	ev.op = RTE_EVENT_OP_RELEASE;
	assert_int_equal(ops->enqueue(&fake->port, &ev), 1);
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 1);
	assert_int_equal(scene.nb_naps, 1);
	stage_clear(&scene);
}

/* --- just before it sleeps ---------------------------------------------------------------------- */

static void
event_only(struct scene *scene)
{
	put(&scene->fake->lane[0], 42);
}

/* A device may interrupt for what comes after it was armed, and for nothing else. */
static void
test_wait_looks_after_arming(void **state)
{
	struct scene scene = { .at_arm = event_only };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 1);
	assert_int_equal(scene.nb_naps, 0);
	assert_int_equal(fake->port.stats.rx_interrupt_wait, 0);
	stage_clear(&scene);
}

/* The first interrupt has nothing to it, the second one has. */
static void
interrupt_twice(struct scene *scene)
{
	if (scene->nb_arms == 2)
		put(&scene->fake->lane[0], 42);
	dlb_wait_wake(&scene->fake->port);
}

static void
test_wait_does_not_sleep_through_an_interrupt(void **state)
{
	struct scene scene = { .at_arm = interrupt_twice };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 1);
	assert_int_equal(scene.nb_arms, 2);
	assert_int_equal(scene.nb_naps, 0);
	assert_int_equal(fake->port.stats.rx_interrupt_wait, 1);
	stage_clear(&scene);
}

static void
stop_at_arm(struct scene *scene)
{
	dlb_dp_port_stop(&scene->fake->port);
}

static void
test_wait_does_not_sleep_through_a_stop(void **state)
{
	struct scene scene = { .at_arm = stop_at_arm };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 0);
	assert_int_equal(scene.nb_naps, 0);
	assert_int_equal(fake->port.stats.rx_interrupt_wait, 0);
	stage_clear(&scene);
}

/* --- without an interrupt ----------------------------------------------------------------------- */

static void
test_wait_sleeps_no_longer_than_the_timeout(void **state)
{
	struct scene scene = { .asleep = NULL };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	fake->dp.spin_ticks = 0;
	assert_int_equal(ops->dequeue(&fake->port, &ev, 1000000), 0);
	assert_in_range(scene.nb_naps, 1, UINT32_MAX);
	assert_in_range(scene.longest_ns, 1, 1000000);
	assert_int_equal(scene.nb_asked, 0);
	assert_int_equal(fake->port.stats.rx_interrupt_wait, 0);
	assert_int_equal(fake->port.stats.zero_polls, 1);
	stage_clear(&scene);
}

/* An interrupt that got lost. */
static void
event_at_third_nap(struct scene *scene)
{
	if (scene->nb_naps == 3)
		put(&scene->fake->lane[0], 42);
}

static void
test_wait_looks_after_each_second_of_sleep(void **state)
{
	struct scene scene = { .asleep = event_at_third_nap };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 1);
	assert_int_equal(scene.nb_naps, 3);
	assert_int_equal(scene.longest_ns, 1000000000);
	assert_int_equal(scene.nb_asked, 3);
	assert_int_equal(fake->port.stats.rx_interrupt_wait, 0);
	stage_clear(&scene);
}

static void
test_wait_ends_when_the_device_is_gone(void **state)
{
	struct scene scene = { .is_gone = true };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 0);
	assert_int_equal(scene.nb_naps, 1);
	stage_clear(&scene);
}

/* --- stop --------------------------------------------------------------------------------------- */

/* As a signal handler may. */
static void
stop_here(struct scene *scene)
{
	assert_true(dlb_dp_port_stop(&scene->fake->port));
}

static void
test_wait_can_be_stopped_by_who_waits(void **state)
{
	struct scene scene = { .asleep = stop_here };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });
	struct rte_event ev;

	(void)state;
	assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 0);
	assert_int_equal(scene.nb_naps, 1);
	stage_clear(&scene);
}

/* Of a process that was killed. */
static void
test_wait_stop_does_not_wait_for_ever(void **state)
{
	struct scene scene = { .asleep = NULL };
	struct fake *fake = stage(&scene, &(struct fake_conf){ .nb_lanes = 1 });

	(void)state;
	fake->port.waiter = 1;
	assert_false(dlb_dp_port_stop(&fake->port));
	stage_clear(&scene);
}

static void *
wait_for_ever(void *arg)
{
	struct fake *fake = arg;
	struct rte_event ev;

	return ops->dequeue(&fake->port, &ev, FOR_EVER) == 0 ? NULL : "an event";
}

/* Asleep or not, it has left the port when the stop returns. */
static void
stop_a_waiter(bool has_interrupts)
{
	struct fake *fake = fake_new(&(struct fake_conf){
		.nb_lanes = 2, .depth = 64, .has_interrupts = has_interrupts });
	struct dlb_hcw hcw;
	pthread_t thread;
	void *fault;

	assert_int_equal(pthread_create(&thread, NULL, wait_for_ever, fake), 0);
	while (dlb_load_relaxed(&fake->port.waiter) == 0)
		sched_yield();
	while (has_interrupts && !fake_get(&fake->lane[1], &hcw))
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
	for (unsigned int i = 0; i < 100; i++) {
		stop_a_waiter(true);
		stop_a_waiter(false);
	}
}

/* --- a device in another thread ------------------------------------------------------------------ */

#define NB_WAITS 20000

struct ping {
	struct fake *fake;
	unsigned int nb_sent;
	unsigned int nb_received;
	unsigned int nb_lost;
};

/* Interrupts once for each time that it was armed, at one moment or another. */
static void *
answer_arms(void *arg)
{
	struct ping *ping = arg;
	struct fake_lane *lane = &ping->fake->lane[0];
	uint64_t rng = 1;
	struct dlb_hcw hcw;

	while (dlb_load_relaxed(&ping->nb_received) < NB_WAITS) {
		if (!fake_get(lane, &hcw) || hcw.cmd != DLB_CMD_ARM) {
			sched_yield();
			continue;
		}
		for (uint32_t i = fake_below(&rng, 2000); i > 0; i--)
			rte_pause();
		if (ping->nb_sent == dlb_load_relaxed(&ping->nb_received))
			put(lane, ping->nb_sent);
		dlb_wait_wake(&ping->fake->port);
		dlb_store_relaxed(&ping->nb_sent, ping->nb_sent + 1);
	}
	return NULL;
}

/* Asked after a second of sleep without an interrupt. */
static bool
count_lost(void *arg)
{
	struct ping *ping = arg;

	ping->nb_lost += dlb_load_relaxed(&ping->nb_sent) > ping->nb_received;
	return false;
}

static void
test_wait_loses_no_interrupt(void **state)
{
	struct ping ping = { .fake = fake_new(&(struct fake_conf){ .nb_lanes = 1,
								   .depth = 64,
								   .implicit_release = true,
								   .has_interrupts = true }) };
	struct fake *fake = ping.fake;
	struct rte_event ev;
	pthread_t thread;

	(void)state;
	fake->dp.in_system = NB_WAITS;
	fake->dp.spin_ticks = 0;
	fake_on_gone = count_lost;
	fake_arg = &ping;
	assert_int_equal(pthread_create(&thread, NULL, answer_arms, &ping), 0);
	while (ping.nb_received < NB_WAITS) {
		assert_int_equal(ops->dequeue(&fake->port, &ev, FOR_EVER), 1);
		assert_int_equal(ev.u64, ping.nb_received);
		dlb_store_relaxed(&ping.nb_received, ping.nb_received + 1);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(ping.nb_lost, 0);
	fake_free(fake);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wait_arms_all_lanes_and_sleeps_until_an_interrupt),
		cmocka_unit_test(test_wait_without_timeout_never_arms),
		cmocka_unit_test(test_wait_looks_a_while_before_it_arms),
		cmocka_unit_test(test_wait_without_interrupts_never_sleeps),
		cmocka_unit_test(test_wait_sleeps_on_the_kernels_device),
		cmocka_unit_test(test_wait_ends_on_a_port_that_is_abandoned),
		cmocka_unit_test(test_wait_returns_tokens_before_it_arms),
		cmocka_unit_test(test_wait_does_not_sleep_on_held_events),
		cmocka_unit_test(test_wait_looks_after_arming),
		cmocka_unit_test(test_wait_does_not_sleep_through_an_interrupt),
		cmocka_unit_test(test_wait_does_not_sleep_through_a_stop),
		cmocka_unit_test(test_wait_sleeps_no_longer_than_the_timeout),
		cmocka_unit_test(test_wait_looks_after_each_second_of_sleep),
		cmocka_unit_test(test_wait_ends_when_the_device_is_gone),
		cmocka_unit_test(test_wait_can_be_stopped_by_who_waits),
		cmocka_unit_test(test_wait_stop_does_not_wait_for_ever),
		cmocka_unit_test(test_wait_stop_sends_waiters_away),
		cmocka_unit_test(test_wait_loses_no_interrupt),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
