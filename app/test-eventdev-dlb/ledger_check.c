/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The checks made on each arrival: seen once, fields intact, the atomic flow held by nobody
 * else, order. Each check reports what it expected and what it saw, and then carries on from
 * what it saw, so that one fault gives one message and not a flood.
 *
 * Why relaxed reads of positions suffice: an atomic flow's position is written by its owner
 * and handed on through the device, which orders it; if the device breaks exclusivity, the
 * owner check has reported that before the position is looked at.
 */
#include <inttypes.h>

#include "ledger_priv.h"

void
ledger_check_once(struct ledger *l, unsigned int stage, uint32_t id)
{
	if (bit_test_and_set(l->stage[stage].seen, id))
		verdict_fail(l->verdict, CHECK_ONCE,
			     "stage %u (%c) saw event %u (flow %u, position %u) a second time",
			     stage, l->conf.stage[stage], id, l->flow_of[id], l->seq_of[id]);
	if (stage != 0 && !bit_test(l->stage[stage - 1].seen, id))
		verdict_fail(l->verdict, CHECK_ONCE,
			     "stage %u (%c) saw event %u, which stage %u has not seen", stage,
			     l->conf.stage[stage], id, stage - 1);
}

static void
field(struct ledger *l, const char *name, unsigned int stage, uint32_t id, unsigned int expected,
      unsigned int seen)
{
	if (expected != seen)
		verdict_fail(l->verdict, CHECK_FIELDS,
			     "%s of event %u at stage %u (%c): expected %#x, seen %#x", name, id,
			     stage, l->conf.stage[stage], expected, seen);
}

/*
 * To the device's steps. A single-link queue has nothing to arbitrate: a device may hand its
 * events out with the normal priority (a DLB's directed elements have no room for any other).
 */
static void
check_priority(struct ledger *l, unsigned int stage, uint32_t id, uint8_t want, uint8_t seen)
{
	unsigned int step = 256;

	if (l->conf.priority_levels > 1)
		step = 256 / l->conf.priority_levels;
	if (l->conf.stage[stage] == 'd' && seen == RTE_EVENT_DEV_PRIORITY_NORMAL)
		return;
	field(l, "priority (in the device's steps)", stage, id, want / step, seen / step);
}

void
ledger_check_fields(struct ledger *l, unsigned int stage, uint32_t id, const struct rte_event *ev)
{
	struct rte_event want = { 0 };

	ledger_make(l, id, stage, &want);
	if (l->conf.carries_flow_id)
		field(l, "flow_id", stage, id, want.flow_id, ev->flow_id);
	field(l, "event_type", stage, id, want.event_type, ev->event_type);
	field(l, "sub_event_type", stage, id, want.sub_event_type, ev->sub_event_type);
	check_priority(l, stage, id, want.priority, ev->priority);
	if (l->conf.stage[stage] != 'd')
		field(l, "sched_type", stage, id, want.sched_type, ev->sched_type);
}

void
ledger_check_exclusive(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id)
{
	uint32_t holder;

	if (l->conf.stage[stage] != 'a')
		return;
	holder = owner_enter(&l->stage[stage].owner[l->flow_of[id]], actor);
	if (holder != OWNER_NOBODY)
		verdict_fail(
			l->verdict, CHECK_EXCLUSIVE,
			"stage %u: worker %u got event %u of flow %u, which worker %u still holds",
			stage, actor, id, l->flow_of[id], holder);
}

void
ledger_reenter(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id)
{
	ledger_check_exclusive(l, stage, actor, id);
}

void
ledger_leave(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id)
{
	if (l->conf.stage[stage] == 'a')
		owner_leave(&l->stage[stage].owner[l->flow_of[id]], actor);
}

/* Exact: the next event of the flow, or one after it when those between were dropped. */
static void
check_next(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id)
{
	uint32_t *next = &l->stage[stage].next[l->flow_of[id]];
	uint32_t want = *next;

	while (want != LEDGER_NONE && want != id && bit_test(l->dropped, want))
		want = l->successor[want];
	if (want != id)
		verdict_fail(l->verdict, CHECK_ORDER,
			     "stage %u (%c), worker %u, flow %u: expected position %" PRId64
			     ", seen %u (event %u)",
			     stage, l->conf.stage[stage], actor, l->flow_of[id],
			     want == LEDGER_NONE ? -1 : (int64_t)l->seq_of[want], l->seq_of[id],
			     id);
	if (want == LEDGER_NONE || l->seq_of[id] < l->seq_of[want])
		return;
	*next = l->successor[id];
}

/* Behind an ordered queue several workers hold a flow, but each sees it in rising order. */
static void
check_rising(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id)
{
	uint32_t flow = l->flow_of[id];
	uint32_t *last = &l->stage[stage].last[(size_t)actor * l->conf.flows + flow];

	if (l->seq_of[id] + 1 <= *last)
		verdict_fail(l->verdict, CHECK_ORDER,
			     "stage %u (o), worker %u, flow %u: position %u came after position %u",
			     stage, actor, flow, l->seq_of[id], *last - 1);
	else
		*last = l->seq_of[id] + 1;
}

static void
check_fifo(struct ledger *l, unsigned int stage, uint32_t id)
{
	uint32_t producer = id % l->conf.producers;
	struct rte_event ev = { 0 };
	uint32_t *last;

	ledger_make(l, id, stage, &ev);
	last = &l->stage[stage].fifo_last[producer * 256 + ev.priority];
	if (id + 1 <= *last)
		verdict_fail(l->verdict, CHECK_FIFO,
			     "stage %u (d): event %u of producer %u came after its event %u", stage,
			     id, producer, *last - 1);
	else
		*last = id + 1;
}

void
ledger_check_order(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id)
{
	const struct ledger_stage *s = &l->stage[stage];

	if (s->fifo_input && s->type == 'd')
		check_fifo(l, stage, id);
	if (!s->ordered_input)
		return;
	if (s->type == 'o')
		check_rising(l, stage, actor, id);
	else if (s->type != 'p')
		check_next(l, stage, actor, id);
}
