/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Preloaded into the distribution's unmodified binaries.
 *
 * dpdk-test-eventdev says "Success" whatever happened, and prints no counts for some of its tests:
 * when it stops the device, a line tells what went through it, and another what the device refused
 * and what its own check says. It also asks Ethernet devices for an offload that no virtual one has
 * (receive-side scaling hash), which is taken out of its request here.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* RTLD_NEXT */
#endif

#include <dlfcn.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <rte_ethdev.h>
#include <rte_eventdev.h>

static uint64_t
sum_over_ports(uint8_t dev_id, const char *name)
{
	uint32_t nb_ports = 0;
	uint64_t sum = 0;
	char full[64];

	rte_event_dev_attr_get(dev_id, RTE_EVENT_DEV_ATTR_PORT_COUNT, &nb_ports);
	for (uint32_t port = 0; port < nb_ports; port++) {
		snprintf(full, sizeof(full), "port_%" PRIu32 "_%s", port, name);
		sum += rte_event_dev_xstats_by_name_get(dev_id, full, NULL);
	}
	return sum;
}

/* The lines of the dump that have one of the words. */
static void
print_of_dump(uint8_t dev_id, const char *const words[])
{
	char *dump = NULL, *line, *rest;
	size_t size = 0;
	FILE *out = open_memstream(&dump, &size);

	if (out == NULL)
		return;
	rte_event_dev_dump(dev_id, out);
	fclose(out);
	for (line = strtok_r(dump, "\n", &rest); line != NULL; line = strtok_r(NULL, "\n", &rest))
		for (unsigned int i = 0; words[i] != NULL; i++)
			if (strstr(line, words[i]) != NULL)
				printf("witness: %s\n", line);
	free(dump);
}

void
rte_event_dev_stop(uint8_t dev_id)
{
	static const char *const words[] = { "refused by the device", "device check", NULL };
	void (*real)(uint8_t) = dlsym(RTLD_NEXT, "rte_event_dev_stop");

	printf("\nwitness: new %" PRIu64 " forward %" PRIu64 " dequeued %" PRIu64
	       " invalid %" PRIu64 "\n",
	       sum_over_ports(dev_id, "tx_new"), sum_over_ports(dev_id, "tx_fwd"),
	       sum_over_ports(dev_id, "rx_ok"), sum_over_ports(dev_id, "tx_invalid"));
	real(dev_id);
	print_of_dump(dev_id, words);
	fflush(stdout);
}

int
rte_eth_dev_configure(uint16_t port, uint16_t nb_rx, uint16_t nb_tx,
		      const struct rte_eth_conf *conf)
{
	int (*real)(uint16_t, uint16_t, uint16_t, const struct rte_eth_conf *) =
		dlsym(RTLD_NEXT, "rte_eth_dev_configure");
	struct rte_eth_conf plain = *conf;

	plain.rxmode.offloads &= ~RTE_ETH_RX_OFFLOAD_RSS_HASH;
	plain.rxmode.mq_mode = RTE_ETH_MQ_RX_NONE;
	plain.rx_adv_conf.rss_conf.rss_hf = 0;
	return real(port, nb_rx, nb_tx, &plain);
}
