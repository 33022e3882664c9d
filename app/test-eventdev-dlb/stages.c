/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Sets the checked pipeline up, runs it, and collects what the ledger found. See stages.h.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>

#include "compat.h"
#include "stages.h"

struct crew {
	struct stages stages;
	struct producer producer[8];
	struct worker *worker;	 /* workers first, then one consumer per directed stage */
	unsigned int nb_workers; /* both together */
	struct run run;
};

/* An event has come to its end when its worker has given it back, too. */
static uint64_t
ended(void *context)
{
	struct crew *crew = context;
	uint64_t n = ledger_ended(&crew->stages.ledger);
	unsigned int i;

	if (n < crew->stages.ledger.conf.events)
		return n;
	for (i = 0; i < crew->nb_workers; i++)
		if (atomic_load(&crew->worker[i].holding))
			return crew->stages.ledger.conf.events - 1;
	return crew->stages.ledger.conf.events;
}

static uint64_t
moves(void *context)
{
	struct crew *crew = context;

	return ledger_moves(&crew->stages.ledger);
}

static bool
wants_shuffle(const struct options *o, const struct rte_event_dev_info *info)
{
	if (o->shuffle != SHUFFLE_AUTO)
		return o->shuffle == SHUFFLE_ON;
	return compat_independent_enqueue(info) != 0 ||
	       strncmp(info->driver_name, "event_dlb", strlen("event_dlb")) == 0;
}

static void
choose_stages(const struct options *o, const char *standard, struct ledger_conf *c)
{
	unsigned int i;

	c->nb_stages = o->stages.nb != 0 ? o->stages.nb : (unsigned int)strlen(standard);
	for (i = 0; i < c->nb_stages; i++)
		c->stage[i] = o->stages.nb != 0 ? o->stages.v[i] : standard[i];
}

static void
describe(const struct stages *s, struct result *r)
{
	const struct ledger_conf *c = &s->ledger.conf;
	size_t used = 0;
	unsigned int i;

	for (i = 0; i < c->nb_stages; i++)
		used += (size_t)snprintf(r->setup + used, sizeof(r->setup) - used, "%s%s",
					 i == 0 ? "" : " -> ", device_type_name(c->stage[i]));
	snprintf(r->setup + used, sizeof(r->setup) - used,
		 "; %u events, %u flows, burst %u, shuffle %s, seed %llu", c->events, c->flows,
		 s->burst, s->shuffle ? "on" : "off", (unsigned long long)c->seed);
}

static void
make_producers(struct crew *crew, struct device_plan *plan)
{
	const struct options *o = crew->stages.options;
	unsigned int i;

	for (i = 0; i < o->producers; i++) {
		crew->producer[i] = (struct producer){
			.agent = { .role = "producer",
				   .number = i,
				   .step = producer_step,
				   .context = &crew->producer[i] },
			.stages = &crew->stages,
			.port = device_plan_port(plan, PORT_PRODUCER, 0),
			.next = i,
			.random = random_start(o->seed ^ (i + 1)),
		};
		crew->run.agent[crew->run.nb_agents++] = &crew->producer[i].agent;
	}
}

static void
make_worker(struct crew *crew, struct device_plan *plan, bool directed, uint8_t stage)
{
	unsigned int number = crew->nb_workers++;
	struct worker *w = &crew->worker[number];

	w->agent = (struct agent){
		.role = directed ? "consumer" : "worker",
		.number = number,
		.step = worker_step,
		.context = w,
	};
	w->stages = &crew->stages;
	w->directed = directed;
	w->port = device_plan_port(plan, directed ? PORT_DIRECTED : PORT_WORKER, stage);
	w->random = random_start(crew->stages.options->seed ^ ((number + 1) * 1000));
	crew->run.agent[crew->run.nb_agents++] = &w->agent;
}

static int
make_workers(struct crew *crew, struct device_plan *plan)
{
	unsigned int i, directed = 0, n = (unsigned int)crew->stages.options->workers;

	for (i = 0; i < plan->nb_queues; i++)
		directed += plan->queue[i] == 'd';
	crew->worker = calloc(n + directed, sizeof(*crew->worker));
	if (crew->worker == NULL)
		return -ENOMEM;
	for (i = 0; i < n && directed < plan->nb_queues; i++)
		make_worker(crew, plan, false, 0);
	for (i = 0; i < plan->nb_queues; i++)
		if (plan->queue[i] == 'd')
			make_worker(crew, plan, true, (uint8_t)i);
	return 0;
}

static int
open_ledger(struct crew *crew, struct ledger_conf *c)
{
	const struct rte_event_dev_info *info = &crew->stages.device.info;
	const struct options *o = crew->stages.options;

	c->events = (uint32_t)o->events;
	c->flows = (uint32_t)o->flows;
	c->producers = (unsigned int)o->producers;
	c->actors = crew->nb_workers;
	c->seed = o->seed;
	c->carries_flow_id = (info->event_dev_cap & RTE_EVENT_DEV_CAP_CARRY_FLOW_ID) != 0;
	if ((info->event_dev_cap & RTE_EVENT_DEV_CAP_EVENT_QOS) != 0)
		c->priority_levels = info->max_event_priority_levels;
	return ledger_create(&crew->stages.ledger, c, crew->stages.verdict);
}

static int
set_up(struct crew *crew, const char *standard)
{
	const struct options *o = crew->stages.options;
	struct stages *s = &crew->stages;
	struct ledger_conf c = { 0 };
	struct device_plan plan = { 0 };
	int ret;

	choose_stages(o, standard, &c);
	s->burst = (unsigned int)o->burst.v[0];
	s->shuffle = wants_shuffle(o, &s->device.info);
	s->implicit = o->release != RELEASE_EXPLICIT;
	plan.nb_queues = c.nb_stages;
	memcpy(plan.queue, c.stage, sizeof(c.stage));
	plan.flows = (uint32_t)o->flows;
	plan.burst = s->burst;
	plan.all_types = o->all_types;
	plan.explicit_release = !s->implicit;
	plan.shuffle = s->shuffle;
	make_producers(crew, &plan);
	ret = make_workers(crew, &plan);
	if (ret == 0)
		ret = open_ledger(crew, &c);
	if (ret != 0) {
		snprintf(s->device.reason, sizeof(s->device.reason),
			 "out of memory: fewer "
			 "--events, --flows or --workers need less");
		return ret;
	}
	return device_start(&s->device, &plan);
}

static void
run_and_check(struct crew *crew, struct result *r)
{
	struct stages *s = &crew->stages;
	uint64_t left;

	crew->run.name = r->test;
	crew->run.services[0] = &s->device.services;
	crew->run.timeout_s = s->options->timeout_s;
	crew->run.progress_s = s->options->progress_s;
	crew->run.unit = "Mev/s";
	crew->run.target = s->ledger.conf.events;
	crew->run.context = crew;
	crew->run.ended = ended;
	crew->run.moves = moves;
	run_agents(&crew->run);
	if (crew->run.end == RUN_STUCK)
		device_dump(&s->device, stderr);
	device_stop(&s->device);
	result_take_run(r, &crew->run);
	if (crew->run.end != RUN_INTERRUPTED)
		ledger_close(&s->ledger);
	left = atomic_load(&s->device.flushed);
	if (crew->run.end == RUN_DONE && left != 0)
		verdict_fail(s->verdict, CHECK_ONCE,
			     "all events had come to their end, yet the device still held %llu",
			     (unsigned long long)left);
	result_figure(r, "dropped on purpose", "events",
		      (double)atomic_load(&s->ledger.nb_dropped));
	result_figure(r, "left in the device", "events", (double)left);
	result_decide(r, &crew->run);
}

void
stages_run(const struct options *options, const char *standard, enum check purpose,
	   struct result *result)
{
	struct crew *crew = calloc(1, sizeof(*crew));
	int ret;

	if (crew == NULL) {
		result_refuse(result, -ENOMEM, "out of memory");
		return;
	}
	crew->stages.options = options;
	crew->stages.verdict = &result->verdict;
	result->required = UINT32_C(1) << CHECK_COMPLETE | UINT32_C(1) << purpose;
	ret = device_find(&crew->stages.device, options->dev);
	if (ret == 0)
		ret = set_up(crew, standard);
	snprintf(result->device, sizeof(result->device), "%s", crew->stages.device.name);
	if (crew->stages.device.info.driver_name != NULL)
		snprintf(result->driver, sizeof(result->driver), "%s",
			 crew->stages.device.info.driver_name);
	if (ret == 0) {
		describe(&crew->stages, result);
		run_and_check(crew, result);
	} else {
		result_refuse(result, ret, crew->stages.device.reason);
	}
	ledger_destroy(&crew->stages.ledger);
	free(crew->worker);
	free(crew);
}
