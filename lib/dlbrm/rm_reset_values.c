/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Reset values: put every register that belongs to a domain's objects back to what a reset of the
 * device would give it.
 *
 * The lists are in the order of writing; what a version lacks is skipped. The values come from the
 * register table. Everything must be drained and disabled before.
 *
 * LDB = load-balanced, DIR = directed, CQ = consumer queue, SN = sequence number.
 */

#include "rm.h"

static const enum dlb_reg ldb_port_regs[] = {
	DLB_R_SYS_LDB_PP2VAS,
	DLB_R_CHP_LDB_CQ2VAS,
	DLB_R_SYS_LDB_PP2VDEV,
	DLB_R_SYS_LDB_PP_V,
	DLB_R_LSP_CQ_LDB_DSBL,
	DLB_R_CHP_LDB_CQ_DEPTH,
	DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT,
	DLB_R_LSP_CQ_LDB_INFL_THRESH,
	DLB_R_LSP_CQ_LDB_INFL_LIM,
	DLB_R_CHP_HIST_LIST_LIM,
	DLB_R_CHP_HIST_LIST_BASE,
	DLB_R_CHP_HIST_LIST_POP_PTR,
	DLB_R_CHP_HIST_LIST_PUSH_PTR,
	DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH,
	DLB_R_CHP_LDB_CQ_TMR_THRSH,
	DLB_R_CHP_LDB_CQ_INT_ENB,
	DLB_R_SYS_LDB_CQ_ISR,
	DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL,
	DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL,
	DLB_R_CHP_LDB_CQ_WPTR,
	DLB_R_LSP_CQ_LDB_TKN_CNT,
	DLB_R_SYS_LDB_CQ_ADDR_L,
	DLB_R_SYS_LDB_CQ_ADDR_U,
	DLB_R_SYS_LDB_CQ_AT,
	DLB_R_SYS_LDB_CQ_PASID,
	DLB_R_SYS_LDB_CQ2VF_PF_RO,
	DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL,
	DLB_R_LSP_CQ_LDB_TOT_SCH_CNTH,
	DLB_R_LSP_CQ2QID0,
	DLB_R_LSP_CQ2QID1,
	DLB_R_LSP_CQ2PRIOV,
};

static const enum dlb_reg dir_port_regs[] = {
	DLB_R_CHP_DIR_CQ_DEPTH,		DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH,
	DLB_R_CHP_DIR_CQ_TMR_THRSH,	DLB_R_CHP_DIR_CQ_INT_ENB,
	DLB_R_SYS_DIR_CQ_ISR,		DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI,
	DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, DLB_R_CHP_DIR_CQ_WPTR,
	DLB_R_LSP_CQ_DIR_TKN_CNT,	DLB_R_SYS_DIR_CQ_ADDR_L,
	DLB_R_SYS_DIR_CQ_ADDR_U,	DLB_R_SYS_DIR_CQ_AT,
	DLB_R_SYS_DIR_CQ_PASID,		DLB_R_SYS_DIR_CQ_FMT,
	DLB_R_SYS_DIR_CQ2VF_PF_RO,	DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL,
	DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH,	DLB_R_SYS_DIR_PP2VAS,
	DLB_R_SYS_DIR_PP2VDEV,		DLB_R_SYS_DIR_PP_V,
};

static const enum dlb_reg ldb_queue_regs[] = {
	DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTH,
	DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH,
	DLB_R_LSP_QID_NALDB_MAX_DEPTH,
	DLB_R_LSP_QID_LDB_INFL_LIM,
	DLB_R_LSP_QID_AQED_ACTIVE_LIM,
	DLB_R_LSP_QID_ATM_DEPTH_THRSH,
	DLB_R_LSP_QID_NALDB_DEPTH_THRSH,
	DLB_R_SYS_LDB_QID_ITS,
	DLB_R_CHP_ORD_QID_SN,
	DLB_R_CHP_ORD_QID_SN_MAP,
	DLB_R_SYS_LDB_QID_V,
	DLB_R_SYS_LDB_QID_CFG_V,
};

static const enum dlb_reg qid2cqidix_regs[] = {
	DLB_R_ATM_QID2CQIDIX,
	DLB_R_LSP_QID2CQIDIX,
	DLB_R_LSP_QID2CQIDIX2,
};

static const enum dlb_reg dir_queue_regs[] = {
	DLB_R_LSP_QID_DIR_MAX_DEPTH,	DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL,
	DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH, DLB_R_LSP_QID_DIR_DEPTH_THRSH,
	DLB_R_SYS_DIR_QID_ITS,		DLB_R_SYS_DIR_QID_V,
};

#define NB(list) (sizeof(list) / sizeof((list)[0]))

/* Write the reset values of element i of each register that this version has. */
static void
regs_write(struct dlbrm *rm, const enum dlb_reg *regs, size_t nb_regs, unsigned int i)
{
	size_t k;

	for (k = 0; k < nb_regs; k++)
		if (rm_has(rm, regs[k]))
			rm_write(rm, regs[k], i, dlb_reg_descs[regs[k]].reset);
}

static void
ldb_port_reset(struct dlbrm *rm, unsigned int p)
{
	regs_write(rm, ldb_port_regs, NB(ldb_port_regs), p);
}

/* The write buffer must forget the CQ before its address goes. */
static void
dir_port_reset(struct dlbrm *rm, unsigned int p)
{
	rm_write(rm, DLB_R_CHP_DIR_CQ2VAS, p, 0);
	rm_write(rm, DLB_R_LSP_CQ_DIR_DSBL, p, 1);
	if (rm_has(rm, DLB_R_SYS_DIR_CQ_OPT_CLR))
		rm_write(rm, DLB_R_SYS_DIR_CQ_OPT_CLR, 0,
			 FIELD_PREP(DLB_F_SYS_DIR_CQ_OPT_CLR_CQ, p));
	else
		rm_write(rm, DLB_R_SYS_WB_DIR_CQ_STATE, p, DLB_F_SYS_WB_DIR_CQ_STATE_CQ_OPT_CLR);
	regs_write(rm, dir_port_regs, NB(dir_port_regs), p);
}

static void
ldb_queue_reset(struct dlbrm *rm, unsigned int q)
{
	const struct dlbrm_ldb_queue *queue = &rm->ldb_queues[q];
	unsigned int i, word;

	regs_write(rm, ldb_queue_regs, NB(ldb_queue_regs), q);
	if (queue->sn_group != DLBRM_NONE)
		rm_write(rm,
			 queue->sn_group == 0 ? DLB_R_RO_GRP_0_SLT_SHFT : DLB_R_RO_GRP_1_SLT_SHFT,
			 queue->sn_slot, 0);
	for (i = 0; i < NB(qid2cqidix_regs); i++)
		for (word = 0; word < dlb_reg_descs[qid2cqidix_regs[i]].count2; word++)
			rm_write2(rm, qid2cqidix_regs[i], q, word, 0);
}

/* sequences.rst, Domain reset, step 16. */
void
rm_domain_reset_values_write(struct dlbrm *rm, unsigned int domain)
{
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_ports; i++)
		if (rm_ldb_port_is_of(rm, i, domain))
			ldb_port_reset(rm, i);
	for (i = 0; i < rm->limits->nb_dir_ports; i++)
		if (rm_dir_port_is_of(rm, i, domain))
			dir_port_reset(rm, i);
	for (i = 0; i < rm->limits->nb_ldb_queues; i++)
		if (rm_ldb_queue_is_of(rm, i, domain))
			ldb_queue_reset(rm, i);
	for (i = 0; i < rm->limits->nb_dir_ports; i++)
		if (rm_dir_queue_is_of(rm, i, domain))
			regs_write(rm, dir_queue_regs, NB(dir_queue_regs), i);
	if (rm->limits->combined_credits) {
		rm_write(rm, DLB_R_CHP_CFG_VAS_CRD, domain, 0);
	} else {
		rm_write(rm, DLB_R_CHP_CFG_LDB_VAS_CRD, domain, 0);
		rm_write(rm, DLB_R_CHP_CFG_DIR_VAS_CRD, domain, 0);
	}
}
