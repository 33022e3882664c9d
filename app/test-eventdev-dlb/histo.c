/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The slow side of the histogram: reset, merge, percentiles. See histo.h.
 */
#include <string.h>

#include "histo.h"

void
histo_reset(struct histo *h)
{
	memset(h, 0, sizeof(*h));
	h->min = UINT64_MAX;
}

void
histo_merge(struct histo *into, const struct histo *from)
{
	unsigned int i;

	for (i = 0; i < HISTO_BUCKETS; i++)
		into->bucket[i] += from->bucket[i];
	into->count += from->count;
	if (from->max > into->max)
		into->max = from->max;
	if (from->min < into->min)
		into->min = from->min;
}

/* The largest value that falls into a bucket: the inverse of histo_index(). */
static uint64_t
bucket_end(unsigned int index)
{
	unsigned int shift;

	if (index < 2 * HISTO_PARTS)
		return index;
	shift = index / HISTO_PARTS - 1;
	return (((uint64_t)(index - shift * HISTO_PARTS) + 1) << shift) - 1;
}

uint64_t
histo_percentile(const struct histo *h, unsigned int per_10000)
{
	uint64_t rank, sum = 0;
	unsigned int i;

	if (h->count == 0)
		return 0;
	rank = (h->count / 10000) * per_10000 + ((h->count % 10000) * per_10000 + 9999) / 10000;
	if (rank == 0)
		rank = 1;
	for (i = 0; i < HISTO_BUCKETS; i++) {
		sum += h->bucket[i];
		if (sum >= rank)
			break;
	}
	return bucket_end(i) < h->max ? bucket_end(i) : h->max;
}
