/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Attackers: the threads of a process, what they do to its descriptors, and the domains that they set
 * up and spoil for each other. See hostile.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostile.h"

#define NB_THREADS  4
#define NB_SLEEPERS 2

uint32_t
below(struct attacker *me, uint32_t nb)
{
	return (uint32_t)rand_r(&me->seed) % nb;
}

uint32_t
any_word(struct attacker *me)
{
	static const uint32_t words[] = {
		0,  1,	2,   3,	  4,	7,	 8,	     16,	 31,	     32,
		63, 64, 96,  255, 256,	512,	 1024,	     2048,	 2049,	     4096,
		64, 95, 128, 127, 4095, 0x10001, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff0000
	};

	if (below(me, 8) == 0)
		return (uint32_t)rand_r(&me->seed) * 3;
	return words[below(me, sizeof(words) / sizeof(words[0]))];
}

/* --- descriptors -------------------------------------------------------------------------------- */

/*
 * Device files have numbers that nothing else can get: a request that was meant for a domain would be
 * another one there. The first is never closed.
 */
#define FIRST_DEVICE 60
#define NB_DEVICES   3
#define MAX_FDS	     (FIRST_DEVICE + NB_DEVICES)

static const struct {
	unsigned int first;
	unsigned int nb;
} places[] = {
	[DEVICES] = { 0, NB_DEVICES },
	[PORTS] = { 3, 3 },
	[OTHERS] = { 6, 2 },
	[DOMAINS] = { 8, 8 },
};

struct slot *
any_slot(struct attacker *me, enum files files)
{
	return &me->process->slots[places[files].first + below(me, places[files].nb)];
}

struct slot *
keep(struct attacker *me, enum files files, int fd)
{
	struct slot *slot = any_slot(me, files);
	int old = atomic_exchange(&slot->fd, fd);

	if (old > STDERR_FILENO && old < FIRST_DEVICE)
		close(old);
	return slot;
}

/* No number is left for a descriptor. In the end all are closed, also what was given to somebody who
 * had no room for the answer. */
static void
attack_without_numbers(struct attacker *me)
{
	int fd = eventfd(0, EFD_NONBLOCK);

	while (dup(fd) >= 0)
		;
	for (unsigned int i = 0; i < 32; i++)
		attack_by_request(me);
	close_range(STDERR_FILENO + 1, FIRST_DEVICE - 1, 0);
}

static void
attack_by_close(struct attacker *me)
{
	int device = FIRST_DEVICE + 1 + (int)below(me, NB_DEVICES - 1);

	switch (below(me, 32)) {
	case 0:
		attack_without_numbers(me);
		break;
	case 1:
	case 2:
		close(device);
		break;
	case 3:
	case 4:
	case 5:
		dup2(FIRST_DEVICE, device);
		break;
	case 6:
	case 7:
	case 8:
	case 9:
		keep(me, DOMAINS, -1);
		break;
	default:
		keep(me, OTHERS, eventfd(0, EFD_NONBLOCK));
	}
}

/* --- what files can do -------------------------------------------------------------------------- */

static void
attack_by_file(struct attacker *me)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = any_slot(me, (enum files)below(me, NB_FILES))->fd;
	uint64_t words[4] = { 0 };

	/* Who reads may sleep, until a signal comes. */
	switch (below(me, 8)) {
	case 0:
		(void)!read(fd, words, 16);
		break;
	case 1:
		(void)!read(fd, words, below(me, 32));
		break;
	case 2:
		(void)!read(fd, me->end - 8, 16);
		break;
	case 3:
		(void)!write(fd, words, 16);
		break;
	case 4:
		lseek(fd, (off_t)any_word(me), SEEK_SET);
		break;
	case 5:
		fcntl(fd, F_SETFL, below(me, 2) ? O_NONBLOCK : 0);
		break;
	case 6:
		epoll_ctl(any_slot(me, OTHERS)->fd, EPOLL_CTL_ADD, fd, &event);
		epoll_wait(any_slot(me, OTHERS)->fd, &event, 1, 0);
		break;
	default:
		fd = any_slot(me, below(me, 2) ? DOMAINS : PORTS)->fd;
		keep(me, OTHERS, below(me, 4) ? dup(fd) : epoll_create1(0));
	}
}

/* --- a domain that works ------------------------------------------------------------------------ */

static volatile uint8_t *
try_pp_map(struct attacker *me, int domain, const struct port *port)
{
	struct dlb_arg_object arg = { .id = port->id };
	unsigned long code = port->is_ldb ? DLB_IOC_GET_LDB_PORT_PP_FD : DLB_IOC_GET_DIR_PORT_PP_FD;
	void *at;

	if (try_request(domain, code, &arg) != 0)
		return NULL;
	at = map_as_told((int)arg.response.id, DLB_UAPI_PP_BYTES, (off_t)below(me, 2) * 4096);
	close((int)arg.response.id);
	return at;
}

/* All that the domain can have; its slot is told. */
static bool
try_fill(struct slot *slot, int domain)
{
	struct dlb_arg_ldb_queue queue = { .num_qid_inflights = 32 };
	struct dlb_arg_ldb_port ldb = { .cq_depth = 8,
					.cq_depth_threshold = 1,
					.cq_history_list_size = 8,
					.cos_id = DLB_UAPI_ANY_COS };
	struct dlb_arg_dir_port dir = { .cq_depth = 8, .cq_depth_threshold = 1, .queue_id = -1 };
	struct dlb_arg_dir_queue dir_queue = { 0 };
	struct dlb_arg_map_qid map = { 0 };
	struct dlb_arg_none none = { 0 };

	if (try_request(domain, DLB_IOC_CREATE_LDB_QUEUE, &queue) != 0 ||
	    try_request(domain, DLB_IOC_CREATE_LDB_PORT, &ldb) != 0 ||
	    try_request(domain, DLB_IOC_CREATE_DIR_PORT, &dir) != 0)
		return false;
	dir_queue.port_id = (int)dir.response.id;
	slot->ids[DIR_PORT] = dir.response.id;
	slot->ids[LDB_PORT] = map.port_id = ldb.response.id;
	slot->ids[LDB_QUEUE] = map.qid = queue.response.id;
	return try_request(domain, DLB_IOC_CREATE_DIR_QUEUE, &dir_queue) == 0 &&
	       try_request(domain, DLB_IOC_MAP_QID, &map) == 0 &&
	       try_request(domain, DLB_IOC_START_DOMAIN, &none) == 0;
}

/* Events on their way, whose interrupts go to an eventfd that nobody may have any more. */
static void
send_events(struct attacker *me, int domain, const struct port *port, unsigned int qid)
{
	struct dlb_line arm = { .hcw[0] = { .cmd = DLB_CMD_ARM } };
	struct dlb_line event = { .hcw[0] = { .qid = (uint8_t)qid,
					      .type_prio = port->is_ldb ? DLB_SCHED_UNORDERED
									: DLB_SCHED_DIRECTED,
					      .cmd = DLB_CMD_NEW } };
	struct dlb_arg_cq_eventfd arg = {
		.port_id = port->id,
		.process_id = (uint32_t)getpid(),
		.event_fd = (uint32_t)eventfd(0, EFD_NONBLOCK),
		.is_ldb = port->is_ldb,
	};
	sigjmp_buf gone;

	try_request(domain, DLB_IOC_ENABLE_CQ_EPOLL, &arg);
	keep(me, OTHERS, (int)arg.event_fd);
	if (below(me, 2))
		keep(me, OTHERS, -1);
	if (sigsetjmp(gone, 1) == 0) {
		me->on_bus_error = &gone;
		for (unsigned int i = 0; i < 4; i++) {
			port_send(port, &arm);
			port_send(port, &event);
		}
	}
	me->on_bus_error = NULL;
}

static void
move_events(struct attacker *me, const struct slot *slot, int domain)
{
	bool is_ldb = below(me, 2);
	struct port port = { .is_ldb = is_ldb, .id = slot->ids[is_ldb ? LDB_PORT : DIR_PORT] };

	port.pp = try_pp_map(me, domain, &port);
	if (port.pp == NULL)
		return;
	send_events(me, domain, &port, slot->ids[is_ldb ? LDB_QUEUE : DIR_PORT]);
	munmap((void *)(uintptr_t)port.pp, DLB_UAPI_PP_BYTES);
}

/* Others see it, too. */
static void
attack_by_domain(struct attacker *me)
{
	struct dlb_arg_none none = { 0 };
	unsigned int status;
	int domain = try_domain_create(FIRST_DEVICE, 64, &status);
	struct slot *slot;

	if (domain < 0)
		return;
	slot = keep(me, DOMAINS, domain);
	if (try_fill(slot, domain))
		move_events(me, slot, domain);
	if (below(me, 2))
		try_request(domain, DLB_IOC_STOP_DOMAIN, &none);
}

/* --- sleepers ----------------------------------------------------------------------------------- */

/* Let somebody find an element where it waits, or nobody. */
static void
attack_by_element(struct attacker *me)
{
	me->process->entries[below(me, NB_ENTRIES)].status = below(me, 2) ? DLB_QE_GEN : 0;
}

/* A child that sleeps in the kernel, when all else that its domain has may be gone, and is killed. */
static void
attack_by_child(struct attacker *me)
{
	struct slot *slot = any_slot(me, DOMAINS);
	struct dlb_arg_block block = { .port_id = slot->ids[LDB_PORT],
				       .is_ldb = 1,
				       .cq_gen = 1,
				       .cq_va = (uintptr_t)&me->process->entries[0] };
	pid_t parent = getpid(), pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		if (getppid() == parent)
			try_request(slot->fd, DLB_IOC_BLOCK_ON_CQ_INTERRUPT, &block);
		_exit(0);
	}
	if (pid < 0)
		return;
	usleep(below(me, 2000));
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* --- attackers ---------------------------------------------------------------------------------- */

static __thread struct attacker *attacker;

static void
on_bus_error(int signal)
{
	(void)signal;
	if (attacker == NULL || attacker->on_bus_error == NULL)
		fail("a bus error of nobody's");
	siglongjmp(*attacker->on_bus_error, 1);
}

void
bus_errors_catch(struct attacker *me)
{
	struct sigaction action = { .sa_handler = on_bus_error, .sa_flags = SA_NODEFER };

	attacker = me;
	sigaction(SIGBUS, &action, NULL);
}

static void
do_nothing(int signal)
{
	(void)signal;
}

/* One page twice, of which one can only be read, each with nothing behind it. */
static void
pages_map(struct attacker *me)
{
	uint8_t *at = mmap(NULL, 4 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = memfd_create("arguments", 0);

	if (at == MAP_FAILED || fd < 0 || ftruncate(fd, 4096) != 0)
		fail("no memory");
	mmap(at, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, fd, 0);
	mmap(at + 2 * 4096, 4096, PROT_READ, MAP_SHARED | MAP_FIXED, fd, 0);
	close(fd);
	me->end = at + 4096;
	me->end_readable = at + 3 * 4096;
}

static void
attack_somehow(struct attacker *me)
{
	switch (below(me, 256)) {
	case 0:
		attack_by_child(me);
		break;
	case 1 ... 3:
		attack_by_domain(me);
		break;
	case 4 ... 8:
		attack_by_close(me);
		break;
	case 9 ... 16:
		attack_by_file(me);
		break;
	case 17 ... 32:
		attack_by_element(me);
		break;
	case 33 ... 64:
		attack_by_map(me);
		break;
	default:
		attack_by_request(me);
	}
	shared->nb_attacks++;
}

static void *
attack(void *arg)
{
	bus_errors_catch(arg);
	for (;;)
		attack_somehow(arg);
	return NULL;
}

/* One whom no signal wakes. */
static void *
sleep_on(void *arg)
{
	struct attacker *me = arg;
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	pthread_sigmask(SIG_BLOCK, &signals, NULL);
	for (;;) {
		struct slot *slot = any_slot(me, DOMAINS);
		bool is_ldb = below(me, 2);
		struct dlb_arg_block block = {
			.port_id = slot->ids[is_ldb ? LDB_PORT : DIR_PORT],
			.is_ldb = is_ldb,
			.arm = below(me, 2) != 0,
			.cq_gen = 1,
			.cq_va = (uintptr_t)&me->process->entries[below(me, NB_ENTRIES)],
		};

		try_request(slot->fd, DLB_IOC_BLOCK_ON_CQ_INTERRUPT, &block);
		usleep(1000);
	}
	return NULL;
}

static void
slots_open(struct attack *process)
{
	int device;

	/* What the neighbour holds is not theirs: whoever holds a domain may stop it. */
	close_range(STDERR_FILENO + 1, ~0U, 0);
	device = open("/dev/dlb0", O_RDONLY);
	for (unsigned int i = 0; i < NB_SLOTS; i++)
		process->slots[i].fd = -1;
	for (int i = 0; i < NB_DEVICES; i++)
		process->slots[i].fd = dup2(device, FIRST_DEVICE + i);
	if (process->slots[NB_DEVICES - 1].fd != MAX_FDS - 1)
		fail("no device");
	close(device);
	setrlimit(RLIMIT_NOFILE, &(struct rlimit){ MAX_FDS, MAX_FDS });
}

/* Opening comes from a process of its own, as the descriptor it gets may be any number. */
static void
open_now_and_then(pid_t parent)
{
	if (fork() != 0)
		return;
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	close_range(STDERR_FILENO + 1, ~0U, 0);
	while (getppid() == parent) {
		close(open("/dev/dlb0", O_RDWR));
		usleep(20000);
	}
	_exit(0);
}

/* Those who sleep in the kernel are woken again and again, until all are killed. */
void
attack_process(void)
{
	static struct attack process;
	static struct attacker attackers[NB_THREADS + NB_SLEEPERS];
	struct sigaction nothing = { .sa_handler = do_nothing };
	pthread_t threads[NB_THREADS + NB_SLEEPERS];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	slots_open(&process);
	open_now_and_then(getpid());
	sigaction(SIGUSR1, &nothing, NULL);
	process.entries =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned int i = 0; i < NB_THREADS + NB_SLEEPERS; i++) {
		attackers[i] = (struct attacker){ .process = &process,
						  .seed = (unsigned int)getpid() << 8 | i };
		pages_map(&attackers[i]);
	}
	for (unsigned int i = 0; i < NB_THREADS + NB_SLEEPERS; i++)
		pthread_create(&threads[i], NULL, i < NB_THREADS ? attack : sleep_on,
			       &attackers[i]);
	for (;;) {
		usleep(below(&attackers[0], 4000));
		pthread_kill(threads[below(&attackers[0], NB_THREADS)], SIGUSR1);
	}
}
