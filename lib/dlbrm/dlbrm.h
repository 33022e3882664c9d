/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * dlbrm: the resource manager of a Dynamic Load Balancer (DLB) physical function.
 *
 * It owns the device's scheduling domains, queues, ports, credits and history list, and programs
 * the device register by register through struct dlbrm_io. It knows nothing of who implements
 * those accesses. Freestanding C: the caller provides all memory, there is no allocation, no lock
 * and no global. All functions on the same struct dlbrm must be serialised by the caller, but for
 * dlbrm_cq_irq_service(), which looks at no domain and only has to be serialised with itself.
 *
 * Names: LDB = load-balanced, DIR = directed, QID = queue id, CQ = consumer queue, PP = producer
 * port, SN = sequence number, CoS = class of service. Ids are the physical ids of the hardware.
 *
 * Errors are negative errno: -EINVAL argument out of range, -ENOENT no such object, -EPERM not
 * allowed in this state (for example after start), -ENOSPC resources exhausted, -EBUSY in use,
 * -ETIMEDOUT the device did not settle before the deadline, -EIO the device is gone or
 * inconsistent, -EOPNOTSUPP this version of the device cannot. After -EIO nothing reaches the
 * device any more until dlbrm_init().
 *
 * Used by: drivers/event/dlb, kernel.
 */

#ifndef DLBRM_H
#define DLBRM_H

#include "dlb_hcw.h"
#include "dlb_limits.h"
#include "dlb_regs.h"

/** How the resource manager reaches a device. */
struct dlbrm_io {
	uint32_t (*csr_read)(void *ctx, enum dlb_bar bar, uint32_t offset);
	void (*csr_write)(void *ctx, enum dlb_bar bar, uint32_t offset, uint32_t value);
	/** One 64-byte write to a producer port. */
	void (*pp_write)(void *ctx, bool is_ldb, unsigned int port, const struct dlb_line *line);
	/** Return when earlier producer-port writes have reached the device. */
	void (*pp_flush)(void *ctx, bool is_ldb, unsigned int port);
	void (*delay_us)(void *ctx, unsigned int us);
};

/** Device-wide settings, written by dlbrm_hw_init(). */
struct dlbrm_hw_config {
	bool sparse_ldb_cq; /**< one queue element per 64-byte line instead of four */
	bool sparse_dir_cq;
	uint8_t qe_weight_pct; /**< 0..100 against starvation among element priorities; default 1 */
	uint8_t qid_weight_pct; /**< 0..100 the same among queue priorities; default 0 = strict */
};

/** What a scheduling domain is given at creation. */
struct dlbrm_domain_config {
	unsigned int nb_ldb_queues;
	unsigned int nb_ldb_ports;
	unsigned int nb_cos_ldb_ports[DLB_NB_COS]; /**< in addition, from a certain class */
	bool cos_strict;	   /**< fail rather than take nb_cos_ldb_ports from another class */
	unsigned int nb_dir_ports; /**< directed port/queue pairs */
	unsigned int nb_atomic_inflights;
	unsigned int nb_hist_list_entries; /**< contiguous */
	unsigned int nb_ldb_credits;	   /**< 2.5: the one pool gets the sum of both */
	unsigned int nb_dir_credits;
};

struct dlbrm_ldb_queue_config {
	unsigned int nb_sequence_numbers; /**< 0 = not ordered, else 64..1024 as a group has */
	unsigned int nb_qid_inflights;	  /**< 1..2048; if ordered at most nb_sequence_numbers */
	unsigned int nb_atomic_inflights; /**< 0 = no atomic scheduling */
	unsigned int lock_id_comp_level;  /**< 0, 64..4096 power of 2, or 65536: distinct flows */
	unsigned int depth_threshold;	  /**< of the 2-bit depth hint */
};

struct dlbrm_ldb_port_config {
	uint64_t cq_iova; /**< 64-byte aligned device address of zeroed consumer-queue memory */
	unsigned int cq_depth;	     /**< power of two, 1..1024 */
	unsigned int hist_list_size; /**< 1.., the CQ's inflight limit */
	int cos_id;		     /**< 0..3, or -1 for any */
	bool cos_strict;
};

struct dlbrm_dir_port_config {
	uint64_t cq_iova;
	unsigned int cq_depth;
	int queue_id; /**< a DIR queue of this domain made earlier, or -1: any free pair */
};

#include "dlbrm_state.h" /* struct dlbrm: caller-allocated, contents private */

/* --- device --------------------------------------------------------------------------------- */

/** Prepare @p rm for a device that is reached through @p io. Touches no register. */
void
dlbrm_init(struct dlbrm *rm, enum dlb_version version, const struct dlbrm_io *io, void *ctx);

/** Power the core up and wait until it is ready: at most 1000 polls, 1 ms apart. */
int
dlbrm_power_up(struct dlbrm *rm);

/** Write the device-wide settings; after an FLR (function-level reset), before any domain. */
int
dlbrm_hw_init(struct dlbrm *rm, const struct dlbrm_hw_config *conf);

/**
 * If the device was reset below its user, forget all domains and what they own, power up and write
 * what dlbrm_hw_init() and dlbrm_irq_init() wrote. Other settings of the whole device are lost.
 * Returns 1 if so, 0 if the device was not reset, or a negative errno.
 */
int
dlbrm_recover(struct dlbrm *rm);

/** SNs of @p group for each ordered queue: 64, 128, 256, 512 or 1024. -EBUSY while in use. */
int
dlbrm_sn_group_set(struct dlbrm *rm, unsigned int group, unsigned int sns_per_queue);

/** SNs per queue of @p group, or -EINVAL. */
int
dlbrm_sn_group_get(const struct dlbrm *rm, unsigned int group);

/** Bandwidth share in percent of each class of service; their sum is at most 100. */
int
dlbrm_cos_bandwidth_set(struct dlbrm *rm, const uint8_t percent[DLB_NB_COS]);

/* --- scheduling domain ---------------------------------------------------------------------- */

/** What is free. */
struct dlbrm_resources {
	unsigned int nb_domains; /**< 0 of a domain */
	unsigned int nb_ldb_queues;
	unsigned int nb_cos_ldb_ports[DLB_NB_COS]; /**< by class: each port is of one */
	unsigned int nb_dir_ports;		   /**< pairs of which neither half is in use */
	unsigned int nb_atomic_inflights;
	unsigned int nb_hist_list_entries;
	unsigned int max_hist_list_run; /**< most entries that follow each other */
	unsigned int nb_ldb_credits;	/**< where the device has one pool, all of them */
	unsigned int nb_dir_credits;
};

/** What new domains could be given. */
void
dlbrm_free_get(const struct dlbrm *rm, struct dlbrm_resources *res);

/** What a domain owns and has not used for queues and ports; of credits, all that it owns. */
int
dlbrm_domain_free_get(const struct dlbrm *rm, unsigned int domain, struct dlbrm_resources *res);

/** Create a domain. Returns its id 0..31 or a negative errno; nothing is kept on error. */
int
dlbrm_domain_create(struct dlbrm *rm, const struct dlbrm_domain_config *conf);

/** Let the domain's ports enqueue. No queue or port can be created until it is stopped. */
int
dlbrm_domain_start(struct dlbrm *rm, unsigned int domain);

/**
 * Stop enqueues; ports and queues stay. What sits in consumer queues is completed and its tokens
 * are returned, so software must have read it before and must return nothing of it afterwards.
 */
int
dlbrm_domain_stop(struct dlbrm *rm, unsigned int domain);

/**
 * Drain and release everything the domain owns, and the domain. Software must have stopped
 * enqueueing and CQ memory must still be mapped. -ETIMEDOUT leaves the domain unusable: its CQs are
 * off, it keeps what it owns, and only this function may be called for it.
 */
int
dlbrm_domain_reset(struct dlbrm *rm, unsigned int domain);

/* --- queues --------------------------------------------------------------------------------- */

/** Returns the QID or a negative errno. */
int
dlbrm_ldb_queue_create(struct dlbrm *rm, unsigned int domain,
		       const struct dlbrm_ldb_queue_config *conf);

/** @p port_id: a DIR port of this domain made earlier, or -1. Returns the QID or an errno. */
int
dlbrm_dir_queue_create(struct dlbrm *rm, unsigned int domain, int port_id,
		       unsigned int depth_threshold);

/** Elements waiting in the device (not those in consumer queues), or a negative errno. */
int
dlbrm_ldb_queue_depth(struct dlbrm *rm, unsigned int domain, unsigned int qid);

int
dlbrm_dir_queue_depth(struct dlbrm *rm, unsigned int domain, unsigned int qid);

/* --- ports ---------------------------------------------------------------------------------- */

/** Returns the port (= PP = CQ) id or a negative errno. */
int
dlbrm_ldb_port_create(struct dlbrm *rm, unsigned int domain,
		      const struct dlbrm_ldb_port_config *conf);

int
dlbrm_dir_port_create(struct dlbrm *rm, unsigned int domain,
		      const struct dlbrm_dir_port_config *conf);

/** Scheduling to the CQ on or off; the producer side keeps working. */
int
dlbrm_port_enable(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
		  bool enable);

/**
 * Map @p qid to LDB @p port with @p priority 0 (first served)..7. On a mapped pair it changes the
 * priority. After start the mapping may complete later: see dlbrm_domain_poll(). -ENOSPC: the
 * port's 8 slots are taken.
 */
int
dlbrm_map_qid(struct dlbrm *rm, unsigned int domain, unsigned int port, unsigned int qid,
	      unsigned int priority);

/**
 * Remove a mapping; completes when the CQ has nothing in flight: dlbrm_domain_poll(). -ENOENT: there
 * is none, or it is being removed.
 */
int
dlbrm_unmap_qid(struct dlbrm *rm, unsigned int domain, unsigned int port, unsigned int qid);

/** Push pending maps and unmaps of the domain on. Returns how many are still pending. */
int
dlbrm_domain_poll(struct dlbrm *rm, unsigned int domain);

/** Unmaps of @p port that are still pending, or a negative errno. */
int
dlbrm_port_unmaps_pending(struct dlbrm *rm, unsigned int domain, unsigned int port);

/** 2.5 only, not while started: schedule to the CQ until element weights sum to @p limit (1..depth). */
int
dlbrm_cq_weight_set(struct dlbrm *rm, unsigned int domain, unsigned int port, unsigned int limit);

/** 2.5 only: after the inflight limit was hit wait until @p threshold. @p enable is device-wide. */
int
dlbrm_cq_inflight_threshold_set(struct dlbrm *rm, unsigned int domain, unsigned int port,
				bool enable, unsigned int threshold);

/* --- interrupts, watchdogs, alarms ----------------------------------------------------------- */

/** A set of ports: bit p % 32 of word p / 32. */
struct dlbrm_ports {
	uint32_t ldb[DLB_MAX_LDB_PORTS / 32];
	uint32_t dir[DLB_MAX_DIR_PORTS / 32];
};

/** Let all CQs of the device interrupt with MSI-X vector 1. Vector 0 is for alarms. */
int
dlbrm_irq_init(struct dlbrm *rm);

/**
 * Interrupt when the CQ holds at least @p threshold (1..depth) elements whose tokens are not
 * returned, once for each dlbrm_cq_irq_arm(). 0: never.
 */
int
dlbrm_cq_irq_config(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
		    unsigned int threshold);

/** Allow one interrupt of the CQ. It comes at once if the CQ holds enough already. */
int
dlbrm_cq_irq_arm(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port);

/** Handler of vector 1: collect in @p fired the CQs that interrupted, and acknowledge. */
int
dlbrm_cq_irq_service(struct dlbrm *rm, struct dlbrm_ports *fired);

/** How long a watched CQ may hold elements whose tokens are not returned. */
enum dlbrm_watchdog_timeout {
	DLBRM_WATCHDOG_OFF,
	DLBRM_WATCHDOG_1S,
	DLBRM_WATCHDOG_10S,
	DLBRM_WATCHDOG_40S,
};

/** Run the watchdogs of the device. */
int
dlbrm_watchdog_set(struct dlbrm *rm, enum dlbrm_watchdog_timeout timeout);

/** Watch the CQ, until its domain is reset. */
int
dlbrm_cq_watchdog_enable(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port);

/** What an alarm says. */
enum dlbrm_alarm {
	DLBRM_ALARM_NONE,
	DLBRM_ALARM_ILLEGAL_QID,   /**< element for a queue that does not exist */
	DLBRM_ALARM_DISABLED_QID,  /**< element for a queue of a domain that is not started */
	DLBRM_ALARM_ILLEGAL_HCW,   /**< command that does not exist or the port may not use */
	DLBRM_ALARM_ILLEGAL_ENQ,   /**< no credit, or completion of nothing */
	DLBRM_ALARM_EXCESS_TOKENS, /**< more tokens returned than are out */
	DLBRM_ALARM_OTHER,	   /**< see the syndrome */
};

struct dlbrm_alarms {
	uint32_t hw_syndrome;  /**< of a fault of the hardware, 0 if none */
	enum dlbrm_alarm kind; /**< what software did wrong, first of several */
	bool more;	       /**< there were several */
	bool is_ldb; /**< the port that did it; of no meaning for OTHER, as is its domain */
	uint8_t port;
	int domain;		      /**< -1 if no domain owns the port */
	uint32_t syndrome[3];	      /**< raw: what happened, then bytes 8 to 15 of the command */
	bool watchdog;		      /**< timed_out is not empty */
	struct dlbrm_ports timed_out; /**< CQs whose watchdog ran out; they are watched again */
};

/**
 * Report, or no longer, what software does wrong. A handler that finds itself run more than a
 * thousand times a second should disable it.
 */
int
dlbrm_alarms_enable(struct dlbrm *rm, bool enable);

/** Handler of vector 0: move the pending alarms to @p alarms and acknowledge. */
int
dlbrm_alarms_service(struct dlbrm *rm, struct dlbrm_alarms *alarms);

#endif /* DLBRM_H */
