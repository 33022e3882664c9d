/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A DLB in the guest. See guest_dlb.h.
 */

#include "guest_dlb.h"

#include <emmintrin.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_MS 10000

unsigned int
guest_dlb_check(const char *what, int ret)
{
	if (ret < 0)
		fail("%s: %s", what, strerror(-ret));
	return (unsigned int)ret;
}

/* --- what the resource manager needs -------------------------------------------------------- */

static volatile uint32_t *
reg(struct guest_dlb *dlb, enum dlb_bar bar, uint32_t offset)
{
	dlb->nb_accesses++;
	return (volatile uint32_t *)(volatile void *)(dlb->f.bars[bar] + offset);
}

static uint32_t
io_csr_read(void *ctx, enum dlb_bar bar, uint32_t offset)
{
	return *reg(ctx, bar, offset);
}

static void
io_csr_write(void *ctx, enum dlb_bar bar, uint32_t offset, uint32_t value)
{
	*reg(ctx, bar, offset) = value;
}

static void
io_pp_write(void *ctx, bool is_ldb, unsigned int port, const struct dlb_line *line)
{
	guest_dlb_send(ctx, is_ldb, port, line);
}

static void
io_pp_flush(void *ctx, bool is_ldb, unsigned int port)
{
	guest_dlb_flush(ctx, is_ldb, port);
}

static void
io_delay_us(void *ctx, unsigned int us)
{
	(void)ctx;
	usleep(us);
}

static const struct dlbrm_io io = {
	.csr_read = io_csr_read,
	.csr_write = io_csr_write,
	.pp_write = io_pp_write,
	.pp_flush = io_pp_flush,
	.delay_us = io_delay_us,
};

/* --- producer ports ------------------------------------------------------------------------- */

static volatile uint8_t *
page(const struct guest_dlb *dlb, bool is_ldb, unsigned int port)
{
	return dlb->f.bars[GUEST_FUNC] + dlb_pp_offset(is_ldb, port);
}

void
guest_dlb_send(struct guest_dlb *dlb, bool is_ldb, unsigned int port, const struct dlb_line *line)
{
	__m128i *to = (__m128i *)(uintptr_t)page(dlb, is_ldb, port);

	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++) {
		_mm_stream_si128(to, _mm_loadu_si128((const __m128i *)(const void *)&line->hcw[i]));
		_mm_sfence();
	}
}

void
guest_dlb_send_words(struct guest_dlb *dlb, bool is_ldb, unsigned int port,
		     const struct dlb_line *line)
{
	volatile uint64_t *to = (volatile uint64_t *)(volatile void *)page(dlb, is_ldb, port);
	uint64_t words[sizeof(*line) / sizeof(uint64_t)];

	memcpy(words, line, sizeof(words));
	for (unsigned int i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		to[i] = words[i];
}

void
guest_dlb_flush(struct guest_dlb *dlb, bool is_ldb, unsigned int port)
{
	_mm_mfence();
	(void)*(volatile uint64_t *)(volatile void *)page(dlb, is_ldb, port);
}

/* --- life ----------------------------------------------------------------------------------- */

void
guest_dlb_open(struct guest_dlb *dlb, const char *address)
{
	*dlb = (struct guest_dlb){ 0 };
	vfio_open(&dlb->f, address);
	vfio_map_bar(&dlb->f, GUEST_FUNC);
	vfio_map_bar(&dlb->f, GUEST_CSR);
	vfio_set_vectors(&dlb->f, 2, dlb->events);
	dlb->version = dlb->f.device_id == dlb_limits[DLB_V2_0].pci_device_id ? DLB_V2_0 : DLB_V2_5;
}

void
guest_dlb_start(struct guest_dlb *dlb)
{
	static const struct dlbrm_hw_config conf = { .sparse_ldb_cq = true,
						     .sparse_dir_cq = true,
						     .qe_weight_pct = 1 };

	vfio_reset(&dlb->f);
	dlbrm_init(&dlb->rm, dlb->version, &io, dlb);
	CHECK(dlbrm_power_up(&dlb->rm));
	CHECK(dlbrm_hw_init(&dlb->rm, &conf));
	CHECK(dlbrm_irq_init(&dlb->rm));
	CHECK(dlbrm_alarms_enable(&dlb->rm, true));
}

uint64_t
guest_dlb_wait(const struct guest_dlb *dlb, unsigned int vector)
{
	struct pollfd event = { .fd = dlb->events[vector], .events = POLLIN };
	uint64_t count;

	if (poll(&event, 1, PATIENCE_MS) != 1 ||
	    read(event.fd, &count, sizeof(count)) != sizeof(count))
		fail("no interrupt of vector %u", vector);
	return count;
}
