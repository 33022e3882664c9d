/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The proof of exclusivity: one word per atomic flow says which worker holds how many events
 * of it. Whoever gets an event enters, whoever gives it back leaves; entering a flow that
 * another worker holds is the violation. The word is 0 when nobody holds the flow.
 */
#ifndef OWNER_H
#define OWNER_H

#include <stdatomic.h>
#include <stdint.h>

#define OWNER_SHIFT  16
#define OWNER_HELD   ((UINT32_C(1) << OWNER_SHIFT) - 1)
#define OWNER_NOBODY UINT32_MAX

typedef atomic_uint_least32_t owner_word;

static inline uint32_t
owner_mark(unsigned int worker)
{
	return (uint32_t)(worker + 1) << OWNER_SHIFT;
}

/* OWNER_NOBODY when the flow is ours now, else the worker that holds it. */
static inline uint32_t
owner_enter(owner_word *word, unsigned int worker)
{
	uint32_t mine = owner_mark(worker);
	uint32_t now = atomic_load_explicit(word, memory_order_acquire);

	do {
		if (now != 0 && (now & ~OWNER_HELD) != mine)
			return (now >> OWNER_SHIFT) - 1;
	} while (!atomic_compare_exchange_weak_explicit(word, &now, (now & OWNER_HELD) + 1 + mine,
							memory_order_acq_rel,
							memory_order_acquire));
	return OWNER_NOBODY;
}

/* Does nothing when the word is another worker's: that violation has been reported. */
static inline void
owner_leave(owner_word *word, unsigned int worker)
{
	uint32_t mine = owner_mark(worker);
	uint32_t now = atomic_load_explicit(word, memory_order_acquire);

	while ((now & ~OWNER_HELD) == mine &&
	       !atomic_compare_exchange_weak_explicit(word, &now,
						      (now & OWNER_HELD) == 1 ? 0 : now - 1,
						      memory_order_acq_rel, memory_order_acquire))
		;
}

#endif /* OWNER_H */
