/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The one place that knows which DPDK release it is compiled with (22.11 to 25.11). A
 * capability that an older release cannot express reads as "not said": the device then tells
 * by refusing the queue.
 */
#ifndef COMPAT_H
#define COMPAT_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_eventdev.h>
#include <rte_lpm6.h>
#include <rte_version.h>

/* True when the device says that it has no queues of this type ('o', 'a' or 'p'). */
static inline bool
compat_lacks_type(const struct rte_event_dev_info *info, char type)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 3, 0, 0)
	switch (type) {
	case 'o':
		return (info->event_dev_cap & RTE_EVENT_DEV_CAP_ORDERED) == 0;
	case 'p':
		return (info->event_dev_cap & RTE_EVENT_DEV_CAP_PARALLEL) == 0;
	case 'a':
		return (info->event_dev_cap & RTE_EVENT_DEV_CAP_ATOMIC) == 0;
	}
#else
	(void)info;
	(void)type;
#endif
	return false;
}

/* The port flag that lets a worker give events back in any order; 0 when there is none. */
static inline uint32_t
compat_independent_enqueue(const struct rte_event_dev_info *info)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	if ((info->event_dev_cap & RTE_EVENT_DEV_CAP_INDEPENDENT_ENQ) != 0)
		return RTE_EVENT_PORT_CFG_INDEPENDENT_ENQ;
#else
	(void)info;
#endif
	return 0;
}

/* IPv6 addresses are 16 bytes in network order here; 24.11 gave them a type of their own. */
static inline int
compat_lpm6_add(struct rte_lpm6 *lpm, const uint8_t *address, uint8_t depth, uint32_t hop)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	return rte_lpm6_add(lpm, (const struct rte_ipv6_addr *)address, depth, hop);
#else
	return rte_lpm6_add(lpm, address, depth, hop);
#endif
}

static inline int
compat_lpm6_lookup(const struct rte_lpm6 *lpm, const uint8_t *address, uint32_t *hop)
{
#if RTE_VERSION >= RTE_VERSION_NUM(24, 11, 0, 0)
	return rte_lpm6_lookup(lpm, (const struct rte_ipv6_addr *)address, hop);
#else
	return rte_lpm6_lookup(lpm, address, hop);
#endif
}

#endif /* COMPAT_H */
