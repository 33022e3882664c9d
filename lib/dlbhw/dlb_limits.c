/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * The limits of both versions of the device, see dlb_limits.h.
 */

#include "dlb_limits.h"

#include "dlb_hcw.h"

const struct dlb_limits dlb_limits[DLB_NB_VERSIONS] = {
	[DLB_V2_0] = {
		.name = "2.0",
		.pci_device_id = 0x2710,
		.nb_domains = DLB_MAX_DOMAINS,
		.nb_ldb_queues = DLB_MAX_LDB_QUEUES,
		.nb_ldb_ports = DLB_MAX_LDB_PORTS,
		.nb_dir_ports = 64,
		.nb_cos = DLB_NB_COS,
		.nb_slots = DLB_NB_SLOTS,
		.nb_vdevs = DLB_MAX_VDEVS,
		.nb_msix = DLB_NB_MSIX,
		.nb_ims = 0,
		.ldb_credits = 8192,
		.dir_credits = 4096,
		.hist_list_entries = DLB_MAX_HIST_LIST,
		.aqed_entries = DLB_MAX_AQED,
		.max_qid_inflights = DLB_MAX_QID_INFLIGHTS,
		.sn_groups = DLB_NB_SN_GROUPS,
		.sns_per_group = DLB_SNS_PER_GROUP,
		.max_cq_depth = DLB_MAX_CQ_DEPTH,
		.min_cq_ring = DLB_MIN_CQ_RING,
	},
	[DLB_V2_5] = {
		.name = "2.5",
		.pci_device_id = 0x2714,
		.nb_domains = DLB_MAX_DOMAINS,
		.nb_ldb_queues = DLB_MAX_LDB_QUEUES,
		.nb_ldb_ports = DLB_MAX_LDB_PORTS,
		.nb_dir_ports = 96,
		.nb_cos = DLB_NB_COS,
		.nb_slots = DLB_NB_SLOTS,
		.nb_vdevs = DLB_MAX_VDEVS,
		.nb_msix = DLB_NB_MSIX,
		.nb_ims = 160,
		.ldb_credits = 16384,
		.dir_credits = 0,
		.hist_list_entries = DLB_MAX_HIST_LIST,
		.aqed_entries = DLB_MAX_AQED,
		.max_qid_inflights = DLB_MAX_QID_INFLIGHTS,
		.sn_groups = DLB_NB_SN_GROUPS,
		.sns_per_group = DLB_SNS_PER_GROUP,
		.max_cq_depth = DLB_MAX_CQ_DEPTH,
		.min_cq_ring = DLB_MIN_CQ_RING,
		.combined_credits = true,
		.has_cq_weight = true,
		.has_inflight_threshold = true,
		.has_fragments = true,
		.has_wrr_slots = true,
	},
};
