/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The pipeline's proof: what came out, as the output capture says, against what went in, as
 * the input capture says. It trusts no counter of the run and none of its code but the flow
 * parser. From each input packet it works out, with arithmetic of its own, how the packet must
 * look behind a router, and then demands of the output: each of those packets exactly
 * `loops` times, nothing else, and each flow's packets in the order of the input.
 */
#ifndef COMPARE_H
#define COMPARE_H

#include <stdint.h>

#include "flow.h"
#include "verdict.h"

#define COMPARE_ERROR_BYTES 300

struct compare_flow {
	struct flow_key key;
	uint64_t packets; /* expected in the output for one loop */
	uint64_t bytes;
};

struct compare_report {
	uint64_t in;	   /* packets in the input capture */
	uint64_t expected; /* packets the output must hold: loops times those passed on */
	uint64_t out;	   /* packets in the output capture */
	uint64_t dropped;  /* packets a router must drop (of one loop) */
	uint64_t lost, doubled, foreign; /* packets */
	uint64_t misordered;		 /* flows */
	unsigned int nb_flows;
	struct compare_flow *flow; /* malloc'ed */
};

/*
 * Compare; faults go to the verdict (CHECK_CAPTURE, CHECK_ORDER) with what and where.
 * 0 when the comparison was made, whatever it found; a negative errno with a text in error
 * when a file cannot be read. The report is to be freed in both cases.
 */
int
compare_captures(const char *input, const char *output, uint64_t loops,
		 struct compare_report *report, struct verdict *verdict, char *error);

void
compare_free(struct compare_report *report);

#endif /* COMPARE_H */
