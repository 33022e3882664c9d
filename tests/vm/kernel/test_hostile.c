/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A client that means no good: requests with random and with nearly right arguments, on any
 * descriptor, with buffers that end too early, mappings of any length, from several threads while
 * others close what is used. The kernel must not notice.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

#define NB_THREADS   4
#define NB_FDS	     32
#define SECONDS	     5
#define NB_PROCESSES 3

struct attack {
	int fds[NB_FDS]; /* anything; they close under each other's feet */
	void *edge;	 /* a page's end, behind which nothing is */
	double end;
	unsigned int nb_requests;
};

static uint32_t
pick(unsigned int *seed, const uint32_t *values, unsigned int nb)
{
	return values[(unsigned int)rand_r(seed) % nb];
}

/* A word as it would be in a request that is right, or nearly. */
static uint32_t
word(unsigned int *seed)
{
	static const uint32_t values[] = {
		0,  0,	0,   0,	  1,	1,	 2,	     3,		 4,	     7,
		8,  16, 31,  32,  63,	64,	 96,	     255,	 256,	     512,
		64, 64, 128, 512, 2048, 0x10001, 0x7fffffff, 0x80000000, 0xffffffff, 0xffff0000
	};

	if (rand_r(seed) % 8 == 0)
		return (uint32_t)rand_r(seed) * 3;
	return pick(seed, values, sizeof(values) / sizeof(values[0]));
}

static int
any_fd(struct attack *a, unsigned int *seed)
{
	return a->fds[(unsigned int)rand_r(seed) % NB_FDS];
}

/* Put a new descriptor in the place of another one, which is closed. */
static void
keep(struct attack *a, unsigned int *seed, int fd)
{
	int *slot = &a->fds[(unsigned int)rand_r(seed) % NB_FDS];
	int old;

	if (fd <= 2)
		return;
	old = *slot;
	*slot = fd;
	if (old > 2)
		close(old);
}

static unsigned long
any_code(unsigned int *seed)
{
	unsigned int size =
		(unsigned int)rand_r(seed) % 8 == 0 ? (unsigned int)rand_r(seed) % 300 : 104;

	return _IOC(_IOC_READ | _IOC_WRITE, DLB_IOC_MAGIC, (unsigned int)rand_r(seed) % 26, size);
}

static void
attack_by_request(struct attack *a, unsigned int *seed)
{
	unsigned long code = any_code(seed);
	uint32_t words[128];
	void *arg = words;
	int fd = any_fd(a, seed);

	for (unsigned int i = 0; i < 128; i++)
		words[i] = i < 2 ? 0 : word(seed);
	/* Blocking for long is no attack: look at something that is never as it should not be. */
	if (rand_r(seed) % 16 == 0)
		arg = (char *)a->edge - rand_r(seed) % 64;
	if (rand_r(seed) % 64 == 0)
		arg = (void *)(uintptr_t)word(seed);
	if (ioctl(fd, code, arg) == 0 && arg == words) {
		if (_IOC_NR(code) == 1)
			keep(a, seed, (int)words[2]);
		if (_IOC_NR(code) >= 16 && _IOC_NR(code) <= 19)
			keep(a, seed, (int)words[1]);
	}
}

/* A domain that is set up as it should be, to be spoilt by the others. */
static void
attack_by_domain(struct attack *a, unsigned int *seed)
{
	unsigned int status;
	int device = open("/dev/dlb0", O_RDWR);
	int domain = try_domain_create(device, 64, &status);
	struct dlb_arg_ldb_queue queue = { .num_qid_inflights = 64 };
	struct dlb_arg_ldb_port port = { .cq_depth = 8, .cq_history_list_size = 8 };
	struct dlb_arg_map_qid map = { 0 };
	struct dlb_arg_object fd;
	struct dlb_arg_none none = { 0 };

	if (domain >= 0) {
		try_request(domain, DLB_IOC_CREATE_LDB_QUEUE, &queue);
		try_request(domain, DLB_IOC_CREATE_LDB_PORT, &port);
		map.port_id = port.response.id;
		map.qid = queue.response.id;
		try_request(domain, DLB_IOC_MAP_QID, &map);
		try_request(domain, DLB_IOC_START_DOMAIN, &none);
		fd = (struct dlb_arg_object){ .id = port.response.id };
		if (try_request(domain, DLB_IOC_GET_LDB_PORT_PP_FD, &fd) == 0)
			keep(a, seed, (int)fd.response.id);
		if (try_request(domain, DLB_IOC_GET_LDB_PORT_CQ_FD, &fd) == 0)
			keep(a, seed, (int)fd.response.id);
		keep(a, seed, domain);
	}
	keep(a, seed, device);
}

static void
scribble(volatile uint64_t *at, unsigned int *seed)
{
	for (unsigned int i = 0; i < 32; i++)
		at[i % 8] = (uint64_t)rand_r(seed) << 40 | (uint64_t)rand_r(seed);
}

static void
attack_by_map(struct attack *a, unsigned int *seed)
{
	static const uint32_t lengths[] = { 4096, 4096, 65536, 65536, 8192, 1, 1 << 20 };
	size_t bytes = pick(seed, lengths, sizeof(lengths) / sizeof(lengths[0]));
	off_t offset = rand_r(seed) % 2 ? 0 : (off_t)word(seed) * 4096;
	int flags = rand_r(seed) % 4 ? MAP_SHARED : MAP_PRIVATE;
	int fd = any_fd(a, seed);
	void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, flags, fd, offset);

	if (at == MAP_FAILED)
		return;
	if (bytes == 4096 && rand_r(seed) % 2)
		scribble(at, seed);
	mremap(at, bytes, 2 * bytes, MREMAP_MAYMOVE);
	if (rand_r(seed) % 2)
		mprotect(at, bytes, PROT_NONE);
	munmap(at, bytes);
}

static void
attack_by_file(struct attack *a, unsigned int *seed)
{
	int fd = any_fd(a, seed);
	struct pollfd event = { .fd = fd, .events = POLLIN };
	uint64_t words[4] = { 0 };

	fcntl(fd, F_SETFL, O_NONBLOCK);
	switch (rand_r(seed) % 6) {
	case 0:
		(void)!read(fd, words, 16);
		break;
	case 1:
		(void)!read(fd, words, word(seed) % 32);
		break;
	case 2:
		(void)!write(fd, words, 16);
		break;
	case 3:
		poll(&event, 1, 0);
		break;
	case 4:
		lseek(fd, (off_t)word(seed), SEEK_SET);
		break;
	default:
		keep(a, seed, dup(fd));
	}
}

static void *
attack(void *arg)
{
	struct attack *a = arg;
	unsigned int seed = (unsigned int)(uintptr_t)pthread_self() ^ (unsigned int)getpid();

	while (seconds() < a->end) {
		a->nb_requests++;
		switch (rand_r(&seed) % 16) {
		case 0:
			attack_by_domain(a, &seed);
			break;
		case 1:
		case 2:
			attack_by_map(a, &seed);
			break;
		case 3:
			attack_by_file(a, &seed);
			break;
		default:
			attack_by_request(a, &seed);
		}
	}
	return NULL;
}

static void
do_nothing(int signal)
{
	(void)signal;
}

/* Threads that sleep in the kernel are woken again and again, until all have ended. */
static void
attack_process(void)
{
	struct attack a = { .end = seconds() + SECONDS };
	struct sigaction action = { .sa_handler = do_nothing };
	pthread_t threads[NB_THREADS];

	/* What the neighbour holds is not theirs: whoever holds a domain may stop it. */
	close_range(3, ~0U, 0);
	sigaction(SIGUSR1, &action, NULL);
	a.edge = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap((char *)a.edge + 4096, 4096);
	a.edge = (char *)a.edge + 4096;
	for (unsigned int i = 0; i < NB_FDS; i++)
		a.fds[i] = open("/dev/dlb0", O_RDONLY);
	for (unsigned int i = 0; i < NB_THREADS; i++)
		pthread_create(&threads[i], NULL, attack, &a);
	while (seconds() < a.end + 1) {
		usleep(10000);
		for (unsigned int i = 0; i < NB_THREADS; i++)
			pthread_kill(threads[i], SIGUSR1);
	}
	for (unsigned int i = 0; i < NB_THREADS; i++)
		pthread_join(threads[i], NULL);
	printf("%u attacks\n", a.nb_requests);
	fflush(stdout);
	_exit(0);
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
	struct rig rig;
	int status;

	/* A neighbour that must go on. */
	rig_create(&rig, device);
	for (unsigned int i = 0; i < NB_PROCESSES; i++)
		if (fork() == 0)
			attack_process();
	for (unsigned int i = 0; i < SECONDS * 20; i++) {
		rig_round_trip(&rig, i);
		usleep(50000);
	}
	for (unsigned int i = 0; i < NB_PROCESSES; i++)
		if (wait(&status) < 0 || status != 0)
			fail("an attacker ended with status 0x%x", status);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);
	settings_restore(device);
	close(device);
}
