/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A domain in several processes: a secondary has what the primary has, whatever becomes of it.
 */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "share_rig.h"

/* --- it follows ------------------------------------------------------------------------------------ */

static void
test_kernel_share_tells_nobody_when_nobody_asked(void **state)
{
	(void)state;
	assert_int_equal(post.nb_answers, 0);
}

static void
test_kernel_share_maps_at_the_primarys_addresses(void **state)
{
	const struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	assert_ptr_equal(fake.map_address, rig->dir.cq);
	share_detach();
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
}

static void
test_kernel_share_follows_from_domain_to_domain(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	for (unsigned int i = 0; i < 3; i++) {
		rig_empty(rig);
		assert_int_equal(fake.nb_mapped, 0);
		assert_int_equal(fake.nb_open, 1);
		assert_int_equal(rig_domain(rig), 0);
		ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	}
	share_detach();
}

static void
test_kernel_share_finds_no_domain_before_the_first_start(void **state)
{
	struct rig *rig = *state;

	rig_empty(rig);
	assert_int_equal(share_attach(), 0);
	assert_int_equal(fake.nb_mapped, 0);
	assert_int_equal(rig_domain(rig), 0);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	share_detach();
}

/* --- a reset --------------------------------------------------------------------------------------- */

static void
lose(void)
{
	const unsigned int before = post.nb_answers;

	fake_kernel_alert(DLB_ALERT_DEVICE_RESET, 0);
	while (__atomic_load_n(&post.nb_answers, __ATOMIC_ACQUIRE) == before)
		sched_yield();
}

/* What is mapped stays, with nothing behind it, until the domain ends. */
static void
test_kernel_share_lets_a_secondary_survive_a_reset(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	lose();
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	rig_empty(rig);
	assert_int_equal(fake.nb_mapped, 0);
	assert_int_equal(rig_domain(rig), 0);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	share_detach();
}

static void
test_kernel_share_gives_no_lost_domain_away(void **state)
{
	assert_int_equal(share_attach(), 0);
	share_detach();
	lose();
	assert_int_equal(share_attach(), 0);
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
	(void)state;
	share_detach();
}

/* There is nothing that secondaries would have to give up. */
static void
test_kernel_share_tells_nobody_of_a_domain_lost_before_its_start(void **state)
{
	const unsigned int before = atomic_load(&rig_nb_lost);
	struct rig *rig = *state;
	unsigned int nb_answers;

	rig_empty(rig);
	assert_int_equal(share_attach(), 0);
	assert_true(dlb_ctl_domain_create(rig->ctl, &rig_domain_conf) >= 0);
	nb_answers = post.nb_answers;
	fake_kernel_alert(DLB_ALERT_DEVICE_RESET, 0);
	while (atomic_load(&rig_nb_lost) == before)
		sched_yield();
	rig_empty(rig);
	assert_int_equal(post.nb_answers, nb_answers);
	assert_int_equal(rig_domain(rig), 0);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	share_detach();
}

/* --- messages that cross --------------------------------------------------------------------------- */

static int
attach_amid(const struct rte_mp_msg *first, const struct rte_mp_msg *then)
{
	int ret;

	post.first = first;
	post.then = then;
	ret = share_attach();
	post.first = NULL;
	return ret;
}

/* The answer says that there is a domain; by the time that it is read there is none. */
static void
test_kernel_share_maps_no_domain_that_has_ended(void **state)
{
	struct rte_mp_msg end, late;
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	late = post.answer;
	share_detach();
	rig_empty(rig);
	end = post.request;
	assert_int_equal(rig_domain(rig), 0);
	assert_int_equal(attach_amid(&end, &late), 0);
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
	share_detach();
}

static void
test_kernel_share_maps_no_domain_that_was_lost(void **state)
{
	struct rte_mp_msg lost, late;

	(void)state;
	assert_int_equal(share_attach(), 0);
	late = post.answer;
	share_detach();
	lose();
	lost = post.request;
	assert_int_equal(attach_amid(&lost, &late), 0);
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
	share_detach();
}

/* A domain begins: all are told, and the one that has just asked gets an answer, too. */
static void
test_kernel_share_maps_once_what_it_is_told_twice(void **state)
{
	struct rte_mp_msg begin, answer;
	struct rig *rig = *state;

	rig_empty(rig);
	assert_int_equal(share_attach(), 0);
	assert_int_equal(rig_domain(rig), 0);
	begin = post.request;
	share_detach();
	assert_int_equal(share_attach(), 0);
	answer = post.answer;
	share_detach();
	assert_int_equal(attach_amid(&begin, &answer), 0);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	share_detach();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_kernel_share_tells_nobody_when_nobody_asked,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_at_the_primarys_addresses,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_follows_from_domain_to_domain,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(
			test_kernel_share_finds_no_domain_before_the_first_start, share_setup,
			share_teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_lets_a_secondary_survive_a_reset,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_gives_no_lost_domain_away,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(
			test_kernel_share_tells_nobody_of_a_domain_lost_before_its_start,
			share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_no_domain_that_has_ended,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_no_domain_that_was_lost,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_once_what_it_is_told_twice,
						share_setup, share_teardown),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
