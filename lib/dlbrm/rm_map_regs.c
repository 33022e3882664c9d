/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The registers that say which load-balanced (LDB) queue is in which slot of which consumer queue
 * (CQ).
 *
 * They are computed from the slots that the resource manager remembers and written whole, never
 * read: so a new priority replaces the old one, and a map costs no reads. When to write which is
 * rm_map.c's business.
 */

#include "rm.h"

#define PRIORITY_BITS 3

/* Bits from one slot's queue to the next in CQ2QID, from one port's slots to the next in CQIDIX. */
#define BYTE_BITS	 8
#define SLOTS_PER_CQ2QID 4
#define PORTS_PER_CQIDIX 4

/* Does the hardware schedule from the slot? */
static bool
slot_is_live(const struct dlbrm_slot *slot)
{
	return slot->state == DLBRM_SLOT_MAPPED || slot->state == DLBRM_SLOT_UNMAPPING;
}

void
rm_cq2priov_write(struct dlbrm *rm, unsigned int p)
{
	const struct dlbrm_slot *slots = rm->ldb_ports[p].slots;
	uint32_t prios = 0, valid = 0;
	unsigned int s;

	for (s = 0; s < DLB_NB_SLOTS; s++) {
		if (slot_is_live(&slots[s])) {
			prios |= (uint32_t)slots[s].prio << (s * PRIORITY_BITS);
			valid |= BIT(s);
		}
	}
	rm_write(rm, DLB_R_LSP_CQ2PRIOV, p,
		 FIELD_PREP(DLB_F_LSP_CQ2PRIOV_PRIO, prios) |
			 FIELD_PREP(DLB_F_LSP_CQ2PRIOV_V, valid));
}

void
rm_cq2qid_write(struct dlbrm *rm, unsigned int p, unsigned int slot)
{
	enum dlb_reg reg = slot < SLOTS_PER_CQ2QID ? DLB_R_LSP_CQ2QID0 : DLB_R_LSP_CQ2QID1;
	const struct dlbrm_slot *slots = rm->ldb_ports[p].slots;
	unsigned int first = slot - slot % SLOTS_PER_CQ2QID;
	uint32_t value = 0;
	unsigned int i;

	for (i = 0; i < SLOTS_PER_CQ2QID; i++)
		if (slot_is_live(&slots[first + i]))
			value |= (uint32_t)slots[first + i].qid << (i * BYTE_BITS);
	rm_write(rm, reg, p, value);
}

void
rm_qid2cqidix_write(struct dlbrm *rm, unsigned int qid, unsigned int p)
{
	unsigned int first = p - p % PORTS_PER_CQIDIX;
	const struct dlbrm_slot *slot;
	uint32_t value = 0;
	unsigned int i, s;

	for (i = 0; i < PORTS_PER_CQIDIX; i++) {
		for (s = 0; s < DLB_NB_SLOTS; s++) {
			slot = &rm->ldb_ports[first + i].slots[s];
			if (slot_is_live(slot) && slot->qid == qid)
				value |= BIT(i * BYTE_BITS + s);
		}
	}
	rm_write2(rm, DLB_R_ATM_QID2CQIDIX, qid, p / PORTS_PER_CQIDIX, value);
	rm_write2(rm, DLB_R_LSP_QID2CQIDIX, qid, p / PORTS_PER_CQIDIX, value);
	rm_write2(rm, DLB_R_LSP_QID2CQIDIX2, qid, p / PORTS_PER_CQIDIX, value);
}

void
rm_sched_ctrl_write(struct dlbrm *rm, unsigned int p, unsigned int slot, uint32_t flags)
{
	rm_write(rm, DLB_R_LSP_LDB_SCHED_CTRL, 0,
		 FIELD_PREP(DLB_F_LSP_LDB_SCHED_CTRL_CQ, p) |
			 FIELD_PREP(DLB_F_LSP_LDB_SCHED_CTRL_QIDIX, slot) | flags);
}
