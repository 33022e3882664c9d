/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The server: one socket for each device, one client at a time on each, one thread for all.
 *
 * A client waits in its device's socket until the one before is gone. Nothing a client does or fails
 * to do keeps the server from the others for longer than one buffer of messages takes.
 */

#ifndef VU_SERVER_H
#define VU_SERVER_H

#include <signal.h>

#include "vu_device.h"
#include "vu_listen.h"

/* Each may have an event descriptor for each vector; a process may usually have 1024. */
#define VU_MAX_DEVICES 8

struct vu_slot {
	struct vu_device dev;
	struct vu_client client;
	bool is_attached;
	struct vu_listener listener;
};

/* Lines "DEVICE COMMAND..." from who runs the server, each of which gets a line as an answer. */
struct vu_control {
	int fd; /* -1: nobody says anything */
	char line[VU_FAULT_LINE_BYTES];
	unsigned int len; /* of what has come of it */
};

struct vu_server {
	struct vu_control control;
	struct vu_slot slots[VU_MAX_DEVICES];
	unsigned int nb_slots;
	FILE *trace; /* NULL: none */
	uint64_t start_ns;
};

/* Add a device at a path. Returns 0 or a negative errno, with the reason on standard error. */
int
vu_server_add(struct vu_server *server, enum dlb_version version, const char *path);

/* Serve until *stop is set by a signal that interrupts waiting. Returns 0 or a negative errno. */
int
vu_server_run(struct vu_server *server, const volatile sig_atomic_t *stop,
	      const sigset_t *signals_while_waiting);

/* vu_control.c: obey what has come on standard input. */
void
vu_control_serve(struct vu_server *server);

/* Let go of all clients, devices and sockets. */
void
vu_server_close(struct vu_server *server);

#endif /* VU_SERVER_H */
