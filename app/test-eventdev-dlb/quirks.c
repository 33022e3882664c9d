/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * See quirks.h.
 */
#include <stdbool.h>
#include <string.h>

#include <rte_dev.h>

#include "quirks.h"

static bool configured_before[RTE_EVENT_MAX_DEVS];

static bool
is_driver(const struct device *d, const char *name)
{
	return strcmp(d->info.driver_name, name) == 0;
}

unsigned int
quirks_setup_rounds(const struct device *d)
{
	return is_driver(d, "event_sw") ? 2 : 1;
}

static bool
must_be_created_anew(const struct device *d)
{
	return is_driver(d, "event_dsw") || is_driver(d, "event_opdl");
}

int
quirks_before_configure(struct device *d)
{
	bool again = configured_before[d->id];
	int ret;

	configured_before[d->id] = true;
	/* Without --dev its name, which is what it could be created by, is not known. */
	if (!again || !must_be_created_anew(d) || rte_event_dev_get_dev_id(d->name) != d->id)
		return 0;
	rte_event_dev_close(d->id);
	ret = rte_eal_hotplug_remove("vdev", d->name);
	if (ret == 0)
		ret = rte_eal_hotplug_add("vdev", d->name, "");
	if (ret != 0)
		return ret;
	d->id = (uint8_t)rte_event_dev_get_dev_id(d->name);
	configured_before[d->id] = true;
	return rte_event_dev_info_get(d->id, &d->info);
}

bool
quirks_ends_by_dequeue(const struct device *d)
{
	return is_driver(d, "event_opdl");
}

bool
quirks_only_counts(const struct device *d)
{
	return is_driver(d, "event_floor");
}
