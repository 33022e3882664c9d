/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A device of the kernel's, of which this process has a part: what is particular to it in the
 * driver's front.
 *
 * Two threads call in here that are not the application's: EAL's interrupt thread, and the one that
 * reads alerts. Invariant: they never wait for the lock of the driver, whose holder may wait for them.
 */

#include "dlb_priv.h"

#include <rte_alarm.h>

#include "bus/dlb_atomic.h"
#include "ctl/ctl_kernel.h"
#include "dp/dlb_credit.h"
#include "dp/dlb_wait.h"

/*
 * Others want elements next in line for atomic scheduling as well: so many for each queue are enough
 * for its consumers never to wait.
 */
#define ATOMIC_INFLIGHTS_PER_QUEUE 64

/* For what is more than there is. */
static const char *const limits_names[DLB_NB_VERSIONS] = {
	[DLB_V2_0] = "2.0 that others use, too,",
	[DLB_V2_5] = "2.5 that others use, too,",
};

/* What others leave. 0 or -errno (logged). */
static int
learn_limits(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);
	struct dlb_limits limits = dlb_limits[dev->args.version];
	int ret = dlb_ctl_kernel_limits(process->ctl, &limits);

	if (ret != 0)
		return ret;
	limits.name = limits_names[dev->args.version];
	limits.aqed_entries =
		RTE_MIN(limits.aqed_entries, ATOMIC_INFLIGHTS_PER_QUEUE * dev->setup.nb_queues);
	process->limits = limits;
	return 0;
}

static bool
is_kernel(const struct dlb_dev *dev)
{
	return dev->bus == NULL;
}

/* Somebody's consumer queue has interrupted: who waits looks for himself. */
static void
on_wake(void *arg)
{
	struct dlb_dev *dev = arg;

	if (!dlb_trylock_or_later(dev, on_wake))
		return;
	for (unsigned int port = 0; port < dev->setup.nb_ports && dev->hw.domain >= 0; port++)
		if (dev->setup.ports[port].is_set_up)
			dlb_wait_wake(dev->data->ports[port]);
	dlb_unlock(dev);
}

/*
 * The burst functions return 0 from now on; who waits in one is sent away. Ports that are not open
 * may be in the making, and will be looked after by dlb_kernel_ports_opened().
 */
static void
on_lost(void *arg)
{
	const struct dlb_dev *dev = arg;

	if (!dlb_load_seq_cst(&dlb_process_of(dev)->ports_open))
		return;
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		if (dev->setup.ports[port].is_set_up)
			dlb_dp_port_abandon(dev->data->ports[port]);
}

void
dlb_kernel_ports_made(struct dlb_dev *dev)
{
	if (!is_kernel(dev))
		return;
	dev->has_interrupts = dlb_ctl_kernel_interrupts(dlb_process_of(dev)->ctl);
	if (!dev->has_interrupts)
		dlb_dp_dev_no_interrupts(&dev->dp);
}

/* Pairs with the alert reader: it sees the ports open, or this sees that it came first. */
void
dlb_kernel_ports_opened(struct dlb_dev *dev)
{
	if (!is_kernel(dev))
		return;
	dlb_store_seq_cst(&dlb_process_of(dev)->ports_open, true);
	if (dlb_ctl_kernel_is_lost(dlb_process_of(dev)->ctl))
		on_lost(dev);
}

/* The reader ends before the ports go. */
void
dlb_kernel_ports_closed(struct dlb_dev *dev)
{
	dlb_store_seq_cst(&dlb_process_of(dev)->ports_open, false);
}

static const struct dlb_ctl_kernel_events events = {
	.wake = on_wake,
	.lost = on_lost,
};

int
dlb_kernel_open(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);
	enum dlb_version version;
	struct dlb_why why;
	int ret = dlb_ctl_kernel_open(&process->ctl, dev->args.node, dev->data->name,
				      dev->data->dev_id, &version);

	if (ret != 0)
		return ret;
	dlb_ctl_kernel_listen(process->ctl, &events, dev);
	dev->has_interrupts = dlb_ctl_kernel_interrupts(process->ctl);
	ret = dlb_devargs_set_version(&dev->args, version, &why);
	if (ret != 0) {
		DLB_LOG(ERR, dev->data->name, "%s", why.text);
		return ret;
	}
	ret = learn_limits(dev);
	if (ret == 0 && process->limits.ldb_credits == 0)
		DLB_LOG(WARNING, dev->data->name,
			"dev=%s: others use all of it, so that it cannot be configured now; "
			"allowed: that they are given fewer events, with max_num_events",
			dev->args.node);
	return ret;
}

/* Nobody is woken by an alarm that is left. */
void
dlb_kernel_close(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);

	dlb_ctl_close(process->ctl);
	process->ctl = NULL;
	rte_eal_alarm_cancel(on_wake, dev);
}

/* Of a device that cannot be asked at the moment nothing new is known. */
void
dlb_kernel_update_limits(struct dlb_dev *dev)
{
	if (is_kernel(dev) && dlb_process_of(dev)->ctl != NULL && dev->hw.domain < 0)
		(void)learn_limits(dev);
}

/*
 * A directed element without a credit would be dropped. Nor may ports keep all that new events leave
 * to those who forward, or ordered queues all for elements that wait for their turn: the element
 * that all wait for could not be sent. 0 without a directed queue.
 */
static uint32_t
dir_credits_needed(const struct dlb_dev *dev)
{
	const uint32_t kept = dev->setup.nb_ports * DLB_DIR_CREDIT_QUANTUM;
	const uint32_t reordered = dev->plan.nb_ordered * dev->plan.sns_per_queue;

	if (dev->plan.nb_dir_queues == 0 || dlb_limits[dev->args.version].dir_credits == 0)
		return 0;
	return RTE_MAX(DLB_DIR_CREDIT_PARTS * (kept + 1), reordered + kept + 1);
}

int
dlb_kernel_check_dir_credits(const struct dlb_dev *dev)
{
	const uint32_t left = dlb_dev_limits(dev)->dir_credits;
	/* The limit keeps directed elements below a larger pool. */
	const uint32_t needed =
		RTE_MIN(dir_credits_needed(dev), (uint32_t)dev->data->dev_conf.nb_events_limit);

	if (!is_kernel(dev) || left >= needed)
		return 0;
	DLB_LOG(ERR, dev->data->name,
		"start: others leave %u directed credits; needed for directed queues: %u, or lower "
		"nb_events_limit",
		left, needed);
	return -ENOSPC;
}
