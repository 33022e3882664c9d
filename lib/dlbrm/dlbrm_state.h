/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What the resource manager remembers of a device; included by dlbrm.h only.
 *
 * Users provide the memory and look at nothing in it. There is no list and no counter of free
 * things: an object is free when no domain owns it, and what is left of a budget is the device's
 * total less what the domains hold. So nothing can leak that no domain holds.
 *
 * LDB = load-balanced, DIR = directed, CQ = consumer queue, SN = sequence number.
 */

#ifndef DLBRM_STATE_H
#define DLBRM_STATE_H

/** Owner of what nobody owns, and group of what has none. */
#define DLBRM_NONE 0xff

enum dlbrm_domain_state {
	DLBRM_DOMAIN_FREE,    /**< not in use */
	DLBRM_DOMAIN_CREATED, /**< queues and ports can be made, nothing flows */
	DLBRM_DOMAIN_STARTED, /**< ports may enqueue */
	DLBRM_DOMAIN_STOPPED, /**< was started; ports may not enqueue */
	DLBRM_DOMAIN_BROKEN,  /**< a reset failed: only another reset is allowed */
};

enum dlbrm_slot_state {
	DLBRM_SLOT_FREE,
	DLBRM_SLOT_MAPPED,
	DLBRM_SLOT_MAPPING,   /**< the queue is frozen until none of its elements is in flight */
	DLBRM_SLOT_UNMAPPING, /**< the CQ is off until it has nothing in flight */
};

/** One of the eight places of an LDB CQ where a queue can be mapped. */
struct dlbrm_slot {
	uint8_t state; /**< enum dlbrm_slot_state */
	uint8_t qid;
	uint8_t prio;
	bool has_next; /**< while unmapping: the slot is promised to next_qid */
	uint8_t next_qid;
	uint8_t next_prio;
};

struct dlbrm_ldb_port {
	uint8_t domain; /**< owner or DLBRM_NONE */
	bool configured;
	bool enabled; /**< the user wants the CQ scheduled to; an unmap may hold it off */
	uint16_t cq_depth;
	struct dlbrm_slot slots[DLB_NB_SLOTS];
};

struct dlbrm_ldb_queue {
	uint8_t domain; /**< owner or DLBRM_NONE */
	bool configured;
	uint8_t sn_group; /**< DLBRM_NONE: not ordered */
	uint8_t sn_slot;
	uint16_t inflight_limit;
};

/** A directed port and the queue of the same id, which feeds it. */
struct dlbrm_dir_pair {
	uint8_t domain; /**< owner or DLBRM_NONE */
	bool has_port;
	bool has_queue;
	uint16_t cq_depth;
};

struct dlbrm_domain {
	uint8_t state;	       /**< enum dlbrm_domain_state */
	uint16_t nb_hist_list; /**< owned entries of the history list, from hist_list_base on */
	uint16_t hist_list_base;
	uint16_t hist_list_used; /**< of these, given to ports, from the start */
	uint16_t nb_atomic_inflights;
	uint16_t atomic_inflights_used; /**< of these, given to queues */
	uint16_t nb_ldb_credits;	/**< all credits where the device has one pool */
	uint16_t nb_dir_credits;
};

struct dlbrm {
	const struct dlbrm_io *io;
	void *ctx;
	const struct dlb_limits *limits;
	enum dlb_version version;
	bool gone; /**< a register read as all ones that cannot: every access is over */
	/* What dlbrm_recover() repeats. */
	struct dlbrm_hw_config hw_conf;
	bool has_irq;
	uint8_t sn_mode[DLB_NB_SN_GROUPS];
	struct dlbrm_domain domains[DLB_MAX_DOMAINS];
	struct dlbrm_ldb_queue ldb_queues[DLB_MAX_LDB_QUEUES];
	struct dlbrm_ldb_port ldb_ports[DLB_MAX_LDB_PORTS];
	struct dlbrm_dir_pair dir_pairs[DLB_MAX_DIR_PORTS];
};

#endif /* DLBRM_STATE_H */
