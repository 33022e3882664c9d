/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * How a packet must look behind a router, worked out from how it looked before it. This is
 * the comparer's side of the matter: where the router corrects a checksum by a difference,
 * this sums the whole header up anew; what both agree on is not one mistake made twice.
 */
#ifndef EXPECT_H
#define EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow.h"

/* The router's Ethernet addresses: its own, and its neighbours', who differ in the last byte. */
extern const uint8_t router_own_address[6];
extern const uint8_t router_hop_address[6];

/*
 * Turn an input frame into the output frame that is expected for it, with Ethernet addresses
 * that were rewritten set to zero. False when a router must drop the frame.
 */
bool
expect_from_input(uint8_t *frame, size_t length, struct flow_key *key);

/*
 * Bring an output frame into the same form. Ethernet addresses that are not as the router
 * writes them stay, so the frame will not equal what is expected.
 */
void
expect_from_output(uint8_t *frame, size_t length, struct flow_key *key);

#endif /* EXPECT_H */
