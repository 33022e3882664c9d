/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A histogram of 64-bit values for percentiles: log-linear buckets, that is each power of two
 * is cut into 32 equal parts, so a percentile is at most 1/32 above the true value, whatever
 * the range. It knows nothing of time, events or DPDK. Not thread safe: one histogram per
 * thread, merged when the threads have ended.
 */
#ifndef HISTO_H
#define HISTO_H

#include <stdint.h>

/* Values below 64 have a bucket each; from there on 32 parts per power of two. */
#define HISTO_PARTS_LOG2 5
#define HISTO_PARTS	 (1u << HISTO_PARTS_LOG2)
#define HISTO_BUCKETS	 ((64 - HISTO_PARTS_LOG2 + 1) * HISTO_PARTS)

struct histo {
	uint64_t count;
	uint64_t min;
	uint64_t max;
	uint64_t bucket[HISTO_BUCKETS];
};

void
histo_reset(struct histo *h);

void
histo_merge(struct histo *into, const struct histo *from);

/*
 * The value that `per_10000` / 10000 of all values do not exceed (5000 is the median, 9990 is
 * p99.9), rounded up to the end of its bucket, never above the largest value. 0 when empty.
 */
uint64_t
histo_percentile(const struct histo *h, unsigned int per_10000);

static inline unsigned int
histo_index(uint64_t value)
{
	unsigned int shift;

	if (value < HISTO_PARTS)
		return (unsigned int)value;
	shift = 63 - HISTO_PARTS_LOG2 - (unsigned int)__builtin_clzll(value);
	return shift * HISTO_PARTS + (unsigned int)(value >> shift);
}

/* `times` equal values at once: a burst that arrived together costs one update. */
static inline void
histo_add(struct histo *h, uint64_t value, uint64_t times)
{
	h->bucket[histo_index(value)] += times;
	h->count += times;
	if (value > h->max)
		h->max = value;
	if (value < h->min)
		h->min = value;
}

#endif /* HISTO_H */
