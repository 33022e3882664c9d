/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A kernel driver that only answers: open(), ioctl(), mmap(), read() and close() of the code under
 * test end here, by the linker's --wrap. It keeps count of what is open and mapped, remembers the
 * requests, and can refuse the n-th call. What else may fail does so when it is told to.
 */

#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <stdbool.h>
#include <sched.h>
#include <stdint.h>

#include "dlb_uapi.h"

#define FAKE_NODE "/dev/dlb7"

#define FAKE_MAX_REQUESTS 256

struct fake_request {
	unsigned long code;
	uint8_t arg[sizeof(struct dlb_arg_create_domain)];
};

struct fake_kernel {
	/* how it is to behave */
	uint32_t version;		   /* answer of GET_DEVICE_VERSION */
	unsigned int fail_at;		   /* the call that fails, from 1; 0: none */
	int open_error;			   /* of the node; 0: it opens */
	unsigned long refuse_code;	   /* request that is refused */
	uint32_t refuse_status;		   /* and its status; 0: only ... */
	int refuse_error;		   /* ... with this error */
	unsigned int nb_refusals;	   /* so often, 0: always */
	uint32_t sns_per_queue[2];	   /* of each group */
	struct dlb_arg_num_resources left; /* answer of GET_NUM_RESOURCES */
	int map_error;			   /* of a mapping at a certain address */
	bool no_thread;
	bool no_memory;
	bool no_handle; /* of an interrupt */
	bool no_remap;
	/* what it has seen */
	unsigned int nb_calls;
	int nb_open;
	int nb_mapped;
	cpu_set_t reader_cpus; /* where the reader of alerts may run */
	void *map_address;     /* where the last mapping was wanted; not where it came to lie */
	unsigned int nb_requests;
	struct fake_request requests[FAKE_MAX_REQUESTS];
};

extern struct fake_kernel fake;

/* As new, and of DLB 2.5. */
void
fake_kernel_reset(void);

/* The @nth request of this code, from 0, or NULL. */
const void *
fake_kernel_request(unsigned long code, unsigned int nth);

/* Let whoever reads alerts have one. */
void
fake_kernel_alert(uint64_t id, uint64_t aux);

/* Let whoever reads alerts have so many bytes, or if that is negative this error. */
void
fake_kernel_alert_fails(int ret, int error);

#endif /* FAKE_KERNEL_H */
