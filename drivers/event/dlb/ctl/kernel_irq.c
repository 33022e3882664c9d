/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Interrupts of consumer queues (CQ) that the kernel has: they count up one eventfd, to which the
 * interrupt thread of EAL, DPDK's environment abstraction layer, listens.
 *
 * Which CQ it was the count does not say: all who wait are woken, and those who find nothing sleep
 * again. A kernel driver that knows no eventfds is no fault: then a dequeue that waits does not sleep.
 */

#include <errno.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <rte_interrupts.h>
#include <rte_log.h>

#include "ctl_kernel.h"

static void
on_interrupt(void *arg)
{
	struct dlb_kernel_ctl *ctl = arg;
	uint64_t count;

	if (read(ctl->eventfd, &count, sizeof(count)) == sizeof(count))
		ctl->events->wake(ctl->arg);
}

static int
listen_to(struct dlb_kernel_ctl *ctl)
{
	ctl->intr = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (ctl->intr == NULL)
		return -ENOMEM;
	if (rte_intr_fd_set(ctl->intr, ctl->eventfd) != 0 ||
	    rte_intr_type_set(ctl->intr, RTE_INTR_HANDLE_EXT) != 0)
		return -EINVAL;
	return rte_intr_callback_register(ctl->intr, on_interrupt, ctl);
}

static void
give_up(struct dlb_kernel_ctl *ctl, int ret)
{
	if (!ctl->no_irq)
		dlb_kernel_log(RTE_LOG_INFO, ctl->name,
			       "no interrupts: %s; a dequeue that waits keeps its CPU",
			       strerror(-ret));
	ctl->no_irq = true;
}

void
dlb_kernel_irq_open(struct dlb_kernel_ctl *ctl)
{
	int ret;

	ctl->eventfd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	ret = ctl->eventfd < 0 ? -errno : listen_to(ctl);
	if (ret == 0)
		return;
	dlb_kernel_irq_close(ctl);
	give_up(ctl, ret);
}

void
dlb_kernel_irq_close(struct dlb_kernel_ctl *ctl)
{
	if (ctl->intr != NULL) {
		rte_intr_callback_unregister_sync(ctl->intr, on_interrupt, ctl);
		rte_intr_instance_free(ctl->intr);
		ctl->intr = NULL;
	}
	if (ctl->eventfd >= 0)
		close(ctl->eventfd);
	ctl->eventfd = -1;
}

void
dlb_kernel_irq_add(struct dlb_kernel_ctl *ctl, const struct dlb_hw_lane *lane)
{
	struct dlb_arg_cq_eventfd arg = {
		.port_id = lane->id,
		.process_id = (uint32_t)getpid(),
		.event_fd = (uint32_t)ctl->eventfd,
		.is_ldb = !lane->is_dir,
	};
	int ret = DLB_KERNEL_CALL(ctl->domain_fd, DLB_IOC_ENABLE_CQ_EPOLL, &arg, NULL, NULL);

	if (ret < 0)
		give_up(ctl, ret);
}
