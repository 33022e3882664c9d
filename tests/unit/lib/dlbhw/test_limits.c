/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The limits of both versions: their numbers, that the sizes of register arrays agree with them,
 * and that the sizes of our own arrays suffice for both.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "dlb_hcw.h"
#include "dlb_regs.h"

static void
test_what_differs_between_versions(void **state)
{
	const struct dlb_limits *v20 = &dlb_limits[DLB_V2_0], *v25 = &dlb_limits[DLB_V2_5];

	(void)state;
	assert_string_equal(v20->name, "2.0");
	assert_string_equal(v25->name, "2.5");
	assert_int_equal(v20->pci_device_id, 0x2710);
	assert_int_equal(v25->pci_device_id, 0x2714);
	assert_int_equal(v20->nb_dir_ports, 64);
	assert_int_equal(v25->nb_dir_ports, 96);
	assert_int_equal(v20->ldb_credits, 8192);
	assert_int_equal(v20->dir_credits, 4096);
	assert_int_equal(v25->ldb_credits, 16384);
	assert_int_equal(v25->dir_credits, 0);
	assert_false(v20->combined_credits);
	assert_true(v25->combined_credits);
	assert_true(v25->has_cq_weight && v25->has_inflight_threshold);
	assert_true(v25->has_fragments && v25->has_wrr_slots);
	assert_false(v20->has_cq_weight || v20->has_inflight_threshold);
	assert_false(v20->has_fragments || v20->has_wrr_slots);
	assert_int_equal(v20->nb_ims, 0);
	assert_int_equal(v25->nb_ims, 160);
}

static void
test_what_both_versions_share(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		const struct dlb_limits *limits = &dlb_limits[ver];

		assert_int_equal(limits->nb_domains, 32);
		assert_int_equal(limits->nb_ldb_queues, 32);
		assert_int_equal(limits->nb_ldb_ports, 64);
		assert_int_equal(limits->nb_cos, 4);
		assert_int_equal(limits->nb_slots, 8);
		assert_int_equal(limits->nb_vdevs, 16);
		assert_int_equal(limits->nb_msix, 65);
		assert_int_equal(limits->hist_list_entries, 2048);
		assert_int_equal(limits->aqed_entries, 2048);
		assert_int_equal(limits->max_qid_inflights, 2048);
		assert_int_equal(limits->sn_groups, 2);
		assert_int_equal(limits->sns_per_group, 1024);
		assert_int_equal(limits->max_cq_depth, 1024);
		assert_int_equal(limits->min_cq_ring, 8);
	}
}

static void
assert_count(enum dlb_version ver, enum dlb_reg reg, uint32_t count)
{
	assert_int_equal(dlb_reg_descs[reg].count[ver], count);
}

static void
test_register_arrays_have_the_sizes_of_what_they_describe(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		const struct dlb_limits *l = &dlb_limits[ver];
		uint32_t one_pool = l->combined_credits ? l->nb_domains : 0;
		uint32_t two_pools = l->combined_credits ? 0 : l->nb_domains;

		assert_count(ver, DLB_R_SYS_LDB_PP_V, l->nb_ldb_ports);
		assert_count(ver, DLB_R_SYS_DIR_PP_V, l->nb_dir_ports);
		assert_count(ver, DLB_R_SYS_LDB_QID_V, l->nb_ldb_queues);
		assert_count(ver, DLB_R_SYS_DIR_QID_V, l->nb_dir_ports);
		assert_count(ver, DLB_R_SYS_LDB_VASQID_V, l->nb_domains * l->nb_ldb_queues);
		assert_count(ver, DLB_R_SYS_DIR_VASQID_V, l->nb_domains * l->nb_dir_ports);
		assert_count(ver, DLB_R_SYS_VF_LDB_VPP_V, l->nb_vdevs * l->nb_ldb_ports);
		assert_count(ver, DLB_R_SYS_VF_DIR_VPP_V, l->nb_vdevs * l->nb_dir_ports);
		assert_count(ver, DLB_R_SYS_VF_LDB_VQID_V, l->nb_vdevs * l->nb_ldb_queues);
		assert_count(ver, DLB_R_CHP_HIST_LIST_0, l->hist_list_entries);
		assert_count(ver, DLB_R_LSP_CQ2PRIOV, l->nb_ldb_ports);
		assert_count(ver, DLB_R_LSP_CFG_SHDW_RANGE_COS, l->nb_cos);
		assert_count(ver, DLB_R_RO_GRP_0_SLT_SHFT, DLB_MAX_SN_SLOTS);
		assert_count(ver, DLB_R_MSIX_VECTOR_CTRL, l->nb_msix);
		assert_count(ver, DLB_R_SYS_AI_CTRL, l->nb_ims);
		assert_count(ver, DLB_R_CHP_CFG_VAS_CRD, one_pool);
		assert_count(ver, DLB_R_CHP_CFG_LDB_VAS_CRD, two_pools);
		assert_count(ver, DLB_R_CHP_CFG_DIR_VAS_CRD, two_pools);
		assert_count(ver, DLB_R_LSP_CFG_CQ_LDB_WU_LIMIT,
			     l->has_cq_weight ? l->nb_ldb_ports : 0);
		assert_count(ver, DLB_R_LSP_CQ_LDB_INFL_THRESH,
			     l->has_inflight_threshold ? l->nb_ldb_ports : 0);
	}
}

/* A limit must fit the register field that it is written to. */
static void
test_limits_fit_their_fields(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		const struct dlb_limits *limits = &dlb_limits[ver];

		assert_true(limits->max_qid_inflights <=
			    dlb_reg_descs[DLB_R_LSP_QID_LDB_INFL_LIM].fields[ver]);
		assert_true(limits->aqed_entries <=
			    dlb_reg_descs[DLB_R_LSP_QID_AQED_ACTIVE_LIM].fields[ver]);
		assert_true(limits->hist_list_entries <=
			    dlb_reg_descs[DLB_R_LSP_CQ_LDB_INFL_LIM].fields[ver]);
		assert_true(limits->max_cq_depth <=
			    dlb_reg_descs[DLB_R_LSP_CQ_LDB_TKN_CNT].fields[ver]);
		assert_true(limits->max_cq_depth <=
			    dlb_reg_descs[DLB_R_LSP_CQ_DIR_TKN_CNT].fields[ver]);
	}
}

static void
test_array_sizes_suffice_for_both_versions(void **state)
{
	(void)state;
	for (enum dlb_version ver = DLB_V2_0; ver < DLB_NB_VERSIONS; ver++) {
		const struct dlb_limits *limits = &dlb_limits[ver];

		assert_true(limits->nb_domains <= DLB_MAX_DOMAINS);
		assert_true(limits->nb_ldb_queues <= DLB_MAX_LDB_QUEUES);
		assert_true(limits->nb_ldb_ports <= DLB_MAX_LDB_PORTS);
		assert_true(limits->nb_dir_ports <= DLB_MAX_DIR_PORTS);
		assert_true(limits->nb_cos <= DLB_NB_COS);
		assert_true(limits->nb_slots <= DLB_NB_SLOTS);
		assert_true(limits->hist_list_entries <= DLB_MAX_HIST_LIST);
		assert_true(limits->ldb_credits + limits->dir_credits <= DLB_MAX_CREDITS);
	}
}

static void
test_sequence_numbers_of_a_group_by_mode(void **state)
{
	static const uint32_t sns[] = { 64, 128, 256, 512, 1024 };
	static const uint32_t slots[] = { 16, 8, 4, 2, 1 };

	(void)state;
	for (uint32_t mode = 0; mode <= DLB_MAX_SN_MODE; mode++) {
		assert_int_equal(dlb_sn_mode_sns(mode), sns[mode]);
		assert_int_equal(dlb_sn_mode_slots(mode), slots[mode]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_differs_between_versions),
		cmocka_unit_test(test_what_both_versions_share),
		cmocka_unit_test(test_register_arrays_have_the_sizes_of_what_they_describe),
		cmocka_unit_test(test_limits_fit_their_fields),
		cmocka_unit_test(test_array_sizes_suffice_for_both_versions),
		cmocka_unit_test(test_sequence_numbers_of_a_group_by_mode),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
