/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A client's connection. See vu_client.h.
 *
 * Descriptors belong to the last message that begins in the bytes they came with, as the kernel
 * ends what one call receives behind the bytes that they were sent with, and clients send message
 * by message. While a message with descriptors is incomplete only its own bytes are received, so
 * that one list of descriptors is enough.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vu_client.h"

/* Some messages of the greatest length, thousands of the usual one. */
#define IN_BYTES ((uint32_t)16 * VU_MAX_MESSAGE)
/*
 * Twice what it takes to write each entry of each consumer queue by message; the device cannot have
 * more underway, because entries come back by the client's own doing.
 */
#define OUT_LIMIT ((size_t)32 << 20)
#define OUT_FIRST ((size_t)16 << 10)

int
vu_client_open(struct vu_client *client, int fd)
{
	*client = (struct vu_client){ .fd = fd, .out_room = OUT_FIRST };
	client->in = malloc(IN_BYTES);
	client->out = malloc(OUT_FIRST);
	if (client->in != NULL && client->out != NULL)
		return 0;
	vu_client_close(client);
	return -ENOMEM;
}

static void
close_fds(struct vu_client *client)
{
	for (unsigned int i = 0; i < client->nb_fds; i++)
		if (client->fds[i] >= 0)
			close(client->fds[i]);
	client->nb_fds = 0;
}

void
vu_client_close(struct vu_client *client)
{
	close_fds(client);
	close(client->fd);
	free(client->in);
	free(client->out);
	*client = (struct vu_client){ .fd = -1 };
}

/* --- in ------------------------------------------------------------------------------------ */

static uint32_t
nb_buffered(const struct vu_client *client)
{
	return client->in_end - client->in_begin;
}

/* Bytes of the message at the buffer's begin, as far as one can tell: of its header, at least. */
static uint32_t
first_size(const struct vu_client *client)
{
	struct vu_header header;

	if (nb_buffered(client) < sizeof(header))
		return sizeof(header);
	memcpy(&header, client->in + client->in_begin, sizeof(header));
	return header.size;
}

/* Take over what the kernel has put into our table; the overflow it has closed itself. */
static bool
take_fds(struct vu_client *client, struct msghdr *received)
{
	bool all = (received->msg_flags & MSG_CTRUNC) == 0;

	for (struct cmsghdr *c = CMSG_FIRSTHDR(received); c != NULL; c = CMSG_NXTHDR(received, c)) {
		size_t nb = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < nb; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(c) + i * sizeof(fd), sizeof(fd));
			if (client->nb_fds < VU_MAX_FDS) {
				client->fds[client->nb_fds++] = fd;
			} else {
				close(fd);
				all = false;
			}
		}
	}
	return all;
}

static size_t
room_for_input(struct vu_client *client)
{
	uint32_t first;

	memmove(client->in, client->in + client->in_begin, nb_buffered(client));
	client->in_end -= client->in_begin;
	client->in_begin = 0;
	first = first_size(client);
	if (client->nb_fds > 0 && first > client->in_end && first <= IN_BYTES)
		return first - client->in_end;
	return IN_BYTES - client->in_end;
}

int
vu_client_receive(struct vu_client *client)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(VU_MAX_FDS * sizeof(int))];
	} control;
	struct iovec into = { .iov_len = room_for_input(client) };
	struct msghdr m = { .msg_iov = &into,
			    .msg_iovlen = 1,
			    .msg_control = control.bytes,
			    .msg_controllen = sizeof(control.bytes) };
	ssize_t got;

	into.iov_base = client->in + client->in_end;
	if (into.iov_len == 0)
		return 0;
	got = recvmsg(client->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (got < 0)
		return errno == EAGAIN || errno == EINTR ? 0 : -errno;
	if (got == 0)
		return -ECONNRESET;
	client->in_end += (uint32_t)got;
	return take_fds(client, &m) ? 0 : -EPROTO;
}

int
vu_client_next(struct vu_client *client, struct vu_message *msg)
{
	uint32_t buffered = nb_buffered(client);

	if (buffered < sizeof(msg->header))
		return 0;
	memcpy(&msg->header, client->in + client->in_begin, sizeof(msg->header));
	if (msg->header.size < sizeof(msg->header) || msg->header.size > VU_MAX_MESSAGE ||
	    (msg->header.flags & VU_TYPE) > VU_REPLY)
		return -EPROTO;
	if (buffered < msg->header.size)
		return 0;
	msg->payload = client->in + client->in_begin + sizeof(msg->header);
	msg->len = msg->header.size - (uint32_t)sizeof(msg->header);
	msg->fds = client->fds;
	msg->nb_fds = buffered == msg->header.size ? client->nb_fds : 0;
	return 1;
}

void
vu_client_done(struct vu_client *client, struct vu_message *msg)
{
	client->in_begin += msg->header.size;
	if (msg->nb_fds > 0)
		close_fds(client);
}

/* --- out ----------------------------------------------------------------------------------- */

static int
make_room(struct vu_client *client, size_t len)
{
	size_t backlog = vu_client_backlog(client), room = client->out_room;
	uint8_t *out;

	if (client->out_room - client->out_end >= len)
		return 0;
	if (len > OUT_LIMIT - backlog)
		return -ENOBUFS;
	memmove(client->out, client->out + client->out_begin, backlog);
	client->out_begin = 0;
	client->out_end = backlog;
	while (room - backlog < len)
		room *= 2;
	if (room == client->out_room)
		return 0;
	out = realloc(client->out, room);
	if (out == NULL)
		return -ENOMEM;
	client->out = out;
	client->out_room = room;
	return 0;
}

static void
append(struct vu_client *client, const void *bytes, size_t len)
{
	if (len > 0)
		memcpy(client->out + client->out_end, bytes, len);
	client->out_end += len;
}

static int
put_message(struct vu_client *client, struct vu_header *header, const void *head, size_t head_len,
	    const void *body, size_t body_len)
{
	size_t size = sizeof(*header) + head_len + body_len;
	int ret = make_room(client, size);

	if (ret != 0)
		return ret;
	header->size = (uint32_t)size;
	append(client, header, sizeof(*header));
	append(client, head, head_len);
	append(client, body, body_len);
	return 0;
}

int
vu_client_reply(struct vu_client *client, const struct vu_header *request, int error,
		const void *payload, size_t len)
{
	struct vu_header header = { .id = request->id,
				    .command = request->command,
				    .flags = VU_REPLY };

	if ((request->flags & VU_NO_REPLY) != 0)
		return 0;
	if (error < 0) {
		header.flags |= VU_ERROR;
		header.error = (uint32_t)-error;
		len = 0;
	}
	return put_message(client, &header, payload, len, NULL, 0);
}

int
vu_client_request(struct vu_client *client, enum vu_command command, const void *head,
		  size_t head_len, const void *body, size_t body_len)
{
	struct vu_header header = { .id = client->next_id,
				    .command = (uint16_t)command,
				    .flags = VU_REQUEST };
	int ret = put_message(client, &header, head, head_len, body, body_len);

	if (ret != 0)
		return ret;
	client->next_id++;
	client->nb_pending++;
	return 0;
}

int
vu_client_flush(struct vu_client *client)
{
	while (vu_client_backlog(client) > 0) {
		ssize_t sent = send(client->fd, client->out + client->out_begin,
				    vu_client_backlog(client), MSG_DONTWAIT | MSG_NOSIGNAL);

		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0)
			return errno == EAGAIN ? 0 : -errno;
		client->out_begin += (size_t)sent;
	}
	client->out_begin = client->out_end = 0;
	return 0;
}
