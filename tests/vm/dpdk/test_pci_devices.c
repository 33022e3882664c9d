/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * In the guest: devices on PCI come and go, beside each other and beside one made of software.
 *
 * Arguments that are refused leave nothing behind; what is done to one device does not show at
 * another; and a device that was set up, used and stopped in many ways has all its credits.
 */

#include "contract.h"

#include <errno.h>
#include <string.h>

#define OLD  CONTRACT_PCI_OLD
#define NEW  CONTRACT_PCI_NEW
#define SOFT "event_dlb_soft"

#define NB_CYCLES 50
#define BURST	  32

static void
test_bad_arguments_are_named(void)
{
	static const struct {
		const char *name, *args, *says, *allowed;
	} cases[] = {
		{ OLD, "device=2.0", "device", "not for devices on PCI" },
		{ NEW, "sched=service", "sched", "not for devices on PCI" },
		{ NEW, "cq_depth=7", "cq_depth=7", "8..1024" },
		{ OLD, "cq_depth=100", "cq_depth=100", "power of two" },
		{ OLD, "max_num_events=8193", "max_num_events=8193", "1..8192" },
		{ NEW, "max_num_events=16385", "max_num_events=16385", "1..16384" },
		{ NEW, "colour=blue", "\"colour\"", "cq_depth, max_num_events" },
		{ OLD, "cq_depth=8,cq_depth=8", "cq_depth", "twice" },
	};

	for (unsigned int i = 0; i < RTE_DIM(cases); i++) {
		CHECK(contract_try(cases[i].name, cases[i].args) < 0);
		CHECK_LOGGED(cases[i].name, cases[i].says, cases[i].allowed);
		CHECK_EQUAL(rte_event_dev_count(), 0);
	}
}

/* Also right after arguments that were refused. */
static void
test_good_arguments_are_seen(void)
{
	struct rte_event_dev_info info;
	struct rte_event event;
	uint8_t dev_id;

	CHECK(contract_try(OLD, "max_num_events=none") < 0);
	dev_id = contract_plug(OLD, "cq_depth=16,max_num_events=5000");
	CHECK(contract_dump_has(dev_id, "DLB 2.0 on PCI"));
	CHECK(contract_dump_has(dev_id, "cq_depth=16"));
	CHECK_EQUAL(rte_event_dev_info_get(dev_id, &info), 0);
	CHECK_EQUAL(info.max_num_events, 5000);
	contract_start(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	contract_send(dev_id, 0, 0, RTE_SCHED_TYPE_ATOMIC, 5);
	CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
	CHECK_EQUAL(event.u64, 5);
	contract_end(dev_id);
	contract_unplug(OLD);
}

/* --- side by side ------------------------------------------------------------------------------ */

struct device {
	const char *name, *args;
	uint8_t type;
	uint8_t id;
	uint64_t nb_sent, nb_taken;
};

static void
send(struct device *device)
{
	contract_send(device->id, 0, 0, device->type, device->nb_sent++);
}

static void
take(struct device *device)
{
	struct rte_event event;

	CHECK_EQUAL(contract_take(device->id, 0, &event, 1), 1);
	CHECK_EQUAL(event.u64, device->nb_taken);
	device->nb_taken++;
}

static void
test_two_on_pci_and_one_in_software(void)
{
	struct device devices[] = {
		{ .name = OLD, .args = "cq_depth=16", .type = RTE_SCHED_TYPE_ATOMIC },
		{ .name = NEW, .args = "", .type = RTE_SCHED_TYPE_ORDERED },
		{ .name = SOFT, .args = "device=2.0", .type = RTE_SCHED_TYPE_PARALLEL },
	};

	for (unsigned int i = 0; i < RTE_DIM(devices); i++) {
		devices[i].id = contract_plug(devices[i].name, devices[i].args);
		contract_start(devices[i].id, 2, devices[i].type, 2);
	}
	for (unsigned int round = 0; round < 30; round++) {
		struct device *odd = &devices[round % RTE_DIM(devices)];

		/* One is set up anew while the others have an event under way. */
		for (unsigned int i = 0; i < RTE_DIM(devices); i++)
			if (&devices[i] != odd)
				send(&devices[i]);
		contract_end(odd->id);
		contract_start(odd->id, 1 + round % 4, odd->type, 1 + round % 3);
		for (unsigned int i = 0; i < RTE_DIM(devices); i++)
			if (&devices[i] != odd)
				take(&devices[i]);
		for (unsigned int n = 0; n < 20; n++) {
			for (unsigned int i = 0; i < RTE_DIM(devices); i++)
				send(&devices[i]);
			for (unsigned int i = 0; i < RTE_DIM(devices); i++)
				take(&devices[i]);
		}
	}
	for (unsigned int i = 0; i < RTE_DIM(devices); i++) {
		CHECK_EQUAL(devices[i].nb_sent, 30 * 20 + 20);
		CHECK_EQUAL(devices[i].nb_taken, devices[i].nb_sent);
		contract_end(devices[i].id);
	}
	for (unsigned int i = 0; i < RTE_DIM(devices); i++)
		contract_unplug(devices[i].name);
}

/* --- many lives -------------------------------------------------------------------------------- */

static void
count_flushed(uint8_t dev_id, struct rte_event event, void *arg)
{
	RTE_SET_USED(dev_id);
	RTE_SET_USED(event);
	(*(unsigned int *)arg)++;
}

/* Of a different shape each time; the last queue and port are directed. */
static void
set_up(uint8_t dev_id, unsigned int n, int limit)
{
	const uint8_t nb_queues = 2 + n % 5, nb_ports = 2 + n % 3, type = n % 3;
	struct rte_event_dev_config conf = contract_config(nb_queues, nb_ports);

	conf.nb_events_limit = limit;
	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	for (uint8_t queue = 0; queue < nb_queues - 1; queue++)
		contract_queue(dev_id, queue, type, 0);
	for (uint8_t port = 0; port < nb_ports - 1; port++)
		contract_port(dev_id, port, 0);
	contract_queue(dev_id, nb_queues - 1, type, RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
	contract_port(dev_id, nb_ports - 1, RTE_EVENT_PORT_CFG_SINGLE_LINK);
	for (uint8_t queue = 0; queue < nb_queues - 1; queue++)
		contract_link(dev_id, queue % (nb_ports - 1), queue);
	contract_link(dev_id, nb_ports - 1, nb_queues - 1);
}

/* As many new events as it takes: a burst for the directed queue, then for the others in turns. */
static unsigned int
fill(uint8_t dev_id, unsigned int nb_queues, uint8_t type)
{
	struct rte_event events[BURST];
	unsigned int sent = 0;
	uint16_t nb;

	do {
		for (unsigned int i = 0; i < BURST; i++) {
			uint8_t queue = sent == 0 ? nb_queues - 1 : i % (nb_queues - 1);

			events[i] = contract_event(RTE_EVENT_OP_NEW, queue, type, sent + i);
		}
		nb = rte_event_enqueue_new_burst(dev_id, 0, events, BURST);
		sent += nb;
	} while (nb > 0);
	return sent;
}

/* Some of the events are taken, of these one burst is not released; the rest is flushed. */
static void
live(uint8_t dev_id, unsigned int n, int limit)
{
	struct rte_event events[BURST];
	unsigned int nb_flushed = 0, nb_taken = 0;

	CHECK_EQUAL(rte_event_dev_stop_flush_callback_register(dev_id, count_flushed, &nb_flushed),
		    0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(fill(dev_id, 2 + n % 5, n % 3), limit);
	for (unsigned int i = 0; i < n % 4; i++)
		nb_taken += contract_take(dev_id, 0, events, BURST);
	rte_event_dev_stop(dev_id);
	CHECK_EQUAL(nb_taken + nb_flushed, limit);
}

static void
live_often(const char *name, int all)
{
	uint8_t dev_id = contract_plug(name, "");

	for (unsigned int n = 0; n < NB_CYCLES; n++) {
		int limit = n % 10 == 0 ? all : (int)(64 + 7 * n);

		set_up(dev_id, n, limit);
		live(dev_id, n, limit);
		if (n % 5 == 4)
			CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
		if (n % 20 == 19) {
			contract_unplug(name);
			dev_id = contract_plug(name, "");
		}
	}
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
	contract_unplug(name);
}

static void
test_many_lives(void)
{
	live_often(OLD, 8192);
	live_often(NEW, 16384);
}

/* The devices are used once before: the bus keeps something of each that it ever had. */
static void
test_plugging(void)
{
	contract_plug(OLD, "");
	contract_plug(NEW, "");
	contract_unplug(OLD);
	contract_unplug(NEW);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_plugging),
	CONTRACT_CASE(test_bad_arguments_are_named),
	CONTRACT_CASE(test_good_arguments_are_seen),
	CONTRACT_CASE(test_two_on_pci_and_one_in_software),
	CONTRACT_CASE(test_many_lives),
};

int
main(int argc, char **argv)
{
	contract_init_pci(argc, argv);
	return contract_run(cases, RTE_DIM(cases));
}
