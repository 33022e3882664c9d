/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The pipeline's two network ports: capture files played by DPDK's net_pcap driver. One port
 * only reads, the other only writes, so that the input can be rewound while the output stays
 * open. Each received packet is stamped with its time and its number, counted from the first.
 */
#ifndef PORTS_H
#define PORTS_H

#include <stdatomic.h>
#include <stdint.h>

#include <rte_mbuf.h>
#include <rte_mbuf_dyn.h>

#define PORTS_ERROR_BYTES 300

/* What travels with a packet, in its mbuf's dynamic field. */
struct packet_stamp {
	uint64_t time;	 /* TSC, when the Rx adapter received it */
	uint32_t number; /* 1 for the first packet, counted over all loops */
	uint32_t flow;
};

struct ports {
	uint16_t in, out;
	int stamp_offset;
	struct rte_mempool *pool;
	atomic_uint_least64_t received;
};

/* Open both files as ports and start them. 0, or a negative errno with a text in error. */
int
ports_open(struct ports *p, const char *input, const char *output, unsigned int nb_mbufs,
	   char *error);

/* Read the input from its start again. The Rx adapter must not poll meanwhile. */
int
ports_rewind(struct ports *p);

/* Close both; the output file is complete after this. */
void
ports_close(struct ports *p);

static inline struct packet_stamp *
ports_stamp(const struct ports *p, struct rte_mbuf *m)
{
	return RTE_MBUF_DYNFIELD(m, p->stamp_offset, struct packet_stamp *);
}

#endif /* PORTS_H */
