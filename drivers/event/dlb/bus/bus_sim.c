/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The software device as a bus: its memory, its lock, its rings and who steps it.
 *
 * struct dlb_bus and all that hangs on it is memory that every process maps at one address; what
 * belongs to one process is in handles[]. The device address (iova) of memory is its virtual
 * address. This file knows nothing of events or of what the commands mean.
 *
 * Invariant: the device, the tables of rings and CQs and every ring's head are touched by the
 * holder of the lock only.
 *
 * CQ = consumer queue, PP = producer port.
 */

#include <errno.h>
#include <inttypes.h>
#include <sched.h>
#include <time.h>

#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_eventdev.h>
#include <rte_log.h>
#include <rte_malloc.h>
#include <rte_pause.h>

#include "bus.h"
#include "dlb_atomic.h"
#include "dlb_ring.h"

extern int dlb_logtype;

#define BUS_MAX_PPS (DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS)

/* A step is bounded, so that whoever does it for everyone gets back to its own work. */
#define STEP_PASSES 4
#define STEP_CMDS_PER_RING 128
#define STEP_BUDGET 256

/* The device's clock serves watchdogs of milliseconds: read it once in so many steps. */
#define STEPS_PER_CLOCK 64

/* Vain attempts at the lock before a register access gives its CPU away. */
#define LOCK_FAILS_BEFORE_YIELD 64

/* Memory that the device may write to. */
struct bus_cq {
	uint64_t iova;
	size_t bytes;
};

struct dlb_bus {
	/* Constant. */
	void *state; /* of the device */
	int socket;
	uint8_t dev_id;

	/* Free (0) or held (1), and how many wait for it in earnest; steps let them go first. */
	_Alignas(RTE_CACHE_LINE_SIZE) uint32_t lock;
	uint32_t waiters;

	/* Under the lock. */
	_Alignas(RTE_CACHE_LINE_SIZE) uint32_t nb_rings;
	uint32_t steps;
	uint64_t now_ns;
	uint64_t nb_messages;
	struct dlb_ring *rings[BUS_MAX_PPS];
	struct bus_cq cqs[BUS_MAX_PPS];
};

/* This process' handles on the devices, by dev_id. */
static struct dlbsim *handles[RTE_EVENT_MAX_DEVS];

static struct dlbsim *
bus_sim(const struct dlb_bus *bus)
{
	return handles[bus->dev_id];
}

/* --- lock ------------------------------------------------------------------------------------ */

static bool
try_lock(struct dlb_bus *bus)
{
	/* Pairs with unlock() */
	return dlb_load_relaxed(&bus->lock) == 0 && dlb_exchange_acquire(&bus->lock, 1) == 0;
}

static void
lock(struct dlb_bus *bus)
{
	unsigned int fails = 0;

	dlb_add_relaxed(&bus->waiters, 1);
	while (!try_lock(bus)) {
		rte_pause();
		if (++fails % LOCK_FAILS_BEFORE_YIELD == 0)
			sched_yield();
	}
	dlb_sub_relaxed(&bus->waiters, 1);
}

static void
unlock(struct dlb_bus *bus)
{
	dlb_store_release(&bus->lock, 0);
}

/* --- what the device asks of its host ---------------------------------------------------------- */

static void *
host_dma_map(void *ctx, uint64_t iova, size_t len)
{
	const struct dlb_bus *bus = ctx;
	unsigned int i;

	for (i = 0; i < RTE_DIM(bus->cqs); i++) {
		const struct bus_cq *cq = &bus->cqs[i];

		if (iova >= cq->iova && iova - cq->iova < cq->bytes &&
		    len <= cq->bytes - (iova - cq->iova))
			return (void *)(uintptr_t)iova;
	}
	return NULL;
}

/* Only for what could not be mapped, and so is not ours to write to. */
static int
host_dma_write(void *ctx, uint64_t iova, const void *buf, size_t len)
{
	RTE_SET_USED(ctx);
	RTE_SET_USED(iova);
	RTE_SET_USED(buf);
	RTE_SET_USED(len);
	return -EFAULT;
}

/* A fault tends to come back: the 1st, 2nd, 4th, 8th ... message is enough. */
static void
host_log(void *ctx, enum dlbsim_log kind, const char *text)
{
	struct dlb_bus *bus = ctx;

	bus->nb_messages++;
	if ((bus->nb_messages & (bus->nb_messages - 1)) != 0)
		return;
	rte_log(RTE_LOG_WARNING, (uint32_t)dlb_logtype,
		"event_dlb: software device %u %s: %s (message %" PRIu64 ")\n", bus->dev_id,
		kind == DLBSIM_LOG_GUEST ? "refused" : "lacks", text, bus->nb_messages);
}

static const struct dlbsim_host bus_host = {
	.dma_map = host_dma_map,
	.dma_write = host_dma_write,
	.log = host_log,
};

/* --- stepping, under the lock ------------------------------------------------------------------ */

/* Hand up to max commands of each ring to the device. Returns how many it got. */
static unsigned int
take_commands(struct dlb_bus *bus, unsigned int max)
{
	struct dlbsim *sim = bus_sim(bus);
	const struct dlb_hcw *first;
	unsigned int i, n, total = 0;

	for (i = 0; i < bus->nb_rings; i++) {
		struct dlb_ring *ring = bus->rings[i];

		n = RTE_MIN(dlb_ring_peek(ring, &first), max);
		if (n == 0)
			continue;
		dlbsim_pp_write(sim, ring->is_ldb, ring->pp, first, n);
		dlb_ring_consume(ring, n);
		total += n;
	}
	return total;
}

/* Hand over all that the rings hold, of producers that are not writing. */
static unsigned int
take_all_commands(struct dlb_bus *bus)
{
	unsigned int n, total = 0;

	do {
		n = take_commands(bus, DLB_RING_CMDS);
		total += n;
	} while (n > 0);
	return total;
}

static uint64_t
bus_clock(struct dlb_bus *bus)
{
	struct timespec now;

	if (bus->steps++ % STEPS_PER_CLOCK == 0 && clock_gettime(CLOCK_MONOTONIC, &now) == 0)
		bus->now_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return bus->now_ns;
}

int
dlb_bus_step(struct dlb_bus *bus)
{
	unsigned int pass, nb_cmds, nb_qes, total = 0;

	if (dlb_load_relaxed(&bus->waiters) != 0 || !try_lock(bus))
		return -EBUSY;
	for (pass = 0; pass < STEP_PASSES; pass++) {
		nb_cmds = take_commands(bus, STEP_CMDS_PER_RING);
		nb_qes = dlbsim_step(bus_sim(bus), bus_clock(bus), STEP_BUDGET);
		total += nb_cmds + nb_qes;
		if (nb_cmds < STEP_CMDS_PER_RING && nb_qes < STEP_BUDGET)
			break;
	}
	unlock(bus);
	return (int)total;
}

void
dlb_bus_settle(struct dlb_bus *bus)
{
	unsigned int moved;

	do {
		lock(bus);
		moved = take_all_commands(bus);
		moved += dlbsim_step(bus_sim(bus), bus_clock(bus), STEP_BUDGET);
		unlock(bus);
	} while (moved > 0);
}

/* --- registers --------------------------------------------------------------------------------- */

static uint32_t
io_csr_read(void *ctx, enum dlb_bar bar, uint32_t offset)
{
	struct dlb_bus *bus = ctx;
	uint32_t value;

	lock(bus);
	/* A read waits for the writes before it: once round is what was there when it was asked. */
	take_commands(bus, DLB_RING_CMDS);
	value = dlbsim_csr_read(bus_sim(bus), bar, offset);
	unlock(bus);
	return value;
}

static void
io_csr_write(void *ctx, enum dlb_bar bar, uint32_t offset, uint32_t value)
{
	struct dlb_bus *bus = ctx;

	lock(bus);
	dlbsim_csr_write(bus_sim(bus), bar, offset, value);
	unlock(bus);
}

static void
io_pp_write(void *ctx, bool is_ldb, unsigned int pp, const struct dlb_line *line)
{
	struct dlb_bus *bus = ctx;

	lock(bus);
	dlbsim_pp_write(bus_sim(bus), is_ldb, pp, line->hcw, DLB_HCWS_PER_LINE);
	unlock(bus);
}

static void
io_pp_flush(void *ctx, bool is_ldb, unsigned int pp)
{
	struct dlb_bus *bus = ctx;

	RTE_SET_USED(is_ldb);
	RTE_SET_USED(pp);
	lock(bus);
	take_commands(bus, DLB_RING_CMDS);
	unlock(bus);
}

static void
io_delay_us(void *ctx, unsigned int us)
{
	RTE_SET_USED(ctx);
	rte_delay_us_sleep(us);
}

const struct dlbrm_io dlb_bus_io = {
	.csr_read = io_csr_read,
	.csr_write = io_csr_write,
	.pp_write = io_pp_write,
	.pp_flush = io_pp_flush,
	.delay_us = io_delay_us,
};

/* --- consumer queues and producer ports ---------------------------------------------------------- */

bool
dlb_bus_cq_sparse(const struct dlb_bus *bus)
{
	/* Four elements to a cache line: nothing is gained by spreading what one core writes. */
	RTE_SET_USED(bus);
	return false;
}

static size_t
cq_bytes(unsigned int depth)
{
	return (size_t)dlb_cq_ring_size(depth) * DLB_CQ_STANDARD_STRIDE;
}

/* The entry of CQ memory, or a free one for iova 0. */
static struct bus_cq *
cq_find(struct dlb_bus *bus, uint64_t iova)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(bus->cqs); i++) {
		if (bus->cqs[i].iova == iova)
			return &bus->cqs[i];
	}
	return NULL;
}

void *
dlb_bus_cq_alloc(struct dlb_bus *bus, unsigned int depth, uint64_t *iova)
{
	size_t bytes = RTE_ALIGN(cq_bytes(depth), DLB_LINE_BYTES);
	void *cq = rte_zmalloc_socket("dlb_cq", bytes, RTE_CACHE_LINE_SIZE, bus->socket);
	struct bus_cq *entry;

	if (cq == NULL)
		return NULL;
	lock(bus);
	entry = cq_find(bus, 0);
	if (entry != NULL)
		*entry = (struct bus_cq){ .iova = (uintptr_t)cq, .bytes = bytes };
	unlock(bus);
	if (entry == NULL) {
		rte_free(cq);
		return NULL;
	}
	*iova = (uintptr_t)cq;
	return cq;
}

void
dlb_bus_cq_free(struct dlb_bus *bus, void *cq)
{
	struct bus_cq *entry;

	if (cq == NULL)
		return;
	lock(bus);
	entry = cq_find(bus, (uintptr_t)cq);
	if (entry != NULL) {
		dlbsim_dma_unmap(bus_sim(bus), entry->iova, entry->bytes);
		*entry = (struct bus_cq){ 0 };
	}
	unlock(bus);
	rte_free(cq);
}

struct dlb_ring *
dlb_bus_pp_open(struct dlb_bus *bus, bool is_ldb, unsigned int pp)
{
	struct dlb_ring *ring =
		rte_zmalloc_socket("dlb_pp", sizeof(*ring), RTE_CACHE_LINE_SIZE, bus->socket);
	bool has_room;

	if (ring == NULL)
		return NULL;
	ring->is_ldb = is_ldb;
	ring->pp = (uint16_t)pp;
	lock(bus);
	has_room = bus->nb_rings < RTE_DIM(bus->rings);
	if (has_room)
		bus->rings[bus->nb_rings++] = ring;
	unlock(bus);
	if (!has_room) {
		rte_free(ring);
		return NULL;
	}
	return ring;
}

void
dlb_bus_pp_close(struct dlb_bus *bus, struct dlb_ring *ring)
{
	unsigned int i;

	lock(bus);
	for (i = 0; i < bus->nb_rings; i++) {
		if (bus->rings[i] == ring)
			bus->rings[i] = bus->rings[--bus->nb_rings];
	}
	unlock(bus);
	rte_free(ring);
}

/* --- life ---------------------------------------------------------------------------------------- */

struct dlb_bus *
dlb_bus_create(uint8_t dev_id, enum dlb_version version, int socket)
{
	struct dlb_bus *bus =
		rte_zmalloc_socket("dlb_bus", sizeof(*bus), RTE_CACHE_LINE_SIZE, socket);

	if (bus == NULL)
		return NULL;
	bus->dev_id = dev_id;
	bus->socket = socket;
	bus->state = rte_zmalloc_socket("dlb_sim", dlbsim_state_size(), RTE_CACHE_LINE_SIZE, socket);
	if (bus->state != NULL)
		handles[dev_id] = dlbsim_create(version, bus->state, &bus_host, bus);
	if (handles[dev_id] != NULL)
		return bus;
	rte_log(RTE_LOG_ERR, (uint32_t)dlb_logtype,
		"event_dlb: no memory for software device %u, its state takes %zu bytes\n", dev_id,
		dlbsim_state_size());
	rte_free(bus->state);
	rte_free(bus);
	return NULL;
}

int
dlb_bus_attach(struct dlb_bus *bus)
{
	handles[bus->dev_id] = dlbsim_attach(bus->state, &bus_host, bus);
	return handles[bus->dev_id] != NULL ? 0 : -ENOMEM;
}

void
dlb_bus_detach(struct dlb_bus *bus)
{
	dlbsim_destroy(bus_sim(bus));
	handles[bus->dev_id] = NULL;
}

void
dlb_bus_destroy(struct dlb_bus *bus)
{
	unsigned int i;

	if (bus == NULL)
		return;
	dlb_bus_detach(bus);
	for (i = 0; i < bus->nb_rings; i++)
		rte_free(bus->rings[i]);
	for (i = 0; i < RTE_DIM(bus->cqs); i++)
		rte_free((void *)(uintptr_t)bus->cqs[i].iova);
	rte_free(bus->state);
	rte_free(bus);
}

void
dlb_bus_drops(struct dlb_bus *bus, struct dlbsim_drops *drops)
{
	lock(bus);
	dlbsim_drops(bus_sim(bus), drops);
	unlock(bus);
}

int
dlb_bus_check(struct dlb_bus *bus, char *why, size_t len)
{
	int ret;

	lock(bus);
	ret = dlbsim_check(bus_sim(bus), why, len);
	unlock(bus);
	return ret;
}
