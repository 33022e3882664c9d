/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A kernel driver that only answers: open(), ioctl(), mmap(), read() and close() of the code under
 * test end here, by the linker's --wrap. It keeps count of what is open and mapped, remembers the
 * requests, and can refuse the n-th call. What else may fail (fake_libs.c) does so when it is told to.
 *
 * CQ = consumer queue.
 */

#ifndef FAKE_KERNEL_H
#define FAKE_KERNEL_H

#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "dlb_uapi.h"

#define FAKE_NODE "/dev/dlb7"

#define FAKE_DOMAIN_ID 3

/* Of the load-balanced ports, in the order in which they are made. */
#define FAKE_FIRST_LDB_ID 17

#define FAKE_MAX_REQUESTS 256

/* What can fail. */
enum fake_function {
	FAKE_NOTHING,
	/* Without interrupts it works. */
	FAKE_EVENTFD,
	FAKE_INTR_ALLOC,
	FAKE_INTR_FD,
	FAKE_INTR_TYPE,
	FAKE_INTR_REGISTER,
	FAKE_ENABLE_CQ_EPOLL,
	/* Without these it does not. */
	FAKE_OPEN,
	FAKE_IOCTL,
	FAKE_MMAP,
	FAKE_CALLOC,
	FAKE_ZMALLOC,
	FAKE_THREAD,
	FAKE_DEVICE, /* in the place of the kernel: test_ctl_local.c */
	/* Other threads call these: they fail when they are broken, but are not among the calls. */
	FAKE_MMAP_NOTHING,
	FAKE_MREMAP,
	FAKE_INTR_READ,
};

struct fake_request {
	unsigned long code;
	uint8_t arg[sizeof(struct dlb_arg_create_domain)];
};

struct fake_kernel {
	/* how it is to behave */
	uint32_t version;		   /* answer of GET_DEVICE_VERSION */
	unsigned int fail_at;		   /* the call that fails, from 1; 0: none */
	atomic_uint broken;		   /* the enum fake_function that always fails */
	int open_error;			   /* of the node; 0: it opens */
	unsigned long refuse_code;	   /* request that is refused */
	uint32_t refuse_status;		   /* and its status; 0: only ... */
	int refuse_error;		   /* ... with this error */
	unsigned int nb_refusals;	   /* so often, 0: always */
	uint32_t sns_per_queue[2];	   /* of each group */
	struct dlb_arg_num_resources left; /* answer of GET_NUM_RESOURCES */
	uint32_t poll_mode;		   /* answer of QUERY_CQ_POLL_MODE */
	uint32_t nb_pending[64];	   /* answers of PENDING_PORT_UNMAPS */
	int map_error;			   /* of a mapping at a certain address */
	/* what it has seen */
	unsigned int nb_calls;
	enum fake_function failed; /* at fail_at */
	int nb_open;
	int nb_inherited; /* of those, how many a program that is started would have */
	int nb_mapped;
	int eventfd; /* that is open, or -1 */
	atomic_uint nb_eventfd_reads;
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

/* For what wraps a function: whether this call of it fails. */
bool
fake_fails(enum fake_function function);

bool
fake_is_broken(enum fake_function function);

/* Let whoever reads alerts have one. */
void
fake_kernel_alert(uint64_t id, uint64_t aux);

/* Let whoever reads alerts have so many bytes, or if that is negative this error. */
void
fake_kernel_alert_fails(int ret, int error);

#endif /* FAKE_KERNEL_H */
