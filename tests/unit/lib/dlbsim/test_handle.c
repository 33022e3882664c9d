/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The device as an object: made, attached to, copied, destroyed; its memory accesses and messages;
 * and that the same input always gives the same output.
 */

#include "bench.h"

#include <errno.h>
#include <stdlib.h>

static void
send(struct bench *b, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		enum dlb_sched_type type = (enum dlb_sched_type)(i % 3);

		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, type, 0, i % 5, i));
	}
}

/* --- memory accesses ----------------------------------------------------------------------- */

/* Whether the host maps the ring or is sent each entry: the bytes are the same. */
static void
test_mapped_and_sent_entries_are_the_same(void **state)
{
	struct bench *b = *state;
	uint8_t *mapped = malloc(BENCH_RING_BYTES);

	assert_non_null(mapped);
	for (unsigned int sparse = 0; sparse < 2; sparse++) {
		for (unsigned int way = 0; way < 2; way++) {
			dlbsim_flr(b->sim);
			b->last_hist = 0;
			b->refuse_map = way == 1;
			bench_minimum(b);
			bench_power_up(b, sparse);
			b->nb_dma = 0;
			send(b, 60);
			assert_int_equal(bench_settle(b), 60);
			assert_int_equal(b->nb_dma, way == 0 ? 0 : 60);
			if (way == 0)
				memcpy(mapped, b->memory, BENCH_RING_BYTES);
		}
		assert_memory_equal(mapped, b->memory, BENCH_RING_BYTES);
	}
	free(mapped);
}

/* The translation is kept over turns, until the host takes the memory away. */
static void
test_translation_is_kept_until_unmapped(void **state)
{
	struct bench *b = *state;
	uint64_t ring = 128 * 16;

	bench_minimum(b);
	send(b, 1);
	bench_settle(b);
	assert_int_equal(b->nb_maps, 1);
	send(b, 1);
	bench_settle(b);
	dlbsim_dma_unmap(b->sim, BENCH_IOVA - 4096, 4096);
	dlbsim_dma_unmap(b->sim, BENCH_IOVA + ring, 4096);
	send(b, 1);
	bench_settle(b);
	assert_int_equal(b->nb_maps, 1);
	dlbsim_dma_unmap(b->sim, BENCH_IOVA + ring - 1, 1);
	send(b, 1);
	bench_settle(b);
	assert_int_equal(b->nb_maps, 2);
	dlbsim_dma_unmap(b->sim, 0, UINT64_MAX);
	b->refuse_map = true;
	send(b, 1);
	bench_settle(b);
	assert_int_equal(b->nb_maps, 3);
	assert_int_equal(b->nb_dma, 1);
}

/* Ranges at the ends of the address space, as a host unmaps all that is left. */
static void
test_unmapped_range_may_reach_to_the_end(void **state)
{
	static const struct {
		uint64_t iova;
		uint64_t len;
		bool touches;
	} cases[] = {
		{ 4096, UINT64_MAX, true },
		{ 0, UINT64_MAX, true },
		{ BENCH_IOVA, UINT64_MAX - BENCH_IOVA, true },
		{ BENCH_IOVA + 128 * 16, UINT64_MAX - BENCH_IOVA - 128 * 16, false },
		{ 0, BENCH_IOVA, false },
		{ 0, BENCH_IOVA + 1, true },
		{ UINT64_MAX, 1, false },
		{ BENCH_IOVA + 5, 0, false },
	};
	struct bench *b = *state;

	bench_minimum(b);
	for (unsigned int i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		send(b, 1);
		bench_settle(b);
		b->nb_maps = 0;
		dlbsim_dma_unmap(b->sim, cases[i].iova, cases[i].len);
		send(b, 1);
		bench_settle(b);
		assert_int_equal(b->nb_maps, cases[i].touches);
	}
}

/* Entries that cannot be written are counted; the device goes on. */
static void
test_failing_writes_are_counted(void **state)
{
	struct bench *b = *state;

	b->refuse_map = true;
	b->refuse_dma = true;
	bench_minimum(b);
	send(b, 7);
	assert_int_equal(bench_settle(b), 7);
	assert_int_equal(bench_drops(b).dma_failed, 7);
	b->refuse_dma = false;
	send(b, 1);
	assert_int_equal(bench_settle(b), 1);
	assert_int_equal(bench_entry(b, LDB, 0, 7)->status & DLB_QE_GEN, 1);
}

static int
refuse_write(void *ctx, uint64_t iova, const void *buf, size_t len)
{
	(void)ctx, (void)iova, (void)buf, (void)len;
	return -1;
}

static void
count_log(void *ctx, enum dlbsim_log kind, const char *text)
{
	unsigned int *count = ctx;

	assert_non_null(strchr(text, ' '));
	assert_null(strchr(text, '\n'));
	count[kind]++;
}

/* All callbacks but dma_write may be missing; a failing ring is said once. */
static void
test_host_with_few_callbacks(void **state)
{
	struct bench *b = *state;
	const struct dlbsim_host silent = { .dma_write = refuse_write };
	const struct dlbsim_host talking = { .dma_write = refuse_write, .log = count_log };
	unsigned int count[2] = { 0 };
	struct dlbsim *ours = b->sim;

	for (unsigned int i = 0; i < 2; i++) {
		b->sim = dlbsim_create(b->version, NULL, i == 0 ? &silent : &talking, count);
		b->last_hist = 0;
		assert_non_null(b->sim);
		bench_minimum(b);
		bench_set(b, DLB_R_SYS_INGRESS_ALARM_ENBL, 0, 0x3F);
		bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 0, 0);
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
		send(b, 3);
		assert_int_equal(bench_settle(b), 3);
		dlbsim_destroy(b->sim);
	}
	b->sim = ours;
	assert_int_equal(count[DLBSIM_LOG_GUEST], 1);
	assert_int_equal(count[DLBSIM_LOG_UNIMP], 0);
	dlbsim_destroy(NULL);
}

/* --- state and handles --------------------------------------------------------------------- */

static void *
make_state(void)
{
	void *state = aligned_alloc(64, (dlbsim_state_size() + 63) & ~(size_t)63);

	assert_non_null(state);
	memset(state, 0, dlbsim_state_size());
	return state;
}

/* Two handles on one state, as two processes would have them. */
static void
test_two_handles_on_one_state(void **state)
{
	struct bench *b = *state;
	struct dlbsim_host host = { .dma_write = refuse_write };
	struct dlbsim *ours = b->sim, *handles[2];
	void *memory = make_state();

	handles[0] = dlbsim_create(b->version, memory, &host, NULL);
	handles[1] = dlbsim_attach(memory, &host, NULL);
	assert_non_null(handles[0]);
	assert_non_null(handles[1]);
	b->sim = handles[0];
	bench_minimum(b);
	for (unsigned int i = 0; i < 6; i++) {
		b->sim = handles[i % 2];
		send(b, 1);
		b->sim = handles[(i + 1) % 2];
		assert_int_equal(bench_settle(b), 1);
	}
	b->sim = handles[1];
	dlbsim_destroy(handles[0]);
	assert_int_equal(bench_drops(b).dma_failed, 6);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 6);
	dlbsim_destroy(handles[1]);
	free(memory);
	b->sim = ours;
}

static void
test_attach_to_what_is_no_device(void **state)
{
	const struct dlbsim_host host = { .dma_write = refuse_write };
	void *memory = make_state();

	(void)state;
	assert_null(dlbsim_attach(memory, &host, NULL));
	free(memory);
}

/* A ring moved by one handle: the other one must not write to its old place. */
struct two_rings {
	uint8_t ring[2][1024];
};

static void *
map_two(void *ctx, uint64_t iova, size_t len)
{
	struct two_rings *rings = ctx;

	assert_in_range(len, 1, sizeof(rings->ring[0]));
	return rings->ring[iova == BENCH_IOVA + 4096];
}

static void
test_translation_of_the_other_handle_is_forgotten(void **state)
{
	struct bench *b = *state;
	const struct dlbsim_host host = { .dma_map = map_two, .dma_write = refuse_write };
	struct dlbsim *ours = b->sim, *handles[2];
	struct two_rings rings = { 0 };
	void *memory = make_state();

	handles[0] = dlbsim_create(b->version, memory, &host, &rings);
	handles[1] = dlbsim_attach(memory, &host, &rings);
	b->sim = handles[0];
	bench_minimum(b);
	bench_set(b, DLB_R_CHP_LDB_CQ_TKN_DEPTH_SEL, 0, dlb_cq_depth_code(8));
	for (unsigned int i = 0; i < 4; i++) {
		uint32_t low = (uint32_t)BENCH_IOVA + (i / 2 == 1 ? 4096 : 0);

		b->sim = handles[0];
		if (i % 2 == 0)
			bench_set(b, DLB_R_SYS_LDB_CQ_ADDR_L, 0, low);
		b->sim = handles[i % 2];
		send(b, 1);
		assert_int_equal(bench_settle(b), 1);
		assert_int_equal(rings.ring[i / 2][16 * i + 15] & DLB_QE_GEN, 1);
		assert_int_equal(rings.ring[i / 2 ^ 1][16 * i + 15], 0);
	}
	dlbsim_destroy(handles[0]);
	dlbsim_destroy(handles[1]);
	free(memory);
	b->sim = ours;
}

/* Some of everything, as a function of @p seed alone. */
static void
play(struct bench *b, unsigned int seed)
{
	struct dlb_qe qe;

	for (unsigned int i = 0; i < 300; i++) {
		unsigned int r = (seed = seed * 1103515245 + 12345) >> 16;

		bench_put(b, LDB, 0,
			  bench_prio(bench_qe(DLB_CMD_NEW, (enum dlb_sched_type)(r % 3), 0, r % 7,
					      seed),
				     r % 8));
		if (r % 5 == 0)
			dlbsim_step(b->sim, i, r % 9);
		if (bench_take(b, LDB, 0, &qe))
			bench_put(b, LDB, 0,
				  bench_cmd(r % 3 == 0 ? DLB_CMD_COMP_T : DLB_CMD_BAT_T, r % 2));
	}
}

/* A copy of the state is a device of its own with the same future. */
static void
test_copied_state_has_the_same_future(void **state)
{
	struct bench *b = *state;
	const struct dlbsim_host host = { .dma_write = refuse_write };
	void *first = make_state(), *second = make_state();
	struct dlbsim *ours = b->sim, *sim = dlbsim_create(b->version, first, &host, NULL);
	struct dlbsim *copy;

	b->sim = sim;
	bench_minimum(b);
	play(b, 1);
	memcpy(second, first, dlbsim_state_size());
	copy = dlbsim_attach(second, &host, NULL);
	assert_non_null(copy);
	play(b, 2);
	assert_memory_not_equal(first, second, dlbsim_state_size());
	b->sim = copy;
	play(b, 2);
	bench_verify(b);
	assert_memory_equal(first, second, dlbsim_state_size());
	dlbsim_destroy(sim);
	dlbsim_destroy(copy);
	free(first);
	free(second);
	b->sim = ours;
}

/* After a reset the device is as new: it draws the same lots. */
static void
test_same_input_gives_the_same_output(void **state)
{
	struct bench *b = *state;
	uint8_t *before = malloc(BENCH_RING_BYTES);

	assert_non_null(before);
	bench_minimum(b);
	play(b, 5);
	memcpy(before, b->memory, BENCH_RING_BYTES);
	dlbsim_flr(b->sim);
	b->last_hist = 0;
	bench_minimum(b);
	play(b, 5);
	assert_memory_equal(before, b->memory, BENCH_RING_BYTES);
	free(before);
}

/*
 * Counts that are changed behind the device's back are noticed. 733 elements wait: words of the
 * state that say so are in the queue, in its line and in the storage; some statistics say it too.
 */
static void
test_check_notices_wrong_counts(void **state)
{
	struct bench *b = *state;
	const struct dlbsim_host host = { .dma_write = refuse_write };
	uint32_t *words = make_state();
	struct dlbsim *ours = b->sim;
	unsigned int noticed = 0;
	char why[100];

	b->sim = dlbsim_create(b->version, words, &host, NULL);
	bench_minimum(b);
	bench_enable(b, LDB, 0, false);
	b->unverified = true;
	for (unsigned int i = 0; i < 733; i++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 0));
	b->unverified = false;
	bench_verify(b);
	for (size_t i = 0; i < dlbsim_state_size() / sizeof(words[0]); i++) {
		if (words[i] != 733)
			continue;
		words[i]++;
		noticed += dlbsim_check(b->sim, why, sizeof(why)) == -EUCLEAN;
		words[i]--;
	}
	assert_in_range(noticed, 3, 10);
	bench_verify(b);
	dlbsim_destroy(b->sim);
	free(words);
	b->sim = ours;
}

static void
test_devices_share_nothing(void **state)
{
	struct bench *b = *state;
	const struct dlbsim_host host = { .dma_write = refuse_write };
	enum dlb_version other = b->version == DLB_V2_0 ? DLB_V2_5 : DLB_V2_0;
	struct dlbsim *sim = dlbsim_create(other, NULL, &host, NULL);

	bench_minimum(b);
	send(b, 5);
	assert_int_equal(dlbsim_step(sim, 0, 100), 0);
	assert_int_equal(
		dlbsim_csr_read(sim, DLB_BAR_CSR, dlb_reg_offset(other, DLB_R_SYS_LDB_PP_V, 0)), 0);
	dlbsim_flr(sim);
	assert_int_equal(bench_settle(b), 5);
	dlbsim_destroy(sim);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_mapped_and_sent_entries_are_the_same),
		ON_BOTH(test_translation_is_kept_until_unmapped),
		ON_BOTH(test_unmapped_range_may_reach_to_the_end),
		ON_BOTH(test_failing_writes_are_counted),
		ON_BOTH(test_host_with_few_callbacks),
		ON_BOTH(test_two_handles_on_one_state),
		ON_2_5(test_attach_to_what_is_no_device),
		ON_BOTH(test_translation_of_the_other_handle_is_forgotten),
		ON_BOTH(test_copied_state_has_the_same_future),
		ON_BOTH(test_same_input_gives_the_same_output),
		ON_BOTH(test_check_notices_wrong_counts),
		ON_BOTH(test_devices_share_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
