/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Parses frames into flow keys. See flow.h. Plain C, no DPDK: the capture comparer, which
 * must not trust the packet path, uses it too.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#include "flow.h"
#include "random.h"

#define ETHER_HEADER 14
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17
#define IPV6_HEADER  40

static void
take_ports(const uint8_t *l4, size_t length, struct flow_key *key)
{
	if (length < 4 || (key->protocol != PROTOCOL_TCP && key->protocol != PROTOCOL_UDP))
		return;
	memcpy(key->src_port, l4, 2);
	memcpy(key->dst_port, l4 + 2, 2);
}

static size_t
parse_ipv4(const uint8_t *ip, size_t length, struct flow_key *key)
{
	size_t header = length >= 20 && ip[0] >> 4 == 4 ? (ip[0] & 0xfu) * 4 : 0;

	if (header < 20 || header > length)
		return 0;
	key->version = 4;
	key->protocol = ip[9];
	memcpy(key->src, ip + 12, 4);
	memcpy(key->dst, ip + 16, 4);
	/* More fragments, or not the first: the ports are not in every part. */
	if ((ip[6] & 0x3f) == 0 && ip[7] == 0)
		take_ports(ip + header, length - header, key);
	return header;
}

static size_t
parse_ipv6(const uint8_t *ip, size_t length, struct flow_key *key)
{
	if (length < IPV6_HEADER || ip[0] >> 4 != 6)
		return 0;
	key->version = 6;
	key->protocol = ip[6];
	memcpy(key->src, ip + 8, 16);
	memcpy(key->dst, ip + 24, 16);
	take_ports(ip + IPV6_HEADER, length - IPV6_HEADER, key);
	return IPV6_HEADER;
}

size_t
flow_parse(const uint8_t *frame, size_t length, struct flow_key *key)
{
	memset(key, 0, sizeof(*key));
	if (length < ETHER_HEADER)
		return 0;
	if (frame[12] == 0x08 && frame[13] == 0x00)
		return parse_ipv4(frame + ETHER_HEADER, length - ETHER_HEADER, key);
	if (frame[12] == 0x86 && frame[13] == 0xdd)
		return parse_ipv6(frame + ETHER_HEADER, length - ETHER_HEADER, key);
	return 0;
}

uint32_t
flow_id(const struct flow_key *key)
{
	uint64_t word[5] = { 0 }, hash = 0;
	unsigned int i;

	_Static_assert(sizeof(*key) <= sizeof(word), "the whole key is hashed");
	memcpy(word, key, sizeof(*key));
	for (i = 0; i < 5; i++)
		hash = random_hash(hash, word[i]);
	return (uint32_t)hash & (FLOW_IDS - 1);
}

void
flow_text(const struct flow_key *key, char *text)
{
	int family = key->version == 6 ? AF_INET6 : AF_INET;
	char src[INET6_ADDRSTRLEN], dst[INET6_ADDRSTRLEN];

	if (key->version == 0) {
		snprintf(text, FLOW_TEXT_BYTES, "frames that are not IP");
		return;
	}
	inet_ntop(family, key->src, src, sizeof(src));
	inet_ntop(family, key->dst, dst, sizeof(dst));
	snprintf(text, FLOW_TEXT_BYTES, "%s port %u -> %s port %u, protocol %u", src,
		 key->src_port[0] << 8 | key->src_port[1], dst,
		 key->dst_port[0] << 8 | key->dst_port[1], key->protocol);
}
