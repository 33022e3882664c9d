/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See summary.h.
 */
#include <errno.h>
#include <math.h>
#include <stdlib.h>

#include "random.h"
#include "summary.h"

static int
compare_doubles(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

struct summary
summary_of(double *value, unsigned int n)
{
	qsort(value, n, sizeof(*value), compare_doubles);
	return (struct summary){
		.median = (value[(n - 1) / 2] + value[n / 2]) / 2,
		.min = value[0],
		.max = value[n - 1],
	};
}

double
summary_spread(const uint64_t *share, unsigned int n)
{
	uint64_t least = UINT64_MAX, most = 0, sum = 0;
	unsigned int i;

	for (i = 0; i < n; i++) {
		least = share[i] < least ? share[i] : least;
		most = share[i] > most ? share[i] : most;
		sum += share[i];
	}
	return sum == 0 ? 0 : 100.0 * (double)(most - least) * n / (double)sum;
}

/* The first flow whose cumulated weight is above `at`. */
static uint32_t
find_flow(const double *cumulated, uint32_t nb_flows, double at)
{
	uint32_t low = 0, high = nb_flows - 1;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (cumulated[middle] > at)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

int
summary_zipf(uint32_t *flow, unsigned int n, uint32_t nb_flows, double exponent, uint64_t seed)
{
	double *cumulated = malloc(nb_flows * sizeof(*cumulated)), sum = 0;
	uint64_t random = random_start(seed);
	unsigned int i;

	if (cumulated == NULL)
		return -ENOMEM;
	for (i = 0; i < nb_flows; i++)
		cumulated[i] = sum += pow(i + 1, -exponent);
	for (i = 0; i < n; i++) /* 53 random bits make a number in [0, 1) */
		flow[i] = find_flow(cumulated, nb_flows,
				    sum * ldexp((double)(random_next(&random) >> 11), -53));
	free(cumulated);
	return 0;
}
