/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Interrupts of consumer queues (CQ) and the vectors that interrupts leave by.
 *
 * A CQ that software armed fires once when its occupancy exceeds its threshold, at once if it does
 * so already. It leaves as MSI-X (message-signalled interrupt) of the physical function or, on 2.5,
 * through the interrupt message store (IMS). Vectors 0 (alarms) and 1 wait for the acknowledgement
 * of the one before (SYS_MSIX_ACK) unless software lets them pass (SYS_MSIX_PASSTHRU).
 */

#include "sim.h"

enum en_code {
	EN_CODE_OFF,
	EN_CODE_MSI, /* to a virtual function */
	EN_CODE_MSIX,
	EN_CODE_IMS,
};

#define IMS_INDEX GENMASK(7, 0)
#define VECTOR_CQ 1

static void
send(struct dlbsim *sim, unsigned int vector)
{
	uint32_t ctrl = sim_reg(sim, DLB_R_MSIX_VECTOR_CTRL, vector);

	if (FIELD_GET(DLB_F_MSIX_VECTOR_CTRL_VEC_MASK, ctrl) != 0)
		sim->s->msix_pending[vector] = true;
	else if (sim->host.msix != NULL)
		sim->host.msix(sim->ctx, vector);
}

/* Send vector 0 or 1 unless its last message is not acknowledged yet. */
static bool
send_gated(struct dlbsim *sim, unsigned int vector)
{
	uint32_t bit = BIT(vector);
	uint32_t ack = sim_reg(sim, DLB_R_SYS_MSIX_ACK, 0);
	bool pass = (sim_reg(sim, DLB_R_SYS_MSIX_PASSTHRU, 0) & bit) != 0;

	if ((ack & bit) != 0 && !pass)
		return false;
	sim_reg_set(sim, DLB_R_SYS_MSIX_ACK, 0, ack | bit);
	send(sim, vector);
	return true;
}

/* Something was recorded for the handler of vector 0. */
void
sim_irq_alarm(struct dlbsim *sim)
{
	sim->s->alarm_held = !send_gated(sim, 0);
}

/* --- consumer queues ----------------------------------------------------------------------- */

static enum dlb_reg
occupancy_status(bool is_ldb, unsigned int id)
{
	static const enum dlb_reg regs[2][3] = {
		{ DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, DLB_R_SYS_DIR_CQ_63_32_OCC_INT_STS,
		  DLB_R_SYS_DIR_CQ_95_64_OCC_INT_STS },
		{ DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, DLB_R_SYS_LDB_CQ_63_32_OCC_INT_STS,
		  DLB_R_SYS_LDB_CQ_63_32_OCC_INT_STS },
	};

	return regs[is_ldb][id / 32];
}

static void
fire_msix(struct dlbsim *sim, bool is_ldb, unsigned int id, uint32_t isr)
{
	enum dlb_reg status = occupancy_status(is_ldb, id);
	uint32_t mode = FIELD_GET(DLB_F_SYS_MSIX_MODE_MODE, sim_reg(sim, DLB_R_SYS_MSIX_MODE, 0));
	unsigned int vector = VECTOR_CQ;

	if (mode == 0)
		vector += FIELD_GET(DLB_F_SYS_LDB_CQ_ISR_VECTOR, isr);
	sim_reg_set(sim, status, 0, sim_reg(sim, status, 0) | BIT(id % 32));
	if (vector == VECTOR_CQ)
		send_gated(sim, vector);
	else
		send(sim, vector);
}

static void
fire_ims(struct dlbsim *sim, uint32_t isr)
{
	uint32_t i = FIELD_GET(IMS_INDEX, isr);
	uint64_t address;
	uint32_t ctrl, data;

	if (i >= sim_limits(sim->s)->nb_ims)
		return;
	ctrl = sim_reg(sim, DLB_R_SYS_AI_CTRL, i);
	if (FIELD_GET(DLB_F_SYS_AI_CTRL_IMS_MASK, ctrl) != 0) {
		sim_reg_set(sim, DLB_R_SYS_AI_CTRL, i, ctrl | DLB_F_SYS_AI_CTRL_IMS_PEND);
		return;
	}
	address = (uint64_t)sim_reg(sim, DLB_R_SYS_AI_ADDR_U, i) << 32 |
		  sim_reg(sim, DLB_R_SYS_AI_ADDR_L, i);
	data = sim_reg(sim, DLB_R_SYS_AI_DATA, i);
	if (sim->host.dma_write(sim->ctx, address, &data, sizeof(data)) != 0)
		sim->s->drops.dma_failed++;
}

static void
fire(struct dlbsim *sim, bool is_ldb, unsigned int id)
{
	uint32_t isr = sim_reg(sim, is_ldb ? DLB_R_SYS_LDB_CQ_ISR : DLB_R_SYS_DIR_CQ_ISR, id);

	switch ((enum en_code)FIELD_GET(DLB_F_SYS_LDB_CQ_ISR_EN_CODE, isr)) {
	case EN_CODE_OFF:
		return;
	case EN_CODE_MSI:
		sim_log(sim, DLBSIM_LOG_UNIMP, "interrupts of virtual functions");
		break;
	case EN_CODE_MSIX:
		fire_msix(sim, is_ldb, id, isr);
		break;
	case EN_CODE_IMS:
		fire_ims(sim, isr);
		break;
	}
	sim_cq(sim->s, is_ldb, id)->armed = false;
}

/* Fire the CQ's interrupt if it is armed and due. */
void
sim_irq_evaluate(struct dlbsim *sim, bool is_ldb, unsigned int id)
{
	const struct sim_cq *cq = sim_cq(sim->s, is_ldb, id);
	uint32_t enb =
		sim_reg(sim, is_ldb ? DLB_R_CHP_LDB_CQ_INT_ENB : DLB_R_CHP_DIR_CQ_INT_ENB, id);
	uint32_t threshold = sim_reg(
		sim, is_ldb ? DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH : DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH,
		id);

	if (cq->armed && FIELD_GET(DLB_F_CHP_LDB_CQ_INT_ENB_EN_DEPTH, enb) != 0 &&
	    cq->occupancy > threshold)
		fire(sim, is_ldb, id);
}

/* --- register writes ----------------------------------------------------------------------- */

static void
arm(struct dlbsim *sim, bool is_ldb, unsigned int first, uint32_t value)
{
	unsigned int nb = is_ldb ? DLB_MAX_LDB_PORTS : sim_limits(sim->s)->nb_dir_ports;

	for (unsigned int i = 0; i < 32 && first + i < nb; i++) {
		if ((value >> i & 1) == 0)
			continue;
		sim_cq(sim->s, is_ldb, first + i)->armed = true;
		sim_irq_evaluate(sim, is_ldb, first + i);
	}
}

static bool
any_occupancy(const struct dlbsim *sim)
{
	uint32_t any = 0;

	for (unsigned int id = 0; id < DLB_MAX_LDB_PORTS; id += 32)
		any |= sim_reg(sim, occupancy_status(true, id), 0);
	for (unsigned int id = 0; id < sim_limits(sim->s)->nb_dir_ports; id += 32)
		any |= sim_reg(sim, occupancy_status(false, id), 0);
	return any != 0;
}

/* What came while the vectors were not acknowledged follows now. */
static void
acknowledge(struct dlbsim *sim, uint32_t value)
{
	uint32_t ack = sim_reg(sim, DLB_R_SYS_MSIX_ACK, 0);
	uint32_t pass = sim_reg(sim, DLB_R_SYS_MSIX_PASSTHRU, 0);

	sim_reg_set(sim, DLB_R_SYS_MSIX_ACK, 0, ack & ~value);
	if ((value & BIT(0)) != 0 && sim->s->alarm_held)
		sim_irq_alarm(sim);
	if ((ack & value & ~pass & BIT(VECTOR_CQ)) != 0 && any_occupancy(sim))
		send_gated(sim, VECTOR_CQ);
}

/* The gate closes again; what is still to be served must not be forgotten behind it. */
static void
set_passthru(struct dlbsim *sim, uint32_t value)
{
	uint32_t opened = sim_reg(sim, DLB_R_SYS_MSIX_PASSTHRU, 0) & ~value;

	sim_reg_set(sim, DLB_R_SYS_MSIX_PASSTHRU, 0, value & GENMASK(1, 0));
	if ((opened & BIT(VECTOR_CQ)) != 0 && any_occupancy(sim))
		send_gated(sim, VECTOR_CQ);
}

static void
set_vector_mask(struct dlbsim *sim, unsigned int vector, uint32_t value)
{
	sim_reg_set(sim, DLB_R_MSIX_VECTOR_CTRL, vector, value & DLB_F_MSIX_VECTOR_CTRL_VEC_MASK);
	if ((value & DLB_F_MSIX_VECTOR_CTRL_VEC_MASK) != 0 || !sim->s->msix_pending[vector])
		return;
	sim->s->msix_pending[vector] = false;
	send(sim, vector);
}

static void
set_ims_ctrl(struct dlbsim *sim, unsigned int i, uint32_t value)
{
	uint32_t old = sim_reg(sim, DLB_R_SYS_AI_CTRL, i);
	uint32_t mask = value & DLB_F_SYS_AI_CTRL_IMS_MASK;

	sim_reg_set(sim, DLB_R_SYS_AI_CTRL, i,
		    mask | (mask != 0 ? old & DLB_F_SYS_AI_CTRL_IMS_PEND : 0));
	if (mask == 0 && (old & DLB_F_SYS_AI_CTRL_IMS_PEND) != 0)
		fire_ims(sim, i);
}

/* There is no virtual function that would take the bit back. */
static void
ring_virtual_functions(struct dlbsim *sim, uint32_t value)
{
	uint32_t rung = sim_reg(sim, DLB_R_PF_PF2VF_MAILBOX_ISR, 0);

	sim_reg_set(sim, DLB_R_PF_PF2VF_MAILBOX_ISR, 0,
		    rung | (value & DLB_F_PF_PF2VF_MAILBOX_ISR_VF_ISR));
}

/* Clears what is acknowledged by writing 1, unlike the rest of the register. */
static void
clear_syndrome(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	uint32_t word = sim_reg(sim, reg, i) & ~(value & (BIT(30) | BIT(31)));

	sim_reg_set(sim, reg, i, (word & BIT(31)) != 0 ? word : 0);
}

/* Returns false for registers that are not this file's business. */
bool
sim_irq_written(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	switch (reg) {
	case DLB_R_CHP_LDB_CQ_INTR_ARMED0:
		arm(sim, true, 0, value);
		return true;
	case DLB_R_CHP_LDB_CQ_INTR_ARMED1:
		arm(sim, true, 32, value);
		return true;
	case DLB_R_CHP_DIR_CQ_INTR_ARMED0:
		arm(sim, false, 0, value);
		return true;
	case DLB_R_CHP_DIR_CQ_INTR_ARMED1:
		arm(sim, false, 32, value);
		return true;
	case DLB_R_CHP_DIR_CQ_INTR_ARMED2:
		arm(sim, false, 64, value);
		return true;
	case DLB_R_SYS_MSIX_ACK:
		acknowledge(sim, value);
		return true;
	case DLB_R_SYS_MSIX_PASSTHRU:
		set_passthru(sim, value);
		return true;
	case DLB_R_MSIX_VECTOR_CTRL:
		set_vector_mask(sim, i, value);
		return true;
	case DLB_R_SYS_AI_CTRL:
		set_ims_ctrl(sim, i, value);
		return true;
	case DLB_R_PF_PF2VF_MAILBOX_ISR:
		ring_virtual_functions(sim, value);
		return true;
	case DLB_R_SYS_ALARM_HW_SYND:
	case DLB_R_SYS_ALARM_PF_SYND0:
	case DLB_R_SYS_ALARM_VF_SYND0:
		clear_syndrome(sim, reg, i, value);
		return true;
	default:
		return false;
	}
}
