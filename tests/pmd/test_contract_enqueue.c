/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What enqueue refuses, how it says so, and that nothing accepted is lost: bad queues and types,
 * answers to events that are not held, limits and thresholds, implicit release.
 */

#include "contract.h"

#include <errno.h>

#include <rte_errno.h>

#define NAME "event_dlb_enqueue"

static const char *const modes[] = { "device=2.5", "device=2.0", "device=2.5,sched=thread:0",
				     "device=2.0,sched=service" };

static void
test_burst_stops_at_a_queue_that_does_not_exist(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event events[4];

	contract_start(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 1);
	for (unsigned int i = 0; i < 4; i++)
		events[i] = contract_event(RTE_EVENT_OP_NEW, i == 2 ? 2 : 1, 0, i);
	rte_errno = 0;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 4), 2);
	CHECK_EQUAL(rte_errno, EINVAL);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_invalid"), 1);
	events[2].queue_id = 255;
	CHECK_EQUAL(rte_event_enqueue_new_burst(dev_id, 0, &events[2], 2), 0);
	CHECK_EQUAL(rte_errno, EINVAL);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_invalid"), 2);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_tx_invalid"), 2);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_new"), 2);
	for (unsigned int i = 0; i < 2; i++) {
		CHECK_EQUAL(contract_take(dev_id, 0, &events[0], 1), 1);
		CHECK_EQUAL(events[0].u64, i);
	}
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_burst_stops_at_an_undefined_type(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event events[2];

	contract_set_up(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 1);
	contract_queue(dev_id, 1, 0, RTE_EVENT_QUEUE_CFG_ALL_TYPES);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 2);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	for (uint8_t queue = 0; queue < 2; queue++) {
		events[0] = contract_event(RTE_EVENT_OP_NEW, queue, 0, queue);
		events[1] = contract_event(RTE_EVENT_OP_NEW, queue, 3, queue);
		rte_errno = 0;
		CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 2), 1);
		CHECK_EQUAL(rte_errno, EINVAL);
		CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_invalid"), queue + 1);
	}
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_releases_of_nothing_are_refused(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event events[4];

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	events[0] = contract_event(RTE_EVENT_OP_RELEASE, 0, 0, 0);
	rte_errno = 0;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 1), 0);
	CHECK_EQUAL(rte_errno, EINVAL);
	contract_send(dev_id, 0, 0, 0, 1);
	contract_send(dev_id, 0, 0, 0, 2);
	for (unsigned int got = 0; got < 2;)
		got += contract_take(dev_id, 0, &events[got], 2 - got);
	for (unsigned int i = 0; i < 4; i++)
		events[i] = contract_event(RTE_EVENT_OP_RELEASE, 0, 0, 0);
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 4), 2);
	CHECK_EQUAL(rte_errno, EINVAL);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_rel"), 2);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_invalid"), 2);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* DPDK's crypto adapter forwards events that its port never dequeued. */
static void
test_forward_of_nothing_is_new(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event event;

	contract_start(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	for (unsigned int round = 0; round < 4; round++) {
		event = contract_event(RTE_EVENT_OP_FORWARD, 0, RTE_SCHED_TYPE_ATOMIC, round);
		event.impl_opaque = round % 2 == 0 ? 0 : 0x85;
		CHECK_EQUAL((round < 2 ? rte_event_enqueue_burst
				       : rte_event_enqueue_forward_burst)(dev_id, 0, &event, 1),
			    1);
		CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_new"), round + 1);
		CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
		CHECK_EQUAL(event.u64, round);
		contract_release(dev_id, 0, &event, 1);
	}
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_fwd"), 0);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_invalid"), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_limit_refuses_new_and_lets_forward_pass(void)
{
	for (unsigned int m = 0; m < RTE_DIM(modes); m++) {
		const uint8_t dev_id = contract_plug(NAME, modes[m]);
		struct rte_event_dev_config conf = contract_config(2, 1);
		struct rte_event events[32];
		uint16_t nb;

		conf.nb_events_limit = 16;
		CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
		contract_queue(dev_id, 0, RTE_SCHED_TYPE_ATOMIC, 0);
		contract_queue(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 0);
		contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
		CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 2);
		CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
		for (unsigned int i = 0; i < 32; i++)
			events[i] = contract_event(RTE_EVENT_OP_NEW, 0, 0, i);
		rte_errno = 0;
		CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 32), 16);
		CHECK_EQUAL(rte_errno, ENOSPC);
		CHECK_EQUAL(rte_event_enqueue_new_burst(dev_id, 0, events, 1), 0);
		CHECK_EQUAL(rte_errno, ENOSPC);
		nb = contract_take(dev_id, 0, events, 32);
		CHECK(nb > 0);
		for (unsigned int i = 0; i < nb; i++) {
			events[i].op = RTE_EVENT_OP_FORWARD;
			events[i].queue_id = 1;
		}
		CHECK_EQUAL(rte_event_enqueue_forward_burst(dev_id, 0, events, nb), nb);
		for (unsigned int left = 16; left > 0; left -= nb) {
			nb = contract_take(dev_id, 0, events, 32);
			CHECK(nb > 0);
			contract_release(dev_id, 0, events, nb);
		}
		for (unsigned int i = 0; i < 32; i++)
			events[i] = contract_event(RTE_EVENT_OP_NEW, 0, 0, i);
		contract_take(dev_id, 0, &events[31], 1);
		CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 31), 16);
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

static void
test_threshold_is_the_port_s_own(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_port_conf conf;
	struct rte_event events[32];

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
	CHECK_EQUAL(rte_event_port_default_conf_get(dev_id, 1, &conf), 0);
	conf.new_event_threshold = 4;
	CHECK_EQUAL(rte_event_port_setup(dev_id, 1, &conf), 0);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 1);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	for (unsigned int i = 0; i < 32; i++)
		events[i] = contract_event(RTE_EVENT_OP_NEW, 0, 0, i);
	rte_errno = 0;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 1, events, 32), 4);
	CHECK_EQUAL(rte_errno, ENOSPC);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_nospc_new_event_limit"), 1);
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 32), 32);
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 1, events, 1), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* Only a port without the flag releases by dequeueing again. */
static void
test_implicit_release_is_the_port_s_choice(void)
{
	for (unsigned int disabled = 0; disabled < 2; disabled++) {
		const uint8_t dev_id = contract_plug(NAME, "");
		struct rte_event first, second;

		contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
		contract_port(dev_id, 0, disabled ? RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL : 0);
		CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 1);
		CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
		contract_send(dev_id, 1, 0, 0, 7);
		CHECK_EQUAL(contract_take(dev_id, 0, &first, 1), 1);
		CHECK_EQUAL(contract_take(dev_id, 0, &second, 1), 0);
		CHECK_EQUAL(contract_xstat(dev_id, "port_0_outstanding_releases"), disabled);
		CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_implicit_rel"), !disabled);
		first.op = RTE_EVENT_OP_RELEASE;
		CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, &first, 1), disabled);
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

/* The device starts without ports that the application left out. */
static void
test_port_that_is_not_set_up_moves_nothing(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_config conf = contract_config(1, 2);
	struct rte_event event = contract_event(RTE_EVENT_OP_NEW, 0, 0, 0);

	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	rte_errno = 0;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 1, &event, 1), 0);
	CHECK_EQUAL(rte_errno, EINVAL);
	CHECK_EQUAL(rte_event_enqueue_new_burst(dev_id, 1, &event, 1), 0);
	CHECK_EQUAL(rte_event_enqueue_forward_burst(dev_id, 1, &event, 1), 0);
	CHECK_EQUAL(rte_event_dequeue_burst(dev_id, 1, &event, 1, 0), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/*
 * An event that the application made anew says nothing of what it answers. A port with more than 8
 * links reads several hardware ports: the answer must be to the event that was dequeued first, also
 * when that came through another one than the first. What was answered lets its unlink end.
 */
static void
test_unmarked_answer_is_to_the_oldest(void)
{
	static const uint8_t order[][2] = { { 0, 8 }, { 8, 0 } };

	for (unsigned int i = 0; i < RTE_DIM(order); i++) {
		const uint8_t dev_id = contract_plug(NAME, "");
		uint8_t oldest = order[i][0];
		struct rte_event event;

		contract_set_up(dev_id, 9, RTE_SCHED_TYPE_ATOMIC, 1);
		contract_port(dev_id, 0, RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL);
		CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), 9);
		CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
		for (unsigned int j = 0; j < 2; j++) {
			contract_send(dev_id, 0, order[i][j], 0, j);
			CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
			CHECK_EQUAL(event.queue_id, order[i][j]);
		}
		event = contract_event(RTE_EVENT_OP_RELEASE, oldest, 0, 0);
		contract_release(dev_id, 0, &event, 1);
		CHECK_EQUAL(rte_event_port_unlink(dev_id, 0, &oldest, 1), 1);
		for (unsigned int look = 0;
		     look < 100 && rte_event_port_unlinks_in_progress(dev_id, 0) > 0; look++)
			CHECK_EQUAL(rte_event_dequeue_burst(dev_id, 0, &event, 1, 0), 0);
		CHECK_EQUAL(rte_event_port_unlinks_in_progress(dev_id, 0), 0);
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

/* Every field that travels, through a load-balanced and a directed queue, in bursts of any length. */
static void
test_fields_come_back(void)
{
	for (unsigned int m = 0; m < RTE_DIM(modes); m++) {
		const uint8_t dev_id = contract_plug(NAME, modes[m]);
		struct rte_event sent[8], events[8];

		contract_set_up(dev_id, 2, RTE_SCHED_TYPE_PARALLEL, 2);
		contract_queue(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
		contract_port(dev_id, 1, RTE_EVENT_PORT_CFG_SINGLE_LINK);
		contract_link(dev_id, 0, 0);
		contract_link(dev_id, 1, 1);
		CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
		for (unsigned int round = 0; round < 64; round++) {
			uint8_t queue = round % 2;
			uint16_t burst = 1 + round / 2 % 8;

			for (uint16_t i = 0; i < burst; i++) {
				sent[i] = contract_event(RTE_EVENT_OP_NEW, queue, 2,
							 UINT64_C(0x9e3779b97f4a7c15) *
								 (round * 8 + i + 1));
				sent[i].sub_event_type = sent[i].u64 >> 20;
				sent[i].event_type = sent[i].u64 >> 28;
				sent[i].flow_id = sent[i].u64 >> 32;
			}
			CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, sent, burst), burst);
			for (uint16_t got = 0; got < burst;) {
				uint16_t n =
					contract_take(dev_id, queue, &events[got], burst - got);

				CHECK(n > 0);
				got += n;
			}
			for (uint16_t i = 0; i < burst; i++) {
				CHECK_EQUAL(events[i].u64, sent[i].u64);
				CHECK_EQUAL(events[i].flow_id, sent[i].flow_id);
				CHECK_EQUAL(events[i].sub_event_type, sent[i].sub_event_type);
				CHECK_EQUAL(events[i].event_type, sent[i].event_type);
				CHECK_EQUAL(events[i].queue_id, queue);
				CHECK_EQUAL(events[i].sched_type, queue == 0 ? 2 : 1);
				CHECK_EQUAL(events[i].op, RTE_EVENT_OP_NEW);
			}
		}
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_burst_stops_at_a_queue_that_does_not_exist),
	CONTRACT_CASE(test_burst_stops_at_an_undefined_type),
	CONTRACT_CASE(test_releases_of_nothing_are_refused),
	CONTRACT_CASE(test_forward_of_nothing_is_new),
	CONTRACT_CASE(test_limit_refuses_new_and_lets_forward_pass),
	CONTRACT_CASE(test_threshold_is_the_port_s_own),
	CONTRACT_CASE(test_implicit_release_is_the_port_s_choice),
	CONTRACT_CASE(test_port_that_is_not_set_up_moves_nothing),
	CONTRACT_CASE(test_unmarked_answer_is_to_the_oldest),
	CONTRACT_CASE(test_fields_come_back),
};

CONTRACT_MAIN(cases)
