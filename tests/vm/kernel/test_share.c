/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Several processes, each with a domain of its own, until nothing is left; and processes that are
 * killed at any moment.
 */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

#define NB_PROCESSES 8
#define NB_KILLS     200

/* Eight domains take all queues and all of the history list. */
static int
big_domain_create(int device, struct dlb_arg_create_domain *arg)
{
	*arg = (struct dlb_arg_create_domain){
		.num_ldb_queues = 4,
		.num_ldb_ports = 8,
		.num_dir_ports = 8,
		.num_atomic_inflights = 256,
		.num_hist_list_entries = 256,
		.num_ldb_credits = 1024,
		.num_dir_credits = 512,
		.num_sn_slots = { 2, 2 },
	};
	return try_request(device, DLB_IOC_CREATE_SCHED_DOMAIN, arg);
}

/* --- eight processes, and a ninth --------------------------------------------------------------- */

/*
 * A foreign queue is none of the domain's: what is sent there is dropped, and said to be. The device
 * remembers one alarm at a time, so that of several at once some are lost.
 */
static void
check_isolation(struct rig *rig, unsigned int foreign_qid)
{
	struct pollfd event = { .fd = rig->domain, .events = POLLIN };
	struct dlb_line line = { .hcw[0] = { .qid = (uint8_t)foreign_qid,
					     .type_prio = DLB_SCHED_UNORDERED,
					     .cmd = DLB_CMD_NEW } };
	struct dlb_alert alert;

	do {
		port_send(&rig->dir, &line);
	} while (poll(&event, 1, 100) == 0);
	if (read(rig->domain, &alert, sizeof(alert)) != sizeof(alert) ||
	    (alert.alert_id != DLB_ALERT_DISABLED_QID && alert.alert_id != DLB_ALERT_ILLEGAL_QID))
		fail("an event for another domain's queue is not refused");
	if (alert.aux_data != rig->dir.id)
		fail("the alert is about port 0x%llx", (unsigned long long)alert.aux_data);
}

/* All wait for each other with their domains made, then all move events. */
static void
share(unsigned int me, int ready, int go)
{
	int device = device_open();
	struct dlb_arg_create_domain arg;
	struct rig rig;
	char byte = 0;

	if (big_domain_create(device, &arg) != 0)
		fail("process %u gets no domain: status %u", me, arg.response.status);
	rig_fill(&rig, device, (int)arg.domain_fd);
	if (write(ready, &byte, 1) != 1 || read(go, &byte, 1) != 1)
		fail("process %u is alone", me);
	for (uint64_t i = 0; i < 400; i += DLB_HCWS_PER_LINE)
		rig_round_trip(&rig, (uint64_t)me << 32 | i);
	check_isolation(&rig, (rig.qid + 4) % 32);
	for (uint64_t i = 400; i < 800; i += DLB_HCWS_PER_LINE)
		rig_round_trip(&rig, (uint64_t)me << 32 | i);
	rig_destroy(&rig);
	_exit(0);
}

static void
wait_for_all(unsigned int nb)
{
	int status;

	for (unsigned int i = 0; i < nb; i++)
		if (wait(&status) < 0 || status != 0)
			fail("a process failed");
}

static void
check_sharing(unsigned int nb)
{
	int ready[2], go[2];
	struct dlb_arg_create_domain arg;
	int device = device_open();
	char bytes[NB_PROCESSES] = { 0 };

	if (pipe(ready) != 0 || pipe(go) != 0)
		fail("no pipe");
	for (unsigned int i = 0; i < nb; i++)
		if (fork() == 0)
			share(i, ready[1], go[0]);
	for (unsigned int i = 0; i < nb; i++) {
		if (read(ready[0], bytes, 1) != 1)
			fail("a process is lost");
	}
	if (nb == NB_PROCESSES && (big_domain_create(device, &arg) != EINVAL ||
				   arg.response.status != DLB_ST_LDB_QUEUES_UNAVAILABLE))
		fail("the ninth process: status %u", arg.response.status);
	if (write(go[1], bytes, nb) != (ssize_t)nb)
		fail("no process waits");
	wait_for_all(nb);
	close(ready[0]);
	close(ready[1]);
	close(go[0]);
	close(go[1]);
	close(device);
}

void
test_sharing(void)
{
	check_sharing(2);
	check_sharing(NB_PROCESSES);
}

/* --- killing ------------------------------------------------------------------------------------ */

/* Everything that can be going on when a process is killed. */
static void
live_dangerously(unsigned int seed)
{
	struct rig rig;

	srand(seed);
	for (;;) {
		int device = device_open();

		rig_create(&rig, device);
		for (int i = rand() % 8; i > 0; i--)
			rig_round_trip(&rig, 0);
		rig_stuff(&rig, (unsigned int)rand() % 100);
		for (int i = rand() % 8; i > 0 && port_next(&rig.ldb) != NULL; i--)
			;
		if (rand() % 2)
			close(device);
		if (rand() % 4 == 0)
			usleep(10000);
		rig_destroy(&rig);
		close(device);
	}
}

void
test_killing(void)
{
	struct dlb_arg_num_resources before = { 0 }, after = { 0 };
	int device = device_open();

	srand(1);
	REQUEST(device, DLB_IOC_GET_NUM_RESOURCES, &before);
	for (unsigned int i = 0; i < NB_KILLS; i++) {
		pid_t pid = fork();

		if (pid == 0)
			live_dangerously(i);
		usleep((useconds_t)rand() % 40000);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
		REQUEST(device, DLB_IOC_GET_NUM_RESOURCES, &after);
		if (memcmp(&before, &after, sizeof(after)) != 0)
			fail("kill %u: %u domains, %u LDB ports, %u credits are free", i,
			     after.num_sched_domains, after.num_ldb_ports, after.num_ldb_credits);
	}
	close(device);
}
