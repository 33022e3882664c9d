// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * Ports: creation with the memory of their consumer queues (CQ), their settings, their end.
 *
 * A port lives as long as its domain. Its memory is freed only when the device cannot write to it
 * any more, and no program has it mapped: after the domain was drained, or the device was reset.
 *
 * LDB = load-balanced, DIR = directed, CoS = class of service.
 */

#include <linux/dma-mapping.h>
#include <linux/eventfd.h>
#include <linux/slab.h>

#include "dlb.h"

/* --- creation --------------------------------------------------------------------------------- */

/*
 * The memory is pages, as one has to be known by its frame when a program touches it, which what
 * dma_alloc_coherent() gives need not be. An x86 processor keeps them coherent with what the device
 * writes, and the kernel puts no copy in between: there is nothing to synchronize.
 */
static struct dlb_port *port_alloc(struct dlb_domain *dom, bool is_ldb)
{
	struct dlb_port *port = kzalloc(sizeof(*port), GFP_KERNEL);

	if (!port)
		return NULL;
	port->cq = dma_alloc_pages(&dom->dlb->pdev->dev, DLB_UAPI_CQ_BYTES, &port->cq_iova,
				   DMA_BIDIRECTIONAL, GFP_KERNEL | __GFP_ZERO);
	if (!port->cq) {
		kfree(port);
		return NULL;
	}
	port->dom = dom;
	port->is_ldb = is_ldb;
	port->enabled = true;
	mutex_init(&port->wait_lock);
	init_waitqueue_head(&port->wait);
	return port;
}

static void port_free_memory(struct dlb_port *port)
{
	if (!port->cq)
		return;
	dma_free_pages(&port->dom->dlb->pdev->dev, DLB_UAPI_CQ_BYTES, port->cq, port->cq_iova,
		       DMA_BIDIRECTIONAL);
	port->cq = NULL;
}

static void port_free(struct dlb_port *port)
{
	port_free_memory(port);
	if (port->eventfd)
		eventfd_ctx_put(port->eventfd);
	kfree(port);
}

static struct dlb_port **port_entry(struct dlb_port *port)
{
	struct dlb_device *dlb = port->dom->dlb;

	return port->is_ldb ? &dlb->ldb_ports[port->id] : &dlb->dir_ports[port->id];
}

/*
 * The port exists: let it be found, and its CQ interrupt. Only a device that is gone fails here;
 * the port then stays with the domain, whose end frees it.
 */
static int port_add(struct dlb_port *port, unsigned int id, u16 depth, u16 threshold)
{
	struct dlb_domain *dom = port->dom;
	struct dlbrm *rm = &dom->dlb->rm;
	int ret;

	port->id = id;
	list_add_tail(&port->node, &dom->ports);
	spin_lock(&dom->dlb->ports_lock);
	*port_entry(port) = port;
	spin_unlock(&dom->dlb->ports_lock);

	/* A CQ never holds more than its depth: a threshold beyond it never interrupts. */
	ret = dlbrm_cq_irq_config(rm, dom->id, port->is_ldb, id, threshold > depth ? 0 : threshold);
	if (ret == 0 && !dlb_wdto_disable)
		ret = dlbrm_cq_watchdog_enable(rm, dom->id, port->is_ldb, id);
	return ret;
}

static u32 ldb_port_check(const struct dlb_domain *dom, const struct dlb_arg_ldb_port *arg,
			  const struct dlbrm_resources *left)
{
	bool any = arg->cos_id == DLB_UAPI_ANY_COS;
	unsigned int nb_ports = 0;
	unsigned int i;

	if (dom->started)
		return DLB_ST_DOMAIN_STARTED;
	if (any ? arg->cos_strict : arg->cos_id >= DLB_NB_COS)
		return DLB_ST_INVALID_COS_ID;
	for (i = 0; i < DLB_NB_COS; i++)
		if (!arg->cos_strict || i == arg->cos_id)
			nb_ports += left->nb_cos_ldb_ports[i];
	if (nb_ports == 0)
		return DLB_ST_LDB_PORTS_UNAVAILABLE;
	if (!dlb_cq_depth_is_legal(arg->cq_depth))
		return DLB_ST_INVALID_CQ_DEPTH;
	if (arg->cq_history_list_size == 0)
		return DLB_ST_INVALID_HIST_LIST_DEPTH;
	if (arg->cq_history_list_size > left->nb_hist_list_entries)
		return DLB_ST_HIST_LIST_ENTRIES_UNAVAILABLE;
	return DLB_ST_SUCCESS;
}

static int refuse_memory(struct dlb_call *call)
{
	dlb_refuse(call, DLB_ST_NO_MEMORY);
	return -ENOMEM;
}

/* A limit at which the port is served again. A port that has none is not affected by others'. */
static int inflight_threshold_set(struct dlb_port *port, bool enable, u32 threshold)
{
	struct dlb_domain *dom = port->dom;

	if (!enable)
		threshold = port->hist_list_size;
	threshold = min(threshold, dom->dlb->limits->hist_list_entries);
	return dlbrm_cq_inflight_threshold_set(&dom->dlb->rm, dom->id, port->id, true, threshold);
}

int dlb_ldb_port_create(struct dlb_call *call)
{
	struct dlb_arg_ldb_port *arg = &call->ldb_port;
	struct dlbrm_ldb_port_config config = {
		.cq_depth = arg->cq_depth,
		.hist_list_size = arg->cq_history_list_size,
		.cos_id = arg->cos_id == DLB_UAPI_ANY_COS ? -1 : arg->cos_id,
		.cos_strict = arg->cos_strict,
	};
	struct dlbrm_resources left;
	struct dlb_port *port;
	u32 status;
	int ret;

	ret = dlbrm_domain_free_get(&call->dlb->rm, call->dom->id, &left);
	if (ret != 0)
		return ret;
	status = ldb_port_check(call->dom, arg, &left);
	if (status != DLB_ST_SUCCESS)
		return dlb_refuse(call, status);
	port = port_alloc(call->dom, true);
	if (!port)
		return refuse_memory(call);
	config.cq_iova = port->cq_iova;
	ret = dlbrm_ldb_port_create(&call->dlb->rm, call->dom->id, &config);
	if (ret < 0) {
		port_free(port);
		return ret;
	}
	call->response.id = ret;
	port->hist_list_size = arg->cq_history_list_size;
	ret = port_add(port, ret, arg->cq_depth, arg->cq_depth_threshold);
	if (ret == 0 && arg->enable_inflight_ctrl && call->dlb->limits->has_inflight_threshold)
		ret = inflight_threshold_set(port, true, arg->inflight_threshold);
	return ret;
}

int dlb_dir_port_create(struct dlb_call *call)
{
	struct dlb_arg_dir_port *arg = &call->dir_port;
	struct dlbrm_dir_port_config config = {
		.cq_depth = arg->cq_depth,
		.queue_id = arg->queue_id,
	};
	struct dlb_port *port;
	int ret;

	if (!dlb_cq_depth_is_legal(arg->cq_depth))
		return dlb_refuse(call, DLB_ST_INVALID_CQ_DEPTH);
	if (call->dom->started)
		return dlb_refuse(call, DLB_ST_DOMAIN_STARTED);
	port = port_alloc(call->dom, false);
	if (!port)
		return refuse_memory(call);
	config.cq_iova = port->cq_iova;
	ret = dlbrm_dir_port_create(&call->dlb->rm, call->dom->id, &config);
	if (ret < 0)
		port_free(port);
	if (ret == -ENOSPC)
		return dlb_refuse(call, DLB_ST_DIR_PORTS_UNAVAILABLE);
	if (ret == -EINVAL || ret == -ENOENT || ret == -EBUSY)
		return dlb_refuse(call, DLB_ST_INVALID_DIR_QUEUE_ID);
	if (ret < 0)
		return ret;
	call->response.id = ret;
	return port_add(port, ret, arg->cq_depth, arg->cq_depth_threshold);
}

/* --- settings --------------------------------------------------------------------------------- */

struct dlb_port *dlb_port_find(struct dlb_domain *dom, bool is_ldb, u32 id)
{
	struct dlb_port *port;

	lockdep_assert_held(&dom->dlb->lock);
	list_for_each_entry(port, &dom->ports, node)
		if (port->is_ldb == is_ldb && port->id == id)
			return port;
	return NULL;
}

static int port_enable(struct dlb_call *call, bool is_ldb, bool enable)
{
	struct dlb_port *port = dlb_port_find(call->dom, is_ldb, call->object.id);
	int ret;

	if (!port)
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	ret = dlbrm_port_enable(&call->dlb->rm, call->dom->id, is_ldb, port->id, enable);
	if (ret != 0)
		return ret;
	WRITE_ONCE(port->enabled, enable);
	wake_up_interruptible(&port->wait);
	return 0;
}

int dlb_ldb_port_enable(struct dlb_call *call)
{
	return port_enable(call, true, true);
}

int dlb_ldb_port_disable(struct dlb_call *call)
{
	return port_enable(call, true, false);
}

int dlb_dir_port_enable(struct dlb_call *call)
{
	return port_enable(call, false, true);
}

int dlb_dir_port_disable(struct dlb_call *call)
{
	return port_enable(call, false, false);
}

int dlb_cq_weight_set(struct dlb_call *call)
{
	const struct dlb_arg_cq_weight *arg = &call->cq_weight;
	int ret;

	if (!call->dlb->limits->has_cq_weight)
		return dlb_refuse(call, DLB_ST_FEATURE_UNAVAILABLE);
	if (call->dom->started)
		return dlb_refuse(call, DLB_ST_DOMAIN_STARTED);
	if (!dlb_port_find(call->dom, true, arg->port_id))
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	ret = dlbrm_cq_weight_set(&call->dlb->rm, call->dom->id, arg->port_id, arg->limit);
	if (ret == -EINVAL)
		return dlb_refuse(call, DLB_ST_INVALID_CQ_WEIGHT_LIMIT);
	return ret;
}

int dlb_inflight_ctrl_set(struct dlb_call *call)
{
	const struct dlb_arg_inflight_ctrl *arg = &call->inflight_ctrl;
	struct dlb_port *port = dlb_port_find(call->dom, true, arg->port_id);

	if (!call->dlb->limits->has_inflight_threshold)
		return dlb_refuse(call, DLB_ST_FEATURE_UNAVAILABLE);
	if (!port)
		return -EFAULT;
	return inflight_threshold_set(port, arg->enable, arg->threshold);
}

/* --- the end ---------------------------------------------------------------------------------- */

/* Interrupts find the domain's ports no more. */
void dlb_ports_detach(struct dlb_domain *dom)
{
	struct dlb_port *port;

	spin_lock(&dom->dlb->ports_lock);
	list_for_each_entry(port, &dom->ports, node)
		if (*port_entry(port) == port)
			*port_entry(port) = NULL;
	spin_unlock(&dom->dlb->ports_lock);
}

void dlb_ports_free_memory(struct dlb_domain *dom)
{
	struct dlb_port *port;

	list_for_each_entry(port, &dom->ports, node)
		port_free_memory(port);
}

void dlb_ports_free(struct dlb_domain *dom)
{
	struct dlb_port *port, *next;

	list_for_each_entry_safe(port, next, &dom->ports, node)
		port_free(port);
}
