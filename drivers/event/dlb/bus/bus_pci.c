/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A DLB on PCI as a bus: registers and producer ports in its BARs, CQ memory that it can reach.
 *
 * EAL maps the BARs at the same address in every process, so the bus can be shared as it is. Each
 * register access is one 32-bit load or store; the command lines of the data path are stored by
 * the line writers in dp/. This file knows nothing of what registers mean.
 *
 * PP = producer port, CQ = consumer queue, FLR = function-level reset.
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include <bus_pci_driver.h>
#include <rte_atomic.h>
#include <rte_common.h>
#include <rte_cycles.h>
#include <rte_io.h>
#include <rte_log.h>
#include <rte_malloc.h>
#include <rte_memzone.h>

#include "bus.h"
#include "dlb_line_store.h"
#include "pci_config.h"

extern int dlb_logtype;

#define CQ_ALIGN 4096

struct pci_bus {
	struct dlb_bus base;
	uint8_t *func; /* BAR 0 */
	uint8_t *csr;  /* BAR 2 */
	int socket;
	unsigned int nb_cqs; /* ever allocated: their memory has a name */
	uint32_t life_sign;  /* register in csr that never reads as all ones */
};

static struct pci_bus *
pci_bus(struct dlb_bus *bus)
{
	return container_of(bus, struct pci_bus, base);
}

/* --- configuration space ----------------------------------------------------------------------- */

static int
config_read(void *ctx, void *buf, size_t len, unsigned int offset)
{
	return rte_pci_read_config(ctx, buf, len, offset) == (int)len ? 0 : -EIO;
}

static int
config_write(void *ctx, const void *buf, size_t len, unsigned int offset)
{
	return rte_pci_write_config(ctx, buf, len, offset) == (int)len ? 0 : -EIO;
}

static void
config_delay(void *ctx, unsigned int us)
{
	RTE_SET_USED(ctx);
	rte_delay_us_sleep(us);
}

static int
reset(struct rte_pci_device *pci)
{
	const struct dlb_pci_config config = {
		.read = config_read,
		.write = config_write,
		.delay_us = config_delay,
		.ctx = pci,
	};

	return dlb_pci_reset(&config);
}

/* --- registers and producer ports -------------------------------------------------------------- */

static uint8_t *
bar(struct pci_bus *bus, enum dlb_bar bar)
{
	return bar == DLB_BAR_FUNC ? bus->func : bus->csr;
}

static uint32_t
io_csr_read(void *ctx, enum dlb_bar which, uint32_t offset)
{
	return rte_read32(bar(ctx, which) + offset);
}

static void
io_csr_write(void *ctx, enum dlb_bar which, uint32_t offset, uint32_t value)
{
	rte_write32(value, bar(ctx, which) + offset);
}

static void *
pp_page(struct pci_bus *bus, bool is_ldb, unsigned int pp)
{
	return bus->func + dlb_pp_offset(is_ldb, pp);
}

static void
io_pp_write(void *ctx, bool is_ldb, unsigned int pp, const struct dlb_line *line)
{
	rte_wmb();
	dlb_line_store_stream(pp_page(ctx, is_ldb, pp), line, DLB_HCWS_PER_LINE);
}

/* A read of the page cannot return before the writes to it have arrived. */
static void
io_pp_flush(void *ctx, bool is_ldb, unsigned int pp)
{
	rte_mb();
	rte_read64(pp_page(ctx, is_ldb, pp));
}

static void
io_delay_us(void *ctx, unsigned int us)
{
	RTE_SET_USED(ctx);
	rte_delay_us_sleep(us);
}

void
dlb_bus_pp_flush(struct dlb_bus *bus, bool is_ldb, unsigned int pp)
{
	io_pp_flush(bus, is_ldb, pp);
}

bool
dlb_bus_is_gone(struct dlb_bus *bus)
{
	return io_csr_read(bus, DLB_BAR_CSR, pci_bus(bus)->life_sign) == UINT32_MAX;
}

static const struct dlbrm_io pci_io = {
	.csr_read = io_csr_read,
	.csr_write = io_csr_write,
	.pp_write = io_pp_write,
	.pp_flush = io_pp_flush,
	.delay_us = io_delay_us,
};

static void *
pci_pp_open(struct dlb_bus *bus, bool is_ldb, unsigned int pp)
{
	return pp_page(pci_bus(bus), is_ldb, pp);
}

static void
pci_pp_close(struct dlb_bus *bus, void *pp_mem)
{
	RTE_SET_USED(bus);
	RTE_SET_USED(pp_mem);
}

/* --- consumer queues --------------------------------------------------------------------------- */

static void *
pci_cq_alloc(struct dlb_bus *base, unsigned int depth, uint64_t *iova)
{
	struct pci_bus *bus = pci_bus(base);
	size_t bytes = (size_t)dlb_cq_ring_size(depth) * DLB_CQ_SPARSE_STRIDE;
	const struct rte_memzone *zone;
	char name[RTE_MEMZONE_NAMESIZE];

	snprintf(name, sizeof(name), "dlb%u_cq%u", base->dev_id, bus->nb_cqs++);
	zone = rte_memzone_reserve_aligned(name, bytes, bus->socket, RTE_MEMZONE_IOVA_CONTIG,
					   CQ_ALIGN);
	if (zone == NULL)
		return NULL;
	memset(zone->addr, 0, bytes);
	*iova = zone->iova;
	return zone->addr;
}

struct zone_search {
	const void *addr;
	const struct rte_memzone *zone;
};

static void
compare_zone(const struct rte_memzone *zone, void *arg)
{
	struct zone_search *search = arg;

	if (zone->addr == search->addr)
		search->zone = zone;
}

static void
pci_cq_free(struct dlb_bus *bus, void *cq)
{
	struct zone_search search = { .addr = cq };

	RTE_SET_USED(bus);
	if (cq == NULL)
		return;
	rte_memzone_walk(compare_zone, &search);
	rte_memzone_free(search.zone);
}

/* --- life -------------------------------------------------------------------------------------- */

struct dlb_bus *
dlb_bus_pci_create(uint8_t dev_id, enum dlb_version version, struct rte_pci_device *pci)
{
	struct pci_bus *bus;
	int ret;

	if (pci->mem_resource[DLB_BAR_FUNC].addr == NULL ||
	    pci->mem_resource[DLB_BAR_CSR].addr == NULL) {
		rte_log(RTE_LOG_ERR, (uint32_t)dlb_logtype,
			"event_dlb: %s: BARs 0 and 2 are not mapped; bind it to vfio-pci or "
			"uio_pci_generic\n",
			pci->name);
		return NULL;
	}
	ret = reset(pci);
	if (ret != 0) {
		rte_log(RTE_LOG_ERR, (uint32_t)dlb_logtype,
			"event_dlb: %s: the function cannot be reset: %s\n", pci->name,
			strerror(-ret));
		return NULL;
	}
	bus = rte_zmalloc_socket("dlb_bus", sizeof(*bus), RTE_CACHE_LINE_SIZE,
				 pci->device.numa_node);
	if (bus == NULL)
		return NULL;
	bus->base = (struct dlb_bus){ .kind = DLB_BUS_PCI, .dev_id = dev_id };
	bus->func = pci->mem_resource[DLB_BAR_FUNC].addr;
	bus->csr = pci->mem_resource[DLB_BAR_CSR].addr;
	bus->socket = pci->device.numa_node;
	bus->life_sign = dlb_reg_offset(version, DLB_R_SYS_TOTAL_VAS, 0);
	return &bus->base;
}

static int
pci_attach(struct dlb_bus *bus)
{
	RTE_SET_USED(bus);
	return 0;
}

static void
pci_detach(struct dlb_bus *bus)
{
	RTE_SET_USED(bus);
}

static void
pci_destroy(struct dlb_bus *bus)
{
	rte_free(pci_bus(bus));
}

const struct dlb_bus_ops dlb_bus_pci_ops = {
	.io = &pci_io,
	.attach = pci_attach,
	.detach = pci_detach,
	.destroy = pci_destroy,
	.cq_alloc = pci_cq_alloc,
	.cq_free = pci_cq_free,
	.pp_open = pci_pp_open,
	.pp_close = pci_pp_close,
};
