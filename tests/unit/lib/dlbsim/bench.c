/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The bench: see bench.h. Register writes follow the driver's procedures write by write, in order.
 */

#include "bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const enum dlb_version bench_versions[DLB_NB_VERSIONS] = { DLB_V2_0, DLB_V2_5 };

/* --- host callbacks ------------------------------------------------------------------------ */

static uint8_t *
memory_at(const struct bench *b, uint64_t iova, size_t len)
{
	size_t bytes = (size_t)BENCH_NB_RINGS * BENCH_RING_BYTES;

	if (iova < BENCH_IOVA || iova - BENCH_IOVA > bytes || len > bytes - (iova - BENCH_IOVA))
		return NULL;
	return b->memory + (iova - BENCH_IOVA);
}

static void *
host_dma_map(void *ctx, uint64_t iova, size_t len)
{
	struct bench *b = ctx;

	b->nb_maps++;
	return b->refuse_map ? NULL : memory_at(b, iova, len);
}

static void
tell_entry(struct bench *b, uint64_t iova, const void *buf)
{
	unsigned int ring = (unsigned int)((iova - BENCH_IOVA) / BENCH_RING_BYTES);
	bool is_ldb = ring < DLB_MAX_LDB_PORTS;
	struct dlb_qe qe;

	memcpy(&qe, buf, sizeof(qe));
	b->on_entry(b, is_ldb, is_ldb ? ring : ring - DLB_MAX_LDB_PORTS, &qe);
}

static int
host_dma_write(void *ctx, uint64_t iova, const void *buf, size_t len)
{
	struct bench *b = ctx;
	uint8_t *memory = memory_at(b, iova, len);

	b->nb_dma++;
	b->last_dma_iova = iova;
	memcpy(&b->last_dma_word, buf, sizeof(b->last_dma_word));
	if (b->refuse_dma)
		return -EFAULT;
	if (memory != NULL)
		memcpy(memory, buf, len);
	if (memory != NULL && b->on_entry != NULL)
		tell_entry(b, iova, buf);
	return 0;
}

static void
host_msix(void *ctx, unsigned int vector)
{
	struct bench *b = ctx;

	assert_in_range(vector, 0, DLB_NB_MSIX - 1);
	b->nb_msix[vector]++;
}

static void
host_log(void *ctx, enum dlbsim_log kind, const char *text)
{
	struct bench *b = ctx;

	assert_int_not_equal(strlen(text), 0);
	b->nb_unimplemented += kind == DLBSIM_LOG_UNIMP;
}

static const struct dlbsim_host host = {
	.dma_map = host_dma_map,
	.dma_write = host_dma_write,
	.msix = host_msix,
	.log = host_log,
};

int
bench_setup(void **state)
{
	enum dlb_version version = *(const enum dlb_version *)*state;
	struct bench *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return -1;
	b->version = version;
	b->lim = &dlb_limits[version];
	b->stride = DLB_CQ_STANDARD_STRIDE;
	b->memory = calloc(BENCH_NB_RINGS, BENCH_RING_BYTES);
	b->sim = dlbsim_create(version, NULL, &host, b);
	*state = b;
	return b->memory == NULL || b->sim == NULL ? -1 : 0;
}

int
bench_teardown(void **state)
{
	struct bench *b = *state;

	dlbsim_destroy(b->sim);
	free(b->memory);
	free(b);
	return 0;
}

void
bench_verify(const struct bench *b)
{
	char why[200] = "";

	if (!b->unverified && dlbsim_check(b->sim, why, sizeof(why)) != 0)
		fail_msg("invariant: %s", why);
}

/* --- registers ----------------------------------------------------------------------------- */

uint32_t
bench_get(struct bench *b, enum dlb_reg reg, uint32_t i)
{
	return dlbsim_csr_read(b->sim, (enum dlb_bar)dlb_reg_descs[reg].bar,
			       dlb_reg_offset(b->version, reg, i));
}

void
bench_set(struct bench *b, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	assert_in_range(i, 0, dlb_reg_descs[reg].count[b->version] - 1U);
	dlbsim_csr_write(b->sim, (enum dlb_bar)dlb_reg_descs[reg].bar,
			 dlb_reg_offset(b->version, reg, i), value);
}

static void
flush(struct bench *b)
{
	assert_int_equal(bench_get(b, DLB_R_SYS_TOTAL_VAS, 0), 32);
}

/* --- bringing things up -------------------------------------------------------------------- */

void
bench_power_up(struct bench *b, bool sparse)
{
	uint32_t ctrl = bench_get(b, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0);
	uint32_t both = DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_LDB_CQ_MODE |
			DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_DIR_CQ_MODE;

	bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 0);
	bench_set(b, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0, sparse ? ctrl | both : ctrl & ~both);
	b->stride = sparse ? DLB_CQ_SPARSE_STRIDE : DLB_CQ_STANDARD_STRIDE;
}

void
bench_credits(struct bench *b, unsigned int vas, uint32_t ldb, uint32_t dir)
{
	if (b->lim->combined_credits) {
		bench_set(b, DLB_R_CHP_CFG_VAS_CRD, vas, ldb + dir);
		return;
	}
	bench_set(b, DLB_R_CHP_CFG_LDB_VAS_CRD, vas, ldb);
	bench_set(b, DLB_R_CHP_CFG_DIR_VAS_CRD, vas, dir);
}

uint32_t
bench_credits_left(struct bench *b, unsigned int vas, bool is_ldb)
{
	if (b->lim->combined_credits)
		return bench_get(b, DLB_R_CHP_CFG_VAS_CRD, vas);
	return bench_get(b, is_ldb ? DLB_R_CHP_CFG_LDB_VAS_CRD : DLB_R_CHP_CFG_DIR_VAS_CRD, vas);
}

static uint32_t
or_default(uint32_t value, uint32_t by_default)
{
	return value != 0 ? value : by_default;
}

static uint32_t
sn_mode(uint32_t sns)
{
	uint32_t mode = 0;

	while (dlb_sn_mode_sns(mode) < sns)
		mode++;
	return mode;
}

void
bench_ldb_queue(struct bench *b, const struct bench_queue *conf)
{
	unsigned int q = conf->qid, vasqid = conf->vas * DLB_MAX_LDB_QUEUES + q;

	bench_set(b, DLB_R_SYS_LDB_VASQID_V, vasqid, 0);
	bench_set(b, DLB_R_LSP_QID_LDB_INFL_LIM, q,
		  or_default(conf->inflights, or_default(conf->sns, DLB_MAX_QID_INFLIGHTS)));
	bench_set(b, DLB_R_LSP_QID_AQED_ACTIVE_LIM, q, or_default(conf->atomics, 64));
	bench_set(b, DLB_R_AQED_QID_HID_WIDTH, q, conf->hash_code);
	bench_set(b, DLB_R_SYS_LDB_QID_ITS, q, 0);
	bench_set(b, DLB_R_LSP_QID_ATM_DEPTH_THRSH, q, or_default(conf->threshold, 256));
	bench_set(b, DLB_R_LSP_QID_NALDB_DEPTH_THRSH, q, or_default(conf->threshold, 256));
	bench_set(b, DLB_R_AQED_QID_FID_LIM, q, or_default(conf->flows, 512));
	bench_set(b, DLB_R_CHP_ORD_QID_SN_MAP, q,
		  FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_MODE, sn_mode(conf->sns)) |
			  FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_SLOT, conf->slot) |
			  FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_GRP, conf->group));
	bench_set(b, DLB_R_SYS_LDB_QID_CFG_V, q,
		  FIELD_PREP(DLB_F_SYS_LDB_QID_CFG_V_SN_CFG_V, conf->sns != 0) |
			  FIELD_PREP(DLB_F_SYS_LDB_QID_CFG_V_FID_CFG_V, !conf->no_atomic));
	bench_set(b, DLB_R_SYS_LDB_QID_V, q, 1);
	bench_set(b, DLB_R_SYS_LDB_VASQID_V, vasqid, !conf->stopped);
	flush(b);
}

void
bench_dir_queue(struct bench *b, const struct bench_queue *conf)
{
	unsigned int vasqid = conf->vas * b->lim->nb_dir_ports + conf->qid;

	bench_set(b, DLB_R_SYS_DIR_VASQID_V, vasqid, 0);
	bench_set(b, DLB_R_SYS_DIR_QID_ITS, conf->qid, 0);
	bench_set(b, DLB_R_LSP_QID_DIR_DEPTH_THRSH, conf->qid, or_default(conf->threshold, 256));
	bench_set(b, DLB_R_SYS_DIR_QID_V, conf->qid, 1);
	bench_set(b, DLB_R_SYS_DIR_VASQID_V, vasqid, !conf->stopped);
	flush(b);
}

static uint64_t
ring_offset(bool is_ldb, unsigned int port)
{
	return (uint64_t)(is_ldb ? port : DLB_MAX_LDB_PORTS + port) * BENCH_RING_BYTES;
}

static void
reset_reader(struct bench *b, bool is_ldb, unsigned int port, unsigned int depth)
{
	b->reader[is_ldb][port] =
		(struct bench_reader){ .ring = dlb_cq_ring_size(depth), .gen = 1 };
	memset(b->memory + ring_offset(is_ldb, port), 0, BENCH_RING_BYTES);
}

void
bench_ldb_port(struct bench *b, const struct bench_port *conf)
{
	unsigned int p = conf->id, depth = or_default(conf->depth, 128);
	unsigned int history = or_default(conf->history, 128), base = b->last_hist;
	uint64_t iova = BENCH_IOVA + ring_offset(LDB, p);

	b->last_hist += history;
	assert_in_range(b->last_hist, 1, DLB_MAX_HIST_LIST);
	reset_reader(b, LDB, p, depth);
	bench_set(b, DLB_R_SYS_LDB_CQ_ADDR_L, p, (uint32_t)iova);
	bench_set(b, DLB_R_SYS_LDB_CQ_ADDR_U, p, (uint32_t)(iova >> 32));
	bench_set(b, DLB_R_SYS_LDB_CQ2VF_PF_RO, p, 0x30);
	bench_set(b, DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, p, dlb_cq_depth_code(depth));
	bench_set(b, DLB_R_LSP_CQ_LDB_TKN_CNT, p, dlb_cq_token_preload(depth));
	bench_set(b, DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL, p, dlb_cq_depth_code(depth));
	bench_set(b, DLB_R_CHP_LDB_CQ_WPTR, p, 0);
	bench_set(b, DLB_R_CHP_HIST_LIST_LIM, p, base + history - 1);
	bench_set(b, DLB_R_CHP_HIST_LIST_BASE, p, base);
	bench_set(b, DLB_R_LSP_CQ_LDB_INFL_LIM, p, history);
	bench_set(b, DLB_R_CHP_HIST_LIST_PUSH_PTR, p, base);
	bench_set(b, DLB_R_CHP_HIST_LIST_POP_PTR, p, base);
	bench_set(b, DLB_R_CHP_LDB_CQ2VAS, p, conf->vas);
	bench_set(b, DLB_R_LSP_CQ2PRIOV, p, 0);
	bench_set(b, DLB_R_SYS_LDB_PP2VAS, p, conf->vas);
	bench_set(b, DLB_R_SYS_LDB_PP_V, p, 1);
	bench_enable(b, LDB, p, !conf->disabled);
}

void
bench_dir_port(struct bench *b, const struct bench_port *conf)
{
	unsigned int p = conf->id, depth = or_default(conf->depth, 128);
	uint64_t iova = BENCH_IOVA + ring_offset(DIR, p);

	reset_reader(b, DIR, p, depth);
	bench_set(b, DLB_R_SYS_DIR_CQ_ADDR_L, p, (uint32_t)iova);
	bench_set(b, DLB_R_SYS_DIR_CQ_ADDR_U, p, (uint32_t)(iova >> 32));
	bench_set(b, DLB_R_SYS_DIR_CQ2VF_PF_RO, p, 0x30);
	bench_set(b, DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, p, dlb_cq_depth_code(depth));
	bench_set(b, DLB_R_LSP_CQ_DIR_TKN_CNT, p, dlb_cq_token_preload(depth));
	bench_set(b, DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI, p, dlb_cq_depth_code(depth));
	bench_set(b, DLB_R_CHP_DIR_CQ_WPTR, p, 0);
	bench_set(b, DLB_R_SYS_DIR_CQ_FMT, p, 0);
	bench_set(b, DLB_R_SYS_DIR_CQ_PASID, p, 0);
	bench_set(b, DLB_R_CHP_DIR_CQ2VAS, p, conf->vas);
	bench_set(b, DLB_R_SYS_DIR_PP2VAS, p, conf->vas);
	bench_set(b, DLB_R_SYS_DIR_PP_V, p, 1);
	bench_enable(b, DIR, p, !conf->disabled);
}

void
bench_enable(struct bench *b, bool is_ldb, unsigned int port, bool enable)
{
	bench_set(b, is_ldb ? DLB_R_LSP_CQ_LDB_DSBL : DLB_R_LSP_CQ_DIR_DSBL, port, !enable);
	flush(b);
	bench_verify(b);
}

static void
set_bits_of_queue(struct bench *b, enum dlb_reg reg, unsigned int port, unsigned int slot,
		  unsigned int qid, bool set)
{
	uint32_t offset = dlb_reg_offset2(b->version, reg, qid, port / 4);
	uint32_t word = dlbsim_csr_read(b->sim, DLB_BAR_CSR, offset);
	uint32_t bit = UINT32_C(1) << (8 * (port % 4) + slot);

	dlbsim_csr_write(b->sim, DLB_BAR_CSR, offset, set ? word | bit : word & ~bit);
}

static void
set_tables(struct bench *b, unsigned int port, unsigned int slot, unsigned int qid, bool set)
{
	set_bits_of_queue(b, DLB_R_ATM_QID2CQIDIX, port, slot, qid, set);
	set_bits_of_queue(b, DLB_R_LSP_QID2CQIDIX, port, slot, qid, set);
	set_bits_of_queue(b, DLB_R_LSP_QID2CQIDIX2, port, slot, qid, set);
}

void
bench_link(struct bench *b, unsigned int port, unsigned int slot, unsigned int qid,
	   unsigned int prio)
{
	enum dlb_reg cq2qid = slot < 4 ? DLB_R_LSP_CQ2QID0 : DLB_R_LSP_CQ2QID1;
	uint32_t priov = bench_get(b, DLB_R_LSP_CQ2PRIOV, port);
	uint32_t qids = bench_get(b, cq2qid, port);
	unsigned int shift = 8 * (slot % 4);

	priov = (priov & ~(UINT32_C(7) << (3 * slot))) | prio << (3 * slot);
	bench_set(b, DLB_R_LSP_CQ2PRIOV, port, priov | UINT32_C(1) << (24 + slot));
	bench_set(b, cq2qid, port, (qids & ~(UINT32_C(0x7F) << shift)) | qid << shift);
	set_tables(b, port, slot, qid, true);
	flush(b);
	bench_verify(b);
}

void
bench_unlink(struct bench *b, unsigned int port, unsigned int slot)
{
	enum dlb_reg cq2qid = slot < 4 ? DLB_R_LSP_CQ2QID0 : DLB_R_LSP_CQ2QID1;
	uint32_t priov = bench_get(b, DLB_R_LSP_CQ2PRIOV, port);
	uint32_t qid = bench_get(b, cq2qid, port) >> (8 * (slot % 4)) & 0x7F;

	bench_set(b, DLB_R_LSP_CQ2PRIOV, port, priov & ~(UINT32_C(1) << (24 + slot)));
	set_tables(b, port, slot, qid, false);
	flush(b);
	bench_verify(b);
}

void
bench_minimum(struct bench *b)
{
	bench_power_up(b, false);
	bench_credits(b, 0, b->lim->ldb_credits, b->lim->dir_credits);
	bench_ldb_queue(b, &(struct bench_queue){ .sns = 256 });
	bench_ldb_port(b, &(struct bench_port){ .id = 0 });
	bench_link(b, 0, 0, 0, 0);
}

/* --- traffic ------------------------------------------------------------------------------- */

struct dlb_hcw
bench_qe(enum dlb_cmd cmd, enum dlb_sched_type type, unsigned int qid, unsigned int flow,
	 uint64_t data)
{
	return (struct dlb_hcw){
		.data = data,
		.qid = (uint8_t)qid,
		.type_prio = (uint8_t)type,
		.lock_id = (uint16_t)flow,
		.cmd = (uint8_t)cmd,
	};
}

struct dlb_hcw
bench_cmd(enum dlb_cmd cmd, unsigned int lock_id)
{
	return (struct dlb_hcw){ .lock_id = (uint16_t)lock_id, .cmd = (uint8_t)cmd };
}

struct dlb_hcw
bench_prio(struct dlb_hcw hcw, unsigned int prio)
{
	hcw.type_prio = (uint8_t)((hcw.type_prio & ~DLB_HCW_PRIO) | FIELD_PREP(DLB_HCW_PRIO, prio));
	return hcw;
}

void
bench_put(struct bench *b, bool is_ldb, unsigned int port, struct dlb_hcw hcw)
{
	dlbsim_pp_write(b->sim, is_ldb, port, &hcw, 1);
	bench_verify(b);
}

unsigned int
bench_settle(struct bench *b)
{
	unsigned int total = 0, n;

	do {
		n = dlbsim_step(b->sim, b->now_ns, 64);
		bench_verify(b);
		total += n;
	} while (n >= 64);
	return total;
}

const struct dlb_qe *
bench_entry(const struct bench *b, bool is_ldb, unsigned int port, unsigned int i)
{
	return (const struct dlb_qe *)(const void *)(b->memory + ring_offset(is_ldb, port) +
						     (size_t)i * b->stride);
}

bool
bench_take(struct bench *b, bool is_ldb, unsigned int port, struct dlb_qe *qe)
{
	struct bench_reader *r = &b->reader[is_ldb][port];
	const struct dlb_qe *entry = bench_entry(b, is_ldb, port, r->pos);

	if (FIELD_GET(DLB_QE_GEN, entry->status) != r->gen)
		return false;
	*qe = *entry;
	if (++r->pos == r->ring) {
		r->pos = 0;
		r->gen ^= 1;
	}
	return true;
}

struct dlb_qe
bench_expect(struct bench *b, bool is_ldb, unsigned int port, uint64_t data)
{
	struct dlb_qe qe = { 0 };

	if (!bench_take(b, is_ldb, port, &qe))
		fail_msg("CQ %u is empty", port);
	assert_int_equal(qe.data, data);
	return qe;
}

void
bench_expect_none(struct bench *b, bool is_ldb, unsigned int port)
{
	struct dlb_qe qe;

	assert_false(bench_take(b, is_ldb, port, &qe));
}

unsigned int
bench_drain(struct bench *b, bool is_ldb, unsigned int port)
{
	unsigned int n = 0;
	struct dlb_qe qe;

	for (bench_settle(b); bench_take(b, is_ldb, port, &qe); bench_settle(b)) {
		bench_put(b, is_ldb, port, bench_cmd(is_ldb ? DLB_CMD_COMP_T : DLB_CMD_BAT_T, 0));
		n++;
	}
	return n;
}

struct dlbsim_drops
bench_drops(const struct bench *b)
{
	struct dlbsim_drops drops;

	dlbsim_drops(b->sim, &drops);
	return drops;
}

uint64_t
bench_nb_drops(const struct bench *b)
{
	struct dlbsim_drops d = bench_drops(b);

	return d.illegal_pp + d.illegal_hcw + d.illegal_qid + d.disabled_qid + d.illegal_qid_cfg +
	       d.no_credit + d.excess_completion + d.excess_token + d.illegal_frag + d.dma_failed;
}
