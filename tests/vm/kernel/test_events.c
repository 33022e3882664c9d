/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Events through a domain, mappings that change while they flow, and how long beginnings and ends
 * take.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

#define PATIENCE_S 10

void
test_events(void)
{
	int device = device_open();
	struct dlb_arg_object depth = { 0 };
	struct rig rig;

	rig_create(&rig, device);
	for (uint64_t i = 0; i < 2000; i += DLB_HCWS_PER_LINE)
		rig_round_trip(&rig, i);
	depth.id = rig.qid;
	REQUEST(rig.domain, DLB_IOC_GET_LDB_QUEUE_DEPTH, &depth);
	if (depth.response.id != 0)
		fail("%u events are still in the queue", depth.response.id);
	rig_destroy(&rig);
	close(device);
}

/* --- figures ---------------------------------------------------------------------------------- */

static double
time_first_event(void)
{
	double start = seconds();
	int device = device_open();
	struct rig rig;
	double end;

	rig_create(&rig, device);
	rig_round_trip(&rig, 0);
	end = seconds();
	rig_destroy(&rig);
	close(device);
	return end - start;
}

static double
time_close(unsigned int nb_events)
{
	int device = device_open();
	struct dlb_arg_object depth = { 0 };
	unsigned int status;
	struct rig rig;
	double start;
	int domain = try_domain_create(device, 8192, &status);

	if (domain < 0)
		fail("no domain with 8192 credits: status %u", status);
	rig_fill(&rig, device, domain);
	rig_stuff(&rig, nb_events + CQ_DEPTH);
	depth.id = rig.qid;
	do {
		REQUEST(rig.domain, DLB_IOC_GET_LDB_QUEUE_DEPTH, &depth);
	} while (depth.response.id < nb_events);
	start = seconds();
	rig_destroy(&rig);
	start = seconds() - start;
	close(device);
	return start;
}

/* Printed, not judged: machines that run tests are busy with others'. */
void
test_times(void)
{
	for (unsigned int i = 0; i < 3; i++) {
		printf("open to first event: %.1f ms\n", 1e3 * time_first_event());
		printf("domain close with 4096 queued events: %.1f ms\n", 1e3 * time_close(4096));
	}
}

/* --- mappings ----------------------------------------------------------------------------------- */

static void
expect_no_map(int domain, unsigned long code, unsigned int id, size_t bytes, int flags,
	      const char *why)
{
	int fd = port_file(domain, code, id);

	if (mmap(NULL, bytes, PROT_WRITE, flags, fd, 0) != MAP_FAILED)
		fail("%s can be mapped", why);
	if (errno != EINVAL)
		fail("%s: %s", why, strerror(errno));
	close(fd);
}

/* Who is executed by a program that has a domain does not keep it. */
static void
check_exec(const struct rig *rig)
{
	static const unsigned long codes[] = { DLB_IOC_GET_LDB_PORT_PP_FD,
					       DLB_IOC_GET_LDB_PORT_CQ_FD };

	if (fcntl(rig->domain, F_GETFD) != FD_CLOEXEC)
		fail("a domain file outlives its program");
	for (unsigned int i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct dlb_arg_object arg = { .id = rig->ldb.id };

		REQUEST(rig->domain, codes[i], &arg);
		if (fcntl((int)arg.response.id, F_GETFD) != FD_CLOEXEC)
			fail("a port file outlives its program");
		close((int)arg.response.id);
	}
}

static void
check_lengths(struct rig *rig)
{
	int domain = rig->domain;
	unsigned int id = rig->ldb.id;

	expect_no_map(domain, DLB_IOC_GET_LDB_PORT_PP_FD, id, 2 * 4096, MAP_SHARED, "two pages");
	expect_no_map(domain, DLB_IOC_GET_LDB_PORT_CQ_FD, id, 4096, MAP_SHARED, "part of a CQ");
	expect_no_map(domain, DLB_IOC_GET_LDB_PORT_CQ_FD, id, 65536, MAP_PRIVATE, "a copy of a CQ");
	expect_no_map(domain, DLB_IOC_GET_DIR_PORT_PP_FD, rig->dir.id, 4096, MAP_PRIVATE,
		      "a copy of a PP");
}

#define PAGE_BYTES 4096
#define NB_PAGES   (DLB_UAPI_CQ_BYTES / PAGE_BYTES)

static volatile uint8_t *
map_cq(const struct rig *rig, int flags)
{
	int fd = port_file(rig->domain, DLB_IOC_GET_LDB_PORT_CQ_FD, rig->ldb.id);
	void *at = mmap(NULL, DLB_UAPI_CQ_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED | flags, fd,
			PAGE_BYTES);

	if (at == MAP_FAILED)
		fail("a CQ cannot be mapped again: %s", strerror(errno));
	close(fd);
	return at;
}

static void
expect_page(const volatile uint8_t *page, unsigned int number)
{
	if (page[PAGE_BYTES - 1] != number)
		fail("page %u of a CQ reads as page %u", number, page[PAGE_BYTES - 1]);
}

/*
 * Pages come when they are touched: each has to be the right one, whatever was done to the mapping
 * before and in whatever process.
 */
static void
check_pages(const struct rig *rig)
{
	volatile uint8_t *filled = map_cq(rig, MAP_POPULATE), *cut = map_cq(rig, 0);
	volatile uint8_t *moved, *last = cut + (NB_PAGES - 1) * PAGE_BYTES;
	int status;

	for (unsigned int i = 1; i < NB_PAGES; i++)
		filled[i * PAGE_BYTES + PAGE_BYTES - 1] = (uint8_t)i;
	if (mremap((void *)(uintptr_t)last, PAGE_BYTES, 2 * PAGE_BYTES, MREMAP_MAYMOVE) !=
	    MAP_FAILED)
		fail("a mapping can be made longer than its CQ");
	moved = mmap(NULL, PAGE_BYTES, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (mremap((void *)(uintptr_t)last, PAGE_BYTES, PAGE_BYTES, MREMAP_MAYMOVE | MREMAP_FIXED,
		   moved) == MAP_FAILED)
		fail("a page of a CQ cannot be moved: %s", strerror(errno));
	expect_page(moved, NB_PAGES - 1);
	munmap((void *)(uintptr_t)(cut + 2 * PAGE_BYTES), PAGE_BYTES);
	(void)!mlock((void *)(uintptr_t)cut, 2 * PAGE_BYTES);
	expect_page(cut + PAGE_BYTES, 1);
	fflush(stdout);
	if (fork() == 0) {
		for (unsigned int i = 3; i < NB_PAGES - 1; i++)
			expect_page(cut + i * PAGE_BYTES, i);
		expect_page(moved, NB_PAGES - 1);
		_exit(0);
	}
	if (wait(&status) < 0 || status != 0)
		fail("a child process does not see its parent's CQ");
	munmap((void *)(uintptr_t)cut, DLB_UAPI_CQ_BYTES);
	munmap((void *)(uintptr_t)moved, PAGE_BYTES);
	munmap((void *)(uintptr_t)filled, DLB_UAPI_CQ_BYTES);
}

/* A queue is unmapped from a port that holds an element of it, and mapped again. */
static void
check_remapping(struct rig *rig)
{
	struct dlb_arg_unmap_qid unmap = { .port_id = rig->ldb.id, .qid = rig->qid };
	struct dlb_arg_map_qid map = { .port_id = rig->ldb.id, .qid = rig->qid, .priority = 3 };
	struct dlb_arg_object pending = { .id = rig->ldb.id };

	rig_stuff(rig, 1);
	port_receive(&rig->ldb);
	REQUEST(rig->domain, DLB_IOC_UNMAP_QID, &unmap);
	REQUEST(rig->domain, DLB_IOC_PENDING_PORT_UNMAPS, &pending);
	if (pending.response.id != 1)
		fail("an unmap did not wait for the element in flight");
	EXPECT_REFUSED(rig->domain, DLB_IOC_UNMAP_QID, &unmap, EINVAL, DLB_ST_INVALID_QID);
	rig_complete(rig, 1);
	do {
		REQUEST(rig->domain, DLB_IOC_PENDING_PORT_UNMAPS, &pending);
	} while (pending.response.id != 0);
	REQUEST(rig->domain, DLB_IOC_MAP_QID, &map);
	rig_round_trip(rig, 1000);
}

/* A mapping keeps the domain; the port answers when its domain file is closed. */
static void
check_mapping_keeps_domain(struct rig *rig)
{
	struct dlb_arg_num_resources res = { 0 };

	close(rig->domain);
	REQUEST(rig->device, DLB_IOC_GET_NUM_RESOURCES, &res);
	if (res.num_sched_domains != 31)
		fail("the domain ended although it is mapped");
	rig_round_trip(rig, 2000);
	port_unmap(&rig->ldb);
	port_unmap(&rig->dir);
	REQUEST(rig->device, DLB_IOC_GET_NUM_RESOURCES, &res);
	if (res.num_sched_domains != 32)
		fail("the domain did not end with its last mapping");
}

/* A domain that was stopped can have more queues, up to what it owns. */
static void
check_growth(int device)
{
	struct dlb_arg_create_domain arg = { .num_ldb_queues = 2,
					     .num_ldb_ports = 1,
					     .num_dir_ports = 1,
					     .num_hist_list_entries = CQ_DEPTH,
					     .num_ldb_credits = 64,
					     .num_dir_credits = 64,
					     .num_sn_slots = { 2, 0 } };
	struct dlb_arg_ldb_queue queue = { .num_sequence_numbers = 64, .num_qid_inflights = 64 };
	struct dlb_arg_map_qid map = { 0 };
	struct dlb_arg_none none = { 0 };
	struct rig rig;

	REQUEST(device, DLB_IOC_CREATE_SCHED_DOMAIN, &arg);
	rig_fill(&rig, device, (int)arg.domain_fd);
	rig_round_trip(&rig, 0);
	EXPECT_REFUSED(rig.domain, DLB_IOC_CREATE_LDB_QUEUE, &queue, EINVAL, DLB_ST_DOMAIN_STARTED);
	REQUEST(rig.domain, DLB_IOC_STOP_DOMAIN, &none);
	REQUEST(rig.domain, DLB_IOC_CREATE_LDB_QUEUE, &queue);
	map.port_id = rig.ldb.id;
	map.qid = queue.response.id;
	REQUEST(rig.domain, DLB_IOC_MAP_QID, &map);
	EXPECT_REFUSED(rig.domain, DLB_IOC_CREATE_LDB_QUEUE, &queue, EINVAL,
		       DLB_ST_LDB_QUEUES_UNAVAILABLE);
	REQUEST(rig.domain, DLB_IOC_START_DOMAIN, &none);
	rig_round_trip(&rig, 4);
	rig.qid = map.qid;
	rig_round_trip(&rig, 8);
	rig_destroy(&rig);
}

/* Events one by one to a queue of the rig's port, until this port gets one. */
static void
expect_served(struct rig *rig, struct port *port)
{
	const double end = seconds() + PATIENCE_S;

	rig_stuff(rig, 1);
	while (seconds() < end) {
		if (port_next(port) != NULL)
			return;
		if (port_next(&rig->ldb) == NULL)
			continue;
		rig_complete(rig, 1);
		usleep(10000);
		rig_stuff(rig, 1);
	}
	fail("a queue is not mapped to a port when it could be");
}

/* A queue that is in use gets another port once it is empty, without anybody asking for it. */
static void
check_late_mapping(int device)
{
	struct dlb_arg_create_domain arg = { .num_ldb_queues = 1,
					     .num_ldb_ports = 2,
					     .num_dir_ports = 1,
					     .num_hist_list_entries = 2 * CQ_DEPTH,
					     .num_ldb_credits = 64,
					     .num_dir_credits = 64,
					     .num_sn_slots = { 1, 0 } };
	struct dlb_arg_map_qid map = { 0 };
	struct dlb_arg_none none = { 0 };
	struct port port;
	struct rig rig;

	REQUEST(device, DLB_IOC_CREATE_SCHED_DOMAIN, &arg);
	rig_fill(&rig, device, (int)arg.domain_fd);
	REQUEST(rig.domain, DLB_IOC_STOP_DOMAIN, &none);
	map.port_id = ldb_port_create(rig.domain);
	REQUEST(rig.domain, DLB_IOC_START_DOMAIN, &none);
	port = port_map(rig.domain, true, map.port_id);
	rig_stuff(&rig, 1);
	port_receive(&rig.ldb);
	map.qid = rig.qid;
	REQUEST(rig.domain, DLB_IOC_MAP_QID, &map);
	rig_complete(&rig, 1);
	expect_served(&rig, &port);
	port_unmap(&port);
	rig_destroy(&rig);
}

void
test_maps(void)
{
	int device = device_open();
	struct dlb_arg_none none = { 0 };
	struct rig rig;

	check_growth(device);
	check_late_mapping(device);
	rig_create(&rig, device);
	check_exec(&rig);
	check_lengths(&rig);
	check_pages(&rig);
	check_remapping(&rig);
	REQUEST(rig.domain, DLB_IOC_STOP_DOMAIN, &none);
	REQUEST(rig.domain, DLB_IOC_START_DOMAIN, &none);
	rig_round_trip(&rig, 1500);
	check_mapping_keeps_domain(&rig);
	close(device);
}
