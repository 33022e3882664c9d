/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * In the guest: bring a DLB (Dynamic Load Balancer) up through VFIO and move events through it.
 *
 * The resource manager of lib/dlbrm programs the device over PCI; commands leave by 16-byte and by
 * 64-byte stores, queue elements arrive in memory behind the guest's IOMMU, and an interrupt does
 * as an event descriptor. At the end memory is taken away under the device, which has to survive.
 *
 * usage: vfio_events PCI-ADDRESS [EVENTS]
 */

#include <emmintrin.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest_dlb.h"

#define DEPTH	   64
#define RING_BYTES 4096 /* DEPTH entries of 64 bytes */
#define IOVA	   UINT64_C(0x100000000)
#define CREDITS	   1024

struct port {
	bool is_ldb;
	unsigned int id;
	const struct dlb_qe *ring;
	unsigned int index;
	unsigned int gen;
};

/* --- bringing up ---------------------------------------------------------------------------- */

static struct port
create_ldb_port(struct guest_dlb *dev, unsigned int domain, uint8_t *mem)
{
	struct dlbrm_ldb_port_config conf = {
		.cq_iova = IOVA, .cq_depth = DEPTH, .hist_list_size = DEPTH, .cos_id = -1
	};
	unsigned int id = CHECK(dlbrm_ldb_port_create(&dev->rm, domain, &conf));

	return (struct port){
		.is_ldb = true, .id = id, .ring = (struct dlb_qe *)(void *)mem, .gen = 1
	};
}

static struct port
create_dir_port(struct guest_dlb *dev, unsigned int domain, uint8_t *mem)
{
	struct dlbrm_dir_port_config conf = { .cq_iova = IOVA + RING_BYTES,
					      .cq_depth = DEPTH,
					      .queue_id = -1 };
	unsigned int id = CHECK(dlbrm_dir_port_create(&dev->rm, domain, &conf));

	return (struct port){ .id = id,
			      .ring = (struct dlb_qe *)(void *)(mem + RING_BYTES),
			      .gen = 1 };
}

static unsigned int
create_domain(struct guest_dlb *dev)
{
	struct dlbrm_domain_config conf = { .nb_ldb_queues = 1,
					    .nb_ldb_ports = 1,
					    .nb_dir_ports = 1,
					    .nb_hist_list_entries = DEPTH,
					    .nb_ldb_credits = CREDITS,
					    .nb_dir_credits = CREDITS };

	return CHECK(dlbrm_domain_create(&dev->rm, &conf));
}

/* --- moving events -------------------------------------------------------------------------- */

/* The next element, or NULL. */
static const struct dlb_qe *
next_element(struct port *port)
{
	const struct dlb_qe *qe = port->ring + 4 * (port->index % DEPTH);
	uint8_t status = *(volatile const uint8_t *)&qe->status;

	if ((status & DLB_QE_GEN) != port->gen)
		return NULL;
	_mm_lfence();
	if (++port->index % DEPTH == 0)
		port->gen ^= 1;
	return qe;
}

/* Wait for an element; what it takes is the device's business and the emulator's. */
static uint64_t
receive(struct port *port)
{
	for (unsigned int i = 0; i < 10000; i++) {
		for (unsigned int spin = 0; spin < 100; spin++) {
			const struct dlb_qe *qe = next_element(port);

			if (qe != NULL)
				return qe->data;
		}
		usleep(1000);
	}
	fail("element %u of %s port %u did not come", port->index, port->is_ldb ? "LDB" : "DIR",
	     port->id);
}

static void
send(struct guest_dlb *dev, const struct port *port, const struct dlb_line *line, bool by_words)
{
	if (by_words)
		guest_dlb_send_words(dev, port->is_ldb, port->id, line);
	else
		guest_dlb_send(dev, port->is_ldb, port->id, line);
}

/* Four events from the directed port to the ordered queue, back from there to the directed one. */
static void
round_trip(struct guest_dlb *dev, struct port *ldb, struct port *dir, unsigned int qid,
	   uint64_t first)
{
	struct dlb_line line = { 0 };
	bool by_words = first / 4 % 2 != 0;

	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++)
		line.hcw[i] = (struct dlb_hcw){ .data = first + i,
						.qid = (uint8_t)qid,
						.type_prio = DLB_SCHED_ORDERED,
						.cmd = DLB_CMD_NEW };
	send(dev, dir, &line, by_words);
	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++)
		line.hcw[i] = (struct dlb_hcw){ .data = receive(ldb) + 1,
						.qid = (uint8_t)dir->id,
						.type_prio = DLB_SCHED_DIRECTED,
						.cmd = DLB_CMD_FWD_T };
	send(dev, ldb, &line, by_words);
	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++) {
		uint64_t data = receive(dir);

		if (data != first + i + 1)
			fail("event %llu came as %llu", (unsigned long long)first + i,
			     (unsigned long long)data - 1);
	}
	line = (struct dlb_line){ .hcw[0] = { .lock_id = 3, .cmd = DLB_CMD_BAT_T } };
	send(dev, dir, &line, by_words);
}

/* Each arming gives one interrupt, served as drivers do. */
static void
check_interrupt(struct guest_dlb *dev, unsigned int domain, struct port *ldb, struct port *dir,
		unsigned int qid, uint64_t first)
{
	struct dlbrm_ports fired;

	CHECK(dlbrm_cq_irq_config(&dev->rm, domain, true, ldb->id, 1));
	for (unsigned int i = 0; i < 3; i++) {
		CHECK(dlbrm_cq_irq_arm(&dev->rm, domain, true, ldb->id));
		round_trip(dev, ldb, dir, qid, first + 4 * i);
		if (guest_dlb_wait(dev, 1) != 1)
			fail("more than one interrupt");
		CHECK(dlbrm_cq_irq_service(&dev->rm, &fired));
		if (fired.ldb[ldb->id / 32] != BIT(ldb->id % 32))
			fail("the interrupt is not from LDB port %u", ldb->id);
	}
}

/* The domain's memory disappears while it is in use; the device goes on. */
static void
check_lost_memory(struct guest_dlb *dev, unsigned int domain, struct port *dir, unsigned int qid)
{
	struct dlb_line line = { .hcw[0] = { .qid = (uint8_t)qid,
					     .type_prio = DLB_SCHED_ORDERED,
					     .cmd = DLB_CMD_NEW } };

	vfio_dma_unmap(&dev->f, IOVA, 2 * RING_BYTES);
	for (unsigned int i = 0; i < 100; i++)
		send(dev, dir, &line, false);
	guest_dlb_flush(dev, false, dir->id);
	CHECK(dlbrm_domain_reset(&dev->rm, domain));
}

static double
seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
use_domain(struct guest_dlb *dev, unsigned int nb_events, bool lose_memory)
{
	static const struct dlbrm_ldb_queue_config queue = { .nb_sequence_numbers = 64,
							     .nb_qid_inflights = 64 };
	uint8_t *mem = vfio_dma_alloc(&dev->f, IOVA, 2 * RING_BYTES);
	unsigned int domain = create_domain(dev);
	unsigned int qid = CHECK(dlbrm_ldb_queue_create(&dev->rm, domain, &queue));
	struct port ldb = create_ldb_port(dev, domain, mem);
	struct port dir = create_dir_port(dev, domain, mem);
	double start;

	CHECK(dlbrm_dir_queue_create(&dev->rm, domain, (int)dir.id, 256));
	CHECK(dlbrm_map_qid(&dev->rm, domain, ldb.id, qid, 0));
	CHECK(dlbrm_domain_start(&dev->rm, domain));
	printf("%u register accesses from power-up to start\n", dev->nb_accesses);
	start = seconds();
	for (uint64_t i = 0; i < nb_events; i += DLB_HCWS_PER_LINE)
		round_trip(dev, &ldb, &dir, qid, i);
	printf("%u events in %.2f s\n", nb_events, seconds() - start);
	check_interrupt(dev, domain, &ldb, &dir, qid, nb_events);
	if (lose_memory) {
		check_lost_memory(dev, domain, &dir, qid);
		return;
	}
	CHECK(dlbrm_domain_reset(&dev->rm, domain));
	vfio_dma_unmap(&dev->f, IOVA, 2 * RING_BYTES);
}

int
main(int argc, char *argv[])
{
	static struct guest_dlb dev;
	unsigned int nb_events = argc > 2 ? (unsigned int)strtoul(argv[2], NULL, 0) : 4000;

	if (argc < 2)
		fail("usage: vfio_events PCI-ADDRESS [EVENTS]");
	guest_dlb_open(&dev, argv[1]);
	guest_dlb_start(&dev);
	use_domain(&dev, nb_events, false);
	use_domain(&dev, nb_events, true);
	use_domain(&dev, nb_events, false);
	printf("DLB %s: all as it should be\n", dlb_limits[dev.version].name);
	return 0;
}
