/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The resource manager on top of the software device, with memory for consumer queues (CQ) and
 * hand-made commands: everything but a driver.
 *
 * LDB = load-balanced, DIR = directed, QE = queue element, HCW = hardware command word.
 */

#ifndef RIG_H
#define RIG_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dlbrm.h"
#include "dlbsim.h"

#define RIG_RING_BYTES (DLB_MAX_CQ_DEPTH * DLB_CQ_SPARSE_STRIDE)

/* A port, and how far its CQ has been read. */
struct rig_port {
	bool is_ldb;
	unsigned int id;
	unsigned int ring;
	unsigned int pos;
	unsigned int gen;
	uint8_t *memory;
};

struct rig {
	enum dlb_version version;
	struct dlbsim *sim;
	struct dlbrm rm;
	bool sparse;
	uint8_t *memory; /* a ring for each LDB port, then for each DIR port */
	unsigned long nb_accesses;
	unsigned long nb_settles;
	unsigned long fail_at; /* from this access on the device does not answer; 0: never */
	unsigned int nb_msix[DLB_NB_MSIX];
	uint32_t *before; /* all registers at rig_remember() */
	uint64_t now_ns;
};

struct rig *
rig_new(enum dlb_version version, bool sparse);

void
rig_free(struct rig *rig);

/* As whoever handles interrupts has done, and does again after a reset. */
void
rig_unmask_msix(struct rig *rig);

/* dlbrm_init(), power-up and the device's settings. */
int
rig_bring_up(struct rig *rig);

/* Let the device work until nothing moves. Now and then its invariants are checked. */
void
rig_settle(struct rig *rig);

uint32_t
rig_read(struct rig *rig, enum dlb_reg reg, uint32_t i);

/* --- domains and ports --- */

/* A domain with 8 LDB queues, 8 LDB ports, 4 DIR pairs, credits and history as many as asked for. */
unsigned int
rig_domain(struct rig *rig, unsigned int nb_credits);

enum rig_queue_kind {
	RIG_UNORDERED,
	RIG_ATOMIC,
	RIG_ORDERED, /* with 64 sequence numbers */
};

unsigned int
rig_ldb_queue(struct rig *rig, unsigned int domain, enum rig_queue_kind kind);

/* A DIR pair: its port. */
struct rig_port
rig_dir_port(struct rig *rig, unsigned int domain, unsigned int depth);

struct rig_port
rig_ldb_port(struct rig *rig, unsigned int domain, unsigned int depth);

/* --- traffic --- */

void
rig_send(struct rig *rig, const struct rig_port *port, enum dlb_cmd cmd, enum dlb_sched_type type,
	 unsigned int qid, uint64_t data);

/* The next QE of the CQ, if there is one, and its token back. */
bool
rig_receive(struct rig *rig, struct rig_port *port, struct dlb_qe *qe);

/* --- registers --- */

/* Remember all registers. */
void
rig_remember(struct rig *rig);

/*
 * All registers are as remembered, apart from those that the guide names, and the device's
 * invariants hold; or the test fails.
 */
void
rig_assert_registers_restored(struct rig *rig);

/* cmocka fixtures: version and layout of the CQs. */
int
rig_setup_v20(void **state);

int
rig_setup_v25(void **state);

int
rig_setup_v25_dense(void **state);

int
rig_teardown(void **state);

#endif /* RIG_H */
