/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Resource planning: the shares of single set-ups by hand, and the limits of the device over
 * random ones.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "dlb_plan.h"

static struct dlb_setup setup;
static struct dlb_plan plan;
static struct dlb_why why;

/* Queues of one type, ports linked to all of them. */
static void
make_setup(unsigned int nb_queues, enum dlb_queue_type type, unsigned int nb_ports)
{
	setup = (struct dlb_setup){
		.nb_queues = nb_queues,
		.nb_ports = nb_ports,
		.cq_depth = 128,
	};
	for (unsigned int q = 0; q < nb_queues; q++)
		setup.queues[q] = (struct dlb_setup_queue){
			.is_set_up = true,
			.type = type,
			.nb_atomic_flows = 1024,
		};
	for (unsigned int p = 0; p < nb_ports; p++) {
		setup.ports[p].is_set_up = true;
		for (unsigned int q = 0; q < nb_queues; q++)
			setup.ports[p].links[q].is_linked = true;
	}
}

static int
make_plan(enum dlb_version version)
{
	memset(&plan, 0xa5, sizeof(plan));
	why.text[0] = '\0';
	return dlb_plan_make(&plan, &setup, &dlb_limits[version], &why);
}

static void
assert_says(const char *words)
{
	if (strstr(why.text, words) == NULL)
		fail_msg("\"%s\" is not in: %s", words, why.text);
}

static void
test_plan_gives_a_port_a_lane_for_each_8_links(void **state)
{
	static const struct {
		unsigned int nb_links, nb_lanes, depth;
	} cases[] = { { 1, 1, 128 }, { 8, 1, 128 }, { 9, 2, 64 },  { 16, 2, 64 },
		      { 17, 3, 32 }, { 24, 3, 32 }, { 25, 4, 32 }, { 32, 4, 32 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		unsigned int used[DLB_PLAN_MAX_LANES] = { 0 };

		make_setup(cases[i].nb_links, DLB_QUEUE_PARALLEL, 1);
		assert_int_equal(make_plan(DLB_V2_0), 0);
		assert_int_equal(plan.ports[0].nb_lanes, cases[i].nb_lanes);
		assert_int_equal(plan.ports[0].cq_depth, cases[i].depth);
		for (unsigned int q = 0; q < cases[i].nb_links; q++)
			used[plan.ports[0].lane[q]]++;
		for (unsigned int lane = 0; lane < DLB_PLAN_MAX_LANES; lane++)
			assert_true(lane < cases[i].nb_lanes ? used[lane] >= 1 && used[lane] <= 8
							     : used[lane] == 0);
	}
}

static void
test_plan_gives_a_lane_to_a_port_without_links(void **state)
{
	(void)state;
	make_setup(1, DLB_QUEUE_ATOMIC, 2);
	setup.ports[1].links[0].is_linked = false;
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_int_equal(plan.ports[1].nb_lanes, 1);
	assert_int_equal(plan.ports[1].lane[0], -1);
	assert_false(plan.ports[1].is_directed);
}

static void
test_plan_lowers_depth_until_history_covers_all_lanes(void **state)
{
	static const struct {
		unsigned int nb_ports, depth;
	} cases[] = { { 1, 128 }, { 16, 128 }, { 17, 64 }, { 32, 64 }, { 33, 32 }, { 64, 32 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_setup(8, DLB_QUEUE_ATOMIC, cases[i].nb_ports);
		assert_int_equal(make_plan(DLB_V2_5), 0);
		assert_int_equal(plan.ports[0].cq_depth, cases[i].depth);
		assert_int_equal(plan.nb_hist_entries, cases[i].nb_ports * cases[i].depth);
	}
}

static void
test_plan_takes_the_wanted_depth(void **state)
{
	(void)state;
	make_setup(2, DLB_QUEUE_ATOMIC, 2);
	setup.ports[1].is_single_link = true;
	setup.queues[1].is_single_link = true;
	setup.ports[1].links[0].is_linked = false;
	setup.ports[0].links[1].is_linked = false;
	setup.cq_depth = 8;
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_int_equal(plan.ports[0].cq_depth, 8);
	assert_int_equal(plan.ports[1].cq_depth, 8);
	setup.cq_depth = 1024;
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_int_equal(plan.ports[0].cq_depth, 128);
	assert_int_equal(plan.ports[1].cq_depth, 1024);
}

static void
test_plan_shares_sequence_numbers(void **state)
{
	static const struct {
		unsigned int nb_ordered, sns;
	} cases[] = { { 1, 1024 }, { 2, 1024 }, { 3, 512 },  { 4, 512 }, { 5, 256 },
		      { 8, 256 },  { 9, 128 },	{ 16, 128 }, { 17, 64 }, { 32, 64 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_setup(cases[i].nb_ordered,
			   i % 2 == 0 ? DLB_QUEUE_ORDERED : DLB_QUEUE_ALL_TYPES, 1);
		assert_int_equal(make_plan(DLB_V2_0), 0);
		assert_int_equal(plan.sns_per_queue, cases[i].sns);
		assert_int_equal(plan.queues[0].nb_sequence_numbers, cases[i].sns);
		assert_int_equal(plan.queues[0].nb_inflights, cases[i].sns);
	}
	make_setup(32, DLB_QUEUE_ATOMIC, 1);
	assert_int_equal(make_plan(DLB_V2_0), 0);
	assert_int_equal(plan.sns_per_queue, 0);
	assert_int_equal(plan.queues[31].nb_sequence_numbers, 0);
	assert_int_equal(plan.queues[31].nb_inflights, 2048);
}

static void
test_plan_shares_atomic_inflights_among_atomic_queues(void **state)
{
	(void)state;
	make_setup(3, DLB_QUEUE_ATOMIC, 1);
	setup.queues[1].type = DLB_QUEUE_PARALLEL;
	setup.queues[2].type = DLB_QUEUE_ALL_TYPES;
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_int_equal(plan.queues[0].nb_atomic_inflights, 1024);
	assert_int_equal(plan.queues[1].nb_atomic_inflights, 0);
	assert_int_equal(plan.queues[2].nb_atomic_inflights, 1024);
	assert_int_equal(plan.nb_atomic_inflights, 2048);
	make_setup(32, DLB_QUEUE_ATOMIC, 1);
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_int_equal(plan.queues[31].nb_atomic_inflights, 64);
}

/* Others may have left less than a device has. */
static void
test_plan_refuses_atomic_queues_without_inflights(void **state)
{
	struct dlb_limits limits = dlb_limits[DLB_V2_0];

	(void)state;
	make_setup(3, DLB_QUEUE_ATOMIC, 1);
	limits.aqed_entries = 3;
	assert_int_equal(dlb_plan_make(&plan, &setup, &limits, &why), 0);
	assert_int_equal(plan.queues[2].nb_atomic_inflights, 1);
	limits.aqed_entries = 2;
	assert_int_equal(dlb_plan_make(&plan, &setup, &limits, &why), -ENOSPC);
	assert_says("3 queues for atomic scheduling");
	assert_says("has 2");
	setup.queues[0].type = DLB_QUEUE_PARALLEL;
	assert_int_equal(dlb_plan_make(&plan, &setup, &limits, &why), 0);
}

static void
test_plan_rounds_flows_up_to_a_lock_id_level(void **state)
{
	static const uint32_t cases[][2] = { { 1, 64 },		{ 64, 64 },	{ 65, 128 },
					     { 1024, 1024 },	{ 4096, 4096 }, { 4097, 65536 },
					     { 1048576, 65536 } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		make_setup(1, DLB_QUEUE_ATOMIC, 1);
		setup.queues[0].nb_atomic_flows = cases[i][0];
		assert_int_equal(make_plan(DLB_V2_5), 0);
		assert_int_equal(plan.queues[0].lock_id_comp_level, cases[i][1]);
	}
}

static void
test_plan_makes_single_link_pairs_directed(void **state)
{
	(void)state;
	make_setup(3, DLB_QUEUE_ATOMIC, 3);
	memset(setup.ports[1].links, 0, sizeof(setup.ports[1].links));
	memset(setup.ports[2].links, 0, sizeof(setup.ports[2].links));
	setup.ports[0].links[2].is_linked = false;
	setup.ports[1].is_single_link = true;
	setup.ports[1].links[2].is_linked = true;
	setup.queues[2].is_single_link = true;
	setup.ports[2].is_single_link = true; /* a producer */
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_true(plan.ports[1].is_directed);
	assert_int_equal(plan.ports[1].nb_lanes, 1);
	assert_int_equal(plan.ports[1].lane[2], 0);
	assert_true(plan.queues[2].is_directed);
	assert_int_equal(plan.queues[2].dir_port, 1);
	assert_true(plan.ports[2].is_directed);
	assert_int_equal(plan.nb_dir_pairs, 2);
	assert_int_equal(plan.nb_dir_queues, 1);
	assert_int_equal(plan.nb_ldb_queues, 2);
	assert_int_equal(plan.nb_ldb_lanes, 1);
}

/* Stock applications flag the queue and neither the port nor the number of pairs. */
static void
test_plan_backs_single_link_queue_of_plain_port_by_ldb(void **state)
{
	(void)state;
	make_setup(2, DLB_QUEUE_ORDERED, 1);
	setup.queues[1].is_single_link = true;
	assert_int_equal(make_plan(DLB_V2_0), 0);
	assert_false(plan.queues[1].is_directed);
	assert_int_equal(plan.queues[1].nb_sequence_numbers, 0);
	assert_int_equal(plan.queues[1].nb_atomic_inflights, 0);
	assert_int_equal(plan.queues[1].nb_inflights, 2048);
	assert_int_equal(plan.nb_ldb_queues, 2);
	assert_int_equal(plan.nb_dir_pairs, 0);
}

static void
test_plan_leaves_out_ports_that_are_not_set_up(void **state)
{
	(void)state;
	make_setup(2, DLB_QUEUE_ATOMIC, 3);
	setup.ports[1] = (struct dlb_setup_port){ .is_set_up = false };
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_int_equal(plan.ports[1].nb_lanes, 0);
	assert_int_equal(plan.nb_ldb_lanes, 2);
	assert_int_equal(plan.nb_dir_pairs, 0);
}

/* The queues' priorities are kept among queues of one lane. */
static void
test_plan_puts_neighbouring_queues_into_one_lane(void **state)
{
	(void)state;
	make_setup(32, DLB_QUEUE_ATOMIC, 1);
	assert_int_equal(make_plan(DLB_V2_5), 0);
	for (unsigned int q = 0; q < 32; q++)
		assert_int_equal(plan.ports[0].lane[q], q / 8);
}

static void
test_plan_refuses_what_is_not_set_up_or_linked(void **state)
{
	(void)state;
	make_setup(0, DLB_QUEUE_ATOMIC, 0);
	assert_int_equal(make_plan(DLB_V2_5), -EINVAL);
	assert_says("not configured");
	make_setup(2, DLB_QUEUE_ATOMIC, 2);
	setup.queues[1].is_set_up = false;
	assert_int_equal(make_plan(DLB_V2_5), -ESTALE);
	assert_says("queue 1");
	make_setup(2, DLB_QUEUE_ATOMIC, 1);
	setup.ports[0].links[1].is_linked = false;
	assert_int_equal(make_plan(DLB_V2_5), -ENOLINK);
	assert_says("queue 1");
	make_setup(1, DLB_QUEUE_ATOMIC, 2);
	setup.queues[0].is_single_link = true;
	assert_int_equal(make_plan(DLB_V2_5), -EDQUOT);
	assert_says("2 ports");
	make_setup(2, DLB_QUEUE_ATOMIC, 1);
	setup.ports[0].is_single_link = true;
	assert_int_equal(make_plan(DLB_V2_5), -EDQUOT);
	assert_says("2 queues");
	make_setup(1, DLB_QUEUE_ATOMIC, 1);
	setup.ports[0].is_single_link = true;
	assert_int_equal(make_plan(DLB_V2_5), -EINVAL);
	assert_says("port 0");
}

static void
test_plan_refuses_more_than_the_device_has(void **state)
{
	(void)state;
	make_setup(33, DLB_QUEUE_PARALLEL, 2);
	assert_int_equal(make_plan(DLB_V2_5), -ENOSPC);
	assert_says("33");
	assert_says("32");
	make_setup(9, DLB_QUEUE_PARALLEL, 33);
	assert_int_equal(make_plan(DLB_V2_5), -ENOSPC);
	assert_says("66");
	assert_says("64");
	make_setup(1, DLB_QUEUE_PARALLEL, 66);
	for (unsigned int p = 1; p < 66; p++) {
		setup.ports[p].is_single_link = true;
		setup.ports[p].links[0].is_linked = false;
	}
	assert_int_equal(make_plan(DLB_V2_5), 0);
	assert_int_equal(make_plan(DLB_V2_0), -ENOSPC);
	assert_says("65");
	assert_says("64");
	assert_says("2.0");
}

static void
test_plan_keeps_within_limits_whatever_the_setup(void **state)
{
	unsigned int nb_made = 0;

	(void)state;
	srand(1);
	for (unsigned int round = 0; round < 20000; round++) {
		const struct dlb_limits *limits = &dlb_limits[round % DLB_NB_VERSIONS];
		unsigned int sum_inflights = 0;

		make_setup(1 + rand() % 40, rand() % 4, 1 + rand() % 80);
		setup.cq_depth = 8U << rand() % 8;
		for (unsigned int q = 0; q < setup.nb_queues; q++) {
			setup.queues[q].is_single_link = rand() % 8 == 0;
			setup.queues[q].type = rand() % 4;
			setup.queues[q].nb_atomic_flows = 1 + rand() % 9000;
		}
		for (unsigned int p = 0; p < setup.nb_ports; p++) {
			setup.ports[p].is_single_link = rand() % 4 == 0;
			memset(setup.ports[p].links, 0, sizeof(setup.ports[p].links));
		}
		for (unsigned int i = 0; i < 200; i++) {
			unsigned int p = rand() % setup.nb_ports;
			unsigned int q = rand() % setup.nb_queues;

			if (dlb_plan_check_link(&setup, limits, p, q, &why) == 0)
				setup.ports[p].links[q].is_linked = true;
		}
		if (make_plan(round % DLB_NB_VERSIONS) != 0)
			continue;
		nb_made++;
		assert_true(plan.nb_ldb_queues <= limits->nb_ldb_queues);
		assert_true(plan.nb_ldb_lanes <= limits->nb_ldb_ports);
		assert_true(plan.nb_dir_pairs <= limits->nb_dir_ports);
		assert_true(plan.nb_hist_entries <= limits->hist_list_entries);
		assert_true(plan.nb_atomic_inflights <= limits->aqed_entries);
		for (unsigned int q = 0; q < setup.nb_queues; q++)
			sum_inflights += plan.queues[q].nb_atomic_inflights;
		assert_int_equal(sum_inflights, plan.nb_atomic_inflights);
		for (unsigned int p = 0; p < setup.nb_ports; p++) {
			unsigned int used[DLB_PLAN_MAX_LANES] = { 0 };

			for (unsigned int q = 0; q < setup.nb_queues; q++) {
				int lane = plan.ports[p].lane[q];

				assert_int_equal(lane >= 0, setup.ports[p].links[q].is_linked);
				if (lane >= 0) {
					assert_true(lane < plan.ports[p].nb_lanes);
					assert_true(++used[lane] <= DLB_NB_SLOTS);
				}
			}
			assert_true(plan.ports[p].cq_depth >= 8);
			assert_true(plan.ports[p].is_directed ||
				    plan.ports[p].nb_lanes * plan.ports[p].cq_depth <=
					    DLB_PLAN_WINDOW);
		}
	}
	assert_true(nb_made > 1000);
}

static void
test_link_keeps_single_link_promises(void **state)
{
	const struct dlb_limits *limits = &dlb_limits[DLB_V2_5];

	(void)state;
	make_setup(3, DLB_QUEUE_ATOMIC, 3);
	for (unsigned int p = 0; p < 3; p++)
		memset(setup.ports[p].links, 0, sizeof(setup.ports[p].links));
	setup.queues[0].is_single_link = true;
	setup.queues[1].is_single_link = true;
	setup.ports[0].is_single_link = true;
	assert_int_equal(dlb_plan_check_link(&setup, limits, 0, 2, &why), -EINVAL);
	assert_says("port 0 is SINGLE_LINK and queue 2 is not");
	assert_int_equal(dlb_plan_check_link(&setup, limits, 0, 0, &why), 0);
	setup.ports[0].links[0].is_linked = true;
	assert_int_equal(dlb_plan_check_link(&setup, limits, 0, 0, &why), 0);
	assert_int_equal(dlb_plan_check_link(&setup, limits, 0, 1, &why), -EDQUOT);
	assert_says("SINGLE_LINK port 0 is linked already");
	assert_int_equal(dlb_plan_check_link(&setup, limits, 1, 0, &why), -EDQUOT);
	assert_says("SINGLE_LINK queue 0 is linked already");
	assert_int_equal(dlb_plan_check_link(&setup, limits, 1, 1, &why), 0);
	assert_int_equal(dlb_plan_check_link(&setup, limits, 1, 2, &why), 0);
}

static void
test_link_refuses_the_65th_lane(void **state)
{
	const struct dlb_limits *limits = &dlb_limits[DLB_V2_5];

	(void)state;
	make_setup(9, DLB_QUEUE_ATOMIC, 63);
	for (unsigned int p = 0; p < 63; p++)
		setup.ports[p].links[8].is_linked = false;
	assert_int_equal(dlb_plan_check_link(&setup, limits, 5, 8, &why), 0);
	setup.ports[5].links[8].is_linked = true;
	assert_int_equal(dlb_plan_check_link(&setup, limits, 6, 8, &why), -EDQUOT);
	assert_says("65 hardware ports of 8 links");
}

/* One port may link all queues although there are as many ports as hardware ports. */
static void
test_plan_gives_producers_what_is_left(void **state)
{
	(void)state;
	make_setup(32, DLB_QUEUE_ATOMIC, 64);
	for (unsigned int p = 1; p < 64; p++)
		memset(setup.ports[p].links, 0, sizeof(setup.ports[p].links));
	setup.ports[0].links[31].is_linked = false;
	assert_int_equal(dlb_plan_check_link(&setup, &dlb_limits[DLB_V2_0], 0, 31, &why), 0);
	setup.ports[0].links[31].is_linked = true;
	assert_int_equal(make_plan(DLB_V2_0), 0);
	assert_int_equal(plan.ports[0].nb_lanes, 4);
	assert_int_equal(plan.nb_ldb_lanes, 64);
	assert_int_equal(plan.nb_dir_pairs, 3);
	assert_false(plan.ports[60].is_directed);
	assert_true(plan.ports[61].is_directed);
}

static void
test_slot_priority_adds_queue_and_link(void **state)
{
	(void)state;
	assert_int_equal(dlb_plan_slot_priority(128, 128), 4);
	assert_int_equal(dlb_plan_slot_priority(0, 128), 0);
	assert_int_equal(dlb_plan_slot_priority(0, 0), 0);
	assert_int_equal(dlb_plan_slot_priority(255, 128), 7);
	assert_int_equal(dlb_plan_slot_priority(255, 255), 7);
	assert_int_equal(dlb_plan_slot_priority(128, 96), 3);
	assert_int_equal(dlb_plan_slot_priority(64, 255), 5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan_gives_a_port_a_lane_for_each_8_links),
		cmocka_unit_test(test_plan_gives_a_lane_to_a_port_without_links),
		cmocka_unit_test(test_plan_lowers_depth_until_history_covers_all_lanes),
		cmocka_unit_test(test_plan_takes_the_wanted_depth),
		cmocka_unit_test(test_plan_shares_sequence_numbers),
		cmocka_unit_test(test_plan_shares_atomic_inflights_among_atomic_queues),
		cmocka_unit_test(test_plan_refuses_atomic_queues_without_inflights),
		cmocka_unit_test(test_plan_rounds_flows_up_to_a_lock_id_level),
		cmocka_unit_test(test_plan_makes_single_link_pairs_directed),
		cmocka_unit_test(test_plan_backs_single_link_queue_of_plain_port_by_ldb),
		cmocka_unit_test(test_plan_leaves_out_ports_that_are_not_set_up),
		cmocka_unit_test(test_plan_puts_neighbouring_queues_into_one_lane),
		cmocka_unit_test(test_plan_refuses_what_is_not_set_up_or_linked),
		cmocka_unit_test(test_plan_refuses_more_than_the_device_has),
		cmocka_unit_test(test_plan_gives_producers_what_is_left),
		cmocka_unit_test(test_plan_keeps_within_limits_whatever_the_setup),
		cmocka_unit_test(test_link_keeps_single_link_promises),
		cmocka_unit_test(test_link_refuses_the_65th_lane),
		cmocka_unit_test(test_slot_priority_adds_queue_and_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
