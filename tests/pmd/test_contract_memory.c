/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What a device costs in memory: it has to fit beside an application on a laptop. Sizes are of
 * DPDK's heap, so that pages which were never touched count as well.
 */

#include "contract.h"

#include <rte_malloc.h>

#define MEMORY_LIMIT (32u << 20)

static size_t
heap_bytes(void)
{
	struct rte_malloc_socket_stats stats;
	size_t sum = 0;

	for (int socket = 0; socket < RTE_MAX_NUMA_NODES; socket++)
		if (rte_malloc_get_socket_stats(socket, &stats) == 0)
			sum += stats.heap_allocsz_bytes;
	return sum;
}

static void
check_size(const char *args, uint8_t nb_queues, uint8_t nb_ports)
{
	const size_t before = heap_bytes();
	const uint8_t dev_id = contract_plug("event_dlb_size", args);
	size_t used;

	contract_start(dev_id, nb_queues, RTE_SCHED_TYPE_ATOMIC, nb_ports);
	used = heap_bytes() - before;
	printf("%s, %u queues, %u ports, started: %zu KiB\n", args, nb_queues, nb_ports,
	       used >> 10);
	CHECK(used < MEMORY_LIMIT);
	contract_end(dev_id);
	contract_unplug("event_dlb_size");
}

static void
test_usual_device_is_small(void)
{
	check_size("device=2.0", 8, 8);
	check_size("device=2.5", 8, 8);
}

static void
test_full_device_is_small(void)
{
	check_size("device=2.0", 32, 61);
	check_size("device=2.5", 32, 61);
}

static const struct contract_case cases[] = {
	CONTRACT_CASE(test_usual_device_is_small),
	CONTRACT_CASE(test_full_device_is_small),
};

CONTRACT_MAIN(cases)
