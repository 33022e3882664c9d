/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fake_kernel.h"

/* Descriptors that the real kernel does not give. */
#define FD_DEVICE 5000
#define FD_DOMAIN 5001
#define FD_PP	  5002
#define FD_CQ	  5003

/* Ids are no numbers from 0, and no two kinds look alike. */
#define FIRST_DIR_ID 40
#define FIRST_QID    9

struct fake_kernel fake;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t has_alert = PTHREAD_COND_INITIALIZER;
static struct fake_alert {
	struct dlb_alert alert;
	int ret;
	int error;
} alerts[16];
static unsigned int nb_alerts, nb_read;
static uint32_t next_ldb, next_dir, next_qid;

int
__real_open64(const char *path, int flags, ...);
ssize_t
__real_read(int fd, void *buf, size_t len);
void *
__real_mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int
__real_munmap(void *addr, size_t len);
int
__real_fcntl64(int fd, int cmd, ...);

int
__wrap_open64(const char *path, int flags, ...);
int
__real_close(int fd);
int
__wrap_close(int fd);
ssize_t
__wrap_read(int fd, void *buf, size_t len);
void *
__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t offset);
int
__wrap_munmap(void *addr, size_t len);
int
__wrap_ioctl(int fd, unsigned long code, void *arg);
int
__wrap_fcntl64(int fd, int cmd, int arg);

int
__real_eventfd(unsigned int count, int flags);
int
__wrap_eventfd(unsigned int count, int flags);
void *
__real_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new);
void *
__wrap_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new);
void
fake_kernel_reset(void)
{
	fake = (struct fake_kernel){
		.version = 0x300,
		.poll_mode = DLB_UAPI_CQ_SPARSE,
		.eventfd = -1,
		.sns_per_queue = { 256, 256 },
		.left = { .num_sched_domains = 32,
			  .num_ldb_queues = 32,
			  .num_ldb_ports = 64,
			  .num_dir_ports = 96,
			  .num_atomic_inflights = 2048,
			  .num_hist_list_entries = 2048,
			  .max_contiguous_hist_list_entries = 2048,
			  .num_ldb_credits = 16384,
			  .num_sn_slots = { 4, 4 } },
	};
	nb_alerts = 0;
	nb_read = 0;
	next_ldb = FAKE_FIRST_LDB_ID;
	next_dir = FIRST_DIR_ID;
	next_qid = FIRST_QID;
}

const void *
fake_kernel_request(unsigned long code, unsigned int nth)
{
	for (unsigned int i = 0; i < fake.nb_requests; i++)
		if (fake.requests[i].code == code && nth-- == 0)
			return fake.requests[i].arg;
	return NULL;
}

static void
add_alert(const struct fake_alert *alert)
{
	pthread_mutex_lock(&lock);
	alerts[nb_alerts++ % 16] = *alert;
	pthread_cond_signal(&has_alert);
	pthread_mutex_unlock(&lock);
}

void
fake_kernel_alert(uint64_t id, uint64_t aux)
{
	add_alert(&(struct fake_alert){
		.alert = { .alert_id = id, .aux_data = aux },
		.ret = sizeof(struct dlb_alert),
	});
}

void
fake_kernel_alert_fails(int ret, int error)
{
	add_alert(&(struct fake_alert){ .ret = ret, .error = error });
}

bool
fake_is_broken(enum fake_function function)
{
	return atomic_load(&fake.broken) == function;
}

bool
fake_fails(enum fake_function function)
{
	if (++fake.nb_calls == fake.fail_at) {
		fake.failed = function;
		return true;
	}
	return fake_is_broken(function);
}

int
__wrap_open64(const char *path, int flags, ...)
{
	if (strcmp(path, FAKE_NODE) != 0)
		return __real_open64(path, flags, 0600);
	if (fake.open_error != 0 || fake_fails(FAKE_OPEN)) {
		errno = fake.open_error != 0 ? fake.open_error : EMFILE;
		return -1;
	}
	fake.nb_open++;
	fake.nb_inherited += (flags & O_CLOEXEC) == 0;
	return FD_DEVICE;
}

int
__wrap_close(int fd)
{
	if (fd == fake.eventfd)
		fake.eventfd = -1;
	if (fd < FD_DEVICE)
		return __real_close(fd);
	fake.nb_open--;
	return 0;
}

int
__wrap_fcntl64(int fd, int cmd, int arg)
{
	if (fd < FD_DEVICE)
		return __real_fcntl64(fd, cmd, arg);
	fake.nb_inherited -= cmd == F_SETFD && arg == FD_CLOEXEC;
	return 0;
}

static ssize_t
read_eventfd(int fd, void *buf, size_t len)
{
	atomic_fetch_add(&fake.nb_eventfd_reads, 1);
	if (!fake_is_broken(FAKE_INTR_READ))
		return __real_read(fd, buf, len);
	errno = EAGAIN;
	return -1;
}

ssize_t
__wrap_read(int fd, void *buf, size_t len)
{
	struct fake_alert *next;

	if (fd != FD_DOMAIN)
		return read_eventfd(fd, buf, len);
	pthread_mutex_lock(&lock);
	if (CPU_COUNT(&fake.reader_cpus) == 0)
		sched_getaffinity(0, sizeof(fake.reader_cpus), &fake.reader_cpus);
	while (nb_read == nb_alerts)
		pthread_cond_wait(&has_alert, &lock);
	next = &alerts[nb_read++ % 16];
	memcpy(buf, &next->alert, sizeof(next->alert));
	pthread_mutex_unlock(&lock);
	errno = next->error;
	return len == sizeof(next->alert) ? next->ret : -1;
}

static void *
map_failed(int error)
{
	errno = error;
	return MAP_FAILED;
}

/* What is to take the place of a port. */
static void *
map_nothing(size_t len, int prot, int flags)
{
	if (fake_is_broken(FAKE_MMAP_NOTHING))
		return map_failed(ENOMEM);
	fake.nb_mapped++;
	return __real_mmap64(NULL, len, prot, flags, -1, 0);
}

/* The lengths are those of the interface, to the byte. */
void *
__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (fd == -1)
		return map_nothing(len, prot, flags);
	if (fd < FD_DEVICE)
		return __real_mmap64(addr, len, prot, flags, fd, offset);
	if (len != (fd == FD_CQ ? DLB_UAPI_CQ_BYTES : DLB_UAPI_PP_BYTES) || fd < FD_PP ||
	    offset != 0 || (flags & MAP_SHARED) == 0 || fake_fails(FAKE_MMAP))
		return map_failed(EINVAL);
	fake.map_address = addr;
	if (addr != NULL && ((flags & MAP_FIXED_NOREPLACE) == 0 || fake.map_error != 0))
		return map_failed(fake.map_error);
	fake.nb_mapped++;
	return __real_mmap64(NULL, len, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

int
__wrap_munmap(void *addr, size_t len)
{
	if (len == DLB_UAPI_PP_BYTES || len == DLB_UAPI_CQ_BYTES)
		fake.nb_mapped--;
	return __real_munmap(addr, len);
}

/* Of two mappings there is one. */
void *
__wrap_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new)
{
	if (fake_is_broken(FAKE_MREMAP))
		return map_failed(ENOMEM);
	fake.nb_mapped--;
	return __real_mremap(old, old_len, new_len, flags, new);
}

int
__wrap_eventfd(unsigned int count, int flags)
{
	/* EAL's thread may not wait in a read. */
	if (fake_fails(FAKE_EVENTFD) || (flags & EFD_NONBLOCK) == 0) {
		errno = EMFILE;
		return -1;
	}
	fake.nb_inherited += (flags & EFD_CLOEXEC) == 0;
	fake.eventfd = __real_eventfd(count, flags);
	return fake.eventfd;
}

static int
give_file(uint32_t *id, int fd)
{
	fake.nb_open++;
	fake.nb_inherited++;
	*id = (uint32_t)fd;
	return 0;
}

static int
device_answer(unsigned int nr, void *arg)
{
	struct dlb_response *response = arg;

	switch (nr) {
	case _IOC_NR(DLB_IOC_GET_DEVICE_VERSION):
		response->id = fake.version;
		return 0;
	case _IOC_NR(DLB_IOC_QUERY_CQ_POLL_MODE):
		response->id = fake.poll_mode;
		return 0;
	case _IOC_NR(DLB_IOC_GET_NUM_RESOURCES):
		*(struct dlb_arg_num_resources *)arg = fake.left;
		return 0;
	case _IOC_NR(DLB_IOC_GET_SN_ALLOCATION):
		response->id = fake.sns_per_queue[((struct dlb_arg_sn *)arg)->group];
		return 0;
	case _IOC_NR(DLB_IOC_CREATE_SCHED_DOMAIN):
		response->id = FAKE_DOMAIN_ID;
		return give_file(&((struct dlb_arg_create_domain *)arg)->domain_fd, FD_DOMAIN);
	default:
		return ENOTTY;
	}
}

static int
domain_answer(unsigned int nr, void *arg)
{
	struct dlb_response *response = arg;

	switch (nr) {
	case _IOC_NR(DLB_IOC_CREATE_LDB_QUEUE):
		response->id = next_qid++;
		return 0;
	case _IOC_NR(DLB_IOC_CREATE_DIR_QUEUE):
		response->id = (uint32_t)((struct dlb_arg_dir_queue *)arg)->port_id;
		return 0;
	case _IOC_NR(DLB_IOC_CREATE_LDB_PORT):
		response->id = next_ldb++;
		return 0;
	case _IOC_NR(DLB_IOC_CREATE_DIR_PORT):
		response->id = next_dir++;
		return 0;
	case _IOC_NR(DLB_IOC_GET_LDB_PORT_PP_FD):
	case _IOC_NR(DLB_IOC_GET_DIR_PORT_PP_FD):
		return give_file(&response->id, FD_PP);
	case _IOC_NR(DLB_IOC_GET_LDB_PORT_CQ_FD):
	case _IOC_NR(DLB_IOC_GET_DIR_PORT_CQ_FD):
		return give_file(&response->id, FD_CQ);
	case _IOC_NR(DLB_IOC_PENDING_PORT_UNMAPS):
		response->id = fake.nb_pending[((struct dlb_arg_object *)arg)->id];
		return 0;
	case _IOC_NR(DLB_IOC_ENQUEUE_DOMAIN_ALERT):
		fake_kernel_alert(DLB_ALERT_USER, ((struct dlb_arg_alert *)arg)->aux_alert_data);
		return 0;
	default:
		return 0;
	}
}

static int
answer(int fd, unsigned long code, void *arg)
{
	struct dlb_response *response = arg;
	const enum fake_function function =
		code == DLB_IOC_ENABLE_CQ_EPOLL ? FAKE_ENABLE_CQ_EPOLL : FAKE_IOCTL;
	bool is_wake_up = fd == FD_DOMAIN && code == DLB_IOC_ENQUEUE_DOMAIN_ALERT;

	*response = (struct dlb_response){ 0 };
	if (fake.refuse_code == code) {
		if (fake.nb_refusals > 0 && --fake.nb_refusals == 0)
			fake.refuse_code = 0;
		response->status = fake.refuse_status;
		return fake.refuse_error;
	}
	if (!is_wake_up && fake_fails(function))
		return ENOMEM;
	return fd == FD_DEVICE ? device_answer(_IOC_NR(code), arg)
			       : domain_answer(_IOC_NR(code), arg);
}

int
__wrap_ioctl(int fd, unsigned long code, void *arg)
{
	struct fake_request *request = &fake.requests[fake.nb_requests++ % FAKE_MAX_REQUESTS];
	int error;

	request->code = code;
	memcpy(request->arg, arg, sizeof(request->arg));
	error = answer(fd, code, arg);
	if (error == 0)
		return 0;
	errno = error;
	return -1;
}
