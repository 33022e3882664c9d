/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The trace: a line of text for each thing that a client does to a device.
 *
 *	SECONDS DEVICE KIND TEXT
 *
 * SECONDS since the server started, with microseconds; DEVICE counted from 0 in the order of the
 * command line; KIND one of
 *
 *	R W	register:	 LSP_CQ_LDB_DSBL(3) = 0x00000001 (DISABLED=1)
 *	r w	configuration:	 0x074 4 = 0x0000a910
 *	P	producer port:	 LDB(5) NEW qid=3 type=ATOMIC prio=2 lock=0x0012 ...
 *	I	interrupt:	 vector 1
 *	D	memory access:	 map 0x100000000 0x200000 read write file
 *	S	connection:	 client connected
 *	!	a fault:	 what the device or the server refused
 *
 * Registers have their name, with the index in an array of them, or BAR+offset where there is none;
 * fields stand in brackets, those that are 0 only if there are few. Commands that do nothing (NOOP)
 * are left out. A tracer without a file does nothing; it knows neither sockets nor the device.
 */

#ifndef VU_TRACE_H
#define VU_TRACE_H

#include <stdio.h>

#include "dlb_hcw.h"
#include "dlb_regs.h"

struct vu_tracer {
	FILE *file; /* NULL: no trace */
	uint64_t start_ns;
	unsigned int device;
	enum dlb_version version;
};

void
vu_trace_register(const struct vu_tracer *t, char kind, enum dlb_bar bar, uint32_t offset,
		  uint32_t value);

void
vu_trace_config(const struct vu_tracer *t, char kind, uint32_t offset, unsigned int size,
		uint32_t value);

void
vu_trace_hcw(const struct vu_tracer *t, bool is_ldb, unsigned int port, const struct dlb_hcw *hcw);

/* Any other kind of line. */
void
vu_trace_text(const struct vu_tracer *t, char kind, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* VU_TRACE_H */
