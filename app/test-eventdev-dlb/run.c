/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Deals agents to lcores, steps them, watches over them. See run.h. It knows neither events
 * nor devices: what "moving" and "done" mean is asked of the scenario.
 */
#include <inttypes.h>
#include <sched.h>
#include <stdio.h>
#include <unistd.h>

#include <rte_cycles.h>
#include <rte_launch.h>
#include <rte_lcore.h>
#include <rte_pause.h>

#include "run.h"

/*
 * Rounds without work after which an lcore yields its CPU. Fewer cost system calls when the
 * CPU is ours alone; more let a spinning lcore eat the time slice of the one it waits for.
 */
#define IDLE_ROUNDS 32

/*
 * How long the agents go on after the last event, at least: what was left to implicit release
 * is released now, and a doubled event would show up.
 */
#define LINGER_MS    20
#define LINGER_STEPS 16

/* Rounds of the main lcore between two looks at the clock. */
#define ROUNDS_PER_LOOK 16

volatile int run_interrupted;

/* One writer, so no atomic add is needed. */
static void
count(atomic_uint_least64_t *counter, unsigned int n)
{
	atomic_store_explicit(counter, atomic_load_explicit(counter, memory_order_relaxed) + n,
			      memory_order_relaxed);
}

static unsigned int
step_agents(const struct run *run, unsigned int lcore)
{
	unsigned int i, n, sum = 0;

	for (i = 0; i < run->nb_agents; i++) {
		struct agent *a = run->agent[i];

		if (a->lcore != lcore)
			continue;
		n = a->step(a);
		count(&a->steps, 1);
		if (n != 0)
			count(&a->events, n);
		sum += n;
	}
	return sum;
}

static void
rest(unsigned int *idle, unsigned int worked)
{
	if (worked != 0) {
		*idle = 0;
	} else if (++*idle >= IDLE_ROUNDS) {
		*idle = 0;
		sched_yield();
	} else {
		rte_pause();
	}
}

static int
lcore_main(void *arg)
{
	struct run *run = arg;
	unsigned int lcore = rte_lcore_id(), idle = 0;

	while (!atomic_load_explicit(&run->stop, memory_order_relaxed))
		rest(&idle, step_agents(run, lcore));
	return 0;
}

/* Round robin over the worker lcores that the user gave; all to the main lcore if none. */
static void
deal_agents(struct run *run)
{
	unsigned int lcores[RTE_MAX_LCORE], nb = 0, lcore, i;

	RTE_LCORE_FOREACH_WORKER(lcore)
		lcores[nb++] = lcore;
	if (nb == 0)
		lcores[nb++] = rte_get_main_lcore();
	for (i = 0; i < run->nb_agents; i++)
		run->agent[i]->lcore = lcores[i % nb];
}

static void
launch(struct run *run, bool on[RTE_MAX_LCORE])
{
	unsigned int i, lcore;

	for (i = 0; i < run->nb_agents; i++) {
		lcore = run->agent[i]->lcore;
		if (lcore == rte_get_main_lcore() || on[lcore])
			continue;
		on[lcore] = true;
		rte_eal_remote_launch(lcore_main, run, lcore);
	}
}

static void
progress_line(const struct run *run, uint64_t ended, double seconds)
{
	fprintf(stderr, "%s: %" PRIu64 " of %" PRIu64 " (%.0f %%), %.1f s\n", run->name, ended,
		run->target, run->target != 0 ? 100.0 * (double)ended / (double)run->target : 0.0,
		seconds);
}

struct watch {
	uint64_t hz, start, moved, shown, moves;
};

/* A look at clock and counts; true when the run has come to an end, whichever. */
static bool
look(struct run *run, struct watch *w)
{
	uint64_t now = rte_get_timer_cycles(), ended = run->ended(run->context);
	uint64_t moves = run->moves(run->context);

	if (moves != w->moves) {
		w->moves = moves;
		w->moved = now;
	}
	run->seconds = (double)(now - w->start) / (double)w->hz;
	if (run->progress_s != 0 && now - w->shown >= run->progress_s * w->hz) {
		w->shown = now;
		progress_line(run, ended, run->seconds);
	}
	if (ended >= run->target)
		run->end = RUN_DONE;
	else if (run_interrupted != 0)
		run->end = RUN_INTERRUPTED;
	else if (now - w->moved >= run->timeout_s * w->hz)
		run->end = RUN_STUCK;
	else
		return false;
	return true;
}

static bool
has_services(const struct run *run)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (run->services[i] != NULL && run->services[i]->nb != 0 &&
		    !run->services[i]->own_cores)
			return true;
	return false;
}

/* One round of the main lcore: services, its own agents, housekeeping. */
static unsigned int
main_round(struct run *run)
{
	unsigned int i;

	for (i = 0; i < 2; i++)
		if (run->services[i] != NULL)
			services_step(run->services[i]);
	if (run->housekeep != NULL)
		run->housekeep(run->context);
	return step_agents(run, rte_get_main_lcore());
}

static void
main_loop(struct run *run, bool alone)
{
	struct watch w = { .hz = rte_get_timer_hz(), .start = rte_get_timer_cycles() };
	bool busy = alone || has_services(run);
	unsigned int round = 0, idle = 0;
	uint64_t before = 0;

	w.moved = w.start;
	w.shown = w.start;
	for (;;) {
		unsigned int worked = main_round(run);

		if (!busy)
			usleep(1000); /* nothing to do here but watch */
		else if (++round % ROUNDS_PER_LOOK != 0)
			continue;
		if (look(run, &w))
			break;
		/* A service does not say whether it worked: ask the events. */
		rest(&idle, worked != 0 || w.moves != before ? 1 : 0);
		before = w.moves;
	}
}

static bool
all_stepped(const struct run *run, const uint64_t *before)
{
	unsigned int i;

	for (i = 0; i < run->nb_agents; i++)
		if (atomic_load(&run->agent[i]->steps) < before[i] + LINGER_STEPS)
			return false;
	return true;
}

static void
linger(struct run *run)
{
	uint64_t start = rte_get_timer_cycles(), hz = rte_get_timer_hz(), passed;
	uint64_t before[RUN_MAX_AGENTS];
	unsigned int idle = 0, i;

	for (i = 0; i < run->nb_agents; i++)
		before[i] = atomic_load(&run->agent[i]->steps);
	do {
		rest(&idle, main_round(run));
		passed = rte_get_timer_cycles() - start;
	} while (passed < run->timeout_s * hz &&
		 (passed < hz * LINGER_MS / 1000 || !all_stepped(run, before)));
}

void
run_agents(struct run *run)
{
	bool on[RTE_MAX_LCORE] = { false };
	unsigned int lcore;

	atomic_store(&run->stop, false);
	deal_agents(run);
	launch(run, on);
	main_loop(run, run->nb_agents != 0 && run->agent[0]->lcore == rte_get_main_lcore());
	linger(run);
	atomic_store(&run->stop, true);
	for (lcore = 0; lcore < RTE_MAX_LCORE; lcore++)
		if (on[lcore])
			rte_eal_wait_lcore(lcore);
}

void
run_describe_lcores(const struct run *run, char *text, size_t size)
{
	size_t used = 0;
	unsigned int i;

	text[0] = '\0';
	for (i = 0; i < run->nb_agents && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s %u on %u",
					 i == 0 ? "" : ", ", run->agent[i]->role,
					 run->agent[i]->number, run->agent[i]->lcore);
}
