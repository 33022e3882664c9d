/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The data path alone, for measurements: a port with a consumer queue (CQ) full of elements that
 * somebody delivered long ago, and memory that takes its commands and does nothing with them.
 */

#ifndef BURST_RIG_H
#define BURST_RIG_H

#include "bus/dlb_ring.h"
#include "dp/dlb_dp.h"

#define RIG_DEPTH 128 /* events until rig_rewind() */
#define RIG_BURST 32  /* at most */

struct rig {
	struct dlb_dp_dev dp;
	struct dlb_port port;
	_Alignas(DLB_PP_PAGE_BYTES) uint8_t page[DLB_PP_PAGE_BYTES]; /* for a PCI set */
	struct dlb_ring ring;					     /* for that of software */
	_Alignas(DLB_LINE_BYTES) uint8_t cq[RIG_DEPTH * DLB_CQ_SPARSE_STRIDE];
	struct rte_event ev[RIG_DEPTH];
	uint8_t nb_queues;
};

/* Elements are atomic ones of one queue, or of several in turn. */
#define RIG_MAX_QUEUES 8

/* A port for a set of burst functions. */
void
rig_init(struct rig *rig, const struct dlb_burst_ops *ops, bool is_sparse, uint8_t nb_queues);

/* By event. */
struct rig_cost {
	double enqueue;
	double dequeue;
};

/* Make the CQ look unread and the ring empty. */
void
rig_rewind(struct rig *rig);

/* What the application does with the first n events in between: forward them, to as many queues. */
void
rig_work(struct rig *rig, uint16_t n);

/* As rte_event_dequeue_burst() and rte_event_enqueue_burst() do: single events have functions. */
static inline uint16_t
rig_dequeue(struct rig *rig, const struct dlb_burst_ops *ops, struct rte_event *ev, uint16_t n)
{
	return n == 1 ? ops->dequeue(&rig->port, ev, 0) : ops->dequeue_burst(&rig->port, ev, n, 0);
}

static inline uint16_t
rig_enqueue(struct rig *rig, const struct dlb_burst_ops *ops, const struct rte_event *ev,
	    uint16_t n)
{
	return n == 1 ? ops->enqueue(&rig->port, ev) : ops->enqueue_burst(&rig->port, ev, n);
}

/* Instructions of the set with bursts of n events, without what is between the calls. */
struct rig_cost
rig_count(struct rig *rig, const struct dlb_burst_ops *ops, uint16_t n);

#endif /* BURST_RIG_H */
