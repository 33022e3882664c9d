/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Two devices of different versions in one process: nothing that is done to one shows at the other.
 */

#include "contract.h"

#include <rte_bus_vdev.h>

#define OLD "event_dlb_old"
#define NEW "event_dlb_new"

static void
count_flushed(uint8_t dev_id, struct rte_event event, void *arg)
{
	RTE_SET_USED(dev_id);
	RTE_SET_USED(event);
	(*(unsigned int *)arg)++;
}

static void
test_flush_callback_is_the_device_s_own(void)
{
	const uint8_t old = contract_plug(OLD, "device=2.0"), new = contract_plug(NEW, "");
	unsigned int nb_old = 0;

	contract_start(old, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	contract_start(new, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	CHECK_EQUAL(rte_event_dev_stop_flush_callback_register(old, count_flushed, &nb_old), 0);
	contract_send(old, 0, 0, 0, 1);
	contract_send(new, 0, 0, 0, 1);
	contract_end(new);
	CHECK_EQUAL(nb_old, 0);
	contract_end(old);
	CHECK_EQUAL(nb_old, 1);
	contract_unplug(OLD);
	contract_unplug(NEW);
}

/* Events of both, in turns, while the other is configured, stopped and taken out. */
static void
test_events_stay_on_their_device(void)
{
	uint8_t old = contract_plug(OLD, "device=2.0,cq_depth=16");
	const uint8_t new = contract_plug(NEW, "device=2.5,sched=thread:0");
	struct rte_event event;

	contract_start(new, 4, RTE_SCHED_TYPE_ORDERED, 3);
	for (uint64_t round = 0; round < 20; round++) {
		contract_start(old, 1 + round % 3, RTE_SCHED_TYPE_PARALLEL, 2);
		for (uint64_t i = 0; i < 100; i++) {
			contract_send(old, 1, 0, 2, 2 * i);
			contract_send(new, 1 + i % 2, i % 4, 0, 2 * i + 1);
			CHECK_EQUAL(contract_take(old, 0, &event, 1), 1);
			CHECK_EQUAL(event.u64, 2 * i);
			CHECK_EQUAL(contract_take(new, 0, &event, 1), 1);
			CHECK_EQUAL(event.u64, 2 * i + 1);
		}
		contract_end(old);
		if (round % 5 == 4) {
			contract_unplug(OLD);
			old = contract_plug(OLD, "device=2.0");
			CHECK(old != new);
		}
	}
	CHECK_EQUAL(contract_xstat(new, "port_0_rx_ok"), 2000);
	contract_end(new);
	contract_unplug(OLD);
	contract_unplug(NEW);
}

static void
test_limits_are_the_device_s_own(void)
{
	const uint8_t old = contract_plug(OLD, "device=2.0"), new = contract_plug(NEW, "");
	struct rte_event_dev_info info;

	CHECK_EQUAL(rte_event_dev_info_get(old, &info), 0);
	CHECK_EQUAL(info.max_num_events, 8192);
	CHECK_EQUAL(info.max_single_link_event_port_queue_pairs, 64);
	CHECK_EQUAL(rte_event_dev_info_get(new, &info), 0);
	CHECK_EQUAL(info.max_num_events, 16384);
	CHECK_EQUAL(info.max_single_link_event_port_queue_pairs, 96);
	contract_unplug(OLD);
	contract_unplug(NEW);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_flush_callback_is_the_device_s_own),
	CONTRACT_CASE(test_events_stay_on_their_device),
	CONTRACT_CASE(test_limits_are_the_device_s_own),
};

CONTRACT_MAIN(cases)
