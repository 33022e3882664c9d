/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A small client of /dev/dlbN, for the tests of the kernel driver in a guest.
 *
 * A rig is a domain with one load-balanced (LDB) queue, one LDB port and one directed (DIR) port with
 * its queue: events go from the DIR port to the LDB queue and come back by the DIR queue. Whatever
 * fails ends the program with a line that begins with "FAIL:"; only try_*() report instead.
 */

#ifndef CLIENT_H
#define CLIENT_H

#include <stdbool.h>
#include <stdint.h>

#include "dlb_hcw.h"
#include "dlb_uapi.h"

struct port {
	bool is_ldb;
	unsigned int id;
	volatile uint8_t *pp;	   /* producer port */
	const struct dlb_qe *ring; /* consumer queue */
	unsigned int index;
	unsigned int gen;
};

struct rig {
	int device;
	int domain;
	unsigned int qid;
	struct port ldb;
	struct port dir;
};

#define CQ_DEPTH 64

void
fail(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));

/* The error number, or 0. */
int
try_request(int fd, unsigned long code, void *arg);

void
request(int fd, unsigned long code, void *arg, const char *name);

#define REQUEST(fd, code, arg) request(fd, code, arg, #code)

/* It is refused, with this error number and this status. */
void
expect_refused(int fd, unsigned long code, void *arg, int error, unsigned int status,
	       const char *name);

#define EXPECT_REFUSED(fd, code, arg, error, status) \
	expect_refused(fd, code, arg, error, status, #code)

void
write_file(const char *path, const char *text);

#define DEVICE_FUNCTION "0000:00:04.0"

/* As a function; returns when it has come. */
void
device_reset(void);

/* Let dlb-device make something wrong with the device: a line of its guide. */
void
device_fault(const char *format, ...) __attribute__((format(printf, 1, 2)));

int
device_open(void);

/* Whether it is a DLB 2.5. */
bool
is_v25(int device);

/* A domain for one rig, with so many credits: its descriptor or a negative error number. */
int
try_domain_create(int device, unsigned int nb_credits, unsigned int *status);

/* Everything, up to the start, with so many LDB queue elements allowed in flight. */
void
rig_create(struct rig *rig, int device);

/* The id of a new LDB port. */
unsigned int
ldb_port_create(int domain);

/* Queues and ports in a domain that exists. */
void
rig_fill(struct rig *rig, int device, int domain);

void
rig_destroy(struct rig *rig);

/* What a request for one of a port's files gives. */
int
port_file(int domain, unsigned long code, unsigned int id);

struct port
port_map(int domain, bool is_ldb, unsigned int id);

void
port_unmap(struct port *port);

/* The next element, or NULL. */
const struct dlb_qe *
port_next(struct port *port);

/* The next element's data, waiting as long as it takes. */
uint64_t
port_receive(struct port *port);

void
port_send(const struct port *port, const struct dlb_line *line);

/* Four events there and back, which carry first, first + 1, ... */
void
rig_round_trip(struct rig *rig, uint64_t first);

/* Send so many events to the LDB queue and take none out. */
void
rig_stuff(struct rig *rig, unsigned int nb);

/* Complete so many events that the LDB port has, and return their tokens. */
void
rig_complete(const struct rig *rig, unsigned int nb);

double
seconds(void);

#endif /* CLIENT_H */
