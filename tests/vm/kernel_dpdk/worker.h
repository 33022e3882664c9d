/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A process that uses devices: the events that it sends carry its tag, and those that come back are
 * counted and have to be its own.
 */

#ifndef WORKER_H
#define WORKER_H

#include <stdbool.h>
#include <stdint.h>

/* A queue for atomic and one for ordered events, and a port for both. 0 or -errno. */
int
worker_configure(uint8_t dev);

/* Send so many events through both queues. How many came back: fewer if the device takes no more. */
uint32_t
worker_run(uint8_t dev, uint32_t tag, uint32_t nb_wanted);

/*
 * Start EAL, say "ready 0", and do what standard input says, "COMMAND NUMBER" in a line each, the
 * answers being of the same form.
 */
int
worker_main(int argc, char **argv);

#endif /* WORKER_H */
