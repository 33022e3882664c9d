/* SPDX-License-Identifier: (GPL-2.0-only WITH Linux-syscall-note) OR BSD-3-Clause */
/* Copyright(c) 2026 event_dlb contributors */

/*
 * What programs and the kernel driver of a Dynamic Load Balancer (DLB) say to each other.
 *
 * /dev/dlbN is the device file of one physical function. Creating a scheduling domain on it gives
 * a domain file; the domain file gives port files to map. Requests are ioctls: the number in a
 * request code says what is asked, its size how long the caller's structure is. A structure that
 * is shorter than here is taken as if zeroes followed, and only what the caller has is written
 * back; so structures can grow at their ends. Each begins with the response, which is an output.
 *
 * LDB = load-balanced, DIR = directed, PP = producer port (where a program writes elements), CQ =
 * consumer queue (where the device writes elements), QID = queue id, SN = sequence number, CoS =
 * class of service.
 */

#ifndef DLB_UAPI_H
#define DLB_UAPI_H

#ifdef __KERNEL__
#include <linux/build_bug.h>
#else
#include <assert.h>
#endif

#include <linux/ioctl.h>
#include <linux/types.h>

#define DLB_UAPI_NB_COS		4
#define DLB_UAPI_NB_SN_GROUPS	2
#define DLB_UAPI_CPU_MASK_WORDS 2

/* Lengths of the two kinds of mappings; the offset is 0. */
#define DLB_UAPI_PP_BYTES 4096
#define DLB_UAPI_CQ_BYTES 65536

/*
 * Why a request was refused: dlb_response.status, while the error number is EINVAL. Every request
 * zeroes it first.
 */
#define DLB_ST_SUCCESS			       0
#define DLB_ST_NAME_EXISTS		       1
#define DLB_ST_DOMAIN_UNAVAILABLE	       2
#define DLB_ST_LDB_PORTS_UNAVAILABLE	       3
#define DLB_ST_DIR_PORTS_UNAVAILABLE	       4
#define DLB_ST_LDB_QUEUES_UNAVAILABLE	       5
#define DLB_ST_LDB_CREDITS_UNAVAILABLE	       6
#define DLB_ST_DIR_CREDITS_UNAVAILABLE	       7
#define DLB_ST_SEQUENCE_NUMBERS_UNAVAILABLE    8
#define DLB_ST_INVALID_DOMAIN_ID	       9
#define DLB_ST_INVALID_QID_INFLIGHT_ALLOCATION 10
#define DLB_ST_ATOMIC_INFLIGHTS_UNAVAILABLE    11
#define DLB_ST_HIST_LIST_ENTRIES_UNAVAILABLE   12
#define DLB_ST_INVALID_LDB_QUEUE_ID	       13
#define DLB_ST_INVALID_CQ_DEPTH		       14
#define DLB_ST_INVALID_CQ_VIRT_ADDR	       15
#define DLB_ST_INVALID_PORT_ID		       16
#define DLB_ST_INVALID_QID		       17
#define DLB_ST_INVALID_PRIORITY		       18
#define DLB_ST_NO_QID_SLOTS_AVAILABLE	       19
#define DLB_ST_INVALID_DIR_QUEUE_ID	       20
#define DLB_ST_DIR_QUEUES_UNAVAILABLE	       21
#define DLB_ST_DOMAIN_NOT_CONFIGURED	       22
#define DLB_ST_INTERNAL_ERROR		       23
#define DLB_ST_DOMAIN_IN_USE		       24
#define DLB_ST_DOMAIN_NOT_FOUND		       25
#define DLB_ST_QUEUE_NOT_FOUND		       26
#define DLB_ST_DOMAIN_STARTED		       27
#define DLB_ST_DOMAIN_NOT_STARTED	       28
#define DLB_ST_LDB_PORT_REQUIRED	       29
#define DLB_ST_DOMAIN_RESET_FAILED	       30
#define DLB_ST_MBOX_ERROR		       31
#define DLB_ST_INVALID_HIST_LIST_DEPTH	       32
#define DLB_ST_NO_MEMORY		       33
#define DLB_ST_INVALID_LOCK_ID_COMP_LEVEL      34
#define DLB_ST_INVALID_COS_ID		       35
#define DLB_ST_INVALID_CQ_WEIGHT_LIMIT	       36
#define DLB_ST_SN_SLOTS_UNAVAILABLE	       37
#define DLB_ST_FEATURE_UNAVAILABLE	       38
#define DLB_ST_NB			       39

/* The answer, at the start of each structure. */
struct dlb_response {
	__u32 status; /* DLB_ST_* */
	__u32 id;     /* what was made or asked for */
};

/* Requests that have no arguments. */
struct dlb_arg_none {
	struct dlb_response response;
};

/* --- device file ------------------------------------------------------------------------------ */

/* dlb_response.id of DLB_IOC_GET_DEVICE_VERSION. */
#define DLB_UAPI_VERSION_GENERATION 0xff00u /* 2: DLB 2.0, 3: DLB 2.5 */
#define DLB_UAPI_VERSION_REVISION   0x00ffu

/* What the new domain is to own. With cos_strict the ports of a class come from no other. */
struct dlb_arg_create_domain {
	struct dlb_response response; /* id: the domain's */
	__u32 domain_fd;	      /* output: the domain file */
	__u32 padding0;
	__u32 num_ldb_queues;
	__u32 num_ldb_ports; /* of any class, besides those of certain ones */
	__u32 num_cos_ldb_ports[DLB_UAPI_NB_COS];
	__u32 num_dir_ports;
	__u32 num_atomic_inflights;
	__u32 num_hist_list_entries;
	__u32 num_ldb_credits; /* 2.5: all credits, also of DIR queues */
	__u32 num_dir_credits;
	__u8 cos_strict;
	__u8 padding1[3];
	__u32 num_sn_slots[DLB_UAPI_NB_SN_GROUPS];
	__aligned_u64 pcore_mask[DLB_UAPI_CPU_MASK_WORDS]; /* processors of producers: a hint */
	__aligned_u64 core_mask[DLB_UAPI_CPU_MASK_WORDS];  /* of all threads: a hint */
};

/* Output: what a new domain could get. */
struct dlb_arg_num_resources {
	struct dlb_response response;
	__u32 num_sched_domains;
	__u32 num_ldb_queues;
	__u32 num_ldb_ports;
	__u32 num_cos_ldb_ports[DLB_UAPI_NB_COS];
	__u32 num_dir_ports;
	__u32 num_atomic_inflights;
	__u32 num_hist_list_entries;
	__u32 max_contiguous_hist_list_entries;
	__u32 num_ldb_credits;
	__u32 num_dir_credits;
	__u32 num_sn_slots[DLB_UAPI_NB_SN_GROUPS];
};

/* SNs of each ordered queue of a group; with GET the answer is in response.id. */
struct dlb_arg_sn {
	struct dlb_response response;
	__u32 group;
	__u32 num;
};

/* Per cent of the bandwidth of a class; with GET the answer is in response.id. */
struct dlb_arg_cos {
	struct dlb_response response;
	__u32 cos_id;
	__u32 bandwidth;
};

/* What an xstats_type counts: class << 16 | index. */
#define DLB_XSTATS_LDB_QUEUE 1u
#define DLB_XSTATS_LDB_PORT  2u
#define DLB_XSTATS_DIR_PAIR  3u
#define DLB_XSTATS_CLASS     0xffff0000u
#define DLB_XSTATS_INDEX     0x0000ffffu

struct dlb_arg_xstats {
	struct dlb_response response;
	__aligned_u64 xstats_val; /* output */
	__u32 xstats_type;
	__u32 xstats_id; /* queue or port */
};

#define DLB_IOC_MAGIC 'h'

#define DLB_IOC_GET_DEVICE_VERSION  _IOR(DLB_IOC_MAGIC, 0, struct dlb_arg_none)
#define DLB_IOC_CREATE_SCHED_DOMAIN _IOWR(DLB_IOC_MAGIC, 1, struct dlb_arg_create_domain)
#define DLB_IOC_GET_NUM_RESOURCES   _IOR(DLB_IOC_MAGIC, 2, struct dlb_arg_num_resources)
#define DLB_IOC_SET_SN_ALLOCATION   _IOWR(DLB_IOC_MAGIC, 5, struct dlb_arg_sn)
#define DLB_IOC_GET_SN_ALLOCATION   _IOWR(DLB_IOC_MAGIC, 6, struct dlb_arg_sn)
#define DLB_IOC_SET_COS_BW	    _IOWR(DLB_IOC_MAGIC, 7, struct dlb_arg_cos)
#define DLB_IOC_GET_COS_BW	    _IOWR(DLB_IOC_MAGIC, 8, struct dlb_arg_cos)
#define DLB_IOC_GET_SN_OCCUPANCY    _IOWR(DLB_IOC_MAGIC, 9, struct dlb_arg_sn)
#define DLB_IOC_QUERY_CQ_POLL_MODE  _IOR(DLB_IOC_MAGIC, 10, struct dlb_arg_none)
#define DLB_IOC_GET_XSTATS	    _IOWR(DLB_IOC_MAGIC, 11, struct dlb_arg_xstats)

/* dlb_response.id of DLB_IOC_QUERY_CQ_POLL_MODE. */
#define DLB_UAPI_CQ_STANDARD 0 /* a CQ entry each 16 bytes */
#define DLB_UAPI_CQ_SPARSE   1 /* a CQ entry each 64 bytes */

/* --- domain file ------------------------------------------------------------------------------ */

struct dlb_arg_ldb_queue {
	struct dlb_response response; /* id: the queue's */
	__u32 num_sequence_numbers;   /* 0: not ordered */
	__u32 num_qid_inflights;
	__u32 num_atomic_inflights;
	__u32 lock_id_comp_level; /* 0: off; 64..4096, a power of two, or 65536 */
	__u32 depth_threshold;
	__u32 padding0;
};

struct dlb_arg_dir_queue {
	struct dlb_response response; /* id: the queue's */
	__s32 port_id;		      /* a DIR port made before, or -1 */
	__u32 depth_threshold;
};

#define DLB_UAPI_ANY_COS 255

struct dlb_arg_ldb_port {
	struct dlb_response response; /* id: the port's */
	__u16 cq_depth;		      /* a power of two, 1..1024 */
	__u16 cq_depth_threshold;     /* elements that make the CQ interrupt */
	__u16 cq_history_list_size;
	__u8 cos_id; /* or DLB_UAPI_ANY_COS */
	__u8 cos_strict;
	__u8 enable_inflight_ctrl; /* 2.5 */
	__u8 padding0;
	__u16 inflight_threshold; /* 2.5 */
};

struct dlb_arg_dir_port {
	struct dlb_response response; /* id: the port's */
	__u16 cq_depth;
	__u16 cq_depth_threshold;
	__s32 queue_id;	  /* a DIR queue made before, or -1 */
	__u8 is_producer; /* a hint */
	__u8 padding0[3];
};

struct dlb_arg_map_qid {
	struct dlb_response response;
	__u32 port_id;
	__u32 qid;
	__u32 priority; /* 0 (first served)..7 */
	__u32 padding0;
};

struct dlb_arg_unmap_qid {
	struct dlb_response response;
	__u32 port_id;
	__u32 qid;
};

/* A port, or for the depth requests a queue. */
struct dlb_arg_object {
	struct dlb_response response;
	__u32 id;
	__u32 padding0;
};

struct dlb_arg_enable_dir_port {
	struct dlb_response response;
	__u32 port_id;
};

/* Sleep until the CQ entry at cq_va is new: until bit 0 of its last byte is cq_gen. */
struct dlb_arg_block {
	struct dlb_response response;
	__u32 port_id;
	__u8 is_ldb;
	__u8 arm; /* else the program has armed the CQ by its PP */
	__u8 cq_gen;
	__u8 padding0;
	__aligned_u64 cq_va;
};

struct dlb_arg_alert {
	struct dlb_response response;
	__aligned_u64 aux_alert_data;
};

struct dlb_arg_cq_weight {
	struct dlb_response response;
	__u32 port_id;
	__u32 limit;
};

/* An eventfd that a CQ's interrupt counts up, instead of waking who blocks on the CQ. */
struct dlb_arg_cq_eventfd {
	struct dlb_response response; /* id: the port's */
	__u32 port_id;
	__u32 process_id; /* whose descriptor it is */
	__u32 event_fd;
	__u8 is_ldb;
	__u8 padding0[3];
};

struct dlb_arg_inflight_ctrl {
	struct dlb_response response;
	__u32 port_id;
	__u16 enable;
	__u16 threshold;
};

#define DLB_IOC_CREATE_LDB_QUEUE      _IOWR(DLB_IOC_MAGIC, 0, struct dlb_arg_ldb_queue)
#define DLB_IOC_CREATE_DIR_QUEUE      _IOWR(DLB_IOC_MAGIC, 1, struct dlb_arg_dir_queue)
#define DLB_IOC_CREATE_LDB_PORT	      _IOWR(DLB_IOC_MAGIC, 2, struct dlb_arg_ldb_port)
#define DLB_IOC_CREATE_DIR_PORT	      _IOWR(DLB_IOC_MAGIC, 3, struct dlb_arg_dir_port)
#define DLB_IOC_START_DOMAIN	      _IOR(DLB_IOC_MAGIC, 4, struct dlb_arg_none)
#define DLB_IOC_MAP_QID		      _IOWR(DLB_IOC_MAGIC, 5, struct dlb_arg_map_qid)
#define DLB_IOC_UNMAP_QID	      _IOWR(DLB_IOC_MAGIC, 6, struct dlb_arg_unmap_qid)
#define DLB_IOC_ENABLE_LDB_PORT	      _IOWR(DLB_IOC_MAGIC, 7, struct dlb_arg_object)
#define DLB_IOC_ENABLE_DIR_PORT	      _IOWR(DLB_IOC_MAGIC, 8, struct dlb_arg_enable_dir_port)
#define DLB_IOC_DISABLE_LDB_PORT      _IOWR(DLB_IOC_MAGIC, 9, struct dlb_arg_object)
#define DLB_IOC_DISABLE_DIR_PORT      _IOWR(DLB_IOC_MAGIC, 10, struct dlb_arg_object)
#define DLB_IOC_BLOCK_ON_CQ_INTERRUPT _IOWR(DLB_IOC_MAGIC, 11, struct dlb_arg_block)
#define DLB_IOC_ENQUEUE_DOMAIN_ALERT  _IOWR(DLB_IOC_MAGIC, 12, struct dlb_arg_alert)
#define DLB_IOC_GET_LDB_QUEUE_DEPTH   _IOWR(DLB_IOC_MAGIC, 13, struct dlb_arg_object)
#define DLB_IOC_GET_DIR_QUEUE_DEPTH   _IOWR(DLB_IOC_MAGIC, 14, struct dlb_arg_object)
#define DLB_IOC_PENDING_PORT_UNMAPS   _IOWR(DLB_IOC_MAGIC, 15, struct dlb_arg_object)
#define DLB_IOC_GET_LDB_PORT_PP_FD    _IOWR(DLB_IOC_MAGIC, 16, struct dlb_arg_object)
#define DLB_IOC_GET_LDB_PORT_CQ_FD    _IOWR(DLB_IOC_MAGIC, 17, struct dlb_arg_object)
#define DLB_IOC_GET_DIR_PORT_PP_FD    _IOWR(DLB_IOC_MAGIC, 18, struct dlb_arg_object)
#define DLB_IOC_GET_DIR_PORT_CQ_FD    _IOWR(DLB_IOC_MAGIC, 19, struct dlb_arg_object)
#define DLB_IOC_ENABLE_CQ_WEIGHT      _IOWR(DLB_IOC_MAGIC, 20, struct dlb_arg_cq_weight)
#define DLB_IOC_ENABLE_CQ_EPOLL	      _IOWR(DLB_IOC_MAGIC, 21, struct dlb_arg_cq_eventfd)
#define DLB_IOC_SET_CQ_INFLIGHT_CTRL  _IOWR(DLB_IOC_MAGIC, 22, struct dlb_arg_inflight_ctrl)
#define DLB_IOC_STOP_DOMAIN	      _IOR(DLB_IOC_MAGIC, 23, struct dlb_arg_none)

/* What a read of the domain file returns; it asks for exactly as many bytes. */
struct dlb_alert {
	__aligned_u64 alert_id; /* DLB_ALERT_* */
	__aligned_u64 aux_data;
};

#define DLB_ALERT_PP_ILLEGAL_ENQ       0
#define DLB_ALERT_PP_EXCESS_TOKEN_POPS 1
#define DLB_ALERT_ILLEGAL_HCW	       2
#define DLB_ALERT_ILLEGAL_QID	       3
#define DLB_ALERT_DISABLED_QID	       4
#define DLB_ALERT_DEVICE_RESET	       5 /* of every read from then on */
#define DLB_ALERT_USER		       6 /* aux_data is the program's own */
#define DLB_ALERT_CQ_WATCHDOG_TIMEOUT  7
#define DLB_ALERT_OTHER		       8

/* dlb_alert.aux_data of all but DEVICE_RESET and USER. */
#define DLB_ALERT_AUX_PORT   0x00ffu
#define DLB_ALERT_AUX_IS_LDB 0xff00u /* 1: LDB, 0: DIR */

/* --- the layout, checked on both sides -------------------------------------------------------- */

#define DLB_UAPI_SIZE(arg, size) static_assert(sizeof(struct arg) == (size), #arg)
#define DLB_UAPI_AT(arg, member, offset) \
	static_assert(__builtin_offsetof(struct arg, member) == (offset), #arg "." #member)

DLB_UAPI_SIZE(dlb_response, 8);
DLB_UAPI_AT(dlb_response, status, 0);
DLB_UAPI_AT(dlb_response, id, 4);
DLB_UAPI_SIZE(dlb_arg_none, 8);
DLB_UAPI_SIZE(dlb_arg_create_domain, 104);
DLB_UAPI_AT(dlb_arg_create_domain, domain_fd, 8);
DLB_UAPI_AT(dlb_arg_create_domain, num_ldb_queues, 16);
DLB_UAPI_AT(dlb_arg_create_domain, num_ldb_ports, 20);
DLB_UAPI_AT(dlb_arg_create_domain, num_cos_ldb_ports, 24);
DLB_UAPI_AT(dlb_arg_create_domain, num_dir_ports, 40);
DLB_UAPI_AT(dlb_arg_create_domain, num_atomic_inflights, 44);
DLB_UAPI_AT(dlb_arg_create_domain, num_hist_list_entries, 48);
DLB_UAPI_AT(dlb_arg_create_domain, num_ldb_credits, 52);
DLB_UAPI_AT(dlb_arg_create_domain, num_dir_credits, 56);
DLB_UAPI_AT(dlb_arg_create_domain, cos_strict, 60);
DLB_UAPI_AT(dlb_arg_create_domain, num_sn_slots, 64);
DLB_UAPI_AT(dlb_arg_create_domain, pcore_mask, 72);
DLB_UAPI_AT(dlb_arg_create_domain, core_mask, 88);
DLB_UAPI_SIZE(dlb_arg_num_resources, 68);
DLB_UAPI_AT(dlb_arg_num_resources, num_sched_domains, 8);
DLB_UAPI_AT(dlb_arg_num_resources, num_ldb_queues, 12);
DLB_UAPI_AT(dlb_arg_num_resources, num_ldb_ports, 16);
DLB_UAPI_AT(dlb_arg_num_resources, num_cos_ldb_ports, 20);
DLB_UAPI_AT(dlb_arg_num_resources, num_dir_ports, 36);
DLB_UAPI_AT(dlb_arg_num_resources, num_atomic_inflights, 40);
DLB_UAPI_AT(dlb_arg_num_resources, num_hist_list_entries, 44);
DLB_UAPI_AT(dlb_arg_num_resources, max_contiguous_hist_list_entries, 48);
DLB_UAPI_AT(dlb_arg_num_resources, num_ldb_credits, 52);
DLB_UAPI_AT(dlb_arg_num_resources, num_dir_credits, 56);
DLB_UAPI_AT(dlb_arg_num_resources, num_sn_slots, 60);
DLB_UAPI_SIZE(dlb_arg_sn, 16);
DLB_UAPI_AT(dlb_arg_sn, group, 8);
DLB_UAPI_AT(dlb_arg_sn, num, 12);
DLB_UAPI_SIZE(dlb_arg_cos, 16);
DLB_UAPI_AT(dlb_arg_cos, cos_id, 8);
DLB_UAPI_AT(dlb_arg_cos, bandwidth, 12);
DLB_UAPI_SIZE(dlb_arg_xstats, 24);
DLB_UAPI_AT(dlb_arg_xstats, xstats_val, 8);
DLB_UAPI_AT(dlb_arg_xstats, xstats_type, 16);
DLB_UAPI_AT(dlb_arg_xstats, xstats_id, 20);
DLB_UAPI_SIZE(dlb_arg_ldb_queue, 32);
DLB_UAPI_AT(dlb_arg_ldb_queue, num_sequence_numbers, 8);
DLB_UAPI_AT(dlb_arg_ldb_queue, num_qid_inflights, 12);
DLB_UAPI_AT(dlb_arg_ldb_queue, num_atomic_inflights, 16);
DLB_UAPI_AT(dlb_arg_ldb_queue, lock_id_comp_level, 20);
DLB_UAPI_AT(dlb_arg_ldb_queue, depth_threshold, 24);
DLB_UAPI_SIZE(dlb_arg_dir_queue, 16);
DLB_UAPI_AT(dlb_arg_dir_queue, port_id, 8);
DLB_UAPI_AT(dlb_arg_dir_queue, depth_threshold, 12);
DLB_UAPI_SIZE(dlb_arg_ldb_port, 20);
DLB_UAPI_AT(dlb_arg_ldb_port, cq_depth, 8);
DLB_UAPI_AT(dlb_arg_ldb_port, cq_depth_threshold, 10);
DLB_UAPI_AT(dlb_arg_ldb_port, cq_history_list_size, 12);
DLB_UAPI_AT(dlb_arg_ldb_port, cos_id, 14);
DLB_UAPI_AT(dlb_arg_ldb_port, cos_strict, 15);
DLB_UAPI_AT(dlb_arg_ldb_port, enable_inflight_ctrl, 16);
DLB_UAPI_AT(dlb_arg_ldb_port, inflight_threshold, 18);
DLB_UAPI_SIZE(dlb_arg_dir_port, 20);
DLB_UAPI_AT(dlb_arg_dir_port, cq_depth, 8);
DLB_UAPI_AT(dlb_arg_dir_port, cq_depth_threshold, 10);
DLB_UAPI_AT(dlb_arg_dir_port, queue_id, 12);
DLB_UAPI_AT(dlb_arg_dir_port, is_producer, 16);
DLB_UAPI_SIZE(dlb_arg_map_qid, 24);
DLB_UAPI_AT(dlb_arg_map_qid, port_id, 8);
DLB_UAPI_AT(dlb_arg_map_qid, qid, 12);
DLB_UAPI_AT(dlb_arg_map_qid, priority, 16);
DLB_UAPI_SIZE(dlb_arg_unmap_qid, 16);
DLB_UAPI_AT(dlb_arg_unmap_qid, port_id, 8);
DLB_UAPI_AT(dlb_arg_unmap_qid, qid, 12);
DLB_UAPI_SIZE(dlb_arg_object, 16);
DLB_UAPI_AT(dlb_arg_object, id, 8);
DLB_UAPI_SIZE(dlb_arg_enable_dir_port, 12);
DLB_UAPI_AT(dlb_arg_enable_dir_port, port_id, 8);
DLB_UAPI_SIZE(dlb_arg_block, 24);
DLB_UAPI_AT(dlb_arg_block, port_id, 8);
DLB_UAPI_AT(dlb_arg_block, is_ldb, 12);
DLB_UAPI_AT(dlb_arg_block, arm, 13);
DLB_UAPI_AT(dlb_arg_block, cq_gen, 14);
DLB_UAPI_AT(dlb_arg_block, cq_va, 16);
DLB_UAPI_SIZE(dlb_arg_alert, 16);
DLB_UAPI_AT(dlb_arg_alert, aux_alert_data, 8);
DLB_UAPI_SIZE(dlb_arg_cq_weight, 16);
DLB_UAPI_AT(dlb_arg_cq_weight, port_id, 8);
DLB_UAPI_AT(dlb_arg_cq_weight, limit, 12);
DLB_UAPI_SIZE(dlb_arg_cq_eventfd, 24);
DLB_UAPI_AT(dlb_arg_cq_eventfd, port_id, 8);
DLB_UAPI_AT(dlb_arg_cq_eventfd, process_id, 12);
DLB_UAPI_AT(dlb_arg_cq_eventfd, event_fd, 16);
DLB_UAPI_AT(dlb_arg_cq_eventfd, is_ldb, 20);
DLB_UAPI_SIZE(dlb_arg_inflight_ctrl, 16);
DLB_UAPI_AT(dlb_arg_inflight_ctrl, port_id, 8);
DLB_UAPI_AT(dlb_arg_inflight_ctrl, enable, 12);
DLB_UAPI_AT(dlb_arg_inflight_ctrl, threshold, 14);
DLB_UAPI_SIZE(dlb_alert, 16);
DLB_UAPI_AT(dlb_alert, alert_id, 0);
DLB_UAPI_AT(dlb_alert, aux_data, 8);

#undef DLB_UAPI_SIZE
#undef DLB_UAPI_AT

#endif /* DLB_UAPI_H */
