/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A capture file in memory, made for comparing: its packets as they are expected in the
 * output, equal ones in one group, and per flow the sequence of groups.
 */
#ifndef CAPTURE_H
#define CAPTURE_H

#include <stdint.h>

#include <pcap/pcap.h>

#include "flow.h"

#define CAPTURE_NONE UINT32_MAX
/* Of one packet; more than any link carries, and what tcpdump takes by default. */
#define CAPTURE_MAX_BYTES 262144

/* Packets of equal content: nobody can tell them apart, so they are counted together. */
struct capture_group {
	const uint8_t *bytes;
	uint32_t length;
	uint32_t flow;
	uint32_t first;	  /* number in the file of the first such packet, from 1 */
	uint64_t in, out; /* seen in the input (one loop), in the output */
};

struct capture_flow {
	struct flow_key key;
	uint32_t start, length; /* its part of `sequence` */
	uint64_t bytes;
	uint64_t position;   /* in the output: how many of the flow's packets went by */
	uint64_t skipped;    /* positions that were passed over */
	uint64_t anomaly_at; /* number of the first output packet out of place, 0: none */
	uint32_t anomaly_want, anomaly_seen; /* groups */
};

struct capture {
	uint64_t packets; /* in the file */
	uint64_t dropped; /* of these, such as a router must drop */
	uint32_t nb_groups, nb_flows, nb_sequence;
	struct capture_group *group;
	struct capture_flow *flow;
	uint32_t *sequence;		    /* groups in the order of the file, flow by flow */
	uint32_t *group_of;		    /* [packet passed on]: its group */
	uint32_t *group_table, *flow_table; /* hash tables of indices + 1 */
	uint32_t table_mask;
	uint8_t *bytes;
};

/* Open an Ethernet capture, or NULL with a text in error (COMPARE_ERROR_BYTES). */
pcap_t *
capture_open(const char *path, char *error);

/* Packets in a capture and the longest of them; or a negative errno, with a text. */
int64_t
capture_count(const char *path, uint32_t *longest, char *error);

/* Load an input capture. 0, or a negative errno with a text; free it in both cases. */
int
capture_load(struct capture *c, const char *path, char *error);

void
capture_free(struct capture *c);

/* The group of a frame in its expected form, or CAPTURE_NONE. */
uint32_t
capture_find(const struct capture *c, const uint8_t *bytes, uint32_t length);

/* The flow of a key, or CAPTURE_NONE. */
uint32_t
capture_find_flow(const struct capture *c, const struct flow_key *key);

#endif /* CAPTURE_H */
