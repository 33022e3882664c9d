/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The message-signalled interrupt (MSI-X) of a DLB on PCI with which consumer queues say that they
 * have something. Knows no registers: what to do about it is the handler's business.
 */

#ifndef DLB_PCI_IRQ_H
#define DLB_PCI_IRQ_H

struct rte_pci_device;

struct dlb_pci_irq;

/**
 * Let the vector interrupt, in the primary process. The handler is called by EAL's interrupt thread,
 * once for any number of interrupts.
 *
 * @return 0; -ENOTSUP: the kernel's driver of the function gives no MSI-X; or what failed
 */
int
dlb_pci_irq_open(struct dlb_pci_irq **opened, struct rte_pci_device *pci,
		 void (*handler)(void *arg), void *arg);

/** Undo it; the handler does not run any more. Not called by the handler. NULL is allowed. */
void
dlb_pci_irq_close(struct dlb_pci_irq *irq);

#endif /* DLB_PCI_IRQ_H */
