/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Faults on purpose. See vu_fault.h.
 *
 * A line is parsed into a fault as a whole before anything is changed. With no fault, which is
 * nearly always, an access costs one comparison here.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dlb_limits.h"
#include "vu_fault.h"
#include "vu_proto.h"
#include "vu_time.h"

#define FAIL(error, ...) (snprintf(error, VU_FAULT_ERROR_BYTES, __VA_ARGS__), -EINVAL)

#define CONFIG_BYTES 4096

/* --- lines --------------------------------------------------------------------------------- */

/* The number that the text begins with; *end is what follows, or the text if there is none. */
static uint64_t
number(const char *text, const char **end)
{
	char *after;
	uint64_t value;

	*end = text;
	if (text[0] < '0' || text[0] > '9')
		return 0;
	errno = 0;
	value = strtoull(text, &after, 0);
	if (errno == 0)
		*end = after;
	return value;
}

/* "0x1", "0x1/0xff" */
static int
parse_value(struct vu_fault *fault, const char *text, char *error)
{
	const char *end, *after;
	uint64_t value, mask = UINT32_MAX;

	value = number(text, &end);
	after = end;
	if (end != text && end[0] == '/') {
		mask = number(end + 1, &after);
		if (after == end + 1)
			after = text;
	}
	if (after == text || after[0] != '\0' || (value & ~mask) != 0 || mask > UINT32_MAX)
		return FAIL(error, "%s: not VALUE or VALUE/MASK of 32 bits", text);
	fault->value = (uint32_t)value;
	fault->mask = (uint32_t)mask;
	return 0;
}

/* "5x", "300ms", or nothing. */
static int
parse_limit(struct vu_fault *fault, const char *text, char *error)
{
	const char *end;
	uint64_t limit;

	fault->nb_left = UINT64_MAX;
	fault->until_ns = UINT64_MAX;
	if (text == NULL)
		return 0;
	limit = number(text, &end);
	if (end != text && limit > 0 && limit <= UINT32_MAX && strcmp(end, "x") == 0)
		fault->nb_left = limit;
	else if (end != text && limit > 0 && limit <= UINT32_MAX && strcmp(end, "ms") == 0)
		fault->until_ns = vu_now_ns() + limit * VU_NS_PER_MS;
	else
		return FAIL(error, "%s: not a limit such as 5x or 300ms", text);
	return 0;
}

/* "(3)" or "(3,1)" after the name of an array; without one the fault is of all its elements. */
static int
parse_indices(struct vu_fault *fault, enum dlb_version version, const char *text)
{
	const struct dlb_reg_desc *desc = &dlb_reg_descs[fault->reg.reg];
	unsigned int i, j = 0;
	int len = 0;

	fault->reg.i = VU_FAULT_ANY;
	fault->reg.j = VU_FAULT_ANY;
	if (text[0] == '\0')
		return 0;
	if (desc->count2 > 1)
		(void)sscanf(text, "(%u,%u)%n", &i, &j, &len);
	else
		(void)sscanf(text, "(%u)%n", &i, &len);
	if (len == 0 || text[len] != '\0' || i >= desc->count[version] || j >= desc->count2)
		return -EINVAL;
	fault->reg.i = i;
	fault->reg.j = j;
	return 0;
}

static int
parse_register(struct vu_fault *fault, enum dlb_version version, const char *text, char *error)
{
	size_t len = strcspn(text, "(");

	for (unsigned int r = 0; r < DLB_R_COUNT; r++) {
		const struct dlb_reg_desc *desc = &dlb_reg_descs[r];

		if (strlen(desc->name) != len || memcmp(desc->name, text, len) != 0 ||
		    desc->count[version] == 0)
			continue;
		fault->region = desc->bar == DLB_BAR_FUNC ? VU_REGION_BAR0 : VU_REGION_BAR2;
		fault->reg.reg = (enum dlb_reg)r;
		if (parse_indices(fault, version, text + len) == 0)
			return 0;
		break;
	}
	return FAIL(error, "%s: no register of this device", text);
}

/* "0x4" */
static int
parse_offset(struct vu_fault *fault, const char *text)
{
	const char *end;
	uint64_t offset = number(text, &end);

	if (end == text || end[0] != '\0' || offset >= CONFIG_BYTES || offset % 4 != 0)
		return -EINVAL;
	fault->offset = (uint32_t)offset;
	return 0;
}

/* "registers", "LSP_CQ_LDB_DSBL(3)", "config", "config+0x4" */
static int
parse_place(struct vu_fault *fault, enum dlb_version version, const char *text, char *error)
{
	static const char config[] = "config+";

	fault->region = VU_REGION_BAR0;
	fault->is_everywhere = strcmp(text, "registers") == 0 || strcmp(text, "config") == 0;
	if (strcmp(text, "config") == 0 || strncmp(text, config, strlen(config)) == 0)
		fault->region = VU_REGION_CONFIG;
	if (fault->is_everywhere)
		return 0;
	if (fault->region != VU_REGION_CONFIG)
		return parse_register(fault, version, text, error);
	if (parse_offset(fault, text + strlen(config)) == 0)
		return 0;
	return FAIL(error, "%s: no word of the configuration space", text);
}

/* --- commands ------------------------------------------------------------------------------ */

static bool
is_over(const struct vu_fault *fault)
{
	return fault->nb_left == 0 ||
	       (fault->until_ns != UINT64_MAX && vu_now_ns() >= fault->until_ns);
}

static int
add(struct vu_faults *faults, const struct vu_fault *fault, char *error)
{
	unsigned int nb = 0;

	for (unsigned int i = 0; i < faults->nb; i++)
		if (!is_over(&faults->list[i]))
			faults->list[nb++] = faults->list[i];
	faults->nb = nb;
	if (nb == VU_MAX_FAULTS)
		return FAIL(error, "at most %d faults at once", VU_MAX_FAULTS);
	faults->list[faults->nb++] = *fault;
	return 0;
}

/* Words of a line, NULL where there is none. */
#define MAX_WORDS 5

static int
command_access(struct vu_faults *faults, enum dlb_version version, char *const *words, char *error)
{
	bool is_write = strcmp(words[0], "write") == 0;
	struct vu_fault fault = { .kind = is_write ? VU_FAULT_WRITE : VU_FAULT_READ };
	unsigned int nb = is_write ? 2 : 3;
	int ret;

	if (words[nb - 1] == NULL || (words[nb] != NULL && words[nb + 1] != NULL))
		return FAIL(error, "%s: PLACE%s [LIMIT] has to follow", words[0],
			    is_write ? "" : " VALUE[/MASK]");
	ret = parse_place(&fault, version, words[1], error);
	if (ret == 0 && !is_write)
		ret = parse_value(&fault, words[2], error);
	if (ret == 0)
		ret = parse_limit(&fault, words[nb], error);
	return ret == 0 ? add(faults, &fault, error) : ret;
}

static int
command_interrupt(struct vu_faults *faults, enum dlb_version version, char *const *words,
		  char *error)
{
	struct vu_fault fault = { .kind = VU_FAULT_INTERRUPT };
	const char *text = words[1] != NULL ? words[1] : "", *end;
	uint64_t vector = number(text, &end);
	int ret;

	(void)version;
	if (end == text || end[0] != '\0' || vector >= DLB_NB_MSIX ||
	    (words[2] != NULL && words[3] != NULL))
		return FAIL(error, "interrupt: VECTOR, below %d, [LIMIT] has to follow",
			    DLB_NB_MSIX);
	fault.vector = (unsigned int)vector;
	ret = parse_limit(&fault, words[2], error);
	return ret == 0 ? add(faults, &fault, error) : ret;
}

static int
command_stall(struct vu_faults *faults, enum dlb_version version, char *const *words, char *error)
{
	struct vu_fault limits;
	int ret = parse_limit(&limits, words[1], error);

	(void)version;
	if (ret != 0)
		return ret;
	if (limits.nb_left != UINT64_MAX || (words[1] != NULL && words[2] != NULL))
		return FAIL(error, "stall: nothing but a time may follow");
	faults->stalled_until_ns = limits.until_ns;
	return 0;
}

static int
command_mend(struct vu_faults *faults, enum dlb_version version, char *const *words, char *error)
{
	(void)version;
	if (words[1] != NULL)
		return FAIL(error, "mend: nothing may follow");
	*faults = (struct vu_faults){ 0 };
	return 0;
}

static const struct {
	const char *name;
	int (*obey)(struct vu_faults *faults, enum dlb_version version, char *const *words,
		    char *error);
} commands[] = {
	{ "read", command_access }, { "write", command_access }, { "interrupt", command_interrupt },
	{ "stall", command_stall }, { "mend", command_mend },
};

int
vu_fault_command(struct vu_faults *faults, enum dlb_version version, char *line, char *error)
{
	char *words[MAX_WORDS + 1] = { NULL }, *rest;
	unsigned int nb = 0;

	for (char *word = strtok_r(line, " ", &rest); word != NULL && nb < MAX_WORDS;
	     word = strtok_r(NULL, " ", &rest))
		words[nb++] = word;
	for (unsigned int i = 0; nb > 0 && i < sizeof(commands) / sizeof(commands[0]); i++)
		if (strcmp(words[0], commands[i].name) == 0)
			return commands[i].obey(faults, version, words, error);
	return FAIL(error, "%s: not read, write, interrupt, stall or mend", nb > 0 ? words[0] : "");
}

/* --- accesses ------------------------------------------------------------------------------ */

static bool
is_register(const struct vu_fault *fault, enum dlb_version version, uint32_t region,
	    uint32_t offset)
{
	enum dlb_bar bar = region == VU_REGION_BAR0 ? DLB_BAR_FUNC : DLB_BAR_CSR;
	struct dlb_reg_ref ref;

	return fault->region == region && dlb_reg_find(version, bar, offset, &ref) &&
	       ref.reg == fault->reg.reg &&
	       (fault->reg.i == VU_FAULT_ANY || fault->reg.i == ref.i) &&
	       (fault->reg.j == VU_FAULT_ANY || fault->reg.j == ref.j);
}

/* Is it wrong with an access there? Then that counts as one. */
static bool
applies(struct vu_fault *fault, bool is_write, enum dlb_version version, uint32_t region,
	uint32_t offset)
{
	bool is_there = (fault->region == VU_REGION_CONFIG) == (region == VU_REGION_CONFIG);

	if (fault->kind != (is_write ? VU_FAULT_WRITE : VU_FAULT_READ) || !is_there ||
	    is_over(fault))
		return false;
	if (!fault->is_everywhere)
		is_there = region == VU_REGION_CONFIG ? fault->offset == offset
						      : is_register(fault, version, region, offset);
	if (is_there && fault->nb_left != UINT64_MAX)
		fault->nb_left--;
	return is_there;
}

uint32_t
vu_fault_read(struct vu_faults *faults, enum dlb_version version, uint32_t region, uint32_t offset,
	      uint32_t value)
{
	for (unsigned int i = 0; i < faults->nb; i++) {
		struct vu_fault *fault = &faults->list[i];

		if (applies(fault, false, version, region, offset))
			value = (value & ~fault->mask) | fault->value;
	}
	return value;
}

bool
vu_fault_ignores(struct vu_faults *faults, enum dlb_version version, uint32_t region,
		 uint32_t offset)
{
	bool is_ignored = false;

	for (unsigned int i = 0; i < faults->nb; i++)
		is_ignored |= applies(&faults->list[i], true, version, region, offset);
	return is_ignored;
}

bool
vu_fault_interrupts(struct vu_faults *faults, unsigned int vector)
{
	for (unsigned int i = 0; i < faults->nb; i++) {
		struct vu_fault *fault = &faults->list[i];

		if (fault->kind != VU_FAULT_INTERRUPT || fault->vector != vector || is_over(fault))
			continue;
		if (fault->nb_left != UINT64_MAX)
			fault->nb_left--;
		return true;
	}
	return false;
}

uint64_t
vu_fault_stall_ns(const struct vu_faults *faults)
{
	uint64_t now;

	if (faults->stalled_until_ns == 0 || faults->stalled_until_ns == UINT64_MAX)
		return faults->stalled_until_ns;
	now = vu_now_ns();
	return faults->stalled_until_ns > now ? faults->stalled_until_ns - now : 0;
}
