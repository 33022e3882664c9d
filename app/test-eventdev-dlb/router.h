/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The work of the pipeline's ordered stage, what DPDK's l3fwd example does to a packet: parse
 * Ethernet and IP, look the destination up in a table of prefixes (LPM, longest prefix match),
 * decrement the time to live, correct the header checksum, write new Ethernet addresses.
 * Read-only after creation: all workers share one router.
 */
#ifndef ROUTER_H
#define ROUTER_H

#include <stdint.h>

#include <rte_lpm.h>
#include <rte_lpm6.h>
#include <rte_mbuf.h>

#define ROUTER_HOPS 16

struct router {
	struct rte_lpm *lpm;
	struct rte_lpm6 *lpm6;
};

enum router_verdict {
	ROUTER_FORWARD, /* routed */
	ROUTER_BRIDGE,	/* not IP: passed on as it is */
	ROUTER_EXPIRED, /* time to live is used up: drop */
	ROUTER_BAD,	/* IPv4 header checksum is wrong: drop */
};

/* 0 or a negative errno. */
int
router_create(struct router *r, int socket);

void
router_destroy(struct router *r);

/* Route one packet; *flow gets the 20-bit identifier of its flow. */
enum router_verdict
router_handle(const struct router *r, struct rte_mbuf *m, uint32_t *flow);

#endif /* ROUTER_H */
