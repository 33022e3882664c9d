/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Arithmetic of measurements: medians and ranges, how evenly work is spread, and flows of which
 * a few are much hotter than the others. It knows no DPDK.
 */
#ifndef SUMMARY_H
#define SUMMARY_H

#include <stdint.h>

struct summary {
	double median, min, max;
};

/* Of n > 0 values, which are sorted on the way. The median of an even number is the middle. */
struct summary
summary_of(double *value, unsigned int n);

/*
 * How far n shares of the same work are apart: the largest less the smallest, in percent of
 * their mean. 0 when all are equal, n * 100 when one has all; 0 when there was no work.
 */
double
summary_spread(const uint64_t *share, unsigned int n);

/*
 * Draw `n` flows out of `nb_flows` by Zipf's law: the k-th hottest comes in proportion to
 * 1 / k^exponent. Flow 0 is the hottest. The same seed draws the same flows. 0 or -ENOMEM.
 */
int
summary_zipf(uint32_t *flow, unsigned int n, uint32_t nb_flows, double exponent, uint64_t seed);

#endif /* SUMMARY_H */
