/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The bus: how the driver reaches a device's registers, memory and producer ports.
 *
 * There are two: the software device (lib/dlbsim) in the same process or in a primary process of
 * which this one is a secondary, and a function on PCI. struct dlb_bus is the first member of what
 * either keeps in memory that all processes share at one address; it holds no function, but says
 * which row of a table of functions is its own.
 *
 * The software device needs somebody who steps it; a lock serialises everything that touches it.
 * Register accesses wait for it, dlb_bus_step() never does.
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

struct rte_pci_device;

enum dlb_bus_kind {
	DLB_BUS_SIM,
	DLB_BUS_PCI,
};

struct dlb_bus {
	uint8_t kind; /* enum dlb_bus_kind */
	uint8_t dev_id;
};

/** What one kind of bus does; see the functions of the same names below. */
struct dlb_bus_ops {
	const struct dlbrm_io *io;
	int (*attach)(struct dlb_bus *bus);
	void (*detach)(struct dlb_bus *bus);
	void (*destroy)(struct dlb_bus *bus);
	void *(*cq_alloc)(struct dlb_bus *bus, unsigned int depth, uint64_t *iova);
	void (*cq_free)(struct dlb_bus *bus, void *cq);
	void *(*pp_open)(struct dlb_bus *bus, bool is_ldb, unsigned int pp);
	void (*pp_close)(struct dlb_bus *bus, void *pp_mem);
};

extern const struct dlb_bus_ops dlb_bus_sim_ops;
extern const struct dlb_bus_ops dlb_bus_pci_ops;

static inline const struct dlb_bus_ops *
dlb_bus_ops(const struct dlb_bus *bus)
{
	return bus->kind == DLB_BUS_PCI ? &dlb_bus_pci_ops : &dlb_bus_sim_ops;
}

/**
 * Make the software device in its power-on state, in the primary process.
 *
 * @param dev_id   eventdev device id
 * @param socket   NUMA node of its memory
 * @return the bus, or NULL when memory ran out (logged)
 */
struct dlb_bus *
dlb_bus_sim_create(uint8_t dev_id, enum dlb_version version, int socket);

/**
 * Take a function on PCI whose BARs are mapped, and reset it, in the primary process.
 *
 * @return the bus, or NULL (logged)
 */
struct dlb_bus *
dlb_bus_pci_create(uint8_t dev_id, enum dlb_version version, struct rte_pci_device *pci);

/** Use the primary's device in this secondary process. 0 or a negative errno. */
static inline int
dlb_bus_attach(struct dlb_bus *bus)
{
	return dlb_bus_ops(bus)->attach(bus);
}

/** Undo dlb_bus_attach(). */
static inline void
dlb_bus_detach(struct dlb_bus *bus)
{
	dlb_bus_ops(bus)->detach(bus);
}

/** Undo dlb_bus_*_create(). All PPs are closed and all CQ memory is freed. NULL is allowed. */
static inline void
dlb_bus_destroy(struct dlb_bus *bus)
{
	if (bus != NULL)
		dlb_bus_ops(bus)->destroy(bus);
}

/** Register accesses for dlbrm_init(); the context is the bus. */
static inline const struct dlbrm_io *
dlb_bus_io(const struct dlb_bus *bus)
{
	return dlb_bus_ops(bus)->io;
}

/**
 * Entries of CQs are 64 bytes apart (true) or 16: for dlbrm_hw_config and dlb_dp_lane_conf. A real
 * device pads what it writes to whole lines; a core does not.
 */
static inline bool
dlb_bus_cq_sparse(const struct dlb_bus *bus)
{
	return bus->kind == DLB_BUS_PCI;
}

/** Zeroed, aligned memory for the ring of a CQ of @p depth, and its device address. NULL: no memory. */
static inline void *
dlb_bus_cq_alloc(struct dlb_bus *bus, unsigned int depth, uint64_t *iova)
{
	return dlb_bus_ops(bus)->cq_alloc(bus, depth, iova);
}

/** Give it back, once the device does not write to it any more. NULL is allowed. */
static inline void
dlb_bus_cq_free(struct dlb_bus *bus, void *cq)
{
	dlb_bus_ops(bus)->cq_free(bus, cq);
}

/**
 * Open hardware port @p pp for commands: where the line writers of this bus put them (dp/). NULL
 * when memory ran out.
 */
static inline void *
dlb_bus_pp_open(struct dlb_bus *bus, bool is_ldb, unsigned int pp)
{
	return dlb_bus_ops(bus)->pp_open(bus, is_ldb, pp);
}

/** Close it. What was written and not yet taken by the device is lost. NULL is allowed. */
static inline void
dlb_bus_pp_close(struct dlb_bus *bus, void *pp_mem)
{
	dlb_bus_ops(bus)->pp_close(bus, pp_mem);
}

/**
 * Let the software device work for a bounded while, on behalf of everyone. Any thread, any
 * process. A device on PCI works by itself.
 *
 * @return how much was moved (command lines plus elements), 0 if there was nothing to do, -EBUSY if
 *         another thread is at it
 */
int
dlb_bus_step(struct dlb_bus *bus);

/** Whether the caller's thread is the one that stepped the software device last. */
bool
dlb_bus_is_stepper(struct dlb_bus *bus);

/**
 * How often the software device has been stepped since the caller asked last; 0 if the caller itself
 * is the thread that does it, or nobody has for several steps in a row.
 *
 * @param seen   what the caller saw when it asked last; any value at first
 */
uint32_t
dlb_bus_steps_by_others(struct dlb_bus *bus, uint32_t *seen);

/**
 * Step until nothing moves any more; for a device on PCI, wait as long as it may take to move
 * something. For the control path, while no port enqueues.
 */
void
dlb_bus_settle(struct dlb_bus *bus);

/**
 * Return when the commands that were written to a producer port of a device on PCI have reached it.
 */
void
dlb_bus_pp_flush(struct dlb_bus *bus, bool is_ldb, unsigned int pp);

/** Whether a device on PCI is there no more. Any thread, any process. */
bool
dlb_bus_is_gone(struct dlb_bus *bus);

/** What the software device refused, see dlbsim.h. */
void
dlb_bus_sim_drops(struct dlb_bus *bus, struct dlbsim_drops *drops);

/** The software device's own invariant check. 0, or -EUCLEAN with @p why filled. */
int
dlb_bus_sim_check(struct dlb_bus *bus, char *why, size_t len);

#endif /* DLB_BUS_H */
