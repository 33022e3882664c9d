/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * One domain in several processes: the primary hands its domain file on, and each secondary maps
 * the ports at the primary's addresses.
 *
 * A secondary that comes asks for what there is; from then on the primary tells all secondaries
 * when a domain begins, when it is lost and when it ends, and waits for their answers, since the
 * kernel takes nothing back that somebody still has mapped. Messages are handled by a thread of
 * EAL's, which must not wait for the primary's control path: that may be waiting for its answer.
 *
 * An answer and a message may overtake each other: domains are numbered, and one that has ended for
 * a secondary does not begin.
 *
 * Invariant: the tables below are touched under share_lock, which nobody holds while he waits.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_eventdev.h>
#include <rte_log.h>

#include "ctl_kernel.h"

#define ACTION_NAME "event_dlb_domain"

#define ANSWER_TIMEOUT_S 5

enum share_message_kind {
	SHARE_ASK, /* secondary: is there a domain? Answer: SHARE_BEGIN with its file, or SHARE_END */
	SHARE_BEGIN, /* primary: map these, with the domain's file */
	SHARE_LOST,  /* primary: what is mapped is going away, let nothing take its place */
	SHARE_END,   /* primary: unmap */
};

struct share_message {
	enum share_message_kind kind;
	int error; /* of an answer */
	uint8_t dev_id;
	uint64_t nr;			      /* of the domain; of the last one if there is none */
	const struct dlb_kernel_lanes *lanes; /* in memory that all processes share */
};

/* What a secondary process has of a device. */
struct attached {
	const char *name; /* NULL: it does not use the device */
	uint64_t over_nr; /* no domain up to this one is there any more */
	struct dlb_kernel_lanes lanes;
};

static pthread_mutex_t share_lock = PTHREAD_MUTEX_INITIALIZER;
static unsigned int nb_users;				  /* devices for which messages are taken */
static struct dlb_kernel_ctl *opened[RTE_EVENT_MAX_DEVS]; /* primary */
static struct attached attached[RTE_EVENT_MAX_DEVS];	  /* secondary */

/* EAL knows requests that wait for an answer by their name: one at a time. */
static pthread_mutex_t request_lock = PTHREAD_MUTEX_INITIALIZER;

/* --- secondary ----------------------------------------------------------------------------------- */

static void
attached_unmap(struct attached *a)
{
	for (unsigned int i = 0; i < a->lanes.nb; i++)
		dlb_kernel_unmap(&a->lanes.lane[i]);
	a->lanes.nb = 0;
}

static int
attached_map(struct attached *a, const struct dlb_kernel_lanes *lanes, int domain_fd)
{
	const unsigned int nb = RTE_MIN(lanes->nb, (unsigned int)RTE_DIM(lanes->lane));
	int ret = 0;

	for (unsigned int i = 0; i < nb && ret == 0; i++) {
		a->lanes.lane[i] = lanes->lane[i];
		ret = dlb_kernel_map(domain_fd, &a->lanes.lane[i], a->name);
		if (ret == 0)
			a->lanes.nb++;
	}
	if (ret != 0)
		attached_unmap(a);
	return ret;
}

/* A process that asked at the same moment has it already, or it is over already. */
static int
attached_begin(struct attached *a, const struct share_message *message, int domain_fd)
{
	if (a->lanes.nb > 0 || message->nr <= a->over_nr)
		return 0;
	return domain_fd < 0 ? -EBADF : attached_map(a, message->lanes, domain_fd);
}

static int
attached_follow(const struct share_message *message, int domain_fd)
{
	struct attached *a = &attached[message->dev_id];

	if (a->name == NULL)
		return 0;
	switch (message->kind) {
	case SHARE_BEGIN:
		return attached_begin(a, message, domain_fd);
	case SHARE_LOST:
		a->over_nr = message->nr;
		for (unsigned int i = 0; i < a->lanes.nb; i++)
			dlb_kernel_map_nothing(&a->lanes.lane[i], a->name);
		return 0;
	case SHARE_END:
		a->over_nr = message->nr;
		attached_unmap(a);
		return 0;
	case SHARE_ASK:
		break;
	}
	return -EINVAL;
}

/* --- both ---------------------------------------------------------------------------------------- */

static void
message_put(struct rte_mp_msg *msg, const struct share_message *message, int fd)
{
	*msg = (struct rte_mp_msg){ .len_param = sizeof(*message) };
	strcpy(msg->name, ACTION_NAME);
	memcpy(msg->param, message, sizeof(*message));
	if (fd >= 0) {
		msg->num_fds = 1;
		msg->fds[0] = fd;
	}
}

/* The file that came with it, or -1. */
static int
message_fd(const struct rte_mp_msg *msg)
{
	return msg->num_fds == 1 ? msg->fds[0] : -1;
}

static void
message_close_fds(const struct rte_mp_msg *msg)
{
	for (int i = 0; i < msg->num_fds; i++)
		close(msg->fds[i]);
}

/* False for what no process of this driver says. */
static bool
message_get(const struct rte_mp_msg *msg, struct share_message *message)
{
	if (msg->len_param != sizeof(*message))
		return false;
	memcpy(message, msg->param, sizeof(*message));
	return message->dev_id < RTE_EVENT_MAX_DEVS;
}

/* What a process that asks is told. Returns the file that goes with it, or -1. */
static int
answer_asker(struct share_message *message)
{
	struct dlb_kernel_ctl *k = opened[message->dev_id];

	if (k == NULL) {
		message->error = -ENODEV;
		return -1;
	}
	k->has_secondaries = true;
	message->nr = k->share_nr;
	message->lanes = k->lanes;
	message->kind = k->is_shared && !atomic_load(&k->is_lost) ? SHARE_BEGIN : SHARE_END;
	return message->kind == SHARE_BEGIN ? k->domain_fd : -1;
}

static int
on_message(const struct rte_mp_msg *msg, const void *peer)
{
	struct share_message message;
	struct rte_mp_msg answer;
	int answer_fd = -1;

	if (!message_get(msg, &message)) {
		message_close_fds(msg);
		return -1;
	}
	pthread_mutex_lock(&share_lock);
	if (rte_eal_process_type() == RTE_PROC_PRIMARY)
		answer_fd = answer_asker(&message);
	else
		message.error = attached_follow(&message, message_fd(msg));
	message_put(&answer, &message, answer_fd);
	/* While the file cannot be closed. */
	(void)rte_mp_reply(&answer, peer);
	pthread_mutex_unlock(&share_lock);
	message_close_fds(msg);
	return 0;
}

/*
 * Take messages, or no longer. Where nothing is shared between processes (--no-shconf, --in-memory)
 * there are no secondaries. With share_lock held.
 */
static int
messages_open(const char *name)
{
	if (nb_users == 0 && rte_mp_action_register(ACTION_NAME, on_message) != 0 &&
	    rte_errno != ENOTSUP) {
		dlb_kernel_log(RTE_LOG_ERR, name, "no messages between processes: %s",
			       rte_strerror(rte_errno));
		return -rte_errno;
	}
	nb_users++;
	return 0;
}

static void
messages_close(void)
{
	if (--nb_users == 0)
		rte_mp_action_unregister(ACTION_NAME);
}

/* Send and wait for the answers, for reply_free(). 0 or -errno. */
static int
request(const struct share_message *message, int fd, struct rte_mp_reply *reply)
{
	const struct timespec timeout = { .tv_sec = ANSWER_TIMEOUT_S };
	struct rte_mp_msg msg;
	int ret;

	*reply = (struct rte_mp_reply){ 0 };
	message_put(&msg, message, fd);
	pthread_mutex_lock(&request_lock);
	ret = rte_mp_request_sync(&msg, reply, &timeout) == 0 ? 0 : -rte_errno;
	pthread_mutex_unlock(&request_lock);
	return ret;
}

static void
reply_free(struct rte_mp_reply *reply)
{
	for (int i = 0; i < reply->nb_received; i++)
		message_close_fds(&reply->msgs[i]);
	free(reply->msgs);
}

/* --- primary ------------------------------------------------------------------------------------- */

int
dlb_kernel_share_open(struct dlb_kernel_ctl *ctl)
{
	int ret;

	pthread_mutex_lock(&share_lock);
	ret = messages_open(ctl->name);
	if (ret == 0)
		opened[ctl->dev_id] = ctl;
	pthread_mutex_unlock(&share_lock);
	return ret;
}

void
dlb_kernel_share_close(struct dlb_kernel_ctl *ctl)
{
	pthread_mutex_lock(&share_lock);
	opened[ctl->dev_id] = NULL;
	messages_close();
	pthread_mutex_unlock(&share_lock);
}

/* Tell all secondaries and wait for them. The first error among their answers. */
static int
tell(const struct dlb_kernel_ctl *ctl, enum share_message_kind kind)
{
	const struct share_message message = {
		.kind = kind,
		.dev_id = ctl->dev_id,
		.nr = ctl->share_nr,
		.lanes = ctl->lanes,
	};
	struct share_message answer;
	struct rte_mp_reply reply;
	int ret = request(&message, kind == SHARE_BEGIN ? ctl->domain_fd : -1, &reply);

	for (int i = 0; i < reply.nb_received && ret == 0; i++)
		ret = message_get(&reply.msgs[i], &answer) ? answer.error : -EPROTO;
	reply_free(&reply);
	if (ret != 0)
		dlb_kernel_log(RTE_LOG_ERR, ctl->name, "a secondary process does not follow: %s",
			       strerror(-ret));
	return ret;
}

/* Whether somebody is to be told what becomes of the domain. */
static bool
set_shared(struct dlb_kernel_ctl *ctl, bool is_shared)
{
	bool is_told;

	pthread_mutex_lock(&share_lock);
	is_told = ctl->has_secondaries && (is_shared || ctl->is_shared);
	ctl->share_nr += is_shared;
	ctl->is_shared = is_shared;
	pthread_mutex_unlock(&share_lock);
	return is_told;
}

int
dlb_kernel_share(struct dlb_kernel_ctl *ctl)
{
	return set_shared(ctl, true) ? tell(ctl, SHARE_BEGIN) : 0;
}

/* Its file is not given out any more, since it is lost. */
void
dlb_kernel_share_lost(struct dlb_kernel_ctl *ctl)
{
	bool is_told;

	pthread_mutex_lock(&share_lock);
	is_told = ctl->has_secondaries && ctl->is_shared;
	pthread_mutex_unlock(&share_lock);
	if (is_told)
		(void)tell(ctl, SHARE_LOST);
}

void
dlb_kernel_unshare(struct dlb_kernel_ctl *ctl)
{
	if (set_shared(ctl, false))
		(void)tell(ctl, SHARE_END);
}

/* --- secondary comes and goes --------------------------------------------------------------------- */

/* Ask the primary, and map what it has. */
static int
ask(uint8_t dev_id)
{
	const struct share_message message = { .kind = SHARE_ASK, .dev_id = dev_id };
	struct share_message answer;
	struct rte_mp_reply reply;
	int ret = request(&message, -1, &reply);

	if (ret != 0)
		return ret;
	ret = -EPROTO;
	if (reply.nb_received == 1 && message_get(&reply.msgs[0], &answer)) {
		pthread_mutex_lock(&share_lock);
		ret = answer.error != 0 ? answer.error
					: attached_follow(&answer, message_fd(&reply.msgs[0]));
		pthread_mutex_unlock(&share_lock);
	}
	reply_free(&reply);
	return ret;
}

int
dlb_ctl_kernel_attach(uint8_t dev_id, const char *name)
{
	int ret;

	pthread_mutex_lock(&share_lock);
	ret = messages_open(name);
	if (ret == 0)
		attached[dev_id] = (struct attached){ .name = name };
	pthread_mutex_unlock(&share_lock);
	if (ret != 0)
		return ret;
	ret = ask(dev_id);
	if (ret != 0)
		dlb_ctl_kernel_detach(dev_id);
	return ret;
}

void
dlb_ctl_kernel_detach(uint8_t dev_id)
{
	pthread_mutex_lock(&share_lock);
	attached_unmap(&attached[dev_id]);
	attached[dev_id].name = NULL;
	messages_close();
	pthread_mutex_unlock(&share_lock);
}
