// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * Scheduling domains: creation, the domain file, and the end of a domain with its last file.
 *
 * However a program ends, the kernel closes its files and mappings: dlb_domain_put() is the one
 * place where a domain ends, draining it and giving its resources back. A domain that was lost in
 * a reset is invalid for good: the hardware may have given its number to another one.
 *
 * LDB = load-balanced, DIR = directed, PP = producer port, CQ = consumer queue, QID = queue id,
 * SN = sequence number, CoS = class of service.
 */

#include <linux/overflow.h>
#include <linux/slab.h>

#include "dlb.h"

/* Between two looks at maps and unmaps that wait for elements in flight. */
#define MAP_WORK_DELAY msecs_to_jiffies(2)

/* --- creation --------------------------------------------------------------------------------- */

static u64 ldb_ports_wanted(const struct dlb_arg_create_domain *arg)
{
	u64 nb = arg->num_ldb_ports;
	unsigned int i;

	for (i = 0; i < DLB_NB_COS; i++)
		nb += arg->num_cos_ldb_ports[i];
	return nb;
}

static bool
cos_ports_suffice(const struct dlb_arg_create_domain *arg, const struct dlb_arg_num_resources *res)
{
	unsigned int i;

	if (!arg->cos_strict)
		return true;
	for (i = 0; i < DLB_NB_COS; i++)
		if (arg->num_cos_ldb_ports[i] > res->num_cos_ldb_ports[i])
			return false;
	return true;
}

/* The first reason why the domain cannot be had, in the interface's order. */
static u32 creation_check(const struct dlb_device *dlb, const struct dlb_arg_create_domain *arg)
{
	struct dlb_arg_num_resources res;
	unsigned int i;

	dlb_resources_free(dlb, &res);
	if (res.num_sched_domains == 0)
		return DLB_ST_DOMAIN_UNAVAILABLE;
	if (arg->num_ldb_queues > res.num_ldb_queues)
		return DLB_ST_LDB_QUEUES_UNAVAILABLE;
	if (ldb_ports_wanted(arg) > res.num_ldb_ports || !cos_ports_suffice(arg, &res))
		return DLB_ST_LDB_PORTS_UNAVAILABLE;
	if (arg->num_ldb_queues > 0 && ldb_ports_wanted(arg) == 0)
		return DLB_ST_LDB_PORT_REQUIRED;
	if (arg->num_dir_ports > res.num_dir_ports)
		return DLB_ST_DIR_PORTS_UNAVAILABLE;
	if (arg->num_ldb_credits > res.num_ldb_credits)
		return DLB_ST_LDB_CREDITS_UNAVAILABLE;
	if (arg->num_dir_credits > res.num_dir_credits)
		return DLB_ST_DIR_CREDITS_UNAVAILABLE;
	if (arg->num_atomic_inflights > res.num_atomic_inflights)
		return DLB_ST_ATOMIC_INFLIGHTS_UNAVAILABLE;
	if (arg->num_hist_list_entries > res.max_contiguous_hist_list_entries)
		return DLB_ST_HIST_LIST_ENTRIES_UNAVAILABLE;
	for (i = 0; i < DLB_NB_SN_GROUPS; i++)
		if (arg->num_sn_slots[i] > res.num_sn_slots[i])
			return DLB_ST_SN_SLOTS_UNAVAILABLE;
	return DLB_ST_SUCCESS;
}

static int rm_domain_create(struct dlb_device *dlb, const struct dlb_arg_create_domain *arg)
{
	struct dlbrm_domain_config config = {
		.nb_ldb_queues = arg->num_ldb_queues,
		.nb_ldb_ports = arg->num_ldb_ports,
		.cos_strict = arg->cos_strict,
		.nb_dir_ports = arg->num_dir_ports,
		.nb_atomic_inflights = arg->num_atomic_inflights,
		.nb_hist_list_entries = arg->num_hist_list_entries,
		.nb_ldb_credits = arg->num_ldb_credits,
		.nb_dir_credits = arg->num_dir_credits,
	};
	unsigned int i;

	for (i = 0; i < DLB_NB_COS; i++)
		config.nb_cos_ldb_ports[i] = arg->num_cos_ldb_ports[i];
	return dlbrm_domain_create(&dlb->rm, &config);
}

static struct dlb_domain *domain_alloc(struct dlb_device *dlb)
{
	struct dlb_domain *dom = kzalloc(sizeof(*dom), GFP_KERNEL);

	if (!dom)
		return NULL;
	kref_init(&dom->files);
	dom->dlb = dlb;
	dom->valid = true;
	INIT_LIST_HEAD(&dom->ports);
	spin_lock_init(&dom->alerts_lock);
	init_waitqueue_head(&dom->alerts_wait);
	INIT_KFIFO(dom->alerts);
	return dom;
}

/* From here on the domain holds what it was given, and keeps its device powered. */
static void
domain_attach(struct dlb_domain *dom, unsigned int id, const struct dlb_arg_create_domain *arg)
{
	struct dlb_device *dlb = dom->dlb;
	unsigned int i;

	dom->id = id;
	for (i = 0; i < DLB_NB_SN_GROUPS; i++) {
		dom->sn_slots[i] = arg->num_sn_slots[i];
		dlb->sn_slots_lent[i] += arg->num_sn_slots[i];
	}
	list_add_tail(&dom->node, &dlb->domains);
	dlb->nb_live_domains++;
	dlb_power_get_locked(dlb);
}

static void domain_sn_slots_return(struct dlb_domain *dom)
{
	unsigned int i;

	for (i = 0; i < DLB_NB_SN_GROUPS; i++)
		dom->dlb->sn_slots_lent[i] -= dom->sn_slots[i];
}

/* --- the end ---------------------------------------------------------------------------------- */

static void domain_free(struct dlb_domain *dom)
{
	list_del(&dom->node);
	dlb_ports_free(dom);
	kfree(dom);
}

/*
 * Empty the domain and take its resources back. False if the device may still write to its memory:
 * because that failed, or because a reset has begun and not come yet.
 */
static bool domain_drain(struct dlb_domain *dom)
{
	struct dlb_device *dlb = dom->dlb;
	int ret;

	if (!dom->valid)
		return dom->is_past;
	ret = dlbrm_domain_reset(&dlb->rm, dom->id);
	if (ret == 0) {
		domain_sn_slots_return(dom);
		return true;
	}
	dev_err(&dlb->dev, "domain %u cannot be drained: error %d; reset the device\n", dom->id,
		ret);
	dlb->drain_failed = true;
	return false;
}

/* Under the lock. The reference that the domain's files have of the device is the caller's. */
static void domain_end(struct dlb_domain *dom)
{
	struct dlb_device *dlb = dom->dlb;

	lockdep_assert_held(&dlb->lock);
	dlb_ports_detach(dom);
	dom->released = true;
	dlb->nb_live_domains--;
	if (domain_drain(dom))
		domain_free(dom);
	dlb_power_put_locked(dlb);
}

static void domain_release(struct kref *files)
{
	struct dlb_domain *dom = container_of(files, struct dlb_domain, files);
	struct dlb_device *dlb = dom->dlb;

	mutex_lock(&dlb->lock);
	domain_end(dom);
	mutex_unlock(&dlb->lock);
	wake_up(&dlb->idle);
	put_device(&dlb->dev);
}

void dlb_domain_put(struct dlb_domain *dom)
{
	kref_put(&dom->files, domain_release);
}

/* Wake a port's and a domain's sleepers: they see that the domain is invalid. Under the lock. */
static void domain_invalidate(struct dlb_domain *dom)
{
	struct dlb_port *port;

	lockdep_assert_held(&dom->dlb->lock);
	WRITE_ONCE(dom->valid, false);
	dlb_ports_detach(dom);
	list_for_each_entry(port, &dom->ports, node)
		wake_up_interruptible(&port->wait);
	wake_up_interruptible(&dom->alerts_wait);
}

/* The device is about to lose all domains. Under the lock. */
void dlb_domains_invalidate(struct dlb_device *dlb)
{
	struct dlb_domain *dom;

	lockdep_assert_held(&dlb->lock);
	list_for_each_entry(dom, &dlb->domains, node)
		domain_invalidate(dom);
}

/* The device writes nowhere any more: forget what waited for that. Under the lock. */
void dlb_domains_forget(struct dlb_device *dlb)
{
	struct dlb_domain *dom, *next;

	lockdep_assert_held(&dlb->lock);
	list_for_each_entry_safe(dom, next, &dlb->domains, node) {
		dom->is_past = true;
		if (dom->released)
			domain_free(dom);
	}
	memset(dlb->sn_slots_lent, 0, sizeof(dlb->sn_slots_lent));
	dlb->drain_failed = false;
}

/* --- creation, last step ---------------------------------------------------------------------- */

static const struct file_operations domain_fops;

/* 2.5 has one pool of credits, which is reported as LDB credits. */
static void credits_combine(struct dlb_arg_create_domain *arg)
{
	if (check_add_overflow(arg->num_ldb_credits, arg->num_dir_credits, &arg->num_ldb_credits))
		arg->num_ldb_credits = U32_MAX;
	arg->num_dir_credits = 0;
}

int dlb_domain_create(struct dlb_call *call)
{
	struct dlb_arg_create_domain *arg = &call->create_domain;
	struct dlb_device *dlb = call->dlb;
	struct dlb_domain *dom;
	u32 status;
	int ret;

	if (dlb->drain_failed)
		return dlb_refuse(call, DLB_ST_DOMAIN_RESET_FAILED);
	if (dlb->limits->combined_credits)
		credits_combine(arg);
	status = creation_check(dlb, arg);
	if (status != DLB_ST_SUCCESS)
		return dlb_refuse(call, status);
	dom = domain_alloc(dlb);
	if (!dom)
		return -ENOMEM;
	ret = rm_domain_create(dlb, arg);
	if (ret < 0) {
		kfree(dom);
		return ret;
	}
	domain_attach(dom, ret, arg);
	call->response.id = ret;
	ret = dlb_call_file(call, "[dlb2domain]", &domain_fops, dom);
	if (ret < 0) {
		domain_end(dom);
		return ret;
	}
	get_device(&dlb->dev);
	arg->domain_fd = ret;
	return 0;
}

/* --- requests of the domain as a whole -------------------------------------------------------- */

static int domain_start(struct dlb_call *call)
{
	int ret;

	if (call->dom->started)
		return dlb_refuse(call, DLB_ST_DOMAIN_STARTED);
	ret = dlbrm_domain_start(&call->dlb->rm, call->dom->id);
	call->dom->started = ret == 0;
	return ret;
}

static int domain_stop(struct dlb_call *call)
{
	int ret;

	if (!call->dom->started)
		return dlb_refuse(call, DLB_ST_DOMAIN_NOT_STARTED);
	ret = dlbrm_domain_stop(&call->dlb->rm, call->dom->id);
	if (ret == 0)
		call->dom->started = false;
	return ret;
}

/* Push maps and unmaps on that could not be finished at once, until none is left. */
void dlb_map_work(struct work_struct *work)
{
	struct dlb_device *dlb = container_of(work, struct dlb_device, map_work.work);
	struct dlb_domain *dom;
	bool pending = false;

	mutex_lock(&dlb->lock);
	list_for_each_entry(dom, &dlb->domains, node)
		if (dom->valid && !dom->released && dlbrm_domain_poll(&dlb->rm, dom->id) > 0)
			pending = true;
	if (pending && dlb->state == DLB_READY)
		schedule_delayed_work(&dlb->map_work, MAP_WORK_DELAY);
	mutex_unlock(&dlb->lock);
}

/* --- the file --------------------------------------------------------------------------------- */

static const struct dlb_request requests[] = {
	{ DLB_IOC_CREATE_LDB_QUEUE, dlb_ldb_queue_create },
	{ DLB_IOC_CREATE_DIR_QUEUE, dlb_dir_queue_create },
	{ DLB_IOC_CREATE_LDB_PORT, dlb_ldb_port_create },
	{ DLB_IOC_CREATE_DIR_PORT, dlb_dir_port_create },
	{ DLB_IOC_START_DOMAIN, domain_start },
	{ DLB_IOC_MAP_QID, dlb_qid_map },
	{ DLB_IOC_UNMAP_QID, dlb_qid_unmap },
	{ DLB_IOC_ENABLE_LDB_PORT, dlb_ldb_port_enable },
	{ DLB_IOC_ENABLE_DIR_PORT, dlb_dir_port_enable },
	{ DLB_IOC_DISABLE_LDB_PORT, dlb_ldb_port_disable },
	{ DLB_IOC_DISABLE_DIR_PORT, dlb_dir_port_disable },
	{ DLB_IOC_BLOCK_ON_CQ_INTERRUPT, dlb_cq_block, .unlocked = true },
	{ DLB_IOC_ENQUEUE_DOMAIN_ALERT, dlb_alert_enqueue },
	{ DLB_IOC_GET_LDB_QUEUE_DEPTH, dlb_ldb_queue_depth },
	{ DLB_IOC_GET_DIR_QUEUE_DEPTH, dlb_dir_queue_depth },
	{ DLB_IOC_PENDING_PORT_UNMAPS, dlb_unmaps_pending },
	{ DLB_IOC_GET_LDB_PORT_PP_FD, dlb_ldb_pp_file },
	{ DLB_IOC_GET_LDB_PORT_CQ_FD, dlb_ldb_cq_file },
	{ DLB_IOC_GET_DIR_PORT_PP_FD, dlb_dir_pp_file },
	{ DLB_IOC_GET_DIR_PORT_CQ_FD, dlb_dir_cq_file },
	{ DLB_IOC_ENABLE_CQ_WEIGHT, dlb_cq_weight_set },
	{ DLB_IOC_ENABLE_CQ_EPOLL, dlb_cq_eventfd },
	{ DLB_IOC_SET_CQ_INFLIGHT_CTRL, dlb_inflight_ctrl_set },
	{ DLB_IOC_STOP_DOMAIN, domain_stop },
};

static long domain_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct dlb_domain *dom = file->private_data;

	return dlb_ioctl(dom->dlb, dom, requests, ARRAY_SIZE(requests), cmd, (void __user *)arg);
}

static int domain_close(struct inode *inode, struct file *file)
{
	dlb_domain_put(file->private_data);
	return 0;
}

static const struct file_operations domain_fops = {
	.owner = THIS_MODULE,
	.release = domain_close,
	.unlocked_ioctl = domain_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.read = dlb_alert_read,
	.poll = dlb_alert_poll,
	.llseek = noop_llseek,
};
