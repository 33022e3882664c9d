/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Classes of service (CoS): how the device's scheduling bandwidth is shared among the four classes
 * of load-balanced ports.
 *
 * The shares are written to shadow registers and taken over all at once, so that the device never
 * sees a mix of old and new ones.
 */

#include "rm.h"

/* sequences.rst, Classes of service. */
int
dlbrm_cos_bandwidth_set(struct dlbrm *rm, const uint8_t percent[DLB_NB_COS])
{
	unsigned int sum = 0;
	uint32_t value;
	unsigned int i;

	for (i = 0; i < DLB_NB_COS; i++)
		sum += percent[i];
	if (sum > 100)
		return -EINVAL;

	/* Step 1. */
	for (i = 0; i < DLB_NB_COS; i++) {
		value = rm_read(rm, DLB_R_LSP_CFG_SHDW_RANGE_COS, i);
		value &= ~(uint32_t)DLB_F_LSP_CFG_SHDW_RANGE_COS_BW_RANGE;
		value |= FIELD_PREP(DLB_F_LSP_CFG_SHDW_RANGE_COS_BW_RANGE, percent[i] * 256 / 100);
		rm_write(rm, DLB_R_LSP_CFG_SHDW_RANGE_COS, i, value);
	}
	/* Step 2. */
	rm_write(rm, DLB_R_LSP_CFG_SHDW_CTRL, 0, DLB_F_LSP_CFG_SHDW_CTRL_TRANSFER);
	return rm_status(rm);
}
