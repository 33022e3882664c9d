/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The regions of the PCI function: its two BARs and its configuration space.
 *
 * Registers have 32 bits; larger accesses are several, smaller ones read a part and write nothing.
 * An access in the windows of producer ports is vu_port.c's. Offsets come from anyone: a check
 * says whether an access lies in its region before anything is done.
 */

#include <errno.h>
#include <string.h>

#include "vu_device.h"

#define CONFIG_BYTES 4096
#define WORD	     4u

uint64_t
vu_region_size(uint32_t region)
{
	switch (region) {
	case VU_REGION_BAR0:
		return DLB_FUNC_BAR_BYTES;
	case VU_REGION_BAR2:
		return DLB_CSR_BAR_BYTES;
	case VU_REGION_CONFIG:
		return CONFIG_BYTES;
	default:
		return 0;
	}
}

static bool
is_inside(uint32_t region, uint64_t offset, uint32_t count)
{
	uint64_t size = vu_region_size(region);

	return count > 0 && offset < size && count <= size - offset;
}

/* --- configuration space ------------------------------------------------------------------- */

/* Bytes of the largest access that is aligned at the offset and no larger than what is left. */
static unsigned int
config_step(uint32_t offset, uint32_t left)
{
	if (offset % 4 == 0 && left >= 4)
		return 4;
	return offset % 2 == 0 && left >= 2 ? 2 : 1;
}

/* Faults are of words: shift a part of one to where it is in it, and back. */
static uint32_t
config_part_read(struct vu_device *dev, uint32_t offset, uint32_t value)
{
	unsigned int shift = 8 * (offset % WORD);

	return vu_fault_read(&dev->faults, dev->version, VU_REGION_CONFIG, offset - offset % WORD,
			     value << shift) >>
	       shift;
}

static void
config_read(struct vu_device *dev, uint32_t offset, uint32_t count, uint8_t *out)
{
	for (unsigned int n; count > 0; offset += n, out += n, count -= n) {
		uint32_t value;

		n = config_step(offset, count);
		value = config_part_read(dev, offset, dlbsim_pci_read(dev->sim, offset, n));
		memcpy(out, &value, n);
		vu_trace_config(&dev->trace, 'r', offset, n, value);
	}
}

static void
config_write(struct vu_device *dev, uint32_t offset, uint32_t count, const uint8_t *in)
{
	bool was_reset = false;

	for (unsigned int n; count > 0; offset += n, in += n, count -= n) {
		uint32_t value = 0;

		n = config_step(offset, count);
		memcpy(&value, in, n);
		vu_trace_config(&dev->trace, 'w', offset, n, value);
		if (vu_fault_ignores(&dev->faults, dev->version, VU_REGION_CONFIG,
				     offset - offset % WORD))
			continue;
		was_reset |= dlbsim_pci_write(dev->sim, offset, n, value);
	}
	vu_device_config_written(dev, was_reset);
}

/* --- registers ----------------------------------------------------------------------------- */

static uint32_t
word_read(struct vu_device *dev, enum dlb_bar bar, uint32_t offset)
{
	uint32_t value = 0;

	if (bar == DLB_BAR_FUNC && vu_port_is_at(offset)) {
		vu_device_run(dev);
		return 0;
	}
	value = vu_fault_read(&dev->faults, dev->version, (uint32_t)bar, offset,
			      dlbsim_csr_read(dev->sim, bar, offset));
	vu_trace_register(&dev->trace, 'R', bar, offset, value);
	return value;
}

static void
bar_read(struct vu_device *dev, enum dlb_bar bar, uint32_t offset, uint32_t count, uint8_t *out)
{
	for (uint32_t n; count > 0; offset += n, out += n, count -= n) {
		uint32_t at = offset % WORD;
		uint32_t value = word_read(dev, bar, offset - at);

		n = count < WORD - at ? count : WORD - at;
		memcpy(out, (const uint8_t *)&value + at, n);
	}
}

static void
bar_write(struct vu_device *dev, enum dlb_bar bar, uint32_t offset, uint32_t count,
	  const uint8_t *in)
{
	for (uint32_t n; count > 0; offset += n, in += n, count -= n) {
		uint32_t at = offset % WORD, value;

		n = count < WORD - at ? count : WORD - at;
		if (n < WORD) {
			vu_device_complain(dev, "a write of %u bytes at 0x%x of BAR %d is ignored",
					   n, offset, bar);
			continue;
		}
		memcpy(&value, in, WORD);
		vu_trace_register(&dev->trace, 'W', bar, offset, value);
		if (!vu_fault_ignores(&dev->faults, dev->version, (uint32_t)bar, offset))
			dlbsim_csr_write(dev->sim, bar, offset, value);
	}
}

/* --- the regions --------------------------------------------------------------------------- */

int
vu_region_read(struct vu_device *dev, uint32_t region, uint64_t offset, uint32_t count,
	       uint8_t *out)
{
	if (!is_inside(region, offset, count))
		return -EINVAL;
	vu_port_flush(dev);
	if (region == VU_REGION_CONFIG)
		config_read(dev, (uint32_t)offset, count, out);
	else
		bar_read(dev, (enum dlb_bar)region, (uint32_t)offset, count, out);
	vu_irq_send_unasked(dev);
	return 0;
}

int
vu_region_write(struct vu_device *dev, uint32_t region, uint64_t offset, uint32_t count,
		const uint8_t *in)
{
	if (!is_inside(region, offset, count))
		return -EINVAL;
	if (region == VU_REGION_BAR0 && vu_port_is_at((uint32_t)offset)) {
		if (!vu_fault_ignores(&dev->faults, dev->version, region, (uint32_t)offset))
			vu_port_write(dev, (uint32_t)offset, in, count);
		return 0;
	}
	vu_port_flush(dev);
	if (region == VU_REGION_CONFIG)
		config_write(dev, (uint32_t)offset, count, in);
	else
		bar_write(dev, (enum dlb_bar)region, (uint32_t)offset, count, in);
	vu_irq_send_unasked(dev);
	return 0;
}
