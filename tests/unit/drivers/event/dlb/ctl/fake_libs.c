/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What else may fail: memory, threads and the interrupt handles of EAL, DPDK's environment
 * abstraction layer. Otherwise they are the real ones.
 */

#include <errno.h>
#include <stdlib.h>

#include <rte_interrupts.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_version.h>

#include "fake_kernel.h"

#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
int
__real_rte_thread_create_control(rte_thread_t *thread, const char *name, rte_thread_func run,
				 void *arg);
int
__wrap_rte_thread_create_control(rte_thread_t *thread, const char *name, rte_thread_func run,
				 void *arg);

int
__wrap_rte_thread_create_control(rte_thread_t *thread, const char *name, rte_thread_func run,
				 void *arg)
{
	return fake_fails(FAKE_THREAD) ? -EAGAIN
				       : __real_rte_thread_create_control(thread, name, run, arg);
}
#else
int
__real_rte_ctrl_thread_create(pthread_t *thread, const char *name, const pthread_attr_t *attr,
			      void *(*run)(void *), void *arg);
int
__wrap_rte_ctrl_thread_create(pthread_t *thread, const char *name, const pthread_attr_t *attr,
			      void *(*run)(void *), void *arg);

int
__wrap_rte_ctrl_thread_create(pthread_t *thread, const char *name, const pthread_attr_t *attr,
			      void *(*run)(void *), void *arg)
{
	return fake_fails(FAKE_THREAD)
		       ? -EAGAIN
		       : __real_rte_ctrl_thread_create(thread, name, attr, run, arg);
}
#endif

void *
__real_calloc(size_t nb, size_t size);
void *
__wrap_calloc(size_t nb, size_t size);
void *
__real_rte_zmalloc(const char *type, size_t size, unsigned int align);
void *
__wrap_rte_zmalloc(const char *type, size_t size, unsigned int align);
struct rte_intr_handle *
__real_rte_intr_instance_alloc(uint32_t flags);
struct rte_intr_handle *
__wrap_rte_intr_instance_alloc(uint32_t flags);
int
__real_rte_intr_fd_set(struct rte_intr_handle *handle, int fd);
int
__wrap_rte_intr_fd_set(struct rte_intr_handle *handle, int fd);
int
__real_rte_intr_type_set(struct rte_intr_handle *handle, enum rte_intr_handle_type type);
int
__wrap_rte_intr_type_set(struct rte_intr_handle *handle, enum rte_intr_handle_type type);
int
__real_rte_intr_callback_register(const struct rte_intr_handle *handle, rte_intr_callback_fn call,
				  void *arg);
int
__wrap_rte_intr_callback_register(const struct rte_intr_handle *handle, rte_intr_callback_fn call,
				  void *arg);

void *
__wrap_calloc(size_t nb, size_t size)
{
	return fake_fails(FAKE_CALLOC) ? NULL : __real_calloc(nb, size);
}

void *
__wrap_rte_zmalloc(const char *type, size_t size, unsigned int align)
{
	return fake_fails(FAKE_ZMALLOC) ? NULL : __real_rte_zmalloc(type, size, align);
}

struct rte_intr_handle *
__wrap_rte_intr_instance_alloc(uint32_t flags)
{
	return fake_fails(FAKE_INTR_ALLOC) ? NULL : __real_rte_intr_instance_alloc(flags);
}

int
__wrap_rte_intr_fd_set(struct rte_intr_handle *handle, int fd)
{
	return fake_fails(FAKE_INTR_FD) ? -EINVAL : __real_rte_intr_fd_set(handle, fd);
}

int
__wrap_rte_intr_type_set(struct rte_intr_handle *handle, enum rte_intr_handle_type type)
{
	return fake_fails(FAKE_INTR_TYPE) ? -EINVAL : __real_rte_intr_type_set(handle, type);
}

int
__wrap_rte_intr_callback_register(const struct rte_intr_handle *handle, rte_intr_callback_fn call,
				  void *arg)
{
	return fake_fails(FAKE_INTR_REGISTER)
		       ? -ENOMEM
		       : __real_rte_intr_callback_register(handle, call, arg);
}
