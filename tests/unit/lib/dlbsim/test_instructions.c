/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What an event costs the software device, in instructions: a number that a noisy machine does not
 * change, and a guard against making the device slower unawares.
 *
 * The CPU is told to trap after each instruction, and the traps are counted. The bounds are a
 * quarter above what GCC 12 makes of the code at -O3, which leaves room for honest work but not for
 * one more loop over the elements. Other compilers, builds that are not optimised or that are
 * sanitised, and other CPUs count nothing and skip.
 */

#include "bench.h"

#include <signal.h>
#include <stdio.h>

#define BURST	  32
#define NB_WARM	  8
#define MIN_LAPS  4
#define DIR_QUEUE 5

#if defined(__x86_64__) && __GNUC__ == 12 && defined(__OPTIMIZE__) && \
	!defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define CAN_COUNT 1
#else
#define CAN_COUNT 0
#endif

/* --- counting ------------------------------------------------------------------------------ */

static volatile sig_atomic_t nb_traps;

#if CAN_COUNT
#define TRAP_FLAG UINT64_C(0x100)

static void
on_trap(int signal)
{
	(void)signal;
	nb_traps++;
}

static void
count_begin(void)
{
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() | TRAP_FLAG);
}

static void
count_end(void)
{
	__builtin_ia32_writeeflags_u64(__builtin_ia32_readeflags_u64() & ~TRAP_FLAG);
}

static void
count_prepare(void)
{
	assert_int_equal(sigaction(SIGTRAP, &(struct sigaction){ .sa_handler = on_trap }, NULL), 0);
}
#else
static void
count_begin(void)
{
}

static void
count_end(void)
{
}

static void
count_prepare(void)
{
	skip();
}
#endif

/* --- what is counted ----------------------------------------------------------------------- */

struct load {
	const char *what;
	enum dlb_sched_type type;
	unsigned int nb_queues; /* events go to each in turn, burst by burst */
	unsigned int nb_ports;
	unsigned int nb_sharers; /* of one queue's burst; 1: each queue has one port */
	unsigned int nb_flows;
	unsigned int burst;
	bool mixed;	    /* each event goes to another queue than the one before */
	unsigned int bound; /* instructions for each event, in tenths */
};

static void
bring_up(struct bench *b, const struct load *load)
{
	bench_power_up(b, false);
	bench_credits(b, 0, b->lim->ldb_credits, b->lim->dir_credits);
	for (unsigned int q = 0; q < load->nb_queues; q++)
		bench_ldb_queue(b, &(struct bench_queue){ .qid = q, .sns = q == 0 ? 256 : 0 });
	for (unsigned int p = 0; p < load->nb_ports; p++)
		bench_ldb_port(b, &(struct bench_port){ .id = p, .history = 32 });
	for (unsigned int q = 0; q < load->nb_queues; q++)
		bench_link(b, q / DLB_NB_SLOTS, q % DLB_NB_SLOTS, q, 0);
	for (unsigned int p = 1; load->nb_sharers > 1 && p < load->nb_ports; p++)
		bench_link(b, p, 0, 0, 0);
	bench_dir_queue(b, &(struct bench_queue){ .qid = DIR_QUEUE });
	bench_dir_port(b, &(struct bench_port){ .id = DIR_QUEUE });
	b->unverified = true;
}

/* A burst of events through the device, which deals them to ports from @p first on. */
static void
through(struct bench *b, const struct load *load, unsigned int first, const struct dlb_hcw *new,
	const struct dlb_hcw *done)
{
	bool is_ldb = load->type != DLB_SCHED_DIRECTED;

	if (load->burst == 1) {
		dlbsim_step_with(b->sim, 0, 256, LDB, 0, new);
	} else {
		dlbsim_pp_write(b->sim, LDB, 0, new, load->burst);
		dlbsim_step(b->sim, 0, 256);
	}
	for (unsigned int i = 0; i < load->nb_sharers; i++)
		dlbsim_pp_write(b->sim, is_ldb, first + i, done, load->burst / load->nb_sharers);
}

/* Lap @p number around the load's queues or ports, with or without being counted. */
static void
lap(struct bench *b, const struct load *load, unsigned int number, bool counted)
{
	bool is_ldb = load->type != DLB_SCHED_DIRECTED;
	unsigned int qid = is_ldb ? number % load->nb_queues : DIR_QUEUE;
	unsigned int port = is_ldb ? qid / DLB_NB_SLOTS : DIR_QUEUE;
	struct dlb_hcw new[BURST], done[BURST];

	if (load->nb_sharers > 1)
		port = number * load->nb_sharers % load->nb_ports;
	for (unsigned int i = 0; i < load->burst; i++) {
		unsigned int flow = (number * load->burst + i) % load->nb_flows;

		if (load->mixed)
			qid = i % load->nb_queues;
		new[i] = bench_qe(DLB_CMD_NEW, load->type, qid, flow, i);
		done[i] = bench_cmd(is_ldb ? DLB_CMD_COMP_T : DLB_CMD_BAT_T, 0);
	}
	if (counted)
		count_begin();
	through(b, load, port, new, done);
	if (counted)
		count_end();
}

/* Instructions for each event, in tenths. */
static unsigned int
measure(struct bench *b, const struct load *load)
{
	unsigned int nb_laps = load->nb_queues > MIN_LAPS ? load->nb_queues : MIN_LAPS;
	unsigned int per_event;

	bring_up(b, load);
	for (unsigned int i = 0; i < NB_WARM * load->nb_queues; i++)
		lap(b, load, i, false);
	nb_traps = 0;
	for (unsigned int i = 0; i < nb_laps; i++)
		lap(b, load, i, true);
	b->unverified = false;
	bench_verify(b);
	for (unsigned int p = 0; p < load->nb_ports; p++)
		assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, p), 0);
	assert_int_equal(bench_nb_drops(b), 0);
	per_event = 10 * (unsigned int)nb_traps / (nb_laps * load->burst);
	printf("%s: %u.%u instructions\n", load->what, per_event / 10, per_event % 10);
	return per_event;
}

/* --- tests --------------------------------------------------------------------------------- */

static const struct load loads[] = {
	{ "atomic", DLB_SCHED_ATOMIC, 1, 1, 1, 1024, BURST, false, 1410 },
	{ "atomic, one flow", DLB_SCHED_ATOMIC, 1, 1, 1, 1, BURST, false, 1380 },
	{ "ordered", DLB_SCHED_ORDERED, 1, 1, 1, 1024, BURST, false, 1530 },
	{ "unordered", DLB_SCHED_UNORDERED, 1, 1, 1, 1024, BURST, false, 1120 },
	{ "directed", DLB_SCHED_DIRECTED, 1, 1, 1, 1024, BURST, false, 815 },
	{ "atomic, alone", DLB_SCHED_ATOMIC, 1, 1, 1, 1024, 1, false, 6950 },
	{ "directed, alone", DLB_SCHED_DIRECTED, 1, 1, 1, 1024, 1, false, 5370 },
	{ "ordered, alone", DLB_SCHED_ORDERED, 1, 1, 1, 1024, 1, false, 7950 },
	{ "unordered, alone", DLB_SCHED_UNORDERED, 1, 1, 1, 1024, 1, false, 6440 },
	/* What is configured costs nothing: the bound is that of one queue. */
	{ "atomic, 32 queues, 64 ports", DLB_SCHED_ATOMIC, 32, 64, 1, 32768, BURST, false, 1410 },
	/* Ports that share a queue make turns of four; more than eight cost no more than eight. */
	{ "atomic, 8 ports share", DLB_SCHED_ATOMIC, 1, 8, 8, 1024, BURST, false, 3980 },
	{ "atomic, 64 ports share", DLB_SCHED_ATOMIC, 1, 64, 8, 1024, BURST, false, 3980 },
	/* Each event is a run of its own, but for the command. */
	{ "atomic, 8 queues mixed", DLB_SCHED_ATOMIC, 8, 1, 1, 1024, BURST, true, 4090 },
	{ "unordered, 8 queues mixed", DLB_SCHED_UNORDERED, 8, 1, 1, 1024, BURST, true, 3700 },
};

static void
test_load(void **state)
{
	const struct load *load = *state;
	void *bench = (void *)(uintptr_t)&bench_versions[DLB_V2_0];

	count_prepare();
	assert_int_equal(bench_setup(&bench), 0);
	assert_in_range(measure(bench, load), 1, load->bound);
	bench_teardown(&bench);
}

int
main(void)
{
	struct CMUnitTest tests[sizeof(loads) / sizeof(loads[0])];

	for (unsigned int i = 0; i < sizeof(loads) / sizeof(loads[0]); i++)
		tests[i] = (struct CMUnitTest){
			.name = loads[i].what,
			.test_func = test_load,
			.initial_state = (void *)(uintptr_t)&loads[i],
		};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
