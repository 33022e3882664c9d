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

#include <rte_interrupts.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_version.h>

#include "fake_kernel.h"

/* Descriptors that the real kernel does not give. */
#define FD_DEVICE 5000
#define FD_DOMAIN 5001
#define FD_PORT	  5002

/* Ids are no numbers from 0, and no two kinds look alike. */
#define DOMAIN_ID    3
#define FIRST_LDB_ID 17
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

#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
int
__real_rte_thread_create_control(rte_thread_t *thread, const char *name, rte_thread_func run,
				 void *arg);
int
__wrap_rte_thread_create_control(rte_thread_t *thread, const char *name, rte_thread_func run,
				 void *arg);
#else
int
__real_rte_ctrl_thread_create(pthread_t *thread, const char *name, const pthread_attr_t *attr,
			      void *(*run)(void *), void *arg);
int
__wrap_rte_ctrl_thread_create(pthread_t *thread, const char *name, const pthread_attr_t *attr,
			      void *(*run)(void *), void *arg);
#endif
int
__real_eventfd(unsigned int count, int flags);
int
__wrap_eventfd(unsigned int count, int flags);
void *
__real_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new);
void *
__wrap_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new);
void *
__real_rte_zmalloc(const char *type, size_t size, unsigned int align);
void *
__wrap_rte_zmalloc(const char *type, size_t size, unsigned int align);
struct rte_intr_handle *
__real_rte_intr_instance_alloc(uint32_t flags);
struct rte_intr_handle *
__wrap_rte_intr_instance_alloc(uint32_t flags);

void
fake_kernel_reset(void)
{
	fake = (struct fake_kernel){
		.version = 0x300,
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
	next_ldb = FIRST_LDB_ID;
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

static bool
fails(void)
{
	return ++fake.nb_calls == fake.fail_at;
}

int
__wrap_open64(const char *path, int flags, ...)
{
	if (strcmp(path, FAKE_NODE) != 0)
		return __real_open64(path, flags, 0600);
	if (fake.open_error != 0 || fails()) {
		errno = fake.open_error != 0 ? fake.open_error : EMFILE;
		return -1;
	}
	fake.nb_open++;
	return FD_DEVICE;
}

int
__wrap_close(int fd)
{
	if (fd < FD_DEVICE)
		return __real_close(fd);
	fake.nb_open--;
	return 0;
}

int
__wrap_fcntl64(int fd, int cmd, int arg)
{
	return fd < FD_DEVICE ? __real_fcntl64(fd, cmd, arg) : 0;
}

ssize_t
__wrap_read(int fd, void *buf, size_t len)
{
	struct fake_alert *next;

	if (fd != FD_DOMAIN)
		return __real_read(fd, buf, len);
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

/* The lengths are those of the interface, to the byte. */
void *
__wrap_mmap64(void *addr, size_t len, int prot, int flags, int fd, off_t offset)
{
	if (fd < FD_DEVICE)
		return __real_mmap64(addr, len, prot, flags, fd, offset);
	if (fd != FD_PORT || (len != DLB_UAPI_PP_BYTES && len != DLB_UAPI_CQ_BYTES) ||
	    (flags & MAP_SHARED) == 0 || fails()) {
		errno = EINVAL;
		return MAP_FAILED;
	}
	fake.map_address = addr;
	if (addr != NULL && ((flags & MAP_FIXED_NOREPLACE) == 0 || fake.map_error != 0)) {
		errno = fake.map_error;
		return MAP_FAILED;
	}
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

void *
__wrap_mremap(void *old, size_t old_len, size_t new_len, int flags, void *new)
{
	if (!fake.no_remap)
		return __real_mremap(old, old_len, new_len, flags, new);
	__real_munmap(old, old_len);
	errno = ENOMEM;
	return MAP_FAILED;
}

int
__wrap_eventfd(unsigned int count, int flags)
{
	if (!fails())
		return __real_eventfd(count, flags);
	errno = EMFILE;
	return -1;
}

#if RTE_VERSION >= RTE_VERSION_NUM(23, 11, 0, 0)
int
__wrap_rte_thread_create_control(rte_thread_t *thread, const char *name, rte_thread_func run,
				 void *arg)
{
	return fake.no_thread ? -EAGAIN : __real_rte_thread_create_control(thread, name, run, arg);
}
#else
int
__wrap_rte_ctrl_thread_create(pthread_t *thread, const char *name, const pthread_attr_t *attr,
			      void *(*run)(void *), void *arg)
{
	return fake.no_thread ? -EAGAIN
			      : __real_rte_ctrl_thread_create(thread, name, attr, run, arg);
}
#endif

struct rte_intr_handle *
__wrap_rte_intr_instance_alloc(uint32_t flags)
{
	return fake.no_handle ? NULL : __real_rte_intr_instance_alloc(flags);
}

void *
__wrap_rte_zmalloc(const char *type, size_t size, unsigned int align)
{
	return fake.no_memory ? NULL : __real_rte_zmalloc(type, size, align);
}

static int
give_file(uint32_t *id, int fd)
{
	fake.nb_open++;
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
		response->id = DLB_UAPI_CQ_SPARSE;
		return 0;
	case _IOC_NR(DLB_IOC_GET_NUM_RESOURCES):
		*(struct dlb_arg_num_resources *)arg = fake.left;
		return 0;
	case _IOC_NR(DLB_IOC_GET_SN_ALLOCATION):
		response->id = fake.sns_per_queue[((struct dlb_arg_sn *)arg)->group];
		return 0;
	case _IOC_NR(DLB_IOC_CREATE_SCHED_DOMAIN):
		response->id = DOMAIN_ID;
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
	case _IOC_NR(DLB_IOC_GET_LDB_PORT_CQ_FD):
	case _IOC_NR(DLB_IOC_GET_DIR_PORT_PP_FD):
	case _IOC_NR(DLB_IOC_GET_DIR_PORT_CQ_FD):
		return give_file(&response->id, FD_PORT);
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
	bool is_wake_up = fd == FD_DOMAIN && code == DLB_IOC_ENQUEUE_DOMAIN_ALERT;

	*response = (struct dlb_response){ 0 };
	if (fake.refuse_code == code) {
		if (fake.nb_refusals > 0 && --fake.nb_refusals == 0)
			fake.refuse_code = 0;
		response->status = fake.refuse_status;
		return fake.refuse_error;
	}
	if (!is_wake_up && fails())
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
