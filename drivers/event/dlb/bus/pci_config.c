/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Function-level reset (FLR) with save and restore, by the steps of doc/guides/dlb/pci.rst.
 *
 * The reset clears the configuration space, so what the operating system and the bus driver had
 * set up in it is kept here meanwhile. Registers of the PCI Express capability that an endpoint
 * lacks read 0 and ignore writes: saving them does no harm. Interrupts are not used: MSI-X is put
 * back as it was.
 *
 * PASID = process address space identifier, AER = advanced error reporting.
 */

#include "pci_config.h"

#include <errno.h>
#include <stdbool.h>

#define CAPABILITY_POINTER 0x34
#define COMMAND		   0x04
#define HEADER_DWORDS	   16
#define CAPABILITIES_END   0x100

#define CAP_EXPRESS	 0x10
#define EXP_CAPABILITIES 0x04
#define EXP_HAS_FLR	 (UINT32_C(1) << 28)
#define EXP_CONTROL	 0x08
#define EXP_START_FLR	 0x8000
#define EXP_STATUS	 0x0A
#define EXP_PENDING	 0x20
#define EXP_BYTES	 0x3C

#define CAP_MSIX     0x11
#define MSIX_CONTROL 0x02

#define EXT_AER		  0x01
#define AER_UNCORRECTABLE 0x04
#define AER_CORRECTABLE	  0x10

#define EXT_PASID     0x1B
#define PASID_CONTROL 0x06

#define MAX_CAPABILITIES     48 /* as many as fit into 192 bytes */
#define MAX_EXT_CAPABILITIES 960

/* What drivers have to wait after starting the reset, by the PCI Express standard. */
#define RESET_US    100000
#define PENDING_US  100000
#define MAX_PENDING 4

/* Words of the PCI Express capability that are kept: control of device, link, slot, root, twice. */
static const uint8_t exp_words[] = { EXP_CONTROL, 0x10, 0x18, 0x1C, 0x28, 0x30, 0x38 };

#define NB_EXP_WORDS (sizeof(exp_words) / sizeof(exp_words[0]))

struct saved {
	uint32_t header[HEADER_DWORDS];
	uint16_t exp[NB_EXP_WORDS];
	uint16_t msix;
};

static int
read16(const struct dlb_pci_config *config, unsigned int offset, uint16_t *value)
{
	return config->read(config->ctx, value, sizeof(*value), offset);
}

static int
read32(const struct dlb_pci_config *config, unsigned int offset, uint32_t *value)
{
	return config->read(config->ctx, value, sizeof(*value), offset);
}

static int
write16(const struct dlb_pci_config *config, unsigned int offset, uint16_t value)
{
	return config->write(config->ctx, &value, sizeof(value), offset);
}

static int
write32(const struct dlb_pci_config *config, unsigned int offset, uint32_t value)
{
	return config->write(config->ctx, &value, sizeof(value), offset);
}

int
dlb_pci_find_capability(const struct dlb_pci_config *config, uint8_t id)
{
	unsigned int at = CAPABILITY_POINTER;
	uint16_t word;

	if (read16(config, at, &word) != 0)
		return -EIO;
	at = word & 0xFC;
	for (unsigned int i = 0; i < MAX_CAPABILITIES && at >= 0x40; i++) {
		if (read16(config, at, &word) != 0 || word == UINT16_MAX)
			return -EIO;
		if ((word & 0xFF) == id)
			return (int)at;
		at = word >> 8 & 0xFC;
	}
	return 0;
}

int
dlb_pci_find_ext_capability(const struct dlb_pci_config *config, uint16_t id)
{
	unsigned int at = 0x100;
	uint32_t word;

	for (unsigned int i = 0; i < MAX_EXT_CAPABILITIES && at >= 0x100; i++) {
		if (read32(config, at, &word) != 0 || word == UINT32_MAX)
			return -EIO;
		if ((word & 0xFFFF) == id)
			return (int)at;
		at = word >> 20 & 0xFFC;
	}
	return 0;
}

static int
save(const struct dlb_pci_config *config, unsigned int exp, unsigned int msix, struct saved *saved)
{
	int ret = 0;

	for (unsigned int i = 0; i < HEADER_DWORDS && ret == 0; i++)
		ret = read32(config, 4 * i, &saved->header[i]);
	for (unsigned int i = 0; i < NB_EXP_WORDS && ret == 0; i++)
		ret = read16(config, exp + exp_words[i], &saved->exp[i]);
	if (ret == 0 && msix != 0)
		ret = read16(config, msix + MSIX_CONTROL, &saved->msix);
	return ret;
}

/* The command register goes last: nothing may be decoded before the base addresses are back. */
static int
restore(const struct dlb_pci_config *config, unsigned int exp, unsigned int msix,
	const struct saved *saved)
{
	int ret = 0;

	for (unsigned int i = 0; i < NB_EXP_WORDS && ret == 0; i++)
		ret = write16(config, exp + exp_words[i], saved->exp[i]);
	for (unsigned int i = HEADER_DWORDS; i > 0 && ret == 0; i--)
		ret = write32(config, 4 * (i - 1), saved->header[i - 1]);
	if (ret == 0 && msix != 0)
		ret = write16(config, msix + MSIX_CONTROL, saved->msix);
	return ret;
}

/* Wait until the function has no transactions under way. */
static int
quiet(const struct dlb_pci_config *config, unsigned int exp)
{
	uint16_t status;

	for (unsigned int i = 0; i < MAX_PENDING; i++) {
		if (read16(config, exp + EXP_STATUS, &status) != 0 || status == UINT16_MAX)
			return -EIO;
		if ((status & EXP_PENDING) == 0)
			return 0;
		config->delay_us(config->ctx, PENDING_US << i);
	}
	return -EBUSY;
}

/* Errors from before the reset are nobody's any more: these bits clear by writing what they are. */
static int
clear_errors(const struct dlb_pci_config *config)
{
	static const uint8_t words[] = { AER_CORRECTABLE, AER_UNCORRECTABLE };
	int aer = dlb_pci_find_ext_capability(config, EXT_AER);
	uint32_t value;

	if (aer <= 0)
		return aer;
	for (unsigned int i = 0; i < sizeof(words); i++)
		if (read32(config, (unsigned int)aer + words[i], &value) != 0 ||
		    write32(config, (unsigned int)aer + words[i], value) != 0)
			return -EIO;
	return 0;
}

static int
pasid_off(const struct dlb_pci_config *config)
{
	int pasid = dlb_pci_find_ext_capability(config, EXT_PASID);

	if (pasid <= 0)
		return pasid;
	return write16(config, (unsigned int)pasid + PASID_CONTROL, 0);
}

static int
reset(const struct dlb_pci_config *config, unsigned int exp)
{
	uint16_t control;
	int ret;

	ret = write16(config, COMMAND, 0);
	if (ret == 0)
		ret = quiet(config, exp);
	if (ret == 0)
		ret = read16(config, exp + EXP_CONTROL, &control);
	if (ret == 0)
		ret = write16(config, exp + EXP_CONTROL, control | EXP_START_FLR);
	if (ret == 0)
		config->delay_us(config->ctx, RESET_US);
	return ret;
}

int
dlb_pci_reset(const struct dlb_pci_config *config)
{
	int exp = dlb_pci_find_capability(config, CAP_EXPRESS);
	int msix = dlb_pci_find_capability(config, CAP_MSIX);
	uint32_t capabilities;
	struct saved saved;
	int ret, undo;

	if (exp < 0 || msix < 0)
		return -EIO;
	if (exp == 0 || exp + EXP_BYTES > CAPABILITIES_END)
		return -ENOTSUP;
	ret = read32(config, (unsigned int)exp + EXP_CAPABILITIES, &capabilities);
	if (ret == 0 && (capabilities & EXP_HAS_FLR) == 0)
		return -ENOTSUP;
	if (ret == 0)
		ret = save(config, (unsigned int)exp, (unsigned int)msix, &saved);
	if (ret != 0)
		return ret;
	ret = reset(config, (unsigned int)exp);
	undo = restore(config, (unsigned int)exp, (unsigned int)msix, &saved);
	if (ret == 0)
		ret = undo;
	if (ret == 0)
		ret = clear_errors(config);
	return ret == 0 ? pasid_off(config) : ret;
}
