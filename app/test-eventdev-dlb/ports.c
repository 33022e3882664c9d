/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Opens the capture files as network ports. See ports.h. It knows nothing of events.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <rte_cycles.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>

#include "ports.h"

/* Names under which the ports exist while the pipeline runs; net_pcap demands the prefix. */
#define IN_NAME	 "net_pcap_tevin"
#define OUT_NAME "net_pcap_tevout"

#define DESCRIPTORS 512
#define MBUF_CACHE  64

#define FAIL(error, code, ...) (snprintf(error, PORTS_ERROR_BYTES, __VA_ARGS__), code)

static const struct rte_mbuf_dynfield stamp_field = {
	.name = "test_eventdev_dlb_stamp",
	.size = sizeof(struct packet_stamp),
	.align = __alignof__(uint64_t),
};

static uint16_t
stamp_packets(uint16_t port, uint16_t queue, struct rte_mbuf **m, uint16_t nb, uint16_t max,
	      void *arg)
{
	struct ports *p = arg;
	uint64_t now = rte_rdtsc(), number = atomic_load(&p->received);
	uint16_t i;

	(void)port;
	(void)queue;
	(void)max;
	for (i = 0; i < nb; i++)
		*ports_stamp(p, m[i]) = (struct packet_stamp){
			.time = now,
			.number = (uint32_t)(number + i + 1),
		};
	atomic_store(&p->received, number + nb);
	return nb;
}

static int
make_device(const char *name, const char *what, const char *path, uint16_t *port, char *error)
{
	char args[4096 + 16];
	int ret;

	if (strchr(path, ',') != NULL || strlen(path) > 4000)
		return FAIL(error, -EINVAL, "%s: net_pcap takes no file name with a comma", path);
	snprintf(args, sizeof(args), "%s=%s", what, path);
	ret = rte_eal_hotplug_add("vdev", name, args);
	if (ret != 0)
		return FAIL(error, ret, "%s: net_pcap could not open it: %s", path, strerror(-ret));
	return rte_eth_dev_get_port_by_name(name, port);
}

static int
start_port(uint16_t port, struct rte_mempool *pool)
{
	struct rte_eth_conf conf = { 0 };
	int socket = (int)rte_socket_id();
	int ret = rte_eth_dev_configure(port, 1, 1, &conf);

	if (ret == 0)
		ret = rte_eth_rx_queue_setup(port, 0, DESCRIPTORS, (unsigned int)socket, NULL,
					     pool);
	if (ret == 0)
		ret = rte_eth_tx_queue_setup(port, 0, DESCRIPTORS, (unsigned int)socket, NULL);
	return ret == 0 ? rte_eth_dev_start(port) : ret;
}

static int
open_all(struct ports *p, const char *input, const char *output, char *error)
{
	int ret = make_device(IN_NAME, "rx_pcap", input, &p->in, error);

	if (ret != 0)
		return ret;
	ret = make_device(OUT_NAME, "tx_pcap", output, &p->out, error);
	if (ret != 0)
		return ret;
	ret = start_port(p->in, p->pool);
	if (ret != 0)
		return FAIL(error, ret, "%s: starting its port failed: %s", input, strerror(-ret));
	ret = start_port(p->out, p->pool);
	if (ret != 0)
		return FAIL(error, ret, "%s: starting its port failed: %s", output, strerror(-ret));
	if (rte_eth_add_rx_callback(p->in, 0, stamp_packets, p) == NULL)
		return FAIL(error, -rte_errno, "this DPDK was built without Rx callbacks");
	return 0;
}

int
ports_open(struct ports *p, const char *input, const char *output, unsigned int nb_mbufs,
	   char *error)
{
	int ret;

	memset(p, 0, sizeof(*p));
	p->stamp_offset = rte_mbuf_dynfield_register(&stamp_field);
	if (p->stamp_offset < 0)
		return FAIL(error, -rte_errno, "no room in the mbufs for a stamp");
	p->pool = rte_pktmbuf_pool_create("test_eventdev_dlb", nb_mbufs, MBUF_CACHE, 0,
					  RTE_MBUF_DEFAULT_BUF_SIZE, (int)rte_socket_id());
	if (p->pool == NULL)
		return FAIL(error, -ENOMEM, "no memory for %u packet buffers (EAL option -m)",
			    nb_mbufs);
	ret = open_all(p, input, output, error);
	if (ret != 0)
		ports_close(p);
	return ret;
}

int
ports_rewind(struct ports *p)
{
	int ret = rte_eth_dev_stop(p->in);

	return ret == 0 ? rte_eth_dev_start(p->in) : ret;
}

static void
close_device(const char *name)
{
	uint16_t port;

	if (rte_eth_dev_get_port_by_name(name, &port) != 0)
		return;
	rte_eth_dev_stop(port);
	rte_eth_dev_close(port);
	rte_eal_hotplug_remove("vdev", name);
}

void
ports_close(struct ports *p)
{
	close_device(IN_NAME);
	close_device(OUT_NAME);
	rte_mempool_free(p->pool);
	p->pool = NULL;
}
