/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See fake_device.h. An event that a port holds has a slot, whose number travels as
 * impl_opaque: giving it back frees the slot and, at an atomic queue, the flow.
 */
#include <errno.h>
#include <string.h>

#include <rte_errno.h>
#include <rte_eventdev.h>
#include <rte_version.h>

#include "fake_device.h"

#define QUEUES	 4
#define PORTS	 8
#define DEPTH	 512
#define SLOTS	 256
#define FLOW_IDS (1u << 20)

struct port {
	unsigned int number;
};

static struct fake_conf conf;
static struct port port[PORTS];
static void *port_data[PORTS];
static struct rte_event waiting[QUEUES][DEPTH];
static unsigned int nb_waiting[QUEUES], nb_held, nb_enqueued;
static struct {
	unsigned int port; /* + 1; 0: free */
	struct rte_event ev;
} slot[SLOTS];
/* Per queue and flow: the port that holds it + 1, and how many of its events. */
static struct {
	uint8_t port, events;
} lock[QUEUES][FLOW_IDS];

unsigned int
fake_device_inside(void)
{
	unsigned int q, n = nb_held;

	for (q = 0; q < QUEUES; q++)
		n += nb_waiting[q];
	return n;
}

static void
append(struct rte_event ev)
{
	waiting[ev.queue_id][nb_waiting[ev.queue_id]++] = ev;
}

/* Change places with the last waiting event of the same flow, if there is one. */
static bool
append_swapped(struct rte_event ev)
{
	struct rte_event *q = waiting[ev.queue_id];
	unsigned int i = nb_waiting[ev.queue_id];

	while (i-- > 0)
		if (q[i].flow_id == ev.flow_id) {
			struct rte_event other = q[i];

			q[i] = ev;
			append(other);
			return true;
		}
	append(ev);
	return false;
}

/* Put an event into its queue; true when the mistake that is due could be made with it. */
static bool
accept_event(struct rte_event ev, bool mistake)
{
	if (!mistake) {
		append(ev);
		return false;
	}
	switch (conf.fault) {
	case FAKE_LOSE:
		return true;
	case FAKE_DOUBLE:
		append(ev);
		append(ev);
		return true;
	case FAKE_SWAP:
		return append_swapped(ev);
	case FAKE_CHANGE_FLOW:
		ev.flow_id ^= FLOW_IDS / 2;
		break;
	case FAKE_CHANGE_PAYLOAD:
		ev.u64 ^= UINT64_C(1) << 63;
		break;
	case FAKE_RIGHT:
	case FAKE_FORGET_LOCKS:
	case FAKE_REFUSE:
		break;
	}
	append(ev);
	return true;
}

static void
free_slot(unsigned int s)
{
	struct rte_event *ev = &slot[s].ev;

	if (conf.stage[ev->queue_id] == 'a' && --lock[ev->queue_id][ev->flow_id].events == 0)
		lock[ev->queue_id][ev->flow_id].port = 0;
	slot[s].port = 0;
	nb_held--;
}

static uint16_t
enqueue_burst(void *p, const struct rte_event ev[], uint16_t nb)
{
	uint16_t i;

	for (i = 0; i < nb; i++) {
		if (ev[i].op == RTE_EVENT_OP_NEW && fake_device_inside() >= conf.limit) {
			rte_errno = ENOSPC;
			break;
		}
		if (conf.fault == FAKE_REFUSE && nb_enqueued >= conf.from) {
			conf.fault = FAKE_RIGHT;
			rte_errno = EINVAL;
			break;
		}
		if (ev[i].op != RTE_EVENT_OP_NEW) {
			if (slot[ev[i].impl_opaque].port != ((struct port *)p)->number + 1)
				abort(); /* the worker gave back what it does not hold */
			free_slot(ev[i].impl_opaque);
		}
		if (ev[i].op != RTE_EVENT_OP_RELEASE &&
		    accept_event(ev[i], conf.fault != FAKE_RIGHT && nb_enqueued >= conf.from))
			conf.fault = conf.fault == FAKE_FORGET_LOCKS ? conf.fault : FAKE_RIGHT;
		nb_enqueued++;
	}
	return i;
}

static bool
may_have(unsigned int q, unsigned int i, unsigned int number)
{
	const struct rte_event *ev = &waiting[q][i];
	uint8_t holder = lock[q][ev->flow_id].port;

	if (conf.stage[q] != 'a' || conf.fault == FAKE_FORGET_LOCKS)
		return true;
	return holder == 0 || holder == number + 1;
}

static unsigned int
free_slot_number(void)
{
	unsigned int s;

	for (s = 0; s < SLOTS - 1 && slot[s].port != 0; s++)
		;
	return s;
}

static struct rte_event
hand_out(unsigned int q, unsigned int i, unsigned int number)
{
	struct rte_event ev = waiting[q][i];
	unsigned int s = free_slot_number();

	memmove(&waiting[q][i], &waiting[q][i + 1], (--nb_waiting[q] - i) * sizeof(waiting[q][0]));
	if (conf.stage[q] == 'a') {
		lock[q][ev.flow_id].port = (uint8_t)(number + 1);
		lock[q][ev.flow_id].events++;
	}
	slot[s].port = number + 1;
	slot[s].ev = ev;
	nb_held++;
	ev.impl_opaque = (uint8_t)s;
	return ev;
}

static uint16_t
dequeue_burst(void *p, struct rte_event ev[], uint16_t nb, uint64_t ticks)
{
	unsigned int number = ((struct port *)p)->number, q, i, s;
	uint16_t n = 0;

	(void)ticks;
	for (s = 0; s < SLOTS; s++) /* implicit release */
		if (slot[s].port == number + 1)
			free_slot(s);
	for (q = 0; q < strlen(conf.stage); q++)
		for (i = 0; i < nb_waiting[q] && n < nb;)
			if (may_have(q, i, number))
				ev[n++] = hand_out(q, i, number);
			else
				i++;
	return n;
}

#if RTE_VERSION < RTE_VERSION_NUM(24, 11, 0, 0)
static uint16_t
enqueue_one(void *p, const struct rte_event *ev)
{
	return enqueue_burst(p, ev, 1);
}

static uint16_t
dequeue_one(void *p, struct rte_event *ev, uint64_t ticks)
{
	return dequeue_burst(p, ev, 1, ticks);
}
#endif

void
fake_device_start(const struct fake_conf *c)
{
	unsigned int i;

	conf = *c;
	memset(nb_waiting, 0, sizeof(nb_waiting));
	memset(slot, 0, sizeof(slot));
	memset(lock, 0, sizeof(lock));
	nb_held = 0;
	nb_enqueued = 0;
	for (i = 0; i < PORTS; i++) {
		port[i].number = i;
		port_data[i] = &port[i];
	}
	rte_event_fp_ops[0].data = port_data;
	rte_event_fp_ops[0].enqueue_burst = enqueue_burst;
	rte_event_fp_ops[0].enqueue_new_burst = enqueue_burst;
	rte_event_fp_ops[0].enqueue_forward_burst = enqueue_burst;
	rte_event_fp_ops[0].dequeue_burst = dequeue_burst;
#if RTE_VERSION < RTE_VERSION_NUM(24, 11, 0, 0)
	rte_event_fp_ops[0].enqueue = enqueue_one;
	rte_event_fp_ops[0].dequeue = dequeue_one;
#endif
}
