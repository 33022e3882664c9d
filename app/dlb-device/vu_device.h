/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * A software DLB as a PCI function that one client at a time plugs in.
 *
 * What a client can do to it is in vu_commands.c; vu_region.c, vu_port.c and vu_irq.c are its parts.
 * Invariant: between two clients the device is as just switched on, with no memory, interrupt or
 * half-written command of the one before. It knows no socket, only clients.
 */

#ifndef VU_DEVICE_H
#define VU_DEVICE_H

#include "dlbsim.h"
#include "vu_client.h"
#include "vu_dma.h"
#include "vu_fault.h"
#include "vu_trace.h"

/* Commands on their way to one producer port, handed to the device together. */
#define VU_MAX_RUN 64
/* A port has a page in each of two windows, for directed and for load-balanced ports. */
#define VU_NB_WINDOWS 4

/* The 16 bytes of a command arrive in pieces: those that are there. */
struct vu_partial {
	uint8_t bytes[sizeof(struct dlb_hcw)];
	uint8_t fill;
	uint8_t slot; /* which 16 bytes of the page they were written to */
};

struct vu_ports {
	struct vu_partial partial[VU_NB_WINDOWS][DLB_MAX_DIR_PORTS];
	struct dlb_hcw run[VU_MAX_RUN];
	unsigned int nb_run;
	unsigned int run_port;
	bool run_is_ldb;
};

struct vu_irqs {
	int fds[DLB_NB_MSIX];	/* event descriptors, -1: none attached */
	bool held[DLB_NB_MSIX]; /* waits for memory writes by message to be done */
};

struct vu_device {
	const char *name; /* for messages */
	enum dlb_version version;
	struct dlbsim *sim;
	struct vu_tracer trace;
	struct vu_client *client; /* NULL: nobody is connected */
	bool is_master;		  /* software allows the function to access memory */
	bool is_probing;	  /* a read of an address without memory has no reply yet */
	struct vu_dma dma;
	struct vu_irqs irqs;
	struct vu_ports ports;
	struct vu_faults faults;    /* what is wrong with it on purpose */
	bool is_stalled;	    /* by one of them; a reset ends that */
	unsigned int nb_complaints; /* lines about this client's faults so far */
};

/* Returns 0 or -ENOMEM. @p name stays the caller's. */
int
vu_device_create(struct vu_device *dev, enum dlb_version version, const char *name,
		 const struct vu_tracer *trace);

void
vu_device_destroy(struct vu_device *dev);

void
vu_device_attach(struct vu_device *dev, struct vu_client *client);

/* The client is gone: forget what was its. */
void
vu_device_detach(struct vu_device *dev);

/* Function-level reset. The interrupts that the client attached stay attached. */
void
vu_device_reset(struct vu_device *dev);

/* Configuration space was written, or reset together with the device. */
void
vu_device_config_written(struct vu_device *dev, bool was_reset);

/* Let the device work until nothing moves any more. */
void
vu_device_run(struct vu_device *dev);

/* Does the device have to be run from time to time, though nobody does anything to it? */
bool
vu_device_needs_clock(struct vu_device *dev);

/* Say that somebody does what is not allowed: in the trace, and the first few times aloud. */
void
vu_device_complain(struct vu_device *dev, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* --- vu_commands.c ------------------------------------------------------------------------- */

/*
 * Carry out a message and reply to it. Returns 0, also when the reply is an error, or a negative
 * errno with which the connection has to end.
 */
int
vu_device_handle(struct vu_device *dev, struct vu_message *msg);

/* --- vu_region.c --------------------------------------------------------------------------- */

/* Bytes of a region, 0 for one that the device does not have. */
uint64_t
vu_region_size(uint32_t region);

/* Returns 0 or -EINVAL: no such region, or not @p count bytes of it there. */
int
vu_region_read(struct vu_device *dev, uint32_t region, uint64_t offset, uint32_t count,
	       uint8_t *out);
int
vu_region_write(struct vu_device *dev, uint32_t region, uint64_t offset, uint32_t count,
		const uint8_t *in);

/* --- vu_port.c ----------------------------------------------------------------------------- */

/* Is this offset of the FUNC BAR in a window of producer ports? */
bool
vu_port_is_at(uint32_t offset);

/* Bytes written there; they need not be a whole command. */
void
vu_port_write(struct vu_device *dev, uint32_t offset, const uint8_t *bytes, uint32_t count);

/* Hand over what was collected: to be called before anything else is done to the device. */
void
vu_port_flush(struct vu_device *dev);

/* --- vu_irq.c ------------------------------------------------------------------------------ */

void
vu_irq_init(struct vu_device *dev);

/* Attach an event descriptor to a vector in the place of the one before, or -1 to detach it. */
void
vu_irq_attach(struct vu_device *dev, unsigned int vector, int fd);

void
vu_irq_detach_all(struct vu_device *dev);

/* Is it a descriptor that may be attached? */
bool
vu_irq_is_eventfd(int fd);

/* Mask in the device exactly the vectors without a descriptor: a reset masks all. */
void
vu_irq_update_masks(struct vu_device *dev);

/* The device sends a vector. */
void
vu_irq_send(struct vu_device *dev, unsigned int vector);

/*
 * Send what the device sends for no reason, because of a fault: as early as can be, and whenever
 * software is busy with it.
 */
void
vu_irq_send_unasked(struct vu_device *dev);

/* Send what had to wait for memory writes by message. */
void
vu_irq_release(struct vu_device *dev);

#endif /* VU_DEVICE_H */
