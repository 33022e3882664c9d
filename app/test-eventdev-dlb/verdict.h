/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What the checks of one scenario found: for each kind of check how often it was made, how
 * often it failed, and the first messages that say what failed, where, expected and seen.
 * A check that was never made has not passed: it is reported as "not made".
 * Safe to call from all lcores at once.
 */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum check {
	CHECK_COMPLETE,	 /* each event sent came to its end before the time was up */
	CHECK_ONCE,	 /* no event was seen twice at a stage, none out of nowhere */
	CHECK_FIELDS,	 /* each field of the event came back as it was sent */
	CHECK_EXCLUSIVE, /* an atomic flow is in the hands of one worker at a time */
	CHECK_ORDER,	 /* the order within each flow is intact */
	CHECK_FIFO,	 /* a directed queue keeps the order of each producer */
	CHECK_CAPTURE,	 /* what the two captures say: nothing lost, doubled, changed */
	CHECK_COUNTERS,	 /* the per-flow counters agree with the input capture */
	CHECK_CREDITS,	 /* the device has room for as many events as before the run */
	CHECK_DEVICE,	 /* no call into the device failed */
	CHECK_NB
};

#define VERDICT_MESSAGES      12
#define VERDICT_MESSAGE_BYTES 320

struct verdict {
	atomic_uint_fast64_t made[CHECK_NB];
	atomic_uint_fast64_t failed[CHECK_NB];
	atomic_uint nb_messages; /* may exceed VERDICT_MESSAGES: those were not kept */
	char message[VERDICT_MESSAGES][VERDICT_MESSAGE_BYTES];
};

void
verdict_reset(struct verdict *v);

/* Count checks made; `times` lets a burst be counted with one call. */
static inline void
verdict_made(struct verdict *v, enum check check, uint64_t times)
{
	atomic_fetch_add_explicit(&v->made[check], times, memory_order_relaxed);
}

/* A check failed: keep the message if it is among the first. */
void
verdict_fail(struct verdict *v, enum check check, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* True when no check failed and each of `required` (bits 1 << check) was made at least once. */
bool
verdict_passed(const struct verdict *v, uint32_t required);

unsigned int
verdict_messages(const struct verdict *v);

/* "exclusive": the name used in text and JSON. */
const char *
verdict_check_name(enum check check);

/* One sentence for people: what the check proves. */
const char *
verdict_check_meaning(enum check check);

#endif /* VERDICT_H */
