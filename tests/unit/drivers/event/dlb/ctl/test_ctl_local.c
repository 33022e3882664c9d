/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The resources of a software device, managed by this process: what fails is passed on, and leaves
 * nothing behind.
 *
 * LDB = load-balanced, DIR = directed, SN = sequence number.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_malloc.h>

#include "bus/bus.h"
#include "kernel_rig.h"

/* --- what may fail -------------------------------------------------------------------------------- */

void *
__real_rte_zmalloc_socket(const char *type, size_t size, unsigned int align, int socket);
void *
__wrap_rte_zmalloc_socket(const char *type, size_t size, unsigned int align, int socket);
int
__real_dlbrm_power_up(struct dlbrm *rm);
int
__wrap_dlbrm_power_up(struct dlbrm *rm);
int
__real_dlbrm_hw_init(struct dlbrm *rm, const struct dlbrm_hw_config *conf);
int
__wrap_dlbrm_hw_init(struct dlbrm *rm, const struct dlbrm_hw_config *conf);
int
__real_dlbrm_cq_irq_config(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
			   unsigned int threshold);
int
__wrap_dlbrm_cq_irq_config(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
			   unsigned int threshold);

void *
__wrap_rte_zmalloc_socket(const char *type, size_t size, unsigned int align, int socket)
{
	return fake_fails(FAKE_ZMALLOC) ? NULL
					: __real_rte_zmalloc_socket(type, size, align, socket);
}

int
__wrap_dlbrm_power_up(struct dlbrm *rm)
{
	return fake_fails(FAKE_DEVICE) ? -ETIMEDOUT : __real_dlbrm_power_up(rm);
}

int
__wrap_dlbrm_hw_init(struct dlbrm *rm, const struct dlbrm_hw_config *conf)
{
	return fake_fails(FAKE_DEVICE) ? -ETIMEDOUT : __real_dlbrm_hw_init(rm, conf);
}

int
__wrap_dlbrm_cq_irq_config(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
			   unsigned int threshold)
{
	return fake_fails(FAKE_DEVICE)
		       ? -ETIMEDOUT
		       : __real_dlbrm_cq_irq_config(rm, domain, is_ldb, port, threshold);
}

/* --- the device ----------------------------------------------------------------------------------- */

static struct dlb_bus *bus;

static int
setup(void **state)
{
	(void)state;
	fake_kernel_reset();
	bus = dlb_bus_sim_create(RIG_DEV_ID, DLB_V2_5, SOCKET_ID_ANY);
	return bus == NULL ? -1 : 0;
}

static int
teardown(void **state)
{
	(void)state;
	dlb_bus_destroy(bus);
	return 0;
}

static int
local_open(struct rig *rig)
{
	*rig = (struct rig){ .interrupts = true };
	return dlb_ctl_local_open(&rig->ctl, DLB_V2_5, bus);
}

static void
local_new(struct rig *rig)
{
	assert_int_equal(local_open(rig), 0);
	assert_int_equal(rig_domain(rig), 0);
}

static void
local_free(struct rig *rig)
{
	rig_empty(rig);
	dlb_ctl_close(rig->ctl);
}

static unsigned int
nb_allocations(void)
{
	struct rte_malloc_socket_stats stats;
	unsigned int sum = 0;

	for (int socket = 0; socket < RTE_MAX_NUMA_NODES; socket++)
		if (rte_malloc_get_socket_stats(socket, &stats) == 0)
			sum += stats.alloc_count;
	return sum;
}

/* --- tests ---------------------------------------------------------------------------------------- */

static int
try_all(struct rig *rig)
{
	int ret = local_open(rig);

	if (ret != 0)
		return ret;
	ret = rig_domain(rig);
	if (ret == 0)
		rig_empty(rig);
	dlb_ctl_close(rig->ctl);
	return ret;
}

static void
test_ctl_local_leaves_nothing_behind_whatever_fails(void **state)
{
	const unsigned int before = nb_allocations();
	struct rig rig;
	int ret;

	(void)state;
	for (unsigned int at = 1; at == 1 || fake.failed != FAKE_NOTHING; at++) {
		fake.nb_calls = 0;
		fake.failed = FAKE_NOTHING;
		fake.fail_at = at;
		ret = try_all(&rig);
		if (fake.failed == FAKE_NOTHING)
			assert_int_equal(ret, 0);
		else
			assert_int_equal(ret, fake.failed == FAKE_DEVICE ? -ETIMEDOUT : -ENOMEM);
		assert_int_equal(nb_allocations(), before);
	}
	/* The context, bring-up in two steps, two lanes with two parts each, an interrupt. */
	assert_int_equal(fake.fail_at, 1 + 2 + 2 * 2 + 1 + 1);
}

static void
test_ctl_local_makes_no_domain_with_unknown_sequence_numbers(void **state)
{
	struct dlb_ctl_domain conf = rig_domain_conf;
	struct rig rig;

	(void)state;
	assert_int_equal(local_open(&rig), 0);
	conf.sns_per_queue = 100;
	assert_int_equal(dlb_ctl_domain_create(rig.ctl, &conf), -EINVAL);
	conf.nb_ordered = 0;
	assert_true(dlb_ctl_domain_create(rig.ctl, &conf) >= 0);
	local_free(&rig);
}

/* Of either kind: the domain has no more than it asked for. */
static void
test_ctl_local_opens_no_port_that_the_domain_has_not(void **state)
{
	struct dlb_ctl_lane conf = { .cq_depth = 32 };
	struct dlb_ctl_domain none = rig_domain_conf;
	struct rig rig;

	(void)state;
	none.rm.nb_ldb_queues = 0;
	none.rm.nb_ldb_ports = 0;
	none.rm.nb_dir_ports = 0;
	none.nb_ordered = 0;
	assert_int_equal(local_open(&rig), 0);
	assert_true(dlb_ctl_domain_create(rig.ctl, &none) >= 0);
	assert_true(dlb_ctl_lane_open(rig.ctl, &conf, &rig.ldb) < 0);
	conf.is_dir = true;
	assert_true(dlb_ctl_lane_open(rig.ctl, &conf, &rig.dir) < 0);
	local_free(&rig);
}

static void
test_ctl_local_asks_the_device(void **state)
{
	struct rig rig;

	(void)state;
	local_new(&rig);
	assert_false(rig.ldb.is_dir);
	assert_true(rig.dir.is_dir);
	assert_int_equal(dlb_ctl_queue_depth(rig.ctl, true, (unsigned int)rig.qid), 0);
	assert_int_equal(dlb_ctl_queue_depth(rig.ctl, false, rig.dir.id), 0);
	assert_int_equal(dlb_ctl_lane_enable(rig.ctl, true, rig.ldb.id, false), 0);
	assert_int_equal(dlb_ctl_lane_enable(rig.ctl, false, rig.dir.id, true), 0);
	assert_int_equal(dlb_ctl_unmap(rig.ctl, rig.ldb.id, (unsigned int)rig.qid), 0);
	assert_int_equal(dlb_ctl_pending(rig.ctl, DLB_CTL_ALL), 0);
	assert_int_equal(dlb_ctl_pending(rig.ctl, rig.ldb.id), 0);
	assert_true(dlb_ctl_unmap(rig.ctl, rig.ldb.id, (unsigned int)rig.qid) < 0);
	local_free(&rig);
}

static void
test_ctl_local_has_nothing_to_ask_without_a_domain(void **state)
{
	struct rig rig;

	(void)state;
	assert_int_equal(local_open(&rig), 0);
	assert_true(dlb_ctl_pending(rig.ctl, DLB_CTL_ALL) < 0);
	assert_true(dlb_ctl_pending(rig.ctl, 0) < 0);
	assert_true(dlb_ctl_queue_depth(rig.ctl, true, 0) < 0);
	dlb_ctl_close(rig.ctl);
	dlb_ctl_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_ctl_local_leaves_nothing_behind_whatever_fails,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_ctl_local_makes_no_domain_with_unknown_sequence_numbers, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_ctl_local_opens_no_port_that_the_domain_has_not, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ctl_local_asks_the_device, setup, teardown),
		cmocka_unit_test_setup_teardown(test_ctl_local_has_nothing_to_ask_without_a_domain,
						setup, teardown),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
