/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Names for the C11 atomic accesses of the data path and the bus.
 *
 * DPDK 22.11 lacks rte_stdatomic.h, and consumer-queue memory is plain memory by its nature, so
 * these act on ordinary objects. Each name says its memory order; a place that uses acquire or
 * release says which other place it pairs with.
 */

#ifndef DLB_ATOMIC_H
#define DLB_ATOMIC_H

#include <stdint.h>

#define dlb_load_relaxed(ptr)	       __atomic_load_n((ptr), __ATOMIC_RELAXED)
#define dlb_load_acquire(ptr)	       __atomic_load_n((ptr), __ATOMIC_ACQUIRE)
#define dlb_load_seq_cst(ptr)	       __atomic_load_n((ptr), __ATOMIC_SEQ_CST)
#define dlb_store_relaxed(ptr, val)    __atomic_store_n((ptr), (val), __ATOMIC_RELAXED)
#define dlb_store_release(ptr, val)    __atomic_store_n((ptr), (val), __ATOMIC_RELEASE)
#define dlb_store_seq_cst(ptr, val)    __atomic_store_n((ptr), (val), __ATOMIC_SEQ_CST)
#define dlb_add_relaxed(ptr, val)      __atomic_fetch_add((ptr), (val), __ATOMIC_RELAXED)
#define dlb_add_release(ptr, val)      __atomic_fetch_add((ptr), (val), __ATOMIC_RELEASE)
#define dlb_sub_relaxed(ptr, val)      __atomic_fetch_sub((ptr), (val), __ATOMIC_RELAXED)
#define dlb_exchange_acquire(ptr, val) __atomic_exchange_n((ptr), (val), __ATOMIC_ACQUIRE)

/* Grow a counter that one thread writes and others may read at any time: no locked instruction. */
static inline void
dlb_count(uint64_t *counter, uint64_t n)
{
	dlb_store_relaxed(counter, dlb_load_relaxed(counter) + n);
}

#endif /* DLB_ATOMIC_H */
