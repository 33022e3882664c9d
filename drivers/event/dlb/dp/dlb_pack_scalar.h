/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Four events to a line and four elements to events in plain C: for CPUs without vectors, and what
 * the variants with vectors have to equal bit by bit.
 *
 * A pack file offers exactly these functions. It knows the layout (dlb_event.h) and nothing of
 * ports, credits or windows.
 */

#ifndef DLB_PACK_SCALAR_H
#define DLB_PACK_SCALAR_H

#include "dlb_pack_one.h"

/* Whether each of four events has the bits of @want under the mask; the mark counts up from it. */
static __rte_always_inline bool
dlb_pack_alike(const struct rte_event *ev, uint64_t want, uint64_t mask)
{
	uint64_t differs = (ev[0].event ^ want) | (ev[1].event ^ (want + DLB_EVENT_MARK(1))) |
			   (ev[2].event ^ (want + DLB_EVENT_MARK(2))) |
			   (ev[3].event ^ (want + DLB_EVENT_MARK(3)));

	return (differs & mask) == 0;
}

/* Four events for one queue to a whole line. */
static __rte_always_inline void
dlb_pack_four(struct dlb_hcw *line, const struct rte_event *ev, uint32_t dest, enum dlb_cmd cmd)
{
	dlb_pack_one(&line[0], &ev[0], dest, cmd);
	dlb_pack_one(&line[1], &ev[1], dest, cmd);
	dlb_pack_one(&line[2], &ev[2], dest, cmd);
	dlb_pack_one(&line[3], &ev[3], dest, cmd);
}

/* The same, each for a queue of its own. */
static __rte_always_inline void
dlb_pack_each(struct dlb_hcw *line, const struct rte_event *ev, const uint32_t dest[4],
	      enum dlb_cmd cmd)
{
	dlb_pack_one(&line[0], &ev[0], dest[0], cmd);
	dlb_pack_one(&line[1], &ev[1], dest[1], cmd);
	dlb_pack_one(&line[2], &ev[2], dest[2], cmd);
	dlb_pack_one(&line[3], &ev[3], dest[3], cmd);
}

static __rte_always_inline void
dlb_pack_bare_four(struct dlb_hcw *line, enum dlb_cmd cmd)
{
	dlb_pack_bare(&line[0], cmd);
	dlb_pack_bare(&line[1], cmd);
	dlb_pack_bare(&line[2], cmd);
	dlb_pack_bare(&line[3], cmd);
}

/* Whether four elements come from where the one with this second word does. */
static __rte_always_inline bool
dlb_unpack_alike(const struct dlb_qe *qe, uint32_t stride, uint64_t hi)
{
	uint64_t differs = (hi ^ dlb_unpack_hi(qe)) |
			   (hi ^ dlb_unpack_hi(dlb_unpack_at(qe, stride, 1))) |
			   (hi ^ dlb_unpack_hi(dlb_unpack_at(qe, stride, 2))) |
			   (hi ^ dlb_unpack_hi(dlb_unpack_at(qe, stride, 3)));

	return (differs & DLB_HI_SOURCE_MASK) == 0;
}

/* Four load-balanced elements of one queue to events; mark is that of the first. */
static __rte_always_inline void
dlb_unpack_ldb_four(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride, uint32_t source,
		    uint32_t mark)
{
	uint32_t i;

	for (i = 0; i < DLB_HCWS_PER_LINE; i++, qe = dlb_unpack_at(qe, stride, 1))
		dlb_unpack_ldb(&ev[i], qe, dlb_unpack_hi(qe), source, mark + i);
}

/* The same, each of a queue of its own. */
static __rte_always_inline void
dlb_unpack_ldb_each(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride,
		    const uint32_t source[4], uint32_t mark)
{
	uint32_t i;

	for (i = 0; i < DLB_HCWS_PER_LINE; i++, qe = dlb_unpack_at(qe, stride, 1))
		dlb_unpack_ldb(&ev[i], qe, dlb_unpack_hi(qe), source[i], mark + i);
}

/* Four directed elements to events. */
static __rte_always_inline void
dlb_unpack_dir_four(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride, uint32_t source)
{
	uint32_t i;

	for (i = 0; i < DLB_HCWS_PER_LINE; i++, qe = dlb_unpack_at(qe, stride, 1))
		dlb_unpack_dir(&ev[i], qe, dlb_unpack_hi(qe), source);
}

#endif /* DLB_PACK_SCALAR_H */
