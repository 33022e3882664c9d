/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See contract.h. The log goes to memory, so that a test can read what a user would; it is shown
 * when a check fails.
 */

#include "contract.h"

#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_bus_vdev.h>
#include <rte_cycles.h>
#include <rte_debug.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_log.h>
#include <rte_malloc.h>
#include <rte_service.h>

/* Enough for an event that is on its way, and not for ever if there is none. */
#define TAKE_TRIES 2000

/* Characters of the log to show. */
#define LOG_TAIL 1500

#define NAME_SIZE 64

static const char *case_name = "start";
static bool all_on_pci;
static FILE *log_stream;
static char *log_text;
static size_t log_size;

static const char *
log_tail(void)
{
	size_t len = log_text == NULL ? 0 : strlen(log_text);

	return len > LOG_TAIL ? log_text + len - LOG_TAIL : len > 0 ? log_text : "";
}

void
contract_fail(const char *file, int line, const char *format, ...)
{
	va_list args;

	fflush(log_stream);
	fprintf(stderr, "FAIL %s: %s:%d: ", case_name, file, line);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (rte_errno %d)\nend of log:\n%s\n", rte_errno, log_tail());
	_exit(1);
}

static void
init(char *const first[], int argc, char **argv)
{
	char *eal[32] = { argv[0] };
	int nb = 1;

	if (argc < 2) {
		fprintf(stderr, "usage: %s PLUGIN [EAL-ARGUMENT...]\n", argv[0]);
		exit(2);
	}
	for (int i = 0; first[i] != NULL; i++)
		eal[nb++] = first[i];
	eal[nb++] = "--no-telemetry";
	eal[nb++] = "--log-level=lib.eal:warning";
	eal[nb++] = "-d";
	for (int i = 1; i < argc; i++)
		eal[nb++] = argv[i];
	if (rte_eal_init(nb, eal) < 0)
		rte_exit(1, "EAL does not start: %s\n", rte_strerror(rte_errno));
	log_stream = open_memstream(&log_text, &log_size);
	if (log_stream == NULL)
		rte_exit(1, "no memory for the log\n");
	rte_openlog_stream(log_stream);
}

void
contract_init(int argc, char **argv)
{
	static char *const first[] = { "--no-huge", "-m", "256", "--no-pci", "--no-shconf", NULL };

	all_on_pci = getenv("DLB_TEST_PCI") != NULL;
	if (all_on_pci)
		contract_init_pci(argc, argv);
	else
		init(first, argc, argv);
}

/* The only address that is allowed is one where nothing is. */
void
contract_init_pci(int argc, char **argv)
{
	static char *const first[] = { "--in-memory", "-a", "ffff:ff:1f.7", NULL };

	init(first, argc, argv);
}

static void
log_clear(void)
{
	rewind(log_stream);
	fputc('\0', log_stream);
	rewind(log_stream);
	fflush(log_stream);
}

void
contract_check_logged(const char *file, int line, ...)
{
	const char *word;
	va_list words;

	fflush(log_stream);
	va_start(words, line);
	while ((word = va_arg(words, const char *)) != NULL)
		if (log_text == NULL || strstr(log_text, word) == NULL)
			contract_fail(file, line, "the log does not say \"%s\"", word);
	va_end(words);
	log_clear();
}

static size_t
memory_in_use(void)
{
	struct rte_malloc_socket_stats stats;
	size_t sum = 0;

	for (int socket = 0; socket < RTE_MAX_NUMA_NODES; socket++)
		if (rte_malloc_get_socket_stats(socket, &stats) == 0)
			sum += stats.alloc_count;
	return sum;
}

int
contract_run(const struct contract_case *cases, unsigned int nb_cases)
{
	/* The library keeps something of the first device it ever had, and of the first self-test. */
	rte_event_dev_selftest(contract_plug("event_dlb_first", ""));
	contract_unplug("event_dlb_first");
	for (unsigned int i = 0; i < nb_cases; i++) {
		size_t before = memory_in_use();

		case_name = cases[i].name;
		log_clear();
		cases[i].run();
		CHECK_EQUAL(rte_event_dev_count(), 0);
		CHECK_EQUAL(memory_in_use(), before);
		printf("ok %s\n", case_name);
		fflush(stdout);
	}
	printf("%u passed\n", nb_cases);
	rte_eal_cleanup();
	return 0;
}

/*
 * Names by device id. rte_event_dev_get_dev_id() of DPDK 22.11 stumbles over the slot of a device
 * that was taken out while one behind it stays.
 */
static struct {
	char name[NAME_SIZE];
	char place[NAME_SIZE]; /* its name for the bus */
} plugged[RTE_EVENT_MAX_DEVS];

static bool
is_on_pci(const char *name)
{
	return strchr(name, ':') != NULL;
}

/* What is left of the arguments of a device made of software for the same on PCI. */
static void
leave_software_out(const char *args, char *left, size_t size)
{
	char all[NAME_SIZE], *arg, *rest;
	size_t len = 0;

	left[0] = '\0';
	snprintf(all, sizeof(all), "%s", args);
	for (arg = strtok_r(all, ",", &rest); arg != NULL; arg = strtok_r(NULL, ",", &rest))
		if (strncmp(arg, "device=", 7) != 0 && strncmp(arg, "sched=", 6) != 0)
			len += snprintf(left + len, size - len, "%s%s", len > 0 ? "," : "", arg);
}

int
contract_try(const char *name, const char *args)
{
	return is_on_pci(name) ? rte_eal_hotplug_add("pci", name, args) : rte_vdev_init(name, args);
}

uint8_t
contract_plug(const char *name, const char *args)
{
	const char *place = name;
	unsigned int dev_id = 0;
	char left[NAME_SIZE];

	if (all_on_pci) {
		place = strstr(args, "device=2.0") != NULL ? CONTRACT_PCI_OLD : CONTRACT_PCI_NEW;
		leave_software_out(args, left, sizeof(left));
		args = left;
	}
	CHECK_EQUAL(contract_try(place, args), 0);
	while (dev_id < RTE_EVENT_MAX_DEVS &&
	       (plugged[dev_id].name[0] != '\0' || rte_event_dev_socket_id(dev_id) == -EINVAL))
		dev_id++;
	CHECK(dev_id < RTE_EVENT_MAX_DEVS);
	snprintf(plugged[dev_id].name, NAME_SIZE, "%s", name);
	snprintf(plugged[dev_id].place, NAME_SIZE, "%s", place);
	return dev_id;
}

void
contract_unplug(const char *name)
{
	unsigned int dev_id = 0;

	while (dev_id < RTE_EVENT_MAX_DEVS && strcmp(plugged[dev_id].name, name) != 0)
		dev_id++;
	CHECK(dev_id < RTE_EVENT_MAX_DEVS);
	contract_check_device(dev_id);
	if (is_on_pci(plugged[dev_id].place))
		CHECK_EQUAL(rte_eal_hotplug_remove("pci", plugged[dev_id].place), 0);
	else
		CHECK_EQUAL(rte_vdev_uninit(name), 0);
	CHECK_EQUAL(rte_event_dev_socket_id(dev_id), -EINVAL);
	plugged[dev_id].name[0] = '\0';
}

bool
contract_dump_has(uint8_t dev_id, const char *text)
{
	char *dump = NULL;
	size_t size = 0;
	FILE *out = open_memstream(&dump, &size);
	bool has;

	CHECK(out != NULL);
	CHECK_EQUAL(rte_event_dev_dump(dev_id, out), 0);
	fclose(out);
	has = strstr(dump, text) != NULL;
	free(dump);
	return has;
}

void
contract_check_device(uint8_t dev_id)
{
	if (is_on_pci(plugged[dev_id].place) || contract_dump_has(dev_id, "device check: ok"))
		return;
	rte_event_dev_dump(dev_id, stderr);
	CHECK(false);
}

struct rte_event_dev_config
contract_config(uint8_t nb_queues, uint8_t nb_ports)
{
	return (struct rte_event_dev_config){
		.nb_events_limit = 4096,
		.nb_event_queues = nb_queues,
		.nb_event_ports = nb_ports,
		.nb_event_queue_flows = 1024,
		.nb_event_port_dequeue_depth = 128,
		.nb_event_port_enqueue_depth = 128,
	};
}

void
contract_queue(uint8_t dev_id, uint8_t queue, uint8_t schedule_type, uint32_t cfg)
{
	struct rte_event_queue_conf conf;

	CHECK_EQUAL(rte_event_queue_default_conf_get(dev_id, queue, &conf), 0);
	conf.schedule_type = schedule_type;
	conf.event_queue_cfg = cfg;
	CHECK_EQUAL(rte_event_queue_setup(dev_id, queue, &conf), 0);
}

void
contract_port(uint8_t dev_id, uint8_t port, uint32_t cfg)
{
	struct rte_event_port_conf conf;

	CHECK_EQUAL(rte_event_port_default_conf_get(dev_id, port, &conf), 0);
	conf.event_port_cfg = cfg;
	CHECK_EQUAL(rte_event_port_setup(dev_id, port, &conf), 0);
}

void
contract_link(uint8_t dev_id, uint8_t port, uint8_t queue)
{
	CHECK_EQUAL(rte_event_port_link(dev_id, port, &queue, NULL, 1), 1);
}

void
contract_set_up(uint8_t dev_id, uint8_t nb_queues, uint8_t schedule_type, uint8_t nb_ports)
{
	struct rte_event_dev_config conf = contract_config(nb_queues, nb_ports);

	CHECK_EQUAL(rte_event_dev_configure(dev_id, &conf), 0);
	for (uint8_t queue = 0; queue < nb_queues; queue++)
		contract_queue(dev_id, queue, schedule_type, 0);
	for (uint8_t port = 0; port < nb_ports; port++)
		contract_port(dev_id, port, 0);
}

void
contract_start(uint8_t dev_id, uint8_t nb_queues, uint8_t schedule_type, uint8_t nb_ports)
{
	contract_set_up(dev_id, nb_queues, schedule_type, nb_ports);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, NULL, NULL, 0), nb_queues);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
}

void
contract_end(uint8_t dev_id)
{
	rte_event_dev_stop(dev_id);
	CHECK_EQUAL(rte_event_dev_close(dev_id), 0);
}

struct rte_event
contract_event(uint8_t op, uint8_t queue, uint8_t schedule_type, uint64_t number)
{
	return (struct rte_event){
		.op = op,
		.queue_id = queue,
		.sched_type = schedule_type,
		.event_type = RTE_EVENT_TYPE_CPU,
		.priority = RTE_EVENT_DEV_PRIORITY_NORMAL,
		.flow_id = number & 0xfffff,
		.u64 = number,
	};
}

void
contract_send(uint8_t dev_id, uint8_t port, uint8_t queue, uint8_t schedule_type, uint64_t number)
{
	struct rte_event event = contract_event(RTE_EVENT_OP_NEW, queue, schedule_type, number);

	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, port, &event, 1), 1);
}

/* A device with sched=service gets its service run here, by the thread that waits for events. */
static void
run_service(uint8_t dev_id)
{
	uint32_t service;

	if (rte_event_dev_service_id_get(dev_id, &service) != 0)
		return;
	rte_service_runstate_set(service, 1);
	rte_service_set_runstate_mapped_check(service, 0);
	CHECK_EQUAL(rte_service_run_iter_on_app_lcore(service, 1), 0);
}

uint16_t
contract_take(uint8_t dev_id, uint8_t port, struct rte_event *events, uint16_t n)
{
	uint16_t nb = 0;

	for (unsigned int i = 0; i < TAKE_TRIES && nb == 0; i++) {
		run_service(dev_id);
		nb = rte_event_dequeue_burst(dev_id, port, events, n, 0);
		if (nb == 0 && i > TAKE_TRIES / 2)
			rte_delay_us_sleep(20);
	}
	return nb;
}

void
contract_release(uint8_t dev_id, uint8_t port, struct rte_event *events, uint16_t n)
{
	for (uint16_t i = 0; i < n; i++)
		events[i].op = RTE_EVENT_OP_RELEASE;
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, port, events, n), n);
}

uint64_t
contract_xstat(uint8_t dev_id, const char *name)
{
	uint64_t id;
	uint64_t value = rte_event_dev_xstats_by_name_get(dev_id, name, &id);

	if (id == UINT32_MAX)
		contract_fail(__FILE__, __LINE__, "no statistic %s", name);
	return value;
}
