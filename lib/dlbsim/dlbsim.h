/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * dlbsim: a Dynamic Load Balancer (DLB) made of software, faithful to the register level.
 *
 * The device is passive: it has no thread, no clock and no lock of its own. Whoever owns it feeds it
 * register accesses and producer-port writes and steps its scheduler; it answers through the host
 * callbacks (direct memory access, interrupts, messages). All functions taking the same device must
 * be serialised by the caller; two devices share nothing.
 *
 * The device's state is one block of memory without pointers, so that several processes which map
 * it can each attach a handle, and so that it can be copied and compared.
 *
 * Used by: drivers/event/dlb (in-process device), tests/unit, tests/fuzz.
 */

#ifndef DLBSIM_H
#define DLBSIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "dlb_hcw.h"
#include "dlb_limits.h"
#include "dlb_regs.h"

/** What a message of the device is about; two different words for two different faults. */
enum dlbsim_log {
	DLBSIM_LOG_GUEST, /**< software outside did something the hardware forbids */
	DLBSIM_LOG_UNIMP, /**< software outside asked for something the model lacks */
};

/**
 * What the device needs from its host. All callbacks run inside a dlbsim call, on the caller's
 * thread, and must not call back into the device.
 */
struct dlbsim_host {
	/**
	 * Translate a device address range to memory that stays valid until dlbsim_dma_unmap().
	 * May be NULL, or return NULL for a range it cannot map: then dma_write is used.
	 */
	void *(*dma_map)(void *ctx, uint64_t iova, size_t len);
	/** Write @p len bytes to device address @p iova. Returns 0 or a negative errno. */
	int (*dma_write)(void *ctx, uint64_t iova, const void *buf, size_t len);
	/** Send MSI-X (message-signalled interrupt) vector @p vector. May be NULL. */
	void (*msix)(void *ctx, unsigned int vector);
	/** A line of text about a fault, without newline. May be NULL. */
	void (*log)(void *ctx, enum dlbsim_log kind, const char *text);
};

struct dlbsim;

/** Bytes of state a device of any version needs; 64-byte alignment is required. */
size_t
dlbsim_state_size(void);

/**
 * Make a device in its power-on state.
 *
 * @param version   DLB 2.0 or 2.5
 * @param state     zeroed memory of dlbsim_state_size() bytes, aligned to 64; NULL lets the library
 *                  allocate (and free) it
 * @param host      callbacks, copied
 * @param ctx       handed to the callbacks
 * @return the device's handle, or NULL when memory ran out
 */
struct dlbsim *
dlbsim_create(enum dlb_version version, void *state, const struct dlbsim_host *host, void *ctx);

/** Make one more handle on a state that dlbsim_create() initialised, typically in another process. */
struct dlbsim *
dlbsim_attach(void *state, const struct dlbsim_host *host, void *ctx);

/** Free the handle, and the state if the library allocated it. NULL is allowed. */
void
dlbsim_destroy(struct dlbsim *sim);

/**
 * Read the 32-bit register at @p offset of @p bar. Earlier producer-port writes are settled first:
 * the scheduler runs until nothing moves. Undefined or misaligned offsets read 0. In D3hot, the
 * state of sleep, all read as all ones and writes are ignored.
 */
uint32_t
dlbsim_csr_read(struct dlbsim *sim, enum dlb_bar bar, uint32_t offset);

/** Write the 32-bit register at @p offset of @p bar. Undefined or misaligned offsets are ignored. */
void
dlbsim_csr_write(struct dlbsim *sim, enum dlb_bar bar, uint32_t offset, uint32_t value);

/**
 * Write @p n hardware commands to a producer port, in order. A 64-byte store is four of them, a
 * 16-byte store one. Queue elements are stored; dlbsim_step() schedules them.
 * Ports that do not exist or are not enabled drop the commands, as hardware does.
 */
void
dlbsim_pp_write(struct dlbsim *sim, bool is_ldb, unsigned int port, const struct dlb_hcw *hcws,
		unsigned int n);

/**
 * Let the device work: schedule at most about @p budget queue elements and serve its timers.
 *
 * @param now_ns   monotonic time in nanoseconds, for watchdogs and counters of clocks
 * @param budget   queue elements to schedule before returning; the pass over the consumer queues
 *                 that reaches it is finished
 * @return queue elements written to consumer queues; less than @p budget means that nothing more
 *         can move until software acts
 */
unsigned int
dlbsim_step(struct dlbsim *sim, uint64_t now_ns, unsigned int budget);

/**
 * What dlbsim_pp_write() of one command and then dlbsim_step() do, for less where the device has
 * nothing else to do.
 *
 * @param budget   at least 1
 * @return as dlbsim_step()
 */
unsigned int
dlbsim_step_with(struct dlbsim *sim, uint64_t now_ns, unsigned int budget, bool is_ldb,
		 unsigned int port, const struct dlb_hcw *hcw);

/** Read 1, 2 or 4 bytes of PCI configuration space (4 KiB). Out of range reads all ones. */
uint32_t
dlbsim_pci_read(struct dlbsim *sim, unsigned int offset, unsigned int size);

/**
 * Write 1, 2 or 4 bytes of PCI configuration space.
 *
 * @return whether the device was reset: by an FLR, by falling asleep or by waking up
 */
bool
dlbsim_pci_write(struct dlbsim *sim, unsigned int offset, unsigned int size, uint32_t value);

/**
 * Function-level reset: all but the power switch and the masks of error reporting returns to reset
 * values, queues are emptied.
 */
void
dlbsim_flr(struct dlbsim *sim);

/** Off and on again: the device is as dlbsim_create() made it. */
void
dlbsim_power_cycle(struct dlbsim *sim);

/** Memory at [iova, iova + len) is about to go away: forget translations that touch it. */
void
dlbsim_dma_unmap(struct dlbsim *sim, uint64_t iova, uint64_t len);

/** Counters of what the device refused; each grows by one per refused command or element. */
struct dlbsim_drops {
	uint64_t illegal_pp;	    /**< command to a port that is not enabled */
	uint64_t illegal_hcw;	    /**< undefined command, or one a directed port may not use */
	uint64_t illegal_qid;	    /**< queue does not exist */
	uint64_t disabled_qid;	    /**< domain may not enqueue to the queue (not started) */
	uint64_t illegal_qid_cfg;   /**< queue not configured for the scheduling type */
	uint64_t no_credit;	    /**< no credit in the domain's pool, or storage full */
	uint64_t excess_completion; /**< completion with nothing outstanding */
	uint64_t excess_token;	    /**< tokens returned beyond those taken; each counted once */
	uint64_t illegal_frag;	    /**< fragment with nothing outstanding, or the 17th of one */
	uint64_t dma_failed;	    /**< consumer-queue entry that could not be written */
};

/** Copy the counters of refused work. They survive until the next reset. */
void
dlbsim_drops(const struct dlbsim *sim, struct dlbsim_drops *out);

/**
 * Verify the device's invariants: storage and credits conserved, no flow on two consumer queues,
 * inflight counts equal to history lists, pools complete, ready bits in step with state.
 *
 * @param why   receives a sentence about the first violation
 * @return 0, or -EUCLEAN with @p why filled
 */
int
dlbsim_check(const struct dlbsim *sim, char *why, size_t len);

#endif /* DLBSIM_H */
