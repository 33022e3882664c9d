/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The resources of a device that the kernel manages, asked for request by request.
 *
 * A domain of the kernel's cannot be taken apart: it is closed as a whole, when neither its file nor
 * a mapping of a port is left in any process. Invariant: what is open is in struct dlb_kernel_ctl
 * the moment it exists.
 *
 * LDB = load-balanced, DIR = directed, QID = queue id, CQ = consumer queue, SN = sequence number.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_log.h>
#include <rte_malloc.h>

#include "ctl_kernel.h"

/* Elements in a CQ that make it interrupt when it is armed. */
#define CQ_THRESHOLD 1

static struct dlb_kernel_ctl *
kernel_ctl(struct dlb_ctl *ctl)
{
	return container_of(ctl, struct dlb_kernel_ctl, base);
}

/* --- domain -------------------------------------------------------------------------------------- */

/* SNs that a group gives to each queue: the administrator's decision. Or -errno (logged). */
static int
sns_of_group(const struct dlb_kernel_ctl *k, unsigned int group)
{
	struct dlb_arg_sn arg = { .group = group };

	return DLB_KERNEL_CALL(k->device_fd, DLB_IOC_GET_SN_ALLOCATION, &arg, k->name,
			       "sequence numbers");
}

static int
resources_left(const struct dlb_kernel_ctl *k, struct dlb_arg_num_resources *left)
{
	*left = (struct dlb_arg_num_resources){ 0 };
	return DLB_KERNEL_CALL(k->device_fd, DLB_IOC_GET_NUM_RESOURCES, left, k->name,
			       "resources of the device");
}

/* Places for ordered queues, in groups that give each of them so many SNs. */
static int
reserve_sn_slots(const struct dlb_kernel_ctl *k, const struct dlb_ctl_domain *conf, uint32_t *slots)
{
	struct dlb_arg_num_resources left;
	unsigned int missing = conf->nb_ordered;
	int ret = resources_left(k, &left);

	for (unsigned int group = 0; group < DLB_NB_SN_GROUPS && ret >= 0 && missing > 0; group++) {
		ret = sns_of_group(k, group);
		if (ret != (int)conf->sns_per_queue)
			continue;
		slots[group] = RTE_MIN(missing, left.num_sn_slots[group]);
		missing -= slots[group];
	}
	if (ret < 0 || missing == 0)
		return RTE_MIN(ret, 0);
	dlb_kernel_log(RTE_LOG_ERR, k->name,
		       "%u ordered queues, and places for %u are left in the groups that give each "
		       "%u sequence numbers: see sequence_numbers/ of the device in "
		       "/sys/class/dlb2",
		       conf->nb_ordered, conf->nb_ordered - missing, conf->sns_per_queue);
	return -ENOSPC;
}

static int
domain_open(struct dlb_kernel_ctl *k, const struct dlb_ctl_domain *conf)
{
	struct dlb_arg_create_domain arg = {
		.num_ldb_queues = conf->rm.nb_ldb_queues,
		.num_ldb_ports = conf->rm.nb_ldb_ports,
		.num_dir_ports = conf->rm.nb_dir_ports,
		.num_atomic_inflights = conf->rm.nb_atomic_inflights,
		.num_hist_list_entries = conf->rm.nb_hist_list_entries,
		.num_ldb_credits = conf->rm.nb_ldb_credits,
		.num_dir_credits = conf->rm.nb_dir_credits,
	};
	int ret = reserve_sn_slots(k, conf, arg.num_sn_slots);

	if (ret == 0)
		ret = DLB_KERNEL_CALL(k->device_fd, DLB_IOC_CREATE_SCHED_DOMAIN, &arg, k->name,
				      "scheduling domain");
	if (ret < 0)
		return ret;
	atomic_store(&k->is_lost, false);
	k->domain = (unsigned int)ret;
	k->domain_fd = (int)arg.domain_fd;
	(void)fcntl(k->domain_fd, F_SETFD, FD_CLOEXEC);
	return 0;
}

static void
domain_close(struct dlb_kernel_ctl *k)
{
	dlb_kernel_reader_stop(k);
	k->lanes->nb = 0;
	close(k->domain_fd);
	k->domain_fd = -1;
}

static int
kernel_domain_create(struct dlb_ctl *ctl, const struct dlb_ctl_domain *conf)
{
	struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	int ret = domain_open(k, conf);

	if (ret != 0)
		return ret;
	ret = dlb_kernel_reader_start(k);
	if (ret != 0) {
		domain_close(k);
		return ret;
	}
	return (int)k->domain;
}

static int
kernel_domain_start(struct dlb_ctl *ctl)
{
	struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	struct dlb_arg_none arg = { 0 };
	int ret = DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_START_DOMAIN, &arg, k->name,
				  "start of the domain");

	if (ret >= 0)
		ret = dlb_kernel_share(k);
	/* Secondaries may have heard of that first, and have nothing mapped. */
	return ret == 0 && atomic_load(&k->is_lost) ? -EIO : RTE_MIN(ret, 0);
}

/* The kernel drains it when the last mapping goes. */
static int
kernel_domain_destroy(struct dlb_ctl *ctl)
{
	dlb_kernel_unshare(kernel_ctl(ctl));
	domain_close(kernel_ctl(ctl));
	return 0;
}

/* --- queues and ports ---------------------------------------------------------------------------- */

static int
kernel_queue_create(struct dlb_ctl *ctl, const struct dlb_ctl_queue *conf)
{
	const struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	struct dlb_arg_ldb_queue ldb = {
		.num_sequence_numbers = conf->ldb.nb_sequence_numbers,
		.num_qid_inflights = conf->ldb.nb_qid_inflights,
		.num_atomic_inflights = conf->ldb.nb_atomic_inflights,
		.lock_id_comp_level = conf->ldb.lock_id_comp_level,
		.depth_threshold = conf->ldb.depth_threshold,
	};
	struct dlb_arg_dir_queue dir = {
		.port_id = conf->dir_port,
		.depth_threshold = conf->depth_threshold,
	};

	if (conf->dir_port < 0)
		return DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_CREATE_LDB_QUEUE, &ldb, k->name,
				       "load-balanced queue");
	return DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_CREATE_DIR_QUEUE, &dir, k->name,
			       "directed queue");
}

static int
port_create(const struct dlb_kernel_ctl *k, const struct dlb_ctl_lane *conf)
{
	struct dlb_arg_ldb_port ldb = {
		.cq_depth = (uint16_t)conf->cq_depth,
		.cq_depth_threshold = CQ_THRESHOLD,
		.cq_history_list_size = (uint16_t)conf->cq_depth,
		.cos_id = DLB_UAPI_ANY_COS,
	};
	struct dlb_arg_dir_port dir = {
		.cq_depth = (uint16_t)conf->cq_depth,
		.cq_depth_threshold = CQ_THRESHOLD,
		.queue_id = -1,
	};

	if (conf->is_dir)
		return DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_CREATE_DIR_PORT, &dir, k->name,
				       "directed port");
	return DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_CREATE_LDB_PORT, &ldb, k->name,
			       "load-balanced port");
}

/* From now on a reset finds it; one that came before did not, and will take its pages away. */
static int
lane_list(struct dlb_kernel_ctl *k, const struct dlb_hw_lane *lane)
{
	int ret = -EIO;

	pthread_mutex_lock(&k->lanes_lock);
	if (!atomic_load(&k->is_lost)) {
		k->lanes->lane[k->lanes->nb++] = *lane;
		ret = 0;
	}
	pthread_mutex_unlock(&k->lanes_lock);
	return ret;
}

static int
kernel_lane_open(struct dlb_ctl *ctl, const struct dlb_ctl_lane *conf, struct dlb_hw_lane *lane)
{
	struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	int ret = port_create(k, conf);

	if (ret < 0)
		return ret;
	*lane = (struct dlb_hw_lane){
		.id = (uint8_t)ret,
		.is_dir = conf->is_dir,
		.sparse = k->sparse,
	};
	ret = dlb_kernel_map(k->domain_fd, lane, k->name);
	if (ret != 0)
		return ret;
	if (conf->interrupts)
		dlb_kernel_irq_add(k, lane);
	return lane_list(k, lane);
}

static void
kernel_lane_close(struct dlb_ctl *ctl, struct dlb_hw_lane *lane)
{
	RTE_SET_USED(ctl);
	dlb_kernel_unmap(lane);
	*lane = (struct dlb_hw_lane){ 0 };
}

static int
kernel_lane_enable(struct dlb_ctl *ctl, bool is_ldb, unsigned int port, bool enable)
{
	static const unsigned long requests[2][2] = {
		{ DLB_IOC_DISABLE_DIR_PORT, DLB_IOC_ENABLE_DIR_PORT },
		{ DLB_IOC_DISABLE_LDB_PORT, DLB_IOC_ENABLE_LDB_PORT },
	};
	const struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	struct dlb_arg_object arg = { .id = port };
	int ret = DLB_KERNEL_CALL(k->domain_fd, requests[is_ldb][enable], &arg, k->name,
				  enable ? "enabling a port" : "disabling a port");

	return ret < 0 ? ret : 0;
}

/* --- links --------------------------------------------------------------------------------------- */

static int
kernel_map(struct dlb_ctl *ctl, unsigned int port, unsigned int qid, unsigned int priority)
{
	const struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	struct dlb_arg_map_qid arg = { .port_id = port, .qid = qid, .priority = priority };
	int ret = DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_MAP_QID, &arg, k->name, "link");

	return ret < 0 ? ret : 0;
}

static int
kernel_unmap(struct dlb_ctl *ctl, unsigned int port, unsigned int qid)
{
	const struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	struct dlb_arg_unmap_qid arg = { .port_id = port, .qid = qid };
	int ret = DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_UNMAP_QID, &arg, k->name, "unlink");

	return ret < 0 ? ret : 0;
}

/* The kernel needs nobody to push them on, and does not say which links it has not made yet. */
static int
kernel_pending(struct dlb_ctl *ctl, int port)
{
	const struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	int sum = 0;

	if (atomic_load(&k->is_lost))
		return -EIO;
	for (unsigned int i = 0; i < k->lanes->nb; i++) {
		const struct dlb_hw_lane *lane = &k->lanes->lane[i];
		struct dlb_arg_object arg = { .id = lane->id };
		int nb;

		if (lane->is_dir || (port != DLB_CTL_ALL && lane->id != port))
			continue;
		nb = DLB_KERNEL_CALL(k->domain_fd, DLB_IOC_PENDING_PORT_UNMAPS, &arg, k->name,
				     "unlinks in progress");
		if (nb < 0)
			return nb;
		sum += nb;
	}
	return sum;
}

static int
kernel_queue_depth(struct dlb_ctl *ctl, bool is_ldb, unsigned int qid)
{
	const struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	struct dlb_arg_object arg = { .id = qid };

	if (atomic_load(&k->is_lost))
		return -EIO;
	return DLB_KERNEL_CALL(k->domain_fd,
			       is_ldb ? DLB_IOC_GET_LDB_QUEUE_DEPTH : DLB_IOC_GET_DIR_QUEUE_DEPTH,
			       &arg, k->name, "depth of a queue");
}

/* --- device -------------------------------------------------------------------------------------- */

static void
kernel_free(struct dlb_kernel_ctl *k)
{
	if (k->device_fd >= 0)
		close(k->device_fd);
	rte_free(k->lanes);
	pthread_mutex_destroy(&k->lanes_lock);
	free(k);
}

static void
kernel_close(struct dlb_ctl *ctl)
{
	struct dlb_kernel_ctl *k = kernel_ctl(ctl);

	dlb_kernel_share_close(k);
	dlb_kernel_irq_close(k);
	kernel_free(k);
}

static const struct dlb_ctl_ops kernel_ops = {
	.close = kernel_close,
	.domain_create = kernel_domain_create,
	.domain_start = kernel_domain_start,
	.domain_destroy = kernel_domain_destroy,
	.queue_create = kernel_queue_create,
	.lane_open = kernel_lane_open,
	.lane_close = kernel_lane_close,
	.lane_enable = kernel_lane_enable,
	.map = kernel_map,
	.unmap = kernel_unmap,
	.pending = kernel_pending,
	.queue_depth = kernel_queue_depth,
};

/* What to do when a node cannot be opened. */
static const char *
open_hint(int error)
{
	switch (error) {
	case ENOENT:
	case ENXIO: /* a node of before */
	case ENODEV:
		return "; is the kernel driver loaded, and a DLB bound to it?";
	case EACCES:
	case EPERM: /* in a container that was not given the node */
		return "; allowed: a node that this user may read and write";
	case EINVAL:
		return "; is the device being reset?";
	case EIO:
		return "; the kernel's log says what is wrong with the device";
	default:
		return "";
	}
}

static int
node_open(const char *node, const char *name)
{
	int fd = open(node, O_RDWR | O_CLOEXEC);
	int error = errno;

	if (fd >= 0)
		return fd;
	dlb_kernel_log(RTE_LOG_ERR, name, "dev=%s cannot be opened: %s%s", node, strerror(error),
		       open_hint(error));
	return -error;
}

/* Which DLB it is, and whether its interface is one that is known. */
static int
identify(struct dlb_kernel_ctl *k, const char *node)
{
	struct dlb_arg_none version = { 0 }, mode = { 0 };
	unsigned int generation;
	int ret = DLB_KERNEL_CALL(k->device_fd, DLB_IOC_GET_DEVICE_VERSION, &version, NULL, NULL);

	if (ret < 0) {
		dlb_kernel_log(RTE_LOG_ERR, k->name, "dev=%s is no DLB: %s", node, strerror(-ret));
		return -ENODEV;
	}
	generation = FIELD_GET(DLB_UAPI_VERSION_GENERATION, version.response.id);
	if (generation < 2 || generation >= 2 + DLB_NB_VERSIONS) {
		dlb_kernel_log(
			RTE_LOG_ERR, k->name,
			"dev=%s is of a generation %u that is not known; known: 2 (DLB 2.0), "
			"3 (DLB 2.5)",
			node, generation);
		return -ENODEV;
	}
	k->version = (enum dlb_version)(generation - 2);
	ret = DLB_KERNEL_CALL(k->device_fd, DLB_IOC_QUERY_CQ_POLL_MODE, &mode, NULL, NULL);
	if (ret < 0) {
		dlb_kernel_log(
			RTE_LOG_ERR, k->name,
			"dev=%s: the kernel driver does not say how consumer queues are laid "
			"out (%s): it is too old, or not one for this device",
			node, strerror(-ret));
		return -EPROTO;
	}
	k->sparse = ret == DLB_UAPI_CQ_SPARSE;
	return 0;
}

static int
prepare(struct dlb_kernel_ctl *k, const char *node)
{
	int ret = identify(k, node);

	if (ret != 0)
		return ret;
	k->lanes = rte_zmalloc("dlb_lanes", sizeof(*k->lanes), 0);
	if (k->lanes == NULL) {
		dlb_kernel_log(RTE_LOG_ERR, k->name, "no memory for %zu bytes", sizeof(*k->lanes));
		return -ENOMEM;
	}
	ret = dlb_kernel_share_open(k);
	if (ret == 0)
		dlb_kernel_irq_open(k);
	return ret;
}

int
dlb_ctl_kernel_open(struct dlb_ctl **ctl, const char *node, const char *name, uint8_t dev_id,
		    enum dlb_version *version)
{
	struct dlb_kernel_ctl *k = calloc(1, sizeof(*k));
	int ret;

	if (k == NULL) {
		dlb_kernel_log(RTE_LOG_ERR, name, "no memory for %zu bytes", sizeof(*k));
		return -ENOMEM;
	}
	k->base.ops = &kernel_ops;
	k->name = name;
	k->dev_id = dev_id;
	k->domain_fd = -1;
	k->eventfd = -1;
	pthread_mutex_init(&k->lanes_lock, NULL);
	k->device_fd = node_open(node, name);
	ret = k->device_fd < 0 ? k->device_fd : prepare(k, node);
	if (ret != 0) {
		kernel_free(k);
		return ret;
	}
	*version = k->version;
	*ctl = &k->base;
	return 0;
}

void
dlb_ctl_kernel_listen(struct dlb_ctl *ctl, const struct dlb_ctl_kernel_events *events, void *arg)
{
	kernel_ctl(ctl)->events = events;
	kernel_ctl(ctl)->arg = arg;
}

/*
 * Ordered queues are limited to the groups that give each the number of SNs for which most places
 * are left. To a plan every place is a group.
 */
static int
limit_sns(const struct dlb_kernel_ctl *k, const struct dlb_arg_num_resources *left,
	  struct dlb_limits *limits)
{
	unsigned int places[DLB_SNS_PER_GROUP + 1] = { 0 };

	limits->sn_groups = 0;
	for (unsigned int group = 0; group < DLB_NB_SN_GROUPS; group++) {
		int sns = sns_of_group(k, group);

		if (sns < 0)
			return sns;
		if (sns < DLB_MIN_SNS_PER_QUEUE || sns > DLB_SNS_PER_GROUP)
			continue;
		places[sns] += left->num_sn_slots[group];
		if (places[sns] < limits->sn_groups)
			continue;
		limits->sn_groups = places[sns];
		limits->sns_per_group = (uint32_t)sns;
	}
	return 0;
}

int
dlb_ctl_kernel_limits(struct dlb_ctl *ctl, struct dlb_limits *limits)
{
	const struct dlb_kernel_ctl *k = kernel_ctl(ctl);
	struct dlb_arg_num_resources left;
	int ret = resources_left(k, &left);

	if (ret < 0)
		return ret;
	limits->nb_ldb_queues = RTE_MIN(limits->nb_ldb_queues, left.num_ldb_queues);
	limits->nb_ldb_ports = RTE_MIN(limits->nb_ldb_ports, left.num_ldb_ports);
	limits->nb_dir_ports = RTE_MIN(limits->nb_dir_ports, left.num_dir_ports);
	limits->ldb_credits = RTE_MIN(limits->ldb_credits, left.num_ldb_credits);
	limits->dir_credits = RTE_MIN(limits->dir_credits, left.num_dir_credits);
	limits->aqed_entries = RTE_MIN(limits->aqed_entries, left.num_atomic_inflights);
	limits->hist_list_entries =
		RTE_MIN(limits->hist_list_entries, left.max_contiguous_hist_list_entries);
	return limit_sns(k, &left, limits);
}

bool
dlb_ctl_kernel_interrupts(struct dlb_ctl *ctl)
{
	return !kernel_ctl(ctl)->no_irq;
}

bool
dlb_ctl_kernel_is_lost(struct dlb_ctl *ctl)
{
	return atomic_load(&kernel_ctl(ctl)->is_lost);
}
