/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The tests of the kernel driver by its interface. Each returns when it has passed, and ends the
 * program when not; afterwards all that it took must have come back.
 */

#ifndef TESTS_H
#define TESTS_H

void
test_identity(void);

void
test_refusals(void);

void
test_settings(void);

void
test_limits(void);

void
test_events(void);

void
test_times(void);

void
test_maps(void);

void
test_waiting(void);

void
test_eventfd(void);

void
test_alerts(void);

void
test_sharing(void);

void
test_killing(void);

void
test_reset(void);

void
test_sleep(void);

void
test_unbind(void);

void
test_races(void);

void
test_hostile(void);

void
test_late(void);

void
test_never(void);

void
test_wrong(void);

void
test_late_writes(void);

/* The device does not come back from this one. */
void
test_gone(void);

#endif /* TESTS_H */
