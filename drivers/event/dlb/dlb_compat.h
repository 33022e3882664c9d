/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The differences between DPDK 22.11 and 25.11 that the driver meets, and but for ctl/ctl_thread.h
 * the only place that asks for the version. A capability that the headers do not know yet is 0, so
 * that it can be or-ed in; a feature that is more than a bit has a DLB_HAVE_ switch.
 */

#ifndef DLB_COMPAT_H
#define DLB_COMPAT_H

#include <rte_common.h>
#include <rte_version.h>

#include <bus_vdev_driver.h>
#include <eventdev_pmd.h>
#include <eventdev_pmd_vdev.h>

#define DLB_DPDK_AT_LEAST(year, month) (RTE_VERSION >= RTE_VERSION_NUM(year, month, 0, 0))

#ifndef RTE_EVENT_DEV_CAP_ATOMIC /* 24.03 */
#define RTE_EVENT_DEV_CAP_ATOMIC   0
#define RTE_EVENT_DEV_CAP_ORDERED  0
#define RTE_EVENT_DEV_CAP_PARALLEL 0
#endif

#ifndef RTE_EVENT_DEV_CAP_INDEPENDENT_ENQ /* 24.11 */
#define RTE_EVENT_DEV_CAP_INDEPENDENT_ENQ  0
#define RTE_EVENT_PORT_CFG_INDEPENDENT_ENQ 0
#endif

/* Burst functions for a single event: until 24.07. */
#define DLB_HAVE_SINGLE_EVENT (!DLB_DPDK_AT_LEAST(24, 11))
/* Link profiles, and links_map with a row for each of them. */
#define DLB_HAVE_PROFILES DLB_DPDK_AT_LEAST(23, 11)
/* Consumer queues filled ahead of the dequeue, by configuration. */
#define DLB_HAVE_PRESCHEDULE DLB_DPDK_AT_LEAST(24, 11)

#if DLB_DPDK_AT_LEAST(26, 7)
#define DLB_RTE_DEVICE(eventdev) ((eventdev)->device)
#else
#define DLB_RTE_DEVICE(eventdev) ((eventdev)->dev)
#endif

/* What the library writes where there is no link. */
#define DLB_COMPAT_NO_LINK 0xdead

/* Entry of queue @queue in the library's table of port @port's plain links. */
static inline uint16_t *
dlb_compat_link(struct rte_eventdev_data *data, unsigned int port, unsigned int queue)
{
#if DLB_HAVE_PROFILES
	uint16_t *links = data->links_map[0];
#else
	uint16_t *links = data->links_map;
#endif

	return &links[port * RTE_EVENT_MAX_QUEUES_PER_DEV + queue];
}

#endif /* DLB_COMPAT_H */
