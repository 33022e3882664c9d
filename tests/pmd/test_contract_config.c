/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Configuration of devices, queues and ports: limits from both sides, every refusal with its value
 * and what is allowed, nothing half made, and the fallbacks that stock applications live on.
 */

#include "contract.h"

#include <errno.h>
#include <string.h>

#define NAME "event_dlb_config"

static const char *const versions[] = { "device=2.0", "device=2.5" };

static void
test_info_is_complete(void)
{
	static const struct {
		int32_t events;
		uint8_t pairs;
	} limits[] = { { 8192, 64 }, { 16384, 96 } };

	for (unsigned int v = 0; v < RTE_DIM(versions); v++) {
		const uint8_t dev_id = contract_plug(NAME, versions[v]);
		struct rte_event_dev_info info;

		memset(&info, 0xa5, sizeof(info));
		CHECK_EQUAL(rte_event_dev_info_get(dev_id, &info), 0);
		CHECK(strcmp(info.driver_name, "event_dlb") == 0);
		CHECK(info.dev != NULL);
		CHECK_EQUAL(info.max_num_events, limits[v].events);
		CHECK_EQUAL(info.max_single_link_event_port_queue_pairs, limits[v].pairs);
		CHECK_EQUAL(info.max_event_queues, 32);
		CHECK_EQUAL(info.max_event_ports, 64);
		CHECK_EQUAL(info.max_event_port_links, 32);
		CHECK_EQUAL(info.max_event_queue_flows, 1 << 20);
		CHECK_EQUAL(info.max_event_port_dequeue_depth, 128);
		CHECK_EQUAL(info.max_event_port_enqueue_depth, 128);
		CHECK_EQUAL(info.min_dequeue_timeout_ns, 1);
		CHECK_EQUAL(info.max_dequeue_timeout_ns, UINT32_MAX - 1);
		CHECK((info.event_dev_cap & RTE_EVENT_DEV_CAP_CARRY_FLOW_ID) != 0);
		CHECK((info.event_dev_cap & RTE_EVENT_DEV_CAP_DISTRIBUTED_SCHED) != 0);
		contract_unplug(NAME);
	}
}

static void
test_service_mode_is_not_distributed(void)
{
	const uint8_t dev_id = contract_plug(NAME, "sched=service");
	struct rte_event_dev_info info;
	uint32_t service;

	CHECK_EQUAL(rte_event_dev_info_get(dev_id, &info), 0);
	CHECK((info.event_dev_cap & RTE_EVENT_DEV_CAP_DISTRIBUTED_SCHED) == 0);
	CHECK_EQUAL(rte_event_dev_service_id_get(dev_id, &service), 0);
	contract_unplug(NAME);
	CHECK(contract_plug(NAME, "") == dev_id);
	CHECK_EQUAL(rte_event_dev_service_id_get(dev_id, &service), -ESRCH);
	contract_unplug(NAME);
}

static void
check_configure(uint8_t dev_id, struct rte_event_dev_config conf, int ret)
{
	struct rte_event_dev_config good = contract_config(1, 1);

	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), ret);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &good), 0);
}

static void
test_configure_refuses_what_is_beyond_the_device(void)
{
	const uint8_t dev_id = contract_plug(NAME, "device=2.0");
	const struct rte_event_dev_config good = contract_config(2, 2);
	struct rte_event_dev_config conf = good;

	CHECK_EQUAL(rte_event_dev_configure(dev_id, NULL), -EINVAL);
	conf.nb_events_limit = 0;
	check_configure(dev_id, conf, -EINVAL);
	CHECK_LOGGED("nb_events_limit 0", "1..8192");
	conf.nb_events_limit = -1;
	check_configure(dev_id, conf, -EINVAL);
	CHECK_LOGGED("nb_events_limit -1", "1..8192");
	conf.nb_events_limit = 8193;
	check_configure(dev_id, conf, -EINVAL);
	conf.nb_events_limit = 8192;
	check_configure(dev_id, conf, 0);
	conf = good;
	conf.event_dev_cfg = UINT32_C(1) << 31;
	check_configure(dev_id, conf, -EINVAL);
	CHECK_LOGGED("event_dev_cfg 0x80000000");
	conf = contract_config(65, 65);
	conf.nb_single_link_event_port_queues = 65;
	check_configure(dev_id, conf, -EINVAL);
	CHECK_LOGGED("nb_single_link_event_port_queues 65", "0..64");
	conf.nb_single_link_event_port_queues = 64;
	check_configure(dev_id, conf, 0);
	conf = good;
	conf.dequeue_timeout_ns = UINT32_MAX;
	check_configure(dev_id, conf, -EINVAL);
	conf = good;
	conf.nb_event_queues = 33;
	check_configure(dev_id, conf, -EINVAL);
	conf = good;
	conf.nb_event_ports = 65;
	check_configure(dev_id, conf, -EINVAL);
	conf = good;
	conf.nb_event_queue_flows = (UINT32_C(1) << 20) + 1;
	check_configure(dev_id, conf, -EINVAL);
	conf.nb_event_queue_flows = UINT32_C(1) << 20;
	check_configure(dev_id, conf, 0);
	contract_unplug(NAME);
}

static void
test_max_num_events_argument_limits_the_device(void)
{
	const uint8_t dev_id = contract_plug(NAME, "max_num_events=100");
	struct rte_event_dev_config conf = contract_config(1, 1);

	conf.nb_events_limit = 101;
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), -EINVAL);
	conf.nb_events_limit = 100;
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	contract_unplug(NAME);
}

static void
test_queue_setup_refuses_what_is_undefined(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_queue_conf conf;

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	CHECK_EQUAL(rte_event_queue_default_conf_get(dev_id, 0, &conf), 0);
	conf.schedule_type = 3;
	CHECK_EQUAL(rte_event_queue_setup(dev_id, 0, &conf), -ENOTSUP);
	CHECK_LOGGED("queue 0", "schedule_type 3", "allowed");
	conf.event_queue_cfg = RTE_EVENT_QUEUE_CFG_ALL_TYPES;
	CHECK_EQUAL(rte_event_queue_setup(dev_id, 0, &conf), 0);
	conf.event_queue_cfg = UINT32_C(1) << 20;
	CHECK_EQUAL(rte_event_queue_setup(dev_id, 0, &conf), -EINVAL);
	CHECK_LOGGED("queue 0", "event_queue_cfg 0x100000", "allowed");
	CHECK_EQUAL(rte_event_queue_setup(dev_id, 1, &conf), -EINVAL);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_queue_setup(dev_id, 0, &conf), -EBUSY);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* 32 queues with 1024 sequences each are far more than the device has. */
static void
test_order_sequences_are_clamped(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event event;

	contract_set_up(dev_id, 32, RTE_SCHED_TYPE_ORDERED, 1);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 32);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	for (uint8_t queue = 0; queue < 32; queue++) {
		contract_send(dev_id, 0, queue, RTE_SCHED_TYPE_ORDERED, queue);
		CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
		CHECK_EQUAL(event.queue_id, queue);
		CHECK_EQUAL(event.sched_type, RTE_SCHED_TYPE_ORDERED);
	}
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_port_setup_refuses_what_is_undefined(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_port_conf conf;

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	CHECK_EQUAL(rte_event_port_default_conf_get(dev_id, 0, &conf), 0);
	conf.event_port_cfg = UINT32_C(1) << 30;
	CHECK_EQUAL(rte_event_port_setup(dev_id, 0, &conf), -EINVAL);
	CHECK_LOGGED("port 0", "event_port_cfg 0x40000000", "allowed");
	conf.event_port_cfg = 0;
	conf.new_event_threshold = 4097;
	CHECK_EQUAL(rte_event_port_setup(dev_id, 0, &conf), -EINVAL);
	conf.new_event_threshold = 4096;
	conf.dequeue_depth = 129;
	CHECK_EQUAL(rte_event_port_setup(dev_id, 0, &conf), -EINVAL);
	conf.dequeue_depth = 128;
	CHECK_EQUAL(rte_event_port_setup(dev_id, 0, &conf), 0);
	contract_unplug(NAME);
}

static void
test_defaults_pass_their_own_checks(void)
{
	static const struct rte_event_dev_config confs[] = {
		{ .nb_events_limit = 1,
		  .nb_event_queues = 1,
		  .nb_event_ports = 1,
		  .nb_event_queue_flows = 1,
		  .nb_event_port_dequeue_depth = 1,
		  .nb_event_port_enqueue_depth = 1 },
		{ .nb_events_limit = 16384,
		  .nb_event_queues = 32,
		  .nb_event_ports = 64,
		  .nb_event_queue_flows = 1 << 20,
		  .nb_event_port_dequeue_depth = 128,
		  .nb_event_port_enqueue_depth = 128 },
	};
	const uint8_t dev_id = contract_plug(NAME, "");

	for (unsigned int i = 0; i < RTE_DIM(confs); i++) {
		CHECK_EQUAL(rte_event_dev_configure(dev_id, &confs[i]), 0);
		for (uint8_t queue = 0; queue < confs[i].nb_event_queues; queue++)
			CHECK_EQUAL(rte_event_queue_setup(dev_id, queue, NULL), 0);
		for (uint8_t port = 0; port < confs[i].nb_event_ports; port++)
			CHECK_EQUAL(rte_event_port_setup(dev_id, port, NULL), 0);
	}
	contract_unplug(NAME);
}

/* A second set-up takes the place of the first, and of its links. */
static void
test_setup_twice_is_setup_anew(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	uint8_t queues[2], priorities[2];
	struct rte_event event;

	contract_set_up(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 2);
	contract_link(dev_id, 0, 0);
	contract_link(dev_id, 0, 1);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
	CHECK_EQUAL(rte_event_port_links_get(dev_id, 0, queues, priorities), 0);
	contract_queue(dev_id, 1, RTE_SCHED_TYPE_PARALLEL, 0);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 2);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	contract_send(dev_id, 1, 1, RTE_SCHED_TYPE_PARALLEL, 5);
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
	CHECK_EQUAL(event.sched_type, RTE_SCHED_TYPE_PARALLEL);
	contract_release(dev_id, 0, &event, 1);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* The library releases ports that were never set up, when there are fewer of them. */
static void
test_fewer_ports_and_queues_release_what_never_was(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_config many = contract_config(8, 8);
	struct rte_event_dev_config few = contract_config(1, 1);

	CHECK_EQUAL(rte_event_dev_configure(dev_id, &many), 0);
	contract_port(dev_id, 5, 0);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &few), 0);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &many), 0);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &few), 0);
	contract_unplug(NAME);
}

/* What adapters do: stop, one port more, start. All else stays. */
static void
test_one_more_port_keeps_what_was_there(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_config conf = contract_config(2, 3);
	uint8_t queues[2], priorities[2];
	struct rte_event event;

	contract_start(dev_id, 2, RTE_SCHED_TYPE_ORDERED, 2);
	rte_event_dev_stop(dev_id);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	contract_port(dev_id, 2, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_port_links_get(dev_id, 0, queues, priorities), 2);
	contract_send(dev_id, 2, 1, RTE_SCHED_TYPE_ORDERED, 9);
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
	CHECK_EQUAL(event.u64, 9);
	CHECK_EQUAL(event.sched_type, RTE_SCHED_TYPE_ORDERED);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* Stock applications flag a queue only, and declare no pairs. */
static void
test_single_link_falls_back(void)
{
	for (unsigned int flag_port = 0; flag_port < 2; flag_port++) {
		const uint8_t dev_id = contract_plug(NAME, "");
		struct rte_event events[32];
		uint16_t got = 0;

		contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
		contract_queue(dev_id, 0, RTE_SCHED_TYPE_ATOMIC, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
		contract_port(dev_id, 1, flag_port ? RTE_EVENT_PORT_CFG_SINGLE_LINK : 0);
		contract_link(dev_id, 1, 0);
		CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
		for (unsigned int i = 0; i < 100; i++)
			contract_send(dev_id, 0, 0, i % 3, i);
		while (got < 100) {
			uint16_t n = contract_take(dev_id, 1, events, RTE_DIM(events));

			CHECK(n > 0);
			for (uint16_t i = 0; i < n; i++, got++) {
				CHECK_EQUAL(events[i].u64, got);
				CHECK_EQUAL(events[i].queue_id, 0);
				CHECK_EQUAL(events[i].sched_type, RTE_SCHED_TYPE_ATOMIC);
			}
		}
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

static void
check_start(uint8_t dev_id, int ret, const char *words)
{
	CHECK_EQUAL(rte_event_dev_start(dev_id), ret);
	CHECK_LOGGED("start", words);
	CHECK(contract_dump_has(dev_id, "stopped"));
}

static void
test_start_names_what_is_missing(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_config conf = contract_config(2, 1);

	check_start(dev_id, -EINVAL, "not configured");
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	contract_port(dev_id, 0, 0);
	contract_queue(dev_id, 0, RTE_SCHED_TYPE_ATOMIC, 0);
	check_start(dev_id, -ENOLINK, "queue 0 is not linked");
	contract_link(dev_id, 0, 0);
	check_start(dev_id, -ESTALE, "queue 1 of 2 is not set up");
	contract_queue(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 0);
	check_start(dev_id, -ENOLINK, "queue 1 is not linked");
	contract_link(dev_id, 0, 1);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	contract_end(dev_id);
	check_start(dev_id, -EINVAL, "not configured");
	contract_unplug(NAME);
}

/* More SINGLE_LINK queues on plain ports than there are load-balanced queues. */
static void
test_start_refuses_what_the_device_cannot_hold(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_config conf = contract_config(33, 1);

	conf.nb_single_link_event_port_queues = 1;
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	for (uint8_t queue = 0; queue < 33; queue++)
		contract_queue(dev_id, queue, RTE_SCHED_TYPE_PARALLEL, 0);
	contract_port(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 33);
	check_start(dev_id, -ENOSPC, "33 queues");
	contract_unplug(NAME);
}

/* The library goes by what was configured before the close; the memory goes with the device. */
static void
test_port_set_up_after_a_close_is_released(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
	contract_port(dev_id, 1, 0);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
	contract_unplug(NAME);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_info_is_complete),
	CONTRACT_CASE(test_service_mode_is_not_distributed),
	CONTRACT_CASE(test_configure_refuses_what_is_beyond_the_device),
	CONTRACT_CASE(test_max_num_events_argument_limits_the_device),
	CONTRACT_CASE(test_queue_setup_refuses_what_is_undefined),
	CONTRACT_CASE(test_order_sequences_are_clamped),
	CONTRACT_CASE(test_port_setup_refuses_what_is_undefined),
	CONTRACT_CASE(test_defaults_pass_their_own_checks),
	CONTRACT_CASE(test_setup_twice_is_setup_anew),
	CONTRACT_CASE(test_fewer_ports_and_queues_release_what_never_was),
	CONTRACT_CASE(test_one_more_port_keeps_what_was_there),
	CONTRACT_CASE(test_single_link_falls_back),
	CONTRACT_CASE(test_start_names_what_is_missing),
	CONTRACT_CASE(test_start_refuses_what_the_device_cannot_hold),
	CONTRACT_CASE(test_port_set_up_after_a_close_is_released),
};

CONTRACT_MAIN(cases)
