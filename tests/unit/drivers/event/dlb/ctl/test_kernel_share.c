/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A domain in several processes: both sides in this one. What one side sends the test carries to
 * the other, which answers at once; or it keeps, loses or spoils it.
 */

#include <errno.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_eal.h>
#include <rte_errno.h>

#include "kernel_rig.h"

/* The side that this thread is on. */
static _Thread_local enum rte_proc_type_t process_type = RTE_PROC_PRIMARY;

/* How messages fare. */
static struct {
	rte_mp_t action;
	int register_error;
	int request_error; /* instead of an answer */
	bool spoils;	   /* answers have a strange length */
	unsigned int nb_answers;
	struct rte_mp_msg request; /* the last one, and its answer */
	struct rte_mp_msg answer;
	/* Instead: this message comes first, and then this answer. */
	const struct rte_mp_msg *first;
	const struct rte_mp_msg *then;
} post;

int
__wrap_rte_mp_action_register(const char *name, rte_mp_t action);
void
__wrap_rte_mp_action_unregister(const char *name);
int
__wrap_rte_mp_request_sync(struct rte_mp_msg *request, struct rte_mp_reply *reply,
			   const struct timespec *timeout);
int
__wrap_rte_mp_reply(struct rte_mp_msg *answer, const char *peer);
enum rte_proc_type_t
__wrap_rte_eal_process_type(void);

enum rte_proc_type_t
__wrap_rte_eal_process_type(void)
{
	return process_type;
}

int
__wrap_rte_mp_action_register(const char *name, rte_mp_t action)
{
	(void)name;
	rte_errno = post.register_error;
	if (post.register_error != 0)
		return -1;
	post.action = action;
	return 0;
}

void
__wrap_rte_mp_action_unregister(const char *name)
{
	(void)name;
	post.action = NULL;
}

int
__wrap_rte_mp_reply(struct rte_mp_msg *answer, const char *peer)
{
	(void)peer;
	post.answer = *answer;
	return 0;
}

static void
other_side(void)
{
	process_type = process_type == RTE_PROC_PRIMARY ? RTE_PROC_SECONDARY : RTE_PROC_PRIMARY;
}

/* The kernel gives the receiver a descriptor of its own. */
static void
deliver(const struct rte_mp_msg *msg)
{
	fake.nb_open += msg->num_fds;
	other_side();
	post.action(msg, "peer");
	other_side();
}

static void
answer_with(struct rte_mp_reply *reply, const struct rte_mp_msg *answer)
{
	*reply = (struct rte_mp_reply){
		.nb_sent = 1,
		.nb_received = 1,
		.msgs = malloc(sizeof(*answer)),
	};
	fake.nb_open += answer->num_fds;
	reply->msgs[0] = *answer;
	reply->msgs[0].len_param -= post.spoils;
}

int
__wrap_rte_mp_request_sync(struct rte_mp_msg *request, struct rte_mp_reply *reply,
			   const struct timespec *timeout)
{
	(void)timeout;
	rte_errno = post.request_error;
	if (post.request_error != 0)
		return -1;
	post.request = *request;
	if (post.first != NULL) {
		fake.nb_open += post.first->num_fds;
		post.action(post.first, "peer");
		answer_with(reply, post.then);
	} else {
		deliver(request);
		answer_with(reply, &post.answer);
	}
	__atomic_add_fetch(&post.nb_answers, 1, __ATOMIC_RELEASE);
	return 0;
}

/* --- the secondary -------------------------------------------------------------------------------- */

#define NB_MAPPED 4 /* by each process: two ports, two mappings each */
#define NB_OPEN	  2 /* by the primary */

static int
attach(void)
{
	int ret;

	process_type = RTE_PROC_SECONDARY;
	ret = dlb_ctl_kernel_attach(RIG_DEV_ID, RIG_NAME);
	process_type = RTE_PROC_PRIMARY;
	return ret;
}

static void
detach(void)
{
	process_type = RTE_PROC_SECONDARY;
	dlb_ctl_kernel_detach(RIG_DEV_ID);
	process_type = RTE_PROC_PRIMARY;
}

static int
setup(void **state)
{
	static struct rig rig;

	memset(&post, 0, sizeof(post));
	rig_new(&rig);
	rig_log_clear();
	*state = &rig;
	return 0;
}

static int
teardown(void **state)
{
	rig_free(*state);
	assert_null(post.action);
	return 0;
}

static void
assert_both_have(int nb_mapped)
{
	assert_int_equal(fake.nb_mapped, nb_mapped);
	assert_int_equal(fake.nb_open, NB_OPEN);
}

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

	assert_int_equal(attach(), 0);
	assert_both_have(2 * NB_MAPPED);
	assert_ptr_equal(fake.map_address, rig->dir.cq);
	detach();
	assert_both_have(NB_MAPPED);
}

static void
test_kernel_share_follows_from_domain_to_domain(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(attach(), 0);
	for (unsigned int i = 0; i < 3; i++) {
		rig_empty(rig);
		assert_int_equal(fake.nb_mapped, 0);
		assert_int_equal(fake.nb_open, 1);
		assert_int_equal(rig_domain(rig), 0);
		assert_both_have(2 * NB_MAPPED);
	}
	detach();
}

static void
test_kernel_share_finds_no_domain_before_the_first_start(void **state)
{
	struct rig *rig = *state;

	rig_empty(rig);
	assert_int_equal(attach(), 0);
	assert_int_equal(fake.nb_mapped, 0);
	assert_int_equal(rig_domain(rig), 0);
	assert_both_have(2 * NB_MAPPED);
	detach();
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

	assert_int_equal(attach(), 0);
	lose();
	assert_both_have(2 * NB_MAPPED);
	rig_empty(rig);
	assert_int_equal(fake.nb_mapped, 0);
	assert_int_equal(rig_domain(rig), 0);
	assert_both_have(2 * NB_MAPPED);
	detach();
}

static void
test_kernel_share_gives_no_lost_domain_away(void **state)
{
	assert_int_equal(attach(), 0);
	detach();
	lose();
	assert_int_equal(attach(), 0);
	assert_both_have(NB_MAPPED);
	(void)state;
	detach();
}

/* --- messages that cross --------------------------------------------------------------------------- */

static int
attach_amid(const struct rte_mp_msg *first, const struct rte_mp_msg *then)
{
	int ret;

	post.first = first;
	post.then = then;
	ret = attach();
	post.first = NULL;
	return ret;
}

/* The answer says that there is a domain; by the time that it is read there is none. */
static void
test_kernel_share_maps_no_domain_that_has_ended(void **state)
{
	struct rte_mp_msg end, late;
	struct rig *rig = *state;

	assert_int_equal(attach(), 0);
	late = post.answer;
	detach();
	rig_empty(rig);
	end = post.request;
	assert_int_equal(rig_domain(rig), 0);
	assert_int_equal(attach_amid(&end, &late), 0);
	assert_both_have(NB_MAPPED);
	detach();
}

static void
test_kernel_share_maps_no_domain_that_was_lost(void **state)
{
	struct rte_mp_msg lost, late;

	(void)state;
	assert_int_equal(attach(), 0);
	late = post.answer;
	detach();
	lose();
	lost = post.request;
	assert_int_equal(attach_amid(&lost, &late), 0);
	assert_both_have(NB_MAPPED);
	detach();
}

/* A domain begins: all are told, and the one that has just asked gets an answer, too. */
static void
test_kernel_share_maps_once_what_it_is_told_twice(void **state)
{
	struct rte_mp_msg begin, answer;
	struct rig *rig = *state;

	rig_empty(rig);
	assert_int_equal(attach(), 0);
	assert_int_equal(rig_domain(rig), 0);
	begin = post.request;
	detach();
	assert_int_equal(attach(), 0);
	answer = post.answer;
	detach();
	assert_int_equal(attach_amid(&begin, &answer), 0);
	assert_both_have(2 * NB_MAPPED);
	detach();
}

/* --- what goes wrong ------------------------------------------------------------------------------- */

static void
test_kernel_share_says_what_is_in_the_way(void **state)
{
	fake.map_error = EEXIST;
	assert_int_equal(attach(), -EEXIST);
	ASSERT_LOGGED("cannot be mapped at", "something else is there");
	assert_both_have(NB_MAPPED);
	(void)state;
}

/* A process that has not got the ports must not find them started. */
static void
test_kernel_share_starts_not_when_somebody_cannot_follow(void **state)
{
	struct rig *rig = *state;

	assert_int_equal(attach(), 0);
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
	detach();
}

static void
test_kernel_share_attaches_not_without_a_clear_answer(void **state)
{
	(void)state;
	post.request_error = ETIMEDOUT;
	assert_int_equal(attach(), -ETIMEDOUT);
	post.request_error = 0;
	post.spoils = true;
	assert_int_equal(attach(), -EPROTO);
	post.spoils = false;
	process_type = RTE_PROC_SECONDARY;
	assert_int_equal(dlb_ctl_kernel_attach(RIG_DEV_ID + 1, "event_dlb1"), -ENODEV);
	process_type = RTE_PROC_PRIMARY;
}

static void
test_kernel_share_attaches_not_where_messages_cannot_be_had(void **state)
{
	struct rig *rig = *state;

	rig_empty(rig);
	dlb_ctl_close(rig->ctl);
	post.register_error = EEXIST;
	assert_int_equal(attach(), -EEXIST);
	ASSERT_LOGGED("no messages between processes");
	post.register_error = 0;
	assert_int_equal(rig_open(rig), 0);
}

static void
test_kernel_share_ignores_what_nobody_says(void **state)
{
	struct rte_mp_msg msg = { .len_param = 3 };

	(void)state;
	assert_int_equal(post.action(&msg, "peer"), -1);
	assert_int_equal(attach(), 0);
	msg = post.answer;
	msg.num_fds = 0;
	memset(msg.param, 0xFF, sizeof(msg.param));
	assert_int_equal(post.action(&msg, "peer"), -1);
	detach();
}

static void
test_kernel_share_opens_not_where_messages_cannot_be_had(void **state)
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
		cmocka_unit_test_setup_teardown(test_kernel_share_tells_nobody_when_nobody_asked,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_at_the_primarys_addresses,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_follows_from_domain_to_domain,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_kernel_share_finds_no_domain_before_the_first_start, setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_lets_a_secondary_survive_a_reset,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_gives_no_lost_domain_away, setup,
						teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_no_domain_that_has_ended,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_no_domain_that_was_lost,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_maps_once_what_it_is_told_twice,
						setup, teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_says_what_is_in_the_way, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_kernel_share_starts_not_when_somebody_cannot_follow, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_kernel_share_attaches_not_without_a_clear_answer, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_kernel_share_attaches_not_where_messages_cannot_be_had, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_kernel_share_ignores_what_nobody_says, setup,
						teardown),
		cmocka_unit_test_setup_teardown(
			test_kernel_share_opens_not_where_messages_cannot_be_had, setup, teardown),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
