/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Event <-> queue element: the one place that decides which bit of an event travels where.
 *
 * An event (struct rte_event) and a hardware command word or queue element (struct dlb_hcw, struct
 * dlb_qe) are two 64-bit words each. The second word of both is the payload's neighbour:
 *
 *   event word (rte_event.event)          element word (bytes 8..15, little endian)
 *     19:0   flow id                        15:0   opaque
 *     27:20  sub event type                 23:16  queue
 *     31:28  event type                     25:24  scheduling type
 *     33:32  operation                      28:26  priority
 *     39:38  scheduling type                31:29  message type, not used
 *     47:40  queue id                       47:32  lock id
 *     55:48  priority                       55:48  byte 14, zero
 *     63:56  impl_opaque                    63:56  command, or generation bit
 *
 *   lock id = flow id 15:0, so that equal flows have equal locks;
 *   opaque  = sub event type | event type << 8 | flow id 19:16 << 12.
 *
 * A directed queue hands bytes 10 and 11 out as the enqueued lock id; queue, scheduling type and
 * priority do not travel there. The device carries three bits of priority.
 *
 * Instruction-set variants may compute this differently, but never differ in a bit.
 */

#ifndef DLB_EVENT_H
#define DLB_EVENT_H

#include <rte_eventdev.h>

#include "dlb_hcw.h"

/* Element word, from its bit 16 on: what the tables of the device say about an event's queue. */
#define DLB_DEST_QID(dest)  ((dest)&0xff)
#define DLB_DEST_TYPE_SHIFT 8
#define DLB_DEST_TYPE_MASK  0x0300
#define DLB_DEST_MASK	    0x03ff /* queue and scheduling type */

/* Bits of the message type, which never reach an element, carry a destination's exceptions. */
#define DLB_DEST_INVALID    0x8000 /* no such queue, or scheduling type not possible */
#define DLB_DEST_DIR_CREDIT 0x4000 /* takes a credit of the directed pool */
#define DLB_DEST_EXCEPTION  (DLB_DEST_INVALID | DLB_DEST_DIR_CREDIT)

/* Event word, from its bit 32 on: where an element came from. */
#define DLB_SOURCE(queue_id, sched_type) \
	((uint16_t)((uint16_t)(queue_id) << 8 | (uint16_t)(sched_type) << 6))

/* Directed elements carry no priority: they are handed out with the normal one. */
#define DLB_DIR_PRIORITY RTE_EVENT_DEV_PRIORITY_NORMAL

/* Event word: impl_opaque, in which the data path marks what it hands out. */
#define DLB_EVENT_MARK(mark) ((uint64_t)(mark) << 56)

#define DLB_HI_QID_SHIFT  16
#define DLB_HI_TYPE_SHIFT 24
#define DLB_HI_PRIO_SHIFT 26
#define DLB_HI_LOCK_SHIFT 32
#define DLB_HI_CMD_SHIFT  56

/* Bits of the element word that say where an element comes from, or goes to. */
#define DLB_HI_SOURCE_MASK ((uint64_t)DLB_DEST_MASK << DLB_HI_QID_SHIFT)

/* Event word -> element word without the queue: opaque, priority and lock id. */
static inline uint64_t
dlb_event_to_hi(uint64_t event)
{
	uint64_t opaque = (event >> 20 & 0x0fff) | (event >> 4 & 0xf000);
	uint64_t prio = event >> 53 & 7;
	uint64_t lock_id = event & 0xffff;

	return opaque | prio << DLB_HI_PRIO_SHIFT | lock_id << DLB_HI_LOCK_SHIFT;
}

/* The lower half of an event word: flow id, sub event type and event type. */
static inline uint64_t
dlb_event_from_carried(uint64_t opaque, uint64_t lock_id)
{
	return (opaque & 0x0fff) << 20 | (opaque & 0xf000) << 4 | lock_id;
}

/* Load-balanced element word -> event word without source and impl_opaque. */
static inline uint64_t
dlb_event_from_ldb_hi(uint64_t hi)
{
	uint64_t carried = dlb_event_from_carried(hi & 0xffff, hi >> DLB_HI_LOCK_SHIFT & 0xffff);

	return carried | (hi >> DLB_HI_PRIO_SHIFT & 7) << 53;
}

/* Directed element word -> event word without source and impl_opaque. */
static inline uint64_t
dlb_event_from_dir_hi(uint64_t hi)
{
	uint64_t carried = dlb_event_from_carried(hi & 0xffff, hi >> DLB_HI_QID_SHIFT & 0xffff);

	return carried | (uint64_t)DLB_DIR_PRIORITY << 48;
}

_Static_assert(sizeof(struct rte_event) == 16, "an event is two words");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "elements are little endian");

#endif /* DLB_EVENT_H */
