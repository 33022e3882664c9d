/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See ref_program.h.
 */

#include "ref_program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static const char *const op_names[NB_OP_KINDS] = { "new",    "answer", "tokens", "step",
						   "enable", "link",   "limit",	 "compare" };

static uint32_t
draw(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 24);
}

static void
make_plan(struct plan *plan, uint64_t *seed, enum dlb_version version)
{
	*plan = (struct plan){
		.version = version,
		.strict = draw(seed) % 2 == 0,
		.narrow = draw(seed) % 3 == 0,
		.nb_ldb_ports = 1 + draw(seed) % REF_MAX_LDB_PORTS,
		.nb_ldb_queues = 1 + draw(seed) % REF_MAX_LDB_QUEUES,
		.nb_dir = 1 + draw(seed) % REF_MAX_DIR,
		.credits = { 8 + draw(seed) % 300, 4 + draw(seed) % 100 },
	};
	for (unsigned int i = 0; i < REF_MAX_LDB_PORTS; i++) {
		plan->depth[0][i] = 8U << draw(seed) % 3;
		plan->depth[1][i] = 8U << draw(seed) % 4;
		plan->history[i] = 1 + draw(seed) % 70;
	}
	for (unsigned int i = 0; i < REF_MAX_LDB_QUEUES; i++)
		plan->hash_code[i] = draw(seed) % 8;
}

void
program_make(struct program *program, uint64_t seed, enum dlb_version version)
{
	/* how often, of 64 */
	static const uint8_t frequent[NB_OP_KINDS] = { 15, 22, 8, 11, 2, 3, 2, 1 };

	*program = (struct program){ .seed = seed, .nb_ops = PROGRAM_OPS };
	seed = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
	for (unsigned int i = 0; i < 8; i++)
		draw(&seed);
	make_plan(&program->plan, &seed, version);
	for (uint32_t i = 0; i < PROGRAM_OPS; i++) {
		struct op *op = &program->ops[i];
		unsigned int r = draw(&seed) % 64;

		*op = (struct op){ .id = i, .a = draw(&seed), .b = draw(&seed), .c = draw(&seed) };
		while (r >= frequent[op->kind])
			r -= frequent[op->kind++];
	}
}

void
program_print(const struct program *program)
{
	const struct plan *plan = &program->plan;

	print_message("version %s%s%s, %u LDB ports, %u LDB queues, %u DIR, credits %u + %u\n",
		      dlb_limits[plan->version].name, plan->strict ? ", strict" : "",
		      plan->narrow ? ", narrow" : "", plan->nb_ldb_ports, plan->nb_ldb_queues,
		      plan->nb_dir, plan->credits[0], plan->credits[1]);
	for (unsigned int i = 0; i < program->nb_ops; i++) {
		const struct op *op = &program->ops[i];

		print_message("%5u: %-8s %08x %08x %08x\n", op->id, op_names[op->kind], op->a,
			      op->b, op->c);
	}
}
