/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <rte_common.h>
#include <rte_eal.h>
#include <rte_log.h>

#include "kernel_rig.h"

/* EAL has locks for its descriptors and alarms, which the sanitizer does not see. */
const char *
__tsan_default_suppressions(void);

const char *
__tsan_default_suppressions(void)
{
	return "race:epoll_ctl\nrace:rte_eal_alarm_set\n";
}

atomic_uint rig_nb_lost, rig_nb_wakes;

static void
on_wake(void *arg)
{
	(void)arg;
	atomic_fetch_add(&rig_nb_wakes, 1);
}

static void
on_lost(void *arg)
{
	(void)arg;
	atomic_fetch_add(&rig_nb_lost, 1);
}

static const struct dlb_ctl_kernel_events events = { .wake = on_wake, .lost = on_lost };

const struct dlb_ctl_domain rig_domain_conf = {
	.rm.nb_ldb_queues = 2,
	.rm.nb_ldb_ports = 3,
	.rm.nb_dir_ports = 1,
	.rm.nb_atomic_inflights = 64,
	.rm.nb_hist_list_entries = 96,
	.rm.nb_ldb_credits = 4096,
	.rm.nb_dir_credits = 1000,
	.nb_ordered = 1,
	.sns_per_queue = 256,
};

int
rig_fill(struct rig *rig)
{
	const struct dlb_ctl_queue queue = {
		.dir_port = -1,
		.ldb = { .nb_sequence_numbers = 256,
			 .nb_qid_inflights = 192,
			 .nb_atomic_inflights = 64,
			 .lock_id_comp_level = 1024,
			 .depth_threshold = 256 },
	};
	const struct dlb_ctl_lane ldb = {
		.cq_depth = 32,
		.interrupts = rig->interrupts,
	};
	const struct dlb_ctl_lane dir = { .cq_depth = 64, .is_dir = true };
	struct dlb_ctl_queue dir_queue = { .depth_threshold = 128 };
	int ret;

	rig->qid = dlb_ctl_queue_create(rig->ctl, &queue);
	if (rig->qid < 0)
		return rig->qid;
	ret = dlb_ctl_lane_open(rig->ctl, &ldb, &rig->ldb);
	if (ret == 0)
		ret = dlb_ctl_lane_open(rig->ctl, &dir, &rig->dir);
	if (ret != 0)
		return ret;
	dir_queue.dir_port = rig->dir.id;
	ret = dlb_ctl_queue_create(rig->ctl, &dir_queue);
	if (ret < 0)
		return ret;
	ret = dlb_ctl_map(rig->ctl, rig->ldb.id, (unsigned int)rig->qid, 5);
	return ret != 0 ? ret : dlb_ctl_domain_start(rig->ctl);
}

void
rig_empty(struct rig *rig)
{
	dlb_ctl_domain_destroy(rig->ctl);
	dlb_ctl_lane_close(rig->ctl, &rig->ldb);
	dlb_ctl_lane_close(rig->ctl, &rig->dir);
}

int
rig_domain(struct rig *rig)
{
	int ret = dlb_ctl_domain_create(rig->ctl, &rig_domain_conf);

	if (ret < 0)
		return ret;
	ret = rig_fill(rig);
	if (ret != 0)
		rig_empty(rig);
	return ret;
}

int
rig_open(struct rig *rig)
{
	enum dlb_version version;
	int ret;

	rig_log_clear();
	*rig = (struct rig){ 0 };
	ret = dlb_ctl_kernel_open(&rig->ctl, FAKE_NODE, RIG_NAME, RIG_DEV_ID, &version);
	if (ret != 0)
		return ret;
	dlb_ctl_kernel_listen(rig->ctl, &events, NULL);
	rig->interrupts = dlb_ctl_kernel_interrupts(rig->ctl);
	return 0;
}

void
rig_new(struct rig *rig)
{
	fake_kernel_reset();
	assert_int_equal(rig_open(rig), 0);
	assert_int_equal(rig_domain(rig), 0);
	rig_log_clear();
}

void
rig_free(struct rig *rig)
{
	rig_empty(rig);
	dlb_ctl_close(rig->ctl);
	assert_int_equal(fake.nb_open, 0);
	assert_int_equal(fake.nb_mapped, 0);
	assert_int_equal(fake.eventfd, -1);
}

/* --- log ------------------------------------------------------------------------------------------ */

static pthread_mutex_t log_lock = PTHREAD_MUTEX_INITIALIZER;
static char logged[4096];

static ssize_t
log_write(void *cookie, const char *text, size_t len)
{
	size_t have;

	(void)cookie;
	pthread_mutex_lock(&log_lock);
	have = strlen(logged);
	if (have + len < sizeof(logged)) {
		memcpy(logged + have, text, len);
		logged[have + len] = '\0';
	}
	pthread_mutex_unlock(&log_lock);
	return (ssize_t)len;
}

unsigned int
rig_count_logged(const char *text)
{
	unsigned int nb = 0;

	pthread_mutex_lock(&log_lock);
	for (const char *at = strstr(logged, text); at != NULL; at = strstr(at + 1, text))
		nb++;
	pthread_mutex_unlock(&log_lock);
	return nb;
}

static bool
has_logged(const char *text)
{
	return rig_count_logged(text) > 0;
}

void
rig_log_clear(void)
{
	pthread_mutex_lock(&log_lock);
	logged[0] = '\0';
	pthread_mutex_unlock(&log_lock);
}

void
rig_assert_logged(const char *const words[])
{
	for (; *words != NULL; words++)
		if (!has_logged(*words))
			fail_msg("\"%s\" is not in: %s", *words, logged);
}

void
rig_wait_for_log(const char *text)
{
	while (!has_logged(text))
		sched_yield();
}

int
rig_init(void)
{
	static char *eal_args[] = {
		"rig",
		"--no-huge",
		"-m",
		"64",
		"--no-pci",
		"--no-shconf",
		"--no-telemetry",
		"--log-level=8",
		"--log-level=pmd.event.dlb:8",
		NULL,
	};
	FILE *log;

	if (rte_eal_init(RTE_DIM(eal_args) - 1, eal_args) < 0)
		return -1;
	log = fopencookie(NULL, "w", (cookie_io_functions_t){ .write = log_write });
	setvbuf(log, NULL, _IONBF, 0);
	return rte_openlog_stream(log);
}
