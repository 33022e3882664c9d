/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Arbitrary commands to arbitrary ports of a device that a driver has brought up.
 *
 * Whatever the commands were, in the end the device can be drained as a driver does it, and has all
 * its credits then.
 */

#include "fuzz_device.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static uint32_t
credits(struct fuzz_device *device)
{
	if (dlb_limits[device->version].combined_credits)
		return fuzz_get(device, DLB_R_CHP_CFG_VAS_CRD, 0);
	return fuzz_get(device, DLB_R_CHP_CFG_LDB_VAS_CRD, 0) +
	       fuzz_get(device, DLB_R_CHP_CFG_DIR_VAS_CRD, 0);
}

/* Complete and give back all that is out; returns how much that was. */
static uint32_t
drain(struct fuzz_device *device)
{
	const struct dlb_hcw comp = { .cmd = DLB_CMD_COMP };
	struct dlb_hcw tokens = { .cmd = DLB_CMD_BAT_T };
	uint32_t total = 0;

	for (unsigned int p = 0; p < FUZZ_LDB_PORTS + FUZZ_DIR; p++) {
		bool is_ldb = p < FUZZ_LDB_PORTS;
		unsigned int id = is_ldb ? p : p - FUZZ_LDB_PORTS;
		enum dlb_reg reg = is_ldb ? DLB_R_CHP_LDB_CQ_DEPTH : DLB_R_CHP_DIR_CQ_DEPTH;
		uint32_t inflight = is_ldb ? fuzz_get(device, DLB_R_LSP_CQ_LDB_INFL_CNT, id) : 0;
		uint32_t out = fuzz_get(device, reg, id);

		tokens.lock_id = (uint16_t)(out - 1);
		if (out != 0)
			dlbsim_pp_write(device->sim, is_ldb, id, &tokens, 1);
		for (uint32_t i = 0; i < inflight; i++)
			dlbsim_pp_write(device->sim, is_ldb, id, &comp, 1);
		total += out + inflight;
	}
	return total;
}

static void
expect_drained(struct fuzz_device *device)
{
	for (unsigned int turns = 0; drain(device) != 0; turns++)
		fuzz_require(turns < 1000, "the device can be drained");
	for (unsigned int q = 0; q < FUZZ_LDB_QUEUES; q++)
		fuzz_require(fuzz_get(device, DLB_R_LSP_QID_AQED_ACTIVE_CNT, q) +
					     fuzz_get(device, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, q) +
					     fuzz_get(device, DLB_R_LSP_QID_ATM_ACTIVE, q) +
					     fuzz_get(device, DLB_R_LSP_QID_LDB_INFL_CNT, q) ==
				     0,
			     "a drained queue is empty");
	fuzz_require(credits(device) == 200, "all credits are back");
	fuzz_device_verify(device);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	uint32_t variant = fuzz_number(&in, 1);
	struct fuzz_device *device = fuzz_device_begin((variant >> 7) != 0 ? DLB_V2_5 : DLB_V2_0);

	device->refuse_map = (variant & 0x20) != 0;
	device->refuse_dma = (variant & 0x40) != 0;
	fuzz_device_bring_up(device, variant);
	for (unsigned int i = 1; in.left != 0; i++) {
		if (fuzz_number(&in, 1) % 4 == 0)
			dlbsim_step(device->sim, 0, fuzz_number(&in, 1));
		else
			fuzz_pp_write(device, &in);
		if (i % 16 == 0)
			fuzz_device_verify(device);
	}
	expect_drained(device);
	return 0;
}
