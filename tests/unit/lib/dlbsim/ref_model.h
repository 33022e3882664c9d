/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A reference for what the device may deliver: lists searched from the start, nothing clever.
 *
 * What to schedule next is the device's choice, so the reference does not predict, it accepts: it
 * is told of every command and asked about every delivery, in the order in which they happen, and
 * says why one was wrong. Everything about a delivery that software can observe is checked:
 * contents, first in first out, atomicity, restored order, limits, strict priorities, credits.
 *
 * Ports and queues exist from the start; all belong to one domain. QE queue element, CQ consumer
 * queue, LDB load-balanced, DIR directed.
 */

#ifndef REF_MODEL_H
#define REF_MODEL_H

#include "dlbsim.h"

#define REF_MAX_LDB_PORTS  6
#define REF_MAX_LDB_QUEUES 5
#define REF_MAX_DIR	   3
#define REF_MAX_QES	   1024
#define REF_MAX_FLIGHTS	   4096

struct ref_qe {
	struct dlb_hcw hcw;
	uint16_t flow; /* hash id */
	uint8_t type;
	uint8_t bin;
	uint8_t pp;
};

/* A QE that was delivered to an LDB CQ; stays until it is completed and, if ordered, released. */
struct ref_flight {
	uint8_t cq;
	uint8_t qid;
	uint8_t type;
	uint16_t flow;
	bool completed;
	unsigned int nb_answers;
	struct ref_qe answers[DLB_MAX_FRAGS + 1];
};

struct ref_cq {
	bool enabled;
	unsigned int tokens;
	unsigned int max_tokens;
	unsigned int max_inflight;
	unsigned int history;
	uint8_t linked; /* queues, a bit each */
	uint8_t prio[REF_MAX_LDB_QUEUES];
};

struct ref_queue {
	unsigned int max_inflight;
	unsigned int nb_sns;
	unsigned int max_flows;
	uint16_t flow_mask;
};

struct ref {
	char why[160]; /* first thing that was wrong, or empty */
	bool combined_credits;
	bool strict; /* all weights are; else no order of priorities is expected */
	bool narrow; /* buffers so small that the head of a line may block what is behind */
	unsigned int nb_ldb_queues;
	unsigned int nb_dir;
	struct ref_cq cq[2][REF_MAX_LDB_PORTS]; /* [is_ldb] */
	struct ref_queue queue[REF_MAX_LDB_QUEUES];
	unsigned int credits[2]; /* [1]: DIR, where it has a pool of its own */
	struct dlbsim_drops drops;
	unsigned int nb_waiting; /* in queues, oldest first */
	struct ref_qe waiting[REF_MAX_QES];
	unsigned int nb_flights; /* in the order of delivery */
	struct ref_flight flights[REF_MAX_FLIGHTS];
};

/* A command was written to a port. */
void
ref_command(struct ref *ref, bool is_ldb, unsigned int port, const struct dlb_hcw *hcw);
/* The device wrote an entry to a CQ. */
void
ref_delivered(struct ref *ref, bool is_ldb, unsigned int cq, const struct dlb_qe *qe);
/* The device says that nothing more can move. */
void
ref_quiet(struct ref *ref);
/* Uncompleted QEs of a CQ, or of an LDB queue. */
unsigned int
ref_inflight_of_cq(const struct ref *ref, unsigned int cq);
unsigned int
ref_inflight_of_queue(const struct ref *ref, unsigned int qid);
/* QEs that wait in a queue. */
unsigned int
ref_depth(const struct ref *ref, bool is_ldb, unsigned int qid);

#endif /* REF_MODEL_H */
