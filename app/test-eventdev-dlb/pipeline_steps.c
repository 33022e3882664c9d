/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What the pipeline's workers and its transmitter do with each packet. A worker serves the
 * ordered and the atomic stage alike; the transmitter is the only consumer of the directed
 * queue. The checks made here are those that only the moment shows (who holds a flow); what is
 * lost, doubled or out of order is proved by the captures afterwards.
 */
#include <errno.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include "pipeline.h"

static void
route(struct pipeline_worker *w, unsigned int i)
{
	struct pipeline *p = w->pipeline;
	struct rte_event *ev = &w->ev[i];
	uint32_t flow = 0;
	enum router_verdict verdict = router_handle(&p->router, ev->mbuf, &flow);

	atomic_fetch_add_explicit(&p->routed, 1, memory_order_relaxed);
	w->counting[i] = false;
	if (verdict == ROUTER_EXPIRED || verdict == ROUTER_BAD) {
		rte_pktmbuf_free(ev->mbuf);
		ev->op = RTE_EVENT_OP_RELEASE;
		atomic_fetch_add_explicit(&p->dropped, 1, memory_order_release);
		return;
	}
	ports_stamp(&p->ports, ev->mbuf)->flow = flow;
	ev->op = RTE_EVENT_OP_FORWARD;
	ev->queue_id = STAGE_COUNT;
	ev->sched_type = RTE_SCHED_TYPE_ATOMIC;
	ev->flow_id = flow & (FLOW_IDS - 1);
}

static void
enter_flow(struct pipeline_worker *w, unsigned int i)
{
	uint32_t holder = owner_enter(&w->pipeline->flow[w->flow[i]].owner, w->agent.number);

	w->counting[i] = holder == OWNER_NOBODY;
	if (!w->counting[i])
		verdict_fail(w->pipeline->verdict, CHECK_EXCLUSIVE,
			     "worker %u got a packet of flow %#x, which worker %u still holds",
			     w->agent.number, w->flow[i], holder);
}

static void
count(struct pipeline_worker *w, unsigned int i)
{
	struct pipeline *p = w->pipeline;
	struct rte_event *ev = &w->ev[i];
	const struct packet_stamp *stamp = ports_stamp(&p->ports, ev->mbuf);
	struct flow_count *f = &p->flow[stamp->flow];

	w->flow[i] = stamp->flow;
	enter_flow(w, i);
	if (stamp->number <= f->last)
		verdict_fail(p->verdict, CHECK_ORDER,
			     "atomic stage, worker %u, flow %#x: packet %u came after packet %u",
			     w->agent.number, stamp->flow, stamp->number, f->last);
	f->last = stamp->number;
	f->packets++;
	f->bytes += rte_pktmbuf_pkt_len(ev->mbuf);
	atomic_fetch_add_explicit(&p->counted, 1, memory_order_relaxed);
	ev->op = RTE_EVENT_OP_FORWARD;
	ev->queue_id = STAGE_TRANSMIT;
	ev->sched_type = RTE_SCHED_TYPE_ATOMIC;
}

static unsigned int
take(struct pipeline_worker *w)
{
	const struct pipeline *p = w->pipeline;
	unsigned int i;

	w->sent = 0;
	w->nb = rte_event_dequeue_burst(p->device.id, w->port, w->ev, (uint16_t)p->burst, 0);
	if (w->nb == 0)
		device_idle(&p->device, w->port);
	for (i = 0; i < w->nb; i++) {
		if (w->ev[i].queue_id == STAGE_ROUTE)
			route(w, i);
		else
			count(w, i);
	}
	return w->nb;
}

static void
give_back(struct pipeline_worker *w)
{
	struct pipeline *p = w->pipeline;
	unsigned int i, n;

	for (i = w->sent; i < w->nb; i++)
		if (w->counting[i])
			owner_leave(&p->flow[w->flow[i]].owner, w->agent.number);
	rte_errno = 0;
	n = rte_event_enqueue_burst(p->device.id, w->port, &w->ev[w->sent],
				    (uint16_t)(w->nb - w->sent));
	w->sent += n;
	if (w->sent < w->nb && rte_errno == EINVAL) {
		verdict_fail(p->verdict, CHECK_DEVICE,
			     "worker %u: the device refused an event for queue %u as invalid",
			     w->agent.number, w->ev[w->sent].queue_id);
		w->sent++;
	}
	for (i = w->sent; i < w->nb; i++)
		if (w->counting[i])
			enter_flow(w, i);
	if (n == 0)
		device_idle(&p->device, w->port);
}

unsigned int
pipeline_worker_step(struct agent *agent)
{
	struct pipeline_worker *w = agent->context;
	unsigned int n = 0;

	if (w->sent == w->nb)
		n = take(w);
	if (w->sent < w->nb)
		give_back(w);
	return n;
}

static unsigned int
receive(struct pipeline_transmitter *t)
{
	struct pipeline *p = t->pipeline;
	uint64_t now;
	unsigned int i;

	t->sent = 0;
	t->released = 0;
	t->nb = rte_event_dequeue_burst(p->device.id, t->port, t->ev, (uint16_t)p->burst, 0);
	if (t->nb == 0)
		device_idle(&p->device, t->port);
	now = rte_rdtsc();
	for (i = 0; i < t->nb; i++) {
		const struct packet_stamp *stamp = ports_stamp(&p->ports, t->ev[i].mbuf);
		struct flow_count *f = &p->flow[stamp->flow];

		if (stamp->number <= f->last_sent)
			verdict_fail(p->verdict, CHECK_ORDER,
				     "transmitter, flow %#x: packet %u came after packet %u",
				     stamp->flow, stamp->number, f->last_sent);
		f->last_sent = stamp->number;
		histo_add(&p->latency, now - stamp->time, 1);
		t->packet[i] = t->ev[i].mbuf;
		t->ev[i].op = RTE_EVENT_OP_RELEASE;
	}
	return t->nb;
}

unsigned int
pipeline_transmitter_step(struct agent *agent)
{
	struct pipeline_transmitter *t = agent->context;
	struct pipeline *p = t->pipeline;
	unsigned int n = 0;

	if (t->released == t->nb)
		n = receive(t);
	if (t->sent < t->nb)
		t->sent += rte_eth_tx_burst(p->ports.out, 0, &t->packet[t->sent],
					    (uint16_t)(t->nb - t->sent));
	if (t->sent == t->nb && t->released < t->nb) {
		t->released += rte_event_enqueue_burst(p->device.id, t->port, &t->ev[t->released],
						       (uint16_t)(t->nb - t->released));
		if (t->released == t->nb)
			atomic_fetch_add_explicit(&p->sent, t->nb, memory_order_release);
	}
	return n;
}
