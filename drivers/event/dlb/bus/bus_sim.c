/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The software device as a bus: its memory, its lock, its rings and who steps it.
 *
 * struct sim_bus and all that hangs on it is memory that every process maps at one address; what
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
#include <rte_lcore.h>
#include <rte_log.h>
#include <rte_malloc.h>
#include <rte_pause.h>

#include "bus.h"
#include "dlb_atomic.h"
#include "dlb_ring.h"

extern int dlb_logtype;

#define BUS_MAX_PPS (DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS)

/* A step is bounded, so that whoever does it for everyone gets back to its own work. */
#define STEP_CMDS_PER_RING 128
#define STEP_BUDGET	   256

/* Steps in a row after which a thread is the one that steps the device. */
#define STEPS_OF_A_STEPPER 4

/* A device on PCI has moved what it can by then. */
#define HARDWARE_SETTLE_US 100

/* The device's clock serves watchdogs of milliseconds: read it once in so many steps. */
#define STEPS_PER_CLOCK 64

/* Vain attempts at the lock before a register access gives its CPU away. */
#define LOCK_FAILS_BEFORE_YIELD 64

/* Memory that the device may write to. */
struct bus_cq {
	uint64_t iova;
	size_t bytes;
};

struct sim_bus {
	/* Constant. */
	struct dlb_bus base;
	void *state; /* of the device */
	int socket;

	/* Free (0) or held (1), and how many wait for it in earnest; steps let them go first. */
	_Alignas(RTE_CACHE_LINE_SIZE) uint32_t lock;
	uint32_t waiters;

	/* Written under the lock: who made the last step, an lcore, and since which one. */
	_Alignas(RTE_CACHE_LINE_SIZE) uint32_t stepper;
	uint32_t since;

	/* Steps so far; written under the lock. */
	_Alignas(RTE_CACHE_LINE_SIZE) uint32_t steps;

	/* Under the lock. */
	uint32_t nb_rings;
	uint64_t now_ns;
	uint64_t nb_messages;
	struct dlb_ring *rings[BUS_MAX_PPS];
	struct bus_cq cqs[BUS_MAX_PPS];
};

/* This process' handles on the devices, by dev_id. */
static struct dlbsim *handles[RTE_EVENT_MAX_DEVS];

static struct sim_bus *
sim_bus(struct dlb_bus *bus)
{
	return container_of(bus, struct sim_bus, base);
}

static struct dlbsim *
bus_sim(const struct sim_bus *bus)
{
	return handles[bus->base.dev_id];
}

/* --- lock ------------------------------------------------------------------------------------ */

static bool
try_lock(struct sim_bus *bus)
{
	/* Pairs with unlock() */
	return dlb_load_relaxed(&bus->lock) == 0 && dlb_exchange_acquire(&bus->lock, 1) == 0;
}

static void
lock(struct sim_bus *bus)
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
unlock(struct sim_bus *bus)
{
	dlb_store_release(&bus->lock, 0);
}

/* --- what the device asks of its host ---------------------------------------------------------- */

static void *
host_dma_map(void *ctx, uint64_t iova, size_t len)
{
	const struct sim_bus *bus = ctx;
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
	struct sim_bus *bus = ctx;

	bus->nb_messages++;
	if ((bus->nb_messages & (bus->nb_messages - 1)) != 0)
		return;
	rte_log(RTE_LOG_WARNING, (uint32_t)dlb_logtype,
		"event_dlb: software device %u %s: %s (message %" PRIu64 ")\n", bus->base.dev_id,
		kind == DLBSIM_LOG_GUEST ? "refused" : "lacks", text, bus->nb_messages);
}

static const struct dlbsim_host bus_host = {
	.dma_map = host_dma_map,
	.dma_write = host_dma_write,
	.log = host_log,
};

/* --- stepping, under the lock ------------------------------------------------------------------ */

/* The first ring from number @p i on that holds commands, or the number of rings. */
static unsigned int
next_ring(const struct sim_bus *bus, unsigned int i)
{
	for (; i < bus->nb_rings; i++) {
		dlb_ring_expect(bus->rings[i]);
		if (dlb_ring_count(bus->rings[i]) != 0)
			break;
	}
	return i;
}

/* Hand up to max commands of each ring from number @p i on to the device: how many it got. */
static unsigned int
take_commands(struct sim_bus *bus, unsigned int i, unsigned int max)
{
	struct dlbsim *sim = bus_sim(bus);
	const struct dlb_hcw *first;
	unsigned int n, total = 0;

	for (; i < bus->nb_rings; i++) {
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
take_all_commands(struct sim_bus *bus)
{
	unsigned int n, total = 0;

	do {
		n = take_commands(bus, 0, DLB_RING_CMDS);
		total += n;
	} while (n > 0);
	return total;
}

/*
 * Hand over what is there now: what comes meanwhile is not waited for. A ring shows in one look what
 * lies behind each other in memory, and so all of it in two.
 */
static void
take_present_commands(struct sim_bus *bus)
{
	take_commands(bus, 0, DLB_RING_CMDS);
	take_commands(bus, 0, DLB_RING_CMDS);
}

static uint64_t
bus_clock(struct sim_bus *bus)
{
	struct timespec now;

	if (bus->steps % STEPS_PER_CLOCK == 0 && clock_gettime(CLOCK_MONOTONIC, &now) == 0)
		bus->now_ns = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
	return bus->now_ns;
}

/* Tell the others who steps. */
static void
sign(struct sim_bus *bus)
{
	uint32_t lcore = rte_lcore_id();

	if (bus->stepper != lcore) {
		dlb_store_relaxed(&bus->stepper, lcore);
		dlb_store_relaxed(&bus->since, bus->steps);
	}
	dlb_store_relaxed(&bus->steps, bus->steps + 1);
}

/* A step with all commands that there are, the first ones in ring @p i: how much was moved. */
static unsigned int
step_with_all(struct sim_bus *bus, unsigned int i)
{
	unsigned int nb_cmds = take_commands(bus, i, STEP_CMDS_PER_RING);

	return nb_cmds + dlbsim_step(bus_sim(bus), bus_clock(bus), STEP_BUDGET);
}

/* The same with the only one. */
static unsigned int
step_with_one(struct sim_bus *bus, struct dlb_ring *ring)
{
	const struct dlb_hcw *hcw;
	unsigned int nb_qes;

	dlb_ring_peek(ring, &hcw);
	nb_qes = dlbsim_step_with(bus_sim(bus), bus_clock(bus), STEP_BUDGET, ring->is_ldb, ring->pp,
				  hcw);
	dlb_ring_consume(ring, 1);
	return 1 + nb_qes;
}

static int
step(struct sim_bus *bus)
{
	unsigned int i, moved;

	if (dlb_load_relaxed(&bus->waiters) != 0 || !try_lock(bus))
		return -EBUSY;
	sign(bus);
	i = next_ring(bus, 0);
	if (i < bus->nb_rings && dlb_ring_count(bus->rings[i]) == 1 &&
	    next_ring(bus, i + 1) == bus->nb_rings)
		moved = step_with_one(bus, bus->rings[i]);
	else
		moved = step_with_all(bus, i);
	unlock(bus);
	return (int)moved;
}

int
dlb_bus_step(struct dlb_bus *bus)
{
	return bus->kind == DLB_BUS_SIM ? step(sim_bus(bus)) : 0;
}

bool
dlb_bus_is_stepper(struct dlb_bus *bus)
{
	return bus->kind == DLB_BUS_SIM &&
	       dlb_load_relaxed(&sim_bus(bus)->stepper) == rte_lcore_id();
}

uint32_t
dlb_bus_steps_by_others(struct dlb_bus *base, uint32_t *seen)
{
	struct sim_bus *bus = sim_bus(base);
	uint32_t before = *seen;

	if (base->kind != DLB_BUS_SIM)
		return 0;
	*seen = dlb_load_relaxed(&bus->steps);
	if (dlb_bus_is_stepper(base) || *seen - dlb_load_relaxed(&bus->since) < STEPS_OF_A_STEPPER)
		return 0;
	/* The step that is being made counts: it may be a long one. */
	return *seen - before + (dlb_load_relaxed(&bus->lock) != 0);
}

static void
settle(struct sim_bus *bus)
{
	unsigned int moved;

	do {
		lock(bus);
		moved = take_all_commands(bus);
		moved += dlbsim_step(bus_sim(bus), bus_clock(bus), STEP_BUDGET);
		unlock(bus);
	} while (moved > 0);
}

void
dlb_bus_settle(struct dlb_bus *bus)
{
	if (bus->kind == DLB_BUS_SIM)
		settle(sim_bus(bus));
	else
		rte_delay_us_sleep(HARDWARE_SETTLE_US);
}

/* --- registers --------------------------------------------------------------------------------- */

static uint32_t
io_csr_read(void *ctx, enum dlb_bar bar, uint32_t offset)
{
	struct sim_bus *bus = ctx;
	uint32_t value;

	lock(bus);
	/* A read waits for the writes before it. */
	take_present_commands(bus);
	value = dlbsim_csr_read(bus_sim(bus), bar, offset);
	unlock(bus);
	return value;
}

static void
io_csr_write(void *ctx, enum dlb_bar bar, uint32_t offset, uint32_t value)
{
	struct sim_bus *bus = ctx;

	lock(bus);
	dlbsim_csr_write(bus_sim(bus), bar, offset, value);
	unlock(bus);
}

static void
io_pp_write(void *ctx, bool is_ldb, unsigned int pp, const struct dlb_line *line)
{
	struct sim_bus *bus = ctx;

	lock(bus);
	dlbsim_pp_write(bus_sim(bus), is_ldb, pp, line->hcw, DLB_HCWS_PER_LINE);
	unlock(bus);
}

static void
io_pp_flush(void *ctx, bool is_ldb, unsigned int pp)
{
	struct sim_bus *bus = ctx;

	RTE_SET_USED(is_ldb);
	RTE_SET_USED(pp);
	lock(bus);
	take_present_commands(bus);
	unlock(bus);
}

static void
io_delay_us(void *ctx, unsigned int us)
{
	RTE_SET_USED(ctx);
	rte_delay_us_sleep(us);
}

static const struct dlbrm_io sim_io = {
	.csr_read = io_csr_read,
	.csr_write = io_csr_write,
	.pp_write = io_pp_write,
	.pp_flush = io_pp_flush,
	.delay_us = io_delay_us,
};

/* --- consumer queues and producer ports ---------------------------------------------------------- */

static size_t
cq_bytes(unsigned int depth)
{
	return (size_t)dlb_cq_ring_size(depth) * DLB_CQ_STANDARD_STRIDE;
}

/* The entry of CQ memory, or a free one for iova 0. */
static struct bus_cq *
cq_find(struct sim_bus *bus, uint64_t iova)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(bus->cqs); i++) {
		if (bus->cqs[i].iova == iova)
			return &bus->cqs[i];
	}
	return NULL;
}

static void *
sim_cq_alloc(struct dlb_bus *base, unsigned int depth, uint64_t *iova)
{
	struct sim_bus *bus = sim_bus(base);
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

static void
sim_cq_free(struct dlb_bus *base, void *cq)
{
	struct sim_bus *bus = sim_bus(base);
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

static void *
sim_pp_open(struct dlb_bus *base, bool is_ldb, unsigned int pp)
{
	struct sim_bus *bus = sim_bus(base);
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

static void
sim_pp_close(struct dlb_bus *base, void *ring)
{
	struct sim_bus *bus = sim_bus(base);
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
dlb_bus_sim_create(uint8_t dev_id, enum dlb_version version, int socket)
{
	struct sim_bus *bus =
		rte_zmalloc_socket("dlb_bus", sizeof(*bus), RTE_CACHE_LINE_SIZE, socket);

	if (bus == NULL)
		return NULL;
	bus->base = (struct dlb_bus){ .kind = DLB_BUS_SIM, .dev_id = dev_id };
	bus->socket = socket;
	bus->state =
		rte_zmalloc_socket("dlb_sim", dlbsim_state_size(), RTE_CACHE_LINE_SIZE, socket);
	if (bus->state != NULL)
		handles[dev_id] = dlbsim_create(version, bus->state, &bus_host, bus);
	if (handles[dev_id] != NULL)
		return &bus->base;
	rte_log(RTE_LOG_ERR, (uint32_t)dlb_logtype,
		"event_dlb: no memory for software device %u, its state takes %zu bytes\n", dev_id,
		dlbsim_state_size());
	rte_free(bus->state);
	rte_free(bus);
	return NULL;
}

static int
sim_attach(struct dlb_bus *bus)
{
	handles[bus->dev_id] = dlbsim_attach(sim_bus(bus)->state, &bus_host, bus);
	return handles[bus->dev_id] != NULL ? 0 : -ENOMEM;
}

static void
sim_detach(struct dlb_bus *bus)
{
	dlbsim_destroy(handles[bus->dev_id]);
	handles[bus->dev_id] = NULL;
}

static void
sim_destroy(struct dlb_bus *base)
{
	struct sim_bus *bus = sim_bus(base);
	unsigned int i;

	sim_detach(base);
	for (i = 0; i < bus->nb_rings; i++)
		rte_free(bus->rings[i]);
	for (i = 0; i < RTE_DIM(bus->cqs); i++)
		rte_free((void *)(uintptr_t)bus->cqs[i].iova);
	rte_free(bus->state);
	rte_free(bus);
}

const struct dlb_bus_ops dlb_bus_sim_ops = {
	.io = &sim_io,
	.attach = sim_attach,
	.detach = sim_detach,
	.destroy = sim_destroy,
	.cq_alloc = sim_cq_alloc,
	.cq_free = sim_cq_free,
	.pp_open = sim_pp_open,
	.pp_close = sim_pp_close,
};

void
dlb_bus_sim_drops(struct dlb_bus *base, struct dlbsim_drops *drops)
{
	struct sim_bus *bus = sim_bus(base);

	lock(bus);
	dlbsim_drops(bus_sim(bus), drops);
	unlock(bus);
}

int
dlb_bus_sim_check(struct dlb_bus *base, char *why, size_t len)
{
	struct sim_bus *bus = sim_bus(base);
	int ret;

	lock(bus);
	ret = dlbsim_check(bus_sim(bus), why, len);
	unlock(bus);
	return ret;
}
