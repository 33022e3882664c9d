/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Groups of sequence numbers (SN): how many SNs each ordered queue of a group has, and which of
 * the group's slots are free.
 *
 * A group has 1024 SNs; its mode splits them into equal slots, one per ordered queue. Invariant:
 * a group's mode changes only while no queue has a slot of it.
 */

#include "rm.h"

static bool
slot_is_free(const struct dlbrm *rm, unsigned int group, unsigned int slot)
{
	unsigned int q;

	for (q = 0; q < rm->limits->nb_ldb_queues; q++)
		if (rm->ldb_queues[q].configured && rm->ldb_queues[q].sn_group == group &&
		    rm->ldb_queues[q].sn_slot == slot)
			return false;
	return true;
}

int
rm_sn_slot_find(const struct dlbrm *rm, unsigned int nb_sns, struct dlbrm_ldb_queue *queue)
{
	uint8_t group, slot;

	for (group = 0; group < rm->limits->sn_groups; group++) {
		if (dlb_sn_mode_sns(rm->sn_mode[group]) != nb_sns)
			continue;
		for (slot = 0; slot < dlb_sn_mode_slots(rm->sn_mode[group]); slot++) {
			if (slot_is_free(rm, group, slot)) {
				queue->sn_group = group;
				queue->sn_slot = slot;
				return 0;
			}
		}
	}
	return -ENOSPC;
}

/* sequences.rst, Sequence number groups. */
int
dlbrm_sn_group_set(struct dlbrm *rm, unsigned int group, unsigned int sns_per_queue)
{
	unsigned int slot;
	uint8_t mode;

	if (group >= rm->limits->sn_groups)
		return -EINVAL;
	for (mode = 0; mode <= DLB_MAX_SN_MODE; mode++)
		if (dlb_sn_mode_sns(mode) == sns_per_queue)
			break;
	if (mode > DLB_MAX_SN_MODE)
		return -EINVAL;
	for (slot = 0; slot < DLB_MAX_SN_SLOTS; slot++)
		if (!slot_is_free(rm, group, slot))
			return -EBUSY;
	if (rm->gone)
		return -EIO;

	rm->sn_mode[group] = mode;
	rm_write(rm, DLB_R_RO_GRP_SN_MODE, 0,
		 FIELD_PREP(DLB_F_RO_GRP_SN_MODE_SN_MODE_0, rm->sn_mode[0]) |
			 FIELD_PREP(DLB_F_RO_GRP_SN_MODE_SN_MODE_1, rm->sn_mode[1]));
	return 0;
}

int
dlbrm_sn_group_get(const struct dlbrm *rm, unsigned int group)
{
	if (group >= rm->limits->sn_groups)
		return -EINVAL;
	return (int)dlb_sn_mode_sns(rm->sn_mode[group]);
}
