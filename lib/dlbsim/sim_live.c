/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Registers that show what the device is doing: computed from its structures when read.
 *
 * LDB load-balanced, DIR directed, CQ consumer queue, QID queue id, SN sequence number.
 */

#include "sim_hist.h"

static uint32_t
low(uint64_t v)
{
	return (uint32_t)v;
}

static uint32_t
high(uint64_t v)
{
	return (uint32_t)(v >> 32);
}

/* A count that its register cannot hold shows as the most it can: never as less, or as nothing. */
static uint32_t
at_most(uint32_t mask, uint32_t count)
{
	return count < mask ? count : mask;
}

static uint32_t
history_pointer(const struct sim_cq *cq, uint16_t at, uint8_t gen)
{
	return FIELD_PREP(DLB_F_CHP_HIST_LIST_PUSH_PTR_PUSH_PTR, (uint32_t)cq->hist_base + at) |
	       FIELD_PREP(DLB_F_CHP_HIST_LIST_PUSH_PTR_GENERATION, (uint32_t)gen);
}

static uint32_t
armed(const struct sim_cq *cqs, unsigned int first, unsigned int nb)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 32 && first + i < nb; i++)
		mask |= (uint32_t)cqs[first + i].armed << i;
	return mask;
}

static bool
live_cq(const struct sim_state *s, enum dlb_reg reg, uint32_t i, uint32_t *v)
{
	const struct sim_cq *ldb = &s->ldb_cq[i % DLB_MAX_LDB_PORTS];
	const struct sim_cq *dir = &s->dir_cq[i % DLB_MAX_DIR_PORTS];

	switch (reg) {
	case DLB_R_LSP_CQ_LDB_TKN_CNT:
		*v = ldb->tokens;
		return true;
	case DLB_R_LSP_CQ_DIR_TKN_CNT:
		*v = dir->tokens;
		return true;
	case DLB_R_CHP_LDB_CQ_DEPTH:
		*v = ldb->occupancy;
		return true;
	case DLB_R_CHP_DIR_CQ_DEPTH:
		*v = dir->occupancy;
		return true;
	case DLB_R_CHP_LDB_CQ_WPTR:
		*v = sim_cq_write_pointer(ldb);
		return true;
	case DLB_R_CHP_DIR_CQ_WPTR:
		*v = sim_cq_write_pointer(dir);
		return true;
	case DLB_R_LSP_CQ_LDB_INFL_CNT:
		*v = ldb->inflight;
		return true;
	case DLB_R_CHP_HIST_LIST_PUSH_PTR:
		*v = history_pointer(ldb, ldb->hist_push, ldb->hist_push_gen);
		return true;
	case DLB_R_CHP_HIST_LIST_POP_PTR:
		*v = history_pointer(ldb, ldb->hist_pop, ldb->hist_pop_gen);
		return true;
	case DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL:
		*v = low(ldb->nb_scheduled);
		return true;
	case DLB_R_LSP_CQ_LDB_TOT_SCH_CNTH:
		*v = high(ldb->nb_scheduled);
		return true;
	case DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL:
		*v = low(dir->nb_scheduled);
		return true;
	case DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH:
		*v = high(dir->nb_scheduled);
		return true;
	case DLB_R_CHP_LDB_CQ_INTR_ARMED0:
		*v = armed(s->ldb_cq, 0, DLB_MAX_LDB_PORTS);
		return true;
	case DLB_R_CHP_LDB_CQ_INTR_ARMED1:
		*v = armed(s->ldb_cq, 32, DLB_MAX_LDB_PORTS);
		return true;
	case DLB_R_CHP_DIR_CQ_INTR_ARMED0:
		*v = armed(s->dir_cq, 0, DLB_MAX_DIR_PORTS);
		return true;
	case DLB_R_CHP_DIR_CQ_INTR_ARMED1:
		*v = armed(s->dir_cq, 32, DLB_MAX_DIR_PORTS);
		return true;
	case DLB_R_CHP_DIR_CQ_INTR_ARMED2:
		*v = armed(s->dir_cq, 64, DLB_MAX_DIR_PORTS);
		return true;
	default:
		return false;
	}
}

static bool
live_queue(const struct sim_state *s, enum dlb_reg reg, uint32_t i, uint32_t *v)
{
	const struct sim_ldb_queue *q = &s->ldb_q[i % DLB_MAX_LDB_QUEUES];
	const struct sim_dir_queue *d = &s->dir_q[i % DLB_MAX_DIR_PORTS];

	switch (reg) {
	case DLB_R_LSP_QID_LDB_ENQUEUE_CNT:
		*v = at_most(DLB_F_LSP_QID_LDB_ENQUEUE_CNT_COUNT, q->nb_nalb);
		return true;
	case DLB_R_LSP_QID_ATM_ACTIVE:
		*v = q->nb_atm;
		return true;
	case DLB_R_LSP_QID_AQED_ACTIVE_CNT:
		*v = q->aqed;
		return true;
	case DLB_R_LSP_QID_LDB_INFL_CNT:
		*v = q->inflight;
		return true;
	case DLB_R_CHP_ORD_QID_SN:
		*v = q->next_sn;
		return true;
	case DLB_R_LSP_QID_NALDB_MAX_DEPTH:
		*v = at_most(DLB_F_LSP_QID_NALDB_MAX_DEPTH_DEPTH, q->nalb_max);
		return true;
	case DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTL:
		*v = low(q->nalb_total);
		return true;
	case DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTH:
		*v = high(q->nalb_total);
		return true;
	case DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL:
		*v = low(q->atm_total);
		return true;
	case DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH:
		*v = high(q->atm_total);
		return true;
	case DLB_R_LSP_QID_DIR_ENQUEUE_CNT:
		*v = at_most(DLB_F_LSP_QID_DIR_ENQUEUE_CNT_COUNT, d->count);
		return true;
	case DLB_R_LSP_QID_DIR_MAX_DEPTH:
		*v = at_most(DLB_F_LSP_QID_DIR_MAX_DEPTH_DEPTH, d->max);
		return true;
	case DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL:
		*v = low(d->total);
		return true;
	case DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH:
		*v = high(d->total);
		return true;
	default:
		return false;
	}
}

/* A history entry as hardware lays it out. */
static uint32_t
history_entry(uint64_t h, bool second)
{
	bool atomic = hist_type(h) == DLB_SCHED_ATOMIC;

	if (second)
		return FIELD_PREP(DLB_F_CHP_HIST_LIST_1_QPRIO_2, hist_prio(h) >> 2) |
		       FIELD_PREP(DLB_F_CHP_HIST_LIST_1_QTYPE, hist_type(h)) |
		       FIELD_PREP(DLB_F_CHP_HIST_LIST_1_HID, atomic ? hist_key(h) : 0);
	return FIELD_PREP(DLB_F_CHP_HIST_LIST_0_SN_FID, hist_key(h) & 0xFFF) |
	       FIELD_PREP(DLB_F_CHP_HIST_LIST_0_SLOT, hist_sn_slot(h)) |
	       FIELD_PREP(DLB_F_CHP_HIST_LIST_0_MODE, hist_mode(h)) |
	       FIELD_PREP(DLB_F_CHP_HIST_LIST_0_QIDIX, hist_slot_cq(h)) |
	       FIELD_PREP(DLB_F_CHP_HIST_LIST_0_QID, hist_qid(h)) |
	       FIELD_PREP(DLB_F_CHP_HIST_LIST_0_QPRIO, hist_prio(h) & 3);
}

/* Bits of SNs in use, 32 to a word. */
static uint32_t
sn_active(const struct sim_state *s, unsigned int group, uint32_t word)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 32 && word * 32 + i < DLB_SNS_PER_GROUP; i++)
		mask |= (uint32_t)(s->sn[group][word * 32 + i].state != SIM_SN_FREE) << i;
	return mask;
}

static bool
live_order(const struct sim_state *s, enum dlb_reg reg, uint32_t i, uint32_t *v)
{
	switch (reg) {
	case DLB_R_CHP_HIST_LIST_0:
	case DLB_R_CHP_HIST_LIST_1:
		if (s->hist[i] == 0)
			return false;
		*v = history_entry(s->hist[i], reg == DLB_R_CHP_HIST_LIST_1);
		return true;
	case DLB_R_RO_GRP_0_SLT_SHFT:
		*v = s->oldest_sn[0][i];
		return true;
	case DLB_R_RO_GRP_1_SLT_SHFT:
		*v = s->oldest_sn[1][i];
		return true;
	case DLB_R_RO_HEALTH_SEQNUM_STATE_GRP0:
		*v = sn_active(s, 0, i);
		return true;
	case DLB_R_RO_HEALTH_SEQNUM_STATE_GRP1:
		*v = sn_active(s, 1, i);
		return true;
	case DLB_R_RO_REORDER_STATE_QID_QIDIX_CQ:
		*v = FIELD_PREP(
			DLB_F_RO_REORDER_STATE_QID_QIDIX_CQ_VLD,
			(uint32_t)(s->sn[i / DLB_SNS_PER_GROUP][i % DLB_SNS_PER_GROUP].state ==
				   SIM_SN_DONE));
		return true;
	default:
		return false;
	}
}

/* L and H of the first counter, then of the second, and so on. */
static bool
live_perf(const struct sim_state *s, enum dlb_reg reg, uint32_t *v)
{
	unsigned int half = (unsigned int)reg - DLB_R_LSP_LDB_SCHED_PERF_0_L;

	if (half >= 2 * SIM_NB_PERF)
		return false;
	*v = half % 2 == 0 ? low(s->perf[half / 2]) : high(s->perf[half / 2]);
	return true;
}

static bool
live_device(const struct sim_state *s, enum dlb_reg reg, uint32_t i, uint32_t *v)
{
	switch (reg) {
	case DLB_R_CHP_CFG_LDB_VAS_CRD:
	case DLB_R_CHP_CFG_VAS_CRD:
		*v = s->credits[0][i];
		return true;
	case DLB_R_CHP_CFG_DIR_VAS_CRD:
		*v = s->credits[1][i];
		return true;
	case DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_L:
		*v = low(s->nb_chp_drops);
		return true;
	case DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_H:
		*v = high(s->nb_chp_drops);
		return true;
	case DLB_R_SYS_DLB_SYS_CNT_4:
		*v = low(s->nb_ingress_drops);
		return true;
	case DLB_R_SYS_DLB_SYS_CNT_5:
		*v = high(s->nb_ingress_drops);
		return true;
	case DLB_R_LSP_LDB_SCH_CNT_L:
		*v = low(s->nb_ldb_scheduled);
		return true;
	case DLB_R_LSP_LDB_SCH_CNT_H:
		*v = high(s->nb_ldb_scheduled);
		return true;
	case DLB_R_LSP_DIR_SCH_CNT_L:
		*v = low(s->nb_dir_scheduled);
		return true;
	case DLB_R_LSP_DIR_SCH_CNT_H:
		*v = high(s->nb_dir_scheduled);
		return true;
	case DLB_R_CM_CLK_ON_CNT_L:
	case DLB_R_CM_PROC_ON_CNT_L:
		*v = low(sim_perf_clocks(s));
		return true;
	case DLB_R_CM_CLK_ON_CNT_H:
	case DLB_R_CM_PROC_ON_CNT_H:
		*v = high(sim_perf_clocks(s));
		return true;
	default:
		return false;
	}
}

/* Vectors whose message waits for its mask to go, 32 to a word. */
static uint32_t
pending(const struct sim_state *s, uint32_t word)
{
	uint32_t mask = 0;

	for (unsigned int i = 0; i < 32 && word * 32 + i < DLB_NB_MSIX; i++)
		mask |= (uint32_t)s->msix_pending[word * 32 + i] << i;
	return mask;
}

/* Returns false for a register that reads as it was stored. */
bool
sim_reg_live(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t *value)
{
	const struct sim_state *s = sim->s;

	switch (reg) {
	case DLB_R_SYS_ALARM_HW_SYND:
		*value = sim_alarm_hw_synd(sim);
		return true;
	case DLB_R_MSIX_PBA:
		*value = pending(s, i);
		return true;
	default:
		break;
	}
	return live_cq(s, reg, i, value) || live_queue(s, reg, i, value) ||
	       live_order(s, reg, i, value) || live_perf(s, reg, value) ||
	       live_device(s, reg, i, value);
}
