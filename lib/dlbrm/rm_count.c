/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Counting what is free: of the device for a new domain, of a domain for its next queues and ports.
 *
 * Counts are taken from the owners of things when they are asked for, so they cannot be out of step
 * with them. No register is read.
 *
 * LDB = load-balanced, DIR = directed, CoS = class of service.
 */

#include "rm.h"

/* Objects that this owner, or nobody, has and that are not configured. */
static void
objects_count(const struct dlbrm *rm, uint8_t owner, struct dlbrm_resources *res)
{
	const struct dlbrm_dir_pair *pair;
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_queues; i++)
		res->nb_ldb_queues +=
			rm->ldb_queues[i].domain == owner && !rm->ldb_queues[i].configured;
	for (i = 0; i < rm->limits->nb_ldb_ports; i++)
		res->nb_cos_ldb_ports[i / DLB_LDB_PORTS_PER_COS] +=
			rm->ldb_ports[i].domain == owner && !rm->ldb_ports[i].configured;
	for (i = 0; i < rm->limits->nb_dir_ports; i++) {
		pair = &rm->dir_pairs[i];
		res->nb_dir_ports += pair->domain == owner && !pair->has_port && !pair->has_queue;
	}
}

/* Entries from here to the first one that a domain owns; 0 if that is the first of all. */
static unsigned int
hist_list_run(const struct dlbrm *rm, unsigned int from)
{
	unsigned int end = rm->limits->hist_list_entries;
	const struct dlbrm_domain *dom;
	unsigned int i;

	for (i = 0; i < rm->limits->nb_domains; i++) {
		dom = &rm->domains[i];
		if (from < (unsigned int)dom->hist_list_base + dom->nb_hist_list &&
		    dom->hist_list_base < end)
			end = dom->hist_list_base;
	}
	return end > from ? end - from : 0;
}

void
dlbrm_free_get(const struct dlbrm *rm, struct dlbrm_resources *res)
{
	const struct dlbrm_domain *dom;
	unsigned int i, run;

	*res = (struct dlbrm_resources){
		.nb_atomic_inflights = rm->limits->aqed_entries,
		.nb_hist_list_entries = rm->limits->hist_list_entries,
		.max_hist_list_run = hist_list_run(rm, 0),
		.nb_ldb_credits = rm->limits->ldb_credits,
		.nb_dir_credits = rm->limits->dir_credits,
	};
	objects_count(rm, DLBRM_NONE, res);
	for (i = 0; i < rm->limits->nb_domains; i++) {
		dom = &rm->domains[i];
		res->nb_domains += dom->state == DLBRM_DOMAIN_FREE;
		res->nb_atomic_inflights -= dom->nb_atomic_inflights;
		res->nb_hist_list_entries -= dom->nb_hist_list;
		res->nb_ldb_credits -= dom->nb_ldb_credits;
		res->nb_dir_credits -= dom->nb_dir_credits;
		run = hist_list_run(rm, (unsigned int)dom->hist_list_base + dom->nb_hist_list);
		if (run > res->max_hist_list_run)
			res->max_hist_list_run = run;
	}
}

int
dlbrm_domain_free_get(const struct dlbrm *rm, unsigned int domain, struct dlbrm_resources *res)
{
	const struct dlbrm_domain *dom;
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE);

	if (ret != 0)
		return ret;
	dom = &rm->domains[domain];
	*res = (struct dlbrm_resources){
		.nb_atomic_inflights =
			(unsigned int)dom->nb_atomic_inflights - dom->atomic_inflights_used,
		.nb_hist_list_entries = (unsigned int)dom->nb_hist_list - dom->hist_list_used,
		.max_hist_list_run = (unsigned int)dom->nb_hist_list - dom->hist_list_used,
		.nb_ldb_credits = dom->nb_ldb_credits,
		.nb_dir_credits = dom->nb_dir_credits,
	};
	objects_count(rm, (uint8_t)domain, res);
	return 0;
}
