/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Time: ticks are exact and rounded up, no timeout means no wait, and a wait ends with an event.
 * Nothing is timed: what must not wait is told to wait for so long that it would never end.
 */

#include "contract.h"

#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_lcore.h>
#include <rte_launch.h>

#define NAME "event_dlb_timeouts"

#define FOR_EVER_NS (UINT32_MAX - 1)

static void
test_ticks_are_exact_and_rounded_up(void)
{
	const uint64_t hz = rte_get_timer_hz();
	const uint8_t dev_id = contract_plug(NAME, "");
	uint64_t ticks;

	CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, 0, &ticks), 0);
	CHECK_EQUAL(ticks, 0);
	CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, 1000000000, &ticks), 0);
	CHECK_EQUAL(ticks, hz);
	CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, UINT64_C(3600000000000), &ticks), 0);
	CHECK_EQUAL(ticks, 3600 * hz);
	for (uint64_t ns = 1; ns < 100000; ns = ns * 3 + 1) {
		CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, ns, &ticks), 0);
		CHECK(ticks * 1000000000 >= ns * hz);
		CHECK((ticks - 1) * 1000000000 < ns * hz);
	}
	CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, UINT64_MAX, &ticks), 0);
	CHECK(ticks > 0);
	CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, 1, NULL), -EINVAL);
	contract_unplug(NAME);
}

static void
start_with_timeout(uint8_t dev_id, uint32_t ns, uint32_t flags)
{
	struct rte_event_dev_config conf = contract_config(1, 2);

	conf.dequeue_timeout_ns = ns;
	conf.event_dev_cfg = flags;
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	contract_queue(dev_id, 0, RTE_SCHED_TYPE_ATOMIC, 0);
	contract_port(dev_id, 0, 0);
	contract_port(dev_id, 1, 0);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
}

static void
test_no_timeout_never_waits(void)
{
	static const uint32_t flags[] = { 0, RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT };

	for (unsigned int f = 0; f < RTE_DIM(flags); f++) {
		const uint8_t dev_id = contract_plug(NAME, "");
		struct rte_event events[4];

		start_with_timeout(dev_id, FOR_EVER_NS, flags[f]);
		for (unsigned int i = 0; i < 1000; i++)
			CHECK_EQUAL(rte_event_dequeue_burst(dev_id, 0, events, 1 + i % 4, 0), 0);
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

/* The global timeout counts, however long the call's own is, unless that was asked for. */
static void
test_timeout_is_global_unless_per_dequeue(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event event;
	uint64_t ticks;

	start_with_timeout(dev_id, 1000, 0);
	CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, UINT64_C(1000000000000), &ticks), 0);
	CHECK_EQUAL(rte_event_dequeue_burst(dev_id, 0, &event, 1, ticks), 0);
	rte_event_dev_stop(dev_id);
	start_with_timeout(dev_id, FOR_EVER_NS, RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT);
	CHECK_EQUAL(rte_event_dequeue_timeout_ticks(dev_id, 1000, &ticks), 0);
	CHECK_EQUAL(rte_event_dequeue_burst(dev_id, 0, &event, 1, ticks), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static int
send_later(void *arg)
{
	const uint8_t dev_id = *(const uint8_t *)arg;

	rte_delay_us_sleep(20000);
	contract_send(dev_id, 1, 0, RTE_SCHED_TYPE_ATOMIC, 42);
	return 0;
}

static void
test_wait_ends_with_an_event(void)
{
	static const char *const modes[] = { "", "sched=thread:0" };

	for (unsigned int m = 0; m < RTE_DIM(modes); m++) {
		uint8_t dev_id = contract_plug(NAME, modes[m]);
		unsigned int worker = rte_get_next_lcore(-1, 1, 0);
		struct rte_event event;

		start_with_timeout(dev_id, 0, RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT);
		CHECK_EQUAL(rte_eal_remote_launch(send_later, &dev_id, worker), 0);
		CHECK_EQUAL(rte_event_dequeue_burst(dev_id, 0, &event, 1, UINT64_MAX / 2), 1);
		CHECK_EQUAL(event.u64, 42);
		CHECK_EQUAL(rte_eal_wait_lcore(worker), 0);
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

static int
wait_for_ever(void *arg)
{
	const uint8_t dev_id = *(const uint8_t *)arg;
	struct rte_event event;

	return rte_event_dequeue_burst(dev_id, 0, &event, 1, UINT64_MAX / 2);
}

static void
test_stop_ends_a_wait(void)
{
	static const char *const modes[] = { "", "sched=thread:0" };

	for (unsigned int m = 0; m < RTE_DIM(modes); m++) {
		uint8_t dev_id = contract_plug(NAME, modes[m]);
		unsigned int worker = rte_get_next_lcore(-1, 1, 0);

		start_with_timeout(dev_id, 0, RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT);
		CHECK_EQUAL(rte_eal_remote_launch(wait_for_ever, &dev_id, worker), 0);
		rte_delay_us_sleep(20000);
		rte_event_dev_stop(dev_id);
		CHECK_EQUAL(rte_eal_wait_lcore(worker), 0);
		CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
		contract_unplug(NAME);
	}
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_ticks_are_exact_and_rounded_up),
	CONTRACT_CASE(test_no_timeout_never_waits),
	CONTRACT_CASE(test_timeout_is_global_unless_per_dequeue),
	CONTRACT_CASE(test_wait_ends_with_an_event),
	CONTRACT_CASE(test_stop_ends_a_wait),
};

CONTRACT_MAIN(cases)
