/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The register space: where the words of all registers are, and what a read or write does first.
 *
 * Here a register is a word with masks from the table in lib/dlbhw; what it means to the device is
 * in sim_apply.c (written), sim_live.c (read) and sim_irq.c (written). Offsets come from anyone:
 * those that the table does not know read 0 and ignore writes.
 */

#include <assert.h>
#include <string.h>

#include "sim.h"

static unsigned int
nb_elements(const struct dlbsim *sim, enum dlb_reg reg)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

	return (unsigned int)desc->count[sim->s->version] * desc->count2;
}

/* Give each register its place in regs[]. */
void
sim_reg_layout(struct dlbsim *sim)
{
	unsigned int base = 0;

	for (unsigned int reg = 0; reg < DLB_R_COUNT; reg++) {
		sim->reg_base[reg] = (uint16_t)base;
		base += nb_elements(sim, (enum dlb_reg)reg);
	}
	assert(base <= SIM_NB_REG_WORDS);
}

/* Reset values, and what they mean. */
void
sim_reg_reset(struct dlbsim *sim)
{
	for (unsigned int r = 0; r < DLB_R_COUNT; r++) {
		unsigned int nb = nb_elements(sim, (enum dlb_reg)r);

		for (unsigned int i = 0; i < nb; i++)
			sim_reg_set(sim, (enum dlb_reg)r, i, dlb_reg_descs[r].reset);
	}
	for (unsigned int q = 0; q < DLB_MAX_LDB_QUEUES; q++) {
		sim_reg_written(sim, DLB_R_AQED_QID_FID_LIM, q,
				dlb_reg_descs[DLB_R_AQED_QID_FID_LIM].reset);
		sim_reg_written(sim, DLB_R_AQED_QID_HID_WIDTH, q, 0);
		sim_reg_written(sim, DLB_R_CHP_ORD_QID_SN_MAP, q, 0);
	}
	for (unsigned int cq = 0; cq < DLB_MAX_LDB_PORTS; cq++)
		sim_reg_written(sim, DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, cq, 0);
	for (unsigned int cq = 0; cq < sim_limits(sim->s)->nb_dir_ports; cq++)
		sim_reg_written(sim, DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, cq, 0);
}

/* The mailbox and reset flags of all virtual functions are one register that shows up 16 times. */
static uint32_t
element(const struct dlb_reg_ref *ref)
{
	switch (ref->reg) {
	case DLB_R_PF_VF2PF_MAILBOX_ISR:
	case DLB_R_PF_VF2PF_FLR_ISR:
	case DLB_R_PF_PF2VF_MAILBOX_ISR:
	case DLB_R_PF_VF_RESET_IN_PROGRESS:
		return 0;
	default:
		return ref->i * dlb_reg_descs[ref->reg].count2 + ref->j;
	}
}

uint32_t
dlbsim_csr_read(struct dlbsim *sim, enum dlb_bar bar, uint32_t offset)
{
	struct dlb_reg_ref ref;
	uint32_t value;

	if (sim_pci_is_asleep(sim->s))
		return UINT32_MAX;
	sim_schedule(sim, UINT32_MAX);
	if (!dlb_reg_find(sim->s->version, bar, offset, &ref))
		return 0;
	if (sim_reg_live(sim, ref.reg, element(&ref), &value))
		return value;
	return sim_reg(sim, ref.reg, element(&ref));
}

void
dlbsim_csr_write(struct dlbsim *sim, enum dlb_bar bar, uint32_t offset, uint32_t value)
{
	enum dlb_version version = sim->s->version;
	const struct dlb_reg_desc *desc;
	struct dlb_reg_ref ref;
	uint32_t i, word;

	if (sim_pci_is_asleep(sim->s) || !dlb_reg_find(version, bar, offset, &ref))
		return;
	/* What was written before is settled under the old value. */
	sim_schedule(sim, UINT32_MAX);
	desc = &dlb_reg_descs[ref.reg];
	i = element(&ref);
	if (sim_irq_written(sim, ref.reg, i, value))
		return;
	word = sim_reg(sim, ref.reg, i);
	word = (word & ~desc->stored[version]) | (value & desc->stored[version]);
	word &= ~(value & desc->w1c[version]);
	sim_reg_set(sim, ref.reg, i, word);
	sim_reg_written(sim, ref.reg, i, value);
}
