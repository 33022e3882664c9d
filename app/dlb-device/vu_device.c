/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Life of a device and what the software DLB needs from its host. See vu_device.h.
 *
 * Memory without a file is written by messages that nobody waits for: a client that waits for a
 * reply of ours would never answer. So a write by message may be late; where the client has mapped
 * nothing it could hit what is mapped there next, and is not sent. The device only ever writes
 * memory.
 */

#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "vu_device.h"
#include "vu_time.h"

/* The mebibyte in which an x86 processor takes writes for interrupts. */
#define INTERRUPT_ADDRESSES UINT64_C(0xFEE00000)

#define PCI_COMMAND	   0x04
#define PCI_COMMAND_MASTER 0x4

/* Queue elements between two looks at the clock. */
#define STEP_BUDGET 4096
/* Lines about one client's faults on standard error; the trace has them all. */
#define MAX_COMPLAINTS 8

void
vu_device_complain(struct vu_device *dev, const char *format, ...)
{
	char text[160];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	vu_trace_text(&dev->trace, '!', "%s", text);
	if (dev->nb_complaints++ < MAX_COMPLAINTS)
		fprintf(stderr, "dlb-device: %s: %s%s\n", dev->name, text,
			dev->nb_complaints == MAX_COMPLAINTS ? " (no more from this client)" : "");
}

/* --- what the software DLB calls ----------------------------------------------------------- */

static void *
host_dma_map(void *ctx, uint64_t iova, size_t len)
{
	struct vu_device *dev = ctx;
	uint8_t *mem;

	if (!dev->is_master || vu_dma_find(&dev->dma, iova, len, &mem) != VU_DMA_MAPPED)
		return NULL;
	return mem;
}

/* The last word of a queue element says that it is there: nobody may see it before the rest. */
static void
store_words(uint8_t *mem, const void *buf, size_t len)
{
	uint64_t last;

	if (len < sizeof(last)) {
		memcpy(mem, buf, len);
		return;
	}
	memcpy(&last, (const uint8_t *)buf + len - sizeof(last), sizeof(last));
	memcpy(mem, buf, len - sizeof(last));
	__atomic_store_n((uint64_t *)(void *)(mem + len - sizeof(last)), last, __ATOMIC_RELEASE);
}

static int
send_write(struct vu_device *dev, uint64_t iova, const void *buf, size_t len)
{
	struct vu_dma_access access = { .address = iova, .count = len };

	if (dev->client == NULL)
		return -ENOTCONN;
	return vu_client_request(dev->client, VU_DMA_WRITE, &access, sizeof(access), buf, len);
}

/* A write that is a message of the interrupt message store: there is no memory at such addresses. */
static bool
is_interrupt(uint64_t iova, size_t len)
{
	return len == sizeof(uint32_t) && iova >> 20 == INTERRUPT_ADDRESSES >> 20;
}

/*
 * Reading there instead harms nobody, and the client's translation of addresses reports it. One
 * report at a time is enough.
 */
static int
probe(struct vu_device *dev, uint64_t iova, size_t len)
{
	struct vu_dma_access access = { .address = iova, .count = len };

	if (dev->client == NULL || dev->is_probing)
		return -EFAULT;
	vu_device_complain(dev, "no memory at 0x%" PRIx64 ", which the device should write", iova);
	dev->is_probing =
		vu_client_request(dev->client, VU_DMA_READ, &access, sizeof(access), NULL, 0) == 0;
	return -EFAULT;
}

static int
host_dma_write(void *ctx, uint64_t iova, const void *buf, size_t len)
{
	struct vu_device *dev = ctx;
	uint8_t *mem;

	if (!dev->is_master)
		return -EPERM;
	switch (vu_dma_find(&dev->dma, iova, len, &mem)) {
	case VU_DMA_MAPPED:
		store_words(mem, buf, len);
		return 0;
	case VU_DMA_MESSAGE:
		return send_write(dev, iova, buf, len);
	case VU_DMA_NOTHING:
		return is_interrupt(iova, len) ? send_write(dev, iova, buf, len)
					       : probe(dev, iova, len);
	case VU_DMA_REFUSED:
		break;
	}
	return -EACCES;
}

static void
host_msix(void *ctx, unsigned int vector)
{
	vu_irq_send(ctx, vector);
}

static void
host_log(void *ctx, enum dlbsim_log kind, const char *text)
{
	vu_device_complain(ctx, "%s%s", kind == DLBSIM_LOG_UNIMP ? "not modelled: " : "", text);
}

static const struct dlbsim_host host = {
	.dma_map = host_dma_map,
	.dma_write = host_dma_write,
	.msix = host_msix,
	.log = host_log,
};

/* --- life ---------------------------------------------------------------------------------- */

int
vu_device_create(struct vu_device *dev, enum dlb_version version, const char *name,
		 const struct vu_tracer *trace)
{
	*dev = (struct vu_device){ .name = name, .version = version, .trace = *trace };
	dev->trace.version = version;
	vu_dma_init(&dev->dma);
	vu_irq_init(dev);
	dev->sim = dlbsim_create(version, NULL, &host, dev);
	if (dev->sim != NULL)
		return 0;
	vu_dma_fini(&dev->dma);
	return -ENOMEM;
}

void
vu_device_destroy(struct vu_device *dev)
{
	dlbsim_destroy(dev->sim);
	vu_dma_fini(&dev->dma);
}

void
vu_device_attach(struct vu_device *dev, struct vu_client *client)
{
	dev->client = client;
	dev->nb_complaints = 0;
	dev->is_probing = false;
	vu_trace_text(&dev->trace, 'S', "client connected");
}

void
vu_device_detach(struct vu_device *dev)
{
	dlbsim_power_cycle(dev->sim); /* first: then nothing is written to its memory any more */
	vu_device_config_written(dev, true);
	dev->client = NULL;
	dev->faults = (struct vu_faults){ 0 };
	vu_irq_detach_all(dev);
	vu_dma_clear(&dev->dma);
	vu_trace_text(&dev->trace, 'S', "client gone");
}

void
vu_device_config_written(struct vu_device *dev, bool was_reset)
{
	bool is_master = (dlbsim_pci_read(dev->sim, PCI_COMMAND, 2) & PCI_COMMAND_MASTER) != 0;

	if (is_master != dev->is_master)
		dlbsim_dma_unmap(dev->sim, 0, UINT64_MAX);
	dev->is_master = is_master;
	if (!was_reset)
		return;
	memset(&dev->ports, 0, sizeof(dev->ports));
	memset(dev->irqs.held, 0, sizeof(dev->irqs.held));
	dev->is_stalled = false;
	dev->faults.stalled_until_ns = 0;
	vu_irq_update_masks(dev); /* they are all set now */
}

void
vu_device_reset(struct vu_device *dev)
{
	dlbsim_flr(dev->sim);
	vu_device_config_written(dev, true);
}

/* The hardware has a switch for it, which a reset puts back. Its other bits are the client's. */
static void
stall(struct vu_device *dev)
{
	uint32_t offset = dlb_reg_offset(dev->version, DLB_R_SYS_WRITE_BUFFER_CTL, 0), value;
	bool is_stalled = vu_fault_stall_ns(&dev->faults) != 0;

	if (is_stalled == dev->is_stalled)
		return;
	dev->is_stalled = is_stalled;
	value = dlbsim_csr_read(dev->sim, DLB_BAR_CSR, offset);
	value &= ~DLB_F_SYS_WRITE_BUFFER_CTL_HOLD_SCH_SM;
	value |= is_stalled ? DLB_F_SYS_WRITE_BUFFER_CTL_HOLD_SCH_SM : 0;
	dlbsim_csr_write(dev->sim, DLB_BAR_CSR, offset, value);
}

void
vu_device_run(struct vu_device *dev)
{
	vu_port_flush(dev);
	stall(dev);
	while (dlbsim_step(dev->sim, vu_now_ns(), STEP_BUDGET) >= STEP_BUDGET)
		;
}

/* Only the watchdogs of consumer queues know time. */
bool
vu_device_needs_clock(struct vu_device *dev)
{
	static const enum dlb_reg regs[] = { DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL,
					     DLB_R_CHP_CFG_DIR_WD_ENB_INTERVAL };

	for (unsigned int i = 0; i < 2; i++) {
		uint32_t conf = dlbsim_csr_read(dev->sim, DLB_BAR_CSR,
						dlb_reg_offset(dev->version, regs[i], 0));

		/* All ones: it is asleep. */
		if (conf != UINT32_MAX &&
		    FIELD_GET(DLB_F_CHP_CFG_LDB_WD_ENB_INTERVAL_ENB, conf) != 0)
			return true;
	}
	return false;
}
