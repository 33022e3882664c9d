/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A register file that stands for a device: it stores what is written, remembers the order of
 * writes, and can be made to fail.
 *
 * It schedules nothing. Completions and token returns written to a producer port count down the
 * counters of the port's consumer queue (CQ), which is all that draining needs.
 */

#ifndef MOCK_H
#define MOCK_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "dlbrm.h"

#define MOCK_MAX_WRITES 4096
#define MOCK_MAX_STUCK	4

/* One register write; or a flush, which is a read of SYS_TOTAL_VAS. */
struct mock_write {
	enum dlb_reg reg;
	uint32_t i;
	uint32_t j;
	uint32_t value;
};

/* What goes wrong at the access number fail_at, counted from 1. */
enum mock_fault {
	MOCK_FAULT_NONE,
	MOCK_FAULT_GONE,     /* from there on all reads are all ones, writes are lost */
	MOCK_FAULT_ONE_READ, /* that read, or the first one after it, is all ones */
	MOCK_FAULT_STALL,    /* from there on the register stuck[0] reads as said there */
};

struct mock {
	enum dlb_version version;
	struct dlbrm rm;
	uint32_t *values;	    /* all elements of all registers */
	uint32_t base[DLB_R_COUNT]; /* where in values those of a register begin */
	uint32_t nb_values;

	struct mock_write writes[MOCK_MAX_WRITES]; /* the first ones since mock_forget() */
	unsigned int nb_writes;
	unsigned long nb_accesses; /* reads and writes since mock_forget() */
	unsigned long nb_delays;

	enum mock_fault fault;
	unsigned long fail_at;
	unsigned long
		nb_unanswered; /* reads of a device that was gone, and all accesses after one */

	struct mock_write stuck[MOCK_MAX_STUCK]; /* registers that read as this, whatever happens */
	unsigned int nb_stuck;

	struct mock_write second_look; /* register that gets this value after its next read */
	bool has_second_look;
	struct mock_write cause, effect; /* when this is written, that register gets this value */
	bool has_cause;

	unsigned int nb_lines; /* producer port: lines, and what was in them */
	unsigned int nb_completions;
	unsigned int nb_tokens;
	unsigned int nb_flushes;
	unsigned int last_port;
	bool last_is_ldb;
};

/* A device after reset and a resource manager that dlbrm_init() has prepared for it. */
struct mock *
mock_new(enum dlb_version version);

void
mock_free(struct mock *mock);

/* All registers back to reset; the resource manager prepared anew; no faults. */
void
mock_reinit(struct mock *mock);

uint32_t *
mock_reg2(struct mock *mock, enum dlb_reg reg, uint32_t i, uint32_t j);

static inline uint32_t *
mock_reg(struct mock *mock, enum dlb_reg reg, uint32_t i)
{
	return mock_reg2(mock, reg, i, 0);
}

/* Start counting and remembering anew. */
void
mock_forget(struct mock *mock);

/* Let element i of a register read as value from now on. It can be given back without end. */
void
mock_stick(struct mock *mock, enum dlb_reg reg, uint32_t i, uint32_t value);

/* Let element i of a register change to value once it has been read. */
void
mock_second_look(struct mock *mock, enum dlb_reg reg, uint32_t i, uint32_t value);

/* Let a register get a value when another one is written. */
void
mock_on_write(struct mock *mock, const struct mock_write *cause, const struct mock_write *effect);

/* The writes and flushes since mock_forget() are these, in this order, and no others. */
void
mock_assert_writes(const struct mock *mock, const struct mock_write *expected, unsigned int nb);

/* How many of the writes since mock_forget() went to element i of the register. */
unsigned int
mock_count_writes(const struct mock *mock, enum dlb_reg reg, uint32_t i);

/*
 * The first register that is not at its reset value, apart from those that keep the device's
 * settings or the last user's (sequences.rst, Domain reset): true, and it is printed.
 */
bool
mock_is_dirty(struct mock *mock);

/* Everything is free again, as after dlbrm_init(). */
void
mock_assert_all_free(const struct mock *mock);

/* --- what most tests begin with --- */

/* A domain with a share of everything. Returns its id. */
unsigned int
mock_domain(struct mock *mock);

unsigned int
mock_ldb_queue(struct mock *mock, unsigned int domain);

unsigned int
mock_ldb_port(struct mock *mock, unsigned int domain);

unsigned int
mock_dir_port(struct mock *mock, unsigned int domain);

/* cmocka fixtures: *state is a new mock of version 2.0 or 2.5. */
int
mock_setup_v20(void **state);

int
mock_setup_v25(void **state);

int
mock_teardown(void **state);

/* In a list of expected writes: everything before it must have reached the device here. */
#define FLUSH                                \
	{                                    \
		DLB_R_SYS_TOTAL_VAS, 0, 0, 0 \
	}

#define NB(array) (sizeof(array) / sizeof((array)[0]))

/* A test that holds for both versions. */
#define BOTH_VERSIONS(test)                                             \
	{ #test "_2_0", test, mock_setup_v20, mock_teardown, NULL },    \
	{                                                               \
#test "_2_5", test, mock_setup_v25, mock_teardown, NULL \
	}

#define ONLY_V20(test) cmocka_unit_test_setup_teardown(test, mock_setup_v20, mock_teardown)
#define ONLY_V25(test) cmocka_unit_test_setup_teardown(test, mock_setup_v25, mock_teardown)

#endif /* MOCK_H */
