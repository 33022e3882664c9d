/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Formats, byte by byte as the hardware has them: each field is set alone and looked for in the
 * bytes. Numbers here are written out rather than taken from the header, to witness it.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "dlb_hcw.h"

static void
test_command_word_in_bytes(void **state)
{
	static const uint8_t expected[16] = { 0x88, 0x77, 0x66, 0x55, 0x44, 0x33, 0x22, 0x11,
					      0xBB, 0xAA, 0x1F, 0xB6, 0xEE, 0xDD, 0x74, 0x0A };
	const struct dlb_hcw hcw = {
		.data = UINT64_C(0x1122334455667788),
		.opaque = 0xAABB,
		.qid = 31,
		.type_prio =
			(uint8_t)(FIELD_PREP(DLB_HCW_SCHED_TYPE, DLB_SCHED_ORDERED) |
				  FIELD_PREP(DLB_HCW_PRIO, 5) | FIELD_PREP(DLB_HCW_MSG_TYPE, 5)),
		.lock_id = 0xDDEE,
		.flags14 = (uint8_t)(FIELD_PREP(DLB_HCW_WEIGHT, 2) | FIELD_PREP(DLB_HCW_CMP_ID, 7)),
		.cmd = DLB_CMD_FWD,
	};

	(void)state;
	assert_memory_equal(&hcw, expected, sizeof(expected));
}

static void
test_queue_element_in_bytes(void **state)
{
	static const uint8_t bytes[16] = { 1,	 2,    3,    4,	   5,	 6,    7,    8,
					   0xBB, 0xAA, 0x1F, 0xB6, 0xEE, 0x05, 0xFF, 0x27 };
	struct dlb_qe qe;

	(void)state;
	memcpy(&qe, bytes, sizeof(qe));
	assert_true(qe.data == UINT64_C(0x0807060504030201));
	assert_int_equal(qe.opaque, 0xAABB);
	assert_int_equal(qe.qid, 31);
	assert_int_equal(FIELD_GET(DLB_HCW_SCHED_TYPE, qe.type_prio), DLB_SCHED_ORDERED);
	assert_int_equal(FIELD_GET(DLB_HCW_PRIO, qe.type_prio), 5);
	assert_int_equal(FIELD_GET(DLB_HCW_MSG_TYPE, qe.type_prio), 5);
	assert_int_equal(qe.flow_id, 0x05EE);
	assert_int_equal(FIELD_GET(DLB_QE_DIR_PP, qe.flow_id), 0x1EE);
	assert_int_equal(qe.debug, 0xFF);
	assert_int_equal(FIELD_GET(DLB_QE_GEN, qe.status), 1);
	assert_int_equal(FIELD_GET(DLB_QE_DEPTH, qe.status), DLB_DEPTH_GT_100);
	assert_int_equal(FIELD_GET(DLB_QE_ERROR, qe.status), 1);
}

static void
test_line_is_four_command_words(void **state)
{
	struct dlb_line lines[2] = { 0 };

	(void)state;
	assert_int_equal(sizeof(lines), 128);
	assert_int_equal((uintptr_t)&lines[0] % 64, 0);
	for (int slot = 0; slot < 4; slot++)
		assert_int_equal((char *)&lines[0].hcw[slot] - (char *)&lines[0], 16 * slot);
	for (int slot = 0; slot < 4; slot++)
		assert_int_equal(lines[0].hcw[slot].cmd, DLB_CMD_NOOP);
}

/* Bits of a command: returns tokens, completes, is a fragment (or arms), carries a QE. */
static void
test_commands_decompose_into_their_bits(void **state)
{
	static const struct {
		uint32_t cmd, token, comp, frag, valid;
	} expected[] = {
		{ DLB_CMD_NOOP, 0, 0, 0, 0 },	{ DLB_CMD_BAT_T, 1, 0, 0, 0 },
		{ DLB_CMD_COMP, 0, 1, 0, 0 },	{ DLB_CMD_COMP_T, 1, 1, 0, 0 },
		{ DLB_CMD_ARM, 1, 0, 1, 0 },	{ DLB_CMD_NEW, 0, 0, 0, 1 },
		{ DLB_CMD_NEW_T, 1, 0, 0, 1 },	{ DLB_CMD_FWD, 0, 1, 0, 1 },
		{ DLB_CMD_FWD_T, 1, 1, 0, 1 },	{ DLB_CMD_FRAG, 0, 0, 1, 1 },
		{ DLB_CMD_FRAG_T, 1, 0, 1, 1 },
	};

	(void)state;
	for (size_t k = 0; k < sizeof(expected) / sizeof(expected[0]); k++) {
		assert_int_equal(FIELD_GET(DLB_HCW_CQ_TOKEN, expected[k].cmd), expected[k].token);
		assert_int_equal(FIELD_GET(DLB_HCW_QE_COMP, expected[k].cmd), expected[k].comp);
		assert_int_equal(FIELD_GET(DLB_HCW_QE_FRAG, expected[k].cmd), expected[k].frag);
		assert_int_equal(FIELD_GET(DLB_HCW_QE_VALID, expected[k].cmd), expected[k].valid);
		assert_int_equal(FIELD_GET(DLB_HCW_CMD, expected[k].cmd), expected[k].cmd);
	}
}

static void
test_masks_of_the_byte_fields(void **state)
{
	(void)state;
	assert_int_equal(DLB_HCW_TOKENS, 0x3FF);
	assert_int_equal(DLB_HCW_MEAS, 0x01);
	assert_int_equal(DLB_HCW_WEIGHT, 0x06);
	assert_int_equal(DLB_HCW_NO_DEC, 0x08);
	assert_int_equal(DLB_HCW_CMP_ID, 0xF0);
	assert_int_equal(DLB_HCW_INT_ARM, 0x10);
	assert_int_equal(DLB_HCW_ERROR, 0x20);
	assert_int_equal(DLB_QE_GEN, 0x01);
	assert_int_equal(DLB_QE_DEPTH, 0x06);
	assert_int_equal(DLB_QE_ERROR, 0x20);
}

static void
test_alarms(void **state)
{
	(void)state;
	assert_int_equal(DLB_ALARM_SOURCE_SYS, 0);
	assert_int_equal(DLB_ALARM_SOURCE_DLB, 1);
	assert_int_equal(DLB_ALARM_UNIT_CHP, 4);
	assert_int_equal(DLB_ALARM_AID_ILLEGAL_QID, 3);
	assert_int_equal(DLB_ALARM_AID_DISABLED_QID, 4);
	assert_int_equal(DLB_ALARM_AID_ILLEGAL_HCW, 5);
	assert_int_equal(DLB_ALARM_AID_ILLEGAL_ENQ, 1);
	assert_int_equal(DLB_ALARM_AID_EXCESS_TOKENS, 2);
	assert_int_equal(DLB_ALARM_SYNDROME_PORT, 0x7F);
	assert_int_equal(DLB_ALARM_SYNDROME_IS_LDB, 0x80);
}

static void
test_sched_types(void **state)
{
	(void)state;
	assert_int_equal(DLB_SCHED_ATOMIC, 0);
	assert_int_equal(DLB_SCHED_UNORDERED, 1);
	assert_int_equal(DLB_SCHED_ORDERED, 2);
	assert_int_equal(DLB_SCHED_DIRECTED, 3);
}

static void
test_priorities_fall_into_four_bins(void **state)
{
	static const uint32_t bins[8] = { 0, 0, 1, 1, 2, 2, 3, 3 };

	(void)state;
	for (uint32_t prio = 0; prio < 8; prio++)
		assert_int_equal(dlb_prio_bin(prio), bins[prio]);
	assert_true(dlb_prio_bin(UINT32_MAX) < DLB_NB_BINS);
}

static void
test_producer_port_offsets(void **state)
{
	(void)state;
	assert_int_equal(dlb_pp_offset(false, 0), 0x02000000);
	assert_int_equal(dlb_pp_offset(false, 95), 0x0205F000);
	assert_int_equal(dlb_pp_offset(true, 0), 0x02100000);
	assert_int_equal(dlb_pp_offset(true, 63), 0x0213F000);
	assert_int_equal(dlb_pp_driver_offset(false, 64), 0x02240000);
	assert_int_equal(dlb_pp_driver_offset(true, 63), 0x0233F000);
}

static void
test_cq_depths(void **state)
{
	static const struct {
		uint32_t depth, code, ring, preload;
	} expected[] = {
		{ 1, 1, 8, 7 },	    { 2, 1, 8, 6 },	{ 4, 1, 8, 4 },	      { 8, 1, 8, 0 },
		{ 16, 2, 16, 0 },   { 32, 3, 32, 0 },	{ 64, 4, 64, 0 },     { 128, 5, 128, 0 },
		{ 256, 6, 256, 0 }, { 512, 7, 512, 0 }, { 1024, 8, 1024, 0 },
	};
	uint32_t nb_legal = 0;

	(void)state;
	for (size_t k = 0; k < sizeof(expected) / sizeof(expected[0]); k++) {
		uint32_t depth = expected[k].depth;

		assert_true(dlb_cq_depth_is_legal(depth));
		assert_int_equal(dlb_cq_depth_code(depth), expected[k].code);
		assert_int_equal(dlb_cq_ring_size(depth), expected[k].ring);
		assert_int_equal(dlb_cq_token_preload(depth), expected[k].preload);
		assert_int_equal(dlb_cq_token_limit(expected[k].code), expected[k].ring);
		assert_int_equal(dlb_cq_token_limit(expected[k].code) - expected[k].preload, depth);
	}
	for (uint32_t depth = 0; depth < 5000; depth++)
		nb_legal += dlb_cq_depth_is_legal(depth);
	assert_int_equal(nb_legal, sizeof(expected) / sizeof(expected[0]));
	assert_false(dlb_cq_depth_is_legal(UINT32_C(0x80000000)));
}

static void
test_cq_depth_codes_that_are_not_defined(void **state)
{
	(void)state;
	assert_int_equal(dlb_cq_token_limit(0), 4);
	assert_int_equal(dlb_cq_token_limit(9), 1024);
	assert_int_equal(dlb_cq_token_limit(UINT32_MAX), 1024);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_command_word_in_bytes),
		cmocka_unit_test(test_queue_element_in_bytes),
		cmocka_unit_test(test_line_is_four_command_words),
		cmocka_unit_test(test_commands_decompose_into_their_bits),
		cmocka_unit_test(test_masks_of_the_byte_fields),
		cmocka_unit_test(test_alarms),
		cmocka_unit_test(test_sched_types),
		cmocka_unit_test(test_priorities_fall_into_four_bins),
		cmocka_unit_test(test_producer_port_offsets),
		cmocka_unit_test(test_cq_depths),
		cmocka_unit_test(test_cq_depth_codes_that_are_not_defined),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
