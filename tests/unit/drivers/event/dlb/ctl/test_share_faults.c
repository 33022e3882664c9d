/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A domain in several processes, some of which cannot follow, or say what nobody understands.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "share_rig.h"

static void
test_share_faults_says_what_is_in_the_way(void **state)
{
	fake.map_error = EEXIST;
	assert_int_equal(share_attach(), -EEXIST);
	ASSERT_LOGGED("cannot be mapped at", "something else is there");
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
	(void)state;
}

/* A process that has not got the ports must not find them started. */
static void
test_share_faults_starts_not_when_somebody_cannot_follow(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	rig_empty(rig);
	fake.map_error = EEXIST;
	assert_int_equal(rig_domain(rig), -EEXIST);
	ASSERT_LOGGED("a secondary process does not follow");
	assert_int_equal(fake.nb_mapped, 0);
	assert_int_equal(fake.nb_open, 1);
	fake.map_error = 0;
	assert_int_equal(rig_domain(rig), 0);
	post.request_error = ETIMEDOUT;
	rig_empty(rig);
	assert_int_equal(rig_domain(rig), -ETIMEDOUT);
	post.request_error = 0;
	share_detach();
}

static void
test_share_faults_starts_not_without_a_clear_answer(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	rig_empty(rig);
	post.spoils = true;
	assert_int_equal(rig_domain(rig), -EPROTO);
	ASSERT_LOGGED("does not follow: Protocol error");
	assert_int_equal(fake.nb_mapped, 0);
	post.spoils = false;
	assert_int_equal(rig_domain(rig), 0);
	share_detach();
}

/* A message begins with its kind and, if it is an answer, its error. */
static struct rte_mp_msg
message_like(const struct rte_mp_msg *like, int kind, int error)
{
	const int words[] = { kind, error };
	struct rte_mp_msg msg = *like;

	memcpy(msg.param, words, sizeof(words));
	return msg;
}

/* Whoever of them answers first. */
static void
test_share_faults_starts_not_when_one_of_two_cannot_follow(void **state)
{
	struct rte_mp_msg good, bad;
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	rig_empty(rig);
	good = post.answer;
	bad = message_like(&good, 0, -EEXIST);
	post.second = &good;
	fake.map_error = EEXIST;
	assert_int_equal(rig_domain(rig), -EEXIST);
	fake.map_error = 0;
	post.second = &bad;
	assert_int_equal(rig_domain(rig), -EEXIST);
	post.second = NULL;
	assert_int_equal(rig_domain(rig), 0);
	share_detach();
}

/* Only a primary is asked, and of other kinds nobody knows. */
static void
test_share_faults_follows_not_what_is_not_for_a_secondary(void **state)
{
	struct rte_mp_msg question, unknown;
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	question = post.request;
	unknown = message_like(&question, 99, 0);
	rig_empty(rig);
	post.instead = &question;
	assert_int_equal(rig_domain(rig), -EINVAL);
	post.instead = &unknown;
	assert_int_equal(rig_domain(rig), -EINVAL);
	ASSERT_LOGGED("does not follow: Invalid argument");
	post.instead = NULL;
	assert_int_equal(rig_domain(rig), 0);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	share_detach();
}

static void
test_share_faults_attaches_not_without_a_clear_answer(void **state)
{
	(void)state;
	post.request_error = ETIMEDOUT;
	assert_int_equal(share_attach(), -ETIMEDOUT);
	post.request_error = 0;
	post.spoils = true;
	assert_int_equal(share_attach(), -EPROTO);
	post.spoils = false;
	post.is_silent = true;
	assert_int_equal(share_attach(), -EPROTO);
	post.is_silent = false;
	assert_int_equal(share_attach_to(RIG_DEV_ID + 1), -ENODEV);
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
}

/* Only one process is the primary. */
static void
test_share_faults_attaches_not_with_two_answers(void **state)
{
	struct rte_mp_msg answer;

	(void)state;
	assert_int_equal(share_attach(), 0);
	answer = post.answer;
	share_detach();
	post.second = &answer;
	assert_int_equal(share_attach(), -EPROTO);
	post.second = NULL;
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
}

/* Secondaries have none to give. */
static void
test_share_faults_keeps_no_file_of_an_answer(void **state)
{
	struct rte_mp_msg answer;
	struct rig *rig = *state;

	assert_int_equal(share_attach(), 0);
	answer = post.answer;
	assert_int_equal(answer.num_fds, 1);
	post.second = &answer;
	rig_empty(rig);
	post.second = NULL;
	assert_int_equal(fake.nb_open, 1);
	share_detach();
}

/* What is mapped of a domain that cannot be had would keep it alive. */
static void
test_share_faults_maps_all_or_nothing(void **state)
{
	struct rte_mp_msg nothing, begin;
	struct rig *rig = *state;

	rig_empty(rig);
	assert_int_equal(share_attach(), 0);
	nothing = post.answer;
	assert_int_equal(rig_domain(rig), 0);
	begin = post.request;
	share_detach();
	post.first = &nothing;
	post.then = &nothing;
	assert_int_equal(share_attach(), 0);
	for (unsigned int at = 1; at <= 2 * SHARE_NB_MAPPED; at++) {
		fake.fail_at = fake.nb_calls + at;
		share_deliver(&begin);
		ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
	}
	share_deliver(&begin);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	post.first = NULL;
	share_detach();
}

/* A domain that begins comes with its file. */
static void
test_share_faults_follows_not_without_the_file(void **state)
{
	struct rig *rig = *state;

	post.drops_file = true;
	assert_int_equal(share_attach(), -EBADF);
	ASSERT_ALL_HAVE(SHARE_NB_MAPPED);
	rig_empty(rig);
	assert_int_equal(share_attach(), 0);
	assert_int_equal(rig_domain(rig), -EBADF);
	ASSERT_LOGGED("does not follow: Bad file descriptor");
	post.drops_file = false;
	assert_int_equal(rig_domain(rig), 0);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	share_detach();
}

static void
test_share_faults_attaches_not_where_messages_cannot_be_had(void **state)
{
	struct rig *rig = *state;

	rig_empty(rig);
	dlb_ctl_close(rig->ctl);
	post.register_error = EEXIST;
	assert_int_equal(share_attach(), -EEXIST);
	ASSERT_LOGGED("no messages between processes");
	post.register_error = 0;
	assert_int_equal(rig_open(rig), 0);
}

static void
test_share_faults_ignores_what_nobody_says(void **state)
{
	struct rte_mp_msg msg = { .len_param = 3 };

	(void)state;
	assert_int_equal(post.action(&msg, "peer"), -1);
	assert_int_equal(share_attach(), 0);
	msg = post.answer;
	assert_int_equal(msg.num_fds, 1);
	memset(msg.param, 0xFF, sizeof(msg.param));
	share_deliver(&msg);
	ASSERT_ALL_HAVE(2 * SHARE_NB_MAPPED);
	share_detach();
}

static void
test_share_faults_opens_not_where_messages_cannot_be_had(void **state)
{
	struct rig *rig = *state;

	rig_empty(rig);
	dlb_ctl_close(rig->ctl);
	post.register_error = EEXIST;
	assert_int_equal(rig_open(rig), -EEXIST);
	ASSERT_LOGGED("no messages between processes");
	assert_int_equal(fake.nb_open, 0);
	/* Nobody shares anything there. */
	post.register_error = ENOTSUP;
	assert_int_equal(rig_open(rig), 0);
	post.register_error = 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_share_faults_says_what_is_in_the_way,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(
			test_share_faults_starts_not_when_somebody_cannot_follow, share_setup,
			share_teardown),
		cmocka_unit_test_setup_teardown(test_share_faults_starts_not_without_a_clear_answer,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(
			test_share_faults_starts_not_when_one_of_two_cannot_follow, share_setup,
			share_teardown),
		cmocka_unit_test_setup_teardown(
			test_share_faults_follows_not_what_is_not_for_a_secondary, share_setup,
			share_teardown),
		cmocka_unit_test_setup_teardown(
			test_share_faults_attaches_not_without_a_clear_answer, share_setup,
			share_teardown),
		cmocka_unit_test_setup_teardown(test_share_faults_attaches_not_with_two_answers,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_share_faults_keeps_no_file_of_an_answer,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(test_share_faults_maps_all_or_nothing, share_setup,
						share_teardown),
		cmocka_unit_test_setup_teardown(test_share_faults_follows_not_without_the_file,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(
			test_share_faults_attaches_not_where_messages_cannot_be_had, share_setup,
			share_teardown),
		cmocka_unit_test_setup_teardown(test_share_faults_ignores_what_nobody_says,
						share_setup, share_teardown),
		cmocka_unit_test_setup_teardown(
			test_share_faults_opens_not_where_messages_cannot_be_had, share_setup,
			share_teardown),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
