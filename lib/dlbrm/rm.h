/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * What the files of the resource manager share. Not for users.
 *
 * Reads cannot fail on the spot: a register that reads as all ones although it has bits that are
 * always 0 marks the device as gone, and from then on reads give 0 and writes do nothing. So a
 * sequence is written without error branches, every loop on a register ends, and the one who
 * reports to the user asks rm_status() at the end.
 *
 * LDB = load-balanced, DIR = directed, CQ = consumer queue, PP = producer port, SN = sequence
 * number, CoS = class of service.
 */

#ifndef RM_H
#define RM_H

#ifdef __KERNEL__
#include <linux/errno.h>
#include <linux/string.h>
#else
#include <errno.h>
#include <string.h>
#endif

#include "dlbrm.h"

/* --- registers: dlbrm.c --- */

uint32_t
rm_read(struct dlbrm *rm, enum dlb_reg reg, unsigned int i);

void
rm_write(struct dlbrm *rm, enum dlb_reg reg, unsigned int i, uint32_t value);

void
rm_write2(struct dlbrm *rm, enum dlb_reg reg, unsigned int i, unsigned int j, uint32_t value);

/* Return when earlier register writes have reached the device. */
void
rm_flush(struct dlbrm *rm);

/* 0, or -EIO once the device is gone. */
static inline int
rm_status(const struct dlbrm *rm)
{
	return rm->gone ? -EIO : 0;
}

/* Does this version of the device have the register? */
static inline bool
rm_has(const struct dlbrm *rm, enum dlb_reg reg)
{
	return dlb_reg_descs[reg].count[rm->version] != 0;
}

/* --- whose is what: rm_domain.c --- */

/* Sets of domain states, as an operation allows them. */
#define RM_IN(state)  BIT(state)
#define RM_IN_CREATED RM_IN(DLBRM_DOMAIN_CREATED)
#define RM_IN_RUNNING (RM_IN(DLBRM_DOMAIN_STARTED) | RM_IN(DLBRM_DOMAIN_STOPPED))
#define RM_IN_QUIET   (RM_IN_CREATED | RM_IN(DLBRM_DOMAIN_STOPPED)) /* no port may enqueue */
#define RM_IN_USABLE  (RM_IN_CREATED | RM_IN_RUNNING)

/* 0 if the domain exists and is in one of the states, else the errno to report. */
int
rm_domain_check(const struct dlbrm *rm, unsigned int domain, uint32_t states);

/* 0 if the domain has made this port or queue, else the errno to report. */
int
rm_ldb_port_check(const struct dlbrm *rm, unsigned int domain, unsigned int port);

int
rm_dir_port_check(const struct dlbrm *rm, unsigned int domain, unsigned int port);

int
rm_ldb_queue_check(const struct dlbrm *rm, unsigned int domain, unsigned int qid);

int
rm_dir_queue_check(const struct dlbrm *rm, unsigned int domain, unsigned int qid);

static inline bool
rm_ldb_port_is_of(const struct dlbrm *rm, unsigned int port, unsigned int domain)
{
	return rm->ldb_ports[port].domain == domain && rm->ldb_ports[port].configured;
}

static inline bool
rm_ldb_queue_is_of(const struct dlbrm *rm, unsigned int qid, unsigned int domain)
{
	return rm->ldb_queues[qid].domain == domain && rm->ldb_queues[qid].configured;
}

static inline bool
rm_dir_port_is_of(const struct dlbrm *rm, unsigned int port, unsigned int domain)
{
	return rm->dir_pairs[port].domain == domain && rm->dir_pairs[port].has_port;
}

static inline bool
rm_dir_queue_is_of(const struct dlbrm *rm, unsigned int qid, unsigned int domain)
{
	return rm->dir_pairs[qid].domain == domain && rm->dir_pairs[qid].has_queue;
}

/* Allow (1) or forbid (0) the domain to enqueue to each of its queues. */
void
rm_domain_vasqid_write(struct dlbrm *rm, unsigned int domain, uint32_t value);

/* Elements waiting in a queue: rm_queue.c. */
uint32_t
rm_ldb_queue_depth(struct dlbrm *rm, unsigned int qid);

uint32_t
rm_dir_queue_depth(struct dlbrm *rm, unsigned int qid);

/*
 * The DIR pair that a new port shall belong to: the one of a queue of the domain, or with -1 one
 * that is unused. Its id or a negative errno.
 */
int
rm_dir_pair_for_port(const struct dlbrm *rm, unsigned int domain, int queue_id);

/* --- mappings: rm_map.c --- */

bool
rm_ldb_queue_is_mapped(const struct dlbrm *rm, unsigned int qid);

/* Let the CQ be scheduled to, unless its user or a pending unmap holds it off. No flush. */
void
rm_ldb_cq_resume(struct dlbrm *rm, unsigned int port);

/* Push all pending maps and unmaps of the domain on; how many remain. */
unsigned int
rm_pending_push(struct dlbrm *rm, unsigned int domain);

/* Domain reset only: map the queue to the port, whose CQ is idle, sacrificing slot 0 if need be. */
void
rm_map_leftover(struct dlbrm *rm, unsigned int port, unsigned int qid);

/* --- mapping registers: rm_map_regs.c --- */

/* Which slots of the port are valid, at which priority. */
void
rm_cq2priov_write(struct dlbrm *rm, unsigned int port);

/* Which queue is in this slot of the port, and in three others of the same register. */
void
rm_cq2qid_write(struct dlbrm *rm, unsigned int port, unsigned int slot);

/* In which slots the queue is: the word with this port, of three tables. */
void
rm_qid2cqidix_write(struct dlbrm *rm, unsigned int qid, unsigned int port);

/* Tell the scheduler's cache of conditions about one (CQ, slot). */
void
rm_sched_ctrl_write(struct dlbrm *rm, unsigned int port, unsigned int slot, uint32_t flags);

/* --- draining: rm_drain.c --- */

/* Complete and give back what the CQ holds. Returns how much that was. */
uint32_t
rm_ldb_cq_drain(struct dlbrm *rm, unsigned int port);

uint32_t
rm_dir_cq_drain(struct dlbrm *rm, unsigned int port);

/* Elements and tokens that the CQ holds: 0 for a CQ that is drained. */
uint32_t
rm_ldb_cq_held(struct dlbrm *rm, unsigned int port);

uint32_t
rm_dir_cq_held(struct dlbrm *rm, unsigned int port);

/* --- reset values: rm_reset_values.c --- */

void
rm_domain_reset_values_write(struct dlbrm *rm, unsigned int domain);

/* --- sequence numbers: rm_sn.c --- */

/* Find a free SN slot for a queue of so many SNs. 0 or -ENOSPC. */
int
rm_sn_slot_find(const struct dlbrm *rm, unsigned int nb_sns, struct dlbrm_ldb_queue *queue);

/* --- watchdogs: rm_watchdog.c --- */

/* Collect the CQs whose watchdog ran out, and watch them again. */
void
rm_watchdog_collect(struct dlbrm *rm, struct dlbrm_ports *timed_out);

#endif /* RM_H */
