/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Draining: complete elements that a consumer queue (CQ) was given, and return its tokens, in place
 * of software that will not do it any more.
 *
 * The commands go through the port's own producer port (PP), so the PP must be valid and its
 * owner silent. Invariant: never more is given back than the device's own counters say is out, and
 * of a device that talks nonsense no more than fits into them.
 *
 * LDB = load-balanced, DIR = directed.
 */

#include "rm.h"

/* Tokens out of a CQ: the count less what it was started with to make a depth below 8. */
static uint32_t
tokens_out(uint32_t count, unsigned int cq_depth)
{
	uint32_t preload = dlb_cq_token_preload(cq_depth);

	return count > preload ? count - preload : 0;
}

static uint32_t
ldb_cq_tokens(struct dlbrm *rm, unsigned int p)
{
	uint32_t count = rm_read(rm, DLB_R_LSP_CQ_LDB_TKN_CNT, p);

	return tokens_out(FIELD_GET(DLB_F_LSP_CQ_LDB_TKN_CNT_TOKEN_COUNT, count),
			  rm->ldb_ports[p].cq_depth);
}

static uint32_t
dir_cq_tokens(struct dlbrm *rm, unsigned int p)
{
	uint32_t count = rm_read(rm, DLB_R_LSP_CQ_DIR_TKN_CNT, p);

	return tokens_out(FIELD_GET(DLB_F_LSP_CQ_DIR_TKN_CNT_COUNT, count),
			  rm->dir_pairs[p].cq_depth);
}

static void
line_write(struct dlbrm *rm, bool is_ldb, unsigned int p, struct dlb_line *line)
{
	if (!rm->gone)
		rm->io->pp_write(rm->ctx, is_ldb, p, line);
	memset(line, 0, sizeof(*line));
}

/* A command that returns tokens, if there are any to return. */
static struct dlb_hcw
tokens_hcw(uint32_t tokens)
{
	struct dlb_hcw hcw = { .cmd = DLB_CMD_NOOP };

	if (tokens != 0) {
		hcw.cmd = DLB_CMD_BAT_T;
		hcw.lock_id = (uint16_t)FIELD_PREP(DLB_HCW_TOKENS, tokens - 1);
	}
	return hcw;
}

static uint32_t
ldb_cq_inflights(struct dlbrm *rm, unsigned int p)
{
	return FIELD_GET(DLB_F_LSP_CQ_LDB_INFL_CNT_COUNT,
			 rm_read(rm, DLB_R_LSP_CQ_LDB_INFL_CNT, p));
}

/* sequences.rst, LDB CQ drain. */
uint32_t
rm_ldb_cq_drain(struct dlbrm *rm, unsigned int p)
{
	struct dlb_line line;
	uint32_t infl, tokens, i;

	/* Step 1. */
	infl = ldb_cq_inflights(rm, p);
	tokens = ldb_cq_tokens(rm, p);
	if (infl == 0 && tokens == 0)
		return 0;
	/* Step 2. */
	memset(&line, 0, sizeof(line));
	line.hcw[0] = tokens_hcw(tokens);
	for (i = 0; i < infl; i++) {
		line.hcw[i % DLB_HCWS_PER_LINE].cmd |= DLB_HCW_QE_COMP;
		if (i % DLB_HCWS_PER_LINE == DLB_HCWS_PER_LINE - 1)
			line_write(rm, true, p, &line);
	}
	if (infl == 0 || infl % DLB_HCWS_PER_LINE != 0)
		line_write(rm, true, p, &line);
	/* Step 3. */
	if (!rm->gone)
		rm->io->pp_flush(rm->ctx, true, p);
	return infl > tokens ? infl : tokens;
}

/* sequences.rst, DIR CQ drain. */
uint32_t
rm_dir_cq_drain(struct dlbrm *rm, unsigned int p)
{
	uint32_t tokens = dir_cq_tokens(rm, p);
	struct dlb_line line;

	if (tokens == 0)
		return 0;
	memset(&line, 0, sizeof(line));
	line.hcw[0] = tokens_hcw(tokens);
	line_write(rm, false, p, &line);
	if (!rm->gone)
		rm->io->pp_flush(rm->ctx, false, p);
	return tokens;
}

uint32_t
rm_ldb_cq_held(struct dlbrm *rm, unsigned int p)
{
	return ldb_cq_inflights(rm, p) + ldb_cq_tokens(rm, p);
}

uint32_t
rm_dir_cq_held(struct dlbrm *rm, unsigned int p)
{
	return dir_cq_tokens(rm, p);
}
