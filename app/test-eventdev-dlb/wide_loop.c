/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See wide_loop.h. A round is: the producer's burst, a step of the scheduler, one worker's turn.
 */
#include <string.h>

#include <rte_cycles.h>
#include <rte_pause.h>

#include "run.h"
#include "wide_loop.h"

/* Rounds between two looks at the clock. */
#define ROUNDS_PER_LOOK 64
#define NOBODY		0 /* a worker's number is one above its index */

static void
maintain(const struct wide *w, uint8_t port)
{
	if (w->device->needs_maintain)
		rte_event_maintain(w->device->id, port, 0);
}

static unsigned int
due(const struct wide *w)
{
	uint64_t n = w->plan->burst;

	if (w->plan->ticks_per_event != 0)
		n = (rte_rdtsc() - w->paced_from) / w->plan->ticks_per_event - w->paced;
	return (unsigned int)RTE_MIN(n, w->plan->burst);
}

static void
produce(struct wide *w, unsigned int n)
{
	const struct wide_plan *plan = w->plan;
	struct rte_event ev[WIDE_MAX_BURST];
	uint32_t at = w->next_flow;
	unsigned int i, sent;

	for (i = 0; i < n; i++) {
		ev[i].event = 0;
		ev[i].op = RTE_EVENT_OP_NEW;
		ev[i].sched_type = RTE_SCHED_TYPE_ATOMIC;
		ev[i].event_type = RTE_EVENT_TYPE_CPU;
		ev[i].priority = RTE_EVENT_DEV_PRIORITY_NORMAL;
		ev[i].queue_id = (uint8_t)w->next_queue;
		ev[i].flow_id = plan->flow[at];
		if (plan->hold)
			ev[i].u64 = w->state[ev[i].flow_id].sent++;
		at = at + 1 == plan->nb_flow ? 0 : at + 1;
		w->next_queue = w->next_queue + 1 == plan->nb_queues ? 0 : w->next_queue + 1;
	}
	sent = rte_event_enqueue_new_burst(w->device->id, w->producer_port, ev, (uint16_t)n);
	w->sent += sent;
	w->paced += sent;
	w->next_flow = (w->next_flow + sent) % plan->nb_flow;
	for (i = sent; plan->hold && i < n; i++)
		w->state[ev[i].flow_id].sent--;
}

static void
release(const struct wide *w, uint8_t port, struct rte_event *ev, unsigned int n)
{
	unsigned int i, done = 0;

	for (i = 0; i < n; i++)
		ev[i].op = RTE_EVENT_OP_RELEASE;
	while (done < n)
		done += rte_event_enqueue_burst(w->device->id, port, ev + done,
						(uint16_t)(n - done));
}

/* Of each flow the events that a worker has; whoever has one excludes the others. */
static void
take_flows(struct wide *w, unsigned int worker, const struct rte_event *ev, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++) {
		struct flow_state *s = &w->state[ev[i].flow_id];

		w->shared += s->owner != NOBODY && s->owner != worker + 1;
		w->misordered += (uint32_t)ev[i].u64 != s->seen;
		s->seen = (uint32_t)ev[i].u64 + 1;
		s->owner = (uint8_t)(worker + 1);
		s->events++;
	}
}

static void
give_flows_back(struct wide *w, unsigned int worker)
{
	unsigned int i;

	for (i = 0; i < w->held[worker].n; i++) {
		struct flow_state *s = &w->state[w->held[worker].ev[i].flow_id];

		if (--s->events == 0)
			s->owner = NOBODY;
	}
	release(w, (uint8_t)(w->first_worker_port + worker), w->held[worker].ev, w->held[worker].n);
	w->held[worker].n = 0;
}

static void
be_busy(uint64_t ticks)
{
	uint64_t start = rte_rdtsc();

	while (rte_rdtsc() - start < ticks)
		rte_pause();
}

static void
turn(struct wide *w, unsigned int worker)
{
	uint8_t port = (uint8_t)(w->first_worker_port + worker);
	struct rte_event ev[WIDE_MAX_BURST];
	unsigned int n;

	if (w->plan->hold)
		give_flows_back(w, worker);
	n = rte_event_dequeue_burst(w->device->id, port, ev, (uint16_t)w->plan->burst, 0);
	if (n == 0) {
		maintain(w, port);
		return;
	}
	w->done += n;
	w->count.share[worker] += n;
	if (w->plan->hold) {
		take_flows(w, worker, ev, n);
		memcpy(w->held[worker].ev, ev, n * sizeof(ev[0]));
		w->held[worker].n = n;
	} else {
		release(w, port, ev, n);
	}
	if (w->plan->work_ticks != 0)
		be_busy(n * w->plan->work_ticks);
}

static void
one_round(struct wide *w, uint64_t inflight)
{
	unsigned int n = w->sent - w->done < inflight ? due(w) : 0;

	if (n != 0)
		produce(w, n);
	else
		maintain(w, w->producer_port);
	services_step(&w->device->services);
	turn(w, w->next_worker);
	w->next_worker = w->next_worker + 1 == w->plan->nb_workers ? 0 : w->next_worker + 1;
}

void
wide_measure(struct wide *w, uint64_t ticks)
{
	uint64_t start = rte_rdtsc(), before = w->done, now;
	unsigned int round = 0;

	memset(&w->count, 0, sizeof(w->count));
	w->paced_from = start;
	w->paced = 0;
	do {
		one_round(w, w->plan->inflight);
		now = ++round % ROUNDS_PER_LOOK == 0 ? rte_rdtsc() : start;
	} while (now - start < ticks && run_interrupted == 0);
	w->count.ticks = rte_rdtsc() - start;
	w->count.events = w->done - before;
}

void
wide_drain(struct wide *w, uint64_t timeout_ticks)
{
	uint64_t start = rte_rdtsc();
	unsigned int turns = 0;

	while (w->done != w->sent || turns < w->plan->nb_workers) {
		turns = w->done == w->sent ? turns + 1 : 0;
		one_round(w, 0);
		w->stuck = rte_rdtsc() - start > timeout_ticks;
		if (w->stuck)
			return;
	}
}
