/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See mock.h. A wrong access (no such register, index beyond its count, bits that the register
 * does not have) fails the test that made it.
 */

#include "mock.h"

#include <stdio.h>
#include <stdlib.h>

#define ALL_ONES 0xffffffffu

uint32_t *
mock_reg2(struct mock *mock, enum dlb_reg reg, uint32_t i, uint32_t j)
{
	return &mock->values[mock->base[reg] + i * dlb_reg_descs[reg].count2 + j];
}

static bool
fails_now(struct mock *mock, bool is_read)
{
	mock->nb_accesses++;
	if (mock->fault == MOCK_FAULT_NONE || mock->nb_accesses < mock->fail_at)
		return false;
	if (mock->fault == MOCK_FAULT_ONE_READ && is_read) {
		mock->fault = MOCK_FAULT_NONE;
		return true;
	}
	if (mock->fault != MOCK_FAULT_GONE)
		return false;
	mock->nb_unanswered += is_read || mock->nb_unanswered != 0;
	return true;
}

static struct dlb_reg_ref
ref_of(struct mock *mock, enum dlb_bar bar, uint32_t offset)
{
	struct dlb_reg_ref ref;

	if (!dlb_reg_find(mock->version, bar, offset, &ref))
		fail_msg("no register at BAR %d offset %#x", bar, offset);
	return ref;
}

static void
log_access(struct mock *mock, const struct mock_write *access)
{
	if (mock->nb_writes < MOCK_MAX_WRITES)
		mock->writes[mock->nb_writes++] = *access;
}

/* Which of the stuck registers it is, or nb_stuck. */
static unsigned int
stuck_find(const struct mock *mock, enum dlb_reg reg, uint32_t i)
{
	unsigned int k;

	if (mock->fault == MOCK_FAULT_STALL && mock->nb_accesses < mock->fail_at)
		return mock->nb_stuck;
	for (k = 0; k < mock->nb_stuck; k++)
		if (mock->stuck[k].reg == reg && mock->stuck[k].i == i)
			break;
	return k;
}

static uint32_t
mock_csr_read(void *ctx, enum dlb_bar bar, uint32_t offset)
{
	struct mock *mock = ctx;
	struct dlb_reg_ref ref = ref_of(mock, bar, offset);
	unsigned int k;
	uint32_t value;

	if (fails_now(mock, true))
		return ALL_ONES;
	k = stuck_find(mock, ref.reg, ref.i);
	if (k < mock->nb_stuck)
		return mock->stuck[k].value;
	if (ref.reg == DLB_R_SYS_TOTAL_VAS)
		log_access(mock, &(const struct mock_write)FLUSH);
	value = *mock_reg2(mock, ref.reg, ref.i, ref.j);
	if (mock->has_second_look && mock->second_look.reg == ref.reg &&
	    mock->second_look.i == ref.i) {
		mock->has_second_look = false;
		*mock_reg(mock, ref.reg, ref.i) = mock->second_look.value;
	}
	return value;
}

static void
mock_csr_write(void *ctx, enum dlb_bar bar, uint32_t offset, uint32_t value)
{
	struct mock *mock = ctx;
	struct dlb_reg_ref ref = ref_of(mock, bar, offset);
	const struct dlb_reg_desc *desc = &dlb_reg_descs[ref.reg];
	uint32_t *element;

	if ((value & ~desc->fields[mock->version]) != 0)
		fail_msg("%s(%u) = %#x: there are no such bits", desc->name, ref.i, value);
	if (fails_now(mock, false))
		return;
	log_access(mock, &(const struct mock_write){ ref.reg, ref.i, ref.j, value });
	element = mock_reg2(mock, ref.reg, ref.i, ref.j);
	*element &= ~(desc->stored[mock->version] | (value & desc->w1c[mock->version]));
	*element |= value & desc->stored[mock->version];
	if (mock->has_cause && ref.reg == mock->cause.reg && ref.i == mock->cause.i &&
	    value == mock->cause.value)
		*mock_reg(mock, mock->effect.reg, mock->effect.i) = mock->effect.value;
}

static void
count_down(struct mock *mock, enum dlb_reg reg, unsigned int port, uint32_t by)
{
	uint32_t *counter = mock_reg(mock, reg, port);

	if (stuck_find(mock, reg, port) < mock->nb_stuck)
		return;
	if (*counter < by)
		fail_msg("%u given back, %s is %u", by, dlb_reg_descs[reg].name, *counter);
	*counter -= by;
}

static void
mock_pp_write(void *ctx, bool is_ldb, unsigned int port, const struct dlb_line *line)
{
	struct mock *mock = ctx;
	enum dlb_reg tokens = is_ldb ? DLB_R_LSP_CQ_LDB_TKN_CNT : DLB_R_LSP_CQ_DIR_TKN_CNT;
	const struct dlb_hcw *hcw;
	unsigned int k, n;

	assert_int_equal((uintptr_t)line % DLB_LINE_BYTES, 0);
	assert_int_equal(mock->nb_unanswered, 0);
	mock->nb_lines++;
	mock->last_is_ldb = is_ldb;
	mock->last_port = port;
	for (k = 0; k < DLB_HCWS_PER_LINE; k++) {
		hcw = &line->hcw[k];
		assert_true(is_ldb ? hcw->cmd <= DLB_CMD_COMP_T : hcw->cmd <= DLB_CMD_BAT_T);
		if ((hcw->cmd & DLB_HCW_CQ_TOKEN) != 0) {
			n = FIELD_GET(DLB_HCW_TOKENS, hcw->lock_id) + 1;
			mock->nb_tokens += n;
			count_down(mock, tokens, port, n);
		}
		if ((hcw->cmd & DLB_HCW_QE_COMP) != 0) {
			mock->nb_completions++;
			count_down(mock, DLB_R_LSP_CQ_LDB_INFL_CNT, port, 1);
		}
	}
}

static void
mock_pp_flush(void *ctx, bool is_ldb, unsigned int port)
{
	struct mock *mock = ctx;

	assert_int_equal(is_ldb, mock->last_is_ldb);
	assert_int_equal(port, mock->last_port);
	mock->nb_flushes++;
}

static void
mock_delay_us(void *ctx, unsigned int us)
{
	struct mock *mock = ctx;

	assert_true(us > 0);
	mock->nb_delays++;
}

static const struct dlbrm_io mock_io = {
	.csr_read = mock_csr_read,
	.csr_write = mock_csr_write,
	.pp_write = mock_pp_write,
	.pp_flush = mock_pp_flush,
	.delay_us = mock_delay_us,
};

void
mock_forget(struct mock *mock)
{
	mock->nb_writes = 0;
	mock->nb_accesses = 0;
	mock->nb_unanswered = 0;
	mock->nb_delays = 0;
	mock->nb_lines = 0;
	mock->nb_completions = 0;
	mock->nb_tokens = 0;
	mock->nb_flushes = 0;
}

void
mock_reinit(struct mock *mock)
{
	uint32_t k, n;
	int r;

	for (r = 0; r < DLB_R_COUNT; r++) {
		n = (uint32_t)dlb_reg_descs[r].count[mock->version] * dlb_reg_descs[r].count2;
		for (k = 0; k < n; k++)
			mock->values[mock->base[r] + k] = dlb_reg_descs[r].reset;
	}
	mock->fault = MOCK_FAULT_NONE;
	mock->nb_stuck = 0;
	mock->has_second_look = false;
	mock->has_cause = false;
	mock_forget(mock);
	dlbrm_init(&mock->rm, mock->version, &mock_io, mock);
	assert_int_equal(mock->nb_accesses, 0);
}

struct mock *
mock_new(enum dlb_version version)
{
	struct mock *mock = calloc(1, sizeof(*mock));
	uint32_t n = 0;
	int r;

	assert_non_null(mock);
	mock->version = version;
	for (r = 0; r < DLB_R_COUNT; r++) {
		mock->base[r] = n;
		n += (uint32_t)dlb_reg_descs[r].count[version] * dlb_reg_descs[r].count2;
	}
	mock->nb_values = n;
	mock->values = calloc(n, sizeof(*mock->values));
	assert_non_null(mock->values);
	mock_reinit(mock);
	return mock;
}

void
mock_free(struct mock *mock)
{
	free(mock->values);
	free(mock);
}

void
mock_stick(struct mock *mock, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	assert_true(mock->nb_stuck < MOCK_MAX_STUCK);
	mock->stuck[mock->nb_stuck++] = (struct mock_write){ reg, i, 0, value };
}

void
mock_second_look(struct mock *mock, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	mock->second_look = (struct mock_write){ reg, i, 0, value };
	mock->has_second_look = true;
}

void
mock_on_write(struct mock *mock, const struct mock_write *cause, const struct mock_write *effect)
{
	mock->cause = *cause;
	mock->effect = *effect;
	mock->has_cause = true;
}

void
mock_assert_writes(const struct mock *mock, const struct mock_write *expected, unsigned int nb)
{
	const struct mock_write *e, *w;
	unsigned int k;

	for (k = 0; k < nb && k < mock->nb_writes; k++) {
		e = &expected[k];
		w = &mock->writes[k];
		if (w->reg != e->reg || w->i != e->i || w->j != e->j || w->value != e->value)
			fail_msg("write %u: %s(%u,%u) = %#x, expected %s(%u,%u) = %#x", k,
				 dlb_reg_descs[w->reg].name, w->i, w->j, w->value,
				 dlb_reg_descs[e->reg].name, e->i, e->j, e->value);
	}
	if (nb != mock->nb_writes)
		fail_msg("%u writes, expected %u; the next is %s", mock->nb_writes, nb,
			 dlb_reg_descs[(nb < mock->nb_writes ? mock->writes : expected)[k].reg]
				 .name);
}

unsigned int
mock_count_writes(const struct mock *mock, enum dlb_reg reg, uint32_t i)
{
	unsigned int n = 0;
	unsigned int k;

	for (k = 0; k < mock->nb_writes; k++)
		n += mock->writes[k].reg == reg && mock->writes[k].i == i;
	return n;
}

/* Settings of the device, and the two registers that the next queue sets anyway. */
static bool
keeps_its_value(enum dlb_reg reg)
{
	switch (reg) {
	case DLB_R_CM_CFG_PM_PMCSR_DISABLE:
	case DLB_R_CHP_CFG_CHP_CSR_CTRL:
	case DLB_R_ATM_CFG_ARB_WEIGHTS_RDY_BIN:
	case DLB_R_ATM_CFG_ARB_WEIGHTS_SCHED_BIN:
	case DLB_R_AQED_CFG_ARB_WEIGHTS_TQPRI_ATM_0:
	case DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0:
	case DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0:
	case DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_ATQ_0:
	case DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0:
	case DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0:
	case DLB_R_LSP_CFG_ARB_WEIGHT_LDB_QID_0:
	case DLB_R_LSP_CFG_ARB_WEIGHT_ATM_NALB_QID_0:
	case DLB_R_SYS_WRITE_BUFFER_CTL:
	case DLB_R_RO_GRP_SN_MODE:
	case DLB_R_AQED_QID_HID_WIDTH:
	case DLB_R_AQED_QID_FID_LIM:
		return true;
	default:
		return false;
	}
}

bool
mock_is_dirty(struct mock *mock)
{
	const struct dlb_reg_desc *desc;
	uint32_t k, n;
	int r;

	for (r = 0; r < DLB_R_COUNT; r++) {
		desc = &dlb_reg_descs[r];
		n = (uint32_t)desc->count[mock->version] * desc->count2;
		for (k = 0; k < n && !keeps_its_value((enum dlb_reg)r); k++) {
			if (mock->values[mock->base[r] + k] != desc->reset) {
				print_error("%s[%u] is %#x, reset %#x\n", desc->name, k,
					    mock->values[mock->base[r] + k], desc->reset);
				return true;
			}
		}
	}
	return false;
}

void
mock_assert_all_free(const struct mock *mock)
{
	struct dlbrm fresh;

	dlbrm_init(&fresh, mock->version, mock->rm.io, mock->rm.ctx);
	assert_memory_equal(fresh.domains, mock->rm.domains, sizeof(fresh.domains));
	assert_memory_equal(fresh.ldb_queues, mock->rm.ldb_queues, sizeof(fresh.ldb_queues));
	assert_memory_equal(fresh.ldb_ports, mock->rm.ldb_ports, sizeof(fresh.ldb_ports));
	assert_memory_equal(fresh.dir_pairs, mock->rm.dir_pairs, sizeof(fresh.dir_pairs));
}

unsigned int
mock_domain(struct mock *mock)
{
	const struct dlbrm_domain_config conf = {
		.nb_ldb_queues = 10,
		.nb_ldb_ports = 8,
		.nb_dir_ports = 4,
		.nb_atomic_inflights = 640,
		.nb_hist_list_entries = 512,
		.nb_ldb_credits = 2048,
		.nb_dir_credits = 1024,
	};
	int ret = dlbrm_domain_create(&mock->rm, &conf);

	assert_true(ret >= 0);
	return (unsigned int)ret;
}

unsigned int
mock_ldb_queue(struct mock *mock, unsigned int domain)
{
	const struct dlbrm_ldb_queue_config conf = {
		.nb_qid_inflights = 128,
		.nb_atomic_inflights = 64,
		.depth_threshold = 256,
	};
	int ret = dlbrm_ldb_queue_create(&mock->rm, domain, &conf);

	assert_true(ret >= 0);
	return (unsigned int)ret;
}

unsigned int
mock_ldb_port(struct mock *mock, unsigned int domain)
{
	const struct dlbrm_ldb_port_config conf = {
		.cq_iova = 0x100000,
		.cq_depth = 32,
		.hist_list_size = 64,
		.cos_id = -1,
	};
	int ret = dlbrm_ldb_port_create(&mock->rm, domain, &conf);

	assert_true(ret >= 0);
	return (unsigned int)ret;
}

unsigned int
mock_dir_port(struct mock *mock, unsigned int domain)
{
	const struct dlbrm_dir_port_config conf = {
		.cq_iova = 0x200000,
		.cq_depth = 64,
		.queue_id = -1,
	};
	int ret = dlbrm_dir_port_create(&mock->rm, domain, &conf);

	assert_true(ret >= 0);
	return (unsigned int)ret;
}

int
mock_setup_v20(void **state)
{
	*state = mock_new(DLB_V2_0);
	return 0;
}

int
mock_setup_v25(void **state)
{
	*state = mock_new(DLB_V2_5);
	return 0;
}

int
mock_teardown(void **state)
{
	mock_free(*state);
	return 0;
}
