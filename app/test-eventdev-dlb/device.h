/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * An event device set up for one scenario. The scenario says in a plan which queues and ports
 * it wants; this module asks the device whether it can, configures it, links it and starts it.
 * What a device cannot do is answered with -ENOTSUP and the name of what is missing.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_eventdev.h>

#include "services.h"

#define DEVICE_MAX_QUEUES   64
#define DEVICE_MAX_PORTS    80
#define DEVICE_REASON_BYTES 200

enum port_role {
	PORT_PRODUCER, /* enqueues only, no links */
	PORT_WORKER,   /* linked to load-balanced queues */
	PORT_DIRECTED, /* linked to its one single-link queue */
};

struct device_plan {
	unsigned int nb_queues;
	char queue[DEVICE_MAX_QUEUES]; /* 'o', 'a', 'p', or 'd' for single-link */
	unsigned int links; /* queues that each worker serves; 0: all that are load balanced */
	unsigned int nb_ports;
	struct {
		enum port_role role;
		uint8_t queue; /* of a directed port; the first one of a worker's `links` */
	} port[DEVICE_MAX_PORTS];
	uint32_t flows;
	unsigned int burst;
	int32_t inflight; /* events inside at which producers are refused; 0: the device's own limit */
	bool all_types;	       /* load-balanced queues take the type from each event */
	bool explicit_release; /* switch implicit release off */
	bool shuffle;	       /* workers give events back in another order */
};

struct device {
	uint8_t id;
	char name[32];
	struct rte_event_dev_info info;
	struct services services;
	bool needs_maintain;
	bool started;
	uint64_t bring_up_ticks;	  /* from before configure to after the start */
	atomic_uint_least64_t flushed;	  /* events the device still held when it was stopped */
	char reason[DEVICE_REASON_BYTES]; /* of the last failure, for people */
};

/* Find a device by name (NULL: the first one); -ENODEV with a reason that lists what there is. */
int
device_find(struct device *d, const char *name);

/*
 * Configure, set up, link and start.
 * 0, -ENOTSUP when the device lacks what the plan needs, or another negative errno; in both
 * cases d->reason says what and why.
 */
int
device_start(struct device *d, const struct device_plan *plan);

/* Stop, and count in d->flushed the events that were still inside. */
void
device_stop(struct device *d);

/* The device's own dump, to help to find out where a stuck run is stuck. */
void
device_dump(const struct device *d, FILE *out);

/* What an idle port owes to devices that are not free of maintenance. */
void
device_idle(const struct device *d, uint8_t port);

/* Add a port to the plan; returns its number. */
uint8_t
device_plan_port(struct device_plan *plan, enum port_role role, uint8_t queue);

/* "ordered", "atomic", "parallel" or "directed". */
const char *
device_type_name(char type);

#endif /* DEVICE_H */
