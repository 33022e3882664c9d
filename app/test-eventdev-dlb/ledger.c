/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The ledger's tables, the identity of events, and completeness. The checks that are made on
 * each arrival are in ledger_check.c. See ledger.h.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "ledger_priv.h"
#include "random.h"

/* Every eighth event belongs to the first flow of its producer: one flow is much hotter. */
#define HOT_FLOW_EVERY 8

#define FLOW_ID_MASK ((UINT32_C(1) << 20) - 1)

static size_t
map_words(uint32_t bits)
{
	return ((size_t)bits + 63) / 64;
}

static uint32_t
pick_flow(const struct ledger_conf *c, uint32_t id, uint64_t *random)
{
	uint32_t producer = id % c->producers;
	uint32_t own = (c->flows - producer + c->producers - 1) / c->producers;
	uint64_t r = random_next(random);

	if (r % HOT_FLOW_EVERY == 0)
		return producer;
	return (uint32_t)((r >> 8) % own) * c->producers + producer;
}

/* Deal the events to the flows and chain those of a flow; -ENOMEM when memory is short. */
static int
deal_events(struct ledger *l, uint32_t *first)
{
	uint32_t *last = calloc(l->conf.flows, sizeof(*last));
	uint64_t random = random_start(l->conf.seed);
	uint32_t id;

	if (last == NULL)
		return -ENOMEM;
	memset(first, 0xff, l->conf.flows * sizeof(*first));
	for (id = 0; id < l->conf.events; id++) {
		uint32_t flow = pick_flow(&l->conf, id, &random);

		l->flow_of[id] = flow;
		l->successor[id] = LEDGER_NONE;
		if (first[flow] == LEDGER_NONE) {
			first[flow] = id;
		} else {
			l->seq_of[id] = l->seq_of[last[flow]] + 1;
			l->successor[last[flow]] = id;
		}
		last[flow] = id;
	}
	free(last);
	return 0;
}

static int
stage_create(struct ledger *l, unsigned int k, const uint32_t *first)
{
	const struct ledger_conf *c = &l->conf;
	struct ledger_stage *s = &l->stage[k];
	size_t flows = c->flows;

	s->type = c->stage[k];
	s->ordered_input = k == 0 || (l->stage[k - 1].ordered_input && c->stage[k - 1] != 'p');
	s->fifo_input = k == 0 || (l->stage[k - 1].fifo_input && c->stage[k - 1] == 'd');
	s->seen = calloc(map_words(c->events), sizeof(*s->seen));
	if (s->seen == NULL)
		return -ENOMEM;
	if (s->type == 'a' && (s->owner = calloc(flows, sizeof(*s->owner))) == NULL)
		return -ENOMEM;
	if (s->type == 'o' && (s->last = calloc(flows * c->actors, sizeof(*s->last))) == NULL)
		return -ENOMEM;
	if (s->type == 'd' &&
	    (s->fifo_last = calloc((size_t)c->producers * 256, sizeof(*s->fifo_last))) == NULL)
		return -ENOMEM;
	if (s->type == 'a' || s->type == 'd') {
		s->next = malloc(flows * sizeof(*s->next));
		if (s->next == NULL)
			return -ENOMEM;
		memcpy(s->next, first, flows * sizeof(*s->next));
	}
	return 0;
}

static int
stages_create(struct ledger *l)
{
	uint32_t *first = calloc(l->conf.flows, sizeof(*first));
	unsigned int k;
	int ret;

	if (first == NULL)
		return -ENOMEM;
	ret = deal_events(l, first);
	for (k = 0; k < l->conf.nb_stages && ret == 0; k++)
		ret = stage_create(l, k, first);
	free(first);
	return ret;
}

int
ledger_create(struct ledger *l, const struct ledger_conf *conf, struct verdict *verdict)
{
	int ret = -ENOMEM;

	memset(l, 0, sizeof(*l));
	l->conf = *conf;
	l->verdict = verdict;
	l->flow_of = calloc(conf->events, sizeof(*l->flow_of));
	l->seq_of = calloc(conf->events, sizeof(*l->seq_of));
	l->successor = calloc(conf->events, sizeof(*l->successor));
	l->dropped = calloc(map_words(conf->events), sizeof(*l->dropped));
	if (l->flow_of != NULL && l->seq_of != NULL && l->successor != NULL && l->dropped != NULL)
		ret = stages_create(l);
	if (ret != 0)
		ledger_destroy(l);
	return ret;
}

void
ledger_destroy(struct ledger *l)
{
	unsigned int k;

	for (k = 0; k < l->conf.nb_stages; k++) {
		free(l->stage[k].seen);
		free(l->stage[k].owner);
		free(l->stage[k].next);
		free(l->stage[k].last);
		free(l->stage[k].fifo_last);
	}
	free(l->flow_of);
	free(l->seq_of);
	free(l->successor);
	free(l->dropped);
	memset(l, 0, sizeof(*l));
}

static uint8_t
sched_type_of(char stage_type)
{
	switch (stage_type) {
	case 'o':
		return RTE_SCHED_TYPE_ORDERED;
	case 'p':
		return RTE_SCHED_TYPE_PARALLEL;
	default:
		return RTE_SCHED_TYPE_ATOMIC;
	}
}

/* The same for all events of a flow: a flow's order is promised only within one priority. */
static uint8_t
priority_of(const struct ledger *l, uint32_t flow)
{
	unsigned int levels = l->conf.priority_levels;

	if (levels <= 1)
		return RTE_EVENT_DEV_PRIORITY_NORMAL;
	return (uint8_t)(random_hash(l->conf.seed ^ 0x5052494f, flow) % levels * (256 / levels));
}

void
ledger_make(const struct ledger *l, uint32_t id, unsigned int stage, struct rte_event *ev)
{
	uint64_t h = random_hash(l->conf.seed + stage, id);
	uint32_t flow = l->flow_of[id];

	/* An odd factor maps the flows one to one into the 20 bits; the stage shifts them. */
	ev->flow_id = (flow * UINT32_C(0x9e3b5) + stage * 77777) & FLOW_ID_MASK;
	ev->event_type = (uint8_t)(h & 0xf);
	ev->sub_event_type = (uint8_t)(h >> 4);
	ev->sched_type = sched_type_of(l->conf.stage[stage]);
	ev->queue_id = (uint8_t)stage;
	ev->priority = priority_of(l, flow);
	ev->u64 = id | (random_hash(l->conf.seed, id) << 32);
}

uint32_t
ledger_arrive(struct ledger *l, unsigned int actor, const struct rte_event *ev)
{
	uint32_t id = (uint32_t)ev->u64;
	unsigned int stage = ev->queue_id;

	if (stage >= l->conf.nb_stages) {
		verdict_fail(
			l->verdict, CHECK_FIELDS,
			"worker %u got an event of queue %u, there are %u queues (payload %#" PRIx64
			")",
			actor, stage, l->conf.nb_stages, ev->u64);
		return LEDGER_NONE;
	}
	if (id >= l->conf.events || ev->u64 >> 32 != (uint32_t)random_hash(l->conf.seed, id)) {
		verdict_fail(
			l->verdict, CHECK_ONCE,
			"worker %u got an event at stage %u that nobody sent: payload %#" PRIx64,
			actor, stage, ev->u64);
		return LEDGER_NONE;
	}
	ledger_check_exclusive(l, stage, actor, id);
	ledger_check_once(l, stage, id);
	ledger_check_fields(l, stage, id, ev);
	ledger_check_order(l, stage, actor, id);
	atomic_fetch_add_explicit(&l->stage[stage].nb_seen, 1, memory_order_release);
	return id;
}

void
ledger_drop(struct ledger *l, uint32_t id)
{
	if (bit_test_and_set(l->dropped, id))
		return; /* a doubled event was dropped twice: reported on arrival */
	atomic_fetch_add_explicit(&l->nb_dropped, 1, memory_order_release);
}

uint64_t
ledger_ended(const struct ledger *l)
{
	return atomic_load(&l->stage[l->conf.nb_stages - 1].nb_seen) + atomic_load(&l->nb_dropped);
}

uint64_t
ledger_moves(const struct ledger *l)
{
	uint64_t sum = 0;
	unsigned int k;

	for (k = 0; k < l->conf.nb_stages; k++)
		sum += atomic_load(&l->stage[k].nb_seen);
	return sum;
}

/* How far an event came: the number of stages that saw it. */
static unsigned int
stages_seen(const struct ledger *l, uint32_t id)
{
	unsigned int k;

	for (k = 0; k < l->conf.nb_stages && bit_test(l->stage[k].seen, id); k++)
		;
	return k;
}

static void
count_checks(struct ledger *l)
{
	const struct ledger_stage *s;

	verdict_made(l->verdict, CHECK_COMPLETE, l->conf.events);
	for (s = l->stage; s < l->stage + l->conf.nb_stages; s++) {
		uint64_t n = atomic_load(&s->nb_seen);

		verdict_made(l->verdict, CHECK_ONCE, n);
		verdict_made(l->verdict, CHECK_FIELDS, n);
		if (s->type == 'a')
			verdict_made(l->verdict, CHECK_EXCLUSIVE, n);
		if (s->ordered_input && s->type != 'p')
			verdict_made(l->verdict, CHECK_ORDER, n);
		if (s->fifo_input && s->type == 'd')
			verdict_made(l->verdict, CHECK_FIFO, n);
	}
}

void
ledger_close(struct ledger *l)
{
	uint32_t missing[LEDGER_MAX_STAGES] = { 0 }, first[LEDGER_MAX_STAGES] = { 0 };
	unsigned int last = l->conf.nb_stages - 1, k;
	uint32_t id;

	count_checks(l);
	for (id = 0; id < l->conf.events; id++) {
		if (bit_test(l->stage[last].seen, id) || bit_test(l->dropped, id))
			continue;
		k = stages_seen(l, id);
		if (missing[k]++ == 0)
			first[k] = id;
	}
	for (k = 0; k <= last; k++) {
		if (missing[k] == 0)
			continue;
		verdict_fail(
			l->verdict, CHECK_COMPLETE,
			"%u of %u events never reached stage %u (%c), %s; the first: event %u, "
			"flow %u, position %u",
			missing[k], l->conf.events, k, l->conf.stage[k],
			k == 0 ? "the device never delivered them" : "lost after the stage before",
			first[k], l->flow_of[first[k]], l->seq_of[first[k]]);
	}
}
