/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The sentence that goes with a negative errno: what was refused, its value, what is allowed.
 * Code that knows no log fills one in; who called it on behalf of an application logs it.
 */

#ifndef DLB_WHY_H
#define DLB_WHY_H

#include <stdarg.h>
#include <stdio.h>

struct dlb_why {
	char text[256];
};

/* Returns @err, so that refusing is one statement. */
__attribute__((format(printf, 3, 4))) static inline int
dlb_why_set(struct dlb_why *why, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(why->text, sizeof(why->text), format, args);
	va_end(args);
	return err;
}

#endif /* DLB_WHY_H */
