/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See rig.h. Device addresses are addresses of this process.
 */

#include "rig.h"

#include <stdlib.h>

/* --- what the resource manager sees --------------------------------------------------------- */

static bool
fails_now(struct rig *rig)
{
	rig->nb_accesses++;
	return rig->fail_at != 0 && rig->nb_accesses >= rig->fail_at;
}

static uint32_t
rig_csr_read(void *ctx, enum dlb_bar bar, uint32_t offset)
{
	struct rig *rig = ctx;

	return fails_now(rig) ? 0xffffffff : dlbsim_csr_read(rig->sim, bar, offset);
}

static void
rig_csr_write(void *ctx, enum dlb_bar bar, uint32_t offset, uint32_t value)
{
	struct rig *rig = ctx;

	if (!fails_now(rig))
		dlbsim_csr_write(rig->sim, bar, offset, value);
}

static void
rig_pp_write(void *ctx, bool is_ldb, unsigned int port, const struct dlb_line *line)
{
	struct rig *rig = ctx;

	dlbsim_pp_write(rig->sim, is_ldb, port, line->hcw, DLB_HCWS_PER_LINE);
}

static void
rig_pp_flush(void *ctx, bool is_ldb, unsigned int port)
{
	(void)ctx;
	(void)is_ldb;
	(void)port;
}

static void
rig_delay_us(void *ctx, unsigned int us)
{
	(void)ctx;
	(void)us;
}

static const struct dlbrm_io rig_io = {
	.csr_read = rig_csr_read,
	.csr_write = rig_csr_write,
	.pp_write = rig_pp_write,
	.pp_flush = rig_pp_flush,
	.delay_us = rig_delay_us,
};

/* --- what the device sees ------------------------------------------------------------------- */

static size_t
memory_bytes(void)
{
	return (size_t)(DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS) * RIG_RING_BYTES;
}

static void *
rig_dma_map(void *ctx, uint64_t iova, size_t len)
{
	struct rig *rig = ctx;
	uint8_t *at = (uint8_t *)(uintptr_t)iova;

	assert_true(at >= rig->memory && at + len <= rig->memory + memory_bytes());
	return at;
}

static int
rig_dma_write(void *ctx, uint64_t iova, const void *buf, size_t len)
{
	memcpy(rig_dma_map(ctx, iova, len), buf, len);
	return 0;
}

static void
rig_msix(void *ctx, unsigned int vector)
{
	struct rig *rig = ctx;

	assert_true(vector < DLB_NB_MSIX);
	rig->nb_msix[vector]++;
}

static const struct dlbsim_host rig_host = {
	.dma_map = rig_dma_map,
	.dma_write = rig_dma_write,
	.msix = rig_msix,
};

struct rig *
rig_new(enum dlb_version version, bool sparse)
{
	struct rig *rig = calloc(1, sizeof(*rig));

	assert_non_null(rig);
	rig->version = version;
	rig->sparse = sparse;
	rig->memory = aligned_alloc(4096, memory_bytes());
	assert_non_null(rig->memory);
	rig->sim = dlbsim_create(version, NULL, &rig_host, rig);
	assert_non_null(rig->sim);
	assert_int_equal(rig_bring_up(rig), 0);
	return rig;
}

void
rig_free(struct rig *rig)
{
	dlbsim_destroy(rig->sim);
	free(rig->before);
	free(rig->memory);
	free(rig);
}

void
rig_unmask_msix(struct rig *rig)
{
	unsigned int v;

	for (v = 0; v < DLB_NB_MSIX; v++)
		dlbsim_csr_write(rig->sim, DLB_BAR_FUNC,
				 dlb_reg_offset(rig->version, DLB_R_MSIX_VECTOR_CTRL, v), 0);
}

int
rig_bring_up(struct rig *rig)
{
	const struct dlbrm_hw_config conf = {
		.sparse_ldb_cq = rig->sparse,
		.sparse_dir_cq = rig->sparse,
		.qe_weight_pct = 1,
	};
	int ret;

	rig_unmask_msix(rig);
	dlbrm_init(&rig->rm, rig->version, &rig_io, rig);
	ret = dlbrm_power_up(&rig->rm);
	return ret != 0 ? ret : dlbrm_hw_init(&rig->rm, &conf);
}

void
rig_settle(struct rig *rig)
{
	char why[200] = "";

	while (dlbsim_step(rig->sim, rig->now_ns, 256) >= 256)
		;
	/* Looking at everything takes longer than the work does. */
	if (rig->nb_settles++ % 32 == 0 && dlbsim_check(rig->sim, why, sizeof(why)) != 0)
		fail_msg("%s", why);
}

uint32_t
rig_read(struct rig *rig, enum dlb_reg reg, uint32_t i)
{
	return dlbsim_csr_read(rig->sim, (enum dlb_bar)dlb_reg_descs[reg].bar,
			       dlb_reg_offset(rig->version, reg, i));
}

/* --- domains and ports ---------------------------------------------------------------------- */

unsigned int
rig_domain(struct rig *rig, unsigned int nb_credits)
{
	const struct dlbrm_domain_config conf = {
		.nb_ldb_queues = 10,
		.nb_ldb_ports = 8,
		.nb_dir_ports = 4,
		.nb_atomic_inflights = 640,
		.nb_hist_list_entries = 1024,
		.nb_ldb_credits = nb_credits,
		.nb_dir_credits = nb_credits,
	};
	int d = dlbrm_domain_create(&rig->rm, &conf);

	assert_true(d >= 0);
	return (unsigned int)d;
}

unsigned int
rig_ldb_queue(struct rig *rig, unsigned int domain, enum rig_queue_kind kind)
{
	const struct dlbrm_ldb_queue_config conf = {
		.nb_qid_inflights = kind == RIG_ORDERED ? 64 : 256,
		.nb_sequence_numbers = kind == RIG_ORDERED ? 64 : 0,
		.nb_atomic_inflights = kind == RIG_ATOMIC ? 64 : 0,
		.depth_threshold = 256,
	};
	int q = dlbrm_ldb_queue_create(&rig->rm, domain, &conf);

	assert_true(q >= 0);
	return (unsigned int)q;
}

/* Ports of the same id have the same memory at each life, zeroed when they are made. */
static uint8_t *
ring_memory(struct rig *rig, unsigned int index)
{
	return rig->memory + (size_t)index * RIG_RING_BYTES;
}

static struct rig_port
port_of(struct rig *rig, bool is_ldb, int id, unsigned int depth)
{
	unsigned int index = (unsigned int)id + (is_ldb ? 0 : DLB_MAX_LDB_PORTS);

	assert_true(id >= 0);
	return (struct rig_port){
		.is_ldb = is_ldb,
		.id = (unsigned int)id,
		.ring = dlb_cq_ring_size(depth),
		.gen = 1,
		.memory = ring_memory(rig, index),
	};
}

/*
 * The id is known only afterwards, the memory before: as creation takes the lowest free id of
 * the class, ask the resource manager's state.
 */
static unsigned int
next_ldb_port(const struct rig *rig, unsigned int domain)
{
	unsigned int p;

	for (p = 0; p < DLB_MAX_LDB_PORTS; p++)
		if (rig->rm.ldb_ports[p].domain == domain && !rig->rm.ldb_ports[p].configured)
			return p;
	fail_msg("domain %u has no port left", domain);
	return 0;
}

struct rig_port
rig_ldb_port(struct rig *rig, unsigned int domain, unsigned int depth)
{
	unsigned int p = next_ldb_port(rig, domain);
	const struct dlbrm_ldb_port_config conf = {
		.cq_iova = (uintptr_t)ring_memory(rig, p),
		.cq_depth = depth,
		.hist_list_size = 128,
		.cos_id = (int)(p / DLB_LDB_PORTS_PER_COS),
	};

	memset(ring_memory(rig, p), 0, RIG_RING_BYTES);
	assert_int_equal(dlbrm_ldb_port_create(&rig->rm, domain, &conf), p);
	return port_of(rig, true, (int)p, depth);
}

struct rig_port
rig_dir_port(struct rig *rig, unsigned int domain, unsigned int depth)
{
	int q = dlbrm_dir_queue_create(&rig->rm, domain, -1, 256);
	unsigned int index = (unsigned int)q + DLB_MAX_LDB_PORTS;
	const struct dlbrm_dir_port_config conf = {
		.cq_iova = (uintptr_t)ring_memory(rig, index),
		.cq_depth = depth,
		.queue_id = q,
	};

	assert_true(q >= 0);
	memset(ring_memory(rig, index), 0, RIG_RING_BYTES);
	return port_of(rig, false, dlbrm_dir_port_create(&rig->rm, domain, &conf), depth);
}

/* --- traffic -------------------------------------------------------------------------------- */

void
rig_send(struct rig *rig, const struct rig_port *port, enum dlb_cmd cmd, enum dlb_sched_type type,
	 unsigned int qid, uint64_t data)
{
	const struct dlb_hcw hcw = {
		.data = data,
		.qid = (uint8_t)qid,
		.type_prio = (uint8_t)FIELD_PREP(DLB_HCW_SCHED_TYPE, type),
		.lock_id = cmd >= DLB_CMD_NEW ? (uint16_t)(data % 61) : 0,
		.cmd = (uint8_t)cmd,
	};

	dlbsim_pp_write(rig->sim, port->is_ldb, port->id, &hcw, 1);
}

bool
rig_receive(struct rig *rig, struct rig_port *port, struct dlb_qe *qe)
{
	unsigned int stride = rig->sparse ? DLB_CQ_SPARSE_STRIDE : DLB_CQ_STANDARD_STRIDE;

	memcpy(qe, port->memory + (size_t)port->pos * stride, sizeof(*qe));
	if (FIELD_GET(DLB_QE_GEN, qe->status) != port->gen)
		return false;
	port->pos++;
	if (port->pos == port->ring) {
		port->pos = 0;
		port->gen ^= 1;
	}
	rig_send(rig, port, DLB_CMD_BAT_T, DLB_SCHED_ATOMIC, 0, 0);
	return true;
}

/* --- registers ------------------------------------------------------------------------------ */

/* Registers that tell of the device as a whole, or that the next queue's creation sets anyway. */
static bool
may_differ(enum dlb_reg reg)
{
	switch (reg) {
	case DLB_R_AQED_QID_HID_WIDTH:
	case DLB_R_AQED_QID_FID_LIM:
	case DLB_R_LSP_LDB_SCH_CNT_L:
	case DLB_R_LSP_DIR_SCH_CNT_L:
	case DLB_R_LSP_LDB_SCHED_PERF_2_L:
	case DLB_R_CHP_HIST_LIST_0:
	case DLB_R_CHP_HIST_LIST_1:
	case DLB_R_RO_REORDER_STATE_QID_QIDIX_CQ:
		return true;
	default:
		return false;
	}
}

/* Call visit for each register of the device, in the same order each time. */
static void
registers_walk(struct rig *rig,
	       void (*visit)(struct rig *, enum dlb_reg, uint32_t at, uint32_t i, uint32_t value))
{
	const struct dlb_reg_desc *desc;
	uint32_t at = 0;
	uint32_t i, j;
	int r;

	for (r = 0; r < DLB_R_COUNT; r++) {
		desc = &dlb_reg_descs[r];
		for (i = 0; i < desc->count[rig->version]; i++)
			for (j = 0; j < desc->count2; j++)
				visit(rig, (enum dlb_reg)r, at++, i,
				      dlbsim_csr_read(rig->sim, (enum dlb_bar)desc->bar,
						      dlb_reg_offset2(rig->version, (enum dlb_reg)r,
								      i, j)));
	}
}

static void
remember_one(struct rig *rig, enum dlb_reg reg, uint32_t at, uint32_t i, uint32_t value)
{
	(void)reg;
	(void)i;
	rig->before[at] = value;
}

static void
compare_one(struct rig *rig, enum dlb_reg reg, uint32_t at, uint32_t i, uint32_t value)
{
	if (value != rig->before[at] && !may_differ(reg))
		fail_msg("%s(%u) is %#x, was %#x", dlb_reg_descs[reg].name, i, value,
			 rig->before[at]);
}

void
rig_remember(struct rig *rig)
{
	uint32_t n = 0;
	int r;

	for (r = 0; r < DLB_R_COUNT; r++)
		n += (uint32_t)dlb_reg_descs[r].count[rig->version] * dlb_reg_descs[r].count2;
	free(rig->before);
	rig->before = calloc(n, sizeof(*rig->before));
	assert_non_null(rig->before);
	registers_walk(rig, remember_one);
}

void
rig_assert_registers_restored(struct rig *rig)
{
	char why[200] = "";

	registers_walk(rig, compare_one);
	if (dlbsim_check(rig->sim, why, sizeof(why)) != 0)
		fail_msg("%s", why);
}

int
rig_setup_v20(void **state)
{
	*state = rig_new(DLB_V2_0, true);
	return 0;
}

int
rig_setup_v25(void **state)
{
	*state = rig_new(DLB_V2_5, true);
	return 0;
}

int
rig_setup_v25_dense(void **state)
{
	*state = rig_new(DLB_V2_5, false);
	return 0;
}

int
rig_teardown(void **state)
{
	rig_free(*state);
	return 0;
}
