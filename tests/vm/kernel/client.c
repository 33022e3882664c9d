/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A small client of /dev/dlbN. See client.h.
 */

#include <emmintrin.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "client.h"

void
fail(const char *format, ...)
{
	va_list args;

	fputs("FAIL: ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	_exit(1);
}

int
try_request(int fd, unsigned long code, void *arg)
{
	return ioctl(fd, code, arg) < 0 ? errno : 0;
}

void
request(int fd, unsigned long code, void *arg, const char *name)
{
	int error = try_request(fd, code, arg);

	if (error != 0)
		fail("%s: %s, status %u", name, strerror(error),
		     ((struct dlb_response *)arg)->status);
}

void
expect_refused(int fd, unsigned long code, void *arg, int error, unsigned int status,
	       const char *name)
{
	int got = try_request(fd, code, arg);
	unsigned int got_status = ((struct dlb_response *)arg)->status;

	if (got != error || got_status != status)
		fail("%s: error %d and status %u, not %d and %u", name, got, got_status, error,
		     status);
}

double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

void
write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY);

	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		fail("writing %s to %s: %s", text, path, strerror(errno));
	close(fd);
}

void
device_reset(void)
{
	write_file("/sys/bus/pci/devices/" DEVICE_FUNCTION "/reset", "1");
}

/* It goes out over the console, and there the answer comes from. */
void
device_fault(const char *format, ...)
{
	char answer[256];
	va_list args;

	fputs("vm: fault ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	fflush(stdout);
	if (fgets(answer, sizeof(answer), stdin) == NULL || strcmp(answer, "ok\n") != 0)
		fail("no such fault");
}

/* --- making ---------------------------------------------------------------------------------- */

int
device_open(void)
{
	int fd = open("/dev/dlb0", O_RDWR | O_CLOEXEC);

	if (fd < 0)
		fail("/dev/dlb0: %s", strerror(errno));
	return fd;
}

bool
is_v25(int device)
{
	struct dlb_arg_none version = { 0 };

	REQUEST(device, DLB_IOC_GET_DEVICE_VERSION, &version);
	return version.response.id == 0x300;
}

int
try_domain_create(int device, unsigned int nb_credits, unsigned int *status)
{
	struct dlb_arg_create_domain arg = {
		.num_ldb_queues = 1,
		.num_ldb_ports = 1,
		.num_dir_ports = 1,
		.num_atomic_inflights = 64,
		.num_hist_list_entries = CQ_DEPTH,
		.num_ldb_credits = nb_credits,
		.num_dir_credits = nb_credits / 2,
		.num_sn_slots = { 1, 0 },
	};
	int error = try_request(device, DLB_IOC_CREATE_SCHED_DOMAIN, &arg);

	*status = arg.response.status;
	return error != 0 ? -error : (int)arg.domain_fd;
}

int
port_file(int domain, unsigned long code, unsigned int id)
{
	struct dlb_arg_object arg = { .id = id };

	REQUEST(domain, code, &arg);
	return (int)arg.response.id;
}

static void *
map(int domain, unsigned long code, unsigned int id, size_t bytes)
{
	int fd = port_file(domain, code, id);
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);

	if (at == MAP_FAILED)
		fail("mmap of %zu bytes of port %u: %s", bytes, id, strerror(errno));
	close(fd);
	return at;
}

struct port
port_map(int domain, bool is_ldb, unsigned int id)
{
	return (struct port){
		.is_ldb = is_ldb,
		.id = id,
		.pp = map(domain, is_ldb ? DLB_IOC_GET_LDB_PORT_PP_FD : DLB_IOC_GET_DIR_PORT_PP_FD,
			  id, DLB_UAPI_PP_BYTES),
		.ring = map(domain,
			    is_ldb ? DLB_IOC_GET_LDB_PORT_CQ_FD : DLB_IOC_GET_DIR_PORT_CQ_FD, id,
			    DLB_UAPI_CQ_BYTES),
		.gen = 1,
	};
}

void
port_unmap(struct port *port)
{
	munmap((void *)(uintptr_t)port->pp, DLB_UAPI_PP_BYTES);
	munmap((void *)(uintptr_t)port->ring, DLB_UAPI_CQ_BYTES);
}

unsigned int
ldb_port_create(int domain)
{
	struct dlb_arg_ldb_port port = { .cq_depth = CQ_DEPTH,
					 .cq_depth_threshold = 1,
					 .cq_history_list_size = CQ_DEPTH,
					 .cos_id = DLB_UAPI_ANY_COS };

	REQUEST(domain, DLB_IOC_CREATE_LDB_PORT, &port);
	return port.response.id;
}

void
rig_fill(struct rig *rig, int device, int domain)
{
	struct dlb_arg_ldb_queue queue = { .num_sequence_numbers = 64,
					   .num_qid_inflights = 64,
					   .depth_threshold = 256 };
	struct dlb_arg_dir_port dir = { .cq_depth = CQ_DEPTH,
					.cq_depth_threshold = 1,
					.queue_id = -1 };
	struct dlb_arg_dir_queue dir_queue = { .depth_threshold = 256 };
	struct dlb_arg_map_qid map_qid = { 0 };
	struct dlb_arg_none none = { 0 };

	rig->device = device;
	rig->domain = domain;
	REQUEST(domain, DLB_IOC_CREATE_LDB_QUEUE, &queue);
	rig->qid = queue.response.id;
	map_qid.port_id = ldb_port_create(domain);
	REQUEST(domain, DLB_IOC_CREATE_DIR_PORT, &dir);
	dir_queue.port_id = (int)dir.response.id;
	REQUEST(domain, DLB_IOC_CREATE_DIR_QUEUE, &dir_queue);
	map_qid.qid = rig->qid;
	REQUEST(domain, DLB_IOC_MAP_QID, &map_qid);
	rig->ldb = port_map(domain, true, map_qid.port_id);
	rig->dir = port_map(domain, false, dir.response.id);
	REQUEST(domain, DLB_IOC_START_DOMAIN, &none);
}

void
rig_create(struct rig *rig, int device)
{
	unsigned int status;
	int domain = try_domain_create(device, 512, &status);

	if (domain < 0)
		fail("DLB_IOC_CREATE_SCHED_DOMAIN: %s, status %u", strerror(-domain), status);
	rig_fill(rig, device, domain);
}

void
rig_destroy(struct rig *rig)
{
	port_unmap(&rig->ldb);
	port_unmap(&rig->dir);
	close(rig->domain);
}

/* --- moving events --------------------------------------------------------------------------- */

const struct dlb_qe *
port_next(struct port *port)
{
	const struct dlb_qe *qe = port->ring + 4 * (port->index % CQ_DEPTH);
	uint8_t status = *(volatile const uint8_t *)&qe->status;

	if ((status & DLB_QE_GEN) != port->gen)
		return NULL;
	_mm_lfence();
	if (++port->index % CQ_DEPTH == 0)
		port->gen ^= 1;
	return qe;
}

uint64_t
port_receive(struct port *port)
{
	for (unsigned int i = 0; i < 10000; i++) {
		for (unsigned int spin = 0; spin < 100; spin++) {
			const struct dlb_qe *qe = port_next(port);

			if (qe != NULL)
				return qe->data;
		}
		usleep(1000);
	}
	fail("element %u of %s port %u did not come", port->index, port->is_ldb ? "LDB" : "DIR",
	     port->id);
}

void
port_send(const struct port *port, const struct dlb_line *line)
{
	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++) {
		if (line->hcw[i].cmd == DLB_CMD_NOOP)
			continue;
		_mm_stream_si128((__m128i *)(uintptr_t)port->pp,
				 _mm_loadu_si128((const __m128i *)(const void *)&line->hcw[i]));
		_mm_sfence();
	}
}

void
rig_round_trip(struct rig *rig, uint64_t first)
{
	struct dlb_line line = { 0 };

	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++)
		line.hcw[i] = (struct dlb_hcw){ .data = first + i,
						.qid = (uint8_t)rig->qid,
						.type_prio = DLB_SCHED_ORDERED,
						.cmd = DLB_CMD_NEW };
	port_send(&rig->dir, &line);
	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++)
		line.hcw[i] = (struct dlb_hcw){ .data = port_receive(&rig->ldb) + 1,
						.qid = (uint8_t)rig->dir.id,
						.type_prio = DLB_SCHED_DIRECTED,
						.cmd = DLB_CMD_FWD_T };
	port_send(&rig->ldb, &line);
	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++) {
		uint64_t data = port_receive(&rig->dir);

		if (data != first + i + 1)
			fail("event %llu came as %llu", (unsigned long long)first + i,
			     (unsigned long long)data - 1);
	}
	line = (struct dlb_line){ .hcw[0] = { .lock_id = 3, .cmd = DLB_CMD_BAT_T } };
	port_send(&rig->dir, &line);
}

void
rig_stuff(struct rig *rig, unsigned int nb)
{
	struct dlb_line line = { .hcw[0] = { .qid = (uint8_t)rig->qid,
					     .type_prio = DLB_SCHED_ORDERED,
					     .cmd = DLB_CMD_NEW } };

	for (unsigned int i = 0; i < nb; i++)
		port_send(&rig->dir, &line);
}

void
rig_complete(const struct rig *rig, unsigned int nb)
{
	const struct dlb_line line = { .hcw[0] = { .cmd = DLB_CMD_COMP_T } };

	for (unsigned int i = 0; i < nb; i++)
		port_send(&rig->ldb, &line);
}
