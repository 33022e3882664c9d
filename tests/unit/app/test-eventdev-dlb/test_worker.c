/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Producer, workers and ledger together, as the scenarios use them, on a device that makes
 * mistakes on purpose. With a device that makes none, all checks pass, however the workers
 * behave; each single mistake, wherever in the run, is found.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fake_device.h"
#include "stages.h"

#define WORKERS 3
#define EVENTS	1500
/* Rounds without anything moving after which it never will; no worker holds a burst so long. */
#define STILL_ROUNDS 5000
/* Rounds after the last event, so that what comes too much can come. */
#define MORE_ROUNDS 100

static struct options options;
static struct stages stages;
static struct producer producer;
static struct worker worker[WORKERS];
static struct verdict verdict;

static void
defaults(void)
{
	memset(&options, 0, sizeof(options));
	options.delay_percent = 10;
	options.split_percent = 50;
	options.drop_percent = 3;
	options.release = RELEASE_MIXED;
}

static void
set_up(const struct fake_conf *fake, bool shuffle)
{
	struct ledger_conf conf = {
		.events = EVENTS,
		.flows = 20,
		.producers = 1,
		.actors = WORKERS,
		.seed = 11,
		.nb_stages = (unsigned int)strlen(fake->stage),
		.carries_flow_id = true,
	};
	unsigned int i;

	memcpy(conf.stage, fake->stage, strlen(fake->stage));
	fake_device_start(fake);
	verdict_reset(&verdict);
	memset(&stages, 0, sizeof(stages));
	stages.options = &options;
	stages.verdict = &verdict;
	stages.burst = 8;
	stages.shuffle = shuffle;
	stages.implicit = options.release != RELEASE_EXPLICIT;
	assert_int_equal(ledger_create(&stages.ledger, &conf, &verdict), 0);
	producer = (struct producer){ .agent.context = &producer, .stages = &stages, .random = 1 };
	for (i = 0; i < WORKERS; i++) {
		memset(&worker[i], 0, sizeof(worker[i]));
		worker[i].agent.context = &worker[i];
		worker[i].agent.number = i;
		worker[i].stages = &stages;
		worker[i].port = (uint8_t)(i + 1);
		worker[i].random = i;
	}
}

/* Step all until everything has come to its end, or surely never will. */
static void
run(const struct fake_conf *fake, bool shuffle)
{
	unsigned int still = 0, after = 0, i;
	uint64_t before;

	set_up(fake, shuffle);
	while (still < STILL_ROUNDS && after < MORE_ROUNDS) {
		before = ledger_moves(&stages.ledger);
		producer_step(&producer.agent);
		for (i = 0; i < WORKERS; i++)
			worker_step(&worker[i].agent);
		if (ledger_ended(&stages.ledger) >= EVENTS && fake_device_inside() == 0)
			after++;
		still = ledger_moves(&stages.ledger) == before ? still + 1 : 0;
	}
	ledger_close(&stages.ledger);
	ledger_destroy(&stages.ledger);
}

static uint64_t
failures(void)
{
	uint64_t sum = 0;
	unsigned int c;

	for (c = 0; c < CHECK_NB; c++)
		sum += atomic_load(&verdict.failed[c]);
	return sum;
}

static void
passes(const char *stage, bool shuffle)
{
	const struct fake_conf fake = { .fault = FAKE_RIGHT, .stage = stage, .limit = 200 };

	run(&fake, shuffle);
	if (failures() != 0)
		fail_msg("%s: %s", stage, verdict.message[0]);
	assert_int_equal(fake_device_inside(), 0);
	assert_int_equal(atomic_load(&verdict.made[CHECK_COMPLETE]), EVENTS);
}

static void
test_worker_right_device_passes(void **state)
{
	unsigned int release, shuffle;

	(void)state;
	for (release = RELEASE_MIXED; release <= RELEASE_EXPLICIT; release++)
		for (shuffle = 0; shuffle < 2; shuffle++) {
			defaults();
			options.release = release;
			passes("a", shuffle != 0);
			passes("aa", shuffle != 0);
			passes("apa", shuffle != 0);
		}
}

static void
test_worker_drops_what_it_is_told_to(void **state)
{
	const struct fake_conf fake = { .fault = FAKE_RIGHT, .stage = "aa", .limit = 200 };

	(void)state;
	defaults();
	options.drop_percent = 100;
	run(&fake, false);
	assert_int_equal(failures(), 0);
	assert_int_equal(atomic_load(&verdict.made[CHECK_EXCLUSIVE]), EVENTS); /* stage 0 only */
}

/* The mistake, made at several places of the run, is found by this check. */
static void
found(enum fake_fault fault, enum check check)
{
	unsigned int from;

	for (from = 0; from < EVENTS; from += 149) {
		const struct fake_conf fake = {
			.fault = fault,
			.from = from,
			.stage = "aa",
			.limit = 200,
		};

		run(&fake, false);
		if (atomic_load(&verdict.failed[check]) == 0)
			fail_msg("fault %u made at event %u: check %s did not fail", fault, from,
				 verdict_check_name(check));
	}
}

static void
test_worker_finds_lost(void **state)
{
	(void)state;
	defaults();
	found(FAKE_LOSE, CHECK_COMPLETE);
	found(FAKE_LOSE, CHECK_ORDER);
}

static void
test_worker_finds_doubled(void **state)
{
	(void)state;
	defaults();
	found(FAKE_DOUBLE, CHECK_ONCE);
}

static void
test_worker_finds_swapped(void **state)
{
	(void)state;
	defaults();
	found(FAKE_SWAP, CHECK_ORDER);
}

static void
test_worker_finds_changed(void **state)
{
	(void)state;
	defaults();
	found(FAKE_CHANGE_FLOW, CHECK_FIELDS);
	found(FAKE_CHANGE_PAYLOAD, CHECK_ONCE);
}

static void
test_worker_finds_shared_flows(void **state)
{
	(void)state;
	defaults();
	found(FAKE_FORGET_LOCKS, CHECK_EXCLUSIVE);
}

static void
test_worker_finds_refused(void **state)
{
	(void)state;
	defaults();
	found(FAKE_REFUSE, CHECK_DEVICE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worker_right_device_passes),
		cmocka_unit_test(test_worker_drops_what_it_is_told_to),
		cmocka_unit_test(test_worker_finds_lost),
		cmocka_unit_test(test_worker_finds_doubled),
		cmocka_unit_test(test_worker_finds_swapped),
		cmocka_unit_test(test_worker_finds_changed),
		cmocka_unit_test(test_worker_finds_shared_flows),
		cmocka_unit_test(test_worker_finds_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
