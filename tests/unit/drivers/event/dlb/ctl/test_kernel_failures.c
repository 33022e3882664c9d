/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A failure of any call is said, and leaves nothing open or mapped.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <rte_common.h>

#include "kernel_rig.h"

static void
test_kernel_failures_are_said(void **state)
{
	static const struct {
		enum fake_function broken;
		int error;
		const char *text;
	} rows[] = {
		{ FAKE_CALLOC, ENOMEM, "no memory for" },
		{ FAKE_ZMALLOC, ENOMEM, "no memory for" },
		{ FAKE_THREAD, EAGAIN, "no thread for alerts: " },
		{ FAKE_MMAP, EINVAL, "cannot be mapped: " },
	};
	struct rig rig;

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(rows); i++) {
		int ret;

		fake_kernel_reset();
		atomic_store(&fake.broken, rows[i].broken);
		ret = rig_open(&rig);
		if (ret == 0) {
			ret = rig_domain(&rig);
			dlb_ctl_close(rig.ctl);
		}
		assert_int_equal(ret, -rows[i].error);
		assert_int_equal(rig_count_logged(RIG_NAME), 1);
		ASSERT_LOGGED(rows[i].text);
		assert_int_equal(fake.nb_open, 0);
	}
}

/* Open it and start a domain, and undo that. What failed: 0 or -errno. */
static int
try_all(struct rig *rig)
{
	int ret = rig_open(rig);

	if (ret != 0)
		return ret;
	ret = rig_domain(rig);
	if (fake.failed != FAKE_NOTHING && ret == 0)
		assert_false(dlb_ctl_kernel_interrupts(rig->ctl));
	if (ret == 0)
		rig_empty(rig);
	dlb_ctl_close(rig->ctl);
	return ret;
}

/* Interrupts are the only thing without which it works. */
static void
test_kernel_failures_of_any_call_leave_nothing_behind(void **state)
{
	unsigned int nb_failures[FAKE_THREAD + 1] = { 0 };
	struct rig rig;
	int ret;

	(void)state;
	for (unsigned int at = 1; nb_failures[FAKE_NOTHING] == 0; at++) {
		fake_kernel_reset();
		fake.fail_at = at;
		ret = try_all(&rig);
		assert_int_equal(ret != 0, fake.failed > FAKE_ENABLE_CQ_EPOLL);
		assert_int_equal(rig_count_logged(RIG_NAME), fake.failed != FAKE_NOTHING);
		assert_int_equal(fake.nb_open, 0);
		assert_int_equal(fake.nb_mapped, 0);
		assert_int_equal(fake.eventfd, -1);
		nb_failures[fake.failed]++;
	}
	for (unsigned int i = 0; i < RTE_DIM(nb_failures); i++)
		assert_true(nb_failures[i] > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_kernel_failures_are_said),
		cmocka_unit_test(test_kernel_failures_of_any_call_leave_nothing_behind),
	};

	if (rig_init() != 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
