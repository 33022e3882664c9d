/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Four events to a line and four elements to events, in vectors of 128 bits (SSE 4.2, which DPDK
 * requires on x86): one event a vector. Equals dlb_pack_scalar.h bit by bit.
 */

#ifndef DLB_PACK_SSE_H
#define DLB_PACK_SSE_H

#include <immintrin.h>

#include "dlb_pack_vector.h"

static __rte_always_inline __m128i
pack_load(const void *from)
{
	return _mm_loadu_si128(from);
}

/* The entry of a table for all lanes. */
#define PACK_ENTRY(entry) _mm_load_si128((const __m128i *)(const void *)(entry))

/* Whether each of four events has the bits of @want under the mask; the mark counts up from it. */
static __rte_always_inline bool
dlb_pack_alike(const struct rte_event *ev, uint64_t want, uint64_t mask)
{
	__m128i first = _mm_unpacklo_epi64(pack_load(&ev[0]), pack_load(&ev[1]));
	__m128i second = _mm_unpacklo_epi64(pack_load(&ev[2]), pack_load(&ev[3]));
	__m128i wants = _mm_add_epi64(_mm_set1_epi64x((long long)want),
				      _mm_set_epi64x(DLB_EVENT_MARK(1), 0));
	__m128i differs;

	first = _mm_xor_si128(first, wants);
	wants = _mm_add_epi64(wants, _mm_set1_epi64x(DLB_EVENT_MARK(2)));
	differs = _mm_or_si128(first, _mm_xor_si128(second, wants));
	return _mm_testz_si128(differs, _mm_set1_epi64x((long long)mask)) != 0;
}

static __rte_always_inline void
pack_event(struct dlb_hcw *hcw, const struct rte_event *ev, __m128i where)
{
	__m128i words = _mm_shuffle_epi8(pack_load(ev), PACK_ENTRY(dlb_pack_event.bytes));
	__m128i factor = PACK_ENTRY(dlb_pack_event.factor);
	__m128i low = _mm_mullo_epi16(words, factor);
	__m128i high = _mm_mulhi_epu16(words, factor);

	high = _mm_and_si128(high, PACK_ENTRY(dlb_pack_event.mask));
	_mm_store_si128((__m128i *)(void *)hcw, _mm_or_si128(_mm_or_si128(low, high), where));
}

static __rte_always_inline __m128i
pack_where(uint32_t dest, enum dlb_cmd cmd)
{
	uint64_t hi = (uint64_t)dest << DLB_HI_QID_SHIFT | (uint64_t)cmd << DLB_HI_CMD_SHIFT;

	return _mm_slli_si128(_mm_cvtsi64_si128((long long)hi), 8);
}

/* Four events for one queue to a whole line. */
static __rte_always_inline void
dlb_pack_four(struct dlb_hcw *line, const struct rte_event *ev, uint32_t dest, enum dlb_cmd cmd)
{
	__m128i where = pack_where(dest, cmd);

	pack_event(&line[0], &ev[0], where);
	pack_event(&line[1], &ev[1], where);
	pack_event(&line[2], &ev[2], where);
	pack_event(&line[3], &ev[3], where);
}

/* The same, each for a queue of its own. */
static __rte_always_inline void
dlb_pack_each(struct dlb_hcw *line, const struct rte_event *ev, const uint32_t dest[4],
	      enum dlb_cmd cmd)
{
	pack_event(&line[0], &ev[0], pack_where(dest[0], cmd));
	pack_event(&line[1], &ev[1], pack_where(dest[1], cmd));
	pack_event(&line[2], &ev[2], pack_where(dest[2], cmd));
	pack_event(&line[3], &ev[3], pack_where(dest[3], cmd));
}

static __rte_always_inline void
dlb_pack_bare_four(struct dlb_hcw *line, enum dlb_cmd cmd)
{
	uint32_t i;

	for (i = 0; i < DLB_HCWS_PER_LINE; i++)
		_mm_store_si128((__m128i *)(void *)&line[i],
				_mm_set_epi64x((long long)((uint64_t)cmd << DLB_HI_CMD_SHIFT), 0));
}

/* Whether four elements come from where the one with this second word does. */
static __rte_always_inline bool
dlb_unpack_alike(const struct dlb_qe *qe, uint32_t stride, uint64_t hi)
{
	__m128i wanted = _mm_set_epi64x((long long)hi, 0);
	__m128i differs = _mm_xor_si128(wanted, pack_load(qe));
	uint32_t i;

	for (i = 1; i < DLB_HCWS_PER_LINE; i++) {
		__m128i other = pack_load(dlb_unpack_at(qe, stride, i));

		differs = _mm_or_si128(differs, _mm_xor_si128(wanted, other));
	}
	return _mm_testz_si128(differs, _mm_set_epi64x(DLB_HI_SOURCE_MASK, 0)) != 0;
}

static __rte_always_inline void
unpack_element(struct rte_event *ev, const struct dlb_qe *qe, const struct dlb_pack_table *table,
	       __m128i rest)
{
	__m128i words = _mm_shuffle_epi8(pack_load(qe), PACK_ENTRY(table->bytes));
	__m128i factor = PACK_ENTRY(table->factor);
	__m128i low = _mm_mullo_epi16(words, factor);
	__m128i high = _mm_mulhi_epu16(words, factor);

	low = _mm_and_si128(low, PACK_ENTRY(table->mask));
	_mm_storeu_si128((__m128i *)(void *)ev, _mm_or_si128(_mm_or_si128(low, high), rest));
}

/* Four load-balanced elements of one queue to events; mark is that of the first. */
static __rte_always_inline void
dlb_unpack_ldb_four(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride, uint32_t source,
		    uint32_t mark)
{
	__m128i rest =
		_mm_cvtsi64_si128((long long)((uint64_t)source << 32 | DLB_EVENT_MARK(mark)));
	uint32_t i;

	for (i = 0; i < DLB_HCWS_PER_LINE; i++) {
		unpack_element(&ev[i], dlb_unpack_at(qe, stride, i), &dlb_unpack_ldb_element, rest);
		rest = _mm_add_epi64(rest, _mm_set_epi64x(0, DLB_EVENT_MARK(1)));
	}
}

/* The same, each of a queue of its own. */
static __rte_always_inline void
dlb_unpack_ldb_each(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride,
		    const uint32_t source[4], uint32_t mark)
{
	uint32_t i;

	for (i = 0; i < DLB_HCWS_PER_LINE; i++) {
		uint64_t rest = (uint64_t)source[i] << 32 | DLB_EVENT_MARK(mark + i);

		unpack_element(&ev[i], dlb_unpack_at(qe, stride, i), &dlb_unpack_ldb_element,
			       _mm_cvtsi64_si128((long long)rest));
	}
}

/* Four directed elements to events. */
static __rte_always_inline void
dlb_unpack_dir_four(struct rte_event *ev, const struct dlb_qe *qe, uint32_t stride, uint32_t source)
{
	uint64_t word = (uint64_t)source << 32 | (uint64_t)DLB_DIR_PRIORITY << 48;
	uint32_t i;

	for (i = 0; i < DLB_HCWS_PER_LINE; i++)
		unpack_element(&ev[i], dlb_unpack_at(qe, stride, i), &dlb_unpack_dir_element,
			       _mm_cvtsi64_si128((long long)word));
}

#endif /* DLB_PACK_SSE_H */
