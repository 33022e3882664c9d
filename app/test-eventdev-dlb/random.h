/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Reproducible randomness: the same seed gives the same events and the same behaviour of each
 * worker. A 64-bit mixer (each bit of the input moves half of the output's) serves both as
 * the hash and, fed with a counter, as the generator.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stdbool.h>
#include <stdint.h>

static inline uint64_t
random_mix(uint64_t x)
{
	x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
	return x ^ (x >> 31);
}

static inline uint64_t
random_hash(uint64_t seed, uint64_t value)
{
	return random_mix(random_mix(seed + 1) + value);
}

static inline uint64_t
random_start(uint64_t seed)
{
	return random_mix(seed + UINT64_C(0x9e3779b97f4a7c15));
}

static inline uint64_t
random_next(uint64_t *state)
{
	*state += UINT64_C(0x9e3779b97f4a7c15);
	return random_mix(*state);
}

/* True in `percent` of 100 cases. */
static inline bool
random_percent(uint64_t *state, uint64_t percent)
{
	return random_next(state) % 100 < percent;
}

#endif /* RANDOM_H */
