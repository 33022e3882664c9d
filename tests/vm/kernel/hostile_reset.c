/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Resets that come upon sleepers, and upon mappings that are being made and moved. See hostile.h.
 */

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "hostile.h"

/* Two at a load-balanced CQ, of which one waits for its turn, one at a directed one, a reader. */
#define NB_SLEEPERS 4

struct sleeper {
	pthread_t thread;
	int domain;
	bool is_reader;
	struct dlb_arg_block block;
	int error;
};

static void *
sleep_on(void *arg)
{
	struct sleeper *s = arg;
	struct dlb_alert alert;

	if (!s->is_reader)
		s->error = try_request(s->domain, DLB_IOC_BLOCK_ON_CQ_INTERRUPT, &s->block);
	else if (read(s->domain, &alert, sizeof(alert)) != sizeof(alert) ||
		 alert.alert_id != DLB_ALERT_DEVICE_RESET)
		s->error = EIO;
	return NULL;
}

/* Attackers may have taken everything; they do not keep anything for long. */
static int
small_domain_create(int device)
{
	struct dlb_arg_create_domain arg;

	do {
		arg = (struct dlb_arg_create_domain){ .num_ldb_ports = 1,
						      .num_dir_ports = 1,
						      .num_hist_list_entries = 8 };
	} while (try_request(device, DLB_IOC_CREATE_SCHED_DOMAIN, &arg) != 0);
	return (int)arg.domain_fd;
}

/* A port's file alone keeps its domain alive. */
static void
map_orphan(int device)
{
	struct dlb_arg_dir_port dir = { .cq_depth = 8, .queue_id = -1 };
	int domain = small_domain_create(device), fd;

	REQUEST(domain, DLB_IOC_CREATE_DIR_PORT, &dir);
	fd = port_file(domain, DLB_IOC_GET_DIR_PORT_CQ_FD, dir.response.id);
	close(domain);
	map_without_domain(fd, DLB_UAPI_CQ_BYTES);
	close(fd);
}

static void
sleepers_start(struct sleeper *sleepers, int domain, uint32_t ldb, uint32_t dir)
{
	static const struct dlb_qe nothing;

	for (unsigned int i = 0; i < NB_SLEEPERS; i++) {
		sleepers[i] = (struct sleeper){ .domain = domain,
						.is_reader = i == 3,
						.block = { .port_id = i == 2 ? dir : ldb,
							   .is_ldb = i != 2,
							   .arm = i % 2,
							   .cq_gen = 1,
							   .cq_va = (uintptr_t)&nothing } };
		if (pthread_create(&sleepers[i].thread, NULL, sleep_on, &sleepers[i]) != 0)
			fail("no thread");
	}
}

/* Who came too late finds that there is no domain. Returns how many slept. */
static unsigned int
sleepers_join(struct sleeper *sleepers)
{
	struct timespec limit;
	unsigned int nb_slept = 0;

	clock_gettime(CLOCK_REALTIME, &limit);
	limit.tv_sec += 30;
	for (unsigned int i = 0; i < NB_SLEEPERS; i++) {
		if (pthread_timedjoin_np(sleepers[i].thread, NULL, &limit) != 0)
			fail("sleeper %u does not wake when its domain has ended", i);
		if (sleepers[i].is_reader
			    ? sleepers[i].error != 0
			    : sleepers[i].error != EINTR && sleepers[i].error != EINVAL)
			fail("sleeper %u: %s", i, strerror(sleepers[i].error));
		nb_slept += sleepers[i].error == EINTR;
	}
	return nb_slept;
}

static void
expect_gone(struct attacker *me, volatile uint64_t *at, const char *what)
{
	sigjmp_buf gone;

	if (sigsetjmp(gone, 1) == 0) {
		me->on_bus_error = &gone;
		(void)*at;
		fail("%s can be read after a reset", what);
	}
	me->on_bus_error = NULL;
}

/* Moves a mapping to and fro, and makes another one again and again, while a reset takes both. */
struct mover {
	pthread_t thread;
	int fd;
	void *moved;
	void *made;
	atomic_bool stop;
};

static void *
be_mover(void *arg)
{
	struct mover *m = arg;
	void *made;

	do {
		/* The kernel reads a name there, and finds pages or none; a thread would be killed. */
		access(m->moved, F_OK);
		access(m->made, F_OK);
		m->moved = map_move(m->moved, DLB_UAPI_CQ_BYTES);
		made = map_as_told(m->fd, DLB_UAPI_CQ_BYTES, 0);
		if (made != NULL) {
			munmap(m->made, DLB_UAPI_CQ_BYTES);
			m->made = made;
		}
	} while (!m->stop);
	return NULL;
}

static void
mover_start(struct mover *m, int fd)
{
	*m = (struct mover){ .fd = fd,
			     .moved = map_as_told(fd, DLB_UAPI_CQ_BYTES, 0),
			     .made = map_as_told(fd, DLB_UAPI_CQ_BYTES, 0) };
	if (m->moved == NULL || m->made == NULL ||
	    pthread_create(&m->thread, NULL, be_mover, m) != 0)
		fail("nothing to move");
}

static void
mover_stop(struct attacker *me, struct mover *m)
{
	m->stop = true;
	pthread_join(m->thread, NULL);
	expect_gone(me, m->moved, "what was being moved");
	expect_gone(me, m->made, "what was being mapped");
	munmap(m->moved, DLB_UAPI_CQ_BYTES);
	munmap(m->made, DLB_UAPI_CQ_BYTES);
}

unsigned int
reset_once(struct attacker *me, int device)
{
	struct dlb_arg_ldb_port ldb = { .cq_depth = 8,
					.cq_history_list_size = 8,
					.cos_id = DLB_UAPI_ANY_COS };
	struct dlb_arg_dir_port dir = { .cq_depth = 8, .queue_id = -1 };
	struct sleeper sleepers[NB_SLEEPERS];
	struct mover mover;
	int domain;
	unsigned int nb_slept;
	int fds[2];
	void *maps[2];

	map_orphan(device);
	domain = small_domain_create(device);
	REQUEST(domain, DLB_IOC_CREATE_LDB_PORT, &ldb);
	REQUEST(domain, DLB_IOC_CREATE_DIR_PORT, &dir);
	fds[0] = port_file(domain, DLB_IOC_GET_LDB_PORT_PP_FD, ldb.response.id);
	fds[1] = port_file(domain, DLB_IOC_GET_DIR_PORT_CQ_FD, dir.response.id);
	maps[0] = map_as_told(fds[0], DLB_UAPI_PP_BYTES, (off_t)any_word(me) * 4096);
	maps[1] = map_as_told(fds[1], DLB_UAPI_CQ_BYTES, (off_t)any_word(me) * 4096);
	if (maps[0] == NULL || maps[1] == NULL)
		fail("no mappings");
	mover_start(&mover, fds[1]);
	sleepers_start(sleepers, domain, ldb.response.id, dir.response.id);
	usleep(below(me, 20000));
	device_reset();
	nb_slept = sleepers_join(sleepers);
	mover_stop(me, &mover);
	expect_gone(me, maps[0], "a producer port");
	expect_gone(me, maps[1], "a consumer queue");
	map_after_reset(fds[0], DLB_UAPI_PP_BYTES);
	map_after_reset(fds[1], DLB_UAPI_CQ_BYTES);
	munmap(maps[0], DLB_UAPI_PP_BYTES);
	munmap(maps[1], DLB_UAPI_CQ_BYTES);
	close(fds[0]);
	close(fds[1]);
	close(domain);
	return nb_slept;
}
