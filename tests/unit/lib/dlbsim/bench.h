/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A software device on a bench: memory for its consumer queues (CQ), counters of its interrupts,
 * and the register sequences that bring domains, queues and ports up, as a driver writes them.
 *
 * Sees the device through dlbsim.h only. Whatever a test does through the bench is followed by
 * dlbsim_check(): a violated invariant fails the test at the step that caused it.
 *
 * LDB load-balanced, DIR directed, HCW hardware command word, QE queue element, QID queue id.
 */

#ifndef BENCH_H
#define BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dlbsim.h"

#define LDB true
#define DIR false

/* Where CQ memory is for the device: above 4 GiB, so that both address registers count. */
#define BENCH_IOVA	 UINT64_C(0x0000004200000000)
#define BENCH_RING_BYTES (DLB_MAX_CQ_DEPTH * 64)
#define BENCH_NB_RINGS	 (DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS)

/* How far a test has read a CQ. */
struct bench_reader {
	unsigned int ring;
	unsigned int pos;
	unsigned int gen;
};

struct bench {
	struct dlbsim *sim;
	enum dlb_version version;
	const struct dlb_limits *lim;
	uint8_t *memory; /* rings one after the other: LDB, then DIR */
	bool refuse_map; /* the host cannot map: the device has to send its entries */
	bool refuse_dma; /* the host refuses those too */
	unsigned int stride;
	struct bench_reader reader[2][DLB_MAX_DIR_PORTS]; /* [is_ldb] */
	unsigned int nb_msix[DLB_NB_MSIX];
	unsigned int nb_dma;
	unsigned int nb_unimplemented; /* times that the device named something it lacks */
	unsigned int nb_maps;
	uint64_t last_dma_iova;
	uint32_t last_dma_word;
	/* called for each entry that the device sends, in order; needs refuse_map */
	void (*on_entry)(struct bench *b, bool is_ldb, unsigned int port, const struct dlb_qe *qe);
	void *on_entry_arg;
	uint64_t now_ns;
	bool unverified;	/* leave the invariants alone, in long loops */
	unsigned int last_hist; /* history entries handed out so far */
};

/* cmocka's setup and teardown; the state before setup points to the version. */
int
bench_setup(void **state);
int
bench_teardown(void **state);
extern const enum dlb_version bench_versions[DLB_NB_VERSIONS];

#define ON(version, suffix, test)                                         \
	{                                                                 \
#test suffix, test, bench_setup, bench_teardown,          \
			(void *)(uintptr_t)&bench_versions[DLB_##version] \
	}
#define ON_BOTH(test) ON(V2_0, " (2.0)", test), ON(V2_5, " (2.5)", test)
#define ON_2_0(test)  ON(V2_0, " (2.0)", test)
#define ON_2_5(test)  ON(V2_5, " (2.5)", test)

/* --- registers ----------------------------------------------------------------------------- */

uint32_t
bench_get(struct bench *b, enum dlb_reg reg, uint32_t i);
void
bench_set(struct bench *b, enum dlb_reg reg, uint32_t i, uint32_t value);

/* --- bringing things up -------------------------------------------------------------------- */

/* Zero means what a driver takes by default. */
struct bench_queue {
	unsigned int vas;
	unsigned int qid;
	unsigned int inflights; /* 2048, or the SNs */
	unsigned int atomics;	/* 64 */
	unsigned int sns;	/* sequence numbers; 0: not for ordered QEs */
	unsigned int group;
	unsigned int slot;
	unsigned int threshold; /* 256 */
	unsigned int hash_code; /* 0: no compression */
	unsigned int flows;	/* 512 */
	bool no_atomic;
	bool stopped; /* leave VASQID_V clear */
};

struct bench_port {
	unsigned int vas;
	unsigned int id;
	unsigned int depth;   /* 128 */
	unsigned int history; /* 128; LDB only */
	bool disabled;
};

/* Switch on; CQ layout standard or sparse for both kinds of ports. */
void
bench_power_up(struct bench *b, bool sparse);
/* Credits of a domain; on 2.5 the sum is one pool. */
void
bench_credits(struct bench *b, unsigned int vas, uint32_t ldb, uint32_t dir);
uint32_t
bench_credits_left(struct bench *b, unsigned int vas, bool is_ldb);
void
bench_ldb_queue(struct bench *b, const struct bench_queue *conf);
void
bench_dir_queue(struct bench *b, const struct bench_queue *conf);
void
bench_ldb_port(struct bench *b, const struct bench_port *conf);
void
bench_dir_port(struct bench *b, const struct bench_port *conf);
/* Give slot @p slot of the port's CQ to queue @p qid; replaces the slot's priority. */
void
bench_link(struct bench *b, unsigned int port, unsigned int slot, unsigned int qid,
	   unsigned int prio);
void
bench_unlink(struct bench *b, unsigned int port, unsigned int slot);
void
bench_enable(struct bench *b, bool is_ldb, unsigned int port, bool enable);
/* Power, domain 0 with all credits, LDB queue 0 for all types linked to LDB port 0. */
void
bench_minimum(struct bench *b);

/* --- traffic ------------------------------------------------------------------------------- */

struct dlb_hcw
bench_qe(enum dlb_cmd cmd, enum dlb_sched_type type, unsigned int qid, unsigned int flow,
	 uint64_t data);
struct dlb_hcw
bench_cmd(enum dlb_cmd cmd, unsigned int lock_id);
struct dlb_hcw
bench_prio(struct dlb_hcw hcw, unsigned int prio);
/* Write one HCW, and nothing more: the device is not stepped. */
void
bench_put(struct bench *b, bool is_ldb, unsigned int port, struct dlb_hcw hcw);
/* Step until nothing moves. Returns QEs written to CQs. */
unsigned int
bench_settle(struct bench *b);
/* Take the next QE of a CQ, if there is one. */
bool
bench_take(struct bench *b, bool is_ldb, unsigned int port, struct dlb_qe *qe);
/* The next QE of the CQ, which must be there, must carry @p data. */
struct dlb_qe
bench_expect(struct bench *b, bool is_ldb, unsigned int port, uint64_t data);
void
bench_expect_none(struct bench *b, bool is_ldb, unsigned int port);
/* Read a CQ until it is empty, giving tokens back and completing what was read. */
unsigned int
bench_drain(struct bench *b, bool is_ldb, unsigned int port);
struct dlbsim_drops
bench_drops(const struct bench *b);
/* Sum of all counters of refused work. */
uint64_t
bench_nb_drops(const struct bench *b);
void
bench_verify(const struct bench *b);

/* Entry @p i of a CQ as it is in memory. */
const struct dlb_qe *
bench_entry(const struct bench *b, bool is_ldb, unsigned int port, unsigned int i);

#endif /* BENCH_H */
