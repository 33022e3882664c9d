/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * In the guest: domains of one device in several processes, which this one starts, instructs and
 * kills; and what becomes of them when the device is reset or taken away.
 *
 * usage: test_domains PLUGIN many | kill | reset PCI-ADDRESS | unbind PCI-ADDRESS |
 *        beside PCI-ADDRESS | figures
 */

#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <rte_eal.h>
#include <rte_eventdev.h>

#include "dlb_uapi.h"
#include "worker.h"

#define NODE	     "/dev/dlb0"
#define OTHER_NODE   "/dev/dlb1"
#define NB_PROCESSES 8
#define NB_EVENTS    1600
#define ENDLESS	     UINT32_MAX
#define NB_CLOSE     4096
#define NB_KILLS     30
#define A_DAY_S	     86400
#define NB_ROUNDS    5

#define CHECK(condition)                                                                     \
	do {                                                                                 \
		if (!(condition)) {                                                          \
			fprintf(stderr, "FAIL %s:%d: %s\n", __FILE__, __LINE__, #condition); \
			exit(1);                                                             \
		}                                                                            \
	} while (0)

static const char *plugin;

/* --- processes ---------------------------------------------------------------------------------- */

struct process {
	pid_t pid;
	FILE *to;
	FILE *from;
};

/* Neither huge pages nor anything shared with other processes. */
static void
exec_worker(const char *device)
{
	char vdev[128];

	snprintf(vdev, sizeof(vdev), "--vdev=event_dlb0,dev=" NODE "%s",
		 device == NULL ? "" : device);
	execl("/proc/self/exe", "worker", "--no-huge", "-m", "32", "--no-shconf", "--no-telemetry",
	      "--no-pci", "--lcores=0@0", "-d", plugin, device == NULL ? NULL : vdev, NULL);
	_exit(127);
}

/* With these arguments of the device; NULL: without one. */
static void
process_start(struct process *process, const char *device)
{
	int in[2], out[2];

	CHECK(pipe2(in, O_CLOEXEC) == 0 && pipe2(out, O_CLOEXEC) == 0);
	process->pid = fork();
	CHECK(process->pid >= 0);
	if (process->pid == 0) {
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		exec_worker(device);
	}
	close(in[0]);
	close(out[1]);
	process->to = fdopen(in[1], "w");
	process->from = fdopen(out[0], "r");
}

static void
tell(struct process *process, const char *command, uint64_t arg)
{
	fprintf(process->to, "%s %" PRIu64 "\n", command, arg);
	fflush(process->to);
}

/* The number of the next answer, which is to be this one. */
static uint64_t
hear(struct process *process, const char *what)
{
	char line[128], name[32] = "";
	uint64_t number = 0;

	/* EAL talks in between. */
	do {
		if (fgets(line, sizeof(line), process->from) == NULL) {
			fprintf(stderr, "FAIL: a process ended instead of \"%s\"\n", what);
			exit(1);
		}
	} while (strchr(line, ':') != NULL || sscanf(line, "%31s %" SCNu64, name, &number) != 2);
	if (strcmp(name, what) != 0) {
		fprintf(stderr, "FAIL: \"%s\" and not \"%s\"\n", line, what);
		exit(1);
	}
	return number;
}

static uint64_t
ask(struct process *process, const char *command, uint64_t arg, const char *what)
{
	tell(process, command, arg);
	return hear(process, what);
}

static void
process_wait(struct process *process, int status)
{
	int ended;

	CHECK(waitpid(process->pid, &ended, 0) == process->pid);
	CHECK(ended == status);
	fclose(process->to);
	fclose(process->from);
}

static void
process_quit(struct process *process)
{
	tell(process, "quit", 0);
	process_wait(process, 0);
}

static void
process_kill(struct process *process)
{
	CHECK(kill(process->pid, SIGKILL) == 0);
	process_wait(process, SIGKILL);
}

/* Whether all of the device is there for one who asks. */
static void
check_all_is_there(uint64_t nb_all)
{
	struct process process;

	process_start(&process, "");
	hear(&process, "ready");
	CHECK(ask(&process, "start", 0, "started") == nb_all);
	process_quit(&process);
}

static uint64_t
nb_credits(void)
{
	struct process process;
	uint64_t nb;

	process_start(&process, "");
	hear(&process, "ready");
	nb = ask(&process, "start", 0, "started");
	process_quit(&process);
	return nb;
}

static double
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

/* --- several -------------------------------------------------------------------------------------- */

static void
start_several(struct process *processes, unsigned int nb, uint64_t share)
{
	char device[64];

	snprintf(device, sizeof(device), ",cq_depth=32,max_num_events=%" PRIu64, share);
	for (unsigned int i = 0; i < nb; i++)
		process_start(&processes[i], device);
	for (unsigned int i = 0; i < nb; i++)
		hear(&processes[i], "ready");
	for (unsigned int i = 0; i < nb; i++)
		CHECK(ask(&processes[i], "start", 0, "started") == share);
}

/* All at once; events of another process would end the one that gets them. */
static void
run_several(struct process *processes, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++)
		tell(&processes[i], "run", NB_EVENTS);
	for (unsigned int i = 0; i < nb; i++) {
		CHECK(hear(&processes[i], "ioctls") == 0);
		CHECK(hear(&processes[i], "ran") == NB_EVENTS);
	}
	printf("ok %u processes: %u events in each, and no request to the kernel\n", nb, NB_EVENTS);
}

static void
test_many(uint64_t nb_all)
{
	struct process processes[NB_PROCESSES], one_more;

	start_several(processes, 2, nb_all / 2);
	run_several(processes, 2);
	for (unsigned int i = 0; i < 2; i++)
		process_quit(&processes[i]);
	start_several(processes, NB_PROCESSES, nb_all / NB_PROCESSES);
	run_several(processes, NB_PROCESSES);
	process_start(&one_more, "");
	hear(&one_more, "ready");
	CHECK(ask(&one_more, "start", 0, "refused") == 0);
	printf("ok one more is refused\n");
	for (unsigned int i = 0; i < NB_PROCESSES; i++)
		process_quit(&processes[i]);
	/* The same process, now that there is room. */
	CHECK(ask(&one_more, "start", 0, "started") == nb_all);
	process_quit(&one_more);
	printf("ok one has it all again\n");
}

/* --- what happens in mid-traffic ------------------------------------------------------------------- */

/* What is free, by the kernel's count. */
static struct dlb_arg_num_resources
resources(void)
{
	struct dlb_arg_num_resources res = { 0 };
	int fd = open(NODE, O_RDONLY | O_CLOEXEC);

	CHECK(fd >= 0);
	CHECK(ioctl(fd, DLB_IOC_GET_NUM_RESOURCES, &res) == 0);
	close(fd);
	return res;
}

/* A process as another one has it at the same time, with traffic until it is killed. */
static void
start_victim(struct process *victim, uint64_t share)
{
	char device[64];

	snprintf(device, sizeof(device), ",cq_depth=32,max_num_events=%" PRIu64, share);
	process_start(victim, device);
	tell(victim, "start", 0);
	tell(victim, "run", ENDLESS);
}

/* From the start of a process to the middle of its traffic. */
static unsigned int
life_us(uint64_t share)
{
	const double before = now_ms();
	struct process process;

	start_victim(&process, share);
	hear(&process, "ready");
	CHECK(hear(&process, "started") == share);
	usleep(100000);
	process_kill(&process);
	return (unsigned int)(1e3 * (now_ms() - before));
}

/* At any moment of a process's life; its neighbour notices nothing, and all of it comes back. */
static void
test_kill(uint64_t nb_all)
{
	struct dlb_arg_num_resources before, after;
	struct process neighbour, victim;
	unsigned int span_us;

	srand(1);
	start_several(&neighbour, 1, nb_all / 2);
	before = resources();
	span_us = life_us(nb_all / 2);
	for (unsigned int i = 0; i < NB_KILLS; i++) {
		tell(&neighbour, "run", NB_EVENTS);
		start_victim(&victim, nb_all / 2);
		usleep((useconds_t)rand() % span_us);
		process_kill(&victim);
		after = resources();
		CHECK(memcmp(&before, &after, sizeof(after)) == 0);
		CHECK(hear(&neighbour, "ioctls") == 0);
		CHECK(hear(&neighbour, "ran") == NB_EVENTS);
	}
	process_quit(&neighbour);
	check_all_is_there(nb_all);
	printf("ok %u killed within %u ms of their start\n", NB_KILLS, span_us / 1000);
}

static void
write_file(const char *path, const char *text)
{
	FILE *out = fopen(path, "w");

	CHECK(out != NULL);
	CHECK(fputs(text, out) >= 0 && fclose(out) == 0);
}

static void
device_reset(const char *address)
{
	char path[128];

	snprintf(path, sizeof(path), "/sys/bus/pci/devices/%s/reset", address);
	write_file(path, "1");
}

static void
start_traffic(struct process *processes, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++)
		tell(&processes[i], "run", ENDLESS);
}

/* It ended because the device was lost, and nobody asked the kernel for anything until then. */
static void
hear_end_of_traffic(struct process *processes, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++) {
		CHECK(hear(&processes[i], "ioctls") == 0);
		CHECK(hear(&processes[i], "ran") < ENDLESS);
	}
}

static void
test_reset(uint64_t nb_all, const char *address)
{
	struct process processes[3];

	start_several(processes, 3, nb_all / 4);
	start_traffic(processes, 2);
	CHECK(ask(&processes[2], "wait", A_DAY_S, "waits") == 1);
	usleep(200000);
	device_reset(address);
	hear_end_of_traffic(processes, 2);
	CHECK(hear(&processes[2], "woke") == 0);
	printf("ok a reset ends traffic, and wakes who waits\n");
	for (unsigned int i = 0; i < 3; i++)
		CHECK(ask(&processes[i], "restart", 0, "restarted") == 1);
	run_several(processes, 3);
	printf("ok traffic after a reset\n");
	for (unsigned int i = 0; i < 3; i++)
		process_quit(&processes[i]);
	check_all_is_there(nb_all);
}

/* The device is taken from its kernel driver, and given back when nobody holds it any more. */
static void
test_unbind(uint64_t nb_all, const char *address)
{
	struct process processes[2];

	start_several(processes, 2, nb_all / 2);
	start_traffic(processes, 2);
	usleep(200000);
	write_file("/sys/bus/pci/drivers/dlb/unbind", address);
	hear_end_of_traffic(processes, 2);
	for (unsigned int i = 0; i < 2; i++)
		process_quit(&processes[i]);
	write_file("/sys/bus/pci/drivers/dlb/bind", address);
	check_all_is_there(nb_all);
	printf("ok traffic ends when the driver lets the device go\n");
}

/* --- side by side ---------------------------------------------------------------------------------- */

/* One on PCI, two domains of a device of the kernel's, another of its devices, one of software. */
static void
test_beside(const char *address)
{
	char *eal[] = { (char *)(uintptr_t) "beside",
			"--lcores=0@0",
			"--no-telemetry",
			"-d",
			(char *)(uintptr_t)plugin,
			"-a",
			(char *)(uintptr_t)address,
			"--vdev=event_dlb0,dev=" NODE ",cq_depth=32,max_num_events=1024",
			"--vdev=event_dlb1,dev=" NODE ",cq_depth=32,max_num_events=1024",
			"--vdev=event_dlb2,dev=" OTHER_NODE,
			"--vdev=event_dlb3",
			NULL };
	const char *const names[] = { address, "event_dlb0", "event_dlb1", "event_dlb2",
				      "event_dlb3" };
	const unsigned int nb = RTE_DIM(names);
	int ids[RTE_DIM(names)];

	CHECK(rte_eal_init(RTE_DIM(eal) - 1, eal) >= 0);
	for (unsigned int i = 0; i < nb; i++) {
		ids[i] = rte_event_dev_get_dev_id(names[i]);
		CHECK(ids[i] >= 0);
		CHECK(worker_configure((uint8_t)ids[i]) == 0);
		CHECK(rte_event_dev_start((uint8_t)ids[i]) == 0);
	}
	for (unsigned int round = 0; round < 2 * nb; round++)
		CHECK(worker_run((uint8_t)ids[round % nb], 100 + round, NB_EVENTS) == NB_EVENTS);
	CHECK(rte_event_fp_ops[ids[0]].enqueue_burst == rte_event_fp_ops[ids[1]].enqueue_burst);
	CHECK(rte_event_fp_ops[ids[0]].dequeue_burst == rte_event_fp_ops[ids[1]].dequeue_burst);
	CHECK(rte_event_fp_ops[ids[1]].dequeue_burst != rte_event_fp_ops[ids[4]].dequeue_burst);
	printf("ok on PCI, three of the kernel, and in software\n");
	for (unsigned int i = 0; i < nb; i++) {
		rte_event_dev_stop((uint8_t)ids[i]);
		CHECK(rte_event_dev_close((uint8_t)ids[i]) == 0);
	}
	rte_eal_cleanup();
}

/* --- figures ---------------------------------------------------------------------------------------- */

static void
print_figure(const char *what, double *ms)
{
	for (unsigned int i = 1; i < NB_ROUNDS; i++)
		ms[0] = RTE_MIN(ms[0], ms[i]);
	printf("figure: %-42s %6.1f ms\n", what, ms[0]);
}

/* The shortest of several times each: others use the machine, too. */
static void
print_figures(void)
{
	double open[NB_ROUNDS], plug[NB_ROUNDS], stop[NB_ROUNDS], end[NB_ROUNDS],
		full_end[NB_ROUNDS];

	for (unsigned int i = 0; i < NB_ROUNDS; i++) {
		struct process process;
		double before;

		process_start(&process, NULL);
		hear(&process, "ready");
		open[i] = (double)ask(&process, "plug", 0, "opened") / 1e3;
		plug[i] = (double)hear(&process, "plugged") / 1e3;
		CHECK(ask(&process, "fill", NB_CLOSE, "filled") == NB_CLOSE);
		stop[i] = (double)ask(&process, "stop", 0, "stopped") / 1e3;
		before = now_ms();
		process_kill(&process);
		end[i] = now_ms() - before;

		process_start(&process, NULL);
		hear(&process, "ready");
		ask(&process, "plug", 0, "opened");
		hear(&process, "plugged");
		CHECK(ask(&process, "fill", NB_CLOSE, "filled") == NB_CLOSE);
		before = now_ms();
		process_kill(&process);
		full_end[i] = now_ms() - before;
	}
	print_figure("open", open);
	print_figure("open, until the first events are back", plug);
	print_figure("stop with 4096 events", stop);
	print_figure("kill, without a domain", end);
	print_figure("kill, the kernel draining 4096 events", full_end);
}

int
main(int argc, char **argv)
{
	if (strcmp(argv[0], "worker") == 0)
		return worker_main(argc, argv);
	setlinebuf(stdout);
	CHECK(argc >= 3);
	plugin = argv[1];
	for (int i = 2; i < argc; i++) {
		if (strcmp(argv[i], "many") == 0)
			test_many(nb_credits());
		else if (strcmp(argv[i], "kill") == 0)
			test_kill(nb_credits());
		else if (strcmp(argv[i], "figures") == 0)
			print_figures();
		else if (strcmp(argv[i], "reset") == 0 && i + 1 < argc)
			test_reset(nb_credits(), argv[++i]);
		else if (strcmp(argv[i], "unbind") == 0 && i + 1 < argc)
			test_unbind(nb_credits(), argv[++i]);
		else if (strcmp(argv[i], "beside") == 0 && i + 1 < argc)
			test_beside(argv[++i]);
		else
			return 2;
	}
	return 0;
}
