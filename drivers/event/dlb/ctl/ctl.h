/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Who manages the resources of a device: this process, with the resource manager (lib/dlbrm) on a
 * bus; or the kernel, which is asked through a char device. What they have in common is not how a
 * register is written but what a scheduling domain is made of.
 *
 * A struct dlb_ctl belongs to the primary process, which alone runs the control path; whoever
 * calls serialises. A device has one domain at a time. Ids are those of the device.
 *
 * Errors are negative errno. Those of the kernel are logged by who asked it, since it says more.
 *
 * QID = queue id, PP = producer port, CQ = consumer queue, LDB = load-balanced, DIR = directed,
 * SN = sequence number.
 */

#ifndef DLB_CTL_H
#define DLB_CTL_H

#include <stdbool.h>
#include <stdint.h>

#include "dlbrm.h"

struct dlb_bus;
struct dlb_ctl;

/** What a domain is to have. */
struct dlb_ctl_domain {
	struct dlbrm_domain_config rm;
	unsigned int nb_ordered;    /**< LDB queues with SNs */
	unsigned int sns_per_queue; /**< of each of them */
};

/** One hardware port: PP and CQ of the same number. All zero: it is not open. */
struct dlb_hw_lane {
	uint8_t id;
	bool is_dir;
	bool sparse; /**< entries of the CQ are 64 bytes apart, otherwise 16 */
	void *cq;
	void *pp_mem; /**< where its commands go, see the line writers of dp/ */
};

/** A hardware port to be opened. */
struct dlb_ctl_lane {
	bool is_dir;
	bool interrupts;       /**< when it is armed and its CQ holds an element */
	unsigned int cq_depth; /**< power of two; if LDB, history entries as well */
};

/** A queue to be created. */
struct dlb_ctl_queue {
	int dir_port; /**< the DIR lane that it feeds, or -1: it is an LDB queue */
	struct dlbrm_ldb_queue_config ldb;
	unsigned int depth_threshold; /**< of a DIR queue */
};

struct dlb_ctl_ops {
	void (*close)(struct dlb_ctl *ctl);
	int (*domain_create)(struct dlb_ctl *ctl, const struct dlb_ctl_domain *conf);
	int (*domain_start)(struct dlb_ctl *ctl);
	int (*domain_destroy)(struct dlb_ctl *ctl);
	int (*queue_create)(struct dlb_ctl *ctl, const struct dlb_ctl_queue *conf);
	int (*lane_open)(struct dlb_ctl *ctl, const struct dlb_ctl_lane *conf,
			 struct dlb_hw_lane *lane);
	void (*lane_close)(struct dlb_ctl *ctl, struct dlb_hw_lane *lane);
	int (*lane_enable)(struct dlb_ctl *ctl, bool is_ldb, unsigned int port, bool enable);
	int (*map)(struct dlb_ctl *ctl, unsigned int port, unsigned int qid, unsigned int priority);
	int (*unmap)(struct dlb_ctl *ctl, unsigned int port, unsigned int qid);
	int (*pending)(struct dlb_ctl *ctl, int port);
	int (*queue_depth)(struct dlb_ctl *ctl, bool is_ldb, unsigned int qid);
};

struct dlb_ctl {
	const struct dlb_ctl_ops *ops;
};

/**
 * Bring up the device on @p bus, which stays the caller's.
 *
 * @return 0, or -errno with nothing left behind: -ENOMEM, -ETIMEDOUT, -EIO
 */
int
dlb_ctl_local_open(struct dlb_ctl **ctl, enum dlb_version version, struct dlb_bus *bus);

/** The resource manager of a device on a bus, for its interrupts. */
struct dlbrm *
dlb_ctl_local_rm(struct dlb_ctl *ctl);

/** Its domain is destroyed. NULL is allowed. */
static inline void
dlb_ctl_close(struct dlb_ctl *ctl)
{
	if (ctl != NULL)
		ctl->ops->close(ctl);
}

/** Id of the new domain. */
static inline int
dlb_ctl_domain_create(struct dlb_ctl *ctl, const struct dlb_ctl_domain *conf)
{
	return ctl->ops->domain_create(ctl, conf);
}

/** Let its ports enqueue; nothing can be created in it from now on. */
static inline int
dlb_ctl_domain_start(struct dlb_ctl *ctl)
{
	return ctl->ops->domain_start(ctl);
}

/** Drain it and take everything back but the lanes, which are to be closed next. */
static inline int
dlb_ctl_domain_destroy(struct dlb_ctl *ctl)
{
	return ctl->ops->domain_destroy(ctl);
}

/** QID of the new queue. */
static inline int
dlb_ctl_queue_create(struct dlb_ctl *ctl, const struct dlb_ctl_queue *conf)
{
	return ctl->ops->queue_create(ctl, conf);
}

/** Create a port and make it usable. After an error @p lane is to be closed as well. */
static inline int
dlb_ctl_lane_open(struct dlb_ctl *ctl, const struct dlb_ctl_lane *conf, struct dlb_hw_lane *lane)
{
	return ctl->ops->lane_open(ctl, conf, lane);
}

/** The device writes to its CQ no more: its domain is gone. One that is not open is allowed. */
static inline void
dlb_ctl_lane_close(struct dlb_ctl *ctl, struct dlb_hw_lane *lane)
{
	ctl->ops->lane_close(ctl, lane);
}

/** Scheduling to the CQ on or off; the producer side keeps working. */
static inline int
dlb_ctl_lane_enable(struct dlb_ctl *ctl, bool is_ldb, unsigned int port, bool enable)
{
	return ctl->ops->lane_enable(ctl, is_ldb, port, enable);
}

/**
 * See dlbrm_map_qid(); may complete later. -ENOSPC if the port's slots are taken, which nobody logs:
 * there may be another port to try.
 */
static inline int
dlb_ctl_map(struct dlb_ctl *ctl, unsigned int port, unsigned int qid, unsigned int priority)
{
	return ctl->ops->map(ctl, port, qid, priority);
}

/** Completes when the CQ has nothing in flight. */
static inline int
dlb_ctl_unmap(struct dlb_ctl *ctl, unsigned int port, unsigned int qid)
{
	return ctl->ops->unmap(ctl, port, qid);
}

/** All lanes, for dlb_ctl_pending(). */
#define DLB_CTL_ALL (-1)

/** Unmaps of LDB @p port that have not completed; of DLB_CTL_ALL also maps. Pushes them on. */
static inline int
dlb_ctl_pending(struct dlb_ctl *ctl, int port)
{
	return ctl->ops->pending(ctl, port);
}

/** Elements that wait in the device, not in consumer queues. */
static inline int
dlb_ctl_queue_depth(struct dlb_ctl *ctl, bool is_ldb, unsigned int qid)
{
	return ctl->ops->queue_depth(ctl, is_ldb, qid);
}

#endif /* DLB_CTL_H */
