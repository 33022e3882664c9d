/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Between the files of the ledger: the single checks, and the bitmaps they share.
 */
#ifndef LEDGER_PRIV_H
#define LEDGER_PRIV_H

#include "ledger.h"

static inline bool
bit_test(const atomic_uint_least64_t *map, uint32_t bit)
{
	return (atomic_load_explicit(&map[bit / 64], memory_order_acquire) >> (bit % 64) & 1) != 0;
}

/* Sets the bit; true when it was set already. */
static inline bool
bit_test_and_set(atomic_uint_least64_t *map, uint32_t bit)
{
	uint64_t mask = UINT64_C(1) << (bit % 64);

	return (atomic_fetch_or_explicit(&map[bit / 64], mask, memory_order_acq_rel) & mask) != 0;
}

/* The check of one arrival each; called in this order by ledger_arrive(). */
void
ledger_check_once(struct ledger *l, unsigned int stage, uint32_t id);

void
ledger_check_fields(struct ledger *l, unsigned int stage, uint32_t id, const struct rte_event *ev);

void
ledger_check_exclusive(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id);

void
ledger_check_order(struct ledger *l, unsigned int stage, unsigned int actor, uint32_t id);

#endif /* LEDGER_PRIV_H */
