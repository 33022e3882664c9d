/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * How much of everything a device has, and which switches its version has.
 *
 * All that differs between DLB 2.0 and 2.5 besides the registers is in one constant structure for
 * each version; code asks the structure and never compares versions. The DLB_MAX_* are the larger
 * of the two, for the sizes of arrays. What is policy of a driver and no limit of the hardware
 * does not belong here.
 */

#ifndef DLB_LIMITS_H
#define DLB_LIMITS_H

#include "dlb_bits.h"

/* Index of the tables that have one entry for each version. */
enum dlb_version {
	DLB_V2_0 = 0,
	DLB_V2_5 = 1,
	DLB_NB_VERSIONS,
};

#define DLB_PCI_VENDOR_ID  0x8086
#define DLB_PCI_CLASS_CODE 0x0B4000
#define DLB_FUNC_BAR_BYTES 0x4000000ull
#define DLB_CSR_BAR_BYTES  0x100000000ull

/* Same in both versions. */
#define DLB_MAX_DOMAINS	      32
#define DLB_MAX_LDB_QUEUES    32
#define DLB_MAX_LDB_PORTS     64
#define DLB_NB_COS	      4
#define DLB_LDB_PORTS_PER_COS (DLB_MAX_LDB_PORTS / DLB_NB_COS)
#define DLB_NB_SLOTS	      8
#define DLB_MAX_HIST_LIST     2048
#define DLB_MAX_AQED	      2048
#define DLB_MAX_QID_INFLIGHTS 2048
#define DLB_NB_SN_GROUPS      2
#define DLB_SNS_PER_GROUP     1024
#define DLB_MIN_SNS_PER_QUEUE 64
#define DLB_MAX_SN_SLOTS      (DLB_SNS_PER_GROUP / DLB_MIN_SNS_PER_QUEUE)
#define DLB_MAX_SN_MODE	      4
#define DLB_MAX_VDEVS	      16
#define DLB_NB_MSIX	      65

/* The larger of both versions. */
#define DLB_MAX_DIR_PORTS 96
#define DLB_MAX_CREDITS	  16384

struct dlb_limits {
	const char *name;
	uint16_t pci_device_id;
	uint16_t nb_domains; /* scheduling domains, VAS in register names */
	uint16_t nb_ldb_queues;
	uint16_t nb_ldb_ports;
	uint16_t nb_dir_ports; /* and as many directed queues: queue n feeds port n */
	uint16_t nb_cos;       /* classes of service; port p is of class p / (ports / classes) */
	uint16_t nb_slots;     /* queues that one LDB port can be linked to */
	uint16_t nb_vdevs;     /* virtual functions or devices */
	uint16_t nb_msix;      /* interrupt vectors: alarms, then one for each LDB port */
	uint16_t nb_ims;       /* entries of the interrupt message store */
	uint32_t ldb_credits;  /* or all credits, where combined */
	uint32_t dir_credits;  /* 0 where combined */
	uint32_t hist_list_entries;
	uint32_t aqed_entries; /* atomic QEs next in line for scheduling */
	uint32_t max_qid_inflights;
	uint32_t sn_groups; /* groups of sequence numbers, SN */
	uint32_t sns_per_group;
	uint32_t max_cq_depth;
	uint32_t min_cq_ring;  /* entries of the smallest CQ's ring */
	bool combined_credits; /* one pool of credits serves LDB and DIR queues */
	bool has_cq_weight;    /* a CQ can be limited to a sum of QE weights */
	bool has_inflight_threshold;
	bool has_fragments; /* offered to applications */
	bool has_wrr_slots; /* slots of a CQ can take turns by count */
};

extern const struct dlb_limits dlb_limits[DLB_NB_VERSIONS];

/* SNs of a queue in a group of this mode (0..4), and how many such queues the group serves. */
static inline uint32_t
dlb_sn_mode_sns(uint32_t mode)
{
	return DLB_MIN_SNS_PER_QUEUE << mode;
}

static inline uint32_t
dlb_sn_mode_slots(uint32_t mode)
{
	return DLB_MAX_SN_SLOTS >> mode;
}

#endif /* DLB_LIMITS_H */
