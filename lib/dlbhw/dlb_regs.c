/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The table of registers as data, and the way back from an offset to a register.
 *
 * The rows of dlb_regs.def are read several times: once for each mask that is put together from a
 * register's fields, once for the table itself, once for what dlb_reg_find() goes through. No
 * two registers of a version share an offset of a BAR, so the first one found is the only one. Some
 * of 2.5 have a second offset, where 2.0 has them.
 */

#include "dlb_regs.h"

/* clang-format off */

/* What a row says, under names that the masks below can refer to. */
enum {
#define DLB_REG(name, bar, off20, off25, stride, count20, count25, stride2, count2, reset, access, \
		meaning)                                                                           \
	ACCESS_##name = DLB_ACC_##access,                                                          \
	COUNT20_##name = count20,                                                                  \
	COUNT25_##name = count25,
#include "dlb_regs.def"
};

/* Bits of a field in a version, none if the version lacks the field or the register. */
#define BITS(count, msb, lsb)                                                                      \
	((count) != 0 && (msb) >= (lsb) ? GENMASK((msb) >= (lsb) ? (msb) : (lsb), lsb) : 0u)
#define ACCESS(reg, access) ((access) == DLB_ACC_AS_REG ? (int)ACCESS_##reg : (access))
#define IS_STORED(reg, access)                                                                     \
	(ACCESS(reg, access) == DLB_ACC_RW || ACCESS(reg, access) == DLB_ACC_RC)
#define IS_W1C(reg, access) (ACCESS(reg, access) == DLB_ACC_W1C)

/* One constant for each register: the bits of those of its fields that meet a condition. */
enum {
	FIELDS20 = 0u
#define DLB_REG(name, ...) , FIELDS20_##name = 0u
#define DLB_FIELD_ROW(reg, field, name, msb20, msb25, lsb, access)                                 \
	| BITS(COUNT20_##reg, msb20, lsb)
#include "dlb_regs.def"
};

enum {
	FIELDS25 = 0u
#define DLB_REG(name, ...) , FIELDS25_##name = 0u
#define DLB_FIELD_ROW(reg, field, name, msb20, msb25, lsb, access)                                 \
	| BITS(COUNT25_##reg, msb25, lsb)
#include "dlb_regs.def"
};

enum {
	STORED = 0u
#define DLB_REG(name, ...) , STORED_##name = 0u
#define DLB_FIELD_ROW(reg, field, name, msb20, msb25, lsb, access)                                 \
	| (IS_STORED(reg, access) ? (uint32_t)DLB_F_##field : 0u)
#include "dlb_regs.def"
};

enum {
	W1C = 0u
#define DLB_REG(name, ...) , W1C_##name = 0u
#define DLB_FIELD_ROW(reg, field, name, msb20, msb25, lsb, access)                                 \
	| (IS_W1C(reg, access) ? (uint32_t)DLB_F_##field : 0u)
#include "dlb_regs.def"
};

#define FIELDS(name) { FIELDS20_##name, FIELDS25_##name }
#define FIELDS_AND(name, bits) { FIELDS20_##name & (bits), FIELDS25_##name & (bits) }

const struct dlb_reg_desc dlb_reg_descs[DLB_R_COUNT] = {
#define DLB_REG(reg, bar_, off20, off25, stride_, count20, count25, stride2_, count2_, reset_,     \
		access_, meaning_)                                                                 \
	[DLB_R_##reg] = {                                                                          \
		.name = #reg,                                                                      \
		.meaning = meaning_,                                                               \
		.off = { off20, off25 },                                                           \
		.stride = stride_,                                                                 \
		.stride2 = stride2_,                                                               \
		.count = { count20, count25 },                                                     \
		.count2 = count2_,                                                                 \
		.bar = DLB_BAR_##bar_,                                                             \
		.access = DLB_ACC_##access_,                                                       \
		.reset = reset_,                                                                   \
		.fields = FIELDS(reg),                                                             \
		.stored = FIELDS_AND(reg, STORED_##reg),                                           \
		.w1c = FIELDS_AND(reg, W1C_##reg),                                                 \
	},
#include "dlb_regs.def"
};

/* For each block where it is, and its first register; the next block's first ends it. */
enum {
#define DLB_BLOCK(name, ...) FIRST_OF_##name, UNDO_##name = FIRST_OF_##name - 1,
#define DLB_REG(name, ...) ORDINAL_##name,
#include "dlb_regs.def"
};

static const struct block {
	uint8_t bar;
	uint8_t nibble[DLB_NB_VERSIONS];
	uint16_t first;
} blocks[DLB_BLOCK_COUNT + 1] = {
#define DLB_BLOCK(name, bar_, nibble20, nibble25, meaning)                                         \
	[DLB_BLOCK_##name] = {                                                                     \
		.bar = DLB_BAR_##bar_,                                                             \
		.nibble = { nibble20, nibble25 },                                                  \
		.first = FIRST_OF_##name,                                                          \
	},
#include "dlb_regs.def"
	[DLB_BLOCK_COUNT] = { .first = DLB_R_COUNT },
};

/*
 * First byte of a register and how many bytes on its last element begins, close together: looking
 * an offset up reads these for all registers of a block and a description only where they fit.
 */
#define LAST(count, stride, count2, stride2)                                                       \
	((count) == 0 ? 0u : ((count) - 1u) * (stride) + ((count2) - 1u) * (stride2))

static const struct extent {
	uint32_t off;
	uint32_t last;
} extents[DLB_NB_VERSIONS][DLB_R_COUNT] = {
	[DLB_V2_0] = {
#define DLB_REG(name, bar, off20, off25, stride, count20, count25, stride2, count2, ...)           \
		[DLB_R_##name] = { off20, LAST(count20, stride, count2, stride2) },
#include "dlb_regs.def"
	},
	[DLB_V2_5] = {
#define DLB_REG(name, bar, off20, off25, stride, count20, count25, stride2, count2, ...)           \
		[DLB_R_##name] = { off25, LAST(count25, stride, count2, stride2) },
#include "dlb_regs.def"
	},
};

/* clang-format on */

/*
 * Splits the distance from the first element into indices: false unless it falls on an element.
 * The larger stride is taken out first, whichever index it belongs to.
 */
static bool
split_distance(const struct dlb_reg_desc *desc, uint32_t count, uint32_t distance,
	       struct dlb_reg_ref *ref)
{
	if (desc->stride2 > desc->stride) {
		ref->j = distance / desc->stride2;
		distance -= ref->j * desc->stride2;
	}
	if (desc->stride != 0) {
		ref->i = distance / desc->stride;
		distance -= ref->i * desc->stride;
	}
	if (desc->stride2 != 0 && desc->stride2 < desc->stride) {
		ref->j = distance / desc->stride2;
		distance -= ref->j * desc->stride2;
	}
	return distance == 0 && ref->i < count && ref->j < desc->count2;
}

static bool
find_in_block(enum dlb_version ver, uint32_t first, uint32_t end, uint32_t offset,
	      struct dlb_reg_ref *out)
{
	for (uint32_t reg = first; reg < end; reg++) {
		const struct extent *extent = &extents[ver][reg];
		const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];
		struct dlb_reg_ref ref = { .reg = (enum dlb_reg)reg };

		if (offset - extent->off > extent->last)
			continue;
		if (split_distance(desc, desc->count[ver], offset - extent->off, &ref)) {
			*out = ref;
			return true;
		}
	}
	return false;
}

static bool
find(enum dlb_version ver, enum dlb_bar bar, uint32_t offset, struct dlb_reg_ref *out)
{
	for (const struct block *block = blocks; block < &blocks[DLB_BLOCK_COUNT]; block++) {
		if (block->bar != bar || block->nibble[ver] != offset >> 28)
			continue;
		return find_in_block(ver, block->first, block[1].first, offset, out);
	}
	return false;
}

/* First and last of those whose place on 2.5 is not documented, (*) in the table. */
static const enum dlb_reg unplaced[][2] = {
	{ DLB_R_QED_SMON_CFG0, DLB_R_QED_SMON_TMR },
	{ DLB_R_NALB_SMON_CFG0, DLB_R_NALB_SMON_TMR },
	{ DLB_R_RO_SMON_CFG0, DLB_R_RO_REORDER_STATE_QID_QIDIX_CQ },
	{ DLB_R_LSP_LDB_SCHED_PERF_0_L, DLB_R_LSP_LDB_SCHED_PERF_CTRL },
	{ DLB_R_LSP_SMON_CFG0, DLB_R_LSP_SMON_TMR },
	{ DLB_R_CM_CLK_ON_CNT_L, DLB_R_CM_PROC_ON_CNT_H },
};

static bool
is_unplaced(enum dlb_reg reg)
{
	for (size_t i = 0; i < sizeof(unplaced) / sizeof(unplaced[0]); i++)
		if (reg >= unplaced[i][0] && reg <= unplaced[i][1])
			return true;
	return false;
}

bool
dlb_reg_find(enum dlb_version ver, enum dlb_bar bar, uint32_t offset, struct dlb_reg_ref *out)
{
	struct dlb_reg_ref ref;

	if (find(ver, bar, offset, out))
		return true;
	if (ver == DLB_V2_0 || !find(DLB_V2_0, bar, offset, &ref) || !is_unplaced(ref.reg))
		return false;
	*out = ref;
	return true;
}
