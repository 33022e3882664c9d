/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Ports: creation of load-balanced (LDB) and directed (DIR) ones, scheduling to them on and off,
 * and the limits that DLB 2.5 has for an LDB one besides.
 *
 * A port is a producer port (PP) and a consumer queue (CQ) of the same id. Invariant: the PP is
 * made valid only after its CQ is complete, and the CQ is enabled last of all.
 */

#include "rm.h"

/* --- LDB port creation ---------------------------------------------------------------------- */

static int
cq_conf_check(uint64_t cq_iova, unsigned int cq_depth)
{
	if (cq_iova % DLB_LINE_BYTES != 0 || !dlb_cq_depth_is_legal(cq_depth))
		return -EINVAL;
	return 0;
}

static int
ldb_port_conf_check(const struct dlbrm *rm, const struct dlbrm_ldb_port_config *conf)
{
	if (conf->hist_list_size < 1 || conf->hist_list_size > rm->limits->hist_list_entries)
		return -EINVAL;
	if (conf->cos_id < -1 || conf->cos_id >= DLB_NB_COS)
		return -EINVAL;
	return cq_conf_check(conf->cq_iova, conf->cq_depth);
}

/* A port of the class that the domain owns and has not configured yet, or -1. */
static int
ldb_port_find(const struct dlbrm *rm, unsigned int domain, unsigned int cos)
{
	unsigned int first = cos * DLB_LDB_PORTS_PER_COS;
	unsigned int i;

	for (i = first; i < first + DLB_LDB_PORTS_PER_COS; i++)
		if (rm->ldb_ports[i].domain == domain && !rm->ldb_ports[i].configured)
			return (int)i;
	return -1;
}

/*
 * With no class asked for begin with another class for each port, as bandwidth is shared among
 * classes first. With one asked for the others are the second choice, or none.
 */
static int
ldb_port_choose(const struct dlbrm *rm, unsigned int domain,
		const struct dlbrm_ldb_port_config *conf)
{
	unsigned int nb_classes = conf->cos_id >= 0 && conf->cos_strict ? 1 : DLB_NB_COS;
	unsigned int start = 0;
	unsigned int i;
	int port = -1;

	if (conf->cos_id >= 0)
		start = (unsigned int)conf->cos_id;
	else
		for (i = 0; i < rm->limits->nb_ldb_ports; i++)
			start += rm_ldb_port_is_of(rm, i, domain);
	for (i = 0; i < nb_classes && port < 0; i++)
		port = ldb_port_find(rm, domain, (start + i) % DLB_NB_COS);
	return port;
}

/* sequences.rst, LDB port creation, steps 3 to 11: where and how deep the CQ is. */
static void
ldb_cq_program(struct dlbrm *rm, unsigned int p, const struct dlbrm_ldb_port_config *conf,
	       uint32_t hist_base)
{
	uint32_t code = dlb_cq_depth_code(conf->cq_depth);
	uint32_t source = DLB_F_SYS_LDB_CQ2VF_PF_RO_IS_PF | DLB_F_SYS_LDB_CQ2VF_PF_RO_RO;

	rm_write(rm, DLB_R_SYS_LDB_CQ_ADDR_L, p, (uint32_t)conf->cq_iova);
	rm_write(rm, DLB_R_SYS_LDB_CQ_ADDR_U, p, (uint32_t)(conf->cq_iova >> 32));
	rm_write(rm, DLB_R_SYS_LDB_CQ2VF_PF_RO, p, source);
	rm_write(rm, DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, p, code);
	rm_write(rm, DLB_R_LSP_CQ_LDB_TKN_CNT, p, dlb_cq_token_preload(conf->cq_depth));
	rm_write(rm, DLB_R_LSP_CQ_LDB_TKN_DEPTH_SEL, p, code);
	rm_write(rm, DLB_R_CHP_LDB_CQ_WPTR, p, 0);
	rm_write(rm, DLB_R_CHP_HIST_LIST_LIM, p, hist_base + conf->hist_list_size - 1);
	rm_write(rm, DLB_R_CHP_HIST_LIST_BASE, p, hist_base);
	rm_write(rm, DLB_R_LSP_CQ_LDB_INFL_LIM, p, conf->hist_list_size);
	rm_write(rm, DLB_R_CHP_HIST_LIST_PUSH_PTR, p, hist_base);
	rm_write(rm, DLB_R_CHP_HIST_LIST_POP_PTR, p, hist_base);
}

/* Steps 12 to 15: on whose behalf the CQ is written, and that nothing is mapped to it. */
static void
ldb_cq_attach(struct dlbrm *rm, unsigned int p, unsigned int domain,
	      const struct dlbrm_ldb_port_config *conf)
{
	if (rm_has(rm, DLB_R_SYS_LDB_CQ_AT))
		rm_write(rm, DLB_R_SYS_LDB_CQ_AT, p, 0);
	rm_write(rm, DLB_R_SYS_LDB_CQ_PASID, p, 0);
	rm_write(rm, DLB_R_CHP_LDB_CQ2VAS, p, domain);
	rm_write(rm, DLB_R_LSP_CQ2PRIOV, p, 0);
	/* At the limit itself the threshold, which is switched on for all CQs at once, is void. */
	if (rm->limits->has_inflight_threshold)
		rm_write(rm, DLB_R_LSP_CQ_LDB_INFL_THRESH, p, conf->hist_list_size);
}

/* sequences.rst, LDB port creation. */
int
dlbrm_ldb_port_create(struct dlbrm *rm, unsigned int domain,
		      const struct dlbrm_ldb_port_config *conf)
{
	struct dlbrm_domain *dom;
	uint32_t hist_base;
	int ret, port;
	unsigned int p;

	/* Step 1. */
	ret = rm_domain_check(rm, domain, RM_IN_QUIET);
	if (ret == 0)
		ret = ldb_port_conf_check(rm, conf);
	if (ret != 0)
		return ret;
	dom = &rm->domains[domain];
	port = ldb_port_choose(rm, domain, conf);
	if (port < 0 ||
	    conf->hist_list_size > (unsigned int)dom->nb_hist_list - dom->hist_list_used)
		return -ENOSPC;

	/* Step 2, but for what the flush of step 18 may still refuse. */
	p = (unsigned int)port;
	hist_base = (uint32_t)dom->hist_list_base + dom->hist_list_used;

	ldb_cq_program(rm, p, conf, hist_base);
	ldb_cq_attach(rm, p, domain, conf);
	/* Steps 16 and 17. */
	rm_write(rm, DLB_R_SYS_LDB_PP2VAS, p, domain);
	rm_write(rm, DLB_R_SYS_LDB_PP_V, p, 1);
	/* Step 18. */
	rm_write(rm, DLB_R_LSP_CQ_LDB_DSBL, p, 0);
	rm_flush(rm);
	if (rm->gone)
		return -EIO;

	rm->ldb_ports[p] = (struct dlbrm_ldb_port){
		.domain = (uint8_t)domain,
		.configured = true,
		.enabled = true,
		.cq_depth = (uint16_t)conf->cq_depth,
	};
	dom->hist_list_used = (uint16_t)(dom->hist_list_used + conf->hist_list_size);
	return port;
}

/* --- DIR port creation ---------------------------------------------------------------------- */

/* sequences.rst, DIR port creation, steps 3 to 12. */
static void
dir_port_program(struct dlbrm *rm, unsigned int p, unsigned int domain,
		 const struct dlbrm_dir_port_config *conf)
{
	uint32_t code = dlb_cq_depth_code(conf->cq_depth);
	uint32_t source = DLB_F_SYS_DIR_CQ2VF_PF_RO_IS_PF | DLB_F_SYS_DIR_CQ2VF_PF_RO_RO;

	rm_write(rm, DLB_R_SYS_DIR_CQ_ADDR_L, p, (uint32_t)conf->cq_iova);
	rm_write(rm, DLB_R_SYS_DIR_CQ_ADDR_U, p, (uint32_t)(conf->cq_iova >> 32));
	rm_write(rm, DLB_R_SYS_DIR_CQ2VF_PF_RO, p, source);
	rm_write(rm, DLB_R_CHP_DIR_CQ_TKN_DEPTH_SEL, p, code);
	rm_write(rm, DLB_R_LSP_CQ_DIR_TKN_CNT, p, dlb_cq_token_preload(conf->cq_depth));
	rm_write(rm, DLB_R_LSP_CQ_DIR_TKN_DEPTH_SEL_DSI, p, code);
	rm_write(rm, DLB_R_CHP_DIR_CQ_WPTR, p, 0);
	rm_write(rm, DLB_R_SYS_DIR_CQ_FMT, p, 0);
	if (rm_has(rm, DLB_R_SYS_DIR_CQ_AT))
		rm_write(rm, DLB_R_SYS_DIR_CQ_AT, p, 0);
	rm_write(rm, DLB_R_SYS_DIR_CQ_PASID, p, 0);
	rm_write(rm, DLB_R_CHP_DIR_CQ2VAS, p, domain);
	rm_write(rm, DLB_R_SYS_DIR_PP2VAS, p, domain);
	rm_write(rm, DLB_R_SYS_DIR_PP_V, p, 1);
}

/* sequences.rst, DIR port creation. */
int
dlbrm_dir_port_create(struct dlbrm *rm, unsigned int domain,
		      const struct dlbrm_dir_port_config *conf)
{
	struct dlbrm_dir_pair *pair;
	int ret;

	/* Step 1. */
	ret = rm_domain_check(rm, domain, RM_IN_QUIET);
	if (ret == 0)
		ret = cq_conf_check(conf->cq_iova, conf->cq_depth);
	if (ret == 0)
		ret = rm_dir_pair_for_port(rm, domain, conf->queue_id);
	if (ret < 0)
		return ret;

	dir_port_program(rm, (unsigned int)ret, domain, conf);
	/* Step 13. */
	rm_write(rm, DLB_R_LSP_CQ_DIR_DSBL, (unsigned int)ret, 0);
	rm_flush(rm);
	if (rm->gone)
		return -EIO;

	/* Step 2, which the flush could still have refused. */
	pair = &rm->dir_pairs[ret];
	pair->has_port = true;
	pair->cq_depth = (uint16_t)conf->cq_depth;
	return ret;
}

/* --- settings of a port --------------------------------------------------------------------- */

static int
port_check(const struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port)
{
	return is_ldb ? rm_ldb_port_check(rm, domain, port) : rm_dir_port_check(rm, domain, port);
}

/* sequences.rst, Port enable and disable. */
int
dlbrm_port_enable(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port,
		  bool enable)
{
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE);

	if (ret == 0)
		ret = port_check(rm, domain, is_ldb, port);
	if (ret != 0)
		return ret;
	if (!is_ldb) {
		rm_write(rm, DLB_R_LSP_CQ_DIR_DSBL, port, enable ? 0 : 1);
	} else {
		rm->ldb_ports[port].enabled = enable;
		if (enable)
			rm_ldb_cq_resume(rm, port);
		else
			rm_write(rm, DLB_R_LSP_CQ_LDB_DSBL, port, 1);
	}
	rm_flush(rm);
	return rm_status(rm);
}

/* sequences.rst, CQ weight and inflight threshold. */
int
dlbrm_cq_weight_set(struct dlbrm *rm, unsigned int domain, unsigned int port, unsigned int limit)
{
	int ret;

	if (!rm->limits->has_cq_weight)
		return -EOPNOTSUPP;
	ret = rm_domain_check(rm, domain, RM_IN_QUIET);
	if (ret == 0)
		ret = rm_ldb_port_check(rm, domain, port);
	if (ret != 0)
		return ret;
	if (limit < 1 || limit > rm->ldb_ports[port].cq_depth)
		return -EINVAL;
	rm_write(rm, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT, port,
		 DLB_F_LSP_CFG_CQ_LDB_WU_LIMIT_V |
			 FIELD_PREP(DLB_F_LSP_CFG_CQ_LDB_WU_LIMIT_LIMIT, limit));
	return 0;
}

/* sequences.rst, CQ weight and inflight threshold. */
int
dlbrm_cq_inflight_threshold_set(struct dlbrm *rm, unsigned int domain, unsigned int port,
				bool enable, unsigned int threshold)
{
	int ret;

	if (!rm->limits->has_inflight_threshold)
		return -EOPNOTSUPP;
	ret = rm_domain_check(rm, domain, RM_IN_USABLE);
	if (ret == 0)
		ret = rm_ldb_port_check(rm, domain, port);
	if (ret != 0)
		return ret;
	if (threshold > rm->limits->hist_list_entries)
		return -EINVAL;
	rm_write(rm, DLB_R_LSP_CFG_CTRL_GENERAL_0, 0,
		 enable ? DLB_F_LSP_CFG_CTRL_GENERAL_0_ENAB_IF_THRESH : 0);
	if (enable)
		rm_write(rm, DLB_R_LSP_CQ_LDB_INFL_THRESH, port, threshold);
	return 0;
}
