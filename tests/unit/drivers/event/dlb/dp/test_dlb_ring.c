/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The ring between a port and the device: everything arrives once, in order and whole, from one
 * thread to another, also where the freely running indices wrap.
 */

#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "bus/dlb_ring.h"
#include "fake_device.h"

#define NB_LINES 40000

static struct dlb_ring ring;

static void
reset(uint32_t start)
{
	memset(&ring, 0, sizeof(ring));
	ring.head = ring.head_seen = ring.tail = start;
}

static void *
produce(void *arg)
{
	uint32_t pos = ring.tail, end = dlb_ring_end(&ring);
	uint64_t rng = 1, data = 0;
	unsigned int line, burst;

	for (line = 0; line < NB_LINES; line += burst) {
		burst = 1 + fake_below(&rng, 12);
		for (unsigned int i = 0; i < burst * DLB_HCWS_PER_LINE; i++) {
			while (pos == end) {
				dlb_ring_publish(&ring, pos);
				sched_yield();
				end = dlb_ring_refresh(&ring);
			}
			ring.hcw[pos++ & DLB_RING_MASK] = (struct dlb_hcw){
				.data = data, .lock_id = (uint16_t)data, .cmd = DLB_CMD_NEW
			};
			data++;
		}
		dlb_ring_publish(&ring, pos);
	}
	*(uint64_t *)arg = data;
	return NULL;
}

static uint64_t
consume(uint64_t *rng, uint64_t next)
{
	const struct dlb_hcw *hcw;
	uint32_t n = dlb_ring_peek(&ring, &hcw);

	assert_int_equal(n % DLB_HCWS_PER_LINE, 0);
	if (n > 0)
		n = DLB_HCWS_PER_LINE * (1 + fake_below(rng, n / DLB_HCWS_PER_LINE));
	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(hcw[i].data, next + i);
		assert_int_equal(hcw[i].lock_id, (uint16_t)(next + i));
	}
	dlb_ring_consume(&ring, n);
	return next + n;
}

static void
two_threads(uint32_t start)
{
	uint64_t rng = 2, next = 0, produced = 0;
	pthread_t thread;

	reset(start);
	assert_int_equal(pthread_create(&thread, NULL, produce, &produced), 0);
	while (next < NB_LINES * DLB_HCWS_PER_LINE) {
		uint64_t before = next;

		next = consume(&rng, next);
		if (next == before)
			sched_yield();
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	while (next < produced)
		next = consume(&rng, next);
	assert_int_equal(next, produced);
}

static void
test_ring_two_threads(void **state)
{
	(void)state;
	two_threads(0);
}

static void
test_ring_two_threads_over_index_wrap(void **state)
{
	(void)state;
	two_threads(UINT32_MAX - 4 * DLB_RING_CMDS + 1);
}

static void
test_ring_full_and_empty(void **state)
{
	const struct dlb_hcw *hcw;

	(void)state;
	reset(DLB_RING_CMDS - 8);
	assert_int_equal(dlb_ring_peek(&ring, &hcw), 0);
	assert_int_equal(dlb_ring_end(&ring) - ring.tail, DLB_RING_CMDS);
	dlb_ring_publish(&ring, ring.tail + DLB_RING_CMDS);
	assert_int_equal(dlb_ring_refresh(&ring), ring.tail);
	/* What lies behind the end of the memory comes with the second look. */
	assert_int_equal(dlb_ring_peek(&ring, &hcw), 8);
	dlb_ring_consume(&ring, 8);
	assert_int_equal(dlb_ring_peek(&ring, &hcw), DLB_RING_CMDS - 8);
	assert_ptr_equal(hcw, ring.hcw);
	assert_int_equal(dlb_ring_refresh(&ring), ring.tail + 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ring_full_and_empty),
		cmocka_unit_test(test_ring_two_threads),
		cmocka_unit_test(test_ring_two_threads_over_index_wrap),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
