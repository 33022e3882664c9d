/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What the device says of itself, why it refuses, and its settings; in ioctls and in sysfs alike.
 */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

#define SYSFS "/sys/class/dlb2/dlb0/device/"

/* --- sysfs ------------------------------------------------------------------------------------ */

static void
read_text(const char *name, char *text, size_t size)
{
	char path[128];
	ssize_t len;
	int fd;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	fd = open(path, O_RDONLY);
	len = fd < 0 ? -1 : read(fd, text, size - 1);
	if (len <= 0)
		fail("%s: %s", path, strerror(errno));
	text[len] = '\0';
	close(fd);
}

static unsigned int
read_number(const char *name)
{
	char text[32];

	read_text(name, text, sizeof(text));
	return (unsigned int)strtoul(text, NULL, 10);
}

/* The error number, or 0. */
static int
write_text(const char *name, const char *text)
{
	char path[128];
	int error = 0;
	int fd;

	snprintf(path, sizeof(path), SYSFS "%s", name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, text, strlen(text)) < 0)
		error = errno;
	close(fd);
	return error;
}

static void
expect_number(const char *name, unsigned int wanted)
{
	unsigned int got = read_number(name);

	if (got != wanted)
		fail("%s is %u, not %u", name, got, wanted);
}

static void
expect_write(const char *name, const char *text, int error)
{
	int got = write_text(name, text);

	if (got != error)
		fail("writing \"%s\" to %s: %s, not %s", text, name, strerror(got),
		     strerror(error));
}

/* --- identity --------------------------------------------------------------------------------- */

static void
check_counts(const struct dlb_arg_num_resources *res, const char *folder, bool is_new)
{
	const struct {
		const char *name;
		unsigned int count;
	} rows[] = {
		{ "num_sched_domains", res->num_sched_domains },
		{ "num_ldb_queues", res->num_ldb_queues },
		{ "num_ldb_ports", res->num_ldb_ports },
		{ "num_cos0_ldb_ports", res->num_cos_ldb_ports[0] },
		{ "num_cos3_ldb_ports", res->num_cos_ldb_ports[3] },
		{ "num_dir_ports", res->num_dir_ports },
		{ "num_ldb_credits", res->num_ldb_credits },
		{ "num_dir_credits", res->num_dir_credits },
		{ "num_atomic_inflights", res->num_atomic_inflights },
		{ "num_hist_list_entries", res->num_hist_list_entries },
		{ "num_sn0_slots", res->num_sn_slots[0] },
		{ "num_sn1_slots", res->num_sn_slots[1] },
		{ "max_ctg_hl_entries", res->max_contiguous_hist_list_entries },
	};
	size_t nb = sizeof(rows) / sizeof(rows[0]) - (is_new ? 1 : 0);
	char name[64];

	for (size_t i = 0; i < nb; i++) {
		snprintf(name, sizeof(name), "%s/%s", folder, rows[i].name);
		expect_number(name, rows[i].count);
	}
}

void
test_identity(void)
{
	int device = device_open();
	bool v25 = is_v25(device);
	struct dlb_arg_num_resources all = {
		.num_sched_domains = 32,
		.num_ldb_queues = 32,
		.num_ldb_ports = 64,
		.num_cos_ldb_ports = { 16, 16, 16, 16 },
		.num_dir_ports = v25 ? 96 : 64,
		.num_atomic_inflights = 2048,
		.num_hist_list_entries = 2048,
		.max_contiguous_hist_list_entries = 2048,
		.num_ldb_credits = v25 ? 16384 : 8192,
		.num_dir_credits = v25 ? 0 : 4096,
		.num_sn_slots = { 16, 16 },
	};
	struct dlb_arg_num_resources res = { 0 };
	struct dlb_arg_none mode = { 0 };
	struct rig rig;
	char text[32];

	REQUEST(device, DLB_IOC_GET_NUM_RESOURCES, &res);
	if (memcmp(&res, &all, sizeof(all)) != 0)
		fail("the resources of an unused device are wrong");
	check_counts(&all, "total_resources", true);
	check_counts(&all, "avail_resources", false);
	rig_create(&rig, device);
	REQUEST(device, DLB_IOC_GET_NUM_RESOURCES, &res);
	if (res.num_sched_domains != 31 || res.num_hist_list_entries != 2048 - CQ_DEPTH ||
	    res.num_sn_slots[0] != 15)
		fail("what a domain was given is still free");
	check_counts(&all, "total_resources", true);
	check_counts(&res, "avail_resources", false);
	rig_destroy(&rig);
	REQUEST(device, DLB_IOC_QUERY_CQ_POLL_MODE, &mode);
	if (mode.response.id != DLB_UAPI_CQ_SPARSE)
		fail("CQs are not sparse");
	expect_number("dev_id", 0);
	read_text("driver_ver", text, sizeof(text));
	printf("DLB %s, driver %s", v25 ? "2.5" : "2.0", text);
	close(device);
}

/* --- refusals --------------------------------------------------------------------------------- */

#define REFUSED_DOMAIN(device, status, ...)                                                  \
	EXPECT_REFUSED(device, DLB_IOC_CREATE_SCHED_DOMAIN,                                  \
		       (&(struct dlb_arg_create_domain){ .num_ldb_ports = 1, __VA_ARGS__ }), \
		       EINVAL, status)

static void
check_domain_refusals(int device)
{
	const uint32_t many = UINT32_MAX;
	unsigned int combined =
		is_v25(device) ? DLB_ST_LDB_CREDITS_UNAVAILABLE : DLB_ST_DIR_CREDITS_UNAVAILABLE;

	REFUSED_DOMAIN(device, DLB_ST_LDB_QUEUES_UNAVAILABLE, .num_ldb_queues = 33);
	REFUSED_DOMAIN(device, DLB_ST_LDB_PORTS_UNAVAILABLE, .num_cos_ldb_ports = { 64 });
	REFUSED_DOMAIN(device, DLB_ST_LDB_PORTS_UNAVAILABLE, .num_cos_ldb_ports = { many, many });
	REFUSED_DOMAIN(device, DLB_ST_LDB_PORTS_UNAVAILABLE, .num_cos_ldb_ports = { 0, 17 },
		       .cos_strict = 1);
	REFUSED_DOMAIN(device, DLB_ST_DIR_PORTS_UNAVAILABLE, .num_dir_ports = 97);
	REFUSED_DOMAIN(device, DLB_ST_LDB_CREDITS_UNAVAILABLE, .num_ldb_credits = many);
	REFUSED_DOMAIN(device, combined, .num_dir_credits = many, .num_ldb_credits = 2);
	REFUSED_DOMAIN(device, DLB_ST_ATOMIC_INFLIGHTS_UNAVAILABLE, .num_atomic_inflights = 2049);
	REFUSED_DOMAIN(device, DLB_ST_HIST_LIST_ENTRIES_UNAVAILABLE, .num_hist_list_entries = 2049);
	REFUSED_DOMAIN(device, DLB_ST_SN_SLOTS_UNAVAILABLE, .num_sn_slots = { 0, 17 });
	EXPECT_REFUSED(device, DLB_IOC_CREATE_SCHED_DOMAIN,
		       (&(struct dlb_arg_create_domain){ .num_ldb_queues = 1 }), EINVAL,
		       DLB_ST_LDB_PORT_REQUIRED);
}

/* Before the start, in a domain with two queues, two ports and one pair. */
static void
check_creation_refusals(int domain)
{
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_QUEUE, (&(struct dlb_arg_ldb_queue){ 0 }), EINVAL,
		       DLB_ST_INVALID_QID_INFLIGHT_ALLOCATION);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_QUEUE,
		       (&(struct dlb_arg_ldb_queue){ .num_sequence_numbers = 128,
						     .num_qid_inflights = 1 }),
		       EINVAL, DLB_ST_SEQUENCE_NUMBERS_UNAVAILABLE);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_QUEUE,
		       (&(struct dlb_arg_ldb_queue){ .num_qid_inflights = 1,
						     .num_atomic_inflights = 2000 }),
		       EINVAL, DLB_ST_ATOMIC_INFLIGHTS_UNAVAILABLE);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_QUEUE,
		       (&(struct dlb_arg_ldb_queue){ .num_qid_inflights = 1,
						     .num_atomic_inflights = 1,
						     .lock_id_comp_level = 65 }),
		       EINVAL, DLB_ST_INVALID_LOCK_ID_COMP_LEVEL);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_PORT,
		       (&(struct dlb_arg_ldb_port){ .cq_depth = 8, .cos_id = 4 }), EINVAL,
		       DLB_ST_INVALID_COS_ID);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_PORT,
		       (&(struct dlb_arg_ldb_port){ .cq_depth = 9, .cq_history_list_size = 1 }),
		       EINVAL, DLB_ST_INVALID_CQ_DEPTH);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_PORT,
		       (&(struct dlb_arg_ldb_port){ .cq_depth = 8 }), EINVAL,
		       DLB_ST_INVALID_HIST_LIST_DEPTH);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_PORT,
		       (&(struct dlb_arg_ldb_port){ .cq_depth = 8, .cq_history_list_size = 3000 }),
		       EINVAL, DLB_ST_HIST_LIST_ENTRIES_UNAVAILABLE);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_DIR_PORT,
		       (&(struct dlb_arg_dir_port){ .cq_depth = 8, .queue_id = 63 }), EINVAL,
		       DLB_ST_INVALID_DIR_QUEUE_ID);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_DIR_QUEUE,
		       (&(struct dlb_arg_dir_queue){ .port_id = 3 }), EINVAL,
		       DLB_ST_INVALID_PORT_ID);
	EXPECT_REFUSED(domain, DLB_IOC_STOP_DOMAIN, (&(struct dlb_arg_none){ { 0, 0 } }), EINVAL,
		       DLB_ST_DOMAIN_NOT_STARTED);
	EXPECT_REFUSED(domain, DLB_IOC_GET_LDB_PORT_PP_FD, (&(struct dlb_arg_object){ .id = 0 }),
		       EINVAL, DLB_ST_INVALID_PORT_ID);
}

/* After it, with all that the domain has in use. */
static void
check_running_refusals(struct rig *rig)
{
	unsigned int weight =
		is_v25(rig->device) ? DLB_ST_DOMAIN_STARTED : DLB_ST_FEATURE_UNAVAILABLE;
	unsigned int ldb = rig->ldb.id;
	int domain = rig->domain;

	EXPECT_REFUSED(domain, DLB_IOC_START_DOMAIN, (&(struct dlb_arg_none){ { 0, 0 } }), EINVAL,
		       DLB_ST_DOMAIN_STARTED);
	EXPECT_REFUSED(domain, DLB_IOC_CREATE_LDB_QUEUE, (&(struct dlb_arg_ldb_queue){ 0 }), EINVAL,
		       DLB_ST_DOMAIN_STARTED);
	EXPECT_REFUSED(domain, DLB_IOC_MAP_QID, (&(struct dlb_arg_map_qid){ .port_id = 64 }),
		       EINVAL, DLB_ST_INVALID_PORT_ID);
	EXPECT_REFUSED(domain, DLB_IOC_MAP_QID,
		       (&(struct dlb_arg_map_qid){ .port_id = ldb, .priority = 8 }), EINVAL,
		       DLB_ST_INVALID_PRIORITY);
	EXPECT_REFUSED(domain, DLB_IOC_MAP_QID,
		       (&(struct dlb_arg_map_qid){ .port_id = ldb, .qid = UINT32_MAX }), EINVAL,
		       DLB_ST_INVALID_QID);
	EXPECT_REFUSED(domain, DLB_IOC_UNMAP_QID,
		       (&(struct dlb_arg_unmap_qid){ .port_id = ldb, .qid = 31 }), EINVAL,
		       DLB_ST_INVALID_QID);
	EXPECT_REFUSED(domain, DLB_IOC_GET_DIR_QUEUE_DEPTH, (&(struct dlb_arg_object){ .id = 99 }),
		       EINVAL, DLB_ST_INVALID_QID);
	EXPECT_REFUSED(domain, DLB_IOC_DISABLE_DIR_PORT, (&(struct dlb_arg_object){ .id = 50 }),
		       EINVAL, DLB_ST_INVALID_PORT_ID);
	EXPECT_REFUSED(domain, DLB_IOC_ENABLE_CQ_WEIGHT,
		       (&(struct dlb_arg_cq_weight){ .port_id = ldb, .limit = 1 }), EINVAL, weight);
	EXPECT_REFUSED(domain, DLB_IOC_BLOCK_ON_CQ_INTERRUPT,
		       (&(struct dlb_arg_block){ .port_id = 0x80000000, .is_ldb = 1 }), EINVAL, 0);
	EXPECT_REFUSED(domain, DLB_IOC_BLOCK_ON_CQ_INTERRUPT,
		       (&(struct dlb_arg_block){ .port_id = 63, .is_ldb = 1 }), EPERM, 0);
}

/* Codes that are none, and structures that are longer or shorter than the kernel's. */
static void
check_codes(int device)
{
	struct {
		struct dlb_arg_num_resources res;
		uint32_t after[8];
	} long_arg;
	uint32_t short_arg[4] = { 0, 0, 0, 0x5a5a5a5a };
	unsigned long code = DLB_IOC_GET_NUM_RESOURCES;

	for (unsigned int nr = 0; nr < 256; nr++)
		if ((nr >= 12 || nr == 3 || nr == 4) &&
		    try_request(device, _IOWR(DLB_IOC_MAGIC, nr, struct dlb_arg_sn), short_arg) !=
			    ENOTTY)
			fail("request %u of the device file exists", nr);
	if (try_request(device, _IO('T', 1), short_arg) != ENOTTY)
		fail("a request of terminals is one of ours");
	REQUEST(device, _IOC(_IOC_NONE, 0, _IOC_NR(DLB_IOC_QUERY_CQ_POLL_MODE), 8), short_arg);
	if (short_arg[1] != DLB_UAPI_CQ_SPARSE)
		fail("more than the number of a request counts");
	memset(&long_arg, 0x5a, sizeof(long_arg));
	REQUEST(device, _IOC(_IOC_READ, DLB_IOC_MAGIC, _IOC_NR(code), sizeof(long_arg)), &long_arg);
	if (long_arg.res.num_ldb_ports != 64 || long_arg.after[0] != 0x5a5a5a5a)
		fail("a longer structure was written beyond the kernel's");
	memset(short_arg, 0, 3 * sizeof(short_arg[0]));
	REQUEST(device, _IOC(_IOC_READ, DLB_IOC_MAGIC, _IOC_NR(code), 12), short_arg);
	if (short_arg[2] != 32 || short_arg[3] != 0x5a5a5a5a)
		fail("a shorter structure was written beyond its end");
	if (try_request(device, code, NULL) != EFAULT)
		fail("no structure at all is no fault");
}

void
test_refusals(void)
{
	int device = device_open();
	unsigned int status;
	struct rig rig;
	int domain;

	check_codes(device);
	check_domain_refusals(device);
	domain = try_domain_create(device, 512, &status);
	check_creation_refusals(domain);
	rig_fill(&rig, device, domain);
	check_running_refusals(&rig);
	rig_destroy(&rig);
	close(device);
}

/* --- settings --------------------------------------------------------------------------------- */

static void
check_sn_settings(int device)
{
	struct dlb_arg_sn set = { .group = 0, .num = 256 }, get = { .group = 1 };
	struct dlb_arg_sn bad = { .group = 2, .num = 64 };
	struct rig rig;

	REQUEST(device, DLB_IOC_SET_SN_ALLOCATION, &set);
	expect_number("sequence_numbers/group0_sns_per_queue", 256);
	expect_number("total_resources/num_sn0_slots", 4);
	set.num = 100;
	EXPECT_REFUSED(device, DLB_IOC_SET_SN_ALLOCATION, &set, EINVAL, 0);
	EXPECT_REFUSED(device, DLB_IOC_SET_SN_ALLOCATION, &bad, EINVAL, 0);
	EXPECT_REFUSED(device, DLB_IOC_GET_SN_ALLOCATION, &bad, EINVAL, 0);
	if (bad.response.id != (uint32_t)-EINVAL)
		fail("a bad group is not told so in the id");
	expect_write("sequence_numbers/group0_sns_per_queue", "0x40\n", 0);
	expect_write("sequence_numbers/group1_sns_per_queue", "128", 0);
	REQUEST(device, DLB_IOC_GET_SN_ALLOCATION, &get);
	if (get.response.id != 128)
		fail("group 1 has %u SNs per queue", get.response.id);
	expect_write("sequence_numbers/group1_sns_per_queue", "64", 0);
	rig_create(&rig, device);
	expect_write("sequence_numbers/group0_sns_per_queue", "128", EPERM);
	/* Whatever else is wrong: it cannot be changed now. */
	expect_write("sequence_numbers/group0_sns_per_queue", "65", EPERM);
	get.group = 0;
	REQUEST(device, DLB_IOC_GET_SN_OCCUPANCY, &get);
	if (get.response.id != 1)
		fail("%u slots of group 0 are taken", get.response.id);
	rig_destroy(&rig);
}

/* Each class has a file of its own. */
static void
check_cos_files(int device)
{
	char name[32], text[8];

	for (unsigned int cos = 0; cos < DLB_UAPI_NB_COS; cos++) {
		struct dlb_arg_cos get = { .cos_id = cos };

		snprintf(name, sizeof(name), "cos_bw/cos%u_bw_percent", cos);
		snprintf(text, sizeof(text), "%u", 10 + cos);
		expect_write(name, text, 0);
		expect_number(name, 10 + cos);
		REQUEST(device, DLB_IOC_GET_COS_BW, &get);
		if (get.response.id != 10 + cos)
			fail("class %u has %u per cent", cos, get.response.id);
	}
	for (unsigned int cos = 0; cos < DLB_UAPI_NB_COS; cos++) {
		snprintf(name, sizeof(name), "cos_bw/cos%u_bw_percent", cos);
		expect_write(name, "25", 0);
	}
}

static void
check_cos_settings(int device)
{
	struct dlb_arg_cos set = { .cos_id = 1, .bandwidth = 256 }, get = { .cos_id = 1 };
	struct dlb_arg_cos bad = { .cos_id = 4 };

	EXPECT_REFUSED(device, DLB_IOC_SET_COS_BW, &set, EINVAL, 0);
	set.bandwidth = 26;
	EXPECT_REFUSED(device, DLB_IOC_SET_COS_BW, &set, EINVAL, 0);
	set.bandwidth = 5;
	REQUEST(device, DLB_IOC_SET_COS_BW, &set);
	expect_number("cos_bw/cos1_bw_percent", 5);
	REQUEST(device, DLB_IOC_GET_COS_BW, &get);
	if (get.response.id != 5)
		fail("class 1 has %u per cent", get.response.id);
	EXPECT_REFUSED(device, DLB_IOC_GET_COS_BW, &bad, EINVAL, 0);
	if (bad.response.id != (uint32_t)-EINVAL)
		fail("a bad class is not told so in the id");
	expect_write("cos_bw/cos0_bw_percent", "46", EINVAL);
	expect_write("cos_bw/cos0_bw_percent", "45", 0);
	expect_write("cos_bw/cos0_bw_percent", "many", EPERM);
	expect_write("cos_bw/cos0_bw_percent", "25", 0);
	expect_write("cos_bw/cos1_bw_percent", "25", 0);
}

/* A port is of the class that was asked for, of those that its domain has. */
static void
check_cos_of_port(int device)
{
	struct dlb_arg_create_domain domain = { .num_cos_ldb_ports = { 1, 0, 1, 1 },
						.num_hist_list_entries = 24,
						.cos_strict = 1 };
	static const uint8_t classes[] = { 2, 0, 3 };

	REQUEST(device, DLB_IOC_CREATE_SCHED_DOMAIN, &domain);
	for (unsigned int i = 0; i < sizeof(classes); i++) {
		struct dlb_arg_ldb_port port = { .cq_depth = 8,
						 .cq_history_list_size = 8,
						 .cos_id = classes[i],
						 .cos_strict = 1 };

		REQUEST((int)domain.domain_fd, DLB_IOC_CREATE_LDB_PORT, &port);
		if (port.response.id / 16 != classes[i])
			fail("port %u is not of class %u", port.response.id, classes[i]);
	}
	close((int)domain.domain_fd);
}

static void
check_statistics(int device)
{
	struct dlb_arg_xstats limit = { .xstats_val = 77,
					.xstats_type = DLB_XSTATS_LDB_QUEUE << 16 | 1 };
	struct dlb_arg_xstats none = { .xstats_val = 77,
				       .xstats_type = DLB_XSTATS_LDB_PORT << 16,
				       .xstats_id = 64 };
	struct dlb_arg_xstats bad = { .xstats_type = 4 << 16 };
	struct rig rig;

	rig_create(&rig, device);
	limit.xstats_id = rig.qid;
	REQUEST(device, DLB_IOC_GET_XSTATS, &limit);
	if (limit.xstats_val != 64)
		fail("the queue's limit reads as %llu", (unsigned long long)limit.xstats_val);
	REQUEST(device, DLB_IOC_GET_XSTATS, &none);
	if (none.xstats_val != 77)
		fail("a port that does not exist has a depth");
	EXPECT_REFUSED(device, DLB_IOC_GET_XSTATS, &bad, EINVAL, 0);
	rig_destroy(&rig);
}

void
test_settings(void)
{
	int device = device_open();

	check_sn_settings(device);
	check_cos_settings(device);
	check_cos_files(device);
	check_cos_of_port(device);
	check_statistics(device);
	expect_number("ingress_err_en", 1);
	expect_write("ingress_err_en", "1", 0);
	close(device);
}
