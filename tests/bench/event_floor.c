/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * event_floor: an event device that counts events and carries none, to show what a benchmark's
 * own loop and the calls into DPDK cost. An enqueue adds to the counter of its first event's
 * queue, a dequeue takes from those of its port's queues and leaves the caller's events as they
 * were. A queue has one producer and one consumer, or all on one lcore.
 */
#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include <rte_malloc.h>

#include "dlb_compat.h"

#define MAX_QUEUES 64
#define MAX_PORTS  64
#define MAX_EVENTS 4096
#define MAX_BURST  128
#define MAX_FLOWS  65536

/* Each counter on a cache line of its own: who adds and who takes may be two cores. */
struct queue {
	atomic_uint_least64_t added __rte_cache_aligned;
	atomic_uint_least64_t taken __rte_cache_aligned;
};

struct floor;

struct port {
	struct floor *floor;
	unsigned int nb_queues;
	uint8_t queue[MAX_QUEUES];
} __rte_cache_aligned;

struct floor {
	struct queue queue[MAX_QUEUES];
	struct port port[MAX_PORTS];
};

static uint16_t
enqueue_burst(void *port, const struct rte_event ev[], uint16_t n)
{
	const struct port *p = port;
	struct queue *q = &p->floor->queue[ev[0].queue_id];

	if (ev[0].op != RTE_EVENT_OP_RELEASE)
		atomic_store_explicit(&q->added,
				      atomic_load_explicit(&q->added, memory_order_relaxed) + n,
				      memory_order_release);
	return n;
}

static uint16_t
take(struct queue *q, uint16_t n)
{
	uint64_t taken = atomic_load_explicit(&q->taken, memory_order_relaxed);
	uint64_t there = atomic_load_explicit(&q->added, memory_order_acquire) - taken;

	n = (uint16_t)RTE_MIN(there, n);
	atomic_store_explicit(&q->taken, taken + n, memory_order_relaxed);
	return n;
}

static uint16_t
dequeue_burst(void *port, struct rte_event ev[], uint16_t n, uint64_t timeout_ticks)
{
	const struct port *p = port;
	uint16_t got = 0;
	unsigned int i;

	(void)ev;
	(void)timeout_ticks;
	for (i = 0; i < p->nb_queues && got < n; i++)
		got += take(&p->floor->queue[p->queue[i]], n - got);
	return got;
}

#if DLB_HAVE_SINGLE_EVENT
static uint16_t
enqueue(void *port, const struct rte_event *ev)
{
	return enqueue_burst(port, ev, 1);
}

static uint16_t
dequeue(void *port, struct rte_event *ev, uint64_t timeout_ticks)
{
	return dequeue_burst(port, ev, 1, timeout_ticks);
}
#endif

static void
get_info(struct rte_eventdev *eventdev, struct rte_event_dev_info *info)
{
	(void)eventdev;
	*info = (struct rte_event_dev_info){
		.driver_name = "event_floor",
		.max_event_queues = MAX_QUEUES,
		.max_event_queue_flows = MAX_FLOWS,
		.max_event_queue_priority_levels = 1,
		.max_event_priority_levels = 1,
		.max_event_ports = MAX_PORTS,
		.max_event_port_dequeue_depth = MAX_BURST,
		.max_event_port_enqueue_depth = MAX_BURST,
		.max_event_port_links = MAX_QUEUES,
		.max_num_events = MAX_EVENTS,
		.max_single_link_event_port_queue_pairs = MAX_PORTS,
		.event_dev_cap =
			RTE_EVENT_DEV_CAP_BURST_MODE | RTE_EVENT_DEV_CAP_MULTIPLE_QUEUE_PORT |
			RTE_EVENT_DEV_CAP_MAINTENANCE_FREE |
			RTE_EVENT_DEV_CAP_IMPLICIT_RELEASE_DISABLE | RTE_EVENT_DEV_CAP_ATOMIC |
			RTE_EVENT_DEV_CAP_ORDERED | RTE_EVENT_DEV_CAP_PARALLEL,
	};
}

static int
configure(const struct rte_eventdev *eventdev)
{
	memset(eventdev->data->dev_private, 0, sizeof(struct floor));
	return 0;
}

static int
start(struct rte_eventdev *eventdev)
{
	(void)eventdev;
	return 0;
}

static void
stop(struct rte_eventdev *eventdev)
{
	(void)eventdev;
}

static int
device_close(struct rte_eventdev *eventdev)
{
	(void)eventdev;
	return 0;
}

static void
queue_default(struct rte_eventdev *eventdev, uint8_t queue, struct rte_event_queue_conf *conf)
{
	(void)eventdev;
	(void)queue;
	*conf = (struct rte_event_queue_conf){ .nb_atomic_flows = MAX_FLOWS };
}

static int
queue_setup(struct rte_eventdev *eventdev, uint8_t queue, const struct rte_event_queue_conf *conf)
{
	(void)eventdev;
	(void)queue;
	(void)conf;
	return 0;
}

static void
queue_release(struct rte_eventdev *eventdev, uint8_t queue)
{
	(void)eventdev;
	(void)queue;
}

static void
port_default(struct rte_eventdev *eventdev, uint8_t port, struct rte_event_port_conf *conf)
{
	(void)eventdev;
	(void)port;
	*conf = (struct rte_event_port_conf){
		.new_event_threshold = MAX_EVENTS,
		.dequeue_depth = MAX_BURST,
		.enqueue_depth = MAX_BURST,
	};
}

static int
port_setup(struct rte_eventdev *eventdev, uint8_t port, const struct rte_event_port_conf *conf)
{
	struct floor *f = eventdev->data->dev_private;

	(void)conf;
	f->port[port] = (struct port){ .floor = f };
	eventdev->data->ports[port] = &f->port[port];
	return 0;
}

static void
port_release(void *port)
{
	(void)port;
}

static int
port_link(struct rte_eventdev *eventdev, void *port, const uint8_t queues[],
	  const uint8_t priorities[], uint16_t n)
{
	struct port *p = port;

	(void)eventdev;
	(void)priorities;
	memcpy(p->queue, queues, n);
	p->nb_queues = n;
	return n;
}

static int
port_unlink(struct rte_eventdev *eventdev, void *port, uint8_t queues[], uint16_t n)
{
	struct port *p = port;

	(void)eventdev;
	(void)queues;
	p->nb_queues = 0;
	return n;
}

static struct eventdev_ops ops = {
	.dev_infos_get = get_info,
	.dev_configure = configure,
	.dev_start = start,
	.dev_stop = stop,
	.dev_close = device_close,
	.queue_def_conf = queue_default,
	.queue_setup = queue_setup,
	.queue_release = queue_release,
	.port_def_conf = port_default,
	.port_setup = port_setup,
	.port_release = port_release,
	.port_link = port_link,
	.port_unlink = port_unlink,
};

static int
probe(struct rte_vdev_device *vdev)
{
	struct rte_eventdev *eventdev = rte_event_pmd_vdev_init(
		rte_vdev_device_name(vdev), sizeof(struct floor), rte_socket_id(), vdev);

	if (eventdev == NULL)
		return -EEXIST;
	eventdev->dev_ops = &ops;
#if DLB_HAVE_SINGLE_EVENT
	eventdev->enqueue = enqueue;
	eventdev->dequeue = dequeue;
#endif
	eventdev->enqueue_burst = enqueue_burst;
	eventdev->enqueue_new_burst = enqueue_burst;
	eventdev->enqueue_forward_burst = enqueue_burst;
	eventdev->dequeue_burst = dequeue_burst;
	event_dev_probing_finish(eventdev);
	return 0;
}

static int
device_remove(struct rte_vdev_device *vdev)
{
	return rte_event_pmd_vdev_uninit(rte_vdev_device_name(vdev));
}

static struct rte_vdev_driver driver = {
	.probe = probe,
	.remove = device_remove,
};

RTE_PMD_REGISTER_VDEV(event_floor, driver);
