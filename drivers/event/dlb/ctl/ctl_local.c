/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The resources of a device on a bus, managed by this process with lib/dlbrm.
 *
 * Knows no events and nothing of DPDK's devices. Invariant: the device has at most the one domain
 * whose id is kept here.
 */

#include <errno.h>
#include <stdlib.h>

#include <rte_common.h>

#include "bus/bus.h"
#include "ctl.h"

struct local_ctl {
	struct dlb_ctl base;
	struct dlb_bus *bus;
	int domain; /* -1: none */
	struct dlbrm rm;
};

static struct local_ctl *
local_ctl(struct dlb_ctl *ctl)
{
	return container_of(ctl, struct local_ctl, base);
}

static int
local_domain_create(struct dlb_ctl *ctl, const struct dlb_ctl_domain *conf)
{
	struct local_ctl *local = local_ctl(ctl);
	int ret = 0;

	for (unsigned int group = 0; group < DLB_NB_SN_GROUPS && ret == 0; group++)
		if (conf->nb_ordered > 0)
			ret = dlbrm_sn_group_set(&local->rm, group, conf->sns_per_queue);
	if (ret != 0)
		return ret;
	local->domain = dlbrm_domain_create(&local->rm, &conf->rm);
	return local->domain;
}

static int
local_domain_start(struct dlb_ctl *ctl)
{
	return dlbrm_domain_start(&local_ctl(ctl)->rm, local_ctl(ctl)->domain);
}

static int
local_domain_destroy(struct dlb_ctl *ctl)
{
	struct local_ctl *local = local_ctl(ctl);
	int ret = dlbrm_domain_reset(&local->rm, local->domain);

	local->domain = -1;
	return ret;
}

static int
local_queue_create(struct dlb_ctl *ctl, const struct dlb_ctl_queue *conf)
{
	struct local_ctl *local = local_ctl(ctl);

	if (conf->dir_port < 0)
		return dlbrm_ldb_queue_create(&local->rm, local->domain, &conf->ldb);
	return dlbrm_dir_queue_create(&local->rm, local->domain, conf->dir_port,
				      conf->depth_threshold);
}

static int
port_create(struct local_ctl *local, const struct dlb_ctl_lane *conf, uint64_t iova)
{
	const struct dlbrm_ldb_port_config ldb = {
		.cq_iova = iova,
		.cq_depth = conf->cq_depth,
		.hist_list_size = conf->cq_depth,
		.cos_id = -1,
	};
	const struct dlbrm_dir_port_config dir = {
		.cq_iova = iova,
		.cq_depth = conf->cq_depth,
		.queue_id = -1,
	};

	if (conf->is_dir)
		return dlbrm_dir_port_create(&local->rm, local->domain, &dir);
	return dlbrm_ldb_port_create(&local->rm, local->domain, &ldb);
}

static int
local_lane_open(struct dlb_ctl *ctl, const struct dlb_ctl_lane *conf, struct dlb_hw_lane *lane)
{
	struct local_ctl *local = local_ctl(ctl);
	uint64_t iova;
	int ret;

	lane->is_dir = conf->is_dir;
	lane->sparse = dlb_bus_cq_sparse(local->bus);
	lane->cq = dlb_bus_cq_alloc(local->bus, conf->cq_depth, &iova);
	if (lane->cq == NULL)
		return -ENOMEM;
	ret = port_create(local, conf, iova);
	if (ret < 0)
		return ret;
	lane->id = ret;
	ret = conf->interrupts
		      ? dlbrm_cq_irq_config(&local->rm, local->domain, !conf->is_dir, lane->id, 1)
		      : 0;
	if (ret != 0)
		return ret;
	lane->pp_mem = dlb_bus_pp_open(local->bus, !conf->is_dir, lane->id);
	return lane->pp_mem == NULL ? -ENOMEM : 0;
}

static void
local_lane_close(struct dlb_ctl *ctl, struct dlb_hw_lane *lane)
{
	dlb_bus_pp_close(local_ctl(ctl)->bus, lane->pp_mem);
	dlb_bus_cq_free(local_ctl(ctl)->bus, lane->cq);
	*lane = (struct dlb_hw_lane){ 0 };
}

static int
local_lane_enable(struct dlb_ctl *ctl, bool is_ldb, unsigned int port, bool enable)
{
	return dlbrm_port_enable(&local_ctl(ctl)->rm, local_ctl(ctl)->domain, is_ldb, port, enable);
}

static int
local_map(struct dlb_ctl *ctl, unsigned int port, unsigned int qid, unsigned int priority)
{
	return dlbrm_map_qid(&local_ctl(ctl)->rm, local_ctl(ctl)->domain, port, qid, priority);
}

static int
local_unmap(struct dlb_ctl *ctl, unsigned int port, unsigned int qid)
{
	return dlbrm_unmap_qid(&local_ctl(ctl)->rm, local_ctl(ctl)->domain, port, qid);
}

static int
local_pending(struct dlb_ctl *ctl, int port)
{
	struct local_ctl *local = local_ctl(ctl);
	int all = dlbrm_domain_poll(&local->rm, local->domain);

	if (port == DLB_CTL_ALL || all < 0)
		return all;
	return dlbrm_port_unmaps_pending(&local->rm, local->domain, (unsigned int)port);
}

static int
local_queue_depth(struct dlb_ctl *ctl, bool is_ldb, unsigned int qid)
{
	struct local_ctl *local = local_ctl(ctl);

	return is_ldb ? dlbrm_ldb_queue_depth(&local->rm, local->domain, qid)
		      : dlbrm_dir_queue_depth(&local->rm, local->domain, qid);
}

static void
local_close(struct dlb_ctl *ctl)
{
	free(local_ctl(ctl));
}

static const struct dlb_ctl_ops local_ops = {
	.close = local_close,
	.domain_create = local_domain_create,
	.domain_start = local_domain_start,
	.domain_destroy = local_domain_destroy,
	.queue_create = local_queue_create,
	.lane_open = local_lane_open,
	.lane_close = local_lane_close,
	.lane_enable = local_lane_enable,
	.map = local_map,
	.unmap = local_unmap,
	.pending = local_pending,
	.queue_depth = local_queue_depth,
};

/* Weights of 0: priorities are strict, among queues and among elements, as event_sw has them. */
int
dlb_ctl_local_open(struct dlb_ctl **ctl, enum dlb_version version, struct dlb_bus *bus)
{
	const struct dlbrm_hw_config conf = {
		.sparse_ldb_cq = dlb_bus_cq_sparse(bus),
		.sparse_dir_cq = dlb_bus_cq_sparse(bus),
	};
	struct local_ctl *local = calloc(1, sizeof(*local));
	int ret;

	if (local == NULL)
		return -ENOMEM;
	local->base.ops = &local_ops;
	local->bus = bus;
	local->domain = -1;
	dlbrm_init(&local->rm, version, dlb_bus_io(bus), bus);
	ret = dlbrm_power_up(&local->rm);
	if (ret == 0)
		ret = dlbrm_hw_init(&local->rm, &conf);
	if (ret != 0) {
		free(local);
		return ret;
	}
	*ctl = &local->base;
	return 0;
}

struct dlbrm *
dlb_ctl_local_rm(struct dlb_ctl *ctl)
{
	return &local_ctl(ctl)->rm;
}
