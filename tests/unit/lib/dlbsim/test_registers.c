/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The register space as a whole: each bit of each register of the table does what its access kind
 * says, and offsets that no register has are harmless.
 */

#include "bench.h"

static uint32_t
offset_of(const struct bench *b, unsigned int reg, uint32_t i, uint32_t j)
{
	return dlb_reg_offset2(b->version, (enum dlb_reg)reg, i, j);
}

static uint32_t
get(struct bench *b, unsigned int reg, uint32_t i, uint32_t j)
{
	return dlbsim_csr_read(b->sim, (enum dlb_bar)dlb_reg_descs[reg].bar,
			       offset_of(b, reg, i, j));
}

static void
set(struct bench *b, unsigned int reg, uint32_t i, uint32_t j, uint32_t value)
{
	dlbsim_csr_write(b->sim, (enum dlb_bar)dlb_reg_descs[reg].bar, offset_of(b, reg, i, j),
			 value);
}

/* Calls check for the elements of all registers; of long arrays for the first and last ones. */
static void
for_each_element(struct bench *b, void (*check)(struct bench *, unsigned int, uint32_t, uint32_t))
{
	for (unsigned int reg = 0; reg < DLB_R_COUNT; reg++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

		for (uint32_t i = 0; i < desc->count[b->version]; i++)
			for (uint32_t j = 0; j < desc->count2; j++)
				if (i < 2 || i + 2 >= desc->count[b->version])
					check(b, reg, i, j);
	}
}

static void
expect_reset_value(struct bench *b, unsigned int reg, uint32_t i, uint32_t j)
{
	if (get(b, reg, i, j) != dlb_reg_descs[reg].reset)
		fail_msg("%s(%u,%u) is 0x%x", dlb_reg_descs[reg].name, i, j, get(b, reg, i, j));
}

static void
test_all_registers_have_their_reset_value(void **state)
{
	struct bench *b = *state;

	for_each_element(b, expect_reset_value);
}

/*
 * Registers that have RW or RC bits but whose value is not what was written: pointers and state that
 * only the device moves, masks with a meaning of their own.
 */
static bool
is_plain(enum dlb_reg reg)
{
	switch (reg) {
	case DLB_R_CHP_HIST_LIST_PUSH_PTR: /* follow the range, see test_history */
	case DLB_R_CHP_HIST_LIST_POP_PTR:
	case DLB_R_CHP_LDB_CQ_WPTR: /* index and pass, see test_cq */
	case DLB_R_CHP_DIR_CQ_WPTR:
	case DLB_R_SYS_AI_CTRL: /* pending is the device's, see test_interrupt */
		return false;
	default:
		return true;
	}
}

/* Counts that follow from what is in the device: writing them changes nothing. */
static bool
is_computed(enum dlb_reg reg)
{
	switch (reg) {
	case DLB_R_LSP_CQ_LDB_INFL_CNT:
	case DLB_R_LSP_QID_LDB_INFL_CNT:
	case DLB_R_LSP_QID_AQED_ACTIVE_CNT:
	case DLB_R_LSP_QID_ATM_ACTIVE:
	case DLB_R_LSP_QID_LDB_ENQUEUE_CNT:
	case DLB_R_LSP_QID_DIR_ENQUEUE_CNT:
		return true;
	default:
		return false;
	}
}

/* Write patterns to one element, alone in a fresh device, and compare what can be read. */
static void
expect_masks(struct bench *b, unsigned int reg, uint32_t i, uint32_t j)
{
	static const uint32_t patterns[] = { 0xFFFFFFFF, 0xA5A5A5A5, 0x5A5A5A5A, 0 };
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
	uint32_t stored = desc->stored[b->version];
	uint32_t w1c = desc->w1c[b->version];
	uint32_t expected = desc->reset;

	if (!is_plain((enum dlb_reg)reg))
		return;
	if (is_computed((enum dlb_reg)reg))
		stored = 0;
	for (unsigned int k = 0; k < sizeof(patterns) / sizeof(patterns[0]); k++) {
		uint32_t got;

		set(b, reg, i, j, patterns[k]);
		got = get(b, reg, i, j);
		expected = (expected & ~stored) | (patterns[k] & stored);
		expected &= ~(patterns[k] & w1c);
		if (desc->access == DLB_ACC_W1S)
			expected = got; /* see test_interrupt */
		if (got != expected)
			fail_msg("%s(%u,%u): wrote 0x%x, reads 0x%x, not 0x%x", desc->name, i, j,
				 patterns[k], got, expected);
	}
	bench_verify(b);
	set(b, reg, i, j, desc->reset);
}

static void
test_bits_do_what_their_access_says(void **state)
{
	for_each_element(*state, expect_masks);
}

/* The same again with traffic, so that nonsense in any register meets elements in flight. */
static void
scribble(struct bench *b, unsigned int reg, uint32_t i, uint32_t j)
{
	const uint32_t was = get(b, reg, i, j);

	set(b, reg, i, j, UINT32_MAX);
	for (unsigned int type = 0; type < 4; type++)
		dlbsim_pp_write(b->sim, LDB, 0,
				(struct dlb_hcw[]){ bench_qe(DLB_CMD_NEW, (enum dlb_sched_type)type,
							     0, type, 0) },
				1);
	bench_settle(b);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP_T, 0));
	bench_put(b, DIR, 0, bench_cmd(DLB_CMD_BAT_T, 0));
	set(b, reg, i, j, was);
	bench_verify(b);
}

static void
test_nonsense_in_any_register_does_no_harm(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 0 });
	bench_dir_port(b, &(struct bench_port){ .id = 0 });
	/* The ring may be anywhere in this test. */
	b->refuse_map = true;
	b->unverified = true;
	for_each_element(b, scribble);
	b->unverified = false;
	bench_verify(b);
}

static void
test_offsets_without_a_register(void **state)
{
	struct bench *b = *state;
	static const uint32_t offsets[] = { 0x0,	0x4,	    0x10000001, 0x10000002,
					    0x1000011E, 0x10000FFC, 0x4400000A, 0xFFFFFFFC,
					    0xFFFFFFFF, 0xB4000100, 0x90000000, 0x0100000E };

	for (unsigned int bar = 0; bar < 6; bar++)
		for (unsigned int i = 0; i < sizeof(offsets) / sizeof(offsets[0]); i++) {
			struct dlb_reg_ref ref;

			if (dlb_reg_find(b->version, (enum dlb_bar)bar, offsets[i], &ref))
				continue;
			dlbsim_csr_write(b->sim, (enum dlb_bar)bar, offsets[i], UINT32_MAX);
			assert_int_equal(dlbsim_csr_read(b->sim, (enum dlb_bar)bar, offsets[i]), 0);
		}
	for_each_element(b, expect_reset_value);
	bench_verify(b);
}

/* Registers of the other version are none. */
static void
test_registers_of_the_other_version(void **state)
{
	struct bench *b = *state;
	enum dlb_version other = b->version == DLB_V2_0 ? DLB_V2_5 : DLB_V2_0;

	for (unsigned int reg = 0; reg < DLB_R_COUNT; reg++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
		struct dlb_reg_ref ref;

		if (desc->count[b->version] != 0 ||
		    dlb_reg_find(b->version, (enum dlb_bar)desc->bar, desc->off[other], &ref))
			continue;
		dlbsim_csr_write(b->sim, (enum dlb_bar)desc->bar, desc->off[other], UINT32_MAX);
		assert_int_equal(dlbsim_csr_read(b->sim, (enum dlb_bar)desc->bar, desc->off[other]),
				 0);
	}
	for_each_element(b, expect_reset_value);
}

/* Reset flags of virtual functions are one register that shows up in each one's window. */
static void
test_flags_of_virtual_functions_are_aliases(void **state)
{
	struct bench *b = *state;

	bench_set(b, DLB_R_PF_VF_RESET_IN_PROGRESS, 3, 0x00F0);
	for (unsigned int vf = 0; vf < DLB_MAX_VDEVS; vf++)
		assert_int_equal(bench_get(b, DLB_R_PF_VF_RESET_IN_PROGRESS, vf), 0xFF0F);
}

/* Rings stay until virtual functions take them back, of which there are none. */
static void
test_rings_of_virtual_functions(void **state)
{
	struct bench *b = *state;

	bench_set(b, DLB_R_PF_PF2VF_MAILBOX_ISR, 3, BIT(3));
	bench_set(b, DLB_R_PF_PF2VF_MAILBOX_ISR, 15, BIT(15) | BIT(16));
	bench_set(b, DLB_R_PF_PF2VF_MAILBOX_ISR, 0, 0);
	for (unsigned int vf = 0; vf < DLB_MAX_VDEVS; vf++)
		assert_int_equal(bench_get(b, DLB_R_PF_PF2VF_MAILBOX_ISR, vf), 0x8008);
	dlbsim_flr(b->sim);
	assert_int_equal(bench_get(b, DLB_R_PF_PF2VF_MAILBOX_ISR, 0), 0);
}

static void
test_totals_of_the_device(void **state)
{
	struct bench *b = *state;

	assert_int_equal(bench_get(b, DLB_R_SYS_TOTAL_VAS, 0), 0x20);
	bench_set(b, DLB_R_SYS_TOTAL_VAS, 0, 7);
	assert_int_equal(bench_get(b, DLB_R_SYS_TOTAL_VAS, 0), 0x20);
	assert_int_equal(bench_get(b, DLB_R_SYS_TOTAL_LDB_CRDS, 0), 0x2000);
	assert_int_equal(bench_get(b, DLB_R_SYS_TOTAL_DIR_CRDS, 0), 0x1000);
	assert_int_equal(bench_get(b, DLB_R_CM_DIAG_RESET_STS, 0), UINT32_C(0x80000BFF));
}

/* Counters of 64 bits: drivers clear one half after the other, and they count on from there. */
static void
expect_counter(struct bench *b, enum dlb_reg low, enum dlb_reg high, uint32_t i)
{
	assert_int_equal(bench_get(b, low, i), 1);
	assert_int_equal(bench_get(b, high, i), 0);
	bench_set(b, high, i, 7);
	assert_int_equal(bench_get(b, low, i), 1);
	assert_int_equal(bench_get(b, high, i), 7);
	bench_set(b, high, i, 0);
	bench_set(b, low, i, UINT32_MAX);
}

static void
expect_carry(struct bench *b, enum dlb_reg low, enum dlb_reg high, uint32_t i)
{
	assert_int_equal(bench_get(b, low, i), 0);
	assert_int_equal(bench_get(b, high, i), 1);
	bench_set(b, low, i, 0);
	bench_set(b, high, i, 0);
	assert_int_equal(bench_get(b, low, i), 0);
	assert_int_equal(bench_get(b, high, i), 0);
}

/* One of everything that is counted. */
static void
count_once(struct bench *b)
{
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 3, 0, 0));
	bench_settle(b);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 9, 0, 0));
	bench_put(b, LDB, 1, bench_cmd(DLB_CMD_COMP, 0));
}

static void
test_counters_of_64_bits(void **state)
{
	static const struct {
		enum dlb_reg low, high;
		uint32_t i;
	} counters[] = {
		{ DLB_R_LSP_LDB_SCH_CNT_L, DLB_R_LSP_LDB_SCH_CNT_H, 0 },
		{ DLB_R_LSP_DIR_SCH_CNT_L, DLB_R_LSP_DIR_SCH_CNT_H, 0 },
		{ DLB_R_LSP_CQ_LDB_TOT_SCH_CNTL, DLB_R_LSP_CQ_LDB_TOT_SCH_CNTH, 0 },
		{ DLB_R_LSP_CQ_DIR_TOT_SCH_CNTL, DLB_R_LSP_CQ_DIR_TOT_SCH_CNTH, 3 },
		{ DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTL, DLB_R_LSP_QID_NALDB_TOT_ENQ_CNTH, 0 },
		{ DLB_R_LSP_QID_DIR_TOT_ENQ_CNTL, DLB_R_LSP_QID_DIR_TOT_ENQ_CNTH, 3 },
		{ DLB_R_SYS_DLB_SYS_CNT_4, DLB_R_SYS_DLB_SYS_CNT_5, 0 },
		{ DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_L, DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_H, 0 },
	};
	const unsigned int nb = sizeof(counters) / sizeof(counters[0]);
	struct bench *b = *state;

	bench_minimum(b);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 3 });
	bench_dir_port(b, &(struct bench_port){ .id = 3 });
	bench_ldb_port(b, &(struct bench_port){ .id = 1 });
	for (unsigned int round = 0; round < 2; round++) {
		count_once(b);
		for (unsigned int k = 0; k < nb; k++)
			expect_counter(b, counters[k].low, counters[k].high, counters[k].i);
		count_once(b);
		for (unsigned int k = 0; k < nb; k++)
			expect_carry(b, counters[k].low, counters[k].high, counters[k].i);
	}
}

static void
test_counter_of_atomic_elements(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, 0, 0));
	expect_counter(b, DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL, DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH, 0);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, 0, 0));
	expect_carry(b, DLB_R_LSP_QID_ATM_TOT_ENQ_CNTL, DLB_R_LSP_QID_ATM_TOT_ENQ_CNTH, 0);
}

/* More elements than a register has numbers for must not look like few of them. */
static void
test_counts_stop_at_the_end_of_their_field(void **state)
{
	struct bench *b = *state;
	const uint32_t all = b->lim->ldb_credits;

	bench_minimum(b);
	bench_enable(b, LDB, 0, false);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 3 });
	b->unverified = true;
	for (unsigned int round = 0; round < 2; round++) {
		bench_credits(b, 0, all, 0);
		for (uint32_t i = 0; i < all; i++)
			bench_put(b, LDB, 0,
				  round == 0 ? bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, i)
					     : bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 3, 0, i));
		if (round == 0) {
			assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0), 0x3FFF);
			assert_int_equal(bench_get(b, DLB_R_LSP_QID_NALDB_MAX_DEPTH, 0), 0x3FFF);
			dlbsim_flr(b->sim);
			bench_minimum(b);
			bench_dir_queue(b, &(struct bench_queue){ .qid = 3 });
		}
	}
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, 3), 0x1FFF);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_DIR_MAX_DEPTH, 3), 0x1FFF);
	b->unverified = false;
	bench_verify(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_all_registers_have_their_reset_value),
		ON_BOTH(test_bits_do_what_their_access_says),
		ON_BOTH(test_nonsense_in_any_register_does_no_harm),
		ON_BOTH(test_offsets_without_a_register),
		ON_BOTH(test_registers_of_the_other_version),
		ON_BOTH(test_flags_of_virtual_functions_are_aliases),
		ON_BOTH(test_rings_of_virtual_functions),
		ON_BOTH(test_totals_of_the_device),
		ON_BOTH(test_counters_of_64_bits),
		ON_BOTH(test_counter_of_atomic_elements),
		ON_2_5(test_counts_stop_at_the_end_of_their_field),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
