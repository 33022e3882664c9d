/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A device used by two processes: the primary makes it, a secondary works at a port of its own,
 * and what belongs to the primary is refused there. The primary starts the secondary, twice: a
 * device outlives those who attach to it.
 *
 * usage: test_secondary PLUGIN [EAL-ARGUMENT...]     (with huge pages; run_secondary has them)
 */

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/wait.h>

#include <rte_cycles.h>
#include <rte_debug.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_eventdev.h>

#define NB_EVENTS 20000
#define BURST	  16

/* Time for the other process to come up, and to be run. */
#define PATIENCE_S 20

#define CHECK(condition)                                                                       \
	do {                                                                                   \
		if (!(condition)) {                                                            \
			fprintf(stderr, "FAIL %s: %s:%d: %s (rte_errno %d)\n", role, __FILE__, \
				__LINE__, #condition, rte_errno);                              \
			_exit(1);                                                              \
		}                                                                              \
	} while (0)

static const char *role = "primary";

static void
eal_start(int argc, char **argv, const char *proc_type)
{
	char *eal[32] = { argv[0], "--no-telemetry", "-d" };
	char type[32];
	int nb = 3;

	for (int i = 1; i < argc && nb < 30; i++)
		eal[nb++] = argv[i];
	snprintf(type, sizeof(type), "--proc-type=%s", proc_type);
	eal[nb++] = type;
	CHECK(rte_eal_init(nb, eal) >= 0);
	CHECK(rte_event_dev_count() == 1);
}

/* Take events and hand them on until there were so many. */
static void
relay(uint8_t port, uint8_t queue, unsigned int nb_wanted)
{
	const uint64_t deadline = rte_get_timer_cycles() + PATIENCE_S * rte_get_timer_hz();
	struct rte_event events[BURST];
	unsigned int nb_done = 0;

	while (nb_done < nb_wanted) {
		uint16_t nb = rte_event_dequeue_burst(0, port, events, BURST, 0);

		CHECK(nb > 0 || rte_get_timer_cycles() < deadline);
		for (uint16_t i = 0; i < nb; i++) {
			events[i].op = RTE_EVENT_OP_FORWARD;
			events[i].queue_id = queue;
		}
		for (uint16_t sent = 0; sent < nb;)
			sent += rte_event_enqueue_burst(0, port, &events[sent], nb - sent);
		nb_done += nb;
	}
	/* The release of the last ones. */
	rte_event_dequeue_burst(0, port, events, BURST, 0);
}

/* What only the process that made the device may do. */
static void
check_refusals(void)
{
	uint8_t queue = 0;

	CHECK(rte_event_port_link(0, 1, &queue, NULL, 1) == 0);
	CHECK(rte_errno == E_RTE_SECONDARY);
	CHECK(rte_event_port_unlink(0, 1, &queue, 1) == 0);
	CHECK(rte_errno == E_RTE_SECONDARY);
}

static int
secondary(int argc, char **argv)
{
	char *dump = NULL;
	size_t size = 0;
	FILE *out;

	role = "secondary";
	eal_start(argc, argv, "secondary");
	relay(1, 1, NB_EVENTS);
	check_refusals();
	out = open_memstream(&dump, &size);
	CHECK(out != NULL);
	CHECK(rte_event_dev_dump(0, out) == 0);
	fclose(out);
	/* Only a device made of software can be looked into. */
	CHECK(strstr(dump, "in software") == NULL || strstr(dump, "device check: ok") != NULL);
	free(dump);
	rte_eal_cleanup();
	return 0;
}

static void
device_start(void)
{
	const struct rte_event_dev_config conf = {
		.nb_events_limit = 1024,
		.nb_event_queues = 2,
		.nb_event_ports = 2,
		.nb_event_queue_flows = 1024,
		.nb_event_port_dequeue_depth = 32,
		.nb_event_port_enqueue_depth = 32,
	};
	uint8_t first = 0, second = 1;

	CHECK(rte_event_dev_configure(0, &conf) == 0);
	for (uint8_t queue = 0; queue < 2; queue++)
		CHECK(rte_event_queue_setup(0, queue, NULL) == 0);
	for (uint8_t port = 0; port < 2; port++)
		CHECK(rte_event_port_setup(0, port, NULL) == 0);
	CHECK(rte_event_port_link(0, 1, &first, NULL, 1) == 1);
	CHECK(rte_event_port_link(0, 0, &second, NULL, 1) == 1);
	CHECK(rte_event_dev_start(0) == 0);
}

/* Number the events of each flow, and see them come back in that order from the secondary. */
static void
send_and_receive(void)
{
	const uint64_t deadline = rte_get_timer_cycles() + PATIENCE_S * rte_get_timer_hz();
	uint64_t next_of_flow[8] = { 0 }, nb_sent = 0, nb_received = 0;
	struct rte_event events[BURST];

	while (nb_received < NB_EVENTS) {
		struct rte_event new = {
			.op = RTE_EVENT_OP_NEW,
			.event_type = RTE_EVENT_TYPE_CPU,
			.sched_type = RTE_SCHED_TYPE_ATOMIC,
			.flow_id = nb_sent % 8,
			.u64 = nb_sent / 8,
		};
		uint16_t nb;

		if (nb_sent < NB_EVENTS)
			nb_sent += rte_event_enqueue_burst(0, 0, &new, 1);
		nb = rte_event_dequeue_burst(0, 0, events, BURST, 0);
		for (uint16_t i = 0; i < nb; i++)
			CHECK(events[i].u64 == next_of_flow[events[i].flow_id]++);
		nb_received += nb;
		CHECK(rte_get_timer_cycles() < deadline);
	}
}

static void
run_secondary(int argc, char **argv)
{
	pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		setenv("DLB_TEST_SECONDARY", "1", 1);
		execv(argv[0], argv);
		_exit(127);
	}
	send_and_receive();
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	RTE_SET_USED(argc);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fprintf(stderr, "usage: %s PLUGIN [EAL-ARGUMENT...]\n", argv[0]);
		return 2;
	}
	if (getenv("DLB_TEST_SECONDARY") != NULL)
		return secondary(argc, argv);
	eal_start(argc, argv, "primary");
	device_start();
	for (unsigned int i = 0; i < 2; i++) {
		run_secondary(argc, argv);
		printf("ok %u events through secondary %u\n", NB_EVENTS, i);
	}
	rte_event_dev_stop(0);
	CHECK(rte_event_dev_close(0) == 0);
	rte_eal_cleanup();
	return 0;
}
