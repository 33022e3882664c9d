/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * From what an application set up to what the device has to provide.
 *
 * struct dlb_setup is what configure, queue set-up, port set-up and links recorded, in any order;
 * struct dlb_plan is how dlb_start.c will build it. The plan is a pure function of the set-up: it
 * knows no device and no DPDK, and it refuses what the device cannot hold before a single register
 * is written.
 *
 * An event port has lanes: one hardware port (producer port, PP, and consumer queue, CQ) each. A
 * load-balanced (LDB) CQ can be mapped to 8 queues (QIDs), so that a port linked to 32 queues has
 * four lanes. A SINGLE_LINK port that is linked to a SINGLE_LINK queue has one directed (DIR) lane.
 */

#ifndef DLB_PLAN_H
#define DLB_PLAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dlb_limits.h"
#include "dlb_why.h"

#define DLB_MAX_EVENT_QUEUES (DLB_MAX_LDB_QUEUES + DLB_MAX_DIR_PORTS)
#define DLB_MAX_EVENT_PORTS  (DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS)

/* Events that one event port can hold: what the seven bits of impl_opaque tell apart. */
#define DLB_PLAN_WINDOW 128
/* ceil(32 queues / 8 slots) */
#define DLB_PLAN_MAX_LANES (DLB_MAX_LDB_QUEUES / DLB_NB_SLOTS)

enum dlb_queue_type {
	DLB_QUEUE_ATOMIC,
	DLB_QUEUE_ORDERED,
	DLB_QUEUE_PARALLEL,
	DLB_QUEUE_ALL_TYPES,
};

struct dlb_setup_queue {
	bool is_set_up;
	bool is_single_link;
	uint8_t priority; /* 0 is the most urgent */
	enum dlb_queue_type type;
	uint32_t nb_atomic_flows;
};

struct dlb_setup_link {
	bool is_linked;
	uint8_t priority;
};

struct dlb_setup_port {
	bool is_set_up;
	bool is_single_link;
	struct dlb_setup_link links[DLB_MAX_EVENT_QUEUES];
};

struct dlb_setup {
	unsigned int nb_queues;
	unsigned int nb_ports;
	unsigned int cq_depth; /* wanted; power of two, 8..1024 */
	struct dlb_setup_queue queues[DLB_MAX_EVENT_QUEUES];
	struct dlb_setup_port ports[DLB_MAX_EVENT_PORTS];
};

struct dlb_plan_queue {
	bool is_directed;
	uint8_t dir_port;	      /* event port of a directed queue */
	uint16_t nb_sequence_numbers; /* 0: no ordered scheduling */
	uint16_t nb_inflights;
	uint16_t nb_atomic_inflights; /* 0: no atomic scheduling */
	uint32_t lock_id_comp_level;  /* distinct locks; 0 without atomic scheduling */
};

struct dlb_plan_port {
	bool is_directed;
	uint8_t nb_lanes;
	uint16_t cq_depth; /* of each lane; its history list has as many entries if LDB */
	int8_t lane[DLB_MAX_EVENT_QUEUES]; /* lane a queue is mapped to, or -1 */
};

struct dlb_plan {
	unsigned int
		sns_per_queue;	 /* sequence numbers (SNs) of an ordered queue; 0: there is none */
	unsigned int nb_ordered; /* queues that have them */
	unsigned int nb_atomic;	 /* queues that have atomic inflights */
	unsigned int nb_ldb_queues;
	unsigned int nb_ldb_lanes;
	unsigned int nb_dir_pairs;
	unsigned int nb_dir_queues; /* of the pairs; the others only enqueue */
	unsigned int nb_hist_entries;
	unsigned int nb_atomic_inflights;
	struct dlb_plan_queue queues[DLB_MAX_EVENT_QUEUES];
	struct dlb_plan_port ports[DLB_MAX_EVENT_PORTS];
};

/*
 * Fill @plan. Returns 0, or with @why filled: -EINVAL for a device that is not configured, -ESTALE
 * for a queue that is not set up, -ENOLINK for one without a link, -EDQUOT or -EINVAL for broken
 * SINGLE_LINK promises, -ENOSPC for more than the device has. A port that is not set up gets no
 * lanes.
 */
int
dlb_plan_make(struct dlb_plan *plan, const struct dlb_setup *setup, const struct dlb_limits *limits,
	      struct dlb_why *why);

/*
 * Whether @port may be linked to @queue in addition to what is recorded: 0, or with @why filled
 * -EDQUOT when that would break a SINGLE_LINK promise or need more lanes than the device has,
 * -EINVAL for a SINGLE_LINK port and a queue that is not.
 */
int
dlb_plan_check_link(const struct dlb_setup *setup, const struct dlb_limits *limits,
		    unsigned int port, unsigned int queue, struct dlb_why *why);

/* Slot priority 0..7 of a link, from the queue's and the link's priority. */
static inline unsigned int
dlb_plan_slot_priority(uint8_t queue_priority, uint8_t link_priority)
{
	int sum = queue_priority + link_priority - 128;

	if (sum < 0)
		sum = 0;
	if (sum > UINT8_MAX)
		sum = UINT8_MAX;
	return (unsigned int)sum >> 5;
}

#endif /* DLB_PLAN_H */
