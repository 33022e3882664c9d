/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Which flow a packet belongs to: addresses, protocol and ports of IPv4 and IPv6 packets over
 * Ethernet. What is neither has the all-zero key. Fragments and protocols without ports count
 * as port 0, so that all parts of a datagram stay in one flow.
 */
#ifndef FLOW_H
#define FLOW_H

#include <stddef.h>
#include <stdint.h>

#define FLOW_ID_BITS	20
#define FLOW_IDS	(UINT32_C(1) << FLOW_ID_BITS)
#define FLOW_TEXT_BYTES 160

struct flow_key {
	uint8_t version; /* 4, 6, or 0: no IP, or cut off within its header */
	uint8_t protocol;
	uint8_t src[16], dst[16]; /* IPv4 uses the first four bytes */
	uint8_t src_port[2], dst_port[2];
};

/* The key of an Ethernet frame; returns the length of its IP header, 0 when there is none. */
size_t
flow_parse(const uint8_t *frame, size_t length, struct flow_key *key);

/* 20 bits, as an event's flow id has. */
uint32_t
flow_id(const struct flow_key *key);

/* "10.1.2.20:80 -> 10.2.3.30:4711 protocol 6". */
void
flow_text(const struct flow_key *key, char *text);

#endif /* FLOW_H */
