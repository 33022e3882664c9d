// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * The device file, /dev/dlbN: what the device is, what of it is free, settings for all domains.
 *
 * An open file keeps the device powered. Whoever may open it may do all that is here; the file's
 * mode is the only permission there is.
 *
 * LDB = load-balanced, DIR = directed, CQ = consumer queue, QID = queue id, SN = sequence number,
 * CoS = class of service, AQED = the device's buffer of atomic elements, LSP and CHP = parts of the
 * device, list sequence pipe and credit and history pipe.
 */

#include <linux/log2.h>
#include <linux/nospec.h>

#include "dlb.h"

/* --- what there is ---------------------------------------------------------------------------- */

static u32 sn_slots(const struct dlb_device *dlb, unsigned int group)
{
	return DLB_SNS_PER_GROUP / dlb->sns_per_queue[group];
}

void dlb_resources_total(const struct dlb_device *dlb, struct dlb_arg_num_resources *res)
{
	const struct dlb_limits *limits = dlb->limits;
	unsigned int i;

	*res = (struct dlb_arg_num_resources){
		.num_sched_domains = limits->nb_domains,
		.num_ldb_queues = limits->nb_ldb_queues,
		.num_ldb_ports = limits->nb_ldb_ports,
		.num_dir_ports = limits->nb_dir_ports,
		.num_atomic_inflights = limits->aqed_entries,
		.num_hist_list_entries = limits->hist_list_entries,
		.max_contiguous_hist_list_entries = limits->hist_list_entries,
		.num_ldb_credits = limits->ldb_credits,
		.num_dir_credits = limits->dir_credits,
	};
	for (i = 0; i < DLB_NB_COS; i++)
		res->num_cos_ldb_ports[i] = DLB_LDB_PORTS_PER_COS;
	for (i = 0; i < DLB_NB_SN_GROUPS; i++)
		res->num_sn_slots[i] = sn_slots(dlb, i);
}

/* Under the lock. */
void dlb_resources_free(const struct dlb_device *dlb, struct dlb_arg_num_resources *res)
{
	struct dlbrm_resources rm;
	unsigned int i;

	lockdep_assert_held(&dlb->lock);
	dlbrm_free_get(&dlb->rm, &rm);
	*res = (struct dlb_arg_num_resources){
		.num_sched_domains = rm.nb_domains,
		.num_ldb_queues = rm.nb_ldb_queues,
		.num_dir_ports = rm.nb_dir_ports,
		.num_atomic_inflights = rm.nb_atomic_inflights,
		.num_hist_list_entries = rm.nb_hist_list_entries,
		.max_contiguous_hist_list_entries = rm.max_hist_list_run,
		.num_ldb_credits = rm.nb_ldb_credits,
		.num_dir_credits = rm.nb_dir_credits,
	};
	for (i = 0; i < DLB_NB_COS; i++) {
		res->num_cos_ldb_ports[i] = rm.nb_cos_ldb_ports[i];
		res->num_ldb_ports += rm.nb_cos_ldb_ports[i];
	}
	for (i = 0; i < DLB_NB_SN_GROUPS; i++)
		res->num_sn_slots[i] = sn_slots(dlb, i) - dlb->sn_slots_lent[i];
}

static int version_get(struct dlb_call *call)
{
	u32 generation = call->dlb->version == DLB_V2_0 ? 2 : 3;

	call->response.id = FIELD_PREP(DLB_UAPI_VERSION_GENERATION, generation);
	return 0;
}

static int resources_get(struct dlb_call *call)
{
	dlb_resources_free(call->dlb, &call->num_resources);
	return 0;
}

static int poll_mode_get(struct dlb_call *call)
{
	call->response.id = DLB_UAPI_CQ_SPARSE;
	return 0;
}

/* --- settings --------------------------------------------------------------------------------- */

/* Under the lock, the device being powered. Slots that a domain holds must keep their size. */
int dlb_sn_set(struct dlb_device *dlb, u32 group, u32 sns_per_queue)
{
	int ret;

	lockdep_assert_held(&dlb->lock);
	if (group >= DLB_NB_SN_GROUPS)
		return -EINVAL;
	group = array_index_nospec(group, DLB_NB_SN_GROUPS);
	if (dlb->sn_slots_lent[group] != 0 && dlb->sns_per_queue[group] != sns_per_queue)
		return -EPERM;
	if (sns_per_queue < DLB_MIN_SNS_PER_QUEUE || sns_per_queue > DLB_SNS_PER_GROUP ||
	    !is_power_of_2(sns_per_queue))
		return -EINVAL;
	ret = dlbrm_sn_group_set(&dlb->rm, group, sns_per_queue);
	if (ret == 0)
		dlb->sns_per_queue[group] = sns_per_queue;
	return ret == -EBUSY ? -EPERM : ret;
}

/* Under the lock, the device being powered. */
int dlb_cos_set(struct dlb_device *dlb, u32 cos, u32 percent)
{
	u8 shares[DLB_NB_COS];
	int ret;

	lockdep_assert_held(&dlb->lock);
	if (cos >= DLB_NB_COS || percent > 100)
		return -EINVAL;
	memcpy(shares, dlb->cos_percent, sizeof(shares));
	shares[array_index_nospec(cos, DLB_NB_COS)] = percent;
	ret = dlbrm_cos_bandwidth_set(&dlb->rm, shares);
	if (ret == 0)
		memcpy(dlb->cos_percent, shares, sizeof(shares));
	return ret;
}

static int sn_set(struct dlb_call *call)
{
	return dlb_sn_set(call->dlb, call->sn.group, call->sn.num);
}

static int cos_set(struct dlb_call *call)
{
	return dlb_cos_set(call->dlb, call->cos.cos_id, call->cos.bandwidth);
}

/* An element of a table of the device's, or the answer for an index beyond it. */
static int element_get(struct dlb_call *call, const u32 *table, u32 index, u32 nb)
{
	if (index >= nb) {
		call->response.id = -EINVAL;
		return -EINVAL;
	}
	call->response.id = table[array_index_nospec(index, nb)];
	return 0;
}

static int sn_get(struct dlb_call *call)
{
	return element_get(call, call->dlb->sns_per_queue, call->sn.group, DLB_NB_SN_GROUPS);
}

static int sn_occupancy_get(struct dlb_call *call)
{
	return element_get(call, call->dlb->sn_slots_lent, call->sn.group, DLB_NB_SN_GROUPS);
}

static int cos_get(struct dlb_call *call)
{
	u32 shares[DLB_NB_COS];
	unsigned int i;

	for (i = 0; i < DLB_NB_COS; i++)
		shares[i] = call->dlb->cos_percent[i];
	return element_get(call, shares, call->cos.cos_id, DLB_NB_COS);
}

/* --- statistics ------------------------------------------------------------------------------- */

/* The register that counts; DLB_R_COUNT where the device has none. */
static const u16 ldb_queue_stats[] = {
	DLB_R_LSP_QID_LDB_INFL_CNT,	 DLB_R_LSP_QID_LDB_INFL_LIM,
	DLB_R_LSP_QID_AQED_ACTIVE_CNT,	 DLB_R_LSP_QID_ATM_DEPTH_THRSH,
	DLB_R_LSP_QID_NALDB_DEPTH_THRSH, DLB_R_COUNT,
	DLB_R_LSP_QID_LDB_ENQUEUE_CNT,
};

static const u16 ldb_port_stats[] = {
	DLB_R_CHP_LDB_CQ_DEPTH,
	DLB_R_LSP_CQ_LDB_TKN_CNT,
	DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL,
	DLB_R_LSP_CQ_LDB_INFL_CNT,
};

static const u16 dir_pair_stats[] = {
	DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL,
	DLB_R_CHP_DIR_CQ_DEPTH,
	DLB_R_LSP_QID_DIR_DEPTH_THRSH,
	DLB_R_LSP_QID_DIR_ENQUEUE_CNT,
};

static const struct {
	const u16 *regs;
	u32 nb;
} stats[] = {
	[DLB_XSTATS_LDB_QUEUE] = { ldb_queue_stats, ARRAY_SIZE(ldb_queue_stats) },
	[DLB_XSTATS_LDB_PORT] = { ldb_port_stats, ARRAY_SIZE(ldb_port_stats) },
	[DLB_XSTATS_DIR_PAIR] = { dir_pair_stats, ARRAY_SIZE(dir_pair_stats) },
};

/* An object that does not exist leaves the caller's value as it is; a count that does not, 0. */
static int xstats_get(struct dlb_call *call)
{
	struct dlb_arg_xstats *arg = &call->xstats;
	u32 class = FIELD_GET(DLB_XSTATS_CLASS, arg->xstats_type);
	u32 index = FIELD_GET(DLB_XSTATS_INDEX, arg->xstats_type);
	u32 reg, nb_objects;

	if (class >= ARRAY_SIZE(stats))
		return -EINVAL;
	class = array_index_nospec(class, ARRAY_SIZE(stats));
	if (!stats[class].regs)
		return 0;
	nb_objects = dlb_reg_descs[stats[class].regs[0]].count[call->dlb->version];
	if (arg->xstats_id >= nb_objects)
		return 0;
	arg->xstats_val = 0;
	if (index >= stats[class].nb)
		return 0;
	reg = stats[class].regs[array_index_nospec(index, stats[class].nb)];
	if (reg != DLB_R_COUNT)
		arg->xstats_val = dlb_hw_read(call->dlb, reg, arg->xstats_id);
	return 0;
}

/* --- the file --------------------------------------------------------------------------------- */

static const struct dlb_request requests[] = {
	{ DLB_IOC_GET_DEVICE_VERSION, version_get, .in_reset = true },
	{ DLB_IOC_CREATE_SCHED_DOMAIN, dlb_domain_create },
	{ DLB_IOC_GET_NUM_RESOURCES, resources_get },
	{ DLB_IOC_SET_SN_ALLOCATION, sn_set },
	{ DLB_IOC_GET_SN_ALLOCATION, sn_get },
	{ DLB_IOC_SET_COS_BW, cos_set },
	{ DLB_IOC_GET_COS_BW, cos_get },
	{ DLB_IOC_GET_SN_OCCUPANCY, sn_occupancy_get },
	{ DLB_IOC_QUERY_CQ_POLL_MODE, poll_mode_get },
	{ DLB_IOC_GET_XSTATS, xstats_get },
};

static int device_open(struct inode *inode, struct file *file)
{
	struct dlb_device *dlb = container_of(inode->i_cdev, struct dlb_device, cdev);

	file->private_data = dlb;
	return dlb_power_get(dlb);
}

static int device_release(struct inode *inode, struct file *file)
{
	dlb_power_put(file->private_data);
	return 0;
}

static long device_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return dlb_ioctl(file->private_data, NULL, requests, ARRAY_SIZE(requests), cmd,
			 (void __user *)arg);
}

const struct file_operations dlb_device_fops = {
	.owner = THIS_MODULE,
	.open = device_open,
	.release = device_release,
	.unlocked_ioctl = device_ioctl,
	.compat_ioctl = compat_ptr_ioctl,
	.llseek = noop_llseek,
};
