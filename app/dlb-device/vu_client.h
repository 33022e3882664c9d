/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A client's connection: bytes and file descriptors in, messages out, and the way back.
 *
 * The socket never blocks. What a client sends is cut into messages in a buffer of fixed size; what
 * it does not take yet waits in one that grows up to a limit. Invariant: a descriptor that came
 * with a message is closed when the message is done with, unless someone took it out of the list.
 * Knows of messages no more than their header.
 */

#ifndef VU_CLIENT_H
#define VU_CLIENT_H

#include <stdbool.h>

#include "vu_proto.h"

struct vu_client {
	int fd;
	bool negotiated;	 /* the versions were agreed upon */
	uint64_t stalled_ns;	 /* since when the client owes bytes; 0: it does not */
	uint16_t next_id;	 /* of the server's requests */
	unsigned int nb_pending; /* requests of the server without a reply yet */
	unsigned int nb_fds;	 /* came with the last message of the input */
	int fds[VU_MAX_FDS];
	uint8_t *in;
	uint32_t in_begin, in_end;
	uint8_t *out;
	size_t out_begin, out_end, out_room;
};

/* One message, in the client's buffer until the next one is asked for. */
struct vu_message {
	struct vu_header header;
	const uint8_t *payload;
	uint32_t len; /* of the payload */
	unsigned int nb_fds;
	int *fds; /* -1 in the place of one that was taken */
};

/* Begin with a connected socket, which becomes the client's. Returns 0 or -ENOMEM. */
int
vu_client_open(struct vu_client *client, int fd);

void
vu_client_close(struct vu_client *client);

/*
 * Receive what is there. Returns 0, also for nothing new, or a negative errno with which the
 * connection ends: -ECONNRESET when the client closed it, -EPROTO for descriptors that are too many
 * or stray.
 */
int
vu_client_receive(struct vu_client *client);

/*
 * The next complete message. Returns 1 with a message, which vu_client_done() ends; 0 without one;
 * -EPROTO if what follows cannot be one: then no later message can be found either.
 */
int
vu_client_next(struct vu_client *client, struct vu_message *msg);

void
vu_client_done(struct vu_client *client, struct vu_message *msg);

/* Reply to a message with @p payload, or with the errno -@p error if it is negative. */
int
vu_client_reply(struct vu_client *client, const struct vu_header *request, int error,
		const void *payload, size_t len);

/* Send a request made of two parts. Returns 0, -ENOMEM or -ENOBUFS. */
int
vu_client_request(struct vu_client *client, enum vu_command command, const void *head,
		  size_t head_len, const void *body, size_t body_len);

/* Send as much as the socket takes. Returns 0 or the socket's negative errno. */
int
vu_client_flush(struct vu_client *client);

/* Bytes that wait for the client to take them. */
static inline size_t
vu_client_backlog(const struct vu_client *client)
{
	return client->out_end - client->out_begin;
}

/*
 * With that much in the backlog nothing more is taken from the client, so that one that sends
 * without receiving fills no more than this and what one message may cause.
 */
#define VU_BACKLOG_HIGH ((size_t)1 << 20)

static inline bool
vu_client_is_choked(const struct vu_client *client)
{
	return vu_client_backlog(client) >= VU_BACKLOG_HIGH;
}

#endif /* VU_CLIENT_H */
