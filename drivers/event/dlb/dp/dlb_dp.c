/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Set-up of the data path: the tables and constants that the burst functions look up.
 *
 * Runs on the control path, while no port of the device is started. It knows what the burst
 * functions read, and nothing of the device or of how an application configured it.
 */

#include "bus/dlb_atomic.h"
#include "dlb_credit.h"
#include "dlb_dp.h"
#include "dlb_event.h"
#include "dlb_wait.h"

/* Credits that a port may keep for itself: a burst's worth, and never much of what there is. */
#define DP_MAX_CREDIT_QUANTUM 32
#define DP_CREDIT_SHARE	      8 /* all ports together: the limit's eighth */

/*
 * Before a dequeue sleeps it looks for this part of a second, about as long as it takes to fall
 * asleep and be woken: so no wait costs more than twice what it has to.
 */
#define DP_SPIN_PART 20000

/* RTE_SCHED_TYPE_* to the device's type. */
static const uint8_t hw_sched_type[] = {
	[RTE_SCHED_TYPE_ORDERED] = DLB_SCHED_ORDERED,
	[RTE_SCHED_TYPE_ATOMIC] = DLB_SCHED_ATOMIC,
	[RTE_SCHED_TYPE_PARALLEL] = DLB_SCHED_UNORDERED,
};

void
dlb_dp_dev_init(struct dlb_dp_dev *dp, const struct dlb_dp_dev_conf *conf)
{
	uint32_t scarce = RTE_MIN(conf->nb_events_limit, conf->min_new_threshold);
	uint32_t share = scarce / (DP_CREDIT_SHARE * RTE_MAX(conf->nb_ports, 1U));
	/* Where the limit keeps directed elements below their pool, the pool needs no mirror. */
	bool has_dir_pool = conf->dir_credits > 0 && conf->nb_events_limit > conf->dir_credits;
	unsigned int i;

	*dp = (struct dlb_dp_dev){
		.bus = conf->bus,
		.timeout_ticks = conf->timeout_ticks,
		.tick_hz = conf->tick_hz,
		.spin_ticks = conf->has_interrupts ? conf->tick_hz / DP_SPIN_PART : UINT64_MAX,
		.per_dequeue_timeout = conf->per_dequeue_timeout,
		.step_mode = (uint8_t)conf->step_mode,
		.dir_credit_reserve = has_dir_pool ? conf->dir_credits / DLB_DIR_CREDIT_PARTS : 0,
		.new_limit = conf->nb_events_limit,
		.credit_quantum = RTE_MIN(share, DP_MAX_CREDIT_QUANTUM),
		.dir_pool = (int32_t)conf->dir_credits,
	};
	for (i = 0; i < RTE_DIM(dp->dest); i++)
		dp->dest[i] = DLB_DEST_INVALID;
}

void
dlb_dp_dev_no_interrupts(struct dlb_dp_dev *dp)
{
	dp->spin_ticks = UINT64_MAX;
}

/* The device's type for an event of this type in this queue. */
static uint16_t
queue_hw_type(const struct dlb_dp_queue_conf *conf, unsigned int sched_type)
{
	if (conf->is_dir)
		return DLB_SCHED_DIRECTED;
	if (conf->is_fifo)
		return DLB_SCHED_UNORDERED;
	return hw_sched_type[conf->all_types ? sched_type : conf->sched_type];
}

void
dlb_dp_queue_init(struct dlb_dp_dev *dp, uint8_t queue_id, const struct dlb_dp_queue_conf *conf)
{
	unsigned int type;

	for (type = 0; type < RTE_DIM(hw_sched_type); type++) {
		uint16_t hw_type = queue_hw_type(conf, type);
		uint16_t dest = conf->hw_qid | (uint16_t)(hw_type << DLB_DEST_TYPE_SHIFT);

		if (conf->is_dir && dp->dir_credit_reserve > 0)
			dest |= DLB_DEST_DIR_CREDIT;
		dp->dest[queue_id << 2 | type] = dest;
		if (conf->is_dir)
			dp->dir_source[conf->hw_qid] = DLB_SOURCE(queue_id, conf->sched_type);
		else
			dp->source[dest & DLB_DEST_MASK] =
				DLB_SOURCE(queue_id, conf->all_types ? type : conf->sched_type);
	}
}

void
dlb_dp_port_init(struct dlb_port *port, struct dlb_dp_dev *dp, const struct dlb_dp_port_conf *conf)
{
	struct dlb_port_stats stats = port->stats;

	*port = (struct dlb_port){
		.dp = dp,
		.credit_quantum = dp->credit_quantum,
		.new_limit = RTE_MIN(conf->new_event_threshold, dp->new_limit),
		.id = conf->id,
		.pos_mask = (uint8_t)(dlb_dp_lane_window(conf->nb_lanes) - 1),
		.is_dir = conf->is_dir,
		.implicit_release = conf->implicit_release,
		.stats = stats,
	};
}

void
dlb_dp_lane_add(struct dlb_port *port, const struct dlb_dp_lane_conf *conf)
{
	uint32_t cq_ring = dlb_cq_ring_size(conf->cq_depth);
	unsigned int window = port->pos_mask + 1U;
	unsigned int id = port->nb_lanes++;

	port->lane[id] = (struct dlb_lane){
		.pp_mem = conf->pp_mem,
		.cq = conf->cq,
		.cq_mask = cq_ring - 1,
		.source = port->is_dir ? port->dp->dir_source[conf->hw_port] : 0,
		.token_batch = (uint16_t)RTE_MAX(conf->cq_depth / 4, 1U),
		.gen_shift = (uint8_t)__builtin_ctz(cq_ring),
		.is_sparse = conf->sparse,
		.mark = (uint8_t)(DLB_PORT_WINDOW + id * window),
		.pp = conf->hw_port,
	};
}

void
dlb_dp_port_start(struct dlb_port *port)
{
	/* Pairs with the burst functions: lanes and tables go before the word that opens them. */
	dlb_store_release(&port->started, 1);
}

bool
dlb_dp_port_stop(struct dlb_port *port)
{
	/* Pairs with dlb_wait_is_over(). */
	dlb_store_seq_cst(&port->started, 0);
	return dlb_wait_send_away(port);
}

void
dlb_dp_port_abandon(struct dlb_port *port)
{
	/* Pairs with dlb_wait_is_over(). */
	dlb_store_seq_cst(&port->started, 0);
	dlb_wait_wake(port);
}

unsigned int
dlb_dp_port_held(const struct dlb_port *port)
{
	unsigned int i, held = 0;

	for (i = 0; i < port->nb_lanes; i++) {
		const struct dlb_lane *lane = &port->lane[i];

		held += lane->head - lane->oldest - lane->nb_answered;
	}
	return held;
}

uint32_t
dlb_dp_port_kept(const struct dlb_port *port)
{
	return dlb_load_relaxed(&port->credits);
}

uint32_t
dlb_dp_in_system(const struct dlb_dp_dev *dp)
{
	return dlb_load_relaxed(&dp->in_system);
}
