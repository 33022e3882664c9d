/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The vfio-user protocol, version 0.0, byte by byte: VFIO (Virtual Function I/O) as messages on a
 * stream socket. A client, QEMU for one, plugs the server's device into its virtual machine.
 *
 * Each message is a header and a payload; file descriptors travel beside it (SCM_RIGHTS). The
 * payloads of commands are the argument structures of VFIO's ioctls where there is one. All is
 * little endian. Only what this server understands or sends is listed. It knows no DLB.
 */

#ifndef VU_PROTO_H
#define VU_PROTO_H

#include <stddef.h>
#include <stdint.h>

enum vu_command {
	VU_VERSION = 1,
	VU_DMA_MAP = 2,
	VU_DMA_UNMAP = 3,
	VU_GET_INFO = 4,
	VU_GET_REGION_INFO = 5,
	VU_GET_IRQ_INFO = 7,
	VU_SET_IRQS = 8,
	VU_REGION_READ = 9,
	VU_REGION_WRITE = 10,
	VU_DMA_READ = 11, /* this one and the next are sent by the server */
	VU_DMA_WRITE = 12,
	VU_DEVICE_RESET = 13,
	VU_REGION_WRITE_MULTI = 15,
};

#define VU_MAJOR 0
#define VU_MINOR 0

/* vu_header.flags */
#define VU_TYPE	    0xFu /* a field: one of the next two */
#define VU_REQUEST  0x0u
#define VU_REPLY    0x1u
#define VU_NO_REPLY 0x10u
#define VU_ERROR    0x20u

struct vu_header {
	uint16_t id; /* a reply has its request's */
	uint16_t command;
	uint32_t size; /* of header and payload */
	uint32_t flags;
	uint32_t error; /* errno, of a reply with VU_ERROR */
};

/* Followed by JSON text that ends with a zero byte. */
struct vu_version {
	uint16_t major;
	uint16_t minor;
};

#define VU_DMA_READABLE	 0x1u
#define VU_DMA_WRITEABLE 0x2u

struct vu_dma_map_args {
	uint32_t argsz;
	uint32_t flags;
	uint64_t offset; /* in the file that comes along, if one does */
	uint64_t address;
	uint64_t size;
};

#define VU_DMA_UNMAP_ALL 0x2u /* with address and size 0 */

struct vu_dma_unmap_args {
	uint32_t argsz;
	uint32_t flags;
	uint64_t address;
	uint64_t size;
};

#define VU_INFO_RESET 0x1u
#define VU_INFO_PCI   0x2u

struct vu_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t nb_regions;
	uint32_t nb_irqs;
};

enum vu_region {
	VU_REGION_BAR0 = 0,
	VU_REGION_BAR2 = 2,
	VU_REGION_CONFIG = 7,
	VU_NB_REGIONS = 9,
};

#define VU_REGION_READABLE  0x1u
#define VU_REGION_WRITEABLE 0x2u

struct vu_region_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t cap_offset;
	uint64_t size;
	uint64_t offset;
};

enum vu_irq {
	VU_IRQ_MSIX = 2,
	VU_NB_IRQS = 5,
};

#define VU_IRQ_EVENTFD 0x1u

struct vu_irq_info {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t count;
};

#define VU_IRQ_DATA_NONE      0x1u
#define VU_IRQ_DATA_EVENTFD   0x4u
#define VU_IRQ_ACTION_TRIGGER 0x20u

/* With VU_IRQ_DATA_EVENTFD the descriptors come along: count of them, or none to detach. */
struct vu_irq_set {
	uint32_t argsz;
	uint32_t flags;
	uint32_t index;
	uint32_t start;
	uint32_t count;
};

/* Of REGION_READ and REGION_WRITE; followed by the bytes in a reply to the one, in the other. */
struct vu_access {
	uint64_t offset;
	uint32_t region;
	uint32_t count;
};

/* Preceded by a 64-bit number of these; never replied to. */
struct vu_small_write {
	uint64_t offset;
	uint32_t region;
	uint32_t count; /* of the bytes that count */
	uint8_t data[8];
};

/* A write is followed by the bytes, and so is the reply to a read. */
struct vu_dma_access {
	uint64_t address;
	uint64_t count;
};

/* Descriptors with one message; QEMU sends more event descriptors than that in several. */
#define VU_MAX_FDS 16
/* Bytes of one region access. QEMU reads the configuration space in one go. */
#define VU_MAX_DATA 4096
/* A longer message is not one of ours; the longest in use are 200 small writes, 4.8 kB. */
#define VU_MAX_MESSAGE 16384

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "the protocol is little endian");
_Static_assert(sizeof(struct vu_header) == 16, "wire format");
_Static_assert(offsetof(struct vu_header, size) == 4, "wire format");
_Static_assert(sizeof(struct vu_version) == 4, "wire format");
_Static_assert(sizeof(struct vu_dma_map_args) == 32, "wire format");
_Static_assert(offsetof(struct vu_dma_map_args, address) == 16, "wire format");
_Static_assert(sizeof(struct vu_dma_unmap_args) == 24, "wire format");
_Static_assert(sizeof(struct vu_info) == 16, "wire format");
_Static_assert(sizeof(struct vu_region_info) == 32, "wire format");
_Static_assert(offsetof(struct vu_region_info, size) == 16, "wire format");
_Static_assert(sizeof(struct vu_irq_info) == 16, "wire format");
_Static_assert(sizeof(struct vu_irq_set) == 20, "wire format");
_Static_assert(sizeof(struct vu_access) == 16, "wire format");
_Static_assert(sizeof(struct vu_small_write) == 24, "wire format");
_Static_assert(sizeof(struct vu_dma_access) == 16, "wire format");

#endif /* VU_PROTO_H */
