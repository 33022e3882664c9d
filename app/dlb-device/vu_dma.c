/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The table of memory that a client lets its device access. See vu_dma.h. It knows neither
 * messages nor the device. The caller has made sure that no one uses a region which it unmaps.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "vu_dma.h"

/* All tables of the process: a signal handler has no other way to them. */
static struct vu_dma *all_tables;

static size_t
region_bytes(const struct vu_dma_region *region)
{
	return (size_t)(region->last - region->first + 1);
}

/* Called on the thread that touched the memory: nothing changes a table meanwhile. */
static void
memory_lost(int number, siginfo_t *info, void *context)
{
	const uint8_t *at = info->si_addr;

	(void)context;
	for (const struct vu_dma *dma = all_tables; dma != NULL; dma = dma->next) {
		for (unsigned int i = 0; i < dma->nb; i++) {
			const struct vu_dma_region *r = &dma->regions[i];

			if (r->mem == NULL || at < r->mem || at >= r->mem + region_bytes(r))
				continue;
			if (mmap(r->mem, region_bytes(r), PROT_READ | PROT_WRITE,
				 MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1,
				 0) != MAP_FAILED)
				return;
		}
	}
	signal(number, SIG_DFL); /* a fault of our own: the next try ends the process */
}

int
vu_dma_guard(void)
{
	struct sigaction action = { .sa_sigaction = memory_lost, .sa_flags = SA_SIGINFO };

	return sigaction(SIGBUS, &action, NULL) == 0 ? 0 : -errno;
}

void
vu_dma_init(struct vu_dma *dma)
{
	*dma = (struct vu_dma){ .next = all_tables };
	all_tables = dma;
}

static void
forget(struct vu_dma_region *region)
{
	if (region->mem != NULL)
		munmap(region->mem, region_bytes(region));
}

uint64_t
vu_dma_clear(struct vu_dma *dma)
{
	uint64_t removed = 0;

	for (unsigned int i = 0; i < dma->nb; i++) {
		removed += region_bytes(&dma->regions[i]);
		forget(&dma->regions[i]);
	}
	free(dma->regions);
	dma->regions = NULL;
	dma->nb = dma->room = 0;
	return removed;
}

void
vu_dma_fini(struct vu_dma *dma)
{
	struct vu_dma **link = &all_tables;

	vu_dma_clear(dma);
	while (*link != NULL && *link != dma)
		link = &(*link)->next;
	if (*link != NULL)
		*link = dma->next;
}

/* Index of the first region that ends at or behind the address. */
static unsigned int
lower_bound(const struct vu_dma *dma, uint64_t address)
{
	unsigned int low = 0, high = dma->nb;

	while (low < high) {
		unsigned int middle = low + (high - low) / 2;

		if (dma->regions[middle].last < address)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_range(uint64_t address, uint64_t size)
{
	return size != 0 && address % VU_DMA_PAGE == 0 && size % VU_DMA_PAGE == 0 &&
	       address <= UINT64_MAX - (size - 1);
}

/* The last page is left out, so that the end of a region is an address too. */
static bool
is_region(uint64_t address, uint64_t size)
{
	return is_range(address, size) && address + (size - 1) < UINT64_MAX;
}

static int
make_room(struct vu_dma *dma)
{
	unsigned int room = dma->room == 0 ? 64 : 2 * dma->room;
	struct vu_dma_region *regions;

	if (dma->nb == VU_MAX_DMA_REGIONS)
		return -ENOSPC;
	if (dma->nb < dma->room)
		return 0;
	regions = realloc(dma->regions, room * sizeof(*regions));
	if (regions == NULL)
		return -ENOMEM;
	dma->regions = regions;
	dma->room = room;
	return 0;
}

static int
map_file(int fd, uint64_t offset, uint64_t size, bool writeable, uint8_t **mem)
{
	struct stat file;
	void *at;

	if (fstat(fd, &file) != 0)
		return -errno;
	if (!S_ISREG(file.st_mode) || offset % VU_DMA_PAGE != 0 ||
	    offset > (uint64_t)file.st_size || size > (uint64_t)file.st_size - offset)
		return -EINVAL;
	at = mmap(NULL, size, writeable ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd,
		  (off_t)offset);
	if (at == MAP_FAILED) /* a part of a huge page cannot be mapped, but it is no error */
		return errno == EINVAL ? 0 : -errno;
	*mem = at;
	return 0;
}

int
vu_dma_map(struct vu_dma *dma, uint64_t address, uint64_t size, bool writeable, int fd,
	   uint64_t offset)
{
	struct vu_dma_region region = { .first = address, .writeable = writeable };
	unsigned int at;
	int ret;

	if (!is_region(address, size))
		return -EINVAL;
	region.last = address + (size - 1);
	at = lower_bound(dma, address);
	if (at < dma->nb && dma->regions[at].first <= region.last)
		return -EEXIST;
	ret = make_room(dma);
	if (ret == 0 && fd >= 0)
		ret = map_file(fd, offset, size, writeable, &region.mem);
	if (ret != 0)
		return ret;
	memmove(&dma->regions[at + 1], &dma->regions[at], (dma->nb - at) * sizeof(region));
	dma->regions[at] = region;
	dma->nb++;
	return 0;
}

int
vu_dma_unmap(struct vu_dma *dma, uint64_t address, uint64_t size, uint64_t *removed)
{
	unsigned int begin, end;
	uint64_t last;

	*removed = 0;
	if (!is_range(address, size))
		return -EINVAL;
	last = address + (size - 1);
	begin = end = lower_bound(dma, address);
	while (end < dma->nb && dma->regions[end].first <= last) {
		if (dma->regions[end].first < address || dma->regions[end].last > last)
			return -EINVAL;
		end++;
	}
	if (begin == end)
		return 0;
	for (unsigned int i = begin; i < end; i++) {
		*removed += region_bytes(&dma->regions[i]);
		forget(&dma->regions[i]);
	}
	memmove(&dma->regions[begin], &dma->regions[end],
		(dma->nb - end) * sizeof(dma->regions[0]));
	dma->nb -= end - begin;
	return 0;
}

enum vu_dma_kind
vu_dma_find(const struct vu_dma *dma, uint64_t address, size_t len, uint8_t **mem)
{
	unsigned int at = lower_bound(dma, address);
	const struct vu_dma_region *region;

	if (at == dma->nb)
		return VU_DMA_NOTHING;
	region = &dma->regions[at];
	if (address < region->first || len == 0 || len - 1 > region->last - address)
		return VU_DMA_NOTHING;
	if (!region->writeable)
		return VU_DMA_REFUSED;
	if (region->mem == NULL)
		return VU_DMA_MESSAGE;
	*mem = region->mem + (address - region->first);
	return VU_DMA_MAPPED;
}
