/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Interrupts: each MSI-X (message-signalled interrupt) vector is an event descriptor of the client.
 *
 * The client keeps the MSI-X table itself; all that is seen here of masking is that descriptors come
 * and go. So a vector of the device is masked exactly while it has none, and what the device holds
 * back then follows when one comes. An interrupt never overtakes a write to memory: with such
 * writes underway as messages it waits for the client to say that they are done.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "vu_device.h"

void
vu_irq_init(struct vu_device *dev)
{
	for (unsigned int v = 0; v < DLB_NB_MSIX; v++)
		dev->irqs.fds[v] = -1;
	memset(dev->irqs.held, 0, sizeof(dev->irqs.held));
}

/* Only for these is it certain that a write of ours ends soon and harms nobody. */
bool
vu_irq_is_eventfd(int fd)
{
	static const char wanted[] = "anon_inode:[eventfd]";
	char path[32], target[sizeof(wanted)];
	ssize_t len;

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	len = readlink(path, target, sizeof(target));
	return len == sizeof(wanted) - 1 && memcmp(target, wanted, sizeof(wanted) - 1) == 0;
}

static void
set_mask(struct vu_device *dev, unsigned int vector, bool masked)
{
	dlbsim_csr_write(dev->sim, DLB_BAR_FUNC,
			 dlb_reg_offset(dev->version, DLB_R_MSIX_VECTOR_CTRL, vector),
			 FIELD_PREP(DLB_F_MSIX_VECTOR_CTRL_VEC_MASK, masked));
}

void
vu_irq_attach(struct vu_device *dev, unsigned int vector, int fd)
{
	int *slot = &dev->irqs.fds[vector];

	if (*slot >= 0)
		close(*slot);
	*slot = fd;
	set_mask(dev, vector, fd < 0);
	vu_irq_send_unasked(dev);
}

void
vu_irq_detach_all(struct vu_device *dev)
{
	for (unsigned int v = 0; v < DLB_NB_MSIX; v++) {
		dev->irqs.held[v] = false;
		if (dev->irqs.fds[v] >= 0)
			vu_irq_attach(dev, v, -1);
	}
}

void
vu_irq_update_masks(struct vu_device *dev)
{
	for (unsigned int v = 0; v < DLB_NB_MSIX; v++)
		set_mask(dev, v, dev->irqs.fds[v] < 0);
}

/* A descriptor whose count is at its limit would block, and says nothing new either. */
static void
signal_client(struct vu_device *dev, unsigned int vector)
{
	struct pollfd ready = { .fd = dev->irqs.fds[vector], .events = POLLOUT };
	uint64_t one = 1;

	dev->irqs.held[vector] = false;
	if (ready.fd < 0)
		return;
	vu_trace_text(&dev->trace, 'I', "vector %u", vector);
	if (poll(&ready, 1, 0) != 1 || write(ready.fd, &one, sizeof(one)) != sizeof(one))
		vu_device_complain(dev, "the event descriptor of vector %u takes no event", vector);
}

void
vu_irq_send(struct vu_device *dev, unsigned int vector)
{
	if (dev->client != NULL && dev->client->nb_pending > 0)
		dev->irqs.held[vector] = true;
	else
		signal_client(dev, vector);
}

void
vu_irq_release(struct vu_device *dev)
{
	for (unsigned int v = 0; v < DLB_NB_MSIX; v++)
		if (dev->irqs.held[v])
			signal_client(dev, v);
}

void
vu_irq_send_unasked(struct vu_device *dev)
{
	for (unsigned int v = 0; v < DLB_NB_MSIX && dev->faults.nb > 0; v++)
		if (dev->irqs.fds[v] >= 0 && vu_fault_interrupts(&dev->faults, v))
			vu_irq_send(dev, v);
}
