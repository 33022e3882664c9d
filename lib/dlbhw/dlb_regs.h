/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The registers of the device: names, places, fields, and what an access does.
 *
 * Everything is made from the rows of dlb_regs.def. A register is named DLB_R_<NAME>, the mask of
 * a field DLB_F_<REGISTER>_<FIELD>, for FIELD_GET() and FIELD_PREP(); where a field has different
 * widths in 2.0 and 2.5 the mask is the wider one. An element of an array of registers is
 * addressed by one or two indices. Nothing here keeps state.
 */

#ifndef DLB_REGS_H
#define DLB_REGS_H

#include "dlb_limits.h"

enum dlb_bar {
	DLB_BAR_FUNC = 0, /* producer ports, mailboxes, MSI-X table */
	DLB_BAR_CSR = 2,  /* configuration and status registers */
};

/* What reading and writing does, of a register or, where they differ, of a field. */
enum dlb_access {
	DLB_ACC_RO,  /* writes are ignored */
	DLB_ACC_RW,  /* reads return what was written */
	DLB_ACC_RC,  /* as RW, and the device counts it up or down */
	DLB_ACC_W1C, /* set by the device, cleared by writing 1 */
	DLB_ACC_W1S, /* writing 1 sets or fires, the device clears */
	DLB_ACC_CMD, /* writing acts, nothing is kept */
};

/* In rows of dlb_regs.def: a field's access is the register's; this version lacks the field. */
#define DLB_ACC_AS_REG (-1)
#define DLB_NO_FIELD   (-1)

enum dlb_reg {
#define DLB_REG(name, ...) DLB_R_##name,
#include "dlb_regs.def"
	DLB_R_COUNT
};

enum dlb_reg_field {
#define DLB_FIELD_ROW(reg, field, name, msb20, msb25, lsb, access) \
	DLB_F_##field = GENMASK((msb20) > (msb25) ? (msb20) : (msb25), lsb),
#include "dlb_regs.def"
};

/* Groups of registers: the unit of the device that has them, in order of the table. */
enum dlb_reg_block {
#define DLB_BLOCK(name, ...) DLB_BLOCK_##name,
#include "dlb_regs.def"
	DLB_BLOCK_COUNT
};

/* One register, or one array of registers. [] is indexed by enum dlb_version. */
struct dlb_reg_desc {
	const char *name;
	const char *meaning;
	uint32_t off[DLB_NB_VERSIONS];	 /* of the first element */
	uint32_t stride;		 /* from one first index to the next; a power of two */
	uint32_t stride2;		 /* the same of the second index */
	uint16_t count[DLB_NB_VERSIONS]; /* elements; 0: this version lacks it, 1: no array */
	uint16_t count2;		 /* elements of the second index, 1 without one */
	uint8_t bar;			 /* enum dlb_bar */
	uint8_t access;			 /* enum dlb_access, unless a field says otherwise */
	uint32_t reset;
	uint32_t fields[DLB_NB_VERSIONS]; /* bits that are not reserved */
	uint32_t stored[DLB_NB_VERSIONS]; /* of these, bits that a write replaces: RW and RC */
	uint32_t w1c[DLB_NB_VERSIONS];	  /* of these, bits that writing 1 clears */
};

extern const struct dlb_reg_desc dlb_reg_descs[DLB_R_COUNT];

/* An element of a register, as dlb_reg_find() returns it. */
struct dlb_reg_ref {
	enum dlb_reg reg;
	uint32_t i;
	uint32_t j;
};

/*
 * Offset in its BAR of an element: i is below the register's count[ver], which callers see to,
 * as registers do not check it. 0 for a register that is no array.
 */
static inline uint32_t
dlb_reg_offset(enum dlb_version ver, enum dlb_reg reg, uint32_t i)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[reg];

	return desc->off[ver] + i * desc->stride;
}

/* The same for a register with two indices, j below its count2. */
static inline uint32_t
dlb_reg_offset2(enum dlb_version ver, enum dlb_reg reg, uint32_t i, uint32_t j)
{
	return dlb_reg_offset(ver, reg, i) + j * dlb_reg_descs[reg].stride2;
}

/*
 * The register at an offset, which may come from anyone: false, and *out untouched, where this
 * version has none, or not one that begins there. Those whose place on 2.5 is not documented are
 * also found where 2.0 has them: there drivers look for them, whatever the version.
 */
bool
dlb_reg_find(enum dlb_version ver, enum dlb_bar bar, uint32_t offset, struct dlb_reg_ref *out);

#endif /* DLB_REGS_H */
