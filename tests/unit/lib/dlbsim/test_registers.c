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
 * Registers that have RW or RC bits but whose value is not what was written: counters that a write
 * clears, pointers and state that only the device moves, masks with a meaning of their own.
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

/* Counters of 64 bits and high-water marks: drivers only ever clear them. */
static bool
is_counter(const struct dlb_reg_desc *desc)
{
	static const char *const parts[] = { "_TOT_ENQ_CNT",	"_TOT_SCH_CNT", "_MAX_DEPTH",
					     "_SCH_CNT_",	"SCHED_PERF_",	"_ERR_DROP_",
					     "SYS_DLB_SYS_CNT_" };

	for (unsigned int i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (strstr(desc->name, parts[i]) != NULL)
			return true;
	return false;
}

/* Entries of a queue of 1024: no more bits are kept, whatever the width of the field. */
static uint32_t
kept(enum dlb_reg reg)
{
	switch (reg) {
	case DLB_R_CHP_LDB_CQ_DEPTH:
	case DLB_R_CHP_DIR_CQ_DEPTH:
	case DLB_R_LSP_CQ_LDB_TKN_CNT:
	case DLB_R_LSP_CQ_DIR_TKN_CNT:
		return 0x7FF;
	default:
		return UINT32_MAX;
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
	uint32_t stored = desc->stored[b->version] & kept((enum dlb_reg)reg);
	uint32_t w1c = desc->w1c[b->version];
	uint32_t expected = desc->reset;

	if (!is_plain((enum dlb_reg)reg))
		return;
	if (is_computed((enum dlb_reg)reg))
		stored = 0;
	for (unsigned int k = is_counter(desc) ? 3 : 0; k < sizeof(patterns) / sizeof(patterns[0]);
	     k++) {
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

/* Counters of everything scheduled can be cleared, and count on from there. */
static void
test_global_counters_can_be_cleared(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	for (unsigned int round = 0; round < 2; round++) {
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
		bench_settle(b);
		assert_int_equal(bench_get(b, DLB_R_LSP_LDB_SCH_CNT_L, 0), 1);
		bench_set(b, DLB_R_LSP_LDB_SCH_CNT_L, 0, 0);
		bench_set(b, DLB_R_LSP_LDB_SCH_CNT_H, 0, 0);
		assert_int_equal(bench_get(b, DLB_R_LSP_LDB_SCH_CNT_L, 0), 0);
	}
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
		ON_BOTH(test_totals_of_the_device),
		ON_BOTH(test_global_counters_can_be_cleared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
