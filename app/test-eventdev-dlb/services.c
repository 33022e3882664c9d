/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Runs the services a device or adapter needs. See services.h. It does not know what a
 * service does.
 */
#include <errno.h>

#include <rte_lcore.h>
#include <rte_service.h>

#include "services.h"

/* Spread the services over the service cores; 0 or a negative errno. */
static int
map_to_service_core(uint32_t id, unsigned int turn)
{
	uint32_t core[RTE_MAX_LCORE];
	int n = rte_service_lcore_list(core, RTE_MAX_LCORE);
	int ret;

	if (n <= 0)
		return -ENODEV;
	ret = rte_service_map_lcore_set(id, core[turn % (unsigned int)n], 1);
	if (ret != 0)
		return ret;
	ret = rte_service_lcore_start(core[turn % (unsigned int)n]);
	return ret == -EALREADY ? 0 : ret;
}

int
services_add(struct services *s, uint32_t id)
{
	int ret;

	if (s->nb == SERVICES_MAX)
		return -ENOSPC;
	ret = rte_service_runstate_set(id, 1);
	if (ret != 0)
		return ret;
	s->own_cores = rte_service_lcore_count() > 0;
	if (s->own_cores)
		ret = map_to_service_core(id, s->nb);
	else
		ret = rte_service_set_runstate_mapped_check(id, 0);
	if (ret == 0)
		s->id[s->nb++] = id;
	return ret;
}

void
services_stop(struct services *s)
{
	unsigned int i;

	for (i = 0; i < s->nb; i++)
		rte_service_runstate_set(s->id[i], 0);
	s->nb = 0;
}

void
services_step(const struct services *s)
{
	unsigned int i;

	if (s->own_cores)
		return;
	for (i = 0; i < s->nb; i++)
		rte_service_run_iter_on_app_lcore(s->id[i], 1);
}
