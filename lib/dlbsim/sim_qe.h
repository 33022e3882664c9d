/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Bytes 8..15 of a hardware command word (HCW) or queue element (QE) as one 64-bit word.
 *
 * The data path moves elements as two 64-bit words and looks into the second by shifts; writing
 * single bytes and then reading the whole would stall the store buffer of the CPU.
 */

#ifndef SIM_QE_H
#define SIM_QE_H

#include <string.h>

#include "sim.h"

static inline struct sim_qe
qe_load(const struct dlb_hcw *hcw)
{
	struct sim_qe qe;

	memcpy(&qe, hcw, sizeof(qe));
	return qe;
}

/* The second word alone: what the first one says matters to nobody but the receiver. */
static inline uint64_t
qe_meta(const struct dlb_hcw *hcw)
{
	uint64_t meta;

	memcpy(&meta, &hcw->opaque, sizeof(meta));
	return meta;
}

static inline unsigned int
qe_cmd(uint64_t meta)
{
	return (unsigned int)(meta >> 56) & DLB_HCW_CMD;
}

static inline unsigned int
qe_qid(uint64_t meta)
{
	return (uint8_t)(meta >> 16);
}

static inline unsigned int
qe_type(uint64_t meta)
{
	return (unsigned int)(meta >> 24) & 3;
}

static inline unsigned int
qe_bin(uint64_t meta)
{
	return (unsigned int)(meta >> 27) & 3;
}

static inline unsigned int
qe_lock_id(uint64_t meta)
{
	return (uint16_t)(meta >> 32);
}

/* Work units, 1 2 4 or 8 (2.5). */
static inline unsigned int
qe_weight(uint64_t meta)
{
	return 1U << ((meta >> 49) & 3);
}

/* What stays of an HCW while it is stored: byte 15 only keeps the error flag. */
static inline struct sim_qe
qe_stored(struct sim_qe qe)
{
	qe.meta &= UINT64_C(0x2006FFFFFFFFFFFF);
	return qe;
}

/*
 * A directed QE on its way to its queue has its producer port in byte 14, which it needs for
 * nothing else.
 */
static inline struct sim_qe
qe_with_pp(struct sim_qe qe, unsigned int pp)
{
	qe.meta = (qe.meta & ~(UINT64_C(0xFF) << 48)) | (uint64_t)pp << 48;
	return qe;
}

/* A directed CQ shows the lock id in bytes 10-11 and the producer port in 12-13. */
static inline struct sim_qe
qe_directed(struct sim_qe qe)
{
	uint64_t lock_id = qe_lock_id(qe.meta);
	uint64_t pp = (uint8_t)(qe.meta >> 48);

	qe.meta = (qe.meta & UINT64_C(0x200000000000FFFF)) | lock_id << 16 | pp << 32;
	return qe;
}

/* Byte 15 as a CQ shows it, in place, but for the error flag. */
static inline uint64_t
qe_status(unsigned int hint, unsigned int gen)
{
	return (uint64_t)(hint << 1 | gen) << 56;
}

/* The word as a CQ shows it. */
static inline uint64_t
qe_delivered(uint64_t meta, uint64_t status)
{
	return (meta & UINT64_C(0x2000FFFFFFFFFFFF)) | status;
}

#endif /* SIM_QE_H */
