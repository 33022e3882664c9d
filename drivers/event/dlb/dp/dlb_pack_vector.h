/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * How vectors turn events into commands and elements into events, 16 bytes at a time: the tables
 * that all variants with vectors share.
 *
 * Bytes are put in their places, then each word of 16 bits is multiplied. The lower half of a
 * product is the word shifted to the left, the upper half what that shifted out; the two or-ed
 * are the word rotated. A factor of 1 keeps a word. Where a field is shorter than its word, a mask
 * keeps what lies beside it out: of the upper halves on the way in, of the lower ones on the way
 * out. What does not come from the 16 bytes (queue, command, mark) is or-ed in last.
 */

#ifndef DLB_PACK_VECTOR_H
#define DLB_PACK_VECTOR_H

#include <stdint.h>

#include "dlb_pack_one.h"

struct dlb_pack_table {
	_Alignas(16) uint8_t bytes[16]; /* where each byte comes from */
	_Alignas(16) uint16_t factor[8];
	_Alignas(16) uint16_t mask[8];
};

/* Of a byte that comes from nowhere. */
#define PACK_ZERO 0x80

/* An event's words become payload, opaque (rotated right by 4), priority from bit 10 on, lock id. */
static const struct dlb_pack_table dlb_pack_event = {
	.bytes = { 8, 9, 10, 11, 12, 13, 14, 15, 2, 3, PACK_ZERO, 6, 0, 1, PACK_ZERO, PACK_ZERO },
	.factor = { 1, 1, 1, 1, 0x1000, 0x2000, 1, 0 },
	.mask = { 0, 0, 0, 0, 0xffff, 0x1c00, 0, 0 },
};

/* A load-balanced element's become flow id, opaque (rotated left by 4), 0, priority, payload. */
static const struct dlb_pack_table dlb_unpack_ldb_element = {
	.bytes = { 12, 13, 8, 9, PACK_ZERO, PACK_ZERO, 11, PACK_ZERO, 0, 1, 2, 3, 4, 5, 6, 7 },
	.factor = { 1, 0x10, 0, 8, 1, 1, 1, 1 },
	.mask = { 0xffff, 0xffff, 0, 0xe0, 0xffff, 0xffff, 0xffff, 0xffff },
};

/* A directed element carries its flow id elsewhere and has no priority. */
static const struct dlb_pack_table dlb_unpack_dir_element = {
	.bytes = { 10, 11, 8, 9, PACK_ZERO, PACK_ZERO, PACK_ZERO, PACK_ZERO, 0, 1, 2, 3, 4, 5, 6,
		   7 },
	.factor = { 1, 0x10, 0, 0, 1, 1, 1, 1 },
	.mask = { 0xffff, 0xffff, 0, 0, 0xffff, 0xffff, 0xffff, 0xffff },
};

#endif /* DLB_PACK_VECTOR_H */
