/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The reader of a domain's alerts: what went wrong at a port, and that the device is being reset.
 *
 * A thread of its own, since not every kernel driver can say that there is something to read. To
 * end it the driver sends itself an alert. Invariant: before the kernel takes away what is mapped,
 * as it does in a reset, something else is in its place; with that nobody is waited for.
 *
 * QID = queue id, HCW = hardware command word, CQ = consumer queue.
 */

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_log.h>

#include "ctl_kernel.h"
#include "dlb_bits.h"

static const char *const alert_texts[] = {
	[DLB_ALERT_PP_ILLEGAL_ENQ] = "an element without a credit, or a completion of nothing",
	[DLB_ALERT_PP_EXCESS_TOKEN_POPS] = "more tokens were returned than are out",
	[DLB_ALERT_ILLEGAL_HCW] = "a command that does not exist",
	[DLB_ALERT_ILLEGAL_QID] = "an element for a queue that does not exist",
	[DLB_ALERT_DISABLED_QID] = "an element for a queue of a domain that is not started",
	[DLB_ALERT_CQ_WATCHDOG_TIMEOUT] = "nobody reads its consumer queue",
	[DLB_ALERT_OTHER] = "an alarm that the kernel does not know",
};

/* A fault tends to come back: the 1st, 2nd, 4th, 8th ... alert is enough. */
static void
report(const struct dlb_kernel_ctl *ctl, const struct dlb_alert *alert, uint64_t nb)
{
	if ((nb & (nb - 1)) != 0 || alert->alert_id >= RTE_DIM(alert_texts) ||
	    alert_texts[alert->alert_id] == NULL)
		return;
	dlb_kernel_log(RTE_LOG_WARNING, ctl->name, "%s port %" PRIu64 ": %s (alert %" PRIu64 ")",
		       FIELD_GET(DLB_ALERT_AUX_IS_LDB, alert->aux_data) != 0 ? "load-balanced"
									     : "directed",
		       (uint64_t)FIELD_GET(DLB_ALERT_AUX_PORT, alert->aux_data),
		       alert_texts[alert->alert_id], nb);
}

static void
lose(struct dlb_kernel_ctl *ctl)
{
	dlb_kernel_log(RTE_LOG_ERR, ctl->name,
		       "the device is being reset: its ports are dead until the next start");
	pthread_mutex_lock(&ctl->lanes_lock);
	atomic_store(&ctl->is_lost, true);
	for (unsigned int i = 0; i < ctl->lanes->nb; i++)
		dlb_kernel_map_nothing(&ctl->lanes->lane[i], ctl->name);
	pthread_mutex_unlock(&ctl->lanes_lock);
	ctl->events->lost(ctl->arg);
	dlb_kernel_share_lost(ctl);
}

static dlb_thread_end
read_alerts(void *arg)
{
	struct dlb_kernel_ctl *ctl = arg;
	struct dlb_alert alert;
	uint64_t nb = 0;

	while (!atomic_load(&ctl->reader_stop)) {
		ssize_t len = read(ctl->domain_fd, &alert, sizeof(alert));

		if (len < 0 && errno == EINTR)
			continue;
		if (len != sizeof(alert)) {
			dlb_kernel_log(RTE_LOG_ERR, ctl->name, "alerts cannot be read: %s",
				       len < 0 ? strerror(errno) : "not of the right length");
			return 0;
		}
		if (alert.alert_id == DLB_ALERT_DEVICE_RESET) {
			lose(ctl);
			return 0;
		}
		report(ctl, &alert, ++nb);
	}
	return 0;
}

/* The application's signals are not for this thread. */
int
dlb_kernel_reader_start(struct dlb_kernel_ctl *ctl)
{
	sigset_t all, old;
	int ret;

	atomic_store(&ctl->reader_stop, false);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = dlb_thread_create(&ctl->reader, "dlb-alerts", read_alerts, ctl);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (ret != 0) {
		dlb_kernel_log(RTE_LOG_ERR, ctl->name, "no thread for alerts: %s", strerror(-ret));
		return ret;
	}
	ctl->has_reader = true;
	return 0;
}

/* A reader that finds many alerts, or a reset, needs no wake-up; one may be refused then. */
void
dlb_kernel_reader_stop(struct dlb_kernel_ctl *ctl)
{
	struct dlb_arg_alert arg = { 0 };

	if (!ctl->has_reader)
		return;
	atomic_store(&ctl->reader_stop, true);
	(void)DLB_KERNEL_CALL(ctl->domain_fd, DLB_IOC_ENQUEUE_DOMAIN_ALERT, &arg, NULL, NULL);
	dlb_thread_join(ctl->reader);
	ctl->has_reader = false;
}
