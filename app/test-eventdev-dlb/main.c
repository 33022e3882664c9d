/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * test-eventdev-dlb: hard checks and measurements of an event device, through DPDK's public
 * API only, so that it runs on any event device. This file: start-up, the tests one after the
 * other, reports, exit code.
 *
 * Exit code: 0 all checks of all tests passed; 1 one failed; 2 the command line is wrong;
 * 77 nothing failed, but the device lacks something a test needs; 130 Ctrl-C.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_eal.h>
#include <rte_eventdev.h>
#include <rte_log.h>
#include <rte_version.h>

#include "options.h"
#include "report.h"
#include "scenario.h"

#define NAME "test-eventdev-dlb"

enum {
	EXIT_ALL_PASSED = 0,
	EXIT_A_TEST_FAILED = 1,
	EXIT_BAD_COMMAND = 2,
	EXIT_NOT_SUPPORTED = 77,
	EXIT_BY_CTRL_C = 130,
};

#define MAX_TESTS 16

static void
list_tests(FILE *out)
{
	unsigned int i;

	for (i = 0; i < nb_scenarios; i++)
		fprintf(out, "  %-10s %s\n", scenarios[i].name, scenarios[i].summary);
}

static void
help(FILE *out)
{
	fputs("Usage: " NAME " [EAL options] -- --test NAME [options]\n\n"
	      "Checks and measures an event device through DPDK's public API. What stands\n"
	      "before the \"--\" is for DPDK's start-up (EAL); what follows is described here.\n"
	      "For example, on a machine with nothing special, five lcores on two CPUs:\n\n"
	      "  " NAME " --no-pci --no-huge -m 512 --lcores '(0-4)@(0,1)' \\\n"
	      "      --vdev=event_sw0 -- --test order\n\n"
	      "A device from a plugin is loaded with -d /path/librte_event_dlb.so.\n"
	      "EAL's own options are described by any other DPDK program, e.g. dpdk-testpmd -h.\n\n"
	      "Tests:\n",
	      out);
	list_tests(out);
	options_help(out);
	fputs("\nExit code: 0 all checks passed, 1 one failed, 2 wrong command line, 77 the\n"
	      "device lacks something a test needs, 130 interrupted.\n",
	      out);
}

static bool
asks_for_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc; i++)
		if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
			return true;
	return argc == 1;
}

static void
on_signal(int number)
{
	(void)number;
	run_interrupted = 1;
}

static void
catch_signals(void)
{
	/* A second Ctrl-C ends the program at once, should the first not help. */
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESETHAND };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

/* The scenarios that --test names, in its order. Their number, or -EINVAL. */
static int
choose_tests(const char *names, const struct scenario **chosen, char *error)
{
	char copy[256], *name, *rest = copy;
	unsigned int i, n = 0;

	if (names == NULL) {
		snprintf(error, OPTIONS_ERROR_BYTES, "--test is missing: which one? (see --help)");
		return -EINVAL;
	}
	snprintf(copy, sizeof(copy), "%s", names);
	while ((name = strsep(&rest, ",")) != NULL && n < MAX_TESTS) {
		if (strcmp(name, "all") == 0) {
			for (i = 0; i < nb_scenarios && n < MAX_TESTS; i++)
				if (scenarios[i].in_all)
					chosen[n++] = &scenarios[i];
			continue;
		}
		chosen[n] = scenario_find(name);
		if (chosen[n++] == NULL) {
			snprintf(error, OPTIONS_ERROR_BYTES,
				 "--test %s: there is no such test (see --list)", name);
			return -EINVAL;
		}
	}
	return (int)n;
}

struct tally {
	unsigned int failed, unsupported, interrupted;
};

static void
run_test(const struct options *o, const struct scenario *s, struct json *j, FILE *text,
	 struct tally *t)
{
	static struct result r;

	result_reset(&r, s->name);
	s->run(o, &r);
	report_text(text, &r);
	if (j->out != NULL)
		report_json(j, &r);
	t->failed += r.outcome == OUTCOME_FAILED;
	t->unsupported += r.outcome == OUTCOME_UNSUPPORTED;
	t->interrupted += r.outcome == OUTCOME_INTERRUPTED;
	result_reset(&r, NULL);
}

static int
exit_code(const struct tally *t)
{
	if (t->failed != 0)
		return EXIT_A_TEST_FAILED;
	if (t->interrupted != 0 || run_interrupted != 0)
		return EXIT_BY_CTRL_C;
	return t->unsupported != 0 ? EXIT_NOT_SUPPORTED : EXIT_ALL_PASSED;
}

static int
run_tests(const struct options *o, const struct scenario **chosen, int n, FILE *json)
{
	FILE *text = json == stdout ? stderr : stdout;
	struct json j = { .out = json };
	struct tally t = { 0 };
	int i;

	if (json != NULL) {
		json_open(&j, NULL, '{');
		json_text(&j, "program", NAME);
		json_text(&j, "dpdk", rte_version());
		json_open(&j, "results", '[');
	}
	for (i = 0; i < n && run_interrupted == 0; i++)
		run_test(o, chosen[i], &j, text, &t);
	if (json != NULL) {
		json_close(&j, ']');
		json_count(&j, "exit_code", (uint64_t)exit_code(&t));
		json_close(&j, '}');
	}
	return exit_code(&t);
}

static int
open_json(const char *path, FILE **out)
{
	*out = NULL;
	if (path == NULL)
		return 0;
	*out = strcmp(path, "-") == 0 ? stdout : fopen(path, "w");
	return *out == NULL ? -errno : 0;
}

static int
bad_command(const char *error)
{
	fprintf(stderr, NAME ": %s\n", error);
	return EXIT_BAD_COMMAND;
}

/* What stands behind the "--", that argument included: it takes argv[0]'s place. */
static char **
own_arguments(int *argc, char **argv)
{
	int i;

	for (i = 1; i < *argc && strcmp(argv[i], "--") != 0; i++)
		;
	*argc -= i;
	return argv + i;
}

static int
start_and_run(int argc, char **argv, const struct options *o, const struct scenario **chosen, int n)
{
	char error[OPTIONS_ERROR_BYTES];
	FILE *json;
	int ret;

	if (open_json(o->json, &json) != 0) {
		snprintf(error, sizeof(error), "--json %s: %s", o->json, strerror(errno));
		return bad_command(error);
	}
	/* DPDK's messages must not get between the lines of the JSON on standard output. */
	rte_openlog_stream(stderr);
	if (rte_eal_init(argc, argv) < 0)
		return bad_command("DPDK did not start: its messages above say why");
	catch_signals();
	ret = run_tests(o, chosen, n, json);
	if (json != NULL && fflush(json) != 0) {
		fprintf(stderr, NAME ": --json %s: %s\n", o->json, strerror(errno));
		ret = EXIT_A_TEST_FAILED;
	}
	rte_eal_cleanup();
	return ret;
}

int
main(int argc, char **argv)
{
	const struct scenario *chosen[MAX_TESTS];
	char error[OPTIONS_ERROR_BYTES], **own;
	struct options o;
	int own_argc = argc, n;

	if (asks_for_help(argc, argv)) {
		help(stdout);
		return EXIT_ALL_PASSED;
	}
	/* Before EAL starts: who mistyped an option need not wait for it, nor read its log. */
	own = own_arguments(&own_argc, argv);
	if (own_argc <= 0)
		return bad_command(
			"there is no \"--\": after it come the tests' options (see --help)");
	if (options_parse(&o, own_argc, own, error) != 0)
		return bad_command(error);
	if (o.list) {
		list_tests(stdout);
		return EXIT_ALL_PASSED;
	}
	n = choose_tests(o.test, chosen, error);
	if (n < 0)
		return bad_command(error);
	return start_and_run(argc, argv, &o, chosen, n);
}
