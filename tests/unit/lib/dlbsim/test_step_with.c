/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * dlbsim_step_with() does what dlbsim_pp_write() and dlbsim_step() do: twins that get the same
 * commands, one by the short way and one by the long one, look the same all the time.
 */

#include "bench.h"

#define FEW_LDB	     5 /* ports; the last one links nothing */
#define MANY_LDB     12
#define NB_QUEUES    3
#define NB_DIR	     2
#define NB_OPS	     30000
#define BUDGET	     64
#define NB_DEPTHS    5
#define MAX_DEPTH    (8 << (NB_DEPTHS - 1))
#define EN_MSIX	     (2U << 10)
#define WEIGHT_VALID (1U << 15)

struct twins {
	struct bench *with;  /* one call */
	struct bench *apart; /* two calls */
	unsigned int nb_ldb;
	uint32_t random;
	uint64_t nb_entries; /* that both have in their CQs, by now */
};

static uint32_t
draw(struct twins *t, uint32_t below)
{
	t->random = t->random * 1664525 + 1013904223;
	return (t->random >> 8) % below;
}

/* --- bringing up --------------------------------------------------------------------------- */

/*
 * Few of everything, so that whatever can run out does: credits, tokens, history, flows, sequence
 * numbers, places for flows that wait. Queue 0 has one port, the others share.
 */
static void
bring_up(struct bench *b, unsigned int nb_ldb)
{
	bench_power_up(b, false);
	bench_credits(b, 0, 60, 30);
	for (unsigned int q = 0; q < NB_QUEUES; q++)
		bench_ldb_queue(b, &(struct bench_queue){ .qid = q,
							  .sns = 64,
							  .group = q & 1,
							  .slot = q,
							  .inflights = 9 - q,
							  .atomics = 3,
							  .threshold = 1 + q,
							  .flows = 2 + q });
	for (unsigned int p = 0; p < nb_ldb; p++) {
		bench_ldb_port(b, &(struct bench_port){ .id = p,
							.depth = 8U << p % NB_DEPTHS,
							.history = 7 + p });
		bench_set(b, DLB_R_CHP_LDB_CQ_INT_ENB, p, 2);
		bench_set(b, DLB_R_SYS_LDB_CQ_ISR, p, EN_MSIX | p);
	}
	for (unsigned int d = 0; d < NB_DIR; d++) {
		bench_dir_queue(b, &(struct bench_queue){ .qid = d, .threshold = 1 + d });
		bench_dir_port(b, &(struct bench_port){ .id = d, .depth = 8U << d });
		bench_set(b, DLB_R_CHP_DIR_CQ_INT_ENB, d, 2);
		bench_set(b, DLB_R_SYS_DIR_CQ_ISR, d, EN_MSIX | (nb_ldb + d));
	}
	/* Two histories in one place: an entry may be taken. */
	bench_set(b, DLB_R_CHP_HIST_LIST_BASE, 3, bench_get(b, DLB_R_CHP_HIST_LIST_BASE, 2));
	if (b->lim->has_cq_weight)
		bench_set(b, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, 1, WEIGHT_VALID | 10);
	bench_set(b, DLB_R_SYS_MSIX_PASSTHRU, 0, 3);
	for (unsigned int v = 0; v < DLB_NB_MSIX; v++)
		bench_set(b, DLB_R_MSIX_VECTOR_CTRL, v, 0);
	bench_link(b, 0, 0, 0, 3);
	bench_link(b, 0, 5, 1, 2);
	for (unsigned int p = 1; p < nb_ldb - 1; p++) {
		bench_link(b, p, p % 6, 1, p % 8);
		bench_link(b, p, 6, 2, p & 2);
	}
	b->unverified = true;
}

/* --- what both get ------------------------------------------------------------------------- */

static struct dlb_hcw
draw_command(struct twins *t, bool is_ldb)
{
	static const enum dlb_cmd cmds[] = {
		DLB_CMD_NEW,	DLB_CMD_NEW,	DLB_CMD_NEW,   DLB_CMD_NEW,   DLB_CMD_FWD_T,
		DLB_CMD_COMP_T, DLB_CMD_COMP_T, DLB_CMD_FWD,   DLB_CMD_COMP,  DLB_CMD_BAT_T,
		DLB_CMD_FRAG_T, DLB_CMD_ARM,	DLB_CMD_NEW_T, DLB_CMD_BAT_T,
	};
	enum dlb_cmd cmd = cmds[draw(t, sizeof(cmds) / sizeof(cmds[0]))];
	enum dlb_sched_type type = (enum dlb_sched_type)draw(t, 4);
	unsigned int nb = type == DLB_SCHED_DIRECTED ? NB_DIR : NB_QUEUES;
	struct dlb_hcw hcw =
		bench_qe(cmd, type, draw(t, 99) == 0 ? 77 : draw(t, nb), draw(t, 9), t->random);

	hcw.flags14 = (uint8_t)(draw(t, 4) << 1); /* weight */
	if ((cmd & DLB_HCW_QE_VALID) == 0)
		hcw.lock_id = (uint16_t)draw(t, is_ldb ? 2 : 4);
	return bench_prio(hcw, draw(t, 8));
}

static void
send(struct twins *t, bool is_ldb, unsigned int port, struct dlb_hcw hcw)
{
	uint64_t now_ns = t->with->now_ns += draw(t, 16) == 0;
	unsigned int n = dlbsim_step_with(t->with->sim, now_ns, BUDGET, is_ldb, port, &hcw);

	dlbsim_pp_write(t->apart->sim, is_ldb, port, &hcw, 1);
	assert_int_equal(n, dlbsim_step(t->apart->sim, now_ns, BUDGET));
	t->nb_entries += n;
}

static void
command(struct twins *t)
{
	bool is_ldb = draw(t, 4) != 0;

	send(t, is_ldb, draw(t, is_ldb ? t->nb_ldb : NB_DIR), draw_command(t, is_ldb));
}

/* Something stays in the queues: the next command does not come alone. */
static void
command_before(struct twins *t)
{
	struct dlb_hcw hcw = draw_command(t, true);
	unsigned int port = draw(t, t->nb_ldb);

	dlbsim_pp_write(t->with->sim, true, port, &hcw, 1);
	dlbsim_pp_write(t->apart->sim, true, port, &hcw, 1);
}

/* Their host takes the rings away, and may not map them again. */
static void
unmap_rings(struct twins *t)
{
	t->with->refuse_map = t->apart->refuse_map = draw(t, 4) == 0;
	dlbsim_dma_unmap(t->with->sim, 0, UINT64_MAX);
	dlbsim_dma_unmap(t->apart->sim, 0, UINT64_MAX);
}

static void
set(const struct twins *t, enum dlb_reg reg, unsigned int i, uint32_t value)
{
	bench_set(t->with, reg, i, value);
	bench_set(t->apart, reg, i, value);
}

/* Both are asked: reading lets a device finish what it does. */
static unsigned int
get(const struct twins *t, enum dlb_reg reg, unsigned int port)
{
	unsigned int value = bench_get(t->with, reg, port);

	assert_int_equal(value, bench_get(t->apart, reg, port));
	return value;
}

/* Give back all that is out at some ports, which often lets more out. */
static void
give_back(struct twins *t)
{
	for (unsigned int turn = draw(t, 12); turn != 0; turn--) {
		bool is_ldb = draw(t, 4) != 0;
		unsigned int port = draw(t, is_ldb ? t->nb_ldb : NB_DIR);
		enum dlb_reg depth = is_ldb ? DLB_R_CHP_LDB_CQ_DEPTH : DLB_R_CHP_DIR_CQ_DEPTH;
		unsigned int nb = get(t, depth, port);

		if (nb != 0)
			send(t, is_ldb, port, bench_cmd(DLB_CMD_BAT_T, nb - 1));
		for (nb = is_ldb ? get(t, DLB_R_LSP_CQ_LDB_INFL_CNT, port) : 0; nb != 0; nb--)
			send(t, is_ldb, port, bench_cmd(DLB_CMD_COMP, 0));
	}
}

static void
disturb(struct twins *t)
{
	bool is_ldb = draw(t, 2) != 0, on = draw(t, 8) != 0;
	unsigned int port = draw(t, is_ldb ? t->nb_ldb : NB_DIR);
	enum dlb_reg max = is_ldb ? DLB_R_LSP_QID_NALDB_MAX_DEPTH : DLB_R_LSP_QID_DIR_MAX_DEPTH;

	bench_enable(t->with, is_ldb, port, on);
	bench_enable(t->apart, is_ldb, port, on);
	/* The deepest that a queue has been counts from here. */
	set(t, max, port % NB_DIR, 0);
	/* Nothing is scheduled for a while, or turns are counted. */
	set(t, DLB_R_SYS_WRITE_BUFFER_CTL, 0,
	    draw(t, 8) == 0 ? DLB_F_SYS_WRITE_BUFFER_CTL_HOLD_SCH_SM : 0);
	set(t, DLB_R_LSP_LDB_SCHED_PERF_CTRL, 0,
	    draw(t, 8) == 0 ? DLB_F_LSP_LDB_SCHED_PERF_CTRL_ENAB : 0);
}

/* --- what is seen of them ------------------------------------------------------------------ */

static void
compare_rings(const struct twins *t)
{
	for (unsigned int p = 0; p < t->nb_ldb + NB_DIR; p++) {
		bool is_ldb = p < t->nb_ldb;
		unsigned int id = is_ldb ? p : p - t->nb_ldb;

		assert_memory_equal(bench_entry(t->with, is_ldb, id, 0),
				    bench_entry(t->apart, is_ldb, id, 0), MAX_DEPTH * 16);
	}
	assert_memory_equal(t->with->nb_msix, t->apart->nb_msix, sizeof(t->with->nb_msix));
	assert_int_equal(t->with->nb_dma, t->apart->nb_dma);
}

static void
compare_registers(const struct twins *t)
{
	struct dlbsim_drops drops[2] = { bench_drops(t->with), bench_drops(t->apart) };

	assert_memory_equal(&drops[0], &drops[1], sizeof(drops[0]));
	for (unsigned int reg = 0; reg < DLB_R_COUNT; reg++)
		for (unsigned int i = 0; i < 8 && i < dlb_reg_descs[reg].count[t->with->version];
		     i++)
			if (bench_get(t->with, (enum dlb_reg)reg, i) !=
			    bench_get(t->apart, (enum dlb_reg)reg, i))
				fail_msg("%s %u differs", dlb_reg_descs[reg].name, i);
	bench_verify(t->with);
}

static void
play(struct twins *t)
{
	for (unsigned int i = 0; i < NB_OPS; i++) {
		unsigned int kind = draw(t, 100);

		if (kind < 2)
			disturb(t);
		else if (kind < 4)
			command_before(t);
		else if (kind < 12)
			give_back(t);
		else if (kind < 13)
			unmap_rings(t);
		else
			command(t);
		compare_rings(t);
		if (i % 64 == 0)
			compare_registers(t);
	}
	assert_true(t->nb_entries > NB_OPS / 8);
	for (unsigned int p = 0; p < t->nb_ldb - 1; p++)
		assert_true(t->with->nb_msix[1 + p] != 0);
}

static void
compare(struct bench *with, unsigned int nb_ldb)
{
	void *other = (void *)(uintptr_t)&with->version;
	struct twins t = { .with = with, .nb_ldb = nb_ldb, .random = 1 };

	assert_int_equal(bench_setup(&other), 0);
	t.apart = other;
	bring_up(t.with, nb_ldb);
	bring_up(t.apart, nb_ldb);
	play(&t);
	bench_teardown(&other);
}

static void
test_one_call_does_what_two_do(void **state)
{
	compare(*state, FEW_LDB);
}

/* More than may share a queue's elements at once. */
static void
test_one_call_does_what_two_do_for_many_ports(void **state)
{
	compare(*state, MANY_LDB);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_one_call_does_what_two_do),
		ON_BOTH(test_one_call_does_what_two_do_for_many_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
