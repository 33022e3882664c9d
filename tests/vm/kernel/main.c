/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * In the guest: run tests of the kernel driver, each in a process of its own, and see that each
 * leaves the device as it found it.
 *
 * usage: kernel_client TEST...
 */

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

/* One a line. */
/* clang-format off */
static const struct {
	const char *name;
	void (*run)(void);
} tests[] = {
	{ "identity", test_identity },
	{ "refusals", test_refusals },
	{ "settings", test_settings },
	{ "limits", test_limits },
	{ "events", test_events },
	{ "times", test_times },
	{ "maps", test_maps },
	{ "waiting", test_waiting },
	{ "eventfd", test_eventfd },
	{ "alerts", test_alerts },
	{ "sharing", test_sharing },
	{ "killing", test_killing },
	{ "reset", test_reset },
	{ "sleep", test_sleep },
	{ "unbind", test_unbind },
	{ "races", test_races },
	{ "hostile", test_hostile },
	{ "late", test_late },
	{ "never", test_never },
	{ "wrong", test_wrong },
	{ "late_writes", test_late_writes },
	{ "gone", test_gone },
};
/* clang-format on */

#define NB_TESTS (sizeof(tests) / sizeof(tests[0]))

static void
run_in_child(void (*run)(void))
{
	pid_t pid;
	int status;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		run();
		fflush(stdout);
		_exit(0);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid)
		fail("no process");
	if (WIFSIGNALED(status))
		fail("killed by signal %d", WTERMSIG(status));
	if (WEXITSTATUS(status) != 0)
		_exit(1);
}

static struct dlb_arg_num_resources
resources(void)
{
	struct dlb_arg_num_resources res;
	int device = device_open();

	memset(&res, 0, sizeof(res));
	REQUEST(device, DLB_IOC_GET_NUM_RESOURCES, &res);
	close(device);
	return res;
}

/* All that the test took has come back, unless the device has gone with it. */
static void
run_test(const char *name)
{
	struct dlb_arg_num_resources before = resources(), after;
	double start = seconds();

	for (unsigned int i = 0; i < NB_TESTS; i++) {
		if (strcmp(tests[i].name, name) != 0)
			continue;
		run_in_child(tests[i].run);
		after = tests[i].run == test_gone ? before : resources();
		if (memcmp(&before, &after, sizeof(before)) != 0)
			fail("%s: resources have not come back: %u of %u domains are free", name,
			     after.num_sched_domains, before.num_sched_domains);
		printf("%-10s passed in %.2f s\n", name, seconds() - start);
		return;
	}
	fail("no test %s", name);
}

int
main(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++)
		run_test(argv[i]);
	return 0;
}
