/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Reads registers-2.0.csv and registers-2.5.csv: facts that were gathered apart from
 * dlb_regs.def, to be held against it. A line is one field of one register.
 */

#ifndef REG_CSV_H
#define REG_CSV_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct reg_csv_row {
	char reg[64];
	char formula[64]; /* a sum of numbers and of products of a number and an index */
	char index_max[32];
	char field[64];
	char bar[8];
	char note[128];
	uint32_t reset;
	int msb;
	int lsb;
};

/* The next line, false at the end; fails the running test if there is none to be understood. */
bool
reg_csv_next(FILE *csv, struct reg_csv_row *row);

bool
reg_csv_is_reserved(const struct reg_csv_row *row);

/* How many values an index named in the formula takes; 1 for others, 0 if it is not known. */
uint32_t
reg_csv_count(const struct reg_csv_row *row, const char *index);

/*
 * The formula's value, with a first and a second index in the order of dlb_reg_offset2(). A
 * version's address that the file only has a note about is taken from the note.
 */
uint32_t
reg_csv_offset(const struct reg_csv_row *row, uint32_t i, uint32_t j);

#endif /* REG_CSV_H */
