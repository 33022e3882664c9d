/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The witness against dlb_regs.def: whatever it says of a register or a field is compared with
 * the files registers-2.0.csv and registers-2.5.csv, and whatever they list has to be in it
 * unless it is on the list of what we leave out. A difference does not end the comparison; all
 * are printed.
 *
 * Known on purpose: 2.5 addresses that the files call inferred are taken from their notes; of arrays
 * whose size they do not know, two have 1024 / 32 words, a bit for each sequence number, and monitors
 * one; the entries of the interrupt table but for their control words are the PCI standard's.
 */

#define _POSIX_C_SOURCE 200809L

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dlb_regs.h"
#include "reg_csv.h"

#define NB_SN_WORDS (DLB_SNS_PER_GROUP / 32)

struct field {
	enum dlb_reg reg;
	const char *name; /* '#' stands for first + lsb + n in the n-th of nb fields */
	int msb[DLB_NB_VERSIONS];
	int lsb;
	int first;
	int nb;
	uint32_t mask;
};

static const struct field fields[] = {
#define DLB_FIELD_ROW(reg_, field_, name_, msb20, msb25, lsb_, access) \
	{ .reg = DLB_R_##reg_,                                         \
	  .name = (name_),                                             \
	  .msb = { msb20, msb25 },                                     \
	  .lsb = (lsb_),                                               \
	  .nb = 1,                                                     \
	  .mask = DLB_F_##field_ },
#define DLB_FIELD_EACH(reg_, name_, pattern, first_, nb_) \
	{ .reg = DLB_R_##reg_,                            \
	  .name = (pattern),                              \
	  .msb = { 0, 0 },                                \
	  .first = (first_),                              \
	  .nb = (nb_),                                    \
	  .mask = DLB_F_##reg_##_##name_ },
#include "dlb_regs.def"
};

#define NB_FIELDS (sizeof(fields) / sizeof(fields[0]))

/* Listed in the files, and none of the device's: a VF's view of its own BAR. */
static const char *const left_out[] = {
	"VF_VF2PF_MAILBOX",	   "VF_VF2PF_MAILBOX_ISR", "VF_PF2VF_MAILBOX",
	"VF_PF2VF_MAILBOX_ISR",	   "VF_VF_MSI_ISR",	   "VF_VF_MSI_ISR_PEND",
	"VF_VF_RESET_IN_PROGRESS",
};

/* In the table by another right than the files'. */
static const char *const ours[] = {
	"MSIX_VECTOR_ADDR_L",
	"MSIX_VECTOR_ADDR_U",
	"MSIX_VECTOR_DATA",
	"MSIX_PBA",
};

/* What one version's file has shown so far. */
struct witness {
	enum dlb_version ver;
	const char *file;
	unsigned int nb_differences;
	unsigned int nb_rows;
	uint32_t fields[DLB_R_COUNT]; /* bits of a register that are not reserved */
	bool seen[DLB_R_COUNT];
	bool seen_field[NB_FIELDS];
};

static const char *files[DLB_NB_VERSIONS];

#define DIFFER(w, ...)                                          \
	do {                                                    \
		print_error("%s: ", dlb_limits[(w)->ver].name); \
		print_error(__VA_ARGS__);                       \
		print_error("\n");                              \
		(w)->nb_differences++;                          \
	} while (0)

static bool
is_one_of(const char *name, const char *const *names, size_t nb)
{
	for (size_t i = 0; i < nb; i++)
		if (strcmp(name, names[i]) == 0)
			return true;
	return false;
}

#define IS_ONE_OF(name, names) is_one_of(name, names, sizeof(names) / sizeof((names)[0]))

/* The file of 2.5 has the monitor of a unit that it no longer has, where that of QED is now. */
static bool
is_left_out(enum dlb_version ver, const char *name)
{
	return IS_ONE_OF(name, left_out) ||
	       (ver == DLB_V2_5 && strncmp(name, "DQED_SMON_", strlen("DQED_SMON_")) == 0);
}

static int
reg_by_name(const char *name)
{
	for (int reg = 0; reg < DLB_R_COUNT; reg++)
		if (strcmp(dlb_reg_descs[reg].name, name) == 0)
			return reg;
	return -1;
}

static void
compare_offsets(struct witness *w, const struct reg_csv_row *row, enum dlb_reg reg)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

	for (uint32_t i = 0; i < desc->count[w->ver]; i++) {
		for (uint32_t j = 0; j < desc->count2; j++) {
			uint32_t ours = dlb_reg_offset2(w->ver, reg, i, j);
			uint32_t theirs = reg_csv_offset(row, i, j);

			if (ours == theirs)
				continue;
			DIFFER(w, "%s(%u, %u) is at %#x, not %#x", desc->name, i, j, theirs, ours);
			return;
		}
	}
}

static void
compare_counts(struct witness *w, const struct reg_csv_row *row, enum dlb_reg reg)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
	bool has_vf = strstr(row->formula, "vf_id") != NULL;
	uint32_t count = reg_csv_count(row, has_vf ? "vf_id" : "x");
	uint32_t count2 = reg_csv_count(row, has_vf ? "x" : "y");

	if (count == 0)
		count = strstr(row->reg, "_SMON_") != NULL ? 1 : NB_SN_WORDS;
	if (desc->count[w->ver] != count || desc->count2 != count2)
		DIFFER(w, "%s has %u * %u elements, not %u * %u", desc->name, count, count2,
		       desc->count[w->ver], desc->count2);
}

static void
compare_reg(struct witness *w, const struct reg_csv_row *row, enum dlb_reg reg)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
	enum dlb_bar bar = strcmp(row->bar, "CSR") == 0 ? DLB_BAR_CSR : DLB_BAR_FUNC;

	compare_counts(w, row, reg);
	compare_offsets(w, row, reg);
	if (desc->bar != bar)
		DIFFER(w, "%s is in BAR %s", desc->name, row->bar);
	if (desc->reset != row->reset)
		DIFFER(w, "%s resets to %#x, not %#x", desc->name, row->reset, desc->reset);
}

/* Bit n of the fields f, by its name in the file: -1 if that is none of them. */
static int
bit_of(const struct field *f, const char *name)
{
	for (int n = 0; n < f->nb; n++) {
		size_t prefix = strcspn(f->name, "#");
		char expanded[64];

		if (f->nb == 1)
			return strcmp(f->name, name) == 0 ? f->lsb : -1;
		snprintf(expanded, sizeof(expanded), "%.*s%d%s", (int)prefix, f->name, f->first + n,
			 f->name + prefix + 1);
		if (strcmp(expanded, name) == 0)
			return n;
	}
	return -1;
}

static void
compare_field(struct witness *w, const struct reg_csv_row *row, enum dlb_reg reg)
{
	for (size_t k = 0; k < NB_FIELDS; k++) {
		const struct field *f = &fields[k];
		int lsb = f->reg == reg ? bit_of(f, row->field) : -1;
		int msb = f->nb == 1 ? f->msb[w->ver] : lsb;

		if (lsb < 0)
			continue;
		w->seen_field[k] = true;
		if (lsb != row->lsb || msb != row->msb)
			DIFFER(w, "%s.%s is bits %d:%d, not %d:%d", row->reg, row->field, row->msb,
			       row->lsb, msb, lsb);
		return;
	}
	DIFFER(w, "%s.%s is missing", row->reg, row->field);
}

static void
compare_row(struct witness *w, const struct reg_csv_row *row)
{
	int reg = reg_by_name(row->reg);

	w->nb_rows++;
	if (is_left_out(w->ver, row->reg) && (reg < 0 || dlb_reg_descs[reg].count[w->ver] == 0))
		return;
	if (reg < 0) {
		DIFFER(w, "%s is missing", row->reg);
		return;
	}
	if (!w->seen[reg])
		compare_reg(w, row, (enum dlb_reg)reg);
	w->seen[reg] = true;
	if (reg_csv_is_reserved(row))
		return;
	w->fields[reg] |= GENMASK(row->msb, row->lsb);
	compare_field(w, row, (enum dlb_reg)reg);
}

/* What the table has and the file has not shown. */
static void
compare_rest(struct witness *w)
{
	for (int reg = 0; reg < DLB_R_COUNT; reg++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

		if (IS_ONE_OF(desc->name, ours))
			continue;
		if (w->seen[reg] != (desc->count[w->ver] != 0))
			DIFFER(w, "%s is %sin this version", desc->name,
			       w->seen[reg] ? "" : "not ");
		if (w->fields[reg] != desc->fields[w->ver])
			DIFFER(w, "%s uses bits %#x, not %#x", desc->name, w->fields[reg],
			       desc->fields[w->ver]);
	}
	for (size_t k = 0; k < NB_FIELDS; k++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[fields[k].reg];
		bool present = desc->count[w->ver] != 0 && fields[k].msb[w->ver] != DLB_NO_FIELD;

		if (w->seen_field[k] != present && !IS_ONE_OF(desc->name, ours))
			DIFFER(w, "%s.%s is %sin this version", desc->name, fields[k].name,
			       w->seen_field[k] ? "" : "not ");
	}
}

static void
compare_file(enum dlb_version ver)
{
	static struct witness w;
	struct reg_csv_row row;
	FILE *csv = fopen(files[ver], "r");

	assert_non_null(csv);
	w = (struct witness){ .ver = ver };
	while (reg_csv_next(csv, &row))
		compare_row(&w, &row);
	fclose(csv);
	compare_rest(&w);
	assert_true(w.nb_rows > 1000);
	assert_int_equal(w.nb_differences, 0);
}

static void
test_table_agrees_with_facts_of_2_0(void **state)
{
	(void)state;
	compare_file(DLB_V2_0);
}

static void
test_table_agrees_with_facts_of_2_5(void **state)
{
	(void)state;
	compare_file(DLB_V2_5);
}

/* DLB_F_* is the wider of both versions. */
static void
test_masks_span_both_versions(void **state)
{
	(void)state;
	for (size_t k = 0; k < NB_FIELDS; k++) {
		const struct field *f = &fields[k];
		uint32_t mask = f->nb == 32 ? UINT32_MAX : BIT(f->nb) - 1;

		if (f->nb == 1) {
			int msb = f->msb[0] > f->msb[1] ? f->msb[0] : f->msb[1];

			mask = (uint32_t)((UINT64_C(2) << msb) - (UINT64_C(1) << f->lsb));
		}
		assert_int_equal(f->mask, mask);
	}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_table_agrees_with_facts_of_2_0),
		cmocka_unit_test(test_table_agrees_with_facts_of_2_5),
		cmocka_unit_test(test_masks_span_both_versions),
	};

	if (argc != DLB_NB_VERSIONS + 1) {
		fprintf(stderr, "usage: %s registers-2.0.csv registers-2.5.csv\n", argv[0]);
		return 2;
	}
	memcpy(files, argv + 1, sizeof(files));
	return cmocka_run_group_tests(tests, NULL, NULL);
}
