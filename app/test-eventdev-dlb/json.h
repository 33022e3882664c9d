/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Writes JSON: objects, arrays, texts, numbers, with commas and quoting where they belong.
 * A key of NULL is for elements of an array and for the outermost object.
 */
#ifndef JSON_H
#define JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct json {
	FILE *out;
	unsigned int depth;
	bool more; /* something stands before in this object or array */
};

void
json_open(struct json *j, const char *key, char bracket);

void
json_close(struct json *j, char bracket);

void
json_text(struct json *j, const char *key, const char *value);

void
json_count(struct json *j, const char *key, uint64_t value);

void
json_number(struct json *j, const char *key, double value);

#endif /* JSON_H */
