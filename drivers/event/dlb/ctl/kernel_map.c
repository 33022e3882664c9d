/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The two mappings of a port: a page of the device to which commands are written, and the memory
 * of the consumer queue (CQ).
 *
 * A mapping keeps the port's file and so the domain alive: the file itself is closed at once.
 * Invariant: a lane has both mappings or none. All processes have them at the same address, since
 * what they share holds pointers to them.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* MAP_FIXED_NOREPLACE, mremap() */
#endif

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <rte_log.h>

#include "bus/dlb_atomic.h"
#include "ctl_kernel.h"

static int
port_file(int domain_fd, unsigned long request, const struct dlb_hw_lane *lane, const char *name)
{
	struct dlb_arg_object arg = { .id = lane->id };
	int fd = DLB_KERNEL_CALL(domain_fd, request, &arg, name, "file of a port");

	if (fd >= 0)
		(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	return fd;
}

static int
map_file(int domain_fd, unsigned long request, const struct dlb_hw_lane *lane, size_t bytes,
	 const char *name, void **mem)
{
	const int flags = MAP_SHARED | (*mem != NULL ? MAP_FIXED_NOREPLACE : 0);
	int fd = port_file(domain_fd, request, lane, name);
	void *at;
	int error;

	if (fd < 0)
		return fd;
	at = mmap(*mem, bytes, PROT_READ | PROT_WRITE, flags, fd, 0);
	error = at == MAP_FAILED ? errno : 0;
	close(fd);
	if (error == EEXIST)
		dlb_kernel_log(
			RTE_LOG_ERR, name,
			"port %u cannot be mapped at %p as in the primary process: something "
			"else is there; disable address space randomisation",
			lane->id, *mem);
	else if (error != 0)
		dlb_kernel_log(RTE_LOG_ERR, name, "port %u cannot be mapped: %s", lane->id,
			       strerror(error));
	else
		*mem = at;
	return -error;
}

int
dlb_kernel_map(int domain_fd, struct dlb_hw_lane *lane, const char *name)
{
	void *pp_mem = lane->pp_mem, *cq = lane->cq;
	int ret = map_file(domain_fd,
			   lane->is_dir ? DLB_IOC_GET_DIR_PORT_PP_FD : DLB_IOC_GET_LDB_PORT_PP_FD,
			   lane, DLB_UAPI_PP_BYTES, name, &pp_mem);

	if (ret != 0)
		return ret;
	ret = map_file(domain_fd,
		       lane->is_dir ? DLB_IOC_GET_DIR_PORT_CQ_FD : DLB_IOC_GET_LDB_PORT_CQ_FD, lane,
		       DLB_UAPI_CQ_BYTES, name, &cq);
	if (ret != 0) {
		munmap(pp_mem, DLB_UAPI_PP_BYTES);
		return ret;
	}
	lane->pp_mem = pp_mem;
	lane->cq = cq;
	return 0;
}

void
dlb_kernel_unmap(struct dlb_hw_lane *lane)
{
	if (lane->pp_mem == NULL)
		return;
	munmap(lane->pp_mem, DLB_UAPI_PP_BYTES);
	munmap(lane->cq, DLB_UAPI_CQ_BYTES);
	lane->pp_mem = NULL;
	lane->cq = NULL;
}

/*
 * A CQ keeps what it says, so that no old entry of it comes to look new. The device may be writing
 * still: the part of an entry that says that it is new is read first.
 */
static void
copy_cq(uint64_t *to, const uint64_t *from)
{
	for (unsigned int i = 0; i < DLB_UAPI_CQ_BYTES / sizeof(*to); i += 2) {
		to[i + 1] = dlb_load_acquire(&from[i + 1]);
		to[i] = dlb_load_relaxed(&from[i]);
	}
}

/* Other memory takes the place of a mapping at once, while others may be using it. */
static void
replace(void *mem, size_t bytes, bool is_cq, const char *name)
{
	void *copy = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (copy != MAP_FAILED && is_cq)
		copy_cq(copy, mem);
	if (copy != MAP_FAILED &&
	    mremap(copy, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, mem) != MAP_FAILED)
		return;
	dlb_kernel_log(RTE_LOG_CRIT, name, "a port that is gone stays mapped: %s", strerror(errno));
	if (copy != MAP_FAILED)
		munmap(copy, bytes);
}

void
dlb_kernel_map_nothing(const struct dlb_hw_lane *lane, const char *name)
{
	replace(lane->pp_mem, DLB_UAPI_PP_BYTES, false, name);
	replace(lane->cq, DLB_UAPI_CQ_BYTES, true, name);
}
