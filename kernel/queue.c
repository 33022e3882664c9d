// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * Requests about queues: creation, mapping to ports, depth.
 *
 * The resource manager decides; this file finds out which of the interface's reasons it was, by
 * checking what can be wrong in the interface's order. All under the device's lock.
 *
 * LDB = load-balanced, DIR = directed, QID = queue id, SN = sequence number.
 */

#include "dlb.h"

#define NB_PRIORITIES 8

/* A group that has slots of so many SNs and of which the domain has one left, or -1. */
static int sn_group_find(const struct dlb_domain *dom, u32 nb_sns)
{
	int group;

	for (group = 0; group < DLB_NB_SN_GROUPS; group++)
		if (dom->dlb->sns_per_queue[group] == nb_sns &&
		    dom->sn_slots_used[group] < dom->sn_slots[group])
			return group;
	return -1;
}

static u32 ldb_queue_check(const struct dlb_domain *dom, const struct dlb_arg_ldb_queue *arg,
			   const struct dlbrm_resources *left)
{
	if (dom->started)
		return DLB_ST_DOMAIN_STARTED;
	if (left->nb_ldb_queues == 0)
		return DLB_ST_LDB_QUEUES_UNAVAILABLE;
	if (arg->num_sequence_numbers != 0 && sn_group_find(dom, arg->num_sequence_numbers) < 0)
		return DLB_ST_SEQUENCE_NUMBERS_UNAVAILABLE;
	if (arg->num_qid_inflights < 1 ||
	    arg->num_qid_inflights > dom->dlb->limits->max_qid_inflights)
		return DLB_ST_INVALID_QID_INFLIGHT_ALLOCATION;
	if (arg->num_sequence_numbers != 0 && arg->num_qid_inflights > arg->num_sequence_numbers)
		return DLB_ST_INVALID_QID_INFLIGHT_ALLOCATION;
	if (arg->num_atomic_inflights > left->nb_atomic_inflights)
		return DLB_ST_ATOMIC_INFLIGHTS_UNAVAILABLE;
	return DLB_ST_SUCCESS;
}

/* A threshold beyond what the register holds is as good as its largest value: never reached. */
static u32 depth_threshold(const struct dlb_device *dlb, enum dlb_reg reg, u32 threshold)
{
	return min(threshold, dlb_reg_descs[reg].fields[dlb->version]);
}

int dlb_ldb_queue_create(struct dlb_call *call)
{
	struct dlb_arg_ldb_queue *arg = &call->ldb_queue;
	struct dlb_domain *dom = call->dom;
	struct dlbrm_ldb_queue_config config = {
		.nb_sequence_numbers = arg->num_sequence_numbers,
		.nb_qid_inflights = arg->num_qid_inflights,
		.nb_atomic_inflights = arg->num_atomic_inflights,
		.lock_id_comp_level = arg->num_atomic_inflights ? arg->lock_id_comp_level : 0,
		.depth_threshold = depth_threshold(call->dlb, DLB_R_LSP_QID_ATM_DEPTH_THRSH,
						   arg->depth_threshold),
	};
	struct dlbrm_resources left;
	u32 status;
	int ret;

	ret = dlbrm_domain_free_get(&call->dlb->rm, dom->id, &left);
	if (ret != 0)
		return ret;
	status = ldb_queue_check(dom, arg, &left);
	if (status != DLB_ST_SUCCESS)
		return dlb_refuse(call, status);
	ret = dlbrm_ldb_queue_create(&call->dlb->rm, dom->id, &config);
	/* All else has been checked. */
	if (ret == -EINVAL)
		return dlb_refuse(call, DLB_ST_INVALID_LOCK_ID_COMP_LEVEL);
	if (ret == -ENOSPC)
		return dlb_refuse(call, DLB_ST_SEQUENCE_NUMBERS_UNAVAILABLE);
	if (ret < 0)
		return ret;
	if (arg->num_sequence_numbers != 0)
		dom->sn_slots_used[sn_group_find(dom, arg->num_sequence_numbers)]++;
	call->response.id = ret;
	return 0;
}

int dlb_dir_queue_create(struct dlb_call *call)
{
	const struct dlb_arg_dir_queue *arg = &call->dir_queue;
	u32 threshold =
		depth_threshold(call->dlb, DLB_R_LSP_QID_DIR_DEPTH_THRSH, arg->depth_threshold);
	int ret;

	if (call->dom->started)
		return dlb_refuse(call, DLB_ST_DOMAIN_STARTED);
	ret = dlbrm_dir_queue_create(&call->dlb->rm, call->dom->id, arg->port_id, threshold);
	if (ret == -ENOSPC)
		return dlb_refuse(call, DLB_ST_DIR_QUEUES_UNAVAILABLE);
	if (ret == -EINVAL || ret == -ENOENT || ret == -EBUSY)
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	if (ret < 0)
		return ret;
	call->response.id = ret;
	return 0;
}

/* What has to wait for elements in flight is pushed on in the background. */
static void pending_push(struct dlb_call *call)
{
	if (dlbrm_domain_poll(&call->dlb->rm, call->dom->id) > 0)
		schedule_delayed_work(&call->dlb->map_work, 1);
}

int dlb_qid_map(struct dlb_call *call)
{
	const struct dlb_arg_map_qid *arg = &call->map_qid;
	int ret;

	if (!dlb_port_find(call->dom, true, arg->port_id))
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	if (arg->priority >= NB_PRIORITIES)
		return dlb_refuse(call, DLB_ST_INVALID_PRIORITY);
	ret = dlbrm_map_qid(&call->dlb->rm, call->dom->id, arg->port_id, arg->qid, arg->priority);
	if (ret == -EINVAL || ret == -ENOENT)
		return dlb_refuse(call, DLB_ST_INVALID_QID);
	if (ret == -ENOSPC)
		return dlb_refuse(call, DLB_ST_NO_QID_SLOTS_AVAILABLE);
	if (ret == 0)
		pending_push(call);
	return ret;
}

int dlb_qid_unmap(struct dlb_call *call)
{
	const struct dlb_arg_unmap_qid *arg = &call->unmap_qid;
	int ret;

	if (!dlb_port_find(call->dom, true, arg->port_id))
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	ret = dlbrm_unmap_qid(&call->dlb->rm, call->dom->id, arg->port_id, arg->qid);
	if (ret == -EINVAL || ret == -ENOENT)
		return dlb_refuse(call, DLB_ST_INVALID_QID);
	if (ret == 0)
		pending_push(call);
	return ret;
}

int dlb_unmaps_pending(struct dlb_call *call)
{
	int ret;

	if (!dlb_port_find(call->dom, true, call->object.id))
		return dlb_refuse(call, DLB_ST_INVALID_PORT_ID);
	pending_push(call);
	ret = dlbrm_port_unmaps_pending(&call->dlb->rm, call->dom->id, call->object.id);
	if (ret < 0)
		return ret;
	call->response.id = ret;
	return 0;
}

static int depth_answer(struct dlb_call *call, int ret)
{
	if (ret == -EINVAL || ret == -ENOENT)
		return dlb_refuse(call, DLB_ST_INVALID_QID);
	if (ret < 0)
		return ret;
	call->response.id = ret;
	return 0;
}

int dlb_ldb_queue_depth(struct dlb_call *call)
{
	return depth_answer(call,
			    dlbrm_ldb_queue_depth(&call->dlb->rm, call->dom->id, call->object.id));
}

int dlb_dir_queue_depth(struct dlb_call *call)
{
	return depth_answer(call,
			    dlbrm_dir_queue_depth(&call->dlb->rm, call->dom->id, call->object.id));
}
