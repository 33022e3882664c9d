/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A thread that does control work: it runs where EAL (DPDK's environment abstraction layer) has its
 * own such threads, and not on the processor of its creator, which may be polling there. EAL made
 * them otherwise until 23.11; dlb_compat.h, which has all other differences, is a floor above.
 */

#ifndef DLB_CTL_THREAD_H
#define DLB_CTL_THREAD_H

#include <rte_version.h>

#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
#include <rte_thread.h>

typedef rte_thread_t dlb_thread_id;
typedef uint32_t dlb_thread_end; /* what its function returns */

static inline int
dlb_thread_create(dlb_thread_id *thread, const char *name, dlb_thread_end (*run)(void *arg),
		  void *arg)
{
	return rte_thread_create_control(thread, name, run, arg);
}

static inline void
dlb_thread_join(dlb_thread_id thread)
{
	rte_thread_join(thread, NULL);
}
#else
#include <pthread.h>

#include <rte_lcore.h>

typedef pthread_t dlb_thread_id;
typedef void *dlb_thread_end;

/* 0 or -errno. */
static inline int
dlb_thread_create(dlb_thread_id *thread, const char *name, dlb_thread_end (*run)(void *arg),
		  void *arg)
{
	return rte_ctrl_thread_create(thread, name, NULL, run, arg);
}

static inline void
dlb_thread_join(dlb_thread_id thread)
{
	pthread_join(thread, NULL);
}
#endif

#endif /* DLB_CTL_THREAD_H */
