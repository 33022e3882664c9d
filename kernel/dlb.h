/* SPDX-License-Identifier: GPL-2.0-only */
/* Copyright(c) 2026 event_dlb contributors */

/*
 * What the files of the driver share.
 *
 * Three objects: a device for each physical function, scheduling domains of a device, ports of a
 * domain. A domain lives as long as a file of it or of one of its ports is open or mapped; a
 * device as long as it is bound to the driver or one of its domains lives. Locks are taken in this
 * order, and memory of user space is touched only under the first:
 *
 *   wait_lock	a port's: one waits for its CQ at a time
 *   mmap_lock	the kernel's, where a port is mapped or touched; never together with the next
 *   lock	the device's: its resource manager, its domains, whether requests are served
 *   map_lock	the device's: whether what is mapped can be touched
 *   ports_lock	the device's: which port an interrupt is for; never held while sleeping
 *
 * LDB = load-balanced, DIR = directed, PP = producer port, CQ = consumer queue, SN = sequence
 * number, CoS = class of service.
 */

#ifndef DLB_H
#define DLB_H

#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fs.h>
#include <linux/kfifo.h>
#include <linux/kref.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/pci.h>
#include <linux/rwsem.h>
#include <linux/spinlock.h>
#include <linux/wait.h>
#include <linux/workqueue.h>

#include "dlb_uapi.h"
#include "dlbrm.h"

/* The interface, of which this is an implementation, has this version. */
#define DLB_VERSION_TEXT "8.8.0-event_dlb"

#define DLB_NB_ALERTS 256 /* kept for a reader; a power of two */

enum dlb_vector {
	DLB_VECTOR_ALARM,
	DLB_VECTOR_CQ,
	DLB_NB_VECTORS,
};

enum dlb_state {
	DLB_READY,
	DLB_RESETTING, /* between the kernel's reset_prepare and reset_done */
	DLB_DEAD,      /* did not start after a reset, or when it was woken */
	DLB_UNBOUND,   /* the driver has let the function go; files are still open */
};

struct dlb_device {
	struct device dev; /* in the class; its release frees this structure */
	struct cdev cdev;
	struct pci_dev *pdev;
	int id; /* N of dlbN */
	enum dlb_version version;
	const struct dlb_limits *limits;
	void __iomem *func;  /* registers of BAR 0 */
	void __iomem *csr;   /* BAR 2 */
	void __iomem *pp;    /* the producer ports of BAR 0 */
	struct inode *inode; /* all mappings of ports are its mappings, and can be found by it */

	struct mutex lock; /* of all that follows, up to the next lock */
	enum dlb_state state;
	struct dlbrm rm;
	struct list_head domains;
	unsigned int nb_live_domains; /* those that have a file; written under the lock */
	wait_queue_head_t idle;	      /* wakes when one of them is gone */
	bool drain_failed;	      /* what a domain held could not be taken back */
	bool alarms_on;
	u32 sns_per_queue[DLB_NB_SN_GROUPS];
	u32 sn_slots_lent[DLB_NB_SN_GROUPS]; /* to domains, whether a queue has them or not */
	u8 cos_percent[DLB_NB_COS];
	unsigned int nb_power_users; /* each holds a reference of runtime power management */
	struct delayed_work map_work;
	unsigned long alarm_second; /* in jiffies: when nb_alarms began */
	unsigned int nb_alarms;

	struct rw_semaphore map_lock; /* read while a page is being mapped */

	spinlock_t ports_lock; /* the tables, and the ports' eventfds */
	struct dlb_port *ldb_ports[DLB_MAX_LDB_PORTS];
	struct dlb_port *dir_ports[DLB_MAX_DIR_PORTS];
};

struct dlb_domain {
	struct kref files; /* the domain file and the port files */
	struct dlb_device *dlb;
	struct list_head node;
	struct list_head ports;
	unsigned int id;
	bool valid; /* not lost in a reset; written under the lock, once, and read without */
	bool started;
	bool released;	  /* the last file is gone, but its memory may still be written to */
	bool is_unmapped; /* invalid, and what is mapped cannot be touched; under map_lock */
	bool is_past;	  /* invalid, and the device has been reset since: nothing writes there */
	u32 sn_slots[DLB_NB_SN_GROUPS];
	u32 sn_slots_used[DLB_NB_SN_GROUPS];
	spinlock_t alerts_lock; /* of the queue */
	wait_queue_head_t alerts_wait;
	DECLARE_KFIFO(alerts, struct dlb_alert, DLB_NB_ALERTS);
};

struct dlb_port {
	struct dlb_domain *dom;
	struct list_head node;
	bool is_ldb;
	bool enabled; /* written under the lock, read without */
	u8 id;
	u16 hist_list_size;
	struct page *cq;
	dma_addr_t cq_iova;
	struct mutex wait_lock; /* one waits for the CQ at a time */
	wait_queue_head_t wait;
	atomic_t nb_interrupts;
	struct eventfd_ctx *eventfd;
};

/* One request from user space. */
struct dlb_call {
	struct dlb_device *dlb;
	struct dlb_domain *dom; /* NULL of a device file's */
	union {
		u8 bytes[sizeof(struct dlb_arg_create_domain)]; /* the longest */
		struct dlb_response response;
		struct dlb_arg_create_domain create_domain;
		struct dlb_arg_num_resources num_resources;
		struct dlb_arg_sn sn;
		struct dlb_arg_cos cos;
		struct dlb_arg_xstats xstats;
		struct dlb_arg_ldb_queue ldb_queue;
		struct dlb_arg_dir_queue dir_queue;
		struct dlb_arg_ldb_port ldb_port;
		struct dlb_arg_dir_port dir_port;
		struct dlb_arg_map_qid map_qid;
		struct dlb_arg_unmap_qid unmap_qid;
		struct dlb_arg_object object;
		struct dlb_arg_block block;
		struct dlb_arg_alert alert;
		struct dlb_arg_cq_weight cq_weight;
		struct dlb_arg_cq_eventfd cq_eventfd;
		struct dlb_arg_inflight_ctrl inflight_ctrl;
	};
	/* What the caller is given when it has got its structure back, not before. */
	struct file *file;
	int fd;
};

/* What a request means. Of its code only the number counts, and the size as a bound. */
struct dlb_request {
	unsigned int code;
	int (*handle)(struct dlb_call *call);
	bool unlocked; /* takes the lock itself, where it needs it */
	bool in_reset; /* is served even while the device is being reset */
};

/* Refuse a request for a reason that its caller is told. */
static inline int dlb_refuse(struct dlb_call *call, u32 status)
{
	call->response.status = status;
	return -EINVAL;
}

/* main.c */
extern unsigned int dlb_reset_timeout_s;
extern bool dlb_wdto_disable;

int dlb_power_get(struct dlb_device *dlb);
void dlb_power_get_locked(struct dlb_device *dlb);
void dlb_power_put(struct dlb_device *dlb);
void dlb_power_put_locked(struct dlb_device *dlb);

/* hw.c */
int dlb_hw_map(struct dlb_device *dlb);
int dlb_hw_reset(struct dlb_device *dlb);
int dlb_hw_start(struct dlb_device *dlb);
u32 dlb_hw_read(struct dlb_device *dlb, enum dlb_reg reg, unsigned int i);
phys_addr_t dlb_hw_pp_address(const struct dlb_device *dlb, const struct dlb_port *port);

/* ioctl.c */
int dlb_state_error(const struct dlb_device *dlb);
long dlb_ioctl(struct dlb_device *dlb, struct dlb_domain *dom, const struct dlb_request *requests,
	       unsigned int nb_requests, unsigned int cmd, void __user *arg);
int dlb_call_file(struct dlb_call *call, const char *name, const struct file_operations *fops,
		  void *private);

/* device.c */
extern const struct file_operations dlb_device_fops;

void dlb_resources_total(const struct dlb_device *dlb, struct dlb_arg_num_resources *res);
void dlb_resources_free(const struct dlb_device *dlb, struct dlb_arg_num_resources *res);
int dlb_sn_set(struct dlb_device *dlb, u32 group, u32 sns_per_queue);
int dlb_cos_set(struct dlb_device *dlb, u32 cos, u32 percent);

/* domain.c */
int dlb_domain_create(struct dlb_call *call);
void dlb_domain_put(struct dlb_domain *dom);
void dlb_domains_invalidate(struct dlb_device *dlb);
void dlb_domains_forget(struct dlb_device *dlb);
void dlb_map_work(struct work_struct *work);

/* queue.c */
int dlb_ldb_queue_create(struct dlb_call *call);
int dlb_dir_queue_create(struct dlb_call *call);
int dlb_qid_map(struct dlb_call *call);
int dlb_qid_unmap(struct dlb_call *call);
int dlb_unmaps_pending(struct dlb_call *call);
int dlb_ldb_queue_depth(struct dlb_call *call);
int dlb_dir_queue_depth(struct dlb_call *call);

/* port.c */
int dlb_ldb_port_create(struct dlb_call *call);
int dlb_dir_port_create(struct dlb_call *call);
int dlb_ldb_port_enable(struct dlb_call *call);
int dlb_ldb_port_disable(struct dlb_call *call);
int dlb_dir_port_enable(struct dlb_call *call);
int dlb_dir_port_disable(struct dlb_call *call);
int dlb_cq_weight_set(struct dlb_call *call);
int dlb_inflight_ctrl_set(struct dlb_call *call);
struct dlb_port *dlb_port_find(struct dlb_domain *dom, bool is_ldb, u32 id);
void dlb_ports_detach(struct dlb_domain *dom);
void dlb_ports_free_memory(struct dlb_domain *dom);
void dlb_ports_free(struct dlb_domain *dom);

/* map.c */
int dlb_map_init(void);
void dlb_map_exit(void);
struct inode *dlb_map_inode(void);
void dlb_map_zap(struct dlb_device *dlb);
int dlb_ldb_pp_file(struct dlb_call *call);
int dlb_ldb_cq_file(struct dlb_call *call);
int dlb_dir_pp_file(struct dlb_call *call);
int dlb_dir_cq_file(struct dlb_call *call);

/* irq.c */
int dlb_irq_init(struct dlb_device *dlb);
void dlb_irq_exit(struct dlb_device *dlb);
void dlb_irq_disable(struct dlb_device *dlb);
void dlb_irq_enable(struct dlb_device *dlb);

/* wait.c */
int dlb_cq_block(struct dlb_call *call);
int dlb_cq_eventfd(struct dlb_call *call);
void dlb_cq_wake(struct dlb_port *port);

/* alert.c */
void dlb_alert_add(struct dlb_domain *dom, u64 id, u64 aux);
void dlb_alert_add_port(struct dlb_domain *dom, u64 id, bool is_ldb, u8 port);
int dlb_alert_enqueue(struct dlb_call *call);
ssize_t dlb_alert_read(struct file *file, char __user *buf, size_t len, loff_t *offset);
__poll_t dlb_alert_poll(struct file *file, struct poll_table_struct *table);

/* sysfs.c */
void dlb_sysfs_init(void);

extern const struct attribute_group *dlb_attribute_groups[];

#endif /* DLB_H */
