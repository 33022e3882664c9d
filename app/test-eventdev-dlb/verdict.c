/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Keeps what the checks found. See verdict.h. A message slot is claimed with one atomic add,
 * so no two lcores write the same slot; readers look only after the lcores have ended.
 */
#include <stdio.h>
#include <string.h>

#include "verdict.h"

static const struct {
	const char *name;
	const char *meaning;
} checks[CHECK_NB] = {
	[CHECK_COMPLETE] = { "complete", "every event sent came to its end" },
	[CHECK_ONCE] = { "once", "no event was seen twice, none out of nowhere" },
	[CHECK_FIELDS] = { "fields", "every field of every event came back as it was sent" },
	[CHECK_EXCLUSIVE] = { "exclusive", "one worker at a time held each atomic flow" },
	[CHECK_ORDER] = { "order", "the order within each flow was intact" },
	[CHECK_FIFO] = { "fifo", "directed queues kept the order of each producer" },
	[CHECK_CAPTURE] = { "capture", "the captures show no packet lost, doubled or swapped" },
	[CHECK_COUNTERS] = { "counters", "the per-flow counters agree with the input capture" },
	[CHECK_CREDITS] = { "credits", "afterwards there was room for as many events as before" },
	[CHECK_DEVICE] = { "device", "no call into the device failed" },
};

void
verdict_reset(struct verdict *v)
{
	memset(v, 0, sizeof(*v));
}

void
verdict_fail(struct verdict *v, enum check check, const char *fmt, ...)
{
	unsigned int slot;
	va_list ap;
	int n;

	atomic_fetch_add_explicit(&v->failed[check], 1, memory_order_relaxed);
	/* A flood of failures must not wrap the slot counter round to zero. */
	if (atomic_load_explicit(&v->nb_messages, memory_order_relaxed) >= VERDICT_MESSAGES)
		return;
	slot = atomic_fetch_add_explicit(&v->nb_messages, 1, memory_order_relaxed);
	if (slot >= VERDICT_MESSAGES)
		return;
	n = snprintf(v->message[slot], VERDICT_MESSAGE_BYTES, "%s: ", checks[check].name);
	va_start(ap, fmt);
	vsnprintf(v->message[slot] + n, VERDICT_MESSAGE_BYTES - (size_t)n, fmt, ap);
	va_end(ap);
}

bool
verdict_passed(const struct verdict *v, uint32_t required)
{
	unsigned int c;

	for (c = 0; c < CHECK_NB; c++) {
		if (atomic_load(&v->failed[c]) != 0)
			return false;
		if ((required & (UINT32_C(1) << c)) != 0 && atomic_load(&v->made[c]) == 0)
			return false;
	}
	return true;
}

unsigned int
verdict_messages(const struct verdict *v)
{
	unsigned int n = atomic_load(&v->nb_messages);

	return n < VERDICT_MESSAGES ? n : VERDICT_MESSAGES;
}

const char *
verdict_check_name(enum check check)
{
	return checks[check].name;
}

const char *
verdict_check_meaning(enum check check)
{
	return checks[check].meaning;
}
