/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Interrupts of consumer queues (CQ): when they come, arming them, and what the handler has to do.
 *
 * All CQs share message-signalled interrupt (MSI-X) vector 1, "compressed" mode; status registers
 * tell which ones fired. It knows nothing of who waits.
 *
 * LDB = load-balanced, DIR = directed.
 */

#include "rm.h"

#define CQ_VECTOR 1

/* SYS_*_CQ_ISR.EN_CODE: MSI-X of the physical function. */
#define EN_CODE_MSIX 2

#define BITS_PER_WORD 32

int
dlbrm_irq_init(struct dlbrm *rm)
{
	rm_write(rm, DLB_R_SYS_MSIX_MODE, 0, DLB_F_SYS_MSIX_MODE_MODE);
	rm->has_irq = true;
	return rm_status(rm);
}

/* 0 if the port is the domain's, with the depth of its CQ. */
static int
cq_check(const struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
	 unsigned int *depth)
{
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE);

	if (ret == 0)
		ret = is_ldb ? rm_ldb_port_check(rm, domain, port)
			     : rm_dir_port_check(rm, domain, port);
	if (ret == 0)
		*depth = is_ldb ? rm->ldb_ports[port].cq_depth : rm->dir_pairs[port].cq_depth;
	return ret;
}

/* sequences.rst, CQ interrupts, configuration. */
int
dlbrm_cq_irq_config(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
		    unsigned int threshold)
{
	unsigned int depth;
	int ret = cq_check(rm, domain, is_ldb, port, &depth);

	if (ret != 0)
		return ret;
	if (threshold > depth)
		return -EINVAL;
	if (is_ldb) {
		rm_write(rm, DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH, port, threshold ? threshold - 1 : 0);
		rm_write(rm, DLB_R_CHP_LDB_CQ_INT_ENB, port,
			 threshold ? DLB_F_CHP_LDB_CQ_INT_ENB_EN_DEPTH : 0);
		rm_write(rm, DLB_R_SYS_LDB_CQ_ISR, port,
			 FIELD_PREP(DLB_F_SYS_LDB_CQ_ISR_EN_CODE, threshold ? EN_CODE_MSIX : 0));
	} else {
		rm_write(rm, DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH, port, threshold ? threshold - 1 : 0);
		rm_write(rm, DLB_R_CHP_DIR_CQ_INT_ENB, port,
			 threshold ? DLB_F_CHP_DIR_CQ_INT_ENB_EN_DEPTH : 0);
		rm_write(rm, DLB_R_SYS_DIR_CQ_ISR, port,
			 FIELD_PREP(DLB_F_SYS_DIR_CQ_ISR_EN_CODE, threshold ? EN_CODE_MSIX : 0));
	}
	return 0;
}

static const enum dlb_reg ldb_armed[] = {
	DLB_R_CHP_LDB_CQ_INTR_ARMED0,
	DLB_R_CHP_LDB_CQ_INTR_ARMED1,
};

static const enum dlb_reg dir_armed[] = {
	DLB_R_CHP_DIR_CQ_INTR_ARMED0,
	DLB_R_CHP_DIR_CQ_INTR_ARMED1,
	DLB_R_CHP_DIR_CQ_INTR_ARMED2,
};

/* sequences.rst, CQ interrupts, arming. */
int
dlbrm_cq_irq_arm(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port)
{
	unsigned int depth;
	int ret = cq_check(rm, domain, is_ldb, port, &depth);

	if (ret != 0)
		return ret;
	rm_write(rm, is_ldb ? ldb_armed[port / BITS_PER_WORD] : dir_armed[port / BITS_PER_WORD], 0,
		 (uint32_t)BIT(port % BITS_PER_WORD));
	rm_flush(rm);
	return rm_status(rm);
}

/* Read a status word and clear what was read; a version may lack the word. */
static uint32_t
status_take(struct dlbrm *rm, enum dlb_reg reg)
{
	uint32_t value;

	if (!rm_has(rm, reg))
		return 0;
	value = rm_read(rm, reg, 0);
	if (value != 0)
		rm_write(rm, reg, 0, value);
	return value;
}

/* sequences.rst, CQ interrupts, service. */
int
dlbrm_cq_irq_service(struct dlbrm *rm, struct dlbrm_ports *fired)
{
	/* Step 1. */
	fired->ldb[0] = status_take(rm, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS);
	fired->ldb[1] = status_take(rm, DLB_R_SYS_LDB_CQ_63_32_OCC_INT_STS);
	fired->dir[0] = status_take(rm, DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS);
	fired->dir[1] = status_take(rm, DLB_R_SYS_DIR_CQ_63_32_OCC_INT_STS);
	fired->dir[2] = status_take(rm, DLB_R_SYS_DIR_CQ_95_64_OCC_INT_STS);
	/* Step 2: without the mask and the bypass an interrupt in between can be lost. */
	rm_write(rm, DLB_R_MSIX_VECTOR_CTRL, CQ_VECTOR, DLB_F_MSIX_VECTOR_CTRL_VEC_MASK);
	rm_write(rm, DLB_R_SYS_MSIX_PASSTHRU, 0, DLB_F_SYS_MSIX_PASSTHRU_MSIX_1_PASSTHRU);
	rm_write(rm, DLB_R_SYS_MSIX_ACK, 0, DLB_F_SYS_MSIX_ACK_MSIX_1_ACK);
	rm_write(rm, DLB_R_SYS_MSIX_PASSTHRU, 0, 0);
	rm_write(rm, DLB_R_MSIX_VECTOR_CTRL, CQ_VECTOR, 0);
	rm_flush(rm);
	return rm_status(rm);
}
