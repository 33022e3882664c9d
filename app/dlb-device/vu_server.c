/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The server's loop. See vu_server.h.
 *
 * A turn takes what one client has sent, up to its buffer; lets the device work; and sends what the
 * client takes. Waiting has no time limit unless a device's watchdogs run or a client owes the
 * rest of a message. For a moment after a message the server looks without sleeping.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vu_server.h"
#include "vu_time.h"

/* Their shortest setting is a second. */
#define WATCHDOG_PERIOD_NS (100 * VU_NS_PER_MS)
/* Patience with half a message, and with who connects and says nothing. */
#define STALL_LIMIT_NS (10 * VU_NS_PER_S)

/*
 * A guest writes events to a port as four times as many messages, each of which costs its processor
 * about a microsecond and, when it wakes a sleeping server, several more. So the server stays awake
 * this long for the next one, and looks so seldom that it finds some at once: a look takes a lock
 * that the writer needs. With nothing to do it sleeps as ever.
 */
#define AWAKE_NS (20 * VU_NS_PER_US)
#define LOOK_NS	 (5 * VU_NS_PER_US)

int
vu_server_add(struct vu_server *server, enum dlb_version version, const char *path)
{
	struct vu_slot *slot = &server->slots[server->nb_slots];
	struct vu_tracer trace = { .file = server->trace,
				   .start_ns = server->start_ns,
				   .device = server->nb_slots };
	int ret = vu_device_create(&slot->dev, version, path, &trace);

	if (ret == 0) {
		ret = vu_listen(&slot->listener, path);
		if (ret != 0)
			vu_device_destroy(&slot->dev);
	}
	if (ret != 0) {
		fprintf(stderr, "dlb-device: %s: %s\n", path,
			ret == -EADDRINUSE ? "another server is at work there"
			: ret == -EEXIST   ? "there is something that is no socket"
					   : strerror(-ret));
		return ret;
	}
	slot->is_attached = false;
	server->nb_slots++;
	return 0;
}

static void
detach(struct vu_slot *slot)
{
	vu_device_detach(&slot->dev);
	vu_client_close(&slot->client);
	slot->is_attached = false;
}

void
vu_server_close(struct vu_server *server)
{
	for (unsigned int i = 0; i < server->nb_slots; i++) {
		struct vu_slot *slot = &server->slots[i];

		if (slot->is_attached)
			detach(slot);
		vu_listen_end(&slot->listener);
		vu_device_destroy(&slot->dev);
	}
	server->nb_slots = 0;
}

/* --- one client ---------------------------------------------------------------------------- */

static void
attach(struct vu_slot *slot)
{
	int fd = accept4(slot->listener.fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd < 0)
		return;
	if (vu_client_open(&slot->client, fd) != 0) {
		vu_device_complain(&slot->dev, "no memory for a client");
		return;
	}
	slot->client.stalled_ns = vu_now_ns();
	slot->is_attached = true;
	vu_device_attach(&slot->dev, &slot->client);
}

/*
 * Handle the messages that are complete, until the client does not take the answers any more.
 * Returns 0 or a negative errno with which the connection ends.
 */
static int
handle_messages(struct vu_slot *slot)
{
	struct vu_client *client = &slot->client;
	struct vu_message msg;
	int ret;

	while (!vu_client_is_choked(client)) {
		ret = vu_client_next(client, &msg);
		if (ret <= 0)
			return ret;
		ret = vu_device_handle(&slot->dev, &msg);
		vu_client_done(client, &msg);
		if (ret != 0)
			return ret;
	}
	return 0;
}

static int
serve(struct vu_slot *slot, short events)
{
	struct vu_client *client = &slot->client;
	int handled, ret = 0;

	if ((events & (POLLIN | POLLHUP | POLLERR)) != 0 && !vu_client_is_choked(client))
		ret = vu_client_receive(client);
	if (ret != 0)
		return ret;
	handled = handle_messages(slot);
	vu_device_run(&slot->dev);
	ret = vu_client_flush(client);
	return handled != 0 ? handled : ret;
}

/* With messages left over because the client did not take answers, which it has done by now. */
static bool
has_more(struct vu_slot *slot)
{
	struct vu_message msg;

	return !vu_client_is_choked(&slot->client) && vu_client_next(&slot->client, &msg) != 0;
}

/* Note whether the client owes us bytes; from its last ones on it has a while for more. */
static void
note_debt(struct vu_slot *slot, short events)
{
	struct vu_client *client = &slot->client;

	if (client->negotiated &&
	    (client->in_begin == client->in_end || vu_client_is_choked(client)))
		client->stalled_ns = 0;
	else if (client->stalled_ns == 0 || (events & POLLIN) != 0)
		client->stalled_ns = vu_now_ns();
}

static void
serve_slot(struct vu_slot *slot, short events)
{
	struct vu_client *client = &slot->client;
	int ret;

	if (!slot->is_attached) {
		if (events != 0)
			attach(slot);
		return;
	}
	ret = serve(slot, events);
	note_debt(slot, events);
	if (ret == 0 && client->stalled_ns != 0 &&
	    vu_now_ns() - client->stalled_ns >= STALL_LIMIT_NS)
		ret = -ETIMEDOUT;
	if (ret == 0)
		return;
	if (ret != -ECONNRESET && ret != -EPIPE)
		vu_device_complain(&slot->dev, "the client is sent away: %s", strerror(-ret));
	detach(slot);
}

/* --- all of them --------------------------------------------------------------------------- */

static struct pollfd
what_to_wait_for(const struct vu_slot *slot)
{
	const struct vu_client *client = &slot->client;
	struct pollfd p = { .fd = slot->listener.fd, .events = POLLIN };

	if (!slot->is_attached)
		return p;
	p.fd = client->fd;
	if (vu_client_is_choked(client))
		p.events = 0;
	if (vu_client_backlog(client) > 0)
		p.events |= POLLOUT;
	return p;
}

/* How long to wait at most for this device. */
static uint64_t
patience_ns(struct vu_slot *slot)
{
	uint64_t patience = UINT64_MAX, waited, stall;

	if (!slot->is_attached)
		return patience;
	if (has_more(slot))
		return 0;
	if (vu_device_needs_clock(&slot->dev))
		patience = WATCHDOG_PERIOD_NS;
	stall = vu_fault_stall_ns(&slot->dev.faults);
	if (stall > 0 && stall < patience)
		patience = stall;
	if (slot->client.stalled_ns == 0)
		return patience;
	waited = vu_now_ns() - slot->client.stalled_ns;
	if (waited >= STALL_LIMIT_NS)
		return 0;
	return patience < STALL_LIMIT_NS - waited ? patience : STALL_LIMIT_NS - waited;
}

/* Spend a moment without leaving the processor, and without slowing down its other thread. */
static void
loiter(uint64_t until_ns)
{
	while (vu_now_ns() < until_ns) {
#ifdef __x86_64__
		__builtin_ia32_pause();
#endif
	}
}

/* As ppoll(), but sleeping only from a given time on. */
static int
look(struct pollfd *fds, unsigned int nb, uint64_t patience, uint64_t awake_until,
     const sigset_t *signals)
{
	struct timespec limit = { 0 };

	for (uint64_t now = vu_now_ns(); patience > 0 && now < awake_until; now = vu_now_ns()) {
		int ready;

		loiter(now + LOOK_NS);
		ready = ppoll(fds, nb, &limit, signals);
		if (ready != 0)
			return ready;
	}
	limit = (struct timespec){ .tv_sec = (time_t)(patience / VU_NS_PER_S),
				   .tv_nsec = (long)(patience % VU_NS_PER_S) };
	return ppoll(fds, nb, patience == UINT64_MAX ? NULL : &limit, signals);
}

int
vu_server_run(struct vu_server *server, const volatile sig_atomic_t *stop,
	      const sigset_t *signals_while_waiting)
{
	struct pollfd fds[VU_MAX_DEVICES + 1], *control = &fds[server->nb_slots];
	uint64_t awake_until = 0;

	while (*stop == 0) {
		uint64_t patience = UINT64_MAX;

		for (unsigned int i = 0; i < server->nb_slots; i++) {
			uint64_t ns = patience_ns(&server->slots[i]);

			patience = ns < patience ? ns : patience;
			fds[i] = what_to_wait_for(&server->slots[i]);
		}
		*control = (struct pollfd){ .fd = server->control.fd, .events = POLLIN };
		if (server->trace != NULL)
			fflush(server->trace);
		if (look(fds, server->nb_slots + 1, patience, awake_until, signals_while_waiting) <
		    0) {
			if (errno == EINTR)
				continue;
			return -errno;
		}
		for (unsigned int i = 0; i < server->nb_slots; i++) {
			serve_slot(&server->slots[i], fds[i].revents);
			if ((fds[i].revents & POLLIN) != 0)
				awake_until = vu_now_ns() + AWAKE_NS;
		}
		if (control->revents != 0)
			vu_control_serve(server);
	}
	return 0;
}
