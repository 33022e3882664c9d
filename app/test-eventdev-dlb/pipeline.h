/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The packet pipeline: capture file -> Rx adapter -> ordered stage (route) -> atomic stage
 * (count per flow) -> directed queue -> transmitter -> capture file.
 */
#ifndef PIPELINE_H
#define PIPELINE_H

#include "device.h"
#include "flow.h"
#include "histo.h"
#include "options.h"
#include "owner.h"
#include "ports.h"
#include "result.h"
#include "router.h"
#include "run.h"

#define PIPELINE_MAX_BURST 128

/* Stage numbers, which are the event queues' numbers as well. */
enum {
	STAGE_ROUTE,	/* ordered */
	STAGE_COUNT,	/* atomic */
	STAGE_TRANSMIT, /* directed */
	PIPELINE_STAGES
};

/* What the atomic stage knows of a flow. It takes no lock: the device is the lock. */
struct flow_count {
	owner_word owner;   /* proves that */
	uint32_t last;	    /* number of the packet last counted */
	uint32_t last_sent; /* the same at the transmitter */
	uint64_t packets, bytes;
};

struct pipeline {
	const struct options *options;
	struct device device;
	struct services adapter_services;
	struct verdict *verdict;
	struct ports ports;
	struct router router;
	struct flow_count *flow; /* [20-bit flow id] */
	uint8_t adapter_port;
	bool adapter_made;
	uint32_t burst;
	uint64_t packets; /* in the input */
	uint64_t loops_begun;
	uint64_t rewind_failed;
	/* Each is written by one lcore at a time or with atomic adds, and read for progress. */
	atomic_uint_least64_t routed, counted, sent, dropped;
	struct histo latency; /* TSC ticks from reception to transmission */
};

struct pipeline_worker {
	struct agent agent;
	struct pipeline *pipeline;
	uint8_t port;
	unsigned int nb, sent; /* events in hand; of these, given back */
	uint32_t flow[PIPELINE_MAX_BURST];
	bool counting[PIPELINE_MAX_BURST]; /* holds the flow of the atomic stage */
	struct rte_event ev[PIPELINE_MAX_BURST];
};

struct pipeline_transmitter {
	struct agent agent;
	struct pipeline *pipeline;
	uint8_t port;
	unsigned int nb, sent, released;
	struct rte_event ev[PIPELINE_MAX_BURST];
	struct rte_mbuf *packet[PIPELINE_MAX_BURST];
};

unsigned int
pipeline_worker_step(struct agent *agent);

unsigned int
pipeline_transmitter_step(struct agent *agent);

#endif /* PIPELINE_H */
