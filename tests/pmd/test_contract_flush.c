/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Stopping a device full of events, and quiescing a port: every event is either handed to the
 * flush callback or was with the application, and nothing is left behind.
 */

#include "contract.h"

#include <rte_errno.h>

#define NAME "event_dlb_flush"
#define MAX  4096

struct flushed {
	unsigned int nb;
	unsigned int nb_of_queue[10];
	uint8_t seen[MAX];
};

static void
flush(uint8_t dev_id, struct rte_event event, void *arg)
{
	struct flushed *flushed = arg;

	CHECK(event.u64 < MAX);
	CHECK(event.queue_id < 10);
	flushed->nb++;
	flushed->nb_of_queue[event.queue_id]++;
	flushed->seen[event.u64]++;
	/* Neither a deadlock nor a way in. */
	contract_xstat(dev_id, "dev_inflight_events");
}

static void
check_each_once(const struct flushed *flushed, unsigned int first, unsigned int end)
{
	for (unsigned int i = first; i < end; i++)
		CHECK_EQUAL(flushed->seen[i], 1);
}

static void
test_stop_hands_out_what_is_in_the_device(void)
{
	static const char *const modes[] = { "device=2.5", "device=2.0", "sched=thread:0" };

	for (unsigned int m = 0; m < RTE_DIM(modes); m++) {
		const uint8_t dev_id = contract_plug(NAME, modes[m]);
		struct flushed flushed = { 0 };
		struct rte_event event;

		contract_start(dev_id, 3, RTE_SCHED_TYPE_ORDERED, 4);
		CHECK_EQUAL(rte_event_dev_stop_flush_callback_register(dev_id, flush, &flushed), 0);
		for (unsigned int i = 0; i < 3000; i++)
			contract_send(dev_id, 1 + i % 3, i % 3, 0, i);
		CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
		CHECK(event.u64 < MAX);
		flushed.seen[event.u64]++;
		rte_event_dev_stop(dev_id);
		CHECK_EQUAL(flushed.nb, 2999);
		check_each_once(&flushed, 0, 3000);
		CHECK_EQUAL(contract_xstat(dev_id, "dev_inflight_events"), 0);
		contract_check_device(dev_id);
		CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
		CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 0);
		contract_end(dev_id);
		CHECK_EQUAL(flushed.nb, 2999);
		contract_unplug(NAME);
	}
}

static void
test_stop_without_a_callback_ends(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");

	contract_start(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 1);
	for (unsigned int i = 0; i < 1000; i++)
		contract_send(dev_id, 0, i % 2, 0, i);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* Held events were the application's; an answer that waited for an older one counts as sent. */
static void
test_stop_tells_held_from_answered(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct flushed flushed = { 0 };
	struct rte_event events[4];
	unsigned int got = 0;

	contract_set_up(dev_id, 2, RTE_SCHED_TYPE_ORDERED, 1);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 2);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_dev_stop_flush_callback_register(dev_id, flush, &flushed), 0);
	for (unsigned int i = 0; i < 4; i++)
		contract_send(dev_id, 0, 0, 0, i);
	while (got < 4)
		got += contract_take(dev_id, 0, &events[got], 4 - got);
	events[2].op = RTE_EVENT_OP_FORWARD;
	events[2].queue_id = 1;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, &events[2], 1), 1);
	events[1].op = RTE_EVENT_OP_RELEASE;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, &events[1], 1), 1);
	rte_event_dev_stop(dev_id);
	CHECK_EQUAL(flushed.nb, 1);
	CHECK_EQUAL(flushed.seen[2], 1);
	CHECK_EQUAL(flushed.nb_of_queue[1], 1);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
	contract_unplug(NAME);
}

/* No port takes from a queue without links: stop has to find its events all the same. */
static void
test_stop_finds_events_of_unlinked_queues(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct flushed flushed = { 0 };
	uint8_t queues[] = { 1, 2 }, directed = 3;
	struct rte_event event;

	contract_set_up(dev_id, 8, RTE_SCHED_TYPE_ATOMIC, 3);
	contract_queue(dev_id, 3, RTE_SCHED_TYPE_ATOMIC, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
	contract_port(dev_id, 1, RTE_EVENT_PORT_CFG_SINGLE_LINK);
	for (uint8_t queue = 0; queue < 8; queue++)
		contract_link(dev_id, queue == 3, queue);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_dev_stop_flush_callback_register(dev_id, flush, &flushed), 0);
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 0, queues, 2), 2);
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 1, &directed, 1), 1);
	CHECK_EQUAL(rte_event_port_unlinks_in_progress(dev_id, 0), 0);
	for (unsigned int i = 0; i < 800; i++)
		contract_send(dev_id, 2, i % 8, 0, i);
	CHECK_EQUAL(contract_take(dev_id, 1, &event, 1), 0);
	rte_event_dev_stop(dev_id);
	CHECK_EQUAL(flushed.nb, 800);
	check_each_once(&flushed, 0, 800);
	for (unsigned int queue = 0; queue < 8; queue++)
		CHECK_EQUAL(flushed.nb_of_queue[queue], 100);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
	contract_unplug(NAME);
}

/* All eight places of the port that could take them are taken by other queues, once for each. */
static void
test_stop_makes_room_for_unlinked_queues(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct flushed flushed = { 0 };
	uint8_t queues[] = { 8, 9 };

	contract_set_up(dev_id, 10, RTE_SCHED_TYPE_ATOMIC, 2);
	for (uint8_t queue = 0; queue < 10; queue++)
		contract_link(dev_id, queue >= 8, queue);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(rte_event_dev_stop_flush_callback_register(dev_id, flush, &flushed), 0);
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 1, queues, 2), 2);
	CHECK_EQUAL(rte_event_port_unlinks_in_progress(dev_id, 1), 0);
	for (unsigned int i = 0; i < 10; i++)
		contract_send(dev_id, 1, i, 0, i);
	rte_event_dev_stop(dev_id);
	CHECK_EQUAL(flushed.nb, 10);
	check_each_once(&flushed, 0, 10);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
	contract_unplug(NAME);
}

/* A worker that leaves gives its flow back, and the events it never looked at. */
static void
test_quiesce_gives_everything_back(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct flushed flushed = { 0 };
	struct rte_event event;
	uint8_t queue = 0;

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	for (unsigned int i = 0; i < 20; i++) {
		event = contract_event(RTE_EVENT_OP_NEW, 0, RTE_SCHED_TYPE_ATOMIC, i);
		event.flow_id = 1;
		CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 1, &event, 1), 1);
	}
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
	CHECK_EQUAL(event.u64, 0);
	CHECK_EQUAL(rte_event_port_unlink(dev_id, 0, &queue, 1), 1);
	rte_event_port_quiesce(dev_id, 0, flush, &flushed);
	CHECK_EQUAL(rte_event_port_unlinks_in_progress(dev_id, 0), 0);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_outstanding_releases"), 0);
	CHECK_EQUAL(flushed.seen[0], 0);
	contract_link(dev_id, 1, 0);
	for (unsigned int i = 1 + flushed.nb; i < 20; i++) {
		CHECK_EQUAL(contract_take(dev_id, 1, &event, 1), 1);
		CHECK_EQUAL(event.u64, i);
	}
	event = contract_event(RTE_EVENT_OP_NEW, 0, RTE_SCHED_TYPE_ATOMIC, 99);
	event.flow_id = 1;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 1, &event, 1), 1);
	CHECK_EQUAL(contract_take(dev_id, 1, &event, 1), 1);
	CHECK_EQUAL(event.u64, 99);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_stop_hands_out_what_is_in_the_device),
	CONTRACT_CASE(test_stop_without_a_callback_ends),
	CONTRACT_CASE(test_stop_tells_held_from_answered),
	CONTRACT_CASE(test_stop_finds_events_of_unlinked_queues),
	CONTRACT_CASE(test_stop_makes_room_for_unlinked_queues),
	CONTRACT_CASE(test_quiesce_gives_everything_back),
};

CONTRACT_MAIN(cases)
