/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * What the parts of the hostile client share.
 *
 * Attackers are the threads of some processes. The threads of a process have descriptors in slots, which
 * they use, replace and close under each other's feet. All processes count what they are given and
 * what they are refused, so that in the end it is known that each way of asking was tried, and each
 * answer seen.
 *
 * LDB = load-balanced, DIR = directed, CQ = consumer queue.
 */

#ifndef HOSTILE_H
#define HOSTILE_H

#include <setjmp.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client.h"

/* --- counting (hostile_count.c) ----------------------------------------------------------------- */

struct tally {
	atomic_uint given;
	atomic_uint refused;
	atomic_uint faults; /* an address that is none: EFAULT */
};

/* What each of a tally's numbers must be. */
enum expected {
	BOTH,	 /* given at times, and refused at times */
	GIVEN,	 /* never refused */
	REFUSED, /* never given */
};

/* An error number, or 0. One that the interface does not have is a failure, as is one about a file
 * of another kind: it has to be kept from here. */
void
tally_count(struct tally *tally, const char *name, int error);

/* There is nothing more to wait for. */
bool
tally_is_complete(const struct tally *tally, enum expected expected);

/* One line of the table. */
void
tally_print(const struct tally *tally, const char *name, enum expected expected);

/* --- what is attacked --------------------------------------------------------------------------- */

/* A domain's. A DIR queue has its port's number. */
enum object {
	LDB_QUEUE,
	LDB_PORT,
	DIR_PORT,
	NB_OBJECTS,
};

/* Half of the slots are for domains, as most requests are theirs. */
enum files {
	DEVICES,
	DOMAINS,
	PORTS,
	OTHERS, /* eventfds, duplicates, instances of epoll */
	NB_FILES,
};

#define NB_SLOTS 16

struct slot {
	atomic_int fd;
	atomic_uint ids[NB_OBJECTS]; /* of a domain: which it has, or had */
	atomic_uint bytes;	     /* of a port file: how long its mapping is */
};

#define NB_ENTRIES 16

/* A process. */
struct attack {
	struct slot slots[NB_SLOTS];
	struct dlb_qe *entries;	      /* own memory, to be taken for a CQ */
	_Atomic(const void *) mapped; /* may be gone */
};

/* A thread. */
struct attacker {
	struct attack *process;
	unsigned int seed;
	uint8_t *end;	       /* of memory, behind which nothing is */
	uint8_t *end_readable; /* of the same memory, where it cannot be written to */
	sigjmp_buf *on_bus_error;
};

#define NB_ORDERS 40 /* more than there are requests and ways of mapping */

/* Shared by all. */
struct shared {
	struct tally requests[NB_ORDERS];
	struct tally maps[NB_ORDERS];
	struct tally sleeps[2];
	atomic_uint nb_attacks;
	bool has_inflight_threshold; /* and CQ weights: 2.5 */
	/* Somebody else's domain: nothing of it may ever be given to an attacker. */
	atomic_bool neighbour_lives;
	uint32_t neighbours[NB_OBJECTS];
};

extern struct shared *shared;

/* --- attackers (hostile_attack.c) --------------------------------------------------------------- */

/* The process: does not return. */
void
attack_process(void);

/* Who touches what is gone comes back to where on_bus_error says. */
void
bus_errors_catch(struct attacker *me);

/* A number below another one. */
uint32_t
below(struct attacker *me, uint32_t nb);

/* A word as it would be in a request that is right, or nearly. */
uint32_t
any_word(struct attacker *me);

struct slot *
any_slot(struct attacker *me, enum files files);

/* Put a new descriptor in the place of another one, which is closed. Its slot. */
struct slot *
keep(struct attacker *me, enum files files, int fd);

/* --- the attacks -------------------------------------------------------------------------------- */

/* hostile_request.c */
void
attack_by_request(struct attacker *me);

bool
requests_complete(void);

void
requests_print(void);

/* hostile_map.c */
void
attack_by_map(struct attacker *me);

/* What a mapping is for, unless it has been taken away meanwhile. */
void
touch(struct attacker *me, volatile uint64_t *at);

/* A port's mapping as it should be, and with an offset, which is ignored; or NULL. */
void *
map_as_told(int fd, size_t bytes, off_t offset);

/* To another address, which it returns. */
void *
map_move(void *at, size_t bytes);

/* A port file of a domain that was lost in a reset cannot be mapped any more. */
void
map_after_reset(int fd, size_t bytes);

/* A port file alone keeps its domain alive. */
void
map_without_domain(int fd, size_t bytes);

bool
maps_complete(void);

void
maps_print(void);

/* --- resets (hostile_reset.c) ------------------------------------------------------------------- */

/* Reset the device while there are sleepers, or some who are about to sleep, and mappings at any
 * offset. Returns how many slept. */
unsigned int
reset_once(struct attacker *me, int device);

/* --- what is left of it (hostile_leaks.c) ------------------------------------------------------- */

struct usage {
	unsigned int nb_rigs;	     /* domains that can be there at once, each moving events */
	unsigned int nb_allocations; /* of the driver */
	unsigned int max_eventfd; /* the last number, when so many are made that no gap is left */
	unsigned long free_kb;
};

/* Needs the kernel to remember who allocates: slub_debug=U. */
struct usage
usage_get(int device);

/* Nothing has been kept, and no memory that was freed has been written to. */
void
usage_check(int device, const struct usage *before);

#endif /* HOSTILE_H */
