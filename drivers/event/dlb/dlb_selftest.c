/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rte_event_dev_selftest(): one event of each scheduling type goes through the first device of
 * this driver, and on through a directed queue. Uses the public API only, on a stopped device,
 * whose configuration is gone afterwards.
 */

#include "dlb_priv.h"

#include <errno.h>
#include <string.h>

/* Queues 0..2 have the scheduling type of their number; queue 3 is directed. */
#define NB_TYPES 3
#define NB_PORTS 2
#define TRIES	 100000

static int
find_device(void)
{
	struct rte_event_dev_info info;

	for (int dev_id = 0; dev_id < RTE_EVENT_MAX_DEVS; dev_id++)
		if (rte_event_dev_info_get(dev_id, &info) == 0 &&
		    strcmp(info.driver_name, DLB_DRIVER_NAME) == 0)
			return dev_id;
	return -ENODEV;
}

static int
set_up_queue(uint8_t dev_id, uint8_t queue)
{
	struct rte_event_queue_conf conf;

	rte_event_queue_default_conf_get(dev_id, queue, &conf);
	if (queue < NB_TYPES)
		conf.schedule_type = queue;
	else
		conf.event_queue_cfg = RTE_EVENT_QUEUE_CFG_SINGLE_LINK;
	return rte_event_queue_setup(dev_id, queue, &conf);
}

static int
set_up(uint8_t dev_id)
{
	const struct rte_event_dev_config conf = {
		.nb_events_limit = 64,
		.nb_event_queues = NB_TYPES + 1,
		.nb_event_ports = NB_PORTS,
		.nb_single_link_event_port_queues = 1,
		.nb_event_queue_flows = 64,
		.nb_event_port_dequeue_depth = 1,
		.nb_event_port_enqueue_depth = 1,
	};
	uint8_t queues[NB_TYPES + 1] = { 0, 1, 2, NB_TYPES };
	struct rte_event_port_conf port_conf;
	int ret = rte_event_dev_configure(dev_id, &conf);

	for (uint8_t queue = 0; queue <= NB_TYPES && ret == 0; queue++)
		ret = set_up_queue(dev_id, queue);
	for (uint8_t port = 0; port < NB_PORTS && ret == 0; port++) {
		rte_event_port_default_conf_get(dev_id, port, &port_conf);
		port_conf.event_port_cfg = port == 1 ? RTE_EVENT_PORT_CFG_SINGLE_LINK : 0;
		ret = rte_event_port_setup(dev_id, port, &port_conf);
	}
	if (ret == 0 && (rte_event_port_link(dev_id, 0, queues, NULL, NB_TYPES) != NB_TYPES ||
			 rte_event_port_link(dev_id, 1, &queues[NB_TYPES], NULL, 1) != 1))
		ret = -EIO;
	return ret != 0 ? ret : rte_event_dev_start(dev_id);
}

static bool
take(uint8_t dev_id, uint8_t port, struct rte_event *ev)
{
	for (unsigned int i = 0; i < TRIES; i++)
		if (rte_event_dequeue_burst(dev_id, port, ev, 1, 0) == 1)
			return true;
	return false;
}

static bool
carry(uint8_t dev_id, uint8_t type)
{
	const struct rte_event sent = {
		.flow_id = 0xabcde,
		.sub_event_type = 0x5a,
		.event_type = RTE_EVENT_TYPE_CPU,
		.op = RTE_EVENT_OP_NEW,
		.sched_type = type,
		.queue_id = type,
		.u64 = UINT64_C(0x0123456789abcdef),
	};
	struct rte_event ev;

	if (rte_event_enqueue_burst(dev_id, 0, &sent, 1) != 1 || !take(dev_id, 0, &ev) ||
	    ev.queue_id != type || ev.sched_type != type)
		return false;
	ev.op = RTE_EVENT_OP_FORWARD;
	ev.queue_id = NB_TYPES;
	if (rte_event_enqueue_burst(dev_id, 0, &ev, 1) != 1 || !take(dev_id, 1, &ev))
		return false;
	return ev.queue_id == NB_TYPES && ev.flow_id == sent.flow_id && ev.u64 == sent.u64 &&
	       ev.sub_event_type == sent.sub_event_type && ev.event_type == sent.event_type;
}

int
dlb_selftest(void)
{
	int dev_id = find_device();
	int ret;

	if (dev_id < 0)
		return dev_id;
	ret = set_up(dev_id);
	for (uint8_t type = 0; type < NB_TYPES && ret == 0; type++)
		ret = carry(dev_id, type) ? 0 : -EIO;
	if (ret != 0)
		DLB_LOG(ERR, NULL, "self-test of device %d failed: %s", dev_id, strerror(-ret));
	rte_event_dev_stop(dev_id);
	rte_event_dev_close(dev_id);
	return ret;
}
