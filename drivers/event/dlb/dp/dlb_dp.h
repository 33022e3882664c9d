/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The data path: enqueue and dequeue of events at a port, and the state that needs.
 *
 * An eventdev port owns one to four lanes. A lane is one hardware port: a producer port (PP) that
 * takes commands and a consumer queue (CQ) that gives elements. Lanes of a port are either all
 * load-balanced (LDB) or there is a single directed (DIR) one.
 *
 * All structures live in memory that several processes share at one address; they hold no function
 * pointer. A port and its lanes are written by the thread that uses the port and by nobody else
 * while the port is started; what is shared between ports is in struct dlb_dp_dev.
 *
 * The window. Completions are positional: the n-th completion of a lane ends the n-th element that
 * the lane's CQ delivered. A position is that n, running freely. The positions [oldest, head) have
 * been handed to the application and not been completed; their CQ entries stay intact, since
 * tokens are returned with the completions only. So a CQ is its own window and an application that
 * answers in order costs no bookkeeping. An answer out of order is remembered in
 * dlb_port.answer[] until its position is the oldest.
 */

#ifndef DLB_DP_H
#define DLB_DP_H

#include <stdbool.h>
#include <stdint.h>

#include <rte_common.h>
#include <rte_eventdev.h>

#include "dlb_hcw.h"
#include "dlb_limits.h"

struct dlb_bus;

#define DLB_MAX_LANES 4

/* Pairs of a queue and a scheduling type, of an event or an element: ten bits of both. */
#define DLB_DP_MAX_DESTS 1024

/* Events a port can hold, over all its lanes: what the seven bits of impl_opaque can tell apart. */
#define DLB_PORT_WINDOW 128

/* A lane's share of it: the upper bound of its CQ's inflight limit (history list). */
static inline unsigned int
dlb_dp_lane_window(unsigned int nb_lanes)
{
	return DLB_PORT_WINDOW / (nb_lanes > 2 ? DLB_MAX_LANES : nb_lanes);
}

/** Who makes the device work. */
enum dlb_step_mode {
	DLB_STEP_INLINE,  /**< ports, when a dequeue comes up empty or a ring is full */
	DLB_STEP_SERVICE, /**< a service of the application's choice */
	DLB_STEP_THREAD,  /**< a thread of the driver */
	DLB_STEP_NONE,	  /**< nobody: a device on PCI works by itself */
};

/** Counters of a port; written by the port's thread only, readable at any time. */
struct dlb_port_stats {
	uint64_t tx_new; /**< accepted by operation */
	uint64_t tx_fwd;
	uint64_t tx_rel;
	uint64_t tx_implicit_rel; /**< released by a dequeue */
	uint64_t tx_sched[4];	  /**< accepted NEW and FORWARD, by enum dlb_sched_type */
	uint64_t tx_invalid;	  /**< bursts stopped by an event that cannot be (EINVAL) */
	uint64_t tx_nospc_new_event_limit; /**< bursts stopped: threshold or limit (ENOSPC) */
	uint64_t tx_nospc_dir_hw_credits;  /**< bursts stopped: directed pool empty (ENOSPC) */
	uint64_t tx_ring_full;		   /**< enqueuer had to wait for the software device */
	uint64_t tx_parked;		   /**< answers out of order */
	uint64_t rx_ok;
	uint64_t rx_sched[4];	    /**< dequeued, by enum dlb_sched_type */
	uint64_t rx_interrupt_wait; /**< sleeps that an interrupt ended */
	uint64_t total_polls;	    /**< dequeue calls */
	uint64_t zero_polls;	    /**< those without an event */
};

/** One hardware port of an eventdev port. */
struct dlb_lane {
	_Alignas(RTE_CACHE_LINE_SIZE) void *pp_mem; /**< where commands go, see the line writers */
	const uint8_t *cq;
	uint32_t head;	      /**< next position to read */
	uint32_t oldest;      /**< oldest position not completed; DIR: not answered */
	uint32_t nb_answered; /**< positions in (oldest, head) answered out of order */
	uint32_t cq_mask;     /**< CQ entries - 1 */
	uint16_t source;      /**< DIR: DLB_SOURCE() of its queue */
	uint16_t tokens_owed; /**< DIR: elements read, tokens not yet returned */
	uint16_t token_batch; /**< DIR: return them from this many on */
	uint8_t gen_shift;    /**< log2 of CQ entries */
	bool is_sparse;	      /**< CQ layout */
	uint8_t mark;	      /**< impl_opaque of position 0 */
	uint8_t pp;	      /**< hardware port */
};

struct dlb_dp_dev;

/** An eventdev port: what data->ports[] points to. */
struct dlb_port {
	_Alignas(RTE_CACHE_LINE_SIZE) struct dlb_dp_dev *dp;
	uint32_t started;	 /**< atomic word; the burst functions return 0 while it is 0 */
	uint32_t credits;	 /**< atomic word; kept: of released events, or taken ahead */
	uint32_t credit_quantum; /**< cache at most so many */
	uint32_t new_limit;	 /**< NEW is refused from this many events in the system on */
	uint32_t dir_credits;	 /**< cached credits of the directed pool */
	uint8_t id;		 /**< eventdev port id */
	uint8_t nb_lanes;
	uint8_t next_lane; /**< where the next dequeue begins to look */
	uint8_t pos_mask;  /**< positions of a lane modulo its window */
	bool is_dir;
	bool implicit_release;

	/* Of steps and of vain looks, see dlb_step.c. */
	uint8_t small_steps;  /**< as many as filled a dequeue in a row */
	bool held_back;	      /**< instead of a step */
	uint16_t last_moved;  /**< by the last step */
	uint16_t vain_looks;  /**< since the port gave its CPU away, or something moved */
	uint16_t yield_after; /**< so many */
	uint32_t steps_seen;  /**< when it asked for the steps by others last */
	uint64_t asked;	      /**< and when that was, in TSC ticks */
	uint64_t ask_again;   /**< not before */

	struct dlb_lane lane[DLB_MAX_LANES];
	_Alignas(RTE_CACHE_LINE_SIZE) struct dlb_port_stats stats;

	/* Waiting, see dlb_wait.h. */
	_Alignas(RTE_CACHE_LINE_SIZE) uint32_t waiter; /**< thread id of who waits, 0: nobody */
	uint32_t wakes; /**< interrupts and stops; written by others than the port's thread */

	/* Answers out of order; index = impl_opaque without its top bit. */
	uint8_t answer[DLB_PORT_WINDOW]; /**< enum dlb_answer */
	uint32_t turn[DLB_PORT_WINDOW];	 /**< of several lanes: when it was dequeued */
	uint32_t next_turn;		 /**< events dequeued so far, freely running */
	struct dlb_hcw parked[DLB_PORT_WINDOW];
};

/** What the ports of a device share. */
struct dlb_dp_dev {
	/* Constant while the device runs. */
	_Alignas(RTE_CACHE_LINE_SIZE) struct dlb_bus *bus; /**< NULL: the kernel's device */
	uint64_t timeout_ticks; /**< of a dequeue with a timeout, unless it says its own */
	uint64_t tick_hz;	/**< ticks in a second */
	uint64_t spin_ticks;	/**< a dequeue that waits looks so long before it sleeps */
	bool per_dequeue_timeout;
	uint8_t step_mode;	     /**< enum dlb_step_mode */
	uint32_t dir_credit_reserve; /**< of the directed pool, not for NEW */
	uint32_t new_limit;	     /**< nb_events_limit */
	uint32_t credit_quantum;

	/* An event's bits from 38 on (sched type, queue id) -> element bits from 16 on */
	_Alignas(RTE_CACHE_LINE_SIZE) uint16_t dest[DLB_DP_MAX_DESTS];
	/* An element's bits from 16 on (hardware queue, enum dlb_sched_type) -> event bits from 32 on */
	uint16_t source[DLB_DP_MAX_DESTS];
	/* the same of directed queues, by queue */
	uint16_t dir_source[DLB_MAX_DIR_PORTS];

	/* Written by all ports, once in a burst at most. */
	_Alignas(
		RTE_CACHE_LINE_SIZE) uint32_t in_system; /**< events, and credits cached by ports */
	_Alignas(RTE_CACHE_LINE_SIZE) int32_t dir_pool;	 /**< free credits of the directed pool */
};

/* --- set-up, by the control path while nothing is started -------------------------------------- */

struct dlb_dp_dev_conf {
	struct dlb_bus *bus;
	enum dlb_step_mode step_mode;
	uint32_t nb_events_limit;   /**< at most the LDB pool (2.0), or the one pool (2.5) */
	uint32_t min_new_threshold; /**< smallest new_event_threshold of the ports */
	unsigned int nb_ports;
	uint32_t dir_credits;	  /**< 2.0: size of the directed pool; 2.5: 0 */
	uint64_t tick_hz;	  /**< ticks of the time-stamp counter (TSC) in a second */
	uint64_t timeout_ticks;	  /**< of the configured dequeue_timeout_ns */
	bool per_dequeue_timeout; /**< RTE_EVENT_DEV_CFG_PER_DEQUEUE_TIMEOUT */
	bool has_interrupts; /**< CQs that are armed interrupt, and dlb_wait_wake() is called */
};

struct dlb_dp_queue_conf {
	uint8_t hw_qid;
	bool is_dir;	    /**< backed by the directed queue hw_qid */
	bool is_fifo;	    /**< single-link queue on an LDB queue: all elements unordered */
	bool all_types;	    /**< RTE_EVENT_QUEUE_CFG_ALL_TYPES; needs neither of the above */
	uint8_t sched_type; /**< RTE_SCHED_TYPE_*, what dequeued events say, unless all_types */
};

struct dlb_dp_port_conf {
	uint8_t id;
	bool is_dir;
	bool implicit_release;
	uint8_t nb_lanes; /**< 1 if is_dir */
	uint32_t new_event_threshold;
};

struct dlb_dp_lane_conf {
	uint8_t hw_port;       /**< PP = CQ, and the directed queue if is_dir */
	void *pp_mem;	       /**< of dlb_bus_pp_open() */
	const void *cq;	       /**< of dlb_bus_cq_alloc(), zeroed */
	unsigned int cq_depth; /**< as given to the resource manager */
	bool sparse;	       /**< CQ layout */
};

/** Forget all queues and credits. First call of every start. */
void
dlb_dp_dev_init(struct dlb_dp_dev *dp, const struct dlb_dp_dev_conf *conf);

/** CQs do not interrupt after all. */
void
dlb_dp_dev_no_interrupts(struct dlb_dp_dev *dp);

/** Tell the data path of an eventdev queue. Queues not told of are refused with EINVAL. */
void
dlb_dp_queue_init(struct dlb_dp_dev *dp, uint8_t queue_id, const struct dlb_dp_queue_conf *conf);

/** Bring a port (zeroed when new) to its state without lanes; statistics are kept. */
void
dlb_dp_port_init(struct dlb_port *port, struct dlb_dp_dev *dp, const struct dlb_dp_port_conf *conf);

/** Add the next lane; called conf->nb_lanes times, after the queues are known. */
void
dlb_dp_lane_add(struct dlb_port *port, const struct dlb_dp_lane_conf *conf);

/** Let the burst functions work, or make them return 0. Pairs with their test. */
void
dlb_dp_port_start(struct dlb_port *port);

/** A dequeue that waits ends, too. False: one does not, although there was time enough. */
bool
dlb_dp_port_stop(struct dlb_port *port);

/** The same, and it waits for nobody: what the port maps still has to be there. */
void
dlb_dp_port_abandon(struct dlb_port *port);

/* --- the control path's look inside ------------------------------------------------------------- */

/** Events that the application holds, not answered yet: outstanding_releases. */
unsigned int
dlb_dp_port_held(const struct dlb_port *port);

/** Credits that a port keeps. */
uint32_t
dlb_dp_port_kept(const struct dlb_port *port);

/** Events in the system, including credits that ports keep. */
uint32_t
dlb_dp_in_system(const struct dlb_dp_dev *dp);

/* --- burst functions -------------------------------------------------------------------------- */

typedef uint16_t (*dlb_enqueue_t)(void *port, const struct rte_event *ev);
typedef uint16_t (*dlb_enqueue_burst_t)(void *port, const struct rte_event ev[], uint16_t n);
typedef uint16_t (*dlb_dequeue_t)(void *port, struct rte_event *ev, uint64_t timeout_ticks);
typedef uint16_t (*dlb_dequeue_burst_t)(void *port, struct rte_event ev[], uint16_t n,
					uint64_t timeout_ticks);

/** Vectors that a set of burst functions uses: their bits, as EAL's bound counts them. */
enum dlb_vectors {
	DLB_VECTORS_NONE = 64,
	DLB_VECTORS_SSE = 128,
	DLB_VECTORS_AVX512 = 512,
};

/** How it hands lines of commands over. */
enum dlb_lines {
	DLB_LINES_RING,	     /**< into the ring of a software device */
	DLB_LINES_MOVDIR64B, /**< PCI: one 64-byte store */
	DLB_LINES_STREAM,    /**< PCI: 16-byte stores */
};

/** One set of burst functions: (instruction set x kind of producer port). Per process. */
struct dlb_burst_ops {
	const char *name;
	enum dlb_vectors vectors;
	enum dlb_lines lines;
	dlb_enqueue_t enqueue;
	dlb_enqueue_burst_t enqueue_burst;
	dlb_enqueue_burst_t enqueue_new_burst;
	dlb_enqueue_burst_t enqueue_forward_burst;
	dlb_dequeue_t dequeue;
	dlb_dequeue_burst_t dequeue_burst;
	/**
	 * Give back all that the port holds and take what waits in its CQs, for stop and quiesce.
	 *
	 * Releases every event that the application (or an earlier call) took from the port;
	 * FORWARDs that were waiting for an older answer go out. Then takes up to @p n events. The
	 * caller steps the device between calls. Works on a stopped port; not while another thread
	 * uses the port.
	 *
	 * Returns events in @p ev; 0 means that the port holds nothing and its CQs are empty.
	 */
	uint16_t (*flush)(struct dlb_port *port, struct rte_event ev[], uint16_t n);
};

/* All sets. They give the same bits, and differ in what they cost. */
extern const struct dlb_burst_ops dlb_burst_ops_scalar_sim;
extern const struct dlb_burst_ops dlb_burst_ops_scalar_movdir64b;
extern const struct dlb_burst_ops dlb_burst_ops_scalar_stream;
extern const struct dlb_burst_ops dlb_burst_ops_sse_sim;
extern const struct dlb_burst_ops dlb_burst_ops_sse_movdir64b;
extern const struct dlb_burst_ops dlb_burst_ops_sse_stream;
extern const struct dlb_burst_ops dlb_burst_ops_avx512_sim;
extern const struct dlb_burst_ops dlb_burst_ops_avx512_movdir64b;
extern const struct dlb_burst_ops dlb_burst_ops_avx512_stream;

/** One after the other; NULL behind the last. */
const struct dlb_burst_ops *
dlb_burst_ops_get(unsigned int i);

/** Whether this CPU has what the set needs. */
bool
dlb_burst_ops_can_run(const struct dlb_burst_ops *ops);

/** The burst functions for a port of this bus on this CPU, within EAL's bound for vectors. */
const struct dlb_burst_ops *
dlb_burst_ops_choose(bool is_pci);

#endif /* DLB_DP_H */
