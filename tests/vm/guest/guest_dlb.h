/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A DLB (Dynamic Load Balancer) in the guest: the resource manager of lib/dlbrm on a PCI function
 * that VFIO (Virtual Function I/O) gave, and stores to its producer ports.
 *
 * For test programs: whatever fails ends the program with a sentence.
 */

#ifndef GUEST_DLB_H
#define GUEST_DLB_H

#include "dlbrm.h"
#include "guest_vfio.h"

/* BARs: producer ports, registers. */
#define GUEST_FUNC 0
#define GUEST_CSR  2

struct guest_dlb {
	struct vfio_function f;
	struct dlbrm rm;
	enum dlb_version version;
	unsigned int nb_accesses; /* to registers, by the resource manager */
	int events[2];		  /* descriptors of the interrupt vectors: alarms, CQs */
};

/* Open the device at a PCI address, with its BARs and both interrupt vectors. */
void
guest_dlb_open(struct guest_dlb *dlb, const char *address);

/* Bring it from whatever state it is in to one without domains that reports alarms. */
void
guest_dlb_start(struct guest_dlb *dlb);

/* What a processor without 64-byte stores does: four stores of 16 bytes to one address. */
void
guest_dlb_send(struct guest_dlb *dlb, bool is_ldb, unsigned int port, const struct dlb_line *line);

/* What MOVDIR64B becomes where it is emulated: eight stores to consecutive addresses. */
void
guest_dlb_send_words(struct guest_dlb *dlb, bool is_ldb, unsigned int port,
		     const struct dlb_line *line);

/* Return when what was sent has arrived. */
void
guest_dlb_flush(struct guest_dlb *dlb, bool is_ldb, unsigned int port);

/* Wait until an interrupt has come; returns how many. */
uint64_t
guest_dlb_wait(const struct guest_dlb *dlb, unsigned int vector);

/* An id or a count, which must not be negative. */
unsigned int
guest_dlb_check(const char *what, int ret);

#define CHECK(call) guest_dlb_check(#call, call)

#endif /* GUEST_DLB_H */
