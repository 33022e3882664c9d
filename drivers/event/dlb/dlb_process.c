/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The table of what each process keeps for itself about each device: operations, resource manager,
 * lock, threads. Rows are indexed by device id and share nothing. Also the driver's log, which is
 * per process by nature.
 */

#include "dlb_priv.h"

#include <stdarg.h>

#include <rte_alarm.h>

/* What finds the control path at work is tried again so much later. */
#define RETRY_US 200

RTE_LOG_REGISTER(dlb_logtype, pmd.event.dlb, NOTICE);

static struct dlb_process dlb_processes[RTE_EVENT_MAX_DEVS];

struct dlb_process *
dlb_process_of(const struct dlb_dev *dev)
{
	return &dlb_processes[dev->data->dev_id];
}

void
dlb_lock(const struct dlb_dev *dev)
{
	pthread_mutex_lock(&dlb_process_of(dev)->lock);
}

bool
dlb_trylock(const struct dlb_dev *dev)
{
	return pthread_mutex_trylock(&dlb_process_of(dev)->lock) == 0;
}

bool
dlb_trylock_or_later(struct dlb_dev *dev, void (*again)(void *dev))
{
	if (dlb_trylock(dev))
		return true;
	rte_eal_alarm_set(RETRY_US, again, dev);
	return false;
}

void
dlb_unlock(const struct dlb_dev *dev)
{
	pthread_mutex_unlock(&dlb_process_of(dev)->lock);
}

void
dlb_log(uint32_t level, const char *name, const char *format, ...)
{
	char text[512];
	va_list args;

	if (!rte_log_can_log(dlb_logtype, level))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	rte_log(level, dlb_logtype, "%s: %s\n", name == NULL ? DLB_DRIVER_NAME : name, text);
}
