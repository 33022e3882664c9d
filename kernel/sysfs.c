// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * The files of a device in sysfs, in the folder of its PCI function: what it is, what it has and
 * what of that is free, and the settings that hold for all domains.
 *
 * Reading never wakes a device that sleeps; a setting is written to it at once.
 *
 * LDB = load-balanced, DIR = directed, SN = sequence number, CoS = class of service.
 */

#include <linux/sysfs.h>

#include "dlb.h"

static struct dlb_device *device_of(struct device *dev)
{
	return dev_get_drvdata(dev);
}

/* --- identity --------------------------------------------------------------------------------- */

static ssize_t dev_id_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%d\n", device_of(dev)->id);
}
static DEVICE_ATTR_RO(dev_id);

static ssize_t driver_ver_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%s\n", DLB_VERSION_TEXT);
}
static DEVICE_ATTR_RO(driver_ver);

static struct attribute *identity_attrs[] = {
	&dev_attr_dev_id.attr,
	&dev_attr_driver_ver.attr,
	NULL,
};

static const struct attribute_group identity_group = { .attrs = identity_attrs };

/* --- resources -------------------------------------------------------------------------------- */

/* The last one is of interest only where something is taken. */
static const struct {
	const char *name;
	size_t offset; /* of the count in struct dlb_arg_num_resources */
} counts[] = {
	{ "num_sched_domains", offsetof(struct dlb_arg_num_resources, num_sched_domains) },
	{ "num_ldb_queues", offsetof(struct dlb_arg_num_resources, num_ldb_queues) },
	{ "num_ldb_ports", offsetof(struct dlb_arg_num_resources, num_ldb_ports) },
	{ "num_cos0_ldb_ports", offsetof(struct dlb_arg_num_resources, num_cos_ldb_ports[0]) },
	{ "num_cos1_ldb_ports", offsetof(struct dlb_arg_num_resources, num_cos_ldb_ports[1]) },
	{ "num_cos2_ldb_ports", offsetof(struct dlb_arg_num_resources, num_cos_ldb_ports[2]) },
	{ "num_cos3_ldb_ports", offsetof(struct dlb_arg_num_resources, num_cos_ldb_ports[3]) },
	{ "num_dir_ports", offsetof(struct dlb_arg_num_resources, num_dir_ports) },
	{ "num_ldb_credits", offsetof(struct dlb_arg_num_resources, num_ldb_credits) },
	{ "num_dir_credits", offsetof(struct dlb_arg_num_resources, num_dir_credits) },
	{ "num_atomic_inflights", offsetof(struct dlb_arg_num_resources, num_atomic_inflights) },
	{ "num_hist_list_entries", offsetof(struct dlb_arg_num_resources, num_hist_list_entries) },
	{ "num_sn0_slots", offsetof(struct dlb_arg_num_resources, num_sn_slots[0]) },
	{ "num_sn1_slots", offsetof(struct dlb_arg_num_resources, num_sn_slots[1]) },
	{ "max_ctg_hl_entries",
	  offsetof(struct dlb_arg_num_resources, max_contiguous_hist_list_entries) },
};

#define NB_AVAIL ARRAY_SIZE(counts)
#define NB_TOTAL (NB_AVAIL - 1)

struct count_attr {
	struct device_attribute attr;
	size_t offset;
};

static ssize_t
count_emit(char *buf, struct device_attribute *attr, const struct dlb_arg_num_resources *res)
{
	size_t offset = container_of(attr, struct count_attr, attr)->offset;

	return sysfs_emit(buf, "%u\n", *(const u32 *)((const u8 *)res + offset));
}

static ssize_t total_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dlb_device *dlb = device_of(dev);
	struct dlb_arg_num_resources res;

	mutex_lock(&dlb->lock);
	dlb_resources_total(dlb, &res);
	mutex_unlock(&dlb->lock);
	return count_emit(buf, attr, &res);
}

static ssize_t avail_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	struct dlb_device *dlb = device_of(dev);
	struct dlb_arg_num_resources res;

	mutex_lock(&dlb->lock);
	dlb_resources_free(dlb, &res);
	mutex_unlock(&dlb->lock);
	return count_emit(buf, attr, &res);
}

static struct count_attr total[NB_TOTAL];
static struct count_attr avail[NB_AVAIL];
static struct attribute *total_attrs[NB_TOTAL + 1];
static struct attribute *avail_attrs[NB_AVAIL + 1];

static const struct attribute_group total_group = {
	.name = "total_resources",
	.attrs = total_attrs,
};

static const struct attribute_group avail_group = {
	.name = "avail_resources",
	.attrs = avail_attrs,
};

static void __init counts_init(struct count_attr *attrs, struct attribute **list, size_t nb,
			       ssize_t (*show)(struct device *dev, struct device_attribute *attr,
					       char *buf))
{
	size_t i;

	for (i = 0; i < nb; i++) {
		attrs[i].attr.attr.name = counts[i].name;
		attrs[i].attr.attr.mode = 0444;
		attrs[i].attr.show = show;
		attrs[i].offset = counts[i].offset;
		list[i] = &attrs[i].attr.attr;
	}
}

void __init dlb_sysfs_init(void)
{
	counts_init(total, total_attrs, NB_TOTAL, total_show);
	counts_init(avail, avail_attrs, NB_AVAIL, avail_show);
}

/* --- settings --------------------------------------------------------------------------------- */

/* A setting of an element of a table, and what writing it does. */
struct setting_attr {
	struct device_attribute attr;
	int (*set)(struct dlb_device *dlb, u32 index, u32 value);
	u32 index;
};

static ssize_t
setting_store(struct device *dev, struct device_attribute *attr, const char *buf, size_t len)
{
	const struct setting_attr *setting = container_of(attr, struct setting_attr, attr);
	struct dlb_device *dlb = device_of(dev);
	u32 value;
	int ret;

	/* What is no number is told from one that is not allowed, as in Intel's driver. */
	if (kstrtou32(buf, 0, &value) != 0)
		return -EPERM;
	ret = dlb_power_get(dlb);
	if (ret != 0)
		return ret;
	mutex_lock(&dlb->lock);
	ret = dlb_state_error(dlb);
	if (ret == 0)
		ret = setting->set(dlb, setting->index, value);
	mutex_unlock(&dlb->lock);
	dlb_power_put(dlb);
	return ret != 0 ? ret : len;
}

static ssize_t sn_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 group = container_of(attr, struct setting_attr, attr)->index;

	return sysfs_emit(buf, "%u\n", READ_ONCE(device_of(dev)->sns_per_queue[group]));
}

static ssize_t cos_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	u32 cos = container_of(attr, struct setting_attr, attr)->index;

	return sysfs_emit(buf, "%u\n", READ_ONCE(device_of(dev)->cos_percent[cos]));
}

static ssize_t alarms_show(struct device *dev, struct device_attribute *attr, char *buf)
{
	return sysfs_emit(buf, "%u\n", READ_ONCE(device_of(dev)->alarms_on));
}

/* Programs' alarms are on unless there were too many; they cannot be switched off by hand. */
static int alarms_set(struct dlb_device *dlb, u32 index, u32 value)
{
	int ret;

	if (value == 0)
		return 0;
	ret = dlbrm_alarms_enable(&dlb->rm, true);
	dlb->alarms_on = ret == 0;
	return ret;
}

static struct setting_attr alarms = { __ATTR(ingress_err_en, 0644, alarms_show, setting_store),
				      alarms_set, 0 };

static struct setting_attr sn_groups[] = {
	{ __ATTR(group0_sns_per_queue, 0644, sn_show, setting_store), dlb_sn_set, 0 },
	{ __ATTR(group1_sns_per_queue, 0644, sn_show, setting_store), dlb_sn_set, 1 },
};

static struct setting_attr cos_shares[] = {
	{ __ATTR(cos0_bw_percent, 0644, cos_show, setting_store), dlb_cos_set, 0 },
	{ __ATTR(cos1_bw_percent, 0644, cos_show, setting_store), dlb_cos_set, 1 },
	{ __ATTR(cos2_bw_percent, 0644, cos_show, setting_store), dlb_cos_set, 2 },
	{ __ATTR(cos3_bw_percent, 0644, cos_show, setting_store), dlb_cos_set, 3 },
};

static struct attribute *alarm_attrs[] = {
	&alarms.attr.attr,
	NULL,
};

static struct attribute *sn_attrs[] = {
	&sn_groups[0].attr.attr,
	&sn_groups[1].attr.attr,
	NULL,
};

static struct attribute *cos_attrs[] = {
	&cos_shares[0].attr.attr,
	&cos_shares[1].attr.attr,
	&cos_shares[2].attr.attr,
	&cos_shares[3].attr.attr,
	NULL,
};

static const struct attribute_group alarm_group = { .attrs = alarm_attrs };

static const struct attribute_group sn_group = {
	.name = "sequence_numbers",
	.attrs = sn_attrs,
};

static const struct attribute_group cos_group = {
	.name = "cos_bw",
	.attrs = cos_attrs,
};

const struct attribute_group *dlb_attribute_groups[] = {
	&identity_group, &total_group, &avail_group, &alarm_group, &sn_group, &cos_group, NULL,
};
