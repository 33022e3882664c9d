/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Vector 1 of a function's MSI-X (message-signalled interrupts), through EAL.
 *
 * EAL connects each vector to an event descriptor, but watches that of vector 0 only, which the
 * device uses for alarms. So the descriptor of vector 1 gets a handle of its own, which EAL takes
 * for that of something external.
 */

#include <errno.h>
#include <sched.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include <bus_pci_driver.h>
#include <rte_errno.h>
#include <rte_interrupts.h>

#include "pci_irq.h"

struct dlb_pci_irq {
	struct rte_intr_handle *function; /* the device's; vectors are switched on and off there */
	struct rte_intr_handle *vector;	  /* watched by the interrupt thread */
	void (*handler)(void *arg);
	void *arg;
};

/* Take the count before the handler asks the device: what comes later counts anew. */
static void
fired(void *arg)
{
	const struct dlb_pci_irq *irq = arg;
	uint64_t nb;

	if (read(rte_intr_fd_get(irq->vector), &nb, sizeof(nb)) == sizeof(nb))
		irq->handler(irq->arg);
}

/* Have EAL make descriptors for vectors 0 and 1, and watch the latter. */
static int
watch(struct dlb_pci_irq *irq)
{
	int ret = rte_intr_efd_enable(irq->function, 1);

	if (ret != 0)
		return ret;
	if (rte_intr_type_set(irq->vector, RTE_INTR_HANDLE_EXT) != 0 ||
	    rte_intr_fd_set(irq->vector, rte_intr_efds_index_get(irq->function, 0)) != 0)
		ret = -rte_errno;
	if (ret == 0)
		ret = rte_intr_callback_register(irq->vector, fired, irq);
	if (ret != 0)
		rte_intr_efd_disable(irq->function);
	return ret;
}

static void
unwatch(struct dlb_pci_irq *irq)
{
	/* Not while the callback runs. */
	while (rte_intr_callback_unregister(irq->vector, fired, irq) == -EAGAIN)
		sched_yield();
	rte_intr_efd_disable(irq->function);
}

static int
open_vector(struct dlb_pci_irq *irq)
{
	int ret;

	irq->vector = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);
	if (irq->vector == NULL)
		return -ENOMEM;
	ret = watch(irq);
	if (ret == 0 && rte_intr_enable(irq->function) != 0) {
		unwatch(irq);
		ret = -EIO;
	}
	if (ret != 0)
		rte_intr_instance_free(irq->vector);
	return ret;
}

int
dlb_pci_irq_open(struct dlb_pci_irq **opened, struct rte_pci_device *pci,
		 void (*handler)(void *arg), void *arg)
{
	struct dlb_pci_irq *irq;
	int ret;

	*opened = NULL;
	if (rte_intr_type_get(pci->intr_handle) != RTE_INTR_HANDLE_VFIO_MSIX)
		return -ENOTSUP;
	irq = malloc(sizeof(*irq));
	if (irq == NULL)
		return -ENOMEM;
	*irq = (struct dlb_pci_irq){
		.function = pci->intr_handle,
		.handler = handler,
		.arg = arg,
	};
	ret = open_vector(irq);
	if (ret != 0)
		free(irq);
	else
		*opened = irq;
	return ret;
}

void
dlb_pci_irq_close(struct dlb_pci_irq *irq)
{
	if (irq == NULL)
		return;
	rte_intr_disable(irq->function);
	unwatch(irq);
	rte_intr_instance_free(irq->vector);
	free(irq);
}
