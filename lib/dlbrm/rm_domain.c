/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Scheduling domains: what each is given, who owns what, start and stop.
 *
 * Ids are handed out at creation of the domain, so that later steps can only run out of what the
 * domain itself has. It knows no queue and port settings. Invariant: an object or an entry of a
 * budget has at most one owner; creating a domain takes all it was asked for or nothing.
 *
 * LDB = load-balanced, DIR = directed, CoS = class of service, VAS = the hardware's word for a
 * domain.
 */

#include "rm.h"

int
rm_domain_check(const struct dlbrm *rm, unsigned int domain, uint32_t states)
{
	if (domain >= rm->limits->nb_domains)
		return -EINVAL;
	if (rm->domains[domain].state == DLBRM_DOMAIN_FREE)
		return -ENOENT;
	if ((states & RM_IN(rm->domains[domain].state)) == 0)
		return -EPERM;
	return rm_status(rm);
}

int
rm_ldb_port_check(const struct dlbrm *rm, unsigned int domain, unsigned int port)
{
	if (port >= rm->limits->nb_ldb_ports)
		return -EINVAL;
	return rm_ldb_port_is_of(rm, port, domain) ? 0 : -ENOENT;
}

int
rm_dir_port_check(const struct dlbrm *rm, unsigned int domain, unsigned int port)
{
	if (port >= rm->limits->nb_dir_ports)
		return -EINVAL;
	return rm_dir_port_is_of(rm, port, domain) ? 0 : -ENOENT;
}

int
rm_ldb_queue_check(const struct dlbrm *rm, unsigned int domain, unsigned int qid)
{
	if (qid >= rm->limits->nb_ldb_queues)
		return -EINVAL;
	return rm_ldb_queue_is_of(rm, qid, domain) ? 0 : -ENOENT;
}

int
rm_dir_queue_check(const struct dlbrm *rm, unsigned int domain, unsigned int qid)
{
	if (qid >= rm->limits->nb_dir_ports)
		return -EINVAL;
	return rm_dir_queue_is_of(rm, qid, domain) ? 0 : -ENOENT;
}

/* --- choosing ------------------------------------------------------------------------------- */

/* A set of LDB ports has one bit each. */
static uint64_t
port_bit(unsigned int port)
{
	return (uint64_t)1 << port;
}

/* A free port of the class that is not in the set yet, or -1. */
static int
ldb_port_find(const struct dlbrm *rm, uint64_t taken, unsigned int cos)
{
	unsigned int first = cos * DLB_LDB_PORTS_PER_COS;
	unsigned int i;

	for (i = first; i < first + DLB_LDB_PORTS_PER_COS; i++)
		if (rm->ldb_ports[i].domain == DLBRM_NONE && (taken & port_bit(i)) == 0)
			return (int)i;
	return -1;
}

/* The same of any class, asking the class first that is the start's. */
static int
ldb_port_find_any(const struct dlbrm *rm, uint64_t taken, unsigned int start)
{
	unsigned int i;
	int port = -1;

	for (i = 0; i < DLB_NB_COS && port < 0; i++)
		port = ldb_port_find(rm, taken, (start + i) % DLB_NB_COS);
	return port;
}

/* Choose the domain's LDB ports, unclassed ones from all classes in turn. */
static int
ldb_ports_choose(const struct dlbrm *rm, const struct dlbrm_domain_config *conf, uint64_t *taken)
{
	unsigned int cos, i;
	int port;

	*taken = 0;
	for (cos = 0; cos < DLB_NB_COS; cos++) {
		for (i = 0; i < conf->nb_cos_ldb_ports[cos]; i++) {
			port = ldb_port_find(rm, *taken, cos);
			if (port < 0 && !conf->cos_strict)
				port = ldb_port_find_any(rm, *taken, cos);
			if (port < 0)
				return -ENOSPC;
			*taken |= port_bit((unsigned int)port);
		}
	}
	for (i = 0; i < conf->nb_ldb_ports; i++) {
		port = ldb_port_find_any(rm, *taken, i);
		if (port < 0)
			return -ENOSPC;
		*taken |= port_bit((unsigned int)port);
	}
	return 0;
}

/* Are the entries [base, base + len) of the history list without owner? */
static bool
hist_list_is_free(const struct dlbrm *rm, uint32_t base, uint32_t len)
{
	const struct dlbrm_domain *dom;
	unsigned int i;

	for (i = 0; i < rm->limits->nb_domains; i++) {
		dom = &rm->domains[i];
		if (base < (uint32_t)dom->hist_list_base + dom->nb_hist_list &&
		    dom->hist_list_base < base + len)
			return false;
	}
	return base + len <= rm->limits->hist_list_entries;
}

/* Behind every place in the history list. */
#define NOWHERE (DLB_MAX_HIST_LIST + 1)

/*
 * First fit: a range that fits at all also fits at the start of the list or right behind the
 * range of some domain. Free ranges need no merging, as there is no list of them.
 */
static int
hist_list_choose(const struct dlbrm *rm, uint32_t len, uint16_t *base)
{
	uint32_t best = NOWHERE;
	uint32_t at;
	unsigned int i;

	if (len > rm->limits->hist_list_entries)
		return -ENOSPC;
	if (hist_list_is_free(rm, 0, len))
		best = 0;
	for (i = 0; i < rm->limits->nb_domains && best != 0; i++) {
		if (rm->domains[i].nb_hist_list == 0)
			continue;
		at = (uint32_t)rm->domains[i].hist_list_base + rm->domains[i].nb_hist_list;
		if (at < best && hist_list_is_free(rm, at, len))
			best = at;
	}
	if (best == NOWHERE)
		return -ENOSPC;
	*base = (uint16_t)best;
	return 0;
}

/* Are there as many free LDB queues and DIR ports? */
static bool
queues_suffice(const struct dlbrm *rm, const struct dlbrm_domain_config *conf)
{
	unsigned int ldb = 0, dir = 0;
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_queues; i++)
		ldb += rm->ldb_queues[i].domain == DLBRM_NONE;
	for (i = 0; i < rm->limits->nb_dir_ports; i++)
		dir += rm->dir_pairs[i].domain == DLBRM_NONE;
	return conf->nb_ldb_queues <= ldb && conf->nb_dir_ports <= dir;
}

/* What is left of the device's budgets is its total less what the domains have. */
static bool
budgets_suffice(const struct dlbrm *rm, const struct dlbrm_domain_config *conf)
{
	uint64_t ldb_credits = conf->nb_ldb_credits;
	uint64_t dir_credits = conf->nb_dir_credits;
	uint64_t atomic = conf->nb_atomic_inflights;
	unsigned int i;

	if (rm->limits->combined_credits) {
		ldb_credits += dir_credits;
		dir_credits = 0;
	}
	for (i = 0; i < rm->limits->nb_domains; i++) {
		ldb_credits += rm->domains[i].nb_ldb_credits;
		dir_credits += rm->domains[i].nb_dir_credits;
		atomic += rm->domains[i].nb_atomic_inflights;
	}
	return ldb_credits <= rm->limits->ldb_credits && dir_credits <= rm->limits->dir_credits &&
	       atomic <= rm->limits->aqed_entries;
}

/* --- creation ------------------------------------------------------------------------------- */

static void
objects_take(struct dlbrm *rm, uint8_t domain, const struct dlbrm_domain_config *conf,
	     uint64_t ldb_ports)
{
	unsigned int nb_queues = conf->nb_ldb_queues;
	unsigned int nb_pairs = conf->nb_dir_ports;
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_ports; i++)
		if ((ldb_ports & port_bit(i)) != 0)
			rm->ldb_ports[i].domain = domain;
	for (i = 0; i < rm->limits->nb_ldb_queues && nb_queues != 0; i++) {
		if (rm->ldb_queues[i].domain == DLBRM_NONE) {
			rm->ldb_queues[i].domain = domain;
			nb_queues--;
		}
	}
	for (i = 0; i < rm->limits->nb_dir_ports && nb_pairs != 0; i++) {
		if (rm->dir_pairs[i].domain == DLBRM_NONE) {
			rm->dir_pairs[i].domain = domain;
			nb_pairs--;
		}
	}
}

static void
budgets_take(const struct dlbrm *rm, struct dlbrm_domain *dom,
	     const struct dlbrm_domain_config *conf, uint16_t hist_list_base)
{
	unsigned int ldb_credits = conf->nb_ldb_credits;
	unsigned int dir_credits = conf->nb_dir_credits;

	if (rm->limits->combined_credits) {
		ldb_credits += dir_credits;
		dir_credits = 0;
	}
	*dom = (struct dlbrm_domain){
		.state = DLBRM_DOMAIN_CREATED,
		.nb_hist_list = (uint16_t)conf->nb_hist_list_entries,
		.hist_list_base = hist_list_base,
		.nb_atomic_inflights = (uint16_t)conf->nb_atomic_inflights,
		.nb_ldb_credits = (uint16_t)ldb_credits,
		.nb_dir_credits = (uint16_t)dir_credits,
	};
}

/* sequences.rst, Domain creation. */
int
dlbrm_domain_create(struct dlbrm *rm, const struct dlbrm_domain_config *conf)
{
	struct dlbrm_domain *dom;
	uint16_t hist_list_base;
	uint64_t ldb_ports;
	uint8_t d;

	/* Step 1. */
	if (rm->gone)
		return -EIO;
	for (d = 0; d < rm->limits->nb_domains; d++)
		if (rm->domains[d].state == DLBRM_DOMAIN_FREE)
			break;
	if (d == rm->limits->nb_domains || !queues_suffice(rm, conf) || !budgets_suffice(rm, conf))
		return -ENOSPC;
	if (hist_list_choose(rm, conf->nb_hist_list_entries, &hist_list_base) != 0 ||
	    ldb_ports_choose(rm, conf, &ldb_ports) != 0)
		return -ENOSPC;

	/* Step 2. */
	dom = &rm->domains[d];
	objects_take(rm, d, conf, ldb_ports);
	budgets_take(rm, dom, conf, hist_list_base);

	/* Step 3. */
	if (rm->limits->combined_credits) {
		rm_write(rm, DLB_R_CHP_CFG_VAS_CRD, d, dom->nb_ldb_credits);
	} else {
		rm_write(rm, DLB_R_CHP_CFG_LDB_VAS_CRD, d, dom->nb_ldb_credits);
		rm_write(rm, DLB_R_CHP_CFG_DIR_VAS_CRD, d, dom->nb_dir_credits);
	}
	return d;
}

/* --- start and stop ------------------------------------------------------------------------- */

void
rm_domain_vasqid_write(struct dlbrm *rm, unsigned int domain, uint32_t value)
{
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_queues; i++)
		if (rm_ldb_queue_is_of(rm, i, domain))
			rm_write(rm, DLB_R_SYS_LDB_VASQID_V, domain * rm->limits->nb_ldb_queues + i,
				 value);
	for (i = 0; i < rm->limits->nb_dir_ports; i++)
		if (rm_dir_queue_is_of(rm, i, domain))
			rm_write(rm, DLB_R_SYS_DIR_VASQID_V, domain * rm->limits->nb_dir_ports + i,
				 value);
}

/* sequences.rst, Domain start. */
int
dlbrm_domain_start(struct dlbrm *rm, unsigned int domain)
{
	int ret = rm_domain_check(rm, domain, RM_IN_QUIET);

	if (ret != 0)
		return ret;
	rm_domain_vasqid_write(rm, domain, 1);
	rm_flush(rm);
	if (!rm->gone)
		rm->domains[domain].state = DLBRM_DOMAIN_STARTED;
	return rm_status(rm);
}

/* sequences.rst, Domain stop. */
int
dlbrm_domain_stop(struct dlbrm *rm, unsigned int domain)
{
	int ret = rm_domain_check(rm, domain, RM_IN(DLBRM_DOMAIN_STARTED));
	unsigned int i;

	if (ret != 0)
		return ret;
	/* Step 1. */
	rm_domain_vasqid_write(rm, domain, 0);
	rm_flush(rm);
	/* Step 2. */
	for (i = 0; i < rm->limits->nb_ldb_ports; i++)
		if (rm_ldb_port_is_of(rm, i, domain))
			rm_ldb_cq_drain(rm, i);
	for (i = 0; i < rm->limits->nb_dir_ports; i++)
		if (rm_dir_port_is_of(rm, i, domain))
			rm_dir_cq_drain(rm, i);
	rm->domains[domain].state = DLBRM_DOMAIN_STOPPED;
	return rm_status(rm);
}
