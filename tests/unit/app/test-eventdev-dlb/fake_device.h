/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * An event device for tests of the application: it schedules atomic and parallel queues
 * rightly, in the slowest and plainest way, and on demand makes one kind of mistake. It hangs
 * itself into eventdev's table of fast-path functions as device 0; EAL is not started.
 * One thread only.
 */
#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <stdint.h>

enum fake_fault {
	FAKE_RIGHT,
	FAKE_LOSE,	  /* an event vanishes */
	FAKE_DOUBLE,	  /* an event is delivered twice */
	FAKE_SWAP,	  /* two events of a flow change places */
	FAKE_CHANGE_FLOW, /* a flow id comes back with another 20th bit */
	FAKE_CHANGE_PAYLOAD,
	FAKE_FORGET_LOCKS, /* atomic flows are given to whoever asks */
	FAKE_REFUSE,	   /* an event is refused as invalid */
};

struct fake_conf {
	enum fake_fault fault;
	unsigned int from;  /* the mistake is made at this event, counted over the run */
	const char *stage;  /* types of the queues: 'a' or 'p' */
	unsigned int limit; /* events inside before NEW is refused */
};

void
fake_device_start(const struct fake_conf *conf);

/* Events inside, those held by ports included. */
unsigned int
fake_device_inside(void);

#endif /* FAKE_DEVICE_H */
