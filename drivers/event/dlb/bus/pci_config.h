/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The configuration space of a DLB on PCI: its capabilities, and the function-level reset (FLR).
 *
 * Knows no PCI bus: whoever calls says how a few bytes are read and written. The space may be
 * anything, a function that is gone reads all ones: walks are bounded and answer with an error.
 */

#ifndef DLB_PCI_CONFIG_H
#define DLB_PCI_CONFIG_H

#include <stddef.h>
#include <stdint.h>

/** How to reach the space. Both return 0 or a negative errno. */
struct dlb_pci_config {
	int (*read)(void *ctx, void *buf, size_t len, unsigned int offset);
	int (*write)(void *ctx, const void *buf, size_t len, unsigned int offset);
	void (*delay_us)(void *ctx, unsigned int us);
	void *ctx;
};

/** Offset of capability @p id in the list of the first 256 bytes; 0: none, or -EIO. */
int
dlb_pci_find_capability(const struct dlb_pci_config *config, uint8_t id);

/** Offset of extended capability @p id, from 0x100 on; 0: none, or -EIO. */
int
dlb_pci_find_ext_capability(const struct dlb_pci_config *config, uint16_t id);

/**
 * Reset the function and bring its configuration back. Everything of the device returns to reset
 * values but the power switch; address space identifiers (PASID), which would change what producer
 * ports mean, are off afterwards.
 *
 * @return 0; -ENOTSUP: the function cannot be reset; -EBUSY: transactions stay pending; -EIO: the
 *         function does not answer
 */
int
dlb_pci_reset(const struct dlb_pci_config *config);

#endif /* DLB_PCI_CONFIG_H */
