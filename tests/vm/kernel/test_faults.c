/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A device that answers wrong, late, or not at all. Whatever it does, programs get an error, the
 * kernel gets to the end of it, and a reset makes the device usable again.
 */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

#define READ_ALL 3 /* of the kernel's log */

/* How often the kernel has said so. */
static unsigned int
count_log(const char *text)
{
	static char log[1 << 18];
	int len = klogctl(READ_ALL, log, sizeof(log) - 1);
	unsigned int nb = 0;

	if (len < 0)
		fail("the kernel's log cannot be read");
	log[len] = '\0';
	for (const char *at = log; (at = strstr(at, text)) != NULL; at++)
		nb++;
	return nb;
}

/* It has said so again since it had said so that often. */
static void
expect_log(const char *text, unsigned int before)
{
	if (count_log(text) <= before)
		fail("the kernel does not say \"%s\"", text);
}

static void
expect_domains(int device, unsigned int nb)
{
	struct dlb_arg_num_resources res = { 0 };

	REQUEST(device, DLB_IOC_GET_NUM_RESOURCES, &res);
	if (res.num_sched_domains != nb)
		fail("%u domains are free, not %u", res.num_sched_domains, nb);
}

static void
expect_no_domain(int device)
{
	struct dlb_arg_create_domain create = { .num_ldb_ports = 1 };

	EXPECT_REFUSED(device, DLB_IOC_CREATE_SCHED_DOMAIN, &create, EINVAL,
		       DLB_ST_DOMAIN_RESET_FAILED);
}

/* All that there is works. */
static void
expect_use(int device)
{
	struct rig rig;

	expect_domains(device, 32);
	rig_create(&rig, device);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);
	expect_domains(device, 32);
}

/* --- late --------------------------------------------------------------------------------------- */

/* Events that do not move while a domain is closed: it takes longer, and that is all. */
static void
check_late_drain(int device)
{
	struct rig rig;

	rig_create(&rig, device);
	device_fault("0 stall 300ms");
	rig_stuff(&rig, 30);
	rig_destroy(&rig);
	expect_use(device);
}

/* The device sleeps when nobody has it open. */
static int
reopen(int device)
{
	close(device);
	usleep(200000);
	return open("/dev/dlb0", O_RDWR | O_CLOEXEC);
}

static int
check_late_wake(int device)
{
	device_fault("0 read CM_CFG_PM_STATUS 0x0/0xff000000 20x");
	device = reopen(device);
	if (device < 0)
		fail("a device that wakes late: %s", strerror(errno));
	expect_use(device);
	device_fault("0 read CM_CFG_DIAGNOSTIC_IDLE_STATUS 0x0/0x80000000 20x");
	device = reopen(device);
	if (device < 0)
		fail("a device whose units are idle late: %s", strerror(errno));
	expect_use(device);
	return device;
}

/* A reset after which configuration space does not answer for a while. */
static void
check_late_reset(int device)
{
	device_fault("0 read config+0x4 0xffffffff 1500ms");
	device_reset();
	device_fault("0 mend");
	expect_use(device);
}

void
test_late(void)
{
	int device = device_open();

	check_late_drain(device);
	device = check_late_wake(device);
	check_late_reset(device);
	close(device);
}

/* --- never -------------------------------------------------------------------------------------- */

/* It does not wake: opening says so, and each opening tries again. */
static int
check_no_wake(int device)
{
	static const char complaint[] = "the device does not start: error -110";
	unsigned int before = count_log(complaint);

	device_fault("0 read CM_CFG_PM_STATUS 0x0/0xff000000");
	device = reopen(device);
	if (device >= 0 || errno != EIO)
		fail("a device that does not wake: %s", strerror(errno));
	expect_log(complaint, before);
	device_fault("0 mend");
	device = device_open();
	expect_use(device);
	return device;
}

/* Whether the function may write to memory. */
static bool
is_bus_master(void)
{
	static const char path[] = "/sys/bus/pci/devices/" DEVICE_FUNCTION "/config";
	unsigned char command = 0;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || pread(fd, &command, 1, 4) != 1)
		fail("%s: %s", path, strerror(errno));
	close(fd);
	return (command & 4) != 0;
}

/*
 * The reset comes, and the device does not start after it: requests say so until the next one. The
 * memory of domains is given back, so that the device may not write any more.
 */
static void
check_no_start(int device)
{
	struct dlb_arg_num_resources res = { 0 };

	device_fault("0 read CM_CFG_DIAGNOSTIC_IDLE_STATUS 0x0/0x80000000");
	device_reset();
	if (try_request(device, DLB_IOC_GET_NUM_RESOURCES, &res) != EIO)
		fail("a device that did not start after a reset");
	if (open("/dev/dlb0", O_RDWR) >= 0 || errno != EIO)
		fail("opening a device that did not start: %s", strerror(errno));
	if (is_bus_master())
		fail("a device that did not start may write to memory");
	device_fault("0 mend");
	device_reset();
	expect_use(device);
}

/* The driver does not take a device that does not answer; later it does. */
static int
check_no_probe(int device)
{
	int fd;

	close(device);
	write_file("/sys/bus/pci/drivers/dlb/unbind", DEVICE_FUNCTION);
	device_fault("0 read registers 0xffffffff");
	fd = open("/sys/bus/pci/drivers/dlb/bind", O_WRONLY);
	if (write(fd, DEVICE_FUNCTION, strlen(DEVICE_FUNCTION)) >= 0)
		fail("the driver takes a device that does not answer");
	close(fd);
	if (access("/dev/dlb0", F_OK) == 0)
		fail("there is a /dev/dlb0 of a device that does not answer");
	device_fault("0 mend");
	write_file("/sys/bus/pci/drivers/dlb/bind", DEVICE_FUNCTION);
	device = device_open();
	expect_use(device);
	return device;
}

/*
 * A domain that does not get empty is kept, with its memory, and no other is made until a reset;
 * those that there are go on.
 */
static void
check_no_drain(int device)
{
	static const char complaint[] = "cannot be drained: error -110; reset the device";
	unsigned int before = count_log(complaint);
	struct rig rig, other;

	rig_create(&rig, device);
	rig_create(&other, device);
	rig_stuff(&rig, 100);
	device_fault("0 stall");
	rig_destroy(&rig);
	expect_log(complaint, before);
	expect_no_domain(device);
	device_fault("0 mend");
	rig_round_trip(&other, 0);
	expect_domains(device, 30);
	rig_destroy(&other);
	expect_domains(device, 31);
	expect_no_domain(device);
	device_reset();
	expect_use(device);
}

void
test_never(void)
{
	int device = device_open();

	device = check_no_wake(device);
	check_no_start(device);
	device = check_no_probe(device);
	check_no_drain(device);
	expect_use(device);
	close(device);
}

/* --- wrong -------------------------------------------------------------------------------------- */

static void
move_for_ever(int device)
{
	struct rig rig;

	rig_create(&rig, device);
	for (uint64_t i = 0;; i += DLB_HCWS_PER_LINE)
		rig_round_trip(&rig, i);
}

/*
 * The device is gone in the middle of traffic, and comes back as if nothing had been: it still writes
 * to the memory of programs that have ended meanwhile. Sleep is as good as a reset.
 */
static int
check_ones(int device)
{
	struct dlb_arg_object depth = { 0 };
	struct rig rig;
	pid_t pid;

	rig_create(&rig, device);
	depth.id = rig.qid;
	pid = fork();
	if (pid == 0)
		move_for_ever(device);
	usleep(200000);
	device_fault("0 stall");
	rig_stuff(&rig, 30);
	device_fault("0 read registers 0xffffffff");
	device_fault("0 write registers");
	device_fault("0 read config 0xffffffff");
	if (try_request(rig.domain, DLB_IOC_GET_LDB_QUEUE_DEPTH, &depth) != EIO)
		fail("a device that is gone answers");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	rig_destroy(&rig);
	device_fault("0 mend");
	expect_no_domain(device);
	device = reopen(device);
	expect_use(device);
	return device;
}

/* It says that all consumer queues have interrupted, when the domain of some has just ended. */
static void
check_late_interrupt(int device)
{
	struct dlb_arg_xstats read = { .xstats_type = DLB_XSTATS_LDB_QUEUE << 16 };
	struct rig rig;

	rig_create(&rig, device);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);
	device_fault("0 read SYS_LDB_CQ_31_0_OCC_INT_STS 0xffffffff");
	device_fault("0 read SYS_LDB_CQ_63_32_OCC_INT_STS 0xffffffff");
	device_fault("0 read SYS_DIR_CQ_31_0_OCC_INT_STS 0xffffffff");
	device_fault("0 interrupt 1 10x");
	/* It interrupts when a register is accessed; nobody has its ports meanwhile. */
	for (unsigned int i = 0; i < 100; i++) {
		REQUEST(device, DLB_IOC_GET_XSTATS, &read);
		usleep(1000);
	}
	device_fault("0 mend");
	expect_use(device);
}

/* Every request with nonsense in all registers: any error will do, and any success. */
static void
use_blindly(int device)
{
	struct dlb_arg_ldb_queue queue = { .num_sequence_numbers = 64, .num_qid_inflights = 64 };
	struct dlb_arg_ldb_port ldb = { .cq_depth = CQ_DEPTH, .cq_history_list_size = CQ_DEPTH };
	struct dlb_arg_dir_port dir = { .cq_depth = CQ_DEPTH, .queue_id = -1 };
	struct dlb_arg_map_qid link = { 0 };
	struct dlb_arg_unmap_qid unlink = { 0 };
	struct dlb_arg_object object = { 0 };
	struct dlb_arg_none none = { 0 };
	unsigned int status;
	int domain = try_domain_create(device, 64, &status);

	if (domain < 0)
		return;
	try_request(domain, DLB_IOC_CREATE_LDB_QUEUE, &queue);
	try_request(domain, DLB_IOC_CREATE_LDB_PORT, &ldb);
	try_request(domain, DLB_IOC_CREATE_DIR_PORT, &dir);
	link.port_id = unlink.port_id = ldb.response.id;
	link.qid = unlink.qid = object.id = queue.response.id;
	try_request(domain, DLB_IOC_MAP_QID, &link);
	try_request(domain, DLB_IOC_START_DOMAIN, &none);
	try_request(domain, DLB_IOC_GET_LDB_QUEUE_DEPTH, &object);
	try_request(domain, DLB_IOC_UNMAP_QID, &unlink);
	object.id = ldb.response.id;
	try_request(domain, DLB_IOC_PENDING_PORT_UNMAPS, &object);
	try_request(domain, DLB_IOC_DISABLE_LDB_PORT, &object);
	try_request(domain, DLB_IOC_STOP_DOMAIN, &none);
	close(domain);
}

static void
check_nonsense(int device)
{
	static const char *const values[] = { "0x0", "0x5a5a5a5a", "0xfffffffe" };

	for (unsigned int i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		device_fault("0 read registers %s 20000x", values[i]);
		use_blindly(device);
		device_fault("0 mend");
		device_reset();
		expect_use(device);
		device_fault("0 write registers 40x");
		use_blindly(device);
		device_fault("0 mend");
		device_reset();
		expect_use(device);
	}
}

/* It interrupts as soon as it can and then for ever, whether the driver is ready or not. */
static int
check_interrupts(int device)
{
	close(device);
	write_file("/sys/bus/pci/drivers/dlb/unbind", DEVICE_FUNCTION);
	device_fault("0 interrupt 0 500x");
	device_fault("0 interrupt 1 500x");
	write_file("/sys/bus/pci/drivers/dlb/bind", DEVICE_FUNCTION);
	device = device_open();
	expect_use(device);
	device_reset();
	expect_use(device);
	device_fault("0 mend");
	return device;
}

void
test_wrong(void)
{
	int device = device_open();

	device = check_interrupts(device);
	check_late_interrupt(device);
	device = check_ones(device);
	check_nonsense(device);
	close(device);
}

/* --- memory ------------------------------------------------------------------------------------- */

/*
 * While programs have time to let go before a reset the device goes on, and writes to the memory of
 * a program that did so at once. Who runs this machine looks whether that was still there.
 */
void
test_late_writes(void)
{
	int device = device_open();
	struct rig last, rig;
	struct dlb_alert alert;
	pid_t pid;

	rig_create(&last, device);
	rig_create(&rig, device);
	device_fault("0 stall 600ms");
	rig_stuff(&rig, 30);
	pid = fork();
	if (pid == 0) {
		rig_destroy(&rig);
		/* Its mappings of the last one are the parent's too; the reset waits for both. */
		device_reset();
		_exit(0);
	}
	if (read(rig.domain, &alert, sizeof(alert)) != sizeof(alert))
		fail("nobody is told of the reset");
	rig_destroy(&rig);
	waitpid(pid, NULL, 0);
	rig_destroy(&last);
	expect_use(device);
	close(device);
}
