/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Random programs for the device, judged by the reference of ref_model.h.
 *
 * A program that fails is made shorter until nothing can be left out any more, or patience ends, and
 * printed with its seed. With arguments "SEED PROGRAMS" the test runs that many programs from this
 * seed on.
 */

#include "bench.h"
#include "ref_model.h"
#include "ref_program.h"

#include <stdio.h>
#include <stdlib.h>

#define MAX_BURST     12
#define OPS_PER_CHECK 64
#define MAX_SHRINKS   1500 /* runs that make a failing program shorter */
#define STRICT	      UINT32_C(0xFFFFFFFF)
#define EVEN	      UINT32_C(0xFFBF7F3F)

static uint64_t first_seed = 1;
static unsigned int nb_programs = 12;

struct run {
	struct bench *b;
	const struct plan *plan;
	struct ref ref;
};

/* --- bringing up --------------------------------------------------------------------------- */

static void
on_entry(struct bench *b, bool is_ldb, unsigned int port, const struct dlb_qe *qe)
{
	struct run *run = b->on_entry_arg;

	ref_delivered(&run->ref, is_ldb, port, qe);
}

static void
bring_up_queue(struct run *run, unsigned int q)
{
	const struct plan *plan = run->plan;
	unsigned int code = plan->hash_code[q];
	const struct bench_queue conf = { .qid = q,
					  .sns = 64,
					  .group = q & 1,
					  .slot = q * 3,
					  .inflights = plan->narrow ? 64 : 200,
					  .atomics = plan->narrow ? 3 + q : 2048,
					  .flows = plan->narrow ? 2 + q : 2047,
					  .hash_code = code };

	bench_ldb_queue(run->b, &conf);
	run->ref.queue[q] = (struct ref_queue){
		.max_inflight = conf.inflights,
		.nb_sns = conf.sns,
		.max_flows = conf.flows,
		.flow_mask = (uint16_t)(code == 0 ? 0xFFFF : (32U << code) - 1),
	};
}

static void
bring_up_port(struct run *run, bool is_ldb, unsigned int p)
{
	const struct bench_port conf = { .id = p,
					 .depth = run->plan->depth[is_ldb][p],
					 .history = run->plan->history[p] };

	if (is_ldb)
		bench_ldb_port(run->b, &conf);
	else
		bench_dir_port(run->b, &conf);
	run->ref.cq[is_ldb][p] = (struct ref_cq){
		.enabled = true,
		.max_tokens = conf.depth,
		.max_inflight = conf.history,
		.history = conf.history,
	};
}

static void
bring_up(struct run *run)
{
	static const enum dlb_reg weights[] = {
		DLB_R_ATM_CFG_ARB_WEIGHTS_RDY_BIN,
		DLB_R_NALB_CFG_ARB_WEIGHTS_TQPRI_NALB_0,
		DLB_R_DP_CFG_ARB_WEIGHTS_TQPRI_DIR_0,
		DLB_R_LSP_CFG_ARB_WEIGHT_LDB_QID_0,
	};
	const struct plan *plan = run->plan;
	struct bench *b = run->b;

	b->refuse_map = b->unverified = true;
	b->on_entry = on_entry;
	b->on_entry_arg = run;
	bench_power_up(b, false);
	bench_credits(b, 0, plan->credits[0], plan->credits[1]);
	run->ref.combined_credits = b->lim->combined_credits;
	run->ref.credits[0] = plan->credits[0] + (b->lim->combined_credits ? plan->credits[1] : 0);
	run->ref.credits[1] = b->lim->combined_credits ? 0 : plan->credits[1];
	run->ref.strict = plan->strict;
	run->ref.narrow = plan->narrow;
	run->ref.nb_ldb_queues = plan->nb_ldb_queues;
	run->ref.nb_dir = plan->nb_dir;
	for (unsigned int i = 0; i < sizeof(weights) / sizeof(weights[0]); i++)
		bench_set(b, weights[i], 0, plan->strict ? STRICT : EVEN);
	for (unsigned int q = 0; q < plan->nb_ldb_queues; q++)
		bring_up_queue(run, q);
	for (unsigned int p = 0; p < plan->nb_ldb_ports; p++)
		bring_up_port(run, LDB, p);
	for (unsigned int d = 0; d < plan->nb_dir; d++) {
		bench_dir_queue(b, &(struct bench_queue){ .qid = d });
		bring_up_port(run, DIR, d);
	}
}

/* --- operations ---------------------------------------------------------------------------- */

static void
write_commands(struct run *run, bool is_ldb, unsigned int port, const struct dlb_hcw *hcws,
	       unsigned int n)
{
	dlbsim_pp_write(run->b->sim, is_ldb, port, hcws, n);
	for (unsigned int i = 0; i < n; i++)
		ref_command(&run->ref, is_ldb, port, &hcws[i]);
}

/* Element @p i of an operation: c says how alike those of one burst are. */
static struct dlb_hcw
make_qe(const struct run *run, const struct op *op, unsigned int i, enum dlb_cmd cmd)
{
	uint32_t r = (op->c & 3) == 0 ? op->c + i * UINT32_C(0x9E3779B1) : op->c;
	enum dlb_sched_type type = (enum dlb_sched_type)(r >> 2 & 3);
	unsigned int nb = type == DLB_SCHED_DIRECTED ? run->plan->nb_dir : run->plan->nb_ldb_queues;
	unsigned int qid = (r >> 4 & 63) == 0 ? 200 : (r >> 10) % nb;
	struct dlb_hcw hcw;

	hcw = bench_qe(cmd, type, qid, ((r >> 16) + i) % 9 * 0x1234, (uint64_t)op->id << 8 | i);
	hcw.opaque = (uint16_t)(hcw.data * 40503);
	hcw.type_prio |= (uint8_t)(0x60 ^ (i & 1) << 7);
	return bench_prio(hcw, r >> 21 & 7);
}

static void
op_new(struct run *run, const struct op *op)
{
	unsigned int nb_ports = run->plan->nb_ldb_ports + run->plan->nb_dir;
	unsigned int port = op->a % nb_ports, n = 1 + op->b % MAX_BURST;
	bool is_ldb = port < run->plan->nb_ldb_ports;
	unsigned int credits = run->ref.credits[0];
	struct dlb_hcw hcws[MAX_BURST] = { 0 };

	/* Mostly as one who counts credits does. */
	if (n > credits && (op->b >> 8) % 16 != 0)
		n = credits;
	for (unsigned int i = 0; i < n; i++)
		hcws[i] = make_qe(run, op, i, DLB_CMD_NEW);
	write_commands(run, is_ldb, is_ldb ? port : port - run->plan->nb_ldb_ports, hcws, n);
}

/* Completions, forwards and fragments of what is in flight, and now and then of one too many. */
static void
op_answer(struct run *run, const struct op *op)
{
	static const enum dlb_cmd cmds[] = { DLB_CMD_FWD,   DLB_CMD_FWD_T, DLB_CMD_FWD,
					     DLB_CMD_FWD_T, DLB_CMD_COMP,  DLB_CMD_COMP_T,
					     DLB_CMD_FRAG,  DLB_CMD_FRAG_T };
	unsigned int port = op->a % run->plan->nb_ldb_ports;
	unsigned int inflight = ref_inflight_of_cq(&run->ref, port);
	unsigned int n = inflight + (op->b >> 8 & 31) / 31;
	struct dlb_hcw hcws[MAX_BURST] = { 0 };

	n = n < 1 + op->b % MAX_BURST ? n : 1 + op->b % MAX_BURST;
	for (unsigned int i = 0; i < n; i++) {
		uint32_t r = (op->c & 1) == 0 ? op->b >> 16 : (op->b >> 16) + i * i;

		hcws[i] = make_qe(run, op, i, cmds[r % 8]);
		if ((hcws[i].cmd & DLB_HCW_QE_VALID) == 0)
			hcws[i].lock_id = (uint16_t)((op->c >> 8) + i * (op->c >> 6 & 3)) % 3;
	}
	write_commands(run, LDB, port, hcws, n);
}

static void
op_tokens(struct run *run, const struct op *op)
{
	bool is_ldb = (op->a & 1) != 0;
	unsigned int port = (op->a >> 1) % (is_ldb ? run->plan->nb_ldb_ports : run->plan->nb_dir);
	unsigned int n = run->ref.cq[is_ldb][port].tokens;
	struct dlb_hcw hcw = bench_cmd(DLB_CMD_BAT_T, op->b % (n + 1 + (op->c & 63) / 63));

	if (n != 0 && (op->c >> 5 & 3) != 0)
		hcw.lock_id = (uint16_t)(n - 1);
	if (n != 0 || (op->c & 63) == 63)
		write_commands(run, is_ldb, port, &hcw, 1);
}

static void
settle(struct run *run)
{
	while (dlbsim_step(run->b->sim, 0, 50) >= 50)
		;
	ref_quiet(&run->ref);
}

static void
op_step(struct run *run, const struct op *op)
{
	unsigned int budget = 1 + op->a % 40;

	if (dlbsim_step(run->b->sim, 0, budget) < budget)
		ref_quiet(&run->ref);
}

/* Changes come when nothing moves; so it is certain which deliveries they apply to. */
static void
op_enable(struct run *run, const struct op *op)
{
	bool is_ldb = (op->a & 3) != 0;
	unsigned int port = (op->a >> 2) % (is_ldb ? run->plan->nb_ldb_ports : run->plan->nb_dir);
	struct ref_cq *cq = &run->ref.cq[is_ldb][port];

	settle(run);
	cq->enabled = !cq->enabled || op->b % 3 == 0;
	bench_enable(run->b, is_ldb, port, cq->enabled);
}

static void
op_link(struct run *run, const struct op *op)
{
	unsigned int port = op->a % run->plan->nb_ldb_ports;
	unsigned int qid = (op->a >> 8) % run->plan->nb_ldb_queues, prio = op->b % 8;
	struct ref_cq *cq = &run->ref.cq[LDB][port];
	bool enabled = cq->enabled;

	settle(run);
	cq->enabled = false;
	bench_enable(run->b, LDB, port, false);
	if (op->c % 4 == 0) {
		cq->linked &= (uint8_t) ~(1U << qid);
		bench_unlink(run->b, port, qid);
	} else {
		cq->linked |= (uint8_t)(1U << qid);
		cq->prio[qid] = (uint8_t)prio;
		bench_link(run->b, port, qid, qid, prio);
	}
	cq->enabled = enabled;
	bench_enable(run->b, LDB, port, enabled);
}

static void
op_limit(struct run *run, const struct op *op)
{
	unsigned int port = op->a % run->plan->nb_ldb_ports;
	unsigned int qid = op->a % run->plan->nb_ldb_queues;

	settle(run);
	if ((op->b & 1) != 0) {
		run->ref.cq[LDB][port].max_inflight = op->c % 80;
		bench_set(run->b, DLB_R_LSP_CQ_LDB_INFL_LIM, port, op->c % 80);
	} else {
		run->ref.queue[qid].max_inflight = op->c % 5 == 0 ? 0 : op->c % 200;
		bench_set(run->b, DLB_R_LSP_QID_LDB_INFL_LIM, qid,
			  run->ref.queue[qid].max_inflight);
	}
}

/* --- registers against the reference ------------------------------------------------------- */

static void
compare(struct run *run, const char *what, unsigned int id, uint64_t device, uint64_t expected)
{
	if (device != expected && run->ref.why[0] == '\0')
		snprintf(run->ref.why, sizeof(run->ref.why), "%s %u is %llu, not %llu", what, id,
			 (unsigned long long)device, (unsigned long long)expected);
}

static void
compare_drops(struct run *run)
{
	struct dlbsim_drops d = bench_drops(run->b), *e = &run->ref.drops;

	compare(run, "refused QIDs", 0, d.illegal_qid, e->illegal_qid);
	compare(run, "missing credits", 0, d.no_credit, e->no_credit);
	compare(run, "excess completions", 0, d.excess_completion, e->excess_completion);
	compare(run, "excess tokens", 0, d.excess_token, e->excess_token);
	compare(run, "illegal fragments", 0, d.illegal_frag, e->illegal_frag);
	compare(run, "all drops", 0, bench_nb_drops(run->b),
		e->illegal_qid + e->no_credit + e->excess_completion + e->excess_token +
			e->illegal_frag);
}

static void
compare_registers(struct run *run)
{
	const struct ref *ref = &run->ref;
	struct bench *b = run->b;

	settle(run);
	for (unsigned int p = 0; p < run->plan->nb_ldb_ports; p++) {
		compare(run, "LDB tokens", p, bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, p),
			ref->cq[LDB][p].tokens);
		compare(run, "CQ inflight", p, bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, p),
			ref_inflight_of_cq(ref, p));
	}
	for (unsigned int q = 0; q < run->plan->nb_ldb_queues; q++) {
		compare(run, "queue inflight", q, bench_get(b, DLB_R_LSP_QID_LDB_INFL_CNT, q),
			ref_inflight_of_queue(ref, q));
		compare(run, "LDB depth", q,
			bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, q) +
				bench_get(b, DLB_R_LSP_QID_ATM_ACTIVE, q) +
				bench_get(b, DLB_R_LSP_QID_AQED_ACTIVE_CNT, q),
			ref_depth(ref, LDB, q));
	}
	for (unsigned int d = 0; d < run->plan->nb_dir; d++) {
		compare(run, "DIR tokens", d, bench_get(b, DLB_R_LSP_CQ_DIR_TKN_CNT, d),
			ref->cq[DIR][d].tokens);
		compare(run, "DIR depth", d, bench_get(b, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, d),
			ref_depth(ref, DIR, d));
	}
	compare(run, "credits", 0, bench_credits_left(b, 0, LDB), ref->credits[0]);
	if (!ref->combined_credits)
		compare(run, "credits", 1, bench_credits_left(b, 0, DIR), ref->credits[1]);
	compare_drops(run);
}

static void
verify(struct run *run)
{
	if (run->ref.why[0] == '\0')
		dlbsim_check(run->b->sim, run->ref.why, sizeof(run->ref.why));
}

/* --- running ------------------------------------------------------------------------------- */

static void
execute(struct run *run, const struct op *op)
{
	static void (*const functions[NB_OP_KINDS])(struct run *, const struct op *) = {
		op_new, op_answer, op_tokens, op_step, op_enable, op_link, op_limit,
	};

	if (op->kind == OP_COMPARE)
		compare_registers(run);
	else
		functions[op->kind](run, op);
}

/* Let everything out that is in: all that was accepted must have been delivered. */
static void
finish(struct run *run)
{
	const struct plan *plan = run->plan;

	for (uint32_t q = 0; q < plan->nb_ldb_queues; q++) {
		for (uint32_t p = 0; p < plan->nb_ldb_ports; p++)
			op_link(run, &(struct op){ .a = p | q << 8, .c = 1 });
		run->ref.queue[q].max_inflight = 64;
		bench_set(run->b, DLB_R_LSP_QID_LDB_INFL_LIM, q, 64);
	}
	for (uint32_t i = 0; i < plan->nb_ldb_ports + plan->nb_dir; i++) {
		bool is_ldb = i < plan->nb_ldb_ports;
		uint32_t p = is_ldb ? i : i - plan->nb_ldb_ports;

		run->ref.cq[is_ldb][p].enabled = true;
		if (is_ldb)
			run->ref.cq[LDB][p].max_inflight = 100;
		if (is_ldb)
			bench_set(run->b, DLB_R_LSP_CQ_LDB_INFL_LIM, p, 100);
		bench_enable(run->b, is_ldb, p, true);
	}
	for (unsigned int turn = 0; turn < 5000 && run->ref.why[0] == '\0'; turn++) {
		struct dlb_hcw comp = bench_cmd(DLB_CMD_COMP, 0);
		uint32_t left = run->ref.nb_waiting + run->ref.nb_flights;

		if (left == 0)
			break;
		for (uint32_t i = 0; i < 2 * REF_MAX_LDB_PORTS; i++)
			op_tokens(run, &(struct op){ .a = i, .c = 32 });
		for (uint32_t p = 0; p < plan->nb_ldb_ports; p++)
			while (ref_inflight_of_cq(&run->ref, p) != 0)
				write_commands(run, LDB, p, &comp, 1);
		settle(run);
	}
	compare(run, "elements left", 0, run->ref.nb_waiting + run->ref.nb_flights, 0);
	compare_registers(run);
}

/*
 * Run the program on a fresh device. Returns whether it went well; else why not, and all that comes
 * after the operation that showed it is cut off.
 */
static bool
passes(struct program *program, unsigned int ops_per_check, char *why, size_t len)
{
	struct run *run = calloc(1, sizeof(*run));
	void *state = (void *)(uintptr_t)&bench_versions[program->plan.version];
	unsigned int i;
	bool ok;

	assert_non_null(run);
	assert_int_equal(bench_setup(&state), 0);
	run->b = state;
	run->plan = &program->plan;
	bring_up(run);
	for (i = 0; i < program->nb_ops && run->ref.why[0] == '\0'; i++) {
		execute(run, &program->ops[i]);
		if (i % ops_per_check == 0)
			verify(run);
	}
	if (run->ref.why[0] == '\0')
		finish(run);
	verify(run);
	ok = run->ref.why[0] == '\0';
	if (!ok)
		program->nb_ops = i;
	snprintf(why, len, "%s", run->ref.why);
	bench_teardown(&state);
	free(run);
	return ok;
}

/* Leave out one part after the other, of half the program down to one operation. */
static void
shrink(struct program *program)
{
	struct program *shorter = malloc(sizeof(*shorter));
	unsigned int runs = 0;
	char why[160];

	assert_non_null(shorter);
	for (unsigned int part = program->nb_ops / 2; part > 0; part /= 2)
		for (unsigned int at = 0; at + part <= program->nb_ops && runs < MAX_SHRINKS;
		     runs++) {
			*shorter = *program;
			shorter->nb_ops -= part;
			memmove(&shorter->ops[at], &shorter->ops[at + part],
				(shorter->nb_ops - at) * sizeof(shorter->ops[0]));
			if (passes(shorter, OPS_PER_CHECK, why, sizeof(why)))
				at += part;
			else
				*program = *shorter;
		}
	free(shorter);
}

static void
test_random_programs(void **state)
{
	enum dlb_version version = *(const enum dlb_version *)*state;
	struct program *program = malloc(sizeof(*program));
	char why[160];

	assert_non_null(program);
	for (uint64_t seed = first_seed; seed < first_seed + nb_programs; seed++) {
		program_make(program, seed, version);
		if (passes(program, OPS_PER_CHECK, why, sizeof(why)))
			continue;
		shrink(program);
		passes(program, 1, why, sizeof(why));
		program_print(program);
		fail_msg("seed %llu: %s", (unsigned long long)seed, why);
	}
	free(program);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		{ "test_random_programs (2.0)", test_random_programs, NULL, NULL,
		  (void *)(uintptr_t)&bench_versions[DLB_V2_0] },
		{ "test_random_programs (2.5)", test_random_programs, NULL, NULL,
		  (void *)(uintptr_t)&bench_versions[DLB_V2_5] },
	};

	if (argc == 3) {
		first_seed = strtoull(argv[1], NULL, 0);
		nb_programs = (unsigned int)strtoul(argv[2], NULL, 0);
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
