/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Random programs for the device: what exists in it, and a list of operations that mean something
 * in any state, so that any part of the list can be left out. Everything follows from the seed.
 *
 * LDB load-balanced, DIR directed.
 */

#ifndef REF_PROGRAM_H
#define REF_PROGRAM_H

#include "ref_model.h"

#define PROGRAM_OPS 3000

enum op_kind {
	OP_NEW,
	OP_ANSWER,
	OP_TOKENS,
	OP_STEP,
	OP_ENABLE,
	OP_LINK,
	OP_LIMIT,
	OP_COMPARE,
	NB_OP_KINDS,
};

struct op {
	enum op_kind kind;
	uint32_t id; /* of its place in the whole program: part of its elements' data */
	uint32_t a, b, c;
};

/* What exists in the device; the same for all parts of a program. */
struct plan {
	enum dlb_version version;
	bool strict, narrow;
	unsigned int nb_ldb_ports, nb_ldb_queues, nb_dir;
	unsigned int depth[2][REF_MAX_LDB_PORTS]; /* [is_ldb] */
	unsigned int history[REF_MAX_LDB_PORTS];
	unsigned int hash_code[REF_MAX_LDB_QUEUES];
	unsigned int credits[2];
};

struct program {
	uint64_t seed;
	struct plan plan;
	unsigned int nb_ops;
	struct op ops[PROGRAM_OPS];
};

void
program_make(struct program *program, uint64_t seed, enum dlb_version version);
/* Through cmocka's messages. */
void
program_print(const struct program *program);

#endif /* REF_PROGRAM_H */
