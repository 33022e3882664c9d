/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * DPDK services a run depends on: the scheduler of a software event device, the Rx adapter.
 * They run on the service cores the user gave (-s or -S); without any, the main lcore calls
 * them from its loop, so a run never stands still for want of a service core.
 */
#ifndef SERVICES_H
#define SERVICES_H

#include <stdbool.h>
#include <stdint.h>

#define SERVICES_MAX 4

struct services {
	unsigned int nb;
	uint32_t id[SERVICES_MAX];
	bool own_cores;
};

/* Let a service run. 0 or a negative errno. */
int
services_add(struct services *s, uint32_t id);

/* Stop and forget all of them. */
void
services_stop(struct services *s);

/* One round of each on the calling lcore; nothing when they have cores of their own. */
void
services_step(const struct services *s);

#endif /* SERVICES_H */
