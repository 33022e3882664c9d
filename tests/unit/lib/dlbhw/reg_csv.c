/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Reader of the register files, see reg_csv.h. It knows their format and nothing of the table
 * that they are compared with.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "reg_csv.h"

#define NB_COLUMNS 10

static void
copy(char *to, size_t size, const char *from)
{
	assert_true(strlen(from) < size);
	strcpy(to, from);
}

static uint32_t
number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 0);

	if (end == text || (*end != '\0' && *end != ' ') || value > UINT32_MAX)
		fail_msg("\"%s\" is no number", text);
	return (uint32_t)value;
}

static void
split(char *line, char *columns[NB_COLUMNS])
{
	line[strcspn(line, "\r\n")] = '\0';
	for (int i = 0; i < NB_COLUMNS; i++) {
		columns[i] = line;
		line = strchr(line, ',');
		assert_true((line == NULL) == (i == NB_COLUMNS - 1));
		if (line != NULL)
			*line++ = '\0';
	}
}

bool
reg_csv_next(FILE *csv, struct reg_csv_row *row)
{
	char line[512];
	char *columns[NB_COLUMNS];

	if (fgets(line, sizeof(line), csv) == NULL)
		return false;
	split(line, columns);
	if (strcmp(columns[0], "register") == 0)
		return reg_csv_next(csv, row);
	copy(row->reg, sizeof(row->reg), columns[0]);
	copy(row->formula, sizeof(row->formula), columns[1]);
	copy(row->index_max, sizeof(row->index_max), columns[2]);
	row->reset = number(columns[3]);
	copy(row->field, sizeof(row->field), columns[4]);
	row->msb = (int)number(columns[5]);
	row->lsb = (int)number(columns[6]);
	copy(row->bar, sizeof(row->bar), columns[7]);
	copy(row->note, sizeof(row->note), columns[9]);
	return true;
}

bool
reg_csv_is_reserved(const struct reg_csv_row *row)
{
	return strncmp(row->field, "RSVD", 4) == 0 || strncmp(row->field, "RSVZ", 4) == 0 ||
	       strncmp(row->field, "RSZV", 4) == 0;
}

uint32_t
reg_csv_count(const struct reg_csv_row *row, const char *index)
{
	const char *at = row->index_max;
	size_t len = strlen(index);

	while (strncmp(at, index, len) != 0 || at[len] != '=') {
		at = strchr(at, ' ');
		if (at == NULL)
			return 1;
		at++;
	}
	at += len + 1;
	return strncmp(at, "unknown", 7) == 0 ? 0 : number(at) + 1;
}

/* The index of this name: vf_id is always the first, x the first unless there is a vf_id. */
static uint32_t
index_value(const struct reg_csv_row *row, const char *name, uint32_t i, uint32_t j)
{
	bool has_vf = strstr(row->formula, "vf_id") != NULL;

	if (strcmp(name, "vf_id") == 0)
		return i;
	if (strcmp(name, "x") == 0)
		return has_vf ? j : i;
	if (strcmp(name, "y") == 0)
		return j;
	return number(name);
}

static uint32_t
term_value(const struct reg_csv_row *row, char *term, uint32_t i, uint32_t j)
{
	char *factor = strchr(term, '*');

	if (factor == NULL)
		return number(term);
	*factor++ = '\0';
	return index_value(row, term, i, j) * index_value(row, factor, i, j);
}

uint32_t
reg_csv_offset(const struct reg_csv_row *row, uint32_t i, uint32_t j)
{
	static const char noted[] = "2.5 address inferred ";
	const char *note = strstr(row->note, noted);
	char formula[sizeof(row->formula)];
	uint32_t offset = 0;
	char *rest = NULL;

	strcpy(formula, row->formula);
	for (char *term = strtok_r(formula, "+ ", &rest); term != NULL;
	     term = strtok_r(NULL, "+ ", &rest))
		offset += term_value(row, term, i, j);
	if (note != NULL)
		offset += number(note + strlen(noted)) - number(row->formula);
	return offset;
}
