/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The bus: how the driver reaches a device's registers, memory and producer ports.
 *
 * There is one bus, the software device (lib/dlbsim) in the same process or in a primary process
 * of which this one is a secondary. struct dlb_bus lies in memory that all processes share at one
 * address; the handle to the device is per process, in a table that bus_sim.c keeps by dev_id.
 *
 * A lock in struct dlb_bus serialises everything that touches the device. Register accesses wait
 * for it, dlb_bus_step() never does.
 *
 * PP = producer port, CQ = consumer queue, LDB = load-balanced.
 */

#ifndef DLB_BUS_H
#define DLB_BUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dlbrm.h"
#include "dlbsim.h"

struct dlb_bus;
struct dlb_ring;

/**
 * Make the device in its power-on state, in the primary process.
 *
 * @param dev_id   eventdev device id
 * @param socket   NUMA node of its memory
 * @return the bus, or NULL when memory ran out (logged)
 */
struct dlb_bus *
dlb_bus_create(uint8_t dev_id, enum dlb_version version, int socket);

/** Use the primary's device in this secondary process. 0 or a negative errno. */
int
dlb_bus_attach(struct dlb_bus *bus);

/** Undo dlb_bus_attach(). */
void
dlb_bus_detach(struct dlb_bus *bus);

/** Undo dlb_bus_create(). All PPs are closed and all CQ memory is freed. NULL is allowed. */
void
dlb_bus_destroy(struct dlb_bus *bus);

/** Register accesses for dlbrm_init(); the context is the bus. */
extern const struct dlbrm_io dlb_bus_io;

/** Entries of CQs are 64 bytes apart (true) or 16: for dlbrm_hw_config and dlb_dp_lane_conf. */
bool
dlb_bus_cq_sparse(const struct dlb_bus *bus);

/** Zeroed, aligned memory for the ring of a CQ of @p depth, and its device address. NULL: no memory. */
void *
dlb_bus_cq_alloc(struct dlb_bus *bus, unsigned int depth, uint64_t *iova);

/** Give it back, once the device does not write to it any more. NULL is allowed. */
void
dlb_bus_cq_free(struct dlb_bus *bus, void *cq);

/** Open hardware port @p pp for commands. NULL when memory ran out. */
struct dlb_ring *
dlb_bus_pp_open(struct dlb_bus *bus, bool is_ldb, unsigned int pp);

/** Close it. What was written and not yet taken by the device is lost. NULL is allowed. */
void
dlb_bus_pp_close(struct dlb_bus *bus, struct dlb_ring *ring);

/**
 * Let the device work for a bounded while, on behalf of everyone. Any thread, any process.
 *
 * @return how much was moved (command lines plus elements), 0 if there was nothing to do, -EBUSY if
 *         another thread is at it
 */
int
dlb_bus_step(struct dlb_bus *bus);

/** Step until nothing moves any more. For the control path, while no port enqueues. */
void
dlb_bus_settle(struct dlb_bus *bus);

/** What the device refused, see dlbsim.h. */
void
dlb_bus_drops(struct dlb_bus *bus, struct dlbsim_drops *drops);

/** The device's own invariant check. 0, or -EUCLEAN with @p why filled. */
int
dlb_bus_check(struct dlb_bus *bus, char *why, size_t len);

#endif /* DLB_BUS_H */
