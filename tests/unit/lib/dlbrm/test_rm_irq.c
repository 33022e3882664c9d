/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rm_irq.c, rm_watchdog.c, rm_alarm.c: what the device has to say on its own account.
 */

#include "mock.h"

static void
test_irq_init_selects_one_vector_for_all(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(dlbrm_irq_init(&mock->rm), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_MSIX_MODE, 0), 1);
	mock->rm.gone = true;
	assert_int_equal(dlbrm_irq_init(&mock->rm), -EIO);
}

static void
test_cq_irq_config(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock);
	unsigned int p = mock_ldb_port(mock, d);  /* depth 32 */
	unsigned int dp = mock_dir_port(mock, d); /* depth 64 */
	const struct mock_write expected[] = {
		{ DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH, p, 0, 31 },
		{ DLB_R_CHP_LDB_CQ_INT_ENB, p, 0, 2 },
		{ DLB_R_SYS_LDB_CQ_ISR, p, 0, 2 << 10 },
		{ DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH, dp, 0, 0 },
		{ DLB_R_CHP_DIR_CQ_INT_ENB, dp, 0, 2 },
		{ DLB_R_SYS_DIR_CQ_ISR, dp, 0, 2 << 10 },
		{ DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH, p, 0, 0 },
		{ DLB_R_CHP_LDB_CQ_INT_ENB, p, 0, 0 },
		{ DLB_R_SYS_LDB_CQ_ISR, p, 0, 0 },
		{ DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH, dp, 0, 0 },
		{ DLB_R_CHP_DIR_CQ_INT_ENB, dp, 0, 0 },
		{ DLB_R_SYS_DIR_CQ_ISR, dp, 0, 0 },
	};

	mock_forget(mock);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, true, p, 33), -EINVAL);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, false, dp, 65), -EINVAL);
	assert_int_equal(dlbrm_cq_irq_config(rm, 32, true, p, 1), -EINVAL);
	assert_int_equal(dlbrm_cq_irq_config(rm, 9, true, p, 1), -ENOENT);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, true, 64, 1), -EINVAL);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, false, dp + 1, 1), -ENOENT);
	assert_int_equal(mock->nb_accesses, 0);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, true, p, 32), 0);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, false, dp, 1), 0);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, true, p, 0), 0);
	assert_int_equal(dlbrm_cq_irq_config(rm, d, false, dp, 0), 0);
	mock_assert_writes(mock, expected, NB(expected));
}

static void
test_cq_irq_arm_finds_the_word(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	const struct dlbrm_domain_config conf = {
		.nb_ldb_ports = 64,
		.nb_dir_ports = dlb_limits[mock->version].nb_dir_ports,
		.nb_hist_list_entries = 64,
	};
	const struct dlbrm_ldb_port_config ldb = { .cq_depth = 8, .hist_list_size = 1 };
	const struct dlbrm_dir_port_config dir = { .cq_depth = 8, .queue_id = -1 };
	const struct mock_write expected[] = {
		{ DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0, 0, 1 },	    FLUSH,
		{ DLB_R_CHP_LDB_CQ_INTR_ARMED1, 0, 0, 0x80000000 }, FLUSH,
		{ DLB_R_CHP_DIR_CQ_INTR_ARMED0, 0, 0, 0x80000000 }, FLUSH,
		{ DLB_R_CHP_DIR_CQ_INTR_ARMED1, 0, 0, 1 },	    FLUSH,
		{ DLB_R_CHP_DIR_CQ_INTR_ARMED2, 0, 0, 2 },	    FLUSH,
	};
	bool three = mock->version == DLB_V2_5;
	unsigned int k;

	assert_int_equal(dlbrm_domain_create(rm, &conf), 0);
	for (k = 0; k < 64; k++)
		assert_true(dlbrm_ldb_port_create(rm, 0, &ldb) >= 0);
	for (k = 0; k < conf.nb_dir_ports; k++)
		assert_true(dlbrm_dir_port_create(rm, 0, &dir) >= 0);
	mock_forget(mock);
	assert_int_equal(dlbrm_cq_irq_arm(rm, 0, true, 0), 0);
	assert_int_equal(dlbrm_cq_irq_arm(rm, 0, true, 63), 0);
	assert_int_equal(dlbrm_cq_irq_arm(rm, 0, false, 31), 0);
	assert_int_equal(dlbrm_cq_irq_arm(rm, 0, false, 32), 0);
	assert_int_equal(dlbrm_cq_irq_arm(rm, 0, false, 65), three ? 0 : -EINVAL);
	mock_assert_writes(mock, expected, three ? 10 : 8);
	assert_int_equal(dlbrm_cq_irq_arm(rm, 1, true, 0), -ENOENT);
	assert_int_equal(dlbrm_cq_irq_arm(rm, 0, true, 64), -EINVAL);
	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_cq_irq_arm(rm, 0, true, 0), -EIO);
}

static void
test_cq_irq_service(void **state)
{
	struct mock *mock = *state;
	bool three = mock->version == DLB_V2_5;
	struct dlbrm_ports fired;
	const struct mock_write expected[] = {
		{ DLB_R_SYS_LDB_CQ_63_32_OCC_INT_STS, 0, 0, 0x10 },
		/* All ones there may be the truth, so the device is asked. */
		FLUSH,
		{ DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, 0, 0, 0xffffffff },
		{ DLB_R_MSIX_VECTOR_CTRL, 1, 0, 1 },
		{ DLB_R_SYS_MSIX_PASSTHRU, 0, 0, 2 },
		{ DLB_R_SYS_MSIX_ACK, 0, 0, 2 },
		{ DLB_R_SYS_MSIX_PASSTHRU, 0, 0, 0 },
		{ DLB_R_MSIX_VECTOR_CTRL, 1, 0, 0 },
		FLUSH,
	};

	*mock_reg(mock, DLB_R_SYS_LDB_CQ_63_32_OCC_INT_STS, 0) = 0x10;
	/* All 32 at once is a legal answer of a living device. */
	*mock_reg(mock, DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, 0) = 0xffffffff;
	assert_int_equal(dlbrm_cq_irq_service(&mock->rm, &fired), 0);
	mock_assert_writes(mock, expected, NB(expected));
	assert_int_equal(fired.ldb[0], 0);
	assert_int_equal(fired.ldb[1], 0x10);
	assert_int_equal(fired.dir[0], 0xffffffff);
	assert_int_equal(fired.dir[2], 0);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, 0), 0);
	if (three) {
		*mock_reg(mock, DLB_R_SYS_DIR_CQ_95_64_OCC_INT_STS, 0) = 0x80000000;
		assert_int_equal(dlbrm_cq_irq_service(&mock->rm, &fired), 0);
		assert_int_equal(fired.dir[2], 0x80000000);
	}
	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_cq_irq_service(&mock->rm, &fired), -EIO);
}

static void
test_watchdog_set(void **state)
{
	struct mock *mock = *state;
	const struct mock_write expected[] = {
		{ DLB_R_CHP_CFG_DIR_WD_THRESHOLD, 0, 0, 30 },
		{ DLB_R_CHP_CFG_LDB_WD_THRESHOLD, 0, 0, 30 },
		{ DLB_R_CHP_CFG_DIR_WD_ENB_INTERVAL, 0, 0, 0x1007ffff },
		{ DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, 0, 0x1007ffff },
		{ DLB_R_CHP_CFG_DIR_WD_THRESHOLD, 0, 0, 0 },
		{ DLB_R_CHP_CFG_LDB_WD_THRESHOLD, 0, 0, 0 },
		{ DLB_R_CHP_CFG_DIR_WD_ENB_INTERVAL, 0, 0, 0 },
		{ DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, 0, 0 },
	};

	assert_int_equal(dlbrm_watchdog_set(&mock->rm, (enum dlbrm_watchdog_timeout)4), -EINVAL);
	assert_int_equal(dlbrm_watchdog_set(&mock->rm, DLBRM_WATCHDOG_10S), 0);
	assert_int_equal(dlbrm_watchdog_set(&mock->rm, DLBRM_WATCHDOG_OFF), 0);
	mock_assert_writes(mock, expected, NB(expected));
}

static void
test_cq_watchdog_enable(void **state)
{
	struct mock *mock = *state;
	struct dlbrm *rm = &mock->rm;
	unsigned int d = mock_domain(mock); /* owns LDB 0, 1, 16, ..., 48, 49 */
	unsigned int dp = mock_dir_port(mock, d);
	const struct dlbrm_ldb_port_config conf = {
		.cq_depth = 8,
		.hist_list_size = 1,
		.cos_id = 3,
	};

	assert_int_equal(dlbrm_ldb_port_create(rm, d, &conf), 48);
	mock_forget(mock);
	assert_int_equal(dlbrm_cq_watchdog_enable(rm, d, true, 48), 0);
	assert_int_equal(dlbrm_cq_watchdog_enable(rm, d, false, dp), 0);
	const struct mock_write expected[] = {
		{ DLB_R_CHP_LDB_CQ_WD_ENB, 48, 0, 1 },
		{ DLB_R_CHP_CFG_LDB_WD_DISABLE1, 0, 0, 1 << 16 },
		{ DLB_R_CHP_DIR_CQ_WD_ENB, dp, 0, 1 },
		{ DLB_R_CHP_CFG_DIR_WD_DISABLE0, 0, 0, 1u << dp },
	};
	mock_assert_writes(mock, expected, NB(expected));
	assert_int_equal(dlbrm_cq_watchdog_enable(rm, 32, true, 48), -EINVAL);
	assert_int_equal(dlbrm_cq_watchdog_enable(rm, d, true, 49), -ENOENT);
	assert_int_equal(dlbrm_cq_watchdog_enable(rm, d, false, 96), -EINVAL);
	assert_int_equal(dlbrm_cq_watchdog_enable(rm, 5, true, 48), -ENOENT);
}

static void
test_alarms_enable(void **state)
{
	struct mock *mock = *state;

	assert_int_equal(dlbrm_alarms_enable(&mock->rm, true), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_INGRESS_ALARM_ENBL, 0), 0x3f);
	assert_int_equal(dlbrm_alarms_enable(&mock->rm, false), 0);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_INGRESS_ALARM_ENBL, 0), 0);
	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_alarms_enable(&mock->rm, true), -EIO);
}

static void
test_no_alarm(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_alarms alarms;
	const struct mock_write expected[] = { { DLB_R_SYS_MSIX_ACK, 0, 0, 1 }, FLUSH };

	/* Not valid, so of no meaning. */
	*mock_reg(mock, DLB_R_SYS_ALARM_HW_SYND, 0) = 0x00000c00;
	*mock_reg(mock, DLB_R_SYS_ALARM_PF_SYND0, 0) = 0x00030000;
	assert_int_equal(dlbrm_alarms_service(&mock->rm, &alarms), 0);
	mock_assert_writes(mock, expected, NB(expected));
	assert_int_equal(alarms.kind, DLBRM_ALARM_NONE);
	assert_int_equal(alarms.hw_syndrome, 0);
	assert_false(alarms.watchdog);
	assert_int_equal(alarms.domain, -1);
}

/* SOURCE at 26, UNIT at 22, AID at 16, IS_LDB at 13, VALID at 31. */
#define SYNDROME(source, unit, aid, is_ldb, port) \
	(1u << 31 | (source) << 26 | (unit) << 22 | (aid) << 16 | (is_ldb) << 13 | (port))

static void
assert_alarm(struct mock *mock, uint32_t syndrome, enum dlbrm_alarm kind, bool is_ldb,
	     unsigned int port, int domain)
{
	struct dlbrm_alarms alarms;

	*mock_reg(mock, DLB_R_SYS_ALARM_PF_SYND0, 0) = syndrome;
	*mock_reg(mock, DLB_R_SYS_ALARM_PF_SYND1, 0) = 0x01234567;
	*mock_reg(mock, DLB_R_SYS_ALARM_PF_SYND2, 0) = 0x09abcdef;
	assert_int_equal(dlbrm_alarms_service(&mock->rm, &alarms), 0);
	assert_int_equal(alarms.kind, kind);
	assert_int_equal(alarms.is_ldb, is_ldb);
	assert_int_equal(alarms.port, port);
	assert_int_equal(alarms.domain, domain);
	assert_int_equal(alarms.syndrome[0], syndrome);
	assert_int_equal(alarms.syndrome[1], 0x01234567);
	assert_int_equal(alarms.syndrome[2], 0x09abcdef);
	assert_int_equal(alarms.more, (syndrome & 1u << 30) != 0);
	/* VALID and MORE are cleared. */
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_ALARM_PF_SYND0, 0) & 0xc0000000, 0);
}

static void
test_ingress_alarms_are_decoded(void **state)
{
	struct mock *mock = *state;
	int d;

	mock_domain(mock);
	d = (int)mock_domain(mock); /* owns LDB 2, 3, ... and DIR 4 to 7 */
	assert_alarm(mock, SYNDROME(0u, 0, 3, 1, 3), DLBRM_ALARM_ILLEGAL_QID, true, 3, d);
	assert_alarm(mock, SYNDROME(0u, 0, 4, 0, 4), DLBRM_ALARM_DISABLED_QID, false, 4, d);
	assert_alarm(mock, 1u << 30 | SYNDROME(0u, 0, 5, 1, 63), DLBRM_ALARM_ILLEGAL_HCW, true, 63,
		     -1);
	assert_alarm(mock, SYNDROME(0u, 0, 6, 0, 9), DLBRM_ALARM_OTHER, false, 9, -1);
	/* The CHP says in bit 7 of the syndrome which kind of port it was. */
	assert_alarm(mock, SYNDROME(1u, 4, 1, 0, 0x83), DLBRM_ALARM_ILLEGAL_ENQ, true, 3, d);
	assert_alarm(mock, SYNDROME(1u, 4, 2, 1, 7), DLBRM_ALARM_EXCESS_TOKENS, false, 7, d);
	assert_alarm(mock, SYNDROME(1u, 4, 3, 0, 7), DLBRM_ALARM_OTHER, false, 7, d);
	assert_alarm(mock, SYNDROME(1u, 5, 1, 0, 8), DLBRM_ALARM_OTHER, false, 8, -1);
	/* No such port. */
	assert_alarm(mock, SYNDROME(0u, 0, 3, 1, 127), DLBRM_ALARM_ILLEGAL_QID, true, 127, -1);
	assert_alarm(mock, SYNDROME(0u, 0, 3, 0, 96), DLBRM_ALARM_ILLEGAL_QID, false, 96, -1);
}

static void
test_hardware_alarms_are_passed_on(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_alarms alarms;
	uint32_t synd = 1u << 31 | 1u << 10 | 0x42;

	*mock_reg(mock, DLB_R_SYS_ALARM_HW_SYND, 0) = synd;
	assert_int_equal(dlbrm_alarms_service(&mock->rm, &alarms), 0);
	assert_int_equal(alarms.hw_syndrome, synd);
	assert_int_equal(*mock_reg(mock, DLB_R_SYS_ALARM_HW_SYND, 0) & 1u << 31, 0);
	/* Acknowledged before it is looked at, or what comes in between would be lost. */
	assert_int_equal(mock->writes[0].reg, DLB_R_SYS_MSIX_ACK);
	assert_int_equal(mock->writes[2].reg, DLB_R_SYS_ALARM_HW_SYND);
	assert_int_equal(mock->writes[2].value, 0xc0000000);
	assert_false(alarms.watchdog);
}

static void
test_watchdog_alarms_name_the_ports(void **state)
{
	struct mock *mock = *state;
	struct dlbrm_alarms alarms;
	bool three = mock->version == DLB_V2_5;
	const struct mock_write expected[] = {
		{ DLB_R_SYS_MSIX_ACK, 0, 0, 1 },
		FLUSH,
		/* All ones there may be the truth, so the device is asked. */
		FLUSH,
		{ DLB_R_CHP_CFG_DIR_WDTO_1, 0, 0, 5 },
		FLUSH,
		{ DLB_R_CHP_CFG_DIR_WD_DISABLE1, 0, 0, 5 },
		{ DLB_R_CHP_CFG_LDB_WDTO_0, 0, 0, 0xffffffff },
		FLUSH,
		{ DLB_R_CHP_CFG_LDB_WD_DISABLE0, 0, 0, 0xffffffff },
	};

	*mock_reg(mock, DLB_R_SYS_ALARM_HW_SYND, 0) = 1u << 31 | 1u << 11;
	*mock_reg(mock, DLB_R_CHP_CFG_DIR_WDTO_1, 0) = 5;
	*mock_reg(mock, DLB_R_CHP_CFG_LDB_WDTO_0, 0) = 0xffffffff;
	assert_int_equal(dlbrm_alarms_service(&mock->rm, &alarms), 0);
	assert_true(alarms.watchdog);
	assert_int_equal(alarms.hw_syndrome, 0);
	assert_int_equal(alarms.timed_out.dir[1], 5);
	assert_int_equal(alarms.timed_out.ldb[0], 0xffffffff);
	assert_int_equal(alarms.timed_out.dir[0] | alarms.timed_out.dir[2], 0);
	mock_assert_writes(mock, expected, NB(expected));
	if (three) {
		*mock_reg(mock, DLB_R_CHP_CFG_DIR_WDTO_2, 0) = 1;
		assert_int_equal(dlbrm_alarms_service(&mock->rm, &alarms), 0);
		assert_int_equal(alarms.timed_out.dir[2], 1);
	}
	mock->fault = MOCK_FAULT_GONE;
	assert_int_equal(dlbrm_alarms_service(&mock->rm, &alarms), -EIO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		BOTH_VERSIONS(test_irq_init_selects_one_vector_for_all),
		BOTH_VERSIONS(test_cq_irq_config),
		BOTH_VERSIONS(test_cq_irq_arm_finds_the_word),
		BOTH_VERSIONS(test_cq_irq_service),
		BOTH_VERSIONS(test_watchdog_set),
		BOTH_VERSIONS(test_cq_watchdog_enable),
		BOTH_VERSIONS(test_alarms_enable),
		BOTH_VERSIONS(test_no_alarm),
		BOTH_VERSIONS(test_ingress_alarms_are_decoded),
		BOTH_VERSIONS(test_hardware_alarms_are_passed_on),
		BOTH_VERSIONS(test_watchdog_alarms_name_the_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
