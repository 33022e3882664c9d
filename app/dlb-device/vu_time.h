/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The server's only clock: monotonic, in nanoseconds.
 */

#ifndef VU_TIME_H
#define VU_TIME_H

#include <stdint.h>
#include <time.h>

#define VU_NS_PER_US UINT64_C(1000)
#define VU_NS_PER_MS UINT64_C(1000000)
#define VU_NS_PER_S  UINT64_C(1000000000)

static inline uint64_t
vu_now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * VU_NS_PER_S + (uint64_t)now.tv_nsec;
}

#endif /* VU_TIME_H */
