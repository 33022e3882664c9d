/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Device arguments: what follows the device's name in --vdev=event_dlb0,key=value,... or the address
 * in -a 6d:00.0,key=value,... A --vdev is made of software, or with dev=<node> the kernel's.
 */

#ifndef DLB_DEVARGS_H
#define DLB_DEVARGS_H

#include <stdbool.h>
#include <stdint.h>

#include "dlb_limits.h"
#include "dp/dlb_dp.h"
#include "dlb_why.h"

/* What a device is reached through. */
enum dlb_transport {
	DLB_TRANSPORT_SIM,
	DLB_TRANSPORT_PCI,
	DLB_TRANSPORT_KERNEL,
};

#define DLB_MAX_NODE_NAME 64

struct dlb_devargs {
	enum dlb_transport transport;
	enum dlb_version version;
	enum dlb_step_mode step_mode;
	unsigned int thread_cpu; /* of DLB_STEP_THREAD */
	unsigned int cq_depth;
	int32_t max_num_events;
	char node[DLB_MAX_NODE_NAME]; /* of DLB_TRANSPORT_KERNEL, otherwise empty */
};

/* For dpdk-pmdinfo; dlb_devargs.c has the table that is parsed, a test compares them. */
#define DLB_DEVARGS_PCI_STRING "cq_depth=<8..1024> max_num_events=<1..16384>"
#define DLB_DEVARGS_STRING \
	"device=<2.0|2.5> sched=<inline|service|thread:<cpu>> " DLB_DEVARGS_PCI_STRING " dev=<node>"

/*
 * Parse @params, NULL or "key=value,...", over the defaults. @pci is the version of a device on PCI,
 * or NULL for a --vdev. Returns 0, or -EINVAL with @why naming the key, the value and what is
 * allowed; @args is then as it was.
 */
int
dlb_devargs_parse(struct dlb_devargs *args, const char *params, const enum dlb_version *pci,
		  struct dlb_why *why);

/* The kernel says which version a device is: see that the arguments are within it. 0 or -EINVAL. */
int
dlb_devargs_set_version(struct dlb_devargs *args, enum dlb_version version, struct dlb_why *why);

#endif /* DLB_DEVARGS_H */
