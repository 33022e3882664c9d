/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Attributes, priorities, statistics, dump and self-test.
 */

#include "contract.h"

#include <errno.h>
#include <string.h>

#include <rte_vect.h>

#define NAME "event_dlb_attrs"

static void
test_attributes_are_read_back(void)
{
	static const struct {
		uint32_t id, value;
	} settable[] = {
		{ RTE_EVENT_QUEUE_ATTR_PRIORITY, 32 },
		{ RTE_EVENT_QUEUE_ATTR_WEIGHT, 77 },
		{ RTE_EVENT_QUEUE_ATTR_AFFINITY, 255 },
	};
	const uint8_t dev_id = contract_plug(NAME, "");
	uint32_t value;

	contract_start(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 1);
	for (unsigned int i = 0; i < RTE_DIM(settable); i++) {
		uint32_t id = settable[i].id;

		CHECK_EQUAL(rte_event_queue_attr_set(dev_id, 0, id, settable[i].value), 0);
		CHECK_EQUAL(rte_event_queue_attr_get(dev_id, 0, id, &value), 0);
		CHECK_EQUAL(value, settable[i].value);
		CHECK_EQUAL(rte_event_queue_attr_set(dev_id, 0, id, 256), -EINVAL);
		CHECK_LOGGED("256", "0..255");
		CHECK_EQUAL(rte_event_queue_attr_get(dev_id, 0, id, &value), 0);
		CHECK_EQUAL(value, settable[i].value);
	}
	CHECK_EQUAL(rte_event_queue_attr_set(dev_id, 0, RTE_EVENT_QUEUE_ATTR_SCHEDULE_TYPE, 1),
		    -ENOTSUP);
	CHECK_LOGGED("attribute 4");
	CHECK_EQUAL(rte_event_queue_attr_set(dev_id, 1, RTE_EVENT_QUEUE_ATTR_PRIORITY, 1), -EINVAL);
	CHECK_EQUAL(
		rte_event_port_attr_get(dev_id, 0, RTE_EVENT_PORT_ATTR_NEW_EVENT_THRESHOLD, &value),
		0);
	CHECK_EQUAL(value, 4096);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* Which queue is served first when both have events, as the port sees it. */
static uint8_t
first_served(uint8_t dev_id)
{
	struct rte_event events[8];
	uint8_t first;

	for (unsigned int i = 0; i < 8; i++)
		events[i] = contract_event(RTE_EVENT_OP_NEW, i % 2, RTE_SCHED_TYPE_ATOMIC, i);
	CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 8), 8);
	for (unsigned int got = 0; got < 8; got++) {
		CHECK_EQUAL(contract_take(dev_id, 0, &events[0], 1), 1);
		if (got == 0)
			first = events[0].queue_id;
		CHECK_EQUAL(events[0].queue_id, got < 4 ? first : !first);
	}
	return first;
}

static void
test_queue_priority_is_obeyed_while_running(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");

	contract_start(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 1);
	for (unsigned int round = 0; round < 6; round++) {
		uint8_t urgent = round % 2;

		CHECK_EQUAL(rte_event_queue_attr_set(dev_id, urgent, RTE_EVENT_QUEUE_ATTR_PRIORITY,
						     RTE_EVENT_DEV_PRIORITY_HIGHEST),
			    0);
		CHECK_EQUAL(rte_event_queue_attr_set(dev_id, !urgent, RTE_EVENT_QUEUE_ATTR_PRIORITY,
						     RTE_EVENT_DEV_PRIORITY_LOWEST),
			    0);
		CHECK_EQUAL(first_served(dev_id), urgent);
	}
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_link_priority_is_obeyed(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	uint8_t queues[] = { 0, 1 }, priorities[] = { 255, 0 };

	contract_set_up(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 1);
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, queues, priorities, 2), 2);
	CHECK_EQUAL(rte_event_dev_start(dev_id), 0);
	CHECK_EQUAL(first_served(dev_id), 1);
	priorities[0] = 0;
	priorities[1] = 255;
	CHECK_EQUAL(rte_event_port_link(dev_id, 0, queues, priorities, 2), 2);
	CHECK_EQUAL(first_served(dev_id), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_event_priority_is_obeyed(void)
{
	const uint8_t types[] = { RTE_SCHED_TYPE_ATOMIC, RTE_SCHED_TYPE_ORDERED,
				  RTE_SCHED_TYPE_PARALLEL };

	for (unsigned int t = 0; t < RTE_DIM(types); t++) {
		const uint8_t dev_id = contract_plug(NAME, "");
		struct rte_event events[8];

		contract_start(dev_id, 1, types[t], 1);
		for (unsigned int i = 0; i < 8; i++) {
			events[i] = contract_event(RTE_EVENT_OP_NEW, 0, types[t], i);
			events[i].priority = i % 4 * 64;
		}
		CHECK_EQUAL(rte_event_enqueue_burst(dev_id, 0, events, 8), 8);
		for (unsigned int got = 0; got < 8; got++) {
			CHECK_EQUAL(contract_take(dev_id, 0, &events[0], 1), 1);
			CHECK_EQUAL(events[0].u64, got / 2 + got % 2 * 4);
			CHECK_EQUAL(events[0].priority, got / 2 * 64);
		}
		contract_end(dev_id);
		contract_unplug(NAME);
	}
}

static void
test_statistics_count(void)
{
	const uint8_t dev_id = contract_plug(NAME, "device=2.0");
	struct rte_event event;

	contract_start(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 2);
	for (unsigned int i = 0; i < 10; i++)
		contract_send(dev_id, 1, i % 2, 0, i);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_inflight_events"), 10);
	for (unsigned int i = 0; i < 4; i++)
		CHECK_EQUAL(contract_take(dev_id, 0, &event, 1), 1);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_ok"), 10);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_new"), 10);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_sched_atomic"), 10);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_rx_ok"), 4);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_rx_sched_atomic"), 4);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_implicit_rel"), 3);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_outstanding_releases"), 1);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_rx_ok"), 4);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_tx_ok"), 10);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_nb_events_limit"), 4096);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_ldb_pool_size"), 8192);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_dir_pool_size"), 4096);
	CHECK_EQUAL(contract_xstat(dev_id, "qid_1_num_links"), 1);
	CHECK_EQUAL(contract_xstat(dev_id, "qid_1_is_configured"), 1);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_statistics_reset_counters_only(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	uint64_t id;

	contract_start(dev_id, 1, RTE_SCHED_TYPE_ATOMIC, 2);
	contract_send(dev_id, 1, 0, 0, 1);
	contract_send(dev_id, 0, 0, 0, 1);
	rte_event_dev_xstats_by_name_get(dev_id, "port_1_tx_sched_atomic", &id);
	CHECK_EQUAL(rte_event_dev_xstats_reset(dev_id, RTE_EVENT_DEV_XSTATS_PORT, 1, &id, 1), 0);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_sched_atomic"), 0);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_new"), 1);
	CHECK_EQUAL(rte_event_dev_xstats_reset(dev_id, RTE_EVENT_DEV_XSTATS_PORT, -1, NULL, 0), 0);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_new"), 0);
	CHECK_EQUAL(contract_xstat(dev_id, "port_0_tx_new"), 0);
	CHECK_EQUAL(contract_xstat(dev_id, "dev_inflight_events"), 2);
	contract_send(dev_id, 1, 0, 0, 1);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_new"), 1);
	CHECK_EQUAL(rte_event_dev_xstats_reset(dev_id, RTE_EVENT_DEV_XSTATS_PORT, 2, NULL, 0),
		    -EINVAL);
	/* A port that is set up anew counts from 0, whatever was reset before. */
	rte_event_dev_stop(dev_id);
	contract_port(dev_id, 1, 0);
	CHECK_EQUAL(contract_xstat(dev_id, "port_1_tx_new"), 0);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* Names, ids and values of every object agree, whichever way they are asked for. */
static void
test_statistics_agree_with_their_names(void)
{
	static const struct {
		enum rte_event_dev_xstats_mode mode;
		uint8_t object;
	} scopes[] = {
		{ RTE_EVENT_DEV_XSTATS_DEVICE, 0 }, { RTE_EVENT_DEV_XSTATS_PORT, 0 },
		{ RTE_EVENT_DEV_XSTATS_PORT, 1 },   { RTE_EVENT_DEV_XSTATS_QUEUE, 0 },
		{ RTE_EVENT_DEV_XSTATS_QUEUE, 1 },
	};
	const uint8_t dev_id = contract_plug(NAME, "");
	struct rte_event_dev_xstats_name names[64];
	uint64_t ids[64], values[64], id;
	int last = -1;

	contract_start(dev_id, 2, RTE_SCHED_TYPE_ATOMIC, 2);
	for (unsigned int s = 0; s < RTE_DIM(scopes); s++) {
		int nb = rte_event_dev_xstats_names_get(dev_id, scopes[s].mode, scopes[s].object,
							NULL, NULL, 0);

		CHECK(nb > 0 && nb <= 64);
		CHECK_EQUAL(rte_event_dev_xstats_names_get(dev_id, scopes[s].mode, scopes[s].object,
							   names, ids, nb - 1),
			    nb);
		CHECK_EQUAL(rte_event_dev_xstats_names_get(dev_id, scopes[s].mode, scopes[s].object,
							   names, ids, nb),
			    nb);
		CHECK_EQUAL(rte_event_dev_xstats_get(dev_id, scopes[s].mode, scopes[s].object, ids,
						     values, nb),
			    nb);
		for (int i = 0; i < nb; i++) {
			CHECK((int)ids[i] > last);
			last = ids[i];
			CHECK_EQUAL(rte_event_dev_xstats_by_name_get(dev_id, names[i].name, &id),
				    values[i]);
			CHECK_EQUAL(id, ids[i]);
		}
		ids[0] = 100000;
		CHECK_EQUAL(rte_event_dev_xstats_get(dev_id, scopes[s].mode, scopes[s].object, ids,
						     values, 1),
			    -EINVAL);
	}
	CHECK_EQUAL(rte_event_dev_xstats_by_name_get(dev_id, "port_2_tx_ok", &id),
		    (uint64_t)-EINVAL);
	CHECK_EQUAL(rte_event_dev_xstats_names_get(dev_id, RTE_EVENT_DEV_XSTATS_PORT, 2, names, ids,
						   64),
		    -EINVAL);
	contract_end(dev_id);
	contract_unplug(NAME);
}

static void
test_dump_fits_telemetry(void)
{
	const uint8_t dev_id = contract_plug(NAME, "device=2.0,cq_depth=64");
	static char dump[65536];
	FILE *out = fmemopen(dump, sizeof(dump), "w");

	CHECK(contract_dump_has(dev_id, "DLB 2.0"));
	CHECK(contract_dump_has(dev_id, "stopped"));
	contract_start(dev_id, 8, RTE_SCHED_TYPE_ATOMIC, 16);
	contract_send(dev_id, 3, 5, 0, 1);
	CHECK(contract_dump_has(dev_id, "running, 8 queues, 16 ports"));
	CHECK(contract_dump_has(dev_id, "events in the system: 1"));
	CHECK(contract_dump_has(dev_id, "queue 5: atomic"));
	CHECK(out != NULL);
	CHECK_EQUAL(rte_event_dev_dump(dev_id, out), 0);
	fclose(out);
	CHECK(strlen(dump) < 8192);
	CHECK(strstr(dump, "port 15: LDB") != NULL);
	contract_end(dev_id);
	contract_unplug(NAME);
}

/* Vectors no wider than EAL's bound, and as wide as the CPU has them. */
static void
test_burst_functions_obey_eal(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");
	uint16_t bits = rte_vect_get_max_simd_bitwidth();
	const char *name = bits < 128 ? "scalar" : "SSE";
	char line[64];

	if (bits >= 512 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw"))
		name = "AVX-512";
	snprintf(line, sizeof(line), "burst functions: %s, ring", name);
	CHECK(contract_dump_has(dev_id, line));
	contract_unplug(NAME);
}

static void
test_selftest_passes(void)
{
	const uint8_t dev_id = contract_plug(NAME, "");

	CHECK_EQUAL(rte_event_dev_selftest(dev_id), 0);
	CHECK_EQUAL(rte_event_dev_selftest(dev_id), 0);
	contract_unplug(NAME);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_attributes_are_read_back),
	CONTRACT_CASE(test_queue_priority_is_obeyed_while_running),
	CONTRACT_CASE(test_link_priority_is_obeyed),
	CONTRACT_CASE(test_event_priority_is_obeyed),
	CONTRACT_CASE(test_statistics_count),
	CONTRACT_CASE(test_statistics_reset_counters_only),
	CONTRACT_CASE(test_statistics_agree_with_their_names),
	CONTRACT_CASE(test_dump_fits_telemetry),
	CONTRACT_CASE(test_burst_functions_obey_eal),
	CONTRACT_CASE(test_selftest_passes),
};

CONTRACT_MAIN(cases)
