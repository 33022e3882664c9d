/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What tests of the kernel's client share: a device with a domain like that of a start, and what was
 * logged.
 */

#ifndef KERNEL_RIG_H
#define KERNEL_RIG_H

#include <stdatomic.h>

#include "ctl/ctl_kernel.h"
#include "fake_kernel.h"

#define RIG_NAME   "event_dlb0"
#define RIG_DEV_ID 3

/* How often the device's user was told. */
extern atomic_uint rig_nb_lost, rig_nb_wakes;

/* A domain with a queue, a port of each kind, and a link. */
struct rig {
	struct dlb_ctl *ctl;
	bool interrupts; /* of the first port */
	struct dlb_hw_lane ldb;
	struct dlb_hw_lane dir;
	int qid;
};

extern const struct dlb_ctl_domain rig_domain_conf;

/* Start EAL, and from then on keep what is logged. */
int
rig_init(void);

/* With an empty log. */
int
rig_open(struct rig *rig);

/* What a start does with its domain. After an error nothing of it is there. */
int
rig_fill(struct rig *rig);

/* The domain as well. */
int
rig_domain(struct rig *rig);

void
rig_empty(struct rig *rig);

/* All of it, on a fake kernel that is as new. */
void
rig_new(struct rig *rig);

void
rig_free(struct rig *rig);

void
rig_log_clear(void);

void
rig_assert_logged(const char *const words[]);

#define ASSERT_LOGGED(...) rig_assert_logged((const char *[]){ __VA_ARGS__, NULL })

unsigned int
rig_count_logged(const char *text);

void
rig_wait_for_log(const char *text);

#endif /* KERNEL_RIG_H */
