/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Mappings of load-balanced (LDB) queues to the eight slots of a port's consumer queue (CQ), before
 * and while elements flow.
 *
 * A new mapping may take effect only while no element of the queue is in flight, an old one may be
 * removed only while the CQ has nothing in flight. What cannot be done at once is remembered in
 * the slot and pushed on by dlbrm_domain_poll(); nothing here waits.
 *
 *   state      hardware schedules  leaves it when
 *   FREE       no                  mapped
 *   MAPPED     yes                 unmapped
 *   MAPPING    no; queue frozen    queue has nothing in flight: MAPPED; unmapped: FREE
 *   UNMAPPING  no; CQ off          CQ has nothing in flight: FREE, or MAPPING for a successor;
 *                                  mapped again: MAPPED
 *
 * Invariant: a queue is frozen (limit 0) exactly while a slot of it is MAPPING; a CQ is off while
 * a slot of it is UNMAPPING.
 */

#include "rm.h"

#define PRIORITIES 8

/* The port's slot where the queue is in this state, or -1. */
static int
slot_find(const struct dlbrm_ldb_port *port, unsigned int qid, enum dlbrm_slot_state state)
{
	int s;

	for (s = 0; s < DLB_NB_SLOTS; s++)
		if (port->slots[s].state == state && port->slots[s].qid == qid)
			return s;
	return -1;
}

/* The port's first slot in this state, or -1. */
static int
slot_find_any(const struct dlbrm_ldb_port *port, enum dlbrm_slot_state state)
{
	int s;

	for (s = 0; s < DLB_NB_SLOTS; s++)
		if (port->slots[s].state == state)
			return s;
	return -1;
}

/* The port's slot being unmapped that is promised to the queue, or -1. */
static int
slot_find_promised(const struct dlbrm_ldb_port *port, unsigned int qid)
{
	int s;

	for (s = 0; s < DLB_NB_SLOTS; s++)
		if (port->slots[s].has_next && port->slots[s].next_qid == qid)
			return s;
	return -1;
}

/* The port's first slot being unmapped that is promised to no queue, or -1. */
static int
slot_find_unpromised(const struct dlbrm_ldb_port *port)
{
	int s;

	for (s = 0; s < DLB_NB_SLOTS; s++)
		if (port->slots[s].state == DLBRM_SLOT_UNMAPPING && !port->slots[s].has_next)
			return s;
	return -1;
}

bool
rm_ldb_queue_is_mapped(const struct dlbrm *rm, unsigned int qid)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++)
		if (slot_find(&rm->ldb_ports[p], qid, DLBRM_SLOT_MAPPED) >= 0)
			return true;
	return false;
}

static bool
queue_has_pending_maps(const struct dlbrm *rm, unsigned int qid)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++)
		if (slot_find(&rm->ldb_ports[p], qid, DLBRM_SLOT_MAPPING) >= 0)
			return true;
	return false;
}

/* --- what one step does -------------------------------------------------------------------- */

static void
ldb_cq_pause(struct dlbrm *rm, unsigned int p)
{
	rm_write(rm, DLB_R_LSP_CQ_LDB_DSBL, p, 1);
}

void
rm_ldb_cq_resume(struct dlbrm *rm, unsigned int p)
{
	const struct dlbrm_ldb_port *port = &rm->ldb_ports[p];

	if (port->enabled && slot_find_any(port, DLBRM_SLOT_UNMAPPING) < 0)
		rm_write(rm, DLB_R_LSP_CQ_LDB_DSBL, p, 0);
}

/* sequences.rst, Static map, steps 2 to 5. */
static void
slot_program(struct dlbrm *rm, unsigned int p, unsigned int slot)
{
	rm_cq2priov_write(rm, p);
	rm_cq2qid_write(rm, p, slot);
	rm_qid2cqidix_write(rm, rm->ldb_ports[p].slots[slot].qid, p);
	rm_flush(rm);
}

/* sequences.rst, Priority change. */
static void
slot_prio_set(struct dlbrm *rm, unsigned int p, unsigned int slot, uint8_t prio)
{
	rm->ldb_ports[p].slots[slot].prio = prio;
	rm_cq2priov_write(rm, p);
	rm_flush(rm);
}

/* --- mapping, pushed on until nothing is in flight ------------------------------------------ */

static void
queue_freeze(struct dlbrm *rm, unsigned int qid)
{
	rm_write(rm, DLB_R_LSP_QID_LDB_INFL_LIM, qid, 0);
}

/* Give the queue its limit back, unless another mapping of it is still to be made. */
static void
queue_thaw(struct dlbrm *rm, unsigned int qid)
{
	if (!queue_has_pending_maps(rm, qid))
		rm_write(rm, DLB_R_LSP_QID_LDB_INFL_LIM, qid, rm->ldb_queues[qid].inflight_limit);
}

static bool
queue_is_idle(struct dlbrm *rm, unsigned int qid)
{
	return rm_read(rm, DLB_R_LSP_QID_LDB_INFL_CNT, qid) == 0 && !rm->gone;
}

/* Hold off, or let go, the port's CQ and all others that the queue is mapped to. */
static void
queue_cqs_pause(struct dlbrm *rm, unsigned int qid, unsigned int port, bool pause)
{
	unsigned int p;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++) {
		if (p != port && slot_find(&rm->ldb_ports[p], qid, DLBRM_SLOT_MAPPED) < 0)
			continue;
		if (pause)
			ldb_cq_pause(rm, p);
		else
			rm_ldb_cq_resume(rm, p);
	}
	rm_flush(rm);
}

/* sequences.rst, Dynamic map, steps 10 to 12: what the device did not see happen. */
static void
sched_state_set(struct dlbrm *rm, unsigned int port, unsigned int slot, unsigned int qid)
{
	const uint32_t set = DLB_F_LSP_LDB_SCHED_CTRL_VALUE;
	unsigned int p;
	uint32_t flags;
	int s;

	/* Step 10. */
	flags = set;
	if (rm_read(rm, DLB_R_LSP_QID_AQED_ACTIVE_CNT, qid) != 0)
		flags |= DLB_F_LSP_LDB_SCHED_CTRL_RLIST_HASWORK_V;
	rm_sched_ctrl_write(rm, port, slot, flags);
	flags = set;
	if (rm_read(rm, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, qid) != 0)
		flags |= DLB_F_LSP_LDB_SCHED_CTRL_NALB_HASWORK_V;
	rm_sched_ctrl_write(rm, port, slot, flags);
	rm_flush(rm);
	/* Step 11. */
	rm_sched_ctrl_write(rm, port, slot, DLB_F_LSP_LDB_SCHED_CTRL_INFLIGHT_OK_V);
	rm_flush(rm);
	/* Step 12. */
	for (p = 0; p < rm->limits->nb_ldb_ports; p++) {
		s = slot_find(&rm->ldb_ports[p], qid, DLBRM_SLOT_MAPPED);
		if (s >= 0)
			rm_sched_ctrl_write(rm, p, (unsigned int)s,
					    set | DLB_F_LSP_LDB_SCHED_CTRL_INFLIGHT_OK_V);
	}
	rm_flush(rm);
}

/* sequences.rst, Dynamic map, steps 5 to 14, as far as they get. */
static void
slot_map_push(struct dlbrm *rm, unsigned int p, unsigned int s)
{
	struct dlbrm_slot *slot = &rm->ldb_ports[p].slots[s];
	unsigned int qid = slot->qid;

	/* Steps 5 to 8: the second look counts, as until the pause elements could leave. */
	if (!queue_is_idle(rm, qid))
		return;
	queue_cqs_pause(rm, qid, p, true);
	if (queue_is_idle(rm, qid)) {
		/* Step 9. */
		slot->state = DLBRM_SLOT_MAPPED;
		slot_program(rm, p, s);
		sched_state_set(rm, p, s, qid);
		/* Step 13. */
		queue_thaw(rm, qid);
	}
	/* Step 14. */
	queue_cqs_pause(rm, qid, p, false);
}

/* sequences.rst, Dynamic map, from step 4 on. */
static void
slot_map_begin(struct dlbrm *rm, unsigned int p, unsigned int s, unsigned int qid, uint8_t prio)
{
	/* Step 4. */
	queue_freeze(rm, qid);
	rm->ldb_ports[p].slots[s] = (struct dlbrm_slot){
		.state = DLBRM_SLOT_MAPPING,
		.qid = (uint8_t)qid,
		.prio = prio,
	};
	slot_map_push(rm, p, s);
}

/* --- unmapping, pushed on until nothing is in flight ---------------------------------------- */

/* sequences.rst, Unmap, steps 4 to 7, for one slot. */
static void
slot_unmap_finish(struct dlbrm *rm, unsigned int p, unsigned int s)
{
	const uint32_t set = DLB_F_LSP_LDB_SCHED_CTRL_VALUE;
	struct dlbrm_slot *slot = &rm->ldb_ports[p].slots[s];

	slot->state = DLBRM_SLOT_FREE;
	rm_cq2priov_write(rm, p);
	rm_qid2cqidix_write(rm, slot->qid, p);
	rm_flush(rm);
	rm_sched_ctrl_write(rm, p, s, DLB_F_LSP_LDB_SCHED_CTRL_RLIST_HASWORK_V);
	rm_sched_ctrl_write(rm, p, s, DLB_F_LSP_LDB_SCHED_CTRL_NALB_HASWORK_V);
	rm_flush(rm);
	rm_sched_ctrl_write(rm, p, s, set | DLB_F_LSP_LDB_SCHED_CTRL_INFLIGHT_OK_V);
	rm_flush(rm);
}

/* sequences.rst, Unmap, from step 3 on, for all slots of the port that wait for it. */
static void
port_unmaps_push(struct dlbrm *rm, unsigned int p)
{
	struct dlbrm_ldb_port *port = &rm->ldb_ports[p];
	struct dlbrm_slot *slot;
	unsigned int s;

	/* Step 3. */
	if (slot_find_any(port, DLBRM_SLOT_UNMAPPING) < 0)
		return;
	if (rm_read(rm, DLB_R_LSP_CQ_LDB_INFL_CNT, p) != 0 || rm->gone)
		return;
	/* Steps 4 to 7. */
	for (s = 0; s < DLB_NB_SLOTS; s++)
		if (port->slots[s].state == DLBRM_SLOT_UNMAPPING)
			slot_unmap_finish(rm, p, s);
	/* Step 8. */
	rm_ldb_cq_resume(rm, p);
	rm_flush(rm);
	/* Step 9. */
	for (s = 0; s < DLB_NB_SLOTS; s++) {
		slot = &port->slots[s];
		if (slot->has_next)
			slot_map_begin(rm, p, s, slot->next_qid, slot->next_prio);
	}
}

/* --- requests ------------------------------------------------------------------------------- */

static int
map_check(const struct dlbrm *rm, unsigned int domain, unsigned int p, unsigned int qid)
{
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE);

	if (ret == 0)
		ret = rm_ldb_port_check(rm, domain, p);
	if (ret == 0)
		ret = rm_ldb_queue_check(rm, domain, qid);
	return ret;
}

/* sequences.rst, Static map. */
static int
map_static(struct dlbrm *rm, unsigned int p, unsigned int qid, uint8_t prio)
{
	struct dlbrm_ldb_port *port = &rm->ldb_ports[p];
	int s = slot_find(port, qid, DLBRM_SLOT_MAPPED);

	if (s < 0)
		s = slot_find_any(port, DLBRM_SLOT_FREE);
	if (s < 0)
		return -ENOSPC;
	/* Step 1. */
	ldb_cq_pause(rm, p);
	rm_flush(rm);
	/* Steps 2 to 5. */
	port->slots[s] = (struct dlbrm_slot){
		.state = DLBRM_SLOT_MAPPED,
		.qid = (uint8_t)qid,
		.prio = prio,
	};
	slot_program(rm, p, (unsigned int)s);
	/* Step 6. */
	rm_ldb_cq_resume(rm, p);
	rm_flush(rm);
	return rm_status(rm);
}

/*
 * Settle the request where the port already knows the queue: a mapping changes its priority, one
 * being removed stays after all, a wish remembers the new priority. False if it is a new queue.
 */
static bool
map_known(struct dlbrm *rm, unsigned int p, unsigned int qid, uint8_t prio)
{
	struct dlbrm_slot *slots = rm->ldb_ports[p].slots;
	int s = slot_find(&rm->ldb_ports[p], qid, DLBRM_SLOT_MAPPED);

	if (s < 0) {
		s = slot_find(&rm->ldb_ports[p], qid, DLBRM_SLOT_UNMAPPING);
		if (s >= 0 && slots[s].has_next)
			s = -1;
	}
	if (s >= 0) {
		slots[s].state = DLBRM_SLOT_MAPPED;
		slot_prio_set(rm, p, (unsigned int)s, prio);
		return true;
	}
	s = slot_find(&rm->ldb_ports[p], qid, DLBRM_SLOT_MAPPING);
	if (s >= 0) {
		slots[s].prio = prio;
		return true;
	}
	s = slot_find_promised(&rm->ldb_ports[p], qid);
	if (s >= 0)
		slots[s].next_prio = prio;
	return s >= 0;
}

/* sequences.rst, Dynamic map. */
static int
map_dynamic(struct dlbrm *rm, unsigned int p, unsigned int qid, uint8_t prio)
{
	struct dlbrm_ldb_port *port = &rm->ldb_ports[p];
	int ret = 0;
	int s;

	/* Step 1. */
	port_unmaps_push(rm, p);
	ldb_cq_pause(rm, p);
	rm_flush(rm);
	/* Steps 2 and 3. */
	if (!map_known(rm, p, qid, prio)) {
		s = slot_find_any(port, DLBRM_SLOT_FREE);
		if (s >= 0) {
			slot_map_begin(rm, p, (unsigned int)s, qid, prio);
		} else {
			s = slot_find_unpromised(port);
			if (s >= 0) {
				port->slots[s].has_next = true;
				port->slots[s].next_qid = (uint8_t)qid;
				port->slots[s].next_prio = prio;
			} else {
				ret = -ENOSPC;
			}
		}
	}
	/* Step 15. */
	rm_ldb_cq_resume(rm, p);
	rm_flush(rm);
	return rm->gone ? -EIO : ret;
}

int
dlbrm_map_qid(struct dlbrm *rm, unsigned int domain, unsigned int port, unsigned int qid,
	      unsigned int priority)
{
	int ret = map_check(rm, domain, port, qid);

	if (ret != 0)
		return ret;
	if (priority >= PRIORITIES)
		return -EINVAL;
	if (rm->domains[domain].state == DLBRM_DOMAIN_CREATED)
		return map_static(rm, port, qid, (uint8_t)priority);
	return map_dynamic(rm, port, qid, (uint8_t)priority);
}

/* sequences.rst, Unmap. */
int
dlbrm_unmap_qid(struct dlbrm *rm, unsigned int domain, unsigned int port, unsigned int qid)
{
	int ret = map_check(rm, domain, port, qid);
	struct dlbrm_ldb_port *ldb_port;
	int s;

	if (ret != 0)
		return ret;
	ldb_port = &rm->ldb_ports[port];
	/* Step 1. */
	s = slot_find(ldb_port, qid, DLBRM_SLOT_MAPPING);
	if (s >= 0) {
		ldb_port->slots[s].state = DLBRM_SLOT_FREE;
		queue_thaw(rm, qid);
		return rm_status(rm);
	}
	s = slot_find_promised(ldb_port, qid);
	if (s >= 0) {
		ldb_port->slots[s].has_next = false;
		return 0;
	}
	/* Step 2. */
	s = slot_find(ldb_port, qid, DLBRM_SLOT_MAPPED);
	if (s < 0)
		return -ENOENT;
	ldb_cq_pause(rm, port);
	rm_flush(rm);
	ldb_port->slots[s].state = DLBRM_SLOT_UNMAPPING;
	port_unmaps_push(rm, port);
	return rm_status(rm);
}

static unsigned int
slots_count(const struct dlbrm_ldb_port *port, enum dlbrm_slot_state state)
{
	unsigned int n = 0;
	unsigned int s;

	for (s = 0; s < DLB_NB_SLOTS; s++)
		n += port->slots[s].state == state;
	return n;
}

unsigned int
rm_pending_push(struct dlbrm *rm, unsigned int domain)
{
	const struct dlbrm_ldb_port *port;
	unsigned int pending = 0;
	unsigned int p, s;

	for (p = 0; p < rm->limits->nb_ldb_ports; p++)
		if (rm_ldb_port_is_of(rm, p, domain))
			port_unmaps_push(rm, p);
	for (p = 0; p < rm->limits->nb_ldb_ports; p++) {
		port = &rm->ldb_ports[p];
		if (!rm_ldb_port_is_of(rm, p, domain))
			continue;
		for (s = 0; s < DLB_NB_SLOTS; s++)
			if (port->slots[s].state == DLBRM_SLOT_MAPPING)
				slot_map_push(rm, p, s);
		pending += slots_count(port, DLBRM_SLOT_UNMAPPING) +
			   slots_count(port, DLBRM_SLOT_MAPPING);
	}
	return pending;
}

int
dlbrm_domain_poll(struct dlbrm *rm, unsigned int domain)
{
	unsigned int pending;
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE);

	if (ret != 0)
		return ret;
	pending = rm_pending_push(rm, domain);
	return rm->gone ? -EIO : (int)pending;
}

int
dlbrm_port_unmaps_pending(struct dlbrm *rm, unsigned int domain, unsigned int port)
{
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE);

	if (ret == 0)
		ret = rm_ldb_port_check(rm, domain, port);
	if (ret != 0)
		return ret;
	return (int)slots_count(&rm->ldb_ports[port], DLBRM_SLOT_UNMAPPING);
}

/* sequences.rst, Domain reset, step 10. */
void
rm_map_leftover(struct dlbrm *rm, unsigned int p, unsigned int qid)
{
	struct dlbrm_ldb_port *port = &rm->ldb_ports[p];
	int s = slot_find_any(port, DLBRM_SLOT_FREE);

	if (s < 0) {
		s = 0;
		ldb_cq_pause(rm, p);
		rm_flush(rm);
		port->slots[s].state = DLBRM_SLOT_UNMAPPING;
		port_unmaps_push(rm, p);
	}
	slot_map_begin(rm, p, (unsigned int)s, qid, 0);
}
