/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The measured port. What is measured calls nothing here.
 */

#include <string.h>

#include "burst_rig.h"
#include "count_instructions.h"

#define HW_QID 5 /* the first of them */

/* At least so many events are counted: single ones begin at each place of a line. */
#define NB_COUNTED 8U

static void
fill_cq(struct rig *rig, uint32_t stride)
{
	uint32_t i;

	for (i = 0; i < RIG_DEPTH; i++) {
		const struct dlb_qe qe = {
			.data = i,
			.opaque = (uint16_t)(i * 0x1111),
			.qid = (uint8_t)(HW_QID + i % rig->nb_queues),
			.flow_id = (uint16_t)(i * 77),
			.status = DLB_QE_GEN,
		};

		memcpy(&rig->cq[i * stride], &qe, sizeof(qe));
	}
}

void
rig_init(struct rig *rig, const struct dlb_burst_ops *ops, bool is_sparse, uint8_t nb_queues)
{
	const struct dlb_dp_dev_conf dev_conf = {
		.nb_events_limit = 8192,
		.min_new_threshold = 8192,
		.nb_ports = 1,
	};
	const struct dlb_dp_lane_conf lane_conf = {
		.pp_mem = ops->lines == DLB_LINES_RING ? (void *)&rig->ring : rig->page,
		.cq = rig->cq,
		.cq_depth = RIG_DEPTH,
		.sparse = is_sparse,
	};
	struct dlb_dp_queue_conf queue = { .hw_qid = HW_QID, .sched_type = RTE_SCHED_TYPE_ATOMIC };
	uint8_t i;

	memset(rig, 0, sizeof(*rig));
	rig->nb_queues = nb_queues;
	dlb_dp_dev_init(&rig->dp, &dev_conf);
	for (i = 0; i < nb_queues; i++, queue.hw_qid++)
		dlb_dp_queue_init(&rig->dp, i, &queue);
	dlb_dp_port_init(&rig->port, &rig->dp,
			 &(struct dlb_dp_port_conf){ .nb_lanes = 1, .new_event_threshold = 8192 });
	dlb_dp_lane_add(&rig->port, &lane_conf);
	fill_cq(rig, is_sparse ? DLB_CQ_SPARSE_STRIDE : DLB_CQ_STANDARD_STRIDE);
	dlb_dp_port_start(&rig->port);
}

void
rig_rewind(struct rig *rig)
{
	rig->port.lane[0].head = rig->port.lane[0].oldest = 0;
	rig->ring.head = rig->ring.tail;
}

void
rig_work(struct rig *rig, uint16_t n)
{
	uint16_t i;

	for (i = 0; i < n; i++) {
		rig->ev[i].op = RTE_EVENT_OP_FORWARD;
		rig->ev[i].queue_id = (rig->ev[i].queue_id + 1) % rig->nb_queues;
	}
}

struct rig_cost
rig_count(struct rig *rig, const struct dlb_burst_ops *ops, uint16_t n)
{
	struct rig_cost cost = { 0 };
	unsigned int i, nb = RTE_MAX(2U * n, NB_COUNTED);

	rig_rewind(rig);
	for (i = 0; i < nb; i += n) {
		count_begin();
		rig_dequeue(rig, ops, rig->ev, n);
		cost.dequeue += (double)count_end() / nb;
		rig_work(rig, n);
		count_begin();
		rig_enqueue(rig, ops, rig->ev, n);
		cost.enqueue += (double)count_end() / nb;
	}
	return cost;
}
