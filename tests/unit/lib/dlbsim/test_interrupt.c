/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Interrupts of consumer queues (CQ): armed by software, fired once when the occupancy exceeds the
 * threshold, and the ways by which they leave the device.
 */

#include "bench.h"

#define EN_MSI	   (UINT32_C(1) << 10)
#define EN_MSIX	   (UINT32_C(2) << 10)
#define EN_IMS	   (UINT32_C(3) << 10)
#define COMPRESSED 1
#define PACKED	   0

/* LDB port 0 and directed port 5, with a threshold, vectors unmasked. */
static void
bring_up(struct bench *b, uint32_t mode, uint32_t threshold, uint32_t isr)
{
	bench_minimum(b);
	bench_dir_queue(b, &(struct bench_queue){ .qid = 5 });
	bench_dir_port(b, &(struct bench_port){ .id = 5 });
	for (unsigned int v = 0; v < DLB_NB_MSIX; v++)
		bench_set(b, DLB_R_MSIX_VECTOR_CTRL, v, 0);
	bench_set(b, DLB_R_SYS_MSIX_MODE, 0, mode);
	bench_set(b, DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH, 0, threshold - 1);
	bench_set(b, DLB_R_CHP_LDB_CQ_INT_ENB, 0, 2);
	bench_set(b, DLB_R_SYS_LDB_CQ_ISR, 0, isr);
	bench_set(b, DLB_R_CHP_DIR_CQ_INT_DEPTH_THRSH, 5, threshold - 1);
	bench_set(b, DLB_R_CHP_DIR_CQ_INT_ENB, 5, 2);
	bench_set(b, DLB_R_SYS_DIR_CQ_ISR, 5, isr);
}

static void
deliver(struct bench *b, bool is_ldb)
{
	bench_put(b, LDB, 0,
		  bench_qe(DLB_CMD_NEW, is_ldb ? DLB_SCHED_UNORDERED : DLB_SCHED_DIRECTED,
			   is_ldb ? 0 : 5, 0, 0));
	assert_int_equal(bench_settle(b), 1);
}

static void
arm_ldb(struct bench *b)
{
	bench_set(b, DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0, BIT(0));
}

/* --- when ---------------------------------------------------------------------------------- */

static void
test_one_vector_for_each_arm(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_MSIX);
	deliver(b, LDB);
	assert_int_equal(b->nb_msix[1], 0);
	for (unsigned int i = 1; i < 4; i++) {
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 0));
		arm_ldb(b);
		assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0), 1);
		assert_int_equal(b->nb_msix[1], i - 1);
		deliver(b, LDB);
		assert_int_equal(b->nb_msix[1], i);
		assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0), 0);
		deliver(b, LDB);
		assert_int_equal(b->nb_msix[1], i);
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 0));
		assert_int_equal(bench_get(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0), 1);
		bench_set(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0, 1);
		bench_set(b, DLB_R_SYS_MSIX_ACK, 0, 2);
		assert_int_equal(b->nb_msix[1], i);
	}
}

static void
test_fires_at_once_if_due_when_armed(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_MSIX);
	deliver(b, LDB);
	arm_ldb(b);
	assert_int_equal(b->nb_msix[1], 1);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0), 0);
}

static void
test_armed_by_command(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_MSIX);
	bench_put(b, DIR, 5, bench_cmd(DLB_CMD_ARM, 0xFFFF));
	assert_int_equal(bench_get(b, DLB_R_CHP_DIR_CQ_INTR_ARMED0, 0), BIT(5));
	deliver(b, DIR);
	assert_int_equal(b->nb_msix[1], 1);
	assert_int_equal(bench_get(b, DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, 0), BIT(5));
	bench_set(b, DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, 0, BIT(5));
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, 2);
	bench_put(b, DIR, 5, bench_cmd(DLB_CMD_ARM, 0));
	assert_int_equal(b->nb_msix[1], 2);
}

static void
test_threshold_is_of_entries_not_given_back(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 4, EN_MSIX);
	arm_ldb(b);
	for (unsigned int i = 0; i < 3; i++)
		deliver(b, LDB);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_BAT_T, 0));
	deliver(b, LDB);
	assert_int_equal(b->nb_msix[1], 0);
	deliver(b, LDB);
	assert_int_equal(b->nb_msix[1], 1);
}

/* A write of zeroes arms nobody and disarms nobody; each bit is one CQ. */
static void
test_arm_registers_of_all_queues(void **state)
{
	static const enum dlb_reg regs[2][3] = {
		{ DLB_R_CHP_DIR_CQ_INTR_ARMED0, DLB_R_CHP_DIR_CQ_INTR_ARMED1,
		  DLB_R_CHP_DIR_CQ_INTR_ARMED2 },
		{ DLB_R_CHP_LDB_CQ_INTR_ARMED0, DLB_R_CHP_LDB_CQ_INTR_ARMED1 },
	};
	struct bench *b = *state;

	for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++)
		for (unsigned int cq = 0; cq < (is_ldb ? 64 : b->lim->nb_dir_ports); cq++) {
			enum dlb_reg reg = regs[is_ldb][cq / 32];
			uint32_t below = BIT(cq % 32) - 1;

			assert_int_equal(bench_get(b, reg, 0), below);
			bench_set(b, reg, 0, BIT(cq % 32));
			bench_set(b, reg, 0, 0);
			assert_int_equal(bench_get(b, reg, 0), below | BIT(cq % 32));
		}
}

/* Without EN_DEPTH or a mode nothing is sent; switching it on serves who is armed and due. */
static void
test_switched_off_and_on(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, 0);
	bench_set(b, DLB_R_CHP_LDB_CQ_INT_ENB, 0, 0);
	arm_ldb(b);
	deliver(b, LDB);
	bench_set(b, DLB_R_SYS_LDB_CQ_ISR, 0, EN_MSIX);
	assert_int_equal(b->nb_msix[1], 0);
	bench_set(b, DLB_R_SYS_LDB_CQ_ISR, 0, 0);
	bench_set(b, DLB_R_CHP_LDB_CQ_INT_ENB, 0, 2);
	assert_int_equal(b->nb_msix[1], 0);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0), 1);
	bench_set(b, DLB_R_SYS_LDB_CQ_ISR, 0, EN_MSIX);
	assert_int_equal(b->nb_msix[1], 1);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0), 0);
}

/* A threshold that is lowered below the occupancy is one that is exceeded. */
static void
test_lowered_threshold_fires(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 10, EN_MSIX);
	arm_ldb(b);
	deliver(b, LDB);
	deliver(b, LDB);
	bench_set(b, DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH, 0, 2);
	assert_int_equal(b->nb_msix[1], 0);
	bench_set(b, DLB_R_CHP_LDB_CQ_INT_DEPTH_THRSH, 0, 1);
	assert_int_equal(b->nb_msix[1], 1);
}

/* --- by which vector ----------------------------------------------------------------------- */

static void
test_packed_mode_has_a_vector_for_each(void **state)
{
	struct bench *b = *state;

	bring_up(b, PACKED, 1, EN_MSIX | 7);
	bench_set(b, DLB_R_SYS_DIR_CQ_ISR, 5, EN_MSIX | 63);
	arm_ldb(b);
	bench_put(b, DIR, 5, bench_cmd(DLB_CMD_ARM, 0));
	deliver(b, LDB);
	deliver(b, DIR);
	assert_int_equal(b->nb_msix[8], 1);
	assert_int_equal(b->nb_msix[64], 1);
	assert_int_equal(b->nb_msix[1], 0);
	/* Only vectors 0 and 1 wait for acknowledgements. */
	arm_ldb(b);
	assert_int_equal(b->nb_msix[8], 2);
	assert_int_equal(bench_get(b, DLB_R_SYS_MSIX_ACK, 0), 0);
}

static void
test_status_bits_of_all_queues(void **state)
{
	struct bench *b = *state;
	unsigned int last = b->lim->nb_dir_ports - 1U;

	bring_up(b, COMPRESSED, 1, EN_MSIX);
	bench_ldb_port(b, &(struct bench_port){ .id = 63 });
	bench_dir_queue(b, &(struct bench_queue){ .qid = last });
	bench_dir_port(b, &(struct bench_port){ .id = last });
	bench_set(b, DLB_R_SYS_LDB_CQ_ISR, 63, EN_MSIX);
	bench_set(b, DLB_R_CHP_LDB_CQ_INT_ENB, 63, 2);
	bench_set(b, DLB_R_SYS_DIR_CQ_ISR, last, EN_MSIX);
	bench_set(b, DLB_R_CHP_DIR_CQ_INT_ENB, last, 2);
	bench_put(b, LDB, 63, bench_cmd(DLB_CMD_ARM, 0));
	bench_put(b, DIR, last, bench_cmd(DLB_CMD_ARM, 0));
	bench_enable(b, LDB, 0, false);
	bench_link(b, 63, 0, 0, 0);
	deliver(b, LDB);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, last, 0, 0));
	bench_settle(b);
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_CQ_63_32_OCC_INT_STS, 0), BIT(31));
	assert_int_equal(bench_get(b,
				   b->version == DLB_V2_0 ? DLB_R_SYS_DIR_CQ_63_32_OCC_INT_STS
							  : DLB_R_SYS_DIR_CQ_95_64_OCC_INT_STS,
				   0),
			 BIT(31));
	/* The second waits for the acknowledgement of the first. */
	assert_int_equal(b->nb_msix[1], 1);
}

static void
test_masked_vector_is_sent_at_unmask(void **state)
{
	struct bench *b = *state;

	bring_up(b, PACKED, 1, EN_MSIX | 4);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 5, 1);
	arm_ldb(b);
	deliver(b, LDB);
	arm_ldb(b);
	assert_int_equal(b->nb_msix[5], 0);
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0), 1);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 5, 0);
	assert_int_equal(b->nb_msix[5], 1);
}

/* What a mask holds back can be seen, vector by vector, in the pending bits of the table. */
static void
test_pending_bits(void **state)
{
	static const unsigned int vectors[] = { 2, 31, 32, 63, 64 };
	struct bench *b = *state;

	bring_up(b, PACKED, 1, EN_MSIX);
	deliver(b, LDB);
	for (unsigned int i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		unsigned int v = vectors[i];

		bench_set(b, DLB_R_MSIX_VECTOR_CTRL, v, 1);
		bench_set(b, DLB_R_SYS_LDB_CQ_ISR, 0, EN_MSIX | (v - 1));
		arm_ldb(b);
		assert_int_equal(b->nb_msix[v], 0);
		for (unsigned int word = 0; word < 4; word++)
			assert_int_equal(bench_get(b, DLB_R_MSIX_PBA, word),
					 word == v / 32 ? BIT(v % 32) : 0);
		bench_set(b, DLB_R_MSIX_PBA, v / 32, 0);
		assert_int_equal(bench_get(b, DLB_R_MSIX_PBA, v / 32), BIT(v % 32));
		bench_set(b, DLB_R_MSIX_VECTOR_CTRL, v, 0);
		assert_int_equal(bench_get(b, DLB_R_MSIX_PBA, v / 32), 0);
		assert_int_equal(b->nb_msix[v], 1);
	}
}

/* The service routine of a kernel driver: status, its acknowledgement, then vector 1's. */
static void
serve_vector_1(struct bench *b)
{
	uint32_t ldb = bench_get(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0);
	uint32_t dir = bench_get(b, DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, 0);

	if (ldb != 0)
		bench_set(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0, ldb);
	if (dir != 0)
		bench_set(b, DLB_R_SYS_DIR_CQ_31_0_OCC_INT_STS, 0, dir);
}

static void
acknowledge_vector_1(struct bench *b)
{
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 1, 1);
	bench_set(b, DLB_R_SYS_MSIX_PASSTHRU, 0, 2);
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, 2);
	bench_set(b, DLB_R_SYS_MSIX_PASSTHRU, 0, 0);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 1, 0);
	bench_get(b, DLB_R_SYS_TOTAL_VAS, 0);
}

static void
test_acknowledgement_without_news_is_silent(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_MSIX);
	arm_ldb(b);
	deliver(b, LDB);
	assert_int_equal(b->nb_msix[1], 1);
	serve_vector_1(b);
	acknowledge_vector_1(b);
	assert_int_equal(b->nb_msix[1], 1);
	assert_int_equal(bench_get(b, DLB_R_SYS_MSIX_ACK, 0), 0);
}

/* An interrupt at any point of the service routine is announced once that is over. */
static void
test_interrupt_during_service_is_not_lost(void **state)
{
	struct bench *b = *state;

	for (unsigned int when = 0; when < 2; when++) {
		dlbsim_flr(b->sim);
		b->last_hist = 0;
		b->nb_msix[1] = 0;
		bring_up(b, COMPRESSED, 1, EN_MSIX);
		arm_ldb(b);
		bench_put(b, DIR, 5, bench_cmd(DLB_CMD_ARM, 0));
		deliver(b, LDB);
		if (when == 0)
			deliver(b, DIR);
		assert_int_equal(b->nb_msix[1], 1);
		if (when == 0)
			bench_set(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0, 1);
		else
			serve_vector_1(b);
		if (when == 1)
			deliver(b, DIR);
		acknowledge_vector_1(b);
		assert_int_equal(b->nb_msix[1], 2);
		serve_vector_1(b);
		acknowledge_vector_1(b);
		assert_int_equal(b->nb_msix[1], 2);
	}
}

/* The same with a plain acknowledgement, as a driver without the work-around would do it. */
static void
test_plain_acknowledgement_sends_again(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_MSIX);
	arm_ldb(b);
	deliver(b, LDB);
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, 2);
	assert_int_equal(b->nb_msix[1], 2);
	serve_vector_1(b);
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, 2);
	assert_int_equal(b->nb_msix[1], 2);
}

/* Status bits are cleared one by one by writing 1. */
static void
test_status_is_write_1_to_clear(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_MSIX);
	arm_ldb(b);
	deliver(b, LDB);
	bench_set(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0, ~UINT32_C(1));
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0), 1);
	bench_set(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0, 1);
	assert_int_equal(bench_get(b, DLB_R_SYS_LDB_CQ_31_0_OCC_INT_STS, 0), 0);
}

/* --- interrupt message store --------------------------------------------------------------- */

static void
test_message_store(void **state)
{
	struct bench *b = *state;
	unsigned int i = b->lim->nb_ims - 1U;
	unsigned int before;

	bring_up(b, COMPRESSED, 1, EN_IMS | i);
	bench_set(b, DLB_R_SYS_AI_ADDR_L, i, UINT32_C(0xFEE00000));
	bench_set(b, DLB_R_SYS_AI_ADDR_U, i, 9);
	bench_set(b, DLB_R_SYS_AI_DATA, i, 0x4321);
	bench_set(b, DLB_R_SYS_AI_CTRL, i, 0);
	arm_ldb(b);
	before = b->nb_dma;
	deliver(b, LDB);
	assert_int_equal(b->nb_dma, before + 1);
	assert_int_equal(b->last_dma_iova, UINT64_C(0x9FEE00000));
	assert_int_equal(b->last_dma_word, 0x4321);
	assert_int_equal(b->nb_msix[1], 0);

	bench_set(b, DLB_R_SYS_AI_CTRL, i, 1);
	arm_ldb(b);
	assert_int_equal(b->nb_dma, before + 1);
	assert_int_equal(bench_get(b, DLB_R_SYS_AI_CTRL, i), 3);
	bench_set(b, DLB_R_SYS_AI_CTRL, i, 0);
	assert_int_equal(b->nb_dma, before + 2);
	assert_int_equal(bench_get(b, DLB_R_SYS_AI_CTRL, i), 0);
}

/* Entries that do not exist, or a device without the store: nothing is sent. */
static void
test_message_store_out_of_range(void **state)
{
	struct bench *b = *state;
	unsigned int before;

	bring_up(b, COMPRESSED, 1, EN_IMS | 0xFF);
	arm_ldb(b);
	before = b->nb_dma;
	deliver(b, LDB);
	assert_int_equal(b->nb_dma, before);
	assert_int_equal(bench_nb_drops(b), 0);
}

/* A message that cannot be written is counted. */
static void
test_message_that_cannot_be_written(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_IMS);
	b->refuse_dma = true;
	arm_ldb(b);
	deliver(b, LDB);
	assert_int_equal(bench_drops(b).dma_failed, 1);
}

/* Interrupts of virtual functions go nowhere: there are none. */
static void
test_interrupt_of_a_virtual_function(void **state)
{
	struct bench *b = *state;

	bring_up(b, COMPRESSED, 1, EN_MSI);
	arm_ldb(b);
	deliver(b, LDB);
	for (unsigned int v = 0; v < DLB_NB_MSIX; v++)
		assert_int_equal(b->nb_msix[v], 0);
	assert_int_equal(bench_get(b, DLB_R_CHP_LDB_CQ_INTR_ARMED0, 0), 0);
	assert_int_equal(b->nb_unimplemented, 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_one_vector_for_each_arm),
		ON_BOTH(test_fires_at_once_if_due_when_armed),
		ON_BOTH(test_armed_by_command),
		ON_BOTH(test_threshold_is_of_entries_not_given_back),
		ON_BOTH(test_arm_registers_of_all_queues),
		ON_BOTH(test_switched_off_and_on),
		ON_BOTH(test_lowered_threshold_fires),
		ON_BOTH(test_packed_mode_has_a_vector_for_each),
		ON_BOTH(test_status_bits_of_all_queues),
		ON_BOTH(test_masked_vector_is_sent_at_unmask),
		ON_BOTH(test_pending_bits),
		ON_BOTH(test_acknowledgement_without_news_is_silent),
		ON_BOTH(test_interrupt_during_service_is_not_lost),
		ON_BOTH(test_plain_acknowledgement_sends_again),
		ON_BOTH(test_status_is_write_1_to_clear),
		ON_2_5(test_message_store),
		ON_2_5(test_message_that_cannot_be_written),
		ON_BOTH(test_interrupt_of_a_virtual_function),
		ON_BOTH(test_message_store_out_of_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
