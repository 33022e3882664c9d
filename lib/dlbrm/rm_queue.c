/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Queues: creation of load-balanced (LDB) and directed (DIR) ones, and their depths.
 *
 * A DIR queue is one half of a pair, whose other half is the port of the same id. Invariant: all
 * is checked before anything is taken, all is taken before a register is written.
 *
 * QID = queue id, SN = sequence number.
 */

#include "rm.h"

/* Flows a queue may have pinned to CQs at the same time. */
#define FID_LIMIT 512

/* Distinct flow ids: no limit, or the first of seven doubling ones. */
#define LOCK_ID_COMP_NONE     65536
#define LOCK_ID_COMP_MIN      64
#define LOCK_ID_COMP_MAX_CODE 7

/* The code of a number of distinct flow ids, or -1. */
static int
lock_id_comp_code(unsigned int level)
{
	int code;

	if (level == 0 || level == LOCK_ID_COMP_NONE)
		return 0;
	for (code = 1; code <= LOCK_ID_COMP_MAX_CODE; code++)
		if (level == (unsigned int)LOCK_ID_COMP_MIN << (code - 1))
			return code;
	return -1;
}

static bool
depth_threshold_fits(const struct dlbrm *rm, enum dlb_reg reg, unsigned int threshold)
{
	return threshold <= dlb_reg_descs[reg].fields[rm->version];
}

static int
ldb_queue_conf_check(const struct dlbrm *rm, const struct dlbrm_ldb_queue_config *conf)
{
	if (conf->nb_qid_inflights < 1 || conf->nb_qid_inflights > rm->limits->max_qid_inflights)
		return -EINVAL;
	if (conf->nb_sequence_numbers != 0 && conf->nb_qid_inflights > conf->nb_sequence_numbers)
		return -EINVAL;
	if (lock_id_comp_code(conf->lock_id_comp_level) < 0)
		return -EINVAL;
	if (!depth_threshold_fits(rm, DLB_R_LSP_QID_ATM_DEPTH_THRSH, conf->depth_threshold))
		return -EINVAL;
	return 0;
}

/* A queue that the domain owns and has not configured yet, or -1. */
static int
ldb_queue_find(const struct dlbrm *rm, unsigned int domain)
{
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_queues; i++)
		if (rm->ldb_queues[i].domain == domain && !rm->ldb_queues[i].configured)
			return (int)i;
	return -1;
}

/* Where the queue keeps its order; all zero, and meaningless, for one that keeps none. */
static uint32_t
sn_map(const struct dlbrm *rm, const struct dlbrm_ldb_queue *queue)
{
	if (queue->sn_group == DLBRM_NONE)
		return 0;
	return FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_MODE, rm->sn_mode[queue->sn_group]) |
	       FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_SLOT, queue->sn_slot) |
	       FIELD_PREP(DLB_F_CHP_ORD_QID_SN_MAP_GRP, queue->sn_group);
}

/* sequences.rst, LDB queue creation, steps 3 to 13. */
static void
ldb_queue_program(struct dlbrm *rm, unsigned int domain, unsigned int q,
		  const struct dlbrm_ldb_queue_config *conf)
{
	const struct dlbrm_ldb_queue *queue = &rm->ldb_queues[q];
	uint32_t cfg_v = 0;

	if (conf->nb_sequence_numbers != 0)
		cfg_v |= DLB_F_SYS_LDB_QID_CFG_V_SN_CFG_V;
	if (conf->nb_atomic_inflights != 0)
		cfg_v |= DLB_F_SYS_LDB_QID_CFG_V_FID_CFG_V;

	rm_write(rm, DLB_R_SYS_LDB_VASQID_V, domain * rm->limits->nb_ldb_queues + q, 0);
	rm_write(rm, DLB_R_LSP_QID_LDB_INFL_LIM, q, conf->nb_qid_inflights);
	rm_write(rm, DLB_R_LSP_QID_AQED_ACTIVE_LIM, q, conf->nb_atomic_inflights);
	rm_write(rm, DLB_R_AQED_QID_HID_WIDTH, q,
		 (uint32_t)lock_id_comp_code(conf->lock_id_comp_level));
	rm_write(rm, DLB_R_SYS_LDB_QID_ITS, q, 0);
	rm_write(rm, DLB_R_LSP_QID_ATM_DEPTH_THRSH, q, conf->depth_threshold);
	rm_write(rm, DLB_R_LSP_QID_NALDB_DEPTH_THRSH, q, conf->depth_threshold);
	rm_write(rm, DLB_R_AQED_QID_FID_LIM, q, FID_LIMIT);
	rm_write(rm, DLB_R_CHP_ORD_QID_SN_MAP, q, sn_map(rm, queue));
	rm_write(rm, DLB_R_SYS_LDB_QID_CFG_V, q, cfg_v);
	rm_write(rm, DLB_R_SYS_LDB_QID_V, q, 1);
}

/* sequences.rst, LDB queue creation. */
int
dlbrm_ldb_queue_create(struct dlbrm *rm, unsigned int domain,
		       const struct dlbrm_ldb_queue_config *conf)
{
	struct dlbrm_ldb_queue queue = { .sn_group = DLBRM_NONE };
	struct dlbrm_domain *dom;
	int ret, q;

	/* Step 1. */
	ret = rm_domain_check(rm, domain, RM_IN_QUIET);
	if (ret == 0)
		ret = ldb_queue_conf_check(rm, conf);
	if (ret != 0)
		return ret;
	dom = &rm->domains[domain];
	q = ldb_queue_find(rm, domain);
	if (q < 0 || conf->nb_atomic_inflights >
			     (unsigned int)dom->nb_atomic_inflights - dom->atomic_inflights_used)
		return -ENOSPC;
	if (conf->nb_sequence_numbers != 0) {
		ret = rm_sn_slot_find(rm, conf->nb_sequence_numbers, &queue);
		if (ret != 0)
			return ret;
	}

	/* Step 2. */
	queue.domain = (uint8_t)domain;
	queue.configured = true;
	queue.inflight_limit = (uint16_t)conf->nb_qid_inflights;
	rm->ldb_queues[q] = queue;
	dom->atomic_inflights_used =
		(uint16_t)(dom->atomic_inflights_used + conf->nb_atomic_inflights);

	ldb_queue_program(rm, domain, (unsigned int)q, conf);
	return q;
}

/* A pair that the domain owns and has not begun to use, or -ENOSPC. */
static int
dir_pair_find(const struct dlbrm *rm, unsigned int domain)
{
	const struct dlbrm_dir_pair *pair;
	unsigned int i;

	for (i = 0; i < rm->limits->nb_dir_ports; i++) {
		pair = &rm->dir_pairs[i];
		if (pair->domain == domain && !pair->has_port && !pair->has_queue)
			return (int)i;
	}
	return -ENOSPC;
}

static int
dir_pair_for_queue(const struct dlbrm *rm, unsigned int domain, int port_id)
{
	int ret;

	if (port_id == -1)
		return dir_pair_find(rm, domain);
	ret = rm_dir_port_check(rm, domain, (unsigned int)port_id);
	if (ret != 0)
		return ret;
	return rm->dir_pairs[port_id].has_queue ? -EBUSY : port_id;
}

int
rm_dir_pair_for_port(const struct dlbrm *rm, unsigned int domain, int queue_id)
{
	int ret;

	if (queue_id == -1)
		return dir_pair_find(rm, domain);
	ret = rm_dir_queue_check(rm, domain, (unsigned int)queue_id);
	if (ret != 0)
		return ret;
	return rm->dir_pairs[queue_id].has_port ? -EBUSY : queue_id;
}

/* sequences.rst, DIR queue creation. */
int
dlbrm_dir_queue_create(struct dlbrm *rm, unsigned int domain, int port_id,
		       unsigned int depth_threshold)
{
	unsigned int q;
	int ret;

	/* Step 1. */
	ret = rm_domain_check(rm, domain, RM_IN_QUIET);
	if (ret != 0)
		return ret;
	if (!depth_threshold_fits(rm, DLB_R_LSP_QID_DIR_DEPTH_THRSH, depth_threshold))
		return -EINVAL;
	ret = dir_pair_for_queue(rm, domain, port_id);
	if (ret < 0)
		return ret;

	/* Step 2. */
	q = (unsigned int)ret;
	rm->dir_pairs[q].has_queue = true;

	/* Steps 3 to 6. */
	rm_write(rm, DLB_R_SYS_DIR_VASQID_V, domain * rm->limits->nb_dir_ports + q, 0);
	rm_write(rm, DLB_R_SYS_DIR_QID_ITS, q, 0);
	rm_write(rm, DLB_R_LSP_QID_DIR_DEPTH_THRSH, q, depth_threshold);
	rm_write(rm, DLB_R_SYS_DIR_QID_V, q, 1);
	return ret;
}

/* sequences.rst, Queue depth. Field positions are 0, so that the registers are the counts. */
uint32_t
rm_ldb_queue_depth(struct dlbrm *rm, unsigned int qid)
{
	return rm_read(rm, DLB_R_LSP_QID_AQED_ACTIVE_CNT, qid) +
	       rm_read(rm, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, qid) +
	       rm_read(rm, DLB_R_LSP_QID_ATM_ACTIVE, qid);
}

uint32_t
rm_dir_queue_depth(struct dlbrm *rm, unsigned int qid)
{
	return rm_read(rm, DLB_R_LSP_QID_DIR_ENQUEUE_CNT, qid);
}

int
dlbrm_ldb_queue_depth(struct dlbrm *rm, unsigned int domain, unsigned int qid)
{
	uint32_t depth;
	int ret;

	ret = rm_domain_check(rm, domain, RM_IN_USABLE);
	if (ret == 0)
		ret = rm_ldb_queue_check(rm, domain, qid);
	if (ret != 0)
		return ret;
	depth = rm_ldb_queue_depth(rm, qid);
	return rm->gone ? -EIO : (int)depth;
}

int
dlbrm_dir_queue_depth(struct dlbrm *rm, unsigned int domain, unsigned int qid)
{
	uint32_t depth;
	int ret;

	ret = rm_domain_check(rm, domain, RM_IN_USABLE);
	if (ret == 0)
		ret = rm_dir_queue_check(rm, domain, qid);
	if (ret != 0)
		return ret;
	depth = rm_dir_queue_depth(rm, qid);
	return rm->gone ? -EIO : (int)depth;
}
