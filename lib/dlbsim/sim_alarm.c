/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Alarms: what the device records about software's mistakes, and the watchdogs of consumer queues
 * (CQ) that are not served.
 *
 * A syndrome register holds the first alarm since it was cleared; later ones set its MORE bit.
 * Each recorded alarm raises interrupt vector 0.
 */

#include <string.h>

#include "sim.h"

#define WATCHDOG_NS_PER_TICK 10 /* 100 MHz */

static void
record(struct dlbsim *sim, uint32_t synd0, const struct dlb_hcw *hcw)
{
	uint32_t old = sim_reg(sim, DLB_R_SYS_ALARM_PF_SYND0, 0);
	uint32_t words[2];

	if ((old & DLB_F_SYS_ALARM_PF_SYND0_VALID) != 0) {
		sim_reg_set(sim, DLB_R_SYS_ALARM_PF_SYND0, 0, old | DLB_F_SYS_ALARM_PF_SYND0_MORE);
	} else {
		memcpy(words, &hcw->opaque, sizeof(words));
		sim_reg_set(sim, DLB_R_SYS_ALARM_PF_SYND0, 0,
			    synd0 | DLB_F_SYS_ALARM_PF_SYND0_VALID);
		sim_reg_set(sim, DLB_R_SYS_ALARM_PF_SYND1, 0, words[0]);
		sim_reg_set(sim, DLB_R_SYS_ALARM_PF_SYND2, 0, words[1]);
	}
	sim_irq_alarm(sim);
}

/*
 * A check at the producer port failed; reported only if software asked for this kind. It is counted
 * all the same, but for commands to ports that are not enabled: with these drivers measure how far
 * away all ports are, and must find no trace of it.
 */
void
sim_alarm_ingress(struct dlbsim *sim, unsigned int aid, uint32_t enable, bool is_ldb,
		  unsigned int port, const struct dlb_hcw *hcw)
{
	bool report = (sim_reg(sim, DLB_R_SYS_INGRESS_ALARM_ENBL, 0) & enable) != 0;

	if (report || enable != DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_PP)
		sim->s->nb_ingress_drops++;
	if (!report)
		return;
	record(sim,
	       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_SYNDROME, port & DLB_ALARM_SYNDROME_PORT) |
		       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_IS_LDB, (uint32_t)is_ldb) |
		       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_AID, aid) |
		       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_SOURCE, (uint32_t)DLB_ALARM_SOURCE_SYS),
	       hcw);
}

/* The credit and history pipe (CHP) refused something. */
void
sim_alarm_chp(struct dlbsim *sim, unsigned int aid, bool is_ldb, unsigned int port,
	      const struct dlb_hcw *hcw)
{
	uint32_t syndrome =
		(port & DLB_ALARM_SYNDROME_PORT) | (is_ldb ? DLB_ALARM_SYNDROME_IS_LDB : 0);

	sim->s->nb_chp_drops++;
	record(sim,
	       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_SYNDROME, syndrome) |
		       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_AID, aid) |
		       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_UNIT, (uint32_t)DLB_ALARM_UNIT_CHP) |
		       FIELD_PREP(DLB_F_SYS_ALARM_PF_SYND0_SOURCE, (uint32_t)DLB_ALARM_SOURCE_DLB),
	       hcw);
}

/* --- watchdogs ----------------------------------------------------------------------------- */

struct wd_regs {
	enum dlb_reg interval;
	enum dlb_reg threshold;
	enum dlb_reg enable;
	enum dlb_reg disable[3];
	enum dlb_reg timeout[3];
};

static const struct wd_regs wd_regs[2] = {
	{ DLB_R_CHP_CFG_DIR_WD_ENB_INTERVAL,
	  DLB_R_CHP_CFG_DIR_WD_THRESHOLD,
	  DLB_R_CHP_DIR_CQ_WD_ENB,
	  { DLB_R_CHP_CFG_DIR_WD_DISABLE0, DLB_R_CHP_CFG_DIR_WD_DISABLE1,
	    DLB_R_CHP_CFG_DIR_WD_DISABLE2 },
	  { DLB_R_CHP_CFG_DIR_WDTO_0, DLB_R_CHP_CFG_DIR_WDTO_1, DLB_R_CHP_CFG_DIR_WDTO_2 } },
	{ DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL,
	  DLB_R_CHP_CFG_LDB_WD_THRESHOLD,
	  DLB_R_CHP_LDB_CQ_WD_ENB,
	  { DLB_R_CHP_CFG_LDB_WD_DISABLE0, DLB_R_CHP_CFG_LDB_WD_DISABLE1 },
	  { DLB_R_CHP_CFG_LDB_WDTO_0, DLB_R_CHP_CFG_LDB_WDTO_1 } },
};

static unsigned int
nb_cqs(const struct dlbsim *sim, bool is_ldb)
{
	return is_ldb ? sim_limits(sim->s)->nb_ldb_ports : sim_limits(sim->s)->nb_dir_ports;
}

/* The hardware syndrome's sources are the flags of others; VALID says that there is one. */
uint32_t
sim_alarm_hw_synd(const struct dlbsim *sim)
{
	uint32_t synd = sim_reg(sim, DLB_R_SYS_ALARM_HW_SYND, 0);
	uint32_t watchdogs = 0, vfs;

	for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++)
		for (unsigned int id = 0; id < nb_cqs(sim, is_ldb); id += 32)
			watchdogs |= sim_reg(sim, wd_regs[is_ldb].timeout[id / 32], 0);
	vfs = sim_reg(sim, DLB_R_PF_VF2PF_MAILBOX_ISR, 0) | sim_reg(sim, DLB_R_PF_VF2PF_FLR_ISR, 0);
	synd |= watchdogs != 0 ? DLB_F_SYS_ALARM_HW_SYND_CWD : 0;
	synd |= vfs != 0 ? DLB_F_SYS_ALARM_HW_SYND_VF_PF_MB : 0;
	return synd != 0 ? synd | DLB_F_SYS_ALARM_HW_SYND_VALID : 0;
}

static void
expire(struct dlbsim *sim, bool is_ldb, unsigned int id)
{
	enum dlb_reg timeout = wd_regs[is_ldb].timeout[id / 32];
	enum dlb_reg disable = wd_regs[is_ldb].disable[id / 32];

	sim_reg_set(sim, timeout, 0, sim_reg(sim, timeout, 0) | BIT(id % 32));
	sim_reg_set(sim, disable, 0, sim_reg(sim, disable, 0) | BIT(id % 32));
	sim_irq_alarm(sim);
}

/*
 * @p n samples have passed since the last look. A CQ has been neglected for as many as found it with
 * elements out and no token returned since the one before; from which of these on is not known
 * for those between two looks, so the first look counts for none.
 */
static void
sample(struct dlbsim *sim, bool is_ldb, uint32_t n)
{
	struct sim_state *s = sim->s;
	uint32_t threshold = sim_reg(sim, wd_regs[is_ldb].threshold, 0);

	for (unsigned int id = 0; id < nb_cqs(sim, is_ldb); id++) {
		bool enabled = (sim_reg(sim, wd_regs[is_ldb].enable, id) & 1) != 0;
		bool off = (sim_reg(sim, wd_regs[is_ldb].disable[id / 32], 0) >> id % 32 & 1) != 0;
		uint16_t *age = &s->wd_age[is_ldb][id];

		if (!enabled || off || sim_cq(s, is_ldb, id)->occupancy == 0) {
			*age = SIM_WD_FRESH;
			continue;
		}
		*age = (uint16_t)(*age == SIM_WD_FRESH ? 0 : *age + n);
		if (*age >= threshold)
			expire(sim, is_ldb, id);
	}
}

/* Start sampling anew: what was in progress is forgotten. */
void
sim_watchdog_restart(struct sim_state *s, bool is_ldb)
{
	s->wd_next_ns[is_ldb] = 0;
	for (unsigned int id = 0; id < DLB_MAX_DIR_PORTS; id++)
		s->wd_age[is_ldb][id] = SIM_WD_FRESH;
}

/* Take the samples that are due at @p now_ns. */
void
sim_watchdog(struct dlbsim *sim, uint64_t now_ns)
{
	for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++) {
		uint32_t conf = sim_reg(sim, wd_regs[is_ldb].interval, 0);
		uint64_t *next = &sim->s->wd_next_ns[is_ldb];
		uint64_t period, n;

		if (FIELD_GET(DLB_F_CHP_CFG_LDB_WD_ENB_INTERVAL_ENB, conf) == 0 || now_ns < *next)
			continue;
		period = (uint64_t)nb_cqs(sim, is_ldb) * WATCHDOG_NS_PER_TICK *
			 (FIELD_GET(DLB_F_CHP_CFG_LDB_WD_ENB_INTERVAL_SAMPLE_INTERVAL, conf) + 1);
		if (*next == 0) {
			*next = now_ns + period;
			continue;
		}
		n = (now_ns - *next) / period + 1;
		*next += n * period;
		/* More than the largest threshold is as good as that. */
		sample(sim, is_ldb, n < UINT8_MAX ? (uint32_t)n : UINT8_MAX);
	}
}
