/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Fuzz dlb-device's side of a socket: framing, descriptors, messages, and what they do to a device.
 *
 * The first byte chooses the version; then come records of a kind, an argument, a length, and as
 * many bytes. See enum kind; seeds_vfio_user.py writes the corpus. After the last one the device's
 * invariants must hold, and no descriptor may be left open. Devices live as long as the process:
 * that each client finds one as after a reset is a part of what is tried.
 */

#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "vu_device.h"

enum kind {
	KIND_BYTES,	/* sent as they are */
	KIND_MESSAGE,	/* sent behind a header with their length; argument: the command */
	KIND_POSTED,	/* the same, no reply wanted */
	KIND_DONE,	/* replies to all writes to memory; argument not 0: they failed */
	KIND_WITH_FILE, /* a message with a file of memory */
	KIND_WITH_EVENT, /* a message with event descriptors, as many as the bytes' last 32 bits say */
	KIND_WITH_PIPE, /* a message with a descriptor that is neither */
	NB_KINDS,
};

#define MEMORY_BYTES  ((size_t)1 << 20)
#define NB_EVENTFDS   32
#define MAX_RECORDS   4096
#define RECORD_HEADER 3
#define MANY	      1000

int
LLVMFuzzerInitialize(int *argc, char ***argv);
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct vu_device devices[DLB_NB_VERSIONS];
static int memory_fd, pipe_fd;
static int event_fds[NB_EVENTFDS];

struct session {
	struct vu_device *dev;
	struct vu_client client;
	int peer; /* the client's end */
	bool ended;
};

int
LLVMFuzzerInitialize(int *argc, char ***argv)
{
	const struct vu_tracer none = { .file = NULL };
	int ends[2];

	(void)argc;
	(void)argv;
	memory_fd = memfd_create("guest", 0);
	if (memory_fd < 0 || ftruncate(memory_fd, MEMORY_BYTES) != 0 || pipe(ends) != 0)
		abort();
	pipe_fd = ends[1];
	for (unsigned int i = 0; i < NB_EVENTFDS; i++)
		event_fds[i] = eventfd(0, EFD_NONBLOCK);
	for (unsigned int v = 0; v < DLB_NB_VERSIONS; v++)
		if (vu_device_create(&devices[v], (enum dlb_version)v, "fuzz", &none) != 0)
			abort();
	return 0;
}

/* --- the client ---------------------------------------------------------------------------- */

static void
send_bytes(const struct session *s, const void *bytes, size_t len, const int *fds, unsigned int nb)
{
	union {
		struct cmsghdr header;
		char bytes[CMSG_SPACE(NB_EVENTFDS * sizeof(int))];
	} control = { 0 };
	struct iovec from = { .iov_base = (void *)(uintptr_t)bytes, .iov_len = len };
	struct msghdr m = { .msg_iov = &from, .msg_iovlen = 1 };

	if (nb > 0) {
		m.msg_control = control.bytes;
		m.msg_controllen = CMSG_SPACE(nb * sizeof(int));
		control.header = (struct cmsghdr){ .cmsg_len = CMSG_LEN(nb * sizeof(int)),
						   .cmsg_level = SOL_SOCKET,
						   .cmsg_type = SCM_RIGHTS };
		memcpy(CMSG_DATA(&control.header), fds, nb * sizeof(int));
	}
	(void)!sendmsg(s->peer, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
}

static void
send_message(const struct session *s, unsigned int command, uint32_t flags, const uint8_t *payload,
	     size_t len, const int *fds, unsigned int nb)
{
	uint8_t message[sizeof(struct vu_header) + UINT8_MAX];
	struct vu_header header = { .command = (uint16_t)command,
				    .size = (uint32_t)(sizeof(header) + len),
				    .flags = flags };

	memcpy(message, &header, sizeof(header));
	memcpy(message + sizeof(header), payload, len);
	send_bytes(s, message, header.size, fds, nb);
}

static void
reply_to_all(const struct session *s, bool failed)
{
	static const uint8_t payload[sizeof(struct vu_dma_access)];
	unsigned int nb_probes = s->dev->is_probing ? 1 : 0;

	for (unsigned int i = 0; i < s->client.nb_pending; i++)
		send_message(s, i < nb_probes ? VU_DMA_READ : VU_DMA_WRITE,
			     VU_REPLY | (failed ? VU_ERROR : 0), payload, sizeof(payload), NULL, 0);
}

static void
receive_all(const struct session *s)
{
	static uint8_t sink[1 << 16];

	while (recv(s->peer, sink, sizeof(sink), MSG_DONTWAIT) > 0)
		;
}

static unsigned int
nb_event_fds(const uint8_t *payload, size_t len)
{
	return len < 4 ? 0 : payload[len - 4] % (NB_EVENTFDS + 1);
}

static void
send_record(const struct session *s, unsigned int kind, uint8_t argument, const uint8_t *bytes,
	    size_t len)
{
	switch ((enum kind)kind) {
	case KIND_BYTES:
		send_bytes(s, bytes, len, NULL, 0);
		break;
	case KIND_MESSAGE:
		send_message(s, argument, VU_REQUEST, bytes, len, NULL, 0);
		break;
	case KIND_POSTED:
		send_message(s, argument, VU_NO_REPLY, bytes, len, NULL, 0);
		break;
	case KIND_DONE:
		reply_to_all(s, argument != 0);
		break;
	case KIND_WITH_FILE:
		send_message(s, argument, VU_REQUEST, bytes, len, &memory_fd, 1);
		break;
	case KIND_WITH_EVENT:
		send_message(s, argument, VU_REQUEST, bytes, len, event_fds,
			     nb_event_fds(bytes, len));
		break;
	case KIND_WITH_PIPE:
		send_message(s, argument, VU_REQUEST, bytes, len, &pipe_fd, 1);
		break;
	case NB_KINDS:
		break;
	}
}

/* --- the server ---------------------------------------------------------------------------- */

static int
handle_messages(struct session *s)
{
	struct vu_message msg;
	int ret = 0;

	while (ret == 0 && !vu_client_is_choked(&s->client)) {
		ret = vu_client_next(&s->client, &msg);
		if (ret <= 0)
			return ret;
		ret = vu_device_handle(s->dev, &msg);
		vu_client_done(&s->client, &msg);
	}
	return ret;
}

static void
check_device(struct session *s)
{
	char why[200] = "";

	if (dlbsim_check(s->dev->sim, why, sizeof(why)) == 0)
		return;
	fprintf(stderr, "invariant broken: %s\n", why);
	abort();
}

static void
serve(struct session *s)
{
	int ret = 0;

	if (!vu_client_is_choked(&s->client))
		ret = vu_client_receive(&s->client);
	if (ret == 0)
		ret = handle_messages(s);
	vu_device_run(s->dev);
	if (ret != 0 || vu_client_flush(&s->client) != 0)
		s->ended = true;
	receive_all(s);
}

static void
begin(struct session *s, enum dlb_version version)
{
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) != 0)
		abort();
	*s = (struct session){ .dev = &devices[version], .peer = ends[1] };
	if (vu_client_open(&s->client, ends[0]) != 0)
		abort();
	vu_device_attach(s->dev, &s->client);
	s->dev->nb_complaints = MANY; /* as if it had said enough about this client */
}

static void
end(struct session *s)
{
	check_device(s);
	vu_device_detach(s->dev);
	vu_client_close(&s->client);
	close(s->peer);
	check_device(s);
}

static int
lowest_free_fd(void)
{
	int fd = dup(memory_fd);

	close(fd);
	return fd;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int free_fd = lowest_free_fd();
	struct session s;

	if (size == 0)
		return 0;
	begin(&s, (enum dlb_version)(data[0] % DLB_NB_VERSIONS));
	data++;
	size--;
	for (unsigned int i = 0; i < MAX_RECORDS && size >= RECORD_HEADER && !s.ended; i++) {
		size_t len = data[2] < size - RECORD_HEADER ? data[2] : size - RECORD_HEADER;

		send_record(&s, data[0] % NB_KINDS, data[1], data + RECORD_HEADER, len);
		serve(&s);
		data += RECORD_HEADER + len;
		size -= RECORD_HEADER + len;
	}
	end(&s);
	if (lowest_free_fd() != free_fd) {
		fprintf(stderr, "a descriptor was left open\n");
		abort();
	}
	return 0;
}
