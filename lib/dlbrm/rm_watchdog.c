/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Watchdogs of consumer queues (CQ): they find a port whose software reads nothing any more.
 *
 * One sampler for the load-balanced (LDB) CQs and one for the directed (DIR) ones visit all CQs in
 * turn; a CQ that holds elements at as many visits as the threshold says has timed out. What to
 * do about it is its user's business.
 */

#include "rm.h"

#define BITS_PER_WORD 32

/*
 * Time-out = 64 CQs * threshold * (interval + 1) ticks of 10 ns; with the 96 directed CQs of 2.5
 * half as much again.
 */
static const struct {
	uint32_t threshold;
	uint32_t interval;
} timeouts[] = {
	[DLBRM_WATCHDOG_1S] = { .threshold = 24, .interval = 0xFFFF },
	[DLBRM_WATCHDOG_10S] = { .threshold = 30, .interval = 0x7FFFF },
	[DLBRM_WATCHDOG_40S] = { .threshold = 30, .interval = 0x1FFFFF },
};

/* 32 CQs: the register that says who timed out, and the one where writing 1 watches them again. */
struct watchdog_word {
	enum dlb_reg timed_out;
	enum dlb_reg disabled;
};

static const struct watchdog_word ldb_words[] = {
	{ DLB_R_CHP_CFG_LDB_WDTO_0, DLB_R_CHP_CFG_LDB_WD_DISABLE0 },
	{ DLB_R_CHP_CFG_LDB_WDTO_1, DLB_R_CHP_CFG_LDB_WD_DISABLE1 },
};

static const struct watchdog_word dir_words[] = {
	{ DLB_R_CHP_CFG_DIR_WDTO_0, DLB_R_CHP_CFG_DIR_WD_DISABLE0 },
	{ DLB_R_CHP_CFG_DIR_WDTO_1, DLB_R_CHP_CFG_DIR_WD_DISABLE1 },
	{ DLB_R_CHP_CFG_DIR_WDTO_2, DLB_R_CHP_CFG_DIR_WD_DISABLE2 },
};

/* sequences.rst, Watchdogs, setting. */
int
dlbrm_watchdog_set(struct dlbrm *rm, enum dlbrm_watchdog_timeout timeout)
{
	uint32_t interval = 0;

	if ((unsigned int)timeout >= sizeof(timeouts) / sizeof(timeouts[0]))
		return -EINVAL;
	if (timeout != DLBRM_WATCHDOG_OFF)
		interval = FIELD_PREP(DLB_F_CHP_CFG_LDB_WD_ENB_INTERVAL_SAMPLE_INTERVAL,
				      timeouts[timeout].interval) |
			   DLB_F_CHP_CFG_LDB_WD_ENB_INTERVAL_ENB;
	rm_write(rm, DLB_R_CHP_CFG_DIR_WD_THRESHOLD, 0, timeouts[timeout].threshold);
	rm_write(rm, DLB_R_CHP_CFG_LDB_WD_THRESHOLD, 0, timeouts[timeout].threshold);
	rm_write(rm, DLB_R_CHP_CFG_DIR_WD_ENB_INTERVAL, 0, interval);
	rm_write(rm, DLB_R_CHP_CFG_LDB_WD_ENB_INTERVAL, 0, interval);
	return rm_status(rm);
}

/* sequences.rst, Watchdogs, watching a CQ. */
int
dlbrm_cq_watchdog_enable(struct dlbrm *rm, unsigned int domain, bool is_ldb, unsigned int port)
{
	const struct watchdog_word *words = is_ldb ? ldb_words : dir_words;
	int ret = rm_domain_check(rm, domain, RM_IN_USABLE);

	if (ret == 0)
		ret = is_ldb ? rm_ldb_port_check(rm, domain, port)
			     : rm_dir_port_check(rm, domain, port);
	if (ret != 0)
		return ret;
	rm_write(rm, is_ldb ? DLB_R_CHP_LDB_CQ_WD_ENB : DLB_R_CHP_DIR_CQ_WD_ENB, port, 1);
	rm_write(rm, words[port / BITS_PER_WORD].disabled, 0, (uint32_t)BIT(port % BITS_PER_WORD));
	return 0;
}

static uint32_t
word_read(struct dlbrm *rm, const struct watchdog_word *word)
{
	return rm_has(rm, word->timed_out) ? rm_read(rm, word->timed_out, 0) : 0;
}

/* Clear what was read and watch those CQs again. A word that is 0 may be one that is lacking. */
static void
words_rearm(struct dlbrm *rm, const struct watchdog_word *words, const uint32_t *values,
	    unsigned int nb_words)
{
	unsigned int i;

	for (i = 0; i < nb_words; i++)
		if (values[i] != 0)
			rm_write(rm, words[i].timed_out, 0, values[i]);
	rm_flush(rm);
	for (i = 0; i < nb_words; i++)
		if (values[i] != 0)
			rm_write(rm, words[i].disabled, 0, values[i]);
}

#define NB(list) (sizeof(list) / sizeof((list)[0]))

/* sequences.rst, Watchdogs, time-out. */
void
rm_watchdog_collect(struct dlbrm *rm, struct dlbrm_ports *timed_out)
{
	unsigned int i;

	for (i = 0; i < NB(dir_words); i++)
		timed_out->dir[i] = word_read(rm, &dir_words[i]);
	for (i = 0; i < NB(ldb_words); i++)
		timed_out->ldb[i] = word_read(rm, &ldb_words[i]);
	words_rearm(rm, dir_words, timed_out->dir, NB(dir_words));
	words_rearm(rm, ldb_words, timed_out->ldb, NB(ldb_words));
}
