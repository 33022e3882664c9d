/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What who runs the server says on its standard input: faults for its devices.
 *
 * A line is "DEVICE COMMAND...", the devices being numbered from 0 on; the answer is the line "ok",
 * or one that begins with "error: ". When it comes the command is in force.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vu_server.h"

static int
obey(struct vu_server *server, char *line, char *error)
{
	char *command;
	unsigned long number = strtoul(line, &command, 10);
	char said[VU_FAULT_LINE_BYTES];
	struct vu_device *dev;
	int ret;

	if (command == line || command[0] != ' ' || number >= server->nb_slots) {
		snprintf(error, VU_FAULT_ERROR_BYTES, "%.100s: begins with no device's number",
			 line);
		return -EINVAL;
	}
	dev = &server->slots[number].dev;
	snprintf(said, sizeof(said), "%s", command + 1);
	ret = vu_fault_command(&dev->faults, dev->version, command + 1, error);
	if (ret != 0)
		return ret;
	vu_trace_text(&dev->trace, 'F', "%s", said);
	vu_device_run(dev);
	return 0;
}

static void
answer(struct vu_server *server)
{
	char error[VU_FAULT_ERROR_BYTES];
	int ret = -EINVAL;

	if (server->control.len < sizeof(server->control.line) - 1)
		ret = obey(server, server->control.line, error);
	else
		snprintf(error, sizeof(error), "the line is too long");

	if (ret == 0)
		puts("ok");
	else
		printf("error: %s\n", error);
	fflush(stdout);
}

static void
take(struct vu_server *server, char c)
{
	struct vu_control *control = &server->control;

	if (c != '\n') {
		if (control->len < sizeof(control->line) - 1)
			control->line[control->len++] = c;
		return;
	}
	control->line[control->len] = '\0';
	answer(server);
	control->len = 0;
}

void
vu_control_serve(struct vu_server *server)
{
	char bytes[VU_FAULT_LINE_BYTES];
	ssize_t nb = read(server->control.fd, bytes, sizeof(bytes));

	if (nb < 0 && errno == EINTR)
		return;
	if (nb <= 0) {
		server->control.fd = -1;
		return;
	}
	for (ssize_t i = 0; i < nb; i++)
		take(server, bytes[i]);
}
