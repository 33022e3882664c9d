/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The command line of dlb-device.
 */

#ifndef VU_OPTIONS_H
#define VU_OPTIONS_H

#include <stdbool.h>

#include "dlb_limits.h"
#include "vu_server.h"

struct vu_options {
	struct {
		const char *path;
		enum dlb_version version;
	} devices[VU_MAX_DEVICES];
	unsigned int nb_devices;
	const char *trace; /* NULL: none */
	bool faults;	   /* are read from standard input */
	bool help;
};

#define VU_OPTIONS_ERROR_BYTES 160

/*
 * Returns 0, or -EINVAL with a sentence in @p error. The texts stay those of @p argv. Reorders
 * nothing and keeps no state, so it can be called again.
 */
int
vu_options_parse(struct vu_options *options, int argc, char *const argv[], char *error);

extern const char vu_options_usage[];

#endif /* VU_OPTIONS_H */
