/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Commands that the device must refuse: each is counted once, recorded in the syndrome if software
 * asked for it, and announced by interrupt vector 0.
 */

#include "bench.h"

#define ALL_ALARMS 0x3F

/* A device with vector 0 unmasked and all checks reported. */
static void
watch_alarms(struct bench *b)
{
	bench_minimum(b);
	bench_set(b, DLB_R_SYS_INGRESS_ALARM_ENBL, 0, ALL_ALARMS);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 0, 0);
}

static void
expect_syndrome(struct bench *b, uint32_t synd0, const struct dlb_hcw *hcw)
{
	uint32_t words[2];

	memcpy(words, &hcw->opaque, sizeof(words));
	assert_int_equal(bench_get(b, DLB_R_SYS_ALARM_PF_SYND0, 0), synd0);
	assert_int_equal(bench_get(b, DLB_R_SYS_ALARM_PF_SYND1, 0), words[0]);
	assert_int_equal(bench_get(b, DLB_R_SYS_ALARM_PF_SYND2, 0), words[1]);
}

static uint32_t
sys_syndrome(unsigned int aid, bool is_ldb, unsigned int port)
{
	return UINT32_C(0x80000000) | aid << 16 | (uint32_t)is_ldb << 13 | port;
}

static uint32_t
chp_syndrome(unsigned int aid, bool is_ldb, unsigned int port)
{
	return UINT32_C(0x80000000) | UINT32_C(1) << 26 | UINT32_C(4) << 22 | aid << 16 |
	       (uint32_t)is_ldb << 7 | port;
}

/* The one refusal so far is @p hcw's. */
static void
expect_alarm(struct bench *b, uint32_t synd0, const struct dlb_hcw *hcw)
{
	expect_syndrome(b, synd0, hcw);
	assert_int_equal(bench_nb_drops(b), 1);
	assert_int_equal(b->nb_msix[0], 1);
	assert_int_equal(bench_get(b, DLB_R_SYS_MSIX_ACK, 0), 1);
	assert_int_equal(bench_settle(b), 0);
}

static void
test_port_that_is_not_enabled(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0x55AA, 1);

	watch_alarms(b);
	bench_put(b, LDB, 9, bench_cmd(DLB_CMD_NOOP, 0));
	assert_int_equal(bench_nb_drops(b), 0);
	bench_put(b, LDB, 9, hcw);
	assert_int_equal(bench_drops(b).illegal_pp, 1);
	expect_alarm(b, sys_syndrome(DLB_ALARM_AID_ILLEGAL_HCW, LDB, 9), &hcw);
	assert_int_equal(bench_get(b, DLB_R_SYS_DLB_SYS_CNT_4, 0), 1);
}

static void
test_undefined_commands(void **state)
{
	static const uint8_t undefined[] = { 0x4, 0x6, 0x7, 0xE, 0xF };
	struct bench *b = *state;

	bench_minimum(b);
	bench_dir_port(b, &(struct bench_port){ .id = 5 });
	for (unsigned int i = 0; i < sizeof(undefined); i++)
		for (unsigned int is_ldb = 0; is_ldb < 2; is_ldb++) {
			struct dlb_hcw hcw =
				bench_qe((enum dlb_cmd)undefined[i], DLB_SCHED_UNORDERED, 0, 0, 1);

			bench_put(b, is_ldb, is_ldb ? 0 : 5, hcw);
			assert_int_equal(bench_drops(b).illegal_hcw, 2 * i + is_ldb + 1);
		}
	assert_int_equal(bench_nb_drops(b), 2 * sizeof(undefined));
	assert_int_equal(bench_settle(b), 0);
}

static void
test_illegal_command_is_reported(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_qe((enum dlb_cmd)0xE, DLB_SCHED_ATOMIC, 77, 0xABCD, 1);

	watch_alarms(b);
	bench_put(b, LDB, 0, hcw);
	expect_alarm(b, sys_syndrome(DLB_ALARM_AID_ILLEGAL_HCW, LDB, 0), &hcw);
}

/* Directed ports have no history: what completes or fragments is illegal there. */
static void
test_completions_from_a_directed_port(void **state)
{
	static const enum dlb_cmd illegal[] = { DLB_CMD_COMP,  DLB_CMD_COMP_T, DLB_CMD_FWD,
						DLB_CMD_FWD_T, DLB_CMD_FRAG,   DLB_CMD_FRAG_T };
	unsigned int nb = sizeof(illegal) / sizeof(illegal[0]);
	struct bench *b = *state;

	bench_minimum(b);
	bench_dir_port(b, &(struct bench_port){ .id = 5 });
	for (unsigned int i = 0; i < nb; i++)
		bench_put(b, DIR, 5, bench_qe(illegal[i], DLB_SCHED_UNORDERED, 0, 0, 1));
	assert_int_equal(bench_drops(b).illegal_hcw, nb);
	assert_int_equal(bench_nb_drops(b), nb);
	assert_int_equal(bench_settle(b), 0);
	/* The others are legal: with nothing out, a token is one too many. */
	bench_put(b, DIR, 5, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1));
	bench_put(b, DIR, 5, bench_cmd(DLB_CMD_ARM, 0));
	assert_int_equal(bench_nb_drops(b), nb);
	bench_put(b, DIR, 5, bench_qe(DLB_CMD_NEW_T, DLB_SCHED_UNORDERED, 0, 0, 1));
	assert_int_equal(bench_drops(b).excess_token, 1);
	assert_int_equal(bench_settle(b), 2);
}

static void
test_queue_that_does_not_exist(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 3, 1, 1);

	watch_alarms(b);
	bench_put(b, LDB, 0, hcw);
	assert_int_equal(bench_drops(b).illegal_qid, 1);
	expect_alarm(b, sys_syndrome(DLB_ALARM_AID_ILLEGAL_QID, LDB, 0), &hcw);
}

/* Ids that no table has an entry for, of each kind of queue. */
static void
test_queue_ids_out_of_range(void **state)
{
	struct bench *b = *state;
	uint64_t n = 0;

	bench_minimum(b);
	for (unsigned int qid = DLB_MAX_LDB_QUEUES; qid < 256; qid += 7, n++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, qid, 0, 1));
	for (unsigned int qid = b->lim->nb_dir_ports; qid < 256; qid += 5, n++)
		bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, qid, 0, 1));
	assert_int_equal(bench_drops(b).illegal_qid, n);
	assert_int_equal(bench_nb_drops(b), n);
}

static void
test_queue_of_a_domain_not_started(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 7, 1, 1);

	watch_alarms(b);
	bench_dir_port(b, &(struct bench_port){ .id = 7 });
	bench_dir_queue(b, &(struct bench_queue){ .qid = 7, .stopped = true });
	bench_put(b, DIR, 7, hcw);
	assert_int_equal(bench_drops(b).disabled_qid, 1);
	expect_alarm(b, sys_syndrome(DLB_ALARM_AID_DISABLED_QID, DIR, 7), &hcw);
}

/* Permission is of a domain and a queue: another domain's started queue is not ours. */
static void
test_queue_of_another_domain(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_credits(b, 31, 100, 100);
	bench_ldb_queue(b, &(struct bench_queue){ .vas = 31, .qid = 31 });
	bench_ldb_port(b, &(struct bench_port){ .vas = 31, .id = 40 });
	bench_link(b, 40, 7, 31, 7);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 31, 0, 1));
	bench_put(b, LDB, 40, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, 0, 2));
	assert_int_equal(bench_drops(b).disabled_qid, 2);
	bench_put(b, LDB, 40, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 31, 0, 3));
	bench_settle(b);
	bench_expect(b, LDB, 40, 3);
	bench_expect_none(b, LDB, 0);
}

static void
test_queue_not_configured_for_the_type(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw atomic = bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 4, 1, 1);
	struct dlb_hcw ordered = bench_qe(DLB_CMD_NEW, DLB_SCHED_ORDERED, 4, 1, 1);

	watch_alarms(b);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 4, .no_atomic = true });
	bench_put(b, LDB, 0, atomic);
	assert_int_equal(bench_drops(b).illegal_qid_cfg, 1);
	expect_alarm(b, sys_syndrome(DLB_ALARM_AID_ILLEGAL_QID, LDB, 0), &atomic);
	bench_put(b, LDB, 0, ordered);
	assert_int_equal(bench_drops(b).illegal_qid_cfg, 2);
	/* Unordered needs no configuration. */
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 4, 1, 1));
	assert_int_equal(bench_nb_drops(b), 2);
}

static void
test_no_credit(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 1, 1);

	watch_alarms(b);
	bench_credits(b, 0, 0, 0);
	bench_put(b, LDB, 0, hcw);
	assert_int_equal(bench_drops(b).no_credit, 1);
	expect_alarm(b, chp_syndrome(DLB_ALARM_AID_ILLEGAL_ENQ, LDB, 0), &hcw);
	assert_int_equal(bench_get(b, DLB_R_CHP_CFG_CNTR_CHP_ERR_DROP_L, 0), 1);
}

static void
test_completion_with_nothing_outstanding(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_cmd(DLB_CMD_COMP, 0);

	watch_alarms(b);
	bench_put(b, LDB, 0, hcw);
	assert_int_equal(bench_drops(b).excess_completion, 1);
	expect_alarm(b, chp_syndrome(DLB_ALARM_AID_ILLEGAL_ENQ, LDB, 0), &hcw);
	/* A forward is refused as a whole. */
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_FWD, DLB_SCHED_UNORDERED, 0, 0, 1));
	assert_int_equal(bench_drops(b).excess_completion, 2);
	assert_int_equal(bench_settle(b), 0);
}

static void
test_fragment_with_nothing_outstanding(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_qe(DLB_CMD_FRAG, DLB_SCHED_UNORDERED, 0, 0, 1);

	watch_alarms(b);
	bench_put(b, LDB, 0, hcw);
	assert_int_equal(bench_drops(b).illegal_frag, 1);
	expect_alarm(b, chp_syndrome(DLB_ALARM_AID_ILLEGAL_ENQ, LDB, 0), &hcw);
}

static void
test_more_tokens_than_are_out(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_cmd(DLB_CMD_BAT_T, 2);

	watch_alarms(b);
	bench_dir_port(b, &(struct bench_port){ .id = 60 });
	bench_dir_queue(b, &(struct bench_queue){ .qid = 60 });
	bench_put(b, DIR, 60, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 60, 0, 1));
	bench_put(b, DIR, 60, bench_qe(DLB_CMD_NEW, DLB_SCHED_DIRECTED, 60, 0, 2));
	assert_int_equal(bench_settle(b), 2);
	bench_put(b, DIR, 60, hcw);
	assert_int_equal(bench_drops(b).excess_token, 1);
	/* Those that were out are back. */
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_DIR_TKN_CNT, 60), 0);
	expect_alarm(b, chp_syndrome(DLB_ALARM_AID_EXCESS_TOKENS, DIR, 60), &hcw);
}

/* Token and completion of a forward act even if its element is refused. */
static void
test_refused_element_still_completes(void **state)
{
	struct bench *b = *state;

	bench_minimum(b);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ATOMIC, 0, 5, 1));
	assert_int_equal(bench_settle(b), 1);
	bench_put(b, LDB, 0, bench_qe(DLB_CMD_FWD_T, DLB_SCHED_ATOMIC, 99, 5, 2));
	assert_int_equal(bench_drops(b).illegal_qid, 1);
	assert_int_equal(bench_nb_drops(b), 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_INFL_CNT, 0), 0);
	assert_int_equal(bench_get(b, DLB_R_LSP_CQ_LDB_TKN_CNT, 0), 0);
}

/* Of two commands in one write the legal one acts, wherever it stands. */
static void
test_refusal_spares_its_neighbours(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw good = bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1);
	struct dlb_hcw bad = bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 1, 0, 2);
	const struct dlb_hcw line[DLB_HCWS_PER_LINE] = { bad, good, bad, good };

	bench_minimum(b);
	dlbsim_pp_write(b->sim, LDB, 0, line, DLB_HCWS_PER_LINE);
	bench_verify(b);
	assert_int_equal(bench_drops(b).illegal_qid, 2);
	assert_int_equal(bench_settle(b), 2);
}

/* A write that runs out of credits in its middle: the first ones are in. */
static void
test_credits_run_out_inside_a_line(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw hcw = bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1);
	const struct dlb_hcw line[DLB_HCWS_PER_LINE] = { hcw, hcw, hcw, hcw };

	bench_minimum(b);
	bench_enable(b, LDB, 0, false);
	bench_credits(b, 0, 3, 0);
	dlbsim_pp_write(b->sim, LDB, 0, line, DLB_HCWS_PER_LINE);
	bench_verify(b);
	assert_int_equal(bench_drops(b).no_credit, 1);
	assert_int_equal(bench_get(b, DLB_R_LSP_QID_LDB_ENQUEUE_CNT, 0), 3);
}

/* --- reporting ----------------------------------------------------------------------------- */

/*
 * Each ingress check is recorded only if its own enable bit is set; it is counted always, but for the
 * port that is not enabled, which drivers write to as they probe ports.
 */
static void
test_ingress_alarms_heed_their_enables(void **state)
{
	struct bench *b = *state;
	struct {
		uint32_t enable;
		unsigned int port;
		struct dlb_hcw hcw;
	} cases[] = {
		{ BIT(0), 0, bench_cmd((enum dlb_cmd)0x7, 0) },
		{ BIT(1), 1, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 0, 0, 1) },
		{ BIT(3), 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 9, 0, 1) },
		{ BIT(4), 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_UNORDERED, 8, 0, 1) },
		{ BIT(5), 0, bench_qe(DLB_CMD_NEW, DLB_SCHED_ORDERED, 7, 0, 1) },
	};
	unsigned int nb = sizeof(cases) / sizeof(cases[0]);

	watch_alarms(b);
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 7 });
	bench_ldb_queue(b, &(struct bench_queue){ .qid = 8, .stopped = true });
	for (unsigned int i = 0; i < nb; i++) {
		bench_set(b, DLB_R_SYS_INGRESS_ALARM_ENBL, 0, ALL_ALARMS & ~cases[i].enable);
		bench_put(b, LDB, cases[i].port, cases[i].hcw);
		assert_int_equal(bench_get(b, DLB_R_SYS_ALARM_PF_SYND0, 0), 0);
		assert_int_equal(bench_nb_drops(b), 2 * i + 1);
		bench_set(b, DLB_R_SYS_INGRESS_ALARM_ENBL, 0, cases[i].enable);
		bench_put(b, LDB, cases[i].port, cases[i].hcw);
		assert_true((bench_get(b, DLB_R_SYS_ALARM_PF_SYND0, 0) & BIT(31)) != 0);
		bench_set(b, DLB_R_SYS_ALARM_PF_SYND0, 0, UINT32_C(0xC0000000));
	}
	assert_int_equal(bench_get(b, DLB_R_SYS_DLB_SYS_CNT_4, 0), 2 * nb - 1);
}

/* The first error is kept, later ones only set MORE; clearing makes room for the next. */
static void
test_syndrome_keeps_the_first_error(void **state)
{
	struct bench *b = *state;
	struct dlb_hcw first = bench_cmd((enum dlb_cmd)0x4, 0x1111);
	struct dlb_hcw second = bench_cmd((enum dlb_cmd)0x6, 0x2222);
	uint32_t synd0 = sys_syndrome(DLB_ALARM_AID_ILLEGAL_HCW, LDB, 0);

	watch_alarms(b);
	bench_put(b, LDB, 0, first);
	bench_put(b, LDB, 0, second);
	expect_syndrome(b, synd0 | BIT(30), &first);
	bench_set(b, DLB_R_SYS_ALARM_PF_SYND0, 0, BIT(30));
	expect_syndrome(b, synd0, &first);
	bench_set(b, DLB_R_SYS_ALARM_PF_SYND0, 0, UINT32_C(0xC0000000));
	assert_int_equal(bench_get(b, DLB_R_SYS_ALARM_PF_SYND0, 0) & UINT32_C(0xC0000000), 0);
	bench_put(b, LDB, 0, second);
	expect_syndrome(b, synd0, &second);
}

/* One message until software acknowledges; what came in between is announced then. */
static void
test_vector_0_waits_for_its_acknowledgement(void **state)
{
	struct bench *b = *state;

	watch_alarms(b);
	for (unsigned int i = 0; i < 3; i++)
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(b->nb_msix[0], 1);
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, BIT(1));
	assert_int_equal(b->nb_msix[0], 1);
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, BIT(0));
	assert_int_equal(b->nb_msix[0], 2);
	bench_set(b, DLB_R_SYS_MSIX_ACK, 0, BIT(0));
	assert_int_equal(b->nb_msix[0], 2);
	assert_int_equal(bench_get(b, DLB_R_SYS_MSIX_ACK, 0), 0);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(b->nb_msix[0], 3);
}

static void
test_vector_0_passes_its_gate_when_told_to(void **state)
{
	struct bench *b = *state;

	watch_alarms(b);
	bench_set(b, DLB_R_SYS_MSIX_PASSTHRU, 0, BIT(0));
	for (unsigned int i = 0; i < 3; i++)
		bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(b->nb_msix[0], 3);
}

static void
test_masked_vector_0_is_sent_at_unmask(void **state)
{
	struct bench *b = *state;

	watch_alarms(b);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 0, 1);
	bench_put(b, LDB, 0, bench_cmd(DLB_CMD_COMP, 0));
	assert_int_equal(b->nb_msix[0], 0);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 0, 0);
	assert_int_equal(b->nb_msix[0], 1);
	bench_set(b, DLB_R_MSIX_VECTOR_CTRL, 0, 0);
	assert_int_equal(b->nb_msix[0], 1);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ON_BOTH(test_port_that_is_not_enabled),
		ON_BOTH(test_undefined_commands),
		ON_BOTH(test_illegal_command_is_reported),
		ON_BOTH(test_completions_from_a_directed_port),
		ON_BOTH(test_queue_that_does_not_exist),
		ON_BOTH(test_queue_ids_out_of_range),
		ON_BOTH(test_queue_of_a_domain_not_started),
		ON_BOTH(test_queue_of_another_domain),
		ON_BOTH(test_queue_not_configured_for_the_type),
		ON_BOTH(test_no_credit),
		ON_BOTH(test_completion_with_nothing_outstanding),
		ON_BOTH(test_fragment_with_nothing_outstanding),
		ON_BOTH(test_more_tokens_than_are_out),
		ON_BOTH(test_refused_element_still_completes),
		ON_BOTH(test_refusal_spares_its_neighbours),
		ON_BOTH(test_credits_run_out_inside_a_line),
		ON_BOTH(test_ingress_alarms_heed_their_enables),
		ON_BOTH(test_syndrome_keeps_the_first_error),
		ON_BOTH(test_vector_0_waits_for_its_acknowledgement),
		ON_BOTH(test_vector_0_passes_its_gate_when_told_to),
		ON_BOTH(test_masked_vector_0_is_sent_at_unmask),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
