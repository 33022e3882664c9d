/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Alarms: what the device refuses to do for software, its own faults, and watchdogs that ran out.
 *
 * Alarms come with message-signalled interrupt (MSI-X) vector 0. The device keeps the first of
 * each kind and says whether there were more. It knows no virtual functions, whose alarms are
 * in registers of their own.
 *
 * HCW = hardware command word, CHP = the device's credit and history pipe.
 */

#include "rm.h"

/* sequences.rst, Alarms, enabling. */
int
dlbrm_alarms_enable(struct dlbrm *rm, bool enable)
{
	const uint32_t all = DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_HCW |
			     DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_PP |
			     DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_PASID |
			     DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_QID |
			     DLB_F_SYS_INGRESS_ALARM_ENBL_DISABLED_QID |
			     DLB_F_SYS_INGRESS_ALARM_ENBL_ILLEGAL_LDB_QID_CFG;
	uint32_t value = rm_read(rm, DLB_R_SYS_INGRESS_ALARM_ENBL, 0);

	rm_write(rm, DLB_R_SYS_INGRESS_ALARM_ENBL, 0, enable ? value | all : value & ~all);
	return rm_status(rm);
}

static enum dlbrm_alarm
kind_of_sys(uint32_t aid)
{
	switch (aid) {
	case DLB_ALARM_AID_ILLEGAL_QID:
		return DLBRM_ALARM_ILLEGAL_QID;
	case DLB_ALARM_AID_DISABLED_QID:
		return DLBRM_ALARM_DISABLED_QID;
	case DLB_ALARM_AID_ILLEGAL_HCW:
		return DLBRM_ALARM_ILLEGAL_HCW;
	default:
		return DLBRM_ALARM_OTHER;
	}
}

static enum dlbrm_alarm
kind_of_chp(uint32_t aid)
{
	switch (aid) {
	case DLB_ALARM_AID_ILLEGAL_ENQ:
		return DLBRM_ALARM_ILLEGAL_ENQ;
	case DLB_ALARM_AID_EXCESS_TOKENS:
		return DLBRM_ALARM_EXCESS_TOKENS;
	default:
		return DLBRM_ALARM_OTHER;
	}
}

/* The domain of the port that an alarm names, which may be any number. */
static int
owner_of(const struct dlbrm *rm, bool is_ldb, unsigned int port)
{
	uint8_t domain = DLBRM_NONE;

	if (is_ldb && port < rm->limits->nb_ldb_ports)
		domain = rm->ldb_ports[port].domain;
	else if (!is_ldb && port < rm->limits->nb_dir_ports)
		domain = rm->dir_pairs[port].domain;
	return domain == DLBRM_NONE ? -1 : domain;
}

static void
ingress_decode(const struct dlbrm *rm, uint32_t synd0, struct dlbrm_alarms *alarms)
{
	uint32_t source = FIELD_GET(DLB_F_SYS_ALARM_PF_SYND0_SOURCE, synd0);
	uint32_t unit = FIELD_GET(DLB_F_SYS_ALARM_PF_SYND0_UNIT, synd0);
	uint32_t aid = FIELD_GET(DLB_F_SYS_ALARM_PF_SYND0_AID, synd0);
	uint32_t syndrome = FIELD_GET(DLB_F_SYS_ALARM_PF_SYND0_SYNDROME, synd0);

	alarms->kind = DLBRM_ALARM_OTHER;
	alarms->is_ldb = (synd0 & DLB_F_SYS_ALARM_PF_SYND0_IS_LDB) != 0;
	if (source == DLB_ALARM_SOURCE_SYS) {
		alarms->kind = kind_of_sys(aid);
	} else if (source == DLB_ALARM_SOURCE_DLB && unit == DLB_ALARM_UNIT_CHP) {
		alarms->kind = kind_of_chp(aid);
		alarms->is_ldb = (syndrome & DLB_ALARM_SYNDROME_IS_LDB) != 0;
	}
	alarms->more = (synd0 & DLB_F_SYS_ALARM_PF_SYND0_MORE) != 0;
	alarms->port = (uint8_t)FIELD_GET(DLB_ALARM_SYNDROME_PORT, syndrome);
	alarms->domain = owner_of(rm, alarms->is_ldb, alarms->port);
}

/* sequences.rst, Alarms, service, step 4. */
static void
ingress_take(struct dlbrm *rm, struct dlbrm_alarms *alarms)
{
	uint32_t synd0 = rm_read(rm, DLB_R_SYS_ALARM_PF_SYND0, 0);

	if ((synd0 & DLB_F_SYS_ALARM_PF_SYND0_VALID) == 0)
		return;
	alarms->syndrome[0] = synd0;
	alarms->syndrome[1] = rm_read(rm, DLB_R_SYS_ALARM_PF_SYND1, 0);
	alarms->syndrome[2] = rm_read(rm, DLB_R_SYS_ALARM_PF_SYND2, 0);
	rm_write(rm, DLB_R_SYS_ALARM_PF_SYND0, 0,
		 DLB_F_SYS_ALARM_PF_SYND0_VALID | DLB_F_SYS_ALARM_PF_SYND0_MORE);
	ingress_decode(rm, synd0, alarms);
}

/* sequences.rst, Alarms, service. */
int
dlbrm_alarms_service(struct dlbrm *rm, struct dlbrm_alarms *alarms)
{
	uint32_t synd;

	*alarms = (struct dlbrm_alarms){ .kind = DLBRM_ALARM_NONE, .domain = -1 };
	/* Step 1. */
	synd = rm_read(rm, DLB_R_SYS_ALARM_HW_SYND, 0);
	/* Step 2: first, so that what happens from here on interrupts again. */
	rm_write(rm, DLB_R_SYS_MSIX_ACK, 0, DLB_F_SYS_MSIX_ACK_MSIX_0_ACK);
	rm_flush(rm);
	/* Step 3. */
	if ((synd & DLB_F_SYS_ALARM_HW_SYND_VALID) == 0)
		synd = 0;
	if ((synd & DLB_F_SYS_ALARM_HW_SYND_ALARM) != 0) {
		alarms->hw_syndrome = synd;
		rm_write(rm, DLB_R_SYS_ALARM_HW_SYND, 0,
			 DLB_F_SYS_ALARM_HW_SYND_VALID | DLB_F_SYS_ALARM_HW_SYND_MORE);
	}
	/* Step 4. */
	ingress_take(rm, alarms);
	/* Step 5. */
	if ((synd & DLB_F_SYS_ALARM_HW_SYND_CWD) != 0) {
		alarms->watchdog = true;
		rm_watchdog_collect(rm, &alarms->timed_out);
	}
	return rm_status(rm);
}
