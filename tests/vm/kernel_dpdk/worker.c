/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <dlfcn.h>

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_eal.h>
#include <rte_eventdev.h>

#include "worker.h"

#define NB_QUEUES 2
#define BURST	  16

/* Whether the device is still there is asked after so many dequeues without an event, by an event. */
#define NB_PATIENT 1000
#define NR_PROBE   UINT32_MAX

/* For a device that is being reset to come back. */
#define START_TRIES  300
#define START_NAP_US 100000

/* --- requests to the kernel --------------------------------------------------------------------- */

static uint64_t nb_ioctls;

/* The driver's requests come through here. */
int
ioctl(int fd, unsigned long request, ...)
{
	static int (*real)(int fd, unsigned long request, void *arg);
	va_list args;
	void *arg;

	if (real == NULL)
		real = (int (*)(int, unsigned long, void *))dlsym(RTLD_NEXT, "ioctl");
	va_start(args, request);
	arg = va_arg(args, void *);
	va_end(args);
	nb_ioctls++;
	return real(fd, request, arg);
}

/* --- the device --------------------------------------------------------------------------------- */

int
worker_configure(uint8_t dev)
{
	const uint8_t types[NB_QUEUES] = { RTE_SCHED_TYPE_ATOMIC, RTE_SCHED_TYPE_ORDERED };
	struct rte_event_dev_config conf = {
		.nb_event_queues = NB_QUEUES,
		.nb_event_ports = 1,
		.nb_event_queue_flows = 1024,
		.nb_event_port_dequeue_depth = BURST,
		.nb_event_port_enqueue_depth = BURST,
		.event_dev_cfg = RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT,
	};
	struct rte_event_queue_conf queue_conf;
	struct rte_event_dev_info info;
	int ret;

	rte_event_dev_info_get(dev, &info);
	conf.nb_events_limit = info.max_num_events;
	ret = rte_event_dev_configure(dev, &conf);
	for (uint8_t queue = 0; queue < NB_QUEUES && ret == 0; queue++) {
		rte_event_queue_default_conf_get(dev, queue, &queue_conf);
		queue_conf.schedule_type = types[queue];
		queue_conf.nb_atomic_order_sequences = 64;
		ret = rte_event_queue_setup(dev, queue, &queue_conf);
	}
	if (ret == 0)
		ret = rte_event_port_setup(dev, 0, NULL);
	if (ret == 0 && rte_event_port_link(dev, 0, NULL, NULL, 0) != NB_QUEUES)
		ret = -rte_errno;
	return ret;
}

static bool
enqueue(uint8_t dev, const struct rte_event *events, uint16_t nb)
{
	uint16_t done = 0, more;

	while (done < nb) {
		more = rte_event_enqueue_burst(dev, 0, &events[done], nb - done);
		/* Never so many are out that there is no room. */
		if (more == 0)
			return false;
		done += more;
	}
	return true;
}

static void
fill(struct rte_event *event, uint32_t tag, uint32_t nr)
{
	*event = (struct rte_event){
		.op = RTE_EVENT_OP_NEW,
		.flow_id = nr % 8,
		.sched_type = RTE_SCHED_TYPE_ATOMIC,
		.u64 = (uint64_t)tag << 32 | nr,
	};
}

/* A device that takes no events has lost those that it has. */
static bool
probe(uint8_t dev, uint32_t tag, bool is_idle)
{
	static uint32_t nb_idle;
	struct rte_event event;

	nb_idle = is_idle ? nb_idle + 1 : 0;
	if (nb_idle < NB_PATIENT)
		return true;
	nb_idle = 0;
	fill(&event, tag, NR_PROBE);
	return enqueue(dev, &event, 1);
}

/* Events that came back from the second queue. False if nothing will come any more. */
static bool
move(uint8_t dev, uint32_t tag, uint32_t *nb_back)
{
	struct rte_event events[BURST];
	uint16_t nb = rte_event_dequeue_burst(dev, 0, events, BURST, 0), nb_on = 0;

	for (uint16_t i = 0; i < nb; i++) {
		if (events[i].u64 >> 32 != tag && (uint32_t)events[i].u64 != NR_PROBE) {
			printf("event %#" PRIx64 " is not of %u\n", events[i].u64, tag);
			exit(1);
		}
		if (events[i].queue_id == 1) {
			*nb_back += (uint32_t)events[i].u64 != NR_PROBE;
			continue;
		}
		events[i].op = RTE_EVENT_OP_FORWARD;
		events[i].queue_id = 1;
		events[i].sched_type = RTE_SCHED_TYPE_ORDERED;
		events[nb_on++] = events[i];
	}
	return enqueue(dev, events, nb_on) && probe(dev, tag, nb == 0);
}

uint32_t
worker_run(uint8_t dev, uint32_t tag, uint32_t nb_wanted)
{
	struct rte_event events[BURST];
	uint32_t nb_sent = 0, nb_back = 0;
	bool works = true;

	while (works && nb_back < nb_wanted) {
		if (nb_sent == nb_back && nb_sent < nb_wanted) {
			for (uint16_t i = 0; i < BURST; i++)
				fill(&events[i], tag, nb_sent + i);
			works = enqueue(dev, events, BURST);
			nb_sent += BURST;
		}
		works = works && move(dev, tag, &nb_back);
	}
	/* The release of the last ones. */
	rte_event_dequeue_burst(dev, 0, events, 0, 0);
	return nb_back;
}

/* --- commands ------------------------------------------------------------------------------------ */

static uint32_t self; /* the tag of this process */

static void
say(const char *what, uint64_t number)
{
	printf("%s %" PRIu64 "\n", what, number);
	fflush(stdout);
}

/* With all that is left, and that the arguments allow. */
static void
start(uint64_t arg)
{
	struct rte_event_dev_info info;
	int ret;

	(void)arg;
	rte_event_dev_info_get(0, &info);
	ret = worker_configure(0);
	if (ret == 0)
		ret = rte_event_dev_start(0);
	if (nb_ioctls == 0) {
		puts("requests to the kernel are not seen here");
		exit(1);
	}
	say(ret == 0 ? "started" : "refused", (uint64_t)info.max_num_events);
}

/* As it was, when the device is there again. */
static void
restart(uint64_t arg)
{
	int ret = -1;

	(void)arg;
	rte_event_dev_stop(0);
	for (unsigned int i = 0; i < START_TRIES && ret != 0; i++) {
		ret = rte_event_dev_start(0);
		if (ret != 0)
			usleep(START_NAP_US);
	}
	say("restarted", ret == 0);
}

static void
run(uint64_t nb)
{
	const uint64_t before = nb_ioctls;
	uint32_t nb_back = worker_run(0, self, (uint32_t)nb);

	say("ioctls", nb_ioctls - before);
	say("ran", nb_back);
}

/* For an event that does not come: only the end of the device ends it. */
static void
wait_for_event(uint64_t seconds)
{
	struct rte_event event;
	uint64_t ticks = 0;
	int ret = rte_event_dequeue_timeout_ticks(0, seconds * NS_PER_S, &ticks);

	say("waits", ret == 0);
	say("woke", rte_event_dequeue_burst(0, 0, &event, 1, ticks));
}

/* In a queue that nobody takes from. */
static void
fill_queue(uint64_t nb)
{
	struct rte_event events[BURST];
	uint64_t done = 0;

	for (; done < nb; done += BURST) {
		for (uint16_t i = 0; i < BURST; i++)
			fill(&events[i], self, (uint32_t)done + i);
		if (!enqueue(0, events, BURST))
			break;
	}
	say("filled", done);
}

static void
stop(uint64_t arg)
{
	const uint64_t before = rte_get_timer_cycles();

	(void)arg;
	rte_event_dev_stop(0);
	say("stopped", (rte_get_timer_cycles() - before) * 1000000 / rte_get_timer_hz());
}

/* From no device at all to the first events, in microseconds. */
static void
plug(uint64_t arg)
{
	const uint64_t before = rte_get_timer_cycles();
	uint64_t opened;
	int ret = rte_eal_hotplug_add("vdev", "event_dlb0", "dev=/dev/dlb0");

	(void)arg;
	opened = rte_get_timer_cycles();
	if (ret == 0)
		ret = worker_configure(0);
	if (ret == 0)
		ret = rte_event_dev_start(0);
	if (ret != 0 || worker_run(0, self, BURST) != BURST)
		exit(1);
	say("opened", (opened - before) * 1000000 / rte_get_timer_hz());
	say("plugged", (rte_get_timer_cycles() - before) * 1000000 / rte_get_timer_hz());
}

static void
quit(uint64_t arg)
{
	(void)arg;
	if (rte_event_dev_count() > 0) {
		rte_event_dev_stop(0);
		rte_event_dev_close(0);
	}
	rte_eal_cleanup();
	exit(0);
}

static const struct {
	const char *name;
	void (*act)(uint64_t arg);
} commands[] = {
	{ "start", start },	    { "restart", restart }, { "run", run },
	{ "wait", wait_for_event }, { "fill", fill_queue }, { "stop", stop },
	{ "plug", plug },	    { "quit", quit },
};

int
worker_main(int argc, char **argv)
{
	char line[64], name[32];
	uint64_t arg;

	self = (uint32_t)getpid();
	if (rte_eal_init(argc, argv) < 0)
		return 2;
	say("ready", 0);
	while (fgets(line, sizeof(line), stdin) != NULL) {
		if (sscanf(line, "%31s %" SCNu64, name, &arg) != 2)
			return 1;
		for (unsigned int i = 0; i < RTE_DIM(commands); i++)
			if (strcmp(name, commands[i].name) == 0)
				commands[i].act(arg);
	}
	return 1;
}
