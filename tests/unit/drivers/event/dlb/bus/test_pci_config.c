/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The function-level reset (FLR), against the configuration space of the software device and
 * against spaces that are broken or hostile: each ends, with the right error, in a bounded number
 * of accesses and without a reset that nobody can undo.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bus/pci_config.h"
#include "dlbsim.h"

#define SPACE_BYTES 4096
#define NO_FAILURE  UINT32_MAX

#define CAP_POINTER    0x34
#define CAP_EXPRESS    0x6C /* of the software device */
#define EXP_CONTROL    (CAP_EXPRESS + 0x08)
#define EXP_STATUS     (CAP_EXPRESS + 0x0A)
#define EXP_PENDING    0x20
#define START_FLR      0x8000
#define MSIX_CONTROL   0x62
#define EXT_PASID      0x148
#define PASID_CONTROL  0x14E
#define AER_CORRECTED  0x110
#define PASID_ON       1
#define COMMAND	       0x04
#define MEMORY_MASTER  0x6
#define MAX_ACCESSES   5000
#define MAX_DELAY_US   1700000
#define ALARM_REGISTER 0x10000300 /* SYS_INGRESS_ALARM_ENBL of DLB 2.0: cleared by the reset */

/* A space: that of a device, or plain bytes. */
struct space {
	struct dlbsim *sim; /* NULL: bytes */
	uint8_t bytes[SPACE_BYTES];
	uint32_t fail_read_at;	/* number of the access that fails */
	uint32_t fail_write_at; /* the same of writes */
	uint32_t gone_after;	/* accesses until all reads are all ones */
	bool was_missed;	/* somebody has read that it is gone */
	uint32_t nb_reads;
	uint32_t nb_writes;
	uint32_t nb_resets;
	uint64_t delay_us;
};

static int
space_read(void *ctx, void *buf, size_t len, unsigned int offset)
{
	struct space *space = ctx;
	uint32_t value;

	assert_true(offset + len <= SPACE_BYTES);
	assert_true(space->nb_reads < MAX_ACCESSES);
	if (space->nb_reads == space->fail_read_at)
		return -EIO;
	if (space->nb_reads++ + space->nb_writes >= space->gone_after) {
		space->was_missed = true;
		memset(buf, 0xff, len);
		return 0;
	}
	if (space->sim == NULL) {
		memcpy(buf, &space->bytes[offset], len);
		return 0;
	}
	value = dlbsim_pci_read(space->sim, offset, (unsigned int)len);
	memcpy(buf, &value, len);
	return 0;
}

static int
space_write(void *ctx, const void *buf, size_t len, unsigned int offset)
{
	struct space *space = ctx;
	uint32_t value = 0;

	assert_true(offset + len <= SPACE_BYTES);
	assert_true(space->nb_writes < MAX_ACCESSES);
	if (space->nb_writes == space->fail_write_at)
		return -EIO;
	space->nb_writes++;
	memcpy(&value, buf, len);
	if (offset == EXP_CONTROL && (value & START_FLR) != 0)
		space->nb_resets++;
	if (space->sim != NULL)
		dlbsim_pci_write(space->sim, offset, (unsigned int)len, value);
	return 0;
}

static void
space_delay(void *ctx, unsigned int us)
{
	((struct space *)ctx)->delay_us += us;
}

static int
reset(struct space *space)
{
	const struct dlb_pci_config config = {
		.read = space_read,
		.write = space_write,
		.delay_us = space_delay,
		.ctx = space,
	};

	return dlb_pci_reset(&config);
}

/* --- spaces ------------------------------------------------------------------------------------ */

static struct space
space_of_device(enum dlb_version version)
{
	static const struct dlbsim_host host = { .msix = NULL };
	struct space space = {
		.sim = dlbsim_create(version, NULL, &host, NULL),
		.fail_read_at = NO_FAILURE,
		.fail_write_at = NO_FAILURE,
		.gone_after = NO_FAILURE,
	};

	assert_non_null(space.sim);
	/* As the system and the bus driver leave it. */
	dlbsim_pci_write(space.sim, 0x14, 4, 0x12);
	dlbsim_pci_write(space.sim, 0x10, 4, 0xF4000000);
	dlbsim_pci_write(space.sim, 0x1C, 4, 0x345);
	dlbsim_pci_write(space.sim, 0x3C, 1, 11);
	dlbsim_pci_write(space.sim, COMMAND, 2, MEMORY_MASTER);
	dlbsim_pci_write(space.sim, EXP_CONTROL, 2, 0x5936);
	dlbsim_pci_write(space.sim, MSIX_CONTROL, 2, 0x8000);
	dlbsim_pci_write(space.sim, PASID_CONTROL, 2, PASID_ON);
	dlbsim_csr_write(space.sim, DLB_BAR_CSR, ALARM_REGISTER, 0x3f);
	return space;
}

/* The same as bytes, for tests that change what a device would not. */
static struct space
space_of_bytes(void)
{
	struct space space = space_of_device(DLB_V2_0);

	for (unsigned int offset = 0; offset < SPACE_BYTES; offset += 4) {
		uint32_t word = dlbsim_pci_read(space.sim, offset, 4);

		memcpy(&space.bytes[offset], &word, sizeof(word));
	}
	dlbsim_destroy(space.sim);
	space.sim = NULL;
	return space;
}

static void
poke(struct space *space, unsigned int offset, uint32_t value, size_t len)
{
	memcpy(&space->bytes[offset], &value, len);
}

static uint32_t
peek(const struct space *space, unsigned int offset, unsigned int len)
{
	return dlbsim_pci_read(space->sim, offset, len);
}

/* --- a device ---------------------------------------------------------------------------------- */

static void
check_device(enum dlb_version version)
{
	struct space space = space_of_device(version);

	assert_int_equal(reset(&space), 0);
	assert_int_equal(space.nb_resets, 1);
	assert_int_equal(peek(&space, 0x14, 4), 0x12);
	assert_int_equal(peek(&space, 0x10, 4), 0xF400000C);
	assert_int_equal(peek(&space, 0x1C, 4), 0x345);
	assert_int_equal(peek(&space, 0x3C, 1), 11);
	assert_int_equal(peek(&space, COMMAND, 2), MEMORY_MASTER);
	assert_int_equal(peek(&space, EXP_CONTROL, 2), 0x5936);
	assert_int_equal(peek(&space, MSIX_CONTROL, 2), 0x8040);
	assert_int_equal(peek(&space, PASID_CONTROL, 2), 0);
	assert_int_equal(dlbsim_csr_read(space.sim, DLB_BAR_CSR, ALARM_REGISTER), 0);
	/* A hundred milliseconds, which the standard gives a function. */
	assert_in_range(space.delay_us, 100000, MAX_DELAY_US);
	dlbsim_destroy(space.sim);
}

static void
test_reset_keeps_the_configuration_of_both_versions(void **state)
{
	(void)state;
	check_device(DLB_V2_0);
	check_device(DLB_V2_5);
}

/* Each write in turn: the error comes out, and what was saved is put back as far as it goes. */
static void
test_reset_fails_when_a_write_fails(void **state)
{
	struct space whole = space_of_device(DLB_V2_0);

	(void)state;
	assert_int_equal(reset(&whole), 0);
	for (uint32_t i = 0; i < whole.nb_writes; i++) {
		struct space space = space_of_device(DLB_V2_0);

		space.fail_write_at = i;
		assert_int_equal(reset(&space), -EIO);
		dlbsim_destroy(space.sim);
	}
	dlbsim_destroy(whole.sim);
}

static void
test_reset_fails_when_a_read_fails(void **state)
{
	struct space whole = space_of_device(DLB_V2_0);

	(void)state;
	assert_int_equal(reset(&whole), 0);
	for (uint32_t i = 0; i < whole.nb_reads; i++) {
		struct space space = space_of_device(DLB_V2_0);

		space.fail_read_at = i;
		assert_int_equal(reset(&space), -EIO);
		dlbsim_destroy(space.sim);
	}
	dlbsim_destroy(whole.sim);
}

/* Surprise removal, at any moment: bounded, and never more than one reset. */
static void
test_reset_ends_when_the_device_goes(void **state)
{
	(void)state;
	for (uint32_t i = 0; i < 200; i++) {
		struct space space = space_of_device(DLB_V2_5);
		int ret;

		space.gone_after = i;
		ret = reset(&space);
		assert_int_equal(ret, space.was_missed ? -EIO : 0);
		assert_true(space.nb_resets <= 1);
		assert_true(space.delay_us <= MAX_DELAY_US);
		dlbsim_destroy(space.sim);
	}
}

/* --- hostile spaces ---------------------------------------------------------------------------- */

static void
test_reset_fails_on_all_ones(void **state)
{
	struct space space = space_of_bytes();

	(void)state;
	memset(space.bytes, 0xff, sizeof(space.bytes));
	assert_int_equal(reset(&space), -EIO);
	assert_int_equal(space.nb_writes, 0);
}

static void
test_reset_is_refused_without_capabilities(void **state)
{
	struct space space = space_of_bytes();

	(void)state;
	memset(space.bytes, 0, sizeof(space.bytes));
	assert_int_equal(reset(&space), -ENOTSUP);
	assert_int_equal(space.nb_writes, 0);
}

static void
test_reset_is_refused_without_the_capability_to(void **state)
{
	struct space space = space_of_bytes();

	(void)state;
	poke(&space, CAP_EXPRESS + 4, 0x8062, 4);
	assert_int_equal(reset(&space), -ENOTSUP);
	assert_int_equal(space.nb_writes, 0);
}

/* A list that bites its tail, one that points at itself, one into the header. */
static void
test_reset_leaves_loops_of_capabilities(void **state)
{
	static const struct {
		uint8_t at, next;
	} loops[] = { { 0x60, 0x60 }, { 0x60, 0xB0 }, { CAP_POINTER, 0x04 }, { 0x60, 0xFC } };

	(void)state;
	for (unsigned int i = 0; i < sizeof(loops) / sizeof(loops[0]); i++) {
		struct space space = space_of_bytes();

		if (loops[i].at == CAP_POINTER)
			poke(&space, CAP_POINTER, loops[i].next, 1);
		else
			poke(&space, loops[i].at + 1U, loops[i].next, 1);
		poke(&space, 0xB1, 0x60, 1);
		assert_int_equal(reset(&space), -ENOTSUP);
		assert_int_equal(space.nb_writes, 0);
	}
}

/* The capability that is needed lies so far back that its registers are not in the list's area. */
static void
test_reset_with_a_capability_at_the_end(void **state)
{
	struct space space = space_of_bytes();

	(void)state;
	poke(&space, CAP_POINTER, 0xFC, 1);
	poke(&space, 0xFC, 0x0010, 2);
	assert_int_equal(reset(&space), -ENOTSUP);
}

/* Extended capabilities in a circle: PASID cannot be found, which is no error. */
static void
test_reset_leaves_loops_of_extended_capabilities(void **state)
{
	struct space space = space_of_bytes();

	(void)state;
	poke(&space, 0x100, 0x10010001, 4);
	poke(&space, EXT_PASID, 0x14810002, 4);
	assert_int_equal(reset(&space), 0);
	assert_int_equal(space.nb_resets, 1);
}

static void
test_reset_waits_for_transactions_and_gives_up(void **state)
{
	struct space space = space_of_bytes();

	(void)state;
	poke(&space, EXP_STATUS, EXP_PENDING, 2);
	assert_int_equal(reset(&space), -EBUSY);
	assert_int_equal(space.nb_resets, 0);
	/* 100, 200, 400 and 800 ms. */
	assert_int_equal(space.delay_us, 1500000);
}

/* Random bytes in place of a space. */
static void
test_reset_ends_on_any_space(void **state)
{
	struct space space = space_of_bytes();
	uint32_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 2000; round++) {
		struct space random = space;

		for (unsigned int i = 0; i < 64; i++) {
			seed = seed * 1664525 + 1013904223;
			random.bytes[(seed >> 8) % (i % 2 == 0 ? 0x100U : SPACE_BYTES)] =
				(uint8_t)(seed >> 24);
		}
		(void)reset(&random);
		assert_true(random.delay_us <= MAX_DELAY_US);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reset_keeps_the_configuration_of_both_versions),
		cmocka_unit_test(test_reset_fails_when_a_write_fails),
		cmocka_unit_test(test_reset_fails_when_a_read_fails),
		cmocka_unit_test(test_reset_ends_when_the_device_goes),
		cmocka_unit_test(test_reset_fails_on_all_ones),
		cmocka_unit_test(test_reset_is_refused_without_capabilities),
		cmocka_unit_test(test_reset_is_refused_without_the_capability_to),
		cmocka_unit_test(test_reset_leaves_loops_of_capabilities),
		cmocka_unit_test(test_reset_with_a_capability_at_the_end),
		cmocka_unit_test(test_reset_leaves_loops_of_extended_capabilities),
		cmocka_unit_test(test_reset_waits_for_transactions_and_gives_up),
		cmocka_unit_test(test_reset_ends_on_any_space),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
