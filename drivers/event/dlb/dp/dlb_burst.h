/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The entry points of the data path, for a variant file to include after its pack file and its
 * line writer: the compiler makes a set of them for each variant.
 */

#ifndef DLB_BURST_H
#define DLB_BURST_H

#include "dlb_dequeue.h"
#include "dlb_enqueue.h"

static uint16_t
enqueue_single(void *port, const struct rte_event *ev)
{
	return dlb_enqueue_one(port, ev);
}

static uint16_t
enqueue_burst(void *port, const struct rte_event ev[], uint16_t n)
{
	return dlb_enqueue(port, ev, n, DLB_KNOWN_NONE);
}

static uint16_t
enqueue_new_burst(void *port, const struct rte_event ev[], uint16_t n)
{
	return dlb_enqueue(port, ev, n, DLB_KNOWN_NEW);
}

static uint16_t
enqueue_forward_burst(void *port, const struct rte_event ev[], uint16_t n)
{
	return dlb_enqueue(port, ev, n, DLB_KNOWN_FORWARD);
}

static uint16_t
dequeue_single(void *port, struct rte_event *ev, uint64_t timeout_ticks)
{
	return dlb_dequeue(port, ev, 1, timeout_ticks);
}

static uint16_t
dequeue_burst(void *port, struct rte_event ev[], uint16_t n, uint64_t timeout_ticks)
{
	return dlb_dequeue(port, ev, n, timeout_ticks);
}

static uint16_t
flush(struct dlb_port *port, struct rte_event ev[], uint16_t n)
{
	uint16_t got;

	dequeue_release(port);
	got = dequeue_look(port, ev, n);
	if (got == 0) {
		dlb_credit_flush(port);
		dlb_dir_credit_flush(port);
	}
	return got;
}

/* The variant's set, called @text in logs, and what it needs. */
#define DLB_BURST_OPS(text, vectors_needed, lines_needed)                                  \
	{                                                                                  \
		.name = text, .vectors = vectors_needed, .lines = lines_needed,            \
		.enqueue = enqueue_single, .enqueue_burst = enqueue_burst,                 \
		.enqueue_new_burst = enqueue_new_burst,                                    \
		.enqueue_forward_burst = enqueue_forward_burst, .dequeue = dequeue_single, \
		.dequeue_burst = dequeue_burst, .flush = flush,                            \
	}

#endif /* DLB_BURST_H */
