/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Instructions that a piece of code executes, counted by single-stepping it: exact and the same in
 * every run, on any CPU, where no counter of the hardware is to be had.
 */

#ifndef COUNT_INSTRUCTIONS_H
#define COUNT_INSTRUCTIONS_H

#include <stdint.h>

/* Once, before the others. */
void
count_init(void);

/* From here on, until count_end(). */
void
count_begin(void);

/* Returns the instructions between the two, without their own. */
uint64_t
count_end(void);

#endif /* COUNT_INSTRUCTIONS_H */
