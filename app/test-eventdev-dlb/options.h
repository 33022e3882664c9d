/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The command line behind the "--" that ends EAL's (the environment abstraction layer's, DPDK's
 * start-up) own options. One table row per option holds its name, kind, range, default and
 * help; defaults go through the same parser as what the user types.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define OPTIONS_LIST_MAX    8
#define OPTIONS_ERROR_BYTES 256

enum shuffle {
	SHUFFLE_AUTO,
	SHUFFLE_ON,
	SHUFFLE_OFF,
};

enum release {
	RELEASE_MIXED,
	RELEASE_IMPLICIT,
	RELEASE_EXPLICIT,
};

struct number_list {
	unsigned int nb;
	uint64_t v[OPTIONS_LIST_MAX];
};

struct letter_list {
	unsigned int nb;
	char v[OPTIONS_LIST_MAX];
};

struct options {
	/* All tests */
	const char *test;
	const char *dev;
	uint64_t workers;
	struct number_list burst;
	uint64_t timeout_s;
	uint64_t progress_s;
	const char *json;
	bool list;
	/* Checkers */
	uint64_t producers;
	uint64_t events;
	uint64_t flows;
	uint64_t seed;
	struct letter_list stages;
	bool all_types;
	unsigned int shuffle;
	unsigned int release;
	uint64_t delay_percent;
	uint64_t split_percent;
	uint64_t drop_percent;
	/* perf */
	struct number_list topology;
	struct letter_list types;
	struct number_list cores;
	uint64_t duration_ms;
	uint64_t repeats;
	uint64_t inflight;
	uint64_t load_percent;
	/* pipeline */
	const char *input;
	const char *output;
	uint64_t loops;
};

/*
 * Parse argv[1..argc-1]; argv[0] is skipped, as the program's name. Texts point into argv.
 * 0, or -EINVAL with one line in error that names the option, the value and what is allowed.
 */
int
options_parse(struct options *o, int argc, char **argv, char *error);

/* The option part of --help. */
void
options_help(FILE *out);

#endif /* OPTIONS_H */
