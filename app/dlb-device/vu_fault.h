/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Faults that somebody gives a device on purpose: it answers wrong, late or not at all.
 *
 * A driver has to survive them, and only a device can show that it does. Who runs the server says
 * what is wrong, in lines of text; a client cannot. Limits are in accesses or in time, and a fault
 * ends at the latest when its device is mended or its client goes.
 */

#ifndef VU_FAULT_H
#define VU_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "dlb_regs.h"

#define VU_MAX_FAULTS	     16
#define VU_FAULT_ERROR_BYTES 160
#define VU_FAULT_LINE_BYTES  160

enum vu_fault_kind {
	VU_FAULT_READ,	    /* what is read somewhere is wrong */
	VU_FAULT_WRITE,	    /* what is written there is ignored */
	VU_FAULT_INTERRUPT, /* a vector is sent, though there is no reason to */
};

/* One thing that is wrong, the first two kinds with a register or a word of configuration space. */
struct vu_fault {
	enum vu_fault_kind kind;
	unsigned int vector;
	bool is_everywhere;	/* in configuration space, or in both BARs */
	uint32_t region;	/* one of VU_REGION_* */
	uint32_t offset;	/* of the word, in configuration space */
	struct dlb_reg_ref reg; /* in a BAR; an index may be VU_FAULT_ANY */
	uint32_t value;		/* what is read there... */
	uint32_t mask;		/* ...in these bits */
	uint64_t nb_left;	/* accesses or interrupts, and */
	uint64_t until_ns;	/* a time, until which it lasts */
};

#define VU_FAULT_ANY UINT32_MAX

struct vu_faults {
	struct vu_fault list[VU_MAX_FAULTS];
	unsigned int nb;
	uint64_t stalled_until_ns; /* the device moves no event; 0: it does */
};

/*
 * Obey a line such as "stall 300ms", which is changed on the way. Returns 0, or -EINVAL with a
 * sentence in @p error, of VU_FAULT_ERROR_BYTES, and nothing changed.
 */
int
vu_fault_command(struct vu_faults *faults, enum dlb_version version, char *line, char *error);

/* What is read, instead of a value, at the offset of a 32-bit word. Counts as an access. */
uint32_t
vu_fault_read(struct vu_faults *faults, enum dlb_version version, uint32_t region, uint32_t offset,
	      uint32_t value);

/* Is a write there ignored? Counts as an access. */
bool
vu_fault_ignores(struct vu_faults *faults, enum dlb_version version, uint32_t region,
		 uint32_t offset);

/* Is the vector sent now? Counts as an interrupt. */
bool
vu_fault_interrupts(struct vu_faults *faults, unsigned int vector);

/* How long the device still moves no event: 0, it does. */
uint64_t
vu_fault_stall_ns(const struct vu_faults *faults);

#endif /* VU_FAULT_H */
