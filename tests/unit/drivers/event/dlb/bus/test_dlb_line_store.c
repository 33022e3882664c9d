/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The stores that reach the page of a producer port on PCI, one by one: the burst functions for
 * devices on PCI write to a page that faults, and each store that it stops is let through, looked
 * at and stopped again.
 *
 * What arrives is compared with what the software device's ring gets for the same calls.
 */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>

#include <cmocka.h>

#include <rte_eventdev.h>

#include "bus/dlb_ring.h"
#include "dp/dlb_dp.h"

#define PAGE	   4096
#define TRAP_FLAG  0x100
#define MAX_STORES 1024
#define DEPTH	   128
#define QUEUE	   3
#define HW_QID	   17

/* A store: its bytes, and those behind it, which have to stay what they were. */
struct store {
	uint8_t bytes[DLB_LINE_BYTES];
	uint8_t behind[DLB_LINE_BYTES];
};

static uint8_t *page;
static struct store stores[MAX_STORES];
static unsigned int nb_stores;

static void
on_fault(int number, siginfo_t *info, void *context)
{
	greg_t *gregs = ((ucontext_t *)context)->uc_mcontext.gregs;

	if ((uint8_t *)info->si_addr - page >= PAGE) {
		signal(number, SIG_DFL);
		return;
	}
	mprotect(page, PAGE, PROT_READ | PROT_WRITE);
	memset(page, 0xA5, PAGE);
	gregs[REG_EFL] |= TRAP_FLAG;
}

/* One instruction later. */
static void
on_step(int number, siginfo_t *info, void *context)
{
	greg_t *gregs = ((ucontext_t *)context)->uc_mcontext.gregs;

	(void)number;
	(void)info;
	if (nb_stores < MAX_STORES)
		memcpy(&stores[nb_stores++], page, sizeof(struct store));
	gregs[REG_EFL] &= ~TRAP_FLAG;
	mprotect(page, PAGE, PROT_NONE);
}

/* In each test: cmocka has handlers of its own around them. */
static void
watch_page(void)
{
	struct sigaction fault = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };
	struct sigaction step = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };

	page = mmap(NULL, PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	assert_ptr_not_equal(page, MAP_FAILED);
	assert_int_equal(sigaction(SIGSEGV, &fault, NULL), 0);
	assert_int_equal(sigaction(SIGTRAP, &step, NULL), 0);
}

/* A load-balanced port on the page or on a ring. */
struct rig {
	struct dlb_dp_dev dp;
	struct dlb_port port;
	struct dlb_ring ring;
	_Alignas(DLB_LINE_BYTES) uint8_t cq[DEPTH * DLB_CQ_SPARSE_STRIDE];
};

static void
rig_init(struct rig *rig, void *pp_mem)
{
	memset(rig, 0, sizeof(*rig));
	dlb_dp_dev_init(&rig->dp, &(struct dlb_dp_dev_conf){
					  .nb_events_limit = 8192,
					  .min_new_threshold = 8192,
					  .nb_ports = 1,
				  });
	dlb_dp_queue_init(&rig->dp, QUEUE,
			  &(struct dlb_dp_queue_conf){ .hw_qid = HW_QID, .all_types = true });
	dlb_dp_port_init(&rig->port, &rig->dp,
			 &(struct dlb_dp_port_conf){ .nb_lanes = 1, .new_event_threshold = 8192 });
	dlb_dp_lane_add(&rig->port, &(struct dlb_dp_lane_conf){
					    .pp_mem = pp_mem,
					    .cq = rig->cq,
					    .cq_depth = DEPTH,
					    .sparse = true,
				    });
	dlb_dp_port_start(&rig->port);
}

static struct rte_event
event(unsigned int i)
{
	struct rte_event ev = { .event = 0, .u64 = UINT64_C(0x1111111111111111) * i };

	ev.op = RTE_EVENT_OP_NEW;
	ev.flow_id = 0x12345 * i & 0xfffff;
	ev.queue_id = QUEUE;
	ev.sched_type = i % 3;
	ev.event_type = i & 0xf;
	ev.sub_event_type = 7 * i & 0xff;
	ev.priority = 32 * i & 0xff;
	return ev;
}

/* Store i is one command, and nothing but it was written. */
static void
check_command(unsigned int i, const struct dlb_hcw *hcw)
{
	static const uint8_t untouched[DLB_LINE_BYTES] = { [0 ... DLB_LINE_BYTES - 1] = 0xA5 };

	assert_memory_equal(stores[i].bytes, hcw, sizeof(*hcw));
	assert_memory_equal(stores[i].bytes + sizeof(*hcw), untouched,
			    DLB_LINE_BYTES - sizeof(*hcw));
	assert_memory_equal(stores[i].behind, untouched, DLB_LINE_BYTES);
}

/* Bursts of n events by both; the stores are the ring's commands, or lines filled up with NOOPs. */
static void
check_burst(const struct dlb_burst_ops *ops, unsigned int n, bool is_whole)
{
	static struct rig pci, sim;
	struct rte_event ev[16];
	unsigned int nb_cmds = RTE_ALIGN_CEIL(n, DLB_HCWS_PER_LINE);

	rig_init(&pci, page);
	rig_init(&sim, &sim.ring);
	nb_stores = 0;
	for (unsigned int i = 0; i < n; i++)
		ev[i] = event(i + n);
	assert_int_equal(dlb_burst_ops_scalar_sim.enqueue_burst(&sim.port, ev, (uint16_t)n), n);
	assert_int_equal(ops->enqueue_burst(&pci.port, ev, (uint16_t)n), n);

	assert_int_equal(sim.ring.tail, n);
	for (unsigned int i = n; i < nb_cmds; i++)
		sim.ring.hcw[i] = (struct dlb_hcw){ .cmd = DLB_CMD_NOOP };
	assert_int_equal(nb_stores, is_whole ? nb_cmds / DLB_HCWS_PER_LINE : n);
	for (unsigned int i = 0; i < nb_stores && !is_whole; i++)
		check_command(i, &sim.ring.hcw[i]);
	for (unsigned int i = 0; i < nb_stores && is_whole; i++)
		assert_memory_equal(stores[i].bytes, &sim.ring.hcw[i * DLB_HCWS_PER_LINE],
				    DLB_LINE_BYTES);
}

/* Bursts by all sets that store lines this way and that the CPU has. Returns how many. */
static unsigned int
check_sets(enum dlb_lines lines)
{
	const struct dlb_burst_ops *ops;
	unsigned int i, n, nb_sets = 0;

	for (i = 0; (ops = dlb_burst_ops_get(i)) != NULL; i++) {
		if (ops->lines != lines || !dlb_burst_ops_can_run(ops))
			continue;
		for (n = 1; n <= 9; n++)
			check_burst(ops, n, lines == DLB_LINES_MOVDIR64B);
		nb_sets++;
	}
	return nb_sets;
}

static void
test_streaming_stores_are_one_command_each(void **state)
{
	(void)state;
	watch_page();
	assert_in_range(check_sets(DLB_LINES_STREAM), 2, 3);
}

static void
test_movdir64b_stores_whole_lines(void **state)
{
	(void)state;
	watch_page();
	if (check_sets(DLB_LINES_MOVDIR64B) == 0)
		skip();
}

/* An empty burst writes nothing, not even a line that does nothing. */
static void
test_nothing_is_stored_for_an_empty_burst(void **state)
{
	static struct rig pci;
	struct rte_event ev = event(1);

	(void)state;
	watch_page();
	rig_init(&pci, page);
	nb_stores = 0;
	assert_int_equal(dlb_burst_ops_scalar_stream.enqueue_burst(&pci.port, &ev, 0), 0);
	assert_int_equal(dlb_burst_ops_scalar_stream.dequeue_burst(&pci.port, &ev, 1, 0), 0);
	assert_int_equal(nb_stores, 0);
}

/* Answers too: FORWARD and RELEASE of what came in through a CQ of 64-byte entries. */
static void
test_answers_are_stored_in_order(void **state)
{
	static struct rig pci;
	struct rte_event ev[3];
	const struct dlb_hcw *hcw;

	(void)state;
	watch_page();
	rig_init(&pci, page);
	for (unsigned int i = 0; i < 3; i++) {
		struct dlb_qe *qe = (void *)&pci.cq[i * DLB_CQ_SPARSE_STRIDE];

		*qe = (struct dlb_qe){ .data = i, .qid = HW_QID, .status = DLB_QE_GEN };
	}
	assert_int_equal(dlb_burst_ops_scalar_stream.dequeue_burst(&pci.port, ev, 3, 0), 3);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(ev[i].u64, i);
		ev[i].op = i == 1 ? RTE_EVENT_OP_RELEASE : RTE_EVENT_OP_FORWARD;
	}
	nb_stores = 0;
	assert_int_equal(dlb_burst_ops_scalar_stream.enqueue_burst(&pci.port, ev, 3), 3);
	assert_int_equal(nb_stores, 3);
	for (unsigned int i = 0; i < 3; i++) {
		static const uint8_t cmds[] = { DLB_CMD_FWD_T, DLB_CMD_COMP_T, DLB_CMD_FWD_T };

		hcw = (const void *)stores[i].bytes;
		assert_int_equal(hcw->cmd, cmds[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streaming_stores_are_one_command_each),
		cmocka_unit_test(test_movdir64b_stores_whole_lines),
		cmocka_unit_test(test_nothing_is_stored_for_an_empty_burst),
		cmocka_unit_test(test_answers_are_stored_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
