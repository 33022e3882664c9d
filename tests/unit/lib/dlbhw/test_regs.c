/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The register table in itself: no two registers of a version meet, an offset leads back to its
 * register and no other offset does, and what an access does is what the device's users rely on.
 * That names and numbers are the right ones is for test_regs_csv.c.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dlb_regs.h"

#define FOR_EACH_ELEMENT(ver, reg, i, j)                                     \
	for (enum dlb_reg reg = (enum dlb_reg)0; reg < DLB_R_COUNT; reg++)   \
		for (uint32_t i = 0; i < dlb_reg_descs[reg].count[ver]; i++) \
			for (uint32_t j = 0; j < dlb_reg_descs[reg].count2; j++)

/* All registers of a version, in order of BAR and offset. */
struct places {
	size_t nb;
	uint64_t place[65536];
};

static struct places places[DLB_NB_VERSIONS];

/* Where 2.5 has registers besides. */
static struct places second_places;

static uint64_t
place_of(enum dlb_bar bar, uint32_t offset)
{
	return (uint64_t)bar << 32 | offset;
}

static int
compare_places(const void *a, const void *b)
{
	uint64_t left = *(const uint64_t *)a, right = *(const uint64_t *)b;

	return left < right ? -1 : left > right;
}

static void
add_place(struct places *p, enum dlb_version ver, enum dlb_reg reg, uint32_t i, uint32_t j)
{
	assert_true(p->nb < sizeof(p->place) / sizeof(p->place[0]));
	p->place[p->nb++] =
		place_of((enum dlb_bar)dlb_reg_descs[reg].bar, dlb_reg_offset2(ver, reg, i, j));
}

static int
collect_places(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		FOR_EACH_ELEMENT(ver, reg, i, j)
		add_place(&places[ver], ver, reg, i, j);
		qsort(places[ver].place, places[ver].nb, sizeof(uint64_t), compare_places);
	}
	/* The meaning says which: their place on 2.5 is not documented. */
	FOR_EACH_ELEMENT(DLB_V2_5, reg, i, j)
	if (strstr(dlb_reg_descs[reg].meaning, "(*)") != NULL)
		add_place(&second_places, DLB_V2_0, reg, i, j);
	qsort(second_places.place, second_places.nb, sizeof(uint64_t), compare_places);
	return 0;
}

static bool
is_among(const struct places *p, enum dlb_bar bar, uint32_t offset)
{
	uint64_t place = place_of(bar, offset);

	return bsearch(&place, p->place, p->nb, sizeof(place), compare_places) != NULL;
}

static bool
is_second_place(enum dlb_version ver, enum dlb_bar bar, uint32_t offset)
{
	return ver == DLB_V2_5 && is_among(&second_places, bar, offset) &&
	       !is_among(&places[ver], bar, offset);
}

static bool
is_place(enum dlb_version ver, enum dlb_bar bar, uint32_t offset)
{
	return is_among(&places[ver], bar, offset) || is_second_place(ver, bar, offset);
}

static void
test_registers_do_not_overlap(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++)
		for (size_t k = 1; k < places[ver].nb; k++)
			if (places[ver].place[k] < places[ver].place[k - 1] + sizeof(uint32_t))
				fail_msg("%s: two registers at %#llx", dlb_limits[ver].name,
					 (unsigned long long)places[ver].place[k]);
}

static void
test_find_is_the_inverse_of_offset(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		FOR_EACH_ELEMENT(ver, reg, i, j)
		{
			const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
			uint32_t offset = dlb_reg_offset2(ver, reg, i, j);
			struct dlb_reg_ref ref;

			if (!dlb_reg_find(ver, (enum dlb_bar)desc->bar, offset, &ref))
				fail_msg("%s(%u, %u) is not found", desc->name, i, j);
			if (ref.reg != reg || ref.i != i || ref.j != j)
				fail_msg("%s(%u, %u) found as %s(%u, %u)", desc->name, i, j,
					 dlb_reg_descs[ref.reg].name, ref.i, ref.j);
		}
	}
}

/* Of an offset that anyone may have made up: found if, and only if, a register begins there. */
static void
try_offset(enum dlb_version ver, enum dlb_bar bar, uint32_t offset)
{
	const struct dlb_reg_ref untouched = { .reg = DLB_R_COUNT, .i = 12345, .j = 67890 };
	struct dlb_reg_ref ref = untouched;
	bool found = dlb_reg_find(ver, bar, offset, &ref);

	if (found != is_place(ver, bar, offset))
		fail_msg("%s: BAR %d offset %#x", dlb_limits[ver].name, (int)bar, offset);
	if (!found)
		assert_memory_equal(&ref, &untouched, sizeof(ref));
	else if (dlb_reg_offset2(is_second_place(ver, bar, offset) ? DLB_V2_0 : ver, ref.reg, ref.i,
				 ref.j) != offset)
		fail_msg("%s: BAR %d offset %#x found elsewhere", dlb_limits[ver].name, (int)bar,
			 offset);
}

static void
try_offset_everywhere(uint32_t offset)
{
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		try_offset(ver, DLB_BAR_FUNC, offset);
		try_offset(ver, DLB_BAR_CSR, offset);
		try_offset(ver, (enum dlb_bar)1, offset);
	}
}

/* A driver that knows a register's place on 2.0 only finds it on 2.5, unless that is another's now. */
static void
test_find_knows_second_places(void **state)
{
	struct dlb_reg_ref ref;

	(void)state;
	assert_true(second_places.nb > 2000);
	for (size_t k = 0; k < second_places.nb; k++)
		try_offset(DLB_V2_5, (enum dlb_bar)(second_places.place[k] >> 32),
			   (uint32_t)second_places.place[k]);
	assert_true(dlb_reg_find(DLB_V2_5, DLB_BAR_CSR, 0xa4000144, &ref));
	assert_int_equal(ref.reg, DLB_R_LSP_LDB_SCHED_PERF_CTRL);
	assert_true(dlb_reg_find(DLB_V2_5, DLB_BAR_CSR, 0x9c000048, &ref));
	assert_int_equal(ref.reg, DLB_R_LSP_SMON_COMPARE0);
}

static void
test_find_refuses_what_surrounds_a_register(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		for (enum dlb_reg reg = (enum dlb_reg)0; reg < DLB_R_COUNT; reg++) {
			const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
			uint32_t first = desc->off[ver];
			uint32_t end = dlb_reg_offset(ver, reg, desc->count[ver]);
			uint32_t end2 = dlb_reg_offset2(ver, reg, 0, desc->count2);

			for (uint32_t d = 0; d < 16; d++) {
				try_offset_everywhere(first + d);
				try_offset_everywhere(first - d);
				try_offset_everywhere(end + d);
				try_offset_everywhere(end2 + d);
			}
			try_offset_everywhere(first - desc->stride);
			try_offset_everywhere(first - desc->stride2);
		}
	}
}

static void
test_find_refuses_hostile_offsets(void **state)
{
	uint32_t random = 1;

	(void)state;
	try_offset_everywhere(0);
	try_offset_everywhere(UINT32_MAX);
	for (uint32_t k = 0; k < 100000; k++) {
		random = random * 1664525 + 1013904223;
		try_offset_everywhere(random);
		try_offset_everywhere(random & GENMASK(31, 12)); /* where the arrays are dense */
	}
}

static void
test_rows_are_sound(void **state)
{
	(void)state;
	for (enum dlb_reg reg = (enum dlb_reg)0; reg < DLB_R_COUNT; reg++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

		assert_true(desc->meaning[0] != '\0');
		assert_true(desc->access <= DLB_ACC_CMD);
		assert_true(desc->count[0] != 0 || desc->count[1] != 0);
		assert_true(desc->count2 >= 1);
		assert_int_equal(desc->stride & (desc->stride - 1), 0);
		assert_int_equal(desc->stride2 & (desc->stride2 - 1), 0);
		assert_true(desc->stride != 0 || (desc->count[0] <= 1 && desc->count[1] <= 1));
		assert_true((desc->stride2 != 0) == (desc->count2 > 1));
		for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
			uint32_t fields = desc->fields[ver];

			assert_int_equal(desc->stored[ver] & ~fields, 0);
			assert_int_equal(desc->w1c[ver] & ~fields, 0);
			assert_int_equal(desc->stored[ver] & desc->w1c[ver], 0);
			assert_int_equal(fields == 0 ? 0 : desc->reset & ~fields, 0);
			assert_true(desc->count[ver] != 0 || fields == 0);
		}
	}
}

static void
test_names_are_unique(void **state)
{
	(void)state;
	for (size_t a = 0; a < DLB_R_COUNT; a++)
		for (size_t b = 0; b < a; b++)
			assert_string_not_equal(dlb_reg_descs[a].name, dlb_reg_descs[b].name);
}

/* What breaks a driver if it were kept like any other value. */
static void
test_access_of_registers_that_are_no_storage(void **state)
{
	static const struct {
		enum dlb_reg reg;
		uint32_t stored, w1c;
	} expected[] = {
		{ DLB_R_SYS_TOTAL_VAS, 0, 0 },
		{ DLB_R_CM_CFG_PM_STATUS, 0, 0 },
		{ DLB_R_CM_CFG_DIAGNOSTIC_IDLE_STATUS, 0, 0 },
		{ DLB_R_CM_CFG_PM_PMCSR_DISABLE, 1, 0 },
		{ DLB_R_SYS_ALARM_HW_SYND, 0, 0xC0000000 },
		{ DLB_R_SYS_ALARM_PF_SYND0, 0, 0xC0000000 },
		{ DLB_R_SYS_ALARM_VF_SYND0, 0, 0xC0000000 },
		{ DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0, 0xFFFFFFFF },
		{ DLB_R_SYS_DIR_CQ_63_32_OCC_INT_STS, 0, 0xFFFFFFFF },
		{ DLB_R_SYS_MSIX_ACK, 0, 3 },
		{ DLB_R_CHP_CFG_LDB_WDTO_0, 0, 0xFFFFFFFF },
		{ DLB_R_CHP_CFG_LDB_WD_DISABLE0, 0, 0xFFFFFFFF },
		{ DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0, 0 },
		{ DLB_R_LSP_LDB_SCHED_CTRL, 0, 0 },
		{ DLB_R_LSP_CFG_SHDW_CTRL, 0, 0 },
		{ DLB_R_LSP_LDB_SCHED_PERF_CTRL, 1, 0 },
		{ DLB_R_PF_VF2PF_MAILBOX_ISR, 0, 0xFFFF },
		{ DLB_R_PF_PF2VF_MAILBOX_ISR, 0, 0 },
		{ DLB_R_LSP_CQ_LDB_TKN_CNT, 0x7FF, 0 },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(expected) / sizeof(expected[0]); k++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[expected[k].reg];

		for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
			assert_int_equal(desc->stored[ver], expected[k].stored);
			assert_int_equal(desc->w1c[ver], expected[k].w1c);
		}
	}
	assert_int_equal(dlb_reg_descs[DLB_R_SYS_WB_DIR_CQ_STATE].stored[DLB_V2_5], 0);
	assert_int_equal(dlb_reg_descs[DLB_R_SYS_AI_CTRL].stored[DLB_V2_5], 1);
}

/* A field that only one version has is reserved in the other, where a write must not stay. */
static void
test_fields_of_one_version_are_not_stored_in_the_other(void **state)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[DLB_R_LSP_CFG_CTRL_GENERAL_0];

	(void)state;
	assert_int_equal(desc->stored[DLB_V2_0] & DLB_F_LSP_CFG_CTRL_GENERAL_0_ENAB_IF_THRESH, 0);
	assert_int_not_equal(desc->stored[DLB_V2_5] & DLB_F_LSP_CFG_CTRL_GENERAL_0_ENAB_IF_THRESH,
			     0);
	desc = &dlb_reg_descs[DLB_R_LSP_CFG_LSP_CSR_CONTROL];
	assert_int_equal(FIELD_GET(GENMASK(30, 28), desc->stored[DLB_V2_0]), 0);
	assert_int_equal(FIELD_GET(GENMASK(30, 28), desc->stored[DLB_V2_5]), 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_registers_do_not_overlap),
		cmocka_unit_test(test_find_is_the_inverse_of_offset),
		cmocka_unit_test(test_find_knows_second_places),
		cmocka_unit_test(test_find_refuses_what_surrounds_a_register),
		cmocka_unit_test(test_find_refuses_hostile_offsets),
		cmocka_unit_test(test_rows_are_sound),
		cmocka_unit_test(test_names_are_unique),
		cmocka_unit_test(test_access_of_registers_that_are_no_storage),
		cmocka_unit_test(test_fields_of_one_version_are_not_stored_in_the_other),
	};

	return cmocka_run_group_tests(tests, collect_places, NULL);
}
