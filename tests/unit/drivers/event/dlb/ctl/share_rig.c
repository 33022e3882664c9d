/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_errno.h>

#include "share_rig.h"

/* The side that this thread is on. */
static _Thread_local enum rte_proc_type_t process_type = RTE_PROC_PRIMARY;

struct share_post post;

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

/* To the side that this thread is on. The kernel gives the receiver a descriptor of its own. */
static int
take(const struct rte_mp_msg *msg)
{
	fake.nb_open += msg->num_fds;
	return post.action(msg, "peer");
}

void
share_deliver(const struct rte_mp_msg *msg)
{
	struct rte_mp_msg delivered = *msg;

	if (post.drops_file)
		delivered.num_fds = 0;
	other_side();
	(void)take(&delivered);
	other_side();
}

static void
answer_with(struct rte_mp_reply *reply, const struct rte_mp_msg *answer)
{
	struct rte_mp_msg *received = &reply->msgs[reply->nb_received++];

	*received = *answer;
	received->len_param -= post.spoils;
	if (post.drops_file)
		received->num_fds = 0;
	fake.nb_open += received->num_fds;
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
	*reply = (struct rte_mp_reply){ .nb_sent = 1, .msgs = malloc(2 * sizeof(*reply->msgs)) };
	if (post.first != NULL) {
		(void)take(post.first);
		answer_with(reply, post.then);
	} else if (!post.is_silent) {
		share_deliver(post.instead != NULL ? post.instead : request);
		answer_with(reply, &post.answer);
	}
	if (post.second != NULL)
		answer_with(reply, post.second);
	__atomic_add_fetch(&post.nb_answers, 1, __ATOMIC_RELEASE);
	return 0;
}

int
share_attach_to(uint8_t dev_id)
{
	int ret;

	process_type = RTE_PROC_SECONDARY;
	ret = dlb_ctl_kernel_attach(dev_id, RIG_NAME);
	process_type = RTE_PROC_PRIMARY;
	return ret;
}

int
share_attach(void)
{
	return share_attach_to(RIG_DEV_ID);
}

void
share_detach(void)
{
	process_type = RTE_PROC_SECONDARY;
	dlb_ctl_kernel_detach(RIG_DEV_ID);
	process_type = RTE_PROC_PRIMARY;
}

int
share_setup(void **state)
{
	static struct rig rig;

	memset(&post, 0, sizeof(post));
	rig_new(&rig);
	*state = &rig;
	return 0;
}

int
share_teardown(void **state)
{
	/* What a test that failed has left is gone with it. */
	post.instead = NULL;
	post.second = NULL;
	post.first = NULL;
	rig_free(*state);
	assert_null(post.action);
	return 0;
}
