/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The measuring loops. Every cycle here is charged to the device, so a round does as little as
 * an application could: no checks but the counts, no time stamps unless latency is measured.
 * Which of these it does is a constant in each of the instances of the code.
 *
 * Topology 1: producer -> queue -> worker, who releases. Topology 2: the worker forwards to a
 * directed queue, whose consumer releases. The main lcore is producer, consumer and the
 * device's scheduler service, and the worker too unless that has an lcore of its own.
 */
#include <sched.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "perf.h"
#include "run.h"

/* Rounds between two looks at the clock. */
#define ROUNDS_PER_LOOK 64
/* Empty polls after which a worker yields, in case its CPU is not its own. */
#define EMPTY_POLLS 1024
/* Refusals in a row, the scheduler being stepped between them, by which a device is full. */
#define FULL_AFTER 256
/* Where an event carries its flow beside its number. */
#define FLOW_SHIFT 32

/* What an event carries: its own count, the time it was due, or its number in its flow. */
enum mode {
	COUNT,
	STAMP,
	PROVE,
};

static __rte_always_inline void
maintain(const struct perf_bench *b, uint8_t port)
{
	if (b->device.needs_maintain)
		rte_event_maintain(b->device.id, port, b->flush ? RTE_EVENT_DEV_MAINT_OP_FLUSH : 0);
}

static __rte_always_inline uint64_t
payload(struct perf_bench *b, unsigned int i, uint64_t now, enum mode mode)
{
	if (mode == PROVE)
		return (uint64_t)b->next_flow << FLOW_SHIFT | b->number[b->next_flow]++;
	if (mode == STAMP && b->ticks_per_event != 0)
		return b->paced_from + (uint64_t)((double)(b->paced + i) * b->ticks_per_event);
	return now;
}

/* A number that was given to an event which the device refused is given again. */
static void
take_numbers_back(struct perf_bench *b, const struct rte_event *ev, unsigned int n)
{
	while (n-- > 0)
		b->number[ev[n].flow_id]--;
}

static __rte_always_inline void
produce(struct perf_bench *b, unsigned int burst, enum mode mode)
{
	uint8_t type = b->type == 'o'	? RTE_SCHED_TYPE_ORDERED
		       : b->type == 'p' ? RTE_SCHED_TYPE_PARALLEL
					: RTE_SCHED_TYPE_ATOMIC;
	uint64_t now = mode == STAMP ? rte_rdtsc() : b->sent;
	struct rte_event ev[PERF_MAX_BURST];
	unsigned int i, sent;

	for (i = 0; i < burst; i++) {
		ev[i].event = 0;
		ev[i].op = RTE_EVENT_OP_NEW;
		ev[i].sched_type = type;
		ev[i].event_type = RTE_EVENT_TYPE_CPU;
		ev[i].priority = RTE_EVENT_DEV_PRIORITY_NORMAL;
		ev[i].flow_id = b->next_flow;
		ev[i].u64 = payload(b, i, now, mode);
		b->next_flow = b->next_flow + 1 == b->flows ? 0 : b->next_flow + 1;
	}
	sent = rte_event_enqueue_new_burst(b->device.id, b->producer_port, ev, (uint16_t)burst);
	b->sent += sent;
	if (mode == STAMP)
		b->paced += sent;
	if (mode == PROVE)
		take_numbers_back(b, ev + sent, burst - sent);
}

static __rte_always_inline void
check_order(struct perf_bench *b, const struct rte_event *ev)
{
	uint32_t *expected = &b->expected[ev->u64 >> FLOW_SHIFT], number = (uint32_t)ev->u64;

	b->misordered += number != *expected;
	*expected = number + 1;
}

static __rte_always_inline void
end_events(struct perf_bench *b, uint8_t port, struct rte_event *ev, unsigned int n,
	   struct histo *latency, enum mode mode)
{
	unsigned int i, done = 0;
	uint64_t now = 0;

	if (mode == STAMP)
		now = rte_rdtsc();
	for (i = 0; i < n; i++) {
		if (mode == STAMP)
			histo_add(latency, now - RTE_MIN(now, ev[i].u64), 1);
		if (mode == PROVE)
			check_order(b, &ev[i]);
		ev[i].op = RTE_EVENT_OP_RELEASE;
	}
	if (b->ends_by_dequeue)
		return;
	while (done < n)
		done += rte_event_enqueue_burst(b->device.id, port, ev + done,
						(uint16_t)(n - done));
}

static __rte_always_inline void
forward(const struct perf_bench *b, struct rte_event *ev, unsigned int n)
{
	unsigned int i, done = 0;

	for (i = 0; i < n; i++) {
		ev[i].op = RTE_EVENT_OP_FORWARD;
		ev[i].queue_id = 1;
		ev[i].sched_type = RTE_SCHED_TYPE_ATOMIC;
	}
	while (done < n) {
		done += rte_event_enqueue_forward_burst(b->device.id, b->worker_port, ev + done,
							(uint16_t)(n - done));
		if (done < n && b->cores == 1)
			services_step(&b->device.services);
	}
}

static __rte_always_inline unsigned int
work(struct perf_bench *b, enum mode mode)
{
	struct rte_event ev[PERF_MAX_BURST];
	unsigned int n =
		rte_event_dequeue_burst(b->device.id, b->worker_port, ev, (uint16_t)b->burst, 0);

	if (n == 0)
		maintain(b, b->worker_port);
	else if (b->topology == 1)
		end_events(b, b->worker_port, ev, n, &b->worker_latency, mode);
	else
		forward(b, ev, n);
	return n;
}

static __rte_always_inline void
consume(struct perf_bench *b, enum mode mode)
{
	struct rte_event ev[PERF_MAX_BURST];
	unsigned int n =
		rte_event_dequeue_burst(b->device.id, b->consumer_port, ev, (uint16_t)b->burst, 0);

	if (n == 0)
		maintain(b, b->consumer_port);
	else
		end_events(b, b->consumer_port, ev, n, &b->consumer_latency, mode);
	b->consumed += n;
}

static __rte_always_inline void
count_worked(struct perf_bench *b, unsigned int n)
{
	atomic_store_explicit(&b->worked,
			      atomic_load_explicit(&b->worked, memory_order_relaxed) + n,
			      memory_order_release);
}

/* Events that have come to their end. */
static __rte_always_inline uint64_t
finished(struct perf_bench *b)
{
	if (b->topology == 2)
		return b->consumed;
	return atomic_load_explicit(&b->worked, memory_order_acquire);
}

/* How many of a burst are due by now. */
static __rte_always_inline unsigned int
due(const struct perf_bench *b, unsigned int burst, enum mode mode)
{
	uint64_t n;

	if (mode != STAMP || b->ticks_per_event == 0)
		return burst;
	n = (uint64_t)((double)(rte_rdtsc() - b->paced_from) / b->ticks_per_event) - b->paced;
	return (unsigned int)RTE_MIN(n, burst);
}

static __rte_always_inline void
one_round(struct perf_bench *b, uint64_t inflight, unsigned int burst, enum mode mode)
{
	unsigned int n = b->sent - finished(b) < inflight ? due(b, burst, mode) : 0;

	if (n != 0)
		produce(b, n, mode);
	else
		maintain(b, b->producer_port);
	services_step(&b->device.services);
	if (b->cores == 1) {
		count_worked(b, work(b, mode));
		if (b->topology == 2)
			services_step(&b->device.services);
	}
	if (b->topology == 2)
		consume(b, mode);
}

/*
 * A throughput of nothing is none: where lcores share a CPU, the time may be over before the
 * first event is back, which is then waited for.
 */
static __rte_always_inline bool
is_over(struct perf_bench *b, uint64_t passed, uint64_t before, uint64_t ticks,
	uint64_t timeout_ticks, enum mode mode)
{
	if (passed < ticks)
		return run_interrupted != 0;
	return mode == STAMP || finished(b) != before || passed - ticks >= timeout_ticks ||
	       run_interrupted != 0;
}

static __rte_always_inline struct perf_measure
measure(struct perf_bench *b, uint64_t inflight, uint64_t ticks, uint64_t timeout_ticks,
	enum mode mode)
{
	unsigned int burst = (unsigned int)RTE_MIN(inflight, b->burst), round = 0;
	uint64_t start = rte_rdtsc(), before = finished(b), now;

	do {
		one_round(b, inflight, burst, mode);
		if (++round % ROUNDS_PER_LOOK != 0)
			continue;
		now = rte_rdtsc();
		if (is_over(b, now - start, before, ticks, timeout_ticks, mode))
			break;
	} while (true);
	return (struct perf_measure){ .ticks = now - start, .events = finished(b) - before };
}

/* Let everything come home; false when it does not in time. */
static __rte_always_inline bool
drain(struct perf_bench *b, uint64_t timeout_ticks, enum mode mode)
{
	uint64_t start = rte_rdtsc();

	while (finished(b) != b->sent) {
		one_round(b, 0, 1, mode);
		if (b->cores == 2)
			sched_yield();
		if (rte_rdtsc() - start > timeout_ticks)
			return false;
	}
	return true;
}

static __rte_always_inline int
worker_loop(struct perf_bench *b, enum mode mode)
{
	unsigned int n, empty = 0;

	while (!atomic_load_explicit(&b->stop, memory_order_relaxed)) {
		n = work(b, mode);
		if (n != 0) {
			empty = 0;
			count_worked(b, n);
		} else if (++empty == EMPTY_POLLS) {
			empty = 0;
			sched_yield();
		} else {
			rte_pause();
		}
	}
	return 0;
}

static int
worker_counting(void *arg)
{
	return worker_loop(arg, COUNT);
}

static int
worker_stamping(void *arg)
{
	return worker_loop(arg, STAMP);
}

static int
worker_proving(void *arg)
{
	return worker_loop(arg, PROVE);
}

static void
start_worker(struct perf_bench *b, lcore_function_t *function)
{
	atomic_store(&b->stop, false);
	if (b->cores == 2)
		rte_eal_remote_launch(function, b, b->worker_lcore);
}

static void
stop_worker(struct perf_bench *b)
{
	atomic_store(&b->stop, true);
	if (b->cores == 2)
		rte_eal_wait_lcore(b->worker_lcore);
}

struct perf_measure
perf_throughput(struct perf_bench *b, uint64_t inflight, uint64_t ticks, uint64_t timeout_ticks)
{
	struct perf_measure m;

	/* One event alone would wait for others to fill its burst. */
	b->flush = inflight == 1;
	start_worker(b, worker_counting);
	m = measure(b, inflight, ticks, timeout_ticks, COUNT);
	m.lost = !drain(b, timeout_ticks, COUNT);
	stop_worker(b);
	return m;
}

struct perf_measure
perf_latency(struct perf_bench *b, uint64_t inflight, double ticks_per_event, uint64_t ticks,
	     uint64_t timeout_ticks, struct histo *latency)
{
	struct perf_measure m;

	histo_reset(&b->worker_latency);
	histo_reset(&b->consumer_latency);
	b->flush = true;
	b->ticks_per_event = ticks_per_event;
	b->paced = 0;
	start_worker(b, worker_stamping);
	b->paced_from = rte_rdtsc();
	m = measure(b, inflight, ticks, timeout_ticks, STAMP);
	m.lost = !drain(b, timeout_ticks, STAMP);
	stop_worker(b);
	histo_reset(latency);
	histo_merge(latency, &b->worker_latency);
	histo_merge(latency, &b->consumer_latency);
	return m;
}

struct perf_measure
perf_prove(struct perf_bench *b, uint64_t inflight, uint64_t ticks, uint64_t timeout_ticks)
{
	struct perf_measure m;

	b->flush = false;
	b->misordered = 0;
	start_worker(b, worker_proving);
	m = measure(b, inflight, ticks, timeout_ticks, PROVE);
	m.lost = !drain(b, timeout_ticks, PROVE);
	stop_worker(b);
	m.misordered = b->misordered;
	return m;
}

struct perf_measure
perf_fill(struct perf_bench *b, uint64_t timeout_ticks)
{
	uint64_t from = b->sent, room = (uint64_t)b->device.info.max_num_events, before;
	unsigned int cores = b->cores, refused = 0, burst;
	struct perf_measure m = { 0 };

	b->cores = 1;
	b->flush = true;
	while (refused < FULL_AFTER && b->sent - from < room) {
		before = b->sent;
		burst = (unsigned int)RTE_MIN(b->burst, room - (b->sent - from));
		produce(b, burst, COUNT);
		services_step(&b->device.services);
		refused = b->sent == before ? refused + 1 : 0;
	}
	m.events = b->sent - from;
	m.lost = !drain(b, timeout_ticks, COUNT);
	b->cores = cores;
	return m;
}
