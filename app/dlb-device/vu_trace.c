/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The trace. See vu_trace.h for its format. Names come from the table of registers in lib/dlbhw; a
 * field that this version of the device lacks is not shown.
 */

#include <inttypes.h>
#include <stdarg.h>

#include "vu_time.h"
#include "vu_trace.h"

/* Registers with no more fields than this show them all. */
#define FEW_FIELDS 4

struct field {
	uint16_t reg;
	const char *name;
	uint32_t mask[DLB_NB_VERSIONS];
};

/* clang-format off */

#define BITS(msb, lsb) ((msb) >= (lsb) ? GENMASK((msb) >= (lsb) ? (msb) : (lsb), lsb) : 0u)

/* In the order of the registers. */
static const struct field fields[] = {
#define DLB_FIELD_ROW(reg_, field, name_, msb20, msb25, lsb, access) \
	{ DLB_R_##reg_, name_, { BITS(msb20, lsb), BITS(msb25, lsb) } },
#include "dlb_regs.def"
};

/* clang-format on */

#define NB_FIELDS (sizeof(fields) / sizeof(fields[0]))

static void
begin_line(const struct vu_tracer *t, char kind)
{
	uint64_t us = (vu_now_ns() - t->start_ns) / 1000;

	fprintf(t->file, "%" PRIu64 ".%06" PRIu64 " %u %c ", us / 1000000, us % 1000000, t->device,
		kind);
}

void
vu_trace_text(const struct vu_tracer *t, char kind, const char *format, ...)
{
	va_list args;

	if (t->file == NULL)
		return;
	begin_line(t, kind);
	va_start(args, format);
	vfprintf(t->file, format, args);
	va_end(args);
	putc('\n', t->file);
}

/* --- registers ----------------------------------------------------------------------------- */

static void
put_name(const struct vu_tracer *t, const struct dlb_reg_ref *ref)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[ref->reg];

	fputs(desc->name, t->file);
	if (desc->count2 > 1)
		fprintf(t->file, "(%u,%u)", ref->i, ref->j);
	else if (desc->count[t->version] > 1)
		fprintf(t->file, "(%u)", ref->i);
}

static const struct field *
first_field(enum dlb_reg reg)
{
	const struct field *field = fields;

	while (field < &fields[NB_FIELDS] && field->reg < reg)
		field++;
	return field;
}

static void
put_fields(const struct vu_tracer *t, enum dlb_reg reg, uint32_t value)
{
	const struct field *first = first_field(reg), *end = first;
	const char *before = " (";

	while (end < &fields[NB_FIELDS] && end->reg == reg)
		end++;
	for (const struct field *f = first; f < end; f++) {
		uint32_t mask = f->mask[t->version];

		if (mask == 0 || ((value & mask) == 0 && end - first > FEW_FIELDS))
			continue;
		fprintf(t->file, "%s%s=%u", before, f->name,
			(value & mask) >> DLB_FIELD_SHIFT(mask));
		before = " ";
	}
	if (before[1] == '\0')
		putc(')', t->file);
}

void
vu_trace_register(const struct vu_tracer *t, char kind, enum dlb_bar bar, uint32_t offset,
		  uint32_t value)
{
	struct dlb_reg_ref ref;

	if (t->file == NULL)
		return;
	begin_line(t, kind);
	if (dlb_reg_find(t->version, bar, offset, &ref)) {
		put_name(t, &ref);
		fprintf(t->file, " = 0x%08x", value);
		put_fields(t, ref.reg, value);
	} else {
		fprintf(t->file, "%s+0x%08x = 0x%08x", bar == DLB_BAR_FUNC ? "FUNC" : "CSR", offset,
			value);
	}
	putc('\n', t->file);
}

void
vu_trace_config(const struct vu_tracer *t, char kind, uint32_t offset, unsigned int size,
		uint32_t value)
{
	vu_trace_text(t, kind, "0x%03x %u = 0x%0*x", offset, size, (int)(2 * size), value);
}

/* --- commands ------------------------------------------------------------------------------ */

/* NULL for a command that does not exist. */
static const char *
command_name(uint8_t cmd)
{
	static const char *const names[16] = {
		[DLB_CMD_BAT_T] = "BAT_T",   [DLB_CMD_COMP] = "COMP",	[DLB_CMD_COMP_T] = "COMP_T",
		[DLB_CMD_ARM] = "ARM",	     [DLB_CMD_NEW] = "NEW",	[DLB_CMD_NEW_T] = "NEW_T",
		[DLB_CMD_FWD] = "FWD",	     [DLB_CMD_FWD_T] = "FWD_T", [DLB_CMD_FRAG] = "FRAG",
		[DLB_CMD_FRAG_T] = "FRAG_T",
	};

	return names[cmd % 16];
}

static void
put_element(const struct vu_tracer *t, const struct dlb_hcw *hcw)
{
	static const char *const types[] = {
		[DLB_SCHED_ATOMIC] = "ATOMIC",
		[DLB_SCHED_UNORDERED] = "UNORDERED",
		[DLB_SCHED_ORDERED] = "ORDERED",
		[DLB_SCHED_DIRECTED] = "DIRECTED",
	};

	fprintf(t->file, " qid=%u type=%s prio=%u lock=0x%04x opaque=0x%04x data=0x%016" PRIx64,
		hcw->qid, types[FIELD_GET(DLB_HCW_SCHED_TYPE, hcw->type_prio)],
		FIELD_GET(DLB_HCW_PRIO, hcw->type_prio), hcw->lock_id, hcw->opaque, hcw->data);
}

void
vu_trace_hcw(const struct vu_tracer *t, bool is_ldb, unsigned int port, const struct dlb_hcw *hcw)
{
	uint8_t cmd = (uint8_t)FIELD_GET(DLB_HCW_CMD, hcw->cmd);
	const char *name = command_name(cmd);

	if (t->file == NULL || cmd == DLB_CMD_NOOP)
		return;
	begin_line(t, 'P');
	fprintf(t->file, "%s(%u) ", is_ldb ? "LDB" : "DIR", port);
	if (name == NULL)
		fprintf(t->file, "ILLEGAL cmd=0x%x", cmd);
	else
		fputs(name, t->file);
	if (name != NULL && (cmd & DLB_HCW_QE_VALID) != 0)
		put_element(t, hcw);
	else if (cmd == DLB_CMD_BAT_T || cmd == DLB_CMD_COMP_T)
		fprintf(t->file, " tokens=%u", FIELD_GET(DLB_HCW_TOKENS, hcw->lock_id) + 1);
	putc('\n', t->file);
}
