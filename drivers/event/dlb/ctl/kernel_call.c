/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Requests to the kernel driver, and what its refusals mean, in words.
 *
 * Invariant: a request has a buffer that is longer than any structure known. A driver that knows
 * longer ones reads zeroes and writes where nobody minds.
 *
 * LDB = load-balanced, DIR = directed, QID = queue id, CQ = consumer queue, SN = sequence number,
 * CoS = class of service.
 */

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include <rte_common.h>
#include <rte_log.h>

#include "ctl_kernel.h"

extern int dlb_logtype;

#define CALL_BYTES 256
_Static_assert(sizeof(struct dlb_arg_create_domain) <= CALL_BYTES, "the longest of them");

/*
 * A refusal: the error number that it becomes here, and the sentence. NULL: whether it is a fault
 * knows who asked.
 */
struct refusal {
	int error;
	const char *text;
};

static const struct refusal refusals[DLB_ST_NB] = {
	[DLB_ST_NAME_EXISTS] = { EEXIST, "the name exists" },
	[DLB_ST_DOMAIN_UNAVAILABLE] = { ENOSPC, "all scheduling domains of the device are in use" },
	[DLB_ST_LDB_PORTS_UNAVAILABLE] = { ENOSPC, "not enough load-balanced ports are left" },
	[DLB_ST_DIR_PORTS_UNAVAILABLE] = { ENOSPC, "not enough directed ports are left" },
	[DLB_ST_LDB_QUEUES_UNAVAILABLE] = { ENOSPC, "not enough load-balanced queues are left" },
	[DLB_ST_LDB_CREDITS_UNAVAILABLE] = { ENOSPC, "not enough credits are left: lower "
						     "nb_events_limit or max_num_events" },
	[DLB_ST_DIR_CREDITS_UNAVAILABLE] = { ENOSPC, "not enough directed credits are left: lower "
						     "nb_events_limit or max_num_events" },
	[DLB_ST_SEQUENCE_NUMBERS_UNAVAILABLE] = { ENOSPC,
						  "no group has that many sequence numbers for a "
						  "queue and a free place: see sequence_numbers/ "
						  "of the device in /sys/class/dlb2" },
	[DLB_ST_INVALID_DOMAIN_ID] = { ESTALE, "the domain does not exist any more" },
	[DLB_ST_INVALID_QID_INFLIGHT_ALLOCATION] = { EINVAL, "number of inflights out of range" },
	[DLB_ST_ATOMIC_INFLIGHTS_UNAVAILABLE] = { ENOSPC, "not enough atomic inflights are left" },
	[DLB_ST_HIST_LIST_ENTRIES_UNAVAILABLE] = { ENOSPC, "not enough history list entries are "
							   "left: lower cq_depth" },
	[DLB_ST_INVALID_LDB_QUEUE_ID] = { EINVAL, "no such load-balanced queue" },
	[DLB_ST_INVALID_CQ_DEPTH] = { EINVAL, "depth of a consumer queue out of range" },
	[DLB_ST_INVALID_CQ_VIRT_ADDR] = { EINVAL, "address of a consumer queue not aligned" },
	[DLB_ST_INVALID_PORT_ID] = { EINVAL, "no such port" },
	[DLB_ST_INVALID_QID] = { EINVAL, "no such queue" },
	[DLB_ST_INVALID_PRIORITY] = { EINVAL, "priority out of range" },
	[DLB_ST_NO_QID_SLOTS_AVAILABLE] = { ENOSPC, NULL }, /* another lane may have one */
	[DLB_ST_INVALID_DIR_QUEUE_ID] = { EINVAL, "no such directed queue" },
	[DLB_ST_DIR_QUEUES_UNAVAILABLE] = { ENOSPC, "not enough directed queues are left" },
	[DLB_ST_DOMAIN_NOT_CONFIGURED] = { ESTALE, "the domain is not configured" },
	[DLB_ST_INTERNAL_ERROR] = { EIO, "internal error of the kernel driver" },
	[DLB_ST_DOMAIN_IN_USE] = { EBUSY, "the domain is in use" },
	[DLB_ST_DOMAIN_NOT_FOUND] = { ESTALE, "no such domain" },
	[DLB_ST_QUEUE_NOT_FOUND] = { EINVAL, "no such queue" },
	[DLB_ST_DOMAIN_STARTED] = { EPERM, "the domain is started" },
	[DLB_ST_DOMAIN_NOT_STARTED] = { EPERM, "the domain is not started" },
	[DLB_ST_LDB_PORT_REQUIRED] = { EINVAL, "load-balanced queues need a load-balanced port" },
	[DLB_ST_DOMAIN_RESET_FAILED] = { EIO, "a domain could not be drained before: the device "
					      "has to be reset" },
	[DLB_ST_MBOX_ERROR] = { EIO, "the physical function does not answer" },
	[DLB_ST_INVALID_HIST_LIST_DEPTH] = { EINVAL, "history list entries out of range" },
	[DLB_ST_NO_MEMORY] = { ENOMEM, "no memory" },
	[DLB_ST_INVALID_LOCK_ID_COMP_LEVEL] = { EINVAL, "lock id compression out of range" },
	[DLB_ST_INVALID_COS_ID] = { EINVAL, "no such class of service" },
	[DLB_ST_INVALID_CQ_WEIGHT_LIMIT] = { EINVAL, "weight limit of a consumer queue out of "
						     "range" },
	[DLB_ST_SN_SLOTS_UNAVAILABLE] = { ENOSPC, "no group of sequence numbers has enough places "
						  "left for ordered queues" },
	[DLB_ST_FEATURE_UNAVAILABLE] = { ENOTSUP, "this version of the device cannot" },
};

void
dlb_kernel_log(uint32_t level, const char *name, const char *format, ...)
{
	char text[256];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	rte_log(level, (uint32_t)dlb_logtype, "%s: %s\n", name, text);
}

static int
refuse(uint32_t status, int error, const char *name, const char *what)
{
	const char *why = strerror(error);

	if (status != DLB_ST_SUCCESS && status < RTE_DIM(refusals)) {
		why = refusals[status].text;
		error = refusals[status].error;
	} else if (error == EINVAL) {
		/* All requests end like this, and those of a domain that it took for good. */
		why = "refused; was the device reset?";
	}
	if (name != NULL && why != NULL)
		dlb_kernel_log(RTE_LOG_ERR, name, "%s: %s", what, why);
	return -error;
}

int
dlb_kernel_call(int fd, unsigned long request, void *arg, size_t size, const char *name,
		const char *what)
{
	uint8_t buffer[CALL_BYTES] __attribute__((aligned(8))) = { 0 };
	const struct dlb_response *response = (const void *)buffer;
	int error;

	do {
		memcpy(buffer, arg, size);
		error = ioctl(fd, request, buffer) == 0 ? 0 : errno;
	} while (error == EINTR);
	memcpy(arg, buffer, size);
	if (error != 0 || response->status != DLB_ST_SUCCESS)
		return refuse(response->status, error != 0 ? error : EIO, name, what);
	return (int)response->id;
}
