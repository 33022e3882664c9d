/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What bounds a load-balanced port beside the depth of its consumer queue (CQ). DLB 2.0 has no such
 * limit, and says so.
 */

#include <errno.h>
#include <unistd.h>

#include "client.h"
#include "tests.h"

/* So many elements come to the LDB port, and then none. */
static void
expect_elements(struct rig *rig, unsigned int nb)
{
	for (unsigned int i = 0; i < nb; i++)
		port_receive(&rig->ldb);
	usleep(100000);
	if (port_next(&rig->ldb) != NULL)
		fail("a port gets more than %u elements", nb);
}

static void
check_cq_weight(int device)
{
	struct dlb_arg_cq_weight set = { .limit = 4 };
	struct dlb_arg_none none = { 0 };
	struct rig rig;

	rig_create(&rig, device);
	REQUEST(rig.domain, DLB_IOC_STOP_DOMAIN, &none);
	set.port_id = rig.ldb.id;
	REQUEST(rig.domain, DLB_IOC_ENABLE_CQ_WEIGHT, &set);
	REQUEST(rig.domain, DLB_IOC_START_DOMAIN, &none);
	rig_stuff(&rig, 10);
	expect_elements(&rig, 4);
	rig_complete(&rig, 4);
	expect_elements(&rig, 4);
	rig_complete(&rig, 4);
	expect_elements(&rig, 2);
	rig_complete(&rig, 2);
	rig_round_trip(&rig, 0);
	rig_destroy(&rig);
}

/* A port that was full is served again when it holds no more than the threshold. */
static void
check_inflight_threshold(struct rig *rig)
{
	rig_stuff(rig, CQ_DEPTH + 4);
	expect_elements(rig, CQ_DEPTH);
	rig_complete(rig, CQ_DEPTH - 9);
	expect_elements(rig, 0);
	rig_complete(rig, 1);
	expect_elements(rig, 4);
	rig_complete(rig, 8 + 4);
	rig_round_trip(rig, 0);
}

/* DLB 2.0 has no such limit. */
static void
check_inflight_control(int device)
{
	struct dlb_arg_inflight_ctrl set = { .enable = 1, .threshold = 8 };
	struct dlb_arg_inflight_ctrl bad = { .port_id = 64, .enable = 1 };
	struct rig rig;

	rig_create(&rig, device);
	set.port_id = rig.ldb.id;
	if (is_v25(device)) {
		REQUEST(rig.domain, DLB_IOC_SET_CQ_INFLIGHT_CTRL, &set);
		check_inflight_threshold(&rig);
		set.enable = 0;
		REQUEST(rig.domain, DLB_IOC_SET_CQ_INFLIGHT_CTRL, &set);
		EXPECT_REFUSED(rig.domain, DLB_IOC_SET_CQ_INFLIGHT_CTRL, &bad, EFAULT, 0);
	} else {
		EXPECT_REFUSED(rig.domain, DLB_IOC_SET_CQ_INFLIGHT_CTRL, &set, EINVAL,
			       DLB_ST_FEATURE_UNAVAILABLE);
	}
	rig_round_trip(&rig, 4);
	rig_destroy(&rig);
}

void
test_limits(void)
{
	int device = device_open();

	if (is_v25(device))
		check_cq_weight(device);
	check_inflight_control(device);
	close(device);
}
