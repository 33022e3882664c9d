/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Loads a capture for comparison. See capture.h. Two passes: count, then fill tables of the
 * right size; contents are compared byte by byte, the hash only says where to look.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "compare.h"
#include "expect.h"
#include "random.h"

#define FAIL(error, code, ...) (snprintf(error, COMPARE_ERROR_BYTES, __VA_ARGS__), code)

pcap_t *
capture_open(const char *path, char *error)
{
	char why[PCAP_ERRBUF_SIZE];
	pcap_t *p = pcap_open_offline(path, why);

	if (p == NULL) {
		snprintf(error, COMPARE_ERROR_BYTES, "%s", why);
		return NULL;
	}
	if (pcap_datalink(p) == DLT_EN10MB)
		return p;
	snprintf(error, COMPARE_ERROR_BYTES, "%s: not a capture of Ethernet frames", path);
	pcap_close(p);
	return NULL;
}

static int
scan(const char *path, uint64_t *packets, uint64_t *bytes, uint32_t *longest, char *error)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;
	pcap_t *p = capture_open(path, error);
	int more;

	if (p == NULL)
		return -EINVAL;
	*packets = 0;
	*bytes = 0;
	*longest = 0;
	while ((more = pcap_next_ex(p, &header, &data)) == 1) {
		++*packets;
		*bytes += header->caplen;
		if (header->caplen > *longest)
			*longest = header->caplen;
	}
	if (more != PCAP_ERROR_BREAK)
		snprintf(error, COMPARE_ERROR_BYTES, "%s: %s", path, pcap_geterr(p));
	pcap_close(p);
	return more == PCAP_ERROR_BREAK ? 0 : -EIO;
}

int64_t
capture_count(const char *path, uint32_t *longest, char *error)
{
	uint64_t packets, bytes;
	int ret = scan(path, &packets, &bytes, longest, error);

	return ret != 0 ? ret : (int64_t)packets;
}

static uint64_t
hash_bytes(const uint8_t *bytes, size_t length)
{
	uint64_t hash = length, word;
	size_t i, n;

	for (i = 0; i < length; i += n) {
		n = length - i < 8 ? length - i : 8;
		word = 0;
		memcpy(&word, bytes + i, n);
		hash = random_hash(hash, word);
	}
	return hash;
}

/* The table slot that holds the group, or the free one where it belongs. */
static uint32_t *
group_slot(const struct capture *c, const uint8_t *bytes, uint32_t length)
{
	uint32_t i = (uint32_t)hash_bytes(bytes, length);

	for (;; i++) {
		uint32_t *slot = &c->group_table[i & c->table_mask];
		const struct capture_group *g;

		if (*slot == 0)
			return slot;
		g = &c->group[*slot - 1];
		if (g->length == length && memcmp(g->bytes, bytes, length) == 0)
			return slot;
	}
}

static uint32_t *
flow_slot(const struct capture *c, const struct flow_key *key)
{
	uint32_t i = (uint32_t)hash_bytes((const uint8_t *)key, sizeof(*key));

	for (;; i++) {
		uint32_t *slot = &c->flow_table[i & c->table_mask];

		if (*slot == 0 || memcmp(&c->flow[*slot - 1].key, key, sizeof(*key)) == 0)
			return slot;
	}
}

uint32_t
capture_find(const struct capture *c, const uint8_t *bytes, uint32_t length)
{
	return *group_slot(c, bytes, length) - 1;
}

uint32_t
capture_find_flow(const struct capture *c, const struct flow_key *key)
{
	return *flow_slot(c, key) - 1;
}

static int
allocate(struct capture *c, uint64_t packets, uint64_t bytes)
{
	uint64_t table = 16;

	if (packets > UINT32_MAX / 4)
		return -EFBIG;
	while (table < 2 * packets + 2)
		table *= 2;
	c->table_mask = (uint32_t)(table - 1);
	c->group = calloc(packets + 1, sizeof(*c->group));
	c->flow = calloc(packets + 1, sizeof(*c->flow));
	c->sequence = calloc(packets + 1, sizeof(*c->sequence));
	c->group_of = calloc(packets + 1, sizeof(*c->group_of));
	c->group_table = calloc(table, sizeof(*c->group_table));
	c->flow_table = calloc(table, sizeof(*c->flow_table));
	c->bytes = malloc(bytes + 1);
	if (c->group == NULL || c->flow == NULL || c->sequence == NULL || c->group_of == NULL ||
	    c->group_table == NULL || c->flow_table == NULL || c->bytes == NULL)
		return -ENOMEM;
	return 0;
}

static uint32_t
enter_flow(struct capture *c, const struct flow_key *key)
{
	uint32_t *slot = flow_slot(c, key);

	if (*slot == 0) {
		c->flow[c->nb_flows].key = *key;
		*slot = ++c->nb_flows;
	}
	return *slot - 1;
}

/* Take a packet in; `at` is where its bytes were put. True when they are to stay there. */
static bool
enter_packet(struct capture *c, uint8_t *at, uint32_t length)
{
	struct flow_key key;
	uint32_t *slot;
	bool is_new;

	c->packets++;
	if (!expect_from_input(at, length, &key)) {
		c->dropped++;
		return false;
	}
	slot = group_slot(c, at, length);
	is_new = *slot == 0;
	if (is_new) {
		c->group[c->nb_groups] = (struct capture_group){
			.bytes = at,
			.length = length,
			.flow = enter_flow(c, &key),
			.first = (uint32_t)c->packets,
		};
		*slot = ++c->nb_groups;
	}
	c->group[*slot - 1].in++;
	c->group_of[c->nb_sequence++] = *slot - 1;
	c->flow[c->group[*slot - 1].flow].length++;
	c->flow[c->group[*slot - 1].flow].bytes += length;
	return is_new;
}

/* Sort the packets by flow, keeping their order within each. */
static void
make_sequences(struct capture *c)
{
	uint32_t i, start = 0;

	for (i = 0; i < c->nb_flows; i++) {
		c->flow[i].start = start;
		start += c->flow[i].length;
		c->flow[i].length = 0;
	}
	for (i = 0; i < c->nb_sequence; i++) {
		struct capture_flow *f = &c->flow[c->group[c->group_of[i]].flow];

		c->sequence[f->start + f->length++] = c->group_of[i];
	}
}

/* Never more than was counted, should the file have grown in between. */
static int
fill(struct capture *c, const char *path, uint64_t packets, uint64_t bytes, char *error)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;
	pcap_t *p = capture_open(path, error);
	uint8_t *at = c->bytes;

	if (p == NULL)
		return -EINVAL;
	while (c->packets < packets && pcap_next_ex(p, &header, &data) == 1 &&
	       header->caplen <= bytes - (uint64_t)(at - c->bytes)) {
		memcpy(at, data, header->caplen);
		if (enter_packet(c, at, header->caplen))
			at += header->caplen;
	}
	pcap_close(p);
	make_sequences(c);
	return 0;
}

int
capture_load(struct capture *c, const char *path, char *error)
{
	uint64_t packets, bytes;
	uint32_t longest;
	int ret;

	memset(c, 0, sizeof(*c));
	ret = scan(path, &packets, &bytes, &longest, error);
	if (ret != 0)
		return ret;
	ret = allocate(c, packets, bytes);
	if (ret != 0)
		return FAIL(error, ret, "%s: no memory for its %" PRIu64 " packets", path, packets);
	return fill(c, path, packets, bytes, error);
}

void
capture_free(struct capture *c)
{
	free(c->group);
	free(c->flow);
	free(c->sequence);
	free(c->group_of);
	free(c->group_table);
	free(c->flow_table);
	free(c->bytes);
	memset(c, 0, sizeof(*c));
}
