/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * PCI configuration space of the physical function.
 *
 * A table of words says what is there: value after reset, bits that software may write, bits that
 * writing 1 clears. Offsets without a row read 0. Two registers act: device control of the PCI
 * Express capability starts a function-level reset (FLR), and the power state D3hot is sleep, which
 * nothing but configuration space survives, and from which the device wakes by a reset.
 */

#include <string.h>

#include "sim.h"

#define PCI_DEVICE_ID	   0x02
#define PCI_EXP_DEVCTL	   0x74
#define PCI_EXP_DEVCTL_FLR 0x8000
#define PCI_PM_CTRL	   0xB4
#define PCI_PM_STATE	   0x3
#define PCI_PM_D0	   0x0
#define PCI_PM_D3HOT	   0x3
/* Advanced error reporting, whose masks outlast all but loss of power; its status is never set. */
#define PCI_AER	    0x100
#define PCI_AER_END 0x148

struct pci_word {
	uint16_t offset;
	uint32_t value;
	uint32_t writable;
	uint32_t w1c;
};

static const struct pci_word pci_words[] = {
	{ 0x00, DLB_PCI_VENDOR_ID, 0, 0 },	      /* the device id is filled in */
	{ 0x04, 0x00100000, 0x00000547, 0xF9000000 }, /* command; status: has capabilities */
	{ 0x08, DLB_PCI_CLASS_CODE << 8, 0, 0 },
	{ 0x0C, 0, 0x000000FF, 0 },	     /* cache line size */
	{ 0x10, 0x0000000C, 0xFC000000, 0 }, /* FUNC BAR: 64-bit, prefetchable, 64 MiB */
	{ 0x14, 0, 0xFFFFFFFF, 0 },
	{ 0x18, 0x0000000C, 0, 0 }, /* CSR BAR: 64-bit, prefetchable, 4 GiB */
	{ 0x1C, 0, 0xFFFFFFFF, 0 },
	{ 0x2C, DLB_PCI_VENDOR_ID, 0, 0 }, /* subsystem */
	{ 0x34, 0x60, 0, 0 },
	{ 0x3C, 0, 0x000000FF, 0 }, /* interrupt line */
	/* MSI-X: 65 vectors, table and pending bits in the FUNC BAR */
	{ 0x60, 0x00406C11, 0xC0000000, 0 },
	{ 0x64, 0x01000000, 0, 0 },
	{ 0x68, 0x01001000, 0, 0 },
	/* PCI Express endpoint, capable of FLR */
	{ 0x6C, 0x0002B010, 0, 0 },
	{ 0x70, 0x10008062, 0, 0 },
	{ PCI_EXP_DEVCTL, 0x00002910, 0x00007FFF, 0x000F0000 }, /* FLR always reads 0 */
	{ 0x78, 0x00400C11, 0, 0 },
	{ 0x7C, 0x10110000, 0x00000FFF, 0 },
	{ 0x90, 0x00700010, 0, 0 },
	{ 0x94, 0, 0x0000FFFF, 0 },
	{ 0x9C, 0, 0x0000FFFF, 0 },
	/* power management: version 3, D0 and D3hot */
	{ 0xB0, 0x00030001, 0, 0 },
	{ PCI_PM_CTRL, 0, PCI_PM_STATE, 0 },
	/* advanced error reporting; next: PASID */
	{ PCI_AER, 0x14820001, 0, 0 },
	{ 0x104, 0, 0, 0xFFFFFFFF },
	{ 0x108, 0, 0xFFFFFFFF, 0 },
	{ 0x10C, 0x00462030, 0xFFFFFFFF, 0 },
	{ 0x110, 0, 0, 0xFFFFFFFF },
	{ 0x114, 0x0000E000, 0xFFFFFFFF, 0 },
	{ 0x118, 0, 0x000001E0, 0 },
	{ 0x130, 0, 0, 0xFFFFFFFF },
	/* PASID (process address space id): 20 bits, execute and privileged mode; next: ACS */
	{ 0x148, 0x1601001B, 0, 0 },
	{ 0x14C, 0x00001406, 0x00070000, 0 },
	/* access control services */
	{ 0x160, 0x0001000D, 0, 0 },
	{ 0x164, 0, 0x007F0000, 0 },
};

#define NB_PCI_WORDS (sizeof(pci_words) / sizeof(pci_words[0]))

static uint32_t
get_word(const struct sim_state *s, unsigned int offset)
{
	uint32_t word;

	memcpy(&word, &s->pci[offset], sizeof(word));
	return word;
}

static void
set_word(struct sim_state *s, unsigned int offset, uint32_t word)
{
	memcpy(&s->pci[offset], &word, sizeof(word));
}

void
sim_pci_reset(struct sim_state *s, bool power_on)
{
	if (power_on)
		memset(s->pci, 0, sizeof(s->pci));
	for (unsigned int i = 0; i < NB_PCI_WORDS; i++) {
		unsigned int offset = pci_words[i].offset;

		if (power_on || offset < PCI_AER || offset >= PCI_AER_END)
			set_word(s, offset, pci_words[i].value);
	}
	memcpy(&s->pci[PCI_DEVICE_ID], &sim_limits(s)->pci_device_id, sizeof(uint16_t));
}

bool
sim_pci_is_asleep(const struct sim_state *s)
{
	return (get_word(s, PCI_PM_CTRL) & PCI_PM_STATE) == PCI_PM_D3HOT;
}

/* A state that the device does not have is not taken. Returns whether the device was reset. */
static bool
set_power_state(struct dlbsim *sim, uint32_t old, uint32_t new)
{
	uint32_t from = old & PCI_PM_STATE, to = new &PCI_PM_STATE;

	if (from == to)
		return false;
	if (to == PCI_PM_D0) {
		dlbsim_flr(sim);
	} else if (to == PCI_PM_D3HOT) {
		sim_lose_state(sim);
	} else {
		set_word(sim->s, PCI_PM_CTRL, old);
		return false;
	}
	return true;
}

static bool
is_legal(unsigned int offset, unsigned int size)
{
	return (size == 1 || size == 2 || size == 4) && offset % size == 0 &&
	       offset < SIM_PCI_BYTES;
}

uint32_t
dlbsim_pci_read(struct dlbsim *sim, unsigned int offset, unsigned int size)
{
	uint32_t value = 0;

	if (!is_legal(offset, size))
		return UINT32_MAX;
	memcpy(&value, &sim->s->pci[offset], size);
	return value;
}

static const struct pci_word *
find_word(unsigned int offset)
{
	for (unsigned int i = 0; i < NB_PCI_WORDS; i++)
		if (pci_words[i].offset == offset)
			return &pci_words[i];
	return NULL;
}

bool
dlbsim_pci_write(struct dlbsim *sim, unsigned int offset, unsigned int size, uint32_t value)
{
	unsigned int base = offset & ~3U, shift = 8 * (offset & 3);
	const struct pci_word *row = find_word(base);
	uint32_t lanes, old, word;

	if (!is_legal(offset, size) || row == NULL)
		return false;
	lanes = (size == 4 ? UINT32_MAX : (UINT32_C(1) << (8 * size)) - 1) << shift;
	value = value << shift & lanes;
	old = get_word(sim->s, base);
	word = (old & ~(row->writable & lanes)) | (value & row->writable);
	word &= ~(value & row->w1c);
	set_word(sim->s, base, word);

	if (base == PCI_PM_CTRL)
		return set_power_state(sim, old, word);
	if (base != PCI_EXP_DEVCTL || (value & PCI_EXP_DEVCTL_FLR) == 0)
		return false;
	dlbsim_flr(sim);
	return true;
}
