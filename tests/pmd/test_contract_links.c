/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Links: the rules of SINGLE_LINK, the limits, and linking and unlinking while the device runs.
 */

#include "contract.h"

#include <errno.h>

#include <rte_errno.h>

#define NAME "event_dlb_links"

static void
check_no_link(uint8_t dev_id, uint8_t port, uint8_t queue, int err)
{
	rte_errno = 0;
	CHECK_EQUAL(rte_event_port_link(dev_id, port, &queue, NULL, 1), 0);
	CHECK_EQUAL(rte_errno, err);
}

static void
test_single_link_is_single(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");

	contract_set_up(dev_id, 3, RTE_SCHED_TYPE_ATOMIC, 3);
	contract_queue(dev_id, 0, RTE_SCHED_TYPE_ATOMIC, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
	contract_queue(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_SINGLE_LINK);
	check_no_link(dev_id, 0, 2, EINVAL);
	CHECK_LOGGED("port 0", "queue 2", "SINGLE_LINK");
	contract_link(dev_id, 0, 0);
	contract_link(dev_id, 0, 0);
	check_no_link(dev_id, 0, 1, EDQUOT);
	check_no_link(dev_id, 1, 0, EDQUOT);
	CHECK_LOGGED("port 1", "queue 0", "SINGLE_LINK");
	contract_link(dev_id, 1, 1);
	contract_link(dev_id, 1, 2);
	contract_link(dev_id, 2, 2);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	check_no_link(dev_id, 2, 0, EDQUOT);
	check_no_link(dev_id, 0, 1, EDQUOT);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_links_need_a_port(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_config conf = contract_config(1, 2);

	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	check_no_link(dev_id, 0, 0, EINVAL);
	check_no_link(dev_id, 2, 0, EINVAL);
	contract_port(dev_id, 0, 0);
	check_no_link(dev_id, 0, 1, EINVAL);
	contract_link(dev_id, 0, 0);
	contract_unplug(NAME);
}

/* 16 ports of 32 links, 4 hardware ports each, are all there are. */
static void
test_hardware_ports_run_out(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	uint8_t unlinked = 31;

	contract_set_up(dev_id, 32, RTE_SCHED_TYPE_PARALLEL, 17);
	for (uint8_t port = 0; port < 16; port++)
		CHECK_EQUAL(rte_event_port_link(dev_id, port, NULL, NULL, 0), 32);
	check_no_link(dev_id, 16, 0, EDQUOT);
	CHECK_LOGGED("64 hardware ports");
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	rte_event_dev_stop(dev_id);
	for (uint8_t port = 0; port < 16; port++) {
		for (uint8_t queue = 16; queue < 32; queue++)
			CHECK_EQUAL(rte_event_port_unlink(dev_id, port, &queue, 1), 1);
		CHECK_EQUAL(rte_event_port_unlink(dev_id, port, &unlinked, 1), 0);
	}
	CHECK_EQUAL(rte_event_port_link(dev_id, 16, NULL, NULL, 0), 32);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* The eight places of a hardware port, while the device runs. */
static void
test_running_link_needs_a_free_place(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	uint8_t queue = 3;

	contract_set_up(dev_id, 10, RTE_SCHED_TYPE_ATOMIC, 2);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 10);
	for (uint8_t q = 0; q < 7; q++)
		contract_link(dev_id, 1, q);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	contract_link(dev_id, 1, 7);
	contract_link(dev_id, 1, 7);
	check_no_link(dev_id, 1, 8, EDQUOT);
	CHECK_LOGGED("port 1", "queue 8", "8 links");
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 1, &queue, 1), 1);
	contract_link(dev_id, 1, 8);
	check_no_link(dev_id, 1, 9, EDQUOT);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
wait_for_unlinks(uint8_t dev_id, uint8_t port)
{
	struct rte_event event;
	int left = 1;

	for (unsigned int i = 0; i < 1000 && left > 0; i++) {
		rte_event_dequeue_burst(dev_id, port, &event, 1, 0);
		left = rte_event_port_unlinks_in_progress(dev_id, port);
	}
	CHECK_EQUAL(left, 0);
}

/* Events go where the link is, and wait where there is none. */
static void
test_events_follow_the_link(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event event;
	uint8_t queue = 0;

	contract_start(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 3);
	for (uint64_t round = 0; round < 12; round++) {
		uint8_t from = round % 2, to = !from;

		contract_send(dev_id, 2, 0, 0, round);
		CHECK_EQUAL(contract_take(dev_id, from, &event, 1), 1);
		CHECK_EQUAL(event.u64, round);
		CHECK_EQUAL(rte_event_port_unlink(dev_id, from, &queue, 1), 1);
		wait_for_unlinks(dev_id, from);
		contract_send(dev_id, 2, 0, 0, round);
		CHECK_EQUAL(contract_take(dev_id, from, &event, 1), 0);
		contract_link(dev_id, to, 0);
		CHECK_EQUAL(contract_take(dev_id, to, &event, 1), 1);
		CHECK_EQUAL(event.u64, round);
	}
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* A held event delays the unlink, and is counted until it is released. */
static void
test_unlink_waits_for_held_events(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event event;
	uint8_t queue = 0;

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	contract_send(dev_id, 1, 0, 0, 1);
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 0, &queue, 1), 1);
	CHECK_EQUAL(rte_event_port_unlinks_in_progress(dev_id, 0), 1);
	contract_release(dev_id, 0, &event, 1);
	CHECK_EQUAL(rte_event_port_unlinks_in_progress(dev_id, 0), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* A second link that has to wait for the first port's event comes about without being asked after. */
static void
test_link_completes_by_itself(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event held, event;

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_PARALLEL, 3);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	contract_send(dev_id, 2, 0, RTE_SCHED_TYPE_PARALLEL, 1);
	CHECK_EQUAL(contract_take(dev_id, 0, &held, 1), 1);
	contract_link(dev_id, 1, 0);
	contract_release(dev_id, 0, &held, 1);
	/* More than the first port's consumer queue can hold. */
	for (unsigned int i = 0; i < 256; i++)
		contract_send(dev_id, 2, 0, RTE_SCHED_TYPE_PARALLEL, i);
	CHECK_EQUAL(contract_take(dev_id, 1, &event, 1), 1);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* A directed queue without its link keeps its events until the link is back. */
static void
test_directed_link_can_be_interrupted(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event event;
	uint8_t queue = 0;

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
	contract_queue(dev_id, 0, RTE_SCHED_TYPE_ATOMIC, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_SINGLE_LINK);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 0, &queue, 1), 1);
	CHECK_EQUAL(rte_event_port_unlinks_in_progress(dev_id, 0), 0);
	contract_send(dev_id, 1, 0, 0, 5);
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 0);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
	CHECK_EQUAL(event.u64, 5);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* What was linked while the device ran is linked when it starts again. */
static void
test_running_links_survive_a_restart(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	uint8_t queues[2], priorities[2], queue = 0;
	struct rte_event event;

	contract_start(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 2);
	contract_link(dev_id, 1, 0);
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 0, &queue, 1), 1);
	rte_event_dev_stop(dev_id);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_port_links_get(dev_id, 0, queues, priorities), 1);
	contract_send(dev_id, 0, 0, 0, 3);
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 0);
	CHECK_EQUAL(contract_take(dev_id, 1, &event, 1), 1);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* The library's table of links does not remember queues that went away. */
static void
test_links_go_with_their_queue(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_config one = contract_config(1, 1);
	struct rte_event_dev_config two = contract_config(2, 1);
	uint8_t queues[2], priorities[2];

	contract_set_up(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 1);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 2);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &one), 0);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &two), 0);
	contract_queue(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 0);
	CHECK_EQUAL(rte_event_port_links_get(dev_id, 0, queues, priorities), 1);
	CHECK_EQUAL(queues[0], 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), -ENOLINK);
	contract_unplug(NAME);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_single_link_is_single),
	CONTRACT_CASE(test_links_need_a_port),
	CONTRACT_CASE(test_hardware_ports_run_out),
	CONTRACT_CASE(test_running_link_needs_a_free_place),
	CONTRACT_CASE(test_events_follow_the_link),
	CONTRACT_CASE(test_unlink_waits_for_held_events),
	CONTRACT_CASE(test_link_completes_by_itself),
	CONTRACT_CASE(test_directed_link_can_be_interrupted),
	CONTRACT_CASE(test_running_links_survive_a_restart),
	CONTRACT_CASE(test_links_go_with_their_queue),
};

CONTRACT_MAIN(cases)
