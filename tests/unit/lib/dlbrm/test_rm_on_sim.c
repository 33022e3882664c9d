/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The resource manager and the software device together: what one writes must mean to the other
 * what the guide says, with elements under way.
 */

#include "rig.h"

#define NB(array) (sizeof(array) / sizeof((array)[0]))

static void
assert_nothing_refused(const struct rig *rig)
{
	const struct dlbsim_drops none = { 0 };
	struct dlbsim_drops drops;

	dlbsim_drops(rig->sim, &drops);
	assert_memory_equal(&drops, &none, sizeof(drops));
}

/* Everything an element goes through, once for each scheduling type. */
static void
test_one_element_of_each_type(void **state)
{
	const enum rig_queue_kind kinds[] = { RIG_ATOMIC, RIG_UNORDERED, RIG_ORDERED };
	struct rig *rig = *state;
	unsigned int d, q[3], k;
	struct rig_port p, dp;
	struct dlb_qe qe;

	rig_remember(rig);
	d = rig_domain(rig, 64);
	p = rig_ldb_port(rig, d, 8);
	dp = rig_dir_port(rig, d, 8);
	for (k = 0; k < 3; k++) {
		q[k] = rig_ldb_queue(rig, d, kinds[k]);
		assert_int_equal(dlbrm_map_qid(&rig->rm, d, p.id, q[k], k), 0);
	}
	assert_int_equal(dlbrm_domain_start(&rig->rm, d), 0);
	for (k = 0; k < 3; k++) {
		rig_send(rig, &dp, DLB_CMD_NEW, (enum dlb_sched_type)k, q[k], 100 + k);
		rig_settle(rig);
		assert_true(rig_receive(rig, &p, &qe));
		assert_int_equal(qe.data, 100 + k);
		assert_int_equal(qe.qid, q[k]);
		assert_int_equal(rig_read(rig, DLB_R_LSP_CQ_LDB_INFL_CNT, p.id), 1);
		rig_send(rig, &p, DLB_CMD_COMP, DLB_SCHED_ATOMIC, 0, 0);
		rig_settle(rig);
		assert_int_equal(rig_read(rig, DLB_R_LSP_CQ_LDB_INFL_CNT, p.id), 0);
		assert_int_equal(dlbrm_ldb_queue_depth(&rig->rm, d, q[k]), 0);
	}
	rig_send(rig, &p, DLB_CMD_NEW, DLB_SCHED_DIRECTED, dp.id, 7);
	assert_int_equal(dlbrm_dir_queue_depth(&rig->rm, d, dp.id), 0);
	assert_true(rig_receive(rig, &dp, &qe));
	assert_int_equal(qe.data, 7);
	assert_nothing_refused(rig);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
	rig_settle(rig);
	rig_assert_registers_restored(rig);
}

static void
test_nothing_is_enqueued_unless_started(void **state)
{
	struct rig *rig = *state;
	unsigned int d = rig_domain(rig, 64);
	struct rig_port p = rig_ldb_port(rig, d, 8);
	unsigned int q = rig_ldb_queue(rig, d, RIG_UNORDERED);
	struct dlbrm_alarms alarms;
	struct dlbsim_drops drops;

	assert_int_equal(dlbrm_map_qid(&rig->rm, d, p.id, q, 0), 0);
	assert_int_equal(dlbrm_alarms_enable(&rig->rm, true), 0);
	rig_send(rig, &p, DLB_CMD_NEW, DLB_SCHED_UNORDERED, q, 1);
	rig_settle(rig);
	assert_int_equal(rig->nb_msix[0], 1);
	assert_int_equal(dlbrm_alarms_service(&rig->rm, &alarms), 0);
	assert_int_equal(alarms.kind, DLBRM_ALARM_DISABLED_QID);
	assert_true(alarms.is_ldb);
	assert_int_equal(alarms.port, p.id);
	assert_int_equal(alarms.domain, d);
	assert_int_equal(dlbrm_alarms_service(&rig->rm, &alarms), 0);
	assert_int_equal(alarms.kind, DLBRM_ALARM_NONE);

	assert_int_equal(dlbrm_domain_start(&rig->rm, d), 0);
	rig_send(rig, &p, DLB_CMD_NEW, DLB_SCHED_UNORDERED, q, 1);
	assert_int_equal(dlbrm_domain_stop(&rig->rm, d), 0);
	rig_send(rig, &p, DLB_CMD_NEW, DLB_SCHED_UNORDERED, q, 1);
	rig_settle(rig);
	dlbsim_drops(rig->sim, &drops);
	assert_int_equal(drops.disabled_qid, 2);
	/* What was under way has been completed and its token returned by the stop. */
	assert_int_equal(rig_read(rig, DLB_R_LSP_CQ_LDB_INFL_CNT, p.id), 0);
	assert_int_equal(rig_read(rig, DLB_R_LSP_CQ_LDB_TKN_CNT, p.id), 0);
}

static void
test_more_tokens_than_out_and_no_credit_are_alarms(void **state)
{
	struct rig *rig = *state;
	unsigned int d = rig_domain(rig, 1);
	struct rig_port p = rig_ldb_port(rig, d, 8);
	unsigned int q = rig_ldb_queue(rig, d, RIG_UNORDERED);
	struct dlbrm_alarms alarms;
	unsigned int k;

	assert_int_equal(dlbrm_domain_start(&rig->rm, d), 0);
	rig_send(rig, &p, DLB_CMD_BAT_T, DLB_SCHED_ATOMIC, 0, 0);
	rig_settle(rig);
	assert_int_equal(dlbrm_alarms_service(&rig->rm, &alarms), 0);
	assert_int_equal(alarms.kind, DLBRM_ALARM_EXCESS_TOKENS);
	assert_int_equal(alarms.port, p.id);
	/* The queue is not mapped, so credits do not come back; on 2.5 there are two. */
	for (k = 0; k < 3; k++)
		rig_send(rig, &p, DLB_CMD_NEW, DLB_SCHED_UNORDERED, q, 1);
	rig_settle(rig);
	assert_int_equal(dlbrm_alarms_service(&rig->rm, &alarms), 0);
	assert_int_equal(alarms.kind, DLBRM_ALARM_ILLEGAL_ENQ);
	assert_true(alarms.is_ldb);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
}

/* --- mapping under traffic ------------------------------------------------------------------ */

/* Elements of a queue on the way through two ports, each counted. */
struct flow {
	struct rig *rig;
	unsigned int d;
	unsigned int q;
	enum dlb_sched_type type;
	struct rig_port producer;
	struct rig_port ports[2];
	unsigned int nb_sent;
	unsigned int nb_received[2];
	uint8_t seen[4096];
};

static void
flow_make(struct flow *f, struct rig *rig, enum rig_queue_kind kind, enum dlb_sched_type type)
{
	memset(f, 0, sizeof(*f));
	f->rig = rig;
	f->type = type;
	f->d = rig_domain(rig, 512);
	f->q = rig_ldb_queue(rig, f->d, kind);
	f->producer = rig_dir_port(rig, f->d, 8);
	f->ports[0] = rig_ldb_port(rig, f->d, 16);
	f->ports[1] = rig_ldb_port(rig, f->d, 16);
	assert_int_equal(dlbrm_map_qid(&rig->rm, f->d, f->ports[0].id, f->q, 0), 0);
	assert_int_equal(dlbrm_domain_start(&rig->rm, f->d), 0);
}

static void
flow_send(struct flow *f, unsigned int n)
{
	while (n-- != 0)
		rig_send(f->rig, &f->producer, DLB_CMD_NEW, f->type, f->q, f->nb_sent++);
	rig_settle(f->rig);
}

/* Receive at one port at most n elements, and complete them. */
static unsigned int
flow_receive(struct flow *f, unsigned int at, unsigned int n)
{
	unsigned int done = 0;
	struct dlb_qe qe;

	while (done < n && rig_receive(f->rig, &f->ports[at], &qe)) {
		assert_true(qe.data < f->nb_sent);
		assert_int_equal(f->seen[qe.data]++, 0);
		rig_send(f->rig, &f->ports[at], DLB_CMD_COMP, DLB_SCHED_ATOMIC, 0, 0);
		rig_settle(f->rig);
		f->nb_received[at]++;
		done++;
	}
	return done;
}

static void
flow_receive_all(struct flow *f)
{
	while (flow_receive(f, 0, 1) + flow_receive(f, 1, 1) != 0)
		;
}

static void
map_and_unmap_under_traffic(struct rig *rig, enum rig_queue_kind kind, enum dlb_sched_type type)
{
	struct flow f;
	unsigned int before;

	flow_make(&f, rig, kind, type);
	flow_send(&f, 300);
	/* 16 are on CQ 0: the map must wait for them, and no more may come. */
	assert_int_equal(dlbrm_map_qid(&rig->rm, f.d, f.ports[1].id, f.q, 3), 0);
	assert_int_equal(dlbrm_domain_poll(&rig->rm, f.d), 1);
	assert_int_equal(flow_receive(&f, 0, 100), rig->rm.ldb_ports[f.ports[0].id].cq_depth);
	flow_send(&f, 100);
	assert_int_equal(flow_receive(&f, 0, 1), 0);
	assert_int_equal(dlbrm_domain_poll(&rig->rm, f.d), 0);
	rig_settle(rig);
	assert_int_equal(flow_receive(&f, 1, 5), 5);
	flow_send(&f, 100);
	assert_int_equal(dlbrm_map_qid(&rig->rm, f.d, f.ports[1].id, f.q, 6), 0);

	/* Both CQs have elements: the unmap of one must wait for its own. */
	assert_int_equal(dlbrm_unmap_qid(&rig->rm, f.d, f.ports[0].id, f.q), 0);
	assert_int_equal(dlbrm_port_unmaps_pending(&rig->rm, f.d, f.ports[0].id), 1);
	flow_receive(&f, 1, 40);
	assert_int_equal(dlbrm_domain_poll(&rig->rm, f.d), 1);
	while (flow_receive(&f, 0, 1) != 0)
		;
	assert_int_equal(dlbrm_domain_poll(&rig->rm, f.d), 0);
	before = f.nb_received[0];
	flow_send(&f, 50);
	flow_receive_all(&f);
	assert_int_equal(f.nb_received[0], before);
	assert_int_equal(f.nb_received[0] + f.nb_received[1], f.nb_sent);

	/* The last mapping goes: elements wait, and the next mapping finds them. */
	assert_int_equal(dlbrm_unmap_qid(&rig->rm, f.d, f.ports[1].id, f.q), 0);
	flow_send(&f, 33);
	assert_int_equal(dlbrm_ldb_queue_depth(&rig->rm, f.d, f.q), 33);
	assert_int_equal(dlbrm_map_qid(&rig->rm, f.d, f.ports[0].id, f.q, 0), 0);
	rig_settle(rig);
	flow_receive_all(&f);
	assert_int_equal(f.nb_received[0] + f.nb_received[1], f.nb_sent);
	assert_nothing_refused(rig);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, f.d), 0);
	rig_settle(rig);
}

static void
test_map_and_unmap_under_traffic(void **state)
{
	struct rig *rig = *state;

	rig_remember(rig);
	map_and_unmap_under_traffic(rig, RIG_UNORDERED, DLB_SCHED_UNORDERED);
	map_and_unmap_under_traffic(rig, RIG_ATOMIC, DLB_SCHED_ATOMIC);
	map_and_unmap_under_traffic(rig, RIG_ORDERED, DLB_SCHED_ORDERED);
	rig_assert_registers_restored(rig);
}

static void
test_disabled_port_gets_nothing(void **state)
{
	struct rig *rig = *state;
	struct flow f;

	flow_make(&f, rig, RIG_UNORDERED, DLB_SCHED_UNORDERED);
	assert_int_equal(dlbrm_port_enable(&rig->rm, f.d, true, f.ports[0].id, false), 0);
	flow_send(&f, 10);
	assert_int_equal(flow_receive(&f, 0, 10), 0);
	assert_int_equal(dlbrm_ldb_queue_depth(&rig->rm, f.d, f.q), 10);
	assert_int_equal(dlbrm_port_enable(&rig->rm, f.d, true, f.ports[0].id, true), 0);
	rig_settle(rig);
	assert_int_equal(flow_receive(&f, 0, 11), 10);
}

/* --- reset ---------------------------------------------------------------------------------- */

/* Put a domain into about every state that elements can be in: 1,000 of them and more. */
static unsigned int
crowd_make(struct rig *rig)
{
	unsigned int d = rig_domain(rig, 2000);
	unsigned int ordered = rig_ldb_queue(rig, d, RIG_ORDERED);
	unsigned int atomic = rig_ldb_queue(rig, d, RIG_ATOMIC);
	unsigned int unordered = rig_ldb_queue(rig, d, RIG_UNORDERED);
	unsigned int nowhere = rig_ldb_queue(rig, d, RIG_UNORDERED);
	unsigned int nowhere_either = rig_ldb_queue(rig, d, RIG_ATOMIC);
	struct rig_port p[3], dp[2];
	struct dlb_qe qe;
	unsigned int k, q;

	for (k = 0; k < NB(p); k++)
		p[k] = rig_ldb_port(rig, d, 1u << (2 * k));
	for (k = 0; k < NB(dp); k++)
		dp[k] = rig_dir_port(rig, d, 2u << (2 * k));
	for (k = 0; k < 2; k++) {
		assert_int_equal(dlbrm_map_qid(&rig->rm, d, p[k].id, ordered, 1), 0);
		assert_int_equal(dlbrm_map_qid(&rig->rm, d, p[k].id, atomic, 1), 0);
	}
	assert_int_equal(dlbrm_map_qid(&rig->rm, d, p[2].id, unordered, 1), 0);
	/* The first port's slots are all taken, so the unmapped queue has to drive one out. */
	for (k = 2; k < 8; k++) {
		q = k < 7 ? rig_ldb_queue(rig, d, RIG_UNORDERED) : unordered;
		assert_int_equal(dlbrm_map_qid(&rig->rm, d, p[0].id, q, 0), 0);
	}
	assert_int_equal(dlbrm_domain_start(&rig->rm, d), 0);

	for (k = 0; k < 200; k++) {
		rig_send(rig, &dp[0], DLB_CMD_NEW, DLB_SCHED_ORDERED, ordered, k);
		rig_send(rig, &dp[0], DLB_CMD_NEW, DLB_SCHED_ATOMIC, atomic, k);
		rig_send(rig, &dp[0], DLB_CMD_NEW, DLB_SCHED_UNORDERED, unordered, k);
		rig_send(rig, &dp[0], DLB_CMD_NEW, DLB_SCHED_UNORDERED, nowhere, k);
		rig_send(rig, &dp[0], DLB_CMD_NEW, DLB_SCHED_ATOMIC, nowhere_either, k);
		rig_send(rig, &dp[0], DLB_CMD_NEW, DLB_SCHED_DIRECTED, dp[1].id, k);
		rig_send(rig, &dp[0], DLB_CMD_NEW, DLB_SCHED_DIRECTED, dp[0].id, k);
	}
	rig_settle(rig);
	/* Some are read but not completed, some forwarded, held back by older ones, to any queue. */
	for (k = 0; k < 2; k++)
		while (rig_receive(rig, &p[k], &qe) && qe.data < 20)
			rig_settle(rig);
	for (k = 0; k < 10; k++) {
		const unsigned int to[] = { nowhere, dp[1].id, ordered, unordered, atomic };
		const enum dlb_sched_type as[] = { DLB_SCHED_UNORDERED, DLB_SCHED_DIRECTED,
						   DLB_SCHED_ORDERED, DLB_SCHED_UNORDERED,
						   DLB_SCHED_ATOMIC };

		rig_send(rig, &p[1], DLB_CMD_FWD, as[k % 5], to[k % 5], 1000 + k);
		rig_settle(rig);
	}
	return d;
}

static void
test_reset_of_a_crowded_domain(void **state)
{
	struct rig *rig = *state;
	unsigned int d;

	rig_remember(rig);
	d = crowd_make(rig);
	assert_nothing_refused(rig);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
	rig_settle(rig);
	rig_assert_registers_restored(rig);
	assert_nothing_refused(rig);
}

static void
test_reset_with_ports_off_and_mappings_pending(void **state)
{
	struct rig *rig = *state;
	struct dlbrm *rm = &rig->rm;
	unsigned int d, p, q;

	rig_remember(rig);
	d = crowd_make(rig);
	for (p = 0; p < DLB_MAX_LDB_PORTS; p++) {
		for (q = 0; q < DLB_MAX_LDB_QUEUES; q++) {
			if ((p + q) % 3 == 0)
				dlbrm_unmap_qid(rm, d, p, q);
			else if ((p + q) % 3 == 1)
				dlbrm_map_qid(rm, d, p, q, 2);
		}
		if (p % 2 == 0)
			dlbrm_port_enable(rm, d, true, p, false);
		dlbrm_port_enable(rm, d, false, p, false);
	}
	assert_true(dlbrm_domain_poll(rm, d) > 0);
	assert_int_equal(dlbrm_domain_reset(rm, d), 0);
	rig_settle(rig);
	rig_assert_registers_restored(rig);
	assert_nothing_refused(rig);
}

static void
test_reset_leaves_other_domains_alone(void **state)
{
	struct rig *rig = *state;
	unsigned int d;
	struct flow f;

	flow_make(&f, rig, RIG_ATOMIC, DLB_SCHED_ATOMIC);
	flow_send(&f, 100);
	rig_remember(rig);
	/* The flow's domain has half of the history list; its neighbour takes the rest. */
	d = crowd_make(rig);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
	rig_settle(rig);
	rig_assert_registers_restored(rig);
	flow_send(&f, 100);
	flow_receive_all(&f);
	assert_int_equal(f.nb_received[0], 200);
}

static void
test_lives_with_traffic_leave_nothing(void **state)
{
	struct rig *rig = *state;
	unsigned int n, d;

	rig_remember(rig);
	for (n = 0; n < 20; n++) {
		d = crowd_make(rig);
		if (n % 3 == 0)
			assert_int_equal(dlbrm_domain_stop(&rig->rm, d), 0);
		assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
	}
	rig_settle(rig);
	rig_assert_registers_restored(rig);
}

/* The device stops answering during a reset: an error, and a function-level reset helps. */
static void
test_a_device_that_goes_away_during_reset(void **state)
{
	struct rig *rig = *state;
	unsigned long n, all;
	unsigned int d;

	d = crowd_make(rig);
	rig->nb_accesses = 0;
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
	all = rig->nb_accesses;
	for (n = 1; n <= all; n += 1 + all / 40) {
		d = crowd_make(rig);
		rig->nb_accesses = 0;
		rig->fail_at = n;
		assert_int_equal(dlbrm_domain_reset(&rig->rm, d), -EIO);
		assert_int_equal(dlbrm_domain_reset(&rig->rm, d), -EIO);
		rig->fail_at = 0;
		dlbsim_flr(rig->sim);
		assert_int_equal(rig_bring_up(rig), 0);
	}
	rig_remember(rig);
	d = crowd_make(rig);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
	rig_settle(rig);
	rig_assert_registers_restored(rig);
}

/* A reset below the user takes settings, domains and interrupts; all of them come again. */
static void
test_a_device_that_was_reset_recovers(void **state)
{
	struct rig *rig = *state;
	unsigned int d;

	assert_int_equal(dlbrm_irq_init(&rig->rm), 0);
	rig_remember(rig);
	for (unsigned int gone = 0; gone < 2; gone++) {
		d = crowd_make(rig);
		assert_int_equal(dlbrm_recover(&rig->rm), 0);
		rig->fail_at = gone;
		assert_int_equal(rig->fail_at == 0 ? 0 : dlbrm_domain_reset(&rig->rm, d),
				 gone ? -EIO : 0);
		assert_int_equal(dlbrm_recover(&rig->rm), gone ? -EIO : 0);
		rig->fail_at = 0;
		dlbsim_flr(rig->sim);
		rig_unmask_msix(rig);
		assert_int_equal(dlbrm_recover(&rig->rm), 1);
		assert_int_equal(dlbrm_recover(&rig->rm), 0);
		rig_assert_registers_restored(rig);
	}
	d = crowd_make(rig);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
	rig_settle(rig);
	rig_assert_registers_restored(rig);
}

/* Back without a reset: whatever the device was told in the meantime is missing. */
static void
test_a_device_that_was_gone_and_not_reset_stays_gone(void **state)
{
	struct rig *rig = *state;
	unsigned int d = crowd_make(rig);

	rig->nb_accesses = 0;
	rig->fail_at = 1;
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), -EIO);
	rig->fail_at = 0;
	assert_int_equal(dlbrm_recover(&rig->rm), -EIO);
	dlbsim_flr(rig->sim);
	assert_int_equal(dlbrm_recover(&rig->rm), 1);
}

/* --- interrupts and watchdogs --------------------------------------------------------------- */

static void
test_one_interrupt_for_each_arming(void **state)
{
	struct rig *rig = *state;
	struct dlbrm *rm = &rig->rm;
	struct dlbrm_ports fired;
	struct flow f;

	assert_int_equal(dlbrm_irq_init(rm), 0);
	rig_remember(rig);
	flow_make(&f, rig, RIG_UNORDERED, DLB_SCHED_UNORDERED);
	assert_int_equal(dlbrm_cq_irq_config(rm, f.d, true, f.ports[0].id, 2), 0);
	flow_send(&f, 3);
	assert_int_equal(rig->nb_msix[1], 0);
	/* Enough is there already. */
	assert_int_equal(dlbrm_cq_irq_arm(rm, f.d, true, f.ports[0].id), 0);
	assert_int_equal(rig->nb_msix[1], 1);
	assert_int_equal(dlbrm_cq_irq_service(rm, &fired), 0);
	assert_int_equal(fired.ldb[f.ports[0].id / 32], 1u << f.ports[0].id % 32);
	assert_int_equal(fired.ldb[0] | fired.ldb[1], 1u << f.ports[0].id % 32);
	flow_send(&f, 3);
	assert_int_equal(rig->nb_msix[1], 1);
	flow_receive_all(&f);
	assert_int_equal(dlbrm_cq_irq_arm(rm, f.d, true, f.ports[0].id), 0);
	flow_send(&f, 1);
	assert_int_equal(rig->nb_msix[1], 1);
	flow_send(&f, 1);
	assert_int_equal(rig->nb_msix[1], 2);
	assert_int_equal(dlbrm_cq_irq_service(rm, &fired), 0);
	assert_int_equal(dlbrm_domain_reset(rm, f.d), 0);
	rig_settle(rig);
	rig_assert_registers_restored(rig);
}

static void
test_watchdog_finds_a_port_that_does_not_read(void **state)
{
	struct rig *rig = *state;
	struct dlbrm *rm = &rig->rm;
	struct dlbrm_alarms alarms;
	struct flow f;
	unsigned int k;

	flow_make(&f, rig, RIG_UNORDERED, DLB_SCHED_UNORDERED);
	assert_int_equal(dlbrm_watchdog_set(rm, DLBRM_WATCHDOG_1S), 0);
	assert_int_equal(dlbrm_cq_watchdog_enable(rm, f.d, true, f.ports[0].id), 0);
	flow_send(&f, 3);
	for (k = 0; k < 40; k++) {
		rig->now_ns += 100000000;
		rig_settle(rig);
	}
	assert_true(rig->nb_msix[0] >= 1);
	assert_int_equal(dlbrm_alarms_service(rm, &alarms), 0);
	assert_true(alarms.watchdog);
	assert_int_equal(alarms.timed_out.ldb[f.ports[0].id / 32], 1u << f.ports[0].id % 32);
	assert_int_equal(dlbrm_alarms_service(rm, &alarms), 0);
	assert_false(alarms.watchdog);
}

/* --- 2.5 ------------------------------------------------------------------------------------ */

static void
test_cq_weight_limits_what_a_cq_holds(void **state)
{
	struct rig *rig = *state;
	unsigned int d = rig_domain(rig, 64);
	unsigned int q = rig_ldb_queue(rig, d, RIG_UNORDERED);
	struct rig_port p = rig_ldb_port(rig, d, 32);
	unsigned int k;

	assert_int_equal(dlbrm_map_qid(&rig->rm, d, p.id, q, 0), 0);
	assert_int_equal(dlbrm_cq_weight_set(&rig->rm, d, p.id, 5), 0);
	assert_int_equal(dlbrm_domain_start(&rig->rm, d), 0);
	for (k = 0; k < 20; k++)
		rig_send(rig, &p, DLB_CMD_NEW, DLB_SCHED_UNORDERED, q, k);
	rig_settle(rig);
	assert_int_equal(rig_read(rig, DLB_R_LSP_CQ_LDB_TKN_CNT, p.id), 5);
	assert_int_equal(dlbrm_domain_reset(&rig->rm, d), 0);
}

/* clang-format off */
#define ON(test, kind) cmocka_unit_test_setup_teardown(test, rig_setup_##kind, rig_teardown)
/* clang-format on */
#define ON_ALL(test) ON(test, v20), ON(test, v25), ON(test, v25_dense)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_ALL(test_one_element_of_each_type),
		ON_ALL(test_nothing_is_enqueued_unless_started),
		ON_ALL(test_more_tokens_than_out_and_no_credit_are_alarms),
		ON_ALL(test_map_and_unmap_under_traffic),
		ON_ALL(test_disabled_port_gets_nothing),
		ON_ALL(test_reset_of_a_crowded_domain),
		ON_ALL(test_reset_with_ports_off_and_mappings_pending),
		ON_ALL(test_reset_leaves_other_domains_alone),
		ON_ALL(test_lives_with_traffic_leave_nothing),
		ON_ALL(test_a_device_that_goes_away_during_reset),
		ON_ALL(test_a_device_that_was_reset_recovers),
		ON_ALL(test_a_device_that_was_gone_and_not_reset_stays_gone),
		ON_ALL(test_one_interrupt_for_each_arming),
		ON_ALL(test_watchdog_finds_a_port_that_does_not_read),
		ON(test_cq_weight_limits_what_a_cq_holds, v25),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
