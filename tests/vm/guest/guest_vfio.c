/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A PCI function through the guest's VFIO. See guest_vfio.h.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <linux/vfio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "guest_vfio.h"

#define PCI_DEVICE_ID	   0x02
#define PCI_COMMAND	   0x04
#define PCI_COMMAND_ENABLE 0x6 /* memory space, bus master */

void
fail(const char *format, ...)
{
	va_list args;

	fputs("FAIL: ", stdout);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
	exit(1);
}

/* The kernel's answer to a request that has to succeed. */
static int
request(int fd, unsigned long what, const char *name, void *arg)
{
	int ret = ioctl(fd, what, arg);

	if (ret < 0)
		fail("%s: %s", name, strerror(errno));
	return ret;
}

#define REQUEST(fd, what, arg) request(fd, what, #what, arg)

static int
open_group(const char *address)
{
	char link[128], target[256], path[64];
	ssize_t len;
	int fd;

	snprintf(link, sizeof(link), "/sys/bus/pci/devices/%s/iommu_group", address);
	len = readlink(link, target, sizeof(target) - 1);
	if (len < 0)
		fail("%s has no IOMMU group", address);
	target[len] = '\0';
	snprintf(path, sizeof(path), "/dev/vfio/%.32s", basename(target));
	fd = open(path, O_RDWR);
	if (fd < 0)
		fail("%s: %s", path, strerror(errno));
	return fd;
}

static struct vfio_region_info
region_info(const struct vfio_function *f, unsigned int index)
{
	struct vfio_region_info info = { .argsz = sizeof(info), .index = index };

	REQUEST(f->device, VFIO_DEVICE_GET_REGION_INFO, &info);
	return info;
}

void
vfio_config_write(const struct vfio_function *f, unsigned int offset, const void *buf, size_t bytes)
{
	if (pwrite(f->device, buf, bytes, (off_t)(f->config + offset)) != (ssize_t)bytes)
		fail("the configuration space cannot be written at 0x%x", offset);
}

static void
config_read(const struct vfio_function *f, unsigned int offset, void *buf, size_t bytes)
{
	if (pread(f->device, buf, bytes, (off_t)(f->config + offset)) != (ssize_t)bytes)
		fail("the configuration space cannot be read at 0x%x", offset);
}

static void
enable(struct vfio_function *f)
{
	uint16_t command;

	f->config = region_info(f, VFIO_PCI_CONFIG_REGION_INDEX).offset;
	config_read(f, PCI_DEVICE_ID, &f->device_id, sizeof(f->device_id));
	config_read(f, PCI_COMMAND, &command, sizeof(command));
	command |= PCI_COMMAND_ENABLE;
	vfio_config_write(f, PCI_COMMAND, &command, sizeof(command));
}

void
vfio_open(struct vfio_function *f, const char *address)
{
	int group = open_group(address);

	*f = (struct vfio_function){ .container = open("/dev/vfio/vfio", O_RDWR) };
	if (f->container < 0)
		fail("/dev/vfio/vfio: %s", strerror(errno));
	REQUEST(group, VFIO_GROUP_SET_CONTAINER, &f->container);
	if (ioctl(f->container, VFIO_SET_IOMMU, VFIO_TYPE1v2_IOMMU) != 0)
		fail("VFIO_SET_IOMMU: %s", strerror(errno));
	f->device = ioctl(group, VFIO_GROUP_GET_DEVICE_FD, address);
	if (f->device < 0)
		fail("VFIO_GROUP_GET_DEVICE_FD: %s", strerror(errno));
	enable(f);
}

void
vfio_map_bar(struct vfio_function *f, unsigned int bar)
{
	struct vfio_region_info info = region_info(f, bar);
	void *at;

	at = mmap(NULL, info.size, PROT_READ | PROT_WRITE, MAP_SHARED, f->device,
		  (off_t)info.offset);
	if (at == MAP_FAILED)
		fail("BAR %u of 0x%llx bytes: %s", bar, info.size, strerror(errno));
	f->bars[bar] = at;
}

void *
vfio_dma_alloc(const struct vfio_function *f, uint64_t iova, size_t bytes)
{
	struct vfio_iommu_type1_dma_map map = { .argsz = sizeof(map),
						.flags = VFIO_DMA_MAP_FLAG_READ |
							 VFIO_DMA_MAP_FLAG_WRITE,
						.iova = iova,
						.size = bytes };
	void *mem = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
			 MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);

	if (mem == MAP_FAILED)
		fail("no memory");
	map.vaddr = (uintptr_t)mem;
	REQUEST(f->container, VFIO_IOMMU_MAP_DMA, &map);
	return mem;
}

void
vfio_dma_unmap(const struct vfio_function *f, uint64_t iova, size_t bytes)
{
	struct vfio_iommu_type1_dma_unmap unmap = { .argsz = sizeof(unmap),
						    .iova = iova,
						    .size = bytes };

	REQUEST(f->container, VFIO_IOMMU_UNMAP_DMA, &unmap);
}

void
vfio_dma_free(const struct vfio_function *f, uint64_t iova, size_t bytes, void *mem)
{
	vfio_dma_unmap(f, iova, bytes);
	munmap(mem, bytes);
}

void
vfio_set_vectors(const struct vfio_function *f, unsigned int nb, int *eventfds)
{
	size_t bytes = sizeof(struct vfio_irq_set) + nb * sizeof(*eventfds);
	struct vfio_irq_set *set = calloc(1, bytes);

	if (set == NULL)
		fail("no memory");
	*set = (struct vfio_irq_set){ .argsz = (uint32_t)bytes,
				      .flags = VFIO_IRQ_SET_DATA_EVENTFD |
					       VFIO_IRQ_SET_ACTION_TRIGGER,
				      .index = VFIO_PCI_MSIX_IRQ_INDEX,
				      .count = nb };
	for (unsigned int i = 0; i < nb; i++)
		eventfds[i] = eventfd(0, 0);
	memcpy(set->data, eventfds, nb * sizeof(*eventfds));
	REQUEST(f->device, VFIO_DEVICE_SET_IRQS, set);
	free(set);
}

void
vfio_reset(const struct vfio_function *f)
{
	REQUEST(f->device, VFIO_DEVICE_RESET, NULL);
}
