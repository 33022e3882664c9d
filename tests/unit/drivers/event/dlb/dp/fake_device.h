/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A device for tests of the data path that does what it is told: a test reads the commands that
 * the port wrote and decides which elements the consumer queues (CQs) get. It schedules nothing.
 */

#ifndef FAKE_DEVICE_H
#define FAKE_DEVICE_H

#include <stdbool.h>
#include <stdint.h>

#include "bus/dlb_ring.h"
#include "dp/dlb_dp.h"

#define FAKE_MAX_CQ_BYTES (DLB_MAX_CQ_DEPTH * DLB_CQ_SPARSE_STRIDE)

struct fake_lane {
	struct dlb_ring ring;
	_Alignas(DLB_LINE_BYTES) uint8_t cq[FAKE_MAX_CQ_BYTES];
	uint32_t depth;
	uint32_t stride;
	uint32_t wptr;
};

struct fake_conf {
	unsigned int nb_lanes;
	unsigned int depth;
	bool sparse;
	bool is_dir;
	bool implicit_release;
	uint32_t limit;	    /* 0: 8192 */
	uint32_t threshold; /* 0: as limit */
	uint32_t dir_credits;
	enum dlb_step_mode step_mode;
	bool has_interrupts;
};

/* One port on a device of its own. */
struct fake {
	struct dlb_dp_dev dp;
	struct dlb_port port;
	struct fake_lane lane[DLB_MAX_LANES];
};

/* The queues of every fake: ids and what they are. Hardware ids differ from them. */
enum fake_queue {
	FAKE_QUEUE_ATOMIC = 0,
	FAKE_QUEUE_ORDERED = 1,
	FAKE_QUEUE_PARALLEL = 2,
	FAKE_QUEUE_ALL_TYPES = 3,
	FAKE_QUEUE_DIR = 4,  /* of the directed port, if there is one */
	FAKE_QUEUE_FIFO = 5, /* single-link on a load-balanced queue */
	FAKE_NB_QUEUES,
};

#define FAKE_DIR_PORT 7

#define FAKE_HZ UINT64_C(1000000000)

uint8_t
fake_hw_qid(enum fake_queue queue);

/* A started port; from fake_free()d memory. */
struct fake *
fake_new(const struct fake_conf *conf);

void
fake_free(struct fake *fake);

/* The next command; false if there is none. */
bool
fake_get(struct fake_lane *lane, struct dlb_hcw *hcw);

/* What the device would deliver for this command. */
struct dlb_qe
fake_qe(const struct dlb_hcw *hcw, bool is_dir);

/* Write an element to the CQ, which has room. */
void
fake_put(struct fake_lane *lane, const struct dlb_qe *qe);

/* Called when a port steps the device; NULL: nothing happens. Returns what dlb_bus_step() does. */
extern int (*fake_on_step)(void *arg);
extern void *fake_on_step_arg;

/* Called when a port has armed the CQ of a lane, and the device knows; NULL: nothing happens. */
extern void (*fake_on_arm)(void *arg, unsigned int hw_port);

/* Called when a port asks whether the device is gone; NULL: it is not. */
extern bool (*fake_on_gone)(void *arg);

/* What both of them get. */
extern void *fake_arg;

/*
 * The burst functions that a test program is to use, for a software device: those with vectors of
 * as many bits as its argument says (64, 128, 512), without one those in plain C. Where the CPU
 * has no such vectors the test is skipped.
 */
const struct dlb_burst_ops *
fake_burst_ops(int argc, char **argv);

/* What dlb_bus_steps_by_others() returns. */
extern uint32_t fake_steps_by_others;

/* A generator of reproducible numbers. */
uint64_t
fake_random(uint64_t *state);

static inline uint32_t
fake_below(uint64_t *state, uint32_t n)
{
	return (uint32_t)(fake_random(state) % n);
}

#endif /* FAKE_DEVICE_H */
