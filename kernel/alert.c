// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * Alerts: what a program is told about its domain, by reading the domain file.
 *
 * They wait in a queue; when that is full new ones are dropped, as what comes first is what tells
 * the cause. Of a domain that was lost in a reset every read says so.
 *
 * LDB = load-balanced.
 */

#include <linux/bitfield.h>
#include <linux/poll.h>
#include <linux/uaccess.h>

#include "dlb.h"

void dlb_alert_add(struct dlb_domain *dom, u64 id, u64 aux)
{
	struct dlb_alert alert = { .alert_id = id, .aux_data = aux };

	kfifo_in_spinlocked(&dom->alerts, &alert, 1, &dom->alerts_lock);
	wake_up_interruptible(&dom->alerts_wait);
}

void dlb_alert_add_port(struct dlb_domain *dom, u64 id, bool is_ldb, u8 port)
{
	dlb_alert_add(dom, id,
		      FIELD_PREP(DLB_ALERT_AUX_PORT, port) |
			      FIELD_PREP(DLB_ALERT_AUX_IS_LDB, is_ldb ? 1 : 0));
}

int dlb_alert_enqueue(struct dlb_call *call)
{
	dlb_alert_add(call->dom, DLB_ALERT_USER, call->alert.aux_alert_data);
	return 0;
}

static bool is_ready(struct dlb_domain *dom)
{
	return !READ_ONCE(dom->valid) || !kfifo_is_empty(&dom->alerts);
}

static bool alert_take(struct dlb_domain *dom, struct dlb_alert *alert)
{
	if (!READ_ONCE(dom->valid)) {
		*alert = (struct dlb_alert){ .alert_id = DLB_ALERT_DEVICE_RESET };
		return true;
	}
	return kfifo_out_spinlocked(&dom->alerts, alert, 1, &dom->alerts_lock) == 1;
}

/* Readers share the queue: who finds it empty after all waits again. */
ssize_t dlb_alert_read(struct file *file, char __user *buf, size_t len, loff_t *offset)
{
	struct dlb_domain *dom = file->private_data;
	struct dlb_alert alert;

	if (len != sizeof(alert))
		return -EINVAL;
	while (!alert_take(dom, &alert)) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(dom->alerts_wait, is_ready(dom)))
			return -ERESTARTSYS;
	}
	return copy_to_user(buf, &alert, sizeof(alert)) ? -EFAULT : sizeof(alert);
}

__poll_t dlb_alert_poll(struct file *file, struct poll_table_struct *table)
{
	struct dlb_domain *dom = file->private_data;

	poll_wait(file, &dom->alerts_wait, table);
	return is_ready(dom) ? EPOLLIN | EPOLLRDNORM : 0;
}
