/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The fake device: a consumer of rings, a writer of CQ entries, and the bus' step function.
 * Knows formats, not the data path's algorithms.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bus/bus.h"
#include "fake_device.h"

static struct dlb_bus fake_bus;

int (*fake_on_step)(void *arg);
void *fake_on_step_arg;
uint32_t fake_steps_by_others;

int
dlb_bus_step(struct dlb_bus *bus)
{
	(void)bus;
	return fake_on_step != NULL ? fake_on_step(fake_on_step_arg) : 0;
}

void (*fake_on_arm)(void *arg, unsigned int hw_port);
bool (*fake_on_gone)(void *arg);
void *fake_arg;

void
dlb_bus_pp_flush(struct dlb_bus *bus, bool is_ldb, unsigned int pp)
{
	(void)bus;
	(void)is_ldb;
	if (fake_on_arm != NULL)
		fake_on_arm(fake_arg, pp);
}

bool
dlb_bus_is_gone(struct dlb_bus *bus)
{
	(void)bus;
	return fake_on_gone != NULL && fake_on_gone(fake_arg);
}

const struct dlb_burst_ops *
fake_burst_ops(int argc, char **argv)
{
	unsigned int i, bits = argc > 1 ? (unsigned int)atoi(argv[1]) : DLB_VECTORS_NONE;
	const struct dlb_burst_ops *ops;

	for (i = 0; (ops = dlb_burst_ops_get(i)) != NULL; i++) {
		if (ops->lines == DLB_LINES_RING && (unsigned int)ops->vectors == bits)
			break;
	}
	if (ops == NULL || !dlb_burst_ops_can_run(ops)) {
		printf("no vectors of %u bits here\n", bits);
		exit(ops == NULL ? 1 : 77);
	}
	return ops;
}

bool
dlb_bus_is_stepper(struct dlb_bus *bus)
{
	(void)bus;
	return false;
}

uint32_t
dlb_bus_steps_by_others(struct dlb_bus *bus, uint32_t *seen)
{
	(void)bus;
	(void)seen;
	return fake_steps_by_others;
}

uint64_t
fake_random(uint64_t *state)
{
	uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

uint8_t
fake_hw_qid(enum fake_queue queue)
{
	return queue == FAKE_QUEUE_DIR ? FAKE_DIR_PORT : 31 - 3 * queue;
}

static void
fake_queues(struct dlb_dp_dev *dp)
{
	static const struct dlb_dp_queue_conf confs[FAKE_NB_QUEUES] = {
		[FAKE_QUEUE_ATOMIC] = { .sched_type = RTE_SCHED_TYPE_ATOMIC },
		[FAKE_QUEUE_ORDERED] = { .sched_type = RTE_SCHED_TYPE_ORDERED },
		[FAKE_QUEUE_PARALLEL] = { .sched_type = RTE_SCHED_TYPE_PARALLEL },
		[FAKE_QUEUE_ALL_TYPES] = { .all_types = true },
		[FAKE_QUEUE_DIR] = { .is_dir = true, .sched_type = RTE_SCHED_TYPE_ORDERED },
		[FAKE_QUEUE_FIFO] = { .is_fifo = true, .sched_type = RTE_SCHED_TYPE_ATOMIC },
	};
	struct dlb_dp_queue_conf conf;
	unsigned int q;

	for (q = 0; q < FAKE_NB_QUEUES; q++) {
		conf = confs[q];
		conf.hw_qid = fake_hw_qid(q);
		dlb_dp_queue_init(dp, (uint8_t)q, &conf);
	}
}

static void
fake_lane_add(struct fake *fake, const struct fake_conf *conf, unsigned int i)
{
	struct fake_lane *lane = &fake->lane[i];
	const struct dlb_qe noise = { .qid = fake_hw_qid(FAKE_QUEUE_ATOMIC), .status = 0xff };
	unsigned int entry;
	struct dlb_dp_lane_conf lane_conf = {
		.hw_port = conf->is_dir ? FAKE_DIR_PORT : (uint8_t)i,
		.pp_mem = &lane->ring,
		.cq = lane->cq,
		.cq_depth = conf->depth,
		.sparse = conf->sparse,
	};

	lane->depth = conf->depth;
	lane->stride = conf->sparse ? DLB_CQ_SPARSE_STRIDE : DLB_CQ_STANDARD_STRIDE;
	/* What is not an entry, behind the ring or between its entries, looks like one all the same. */
	for (entry = 0; entry < sizeof(lane->cq) / sizeof(noise); entry++)
		memcpy(&lane->cq[entry * sizeof(noise)], &noise, sizeof(noise));
	for (entry = 0; entry < dlb_cq_ring_size(conf->depth); entry++)
		memset(&lane->cq[(size_t)entry * lane->stride], 0, sizeof(struct dlb_qe));
	dlb_dp_lane_add(&fake->port, &lane_conf);
}

struct fake *
fake_new(const struct fake_conf *conf)
{
	uint32_t limit = conf->limit != 0 ? conf->limit : 8192;
	uint32_t threshold = conf->threshold != 0 ? conf->threshold : limit;
	struct fake *fake = aligned_alloc(_Alignof(struct fake), sizeof(*fake));
	unsigned int i;

	assert_non_null(fake);
	memset(fake, 0, sizeof(*fake));
	dlb_dp_dev_init(&fake->dp, &(struct dlb_dp_dev_conf){
					   .bus = &fake_bus,
					   .step_mode = conf->step_mode,
					   .nb_events_limit = limit,
					   .min_new_threshold = threshold,
					   .nb_ports = 2,
					   .dir_credits = conf->dir_credits,
					   .tick_hz = FAKE_HZ,
					   .per_dequeue_timeout = true,
					   .has_interrupts = conf->has_interrupts,
				   });
	fake_queues(&fake->dp);
	dlb_dp_port_init(&fake->port, &fake->dp,
			 &(struct dlb_dp_port_conf){
				 .is_dir = conf->is_dir,
				 .implicit_release = conf->implicit_release,
				 .nb_lanes = (uint8_t)conf->nb_lanes,
				 .new_event_threshold = threshold,
			 });
	for (i = 0; i < conf->nb_lanes; i++)
		fake_lane_add(fake, conf, i);
	dlb_dp_port_start(&fake->port);
	return fake;
}

void
fake_free(struct fake *fake)
{
	free(fake);
	fake_on_step = NULL;
	fake_on_arm = NULL;
	fake_on_gone = NULL;
	fake_steps_by_others = 0;
}

bool
fake_get(struct fake_lane *lane, struct dlb_hcw *hcw)
{
	const struct dlb_hcw *first;

	if (dlb_ring_peek(&lane->ring, &first) == 0)
		return false;
	*hcw = *first;
	dlb_ring_consume(&lane->ring, 1);
	assert_int_not_equal(hcw->cmd, DLB_CMD_NOOP);
	assert_int_equal(hcw->flags14, 0);
	assert_int_equal(hcw->type_prio & DLB_HCW_MSG_TYPE, 0);
	return true;
}

struct dlb_qe
fake_qe(const struct dlb_hcw *hcw, bool is_dir)
{
	struct dlb_qe qe = {
		.data = hcw->data,
		.opaque = hcw->opaque,
		.qid = is_dir ? hcw->lock_id & 0xff : hcw->qid,
		.type_prio = is_dir ? hcw->lock_id >> 8 : hcw->type_prio,
		.flow_id = is_dir ? 0x3ff : hcw->lock_id,
		.debug = 0xff,
	};

	return qe;
}

void
fake_put(struct fake_lane *lane, const struct dlb_qe *qe)
{
	uint32_t ring = dlb_cq_ring_size(lane->depth);
	struct dlb_qe copy = *qe;
	uint64_t words[2];
	uint64_t *entry = (void *)&lane->cq[(size_t)(lane->wptr % ring) * lane->stride];

	/* All status bits but the generation are noise to the data path. */
	copy.status = (uint8_t)(0xfe | (lane->wptr / ring % 2 == 0));
	lane->wptr++;
	memcpy(words, &copy, sizeof(words));
	dlb_store_relaxed(&entry[0], words[0]);
	dlb_store_release(&entry[1], words[1]);
}
