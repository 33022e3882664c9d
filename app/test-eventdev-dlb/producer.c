/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Sends a producer's events as NEW, in bursts of random size. When the device is full the
 * rest of a burst is made again in the next step: an event follows from its identifier.
 */
#include <errno.h>

#include <rte_errno.h>

#include "stages.h"

static unsigned int
fill(struct producer *p, struct rte_event *ev)
{
	const struct ledger *l = &p->stages->ledger;
	unsigned int want = 1 + (unsigned int)(random_next(&p->random) % p->stages->burst), n;
	uint32_t id = p->next;

	for (n = 0; n < want && id < l->conf.events; n++) {
		ev[n] = (struct rte_event){ .op = RTE_EVENT_OP_NEW };
		ledger_make(l, id, 0, &ev[n]);
		id += l->conf.producers;
	}
	return n;
}

unsigned int
producer_step(struct agent *agent)
{
	struct producer *p = agent->context;
	struct stages *s = p->stages;
	struct rte_event ev[STAGES_MAX_BURST];
	unsigned int n = fill(p, ev), sent = 0;

	if (n != 0) {
		rte_errno = 0;
		sent = rte_event_enqueue_new_burst(s->device.id, p->port, ev, (uint16_t)n);
		verdict_made(s->verdict, CHECK_DEVICE, 1);
	}
	if (sent < n && rte_errno == EINVAL) {
		verdict_fail(
			s->verdict, CHECK_DEVICE,
			"producer %u: the device refused event %u as invalid (rte_errno EINVAL)",
			agent->number, p->next + sent * s->ledger.conf.producers);
		sent++; /* it will be missing; the others go on */
	}
	if (sent == 0)
		device_idle(&s->device, p->port);
	p->next += sent * s->ledger.conf.producers;
	return sent;
}
