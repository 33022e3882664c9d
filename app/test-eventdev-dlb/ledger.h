/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The ledger: what each event of a run is, where it has been, and whether that was right.
 * An event has an identifier (0 .. events - 1) which travels in its payload; all its other
 * fields follow from the identifier and the stage, so each of them can be checked on arrival.
 * Workers report arrivals, departures and drops; the ledger holds the checks, as pure logic:
 * it calls no DPDK function, so that unit tests can feed it events that were lost, doubled or
 * swapped on purpose.
 *
 * Threads: ledger_arrive/leave/drop are called by all workers at once. The words that carry
 * the proofs (bitmaps, owners) are atomics; the position within an atomic flow is written only
 * by the flow's owner.
 */
#ifndef LEDGER_H
#define LEDGER_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include <rte_eventdev.h>

#include "owner.h"
#include "verdict.h"

#define LEDGER_MAX_STAGES 8
#define LEDGER_NONE	  UINT32_MAX
/* A payload carries 32 bits of identifier; the bound keeps the tables below 2 GiB. */
#define LEDGER_MAX_EVENTS (UINT32_C(1) << 27)
#define LEDGER_MAX_FLOWS  (UINT32_C(1) << 20)
#define LEDGER_MAX_ACTORS 64

struct ledger_conf {
	uint32_t events;
	uint32_t flows;
	unsigned int producers;
	unsigned int actors; /* numbers 0 .. actors - 1 may report arrivals */
	uint64_t seed;
	unsigned int nb_stages;
	char stage[LEDGER_MAX_STAGES]; /* 'o', 'a', 'p', 'd'; stage k is event queue k */
	/* Distinct event priorities the device keeps apart; 0 or 1: it knows none. */
	unsigned int priority_levels;
	bool carries_flow_id; /* the device promises that the flow id comes back */
};

struct ledger_stage {
	char type;
	bool ordered_input;	     /* per-flow order is intact up to here */
	bool fifo_input;	     /* a producer's whole order is intact up to here */
	atomic_uint_least64_t *seen; /* one bit per event */
	atomic_uint_least64_t nb_seen;
	/* Atomic stages. [flow]: who holds it. */
	owner_word *owner;
	/* Atomic and directed stages. [flow]: the event that must come next. */
	uint32_t *next;
	/* Ordered stages. [actor * flows + flow]: position of the event last seen + 1. */
	uint32_t *last;
	/* Directed stages. [producer * 256 + priority]: event last seen + 1. */
	uint32_t *fifo_last;
};

struct ledger {
	struct ledger_conf conf;
	struct verdict *verdict;
	uint32_t *flow_of;		/* [event] */
	uint32_t *seq_of;		/* [event] position within its flow */
	uint32_t *successor;		/* [event] next event of the flow, or LEDGER_NONE */
	atomic_uint_least64_t *dropped; /* one bit per event */
	atomic_uint_least64_t nb_dropped;
	struct ledger_stage stage[LEDGER_MAX_STAGES];
};

/* 0, or -ENOMEM. Flows are dealt to the producers so that each flow has one producer. */
int
ledger_create(struct ledger *l, const struct ledger_conf *conf, struct verdict *verdict);

void
ledger_destroy(struct ledger *l);

/* Fill in every field of event `id` for `stage`, except op and impl_opaque. */
void
ledger_make(const struct ledger *l, uint32_t id, unsigned int stage, struct rte_event *ev);

/*
 * An actor got this event from the device. Returns its identifier, or LEDGER_NONE when it is
 * none of ours (which has then been reported): such an event can only be released.
 */
uint32_t
ledger_arrive(struct ledger *l, unsigned int actor, const struct rte_event *ev);

/* The actor is about to hand the event back to the device: call before the enqueue. */
void
ledger_leave(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id);

/* The device did not take the event after all: the actor holds it again. */
void
ledger_reenter(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id);

/* The actor will RELEASE the event before the last stage: call before the enqueue. */
void
ledger_drop(struct ledger *l, uint32_t id);

/* Events that have come to their end, dropped ones included. */
uint64_t
ledger_ended(const struct ledger *l);

/* Events seen at any stage, all stages together: grows as long as something moves. */
uint64_t
ledger_moves(const struct ledger *l);

/* After the run: count the checks made, and say which events are missing, and where. */
void
ledger_close(struct ledger *l);

#endif /* LEDGER_H */
