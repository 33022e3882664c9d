/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What fuzzers of the software device share: their input as a stream of numbers, and a device with
 * memory for its consumer queues (CQ) whose invariants end the process when they are violated.
 * Each ring that the device has mapped is an allocation of its own size, so that the address
 * sanitizer sees when it writes beyond, or to one that was taken away.
 *
 * LDB load-balanced, DIR directed, HCW hardware command word.
 */

#ifndef FUZZ_DEVICE_H
#define FUZZ_DEVICE_H

#include "dlbsim.h"

#define FUZZ_LDB_PORTS	6
#define FUZZ_LDB_QUEUES 5
#define FUZZ_DIR	3
#define FUZZ_IOVA	UINT64_C(0x4200000000)
#define FUZZ_RING_BYTES 4096
#define FUZZ_MAPS	64

struct fuzz_input {
	const uint8_t *data;
	size_t left;
};

/* The next number of so many bytes; zeroes after the end. */
uint32_t
fuzz_number(struct fuzz_input *in, unsigned int bytes);

struct fuzz_map {
	uint64_t iova;
	size_t len;
	uint8_t *memory; /* NULL: not in use */
};

struct fuzz_device {
	struct dlbsim *sim;
	enum dlb_version version;
	bool refuse_map;
	bool refuse_dma;
	uint64_t now_ns;
	uint64_t nb_sent; /* HCWs so far: the data of the next one */
	struct fuzz_map maps[FUZZ_MAPS];
};

/* A device in its reset state. */
struct fuzz_device *
fuzz_device_begin(enum dlb_version version);
/* One domain with several kinds of queues and ports, as a driver would bring it up. */
void
fuzz_device_bring_up(struct fuzz_device *device, uint32_t variant);
/* Take memory away that the device may have mapped. */
void
fuzz_device_unmap(struct fuzz_device *device, uint64_t iova, uint64_t len);
void
fuzz_device_verify(const struct fuzz_device *device);
uint32_t
fuzz_get(struct fuzz_device *device, enum dlb_reg reg, uint32_t i);
void
fuzz_set(struct fuzz_device *device, enum dlb_reg reg, uint32_t i, uint32_t value);
/* Write as many HCWs as the input says, to the port it says. */
void
fuzz_pp_write(struct fuzz_device *device, struct fuzz_input *in);
/* End the process unless @p ok, which @p what describes. */
void
fuzz_require(bool ok, const char *what);

#endif /* FUZZ_DEVICE_H */
