/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See place.h.
 */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* for CPU_SET(3) */
#endif
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_lcore.h>

#include "place.h"

static size_t
list_cpus(unsigned int lcore, char *text, size_t size)
{
	rte_cpuset_t cpus = rte_lcore_cpuset(lcore);
	const char *separator = "";
	size_t used = 0;
	unsigned int cpu;

	for (cpu = 0; cpu < CPU_SETSIZE && used < size; cpu++)
		if (CPU_ISSET(cpu, &cpus)) {
			used += (size_t)snprintf(text + used, size - used, "%s%u", separator, cpu);
			separator = "/";
		}
	return used;
}

static bool
share_a_cpu(unsigned int a, unsigned int b)
{
	rte_cpuset_t of_a = rte_lcore_cpuset(a), of_b = rte_lcore_cpuset(b), both;

	CPU_AND(&both, &of_a, &of_b);
	return CPU_COUNT(&both) != 0;
}

size_t
place_main(char *text, size_t size)
{
	unsigned int lcore = rte_get_main_lcore();
	size_t used;

	used = (size_t)snprintf(text, size, "all on lcore %u (CPU ", lcore);
	used += list_cpus(lcore, text + used, size - used);
	return used + (size_t)snprintf(text + used, size - used, ")");
}

void
place_worker(char *text, size_t size)
{
	unsigned int worker = rte_get_next_lcore(-1, 1, 0);
	size_t used = place_main(text, size);

	if (worker == RTE_MAX_LCORE)
		return;
	used += (size_t)snprintf(text + used, size - used, "; of two the worker on lcore %u (CPU ",
				 worker);
	used += list_cpus(worker, text + used, size - used);
	snprintf(text + used, size - used, "), %s",
		 share_a_cpu(rte_get_main_lcore(), worker)
			 ? "THE SAME CPU: figures of two show how the kernel divides it"
			 : "which share no CPU");
}
