// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * Waiting for a consumer queue (CQ): a thread that sleeps in the kernel, or an eventfd.
 *
 * Who sleeps looks at the CQ entry itself before and after, so an interrupt is a hint to look again
 * and nothing more: one that came too early, or that was lost, makes nobody sleep on.
 */

#include <linux/eventfd.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>

#include "dlb.h"

/* Between two looks when no interrupt comes, in jiffies. */
#define LOOK_INTERVAL 1

/* Called with ports_lock held. */
void dlb_cq_wake(struct dlb_port *port)
{
	lockdep_assert_held(&port->dom->dlb->ports_lock);
	atomic_inc(&port->nb_interrupts);
	if (port->eventfd)
#ifdef DLB_EVENTFD_SIGNAL_COUNTS
		eventfd_signal(port->eventfd, 1);
#else
		eventfd_signal(port->eventfd);
#endif
	else
		wake_up_interruptible(&port->wait);
}

/* 1 if the entry that the program will read next is a new one, 0 if not. */
static int entry_is_new(const struct dlb_arg_block *arg)
{
	struct dlb_qe qe;

	if (copy_from_user(&qe, u64_to_user_ptr(arg->cq_va), sizeof(qe)))
		return -EFAULT;
	return FIELD_GET(DLB_QE_GEN, qe.status) == (arg->cq_gen & 1);
}

static int cq_arm(struct dlb_port *port)
{
	struct dlb_domain *dom = port->dom;
	int ret = -EINTR;

	mutex_lock(&dom->dlb->lock);
	if (dom->valid)
		ret = dlbrm_cq_irq_arm(&dom->dlb->rm, dom->id, port->is_ldb, port->id);
	mutex_unlock(&dom->dlb->lock);
	return ret;
}

/* 0 to look again, or why there is no use in it. */
static int cq_sleep(struct dlb_port *port, int nb_interrupts)
{
	struct dlb_domain *dom = port->dom;
	long ret;

	ret = wait_event_interruptible_timeout(port->wait,
					       atomic_read(&port->nb_interrupts) != nb_interrupts ||
						       !READ_ONCE(dom->valid) ||
						       !READ_ONCE(port->enabled),
					       LOOK_INTERVAL);
	if (!READ_ONCE(dom->valid))
		return -EINTR;
	if (!READ_ONCE(port->enabled))
		return -EACCES;
	return ret < 0 ? -ERESTARTSYS : 0;
}

static int cq_wait(struct dlb_port *port, const struct dlb_arg_block *arg)
{
	bool arm = arg->arm;
	int nb_interrupts;
	int ret;

	if (!READ_ONCE(port->enabled))
		return -EACCES;
	for (;;) {
		nb_interrupts = atomic_read(&port->nb_interrupts);
		ret = entry_is_new(arg);
		/* An entry that cannot be read may be one that has just been lost. */
		if (ret < 0)
			return READ_ONCE(port->dom->valid) ? ret : -EINTR;
		if (ret != 0)
			return 0;
		ret = arm ? cq_arm(port) : 0;
		if (ret != 0)
			return ret;
		arm = false;
		ret = cq_sleep(port, nb_interrupts);
		if (ret != 0)
			return ret;
	}
}

/* Not under the lock. The caller's file holds the domain and so the port. */
int dlb_cq_block(struct dlb_call *call)
{
	const struct dlb_arg_block *arg = &call->block;
	const struct dlb_limits *limits = call->dlb->limits;
	struct dlb_port *port;
	int ret;

	if (arg->port_id >= (arg->is_ldb ? limits->nb_ldb_ports : limits->nb_dir_ports))
		return -EINVAL;
	mutex_lock(&call->dlb->lock);
	port = dlb_port_find(call->dom, arg->is_ldb, arg->port_id);
	mutex_unlock(&call->dlb->lock);
	if (!port)
		return -EPERM;
	ret = mutex_lock_interruptible(&port->wait_lock);
	if (ret != 0)
		return -ERESTARTSYS;
	ret = cq_wait(port, arg);
	mutex_unlock(&port->wait_lock);
	return ret;
}

/* Is this the process that asks? Another one's descriptors are none of its business. */
static int process_check(u32 process_id)
{
	struct task_struct *task;
	int ret = -ESRCH;

	rcu_read_lock();
	task = pid_task(find_vpid(process_id), PIDTYPE_PID);
	if (task)
		ret = same_thread_group(task, current) ? 0 : -EPERM;
	rcu_read_unlock();
	return ret;
}

int dlb_cq_eventfd(struct dlb_call *call)
{
	const struct dlb_arg_cq_eventfd *arg = &call->cq_eventfd;
	struct dlb_port *port = dlb_port_find(call->dom, arg->is_ldb, arg->port_id);
	struct eventfd_ctx *eventfd;
	int ret;

	if (!port)
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	ret = process_check(arg->process_id);
	if (ret != 0)
		return ret;
	eventfd = eventfd_ctx_fdget(arg->event_fd);
	if (IS_ERR(eventfd))
		return PTR_ERR(eventfd);
	spin_lock(&call->dlb->ports_lock);
	swap(port->eventfd, eventfd);
	spin_unlock(&call->dlb->ports_lock);
	if (eventfd)
		eventfd_ctx_put(eventfd);
	call->response.id = port->id;
	return 0;
}
