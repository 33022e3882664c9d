/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A client that means no good: any request with any argument, mappings of any kind, descriptors that
 * are closed while they are used, sleepers whose domain ends, eventfds that go. See hostile.h.
 *
 * First beside a neighbour, who must not notice; then while the device is reset again and again. It
 * goes on until each request and each way of mapping has been given and been refused, and all the
 * attackers are killed in the middle of it. Then everything has to be there again.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"
#include "tests.h"

#define NB_PROCESSES	  3
#define NEIGHBOUR_SECONDS 3.0
#define RESET_SECONDS	  1.5

/* By then each request has been made thousands of times: what was not given is never given. */
#define MAX_ATTACKS 600000

struct shared *shared;

/* --- a neighbour that must go on ---------------------------------------------------------------- */

static struct rig neighbour;

/* Each time with an eventfd that only the kernel still has when the interrupt comes. */
static void
neighbour_goes_on(uint64_t first)
{
	struct dlb_line arm = { .hcw[0] = { .cmd = DLB_CMD_ARM } };
	struct dlb_arg_cq_eventfd arg = {
		.port_id = neighbour.ldb.id,
		.process_id = (uint32_t)getpid(),
		.event_fd = (uint32_t)eventfd(0, 0),
		.is_ldb = 1,
	};

	REQUEST(neighbour.domain, DLB_IOC_ENABLE_CQ_EPOLL, &arg);
	close((int)arg.event_fd);
	port_send(&neighbour.ldb, &arm);
	rig_round_trip(&neighbour, first);
}

static void
neighbour_create(int device)
{
	rig_create(&neighbour, device);
	shared->neighbours[LDB_QUEUE] = neighbour.qid;
	shared->neighbours[LDB_PORT] = neighbour.ldb.id;
	shared->neighbours[DIR_PORT] = neighbour.dir.id;
	shared->neighbour_lives = true;
}

static void
neighbour_destroy(void)
{
	shared->neighbour_lives = false;
	rig_destroy(&neighbour);
}

/* --- all of it ---------------------------------------------------------------------------------- */

static void
shared_create(int device)
{
	struct dlb_arg_none version = { 0 };

	shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
		      0);
	REQUEST(device, DLB_IOC_GET_DEVICE_VERSION, &version);
	shared->has_inflight_threshold = version.response.id >> 8 == 3;
	/* Whom an attacker leaves behind when it is killed is waited for as well. */
	prctl(PR_SET_CHILD_SUBREAPER, 1);
}

/* Has one ended by itself? */
static void
attackers_check(const pid_t *pids)
{
	int status;

	for (unsigned int i = 0; i < NB_PROCESSES; i++)
		if (waitpid(pids[i], &status, WNOHANG) != 0)
			fail("an attacker ended with status 0x%x", status);
}

static void
attackers_kill(const pid_t *pids)
{
	attackers_check(pids);
	for (unsigned int i = 0; i < NB_PROCESSES; i++)
		kill(pids[i], SIGKILL);
	while (wait(NULL) > 0 || errno == EINTR)
		;
}

static void
attack_beside_neighbour(const pid_t *pids)
{
	double end = seconds() + NEIGHBOUR_SECONDS;

	for (uint64_t i = 0; seconds() < end; i += DLB_HCWS_PER_LINE) {
		neighbour_goes_on(i);
		attackers_check(pids);
		usleep(20000);
	}
	neighbour_destroy();
}

static void
attack_through_resets(int device, const pid_t *pids)
{
	struct attacker me = { .seed = 1 };
	double end = seconds() + RESET_SECONDS;
	unsigned int nb_resets = 0, nb_slept = 0;

	bus_errors_catch(&me);
	/* Nobody who is told to let go does. */
	write_file("/sys/module/dlb/parameters/reset_timeout_s", "0");
	while (shared->nb_attacks < MAX_ATTACKS &&
	       (seconds() < end || nb_slept == 0 || !requests_complete() || !maps_complete())) {
		nb_slept += reset_once(&me, device);
		nb_resets++;
		attackers_check(pids);
	}
	write_file("/sys/module/dlb/parameters/reset_timeout_s", "1");
	printf("%u resets woke %u sleepers\n", nb_resets, nb_slept);
}

/* Who may open the device may change its settings. */
static void
settings_restore(int device)
{
	struct dlb_arg_cos cos = { .bandwidth = 0 };
	struct dlb_arg_sn sn = { .num = 64 };

	for (sn.group = 0; sn.group < DLB_UAPI_NB_SN_GROUPS; sn.group++)
		REQUEST(device, DLB_IOC_SET_SN_ALLOCATION, &sn);
	for (cos.cos_id = 0; cos.cos_id < DLB_UAPI_NB_COS; cos.cos_id++)
		REQUEST(device, DLB_IOC_SET_COS_BW, &cos);
	cos.bandwidth = 25;
	for (cos.cos_id = 0; cos.cos_id < DLB_UAPI_NB_COS; cos.cos_id++)
		REQUEST(device, DLB_IOC_SET_COS_BW, &cos);
}

void
test_hostile(void)
{
	int device = device_open();
	struct usage before = usage_get(device);
	pid_t pids[NB_PROCESSES];

	shared_create(device);
	neighbour_create(device);
	for (unsigned int i = 0; i < NB_PROCESSES; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			attack_process();
		if (pids[i] < 0)
			fail("no process");
	}
	attack_beside_neighbour(pids);
	attack_through_resets(device, pids);
	attackers_kill(pids);
	settings_restore(device);
	printf("%u attacks:                       given  refused   faults\n", shared->nb_attacks);
	requests_print();
	maps_print();
	usage_check(device, &before);
	munmap(shared, sizeof(*shared));
	close(device);
}
