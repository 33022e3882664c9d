/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * In the guest: all devices go at once, each in a different stage of its life, and read all ones
 * from then on. What has to reach the device fails with an input/output error, everything else
 * works, nothing hangs, and the devices can be taken out.
 *
 * Says "ready" when the devices may go, and takes them for gone when the file GONE exists.
 */

#include "contract.h"

#include <errno.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_errno.h>

/* As tests/vm/run plugs them in. */
#define PROBED	   "0000:00:04.0"
#define CONFIGURED "0000:00:05.0"
#define RUNNING	   "0000:00:06.0"
#define STOPPED	   "0000:00:07.0"
#define UNKNOWN	   "0000:00:08.0"

#define GONE "/tmp/gone"

static void
wait_until_gone(void)
{
	printf("ready\n");
	fflush(stdout);
	while (access(GONE, F_OK) != 0)
		rte_delay_us_sleep(1000);
}

/* What can be done without the device can be done; starting cannot. */
static void
check_start_fails(uint8_t dev_id, const char *name)
{
	CHECK_EQUAL(rte_event_dev_start(dev_id), -EIO);
	CHECK_LOGGED(name, "Input/output error");
	CHECK_EQUAL(rte_event_dev_start(dev_id), -EIO);
	contract_set_up(dev_id, 1, RTE_SCHED_TYPE_ORDERED, 2);
	contract_link(dev_id, 0, 0);
	CHECK_EQUAL(rte_event_dev_start(dev_id), -EIO);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
}

/* Bursts read no register: they see a device that is full and gives nothing. */
static void
check_traffic_stops(uint8_t dev_id)
{
	struct rte_event event;
	uint8_t queue = 1;

	for (unsigned int i = 0; i < 10000; i++) {
		event = contract_event(RTE_EVENT_OP_NEW, 0, RTE_SCHED_TYPE_ATOMIC, i);
		rte_event_enqueue_burst(dev_id, 0, &event, 1);
		CHECK_EQUAL(rte_event_dequeue_burst(dev_id, 0, &event, 1, 0), 0);
	}
	rte_errno = 0;
	CHECK_EQUAL(rte_event_port_link(dev_id, 1, &queue, NULL, 1), 0);
	CHECK_EQUAL(rte_errno, EIO);
	CHECK(contract_dump_has(dev_id, "on PCI"));
	rte_event_dev_stop(dev_id);
	CHECK_LOGGED(RUNNING, "is gone");
}

static void
test_gone_in_each_stage(void)
{
	const uint8_t configured = contract_plug(CONFIGURED, ""),
		      running = contract_plug(RUNNING, ""), stopped = contract_plug(STOPPED, "");
	struct rte_event event;

	contract_plug(PROBED, "");
	contract_set_up(configured, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	contract_link(configured, 0, 0);
	contract_start(stopped, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	rte_event_dev_stop(stopped);
	contract_start(running, 2, RTE_SCHED_TYPE_ATOMIC, 2);
	for (unsigned int i = 0; i < 100; i++)
		contract_send(running, 0, i % 2, RTE_SCHED_TYPE_ATOMIC, i);
	CHECK_EQUAL(contract_take(running, 0, &event, 1), 1);
	while (rte_event_dequeue_burst(running, 0, &event, 1, 0) > 0)
		;

	wait_until_gone();
	check_traffic_stops(running);
	check_start_fails(running, RUNNING);
	check_start_fails(configured, CONFIGURED);
	check_start_fails(stopped, STOPPED);
	CHECK(contract_try(UNKNOWN, "") < 0);
	CHECK_LOGGED(UNKNOWN, "cannot be reset", "Input/output error");
	contract_unplug(PROBED);
	contract_unplug(CONFIGURED);
	contract_unplug(RUNNING);
	contract_unplug(STOPPED);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_gone_in_each_stage),
};

int
main(int argc, char **argv)
{
	contract_init_pci(argc, argv);
	return contract_run(cases, RTE_DIM(cases));
}
