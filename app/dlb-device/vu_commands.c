/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The commands of vfio-user, one function each, and the table that says how long they are.
 *
 * A function gets a payload whose length the table allows and returns the bytes of its reply's
 * payload, written to reply, or a negative errno, which the client gets as an error reply. All
 * that is in a payload is checked where it is used; a structure is copied out of it first, as
 * messages have no alignment. Descriptors that nobody took are closed by the connection.
 */

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "vu_device.h"

#define REPLY_BYTES (sizeof(struct vu_access) + VU_MAX_DATA)

struct command {
	const char *name;
	uint32_t min_len;
	uint32_t max_len;
	unsigned int max_fds;
	int (*handle)(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply);
};

/* --- the device ---------------------------------------------------------------------------- */

static int
handle_version(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	static const struct vu_version ours = { .major = VU_MAJOR, .minor = VU_MINOR };
	static const char can[] = "{\"capabilities\":{\"max_msg_fds\":16,\"max_dma_maps\":32768,"
				  "\"max_data_xfer_size\":4096,\"pgsizes\":4096,"
				  "\"write_multiple\":true}}";
	struct vu_version theirs;

	_Static_assert(VU_MAX_FDS == 16 && VU_MAX_DMA_REGIONS == 32768 && VU_MAX_DATA == 4096 &&
			       VU_DMA_PAGE == 4096,
		       "the text above says so");
	memcpy(&theirs, msg->payload, sizeof(theirs));
	if (dev->client->negotiated || theirs.major != VU_MAJOR)
		return -EINVAL;
	if (msg->len > sizeof(theirs) && msg->payload[msg->len - 1] != '\0')
		return -EINVAL;
	dev->client->negotiated = true;
	memcpy(reply, &ours, sizeof(ours));
	memcpy(reply + sizeof(ours), can, sizeof(can));
	return (int)(sizeof(ours) + sizeof(can));
}

static int
handle_get_info(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_info info;

	(void)dev;
	memcpy(&info, msg->payload, sizeof(info));
	if (info.argsz < sizeof(info))
		return -EINVAL;
	info = (struct vu_info){ .argsz = sizeof(info),
				 .flags = VU_INFO_RESET | VU_INFO_PCI,
				 .nb_regions = VU_NB_REGIONS,
				 .nb_irqs = VU_NB_IRQS };
	memcpy(reply, &info, sizeof(info));
	return sizeof(info);
}

static int
handle_get_region_info(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_region_info info;

	(void)dev;
	memcpy(&info, msg->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VU_NB_REGIONS)
		return -EINVAL;
	info = (struct vu_region_info){ .argsz = sizeof(info),
					.index = info.index,
					.size = vu_region_size(info.index) };
	if (info.size > 0)
		info.flags = VU_REGION_READABLE | VU_REGION_WRITEABLE;
	memcpy(reply, &info, sizeof(info));
	return sizeof(info);
}

static uint32_t
nb_vectors(uint32_t irq)
{
	return irq == VU_IRQ_MSIX ? DLB_NB_MSIX : 0;
}

static int
handle_get_irq_info(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_irq_info info;

	(void)dev;
	memcpy(&info, msg->payload, sizeof(info));
	if (info.argsz < sizeof(info) || info.index >= VU_NB_IRQS)
		return -EINVAL;
	info = (struct vu_irq_info){ .argsz = sizeof(info),
				     .index = info.index,
				     .count = nb_vectors(info.index) };
	if (info.count > 0)
		info.flags = VU_IRQ_EVENTFD;
	memcpy(reply, &info, sizeof(info));
	return sizeof(info);
}

static int
handle_reset(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	(void)msg;
	(void)reply;
	vu_trace_text(&dev->trace, 'S', "reset");
	vu_device_reset(dev);
	return 0;
}

/* --- memory -------------------------------------------------------------------------------- */

static int
handle_dma_map(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_dma_map_args args;
	bool writeable;
	int ret;

	(void)reply;
	memcpy(&args, msg->payload, sizeof(args));
	if (args.argsz < sizeof(args) || (args.flags & ~(VU_DMA_READABLE | VU_DMA_WRITEABLE)) != 0)
		return -EINVAL;
	writeable = (args.flags & VU_DMA_WRITEABLE) != 0;
	ret = vu_dma_map(&dev->dma, args.address, args.size, writeable,
			 msg->nb_fds > 0 ? msg->fds[0] : -1, args.offset);
	vu_trace_text(&dev->trace, 'D', "map 0x%" PRIx64 " 0x%" PRIx64 "%s%s%s", args.address,
		      args.size, (args.flags & VU_DMA_READABLE) != 0 ? " read" : "",
		      writeable ? " write" : "", msg->nb_fds > 0 ? " file" : "");
	if (ret == 0) /* a ring that was not there before may be now */
		dlbsim_dma_unmap(dev->sim, args.address, args.size);
	return ret;
}

/* Removes what the arguments say; *removed is how many bytes that was. */
static int
unmap(struct vu_device *dev, const struct vu_dma_unmap_args *args, uint64_t *removed)
{
	uint64_t end = args->address + args->size;

	if (args->flags == VU_DMA_UNMAP_ALL && args->address == 0 && args->size == 0) {
		dlbsim_dma_unmap(dev->sim, 0, UINT64_MAX);
		*removed = vu_dma_clear(&dev->dma);
		return 0;
	}
	if (args->flags != 0)
		return -EINVAL;
	/* The address space may end where the range does; no region reaches its last byte. */
	dlbsim_dma_unmap(dev->sim, args->address,
			 end < args->address ? UINT64_MAX - args->address : args->size);
	return vu_dma_unmap(&dev->dma, args->address, args->size, removed);
}

static int
handle_dma_unmap(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_dma_unmap_args args;
	uint64_t removed;
	int ret;

	memcpy(&args, msg->payload, sizeof(args));
	if (args.argsz < sizeof(args))
		return -EINVAL;
	/* What was written before goes to the memory that was there. */
	vu_device_run(dev);
	ret = unmap(dev, &args, &removed);
	vu_trace_text(&dev->trace, 'D', "unmap 0x%" PRIx64 " 0x%" PRIx64, args.address, args.size);
	if (ret != 0)
		return ret;
	args.size = removed;
	memcpy(reply, &args, sizeof(args));
	return sizeof(args);
}

/* --- interrupts ---------------------------------------------------------------------------- */

static int
check_irq_set(const struct vu_irq_set *set)
{
	uint32_t nb = nb_vectors(set->index);

	if (set->argsz < sizeof(*set) || set->index >= VU_NB_IRQS)
		return -EINVAL;
	if (set->start > nb || set->count > nb - set->start)
		return -EINVAL;
	return 0;
}

static int
attach_eventfds(struct vu_device *dev, const struct vu_irq_set *set, const struct vu_message *msg)
{
	if (msg->nb_fds != 0 && msg->nb_fds != set->count)
		return -EINVAL;
	for (unsigned int i = 0; i < msg->nb_fds; i++)
		if (!vu_irq_is_eventfd(msg->fds[i]))
			return -EINVAL;
	for (unsigned int i = 0; i < set->count; i++) {
		int fd = -1;

		if (msg->nb_fds > 0) {
			fd = msg->fds[i];
			msg->fds[i] = -1;
		}
		vu_irq_attach(dev, set->start + i, fd);
	}
	return 0;
}

static int
handle_set_irqs(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_irq_set set;
	int ret;

	(void)reply;
	memcpy(&set, msg->payload, sizeof(set));
	ret = check_irq_set(&set);
	if (ret != 0)
		return ret;
	switch (set.flags) {
	case VU_IRQ_DATA_EVENTFD | VU_IRQ_ACTION_TRIGGER:
		return attach_eventfds(dev, &set, msg);
	case VU_IRQ_DATA_NONE | VU_IRQ_ACTION_TRIGGER:
		if (set.count != 0 || msg->nb_fds != 0)
			return -EINVAL;
		if (set.index == VU_IRQ_MSIX)
			vu_irq_detach_all(dev);
		return 0;
	default:
		return -EINVAL;
	}
}

/* --- regions ------------------------------------------------------------------------------- */

static int
handle_region_read(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_access access;
	int ret;

	memcpy(&access, msg->payload, sizeof(access));
	if (access.count > VU_MAX_DATA)
		return -EINVAL;
	ret = vu_region_read(dev, access.region, access.offset, access.count,
			     reply + sizeof(access));
	if (ret != 0)
		return ret;
	memcpy(reply, &access, sizeof(access));
	return (int)(sizeof(access) + access.count);
}

static int
handle_region_write(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	struct vu_access access;
	int ret;

	memcpy(&access, msg->payload, sizeof(access));
	if (access.count != msg->len - sizeof(access))
		return -EINVAL;
	ret = vu_region_write(dev, access.region, access.offset, access.count,
			      msg->payload + sizeof(access));
	if (ret != 0)
		return ret;
	memcpy(reply, &access, sizeof(access));
	return sizeof(access);
}

/* Never replied to: a write that cannot be is a line in the log, and the others are done. */
static int
handle_region_write_multi(struct vu_device *dev, const struct vu_message *msg, uint8_t *reply)
{
	const uint8_t *next = msg->payload + sizeof(uint64_t);
	struct vu_small_write small;
	uint64_t nb;
	int ret = 0;

	(void)reply;
	memcpy(&nb, msg->payload, sizeof(nb));
	if (nb > msg->len / sizeof(small) || msg->len != sizeof(nb) + nb * sizeof(small))
		return -EINVAL;
	for (; nb > 0; nb--, next += sizeof(small)) {
		memcpy(&small, next, sizeof(small));
		if (small.count > sizeof(small.data) ||
		    vu_region_write(dev, small.region, small.offset, small.count, small.data) != 0)
			ret = -EINVAL;
	}
	return ret;
}

/* --- dispatch ------------------------------------------------------------------------------ */

#define EXACTLY(type) sizeof(struct type), sizeof(struct type)

static const struct command commands[] = {
	[VU_VERSION] = { "VERSION", sizeof(struct vu_version), VU_MAX_MESSAGE, 0, handle_version },
	[VU_DMA_MAP] = { "DMA_MAP", EXACTLY(vu_dma_map_args), 1, handle_dma_map },
	[VU_DMA_UNMAP] = { "DMA_UNMAP", EXACTLY(vu_dma_unmap_args), 0, handle_dma_unmap },
	[VU_GET_INFO] = { "GET_INFO", EXACTLY(vu_info), 0, handle_get_info },
	[VU_GET_REGION_INFO] = { "GET_REGION_INFO", EXACTLY(vu_region_info), 0,
				 handle_get_region_info },
	[VU_GET_IRQ_INFO] = { "GET_IRQ_INFO", EXACTLY(vu_irq_info), 0, handle_get_irq_info },
	[VU_SET_IRQS] = { "SET_IRQS", EXACTLY(vu_irq_set), VU_MAX_FDS, handle_set_irqs },
	[VU_REGION_READ] = { "REGION_READ", EXACTLY(vu_access), 0, handle_region_read },
	[VU_REGION_WRITE] = { "REGION_WRITE", sizeof(struct vu_access),
			      sizeof(struct vu_access) + VU_MAX_DATA, 0, handle_region_write },
	[VU_DEVICE_RESET] = { "DEVICE_RESET", 0, 0, 0, handle_reset },
	[VU_REGION_WRITE_MULTI] = { "REGION_WRITE_MULTI", sizeof(uint64_t), VU_MAX_MESSAGE, 0,
				    handle_region_write_multi },
};

#define NB_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static int
dispatch(struct vu_device *dev, struct vu_message *msg, uint8_t *reply)
{
	const struct command *command = &commands[0]; /* there is no command 0 */

	if (msg->header.command < NB_COMMANDS)
		command = &commands[msg->header.command];
	if (command->handle == NULL)
		return -EOPNOTSUPP;
	if (msg->header.command == VU_REGION_WRITE_MULTI)
		msg->header.flags |= VU_NO_REPLY;
	if (msg->len < command->min_len || msg->len > command->max_len ||
	    msg->nb_fds > command->max_fds)
		return -EINVAL;
	if (!dev->client->negotiated && msg->header.command != VU_VERSION)
		return -EINVAL;
	return command->handle(dev, msg, reply);
}

/*
 * The client says that a write to its memory is done, or could not be; or what it has where a write
 * could not be, which nobody needs to know.
 */
static int
take_reply(struct vu_device *dev, const struct vu_message *msg)
{
	bool is_probe = msg->header.command == VU_DMA_READ && dev->is_probing;

	if ((msg->header.command != VU_DMA_WRITE && !is_probe) || dev->client->nb_pending == 0)
		return -EPROTO;
	if (is_probe)
		dev->is_probing = false;
	else if ((msg->header.flags & VU_ERROR) != 0)
		vu_device_complain(dev, "the client refuses a write to its memory (error %u)",
				   msg->header.error);
	if (--dev->client->nb_pending == 0)
		vu_irq_release(dev);
	return 0;
}

int
vu_device_handle(struct vu_device *dev, struct vu_message *msg)
{
	uint8_t reply[REPLY_BYTES];
	int ret;

	if ((msg->header.flags & VU_TYPE) == VU_REPLY)
		return take_reply(dev, msg);
	ret = dispatch(dev, msg, reply);
	if (ret < 0) {
		const char *name = msg->header.command < NB_COMMANDS
					   ? commands[msg->header.command].name
					   : NULL;

		vu_device_complain(dev, "message %s (%u) of %u bytes: error %d",
				   name != NULL ? name : "unknown", msg->header.command,
				   msg->header.size, -ret);
	}
	ret = vu_client_reply(dev->client, &msg->header, ret, reply, ret > 0 ? (size_t)ret : 0);
	if (ret == 0 && !dev->client->negotiated)
		return -EPROTO;
	return ret;
}
