/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Prints results: as text for people, as JSON for programs.
 */
#ifndef REPORT_H
#define REPORT_H

#include <stdio.h>

#include "json.h"
#include "result.h"

void
report_text(FILE *out, const struct result *r);

/* One object in the array "results" of the JSON document. */
void
report_json(struct json *j, const struct result *r);

#endif /* REPORT_H */
