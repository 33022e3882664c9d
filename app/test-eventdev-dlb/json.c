/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See json.h. One value per line, so that results can be compared with diff.
 */
#include <inttypes.h>
#include <math.h>

#include "json.h"

static void
quoted(struct json *j, const char *text)
{
	const unsigned char *p;

	fputc('"', j->out);
	for (p = (const unsigned char *)text; *p != '\0'; p++) {
		if (*p == '"' || *p == '\\')
			fprintf(j->out, "\\%c", *p);
		else if (*p < 0x20)
			fprintf(j->out, "\\u%04x", *p);
		else
			fputc(*p, j->out);
	}
	fputc('"', j->out);
}

static void
begin(struct json *j, const char *key)
{
	unsigned int i;

	if (j->more)
		fputc(',', j->out);
	if (j->depth != 0)
		fputc('\n', j->out);
	for (i = 0; i < j->depth; i++)
		fputs("  ", j->out);
	if (key != NULL) {
		quoted(j, key);
		fputs(": ", j->out);
	}
	j->more = true;
}

void
json_open(struct json *j, const char *key, char bracket)
{
	begin(j, key);
	fputc(bracket, j->out);
	j->depth++;
	j->more = false;
}

void
json_close(struct json *j, char bracket)
{
	bool more = j->more;

	j->depth--;
	j->more = false;
	if (more)
		begin(j, NULL);
	if (more && j->depth == 0)
		fputc('\n', j->out);
	fputc(bracket, j->out);
	j->more = true;
	if (j->depth == 0)
		fputc('\n', j->out);
}

void
json_text(struct json *j, const char *key, const char *value)
{
	begin(j, key);
	quoted(j, value);
}

void
json_count(struct json *j, const char *key, uint64_t value)
{
	begin(j, key);
	fprintf(j->out, "%" PRIu64, value);
}

/* JSON has no word for "not a number": what could not be computed is null. */
void
json_number(struct json *j, const char *key, double value)
{
	begin(j, key);
	if (isfinite(value))
		fprintf(j->out, "%.12g", value);
	else
		fputs("null", j->out);
}
