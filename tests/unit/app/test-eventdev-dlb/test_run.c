/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The runner: how a run ends, that every agent is stepped wherever it was dealt to, and that
 * they go on for a while after the last event. Needs EAL for its lcores.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>
#include <rte_eal.h>

#include "run.h"

#define AGENTS 5

static struct run run;
static struct agent agent[AGENTS];
static atomic_uint_least64_t moved;
static uint64_t limit;

static unsigned int
work(struct agent *a)
{
	(void)a;
	if (atomic_load(&moved) >= limit)
		return 0;
	atomic_fetch_add(&moved, 1);
	return 1;
}

static unsigned int
work_until_signal(struct agent *a)
{
	run_interrupted = atomic_load(&moved) > 1000;
	return work(a);
}

static uint64_t
count(void *context)
{
	(void)context;
	return atomic_load(&moved);
}

static void
prepare(unsigned int nb_agents, uint64_t target, uint64_t last)
{
	unsigned int i;

	memset(&run, 0, sizeof(run));
	memset(agent, 0, sizeof(agent));
	atomic_store(&moved, 0);
	limit = last;
	run_interrupted = 0;
	run.name = "test";
	run.timeout_s = 1;
	run.target = target;
	run.ended = count;
	run.moves = count;
	run.nb_agents = nb_agents;
	for (i = 0; i < nb_agents; i++) {
		agent[i].role = "agent";
		agent[i].number = i;
		agent[i].step = work;
		run.agent[i] = &agent[i];
	}
}

static void
test_run_to_the_end(void **state)
{
	uint64_t sum = 0;
	char text[200];
	unsigned int i;

	(void)state;
	prepare(AGENTS, 20000, 20000);
	run_agents(&run);
	assert_int_equal(run.end, RUN_DONE);
	for (i = 0; i < AGENTS; i++) {
		assert_true(atomic_load(&agent[i].steps) > 0);
		assert_int_equal(agent[i].lcore, 1 + i % 2); /* not the main lcore */
		sum += atomic_load(&agent[i].events);
	}
	assert_true(sum >= 20000);
	run_describe_lcores(&run, text, sizeof(text));
	assert_non_null(strstr(text, "agent 0 on 1, agent 1 on 2, agent 2 on 1"));
}

/* What comes after the last event is still taken: a doubled event would be seen. */
static void
test_run_goes_on_for_a_while(void **state)
{
	(void)state;
	prepare(1, 100, UINT64_MAX);
	run_agents(&run);
	assert_int_equal(run.end, RUN_DONE);
	assert_true(atomic_load(&moved) > 100);
}

static void
test_run_stuck(void **state)
{
	(void)state;
	prepare(2, 1000, 999);
	run_agents(&run);
	assert_int_equal(run.end, RUN_STUCK);
	assert_int_equal(atomic_load(&moved), 999);
}

static void
test_run_interrupted(void **state)
{
	(void)state;
	prepare(1, UINT64_MAX, UINT64_MAX);
	agent[0].step = work_until_signal;
	run_agents(&run);
	assert_int_equal(run.end, RUN_INTERRUPTED);
}

static int
start_eal(void **state)
{
	char *argv[] = { "test_run",	"--no-huge",	  "-m",	      "64",	 "--no-pci",
			 "--no-shconf", "--no-telemetry", "--lcores", "(0-2)@0", NULL };

	(void)state;
	return rte_eal_init(9, argv) < 0 ? -1 : 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_run_to_the_end),
		cmocka_unit_test(test_run_goes_on_for_a_while),
		cmocka_unit_test(test_run_stuck),
		cmocka_unit_test(test_run_interrupted),
	};

	return cmocka_run_group_tests(tests, start_eal, NULL);
}
