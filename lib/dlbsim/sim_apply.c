/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * What a register write means to the device.
 *
 * The word is already stored; here its value is mirrored into the structures that the data path
 * looks at. Every value may come from hostile software: it is masked to what a structure can hold
 * before it is used. Registers that are not named have no effect beyond being stored.
 *
 * LDB load-balanced, DIR directed, CQ consumer queue, PP producer port, QID queue id, VAS domain.
 */

#include "sim_hist.h"
#include "sim_queue.h"

static void
set_bit32(uint32_t *mask, unsigned int bit, bool value)
{
	*mask = value ? *mask | UINT32_C(1) << bit : *mask & ~(UINT32_C(1) << bit);
}

static void
set_bit64(uint64_t *mask, unsigned int bit, bool value)
{
	*mask = value ? *mask | UINT64_C(1) << bit : *mask & ~(UINT64_C(1) << bit);
}

/* A counter of 64 bits is two registers, each of which can be written. */
static void
set_half(uint64_t *counter, bool high, uint32_t value)
{
	*counter = high ? (*counter & UINT32_MAX) | (uint64_t)value << 32
			: (*counter & ~(uint64_t)UINT32_MAX) | value;
}

/* --- both kinds of CQ ---------------------------------------------------------------------- */

static void
cq_address(struct dlbsim *sim, bool is_ldb, unsigned int id)
{
	struct sim_cq *cq = sim_cq(sim->s, is_ldb, id);
	enum dlb_reg low = is_ldb ? DLB_R_SYS_LDB_CQ_ADDR_L : DLB_R_SYS_DIR_CQ_ADDR_L;
	enum dlb_reg high = is_ldb ? DLB_R_SYS_LDB_CQ_ADDR_U : DLB_R_SYS_DIR_CQ_ADDR_U;

	cq->iova = (uint64_t)sim_reg(sim, high, id) << 32 | sim_reg(sim, low, id);
	sim_cq_remap(sim->s, is_ldb, id);
}

/* Nothing that is in the CQ has a weight any more. */
static void
forget_weights(struct sim_state *s, bool is_ldb, unsigned int id)
{
	struct sim_cq *cq = sim_cq(s, is_ldb, id);

	cq->wu_pop = cq->wptr;
	cq->wu_used = 0;
	sim_cq_limits(s, is_ldb, id);
}

/* Index and pass of the next entry; the pass flips the generation bit. */
static void
cq_write_pointer(struct sim_state *s, bool is_ldb, unsigned int id, uint32_t value)
{
	struct sim_cq *cq = sim_cq(s, is_ldb, id);

	cq->wptr = (value & (cq->ring - 1U)) | ((value & SIM_WPTR_PASS) != 0 ? cq->ring : 0U);
	forget_weights(s, is_ldb, id);
}

static void
cq_ring(struct dlbsim *sim, bool is_ldb, unsigned int id, uint32_t code)
{
	struct sim_cq *cq = sim_cq(sim->s, is_ldb, id);
	uint32_t entries = dlb_cq_token_limit(code & 0xF);
	uint32_t at = sim_cq_write_pointer(cq);

	cq->ring = (uint16_t)(entries < DLB_MIN_CQ_RING ? DLB_MIN_CQ_RING : entries);
	cq_write_pointer(sim->s, is_ldb, id, at);
	sim_cq_remap(sim->s, is_ldb, id);
}

static void
cq_token_limit(struct sim_state *s, bool is_ldb, unsigned int id, uint32_t code)
{
	sim_cq(s, is_ldb, id)->token_lim = (uint16_t)dlb_cq_token_limit(code & 0xF);
	sim_cq_limits(s, is_ldb, id);
}

static void
cq_tokens(struct dlbsim *sim, bool is_ldb, unsigned int id)
{
	enum dlb_reg reg = is_ldb ? DLB_R_LSP_CQ_LDB_TKN_CNT : DLB_R_LSP_CQ_DIR_TKN_CNT;

	sim_cq(sim->s, is_ldb, id)->tokens = (uint16_t)sim_reg(sim, reg, id);
	sim_cq_limits(sim->s, is_ldb, id);
}

static void
cq_enable(struct sim_state *s, bool is_ldb, unsigned int id, uint32_t disabled)
{
	sim_cq(s, is_ldb, id)->enabled = (disabled & 1) == 0;
	sim_cq_limits(s, is_ldb, id);
}

static bool
written_cq(struct dlbsim *sim, enum dlb_reg reg, unsigned int i, uint32_t v)
{
	struct sim_state *s = sim->s;

	switch (reg) {
	case DLB_R_SYS_LDB_CQ_ADDR_L:
	case DLB_R_SYS_LDB_CQ_ADDR_U:
		cq_address(sim, true, i);
		return true;
	case DLB_R_SYS_DIR_CQ_ADDR_L:
	case DLB_R_SYS_DIR_CQ_ADDR_U:
		cq_address(sim, false, i);
		return true;
	case DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL:
		cq_ring(sim, true, i, v);
		return true;
	case DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL:
		cq_ring(sim, false, i, v);
		return true;
	case DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL:
		cq_token_limit(s, true, i, v);
		return true;
	case DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI:
		cq_token_limit(s, false, i, v);
		return true;
	case DLB_R_LSP_CQ_LDB_TKN_CNT:
		cq_tokens(sim, true, i);
		return true;
	case DLB_R_LSP_CQ_DIR_TKN_CNT:
		cq_tokens(sim, false, i);
		return true;
	case DLB_R_CHP_LDB_CQ_WPTR:
		cq_write_pointer(s, true, i, v);
		return true;
	case DLB_R_CHP_DIR_CQ_WPTR:
		cq_write_pointer(s, false, i, v);
		return true;
	case DLB_R_CHP_LDB_CQ_DEPTH:
		s->ldb_cq[i].occupancy = (uint16_t)sim_reg(sim, reg, i);
		return true;
	case DLB_R_CHP_DIR_CQ_DEPTH:
		s->dir_cq[i].occupancy = (uint16_t)sim_reg(sim, reg, i);
		return true;
	case DLB_R_LSP_CQ_LDB_DSBL:
		cq_enable(s, true, i, v);
		return true;
	case DLB_R_LSP_CQ_DIR_DSBL:
		cq_enable(s, false, i, v);
		return true;
	case DLB_R_CHP_LDB_CQ2VAS:
		s->ldb_cq[i].vas = v % DLB_MAX_DOMAINS;
		return true;
	case DLB_R_CHP_DIR_CQ2VAS:
		s->dir_cq[i].vas = v % DLB_MAX_DOMAINS;
		return true;
	case DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL:
	case DLB_R_LSP_CQ_LDB_TOT_SCH_CNTH:
		set_half(&s->ldb_cq[i].nb_scheduled, reg == DLB_R_LSP_CQ_LDB_TOT_SCH_CNTH, v);
		return true;
	case DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL:
	case DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH:
		set_half(&s->dir_cq[i].nb_scheduled, reg == DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH, v);
		return true;
	default:
		return false;
	}
}

/* --- load-balanced CQ ---------------------------------------------------------------------- */

static void
ldb_slots(struct dlbsim *sim, unsigned int id)
{
	const uint32_t cq2qid[2] = { sim_reg(sim, DLB_R_LSP_CQ2QID0, id),
				     sim_reg(sim, DLB_R_LSP_CQ2QID1, id) };

	sim_cq_slots(sim->s, id, sim_reg(sim, DLB_R_LSP_CQ2PRIOV, id), cq2qid);
}

/* Both pointers are where software puts either, if it may: with nothing in flight they are one. */
static void
ldb_history_pointer(struct dlbsim *sim, unsigned int id, uint32_t value)
{
	struct sim_cq *cq = &sim->s->ldb_cq[id];
	uint32_t at = FIELD_GET(DLB_F_CHP_HIST_LIST_PUSH_PTR_PUSH_PTR, value) - cq->hist_base;

	if (cq->inflight != 0 || at >= cq->hist_size)
		return;
	cq->hist_push = cq->hist_pop = (uint16_t)at;
	cq->hist_push_gen = cq->hist_pop_gen =
		(uint8_t)FIELD_GET(DLB_F_CHP_HIST_LIST_PUSH_PTR_GENERATION, value);
}

static void
ldb_weight_limit(struct sim_state *s, unsigned int id, uint32_t value)
{
	struct sim_cq *cq = &s->ldb_cq[id];

	cq->weighted = FIELD_GET(DLB_F_LSP_CFG_CQ_LDB_WU_LIMIT_V, value) != 0;
	cq->wu_lim = (uint16_t)FIELD_GET(DLB_F_LSP_CFG_CQ_LDB_WU_LIMIT_LIMIT, value);
	forget_weights(s, true, id);
}

static bool
written_ldb_cq(struct dlbsim *sim, enum dlb_reg reg, unsigned int i, uint32_t v)
{
	struct sim_state *s = sim->s;

	switch (reg) {
	case DLB_R_LSP_CQ_LDB_INFL_LIM:
		s->ldb_cq[i].infl_lim = (uint16_t)FIELD_GET(DLB_F_LSP_CQ_LDB_INFL_LIM_LIMIT, v);
		sim_cq_limits(s, true, i);
		return true;
	case DLB_R_LSP_CQ_LDB_INFL_THRESH:
		s->ldb_cq[i].infl_thresh =
			(uint16_t)FIELD_GET(DLB_F_LSP_CQ_LDB_INFL_THRESH_THRESH, v);
		sim_cq_limits(s, true, i);
		return true;
	case DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT:
		ldb_weight_limit(s, i, v);
		return true;
	case DLB_R_CHP_HIST_LIST_BASE:
	case DLB_R_CHP_HIST_LIST_LIM:
		sim_cq_latch_history(sim, i);
		return true;
	case DLB_R_CHP_HIST_LIST_PUSH_PTR:
	case DLB_R_CHP_HIST_LIST_POP_PTR:
		ldb_history_pointer(sim, i, v);
		return true;
	case DLB_R_LSP_CQ2PRIOV:
	case DLB_R_LSP_CQ2QID0:
	case DLB_R_LSP_CQ2QID1:
		ldb_slots(sim, i);
		return true;
	default:
		return false;
	}
}

/* --- producer ports and permissions -------------------------------------------------------- */

static void
update_permissions(struct dlbsim *sim, unsigned int vas)
{
	struct sim_state *s = sim->s;
	unsigned int nb_dir = sim_limits(s)->nb_dir_ports;

	s->ldb_qid_ok[vas] = 0;
	for (unsigned int q = 0; q < DLB_MAX_LDB_QUEUES; q++)
		if ((sim_reg(sim, DLB_R_SYS_LDB_VASQID_V, vas * DLB_MAX_LDB_QUEUES + q) & 1) != 0)
			set_bit32(&s->ldb_qid_ok[vas], q, true);
	for (unsigned int q = 0; q < nb_dir; q++)
		set_bit64(&s->dir_qid_ok[vas][q / 64], q % 64,
			  (sim_reg(sim, DLB_R_SYS_DIR_VASQID_V, vas * nb_dir + q) & 1) != 0);
}

static bool
written_ingress(struct dlbsim *sim, enum dlb_reg reg, unsigned int i, uint32_t v)
{
	struct sim_state *s = sim->s;

	switch (reg) {
	case DLB_R_SYS_LDB_PP_V:
		s->ldb_cq[i].pp_valid = (v & 1) != 0;
		return true;
	case DLB_R_SYS_DIR_PP_V:
		s->dir_cq[i].pp_valid = (v & 1) != 0;
		return true;
	case DLB_R_SYS_LDB_PP2VAS:
		s->ldb_cq[i].pp_vas = v % DLB_MAX_DOMAINS;
		return true;
	case DLB_R_SYS_DIR_PP2VAS:
		s->dir_cq[i].pp_vas = v % DLB_MAX_DOMAINS;
		return true;
	case DLB_R_SYS_LDB_VASQID_V:
		update_permissions(sim, i / DLB_MAX_LDB_QUEUES);
		return true;
	case DLB_R_SYS_DIR_VASQID_V:
		update_permissions(sim, i / sim_limits(s)->nb_dir_ports);
		return true;
	case DLB_R_SYS_LDB_QID_V:
		set_bit32(&s->ldb_qid_valid, i, (v & 1) != 0);
		return true;
	case DLB_R_SYS_DIR_QID_V:
		set_bit64(&s->dir_qid_valid[i / 64], i % 64, (v & 1) != 0);
		return true;
	case DLB_R_SYS_LDB_QID_CFG_V:
		set_bit32(&s->sn_ok, i, FIELD_GET(DLB_F_SYS_LDB_QID_CFG_V_SN_CFG_V, v) != 0);
		set_bit32(&s->fid_ok, i, FIELD_GET(DLB_F_SYS_LDB_QID_CFG_V_FID_CFG_V, v) != 0);
		return true;
	case DLB_R_CHP_CFG_LDB_VAS_CRD:
		s->credits[0][i] = FIELD_GET(DLB_F_CHP_CFG_LDB_VAS_CRD_COUNT, v);
		return true;
	case DLB_R_CHP_CFG_DIR_VAS_CRD:
		s->credits[1][i] = FIELD_GET(DLB_F_CHP_CFG_DIR_VAS_CRD_COUNT, v);
		return true;
	case DLB_R_CHP_CFG_VAS_CRD:
		s->credits[0][i] = FIELD_GET(DLB_F_CHP_CFG_VAS_CRD_COUNT, v);
		return true;
	default:
		return false;
	}
}

/* --- queues -------------------------------------------------------------------------------- */

static void
queue_hash_width(struct sim_state *s, unsigned int qid, uint32_t value)
{
	uint32_t code = FIELD_GET(DLB_F_AQED_QID_HID_WIDTH_COMPRESS_CODE, value);

	s->ldb_q[qid].hid_mask = (uint16_t)(code == 0 ? SIM_NB_HIDS - 1 : (64U << (code - 1)) - 1);
}

static void
queue_sn_map(struct sim_state *s, unsigned int qid, uint32_t value)
{
	struct sim_ldb_queue *q = &s->ldb_q[qid];
	uint32_t mode = FIELD_GET(DLB_F_CHP_ORD_QID_SN_MAP_MODE, value);

	q->hist = hist_of_queue(qid, FIELD_GET(DLB_F_CHP_ORD_QID_SN_MAP_GRP, value),
				FIELD_GET(DLB_F_CHP_ORD_QID_SN_MAP_SLOT, value),
				mode > DLB_MAX_SN_MODE ? DLB_MAX_SN_MODE : mode);
}

static bool
written_ldb_queue(struct sim_state *s, enum dlb_reg reg, unsigned int i, uint32_t v)
{
	struct sim_ldb_queue *q = &s->ldb_q[i % DLB_MAX_LDB_QUEUES];

	switch (reg) {
	case DLB_R_LSP_QID_LDB_INFL_LIM:
		q->infl_lim = (uint16_t)FIELD_GET(DLB_F_LSP_QID_LDB_INFL_LIM_LIMIT, v);
		break;
	case DLB_R_LSP_QID_AQED_ACTIVE_LIM:
		q->aqed_lim = (uint16_t)FIELD_GET(DLB_F_LSP_QID_AQED_ACTIVE_LIM_LIMIT, v);
		break;
	case DLB_R_AQED_QID_FID_LIM:
		q->fid_lim = (uint16_t)FIELD_GET(DLB_F_AQED_QID_FID_LIM_QID_FID_LIMIT, v);
		break;
	case DLB_R_AQED_QID_HID_WIDTH:
		queue_hash_width(s, i, v);
		break;
	case DLB_R_LSP_QID_ATM_DEPTH_THRSH:
		q->atm_thresh = (uint16_t)FIELD_GET(DLB_F_LSP_QID_ATM_DEPTH_THRSH_THRESH, v);
		break;
	case DLB_R_LSP_QID_NALDB_DEPTH_THRSH:
		q->nalb_thresh = (uint16_t)FIELD_GET(DLB_F_LSP_QID_NALDB_DEPTH_THRSH_THRESH, v);
		break;
	case DLB_R_CHP_ORD_QID_SN_MAP:
		queue_sn_map(s, i, v);
		break;
	case DLB_R_CHP_ORD_QID_SN:
		q->next_sn = (uint16_t)FIELD_GET(DLB_F_CHP_ORD_QID_SN_SN, v);
		break;
	case DLB_R_LSP_QID_NALDB_MAX_DEPTH:
		q->nalb_max = FIELD_GET(DLB_F_LSP_QID_NALDB_MAX_DEPTH_DEPTH, v);
		break;
	case DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTL:
	case DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTH:
		set_half(&q->nalb_total, reg == DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTH, v);
		break;
	case DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL:
	case DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH:
		set_half(&q->atm_total, reg == DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH, v);
		break;
	default:
		return false;
	}
	/* A limit or number may have been what a queue's head waited for. */
	q->atm_stalled = q->nalb_stalled = 0;
	queue_update(s, q, i);
	return true;
}

static bool
written_dir_queue(struct sim_state *s, enum dlb_reg reg, unsigned int i, uint32_t v)
{
	switch (reg) {
	case DLB_R_LSP_QID_DIR_DEPTH_THRSH:
		s->dir_q[i].thresh = (uint16_t)FIELD_GET(DLB_F_LSP_QID_DIR_DEPTH_THRSH_THRESH, v);
		return true;
	case DLB_R_LSP_QID_DIR_MAX_DEPTH:
		s->dir_q[i].max = FIELD_GET(DLB_F_LSP_QID_DIR_MAX_DEPTH_DEPTH, v);
		return true;
	case DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL:
	case DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH:
		set_half(&s->dir_q[i].total, reg == DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH, v);
		return true;
	default:
		return false;
	}
}

/* --- the rest ------------------------------------------------------------------------------ */

static void
cq_layouts(struct dlbsim *sim, uint32_t value)
{
	bool sparse[2] = {
		FIELD_GET(DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_DIR_CQ_MODE, value) != 0,
		FIELD_GET(DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_LDB_CQ_MODE, value) != 0,
	};

	for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++)
		sim->s->cq_shift[is_ldb] = sparse[is_ldb] ? 6 : 4;
	sim_cq_remap_all(sim->s);
}

static void
inflight_thresholds(struct sim_state *s, uint32_t value)
{
	s->infl_thresh_enabled = sim_limits(s)->has_inflight_threshold &&
				 FIELD_GET(DLB_F_LSP_CFG_CTRL_GENERAL_0_ENAB_IF_THRESH, value) != 0;
	for (unsigned int id = 0; id < DLB_MAX_LDB_PORTS; id++)
		sim_cq_limits(s, true, id);
}

static bool
written_counter(struct sim_state *s, enum dlb_reg reg, uint32_t v)
{
	unsigned int half = (unsigned int)reg - DLB_R_LSP_LDB_SCHED_PERF_0_L;

	if (half < 2 * SIM_NB_PERF) {
		set_half(&s->perf[half / 2], half % 2 != 0, v);
		return true;
	}
	switch (reg) {
	case DLB_R_LSP_LDB_SCH_CNT_L:
	case DLB_R_LSP_LDB_SCH_CNT_H:
		set_half(&s->nb_ldb_scheduled, reg == DLB_R_LSP_LDB_SCH_CNT_H, v);
		return true;
	case DLB_R_LSP_DIR_SCH_CNT_L:
	case DLB_R_LSP_DIR_SCH_CNT_H:
		set_half(&s->nb_dir_scheduled, reg == DLB_R_LSP_DIR_SCH_CNT_H, v);
		return true;
	case DLB_R_SYS_DLB_SYS_CNT_4:
	case DLB_R_SYS_DLB_SYS_CNT_5:
		set_half(&s->nb_ingress_drops, reg == DLB_R_SYS_DLB_SYS_CNT_5, v);
		return true;
	case DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_L:
	case DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_H:
		set_half(&s->nb_chp_drops, reg == DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_H, v);
		return true;
	default:
		return false;
	}
}

void
sim_reg_written(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	struct sim_state *s = sim->s;

	if (written_cq(sim, reg, i, value) || written_ldb_cq(sim, reg, i, value) ||
	    written_ingress(sim, reg, i, value) || written_ldb_queue(s, reg, i, value) ||
	    written_dir_queue(s, reg, i, value) || written_counter(s, reg, value))
		return;
	switch (reg) {
	case DLB_R_CHP_CFG_CHP_CSR_CTRL:
		cq_layouts(sim, value);
		break;
	case DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH:
	case DLB_R_CHP_LDB_CQ_INT_ENB:
	case DLB_R_SYS_LDB_CQ_ISR:
		sim_irq_evaluate(sim, true, i);
		break;
	case DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH:
	case DLB_R_CHP_DIR_CQ_INT_ENB:
	case DLB_R_SYS_DIR_CQ_ISR:
		sim_irq_evaluate(sim, false, i);
		break;
	case DLB_R_LSP_CFG_CTRL_GENERAL_0:
		inflight_thresholds(s, value);
		break;
	case DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL:
	case DLB_R_CHP_CFG_DIR_WD_ENB_INTERVAL:
		sim_watchdog_restart(s, reg == DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL);
		break;
	case DLB_R_LSP_LDB_SCHED_PERF_CTRL:
		sim_perf_control(s, value);
		break;
	case DLB_R_CM_CFG_PM_PMCSR_DISABLE:
		sim_perf_power(s, (value & 1) == 0);
		break;
	case DLB_R_RO_GRP_0_SLT_SHFT:
	case DLB_R_RO_GRP_1_SLT_SHFT:
		s->oldest_sn[reg == DLB_R_RO_GRP_1_SLT_SHFT][i] =
			(uint16_t)FIELD_GET(DLB_F_RO_GRP_0_SLT_SHFT_CHANGE, value);
		break;
	case DLB_R_SYS_WRITE_BUFFER_CTL:
		s->held = (value & (DLB_F_SYS_WRITE_BUFFER_CTL_HOLD_SCH_SM |
				    DLB_F_SYS_WRITE_BUFFER_CTL_ARB_SCH_MASK)) != 0;
		break;
	default:
		break;
	}
}
