/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The software device behind the bus, programmed by the resource manager and used by the data path
 * as a driver would: everything below the front in one piece, with memory from EAL (DPDK's
 * environment abstraction layer).
 *
 * A rig has an atomic, an ordered and a directed queue; port 0 takes from the first two, port 1
 * only sends, port 2 is the directed one.
 */

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <rte_eal.h>
#include <rte_lcore.h>

#include "bus/bus.h"
#include "bus/dlb_ring.h"
#include "dp/dlb_dp.h"

#define DEPTH	  64
#define NB_FLOWS  16
#define LIMIT	  4096
#define NB_EVENTS 20000

enum {
	QUEUE_ATOMIC,
	QUEUE_ORDERED,
	QUEUE_DIR,
	NB_QUEUES,
};

enum {
	PORT_WORKER,
	PORT_SENDER,
	PORT_DIR,
	NB_PORTS,
};

struct rig {
	struct dlb_bus *bus;
	struct dlbrm *rm;
	int domain;
	int qid[NB_QUEUES];
	void *cq[NB_PORTS];
	struct dlb_ring *ring[NB_PORTS];
	struct dlb_dp_dev *dp;
	struct dlb_port *port[NB_PORTS];
};

static const struct dlb_burst_ops *ops;

static void *
zeroed(size_t bytes)
{
	void *memory =
		aligned_alloc(RTE_CACHE_LINE_SIZE, RTE_ALIGN_CEIL(bytes, RTE_CACHE_LINE_SIZE));

	assert_non_null(memory);
	memset(memory, 0, bytes);
	return memory;
}

static void
rig_device(struct rig *rig, uint8_t dev_id, enum dlb_version version)
{
	const struct dlbrm_hw_config hw = { .qe_weight_pct = 1 };
	const struct dlbrm_domain_config domain = {
		.nb_ldb_queues = 2,
		.nb_ldb_ports = 2,
		.nb_dir_ports = 1,
		.nb_atomic_inflights = 128,
		.nb_hist_list_entries = 2 * DEPTH,
		.nb_ldb_credits = LIMIT,
		.nb_dir_credits = 4096,
	};

	rig->bus = dlb_bus_sim_create(dev_id, version, SOCKET_ID_ANY);
	assert_non_null(rig->bus);
	dlbrm_init(rig->rm, version, dlb_bus_io(rig->bus), rig->bus);
	assert_int_equal(dlbrm_power_up(rig->rm), 0);
	assert_int_equal(dlbrm_hw_init(rig->rm, &hw), 0);
	assert_int_equal(dlbrm_sn_group_set(rig->rm, 0, 64), 0);
	rig->domain = dlbrm_domain_create(rig->rm, &domain);
	assert_true(rig->domain >= 0);
}

static void
rig_queues(struct rig *rig)
{
	const struct dlbrm_ldb_queue_config atomic = {
		.nb_qid_inflights = 128,
		.nb_atomic_inflights = 64,
		.lock_id_comp_level = 64,
		.depth_threshold = 256,
	};
	const struct dlbrm_ldb_queue_config ordered = {
		.nb_sequence_numbers = 64,
		.nb_qid_inflights = 64,
		.depth_threshold = 256,
	};

	rig->qid[QUEUE_ATOMIC] = dlbrm_ldb_queue_create(rig->rm, rig->domain, &atomic);
	rig->qid[QUEUE_ORDERED] = dlbrm_ldb_queue_create(rig->rm, rig->domain, &ordered);
	assert_true(rig->qid[QUEUE_ATOMIC] >= 0 && rig->qid[QUEUE_ORDERED] >= 0);
}

static void
rig_dp(struct rig *rig)
{
	const struct dlb_dp_dev_conf conf = {
		.bus = rig->bus,
		.nb_events_limit = LIMIT,
		.min_new_threshold = LIMIT,
		.nb_ports = NB_PORTS,
	};

	dlb_dp_dev_init(rig->dp, &conf);
	for (uint8_t q = 0; q < NB_QUEUES; q++) {
		const struct dlb_dp_queue_conf queue = {
			.hw_qid = (uint8_t)rig->qid[q],
			.is_dir = q == QUEUE_DIR,
			.sched_type =
				q == QUEUE_ORDERED ? RTE_SCHED_TYPE_ORDERED : RTE_SCHED_TYPE_ATOMIC,
		};

		dlb_dp_queue_init(rig->dp, q, &queue);
	}
}

static int
rig_hw_port(struct rig *rig, unsigned int id)
{
	struct dlbrm_ldb_port_config ldb = {
		.cq_depth = DEPTH,
		.hist_list_size = DEPTH,
		.cos_id = -1,
	};
	struct dlbrm_dir_port_config dir = { .cq_depth = DEPTH, .queue_id = -1 };
	uint64_t iova = 0;
	int hw_port;

	rig->cq[id] = dlb_bus_cq_alloc(rig->bus, DEPTH, &iova);
	assert_non_null(rig->cq[id]);
	ldb.cq_iova = dir.cq_iova = iova;
	hw_port = id == PORT_DIR ? dlbrm_dir_port_create(rig->rm, rig->domain, &dir)
				 : dlbrm_ldb_port_create(rig->rm, rig->domain, &ldb);
	assert_true(hw_port >= 0);
	if (id == PORT_DIR)
		rig->qid[QUEUE_DIR] = dlbrm_dir_queue_create(rig->rm, rig->domain, hw_port, 256);
	rig->ring[id] = dlb_bus_pp_open(rig->bus, id != PORT_DIR, (unsigned int)hw_port);
	assert_non_null(rig->ring[id]);
	return hw_port;
}

static void
rig_ports(struct rig *rig)
{
	int hw_port[NB_PORTS];
	unsigned int id;

	for (id = 0; id < NB_PORTS; id++)
		hw_port[id] = rig_hw_port(rig, id);
	rig_dp(rig);
	for (id = 0; id < NB_PORTS; id++) {
		const struct dlb_dp_port_conf port = {
			.id = (uint8_t)id,
			.is_dir = id == PORT_DIR,
			.nb_lanes = 1,
			.implicit_release = id == PORT_DIR,
			.new_event_threshold = LIMIT,
		};
		const struct dlb_dp_lane_conf lane = {
			.hw_port = (uint8_t)hw_port[id],
			.pp_mem = rig->ring[id],
			.cq = rig->cq[id],
			.cq_depth = DEPTH,
			.sparse = dlb_bus_cq_sparse(rig->bus),
		};

		dlb_dp_port_init(rig->port[id], rig->dp, &port);
		dlb_dp_lane_add(rig->port[id], &lane);
	}
	for (id = QUEUE_ATOMIC; id <= QUEUE_ORDERED; id++)
		assert_int_equal(
			dlbrm_map_qid(rig->rm, rig->domain, hw_port[PORT_WORKER], rig->qid[id], 0),
			0);
}

static struct rig *
rig_new(uint8_t dev_id, enum dlb_version version)
{
	struct rig *rig = zeroed(sizeof(*rig));
	unsigned int id;

	rig->rm = zeroed(sizeof(*rig->rm));
	rig->dp = zeroed(sizeof(*rig->dp));
	for (id = 0; id < NB_PORTS; id++)
		rig->port[id] = zeroed(sizeof(*rig->port[id]));
	rig_device(rig, dev_id, version);
	rig_queues(rig);
	rig_ports(rig);
	assert_int_equal(dlbrm_domain_start(rig->rm, rig->domain), 0);
	for (id = 0; id < NB_PORTS; id++)
		dlb_dp_port_start(rig->port[id]);
	return rig;
}

static void
rig_check_clean(struct rig *rig)
{
	static const struct dlbsim_drops none;
	struct dlbsim_drops drops;
	char why[256] = "";

	dlb_bus_sim_drops(rig->bus, &drops);
	assert_memory_equal(&drops, &none, sizeof(drops));
	if (dlb_bus_sim_check(rig->bus, why, sizeof(why)) != 0)
		fail_msg("%s", why);
}

static void
rig_free(struct rig *rig)
{
	unsigned int id;

	for (id = 0; id < NB_PORTS; id++)
		dlb_dp_port_stop(rig->port[id]);
	dlb_bus_settle(rig->bus);
	assert_int_equal(dlbrm_domain_reset(rig->rm, rig->domain), 0);
	rig_check_clean(rig);
	for (id = 0; id < NB_PORTS; id++) {
		dlb_bus_pp_close(rig->bus, rig->ring[id]);
		dlb_bus_cq_free(rig->bus, rig->cq[id]);
		free(rig->port[id]);
	}
	dlb_bus_destroy(rig->bus);
	free(rig->dp);
	free(rig->rm);
	free(rig);
}

/* --- traffic: sender -> queue -> worker -> directed queue -> receiver ----------------------------- */

struct traffic {
	struct rig *rig;
	uint8_t queue;
	unsigned int nb_sent;
	unsigned int nb_worked;
	unsigned int nb_received;
	unsigned int next_of_flow[NB_FLOWS];
};

static void
send_some(struct traffic *t)
{
	struct rte_event ev[32];
	unsigned int i, n = RTE_MIN(RTE_DIM(ev), NB_EVENTS - t->nb_sent);

	for (i = 0; i < n; i++) {
		ev[i] = (struct rte_event){ .event = 0, .u64 = t->nb_sent + i };
		ev[i].queue_id = t->queue;
		ev[i].sched_type = RTE_SCHED_TYPE_ATOMIC;
		ev[i].flow_id = (t->nb_sent + i) % NB_FLOWS;
	}
	t->nb_sent += ops->enqueue_new_burst(t->rig->port[PORT_SENDER], ev, (uint16_t)n);
}

/* Forward in an order that is not the one of arrival. */
static unsigned int
work_some(struct traffic *t)
{
	struct rte_event ev[24], turned[24];
	uint16_t i, n = ops->dequeue_burst(t->rig->port[PORT_WORKER], ev, RTE_DIM(ev), 0);

	for (i = 0; i < n; i++) {
		unsigned int from = t->queue == QUEUE_ORDERED ? n - 1U - i : i;

		turned[i] = ev[from];
		turned[i].op = RTE_EVENT_OP_FORWARD;
		turned[i].queue_id = QUEUE_DIR;
	}
	for (i = 0; i < n;)
		i += ops->enqueue_forward_burst(t->rig->port[PORT_WORKER], &turned[i], n - i);
	return n;
}

static void
receive_some(struct traffic *t)
{
	struct rte_event ev[32];
	uint16_t i, n = ops->dequeue_burst(t->rig->port[PORT_DIR], ev, RTE_DIM(ev), 0);

	for (i = 0; i < n; i++) {
		unsigned int flow = ev[i].flow_id;

		assert_int_equal(ev[i].queue_id, QUEUE_DIR);
		assert_int_equal(ev[i].u64, flow + NB_FLOWS * t->next_of_flow[flow]++);
	}
	t->nb_received += n;
}

static void
check_finished(struct traffic *t)
{
	struct rte_event ev;
	unsigned int id;

	/* Empty dequeues return the credits that ports keep. */
	for (id = 0; id < NB_PORTS; id++)
		assert_int_equal(ops->dequeue(t->rig->port[id], &ev, 0), 0);
	assert_int_equal(dlb_dp_in_system(t->rig->dp), 0);
	assert_int_equal(t->rig->port[PORT_WORKER]->stats.tx_fwd, NB_EVENTS);
	assert_int_equal(t->rig->port[PORT_DIR]->stats.tx_implicit_rel, NB_EVENTS);
	rig_check_clean(t->rig);
}

static void
one_thread(enum dlb_version version, uint8_t queue)
{
	struct traffic t = { .rig = rig_new(3, version), .queue = queue };

	while (t.nb_received < NB_EVENTS) {
		send_some(&t);
		work_some(&t);
		receive_some(&t);
	}
	check_finished(&t);
	rig_free(t.rig);
}

static void
test_bus_sim_carries_traffic(void **state)
{
	(void)state;
	one_thread(DLB_V2_0, QUEUE_ATOMIC);
	one_thread(DLB_V2_0, QUEUE_ORDERED);
	one_thread(DLB_V2_5, QUEUE_ATOMIC);
	one_thread(DLB_V2_5, QUEUE_ORDERED);
}

static void *
work_all(void *arg)
{
	struct traffic *t = arg;
	unsigned int n;

	for (n = 0; n < NB_EVENTS;)
		n += work_some(t);
	return NULL;
}

static void
two_threads(uint8_t queue)
{
	struct traffic t = { .rig = rig_new(4, DLB_V2_5), .queue = queue };
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, work_all, &t), 0);
	while (t.nb_received < NB_EVENTS) {
		send_some(&t);
		receive_some(&t);
	}
	assert_int_equal(pthread_join(thread, NULL), 0);
	check_finished(&t);
	rig_free(t.rig);
}

static void
test_bus_sim_is_stepped_by_two_threads(void **state)
{
	(void)state;
	two_threads(QUEUE_ATOMIC);
	two_threads(QUEUE_ORDERED);
}

/* Only a thread that steps again and again is one that others may leave the device to. */
static void
test_bus_sim_knows_its_stepper(void **state)
{
	struct rig *rig = rig_new(9, DLB_V2_0);
	uint32_t seen = 0;
	unsigned int i;

	(void)state;
	RTE_PER_LCORE(_lcore_id) = 1;
	dlb_bus_step(rig->bus);
	RTE_PER_LCORE(_lcore_id) = 2;
	for (i = 0; i < 3; i++)
		dlb_bus_step(rig->bus);
	assert_true(dlb_bus_is_stepper(rig->bus));
	RTE_PER_LCORE(_lcore_id) = 1;
	assert_false(dlb_bus_is_stepper(rig->bus));
	assert_int_equal(dlb_bus_steps_by_others(rig->bus, &seen), 0);
	RTE_PER_LCORE(_lcore_id) = 2;
	dlb_bus_step(rig->bus);
	dlb_bus_step(rig->bus);
	assert_int_equal(dlb_bus_steps_by_others(rig->bus, &seen), 0);
	dlb_bus_step(rig->bus);
	RTE_PER_LCORE(_lcore_id) = 1;
	assert_int_equal(dlb_bus_steps_by_others(rig->bus, &seen), 1);
	assert_int_equal(dlb_bus_steps_by_others(rig->bus, &seen), 0);
	RTE_PER_LCORE(_lcore_id) = LCORE_ID_ANY;
	rig_free(rig);
}

/* Register accesses get through while another thread steps all the time. */
static void *
step_until_told(void *arg)
{
	struct rig *rig = arg;

	while (dlb_dp_in_system(rig->dp) == 0) {
		if (dlb_bus_step(rig->bus) == -EBUSY)
			sched_yield();
	}
	return NULL;
}

static void
test_bus_sim_registers_beside_steps(void **state)
{
	struct rig *rig = rig_new(5, DLB_V2_0);
	pthread_t thread;
	unsigned int i;

	(void)state;
	assert_int_equal(pthread_create(&thread, NULL, step_until_told, rig), 0);
	for (i = 0; i < 2000; i++)
		assert_int_equal(
			dlbrm_ldb_queue_depth(rig->rm, rig->domain, rig->qid[QUEUE_ATOMIC]), 0);
	send_some(&(struct traffic){ .rig = rig, .queue = QUEUE_ORDERED });
	assert_int_equal(pthread_join(thread, NULL), 0);
	rig_free(rig);
}

/* Two devices have nothing in common. */
static void
test_bus_sim_two_devices(void **state)
{
	struct traffic a = { .rig = rig_new(6, DLB_V2_0), .queue = QUEUE_ATOMIC };
	struct traffic b = { .rig = rig_new(7, DLB_V2_5), .queue = QUEUE_ORDERED };

	(void)state;
	while (a.nb_received < NB_EVENTS || b.nb_received < NB_EVENTS) {
		send_some(&a);
		send_some(&b);
		work_some(&b);
		work_some(&a);
		receive_some(&a);
		receive_some(&b);
	}
	check_finished(&a);
	rig_free(a.rig);
	check_finished(&b);
	rig_free(b.rig);
}

/* The device cannot be made to write to memory that is no CQ. */
static void
test_bus_sim_writes_to_cqs_only(void **state)
{
	struct traffic t = { .rig = rig_new(8, DLB_V2_0), .queue = QUEUE_ATOMIC };
	struct dlbsim_drops drops;

	(void)state;
	dlb_bus_cq_free(t.rig->bus, t.rig->cq[PORT_WORKER]);
	t.rig->cq[PORT_WORKER] = NULL;
	send_some(&t);
	dlb_bus_settle(t.rig->bus);
	dlb_bus_sim_drops(t.rig->bus, &drops);
	assert_in_range(drops.dma_failed, 1, 32);
	dlb_bus_destroy(t.rig->bus);
	for (unsigned int id = 0; id < NB_PORTS; id++)
		free(t.rig->port[id]);
	free(t.rig->dp);
	free(t.rig->rm);
	free(t.rig);
}

/* What a ring holds when a register is read goes before, also behind the end of its memory. */
static void
test_bus_sim_read_waits_for_all_commands(void **state)
{
	struct dlb_bus *bus = dlb_bus_sim_create(9, DLB_V2_5, SOCKET_ID_ANY);
	const struct dlbrm_io *io;
	struct dlb_ring *ring;

	(void)state;
	assert_non_null(bus);
	io = dlb_bus_io(bus);
	ring = dlb_bus_pp_open(bus, true, 0);
	assert_non_null(ring);
	for (unsigned int n = 1; n <= DLB_RING_CMDS; n++) {
		dlb_ring_publish(ring, ring->tail + n);
		io->csr_read(bus, DLB_BAR_CSR, dlb_reg_offset(DLB_V2_5, DLB_R_SYS_TOTAL_VAS, 0));
		assert_int_equal(ring->head, ring->tail);
	}
	dlb_bus_pp_close(bus, ring);
	dlb_bus_destroy(bus);
}

/* Every port of a device fits, and what is too much is refused without a trace. */
static void
test_bus_sim_tables_are_bounded(void **state)
{
	struct dlb_bus *bus = dlb_bus_sim_create(9, DLB_V2_5, SOCKET_ID_ANY);
	const unsigned int max = DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS;
	unsigned int i, round;
	uint64_t iova;

	(void)state;
	assert_non_null(bus);
	for (round = 0; round < 2; round++) {
		struct dlb_ring *rings[DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS];
		void *cqs[DLB_MAX_LDB_PORTS + DLB_MAX_DIR_PORTS];

		for (i = 0; i < max; i++) {
			rings[i] = dlb_bus_pp_open(bus, i < 64, i % 64);
			cqs[i] = dlb_bus_cq_alloc(bus, 8, &iova);
			assert_non_null(rings[i]);
			assert_non_null(cqs[i]);
			assert_int_equal(iova % DLB_LINE_BYTES, 0);
		}
		assert_null(dlb_bus_pp_open(bus, true, 0));
		assert_null(dlb_bus_cq_alloc(bus, 8, &iova));
		for (i = 0; i < max; i++) {
			dlb_bus_pp_close(bus, rings[i]);
			dlb_bus_cq_free(bus, cqs[i]);
		}
	}
	dlb_bus_destroy(bus);
}

/* An argument, if there is one, is passed to EAL. */
int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bus_sim_carries_traffic),
		cmocka_unit_test(test_bus_sim_is_stepped_by_two_threads),
		cmocka_unit_test(test_bus_sim_knows_its_stepper),
		cmocka_unit_test(test_bus_sim_registers_beside_steps),
		cmocka_unit_test(test_bus_sim_two_devices),
		cmocka_unit_test(test_bus_sim_writes_to_cqs_only),
		cmocka_unit_test(test_bus_sim_read_waits_for_all_commands),
		cmocka_unit_test(test_bus_sim_tables_are_bounded),
	};
	char *eal_args[] = { (char *)(uintptr_t) "test_bus_sim",
			     (char *)(uintptr_t) "--no-huge",
			     (char *)(uintptr_t) "--no-pci",
			     (char *)(uintptr_t) "--no-shconf",
			     (char *)(uintptr_t) "--no-telemetry",
			     (char *)(uintptr_t) "--log-level=error",
			     (char *)(uintptr_t) "--lcores=0",
			     (char *)(uintptr_t) "-m",
			     (char *)(uintptr_t) "256",
			     argc > 1 ? argv[1] : NULL };

	if (rte_eal_init(RTE_DIM(eal_args) - (argc < 2), eal_args) < 0)
		return 1;
	ops = dlb_burst_ops_choose(false);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
