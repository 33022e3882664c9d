/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Resource planning, see dlb_plan.h: which queues and ports are directed (DIR), how many lanes a
 * load-balanced (LDB) port gets, how deep its consumer queues (CQs) are, and how sequence numbers
 * (SNs), inflights and history entries are shared out.
 *
 * Knows neither DPDK nor a device. Invariant: what a plan asks for in sum is within the limits.
 */

#include "dlb_plan.h"

#include <errno.h>
#include <string.h>

#define MIN_CQ_DEPTH	 8
#define MIN_LOCK_IDS	 64
#define MAX_LOCK_IDS	 4096
#define UNCOMPRESSED_IDS 65536

static unsigned int
pow2_ceil(unsigned int value)
{
	unsigned int pow2 = 1;

	while (pow2 < value)
		pow2 *= 2;
	return pow2;
}

static unsigned int
min_uint(unsigned int a, unsigned int b)
{
	return a < b ? a : b;
}

static unsigned int
port_nb_links(const struct dlb_setup *setup, unsigned int port)
{
	unsigned int nb = 0;

	for (unsigned int q = 0; q < setup->nb_queues; q++)
		nb += setup->ports[port].links[q].is_linked;
	return nb;
}

static unsigned int
queue_nb_links(const struct dlb_setup *setup, unsigned int queue)
{
	unsigned int nb = 0;

	for (unsigned int p = 0; p < setup->nb_ports; p++)
		nb += setup->ports[p].links[queue].is_linked;
	return nb;
}

static unsigned int
nb_lanes_for(unsigned int nb_links)
{
	return nb_links == 0 ? 1 : (nb_links + DLB_NB_SLOTS - 1) / DLB_NB_SLOTS;
}

static bool
is_ordered_capable(const struct dlb_setup_queue *queue)
{
	return queue->type == DLB_QUEUE_ORDERED || queue->type == DLB_QUEUE_ALL_TYPES;
}

static bool
is_atomic_capable(const struct dlb_setup_queue *queue)
{
	return queue->type == DLB_QUEUE_ATOMIC || queue->type == DLB_QUEUE_ALL_TYPES;
}

static int
check_queue(const struct dlb_setup *setup, unsigned int q, struct dlb_why *why)
{
	unsigned int nb_links = queue_nb_links(setup, q);

	if (!setup->queues[q].is_set_up)
		return dlb_why_set(why, -ESTALE, "queue %u of %u is not set up", q,
				   setup->nb_queues);
	if (nb_links == 0)
		return dlb_why_set(why, -ENOLINK, "queue %u is not linked to any port", q);
	if (setup->queues[q].is_single_link && nb_links > 1)
		return dlb_why_set(why, -EDQUOT,
				   "SINGLE_LINK queue %u is linked to %u ports, allowed: 1", q,
				   nb_links);
	return 0;
}

static int
check_port(const struct dlb_setup *setup, unsigned int p, struct dlb_why *why)
{
	const struct dlb_setup_port *port = &setup->ports[p];
	unsigned int nb_links = port_nb_links(setup, p);

	if (!port->is_set_up || !port->is_single_link)
		return 0;
	if (nb_links > 1)
		return dlb_why_set(why, -EDQUOT,
				   "SINGLE_LINK port %u is linked to %u queues, allowed: 1", p,
				   nb_links);
	for (unsigned int q = 0; q < setup->nb_queues; q++)
		if (port->links[q].is_linked && !setup->queues[q].is_single_link)
			return dlb_why_set(
				why, -EINVAL,
				"SINGLE_LINK port %u is linked to queue %u, which is not", p, q);
	return 0;
}

/* Set-up and links come in any order: what link() could not see yet is checked here. */
static int
check_setup(const struct dlb_setup *setup, struct dlb_why *why)
{
	int ret = 0;

	if (setup->nb_queues == 0)
		ret = dlb_why_set(why, -EINVAL, "the device is not configured");
	for (unsigned int p = 0; p < setup->nb_ports && ret == 0; p++)
		ret = check_port(setup, p, why);
	for (unsigned int q = 0; q < setup->nb_queues && ret == 0; q++)
		ret = check_queue(setup, q, why);
	return ret;
}

/* A directed port needs no queue as long as it only enqueues. */
static void
plan_directed_port(struct dlb_plan *plan, const struct dlb_setup *setup, unsigned int p)
{
	struct dlb_plan_port *port = &plan->ports[p];

	port->is_directed = true;
	port->nb_lanes = 1;
	port->cq_depth = (uint16_t)setup->cq_depth;
	plan->nb_dir_pairs++;
	for (unsigned int q = 0; q < setup->nb_queues; q++) {
		if (!setup->ports[p].links[q].is_linked)
			continue;
		port->lane[q] = 0;
		plan->nb_dir_queues++;
		plan->queues[q] = (struct dlb_plan_queue){
			.is_directed = true,
			.dir_port = (uint8_t)p,
		};
	}
}

/*
 * Neighbouring queues share a lane, in equal numbers: queue priorities hold within a lane, and
 * each lane has slots left for links made later.
 */
static void
plan_ldb_port(struct dlb_plan *plan, const struct dlb_setup *setup, unsigned int p)
{
	const unsigned int nb_links = port_nb_links(setup, p);
	const unsigned int nb_lanes = nb_lanes_for(nb_links);
	struct dlb_plan_port *port = &plan->ports[p];
	unsigned int nr = 0;

	port->nb_lanes = (uint8_t)nb_lanes;
	plan->nb_ldb_lanes += nb_lanes;
	for (unsigned int q = 0; q < setup->nb_queues; q++)
		if (setup->ports[p].links[q].is_linked)
			port->lane[q] = (int8_t)(nr++ * nb_lanes / nb_links);
}

/*
 * Ports without a link only enqueue, at least for now. They get what is left: LDB lanes, which
 * can be linked later, then directed ones.
 */
static void
plan_ports(struct dlb_plan *plan, const struct dlb_setup *setup, const struct dlb_limits *limits)
{
	for (unsigned int p = 0; p < setup->nb_ports; p++) {
		if (setup->ports[p].is_single_link)
			plan_directed_port(plan, setup, p);
		else if (port_nb_links(setup, p) > 0)
			plan_ldb_port(plan, setup, p);
	}
	for (unsigned int p = 0; p < setup->nb_ports; p++) {
		if (plan->ports[p].nb_lanes > 0 || !setup->ports[p].is_set_up)
			continue;
		if (plan->nb_ldb_lanes < limits->nb_ldb_ports)
			plan_ldb_port(plan, setup, p);
		else
			plan_directed_port(plan, setup, p);
	}
}

/*
 * A CQ can hold no more than its history list, and all lanes share 2048 history entries. The
 * events that all lanes of a port hold are named in 7 bits.
 */
static void
plan_depths(struct dlb_plan *plan, const struct dlb_setup *setup, const struct dlb_limits *limits)
{
	unsigned int depth = min_uint(setup->cq_depth, DLB_PLAN_WINDOW);

	while (depth > MIN_CQ_DEPTH && depth * plan->nb_ldb_lanes > limits->hist_list_entries)
		depth /= 2;
	for (unsigned int p = 0; p < setup->nb_ports; p++) {
		struct dlb_plan_port *port = &plan->ports[p];

		if (port->is_directed)
			continue;
		port->cq_depth =
			(uint16_t)min_uint(depth, DLB_PLAN_WINDOW / pow2_ceil(port->nb_lanes));
		plan->nb_hist_entries += (unsigned int)port->nb_lanes * port->cq_depth;
	}
}

/* SNs of each ordered queue: as many as leave room for all of them in the groups. */
static unsigned int
share_of_sns(unsigned int nb_ordered, const struct dlb_limits *limits)
{
	unsigned int sns = limits->sns_per_group;

	while (sns > DLB_MIN_SNS_PER_QUEUE &&
	       limits->sn_groups * (limits->sns_per_group / sns) < nb_ordered)
		sns /= 2;
	return sns;
}

static uint32_t
lock_id_comp_level(uint32_t nb_atomic_flows)
{
	if (nb_atomic_flows > MAX_LOCK_IDS)
		return UNCOMPRESSED_IDS;
	return pow2_ceil(nb_atomic_flows < MIN_LOCK_IDS ? MIN_LOCK_IDS : nb_atomic_flows);
}

/*
 * A SINGLE_LINK queue of a port that is not so flagged has a single consumer: parallel scheduling
 * keeps it first-in, first-out.
 */
static void
plan_ldb_queues(struct dlb_plan *plan, const struct dlb_setup *setup,
		const struct dlb_limits *limits)
{
	for (unsigned int q = 0; q < setup->nb_queues; q++) {
		if (plan->queues[q].is_directed)
			continue;
		plan->nb_ldb_queues++;
		plan->nb_ordered +=
			!setup->queues[q].is_single_link && is_ordered_capable(&setup->queues[q]);
		plan->nb_atomic +=
			!setup->queues[q].is_single_link && is_atomic_capable(&setup->queues[q]);
	}
	plan->sns_per_queue = plan->nb_ordered > 0 ? share_of_sns(plan->nb_ordered, limits) : 0;

	for (unsigned int q = 0; q < setup->nb_queues; q++) {
		const struct dlb_setup_queue *wanted = &setup->queues[q];
		struct dlb_plan_queue *queue = &plan->queues[q];

		if (queue->is_directed)
			continue;
		queue->nb_inflights = (uint16_t)limits->max_qid_inflights;
		if (wanted->is_single_link)
			continue;
		if (is_ordered_capable(wanted)) {
			queue->nb_sequence_numbers = (uint16_t)plan->sns_per_queue;
			queue->nb_inflights = (uint16_t)plan->sns_per_queue;
		}
		if (is_atomic_capable(wanted)) {
			queue->nb_atomic_inflights =
				(uint16_t)(limits->aqed_entries / plan->nb_atomic);
			queue->lock_id_comp_level = lock_id_comp_level(wanted->nb_atomic_flows);
			plan->nb_atomic_inflights += queue->nb_atomic_inflights;
		}
	}
}

static int
check_totals(const struct dlb_plan *plan, const struct dlb_limits *limits, struct dlb_why *why)
{
	const struct {
		const char *what;
		unsigned int wanted;
		unsigned int limit;
	} totals[] = {
		{ "queues that are not SINGLE_LINK with a SINGLE_LINK port", plan->nb_ldb_queues,
		  limits->nb_ldb_queues },
		{ "hardware ports (8 links each) of ports that are not SINGLE_LINK",
		  plan->nb_ldb_lanes, limits->nb_ldb_ports },
		{ "ports that are SINGLE_LINK or get no load-balanced hardware port",
		  plan->nb_dir_pairs, limits->nb_dir_ports },
		{ "history list entries", plan->nb_hist_entries, limits->hist_list_entries },
		/* Of one that got none the device would drop all events. */
		{ "queues for atomic scheduling, which take an atomic inflight each,",
		  plan->nb_atomic, limits->aqed_entries },
	};

	for (unsigned int i = 0; i < sizeof(totals) / sizeof(totals[0]); i++)
		if (totals[i].wanted > totals[i].limit)
			return dlb_why_set(why, -ENOSPC, "%u %s are too many: a DLB %s has %u",
					   totals[i].wanted, totals[i].what, limits->name,
					   totals[i].limit);
	return 0;
}

int
dlb_plan_make(struct dlb_plan *plan, const struct dlb_setup *setup, const struct dlb_limits *limits,
	      struct dlb_why *why)
{
	int ret = check_setup(setup, why);

	if (ret != 0)
		return ret;
	*plan = (struct dlb_plan){ 0 };
	for (unsigned int p = 0; p < setup->nb_ports; p++)
		memset(plan->ports[p].lane, -1, sizeof(plan->ports[p].lane));
	plan_ports(plan, setup, limits);
	plan_depths(plan, setup, limits);
	plan_ldb_queues(plan, setup, limits);
	return check_totals(plan, limits, why);
}

static int
check_single_link(const struct dlb_setup *setup, unsigned int port, unsigned int queue,
		  struct dlb_why *why)
{
	if (setup->queues[queue].is_single_link && queue_nb_links(setup, queue) > 0)
		return dlb_why_set(why, -EDQUOT,
				   "SINGLE_LINK queue %u is linked already, allowed: 1 port",
				   queue);
	if (!setup->ports[port].is_single_link)
		return 0;
	if (setup->queues[queue].is_set_up && !setup->queues[queue].is_single_link)
		return dlb_why_set(why, -EINVAL,
				   "port %u is SINGLE_LINK and queue %u is not, allowed: a queue "
				   "that is",
				   port, queue);
	if (port_nb_links(setup, port) > 0)
		return dlb_why_set(why, -EDQUOT,
				   "SINGLE_LINK port %u is linked already, allowed: 1 queue", port);
	return 0;
}

int
dlb_plan_check_link(const struct dlb_setup *setup, const struct dlb_limits *limits,
		    unsigned int port, unsigned int queue, struct dlb_why *why)
{
	unsigned int nb_lanes = 0;
	int ret;

	if (setup->ports[port].links[queue].is_linked)
		return 0;
	ret = check_single_link(setup, port, queue, why);
	if (ret != 0 || setup->ports[port].is_single_link)
		return ret;
	for (unsigned int p = 0; p < setup->nb_ports; p++) {
		unsigned int nb_links = port_nb_links(setup, p) + (p == port);

		if (!setup->ports[p].is_single_link && nb_links > 0)
			nb_lanes += nb_lanes_for(nb_links);
	}
	if (nb_lanes > limits->nb_ldb_ports)
		return dlb_why_set(why, -EDQUOT,
				   "all ports would need %u hardware ports of %u links each, "
				   "allowed: %u hardware ports",
				   nb_lanes, DLB_NB_SLOTS, limits->nb_ldb_ports);
	return 0;
}
