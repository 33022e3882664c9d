/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A domain in several processes: both sides in this one. What one side sends this carries to the
 * other, which answers at once; or it keeps, loses or spoils it.
 */

#ifndef SHARE_RIG_H
#define SHARE_RIG_H

#include <stdbool.h>

#include <rte_eal.h>

#include "kernel_rig.h"

/* How messages fare. */
struct share_post {
	rte_mp_t action;
	int register_error;
	int request_error; /* instead of an answer */
	bool is_silent;	   /* no error, and no answer */
	bool spoils;	   /* answers have a strange length */
	bool drops_file;   /* messages arrive without theirs */
	unsigned int nb_answers;
	struct rte_mp_msg request; /* the last one, and its answer */
	struct rte_mp_msg answer;
	const struct rte_mp_msg *instead; /* of what is sent, this arrives */
	const struct rte_mp_msg *second;  /* another process answers, too */
	/* Instead: this message comes first, and then this answer. */
	const struct rte_mp_msg *first;
	const struct rte_mp_msg *then;
};

extern struct share_post post;

/* A primary with a domain, and nobody else. */
int
share_setup(void **rig);

int
share_teardown(void **rig);

/* A secondary comes, and goes. */
int
share_attach(void);

int
share_attach_to(uint8_t dev_id);

void
share_detach(void);

/* A message of the primary's arrives at a secondary, which answers. */
void
share_deliver(const struct rte_mp_msg *msg);

/* By each process: two ports, two mappings each. */
#define SHARE_NB_MAPPED 4
/* By the primary: device and domain. */
#define SHARE_NB_OPEN 2

#define ASSERT_ALL_HAVE(nb)                                    \
	do {                                                   \
		assert_int_equal(fake.nb_mapped, nb);          \
		assert_int_equal(fake.nb_open, SHARE_NB_OPEN); \
	} while (0)

#endif /* SHARE_RIG_H */
