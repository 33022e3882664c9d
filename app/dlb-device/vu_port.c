/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Producer ports (PP): commands put together from the pieces that arrive.
 *
 * A processor writes 64 bytes with MOVDIR64B or four times 16 bytes to the same address; through an
 * emulated machine either comes as pieces of 8 bytes, in order. So the two pieces of any aligned 16
 * bytes of the port's page make one hardware command word (HCW). A piece that does not continue
 * the one before begins anew, or is dropped if it begins in the middle.
 */

#include <inttypes.h>
#include <stddef.h>
#include <string.h>

#include "vu_device.h"

#define WINDOW_BYTES (DLB_PP_LDB_WINDOW - DLB_PP_DIR_WINDOW)
#define HCW_BYTES    ((uint32_t)sizeof(struct dlb_hcw))

_Static_assert(DLB_PP_DRIVER_DIR_WINDOW == DLB_PP_DIR_WINDOW + 2 * WINDOW_BYTES,
	       "the driver's windows follow");
_Static_assert(DLB_PP_DRIVER_LDB_WINDOW == DLB_PP_DIR_WINDOW + 3 * WINDOW_BYTES,
	       "and are in the same order");

bool
vu_port_is_at(uint32_t offset)
{
	return offset - DLB_PP_DIR_WINDOW < VU_NB_WINDOWS * WINDOW_BYTES;
}

/* Say what of the commands of one port the device has refused. */
static void
complain_of_refused(struct vu_device *dev, const struct dlbsim_drops *before)
{
	static const struct {
		size_t offset;
		const char *why;
	} reasons[] = {
		{ offsetof(struct dlbsim_drops, illegal_pp), "the port is not enabled" },
		{ offsetof(struct dlbsim_drops, illegal_hcw), "no command, or not of such a port" },
		{ offsetof(struct dlbsim_drops, illegal_qid), "there is no such queue" },
		{ offsetof(struct dlbsim_drops, disabled_qid),
		  "the queue is not of a started domain" },
		{ offsetof(struct dlbsim_drops, illegal_qid_cfg), "the queue lacks the type" },
		{ offsetof(struct dlbsim_drops, no_credit), "there is no credit" },
		{ offsetof(struct dlbsim_drops, excess_completion), "nothing is left to complete" },
		{ offsetof(struct dlbsim_drops, excess_token), "so many tokens are not out" },
		{ offsetof(struct dlbsim_drops, illegal_frag), "there is nothing to fragment" },
	};
	struct dlbsim_drops after;

	dlbsim_drops(dev->sim, &after);
	for (unsigned int i = 0; i < sizeof(reasons) / sizeof(reasons[0]); i++) {
		uint64_t old, new;

		memcpy(&old, (const uint8_t *)before + reasons[i].offset, sizeof(old));
		memcpy(&new, (const uint8_t *)&after + reasons[i].offset, sizeof(new));
		if (new != old)
			vu_device_complain(dev, "%s(%u): %" PRIu64 " refused, %s",
					   dev->ports.run_is_ldb ? "LDB" : "DIR",
					   dev->ports.run_port, new - old, reasons[i].why);
	}
}

void
vu_port_flush(struct vu_device *dev)
{
	struct vu_ports *ports = &dev->ports;
	struct dlbsim_drops before;
	unsigned int n = ports->nb_run;

	if (n == 0)
		return;
	dlbsim_drops(dev->sim, &before);
	for (unsigned int i = 0; i < n; i++)
		vu_trace_hcw(&dev->trace, ports->run_is_ldb, ports->run_port, &ports->run[i]);
	ports->nb_run = 0;
	dlbsim_pp_write(dev->sim, ports->run_is_ldb, ports->run_port, ports->run, n);
	complain_of_refused(dev, &before);
}

static void
add_to_run(struct vu_device *dev, bool is_ldb, unsigned int port, const uint8_t *bytes)
{
	struct vu_ports *ports = &dev->ports;

	if (ports->nb_run == VU_MAX_RUN || ports->run_port != port || ports->run_is_ldb != is_ldb)
		vu_port_flush(dev);
	ports->run_port = port;
	ports->run_is_ldb = is_ldb;
	memcpy(&ports->run[ports->nb_run++], bytes, sizeof(struct dlb_hcw));
}

/* Bytes of one command; returns true when they complete it. */
static bool
collect(struct vu_partial *partial, uint32_t offset, const uint8_t *bytes, uint32_t count)
{
	uint32_t at = offset % HCW_BYTES;
	uint8_t slot = (uint8_t)(offset % DLB_PP_PAGE_BYTES / HCW_BYTES);

	if (at == 0) {
		partial->fill = 0;
		partial->slot = slot;
	}
	if (at != partial->fill || slot != partial->slot) {
		partial->fill = 0;
		return false;
	}
	memcpy(partial->bytes + at, bytes, count);
	partial->fill = (uint8_t)((at + count) % HCW_BYTES);
	return at + count == HCW_BYTES;
}

void
vu_port_write(struct vu_device *dev, uint32_t offset, const uint8_t *bytes, uint32_t count)
{
	for (uint32_t n; count > 0; offset += n, bytes += n, count -= n) {
		uint32_t window = (offset - DLB_PP_DIR_WINDOW) / WINDOW_BYTES;
		uint32_t port = (offset - DLB_PP_DIR_WINDOW) % WINDOW_BYTES / DLB_PP_PAGE_BYTES;
		struct vu_partial *partial;

		n = HCW_BYTES - offset % HCW_BYTES;
		n = count < n ? count : n;
		if (window >= VU_NB_WINDOWS || port >= DLB_MAX_DIR_PORTS)
			continue;
		partial = &dev->ports.partial[window][port];
		if (collect(partial, offset, bytes, n))
			add_to_run(dev, window % 2 != 0, port, partial->bytes);
	}
}
