/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Waiting for events, and alerts.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

/* --- blocking ----------------------------------------------------------------------------------- */

/* Wait for the next entry of the LDB port: the error number, or 0. */
static int
block(struct rig *rig, bool arm)
{
	struct dlb_arg_block arg = {
		.port_id = rig->ldb.id,
		.is_ldb = 1,
		.arm = arm,
		.cq_gen = (uint8_t)rig->ldb.gen,
		.cq_va = (uintptr_t)(rig->ldb.ring + 4 * (rig->ldb.index % CQ_DEPTH)),
	};

	return try_request(rig->domain, DLB_IOC_BLOCK_ON_CQ_INTERRUPT, &arg);
}

static void
take_one(struct rig *rig)
{
	port_receive(&rig->ldb);
	rig_complete(rig, 1);
}

static void *
stuff_later(void *arg)
{
	usleep(300000);
	rig_stuff(arg, 1);
	return NULL;
}

static void *
disable_later(void *arg)
{
	struct rig *rig = arg;
	struct dlb_arg_object port = { .id = rig->ldb.id };

	usleep(100000);
	REQUEST(rig->domain, DLB_IOC_DISABLE_LDB_PORT, &port);
	return NULL;
}

static int
block_while(struct rig *rig, bool arm, void *(*other)(void *))
{
	pthread_t thread;
	int error;

	if (pthread_create(&thread, NULL, other, rig) != 0)
		fail("no thread");
	error = block(rig, arm);
	pthread_join(thread, NULL);
	return error;
}

static double
cpu_seconds(void)
{
	struct rusage usage;

	getrusage(RUSAGE_THREAD, &usage);
	return (double)usage.ru_utime.tv_sec + (double)usage.ru_utime.tv_usec / 1e6 +
	       (double)usage.ru_stime.tv_sec + (double)usage.ru_stime.tv_usec / 1e6;
}

/* Interrupts of CQs since the driver was loaded. */
static unsigned int
nb_interrupts(void)
{
	FILE *file = fopen("/proc/interrupts", "r");
	unsigned int nb = 0, nb_cpu;
	char line[512], *at;
	int len;

	if (file == NULL)
		fail("/proc/interrupts: %s", strerror(errno));
	while (fgets(line, sizeof(line), file) != NULL) {
		at = strchr(line, ':');
		if (at == NULL || strstr(at, "dlb-cq") == NULL)
			continue;
		for (at++; sscanf(at, "%u%n", &nb_cpu, &len) == 1; at += len)
			nb += nb_cpu;
	}
	fclose(file);
	return nb;
}

static void
do_nothing(int signal)
{
	(void)signal;
}

static void
check_signal(struct rig *rig)
{
	struct sigaction action = { .sa_handler = do_nothing };

	sigaction(SIGALRM, &action, NULL);
	alarm(1);
	if (block(rig, true) != EINTR)
		fail("a signal does not end the wait");
}

/* A port that is off gets nothing until it is on again. */
static void
check_dir_port_off(struct rig *rig)
{
	struct dlb_arg_object off = { .id = rig->dir.id };
	struct dlb_arg_enable_dir_port on = { .port_id = rig->dir.id };
	struct dlb_line line = { .hcw[0] = { .qid = (uint8_t)rig->dir.id,
					     .type_prio = DLB_SCHED_DIRECTED,
					     .cmd = DLB_CMD_NEW } };
	struct dlb_line token = { .hcw[0] = { .cmd = DLB_CMD_BAT_T } };

	REQUEST(rig->domain, DLB_IOC_DISABLE_DIR_PORT, &off);
	port_send(&rig->ldb, &line);
	do {
		REQUEST(rig->domain, DLB_IOC_GET_DIR_QUEUE_DEPTH, &off);
	} while (off.response.id != 1);
	if (port_next(&rig->dir) != NULL)
		fail("a port that is off is served");
	REQUEST(rig->domain, DLB_IOC_ENABLE_DIR_PORT, &on);
	port_receive(&rig->dir);
	port_send(&rig->dir, &token);
}

void
test_waiting(void)
{
	struct dlb_line arm = { .hcw[0] = { .cmd = DLB_CMD_ARM } };
	struct dlb_arg_object port;
	int device = device_open();
	unsigned int nb_before;
	struct rig rig;
	double cpu;

	rig_create(&rig, device);
	rig_stuff(&rig, 1);
	while ((((volatile const struct dlb_qe *)rig.ldb.ring)->status & DLB_QE_GEN) == 0)
		;
	if (block(&rig, true) != 0)
		fail("an element that is there does not end the wait");
	take_one(&rig);
	nb_before = nb_interrupts();
	cpu = cpu_seconds();
	for (unsigned int i = 0; i < 3; i++) {
		if (block_while(&rig, true, stuff_later) != 0)
			fail("waiting for an element");
		take_one(&rig);
	}
	printf("waiting 0.9 s took %.0f ms of the processor\n", 1e3 * (cpu_seconds() - cpu));
	if (nb_interrupts() == nb_before)
		fail("no wait was ended by an interrupt");
	port_send(&rig.ldb, &arm);
	if (block_while(&rig, false, stuff_later) != 0)
		fail("waiting for an element, armed by the program");
	take_one(&rig);
	check_signal(&rig);
	if (block_while(&rig, true, disable_later) != EACCES)
		fail("switching the port off does not end the wait");
	if (block(&rig, true) != EACCES)
		fail("a port that is off can be waited for");
	port = (struct dlb_arg_object){ .id = rig.ldb.id };
	REQUEST(rig.domain, DLB_IOC_ENABLE_LDB_PORT, &port);
	check_dir_port_off(&rig);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);
	close(device);
}

/* --- eventfd ------------------------------------------------------------------------------------ */

static int
eventfd_set(struct rig *rig, unsigned int port, int fd, pid_t pid)
{
	struct dlb_arg_cq_eventfd arg = {
		.port_id = port,
		.process_id = (uint32_t)pid,
		.event_fd = (uint32_t)fd,
		.is_ldb = 1,
	};

	return try_request(rig->domain, DLB_IOC_ENABLE_CQ_EPOLL, &arg);
}

static void
expect_error(const char *what, int got, int wanted)
{
	if (got != wanted)
		fail("%s: %s, not %s", what, strerror(got), strerror(wanted));
}

void
test_eventfd(void)
{
	struct dlb_line arm = { .hcw[0] = { .cmd = DLB_CMD_ARM } };
	int device = device_open();
	int fd = eventfd(0, 0), other = eventfd(0, 0);
	struct pollfd event = { .fd = fd, .events = POLLIN };
	struct rig rig;
	uint64_t count;

	rig_create(&rig, device);
	expect_error("no such port", eventfd_set(&rig, 64, fd, getpid()), EINVAL);
	expect_error("no such process", eventfd_set(&rig, rig.ldb.id, fd, 99999), ESRCH);
	expect_error("another process", eventfd_set(&rig, rig.ldb.id, fd, 1), EPERM);
	expect_error("no such descriptor", eventfd_set(&rig, rig.ldb.id, 1000, getpid()), EBADF);
	expect_error("no eventfd", eventfd_set(&rig, rig.ldb.id, device, getpid()), EINVAL);
	expect_error("one", eventfd_set(&rig, rig.ldb.id, other, getpid()), 0);
	expect_error("instead of it", eventfd_set(&rig, rig.ldb.id, fd, getpid()), 0);
	close(other);
	for (unsigned int i = 0; i < 3; i++) {
		port_send(&rig.ldb, &arm);
		rig_stuff(&rig, 1);
		if (poll(&event, 1, 10000) != 1 || read(fd, &count, sizeof(count)) < 0)
			fail("no interrupt");
		if (count != 1)
			fail("%llu interrupts", (unsigned long long)count);
		take_one(&rig);
	}
	rig_destroy(&rig);
	close(device);
}

/* --- alerts ------------------------------------------------------------------------------------- */

static struct dlb_alert
read_alert(int domain)
{
	struct dlb_alert alert;
	ssize_t len = read(domain, &alert, sizeof(alert));

	if (len != sizeof(alert))
		fail("reading an alert: %s", strerror(errno));
	return alert;
}

static void
expect_alert(int domain, uint64_t id, uint64_t aux)
{
	struct dlb_alert alert = read_alert(domain);

	if (alert.alert_id != id || alert.aux_data != aux)
		fail("alert %llu with 0x%llx, not %llu with 0x%llx",
		     (unsigned long long)alert.alert_id, (unsigned long long)alert.aux_data,
		     (unsigned long long)id, (unsigned long long)aux);
}

static void
check_user_alerts(int domain)
{
	struct pollfd event = { .fd = domain, .events = POLLIN };
	struct dlb_arg_alert arg = { 0 };
	char byte[32];

	if (poll(&event, 1, 0) != 0)
		fail("there is an alert already");
	if (read(domain, byte, 15) != -1 || errno != EINVAL)
		fail("part of an alert can be read");
	for (unsigned int i = 0; i < 300; i++) {
		arg.aux_alert_data = UINT64_C(0x100000000) + i;
		REQUEST(domain, DLB_IOC_ENQUEUE_DOMAIN_ALERT, &arg);
	}
	for (unsigned int i = 0; i < 256; i++) {
		if (poll(&event, 1, 0) != 1)
			fail("only %u alerts came", i);
		expect_alert(domain, DLB_ALERT_USER, UINT64_C(0x100000000) + i);
	}
	if (poll(&event, 1, 0) != 0)
		fail("alerts came twice");
	fcntl(domain, F_SETFL, O_NONBLOCK);
	if (read(domain, byte, 16) != -1 || errno != EAGAIN)
		fail("a descriptor that must not block does");
	fcntl(domain, F_SETFL, 0);
}

/* The device's own: an illegal queue, and more tokens than there are. */
static void
check_device_alerts(struct rig *rig)
{
	struct dlb_line bad_queue = { .hcw[0] = { .qid = (uint8_t)(rig->qid + 1),
						  .type_prio = DLB_SCHED_UNORDERED,
						  .cmd = DLB_CMD_NEW } };
	struct dlb_line bad_tokens = { .hcw[0] = { .lock_id = 5, .cmd = DLB_CMD_BAT_T } };

	port_send(&rig->dir, &bad_queue);
	expect_alert(rig->domain, DLB_ALERT_ILLEGAL_QID, rig->dir.id);
	port_send(&rig->ldb, &bad_tokens);
	expect_alert(rig->domain, DLB_ALERT_PP_EXCESS_TOKEN_POPS, 0x100 | rig->ldb.id);
}

void
test_alerts(void)
{
	int device = device_open();
	struct rig rig;

	rig_create(&rig, device);
	check_user_alerts(rig.domain);
	check_device_alerts(&rig);
	rig_round_trip(&rig, 0);
	/* Elements that nobody takes make the watchdog bark. */
	rig_stuff(&rig, 1);
	expect_alert(rig.domain, DLB_ALERT_CQ_WATCHDOG_TIMEOUT, 0x100 | rig.ldb.id);
	rig_destroy(&rig);
	close(device);
}
