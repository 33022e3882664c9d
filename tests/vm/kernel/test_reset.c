/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The device is reset, or taken from its driver, while programs use it.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

/* --- what a program sees ------------------------------------------------------------------------ */

static sigjmp_buf out_of_touch;

static void
on_bus_error(int signal)
{
	(void)signal;
	siglongjmp(out_of_touch, 1);
}

static bool
can_touch(volatile const uint8_t *at)
{
	struct sigaction action = { .sa_handler = on_bus_error };

	sigaction(SIGBUS, &action, NULL);
	if (sigsetjmp(out_of_touch, 1) != 0)
		return false;
	(void)*at;
	return true;
}

static void
expect_bus_error(volatile const uint8_t *at, const char *what)
{
	if (can_touch(at))
		fail("%s can still be read", what);
}

static void
expect_invalid(struct rig *rig)
{
	struct dlb_arg_object fd = { .response = { .status = 77 }, .id = rig->ldb.id };
	struct dlb_alert alert;

	for (unsigned int i = 0; i < 3; i++) {
		if (read(rig->domain, &alert, sizeof(alert)) != sizeof(alert) ||
		    alert.alert_id != DLB_ALERT_DEVICE_RESET || alert.aux_data != 0)
			fail("a reader is not told of the reset");
	}
	if (try_request(rig->domain, DLB_IOC_GET_LDB_PORT_PP_FD, &fd) != EINVAL ||
	    fd.response.status != 77)
		fail("a domain that was lost still answers");
	expect_bus_error(rig->ldb.pp, "the producer port");
	expect_bus_error((volatile const uint8_t *)rig->ldb.ring, "the consumer queue");
}

struct sleeper {
	pthread_t thread;
	struct rig *rig;
	int error;
};

static void *
sleep_in_block(void *arg)
{
	struct sleeper *s = arg;
	struct dlb_arg_block block = { .port_id = s->rig->ldb.id,
				       .is_ldb = 1,
				       .arm = 1,
				       .cq_gen = (uint8_t)s->rig->ldb.gen,
				       .cq_va = (uintptr_t)s->rig->ldb.ring };

	s->error = try_request(s->rig->domain, DLB_IOC_BLOCK_ON_CQ_INTERRUPT, &block);
	return NULL;
}

static void *
sleep_in_read(void *arg)
{
	struct sleeper *s = arg;
	struct dlb_alert alert;

	s->error = read(s->rig->domain, &alert, sizeof(alert)) == sizeof(alert) &&
				   alert.alert_id == DLB_ALERT_DEVICE_RESET
			   ? 0
			   : EIO;
	return NULL;
}

/* Traffic until a page is gone; the program still holds everything. */
static void
move_until_reset(struct rig *rig)
{
	struct sigaction action = { .sa_handler = on_bus_error };

	sigaction(SIGBUS, &action, NULL);
	if (sigsetjmp(out_of_touch, 1) == 0)
		for (uint64_t i = 0;; i += DLB_HCWS_PER_LINE)
			rig_round_trip(rig, i);
}

static void
use_until(struct rig *rig, void (*event)(void))
{
	struct sleeper block = { .rig = rig }, reader = { .rig = rig };
	pid_t pid;

	pthread_create(&reader.thread, NULL, sleep_in_read, &reader);
	pthread_create(&block.thread, NULL, sleep_in_block, &block);
	usleep(100000);
	pid = fork();
	if (pid == 0) {
		event();
		_exit(0);
	}
	pthread_join(block.thread, NULL);
	if (block.error != EINTR)
		fail("who waits for a CQ gets: %s", strerror(block.error));
	pthread_join(reader.thread, NULL);
	if (reader.error != 0)
		fail("who waits for an alert is not told of the reset");
	waitpid(pid, NULL, 0);
}

/* As are requests. */
static void
expect_setting_refused(void)
{
	int fd = open("/sys/class/dlb2/dlb0/device/cos_bw/cos0_bw_percent", O_WRONLY);

	if (write(fd, "25", 2) >= 0 || errno != EINVAL)
		fail("a setting is written in a reset");
	close(fd);
}

/* A program that lets go when it is told to keeps what it has mapped until then. */
static void
check_grace(int device, void (*event)(void))
{
	struct dlb_alert alert;
	int ready[2], status;
	char byte = 0;
	pid_t pid;

	if (pipe(ready) != 0)
		fail("no pipe");
	pid = fork();
	if (pid == 0) {
		struct rig rig;

		rig_create(&rig, device);
		rig_stuff(&rig, 100);
		(void)!write(ready[1], &byte, 1);
		if (read(rig.domain, &alert, sizeof(alert)) != sizeof(alert))
			_exit(1);
		/* Of a device that is taken away nothing is left in sysfs. */
		if (event == device_reset)
			expect_setting_refused();
		usleep(50000);
		(void)*rig.ldb.pp;
		(void)*(volatile const uint8_t *)rig.ldb.ring;
		rig_destroy(&rig);
		_exit(0);
	}
	if (read(ready[0], &byte, 1) != 1)
		fail("no process to be told of a reset");
	event();
	if (waitpid(pid, &status, 0) != pid || status != 0)
		fail("nobody waited for a program to let go");
}

/* The device forgets how many SNs a group gives to a queue; a queue that needs as many is made. */
static void
check_settings_survive(int device)
{
	struct dlb_arg_create_domain domain = { .num_ldb_queues = 1,
						.num_ldb_ports = 1,
						.num_sn_slots = { 0, 1 } };
	struct dlb_arg_ldb_queue queue = { .num_sequence_numbers = 512, .num_qid_inflights = 512 };
	struct dlb_arg_sn sn = { .group = 1, .num = 512 };

	REQUEST(device, DLB_IOC_SET_SN_ALLOCATION, &sn);
	device_reset();
	REQUEST(device, DLB_IOC_CREATE_SCHED_DOMAIN, &domain);
	REQUEST((int)domain.domain_fd, DLB_IOC_CREATE_LDB_QUEUE, &queue);
	close((int)domain.domain_fd);
	sn.num = 64;
	REQUEST(device, DLB_IOC_SET_SN_ALLOCATION, &sn);
}

/* --- reset -------------------------------------------------------------------------------------- */

void
test_reset(void)
{
	struct dlb_arg_num_resources res = { 0 };
	int device = device_open();
	struct rig rig, after;
	pid_t pid;

	check_grace(device, device_reset);
	REQUEST(device, DLB_IOC_GET_NUM_RESOURCES, &res);
	if (res.num_sched_domains != 32)
		fail("a domain is left after a reset");
	check_settings_survive(device);
	/* Its domain is mapped all the time, so the grace period passes. */
	rig_create(&rig, device);
	use_until(&rig, device_reset);
	expect_invalid(&rig);
	/* The device descriptor goes on. */
	rig_create(&after, device);
	rig_round_trip(&after, 0);
	rig_destroy(&rig);
	rig_round_trip(&after, 100);

	/* In the middle of traffic of a program that knows nothing. */
	pid = fork();
	if (pid == 0) {
		usleep(50000);
		device_reset();
		_exit(0);
	}
	move_until_reset(&after);
	waitpid(pid, NULL, 0);
	rig_destroy(&after);
	rig_create(&after, device);
	rig_round_trip(&after, 0);
	rig_destroy(&after);
	close(device);
}

/* --- sleep of the whole machine ------------------------------------------------------------------ */

/*
 * The error number, or 0 after the machine has slept. An alarm that goes off before it sleeps wakes
 * nobody: on a machine that does much else that may take seconds.
 */
static int
machine_sleep(void)
{
	int fd = open("/sys/power/state", O_WRONLY);
	int error = 0;

	write_file("/sys/class/rtc/rtc0/wakealarm", "0");
	write_file("/sys/class/rtc/rtc0/wakealarm", "+6");
	if (write(fd, "mem", 3) < 0)
		error = errno;
	close(fd);
	return error;
}

/* A domain would be lost, so that it keeps the machine awake; an open device does not. */
void
test_sleep(void)
{
	struct dlb_arg_sn sn = { .group = 1, .num = 128 };
	int device = device_open();
	struct rig rig;

	rig_create(&rig, device);
	if (machine_sleep() != EBUSY)
		fail("the machine sleeps while there is a domain");
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);

	REQUEST(device, DLB_IOC_SET_SN_ALLOCATION, &sn);
	if (machine_sleep() != 0)
		fail("the machine does not sleep while the device is open");
	sn.num = 0;
	REQUEST(device, DLB_IOC_GET_SN_ALLOCATION, &sn);
	if (sn.response.id != 128)
		fail("a setting is lost in sleep");
	sn.num = 64;
	REQUEST(device, DLB_IOC_SET_SN_ALLOCATION, &sn);
	rig_create(&rig, device);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);

	close(device);
	if (machine_sleep() != 0)
		fail("the machine does not sleep while nobody uses the device");
	device = device_open();
	rig_create(&rig, device);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);
	close(device);
}

/* --- pulled out --------------------------------------------------------------------------------- */

/* Who runs this machine takes the device away at this line; all its registers are ones then. */
void
test_gone(void)
{
	struct dlb_arg_create_domain create = { .num_ldb_ports = 1 };
	struct dlb_arg_object depth = { 0 };
	int device = device_open();
	struct rig rig;
	int error;

	rig_create(&rig, device);
	printf("vm: no more devices\n");
	fflush(stdout);
	depth.id = rig.qid;
	do {
		usleep(100000);
		error = try_request(rig.domain, DLB_IOC_GET_LDB_QUEUE_DEPTH, &depth);
	} while (error == 0);
	if (error != EIO)
		fail("a device that is gone: %s", strerror(error));
	rig_destroy(&rig);
	EXPECT_REFUSED(device, DLB_IOC_CREATE_SCHED_DOMAIN, &create, EINVAL,
		       DLB_ST_DOMAIN_RESET_FAILED);
	close(device);
}

/* --- unbind ------------------------------------------------------------------------------------- */

static void
unbind(void)
{
	write_file("/sys/bus/pci/drivers/dlb/unbind", DEVICE_FUNCTION);
}

void
test_unbind(void)
{
	struct dlb_arg_none version = { 0 };
	int device = device_open();
	struct rig rig;

	check_grace(device, unbind);
	close(device);
	write_file("/sys/bus/pci/drivers/dlb/bind", DEVICE_FUNCTION);
	device = device_open();
	rig_create(&rig, device);
	use_until(&rig, unbind);
	expect_invalid(&rig);
	if (access("/dev/dlb0", F_OK) == 0)
		fail("/dev/dlb0 is still there");
	if (try_request(device, DLB_IOC_GET_DEVICE_VERSION, &version) != ENODEV)
		fail("a device that is gone still answers");
	write_file("/sys/bus/pci/drivers/dlb/bind", DEVICE_FUNCTION);
	rig_destroy(&rig);
	close(device);
	/* The number is free only now. */
	write_file("/sys/bus/pci/drivers/dlb/unbind", DEVICE_FUNCTION);
	write_file("/sys/bus/pci/drivers/dlb/bind", DEVICE_FUNCTION);
	device = device_open();
	rig_create(&rig, device);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);
	close(device);
}

/* --- mapping in the same moment ------------------------------------------------------------------ */

#define NB_MAPPERS  4
#define NB_MAPPINGS 32 /* of each; of the two kinds in turn */
#define NB_RACES    25

/*
 * Map a port and touch every other mapping, for as long as the port is there. Whatever was mapped
 * last, nothing of it can be touched when the end of the pipe says that the port is gone.
 */
static void
map_until_gone(const int *files, int begun, int gone)
{
	static const size_t bytes[] = { DLB_UAPI_PP_BYTES, DLB_UAPI_CQ_BYTES };
	volatile uint8_t *maps[NB_MAPPINGS] = { NULL };
	unsigned int i;
	void *at;
	char byte = 0;

	(void)!write(begun, &byte, 1);
	for (i = 0;; i = (i + 1) % NB_MAPPINGS) {
		if (maps[i] != NULL)
			munmap((void *)(uintptr_t)maps[i], bytes[i % 2]);
		at = mmap(NULL, bytes[i % 2], PROT_READ, MAP_SHARED, files[i % 2], 0);
		maps[i] = NULL;
		if (at == MAP_FAILED)
			break;
		maps[i] = at;
		if (i / 2 % 2 == 0)
			can_touch(maps[i]);
	}
	if (errno != EINVAL)
		fail("a port that is gone: %s", strerror(errno));
	(void)!read(gone, &byte, 1);
	for (i = 0; i < NB_MAPPINGS; i++)
		if (maps[i] != NULL && can_touch(maps[i]))
			fail("%s that was mapped when it went can be touched",
			     i % 2 == 0 ? "a producer port" : "a consumer queue");
	_exit(0);
}

/* Several processes, as threads of one would wait for each other. */
static void
race(int device, void (*event)(void))
{
	struct rig rig;
	int files[2], begun[2], gone[2], status;
	char byte;

	rig_create(&rig, device);
	files[0] = port_file(rig.domain, DLB_IOC_GET_LDB_PORT_PP_FD, rig.ldb.id);
	files[1] = port_file(rig.domain, DLB_IOC_GET_LDB_PORT_CQ_FD, rig.ldb.id);
	if (pipe(begun) != 0 || pipe(gone) != 0)
		fail("no pipe");
	for (unsigned int i = 0; i < NB_MAPPERS; i++) {
		if (fork() == 0) {
			close(gone[1]);
			map_until_gone(files, begun[1], gone[0]);
		}
	}
	for (unsigned int i = 0; i < NB_MAPPERS; i++)
		if (read(begun[0], &byte, 1) != 1)
			fail("nobody maps a port");
	event();
	close(gone[1]);
	for (unsigned int i = 0; i < NB_MAPPERS; i++)
		if (wait(&status) < 0 || status != 0)
			fail("who maps a port ended with status 0x%x", status);
	/* Mapped before, and never touched. */
	expect_bus_error(rig.ldb.pp, "the producer port");
	close(begun[0]);
	close(begun[1]);
	close(gone[0]);
	close(files[0]);
	close(files[1]);
	rig_destroy(&rig);
}

void
test_races(void)
{
	static const char grace[] = "/sys/module/dlb/parameters/reset_timeout_s";
	int device;

	write_file(grace, "0");
	for (unsigned int i = 0; i < NB_RACES; i++) {
		device = device_open();
		race(device, device_reset);
		race(device, unbind);
		close(device);
		write_file("/sys/bus/pci/drivers/dlb/bind", DEVICE_FUNCTION);
	}
	write_file(grace, "1");
}
