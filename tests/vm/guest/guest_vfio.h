/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A PCI function through the guest's VFIO (Virtual Function I/O): BARs, memory, interrupts, reset.
 *
 * For test programs: whatever fails ends the program with a sentence. It knows no DLB.
 */

#ifndef GUEST_VFIO_H
#define GUEST_VFIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VFIO_NB_BARS 6

struct vfio_function {
	int container;
	int device; /* a file that has everything of the function */
	uint16_t device_id;
	uint64_t config;		      /* where in it the configuration space begins */
	volatile uint8_t *bars[VFIO_NB_BARS]; /* NULL: not mapped */
};

/* Open the function at a PCI address, which is bound to vfio-pci, and let it access memory. */
void
vfio_open(struct vfio_function *f, const char *address);

/* Map a BAR. */
void
vfio_map_bar(struct vfio_function *f, unsigned int bar);

/* Zeroed memory that the function sees at @p iova. */
void *
vfio_dma_alloc(const struct vfio_function *f, uint64_t iova, size_t bytes);

/* Take it away from the function again. */
void
vfio_dma_unmap(const struct vfio_function *f, uint64_t iova, size_t bytes);

/* The same, and give it back. */
void
vfio_dma_free(const struct vfio_function *f, uint64_t iova, size_t bytes, void *mem);

/* Write some bytes of the configuration space; VFIO itself decides which of them it lets through. */
void
vfio_config_write(const struct vfio_function *f, unsigned int offset, const void *buf,
		  size_t bytes);

/* Attach an event descriptor to each of the first vectors. */
void
vfio_set_vectors(const struct vfio_function *f, unsigned int nb, int *eventfds);

/* Function-level reset, by the kernel. */
void
vfio_reset(const struct vfio_function *f);

/* End the program. */
void
fail(const char *format, ...) __attribute__((format(printf, 1, 2), noreturn));

#endif /* GUEST_VFIO_H */
