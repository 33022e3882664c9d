/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Arbitrary accesses of all kinds in any order: registers of the table and offsets of none,
 * configuration space, commands, steps, resets, memory that comes and goes.
 *
 * Nothing is promised about what the device does with nonsense but that its invariants hold.
 */

#include "fuzz_device.h"

enum action {
	WRITE_REGISTER,
	READ_REGISTER,
	WRITE_OFFSET,
	READ_OFFSET,
	WRITE_COMMANDS,
	STEP,
	WRITE_PCI,
	READ_PCI,
	CHANGE_HOST,
	RESET,
	NB_ACTIONS,
};

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A value that is often one of the interesting ones. */
static uint32_t
value(struct fuzz_input *in)
{
	uint32_t how = fuzz_number(in, 1);

	switch (how >> 6) {
	case 0:
		return how & 0x3F;
	case 1:
		return UINT32_C(1) << (how & 31);
	case 2:
		return UINT32_MAX >> (how & 31);
	default:
		return fuzz_number(in, 4);
	}
}

static void
access_register(struct fuzz_device *device, struct fuzz_input *in, bool is_write)
{
	uint32_t reg = fuzz_number(in, 1) % DLB_R_COUNT;
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
	uint32_t i, offset;

	if (desc->count[device->version] == 0)
		return;
	i = fuzz_number(in, desc->count[device->version] > 256 ? 2 : 1);
	offset = dlb_reg_offset2(device->version, (enum dlb_reg)reg,
				 i % desc->count[device->version], i / 7 % desc->count2);
	if (is_write)
		dlbsim_csr_write(device->sim, (enum dlb_bar)desc->bar, offset, value(in));
	else
		dlbsim_csr_read(device->sim, (enum dlb_bar)desc->bar, offset);
}

static void
access_offset(struct fuzz_device *device, struct fuzz_input *in, bool is_write)
{
	enum dlb_bar bar = (enum dlb_bar)(fuzz_number(in, 1) % 6);
	uint32_t offset = fuzz_number(in, 4);

	if (is_write)
		dlbsim_csr_write(device->sim, bar, offset, value(in));
	else
		dlbsim_csr_read(device->sim, bar, offset);
}

static void
access_pci(struct fuzz_device *device, struct fuzz_input *in, bool is_write)
{
	uint32_t offset = fuzz_number(in, 2), size = fuzz_number(in, 1) % 6;

	if (is_write)
		dlbsim_pci_write(device->sim, offset, size, value(in));
	else
		dlbsim_pci_read(device->sim, offset, size);
}

static void
change_host(struct fuzz_device *device, struct fuzz_input *in)
{
	uint32_t how = fuzz_number(in, 1);

	device->refuse_map = (how & 1) != 0;
	device->refuse_dma = (how & 2) != 0;
	fuzz_device_unmap(device, (how & 4) != 0 ? FUZZ_IOVA + value(in) : value(in),
			  (how & 8) != 0 ? UINT64_MAX : value(in));
}

static void
step(struct fuzz_device *device, struct fuzz_input *in)
{
	device->now_ns += (uint64_t)value(in) << 10;
	dlbsim_step(device->sim, device->now_ns, value(in));
}

static void
act(struct fuzz_device *device, struct fuzz_input *in)
{
	struct dlbsim_drops drops;

	switch ((enum action)(fuzz_number(in, 1) % NB_ACTIONS)) {
	case WRITE_REGISTER:
		access_register(device, in, true);
		break;
	case READ_REGISTER:
		access_register(device, in, false);
		break;
	case WRITE_OFFSET:
		access_offset(device, in, true);
		break;
	case READ_OFFSET:
		access_offset(device, in, false);
		break;
	case WRITE_COMMANDS:
		fuzz_pp_write(device, in);
		break;
	case STEP:
		step(device, in);
		break;
	case WRITE_PCI:
		access_pci(device, in, true);
		break;
	case READ_PCI:
		access_pci(device, in, false);
		break;
	case CHANGE_HOST:
		change_host(device, in);
		break;
	case RESET:
		dlbsim_drops(device->sim, &drops);
		if (fuzz_number(in, 1) % 8 == 0)
			dlbsim_flr(device->sim);
		break;
	case NB_ACTIONS:
		break;
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct fuzz_input in = { .data = data, .left = size };
	uint32_t variant = fuzz_number(&in, 1);
	struct fuzz_device *device = fuzz_device_begin((variant >> 7) != 0 ? DLB_V2_5 : DLB_V2_0);

	if ((variant & 0x40) == 0)
		fuzz_device_bring_up(device, variant);
	for (unsigned int i = 1; in.left != 0; i++) {
		act(device, &in);
		if (i % 16 == 0)
			fuzz_device_verify(device);
	}
	fuzz_device_verify(device);
	return 0;
}
