/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * PCI configuration space: what a driver finds by walking it, and what it may write.
 */

#include "bench.h"

#define CAP_PM	   0x01
#define CAP_EXP	   0x10
#define CAP_MSIX   0x11
#define ECAP_AER   0x01
#define ECAP_ACS   0x0D
#define ECAP_PRI   0x13
#define ECAP_PASID 0x1B
#define ECAP_DVSEC 0x23

static uint32_t
rd(struct bench *b, unsigned int offset, unsigned int size)
{
	return dlbsim_pci_read(b->sim, offset, size);
}

static void
wr(struct bench *b, unsigned int offset, unsigned int size, uint32_t value)
{
	dlbsim_pci_write(b->sim, offset, size, value);
}

static unsigned int
find_capability(struct bench *b, unsigned int id)
{
	unsigned int offset = rd(b, 0x34, 1);

	for (unsigned int steps = 0; offset != 0; steps++, offset = rd(b, offset + 1, 1)) {
		assert_in_range(steps, 0, 48);
		assert_in_range(offset, 0x40, 0xFC);
		if (rd(b, offset, 1) == id)
			return offset;
	}
	return 0;
}

static unsigned int
find_extended(struct bench *b, unsigned int id)
{
	unsigned int offset = 0x100;

	for (unsigned int steps = 0; offset != 0; steps++, offset = rd(b, offset + 2, 2) >> 4) {
		assert_in_range(steps, 0, 100);
		assert_in_range(offset, 0x100, 0xFFC);
		if (rd(b, offset, 2) == id)
			return offset;
	}
	return 0;
}

static void
test_identity(void **state)
{
	struct bench *b = *state;

	assert_int_equal(rd(b, 0x00, 2), 0x8086);
	assert_int_equal(rd(b, 0x02, 2), b->version == DLB_V2_0 ? 0x2710 : 0x2714);
	assert_int_equal(rd(b, 0x08, 4), 0x0B400000);
	assert_int_equal(rd(b, 0x0E, 1), 0);
	assert_int_equal(rd(b, 0x06, 2) & 0x10, 0x10);
	wr(b, 0x00, 4, 0);
	assert_int_equal(rd(b, 0x00, 2), 0x8086);
}

static void
test_capabilities(void **state)
{
	struct bench *b = *state;
	unsigned int msix = find_capability(b, CAP_MSIX), exp = find_capability(b, CAP_EXP);

	assert_int_equal(msix, 0x60);
	assert_int_equal(rd(b, msix + 2, 2) & 0x7FF, DLB_NB_MSIX - 1);
	assert_int_equal(rd(b, msix + 4, 4), 0x01000000);
	assert_int_equal(rd(b, msix + 8, 4), 0x01001000);
	assert_int_equal(exp, 0x6C);
	assert_int_equal(rd(b, exp + 2, 2) & 0xFF, 0x02);
	assert_int_equal(rd(b, exp + 4, 4) >> 28 & 1, 1);
	assert_int_equal(rd(b, exp + 0xA, 2) & 0x20, 0);
	assert_int_not_equal(find_capability(b, CAP_PM), 0);
	assert_int_equal(find_extended(b, ECAP_PASID), 0x148);
	/* Scalable virtualisation is not offered. */
	assert_int_equal(find_extended(b, ECAP_DVSEC), 0);
}

/* BAR 0 has 64 MiB, BAR 2 has 4 GiB; both are of 64 bits. */
static void
test_sizing_of_bars(void **state)
{
	static const struct {
		unsigned int offset;
		uint64_t bytes;
	} bars[] = { { 0x10, DLB_FUNC_BAR_BYTES }, { 0x18, DLB_CSR_BAR_BYTES } };
	struct bench *b = *state;

	for (unsigned int i = 0; i < 2; i++) {
		uint64_t mask;

		wr(b, bars[i].offset, 4, UINT32_MAX);
		wr(b, bars[i].offset + 4, 4, UINT32_MAX);
		assert_int_equal(rd(b, bars[i].offset, 4) & 0x7, 0x4);
		mask = (uint64_t)rd(b, bars[i].offset + 4, 4) << 32 |
		       (rd(b, bars[i].offset, 4) & ~0xFU);
		assert_true(~mask + 1 == bars[i].bytes);
		wr(b, bars[i].offset, 4, 0xF0000000);
		wr(b, bars[i].offset + 4, 4, 0x12);
		assert_int_equal(rd(b, bars[i].offset + 4, 4), 0x12);
	}
	for (unsigned int bar = 0x20; bar < 0x28; bar += 4) {
		wr(b, bar, 4, UINT32_MAX);
		assert_int_equal(rd(b, bar, 4), 0);
	}
	wr(b, 0x30, 4, UINT32_MAX);
	assert_int_equal(rd(b, 0x30, 4), 0);
}

static void
test_access_sizes(void **state)
{
	struct bench *b = *state;

	wr(b, 0x04, 2, 0x0006);
	assert_int_equal(rd(b, 0x04, 4), 0x00100006);
	assert_int_equal(rd(b, 0x06, 1), 0x10);
	wr(b, 0x05, 1, 0x04);
	assert_int_equal(rd(b, 0x04, 2), 0x0406);
	wr(b, 0x3C, 1, 0xAB);
	assert_int_equal(rd(b, 0x3C, 4), 0xAB);
	/* no such accesses */
	assert_int_equal(rd(b, 0x01, 2), UINT32_MAX);
	assert_int_equal(rd(b, 0x02, 4), UINT32_MAX);
	assert_int_equal(rd(b, 0x00, 3), UINT32_MAX);
	assert_int_equal(rd(b, 0x00, 8), UINT32_MAX);
	assert_int_equal(rd(b, 0x00, 0), UINT32_MAX);
	assert_int_equal(rd(b, 4096, 4), UINT32_MAX);
	assert_int_equal(rd(b, UINT32_MAX - 3, 4), UINT32_MAX);
	wr(b, 4096, 4, 0);
	wr(b, UINT32_MAX, 1, 0);
	wr(b, 0x3C, 3, 0);
	assert_int_equal(rd(b, 0x3C, 4), 0xAB);
}

/* Error status bits are cleared by writing 1; none is ever set, and a write cannot set one. */
static void
test_error_registers(void **state)
{
	struct bench *b = *state;
	unsigned int aer = find_extended(b, ECAP_AER);

	assert_int_not_equal(aer, 0);
	for (unsigned int offset = 0x4; offset <= 0x30; offset += offset == 0x4 ? 0xC : 0x20) {
		wr(b, aer + offset, 4, UINT32_MAX);
		assert_int_equal(rd(b, aer + offset, 4), 0);
	}
	wr(b, 0x06, 2, 0xFFFF);
	assert_int_equal(rd(b, 0x06, 2), 0x10);
}

/* Drivers switch PASID off by its fixed place. */
static void
test_pasid_control(void **state)
{
	struct bench *b = *state;

	wr(b, 0x14E, 2, 1);
	assert_int_equal(rd(b, 0x14E, 2), 1);
	wr(b, 0x14E, 2, 0);
	assert_int_equal(rd(b, 0x14E, 2), 0);
}

static void
test_flr_by_device_control(void **state)
{
	struct bench *b = *state;
	uint32_t devctl;

	bench_minimum(b);
	wr(b, 0x10, 4, 0xF0000000);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
	devctl = rd(b, 0x74, 2);
	wr(b, 0x74, 2, devctl | 0x8000);
	bench_verify(b);
	assert_int_equal(rd(b, 0x74, 2), devctl);
	assert_int_equal(rd(b, 0x10, 4) & ~0xFU, 0);
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_PP_V, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0), 0);
	assert_int_equal(bench_settle(b), 0);
	/* As in a driver's procedure, BARs and command come back afterwards. */
	wr(b, 0x10, 4, 0xF0000000);
	assert_int_equal(rd(b, 0x10, 4) & ~0xFU, 0xF0000000);
}

/*
 * The reset with all that a user-space driver saves, writes back and clears around it, by offsets that
 * it found by walking but for the one of PASID; registers that an endpoint lacks are among them.
 */
static void
test_flr_as_a_driver_does_it(void **state)
{
	static const unsigned int controls[] = { 0x08, 0x10, 0x18, 0x1C, 0x28, 0x30, 0x38 };
	static const unsigned int errors[] = { 0x30, 0x10, 0x04 };
	struct bench *b = *state;
	unsigned int exp = find_capability(b, CAP_EXP), msix = find_capability(b, CAP_MSIX);
	unsigned int aer = find_extended(b, ECAP_AER), acs = find_extended(b, ECAP_ACS);
	uint32_t header[16], control[7], again;

	wr(b, 0x10, 4, 0xF0000000);
	wr(b, 0x14, 4, 0x12);
	wr(b, 0x1C, 4, 0x34);
	wr(b, 0x04, 2, 0x0006);
	bench_minimum(b);
	for (unsigned int i = 0; i < 16; i++)
		header[i] = rd(b, 4 * i, 4);
	for (unsigned int i = 0; i < 7; i++)
		control[i] = rd(b, exp + controls[i], 2);
	assert_int_equal(find_extended(b, ECAP_PRI), 0);
	wr(b, 0x04, 2, 0);
	assert_int_equal(rd(b, exp + 0x0A, 2) & 0x20, 0);
	wr(b, exp + 0x08, 2, rd(b, exp + 0x08, 2) | 0x8000);
	for (unsigned int i = 0; i < 7; i++)
		wr(b, exp + controls[i], 2, control[i]);
	for (unsigned int i = 0; i < 3; i++)
		wr(b, aer + errors[i], 4, rd(b, aer + errors[i], 4));
	for (unsigned int i = 16; i > 0; i--)
		wr(b, 4 * (i - 1), 4, header[i - 1]);
	wr(b, 0x04, 2, rd(b, 0x04, 2) & ~UINT32_C(0x400));
	wr(b, msix + 2, 2, rd(b, msix + 2, 2) | 0xC000);
	wr(b, msix + 2, 2, rd(b, msix + 2, 2) & ~UINT32_C(0x4000));
	wr(b, acs + 6, 2, (rd(b, acs + 6, 2) | (rd(b, acs + 4, 2) & 0x1D)) & ~UINT32_C(0x2C));
	wr(b, 0x14E, 2, 0);

	for (unsigned int i = 0; i < 16; i++)
		assert_int_equal(rd(b, 4 * i, 4), header[i]);
	for (unsigned int i = 0; i < 7; i++)
		assert_int_equal(rd(b, exp + controls[i], 2), control[i]);
	assert_int_equal(rd(b, msix + 2, 2) & 0xC000, 0x8000);
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_PP_V, 0), 0);
	again = bench_get(b, DLB_R_CM_CFG_PM_STATUS, 0) >> 24;
	assert_int_equal(again, 1);
}

/* What error reporting masks is kept by a reset of the function, and lost with power. */
static void
test_error_masks_outlast_a_reset(void **state)
{
	struct bench *b = *state;
	unsigned int aer = find_extended(b, ECAP_AER);
	uint32_t severity = rd(b, aer + 0x0C, 4);

	wr(b, aer + 0x08, 4, 0x00100000);
	wr(b, aer + 0x0C, 4, 0);
	dlbsim_flr(b->sim);
	assert_int_equal(rd(b, aer + 0x08, 4), 0x00100000);
	assert_int_equal(rd(b, aer + 0x0C, 4), 0);
	dlbsim_power_cycle(b->sim);
	assert_int_equal(rd(b, aer + 0x08, 4), 0);
	assert_int_equal(rd(b, aer + 0x0C, 4), severity);
}

static void
test_power_cycle(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	wr(b, 0x04, 2, 6);
	dlbsim_power_cycle(b->sim);
	assert_int_equal(rd(b, 0x04, 2), 0);
	assert_int_equal(bench_get(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0), 1);
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_PP_V, 0), 0);
	bench_verify(b);
}

/* Asleep it answers nobody but configuration accesses, writes no memory and interrupts nobody. */
static void
test_d3hot(void **state)
{
	struct bench *b = *state;
	unsigned int pmcsr = find_capability(b, CAP_PM) + 4;

	bench_minimum(b);
	wr(b, 0x10, 4, 0xF0000000);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
	wr(b, pmcsr, 2, 3);
	bench_verify(b);
	assert_int_equal(rd(b, pmcsr, 2), 3);
	assert_int_equal(rd(b, 0x10, 4) & ~0xFU, 0xF0000000);
	assert_int_equal(bench_get(b, DLB_R_SYS_TOTAL_VAS, 0), UINT32_MAX);
	bench_set(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0, 1);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
	assert_int_equal(bench_settle(b), 0);
	bench_expect_none(b, LDB, 0);
	wr(b, pmcsr, 2, 0);
	assert_int_equal(rd(b, pmcsr, 2), 0);
	assert_int_equal(bench_get(b, DLB_R_SYS_TOTAL_VAS, 0), 32);
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_PP_V, 0), 0);
	assert_int_equal(rd(b, 0x10, 4) & ~0xFU, 0);
	assert_int_equal(bench_get(b, DLB_R_CM_CFG_PM_PMCSR_DISABLE, 0), 0);
	bench_verify(b);
}

/* A write that changes no state resets nothing; states that do not exist are not taken. */
static void
test_power_states_that_are_none(void **state)
{
	struct bench *b = *state;
	unsigned int pmcsr = find_capability(b, CAP_PM) + 4;

	bench_minimum(b);
	for (unsigned int value = 0; value < 0x10000; value += 0x101) {
		if ((value & 3) == 3)
			continue;
		assert_false(dlbsim_pci_write(b->sim, pmcsr, 2, value));
		assert_int_equal(rd(b, pmcsr, 2), 0);
	}
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_PP_V, 0), 1);
	assert_true(dlbsim_pci_write(b->sim, pmcsr, 1, 3));
	assert_false(dlbsim_pci_write(b->sim, pmcsr, 1, 3));
	assert_false(dlbsim_pci_write(b->sim, pmcsr, 1, 1));
	assert_int_equal(rd(b, pmcsr, 2), 3);
	assert_true(dlbsim_pci_write(b->sim, pmcsr, 1, 0));
	assert_true(dlbsim_pci_write(b->sim, 0x74, 2, 0x8000));
	assert_false(dlbsim_pci_write(b->sim, 0x74, 2, 0));
}

/* Any byte may be written with anything. */
static void
test_sweep(void **state)
{
	struct bench *b = *state;

	for (unsigned int size = 1; size <= 4; size *= 2)
		for (unsigned int offset = 0; offset < 4096; offset += size) {
			wr(b, offset, size, UINT32_MAX);
			wr(b, offset, size, 0);
		}
	bench_verify(b);
	dlbsim_power_cycle(b->sim);
	test_identity(state);
	test_capabilities(state);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_identity),
		ON_BOTH(test_capabilities),
		ON_BOTH(test_sizing_of_bars),
		ON_BOTH(test_access_sizes),
		ON_BOTH(test_error_registers),
		ON_BOTH(test_pasid_control),
		ON_BOTH(test_flr_by_device_control),
		ON_BOTH(test_flr_as_a_driver_does_it),
		ON_BOTH(test_error_masks_outlast_a_reset),
		ON_BOTH(test_power_cycle),
		ON_BOTH(test_d3hot),
		ON_BOTH(test_power_states_that_are_none),
		ON_BOTH(test_sweep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
