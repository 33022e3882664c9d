/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Mappings of a client that means no good: of any length, at any offset, with any protection, which
 * are then moved, cut and used. See hostile.h.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "hostile.h"

#define PAGE 4096

enum way {
	AS_TOLD,
	ANOTHER_LENGTH,
	AN_OFFSET,
	ONLY_READ,
	ONLY_WRITTEN,
	EXECUTABLE,
	PRIVATE,
	PRIVATE_ONLY_READ,
	NB_WAYS,
	GROW = NB_WAYS,
	DOUBLE,
	MOVE,
	CUT_THE_END,
	CUT_THE_MIDDLE,
	PROTECT_A_PAGE,
	AFTER_RESET,
	WITHOUT_DOMAIN,
	NB_ROWS,
};

_Static_assert(NB_ROWS <= NB_ORDERS, "tallies");

#define RW (PROT_READ | PROT_WRITE)

static const struct {
	const char *name;
	enum expected expected;
	int protection;
	int flags;
} rows[] = {
	[AS_TOLD] = { "map as told", BOTH, RW, MAP_SHARED },
	[ANOTHER_LENGTH] = { "map another length", REFUSED, RW, MAP_SHARED },
	[AN_OFFSET] = { "map with an offset", BOTH, RW, MAP_SHARED },
	[ONLY_READ] = { "map to read only", BOTH, PROT_READ, MAP_SHARED },
	[ONLY_WRITTEN] = { "map to write only", BOTH, PROT_WRITE, MAP_SHARED },
	[EXECUTABLE] = { "map executable", BOTH, RW | PROT_EXEC, MAP_SHARED },
	[PRIVATE] = { "map privately", REFUSED, RW, MAP_PRIVATE },
	[PRIVATE_ONLY_READ] = { "map privately to read only", REFUSED, PROT_READ, MAP_PRIVATE },
	[GROW] = { "let a mapping grow", REFUSED, 0, 0 },
	[DOUBLE] = { "map a mapping twice", REFUSED, 0, 0 },
	[MOVE] = { "move a mapping", GIVEN, 0, 0 },
	[CUT_THE_END] = { "cut its end off", GIVEN, 0, 0 },
	[CUT_THE_MIDDLE] = { "cut its middle out", GIVEN, 0, 0 },
	[PROTECT_A_PAGE] = { "protect a page of it", GIVEN, 0, 0 },
	[AFTER_RESET] = { "map after a reset", REFUSED, RW, MAP_SHARED },
	[WITHOUT_DOMAIN] = { "map without a domain file", GIVEN, RW, MAP_SHARED },
};

static void
count(enum way way, bool given)
{
	/* Refused already for another reason: it is no port's file, or none at all. */
	if (!given && (errno == EBADF || errno == ENODEV))
		return;
	/* What the kernel itself says of mappings like these. */
	if (!given && errno == EFAULT)
		errno = EINVAL;
	tally_count(&shared->maps[way], rows[way].name, given ? 0 : errno);
}

static void *
map(enum way way, int fd, size_t bytes, off_t offset)
{
	void *at = mmap(NULL, bytes, rows[way].protection, rows[way].flags, fd, offset);

	count(way, at != MAP_FAILED);
	return at == MAP_FAILED ? NULL : at;
}

void *
map_as_told(int fd, size_t bytes, off_t offset)
{
	return map(offset == 0 ? AS_TOLD : AN_OFFSET, fd, bytes, offset);
}

void
map_after_reset(int fd, size_t bytes)
{
	map(AFTER_RESET, fd, bytes, 0);
}

void
map_without_domain(int fd, size_t bytes)
{
	void *at = map(WITHOUT_DOMAIN, fd, bytes, 0);

	if (at != NULL)
		munmap(at, bytes);
}

/* --- what is done with a mapping ---------------------------------------------------------------- */

void
touch(struct attacker *me, volatile uint64_t *at)
{
	sigjmp_buf gone;

	if (sigsetjmp(gone, 1) == 0) {
		me->on_bus_error = &gone;
		for (unsigned int i = 0; i < 32; i++)
			at[i % 8] = (uint64_t)rand_r(&me->seed) << 40 | (uint64_t)rand_r(&me->seed);
		(void)at[8];
	}
	me->on_bus_error = NULL;
}

void *
map_move(void *at, size_t bytes)
{
	void *to = mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	void *moved = mremap(at, bytes, bytes, MREMAP_MAYMOVE | MREMAP_FIXED, to);

	count(MOVE, moved != MAP_FAILED);
	return moved != MAP_FAILED ? moved : at;
}

/* Only what is still mapped is unmapped: elsewhere other attackers may have mapped something. */
static void
cut_the_middle(uint8_t *at, size_t bytes)
{
	size_t half = bytes / 2 / PAGE * PAGE;

	count(CUT_THE_MIDDLE, munmap(at + half, PAGE) == 0);
	if (half > 0)
		munmap(at, half);
	if (bytes > half + PAGE)
		munmap(at + half + PAGE, bytes - half - PAGE);
}

static void
cut_the_end(void *at, size_t bytes)
{
	if (bytes > PAGE) {
		count(CUT_THE_END, mremap(at, bytes, bytes - PAGE, 0) == at);
		bytes -= PAGE;
	}
	munmap(at, bytes);
}

/* Another attacker may be told to wait for what is there. */
static void
play(struct attacker *me, void *at, size_t bytes)
{
	me->process->mapped = at;
	switch (below(me, 8)) {
	case 0:
		count(GROW, mremap(at, bytes, 2 * bytes, MREMAP_MAYMOVE) != MAP_FAILED);
		break;
	case 1:
		count(DOUBLE, mremap(at, 0, bytes, MREMAP_MAYMOVE) != MAP_FAILED);
		break;
	case 2:
		at = map_move(at, bytes);
		break;
	case 3:
		cut_the_end(at, bytes);
		return;
	case 4:
		cut_the_middle(at, bytes);
		return;
	case 5:
		count(PROTECT_A_PAGE, mprotect(at, PAGE, PROT_NONE) == 0);
		break;
	case 6:
		madvise(at, bytes, MADV_DONTNEED);
		break;
	default:
		madvise(at, bytes, MADV_DONTFORK);
	}
	munmap(at, bytes);
}

static size_t
another_length(struct attacker *me)
{
	static const size_t lengths[] = { PAGE + 1,
					  2 * PAGE,
					  DLB_UAPI_CQ_BYTES - PAGE,
					  DLB_UAPI_CQ_BYTES + 1,
					  2 * DLB_UAPI_CQ_BYTES,
					  0,
					  1u << 20,
					  ~(size_t)0 - PAGE };

	return lengths[below(me, sizeof(lengths) / sizeof(lengths[0]))];
}

void
attack_by_map(struct attacker *me)
{
	const struct slot *slot =
		any_slot(me, below(me, 16) ? PORTS : (enum files)below(me, NB_FILES));
	enum way way = (enum way)below(me, NB_WAYS);
	size_t bytes = way == ANOTHER_LENGTH ? another_length(me) : slot->bytes;
	off_t offset = way == AN_OFFSET ? (off_t)any_word(me) * PAGE : 0;
	void *at;

	if (bytes == 0 && way != ANOTHER_LENGTH)
		bytes = PAGE;
	at = map(way, slot->fd, bytes, offset);
	if (at == NULL)
		return;
	if (rows[way].protection == RW)
		touch(me, at);
	play(me, at, bytes);
}

/* --- all of them -------------------------------------------------------------------------------- */

bool
maps_complete(void)
{
	for (unsigned int i = 0; i < NB_ROWS; i++)
		if (!tally_is_complete(&shared->maps[i], rows[i].expected))
			return false;
	return true;
}

void
maps_print(void)
{
	for (unsigned int i = 0; i < NB_ROWS; i++)
		tally_print(&shared->maps[i], rows[i].name, rows[i].expected);
}
