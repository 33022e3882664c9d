/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Four events to a line and four elements to events, in vectors of 512 bits (AVX-512 with its parts
 * F and BW): all four in one. Equals dlb_pack_scalar.h bit by bit.
 *
 * A line is written by one store: MOVDIR64B, which reads all 64 bytes of it again at once, need not
 * wait until several smaller stores have reached the cache.
 */

#ifndef DLB_PACK_AVX512_H
#define DLB_PACK_AVX512_H

#include <immintrin.h>

#include "dlb_pack_vector.h"

/* Masks of 64-bit words: the first and the second one of each event or element. */
#define PACK_FIRST_WORDS  0x55
#define PACK_SECOND_WORDS 0xaa

/* Functions of three bits, as tables: VPTERNLOG's operand. */
#define PACK_OR_MASKED 0xf8 /* a | b & c */

/* The entry of a table, for each event or element. */
#define PACK_ENTRY(entry) \
	_mm512_broadcast_i32x4(_mm_load_si128((const __m128i *)(const void *)(entry)))

static __rte_always_inline __m512i
pack_first_words(uint64_t word)
{
	return _mm512_maskz_set1_epi64(PACK_FIRST_WORDS, (long long)word);
}

static __rte_always_inline __m512i
pack_second_words(uint64_t word)
{
	return _mm512_maskz_set1_epi64(PACK_SECOND_WORDS, (long long)word);
}

/* First words whose marks count up from that of this one. */
static __rte_always_inline __m512i
pack_marked(uint64_t word)
{
	const __m512i steps = _mm512_setr_epi64(0, 0, DLB_EVENT_MARK(1), 0, DLB_EVENT_MARK(2), 0,
						DLB_EVENT_MARK(3), 0);

	return _mm512_add_epi64(pack_first_words(word), steps);
}

/* Whether each of four events has the bits of @want under the mask; the mark counts up from it. */
static __rte_always_inline bool
dlb_pack_alike(const struct rte_event *ev, uint64_t want, uint64_t mask)
{
	__m512i differs = _mm512_xor_si512(_mm512_loadu_si512(ev), pack_marked(want));

	return _mm512_test_epi64_mask(differs, pack_first_words(mask)) == 0;
}

static __rte_always_inline void
pack_line(struct dlb_hcw *line, const struct rte_event *ev, __m512i where)
{
	__m512i words =
		_mm512_shuffle_epi8(_mm512_loadu_si512(ev), PACK_ENTRY(dlb_pack_event.bytes));
	__m512i factor = PACK_ENTRY(dlb_pack_event.factor);
	__m512i low = _mm512_mullo_epi16(words, factor);
	__m512i high = _mm512_mulhi_epu16(words, factor);

	low = _mm512_ternarylogic_epi64(low, high, PACK_ENTRY(dlb_pack_event.mask), PACK_OR_MASKED);
	_mm512_storeu_si512(line, _mm512_or_si512(low, where));
}

static __rte_always_inline uint64_t
pack_where(uint32_t dest, enum dlb_cmd cmd)
{
	return (uint64_t)dest << DLB_HI_QID_SHIFT | (uint64_t)cmd << DLB_HI_CMD_SHIFT;
}

/* Four events for one queue to a whole line. */
static __rte_always_inline void
dlb_pack_four(struct dlb_hcw *line, const struct rte_event *ev, uint32_t dest, enum dlb_cmd cmd)
{
	pack_line(line, ev, pack_second_words(pack_where(dest, cmd)));
}

/* The same, each for a queue of its own. */
static __rte_always_inline void
dlb_pack_each(struct dlb_hcw *line, const struct rte_event *ev, const uint32_t dest[4],
	      enum dlb_cmd cmd)
{
	__m512i where = _mm512_setr_epi64(
		0, (long long)pack_where(dest[0], cmd), 0, (long long)pack_where(dest[1], cmd), 0,
		(long long)pack_where(dest[2], cmd), 0, (long long)pack_where(dest[3], cmd));

	pack_line(line, ev, where);
}

static __rte_always_inline void
dlb_pack_bare_four(struct dlb_hcw *line, enum dlb_cmd cmd)
{
	_mm512_storeu_si512(line, pack_second_words((uint64_t)cmd << DLB_HI_CMD_SHIFT));
}

/* Four entries; the compiler knows the stride. */
static __rte_always_inline __m512i
unpack_load(const struct dlb_qe *qe, uint32_t stride)
{
	__m512i four;

	if (stride == sizeof(*qe))
		return _mm512_load_si512(qe);
	four = _mm512_castsi128_si512(_mm_load_si128((const void *)qe));
	four = _mm512_inserti32x4(four, _mm_load_si128((const void *)dlb_unpack_at(qe, stride, 1)),
				  1);
	four = _mm512_inserti32x4(four, _mm_load_si128((const void *)dlb_unpack_at(qe, stride, 2)),
				  2);
	return _mm512_inserti32x4(four, _mm_load_si128((const void *)dlb_unpack_at(qe, stride, 3)),
				  3);
}

/* Whether four elements come from where the one with this second word does. */
static __rte_always_inline bool
dlb_unpack_alike(const struct dlb_qe *qe, uint32_t stride, uint64_t hi)
{
	__m512i differs = _mm512_xor_si512(unpack_load(qe, stride), pack_second_words(hi));

	return _mm512_test_epi64_mask(differs, pack_second_words(DLB_HI_SOURCE_MASK)) == 0;
}

static __rte_always_inline void
unpack_four(struct rte_event *ev, __m512i four, const struct dlb_pack_table *table, __m512i rest)
{
	__m512i words = _mm512_shuffle_epi8(four, PACK_ENTRY(table->bytes));
	__m512i factor = PACK_ENTRY(table->factor);
	__m512i low = _mm512_mullo_epi16(words, factor);
	__m512i high = _mm512_mulhi_epu16(words, factor);

	/* The order of the operands makes it (low & mask) | high. */
	high = _mm512_ternarylogic_epi64(high, low, PACK_ENTRY(table->mask), PACK_OR_MASKED);
	_mm512_storeu_si512(ev, _mm512_or_si512(high, rest));
}

/* Four load-balanced elements of one queue to events; mark is that of the first. */
static __rte_always_inline void
dlb_unpack_ldb_four(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride, uint32_t source,
		    uint32_t mark)
{
	unpack_four(ev, unpack_load(qe, stride), &dlb_unpack_ldb_element,
		    pack_marked((uint64_t)source << 32 | DLB_EVENT_MARK(mark)));
}

/* The same, each of a queue of its own. */
static __rte_always_inline void
dlb_unpack_ldb_each(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride,
		    const uint32_t source[4], uint32_t mark)
{
	__m512i rest =
		_mm512_setr_epi64((long long)source[0] << 32, 0, (long long)source[1] << 32, 0,
				  (long long)source[2] << 32, 0, (long long)source[3] << 32, 0);

	rest = _mm512_or_si512(rest, pack_marked(DLB_EVENT_MARK(mark)));
	unpack_four(ev, unpack_load(qe, stride), &dlb_unpack_ldb_element, rest);
}

/* Four directed elements to events. */
static __rte_always_inline void
dlb_unpack_dir_four(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride, uint32_t source)
{
	uint64_t word = (uint64_t)source << 32 | (uint64_t)DLB_DIR_PRIORITY << 48;

	unpack_four(ev, unpack_load(qe, stride), &dlb_unpack_dir_element, pack_first_words(word));
}

#endif /* DLB_PACK_AVX512_H */
