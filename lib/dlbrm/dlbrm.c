/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The resource manager as a whole: how it reaches registers, how it starts with a device, and
 * the settings that hold for all domains.
 *
 * Only this file calls the register functions of struct dlbrm_io. It knows no domain, queue or
 * port beyond making all of them free. Invariant: once rm->gone is set no access leaves this
 * file any more, until dlbrm_init().
 */

#include "rm.h"

/* The core needs far less than this second; a dead one must not hold a probe forever. */
#define POWER_UP_POLLS	 1000
#define POWER_UP_POLL_US 1000
#define PMSM_RUNNING	 1

/* What a read of a device that does not answer gives. */
#define ALL_ONES 0xffffffff

/* SCH_RATE_LIMIT: 200 million elements a second instead of 266 million. */
#define SCH_RATE_200M 3

/*
 * A register with a bit that is always 0 cannot read as all ones; for the others the flush
 * register decides, which reads as a small constant on a living device.
 */
static bool
is_gone(struct dlbrm *rm, const struct dlb_reg_desc *desc)
{
	const struct dlb_reg_desc *flush = &dlb_reg_descs[DLB_R_SYS_TOTAL_VAS];
	uint32_t value;

	if (desc->fields[rm->version] != ALL_ONES || desc == flush)
		return true;
	value = rm->io->csr_read(rm->ctx, flush->bar, flush->off[rm->version]);
	return value == ALL_ONES;
}

uint32_t
rm_read(struct dlbrm *rm, enum dlb_reg reg, unsigned int i)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
	uint32_t value;

	if (rm->gone)
		return 0;
	value = rm->io->csr_read(rm->ctx, desc->bar, dlb_reg_offset(rm->version, reg, i));
	if (value == ALL_ONES && is_gone(rm, desc)) {
		rm->gone = true;
		return 0;
	}
	return value;
}

void
rm_write(struct dlbrm *rm, enum dlb_reg reg, unsigned int i, uint32_t value)
{
	rm_write2(rm, reg, i, 0, value);
}

void
rm_write2(struct dlbrm *rm, enum dlb_reg reg, unsigned int i, unsigned int j, uint32_t value)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

	if (rm->gone)
		return;
	rm->io->csr_write(rm->ctx, desc->bar, dlb_reg_offset2(rm->version, reg, i, j), value);
}

void
rm_flush(struct dlbrm *rm)
{
	rm_read(rm, DLB_R_SYS_TOTAL_VAS, 0);
}

void
dlbrm_init(struct dlbrm *rm, enum dlb_version version, const struct dlbrm_io *io, void *ctx)
{
	unsigned int i;

	memset(rm, 0, sizeof(*rm));
	rm->io = io;
	rm->ctx = ctx;
	rm->version = version;
	rm->limits = &dlb_limits[version];
	for (i = 0; i < DLB_MAX_LDB_QUEUES; i++)
		rm->ldb_queues[i].domain = DLBRM_NONE;
	for (i = 0; i < DLB_MAX_LDB_PORTS; i++)
		rm->ldb_ports[i].domain = DLBRM_NONE;
	for (i = 0; i < DLB_MAX_DIR_PORTS; i++)
		rm->dir_pairs[i].domain = DLBRM_NONE;
}

static bool
is_powered_up(struct dlbrm *rm)
{
	uint32_t pm = rm_read(rm, DLB_R_CM_CFG_PM_STATUS, 0);
	uint32_t idle = rm_read(rm, DLB_R_CM_CFG_DIAGNOSTIC_IDLE_STATUS, 0);

	return FIELD_GET(DLB_F_CM_CFG_PM_STATUS_PMSM, pm) == PMSM_RUNNING &&
	       FIELD_GET(DLB_F_CM_CFG_DIAGNOSTIC_IDLE_STATUS_DLB_FUNC_IDLE, idle) != 0;
}

/* sequences.rst, Power-up. */
int
dlbrm_power_up(struct dlbrm *rm)
{
	uint32_t value;
	unsigned int i;

	/* Step 1. */
	value = rm_read(rm, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0);
	value &= ~(uint32_t)DLB_F_CM_CFG_PM_PMCSR_DISABLE_DISABLE;
	rm_write(rm, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, value);
	/* Step 2. */
	for (i = 0; i < POWER_UP_POLLS && !rm->gone; i++) {
		if (is_powered_up(rm))
			return 0;
		rm->io->delay_us(rm->ctx, POWER_UP_POLL_US);
	}
	return rm->gone ? -EIO : -ETIMEDOUT;
}

/*
 * Weights of the four priority bins. The device draws a number below 256 and favours the first
 * bin whose weight is not below it, so equal weights mean strict priority. A step of 32 between
 * eight levels, of which the bins take every other one, shares the draws out evenly.
 */
static uint32_t
arbiter_weights(unsigned int pct)
{
	unsigned int step = 32 * pct / 100;

	if (pct != 0 && step == 0)
		step = 1;
	return FIELD_PREP(DLB_F_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0_PRI0, 255 - 6 * step) |
	       FIELD_PREP(DLB_F_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0_PRI1, 255 - 4 * step) |
	       FIELD_PREP(DLB_F_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0_PRI2, 255 - 2 * step) |
	       FIELD_PREP(DLB_F_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0_PRI3, 255);
}

/* All of them have the layout that arbiter_weights() makes. */
static const enum dlb_reg qe_arbiters[] = {
	DLB_R_ATM_CFG_ARB_WEIGHTS_RDY_BIN,	   DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0,
	DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0, DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_REPLAY_0,
	DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0,	   DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_ATQ_0,
	DLB_R_ATM_CFG_ARB_WEIGHTS_SCHED_BIN,	   DLB_R_AQED_CFG_ARB_WEIGHTS_TQPRI_ATM_0,
};

static const enum dlb_reg qid_arbiters[] = {
	DLB_R_LSP_CFG_ARB_WEIGHT_LDB_QID_0,
	DLB_R_LSP_CFG_ARB_WEIGHT_ATM_NALB_QID_0,
};

static void
sparse_modes_write(struct dlbrm *rm, const struct dlbrm_hw_config *conf)
{
	uint32_t value = rm_read(rm, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0);

	value &= ~(uint32_t)(DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_LDB_CQ_MODE |
			     DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_DIR_CQ_MODE);
	if (conf->sparse_ldb_cq)
		value |= DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_LDB_CQ_MODE;
	if (conf->sparse_dir_cq)
		value |= DLB_F_CHP_CFG_CHP_CSR_CTRL_CFG_64BYTES_QE_DIR_CQ_MODE;
	rm_write(rm, DLB_R_CHP_CFG_CHP_CSR_CTRL, 0, value);
}

/* sequences.rst, Device settings. */
int
dlbrm_hw_init(struct dlbrm *rm, const struct dlbrm_hw_config *conf)
{
	uint32_t value;
	unsigned int i;

	if (conf->qe_weight_pct > 100 || conf->qid_weight_pct > 100)
		return -EINVAL;
	for (i = 0; i < rm->limits->nb_domains; i++)
		if (rm->domains[i].state != DLBRM_DOMAIN_FREE)
			return -EPERM;

	/* Step 1. */
	sparse_modes_write(rm, conf);
	/* Steps 2 and 3. */
	for (i = 0; i < sizeof(qe_arbiters) / sizeof(qe_arbiters[0]); i++)
		rm_write(rm, qe_arbiters[i], 0, arbiter_weights(conf->qe_weight_pct));
	for (i = 0; i < sizeof(qid_arbiters) / sizeof(qid_arbiters[0]); i++)
		rm_write(rm, qid_arbiters[i], 0, arbiter_weights(conf->qid_weight_pct));
	/* Step 4. */
	value = rm_read(rm, DLB_R_SYS_WRITE_BUFFER_CTL, 0);
	value &= ~(uint32_t)DLB_F_SYS_WRITE_BUFFER_CTL_SCH_RATE_LIMIT;
	value |= FIELD_PREP(DLB_F_SYS_WRITE_BUFFER_CTL_SCH_RATE_LIMIT, SCH_RATE_200M);
	rm_write(rm, DLB_R_SYS_WRITE_BUFFER_CTL, 0, value);
	rm->hw_conf = *conf;
	return rm_status(rm);
}

/*
 * A reset clears the rate that dlbrm_hw_init() has set. While it goes on the device reads all
 * ones, so that one which seemed to be gone is asked again; but if it comes back with its settings,
 * nobody knows what it missed in the meantime.
 */
static bool
was_reset(struct dlbrm *rm)
{
	const bool was_gone = rm->gone;
	uint32_t value;

	rm->gone = false;
	value = rm_read(rm, DLB_R_SYS_WRITE_BUFFER_CTL, 0);
	if (!rm->gone &&
	    FIELD_GET(DLB_F_SYS_WRITE_BUFFER_CTL_SCH_RATE_LIMIT, value) != SCH_RATE_200M)
		return true;
	rm->gone = rm->gone || was_gone;
	return false;
}

/* What is to be repeated stays known if this fails. */
int
dlbrm_recover(struct dlbrm *rm)
{
	const struct dlbrm_hw_config conf = rm->hw_conf;
	const bool has_irq = rm->has_irq;
	int ret;

	if (!was_reset(rm))
		return rm_status(rm);
	dlbrm_init(rm, rm->version, rm->io, rm->ctx);
	rm->hw_conf = conf;
	rm->has_irq = has_irq;
	ret = dlbrm_power_up(rm);
	if (ret == 0 && has_irq)
		ret = dlbrm_irq_init(rm);
	if (ret == 0)
		ret = dlbrm_hw_init(rm, &conf);
	return ret == 0 ? 1 : ret;
}
