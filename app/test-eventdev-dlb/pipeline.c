/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scenario pipeline: sets up ports, device, Rx adapter and agents, sends the input capture
 * through as often as asked, and then lets the comparer prove from the two files that nothing
 * was lost, doubled or put out of order. See pipeline.h for the picture.
 *
 * Looping: the input is read again when every packet of it has been received, not when it has
 * been sent; so the device never runs empty between two loops, and the order has to hold
 * across them too.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_event_eth_rx_adapter.h>
#include <rte_lcore.h>
#include <rte_pause.h>
#include <rte_service.h>

#include "capture.h"
#include "compare.h"
#include "pipeline.h"
#include "scenario.h"

#define ADAPTER_ID 0
/*
 * Packets inside the device at a time. The input comes as fast as it is taken: without a bound
 * the device would be full all the time, and the latency that of its own backlog.
 */
#define INFLIGHT 1024
/* Packets the adapter may take per round; more only makes its bursts uneven. */
#define ADAPTER_MAX_RX 128
/* Buffers beyond the device's events: the adapter's own, the pool's caches, those being sent. */
#define SPARE_MBUFS 8192

struct pipeline_crew {
	struct pipeline pipeline;
	struct device_plan plan;
	struct pipeline_transmitter transmitter;
	struct pipeline_worker worker[48];
	struct run run;
	char error[COMPARE_ERROR_BYTES];
};

static uint64_t
ended(void *context)
{
	const struct pipeline *p = context;

	return atomic_load(&p->sent) + atomic_load(&p->dropped);
}

static uint64_t
moves(void *context)
{
	const struct pipeline *p = context;

	return atomic_load(&p->ports.received) + atomic_load(&p->routed) +
	       atomic_load(&p->counted) + atomic_load(&p->sent);
}

/* When the whole input has been received and more loops are wanted: read it again. */
static void
rewind_input(void *context)
{
	struct pipeline *p = context;
	uint32_t service;

	if (p->loops_begun == p->options->loops ||
	    atomic_load(&p->ports.received) < p->loops_begun * p->packets)
		return;
	rte_event_eth_rx_adapter_stop(ADAPTER_ID);
	/* On a service core a round may be under way. */
	if (rte_event_eth_rx_adapter_service_id_get(ADAPTER_ID, &service) == 0)
		while (p->adapter_services.own_cores && rte_service_may_be_active(service) == 1)
			rte_pause();
	if (ports_rewind(&p->ports) != 0)
		p->rewind_failed++;
	rte_event_eth_rx_adapter_start(ADAPTER_ID);
	p->loops_begun++;
}

static int
adapter_conf(uint8_t id, uint8_t dev_id, struct rte_event_eth_rx_adapter_conf *conf, void *arg)
{
	const struct pipeline *p = arg;

	(void)id;
	(void)dev_id;
	conf->event_port_id = p->adapter_port;
	conf->max_nb_rx = ADAPTER_MAX_RX;
	return 0;
}

static int
start_adapter(struct pipeline *p)
{
	struct rte_event_eth_rx_adapter_queue_conf conf = {
		.servicing_weight = 1,
		.ev = {
			.queue_id = STAGE_ROUTE,
			.sched_type = RTE_SCHED_TYPE_ORDERED,
			.priority = RTE_EVENT_DEV_PRIORITY_NORMAL,
		},
	};
	uint32_t service;
	int ret;

	ret = rte_event_eth_rx_adapter_create_ext(ADAPTER_ID, p->device.id, adapter_conf, p);
	if (ret != 0)
		return ret;
	p->adapter_made = true;
	ret = rte_event_eth_rx_adapter_queue_add(ADAPTER_ID, p->ports.in, -1, &conf);
	if (ret == 0 && rte_event_eth_rx_adapter_service_id_get(ADAPTER_ID, &service) == 0)
		ret = services_add(&p->adapter_services, service);
	return ret == 0 ? rte_event_eth_rx_adapter_start(ADAPTER_ID) : ret;
}

static void
stop_adapter(struct pipeline *p)
{
	if (!p->adapter_made)
		return;
	rte_event_eth_rx_adapter_stop(ADAPTER_ID);
	services_stop(&p->adapter_services);
	rte_event_eth_rx_adapter_queue_del(ADAPTER_ID, p->ports.in, -1);
	rte_event_eth_rx_adapter_free(ADAPTER_ID);
	p->adapter_made = false;
}

static void
make_agents(struct pipeline_crew *crew)
{
	struct pipeline *p = &crew->pipeline;
	unsigned int i;

	for (i = 0; i < p->options->workers; i++) {
		crew->worker[i].agent = (struct agent){
			.role = "worker",
			.number = i,
			.step = pipeline_worker_step,
			.context = &crew->worker[i],
		};
		crew->worker[i].pipeline = p;
		crew->worker[i].port = device_plan_port(&crew->plan, PORT_WORKER, 0);
		crew->run.agent[crew->run.nb_agents++] = &crew->worker[i].agent;
	}
	crew->transmitter.agent = (struct agent){
		.role = "transmitter",
		.step = pipeline_transmitter_step,
		.context = &crew->transmitter,
	};
	crew->transmitter.pipeline = p;
	crew->transmitter.port = device_plan_port(&crew->plan, PORT_DIRECTED, STAGE_TRANSMIT);
	crew->run.agent[crew->run.nb_agents++] = &crew->transmitter.agent;
	p->adapter_port = device_plan_port(&crew->plan, PORT_PRODUCER, 0);
}

static int
count_input(struct pipeline_crew *crew)
{
	const struct options *o = crew->pipeline.options;
	uint32_t longest;
	int64_t n;

	if (o->input == NULL) {
		snprintf(crew->error, sizeof(crew->error),
			 "--input is missing: which capture file is to be sent?");
		return -EINVAL;
	}
	n = capture_count(o->input, &longest, crew->error);
	if (n < 0)
		return (int)n;
	if (n == 0 || (uint64_t)n * o->loops > UINT32_MAX) {
		snprintf(crew->error, sizeof(crew->error),
			 "--loops %" PRIu64 ": allowed are up to "
			 "%u packets in all, the input has %" PRIi64,
			 o->loops, UINT32_MAX, n);
		return -EINVAL;
	}
	crew->pipeline.packets = (uint64_t)n;
	return 0;
}

static int
set_up_device(struct pipeline_crew *crew)
{
	struct pipeline *p = &crew->pipeline;
	int ret;

	crew->plan.nb_queues = PIPELINE_STAGES;
	crew->plan.queue[STAGE_ROUTE] = 'o';
	crew->plan.queue[STAGE_COUNT] = 'a';
	crew->plan.queue[STAGE_TRANSMIT] = 'd';
	crew->plan.flows = (uint32_t)p->options->flows;
	crew->plan.burst = p->burst;
	crew->plan.inflight = INFLIGHT;
	make_agents(crew);
	ret = device_start(&p->device, &crew->plan);
	if (ret != 0)
		snprintf(crew->error, sizeof(crew->error), "%s", p->device.reason);
	return ret;
}

static int
set_up(struct pipeline_crew *crew)
{
	struct pipeline *p = &crew->pipeline;
	unsigned int events;
	int ret;

	histo_reset(&p->latency);
	p->burst = (uint32_t)p->options->burst.v[0];
	p->loops_begun = 1;
	ret = count_input(crew);
	if (ret == 0)
		ret = set_up_device(crew);
	if (ret != 0)
		return ret;
	events = p->device.info.max_num_events > 0 ? (unsigned int)p->device.info.max_num_events
						   : 4096;
	ret = ports_open(&p->ports, p->options->input, p->options->output,
			 RTE_MIN(events, 32768u) + SPARE_MBUFS, crew->error);
	if (ret != 0)
		return ret;
	p->flow = calloc(FLOW_IDS, sizeof(*p->flow));
	ret = p->flow == NULL ? -ENOMEM : router_create(&p->router, (int)rte_socket_id());
	if (ret == 0)
		ret = start_adapter(p);
	if (ret != 0)
		snprintf(crew->error, sizeof(crew->error), "router or Rx adapter: %s",
			 strerror(-ret));
	return ret;
}

static void
tear_down(struct pipeline_crew *crew)
{
	struct pipeline *p = &crew->pipeline;

	stop_adapter(p);
	device_stop(&p->device);
	if (p->ports.pool != NULL)
		ports_close(&p->ports);
	router_destroy(&p->router);
}

/* The counters of the atomic stage against the input capture, flow by flow. */
static void
check_counters(struct pipeline *p, const struct compare_report *report)
{
	uint64_t loops = p->options->loops;
	char text[FLOW_TEXT_BYTES];
	unsigned int i;

	/* Two flows may share an identifier: take each one's share off, nothing must be left. */
	for (i = 0; i < report->nb_flows; i++) {
		const struct compare_flow *f = &report->flow[i];

		p->flow[flow_id(&f->key)].packets -= f->packets * loops;
		p->flow[flow_id(&f->key)].bytes -= f->bytes * loops;
	}
	for (i = 0; i < report->nb_flows; i++) {
		const struct compare_flow *f = &report->flow[i];
		const struct flow_count *c = &p->flow[flow_id(&f->key)];

		verdict_made(p->verdict, CHECK_COUNTERS, 1);
		if (c->packets == 0 && c->bytes == 0)
			continue;
		flow_text(&f->key, text);
		verdict_fail(p->verdict, CHECK_COUNTERS,
			     "flow %s: expected %" PRIu64 " packets, counted %" PRIu64, text,
			     f->packets * loops, f->packets * loops + c->packets);
	}
}

static void
prove(struct pipeline_crew *crew, struct result *r)
{
	struct pipeline *p = &crew->pipeline;
	struct compare_report report;
	int ret;

	ret = compare_captures(p->options->input, p->options->output, p->options->loops, &report,
			       p->verdict, crew->error);
	if (ret != 0) {
		verdict_fail(p->verdict, CHECK_CAPTURE, "%s", crew->error);
	} else {
		check_counters(p, &report);
		result_figure(r, "input capture", "packets", (double)report.in);
		result_figure(r, "flows", "", report.nb_flows);
		result_figure(r, "to be dropped by a router", "packets/loop",
			      (double)report.dropped);
		result_figure(r, "expected in the output", "packets", (double)report.expected);
		result_figure(r, "output capture", "packets", (double)report.out);
		result_figure(r, "lost", "packets", (double)report.lost);
		result_figure(r, "doubled", "packets", (double)report.doubled);
		result_figure(r, "foreign or changed", "packets", (double)report.foreign);
		result_figure(r, "out of order", "flows", (double)report.misordered);
	}
	compare_free(&report);
}

static void
take_figures(const struct pipeline *p, struct result *r)
{
	static const struct {
		const char *name;
		unsigned int per_10000;
	} percentiles[] = {
		{ "latency p50", 5000 },   { "latency p90", 9000 },  { "latency p99", 9900 },
		{ "latency p99.9", 9990 }, { "latency max", 10000 },
	};
	double us = 1e6 / (double)rte_get_tsc_hz();
	unsigned int i;

	for (i = 0; i < RTE_DIM(percentiles); i++)
		result_figure(r, percentiles[i].name, "us",
			      us * (double)histo_percentile(&p->latency, percentiles[i].per_10000));
	verdict_made(p->verdict, CHECK_EXCLUSIVE, atomic_load(&p->counted));
	verdict_made(p->verdict, CHECK_ORDER, atomic_load(&p->counted) + atomic_load(&p->sent));
}

/* Stuck: where are the packets? Each stage's count tells between which two they are. */
static void
say_where(struct pipeline *p)
{
	verdict_fail(p->verdict, CHECK_COMPLETE,
		     "of %" PRIu64 " packets %" PRIu64 " were "
		     "received, %" PRIu64 " routed, %" PRIu64 " dropped by the router, %" PRIu64
		     " counted, %" PRIu64 " sent",
		     p->packets * p->options->loops, atomic_load(&p->ports.received),
		     atomic_load(&p->routed), atomic_load(&p->dropped), atomic_load(&p->counted),
		     atomic_load(&p->sent));
	if (p->rewind_failed != 0)
		verdict_fail(p->verdict, CHECK_COMPLETE, "the input could not be read again");
	device_dump(&p->device, stderr);
}

static void
run_and_prove(struct pipeline_crew *crew, struct result *r)
{
	struct pipeline *p = &crew->pipeline;

	crew->run.name = r->test;
	crew->run.services[0] = &p->device.services;
	crew->run.services[1] = &p->adapter_services;
	crew->run.timeout_s = p->options->timeout_s;
	crew->run.progress_s = p->options->progress_s;
	crew->run.unit = "Mpackets/s";
	crew->run.target = p->packets * p->options->loops;
	crew->run.context = p;
	crew->run.ended = ended;
	crew->run.moves = moves;
	crew->run.housekeep = rewind_input;
	run_agents(&crew->run);
	verdict_made(p->verdict, CHECK_COMPLETE, crew->run.target);
	result_take_run(r, &crew->run);
	if (crew->run.end == RUN_STUCK)
		say_where(p);
	tear_down(crew);
	take_figures(p, r);
	if (crew->run.end != RUN_INTERRUPTED)
		prove(crew, r);
	result_decide(r, &crew->run);
}

void
scenario_pipeline(const struct options *options, struct result *result)
{
	struct pipeline_crew *crew = calloc(1, sizeof(*crew));
	struct pipeline *p = crew != NULL ? &crew->pipeline : NULL;
	int ret;

	if (crew == NULL) {
		result_refuse(result, -ENOMEM, "out of memory");
		return;
	}
	p->options = options;
	p->verdict = &result->verdict;
	result->required = UINT32_C(1) << CHECK_COMPLETE | UINT32_C(1) << CHECK_CAPTURE |
			   UINT32_C(1) << CHECK_ORDER | UINT32_C(1) << CHECK_EXCLUSIVE |
			   UINT32_C(1) << CHECK_COUNTERS;
	ret = device_find(&p->device, options->dev);
	if (ret != 0)
		snprintf(crew->error, sizeof(crew->error), "%s", p->device.reason);
	else
		ret = set_up(crew);
	snprintf(result->device, sizeof(result->device), "%s", p->device.name);
	if (p->device.info.driver_name != NULL)
		snprintf(result->driver, sizeof(result->driver), "%s", p->device.info.driver_name);
	if (ret == 0) {
		snprintf(result->setup, sizeof(result->setup),
			 "%s -> ordered: route -> atomic: "
			 "count -> directed -> %s; %" PRIu64 " loop(s), burst %u",
			 options->input, options->output, options->loops, p->burst);
		run_and_prove(crew, result);
	} else {
		tear_down(crew);
		result_refuse(result, ret, crew->error);
	}
	free(p->flow);
	free(crew);
}
