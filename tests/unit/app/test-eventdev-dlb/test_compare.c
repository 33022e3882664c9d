/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The capture comparer: it must say "intact" of an intact output, and must find a packet that
 * was lost, doubled, swapped, changed or invented. The captures are written here: frames of
 * several flows go in, and come out as a router would pass them on, with one fault each.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <pcap/pcap.h>

#include "compare.h"
#include "expect.h"

#define FLOWS	5
#define PACKETS 40
#define LENGTH	60
#define MAX_OUT 400
/* The input packet that a router must drop. */
#define EXPIRED 7

struct frame {
	uint8_t byte[LENGTH];
};

static char in_path[64], out_path[64], error[COMPARE_ERROR_BYTES];
static struct frame in[PACKETS], out[MAX_OUT];
static unsigned int nb_out;
static struct verdict verdict;
static struct compare_report report;

/* An IPv4 frame: the number makes it unique, and its flow is number % FLOWS. */
static struct frame
make_frame(unsigned int number)
{
	/* One header a line. */
	/* clang-format off */
	struct frame f = { {
		2, 0, 0, 0, 0, 9, 2, 0, 0, 0, 0, 8, 0x08, 0x00,
		0x45, 0, 0, LENGTH - 14, (uint8_t)(number >> 8), (uint8_t)number, 0x40, 0,
		number == EXPIRED ? 1 : 64, 17, 0, 0,
		10, 1, 1, (uint8_t)(number % FLOWS), 10, 2, 2, 2, 0, 53, 4, 0,
	} };
	/* clang-format on */
	uint32_t sum = 0;
	unsigned int i;

	for (i = 14; i < 34; i += 2)
		sum += (uint32_t)f.byte[i] << 8 | f.byte[i + 1];
	while (sum >> 16 != 0)
		sum = (sum & 0xffff) + (sum >> 16);
	f.byte[24] = (uint8_t)(~sum >> 8);
	f.byte[25] = (uint8_t)~sum;
	return f;
}

/* What the router makes of it; the time to live's decrement raises the checksum by 0x0100. */
static struct frame
route_frame(struct frame f)
{
	uint32_t sum = (uint32_t)f.byte[24] << 8 | f.byte[25];

	f.byte[22]--;
	sum += 0x100;
	sum += sum >= 0xffff;
	f.byte[24] = (uint8_t)(sum >> 8);
	f.byte[25] = (uint8_t)sum;
	memcpy(f.byte, router_hop_address, 6);
	memcpy(f.byte + 6, router_own_address, 6);
	f.byte[5] = 3;
	return f;
}

static void
write_capture(const char *path, const struct frame *f, unsigned int n, int link)
{
	pcap_t *p = pcap_open_dead(link, 65535);
	pcap_dumper_t *d = pcap_dump_open(p, path);
	unsigned int i;

	assert_non_null(d);
	for (i = 0; i < n; i++) {
		struct pcap_pkthdr h = { .caplen = LENGTH, .len = LENGTH };

		pcap_dump((uint8_t *)d, &h, f[i].byte);
	}
	pcap_dump_close(d);
	pcap_close(p);
}

/* The input, and an intact output of so many loops, still in memory. */
static void
prepare(unsigned int loops)
{
	unsigned int l, i;

	for (i = 0; i < PACKETS; i++)
		in[i] = make_frame(i);
	nb_out = 0;
	for (l = 0; l < loops; l++)
		for (i = 0; i < PACKETS; i++)
			if (i != EXPIRED)
				out[nb_out++] = route_frame(in[i]);
}

static uint64_t
failed(enum check check)
{
	return atomic_load(&verdict.failed[check]);
}

static struct compare_report
compared(unsigned int loops)
{
	struct compare_report kept;

	write_capture(in_path, in, PACKETS, DLT_EN10MB);
	write_capture(out_path, out, nb_out, DLT_EN10MB);
	verdict_reset(&verdict);
	assert_int_equal(compare_captures(in_path, out_path, loops, &kept, &verdict, error), 0);
	free(kept.flow);
	kept.flow = NULL;
	return kept;
}

static void
remove_out(unsigned int at)
{
	memmove(&out[at], &out[at + 1], (nb_out - at - 1) * sizeof(out[0]));
	nb_out--;
}

static void
insert_out(unsigned int at, struct frame f)
{
	memmove(&out[at + 1], &out[at], (nb_out - at) * sizeof(out[0]));
	out[at] = f;
	nb_out++;
}

static void
swap_out(unsigned int a, unsigned int b)
{
	struct frame f = out[a];

	out[a] = out[b];
	out[b] = f;
}

static void
test_compare_intact(void **state)
{
	struct compare_report r;
	unsigned int loops;

	(void)state;
	for (loops = 1; loops < 6; loops++) {
		prepare(loops);
		r = compared(loops);
		assert_int_equal(failed(CHECK_CAPTURE), 0);
		assert_int_equal(failed(CHECK_ORDER), 0);
		assert_int_equal(r.in, PACKETS);
		assert_int_equal(r.dropped, 1);
		assert_int_equal(r.expected, (PACKETS - 1) * loops);
		assert_int_equal(r.out, r.expected);
		assert_int_equal(r.nb_flows, FLOWS);
		assert_int_equal(r.lost + r.doubled + r.foreign + r.misordered, 0);
	}
}

/* Between flows nothing is promised. */
static void
test_compare_swapped_across_flows_is_intact(void **state)
{
	unsigned int i;

	(void)state;
	prepare(2);
	for (i = 10; i + 1 < nb_out; i += 2)
		swap_out(i, i + 1);
	compared(2);
	assert_int_equal(failed(CHECK_CAPTURE), 0);
	assert_int_equal(failed(CHECK_ORDER), 0);
}

static void
test_compare_finds_each_lost_packet(void **state)
{
	struct compare_report r;
	unsigned int i;

	(void)state;
	for (i = 0; i < 3 * (PACKETS - 1); i++) {
		prepare(3);
		remove_out(i);
		r = compared(3);
		assert_int_equal(r.lost, 1);
		assert_int_equal(r.doubled + r.foreign, 0);
		assert_int_equal(failed(CHECK_CAPTURE), 1);
		/* Lost is not out of order, and is not reported as such. */
		assert_int_equal(failed(CHECK_ORDER), 0);
	}
}

static void
test_compare_finds_each_doubled_packet(void **state)
{
	struct compare_report r;
	unsigned int i;

	(void)state;
	for (i = 0; i < 3 * (PACKETS - 1); i++) {
		prepare(3);
		insert_out(i, out[i]);
		r = compared(3);
		assert_int_equal(r.doubled, 1);
		assert_int_equal(r.lost + r.foreign, 0);
		assert_true(failed(CHECK_CAPTURE) > 0);
	}
}

static void
test_compare_finds_each_swap_within_a_flow(void **state)
{
	struct compare_report r;
	unsigned int i, j;

	(void)state;
	for (i = 0; i < 3 * (PACKETS - 1); i++) {
		prepare(3);
		/* The next packet of the same flow, be it in the next loop. */
		for (j = i + 1; j < nb_out && out[j].byte[29] != out[i].byte[29]; j++)
			;
		if (j == nb_out)
			continue;
		swap_out(i, j);
		r = compared(3);
		assert_int_equal(r.lost + r.doubled + r.foreign, 0);
		assert_int_equal(failed(CHECK_CAPTURE), 0);
		assert_true(r.misordered > 0);
		assert_true(failed(CHECK_ORDER) > 0);
	}
}

static void
test_compare_lost_and_doubled_do_not_cancel(void **state)
{
	struct compare_report r;

	(void)state;
	prepare(1);
	out[3] = out[20];
	r = compared(1);
	assert_int_equal(r.out, r.expected);
	assert_int_equal(r.lost, 1);
	assert_int_equal(r.doubled, 1);
}

static void
expect_foreign(unsigned int byte, uint8_t change)
{
	struct compare_report r;

	prepare(1);
	out[11].byte[byte] ^= change;
	r = compared(1);
	assert_int_equal(r.foreign, 1);
	assert_int_equal(r.lost, 1);
	assert_true(failed(CHECK_CAPTURE) >= 2);
}

static void
test_compare_finds_changed_bytes(void **state)
{
	unsigned int byte;

	(void)state;
	for (byte = 0; byte < LENGTH; byte++)
		if (byte != 5) /* says which neighbour the packet goes to */
			expect_foreign(byte, 0x04);
}

static void
test_compare_finds_what_a_router_must_drop(void **state)
{
	struct compare_report r;

	(void)state;
	prepare(1);
	insert_out(EXPIRED, route_frame(in[EXPIRED]));
	r = compared(1);
	assert_int_equal(r.foreign, 1);
	assert_int_equal(r.lost, 0);
}

static void
test_compare_equal_packets_are_counted(void **state)
{
	struct compare_report r;

	(void)state;
	prepare(0);
	in[20] = in[15];
	in[25] = in[15];
	for (nb_out = 0; nb_out < PACKETS - 1; nb_out++)
		out[nb_out] = route_frame(in[nb_out < EXPIRED ? nb_out : nb_out + 1]);
	r = compared(1);
	assert_int_equal(r.lost + r.doubled + r.foreign + r.misordered, 0);
	remove_out(19);
	r = compared(1);
	assert_int_equal(r.lost, 1);
}

static void
test_compare_empty_output(void **state)
{
	struct compare_report r;

	(void)state;
	prepare(2);
	nb_out = 0;
	r = compared(2);
	assert_int_equal(r.lost, 2 * (PACKETS - 1));
	assert_true(failed(CHECK_CAPTURE) > 0);
}

static void
test_compare_files_that_are_none(void **state)
{
	FILE *f;

	(void)state;
	prepare(1);
	write_capture(in_path, in, PACKETS, DLT_EN10MB);
	write_capture(out_path, out, nb_out, DLT_RAW);
	verdict_reset(&verdict);
	assert_true(compare_captures(in_path, out_path, 1, &report, &verdict, error) < 0);
	assert_non_null(strstr(error, "Ethernet"));
	compare_free(&report);

	/* Cut off in the middle of a packet, as a full disk would. */
	write_capture(out_path, out, nb_out, DLT_EN10MB);
	assert_int_equal(truncate(out_path, 24 + 5 * (16 + LENGTH) + 30), 0);
	assert_true(compare_captures(in_path, out_path, 1, &report, &verdict, error) < 0);
	compare_free(&report);

	f = fopen(out_path, "w");
	assert_non_null(f);
	fclose(f);
	assert_true(compare_captures(in_path, out_path, 1, &report, &verdict, error) < 0);
	compare_free(&report);
	assert_true(compare_captures("/nonexistent", out_path, 1, &report, &verdict, error) < 0);
	assert_non_null(strstr(error, "/nonexistent"));
	compare_free(&report);
}

static int
make_paths(void **state)
{
	(void)state;
	snprintf(in_path, sizeof(in_path), "/tmp/test_compare_in_%d", (int)getpid());
	snprintf(out_path, sizeof(out_path), "/tmp/test_compare_out_%d", (int)getpid());
	return 0;
}

static int
remove_paths(void **state)
{
	(void)state;
	remove(in_path);
	remove(out_path);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_compare_intact),
		cmocka_unit_test(test_compare_swapped_across_flows_is_intact),
		cmocka_unit_test(test_compare_finds_each_lost_packet),
		cmocka_unit_test(test_compare_finds_each_doubled_packet),
		cmocka_unit_test(test_compare_finds_each_swap_within_a_flow),
		cmocka_unit_test(test_compare_lost_and_doubled_do_not_cancel),
		cmocka_unit_test(test_compare_finds_changed_bytes),
		cmocka_unit_test(test_compare_finds_what_a_router_must_drop),
		cmocka_unit_test(test_compare_equal_packets_are_counted),
		cmocka_unit_test(test_compare_empty_output),
		cmocka_unit_test(test_compare_files_that_are_none),
	};

	return cmocka_run_group_tests(tests, make_paths, remove_paths);
}
