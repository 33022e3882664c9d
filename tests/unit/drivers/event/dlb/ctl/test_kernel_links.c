/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Links of a running device of the kernel's, by the whole driver: an event port with many links has
 * several hardware ports, lanes, and the next one has room when one is full.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include <rte_bus_vdev.h>
#include <rte_common.h>
#include <rte_errno.h>
#include <rte_eventdev.h>

#include "kernel_rig.h"

/* More than a hardware port has places for. */
#define NB_LINKS  9
#define NB_QUEUES 12

#define NB_LANES 2

static uint8_t dev_id;

/* The second of two ports has the queues that the first has not. */
static int
setup(void **state)
{
	const struct rte_event_dev_config conf = {
		.nb_event_queues = NB_QUEUES,
		.nb_event_ports = 2,
		.nb_events_limit = 1024,
		.nb_event_queue_flows = 1024,
		.nb_event_port_dequeue_depth = 32,
		.nb_event_port_enqueue_depth = 32,
	};

	(void)state;
	fake_kernel_reset();
	assert_int_equal(rte_vdev_init(RIG_NAME, "dev=" FAKE_NODE), 0);
	dev_id = (uint8_t)rte_event_dev_get_dev_id(RIG_NAME);
	assert_int_equal(rte_event_dev_configure(dev_id, &conf), 0);
	for (uint8_t queue = 0; queue < NB_QUEUES; queue++)
		assert_int_equal(rte_event_queue_setup(dev_id, queue, NULL), 0);
	for (uint8_t port = 0; port < 2; port++)
		assert_int_equal(rte_event_port_setup(dev_id, port, NULL), 0);
	for (uint8_t queue = 0; queue < NB_QUEUES; queue++)
		assert_int_equal(rte_event_port_link(dev_id, queue >= NB_LINKS, &queue, NULL, 1),
				 1);
	rig_log_clear();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	fake.refuse_code = 0;
	rte_event_dev_stop(dev_id);
	assert_int_equal(rte_event_dev_close(dev_id), 0);
	assert_int_equal(rte_vdev_uninit(RIG_NAME), 0);
	assert_int_equal(fake.nb_open, 0);
	assert_int_equal(fake.nb_mapped, 0);
	return 0;
}

static void
start(void)
{
	assert_int_equal(rte_event_dev_start(dev_id), 0);
	assert_non_null(fake_kernel_request(DLB_IOC_MAP_QID, NB_QUEUES - 1));
	assert_null(fake_kernel_request(DLB_IOC_MAP_QID, NB_QUEUES));
}

/* What the kernel says to the next links, so often; 0: always. */
static void
refuse_links(uint32_t status, unsigned int nb)
{
	fake.refuse_code = DLB_IOC_MAP_QID;
	fake.refuse_status = status;
	fake.refuse_error = EINVAL;
	fake.nb_refusals = nb;
}

/* The hardware port that was asked for the @nth link after the start. */
static uint32_t
lane_asked(unsigned int nth)
{
	const struct dlb_arg_map_qid *arg = fake_kernel_request(DLB_IOC_MAP_QID, NB_QUEUES + nth);

	assert_non_null(arg);
	return arg->port_id;
}

static void
test_kernel_links_takes_the_next_lane_without_a_word(void **state)
{
	const uint8_t queue = NB_LINKS;

	(void)state;
	start();
	refuse_links(DLB_ST_NO_QID_SLOTS_AVAILABLE, 1);
	assert_int_equal(rte_event_port_link(dev_id, 0, &queue, NULL, 1), 1);
	assert_int_not_equal(lane_asked(0), lane_asked(1));
	assert_int_equal(rig_count_logged("\n"), 0);
}

static void
test_kernel_links_says_once_that_no_lane_has_room(void **state)
{
	const uint8_t queue = NB_LINKS;

	(void)state;
	start();
	refuse_links(DLB_ST_NO_QID_SLOTS_AVAILABLE, 0);
	assert_int_equal(rte_event_port_link(dev_id, 0, &queue, NULL, 1), 0);
	assert_int_equal(rte_errno, EDQUOT);
	assert_int_not_equal(lane_asked(0), lane_asked(NB_LANES - 1));
	assert_null(fake_kernel_request(DLB_IOC_MAP_QID, NB_QUEUES + NB_LANES));
	assert_int_equal(rig_count_logged("\n"), 1);
	ASSERT_LOGGED("port 0 has no room for queue 9", "16 links");
}

/* Another refusal is one at once. */
static void
test_kernel_links_says_why_a_link_is_refused(void **state)
{
	const uint8_t queue = NB_LINKS;

	(void)state;
	start();
	refuse_links(DLB_ST_INVALID_QID, 0);
	assert_int_equal(rte_event_port_link(dev_id, 0, &queue, NULL, 1), 0);
	assert_int_equal(rte_errno, EINVAL);
	assert_null(fake_kernel_request(DLB_IOC_MAP_QID, NB_QUEUES + 1));
	assert_int_equal(rig_count_logged("\n"), 1);
	ASSERT_LOGGED("link: no such queue");
}

/* A plan has room for its links; the kernel may see it otherwise. */
static void
test_kernel_links_says_once_why_a_start_fails(void **state)
{
	static const struct {
		uint32_t status;
		int error;
		const char *text;
	} rows[] = {
		{ DLB_ST_NO_QID_SLOTS_AVAILABLE, ENOSPC,
		  "start: link to queue 0 failed: No space" },
		{ DLB_ST_INVALID_PRIORITY, EINVAL, "link: priority out of range" },
	};

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(rows); i++) {
		rig_log_clear();
		refuse_links(rows[i].status, 0);
		assert_int_equal(rte_event_dev_start(dev_id), -rows[i].error);
		assert_int_equal(rig_count_logged("\n"), 1);
		ASSERT_LOGGED(rows[i].text);
	}
	fake.refuse_code = 0;
	fake.nb_requests = 0;
	start();
}

/* Those of an event port are those of its lanes, and of no other's. */
static void
test_kernel_links_counts_unlinks_of_each_port(void **state)
{
	(void)state;
	start();
	for (unsigned int i = 0; i < NB_LANES + 1; i++)
		fake.nb_pending[FAKE_FIRST_LDB_ID + i] = 1u << i;
	assert_int_equal(rte_event_port_unlinks_in_progress(dev_id, 0), 1 + 2);
	assert_int_equal(rte_event_port_unlinks_in_progress(dev_id, 1), 4);
	memset(fake.nb_pending, 0, sizeof(fake.nb_pending));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_kernel_links_takes_the_next_lane_without_a_word, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_links_says_once_that_no_lane_has_room,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_links_says_why_a_link_is_refused, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_kernel_links_says_once_why_a_start_fails,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_links_counts_unlinks_of_each_port,
						setup, teardown),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
