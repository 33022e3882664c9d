/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * One event to a command and one element to an event, in plain C: what all variants do with those
 * that come in no group of four, and the reference for how they treat those that do.
 *
 * These functions know the layout (dlb_event.h) and nothing of ports, credits or windows.
 */

#ifndef DLB_PACK_ONE_H
#define DLB_PACK_ONE_H

#include "bus/dlb_atomic.h"
#include "dlb_event.h"
#include "dlb_limits.h"

static __rte_always_inline void
dlb_pack_words(struct dlb_hcw *hcw, uint64_t lo, uint64_t hi)
{
	__builtin_memcpy(hcw, &lo, sizeof(lo));
	__builtin_memcpy(&hcw->opaque, &hi, sizeof(hi));
}

/* One event to one command; dest says where it goes, without exceptions. */
static __rte_always_inline void
dlb_pack_one(struct dlb_hcw *hcw, const struct rte_event *ev, uint32_t dest, enum dlb_cmd cmd)
{
	uint64_t hi = dlb_event_to_hi(ev->event) | (uint64_t)dest << DLB_HI_QID_SHIFT |
		      (uint64_t)cmd << DLB_HI_CMD_SHIFT;

	dlb_pack_words(hcw, ev->u64, hi);
}

/* A command without an element and with lock id 0; four of DLB_CMD_COMP_T return four tokens. */
static __rte_always_inline void
dlb_pack_bare(struct dlb_hcw *hcw, enum dlb_cmd cmd)
{
	dlb_pack_words(hcw, 0, (uint64_t)cmd << DLB_HI_CMD_SHIFT);
}

/*
 * Second word of a CQ entry. Whoever sees the generation bit in it may read the first word:
 * pairs with the device, which writes the first word before.
 */
static __rte_always_inline uint64_t
dlb_unpack_hi(const struct dlb_qe *qe)
{
	return dlb_load_acquire((const uint64_t *)(const void *)&qe->opaque);
}

/* The n-th entry from this one on; the stride is in bytes. */
static __rte_always_inline const struct dlb_qe *
dlb_unpack_at(const struct dlb_qe *qe, uint32_t stride, uint32_t n)
{
	return (const void *)((const uint8_t *)qe + stride * n);
}

static __rte_always_inline uint32_t
dlb_unpack_gen(uint64_t hi)
{
	return hi >> DLB_HI_CMD_SHIFT & DLB_QE_GEN;
}

static __rte_always_inline uint32_t
dlb_unpack_type(uint64_t hi)
{
	return hi >> DLB_HI_TYPE_SHIFT & DLB_HCW_SCHED_TYPE;
}

/* Where a load-balanced element comes from, in dlb_dp_dev.source. */
static __rte_always_inline uint32_t
dlb_unpack_source(const uint16_t *source, uint64_t hi)
{
	return source[hi >> DLB_HI_QID_SHIFT & DLB_DEST_MASK];
}

/* One load-balanced element to an event; mark is the impl_opaque. */
static __rte_always_inline void
dlb_unpack_ldb(struct rte_event *ev, const struct dlb_qe *qe, uint64_t hi, uint32_t source,
	       uint32_t mark)
{
	ev->event = dlb_event_from_ldb_hi(hi) | (uint64_t)source << 32 | (uint64_t)mark << 56;
	ev->u64 = qe->data;
}

/* One directed element to an event. */
static __rte_always_inline void
dlb_unpack_dir(struct rte_event *ev, const struct dlb_qe *qe, uint64_t hi, uint32_t source)
{
	ev->event = dlb_event_from_dir_hi(hi) | (uint64_t)source << 32;
	ev->u64 = qe->data;
}

#endif /* DLB_PACK_ONE_H */
