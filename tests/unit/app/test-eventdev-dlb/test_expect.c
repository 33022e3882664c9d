/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What a router does to a frame, and which flow a frame belongs to, on frames whose outcome
 * was worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "expect.h"

/* UDP from 192.168.0.1 port 53 to 192.168.0.199 port 1024; time to live 64, checksum b861. */
static const uint8_t frame4[] = {
	2,    0,    0,	  0,	0,    9,    2,	  0,	0,    0,    0,	  8,	0x08, 0x00, 0x45,
	0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11, 0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01,
	0xc0, 0xa8, 0x00, 0xc7, 0x00, 0x35, 0x04, 0x00, 0x00, 0x5f, 0x00, 0x00, 0xaa, 0xbb,
};

/* TCP from fd00::1 port 80 to fd00::2 port 81, hop limit 64. */
static const uint8_t frame6[] = {
	2,    0,    0,	  0, 0, 9, 2, 0, 0, 0, 0, 8, 0x86, 0xdd, 0x60, 0x00, 0x00, 0x00, 0x00, 0x04,
	0x06, 0x40, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,	   0,	 0,    0,    0,	   1,	 0xfd, 0,
	0,    0,    0,	  0, 0, 0, 0, 0, 0, 0, 0, 0, 0,	   2,	 0x00, 0x50, 0x00, 0x51,
};

static void
test_expect_ipv4(void **state)
{
	uint8_t f[sizeof(frame4)], zeros[12] = { 0 };
	struct flow_key key;

	(void)state;
	memcpy(f, frame4, sizeof(f));
	assert_true(expect_from_input(f, sizeof(f), &key));
	assert_memory_equal(f, zeros, 12);
	assert_int_equal(f[22], 0x3f);
	assert_int_equal(f[24] << 8 | f[25], 0xb961);
	/* Nothing else has changed. */
	f[22] = 0x40;
	f[24] = 0xb8;
	f[25] = 0x61;
	assert_memory_equal(f + 12, frame4 + 12, sizeof(f) - 12);
}

static void
test_expect_ipv6(void **state)
{
	uint8_t f[sizeof(frame6)];
	struct flow_key key;

	(void)state;
	memcpy(f, frame6, sizeof(f));
	assert_true(expect_from_input(f, sizeof(f), &key));
	assert_int_equal(f[21], 0x3f);
	f[21] = 0x40;
	assert_memory_equal(f + 12, frame6 + 12, sizeof(f) - 12);
	f[21] = 1;
	assert_false(expect_from_input(f, sizeof(f), &key));
	f[21] = 0;
	assert_false(expect_from_input(f, sizeof(f), &key));
}

static void
test_expect_drops(void **state)
{
	uint8_t f[sizeof(frame4)];
	struct flow_key key;

	(void)state;
	memcpy(f, frame4, sizeof(f));
	f[25] ^= 1; /* a wrong checksum */
	assert_false(expect_from_input(f, sizeof(f), &key));
	memcpy(f, frame4, sizeof(f));
	f[22] = 1; /* expired, with the checksum that goes with it: b861 + 3f00 */
	f[24] = 0xf7;
	f[25] = 0x61;
	assert_false(expect_from_input(f, sizeof(f), &key));
	f[22] = 2; /* and the one that just lives */
	f[24] = 0xf6;
	assert_true(expect_from_input(f, sizeof(f), &key));
	assert_int_equal(f[22], 1);
	assert_int_equal(f[24] << 8 | f[25], 0xf761);
}

static void
test_expect_what_is_not_ip_stays(void **state)
{
	uint8_t f[sizeof(frame4)];
	struct flow_key key;

	(void)state;
	memcpy(f, frame4, sizeof(f));
	f[13] = 0x06; /* ARP */
	assert_true(expect_from_input(f, sizeof(f), &key));
	assert_memory_equal(f, frame4, 12);
	assert_int_equal(key.version, 0);
	/* Cut off within the IP header: the same. */
	memcpy(f, frame4, sizeof(f));
	assert_true(expect_from_input(f, 33, &key));
	assert_memory_equal(f, frame4, 33);
}

static void
test_expect_output_addresses(void **state)
{
	uint8_t f[sizeof(frame4)], zeros[12] = { 0 };
	struct flow_key key;

	(void)state;
	memcpy(f, frame4, sizeof(f));
	expect_from_output(f, sizeof(f), &key);
	assert_memory_equal(f, frame4, sizeof(f)); /* not the router's: untouched */
	memcpy(f, router_hop_address, 6);
	memcpy(f + 6, router_own_address, 6);
	f[5] = 13;
	expect_from_output(f, sizeof(f), &key);
	assert_memory_equal(f, zeros, 12);
}

static void
test_flow_keys(void **state)
{
	uint8_t f[sizeof(frame4)];
	char text[FLOW_TEXT_BYTES];
	struct flow_key a, b;

	(void)state;
	assert_int_equal(flow_parse(frame4, sizeof(frame4), &a), 20);
	flow_text(&a, text);
	assert_string_equal(text, "192.168.0.1 port 53 -> 192.168.0.199 port 1024, protocol 17");
	assert_int_equal(flow_parse(frame6, sizeof(frame6), &b), 40);
	flow_text(&b, text);
	assert_string_equal(text, "fd00::1 port 80 -> fd00::2 port 81, protocol 6");
	assert_int_not_equal(flow_id(&a), flow_id(&b));
	assert_true(flow_id(&a) < FLOW_IDS);

	/* Each part of a fragmented datagram is in one flow: no ports. */
	memcpy(f, frame4, sizeof(f));
	f[20] = 0x20;
	flow_parse(f, sizeof(f), &a);
	f[20] = 0x00;
	f[21] = 0x10;
	flow_parse(f, sizeof(f), &b);
	assert_memory_equal(&a, &b, sizeof(a));
	assert_int_equal(a.dst_port[0] << 8 | a.dst_port[1], 0);
}

static void
test_flow_short_frames(void **state)
{
	struct flow_key key;
	size_t n;

	(void)state;
	for (n = 0; n < sizeof(frame4); n++)
		assert_int_equal(flow_parse(frame4, n, &key), n < 34 ? 0 : 20);
	for (n = 0; n < sizeof(frame6); n++)
		assert_int_equal(flow_parse(frame6, n, &key), n < 54 ? 0 : 40);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_expect_ipv4),
		cmocka_unit_test(test_expect_ipv6),
		cmocka_unit_test(test_expect_drops),
		cmocka_unit_test(test_expect_what_is_not_ip_stays),
		cmocka_unit_test(test_expect_output_addresses),
		cmocka_unit_test(test_flow_keys),
		cmocka_unit_test(test_flow_short_frames),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
