/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The front of the driver: what its files share.
 *
 * struct dlb_dev lies in memory that all processes map at one address: it holds no function and no
 * pointer of a single process. Those are in struct dlb_process, one for each device in each
 * process. Nothing is shared between devices.
 *
 * Set-up is recorded (dlb_plan.h) and reaches the device when it is started; while it runs, links
 * and priorities do. The control path runs in the primary process and is serialised by
 * dlb_process.lock; the data path (dp/) never takes it.
 */

#ifndef DLB_PRIV_H
#define DLB_PRIV_H

#include <pthread.h>

#include <rte_log.h>

#include "bus/bus.h"
#include "ctl/ctl.h"
#include "dlb_compat.h"
#include "dlb_devargs.h"
#include "dlb_plan.h"
#include "dp/dlb_dp.h"

#define DLB_DRIVER_NAME "event_dlb"

#define DLB_MAX_DEQUEUE_DEPTH 128
#define DLB_MAX_ENQUEUE_DEPTH 128
/* As many as flow ids are carried; flows that agree in the lower 16 bits share a lock. */
#define DLB_MAX_FLOWS (UINT32_C(1) << 20)
/* The device tells 8 priorities of events and of queues apart. */
#define DLB_PRIORITY_LEVELS 8

extern int dlb_logtype;

#define DLB_LOG(level, ...) dlb_log(RTE_LOG_##level, __VA_ARGS__)

/* A line of the driver's log about a device; @name may be NULL. */
__rte_format_printf(3, 4) void dlb_log(uint32_t level, const char *name, const char *format, ...);

/* What start made in the device, and stop takes back. */
struct dlb_hw {
	int domain; /* -1: nothing is made */
	uint8_t qid[DLB_MAX_EVENT_QUEUES];
	struct dlb_hw_lane lanes[DLB_MAX_EVENT_PORTS][DLB_PLAN_MAX_LANES];
};

struct dlb_dev {
	struct dlb_dp_dev dp;
	struct rte_eventdev_data *data;
	struct dlb_bus *bus; /* NULL: the device is the kernel's */
	struct dlb_devargs args;
	bool has_interrupts; /* of consumer queues, once they are armed */
	struct dlb_setup setup;
	struct dlb_plan plan; /* of the running device */
	struct dlb_hw hw;
	/* Port counters when they were last reset. */
	struct dlb_port_stats stats_base[DLB_MAX_EVENT_PORTS];
};

/* What is different in each process. */
struct dlb_process {
	struct eventdev_ops ops;
	const struct dlb_burst_ops *burst;
	struct dlb_dev *dev;	  /* NULL: no device has this id */
	struct dlb_limits limits; /* of the device, or of what others leave of the kernel's */
	/* Primary process only, from here on. */
	pthread_mutex_t lock;
	struct dlb_ctl *ctl;
	struct dlb_pci_irq *irq; /* NULL: there are no interrupts */
	pthread_t thread;
	bool thread_stop; /* atomic word */
	bool thread_runs;
	bool has_service;
	uint32_t service_id;
	bool poll_armed; /* an alarm will look after pending links */
	bool ports_open; /* atomic word: a reset has ports to stop */
};

/* The private part of an eventdev is one pointer: big tables are allocated where that may fail. */
struct dlb_private {
	struct dlb_dev *dev;
};

static inline struct dlb_dev *
dlb_dev_of(const struct rte_eventdev *eventdev)
{
	return ((struct dlb_private *)eventdev->data->dev_private)->dev;
}

static inline struct dlb_dev *
dlb_dev_of_port(const struct dlb_port *port)
{
	return container_of(port->dp, struct dlb_dev, dp);
}

/* dlb_process.c: the table of this process. */

struct dlb_process *
dlb_process_of(const struct dlb_dev *dev);

static inline const struct dlb_limits *
dlb_dev_limits(const struct dlb_dev *dev)
{
	return &dlb_process_of(dev)->limits;
}

/* The most events the device can be configured for. */
static inline int32_t
dlb_dev_max_events(const struct dlb_dev *dev)
{
	return RTE_MIN(dev->args.max_num_events, (int32_t)dlb_dev_limits(dev)->ldb_credits);
}

void
dlb_lock(const struct dlb_dev *dev);

bool
dlb_trylock(const struct dlb_dev *dev);

/*
 * For threads that may not wait, since the holder may wait for them: false if the lock is held; then
 * @again is called with @dev a little later, by EAL's interrupt thread.
 */
bool
dlb_trylock_or_later(struct dlb_dev *dev, void (*again)(void *dev));

void
dlb_unlock(const struct dlb_dev *dev);

/* dlb_device.c: common to all buses. */

/*
 * In the primary process: make the device that is reached through @bus, which is the caller's, or
 * through the kernel if that is NULL.
 */
int
dlb_device_make(struct rte_eventdev *eventdev, const struct dlb_devargs *args, struct dlb_bus *bus);

/* In a secondary process: use the primary's. */
int
dlb_device_attach(struct rte_eventdev *eventdev);

void
dlb_device_remove(struct rte_eventdev *eventdev);

/* dlb_evdev.c */

/* Ticks of the time-stamp counter (TSC): exact, and rounded up so that no wait is too short. */
uint64_t
dlb_ns_to_ticks(uint64_t ns);

extern const struct eventdev_ops dlb_eventdev_ops;

/* dlb_queue.c */

void
dlb_queue_def_conf(struct rte_eventdev *eventdev, uint8_t queue_id,
		   struct rte_event_queue_conf *conf);

int
dlb_queue_setup(struct rte_eventdev *eventdev, uint8_t queue_id,
		const struct rte_event_queue_conf *conf);

void
dlb_queue_release(struct rte_eventdev *eventdev, uint8_t queue_id);

int
dlb_queue_attr_set(struct rte_eventdev *eventdev, uint8_t queue_id, uint32_t attr_id,
		   uint64_t value);

/*
 * Elements of a queue of the running device that wait there, not in consumer queues; negative in a
 * process that cannot ask the device.
 */
int
dlb_queue_depth(struct dlb_dev *dev, unsigned int queue);

/* dlb_port.c */

void
dlb_port_def_conf(struct rte_eventdev *eventdev, uint8_t port_id, struct rte_event_port_conf *conf);

int
dlb_port_setup(struct rte_eventdev *eventdev, uint8_t port_id,
	       const struct rte_event_port_conf *conf);

void
dlb_port_release(void *port);

void
dlb_port_quiesce(struct rte_eventdev *eventdev, void *port, rte_eventdev_port_flush_t flush,
		 void *args);

/* dlb_link.c */

int
dlb_port_link(struct rte_eventdev *eventdev, void *port, const uint8_t queues[],
	      const uint8_t priorities[], uint16_t nb_links);

int
dlb_port_unlink(struct rte_eventdev *eventdev, void *port, uint8_t queues[], uint16_t nb_unlinks);

int
dlb_port_unlinks_in_progress(struct rte_eventdev *eventdev, void *port);

/* Bring the priority of the queue's links in the running device up to date. 0 or -errno. */
int
dlb_link_update_priority(struct dlb_dev *dev, unsigned int queue);

/* Let nobody look after pending links any more. */
void
dlb_link_poll_stop(struct dlb_dev *dev);

/* dlb_build.c: a plan becomes domain, queues, ports and maps of the device, and goes away again. */

int
dlb_build(struct dlb_dev *dev);

/* Also after a build that failed half way; @what did not settle is logged. */
void
dlb_unbuild(struct dlb_dev *dev);

/* dlb_start.c */

int
dlb_dev_start(struct rte_eventdev *eventdev);

void
dlb_dev_stop(struct rte_eventdev *eventdev);

/* dlb_irq.c: interrupts of consumer queues, where the bus has them. */

/* A device without interrupts works as well: why there are none is logged. */
void
dlb_irq_open(struct dlb_dev *dev, struct rte_pci_device *pci);

void
dlb_irq_close(struct dlb_dev *dev);

/* dlb_kernel.c: a device of the kernel's. For others all but the first two do nothing. */

/* Open the node that the arguments name. 0 or -errno (logged). */
int
dlb_kernel_open(struct dlb_dev *dev);

void
dlb_kernel_close(struct dlb_dev *dev);

/* While it has no domain: learn what others leave of it. */
void
dlb_kernel_update_limits(struct dlb_dev *dev);

/* Whether what others leave is enough for the plan's directed queues. 0 or -ENOSPC (logged). */
int
dlb_kernel_check_dir_credits(const struct dlb_dev *dev);

/* Before ports are started, after that, and when they are stopped: a reset may come at any time. */
void
dlb_kernel_ports_made(struct dlb_dev *dev);

void
dlb_kernel_ports_opened(struct dlb_dev *dev);

void
dlb_kernel_ports_closed(struct dlb_dev *dev);

/* dlb_drain.c: hand every event in the device to the stop-flush callback, or to nobody. */

void
dlb_drain(struct rte_eventdev *eventdev);

/* dlb_sched.c: who steps a software device. */

int
dlb_sched_probe(struct dlb_dev *dev);

int
dlb_sched_start(struct dlb_dev *dev);

void
dlb_sched_stop(struct dlb_dev *dev);

/* dlb_xstats.c */

/* Events in the device or with workers; of a running device it is a guess. */
uint32_t
dlb_nb_events(const struct dlb_dev *dev);

int
dlb_xstats_get_names(const struct rte_eventdev *eventdev, enum rte_event_dev_xstats_mode mode,
		     uint8_t queue_port_id, struct rte_event_dev_xstats_name *names, uint64_t *ids,
		     unsigned int size);

int
dlb_xstats_get(const struct rte_eventdev *eventdev, enum rte_event_dev_xstats_mode mode,
	       uint8_t queue_port_id, const uint64_t ids[], uint64_t values[], unsigned int n);

uint64_t
dlb_xstats_get_by_name(const struct rte_eventdev *eventdev, const char *name, uint64_t *id);

int
dlb_xstats_reset(struct rte_eventdev *eventdev, enum rte_event_dev_xstats_mode mode,
		 int16_t queue_port_id, const uint64_t ids[], uint32_t nb_ids);

/* dlb_dump.c */

void
dlb_dump(struct rte_eventdev *eventdev, FILE *out);

/* dlb_selftest.c */

int
dlb_selftest(void);

#endif /* DLB_PRIV_H */
