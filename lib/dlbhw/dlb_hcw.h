/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * What travels between a core and the device, byte by byte.
 *
 * A hardware command word (HCW) is the 16 bytes that a core writes to a producer port (PP), four
 * of them to a 64-byte line; a queue element (QE) is the 16 bytes that the device writes to a
 * consumer queue (CQ). Both are little endian. This file also knows where a PP lies in the
 * FUNC BAR, how a CQ's depth is encoded and what an alarm's syndrome names. It knows no
 * register. "LDB" is load-balanced, "DIR" is directed.
 */

#ifndef DLB_HCW_H
#define DLB_HCW_H

#include "dlb_bits.h"

enum dlb_sched_type {
	DLB_SCHED_ATOMIC = 0,
	DLB_SCHED_UNORDERED = 1,
	DLB_SCHED_ORDERED = 2,
	DLB_SCHED_DIRECTED = 3,
};

/*
 * Commands: bits 3:0 of an HCW's last byte. They decompose into the bits CQ_TOKEN, QE_COMP,
 * QE_FRAG and QE_VALID below; codes that are missing here are illegal. COMP, FWD, FRAG and their
 * _T forms are illegal on a DIR port.
 */
enum dlb_cmd {
	DLB_CMD_NOOP = 0x0,
	DLB_CMD_BAT_T = 0x1,  /* return lock_id[9:0] + 1 tokens */
	DLB_CMD_COMP = 0x2,   /* complete the oldest QE of the CQ */
	DLB_CMD_COMP_T = 0x3, /* both of these */
	DLB_CMD_ARM = 0x5,    /* arm the CQ's interrupt */
	DLB_CMD_NEW = 0x8,    /* enqueue */
	DLB_CMD_NEW_T = 0x9,  /* and return one token, as the other _T commands with a QE */
	DLB_CMD_FWD = 0xA,    /* enqueue in the place of the oldest QE, which it completes */
	DLB_CMD_FWD_T = 0xB,
	DLB_CMD_FRAG = 0xC, /* enqueue one of several products of the oldest QE */
	DLB_CMD_FRAG_T = 0xD,
};

/* One command for the device, as written to a PP. A zeroed one is a NOOP. */
struct dlb_hcw {
	uint64_t data;
	uint16_t opaque;
	uint8_t qid;
	uint8_t type_prio;
	uint16_t lock_id; /* flow id, or the token count of a command without a QE */
	uint8_t flags14;
	uint8_t cmd;
};

/*
 * One QE in a CQ. In a DIR CQ bytes 10 and 11 hold the enqueued lock_id and flow_id holds the
 * PP that it came from.
 */
struct dlb_qe {
	uint64_t data;
	uint16_t opaque;
	uint8_t qid;
	uint8_t type_prio;
	uint16_t flow_id;
	uint8_t debug;
	uint8_t status;
};

#define DLB_HCWS_PER_LINE 4
#define DLB_LINE_BYTES	  64

/* One enqueue: what a core writes to a PP in one go. Slots take effect in order. */
struct dlb_line {
	struct dlb_hcw hcw[DLB_HCWS_PER_LINE];
} __attribute__((aligned(DLB_LINE_BYTES)));

/* dlb_hcw.type_prio and dlb_qe.type_prio */
#define DLB_HCW_SCHED_TYPE GENMASK(1, 0)
#define DLB_HCW_PRIO	   GENMASK(4, 2) /* 0 is the most urgent */
#define DLB_HCW_MSG_TYPE   GENMASK(7, 5)

/* dlb_hcw.lock_id of a command that returns tokens and carries no QE: count - 1 */
#define DLB_HCW_TOKENS GENMASK(9, 0)

/* dlb_hcw.flags14 */
#define DLB_HCW_MEAS   BIT(0)
#define DLB_HCW_WEIGHT GENMASK(2, 1) /* 2.5: log2 of 1, 2, 4 or 8 units */
#define DLB_HCW_NO_DEC BIT(3)
#define DLB_HCW_CMP_ID GENMASK(7, 4)

/* dlb_hcw.cmd */
#define DLB_HCW_CMD	 GENMASK(3, 0)
#define DLB_HCW_CQ_TOKEN BIT(0)
#define DLB_HCW_QE_COMP	 BIT(1)
#define DLB_HCW_QE_FRAG	 BIT(2)
#define DLB_HCW_QE_VALID BIT(3)
#define DLB_HCW_INT_ARM	 BIT(4)
#define DLB_HCW_ERROR	 BIT(5)

/* dlb_qe.flow_id of a DIR CQ */
#define DLB_QE_DIR_PP GENMASK(9, 0)

/* dlb_qe.status */
#define DLB_QE_GEN   BIT(0)
#define DLB_QE_DEPTH GENMASK(2, 1) /* queue depth against its threshold, see dlb_depth_hint */
#define DLB_QE_ERROR BIT(5)

/* The queue's depth when the QE left it, as a part of the queue's depth threshold. */
enum dlb_depth_hint {
	DLB_DEPTH_LE_50 = 0,
	DLB_DEPTH_GT_50 = 1,
	DLB_DEPTH_GT_75 = 2,
	DLB_DEPTH_GT_100 = 3,
};

/* An ordered QE may turn into as many fragments. */
#define DLB_MAX_FRAGS 16

/* QE priorities 0..7 fall into four bins. */
#define DLB_NB_BINS 4

static inline uint32_t
dlb_prio_bin(uint32_t prio)
{
	return (prio & 7) / 2;
}

/*
 * PPs: one page each in the FUNC BAR, in two windows. The maskable one is what a PF without
 * PASID (process address space id), a VF and a guest use; the driver window always has the PF's
 * view of the ports.
 */
#define DLB_PP_PAGE_BYTES	 0x1000
#define DLB_PP_DIR_WINDOW	 0x02000000
#define DLB_PP_LDB_WINDOW	 0x02100000
#define DLB_PP_DRIVER_DIR_WINDOW 0x02200000
#define DLB_PP_DRIVER_LDB_WINDOW 0x02300000

static inline uint32_t
dlb_pp_offset(bool is_ldb, uint32_t port)
{
	return (is_ldb ? DLB_PP_LDB_WINDOW : DLB_PP_DIR_WINDOW) + port * DLB_PP_PAGE_BYTES;
}

static inline uint32_t
dlb_pp_driver_offset(bool is_ldb, uint32_t port)
{
	return (is_ldb ? DLB_PP_DRIVER_LDB_WINDOW : DLB_PP_DRIVER_DIR_WINDOW) +
	       port * DLB_PP_PAGE_BYTES;
}

/*
 * CQ depth. The device counts tokens, one for each QE written and not yet returned, up to
 * 4 << code; a depth below 8 is made by starting the count at 8 - depth, in a ring of 8.
 */
#define DLB_MIN_CQ_DEPTH      1
#define DLB_MAX_CQ_DEPTH      1024
#define DLB_MIN_CQ_RING	      8
#define DLB_MAX_CQ_DEPTH_CODE 8

/* Bytes from one CQ entry to the next in the two layouts. */
#define DLB_CQ_STANDARD_STRIDE 16
#define DLB_CQ_SPARSE_STRIDE   64

static inline bool
dlb_cq_depth_is_legal(uint32_t depth)
{
	return depth >= DLB_MIN_CQ_DEPTH && depth <= DLB_MAX_CQ_DEPTH && (depth & (depth - 1)) == 0;
}

/* The *_TKN_DEPTH_SEL code of a legal depth. */
static inline uint32_t
dlb_cq_depth_code(uint32_t depth)
{
	uint32_t code = 1;

	while (code < DLB_MAX_CQ_DEPTH_CODE && (4u << code) < depth)
		code++;
	return code;
}

/* Entries of the ring of a CQ of this depth. */
static inline uint32_t
dlb_cq_ring_size(uint32_t depth)
{
	return depth < DLB_MIN_CQ_RING ? DLB_MIN_CQ_RING : depth;
}

/* What the token count starts at, and returns to when all tokens are back. */
static inline uint32_t
dlb_cq_token_preload(uint32_t depth)
{
	return dlb_cq_ring_size(depth) - depth;
}

/*
 * Tokens a CQ may have out, and entries of its ring. Code 0, the reset value, gives 4 by the same
 * formula; codes beyond the last are not defined and taken for the last.
 */
static inline uint32_t
dlb_cq_token_limit(uint32_t code)
{
	return 4u << (code < DLB_MAX_CQ_DEPTH_CODE ? code : DLB_MAX_CQ_DEPTH_CODE);
}

/*
 * Alarms: what SOURCE, UNIT and AID (alarm id) of a syndrome register say. SYNDROME holds the
 * port; for an alarm of the CHP (credit and history pipe) also whether it is an LDB port, which
 * is in IS_LDB otherwise.
 */
enum dlb_alarm_source {
	DLB_ALARM_SOURCE_SYS = 0,
	DLB_ALARM_SOURCE_DLB = 1,
};

enum dlb_alarm_unit {
	DLB_ALARM_UNIT_CHP = 4,
};

enum dlb_alarm_aid_sys {
	DLB_ALARM_AID_ILLEGAL_QID = 3,
	DLB_ALARM_AID_DISABLED_QID = 4,
	DLB_ALARM_AID_ILLEGAL_HCW = 5,
};

enum dlb_alarm_aid_chp {
	DLB_ALARM_AID_ILLEGAL_ENQ = 1,
	DLB_ALARM_AID_EXCESS_TOKENS = 2,
};

#define DLB_ALARM_SYNDROME_PORT	  GENMASK(6, 0)
#define DLB_ALARM_SYNDROME_IS_LDB BIT(7)

#define DLB_ASSERT_AT(type, member, offset) \
	_Static_assert(offsetof(struct type, member) == (offset), #type "." #member)

_Static_assert(sizeof(struct dlb_hcw) == 16, "an HCW is 16 bytes");
DLB_ASSERT_AT(dlb_hcw, data, 0);
DLB_ASSERT_AT(dlb_hcw, opaque, 8);
DLB_ASSERT_AT(dlb_hcw, qid, 10);
DLB_ASSERT_AT(dlb_hcw, type_prio, 11);
DLB_ASSERT_AT(dlb_hcw, lock_id, 12);
DLB_ASSERT_AT(dlb_hcw, flags14, 14);
DLB_ASSERT_AT(dlb_hcw, cmd, 15);
_Static_assert(sizeof(struct dlb_qe) == 16, "a QE is 16 bytes");
DLB_ASSERT_AT(dlb_qe, data, 0);
DLB_ASSERT_AT(dlb_qe, opaque, 8);
DLB_ASSERT_AT(dlb_qe, qid, 10);
DLB_ASSERT_AT(dlb_qe, type_prio, 11);
DLB_ASSERT_AT(dlb_qe, flow_id, 12);
DLB_ASSERT_AT(dlb_qe, debug, 14);
DLB_ASSERT_AT(dlb_qe, status, 15);
_Static_assert(sizeof(struct dlb_line) == DLB_LINE_BYTES, "a line is 64 bytes");
_Static_assert(_Alignof(struct dlb_line) == DLB_LINE_BYTES, "a line is 64-byte aligned");

#endif /* DLB_HCW_H */
