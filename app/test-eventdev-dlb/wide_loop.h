/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The measuring loop with many queues, many workers or uneven flows, all on one lcore: one
 * producer, whose events go to the queues in turns, and workers that are asked in turns. So
 * no figure depends on how the kernel deals threads to CPUs.
 */
#ifndef WIDE_LOOP_H
#define WIDE_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "device.h"

#define WIDE_MAX_WORKERS 64
#define WIDE_MAX_BURST	 128

struct wide_plan {
	unsigned int nb_queues; /* atomic */
	unsigned int nb_workers;
	unsigned int links; /* queues that each worker serves */
	uint32_t flows;	    /* event flow ids are below this */
	unsigned int burst;
	uint64_t inflight;
	const uint32_t *flow; /* flows of the events, one after the other, then again */
	uint32_t nb_flow;
	/* Time that an event keeps its worker busy, and between two events; 0: none */
	uint64_t work_ticks, ticks_per_event;
	/*
	 * Workers keep their events until their next turn, and check that nobody else gets
	 * one of the same flow meanwhile, and that each flow comes in order.
	 */
	bool hold;
};

/* What a measurement left behind. */
struct wide_count {
	uint64_t ticks, events;
	uint64_t share[WIDE_MAX_WORKERS]; /* events of each worker */
};

/* One device that a plan is measured on; it has to be set up. */
struct wide {
	const struct wide_plan *plan;
	struct device *device;
	uint8_t producer_port;
	uint8_t first_worker_port;
	bool stuck; /* it did not give back what it got */
	uint64_t sent, done;
	uint64_t paced_from, paced;
	uint32_t next_flow;
	unsigned int next_queue, next_worker;
	/* While events are held: */
	struct {
		unsigned int n;
		struct rte_event ev[WIDE_MAX_BURST];
	} held[WIDE_MAX_WORKERS];
	struct flow_state {
		uint32_t sent, seen;
		uint8_t owner, events;
	} * state; /* [flow] */
	/* Events that came while another worker had their flow, and out of turn */
	uint64_t shared, misordered;
	struct wide_count count;
};

/* For so long, as wide.count tells afterwards. */
void
wide_measure(struct wide *w, uint64_t ticks);

/* Until all is back, and each worker has had a turn more to give back what it holds. */
void
wide_drain(struct wide *w, uint64_t timeout_ticks);

#endif /* WIDE_LOOP_H */
