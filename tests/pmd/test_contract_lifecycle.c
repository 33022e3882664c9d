/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A thousand random orders of configure, set-up, link, start, traffic, stop and close. The test
 * keeps a model of what it did: it knows whether a link and a start must succeed, and how many
 * events a stop must hand out. After each stop the device checks itself; at the end no memory may be left.
 */

#include "contract.h"

#include <errno.h>
#include <glob.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_malloc.h>

#define NAME "event_dlb_life"

#define NB_ORDERS    1000
#define NB_OPS	     24
#define MAX_QUEUES   10
#define MAX_PORTS    6
#define EVENTS_LIMIT 512

#define THREAD_STARTS_US 50000

struct model {
	uint8_t dev_id;
	bool is_configured, is_started;
	uint8_t nb_queues, nb_ports;
	bool queue_is_set_up[MAX_QUEUES];
	bool queue_is_single[MAX_QUEUES];
	bool port_is_set_up[MAX_PORTS];
	bool port_is_single[MAX_PORTS];
	bool is_linked[MAX_PORTS][MAX_QUEUES];
	unsigned int nb_in_device;
	unsigned int nb_flushed;
	struct {
		unsigned int starts, refused_starts, directed, events;
	} seen;
};

static void
count_flushed(uint8_t dev_id, struct rte_event event, void *arg)
{
	struct model *model = arg;

	RTE_SET_USED(event);
	CHECK_EQUAL(dev_id, model->dev_id);
	model->nb_flushed++;
}

static unsigned int
random_below(unsigned int end)
{
	return rand() % end;
}

/* Other links than this one, of the queue or of the port. */
static unsigned int
nb_queue_links(const struct model *model, unsigned int queue, unsigned int but_port)
{
	unsigned int nb = 0;

	for (unsigned int p = 0; p < model->nb_ports; p++)
		nb += p != but_port && model->is_linked[p][queue];
	return nb;
}

static unsigned int
nb_port_links(const struct model *model, unsigned int port, unsigned int but_queue)
{
	unsigned int nb = 0;

	for (unsigned int q = 0; q < model->nb_queues; q++)
		nb += q != but_queue && model->is_linked[port][q];
	return nb;
}

/* Whether the link is one that SINGLE_LINK allows. What is not set up has no flags yet. */
static bool
link_is_allowed(const struct model *model, unsigned int port, unsigned int queue)
{
	if (model->queue_is_single[queue] && nb_queue_links(model, queue, port) > 0)
		return false;
	if (!model->port_is_single[port])
		return true;
	return nb_port_links(model, port, queue) == 0 &&
	       (model->queue_is_single[queue] || !model->queue_is_set_up[queue]);
}

static bool
can_link(const struct model *model, unsigned int port, unsigned int queue)
{
	return model->port_is_set_up[port] &&
	       (model->is_linked[port][queue] || link_is_allowed(model, port, queue));
}

/* Links are checked again, as a set-up after them may have changed the rules. */
static bool
can_start(const struct model *model)
{
	for (unsigned int q = 0; q < model->nb_queues; q++) {
		if (!model->queue_is_set_up[q] || nb_queue_links(model, q, MAX_PORTS) == 0)
			return false;
		for (unsigned int p = 0; p < model->nb_ports; p++)
			if (model->is_linked[p][q] && !link_is_allowed(model, p, q))
				return false;
	}
	return model->is_configured;
}

static bool
has_directed(const struct model *model)
{
	for (unsigned int q = 0; q < model->nb_queues; q++)
		for (unsigned int p = 0; p < model->nb_ports; p++)
			if (model->is_linked[p][q] && model->port_is_single[p])
				return true;
	return false;
}

static void
do_configure(struct model *model)
{
	struct rte_event_dev_config conf =
		contract_config(1 + random_below(MAX_QUEUES), 1 + random_below(MAX_PORTS));
	int ret;

	conf.nb_events_limit = EVENTS_LIMIT;
	ret = rte_event_dev_configure(model->dev_id, &conf);
	CHECK_EQUAL(ret, model->is_started ? -EBUSY : 0);
	if (ret != 0)
		return;
	model->is_configured = true;
	model->nb_queues = conf.nb_event_queues;
	model->nb_ports = conf.nb_event_ports;
	for (unsigned int q = model->nb_queues; q < MAX_QUEUES; q++) {
		model->queue_is_set_up[q] = false;
		model->queue_is_single[q] = false;
		for (unsigned int p = 0; p < MAX_PORTS; p++)
			model->is_linked[p][q] = false;
	}
	for (unsigned int p = model->nb_ports; p < MAX_PORTS; p++) {
		model->port_is_set_up[p] = false;
		model->port_is_single[p] = false;
		memset(model->is_linked[p], 0, sizeof(model->is_linked[p]));
	}
}

static void
do_queue_setup(struct model *model)
{
	struct rte_event_queue_conf conf;
	uint8_t queue;
	int ret;

	if (model->nb_queues == 0)
		return;
	queue = random_below(model->nb_queues);
	CHECK_EQUAL(rte_event_queue_default_conf_get(model->dev_id, queue, &conf), 0);
	conf.schedule_type = random_below(3);
	conf.event_queue_cfg = random_below(2) * RTE_EVENT_QUEUE_CFG_ALL_TYPES;
	if (random_below(3) == 0)
		conf.event_queue_cfg |= RTE_EVENT_QUEUE_CFG_SINGLE_LINK;
	conf.priority = random_below(256);
	ret = rte_event_queue_setup(model->dev_id, queue, &conf);
	CHECK_EQUAL(ret, model->is_started ? -EBUSY : 0);
	if (ret != 0)
		return;
	model->queue_is_set_up[queue] = true;
	model->queue_is_single[queue] =
		(conf.event_queue_cfg & RTE_EVENT_QUEUE_CFG_SINGLE_LINK) != 0;
}

static void
do_port_setup(struct model *model)
{
	struct rte_event_port_conf conf;
	uint8_t port;
	int ret;

	if (model->nb_ports == 0)
		return;
	port = random_below(model->nb_ports);
	CHECK_EQUAL(rte_event_port_default_conf_get(model->dev_id, port, &conf), 0);
	conf.event_port_cfg = random_below(2) * RTE_EVENT_PORT_CFG_DISABLE_IMPL_REL;
	if (random_below(3) == 0)
		conf.event_port_cfg |= RTE_EVENT_PORT_CFG_SINGLE_LINK;
	ret = rte_event_port_setup(model->dev_id, port, &conf);
	CHECK_EQUAL(ret, model->is_started ? -EBUSY : 0);
	if (ret != 0)
		return;
	model->port_is_set_up[port] = true;
	model->port_is_single[port] = (conf.event_port_cfg & RTE_EVENT_PORT_CFG_SINGLE_LINK) != 0;
	memset(model->is_linked[port], 0, sizeof(model->is_linked[port]));
}

static void
do_link(struct model *model)
{
	uint8_t port, queue, priority = random_below(256);
	int ret;

	if (model->nb_ports == 0)
		return;
	port = random_below(model->nb_ports);
	queue = random_below(model->nb_queues);
	ret = rte_event_port_link(model->dev_id, port, &queue, &priority, 1);
	/* A running port may have no place left, or be of the other kind. */
	CHECK(ret == can_link(model, port, queue) || (ret == 0 && model->is_started));
	if (ret == 1)
		model->is_linked[port][queue] = true;
}

static void
do_unlink(struct model *model)
{
	uint8_t port, queue;
	int ret;

	if (model->nb_ports == 0)
		return;
	port = random_below(model->nb_ports);
	queue = random_below(model->nb_queues);
	ret = rte_event_port_unlink(model->dev_id, port, &queue, 1);
	CHECK_EQUAL(ret, model->is_linked[port][queue]);
	model->is_linked[port][queue] = false;
}

static void
do_start(struct model *model)
{
	bool expected = can_start(model);
	int ret;

	ret = rte_event_dev_start(model->dev_id);
	if (model->is_started || expected)
		CHECK_EQUAL(ret, 0);
	else if (!model->is_configured)
		CHECK_EQUAL(ret, -EINVAL);
	else
		CHECK(ret == -ESTALE || ret == -ENOLINK || ret == -EDQUOT || ret == -EINVAL);
	model->seen.starts += !model->is_started && ret == 0;
	model->seen.directed += !model->is_started && ret == 0 && has_directed(model);
	model->seen.refused_starts += ret != 0;
	model->is_started = ret == 0;
}

static void
do_traffic(struct model *model)
{
	struct rte_event events[32];
	uint16_t nb;

	if (!model->is_started)
		return;
	for (unsigned int p = 0; p < model->nb_ports; p++) {
		if (!model->port_is_set_up[p])
			continue;
		for (unsigned int i = 0; i < 32; i++)
			events[i] = contract_event(RTE_EVENT_OP_NEW, random_below(model->nb_queues),
						   random_below(3), i);
		nb = rte_event_enqueue_burst(model->dev_id, p, events, 32);
		model->nb_in_device += nb;
		model->seen.events += nb;
		/* What was taken is released at once: the device has the rest. */
		nb = rte_event_dequeue_burst(model->dev_id, p, events, 32, 0);
		contract_release(model->dev_id, p, events, nb);
		model->nb_in_device -= nb;
	}
}

static void
do_stop(struct model *model)
{
	model->nb_flushed = 0;
	rte_event_dev_stop(model->dev_id);
	CHECK_EQUAL(model->nb_flushed, model->nb_in_device);
	if (model->is_started)
		contract_check_device(model->dev_id);
	model->is_started = false;
	model->nb_in_device = 0;
}

static void
do_close(struct model *model)
{
	int ret = rte_event_dev_close(model->dev_id);

	CHECK_EQUAL(ret, model->is_started ? -EBUSY : 0);
	if (ret != 0)
		return;
	model->is_configured = false;
	model->nb_queues = 0;
	model->nb_ports = 0;
	memset(model->queue_is_set_up, 0, sizeof(model->queue_is_set_up));
	memset(model->queue_is_single, 0, sizeof(model->queue_is_single));
	memset(model->port_is_set_up, 0, sizeof(model->port_is_set_up));
	memset(model->port_is_single, 0, sizeof(model->port_is_single));
	memset(model->is_linked, 0, sizeof(model->is_linked));
}

static void
link_all(struct model *model, unsigned int port, bool is_pair)
{
	for (unsigned int q = 0; q < model->nb_queues; q++) {
		model->is_linked[port][q] = model->queue_is_single[q] == is_pair;
		if (model->is_linked[port][q])
			contract_link(model->dev_id, port, q);
	}
}

/*
 * What an application does most, so that many orders get as far as traffic: each port is linked to
 * each queue, but for the last of both where they are a pair.
 */
static void
do_all_setup(struct model *model)
{
	bool has_pair;

	if (model->is_started)
		return;
	do_configure(model);
	has_pair = model->nb_queues > 1 && model->nb_ports > 1 && random_below(2) == 0;
	for (unsigned int q = 0; q < model->nb_queues; q++) {
		model->queue_is_set_up[q] = true;
		model->queue_is_single[q] = has_pair && q + 1 == model->nb_queues;
		contract_queue(model->dev_id, q, random_below(3),
			       model->queue_is_single[q] * RTE_EVENT_QUEUE_CFG_SINGLE_LINK);
	}
	/* All links go before the first one comes. */
	for (unsigned int p = 0; p < model->nb_ports; p++) {
		model->port_is_set_up[p] = true;
		model->port_is_single[p] = has_pair && p + 1 == model->nb_ports;
		contract_port(model->dev_id, p,
			      model->port_is_single[p] * RTE_EVENT_PORT_CFG_SINGLE_LINK);
	}
	for (unsigned int p = 0; p < model->nb_ports; p++)
		link_all(model, p, model->port_is_single[p]);
}

static void
run_orders(const char *args, unsigned int seed)
{
	static void (*const ops[])(struct model *) = {
		do_configure, do_queue_setup, do_port_setup, do_link, do_unlink, do_start,
		do_start,     do_traffic,     do_traffic,    do_stop, do_close,	 do_all_setup,
	};
	struct model model = { .dev_id = contract_plug(NAME, args) };

	srand(seed);
	CHECK_EQUAL(rte_event_dev_stop_flush_callback_register(model.dev_id, count_flushed, &model),
		    0);
	for (unsigned int order = 0; order < NB_ORDERS / 2; order++) {
		for (unsigned int i = 0; i < NB_OPS; i++)
			ops[random_below(RTE_DIM(ops))](&model);
		do_stop(&model);
		do_close(&model);
	}
	printf("%s: %u starts (%u with directed pairs), %u refused, %u events\n", args,
	       model.seen.starts, model.seen.directed, model.seen.refused_starts,
	       model.seen.events);
	CHECK(model.seen.starts > NB_ORDERS / 4);
	CHECK(model.seen.directed > NB_ORDERS / 16);
	CHECK(model.seen.refused_starts > NB_ORDERS / 4);
	CHECK(model.seen.events > NB_ORDERS);
	contract_unplug(NAME);
}

static void
test_orders_of_a_2_5(void)
{
	run_orders("device=2.5", 25);
}

static void
test_orders_of_a_2_0(void)
{
	run_orders("device=2.0,sched=thread:0", 20);
}

#define MAX_HOGS 4000

/* Take all memory there is, the last block of it in small neighbours. */
static unsigned int
hog_memory(void **hogs)
{
	unsigned int nb = 0;

	for (size_t size = 512 << 10; size >= 64; size = size > 1024 ? 1024 : size / 4) {
		while (nb < MAX_HOGS && (hogs[nb] = rte_malloc(NULL, size, 0)) != NULL)
			nb++;
		if (size == 512 << 10)
			rte_free(hogs[--nb]);
	}
	CHECK(nb < MAX_HOGS);
	return nb;
}

/* Wherever memory runs out while it is built, a start leaves nothing behind, and says so. */
static void
test_start_unwinds_wherever_memory_runs_out(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	unsigned int nb_refused = 0, nb_hogs, next = 0;
	static void *hogs[MAX_HOGS];
	int ret;

	contract_set_up(dev_id, 16, RTE_SCHED_TYPE_ATOMIC, 4);
	for (uint8_t port = 0; port < 4; port++)
		CHECK_EQUAL(rte_event_port_link(dev_id, port, NULL, NULL, 0), 16);
	nb_hogs = hog_memory(hogs);
	while ((ret = rte_event_dev_start(dev_id)) != 0) {
		CHECK_EQUAL(ret, -ENOMEM);
		CHECK_LOGGED("start: ", "failed");
		CHECK(contract_dump_has(dev_id, "stopped"));
		contract_check_device(dev_id);
		nb_refused++;
		CHECK(next < nb_hogs);
		rte_free(hogs[nb_hogs - ++next]);
	}
	CHECK(nb_refused > 20);
	contract_send(dev_id, 0, 5, 0, 1);
	contract_end(dev_id);
	while (next < nb_hogs)
		rte_free(hogs[nb_hogs - ++next]);
	contract_unplug(NAME);
}

/* Threads of this process that would take SIGINT, less the one that runs the test. */
static unsigned int
nb_threads_taking_signals(void)
{
	glob_t status;
	char line[256];
	unsigned int nb = 0;
	uint64_t blocked;
	FILE *file;

	CHECK_EQUAL(glob("/proc/self/task/*/status", 0, NULL, &status), 0);
	for (size_t i = 0; i < status.gl_pathc; i++) {
		file = fopen(status.gl_pathv[i], "r");
		if (file == NULL)
			continue;
		while (fgets(line, sizeof(line), file) != NULL)
			if (sscanf(line, "SigBlk: %" SCNx64, &blocked) == 1)
				nb += (blocked >> (SIGINT - 1) & 1) == 0;
		fclose(file);
	}
	globfree(&status);
	return nb - 1;
}

/* A handler that stops the device must not run in the thread that the stop waits for. */
static void
test_thread_of_the_driver_takes_no_signals(void)
{
	const uint8_t dev_id = contract_plug(NAME, "sched=thread:0");
	const unsigned int before = nb_threads_taking_signals();

	contract_start(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	/* A new thread blocks all signals until it has come to itself. */
	rte_delay_us_sleep(THREAD_STARTS_US);
	CHECK_EQUAL(nb_threads_taking_signals(), before);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_orders_of_a_2_5),
	CONTRACT_CASE(test_orders_of_a_2_0),
	CONTRACT_CASE(test_start_unwinds_wherever_memory_runs_out),
	CONTRACT_CASE(test_thread_of_the_driver_takes_no_signals),
};

CONTRACT_MAIN(cases)
