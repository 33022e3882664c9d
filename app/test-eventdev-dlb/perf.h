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
	uint8_t producer_port, worker_port, consumer_port;
	/* The producer's, on the main lcore */
	uint64_t sent;
	uint32_t next_flow;
	/* The worker's, on a cache line of its own: the main lcore looks at it in each round. */
	atomic_uint_least64_t worked __rte_cache_aligned;
	atomic_bool stop;
	struct histo worker_latency; /* topology 1: the worker is the end */
	/* The consumer's */
	uint64_t consumed __rte_cache_aligned;
	struct histo consumer_latency;
};

struct perf_measure {
	uint64_t ticks;
	uint64_t events;
	bool lost; /* not all events came back before the time-out */
};

/* Throughput with `inflight` events on their way for `ticks`, then drained. */
struct perf_measure
perf_throughput(struct perf_bench *b, uint64_t inflight, uint64_t ticks, uint64_t timeout_ticks);

/* The same with stamped events; the histogram holds each one's TSC ticks. */
struct perf_measure
perf_latency(struct perf_bench *b, uint64_t inflight, uint64_t ticks, uint64_t timeout_ticks,
	     struct histo *latency);

#endif /* PERF_H */
