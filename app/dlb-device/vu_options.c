/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The command line. See vu_options.h. An option's value is the next argument or follows "=".
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "vu_options.h"

const char vu_options_usage[] =
	"usage: dlb-device --socket PATH [--device 2.0|2.5] [--socket PATH ...] [--trace FILE]\n"
	"                  [--faults]\n"
	"\n"
	"A Dynamic Load Balancer made of software, as a PCI device that QEMU (10.1 or later) plugs\n"
	"into a virtual machine with\n"
	"    -device '{\"driver\":\"vfio-user-pci\",\"socket\":{\"type\":\"unix\",\"path\":\"PATH\"}}'\n"
	"\n"
	"  --socket PATH   UNIX socket to listen at, for its owner only; several make several devices\n"
	"  --device VER    version of the device of the --socket before: 2.0 or 2.5 (default: 2.5)\n"
	"  --trace FILE    write each access to the devices by name (see the guide for the format)\n"
	"  --faults        read from standard input what is to be wrong with the devices (see there)\n"
	"  --help          print this\n"
	"\n"
	"The server must listen before QEMU starts. It serves one client after the other on each\n"
	"socket, each with a device as after a reset, until SIGTERM or SIGINT.\n";

#define FAIL(error, ...) (snprintf(error, VU_OPTIONS_ERROR_BYTES, __VA_ARGS__), -EINVAL)

static int
add_socket(struct vu_options *options, const char *path, char *error)
{
	if (path[0] == '\0')
		return FAIL(error, "--socket: an empty path is not allowed");
	if (options->nb_devices == VU_MAX_DEVICES)
		return FAIL(error, "--socket %s: at most %d devices", path, VU_MAX_DEVICES);
	for (unsigned int i = 0; i < options->nb_devices; i++)
		if (strcmp(options->devices[i].path, path) == 0)
			return FAIL(error, "--socket %s: given twice", path);
	options->devices[options->nb_devices].path = path;
	options->devices[options->nb_devices].version = DLB_V2_5;
	options->nb_devices++;
	return 0;
}

static int
set_device(struct vu_options *options, const char *text, char *error)
{
	if (options->nb_devices == 0)
		return FAIL(error, "--device %s: comes after the --socket that it is about", text);
	for (unsigned int v = 0; v < DLB_NB_VERSIONS; v++) {
		if (strcmp(dlb_limits[v].name, text) != 0)
			continue;
		options->devices[options->nb_devices - 1].version = (enum dlb_version)v;
		return 0;
	}
	return FAIL(error, "--device %s: allowed is 2.0 or 2.5", text);
}

static int
set_trace(struct vu_options *options, const char *path, char *error)
{
	if (path[0] == '\0')
		return FAIL(error, "--trace: an empty path is not allowed");
	options->trace = path;
	return 0;
}

static int
set_faults(struct vu_options *options, const char *value, char *error)
{
	if (value != NULL)
		return FAIL(error, "--faults=%s: it has no value", value);
	options->faults = true;
	return 0;
}

static const struct {
	const char *name;
	int (*set)(struct vu_options *options, const char *value, char *error);
	bool is_alone; /* has no value */
} rows[] = {
	{ "--socket", add_socket, false },
	{ "--device", set_device, false },
	{ "--trace", set_trace, false },
	{ "--faults", set_faults, true },
};

/* The option's value, and how many arguments it and its value are; NULL without one. */
static const char *
value_of(const char *name, char *const argv[], int *nb_args)
{
	size_t len = strlen(name);

	*nb_args = 0;
	if (strncmp(argv[0], name, len) != 0)
		return NULL;
	if (argv[0][len] == '=') {
		*nb_args = 1;
		return argv[0] + len + 1;
	}
	if (argv[0][len] != '\0')
		return NULL;
	*nb_args = 2;
	return argv[1];
}

static int
parse_one(struct vu_options *options, char *const argv[], int *nb_args, char *error)
{
	for (unsigned int i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *value = value_of(rows[i].name, argv, nb_args);

		if (rows[i].is_alone && *nb_args == 2) {
			*nb_args = 1;
			return rows[i].set(options, NULL, error);
		}
		if (value != NULL)
			return rows[i].set(options, value, error);
		if (*nb_args != 0)
			return FAIL(error, "%s: a value is missing", rows[i].name);
	}
	return FAIL(error, "%s: not an option of dlb-device", argv[0]);
}

int
vu_options_parse(struct vu_options *options, int argc, char *const argv[], char *error)
{
	int ret;

	*options = (struct vu_options){ 0 };
	for (int i = 1, n; i < argc; i += n) {
		if (strcmp(argv[i], "--help") == 0) {
			options->help = true;
			return 0;
		}
		ret = parse_one(options, &argv[i], &n, error);
		if (ret != 0)
			return ret;
	}
	if (options->nb_devices == 0)
		return FAIL(error, "--socket PATH is missing");
	return 0;
}
