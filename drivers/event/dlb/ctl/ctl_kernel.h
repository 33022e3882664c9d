/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A device that the kernel manages: /dev/dlbN, the device file, gives domain files, and these give
 * port files to map. What the requests mean is in kernel/uapi/dlb_uapi.h.
 *
 * The primary process opens the device; it asks for a domain when it starts and closes it when it
 * stops. Secondary processes get the domain file from it (kernel_share.c) and map the same ports
 * at the same addresses.
 *
 * PP = producer port, CQ = consumer queue.
 */

#ifndef DLB_CTL_KERNEL_H
#define DLB_CTL_KERNEL_H

#include <pthread.h>
#include <stdatomic.h>

#include "ctl.h"
#include "ctl_thread.h"
#include "dlb_limits.h"
#include "dlb_uapi.h"

/** What the device's user is told, by threads that may wait for nobody. */
struct dlb_ctl_kernel_events {
	/** Some armed CQ has interrupted. */
	void (*wake)(void *arg);
	/** The device is being reset. The ports have become memory in which nothing happens. */
	void (*lost)(void *arg);
};

/** The open ports of a domain. */
struct dlb_kernel_lanes {
	unsigned int nb;
	struct dlb_hw_lane lane[DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS];
};

struct dlb_kernel_ctl {
	struct dlb_ctl base;
	const char *name; /* for the log */
	const struct dlb_ctl_kernel_events *events;
	void *arg;
	uint8_t dev_id;
	enum dlb_version version;
	bool sparse;
	int device_fd;
	int domain_fd; /* -1: none */
	int eventfd;   /* counted up by interrupts; -1: there is none */
	bool no_irq;   /* CQs cannot interrupt, or not all of them */
	unsigned int domain;
	/* The domain was lost in a reset. Set under lanes_lock: no lane is added from then on. */
	atomic_bool is_lost;
	pthread_mutex_t lanes_lock;
	struct dlb_kernel_lanes *lanes; /* in memory that all processes share */
	uint64_t share_nr;		/* of the domain, among those that were shared */
	bool is_shared;			/* there is one now */
	bool has_secondaries;		/* or had once */
	dlb_thread_id reader;
	bool has_reader;
	atomic_bool reader_stop;
	struct rte_intr_handle *intr;
};

/**
 * Open a device file and learn what it is.
 *
 * @param name  of the event device, which has to outlive this
 * @return 0, or -errno that is logged: -ENOENT, -EACCES, -ENODEV for a file that is none of a DLB,
 *         -EPROTO for an interface that is not known, -ENOMEM
 */
int
dlb_ctl_kernel_open(struct dlb_ctl **ctl, const char *node, const char *name, uint8_t dev_id,
		    enum dlb_version *version);

/** Say who is told; before the first domain. */
void
dlb_ctl_kernel_listen(struct dlb_ctl *ctl, const struct dlb_ctl_kernel_events *events, void *arg);

/** Lower @p limits to what a new domain could get. 0 or -errno (logged). */
int
dlb_ctl_kernel_limits(struct dlb_ctl *ctl, struct dlb_limits *limits);

/** Whether armed CQs interrupt; some kernel drivers cannot, which is known once lanes are open. */
bool
dlb_ctl_kernel_interrupts(struct dlb_ctl *ctl);

/** Whether its domain was lost in a reset. */
bool
dlb_ctl_kernel_is_lost(struct dlb_ctl *ctl);

/** In a secondary process: be given the domain that the primary has, and those to come. */
int
dlb_ctl_kernel_attach(uint8_t dev_id, const char *name);

void
dlb_ctl_kernel_detach(uint8_t dev_id);

/* --- between the files of this folder ------------------------------------------------------------ */

/* A line of the driver's log. */
__attribute__((format(printf, 3, 4))) void
dlb_kernel_log(uint32_t level, const char *name, const char *format, ...);

/*
 * kernel_call.c: one request. @p arg, of @p size bytes, begins with a struct dlb_response. Returns
 * what is in its id, or -errno; what it was for (@p what) and why it was refused is logged, unless
 * there is no @p name or a port has no place for a link (-ENOSPC of dlb_ctl_map()).
 */
int
dlb_kernel_call(int fd, unsigned long request, void *arg, size_t size, const char *name,
		const char *what);

#define DLB_KERNEL_CALL(fd, request, arg, name, what) \
	dlb_kernel_call(fd, request, arg, sizeof(*(arg)), name, what)

/*
 * kernel_map.c: map the port that lane->id and lane->is_dir name, where lane->pp_mem and lane->cq
 * say if those are not NULL. Both are set, or neither. 0 or -errno (logged).
 */
int
dlb_kernel_map(int domain_fd, struct dlb_hw_lane *lane, const char *name);

void
dlb_kernel_unmap(struct dlb_hw_lane *lane);

/* Put memory in which nothing happens in the place of the mappings, which stay usable. */
void
dlb_kernel_map_nothing(const struct dlb_hw_lane *lane, const char *name);

/* kernel_alert.c: the thread that reads the domain's alerts. */
int
dlb_kernel_reader_start(struct dlb_kernel_ctl *ctl);

void
dlb_kernel_reader_stop(struct dlb_kernel_ctl *ctl);

/* kernel_irq.c: the eventfd that CQs count up. Where there can be none, that is logged. */
void
dlb_kernel_irq_open(struct dlb_kernel_ctl *ctl);

void
dlb_kernel_irq_close(struct dlb_kernel_ctl *ctl);

/* Let the CQ of a port count it up, if the kernel driver can. */
void
dlb_kernel_irq_add(struct dlb_kernel_ctl *ctl, const struct dlb_hw_lane *lane);

/* kernel_share.c: answer, or no longer, processes that come. 0 or -errno (logged). */
int
dlb_kernel_share_open(struct dlb_kernel_ctl *ctl);

void
dlb_kernel_share_close(struct dlb_kernel_ctl *ctl);

/* All processes map what the primary has. 0 or -errno (logged). */
int
dlb_kernel_share(struct dlb_kernel_ctl *ctl);

void
dlb_kernel_share_lost(struct dlb_kernel_ctl *ctl);

void
dlb_kernel_unshare(struct dlb_kernel_ctl *ctl);

#endif /* DLB_CTL_KERNEL_H */
