/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Which CPUs the lcores run on, for readers of measurements: two that spin on one CPU measure
 * how the kernel divides it.
 */
#ifndef PLACE_H
#define PLACE_H

#include <stddef.h>

/* A measurement that keeps to the main lcore; the length of the text. */
size_t
place_main(char *text, size_t size);

/* One in which the worker has an lcore of its own when it takes two. */
void
place_worker(char *text, size_t size);

#endif /* PLACE_H */
