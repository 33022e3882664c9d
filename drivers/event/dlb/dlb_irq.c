/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Interrupts of consumer queues (CQ): all come as one, the device is asked which CQs it was, and
 * the ports that these belong to are woken.
 *
 * Runs in EAL's interrupt thread, of the primary process. Invariant: it waits for nobody, since
 * the holder of the driver's lock may wait for this very thread.
 */

#include "dlb_priv.h"

#include <string.h>

#include <rte_alarm.h>

#include "bus/pci_irq.h"
#include "dp/dlb_wait.h"

#define PORTS_PER_WORD 32

static bool
has_fired(const struct dlbrm_ports *fired, bool is_dir, unsigned int id)
{
	const uint32_t *words = is_dir ? fired->dir : fired->ldb;

	return (words[id / PORTS_PER_WORD] & BIT(id % PORTS_PER_WORD)) != 0;
}

static void
wake_ports(struct dlb_dev *dev, const struct dlbrm_ports *fired)
{
	if (dev->hw.domain < 0)
		return;
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++) {
		const struct dlb_plan_port *plan = &dev->plan.ports[port];
		bool is_meant = false;

		for (unsigned int lane = 0; lane < plan->nb_lanes; lane++)
			is_meant = is_meant || has_fired(fired, plan->is_directed,
							 dev->hw.lanes[port][lane].id);
		if (is_meant && dev->data->ports[port] != NULL)
			dlb_wait_wake(dev->data->ports[port]);
	}
}

/* Of a device that is gone nobody is woken: who sleeps will see for himself. */
static void
serve(void *arg)
{
	struct dlb_dev *dev = arg;
	struct dlbrm_ports fired;

	if (!dlb_trylock_or_later(dev, serve))
		return;
	if (dlbrm_cq_irq_service(dlb_ctl_local_rm(dlb_process_of(dev)->ctl), &fired) == 0)
		wake_ports(dev, &fired);
	dlb_unlock(dev);
}

void
dlb_irq_open(struct dlb_dev *dev, struct rte_pci_device *pci)
{
	struct dlb_process *process = dlb_process_of(dev);
	int ret = dlb_pci_irq_open(&process->irq, pci, serve, dev);

	if (ret == 0)
		ret = dlbrm_irq_init(dlb_ctl_local_rm(process->ctl));
	dev->has_interrupts = ret == 0;
	if (ret == 0)
		return;
	dlb_irq_close(dev);
	DLB_LOG(INFO, dev->data->name,
		"no interrupts: %s; a dequeue that waits keeps its CPU, with vfio-pci it sleeps",
		strerror(-ret));
}

void
dlb_irq_close(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);

	dlb_pci_irq_close(process->irq);
	process->irq = NULL;
	dev->has_interrupts = false;
	rte_eal_alarm_cancel(serve, dev);
}
