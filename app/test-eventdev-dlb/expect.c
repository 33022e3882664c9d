/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What a router does to a frame, the second opinion. See expect.h. Plain C, no DPDK.
 */
#include <string.h>

#include "expect.h"

#define ETHER_ADDRESSES 12
#define ETHER_HEADER	14

const uint8_t router_own_address[6] = { 0x02, 0x00, 0x00, 0x00, 0x01, 0x00 };
const uint8_t router_hop_address[6] = { 0x02, 0x00, 0x00, 0x00, 0x00, 0x00 };

/* The Internet checksum of RFC 1071, as the complement that goes into the header. */
static uint16_t
checksum(const uint8_t *data, size_t length)
{
	uint32_t sum = 0;
	size_t i;

	for (i = 0; i + 1 < length; i += 2)
		sum += (uint32_t)data[i] << 8 | data[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

static bool
route_ipv4(uint8_t *ip, size_t header)
{
	uint16_t sum;

	if (checksum(ip, header) != 0 || ip[8] <= 1)
		return false;
	ip[8]--;
	ip[10] = 0;
	ip[11] = 0;
	sum = checksum(ip, header);
	ip[10] = (uint8_t)(sum >> 8);
	ip[11] = (uint8_t)sum;
	return true;
}

static bool
route_ipv6(uint8_t *ip)
{
	if (ip[7] <= 1)
		return false;
	ip[7]--;
	return true;
}

bool
expect_from_input(uint8_t *frame, size_t length, struct flow_key *key)
{
	size_t header = flow_parse(frame, length, key);

	if (header == 0)
		return true;
	memset(frame, 0, ETHER_ADDRESSES);
	if (key->version == 4)
		return route_ipv4(frame + ETHER_HEADER, header);
	return route_ipv6(frame + ETHER_HEADER);
}

void
expect_from_output(uint8_t *frame, size_t length, struct flow_key *key)
{
	if (flow_parse(frame, length, key) == 0)
		return;
	if (memcmp(frame, router_hop_address, 5) == 0 &&
	    memcmp(frame + 6, router_own_address, 6) == 0)
		memset(frame, 0, ETHER_ADDRESSES);
}
