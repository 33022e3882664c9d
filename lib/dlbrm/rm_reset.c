/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Domain reset: empty everything that a domain owns, put its registers back to their reset values
 * and take its resources back.
 *
 * The device has no command for it: elements leave a queue only through a consumer queue (CQ), so
 * the reset lets the device schedule and gives back what arrives until nothing is left. Each
 * phase has a deadline; when one passes the domain stays BROKEN, with all it owns. Software must
 * be silent, and CQ memory is written to until the end.
 *
 * LDB = load-balanced, DIR = directed, PP = producer port, QID = queue id.
 */

#include "rm.h"

/* Registers settle within microseconds; only a dead device meets these bounds, of seconds. */
#define INFLIGHT_POLLS	  409600
#define DRAIN_ROUNDS_V2_0 (4 * 8192)
#define DRAIN_ROUNDS_V2_5 (4 * 16384)
#define DRAIN_POLL_US	  1

/*
 * As many rounds as the device has elements to drain, four times over; a round that drains several
 * counts for as many. One that drains as much as it likes is not a device.
 */
static unsigned int
drain_rounds(const struct dlbrm *rm)
{
	return rm->limits->combined_credits ? DRAIN_ROUNDS_V2_5 : DRAIN_ROUNDS_V2_0;
}

/* Scheduling to all CQs of the kind on or off, whatever their user or an unmap wants. */
static void
ldb_cqs_enable(struct dlbrm *rm, unsigned int domain, bool enable)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++) {
		if (!rm_ldb_port_is_of(rm, p, domain))
			continue;
		rm->ldb_ports[p].enabled = enable;
		rm_write(rm, DLB_R_LSP_CQ_LDB_DSBL, p, enable ? 0 : 1);
	}
	rm_flush(rm);
}

static void
dir_cqs_enable(struct dlbrm *rm, unsigned int domain, bool enable)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_dir_ports; p++) {
		if (!rm_dir_port_is_of(rm, p, domain))
			continue;
		rm_write(rm, DLB_R_LSP_CQ_DIR_DSBL, p, enable ? 0 : 1);
	}
	rm_flush(rm);
}

/* Steps 1 to 3: no more interrupts, watchdogs, enqueues and checks of sequence numbers. */
static void
domain_quiesce(struct dlbrm *rm, unsigned int domain)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_dir_ports; p++) {
		if (rm_dir_port_is_of(rm, p, domain)) {
			rm_write(rm, DLB_R_CHP_DIR_CQ_INT_ENB, p, 0);
			rm_write(rm, DLB_R_CHP_DIR_CQ_WD_ENB, p, 0);
		}
	}
	for (p = 0; p < rm->limits->nb_ldb_ports; p++) {
		if (rm_ldb_port_is_of(rm, p, domain)) {
			rm_write(rm, DLB_R_CHP_LDB_CQ_INT_ENB, p, 0);
			rm_write(rm, DLB_R_CHP_LDB_CQ_WD_ENB, p, 0);
		}
	}
	rm_domain_vasqid_write(rm, domain, 0);
	for (p = 0; p < rm->limits->nb_ldb_ports; p++)
		if (rm_ldb_port_is_of(rm, p, domain))
			rm_write(rm, DLB_R_CHP_SN_CHK_ENBL, p, 0);
}

/* How much the CQs held. */
static uint32_t
ldb_cqs_drain(struct dlbrm *rm, unsigned int domain)
{
	uint32_t drained = 0;
	unsigned int p;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++)
		if (rm_ldb_port_is_of(rm, p, domain))
			drained += rm_ldb_cq_drain(rm, p);
	return drained;
}

static uint32_t
dir_cqs_drain(struct dlbrm *rm, unsigned int domain)
{
	uint32_t drained = 0;
	unsigned int p;

	for (p = 0; p < rm->limits->nb_dir_ports; p++)
		if (rm_dir_port_is_of(rm, p, domain))
			drained += rm_dir_cq_drain(rm, p);
	return drained;
}

/* Step 6: the completions of step 5 must arrive. */
static int
inflights_wait(struct dlbrm *rm, unsigned int domain)
{
	unsigned int i, p;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++) {
		if (!rm_ldb_port_is_of(rm, p, domain))
			continue;
		for (i = 0; i < INFLIGHT_POLLS; i++)
			if (rm_read(rm, DLB_R_LSP_CQ_LDB_INFL_CNT, p) == 0)
				break;
		if (i == INFLIGHT_POLLS)
			return -ETIMEDOUT;
	}
	return rm_status(rm);
}

static bool
mapped_queues_are_empty(struct dlbrm *rm, unsigned int domain)
{
	unsigned int q;

	for (q = 0; q < rm->limits->nb_ldb_queues; q++)
		if (rm_ldb_queue_is_of(rm, q, domain) && rm_ldb_queue_is_mapped(rm, q) &&
		    rm_ldb_queue_depth(rm, q) != 0)
			return false;
	return true;
}

/*
 * Step 9. A round that found nothing in any CQ and then nothing in any queue is the last: an
 * element between the two, one that a completion released for instance, shows up in one of them.
 */
static int
mapped_queues_drain(struct dlbrm *rm, unsigned int domain)
{
	unsigned int rounds = drain_rounds(rm);
	unsigned int i;
	uint32_t drained;

	for (i = 0; i < rounds && !rm->gone; i += drained != 0 ? drained : 1) {
		drained = ldb_cqs_drain(rm, domain);
		if (drained == 0 && mapped_queues_are_empty(rm, domain))
			break;
		if (drained == 0)
			rm->io->delay_us(rm->ctx, DRAIN_POLL_US);
	}
	if (i >= rounds)
		return -ETIMEDOUT;
	ldb_cqs_enable(rm, domain, false);
	ldb_cqs_drain(rm, domain);
	ldb_cqs_enable(rm, domain, true);
	return rm_status(rm);
}

static int
first_ldb_port(const struct dlbrm *rm, unsigned int domain)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++)
		if (rm_ldb_port_is_of(rm, p, domain))
			return (int)p;
	return -1;
}

/* Step 10: a queue without mapping gets one, as there is no other way out of it. */
static int
unmapped_queues_drain(struct dlbrm *rm, unsigned int domain)
{
	int port = first_ldb_port(rm, domain);
	unsigned int q;
	int ret;

	for (q = 0; q < rm->limits->nb_ldb_queues; q++) {
		if (!rm_ldb_queue_is_of(rm, q, domain) || rm_ldb_queue_is_mapped(rm, q) ||
		    rm_ldb_queue_depth(rm, q) == 0)
			continue;
		if (port < 0)
			return -ETIMEDOUT;
		rm_map_leftover(rm, (unsigned int)port, q);
		if (!rm_ldb_queue_is_mapped(rm, q))
			return rm->gone ? -EIO : -ETIMEDOUT;
		ret = mapped_queues_drain(rm, domain);
		if (ret != 0)
			return ret;
	}
	return rm_status(rm);
}

/* Depths of the DIR queues: 0 all empty, 1 some not, 2 one that no port will ever empty. */
enum dir_depths {
	DIR_EMPTY,
	DIR_WAITING,
	DIR_STUCK,
};

static enum dir_depths
dir_queues_look(struct dlbrm *rm, unsigned int domain)
{
	enum dir_depths seen = DIR_EMPTY;
	unsigned int q;

	for (q = 0; q < rm->limits->nb_dir_ports; q++) {
		if (!rm_dir_queue_is_of(rm, q, domain) || rm_dir_queue_depth(rm, q) == 0)
			continue;
		if (!rm_dir_port_is_of(rm, q, domain))
			return DIR_STUCK;
		seen = DIR_WAITING;
	}
	return seen;
}

/* Step 12. */
static int
dir_queues_drain(struct dlbrm *rm, unsigned int domain)
{
	enum dir_depths seen = DIR_WAITING;
	unsigned int rounds = drain_rounds(rm);
	unsigned int i;
	uint32_t drained;

	dir_cqs_enable(rm, domain, true);
	for (i = 0; i < rounds && !rm->gone; i += drained != 0 ? drained : 1) {
		drained = dir_cqs_drain(rm, domain);
		seen = drained != 0 ? DIR_WAITING : dir_queues_look(rm, domain);
		if (seen != DIR_WAITING)
			break;
		if (drained == 0)
			rm->io->delay_us(rm->ctx, DRAIN_POLL_US);
	}
	if (i >= rounds || seen == DIR_STUCK)
		return -ETIMEDOUT;
	dir_cqs_enable(rm, domain, false);
	dir_cqs_drain(rm, domain);
	return rm_status(rm);
}

/* Step 14. */
static void
pps_disable(struct dlbrm *rm, unsigned int domain)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_dir_ports; p++)
		if (rm_dir_port_is_of(rm, p, domain))
			rm_write(rm, DLB_R_SYS_DIR_PP_V, p, 0);
	for (p = 0; p < rm->limits->nb_ldb_ports; p++)
		if (rm_ldb_port_is_of(rm, p, domain))
			rm_write(rm, DLB_R_SYS_LDB_PP_V, p, 0);
}

/* Step 15: nothing may be left anywhere, or it would turn up in the next domain. */
static int
domain_verify(struct dlbrm *rm, unsigned int domain)
{
	uint32_t left = 0;
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_queues; i++)
		if (rm_ldb_queue_is_of(rm, i, domain))
			left |= rm_ldb_queue_depth(rm, i);
	for (i = 0; i < rm->limits->nb_ldb_ports; i++)
		if (rm_ldb_port_is_of(rm, i, domain))
			left |= rm_ldb_cq_held(rm, i);
	for (i = 0; i < rm->limits->nb_dir_ports; i++) {
		if (rm_dir_queue_is_of(rm, i, domain))
			left |= rm_dir_queue_depth(rm, i);
		if (rm_dir_port_is_of(rm, i, domain))
			left |= rm_dir_cq_held(rm, i);
	}
	if (rm->gone)
		return -EIO;
	return left == 0 ? 0 : -ETIMEDOUT;
}

/* Step 17. What no domain owns is free. */
static void
domain_release(struct dlbrm *rm, unsigned int domain)
{
	unsigned int i;

	for (i = 0; i < rm->limits->nb_ldb_queues; i++)
		if (rm->ldb_queues[i].domain == domain)
			rm->ldb_queues[i] = (struct dlbrm_ldb_queue){ .domain = DLBRM_NONE };
	for (i = 0; i < rm->limits->nb_ldb_ports; i++)
		if (rm->ldb_ports[i].domain == domain)
			rm->ldb_ports[i] = (struct dlbrm_ldb_port){ .domain = DLBRM_NONE };
	for (i = 0; i < rm->limits->nb_dir_ports; i++)
		if (rm->dir_pairs[i].domain == domain)
			rm->dir_pairs[i] = (struct dlbrm_dir_pair){ .domain = DLBRM_NONE };
	rm->domains[domain] = (struct dlbrm_domain){ .state = DLBRM_DOMAIN_FREE };
}

/* Steps 1 to 15. */
static int
domain_empty(struct dlbrm *rm, unsigned int domain)
{
	int ret;

	domain_quiesce(rm, domain);
	/* Steps 4 and 5. */
	ldb_cqs_enable(rm, domain, false);
	ldb_cqs_drain(rm, domain);
	ret = inflights_wait(rm, domain);
	if (ret != 0)
		return ret;
	/* Step 7: nothing is in flight, so nothing may remain pending. */
	if (rm_pending_push(rm, domain) != 0)
		return rm->gone ? -EIO : -ETIMEDOUT;
	/* Step 8. */
	ldb_cqs_enable(rm, domain, true);
	ret = mapped_queues_drain(rm, domain);
	if (ret == 0)
		ret = unmapped_queues_drain(rm, domain);
	if (ret != 0)
		return ret;
	/* Step 11. */
	ldb_cqs_enable(rm, domain, false);
	/* Steps 12 and 13. */
	ret = dir_queues_drain(rm, domain);
	if (ret != 0)
		return ret;
	pps_disable(rm, domain);
	return domain_verify(rm, domain);
}

/* sequences.rst, Domain reset. */
int
dlbrm_domain_reset(struct dlbrm *rm, unsigned int domain)
{
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE | RM_IN(DLBRM_DOMAIN_BROKEN));

	if (ret != 0)
		return ret;
	rm->domains[domain].state = DLBRM_DOMAIN_BROKEN;
	ret = domain_empty(rm, domain);
	if (ret != 0) {
		/* At least let the device write no more. */
		ldb_cqs_enable(rm, domain, false);
		dir_cqs_enable(rm, domain, false);
		return ret;
	}
	/* Step 16. */
	rm_domain_reset_values_write(rm, domain);
	rm_flush(rm);
	if (rm->gone)
		return -EIO;
	domain_release(rm, domain);
	return 0;
}
