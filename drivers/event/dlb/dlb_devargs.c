/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The table of device arguments and its parser. An argument is a row: key, what is allowed,
 * default, one line of help, and a setter. Nothing is ignored: an unknown key, a key given twice
 * and a value out of range are errors that say what would have been right.
 *
 * Knows no device. Invariant: defaults pass through the same setters as what a user types.
 */

#include "dlb_devargs.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_common.h>
#include <rte_kvargs.h>

#define THREAD_PREFIX "thread:"

/* A setter returns false when the value is not allowed. */
struct devarg {
	const char *key;
	const char *allowed;
	const char *default_value; /* NULL: none */
	const char *help;
	unsigned int transports; /* that it makes sense for, BIT(enum dlb_transport) */
	bool (*set)(struct dlb_devargs *args, const char *value);
};

static bool
parse_number(const char *text, unsigned long min, unsigned long max, unsigned long *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoul(text, &end, 10);
	return errno == 0 && *end == '\0' && *number >= min && *number <= max;
}

static bool
set_device(struct dlb_devargs *args, const char *value)
{
	for (unsigned int version = 0; version < DLB_NB_VERSIONS; version++) {
		if (strcmp(value, dlb_limits[version].name) == 0) {
			args->version = version;
			return true;
		}
	}
	return false;
}

static bool
set_sched(struct dlb_devargs *args, const char *value)
{
	unsigned long cpu;

	if (strcmp(value, "inline") == 0) {
		args->step_mode = DLB_STEP_INLINE;
		return true;
	}
	if (strcmp(value, "service") == 0) {
		args->step_mode = DLB_STEP_SERVICE;
		return true;
	}
	if (strncmp(value, THREAD_PREFIX, strlen(THREAD_PREFIX)) != 0 ||
	    !parse_number(value + strlen(THREAD_PREFIX), 0, UINT_MAX, &cpu))
		return false;
	args->step_mode = DLB_STEP_THREAD;
	args->thread_cpu = cpu;
	return true;
}

static bool
set_cq_depth(struct dlb_devargs *args, const char *value)
{
	unsigned long depth;

	if (!parse_number(value, 8, 1024, &depth) || !rte_is_power_of_2(depth))
		return false;
	args->cq_depth = depth;
	return true;
}

static int32_t
max_num_events_of(enum dlb_version version)
{
	return dlb_limits[version].ldb_credits;
}

/* What the version allows is checked when all keys are known (check_together()). */
static bool
set_max_num_events(struct dlb_devargs *args, const char *value)
{
	unsigned long events;

	if (strcmp(value, "all") == 0) {
		args->max_num_events = 0;
		return true;
	}
	if (!parse_number(value, 1, DLB_MAX_CREDITS, &events))
		return false;
	args->max_num_events = events;
	return true;
}

static bool
set_dev(struct dlb_devargs *args, const char *value)
{
	if (strlen(value) >= sizeof(args->node) || value[0] != '/')
		return false;
	strcpy(args->node, value);
	return true;
}

#define SIM    BIT(DLB_TRANSPORT_SIM)
#define PCI    BIT(DLB_TRANSPORT_PCI)
#define KERNEL BIT(DLB_TRANSPORT_KERNEL)

static const char *const transport_names[] = {
	[DLB_TRANSPORT_SIM] = "devices made of software (--vdev)",
	[DLB_TRANSPORT_PCI] = "devices on PCI (-a)",
	[DLB_TRANSPORT_KERNEL] = "devices of the kernel (--vdev with dev=<node>)",
};

/* clang-format off */
static const struct devarg devargs[] = {
	{ "device", "2.0 or 2.5", "2.5",
	  "version of the DLB", SIM, set_device },
	{ "sched", "inline, service, or thread:<cpu> with a CPU of this machine",
	  "inline", "who lets a software device work", SIM, set_sched },
	{ "cq_depth", "a power of two, 8..1024 (above 128 for SINGLE_LINK ports only)", "128",
	  "entries of a consumer queue", SIM | PCI | KERNEL, set_cq_depth },
	{ "max_num_events", "1..8192 with device=2.0, 1..16384 with device=2.5, or all", "all",
	  "events the device holds at most", SIM | PCI | KERNEL, set_max_num_events },
	{ "dev", "the path of a char device, as /dev/dlb0, of at most 63 characters", NULL,
	  "the kernel's device", KERNEL, set_dev },
};
/* clang-format on */

static const struct devarg *
devarg_find(const char *key)
{
	for (unsigned int i = 0; i < RTE_DIM(devargs); i++)
		if (strcmp(devargs[i].key, key) == 0)
			return &devargs[i];
	return NULL;
}

static int
refuse_key(const char *key, struct dlb_why *why)
{
	char known[128] = "";

	for (unsigned int i = 0; i < RTE_DIM(devargs); i++) {
		if (i > 0)
			strncat(known, ", ", sizeof(known) - strlen(known) - 1);
		strncat(known, devargs[i].key, sizeof(known) - strlen(known) - 1);
	}
	return dlb_why_set(why, -EINVAL, "unknown argument \"%s\"; known are %s", key, known);
}

static int
refuse_value(const struct devarg *arg, const char *value, struct dlb_why *why)
{
	return dlb_why_set(why, -EINVAL, "%s=%s (%s) is not allowed; allowed: %s (default %s)",
			   arg->key, value, arg->help, arg->allowed,
			   arg->default_value != NULL ? arg->default_value : "none");
}

/* Whether the argument makes sense for the device; a sentence if not. */
static int
check_transport(const struct devarg *arg, enum dlb_transport transport, struct dlb_why *why)
{
	unsigned int fits = (unsigned int)__builtin_ctz(arg->transports);

	if ((arg->transports & BIT(transport)) != 0)
		return 0;
	return dlb_why_set(why, -EINVAL, "%s is for %s, not for %s", arg->key,
			   transport_names[fits], transport_names[transport]);
}

static int
apply(struct dlb_devargs *args, const struct rte_kvargs *given, struct dlb_why *why)
{
	for (unsigned int i = 0; i < given->count; i++) {
		const struct rte_kvargs_pair *pair = &given->pairs[i];
		const struct devarg *arg = devarg_find(pair->key);

		if (arg == NULL)
			return refuse_key(pair->key, why);
		if (check_transport(arg, args->transport, why) != 0)
			return -EINVAL;
		for (unsigned int j = 0; j < i; j++)
			if (strcmp(given->pairs[j].key, pair->key) == 0)
				return dlb_why_set(why, -EINVAL, "%s is given twice", pair->key);
		if (pair->value == NULL)
			return refuse_value(arg, "", why);
		if (!arg->set(args, pair->value))
			return refuse_value(arg, pair->value, why);
	}
	return 0;
}

static int
check_together(struct dlb_devargs *args, struct dlb_why *why)
{
	const int32_t most = max_num_events_of(args->version);
	const long nb_cpus = sysconf(_SC_NPROCESSORS_CONF);

	if (args->step_mode == DLB_STEP_THREAD && args->thread_cpu >= nb_cpus)
		return dlb_why_set(
			why, -EINVAL,
			"sched=thread:%u is not allowed; allowed: thread:<cpu> with a CPU 0..%ld",
			args->thread_cpu, nb_cpus - 1);
	if (args->max_num_events == 0)
		args->max_num_events = most;
	if (args->max_num_events > most)
		return dlb_why_set(
			why, -EINVAL,
			"max_num_events=%d is not allowed; allowed: 1..%d with device=%s",
			args->max_num_events, most, dlb_limits[args->version].name);
	return 0;
}

static bool
has_dev(const struct rte_kvargs *given)
{
	return rte_kvargs_count(given, "dev") > 0;
}

/* What the device says of itself takes the place of arguments. */
static void
set_transport(struct dlb_devargs *args, const struct rte_kvargs *given, const enum dlb_version *pci)
{
	if (pci == NULL && !has_dev(given))
		return;
	args->transport = pci != NULL ? DLB_TRANSPORT_PCI : DLB_TRANSPORT_KERNEL;
	args->step_mode = DLB_STEP_NONE;
	if (pci != NULL)
		args->version = *pci;
}

int
dlb_devargs_set_version(struct dlb_devargs *args, enum dlb_version version, struct dlb_why *why)
{
	args->version = version;
	return check_together(args, why);
}

int
dlb_devargs_parse(struct dlb_devargs *args, const char *params, const enum dlb_version *pci,
		  struct dlb_why *why)
{
	struct dlb_devargs parsed = { 0 };
	struct rte_kvargs *given;
	int ret;

	for (unsigned int i = 0; i < RTE_DIM(devargs); i++)
		if (devargs[i].default_value != NULL &&
		    !devargs[i].set(&parsed, devargs[i].default_value))
			return refuse_value(&devargs[i], devargs[i].default_value, why);

	given = rte_kvargs_parse(params == NULL ? "" : params, NULL);
	if (given == NULL)
		return dlb_why_set(why, -EINVAL, "\"%s\" is not of the form key=value,...", params);
	set_transport(&parsed, given, pci);
	ret = apply(&parsed, given, why);
	rte_kvargs_free(given);
	if (ret == 0 && parsed.transport != DLB_TRANSPORT_KERNEL)
		ret = check_together(&parsed, why);
	if (ret == 0)
		*args = parsed;
	return ret;
}
