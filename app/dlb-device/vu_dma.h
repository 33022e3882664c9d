/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The table of memory that a client lets its device access (DMA, direct memory access).
 *
 * A region whose memory came as a file is mapped into the server; others can only be written by
 * messages to the client, which is somebody else's job. Invariant: regions are sorted by address
 * and never overlap. Addresses and sizes come from the client and are trusted in nothing.
 */

#ifndef VU_DMA_H
#define VU_DMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Regions of one client; a kernel allows a process about 65,000 mappings. */
#define VU_MAX_DMA_REGIONS 32768
#define VU_DMA_PAGE	   4096

struct vu_dma_region {
	uint64_t first;
	uint64_t last;
	uint8_t *mem; /* NULL: no file came with it */
	bool writeable;
};

struct vu_dma {
	struct vu_dma_region *regions;
	unsigned int nb;
	unsigned int room;
	struct vu_dma *next; /* of all tables, for the handler of lost memory */
};

/* What there is at an address. */
enum vu_dma_kind {
	VU_DMA_MAPPED,	/* memory, at the pointer returned */
	VU_DMA_MESSAGE, /* memory without a file: the client has to be asked */
	VU_DMA_REFUSED, /* the client allows no writing there */
	VU_DMA_NOTHING, /* the client has said nothing of it */
};

/*
 * A client may shorten a file that it gave away; touching what is missing then raises SIGBUS.
 * The handler that this installs puts empty memory in the place of such a region.
 */
int
vu_dma_guard(void);

void
vu_dma_init(struct vu_dma *dma);

/* Remove all regions; returns how many bytes they had. The table can be used again. */
uint64_t
vu_dma_clear(struct vu_dma *dma);

void
vu_dma_fini(struct vu_dma *dma);

/*
 * Add a region; @p fd is the file with its memory at @p offset, or -1, and stays the caller's.
 * Returns 0, -EINVAL (not whole pages, beyond the address space or on its last page, beyond the
 * file, not a regular file), -EEXIST (overlaps another), -ENOSPC (table full), or mmap()'s error.
 */
int
vu_dma_map(struct vu_dma *dma, uint64_t address, uint64_t size, bool writeable, int fd,
	   uint64_t offset);

/*
 * Remove the regions in [address, address + size). Returns 0, also if there are none, with the
 * bytes removed in @p removed; -EINVAL if the range is no range or would split a region.
 */
int
vu_dma_unmap(struct vu_dma *dma, uint64_t address, uint64_t size, uint64_t *removed);

/* What @p len bytes at @p address are; all in one region, or VU_DMA_NOTHING. */
enum vu_dma_kind
vu_dma_find(const struct vu_dma *dma, uint64_t address, size_t len, uint8_t **mem);

#endif /* VU_DMA_H */
