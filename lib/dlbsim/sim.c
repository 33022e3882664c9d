/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Life of a software device: making, attaching, resetting, stepping it.
 *
 * A reset clears everything but the flow table, whose used entries are found through the history
 * list and the waits: it is too large to be cleared whole.
 */

#include <stdlib.h>
#include <string.h>

#include "sim_hist.h"

#define STATE_MAGIC 0x444C4234 /* changes with the layout of struct sim_state */

_Static_assert(sizeof(struct sim_chunk) % 64 == 0, "a chunk is whole cache lines");
_Static_assert(offsetof(struct sim_cq, prio_slots) == 64, "what events need is one cache line");
_Static_assert(sizeof(struct sim_flow) == 4, "a flow is one word");
_Static_assert(SIM_NB_CHUNKS <= UINT16_MAX && SIM_NB_NODES <= UINT16_MAX, "indices have 16 bits");
_Static_assert(SIM_NB_WAITS - 1 <= FIELD_MAX(SIM_FLOW_WAIT), "a flow names any wait");
_Static_assert(DLB_MAX_HIST_LIST <= FIELD_MAX(SIM_FLOW_COUNT), "a flow counts all in flight");
_Static_assert(DLB_MAX_LDB_PORTS - 1 <= FIELD_MAX(SIM_FLOW_CQ), "a flow names any CQ");

size_t
dlbsim_state_size(void)
{
	return sizeof(struct sim_state);
}

void
sim_log(const struct dlbsim *sim, enum dlbsim_log kind, const char *text)
{
	if (sim->host.log != NULL)
		sim->host.log(sim->ctx, kind, text);
}

static void
fill_pool(uint16_t *free_indices, uint16_t *nb_free, unsigned int nb)
{
	/* Low indices on top of the stack; 0 is SIM_NONE. */
	for (unsigned int i = 0; i + 1 < nb; i++)
		free_indices[i] = (uint16_t)(nb - 1 - i);
	*nb_free = (uint16_t)(nb - 1);
}

static void
forget_flows(struct sim_state *s)
{
	for (unsigned int i = 0; i < DLB_MAX_HIST_LIST; i++)
		if (s->hist[i] != 0 && hist_type(s->hist[i]) == DLB_SCHED_ATOMIC)
			s->flows[hist_qid(s->hist[i])][hist_key(s->hist[i])] =
				(struct sim_flow){ 0 };
	for (unsigned int qid = 0; qid < DLB_MAX_LDB_QUEUES; qid++)
		for (unsigned int bin = 0; bin < DLB_NB_BINS; bin++)
			for (uint16_t w = s->ldb_q[qid].ready[bin].head; w != SIM_NONE;
			     w = s->waits[w].next)
				s->flows[qid][s->waits[w].hid] = (struct sim_flow){ 0 };
}

/* Reset values of all but registers, configuration space and drop counters. */
static void
reset_structures(struct sim_state *s)
{
	const struct dlb_limits *lim = sim_limits(s);
	size_t first = offsetof(struct sim_state, ldb_ready);
	size_t last = offsetof(struct sim_state, drops);

	forget_flows(s);
	memset((uint8_t *)s + first, 0, last - first);
	s->rng = 1;
	s->cq_shift[0] = s->cq_shift[1] = 4;
	s->storage[0] = lim->ldb_credits;
	s->storage[1] = lim->dir_credits;
	s->dir_pool = !lim->combined_credits;
	sim_cq_remap_all(s);
	fill_pool(s->free_chunks, &s->nb_free_chunks, SIM_NB_CHUNKS);
	fill_pool(s->free_nodes, &s->nb_free_nodes, SIM_NB_NODES);
	fill_pool(s->free_waits, &s->nb_free_waits, SIM_NB_WAITS);
}

/* All but configuration space, and the power switch, has its reset value again. */
void
sim_lose_state(struct dlbsim *sim)
{
	struct sim_state *s = sim->s;
	uint32_t power = sim_reg(sim, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0);

	reset_structures(s);
	s->drops = (struct dlbsim_drops){ 0 };
	sim_reg_reset(sim);
	sim_reg_set(sim, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, power);
	sim_perf_power(s, false);
	sim_perf_power(s, (power & 1) == 0);
}

static struct dlbsim *
make_handle(struct sim_state *s, const struct dlbsim_host *host, void *ctx)
{
	struct dlbsim *sim = calloc(1, sizeof(*sim));

	if (sim == NULL)
		return NULL;
	sim->s = s;
	sim->host = *host;
	sim->ctx = ctx;
	return sim;
}

struct dlbsim *
dlbsim_create(enum dlb_version version, void *state, const struct dlbsim_host *host, void *ctx)
{
	/* calloc leaves the pages of the large flow table untouched, unlike aligned_alloc + memset. */
	struct sim_state *s = state != NULL ? state : calloc(1, sizeof(*s) + 63);
	struct dlbsim *sim;

	if (s == NULL)
		return NULL;
	sim = make_handle(s, host, ctx);
	if (sim == NULL) {
		if (state == NULL)
			free(s);
		return NULL;
	}
	if (state == NULL) {
		sim->owned = s;
		sim->s = (struct sim_state *)(((uintptr_t)s + 63) & ~(uintptr_t)63);
	}
	sim->s->magic = STATE_MAGIC;
	sim->s->version = version;
	sim_reg_layout(sim);
	dlbsim_power_cycle(sim);
	return sim;
}

struct dlbsim *
dlbsim_attach(void *state, const struct dlbsim_host *host, void *ctx)
{
	struct sim_state *s = state;
	struct dlbsim *sim;

	if (s->magic != STATE_MAGIC)
		return NULL;
	sim = make_handle(s, host, ctx);
	if (sim != NULL)
		sim_reg_layout(sim);
	return sim;
}

void
dlbsim_destroy(struct dlbsim *sim)
{
	if (sim == NULL)
		return;
	free(sim->owned);
	free(sim);
}

void
dlbsim_flr(struct dlbsim *sim)
{
	sim_lose_state(sim);
	sim_pci_reset(sim->s, false);
}

void
dlbsim_power_cycle(struct dlbsim *sim)
{
	sim_reg_set(sim, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0,
		    dlb_reg_descs[DLB_R_CM_CFG_PM_PMCSR_DISABLE].reset);
	sim_lose_state(sim);
	sim_pci_reset(sim->s, true);
}

unsigned int
dlbsim_step(struct dlbsim *sim, uint64_t now_ns, unsigned int budget)
{
	if (now_ns > sim->s->now_ns) {
		sim->s->now_ns = now_ns;
		sim_watchdog(sim, now_ns);
	}
	return sim_schedule(sim, budget);
}

void
dlbsim_drops(const struct dlbsim *sim, struct dlbsim_drops *out)
{
	*out = sim->s->drops;
}

static void
unmap_ring(struct dlbsim *sim, bool is_ldb, unsigned int id, uint64_t iova, uint64_t len)
{
	struct sim_cq *cq = sim_cq(sim->s, is_ldb, id);
	uint64_t bytes = (uint64_t)cq->ring << sim->s->cq_shift[is_ldb];

	/* By distances: a range may reach to the end of all addresses. */
	if (len != 0 && (cq->iova - iova < len || iova - cq->iova < bytes))
		sim_cq_remap(sim->s, is_ldb, id);
}

void
dlbsim_dma_unmap(struct dlbsim *sim, uint64_t iova, uint64_t len)
{
	for (unsigned int id = 0; id < DLB_MAX_LDB_PORTS; id++)
		unmap_ring(sim, true, id, iova, len);
	for (unsigned int id = 0; id < sim_limits(sim->s)->nb_dir_ports; id++)
		unmap_ring(sim, false, id, iova, len);
}
