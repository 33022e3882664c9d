/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Plugging devices in and out: arguments that are refused are named together with what is allowed,
 * nothing is left of a device that was refused, and names and slots can be used again.
 */

#include "contract.h"

#include <errno.h>

#include <rte_bus_vdev.h>

#define NAME "event_dlb_args"

static void
test_bad_arguments_are_named(void)
{
	static const struct {
		const char *args, *says, *allowed;
	} cases[] = {
		{ "device=3.0", "device=3.0", "2.0 or 2.5" },
		{ "sched=never", "sched=never", "inline, service" },
		{ "sched=thread:99999", "sched=thread:99999", "thread:<cpu>" },
		{ "cq_depth=7", "cq_depth=7", "8..1024" },
		{ "cq_depth=100", "cq_depth=100", "power of two" },
		{ "max_num_events=16385", "max_num_events=16385", "1..16384" },
		{ "device=2.0,max_num_events=8193", "max_num_events=8193", "1..8192" },
		{ "colour=blue", "\"colour\"", "device, sched, cq_depth, max_num_events" },
		{ "cq_depth=8,cq_depth=8", "cq_depth", "twice" },
	};

	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		CHECK_EQUAL(rte_vdev_init(NAME, cases[i].args), -EINVAL);
		CHECK_LOGGED(NAME, cases[i].says, cases[i].allowed);
		CHECK_EQUAL(rte_event_dev_count(), 0);
		CHECK(rte_event_dev_get_dev_id(NAME) < 0);
	}
}

static void
test_good_arguments_are_seen(void)
{
	const uint8_t dev_id =
		contract_plug(NAME, "device=2.0,sched=thread:0,cq_depth=16,max_num_events=77");
	struct rte_event_dev_info info;

	CHECK(contract_dump_has(dev_id, "DLB 2.0 in software, sched=thread:0, cq_depth=16"));
	CHECK_EQUAL(rte_event_dev_info_get(dev_id, &info), 0);
	CHECK_EQUAL(info.max_num_events, 77);
	contract_unplug(NAME);
}

static void
test_each_depth_works(void)
{
	for (unsigned int depth = 8; depth <= 1024; depth *= 2) {
		struct rte_event event;
		char args[32], text[64];
		uint8_t dev_id;

		snprintf(args, sizeof(args), "cq_depth=%u", depth);
		dev_id = contract_plug(NAME, args);
		contract_set_up(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 2);
		contract_queue(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
		contract_port(dev_id, 1, RTE_EVENT_PORT_CFG_SINGLE_LINK);
		contract_link(dev_id, 0, 0);
		contract_link(dev_id, 1, 1);
		CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
		snprintf(text, sizeof(text), "of depth %u, ", depth);
		CHECK(contract_dump_has(dev_id, text));
		for (unsigned int i = 0; i < 3 * depth; i++) {
			contract_send(dev_id, 0, i % 2, RTE_SCHED_TYPE_ATOMIC, i);
			CHECK_EQUAL(contract_take(dev_id, i % 2, &event, 1), 1);
			CHECK_EQUAL(event.u64, i);
		}
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

static void
test_names_are_unique_and_reusable(void)
{
	uint8_t first = contract_plug(NAME, "");

	CHECK(rte_vdev_init(NAME, "") != 0);
	CHECK_EQUAL(rte_event_dev_count(), 1);
	contract_unplug(NAME);
	CHECK_EQUAL(contract_plug(NAME, "device=2.0"), first);
	contract_unplug(NAME);
}

/* As many as the library has room for. */
static void
test_many_devices_fit(void)
{
	char name[32];

	for (unsigned int i = 0; i < RTE_EVENT_MAX_DEVS; i++) {
		snprintf(name, sizeof(name), NAME "%u", i);
		contract_plug(name, i % 2 == 0 ? "device=2.0" : "");
	}
	CHECK(rte_vdev_init(NAME, "") != 0);
	for (unsigned int i = 0; i < RTE_EVENT_MAX_DEVS; i++) {
		snprintf(name, sizeof(name), NAME "%u", i);
		contract_unplug(name);
	}
}

/* Removal stops a device that runs, and its thread. */
static void
test_running_device_can_be_removed(void)
{
	const uint8_t dev_id = contract_plug(NAME, "sched=thread:0");

	contract_start(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	contract_send(dev_id, 0, 0, 0, 1);
	contract_unplug(NAME);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_bad_arguments_are_named),
	CONTRACT_CASE(test_good_arguments_are_seen),
	CONTRACT_CASE(test_each_depth_works),
	CONTRACT_CASE(test_names_are_unique_and_reusable),
	CONTRACT_CASE(test_many_devices_fit),
	CONTRACT_CASE(test_running_device_can_be_removed),
};

CONTRACT_MAIN(cases)
