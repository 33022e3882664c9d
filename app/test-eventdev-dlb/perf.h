/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The performance test: perf.c decides what is measured in which order, perf_loop.c measures.
 */
#ifndef PERF_H
#define PERF_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>

#include "device.h"
#include "histo.h"

#define PERF_MAX_BURST 128

/* One device, set up for one cell. */
struct perf_bench {
	struct device device;
	unsigned int topology; /* 1 or 2 */
	unsigned int cores;    /* 1: the main lcore does all; 2: another is the worker */
	unsigned int worker_lcore;
	char type;
	unsigned int burst;
	uint32_t flows;
	bool ends_by_dequeue; /* the device takes no RELEASE */
	bool stuck;	      /* it did not give back what it got */
	bool flush;	      /* idle ports push out what the device holds back for bursts */
	uint8_t producer_port, worker_port, consumer_port;
	/* The producer's, on the main lcore */
	uint64_t sent;
	uint32_t next_flow;
	double ticks_per_event; /* the pace of an open loop; 0: as fast as events come back */
	uint64_t paced_from, paced;
	uint32_t *number; /* [flow]: of its next event, while order is checked */
	/* The worker's, on a cache line of its own: the main lcore looks at it in each round. */
	atomic_uint_least64_t worked __rte_cache_aligned;
	atomic_bool stop;
	struct histo worker_latency; /* topology 1: the worker is the end */
	uint32_t *expected;	     /* [flow]: of whoever is the end */
	uint64_t misordered;
	/* The consumer's */
	uint64_t consumed __rte_cache_aligned;
	struct histo consumer_latency;
};

struct perf_measure {
	uint64_t ticks;
	uint64_t events;
	bool lost;	     /* not all events came back before the time-out */
	uint64_t misordered; /* see perf_prove() */
};

/* Throughput with `inflight` events on their way for `ticks`, then drained. */
struct perf_measure
perf_throughput(struct perf_bench *b, uint64_t inflight, uint64_t ticks, uint64_t timeout_ticks);

/*
 * Latency: the histogram holds each event's TSC ticks from the moment at which it was due to be
 * sent (so that a stall is not hidden by sending less) to the end. One event is due every
 * `ticks_per_event`; with 0 one as soon as there are fewer than `inflight`.
 */
struct perf_measure
perf_latency(struct perf_bench *b, uint64_t inflight, double ticks_per_event, uint64_t ticks,
	     uint64_t timeout_ticks, struct histo *latency);

/*
 * Throughput once more, of events that carry their number within the flow: how many come to
 * their end after a later one, where the device promises that none does. b->number and
 * b->expected have to be zeroed, with b->flows entries each.
 */
struct perf_measure
perf_prove(struct perf_bench *b, uint64_t inflight, uint64_t ticks, uint64_t timeout_ticks);

/* How many events the device takes until it is full; they are drained again. */
struct perf_measure
perf_fill(struct perf_bench *b, uint64_t timeout_ticks);

#endif /* PERF_H */
