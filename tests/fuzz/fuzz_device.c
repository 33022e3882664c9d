/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See fuzz_device.h.
 */

#include "fuzz_device.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
fuzz_require(bool ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "violated: %s\n", what);
	abort();
}

uint32_t
fuzz_number(struct fuzz_input *in, unsigned int bytes)
{
	uint32_t value = 0;

	for (unsigned int i = 0; i < bytes && in->left != 0; i++) {
		value |= (uint32_t)*in->data << (8 * i);
		in->data++;
		in->left--;
	}
	return value;
}

/* --- the host ------------------------------------------------------------------------------ */

static bool
is_memory(uint64_t iova, size_t len)
{
	uint64_t bytes = (FUZZ_LDB_PORTS + FUZZ_DIR) * FUZZ_RING_BYTES;

	return iova >= FUZZ_IOVA && iova - FUZZ_IOVA <= bytes && len <= bytes - (iova - FUZZ_IOVA);
}

static void *
host_dma_map(void *ctx, uint64_t iova, size_t len)
{
	struct fuzz_device *device = ctx;

	if (device->refuse_map || (iova & 15) != 0 || !is_memory(iova, len))
		return NULL;
	for (unsigned int i = 0; i < FUZZ_MAPS; i++) {
		struct fuzz_map *map = &device->maps[i];

		if (map->memory != NULL)
			continue;
		*map = (struct fuzz_map){ .iova = iova, .len = len, .memory = calloc(1, len) };
		return map->memory;
	}
	return NULL;
}

static int
host_dma_write(void *ctx, uint64_t iova, const void *buf, size_t len)
{
	const struct fuzz_device *device = ctx;
	const uint8_t *bytes = buf;
	unsigned int sum = 0;

	for (size_t i = 0; i < len; i++)
		sum += bytes[i];
	fuzz_require(sum <= 255 * len, "the bytes can be read");
	return device->refuse_dma || !is_memory(iova, len) ? -EFAULT : 0;
}

static void
host_msix(void *ctx, unsigned int vector)
{
	(void)ctx;
	fuzz_require(vector < DLB_NB_MSIX, "the vector exists");
}

static void
host_log(void *ctx, enum dlbsim_log kind, const char *text)
{
	(void)ctx;
	(void)kind;
	fuzz_require(strlen(text) != 0, "a message says something");
}

static void
free_maps(struct fuzz_device *device, uint64_t iova, uint64_t len)
{
	for (unsigned int i = 0; i < FUZZ_MAPS; i++) {
		struct fuzz_map *map = &device->maps[i];
		uint64_t last = len > UINT64_MAX - iova ? UINT64_MAX : iova + len;

		/* as for the device, a range of no bytes overlaps nothing */
		if (len == 0 || map->iova >= last || map->iova + map->len <= iova)
			continue;
		free(map->memory);
		*map = (struct fuzz_map){ 0 };
	}
}

void
fuzz_device_unmap(struct fuzz_device *device, uint64_t iova, uint64_t len)
{
	dlbsim_dma_unmap(device->sim, iova, len);
	free_maps(device, iova, len);
}

/*
 * One device of each version serves all inputs, reset in between, which is a hundred times faster
 * than making one for each; what a reset forgets to forget is found by the same invariants.
 */
struct fuzz_device *
fuzz_device_begin(enum dlb_version version)
{
	static const struct dlbsim_host host = {
		.dma_map = host_dma_map,
		.dma_write = host_dma_write,
		.msix = host_msix,
		.log = host_log,
	};
	static struct fuzz_device devices[DLB_NB_VERSIONS];
	struct fuzz_device *device = &devices[version];
	struct dlbsim *sim = device->sim;

	if (sim == NULL)
		sim = dlbsim_create(version, NULL, &host, device);
	fuzz_require(sim != NULL, "there is memory");
	free_maps(device, 0, UINT64_MAX);
	*device = (struct fuzz_device){ .sim = sim, .version = version };
	dlbsim_power_cycle(sim);
	return device;
}

void
fuzz_device_verify(const struct fuzz_device *device)
{
	char why[200] = "";

	fuzz_require(dlbsim_check(device->sim, why, sizeof(why)) == 0, why);
}

/* --- registers ----------------------------------------------------------------------------- */

uint32_t
fuzz_get(struct fuzz_device *device, enum dlb_reg reg, uint32_t i)
{
	return dlbsim_csr_read(device->sim, (enum dlb_bar)dlb_reg_descs[reg].bar,
			       dlb_reg_offset(device->version, reg, i));
}

void
fuzz_set(struct fuzz_device *device, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	dlbsim_csr_write(device->sim, (enum dlb_bar)dlb_reg_descs[reg].bar,
			 dlb_reg_offset(device->version, reg, i), value);
}

static void
bring_up_queue(struct fuzz_device *device, unsigned int q, uint32_t variant)
{
	/* buffers, flows and numbers from tight to ample */
	uint32_t atomics = q == 1 ? 2 : 64, flows = q == 2 ? 2 : 512;

	fuzz_set(device, DLB_R_LSP_QID_LDB_INFL_LIM, q, 64);
	fuzz_set(device, DLB_R_LSP_QID_AQED_ACTIVE_LIM, q, atomics);
	fuzz_set(device, DLB_R_AQED_QID_HID_WIDTH, q, variant & 7);
	fuzz_set(device, DLB_R_AQED_QID_FID_LIM, q, flows);
	fuzz_set(device, DLB_R_CHP_ORD_QID_SN_MAP, q,
		 FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_SLOT, q) |
			 FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_GRP, q & 1));
	fuzz_set(device, DLB_R_SYS_LDB_QID_CFG_V, q, q == 3 ? 0 : 3);
	fuzz_set(device, DLB_R_SYS_LDB_QID_V, q, 1);
	fuzz_set(device, DLB_R_SYS_LDB_VASQID_V, q, q != 4 || (variant & 8) != 0);
}

static void
bring_up_ldb_port(struct fuzz_device *device, unsigned int p)
{
	unsigned int depth = 1U << p, history = 4 + 8 * p, base = 40 * p;

	fuzz_set(device, DLB_R_SYS_LDB_CQ_ADDR_L, p, (uint32_t)FUZZ_IOVA + p * FUZZ_RING_BYTES);
	fuzz_set(device, DLB_R_SYS_LDB_CQ_ADDR_U, p, (uint32_t)(FUZZ_IOVA >> 32));
	fuzz_set(device, DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, p, dlb_cq_depth_code(depth));
	fuzz_set(device, DLB_R_LSP_CQ_LDB_TKN_CNT, p, dlb_cq_token_preload(depth));
	fuzz_set(device, DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL, p, dlb_cq_depth_code(depth));
	fuzz_set(device, DLB_R_CHP_HIST_LIST_LIM, p, base + history - 1);
	fuzz_set(device, DLB_R_CHP_HIST_LIST_BASE, p, base);
	fuzz_set(device, DLB_R_LSP_CQ_LDB_INFL_LIM, p, history);
	for (unsigned int slot = 0; slot < FUZZ_LDB_QUEUES; slot++) {
		enum dlb_reg reg = slot < 4 ? DLB_R_LSP_CQ2QID0 : DLB_R_LSP_CQ2QID1;

		fuzz_set(device, reg, p,
			 fuzz_get(device, reg, p) | (slot + p) % FUZZ_LDB_QUEUES << 8 * (slot % 4));
	}
	fuzz_set(device, DLB_R_LSP_CQ2PRIOV, p, UINT32_C(0x1F000000) | 07654 << p);
	fuzz_set(device, DLB_R_CHP_LDB_CQ_INT_ENB, p, 2);
	fuzz_set(device, DLB_R_SYS_LDB_CQ_ISR, p, (p % 4) << 10 | p);
	fuzz_set(device, DLB_R_SYS_LDB_PP_V, p, 1);
	fuzz_set(device, DLB_R_LSP_CQ_LDB_DSBL, p, 0);
}

static void
bring_up_dir(struct fuzz_device *device, unsigned int d)
{
	unsigned int depth = 2U << d;
	uint64_t iova = FUZZ_IOVA + (FUZZ_LDB_PORTS + d) * FUZZ_RING_BYTES;

	fuzz_set(device, DLB_R_SYS_DIR_CQ_ADDR_L, d, (uint32_t)iova);
	fuzz_set(device, DLB_R_SYS_DIR_CQ_ADDR_U, d, (uint32_t)(iova >> 32));
	fuzz_set(device, DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, d, dlb_cq_depth_code(depth));
	fuzz_set(device, DLB_R_LSP_CQ_DIR_TKN_CNT, d, dlb_cq_token_preload(depth));
	fuzz_set(device, DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI, d, dlb_cq_depth_code(depth));
	fuzz_set(device, DLB_R_SYS_DIR_QID_V, d, 1);
	fuzz_set(device, DLB_R_SYS_DIR_VASQID_V, d, 1);
	fuzz_set(device, DLB_R_SYS_DIR_PP_V, d, 1);
	fuzz_set(device, DLB_R_LSP_CQ_DIR_DSBL, d, 0);
}

void
fuzz_device_bring_up(struct fuzz_device *device, uint32_t variant)
{
	fuzz_set(device, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 0);
	fuzz_set(device, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0, (variant & 3) << 17);
	fuzz_set(device, DLB_R_SYS_INGRESS_ALARM_ENBL, 0, 0x3F);
	for (uint32_t v = 0; v < DLB_NB_MSIX; v++)
		fuzz_set(device, DLB_R_MSIX_VECTOR_CTRL, v, v % 3 == 2);
	if (device->version == DLB_V2_5) {
		fuzz_set(device, DLB_R_CHP_CFG_VAS_CRD, 0, 200);
		fuzz_set(device, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 3, 0x8006);
		fuzz_set(device, DLB_R_LSP_CFG_CTRL_GENERAL_0, 0, variant & 0x10);
		fuzz_set(device, DLB_R_LSP_CQ_LDB_INFL_THRESH, 2, 5);
	} else {
		fuzz_set(device, DLB_R_CHP_CFG_LDB_VAS_CRD, 0, 150);
		fuzz_set(device, DLB_R_CHP_CFG_DIR_VAS_CRD, 0, 50);
	}
	for (unsigned int q = 0; q < FUZZ_LDB_QUEUES; q++)
		bring_up_queue(device, q, variant);
	for (unsigned int p = 0; p < FUZZ_LDB_PORTS; p++)
		bring_up_ldb_port(device, p);
	for (unsigned int d = 0; d < FUZZ_DIR; d++)
		bring_up_dir(device, d);
}

/* --- commands ------------------------------------------------------------------------------ */

void
fuzz_pp_write(struct fuzz_device *device, struct fuzz_input *in)
{
	uint32_t where = fuzz_number(in, 1), how = fuzz_number(in, 1);
	unsigned int n = 1 + how % 16;
	bool is_ldb = (where & 0x80) == 0;
	struct dlb_hcw hcws[16], hcw = { 0 };

	for (unsigned int i = 0; i < n; i++) {
		/* bit 7: a burst of one kind */
		if (i == 0 || (how & 0x80) == 0) {
			hcw.cmd = (uint8_t)fuzz_number(in, 1);
			hcw.qid = (uint8_t)fuzz_number(in, 1);
			hcw.type_prio = (uint8_t)fuzz_number(in, 1);
			hcw.lock_id = (uint16_t)fuzz_number(in, 2);
			hcw.flags14 = (uint8_t)fuzz_number(in, 1);
		} else {
			hcw.lock_id = (uint16_t)(hcw.lock_id + (how >> 4 & 3));
		}
		hcw.data = device->nb_sent++;
		hcws[i] = hcw;
	}
	/* bit 6: the scheduler has its turn at once */
	if (n == 1 && (how & 0x40) != 0)
		dlbsim_step_with(device->sim, 0, 64, is_ldb, where & 0x7F, hcws);
	else
		dlbsim_pp_write(device->sim, is_ldb, where & 0x7F, hcws, n);
}
