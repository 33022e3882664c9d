/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The worker of the checked pipeline. It takes a burst, reports each arrival to the ledger,
 * and then behaves as badly as the API allows: gives the burst back in another order, holds
 * it, in pieces, drops some events, leaves others to implicit release.
 *
 * The rules it keeps: impl_opaque stays as it came; events of one atomic flow keep their
 * order; a directed stage's order is not disturbed at all; only the tail of a burst is left to
 * implicit release, so that devices which count instead of matching stay in step.
 */
#include <errno.h>

#include <rte_errno.h>

#include "stages.h"

/* A held-back burst waits for up to so many steps of its worker; now and then for longer. */
#define HOLD_STEPS	  64
#define HOLD_STEPS_LONG	  4096
#define HOLD_LONG_PERCENT 2

static void
decide(struct worker *w, unsigned int i)
{
	struct stages *s = w->stages;
	uint8_t stage = w->ev[i].queue_id;
	struct rte_event *ev = &w->ev[i];

	w->id[i] = ledger_arrive(&s->ledger, w->agent.number, ev);
	w->stage[i] = stage;
	ev->op = RTE_EVENT_OP_RELEASE;
	if (w->id[i] == LEDGER_NONE || stage + 1u == s->ledger.conf.nb_stages)
		return;
	if (!w->directed && random_percent(&w->random, s->options->drop_percent)) {
		ledger_drop(&s->ledger, w->id[i]);
		return;
	}
	ev->op = RTE_EVENT_OP_FORWARD;
	ledger_make(&s->ledger, w->id[i], stage + 1u, ev);
}

static bool
may_swap(const struct worker *w, unsigned int i, unsigned int j)
{
	const struct ledger *l = &w->stages->ledger;

	if (w->id[i] == LEDGER_NONE || w->id[j] == LEDGER_NONE || w->stage[i] != w->stage[j])
		return true;
	return l->conf.stage[w->stage[i]] != 'a' || l->flow_of[w->id[i]] != l->flow_of[w->id[j]];
}

static void
swap(struct worker *w, unsigned int i, unsigned int j)
{
	struct rte_event ev = w->ev[i];
	uint8_t stage = w->stage[i];
	uint32_t id = w->id[i];

	w->ev[i] = w->ev[j];
	w->stage[i] = w->stage[j];
	w->id[i] = w->id[j];
	w->ev[j] = ev;
	w->stage[j] = stage;
	w->id[j] = id;
}

/* Swaps of neighbours only: two events that may not be swapped can then never pass. */
static void
shuffle(struct worker *w)
{
	unsigned int n, i;

	if (!w->stages->shuffle || w->directed || w->nb < 2)
		return;
	for (n = 0; n < 4 * w->nb; n++) {
		i = (unsigned int)(random_next(&w->random) % (w->nb - 1));
		if (may_swap(w, i, i + 1))
			swap(w, i, i + 1);
	}
}

/* Cut the releases at the end off what is given back: the next dequeue releases them. */
static void
leave_tail_implicit(struct worker *w)
{
	w->to_send = w->nb;
	if (!w->stages->implicit)
		return;
	if (w->stages->options->release == RELEASE_MIXED && random_percent(&w->random, 50))
		return;
	while (w->to_send != 0 && w->ev[w->to_send - 1].op == RTE_EVENT_OP_RELEASE)
		w->to_send--;
}

static void
maybe_hold(struct worker *w)
{
	if (!random_percent(&w->random, w->stages->options->delay_percent))
		return;
	w->hold = (unsigned int)(random_next(&w->random) %
				 (random_percent(&w->random, HOLD_LONG_PERCENT) ? HOLD_STEPS_LONG
										: HOLD_STEPS));
}

static void
leave(struct worker *w, unsigned int i)
{
	if (w->id[i] != LEDGER_NONE)
		ledger_leave(&w->stages->ledger, w->stage[i], w->agent.number, w->id[i]);
}

static unsigned int
take(struct worker *w)
{
	struct stages *s = w->stages;
	unsigned int i;

	/* What was left to implicit release is given back by this very dequeue. */
	for (i = w->to_send; i < w->nb; i++)
		leave(w, i);
	w->sent = 0;
	w->nb = rte_event_dequeue_burst(s->device.id, w->port, w->ev, (uint16_t)s->burst, 0);
	w->to_send = w->nb;
	if (w->nb == 0) {
		device_idle(&s->device, w->port);
		return 0;
	}
	/* Before the arrivals are counted: the run must not end while we hold something. */
	atomic_store(&w->holding, true);
	for (i = 0; i < w->nb; i++)
		decide(w, i);
	shuffle(w);
	leave_tail_implicit(w);
	atomic_store(&w->holding, w->to_send != 0);
	maybe_hold(w);
	return w->nb;
}

static unsigned int
enqueue(struct worker *w, unsigned int n)
{
	const struct rte_event *ev = &w->ev[w->sent];
	uint8_t dev = w->stages->device.id;
	unsigned int i;

	for (i = 0; i < n && ev[i].op == RTE_EVENT_OP_FORWARD; i++)
		;
	rte_errno = 0;
	if (i == n)
		return rte_event_enqueue_forward_burst(dev, w->port, ev, (uint16_t)n);
	return rte_event_enqueue_burst(dev, w->port, ev, (uint16_t)n);
}

static void
give_back(struct worker *w)
{
	struct stages *s = w->stages;
	unsigned int n = w->to_send - w->sent, i, done;

	if (random_percent(&w->random, s->options->split_percent))
		n = 1 + (unsigned int)(random_next(&w->random) % n);
	for (i = 0; i < n; i++)
		leave(w, w->sent + i);
	done = enqueue(w, n);
	verdict_made(s->verdict, CHECK_DEVICE, 1);
	if (done < n && rte_errno == EINVAL) {
		verdict_fail(s->verdict, CHECK_DEVICE,
			     "worker %u: the device refused event %u "
			     "behind stage %u as invalid (rte_errno EINVAL)",
			     w->agent.number, w->id[w->sent + done], w->stage[w->sent + done]);
		done++;
	}
	for (i = done; i < n; i++)
		if (w->id[w->sent + i] != LEDGER_NONE)
			ledger_reenter(&s->ledger, w->stage[w->sent + i], w->agent.number,
				       w->id[w->sent + i]);
	if (done == 0)
		device_idle(&s->device, w->port);
	w->sent += done;
	if (w->sent == w->to_send)
		atomic_store(&w->holding, false);
	maybe_hold(w);
}

unsigned int
worker_step(struct agent *agent)
{
	struct worker *w = agent->context;

	if (w->hold != 0) {
		w->hold--;
		return 0;
	}
	if (w->sent < w->to_send) {
		give_back(w);
		return 0;
	}
	return take(w);
}
