/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Requests of a client that means no good. See hostile.h.
 *
 * Each is first made as it should be, for an object that there is, in memory that ends where the
 * structure does. Half of them are then spoilt: by a wrong word, a wrong length, a wrong file, memory
 * that is none.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "hostile.h"

/* --- what there is to ask for ------------------------------------------------------------------- */

/* What belongs in a word of a request. */
enum word {
	ZERO,
	BIT,
	FEW,
	EIGHT,
	SOME,
	ANYTHING,
	SNS,	 /* of an ordered queue, or 0 */
	GROUP,	 /* of SNs */
	CLASS,	 /* of service */
	PERCENT, /* four of them are not more than 100 */
	PRIORITY,
	COUNTER,   /* class and index of a statistic */
	DEPTH,	   /* two of 16 bits: of a CQ, and how many elements make it interrupt */
	HISTORY,   /* of a CQ, and any class of service */
	THRESHOLD, /* of 16 bits, behind whether there is one */
	AN_LDB_QUEUE,
	AN_LDB_PORT,
	A_DIR_PORT,
	A_DIR_PORT_OR_NONE,
};

#define FIRST_WORD 2 /* behind the response */
#define NB_WORDS   26

/* The words that are not named are 0, or are a pointer: see own_fill(). */
struct request {
	const char *name;
	unsigned long code;
	enum files files;
	uint8_t words[NB_WORDS - FIRST_WORD];
};

/* clang-format off */
#define OF_DEVICE(name, ...) { #name, DLB_IOC_##name, DEVICES, { __VA_ARGS__ } }
#define OF_DOMAIN(name, ...) { #name, DLB_IOC_##name, DOMAINS, { __VA_ARGS__ } }

static const struct request requests[] = {
	OF_DEVICE(GET_DEVICE_VERSION),
	OF_DEVICE(CREATE_SCHED_DOMAIN, ZERO, ZERO, FEW, FEW, ZERO, ZERO, ZERO, ZERO, FEW,
		  SOME, SOME, SOME, SOME, BIT, BIT, BIT),
	OF_DEVICE(GET_NUM_RESOURCES),
	OF_DEVICE(SET_SN_ALLOCATION, GROUP, SNS),
	OF_DEVICE(GET_SN_ALLOCATION, GROUP),
	OF_DEVICE(SET_COS_BW, CLASS, PERCENT),
	OF_DEVICE(GET_COS_BW, CLASS),
	OF_DEVICE(GET_SN_OCCUPANCY, GROUP),
	OF_DEVICE(QUERY_CQ_POLL_MODE),
	OF_DEVICE(GET_XSTATS, SOME, SOME, COUNTER, ANYTHING),
	OF_DOMAIN(CREATE_LDB_QUEUE, SNS, SOME, EIGHT, ZERO, SOME),
	OF_DOMAIN(CREATE_DIR_QUEUE, A_DIR_PORT_OR_NONE, SOME),
	OF_DOMAIN(CREATE_LDB_PORT, DEPTH, HISTORY, THRESHOLD),
	OF_DOMAIN(CREATE_DIR_PORT, DEPTH, A_DIR_PORT_OR_NONE, BIT),
	OF_DOMAIN(START_DOMAIN),
	OF_DOMAIN(MAP_QID, AN_LDB_PORT, AN_LDB_QUEUE, PRIORITY),
	OF_DOMAIN(UNMAP_QID, AN_LDB_PORT, AN_LDB_QUEUE),
	OF_DOMAIN(ENABLE_LDB_PORT, AN_LDB_PORT),
	OF_DOMAIN(ENABLE_DIR_PORT, A_DIR_PORT),
	OF_DOMAIN(DISABLE_LDB_PORT, AN_LDB_PORT),
	OF_DOMAIN(DISABLE_DIR_PORT, A_DIR_PORT),
	OF_DOMAIN(BLOCK_ON_CQ_INTERRUPT),
	OF_DOMAIN(ENQUEUE_DOMAIN_ALERT, SOME, SOME),
	OF_DOMAIN(GET_LDB_QUEUE_DEPTH, AN_LDB_QUEUE),
	OF_DOMAIN(GET_DIR_QUEUE_DEPTH, A_DIR_PORT),
	OF_DOMAIN(PENDING_PORT_UNMAPS, AN_LDB_PORT),
	OF_DOMAIN(GET_LDB_PORT_PP_FD, AN_LDB_PORT),
	OF_DOMAIN(GET_LDB_PORT_CQ_FD, AN_LDB_PORT),
	OF_DOMAIN(GET_DIR_PORT_PP_FD, A_DIR_PORT),
	OF_DOMAIN(GET_DIR_PORT_CQ_FD, A_DIR_PORT),
	OF_DOMAIN(ENABLE_CQ_WEIGHT, AN_LDB_PORT, FEW),
	OF_DOMAIN(ENABLE_CQ_EPOLL),
	OF_DOMAIN(SET_CQ_INFLIGHT_CTRL, AN_LDB_PORT, THRESHOLD),
	OF_DOMAIN(STOP_DOMAIN),
};

/* clang-format on */

#define NB_REQUESTS	(sizeof(requests) / sizeof(requests[0]))
#define FIRST_OF_DOMAIN 10
_Static_assert(NB_REQUESTS <= NB_ORDERS, "tallies");

struct call {
	const struct request *request;
	struct slot *slot;
	int fd;
	unsigned long code;
	union {
		uint32_t words[NB_WORDS];
		struct dlb_response response;
		struct dlb_arg_create_domain create_domain;
		struct dlb_arg_block block;
		struct dlb_arg_cq_eventfd eventfd;
	};
	size_t bytes; /* that the kernel may read, and write */
	void *at;
	bool is_another; /* not the table's: by its number, or its file */
	bool is_wild;	 /* at is no place for an answer */
};

/* Its code alone is that of GET_XSTATS, too. */
static bool
is_block(const struct call *call)
{
	return call->request->files == DOMAINS &&
	       call->request->code == DLB_IOC_BLOCK_ON_CQ_INTERRUPT;
}

/* --- a request that is right -------------------------------------------------------------------- */

/* Most often one that the domain has. */
static uint32_t
any_id(struct attacker *me, const struct slot *slot, enum object object)
{
	switch (below(me, 16)) {
	case 0:
		return below(me, 4);
	case 1:
		return any_word(me);
	case 2:
		return shared->neighbours[object];
	default:
		return slot->ids[object];
	}
}

static uint32_t
right_word(struct attacker *me, const struct slot *slot, enum word word)
{
	switch (word) {
	case ZERO:
		return 0;
	case BIT:
	case GROUP:
		return below(me, 2);
	case FEW:
		return 1 + below(me, 2);
	case EIGHT:
		return 8;
	case SOME:
		return 32;
	case ANYTHING:
		return below(me, 2) ? below(me, 8) : any_word(me);
	case SNS:
		return below(me, 2) ? 64 : 0;
	case CLASS:
		return below(me, DLB_UAPI_NB_COS);
	case PRIORITY:
		return below(me, 8);
	case PERCENT:
		return below(me, 26);
	case COUNTER:
		return below(me, 5) << 16 | below(me, 8);
	case DEPTH:
		return 1u << 16 | 8;
	case HISTORY:
		return DLB_UAPI_ANY_COS << 16 | 8;
	case THRESHOLD:
		return 4u << 16 | below(me, 2);
	case AN_LDB_QUEUE:
		return any_id(me, slot, LDB_QUEUE);
	case AN_LDB_PORT:
		return any_id(me, slot, LDB_PORT);
	case A_DIR_PORT:
		return any_id(me, slot, DIR_PORT);
	case A_DIR_PORT_OR_NONE:
		return below(me, 2) ? ~0u : any_id(me, slot, DIR_PORT);
	}
	return 0;
}

/* Where the attacker waits for an element: in memory of its own, where there is none unless
 * another attacker writes one, so that it sleeps; or where memory may have gone. */
static uintptr_t
any_entry(struct attacker *me)
{
	switch (below(me, 16)) {
	case 0:
		return (uintptr_t)me->end - 8;
	case 1:
		return (uintptr_t)me->process->mapped;
	default:
		return (uintptr_t)&me->process->entries[below(me, NB_ENTRIES)];
	}
}

/* What the words of a table cannot say: what is of this process. */
static void
own_fill(struct attacker *me, struct call *call)
{
	bool is_ldb = below(me, 2);
	uint32_t port = any_id(me, call->slot, is_ldb ? LDB_PORT : DIR_PORT);

	if (is_block(call))
		call->block = (struct dlb_arg_block){
			.port_id = port,
			.is_ldb = is_ldb,
			.arm = below(me, 2) != 0,
			.cq_gen = 1,
			.cq_va = any_entry(me),
		};
	if (call->request->code == DLB_IOC_ENABLE_CQ_EPOLL)
		call->eventfd = (struct dlb_arg_cq_eventfd){
			.port_id = port,
			.process_id = (uint32_t)(below(me, 16) ? getpid() : getppid()),
			.event_fd = (uint32_t)any_slot(me, OTHERS)->fd,
			.is_ldb = is_ldb,
		};
}

/* Domains have to live for some requests before another one takes their place. */
static unsigned int
any_request(struct attacker *me)
{
	if (below(me, 8) == 0)
		return below(me, FIRST_OF_DOMAIN);
	return FIRST_OF_DOMAIN + below(me, NB_REQUESTS - FIRST_OF_DOMAIN);
}

static void
right_fill(struct attacker *me, struct call *call)
{
	const struct request *request = &requests[any_request(me)];

	*call = (struct call){ .request = request,
			       .slot = any_slot(me, request->files),
			       .code = request->code };
	call->fd = call->slot->fd;
	for (unsigned int i = FIRST_WORD; i < NB_WORDS; i++)
		call->words[i] =
			right_word(me, call->slot, (enum word)request->words[i - FIRST_WORD]);
	own_fill(me, call);
}

/* --- spoiling it -------------------------------------------------------------------------------- */

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* A structure of another length, up to beyond the longest; a missing rest is taken to be 0. What
 * else there is in a code does not count. */
static void
code_spoil(struct attacker *me, struct call *call)
{
	uint32_t length = below(me, 4) ? below(me, 128) : below(me, 1u << _IOC_SIZEBITS);

	call->code = _IOC(below(me, 4), below(me, 2) ? DLB_IOC_MAGIC : below(me, 256),
			  _IOC_NR(call->code), length);
}

/* Something that is asked of the wrong file, or that nobody knows. */
static void
kind_spoil(struct attacker *me, struct call *call)
{
	call->is_another = true;
	if (below(me, 2))
		call->fd = any_slot(me, (enum files)below(me, NB_FILES))->fd;
	else
		call->code = _IOC(_IOC_DIR(call->code), DLB_IOC_MAGIC, below(me, 256),
				  _IOC_SIZE(call->code));
}

/* Not quite a place for the structure: in part, or without a right to write there, or none at all. */
static void
place_spoil(struct attacker *me, struct call *call)
{
	static const uintptr_t nowhere[] = { 0, 8, 0x7ffffffffff8, 0xffff888000000000, ~7ul };

	if (call->bytes == 0)
		return;
	call->is_wild = true;
	switch (below(me, 3)) {
	case 0:
		call->at = (void *)nowhere[below(me, sizeof(nowhere) / sizeof(nowhere[0]))];
		break;
	case 1:
		call->at = me->end_readable - call->bytes;
		break;
	default:
		call->at = me->end - below(me, (uint32_t)call->bytes);
	}
}

/* Nothing may be read from behind the end, nor be written there. */
#define FILLING	    0xa5
#define MAX_FILLING 256

static void
place(struct attacker *me, struct call *call, size_t filling)
{
	call->bytes = least(_IOC_SIZE(call->code), _IOC_SIZE(call->request->code));
	memset((uint8_t *)call->words + call->bytes, 0, sizeof(call->words) - call->bytes);
	memset(me->end - filling, FILLING, filling);
	call->at = me->end - filling - call->bytes;
	memcpy(call->at, call->words, call->bytes);
}

static void
spoil(struct attacker *me, struct call *call)
{
	size_t filling = 0;

	switch (below(me, 8)) {
	case 0:
		call->words[FIRST_WORD + below(me, 6)] = any_word(me);
		break;
	case 1:
		call->words[FIRST_WORD + below(me, NB_WORDS - FIRST_WORD)] = any_word(me);
		break;
	case 2:
	case 3:
		code_spoil(me, call);
		filling = below(me, MAX_FILLING);
		break;
	case 4:
		kind_spoil(me, call);
		break;
	case 5:
		place(me, call, 0);
		place_spoil(me, call);
		return;
	default:
		filling = below(me, MAX_FILLING);
	}
	place(me, call, filling);
}

/* --- the answer --------------------------------------------------------------------------------- */

static void
filling_check(const struct attacker *me, const struct call *call)
{
	const uint8_t *at = call->at;

	for (at += call->bytes; !call->is_wild && at < me->end; at++)
		if (*at != FILLING)
			fail("%s: the kernel has written %zu bytes behind the end of %zu",
			     call->request->name, (size_t)(me->end - at), call->bytes);
}

/* A statistic of what there is none of is left as the caller sent it. */
static bool
is_invented(const struct call *call, const struct dlb_arg_xstats *answer)
{
	return call->request->files == DEVICES && call->request->code == DLB_IOC_GET_XSTATS &&
	       call->bytes == sizeof(*answer) && answer->xstats_id >= 96 &&
	       memcmp(&answer->xstats_val, &call->words[FIRST_WORD], 8) != 0;
}

/* What no device has so many of. */
static bool
is_beyond(const struct call *call)
{
	static const uint32_t nbs[] = {
		[GROUP] = 2,	     [CLASS] = 4,	 [PERCENT] = 101,  [PRIORITY] = 8,
		[AN_LDB_QUEUE] = 32, [AN_LDB_PORT] = 64, [A_DIR_PORT] = 96
	};

	for (unsigned int i = FIRST_WORD; i < NB_WORDS; i++) {
		uint8_t word = call->request->words[i - FIRST_WORD];

		if (word < sizeof(nbs) / sizeof(nbs[0]) && nbs[word] != 0 &&
		    call->words[i] >= nbs[word])
			return true;
	}
	return false;
}

/* Has it something of the neighbour's in its words? */
static bool
is_foreign(const struct call *call)
{
	static const uint8_t objects[] = { [AN_LDB_QUEUE] = LDB_QUEUE,
					   [AN_LDB_PORT] = LDB_PORT,
					   [A_DIR_PORT] = DIR_PORT,
					   [A_DIR_PORT_OR_NONE] = DIR_PORT };
	const struct request *request = call->request;

	if (is_block(call))
		return call->block.port_id ==
		       shared->neighbours[call->block.is_ldb ? LDB_PORT : DIR_PORT];
	if (request->code == DLB_IOC_ENABLE_CQ_EPOLL)
		return call->eventfd.port_id ==
		       shared->neighbours[call->eventfd.is_ldb ? LDB_PORT : DIR_PORT];
	for (unsigned int i = FIRST_WORD; i < NB_WORDS; i++) {
		uint8_t word = request->words[i - FIRST_WORD];

		if (word >= AN_LDB_QUEUE && call->words[i] == shared->neighbours[objects[word]])
			return true;
	}
	return false;
}

static void
given_check(const struct call *call, const struct dlb_response *response)
{
	if (call->is_wild)
		fail("%s: an answer to nowhere", call->request->name);
	if (is_foreign(call) && shared->neighbour_lives)
		fail("%s: the neighbour's port or queue is given", call->request->name);
	if (is_beyond(call) || is_invented(call, call->at))
		fail("%s: what there is none of is given", call->request->name);
	if (call->bytes >= sizeof(*response) && response->status != DLB_ST_SUCCESS)
		fail("%s: status %u, and no error", call->request->name, response->status);
}

/* Whose memory is as long as the request, has no fault to be told of but its own pointer. */
static void
fault_check(const struct call *call)
{
	if (!call->is_wild && !is_block(call) &&
	    call->request->code != DLB_IOC_SET_CQ_INFLIGHT_CTRL)
		fail("%s: more than %zu bytes are read or written", call->request->name,
		     call->bytes);
}

/* Use what was made in what follows. */
static void
learn(struct attacker *me, const struct call *call, const struct dlb_response *response)
{
	bool is_cq = false;

	switch (call->request->code) {
	case DLB_IOC_CREATE_SCHED_DOMAIN:
		if (call->bytes >= sizeof(*response) + sizeof(uint32_t))
			keep(me, DOMAINS, (int)((const uint32_t *)response)[FIRST_WORD]);
		break;
	case DLB_IOC_CREATE_LDB_QUEUE:
		call->slot->ids[LDB_QUEUE] = response->id;
		break;
	case DLB_IOC_CREATE_LDB_PORT:
		call->slot->ids[LDB_PORT] = response->id;
		break;
	case DLB_IOC_CREATE_DIR_PORT:
	case DLB_IOC_CREATE_DIR_QUEUE:
		call->slot->ids[DIR_PORT] = response->id;
		break;
	case DLB_IOC_GET_LDB_PORT_CQ_FD:
	case DLB_IOC_GET_DIR_PORT_CQ_FD:
		is_cq = true;
		/* fall through */
	case DLB_IOC_GET_LDB_PORT_PP_FD:
	case DLB_IOC_GET_DIR_PORT_PP_FD:
		keep(me, PORTS, (int)response->id)->bytes =
			is_cq ? DLB_UAPI_CQ_BYTES : DLB_UAPI_PP_BYTES;
		break;
	default:
		break;
	}
}

static void
judge(struct attacker *me, const struct call *call, int error)
{
	const struct dlb_response *response = call->at;

	filling_check(me, call);
	/* A descriptor may be gone, too, or be a port's. */
	if (call->is_another || error == ENOTTY || error == EBADF)
		return;
	tally_count(&shared->requests[call->request - requests], call->request->name, error);
	if (error == EFAULT)
		fault_check(call);
	if (is_block(call))
		shared->sleeps[error == EACCES].given += error == EINTR || error == EACCES;
	if (error != 0)
		return;
	given_check(call, response);
	if (call->bytes >= sizeof(*response))
		learn(me, call, response);
}

void
attack_by_request(struct attacker *me)
{
	struct call call;
	int error;

	right_fill(me, &call);
	if (below(me, 2))
		spoil(me, &call);
	else
		place(me, &call, 0);
	error = try_request(call.fd, call.code, call.at);
	judge(me, &call, error);
}

/* --- all of them -------------------------------------------------------------------------------- */

/* 2.0 has none of two; the version is given to all. */
static enum expected
expected_of(const struct request *request)
{
	if (!shared->has_inflight_threshold && (request->code == DLB_IOC_ENABLE_CQ_WEIGHT ||
						request->code == DLB_IOC_SET_CQ_INFLIGHT_CTRL))
		return REFUSED;
	return request->code == DLB_IOC_GET_DEVICE_VERSION ? GIVEN : BOTH;
}

bool
requests_complete(void)
{
	for (unsigned int i = 0; i < NB_REQUESTS; i++)
		if (!tally_is_complete(&shared->requests[i], expected_of(&requests[i])) ||
		    shared->requests[i].faults == 0)
			return false;
	return shared->sleeps[0].given > 0 && shared->sleeps[1].given > 0;
}

void
requests_print(void)
{
	for (unsigned int i = 0; i < NB_REQUESTS; i++) {
		tally_print(&shared->requests[i], requests[i].name, expected_of(&requests[i]));
		if (shared->requests[i].faults == 0)
			fail("%s: never told of an address that is none", requests[i].name);
	}
	tally_print(&shared->sleeps[0], "sleep ended by a signal", GIVEN);
	tally_print(&shared->sleeps[1], "sleep ended, the port off", GIVEN);
}
