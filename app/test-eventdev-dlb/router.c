/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Routes packets. See router.h. The route tables hold some five hundred prefixes of several
 * lengths: default routes (so that any capture can be sent), and finer ones for 10/8 and
 * fd00/16, the networks of the capture that comes with the application.
 */
#include <errno.h>
#include <string.h>

#include <rte_byteorder.h>
#include <rte_ether.h>
#include <rte_ip.h>

#include "compat.h"
#include "expect.h"
#include "flow.h"
#include "router.h"

#define MAX_ROUTES  1024
#define TBL8_GROUPS 256

static uint32_t
ipv4(unsigned int a, unsigned int b, unsigned int c)
{
	return (uint32_t)a << 24 | (uint32_t)b << 16 | (uint32_t)c << 8;
}

static int
add_routes_ipv4(struct rte_lpm *lpm)
{
	unsigned int i;
	int ret;

	/* A default route: the library has no prefixes of length 0, so two halves. */
	ret = rte_lpm_add(lpm, ipv4(0, 0, 0), 1, 0);
	if (ret == 0)
		ret = rte_lpm_add(lpm, ipv4(128, 0, 0), 1, 0);
	for (i = 0; i < 256 && ret == 0; i++)
		ret = rte_lpm_add(lpm, ipv4(10, i, 0), 16, 1 + i % 8);
	for (i = 0; i < 256 && ret == 0; i++)
		ret = rte_lpm_add(lpm, ipv4(10, 2, i), 24, 9 + i % 7);
	for (i = 0; i < 8 && ret == 0; i++)
		ret = rte_lpm_add(lpm, ipv4(10, 1, i) | i * 10, 32, i);
	return ret;
}

static int
add_routes_ipv6(struct rte_lpm6 *lpm)
{
	uint8_t address[16] = { 0 };
	unsigned int i;
	int ret;

	ret = compat_lpm6_add(lpm, address, 1, 0);
	address[0] = 0x80;
	if (ret == 0)
		ret = compat_lpm6_add(lpm, address, 1, 0);
	address[0] = 0xfd;
	for (i = 0; i < 256 && ret == 0; i++) {
		address[3] = (uint8_t)i;
		ret = compat_lpm6_add(lpm, address, 32, 1 + i % 8);
	}
	return ret;
}

int
router_create(struct router *r, int socket)
{
	struct rte_lpm6_config conf6 = { .max_rules = MAX_ROUTES, .number_tbl8s = TBL8_GROUPS };
	struct rte_lpm_config conf = { .max_rules = MAX_ROUTES, .number_tbl8s = TBL8_GROUPS };
	int ret = -ENOMEM;

	r->lpm = rte_lpm_create("test_eventdev_dlb", socket, &conf);
	r->lpm6 = rte_lpm6_create("test_eventdev_dlb6", socket, &conf6);
	if (r->lpm != NULL && r->lpm6 != NULL)
		ret = add_routes_ipv4(r->lpm);
	if (ret == 0)
		ret = add_routes_ipv6(r->lpm6);
	if (ret != 0)
		router_destroy(r);
	return ret;
}

void
router_destroy(struct router *r)
{
	rte_lpm_free(r->lpm);
	rte_lpm6_free(r->lpm6);
	memset(r, 0, sizeof(*r));
}

static void
rewrite_ether(struct rte_ether_hdr *eth, uint32_t hop)
{
	memcpy(eth->dst_addr.addr_bytes, router_hop_address, RTE_ETHER_ADDR_LEN);
	eth->dst_addr.addr_bytes[5] = (uint8_t)hop;
	memcpy(eth->src_addr.addr_bytes, router_own_address, RTE_ETHER_ADDR_LEN);
}

static enum router_verdict
route_ipv4(const struct router *r, struct rte_ether_hdr *eth, size_t header)
{
	struct rte_ipv4_hdr *ip = (struct rte_ipv4_hdr *)(eth + 1);
	uint32_t hop = 0, sum;

	/* Over the whole header, options included: a right checksum makes the sum all ones. */
	if (rte_raw_cksum(ip, header) != 0xffff)
		return ROUTER_BAD;
	if (ip->time_to_live <= 1)
		return ROUTER_EXPIRED;
	if (rte_lpm_lookup(r->lpm, rte_be_to_cpu_32(ip->dst_addr), &hop) != 0)
		return ROUTER_BAD;
	ip->time_to_live--;
	/*
	 * RFC 1624: the sum over the header fell by 0x0100, so its complement rises by it, with
	 * the carry brought round; 0xffff, the other way to write zero, never stands there.
	 */
	sum = (uint32_t)ip->hdr_checksum + rte_cpu_to_be_16(0x0100);
	ip->hdr_checksum = (uint16_t)(sum + (sum >= 0xffff));
	rewrite_ether(eth, hop);
	return ROUTER_FORWARD;
}

static enum router_verdict
route_ipv6(const struct router *r, struct rte_ether_hdr *eth, const struct flow_key *key)
{
	struct rte_ipv6_hdr *ip = (struct rte_ipv6_hdr *)(eth + 1);
	uint32_t hop = 0;

	if (ip->hop_limits <= 1)
		return ROUTER_EXPIRED;
	if (compat_lpm6_lookup(r->lpm6, key->dst, &hop) != 0)
		return ROUTER_BAD;
	ip->hop_limits--;
	rewrite_ether(eth, hop);
	return ROUTER_FORWARD;
}

enum router_verdict
router_handle(const struct router *r, struct rte_mbuf *m, uint32_t *flow)
{
	struct rte_ether_hdr *eth = rte_pktmbuf_mtod(m, struct rte_ether_hdr *);
	struct flow_key key;
	size_t header = flow_parse((const uint8_t *)eth, rte_pktmbuf_data_len(m), &key);

	*flow = flow_id(&key);
	if (header == 0)
		return ROUTER_BRIDGE;
	if (key.version == 4)
		return route_ipv4(r, eth, header);
	return route_ipv6(r, eth, &key);
}
