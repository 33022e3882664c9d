/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * dlb-device: a DLB (Dynamic Load Balancer) made of software as a PCI function for virtual machines.
 *
 * Puts the command line, the signals and the server together. SIGTERM and SIGINT are let through
 * only while the server waits, so that they never interrupt work on a device.
 */

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vu_options.h"
#include "vu_server.h"
#include "vu_time.h"

static volatile sig_atomic_t stop;

static void
on_signal(int number)
{
	(void)number;
	stop = 1;
}

static void
catch_signals(sigset_t *while_waiting)
{
	struct sigaction action = { .sa_handler = on_signal };
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigprocmask(SIG_BLOCK, &ours, while_waiting);
	sigdelset(while_waiting, SIGTERM);
	sigdelset(while_waiting, SIGINT);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	signal(SIGPIPE, SIG_IGN); /* of a trace that nobody reads any more */
}

static int
open_trace(struct vu_server *server, const char *path)
{
	if (path == NULL)
		return 0;
	server->trace = fopen(path, "we");
	if (server->trace != NULL)
		return 0;
	fprintf(stderr, "dlb-device: --trace %s: %s\n", path, strerror(errno));
	return -errno;
}

static int
close_trace(struct vu_server *server, const char *path)
{
	bool failed;

	if (server->trace == NULL)
		return 0;
	failed = ferror(server->trace) != 0;
	if (fclose(server->trace) == 0 && !failed)
		return 0;
	fprintf(stderr, "dlb-device: --trace %s: could not be written completely\n", path);
	return -EIO;
}

static int
add_devices(struct vu_server *server, const struct vu_options *options)
{
	for (unsigned int i = 0; i < options->nb_devices; i++) {
		enum dlb_version version = options->devices[i].version;
		int ret = vu_server_add(server, version, options->devices[i].path);

		if (ret != 0)
			return ret;
		printf("dlb-device: DLB %s at %s\n", dlb_limits[version].name,
		       options->devices[i].path);
	}
	fflush(stdout);
	return 0;
}

static int
run(const struct vu_options *options)
{
	static struct vu_server server;
	sigset_t while_waiting;
	int ret;

	server.start_ns = vu_now_ns();
	server.control.fd = options->faults ? STDIN_FILENO : -1;
	ret = open_trace(&server, options->trace);
	if (ret != 0)
		return ret;
	catch_signals(&while_waiting);
	ret = vu_dma_guard();
	if (ret == 0)
		ret = add_devices(&server, options);
	if (ret == 0)
		ret = vu_server_run(&server, &stop, &while_waiting);
	vu_server_close(&server);
	if (close_trace(&server, options->trace) != 0 && ret == 0)
		ret = -EIO;
	return ret;
}

int
main(int argc, char *argv[])
{
	char error[VU_OPTIONS_ERROR_BYTES];
	struct vu_options options;

	if (vu_options_parse(&options, argc, argv, error) != 0) {
		fprintf(stderr, "dlb-device: %s (--help tells more)\n", error);
		return 2;
	}
	if (options.help) {
		fputs(vu_options_usage, stdout);
		return EXIT_SUCCESS;
	}
	return run(&options) == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
