/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Inside of the software device: its state and who may touch what.
 *
 * Terms: LDB load-balanced, DIR directed, QID queue id, CQ consumer queue, PP producer port, QE
 * queue element, HCW hardware command word, SN sequence number, VAS the isolation container that
 * software calls a scheduling domain, bin one of the four priority classes of QEs.
 *
 * struct sim_state is the whole device, without pointers: everything refers by index into a pool
 * of fixed size. What belongs to one process (callbacks, translated addresses) is in struct
 * dlbsim. Registers are plain words in regs[]; those the data path looks at are mirrored in the
 * structures below by sim_reg_written(), the live ones are computed when read.
 *
 * A QE is in exactly one place: a queue's FIFO, a flow's waiting list or the reorder buffer.
 * stored[] counts them all; sim_check() verifies that and the other invariants.
 */

#ifndef SIM_H
#define SIM_H

#include "dlbsim.h"

#define SIM_NONE 0 /* index 0 of every pool is never handed out */

/* --- queue elements ------------------------------------------------------------------------ */

/* As an HCW: meta holds bytes 8..15, see sim_qe.h. */
struct sim_qe {
	uint64_t data;
	uint64_t meta;
};

/* A FIFO of QEs is a chain of chunks; what lies in one is moved at once. */
#define SIM_CHUNK_QES 32

struct sim_chunk {
	struct sim_qe qe[SIM_CHUNK_QES];
};

struct sim_fifo {
	uint32_t count;
	uint16_t head; /* chunks; SIM_NONE if it is empty */
	uint16_t tail;
	uint8_t head_pos;
	uint8_t tail_pos;
};

/*
 * Chunks can never run out: full ones hold at most all stored QEs, and each FIFO has at most two
 * that are not full.
 */
#define SIM_NB_FIFOS  (DLB_MAX_LDB_QUEUES * 2 * DLB_NB_BINS + DLB_MAX_DIR_PORTS * DLB_NB_BINS)
#define SIM_NB_CHUNKS (1 + DLB_MAX_CREDITS / SIM_CHUNK_QES + 1 + 2 * SIM_NB_FIFOS)

/* A QE outside of a FIFO: waiting for its flow, or for its turn in the reorder buffer. */
struct sim_node {
	struct sim_qe qe;
	uint16_t next;
};

#define SIM_NB_NODES (1 + DLB_MAX_CREDITS)

/* --- atomic flows -------------------------------------------------------------------------- */

/*
 * A flow is (QID, hash id), and one word. It is pinned to a CQ while QEs of it are there; QEs that
 * may not go anywhere else wait in a struct sim_wait. All zero is a flow that is free.
 */
struct sim_flow {
	uint32_t word;
};

#define SIM_FLOW_COUNT UINT32_C(0x00000FFF) /* QEs scheduled and not completed */
#define SIM_FLOW_CQ    UINT32_C(0x0003F000) /* valid while they are not 0 */
#define SIM_FLOW_WAIT  UINT32_C(0x3FFC0000) /* its struct sim_wait, or SIM_NONE */

#define SIM_NB_HIDS 65536

/*
 * QEs of one flow that left the queue's FIFO but cannot be scheduled yet. It is linked, by its
 * most urgent bin, into the list of its CQ while the flow is pinned, and into its queue's ready
 * list when the flow is free. When none is left the queue's FIFO stalls until one is.
 */
struct sim_wait {
	uint16_t head[DLB_NB_BINS]; /* nodes */
	uint16_t tail[DLB_NB_BINS];
	uint16_t prev; /* other waits of the same list */
	uint16_t next;
	uint16_t hid;
	uint8_t qid;
	uint8_t bin;	/* list it is in */
	uint8_t pinned; /* in a CQ's list rather than the queue's */
	uint8_t cq;
};

#define SIM_NB_WAITS (1 + DLB_MAX_AQED)

struct sim_list {
	uint16_t head;
	uint16_t tail;
};

/* --- history and ordering ------------------------------------------------------------------ */

enum sim_sn_state {
	SIM_SN_FREE,
	SIM_SN_SCHEDULED, /* handed out, no final response yet */
	SIM_SN_DONE,	  /* response complete, older ones are missing */
};

struct sim_sn {
	uint16_t head; /* nodes in the order sent */
	uint16_t tail;
	uint16_t nb_frags;
	uint16_t state; /* enum sim_sn_state */
};

/* --- queues and consumer queues ------------------------------------------------------------ */

/* The masks have a bit for each bin. */
struct sim_ldb_queue {
	uint64_t cqs;	 /* CQs that have it in a slot */
	uint64_t hist;	 /* what history entries of its QEs have in common, see sim_hist.h */
	uint32_t nb_atm; /* QEs in atm[] */
	uint32_t nb_nalb;
	uint8_t atm_bins;
	uint8_t nalb_bins;
	uint8_t ready_bins;
	uint8_t atm_stalled;  /* bins whose head cannot move until a flow of the queue does */
	uint8_t nalb_stalled; /* bins whose head waits for a free SN */
	bool nalb_turn;
	uint16_t inflight;
	uint16_t infl_lim;
	uint16_t aqed; /* QEs in waits */
	uint16_t aqed_lim;
	uint16_t nb_flows; /* flows pinned */
	uint16_t fid_lim;
	uint16_t hid_mask;
	uint16_t level;	 /* CQs with so many in flight leave its QEs to others; while it has some */
	uint8_t next_cq; /* where the turns of its CQs begin */
	uint16_t next_sn;
	uint16_t atm_thresh; /* of the depth hint */
	uint16_t nalb_thresh;
	uint32_t nalb_max;
	uint64_t atm_total;
	uint64_t nalb_total;
	/* what waits */
	struct sim_fifo atm[DLB_NB_BINS];
	struct sim_fifo nalb[DLB_NB_BINS];  /* unordered and ordered */
	struct sim_list ready[DLB_NB_BINS]; /* waits of free flows */
} __attribute__((aligned(64)));

struct sim_dir_queue {
	struct sim_fifo fifo[DLB_NB_BINS];
	uint8_t bins;
	uint16_t thresh;
	uint32_t count;
	uint32_t max;
	uint64_t total;
};

/*
 * A consumer queue of either kind, and the producer port of the same number. What decides about
 * every event comes first, in one cache line.
 */
struct sim_cq {
	uint64_t epoch; /* of translations of the ring that are not stale */
	uint32_t wptr;	/* free-running modulo twice the ring */
	uint16_t ring;	/* entries */
	uint16_t tokens;
	uint16_t token_lim;
	uint16_t occupancy; /* entries whose token is not back */
	uint16_t inflight;
	uint16_t infl_max;  /* bounds inflight; sim_cq_limits() */
	uint16_t hist_base; /* latched when nothing was in flight */
	uint16_t hist_size;
	uint16_t hist_push; /* offsets below hist_size */
	uint16_t hist_pop;
	uint8_t vas;
	uint8_t pp_vas; /* producer port */
	bool pp_valid;
	bool armed;
	bool picky;	 /* not only the above decides about space; sim_cq_limits() */
	bool weighted;	 /* see below */
	bool hist_stale; /* registers changed while something was in flight */
	uint8_t slot_valid;
	uint32_t qids;	      /* mapped */
	uint32_t pinned_qids; /* queues with waits pinned here */
	uint8_t slot_qid[DLB_NB_SLOTS];
	uint8_t slot_prio[DLB_NB_SLOTS];

	/* the second line */
	uint8_t prio_slots[8]; /* slots by priority, as bits */
	uint64_t nb_scheduled;
	uint64_t iova;
	bool enabled;
	uint8_t next_slot; /* where equals take turns */
	uint8_t hist_push_gen;
	uint8_t hist_pop_gen;
	bool infl_hold; /* waits for the inflight threshold (2.5) */
	uint16_t infl_lim;
	uint16_t infl_thresh;
	/* work units (2.5): weights of the entries that are out, a ring beside the CQ's */
	uint16_t wu_lim;
	uint32_t wu_used;
	uint32_t wu_pop;
} __attribute__((aligned(64)));

/* --- the device ---------------------------------------------------------------------------- */

/* A CQ that was empty at the last sample, or whose tokens have come back since. */
#define SIM_WD_FRESH UINT16_MAX

/* What a turn of the LDB scheduler is counted as, in order of LSP_LDB_SCHED_PERF_0 to 6. */
enum sim_perf {
	SIM_PERF_NO_WORK,
	SIM_PERF_NO_SPACE,
	SIM_PERF_SCHEDULED,  /* QEs rather than turns */
	SIM_PERF_FRICTION_1, /* never: there is no pipeline */
	SIM_PERF_NO_INFLIGHT,
	SIM_PERF_FRICTION_2,
	SIM_PERF_NO_FLOW,
	SIM_NB_PERF
};

/* Words for all register elements of a version; sim_reg.c verifies that they fit. */
#define SIM_NB_REG_WORDS 32768

#define SIM_PCI_BYTES 4096

struct sim_state {
	uint32_t magic;
	enum dlb_version version;
	uint64_t nb_epochs;  /* of CQs' translations, ever */
	uint64_t now_ns;     /* of the latest step */
	uint64_t powered_ns; /* since when the device is on */
	bool powered;

	/* scheduler */
	uint64_t ldb_ready; /* CQs that could take a QE */
	uint64_t dir_ready[2];
	uint64_t pinned_cqs;  /* CQs with pinned_qids */
	uint32_t ldb_work;    /* queues with something that may be schedulable */
	uint32_t ldb_open;    /* queues below their inflight limit */
	uint64_t dir_work[2]; /* queues with QEs */
	uint32_t rng;
	uint8_t cq_shift[2]; /* log2 bytes from entry to entry; [is_ldb] */
	bool infl_thresh_enabled;
	bool held; /* SYS_WRITE_BUFFER_CTL: HOLD_SCH_SM, ARB_SCH_MASK */
	bool perf_enabled;

	/* ingress permissions, from the *_V registers */
	uint32_t ldb_qid_ok[DLB_MAX_DOMAINS]; /* bit q: VASQID_V and QID_V */
	uint64_t dir_qid_ok[DLB_MAX_DOMAINS][2];
	uint32_t ldb_qid_valid;
	uint64_t dir_qid_valid[2];
	uint32_t fid_ok; /* queues that may carry atomic QEs */
	uint32_t sn_ok;	 /* queues that may carry ordered QEs */

	uint32_t credits[2][DLB_MAX_DOMAINS]; /* [pool]: 0 LDB or combined, 1 DIR (2.0) */
	uint8_t dir_pool;		      /* that of directed QEs */
	uint32_t stored[2];
	uint32_t storage[2]; /* limits of stored[] */

	struct sim_cq ldb_cq[DLB_MAX_LDB_PORTS];
	struct sim_cq dir_cq[DLB_MAX_DIR_PORTS];
	struct sim_ldb_queue ldb_q[DLB_MAX_LDB_QUEUES];
	struct sim_dir_queue dir_q[DLB_MAX_DIR_PORTS];
	uint64_t hist[DLB_MAX_HIST_LIST]; /* see sim_hist.h */
	struct sim_sn sn[DLB_NB_SN_GROUPS][DLB_SNS_PER_GROUP];
	uint16_t oldest_sn[DLB_NB_SN_GROUPS][DLB_MAX_SN_SLOTS];
	struct sim_list pinned[DLB_MAX_LDB_PORTS][DLB_MAX_LDB_QUEUES][DLB_NB_BINS];

	/* pools: free indices are a stack, so that warm ones are used first */
	uint16_t nb_free_chunks;
	uint16_t nb_free_nodes;
	uint16_t nb_free_waits;
	uint16_t free_chunks[SIM_NB_CHUNKS];
	uint16_t next_chunk[SIM_NB_CHUNKS];
	uint16_t free_nodes[SIM_NB_NODES];
	uint16_t free_waits[SIM_NB_WAITS];
	struct sim_wait waits[SIM_NB_WAITS];

	/* interrupts, alarms and watchdogs: sim_irq.c, sim_alarm.c */
	bool msix_pending[DLB_NB_MSIX]; /* fired while masked */
	bool alarm_held;		/* vector 0 has news, and waits for its acknowledgement */
	uint64_t wd_next_ns[2];		/* next sample; [is_ldb] */
	uint16_t wd_age[2][DLB_MAX_DIR_PORTS]; /* samples that found it neglected */
	uint64_t nb_ldb_scheduled;
	uint64_t nb_dir_scheduled;
	uint64_t nb_ingress_drops; /* what software sees of the drops below, and may write */
	uint64_t nb_chp_drops;
	uint64_t perf[SIM_NB_PERF];
	struct dlbsim_drops drops;

	uint8_t pci[SIM_PCI_BYTES];
	uint32_t regs[SIM_NB_REG_WORDS];
	uint8_t wu_ring[DLB_MAX_LDB_PORTS][DLB_MAX_CQ_DEPTH];
	struct sim_chunk chunks[SIM_NB_CHUNKS] __attribute__((aligned(64)));
	struct sim_node nodes[SIM_NB_NODES];
	/* big and sparse: only the pages of hash ids in use are ever touched */
	struct sim_flow flows[DLB_MAX_LDB_QUEUES][SIM_NB_HIDS] __attribute__((aligned(64)));
};

/* A translated ring, of this process. */
struct sim_map {
	uint8_t *mem;	/* NULL: not mapped, or not mappable */
	uint64_t epoch; /* 0: of none */
};

struct dlbsim {
	struct sim_state *s;
	void *owned; /* allocation that holds the state, or NULL */
	struct dlbsim_host host;
	void *ctx;
	uint16_t reg_base[DLB_R_COUNT];		  /* first word of each register in regs[] */
	struct sim_map map[2][DLB_MAX_DIR_PORTS]; /* [is_ldb][cq] */
};

/* The word of element @p i; of registers with two indices i is i * count2 + j. */
static inline uint32_t
sim_reg(const struct dlbsim *sim, enum dlb_reg reg, uint32_t i)
{
	return sim->s->regs[sim->reg_base[reg] + i];
}

static inline void
sim_reg_set(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t value)
{
	sim->s->regs[sim->reg_base[reg] + i] = value;
}

static inline unsigned int
sim_flow_count(struct sim_flow flow)
{
	return FIELD_GET(SIM_FLOW_COUNT, flow.word);
}

static inline unsigned int
sim_flow_cq(struct sim_flow flow)
{
	return FIELD_GET(SIM_FLOW_CQ, flow.word);
}

static inline uint16_t
sim_flow_wait(struct sim_flow flow)
{
	return (uint16_t)FIELD_GET(SIM_FLOW_WAIT, flow.word);
}

static inline const struct dlb_limits *
sim_limits(const struct sim_state *s)
{
	return &dlb_limits[s->version];
}

static inline struct sim_cq *
sim_cq(struct sim_state *s, bool is_ldb, unsigned int cq)
{
	return is_ldb ? &s->ldb_cq[cq] : &s->dir_cq[cq];
}

/* sim_cq.c: the conditions of a picky CQ */
bool
sim_cq_is_satisfied(struct sim_state *s, struct sim_cq *cq);

/* Whether the CQ could take one more QE now. */
static inline bool
sim_cq_has_space(struct sim_state *s, struct sim_cq *cq)
{
	bool is_satisfied = !cq->picky || sim_cq_is_satisfied(s, cq);

	return is_satisfied && cq->tokens < cq->token_lim && cq->inflight < cq->infl_max;
}

/*
 * Bit c of ldb_ready and dir_ready says whether CQ c could take one more QE now: whoever adds to its
 * counters says so by sim_cq_took(), who takes away from them by sim_cq_gave().
 */
static inline uint64_t *
sim_cq_ready(struct sim_state *s, bool is_ldb, unsigned int id)
{
	return is_ldb ? &s->ldb_ready : &s->dir_ready[id / 64];
}

static inline void
sim_cq_took(struct sim_state *s, bool is_ldb, struct sim_cq *cq, unsigned int id)
{
	if (!sim_cq_has_space(s, cq))
		*sim_cq_ready(s, is_ldb, id) &= ~(UINT64_C(1) << (id % 64));
}

static inline void
sim_cq_gave(struct sim_state *s, bool is_ldb, struct sim_cq *cq, unsigned int id)
{
	if (sim_cq_has_space(s, cq))
		*sim_cq_ready(s, is_ldb, id) |= UINT64_C(1) << (id % 64);
}

#define SIM_WPTR_PASS BIT(11) /* parity of the pass over the ring */

/* The write pointer as software sees it: index in the low bits, and the pass. */
static inline uint32_t
sim_cq_write_pointer(const struct sim_cq *cq)
{
	return (cq->wptr & (cq->ring - 1U)) | ((cq->wptr & cq->ring) != 0 ? SIM_WPTR_PASS : 0);
}

/* sim.c */
void
sim_lose_state(struct dlbsim *sim);
void
sim_log(const struct dlbsim *sim, enum dlbsim_log kind, const char *text);

/* sim_reg.c: the register space */
void
sim_reg_layout(struct dlbsim *sim);
void
sim_reg_reset(struct dlbsim *sim);

/* sim_apply.c: what a register write means to the structures above */
void
sim_reg_written(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t value);

/* sim_live.c: registers that are computed when read */
bool
sim_reg_live(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t *value);

/* sim_cq.c: readiness, tokens, history, writing entries */
void
sim_cq_limits(struct sim_state *s, bool is_ldb, unsigned int cq);
void
sim_cq_remap(struct sim_state *s, bool is_ldb, unsigned int cq);
void
sim_cq_remap_all(struct sim_state *s);
void
sim_cq_map(struct dlbsim *sim, bool is_ldb, unsigned int cq);
void
sim_cq_slots(struct sim_state *s, unsigned int cq, uint32_t priov, const uint32_t cq2qid[2]);
void
sim_cq_return_weights(struct sim_state *s, unsigned int cq, unsigned int n);
void
sim_cq_latch_history(struct dlbsim *sim, unsigned int cq);

/* sim_atomic.c: flows */
void
sim_flow_freed(struct sim_state *s, unsigned int qid, struct sim_flow flow);
struct sim_put;
unsigned int
sim_atomic_serve(struct sim_state *s, struct sim_put *put, unsigned int max);

/* sim_order.c: sequence numbers and the reorder buffer */
void
sim_sn_fragment(struct sim_state *s, uint64_t h, struct sim_qe qe);
void
sim_sn_complete(struct sim_state *s, uint64_t h, const struct sim_qe *qe);

/* sim_sched.c */
unsigned int
sim_draw_bin(struct sim_state *s, uint32_t weights, unsigned int bins);
unsigned int
sim_schedule(struct dlbsim *sim, unsigned int budget);

/* sim_straight.c: past the scheduler */
bool
sim_straight(struct dlbsim *sim, struct sim_qe qe);

/* sim_irq.c: CQ interrupts and the vectors they leave by */
void
sim_irq_evaluate(struct dlbsim *sim, bool is_ldb, unsigned int cq);
void
sim_irq_alarm(struct dlbsim *sim);
bool
sim_irq_written(struct dlbsim *sim, enum dlb_reg reg, uint32_t i, uint32_t value);

/* sim_alarm.c: syndromes and watchdogs */
void
sim_alarm_ingress(struct dlbsim *sim, unsigned int aid, uint32_t enable, bool is_ldb,
		  unsigned int port, const struct dlb_hcw *hcw);
void
sim_alarm_chp(struct dlbsim *sim, unsigned int aid, bool is_ldb, unsigned int port,
	      const struct dlb_hcw *hcw);
uint32_t
sim_alarm_hw_synd(const struct dlbsim *sim);
void
sim_watchdog_restart(struct sim_state *s, bool is_ldb);
void
sim_watchdog(struct dlbsim *sim, uint64_t now_ns);

/* sim_perf.c: counters of the scheduler and of clocks */
void
sim_perf_turn(struct sim_state *s, uint64_t nb_scheduled, bool idle);
void
sim_perf_control(struct sim_state *s, uint32_t value);
void
sim_perf_power(struct sim_state *s, bool on);
uint64_t
sim_perf_clocks(const struct sim_state *s);

/* sim_pci.c */
void
sim_pci_reset(struct sim_state *s, bool power_on);
bool
sim_pci_is_asleep(const struct sim_state *s);

#endif /* SIM_H */
