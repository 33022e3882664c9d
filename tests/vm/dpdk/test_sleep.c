/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * In the guest: a thread that waits at a port of the device sleeps, and is woken by the device's
 * interrupt for an event, by a stop, and when the device is gone.
 *
 * Timeouts are longer than the guest lives: what ends in time has been woken.
 *
 * usage: test_sleep [EAL-ARGUMENT...]
 *   DLB_TEST_GONE: the script takes the device away once it reads "asleep"
 *   DLB_TEST_RESET: file that resets the function when 1 is written to it; the device is reset below
 *   the process, which stops and starts it and goes on
 *   DLB_TEST_AT: where the device is, as a dump says it; DLB_TEST_IRQ: its interrupt's name
 */

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/wait.h>

#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_eventdev.h>

#define NB_QUEUES  11 /* the last one is a single link */
#define QUEUE_DIR  10
#define NB_ROUNDS  5
#define FOR_EVER_S 600

/* Naps of a look at a thread, and how many it has to be seen asleep in a row. */
#define NAP_US	    10000
#define MAX_NAPS    3000
#define NB_ASLEEP   3
#define OBSERVED_US 500000

/* More than ten queues take two CQs of the device. */
enum {
	PORT_MANY,
	PORT_DIR,
	PORT_SENDER,
	NB_PORTS,
};

#define CHECK(condition)                                                                     \
	do {                                                                                 \
		if (!(condition)) {                                                          \
			fprintf(stderr, "FAIL %s:%d: %s\n", __FILE__, __LINE__, #condition); \
			_exit(1);                                                            \
		}                                                                            \
	} while (0)

struct waiter {
	pthread_t thread;
	uint8_t port;
	uint64_t timeout_ns;
	uint64_t nb_polls_before;
	pid_t tid;
	uint16_t got;
	struct rte_event event;
};

static uint64_t
xstat(unsigned int port, const char *name)
{
	char full[64];

	snprintf(full, sizeof(full), "port_%u_%s", port, name);
	return rte_event_dev_xstats_by_name_get(0, full, NULL);
}

/* --- threads that wait -------------------------------------------------------------------------- */

static uint16_t
wait_for_event(uint8_t port, struct rte_event *event, uint64_t ns)
{
	uint64_t ticks;

	CHECK(rte_event_dequeue_timeout_ticks(0, ns, &ticks) == 0);
	return rte_event_dequeue_burst(0, port, event, 1, ticks);
}

static void *
waiter_run(void *arg)
{
	struct waiter *waiter = arg;

	__atomic_store_n(&waiter->tid, gettid(), __ATOMIC_RELEASE);
	waiter->got = wait_for_event(waiter->port, &waiter->event, waiter->timeout_ns);
	return NULL;
}

static void
waiter_start(struct waiter *waiter, uint8_t port)
{
	*waiter = (struct waiter){
		.port = port,
		.timeout_ns = UINT64_C(1000000000) * FOR_EVER_S,
		.nb_polls_before = xstat(port, "total_polls"),
	};
	CHECK(pthread_create(&waiter->thread, NULL, waiter_run, waiter) == 0);
}

/* S: sleeps, R: wants to run. */
static char
state_of(pid_t tid)
{
	char path[32], text[512] = "";
	const char *at;
	FILE *in;

	snprintf(path, sizeof(path), "/proc/%d/stat", tid);
	in = fopen(path, "r");
	if (in == NULL)
		return 'X';
	CHECK(fread(text, 1, sizeof(text) - 1, in) > 0);
	fclose(in);
	at = strrchr(text, ')');
	CHECK(at != NULL);
	return at[2];
}

/* Return when the thread is in a dequeue of the port, and asleep. */
static void
await_sleep(const pid_t *tid, uint8_t port, uint64_t nb_polls_before)
{
	unsigned int nb_asleep = 0;

	for (unsigned int i = 0; i < MAX_NAPS && nb_asleep < NB_ASLEEP; i++) {
		pid_t id = __atomic_load_n(tid, __ATOMIC_ACQUIRE);

		usleep(NAP_US);
		if (id != 0 && xstat(port, "total_polls") > nb_polls_before && state_of(id) == 'S')
			nb_asleep++;
		else
			nb_asleep = 0;
	}
	CHECK(nb_asleep == NB_ASLEEP);
}

static void
waiter_await_sleep(const struct waiter *waiter)
{
	await_sleep(&waiter->tid, waiter->port, waiter->nb_polls_before);
}

static uint16_t
waiter_join(struct waiter *waiter)
{
	CHECK(pthread_join(waiter->thread, NULL) == 0);
	return waiter->got;
}

/* Processor time in percent that the thread takes while it waits. */
static unsigned int
cpu_percent(const struct waiter *waiter)
{
	struct timespec before, after;
	clockid_t clock;
	int64_t used_us;

	CHECK(pthread_getcpuclockid(waiter->thread, &clock) == 0);
	CHECK(clock_gettime(clock, &before) == 0);
	usleep(OBSERVED_US);
	CHECK(clock_gettime(clock, &after) == 0);
	used_us =
		(after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000;
	return (unsigned int)(used_us * 100 / OBSERVED_US);
}

/* --- the device --------------------------------------------------------------------------------- */

static void
eal_start(int argc, char **argv, const char *proc_type)
{
	char *eal[32] = { argv[0], "--no-telemetry" };
	char type[32];
	int nb = 2;

	for (int i = 1; i < argc && nb < 30; i++)
		eal[nb++] = argv[i];
	snprintf(type, sizeof(type), "--proc-type=%s", proc_type);
	eal[nb++] = type;
	CHECK(rte_eal_init(nb, eal) >= 0);
	CHECK(rte_event_dev_count() == 1);
}

static void
device_start(void)
{
	const struct rte_event_dev_config conf = {
		.nb_events_limit = 1024,
		.nb_event_queues = NB_QUEUES,
		.nb_event_ports = NB_PORTS,
		.nb_event_queue_flows = 1024,
		.nb_event_port_dequeue_depth = 32,
		.nb_event_port_enqueue_depth = 32,
		.nb_single_link_event_port_queues = 1,
		.event_dev_cfg = RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT,
	};
	struct rte_event_queue_conf single = { .event_queue_cfg = RTE_EVENT_QUEUE_CFG_SINGLE_LINK };
	struct rte_event_port_conf directed;
	uint8_t queue = QUEUE_DIR;

	CHECK(rte_event_dev_configure(0, &conf) == 0);
	for (uint8_t id = 0; id < QUEUE_DIR; id++)
		CHECK(rte_event_queue_setup(0, id, NULL) == 0);
	CHECK(rte_event_queue_setup(0, QUEUE_DIR, &single) == 0);
	CHECK(rte_event_port_default_conf_get(0, PORT_DIR, &directed) == 0);
	directed.event_port_cfg = RTE_EVENT_PORT_CFG_SINGLE_LINK;
	for (uint8_t port = 0; port < NB_PORTS; port++)
		CHECK(rte_event_port_setup(0, port, port == PORT_DIR ? &directed : NULL) == 0);
	CHECK(rte_event_port_link(0, PORT_DIR, &queue, NULL, 1) == 1);
	for (queue = 0; queue < QUEUE_DIR; queue++)
		CHECK(rte_event_port_link(0, PORT_MANY, &queue, NULL, 1) == 1);
	CHECK(rte_event_dev_start(0) == 0);
}

static void
send(uint8_t queue, uint64_t number)
{
	const struct rte_event event = {
		.op = RTE_EVENT_OP_NEW,
		.queue_id = queue,
		.sched_type = RTE_SCHED_TYPE_ATOMIC,
		.u64 = number,
	};

	CHECK(rte_event_enqueue_burst(0, PORT_SENDER, &event, 1) == 1);
}

static const char *
from_environment(const char *name, const char *otherwise)
{
	const char *value = getenv(name);

	return value != NULL ? value : otherwise;
}

static void
check_dump(void)
{
	char *dump = NULL, expected[64];
	size_t size = 0;
	FILE *out = open_memstream(&dump, &size);

	CHECK(out != NULL);
	CHECK(rte_event_dev_dump(0, out) == 0);
	fclose(out);
	snprintf(expected, sizeof(expected), "%s, interrupts: yes",
		 from_environment("DLB_TEST_AT", "on PCI"));
	CHECK(strstr(dump, expected) != NULL);
	free(dump);
}

/* Of the vector for consumer queues, on all CPUs. */
static uint64_t
nb_interrupts(void)
{
	const char *name = from_environment("DLB_TEST_IRQ", "vfio-msix[1]");
	FILE *in = fopen("/proc/interrupts", "r");
	uint64_t sum = 0;
	char line[512];

	CHECK(in != NULL);
	while (fgets(line, sizeof(line), in) != NULL) {
		char *at = strchr(line, ':'), *end;

		if (at == NULL || strstr(line, name) == NULL)
			continue;
		for (uint64_t n = strtoull(++at, &end, 10); end != at; n = strtoull(at, &end, 10)) {
			sum += n;
			at = end;
		}
	}
	fclose(in);
	return sum;
}

/* --- what wakes --------------------------------------------------------------------------------- */

/* An event for this queue, which comes by one CQ of the port. */
static void
check_events_wake(uint8_t queue, uint8_t port)
{
	const uint64_t before = xstat(port, "rx_interrupt_wait");
	unsigned int percent = 100;
	uint64_t nb_woken;

	for (uint64_t round = 0; round < NB_ROUNDS; round++) {
		struct waiter waiter;

		waiter_start(&waiter, port);
		waiter_await_sleep(&waiter);
		if (round == 0)
			percent = cpu_percent(&waiter);
		send(queue, round);
		CHECK(waiter_join(&waiter) == 1);
		CHECK(waiter.event.u64 == round);
		CHECK(waiter.event.queue_id == queue);
	}
	nb_woken = xstat(port, "rx_interrupt_wait") - before;
	printf("ok queue %u: %u events woke, %" PRIu64 " by interrupt, asleep at %u %% of a CPU\n",
	       queue, NB_ROUNDS, nb_woken, percent);
	CHECK(percent < 10);
	/* A look that is made once a second may be first. */
	CHECK(nb_woken > NB_ROUNDS / 2);
}

static void
check_interrupts_arrived(void)
{
	const uint64_t nb_woken =
		xstat(PORT_MANY, "rx_interrupt_wait") + xstat(PORT_DIR, "rx_interrupt_wait");

	printf("ok %" PRIu64 " interrupts in /proc/interrupts\n", nb_interrupts());
	CHECK(nb_interrupts() >= nb_woken);
}

static void
check_timeout_ends(void)
{
	const uint64_t ns = 1500000000, before = rte_get_timer_cycles();
	struct rte_event event;

	CHECK(wait_for_event(PORT_MANY, &event, ns) == 0);
	CHECK((rte_get_timer_cycles() - before) >= rte_get_timer_hz() / 1000 * (ns / 1000000));
	printf("ok timeout\n");
}

static void
check_stop_wakes(void)
{
	struct waiter waiters[2];

	waiter_start(&waiters[0], PORT_MANY);
	waiter_start(&waiters[1], PORT_DIR);
	waiter_await_sleep(&waiters[0]);
	waiter_await_sleep(&waiters[1]);
	rte_event_dev_stop(0);
	CHECK(waiter_join(&waiters[0]) == 0);
	CHECK(waiter_join(&waiters[1]) == 0);
	printf("ok stop\n");
}

/* --- another process ---------------------------------------------------------------------------- */

static int
secondary(int argc, char **argv)
{
	struct rte_event event;

	eal_start(argc, argv, "secondary");
	for (uint64_t round = 0; round < NB_ROUNDS; round++) {
		CHECK(wait_for_event(PORT_MANY, &event, UINT64_C(1000000000) * FOR_EVER_S) == 1);
		CHECK(event.u64 == round);
	}
	rte_event_dequeue_burst(0, PORT_MANY, &event, 1, 0);
	rte_eal_cleanup();
	return 0;
}

/* A secondary process sleeps as well; the primary has the interrupts. */
static void
check_secondary(char **argv)
{
	uint64_t nb_polls = xstat(PORT_MANY, "total_polls");
	const uint64_t before = xstat(PORT_MANY, "rx_interrupt_wait");
	pid_t pid = fork();
	int status;

	CHECK(pid >= 0);
	if (pid == 0) {
		setenv("DLB_TEST_SECONDARY", "1", 1);
		execv("/proc/self/exe", argv);
		_exit(127);
	}
	for (uint64_t round = 0; round < NB_ROUNDS; round++) {
		await_sleep(&pid, PORT_MANY, nb_polls++);
		send(0, round);
	}
	CHECK(waitpid(pid, &status, 0) == pid);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	CHECK(xstat(PORT_MANY, "rx_interrupt_wait") - before > NB_ROUNDS / 2);
	printf("ok secondary process\n");
}

static void
check_gone_wakes(void)
{
	struct waiter waiter;

	waiter_start(&waiter, PORT_MANY);
	waiter_await_sleep(&waiter);
	printf("asleep\n");
	CHECK(waiter_join(&waiter) == 0);
	printf("ok gone\n");
}

/* Events of before are lost; those of after come, and so do their interrupts. */
static void
check_reset_is_survived(const char *file)
{
	FILE *reset = fopen(file, "w");

	CHECK(reset != NULL);
	for (uint64_t number = 0; number < 100; number++)
		send(number % QUEUE_DIR, number);
	CHECK(fputs("1", reset) >= 0);
	CHECK(fclose(reset) == 0);
	rte_event_dev_stop(0);
	device_start();
	check_events_wake(0, PORT_MANY);
	check_events_wake(QUEUE_DIR - 1, PORT_MANY);
	check_events_wake(QUEUE_DIR, PORT_DIR);
	rte_event_dev_stop(0);
	printf("ok reset\n");
}

int
main(int argc, char **argv)
{
	const bool goes = getenv("DLB_TEST_GONE") != NULL;
	const char *reset = getenv("DLB_TEST_RESET");

	setlinebuf(stdout);
	if (getenv("DLB_TEST_SECONDARY") != NULL)
		return secondary(argc, argv);
	eal_start(argc, argv, "primary");
	device_start();
	if (goes) {
		check_gone_wakes();
		rte_event_dev_stop(0);
	} else if (reset != NULL) {
		check_reset_is_survived(reset);
	} else {
		check_dump();
		check_events_wake(0, PORT_MANY);
		check_events_wake(QUEUE_DIR - 1, PORT_MANY);
		check_events_wake(QUEUE_DIR, PORT_DIR);
		check_timeout_ends();
		check_secondary(argv);
		check_interrupts_arrived();
		check_stop_wakes();
		device_start();
		check_events_wake(QUEUE_DIR - 1, PORT_MANY);
		rte_event_dev_stop(0);
	}
	rte_event_dev_close(0);
	rte_eal_cleanup();
	return 0;
}
