/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The interrupt of a function on PCI, with EAL (DPDK's environment abstraction layer) and its
 * interrupt thread. The test plays the kernel's VFIO: it gets the event descriptors, and interrupts
 * through them.
 */

#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <linux/vfio.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>

#include <cmocka.h>

#include <bus_pci_driver.h>
#include <rte_eal.h>
#include <rte_interrupts.h>

#include "bus/bus.h"
#include "bus/dlb_atomic.h"
#include "bus/pci_irq.h"

/* What VFIO was told last. */
static struct {
	bool fails;
	uint32_t index;
	uint32_t start;
	uint32_t count;
	int fds[2];
} vfio;

/* EAL calls this one instead of the C library's. */
int
ioctl(int fd, unsigned long request, ...)
{
	const struct vfio_irq_set *set;
	va_list args;

	va_start(args, request);
	set = va_arg(args, void *);
	va_end(args);
	if (request != VFIO_DEVICE_SET_IRQS)
		return (int)syscall(SYS_ioctl, fd, request, set);
	if (vfio.fails) {
		errno = ENOSPC;
		return -1;
	}
	vfio.index = set->index;
	vfio.start = set->start;
	vfio.count = set->count;
	if (set->count > 0)
		memcpy(vfio.fds, set->data, sizeof(vfio.fds));
	return 0;
}

struct rig {
	struct rte_pci_device pci;
	struct dlb_pci_irq *irq;
	uint32_t nb_calls;
	bool is_taken; /* the descriptor's count, before each call */
	sem_t called;
	sem_t go_on;
};

static void
handler(void *arg)
{
	struct rig *rig = arg;
	uint64_t nb;

	rig->is_taken = rig->is_taken && read(vfio.fds[1], &nb, sizeof(nb)) < 0;
	dlb_add_relaxed(&rig->nb_calls, 1);
	sem_post(&rig->called);
	sem_wait(&rig->go_on);
}

static void
rig_make(struct rig *rig, enum rte_intr_handle_type type)
{
	struct rte_intr_handle *handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE);

	memset(rig, 0, sizeof(*rig));
	memset(&vfio, 0, sizeof(vfio));
	assert_non_null(handle);
	assert_int_equal(rte_intr_type_set(handle, type), 0);
	assert_int_equal(rte_intr_fd_set(handle, eventfd(0, EFD_NONBLOCK)), 0);
	assert_int_equal(rte_intr_dev_fd_set(handle, eventfd(0, EFD_NONBLOCK)), 0);
	rig->pci.intr_handle = handle;
	rig->is_taken = true;
	sem_init(&rig->called, 0, 0);
	sem_init(&rig->go_on, 0, 0);
}

static void
rig_clear(struct rig *rig)
{
	close(rte_intr_fd_get(rig->pci.intr_handle));
	close(rte_intr_dev_fd_get(rig->pci.intr_handle));
	rte_intr_instance_free(rig->pci.intr_handle);
	sem_destroy(&rig->called);
	sem_destroy(&rig->go_on);
}

static void
interrupt(unsigned int vector)
{
	const uint64_t one = 1;

	assert_int_equal(write(vfio.fds[vector], &one, sizeof(one)), sizeof(one));
}

/* EAL's thread may open a file of its own under the number of one that was just closed. */
static bool
is_open_eventfd(int fd)
{
	char path[32], kind[32] = "";

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return readlink(path, kind, sizeof(kind) - 1) > 0 && strstr(kind, "eventfd") != NULL;
}

static void
test_pci_irq_calls_for_vector_1_only(void **state)
{
	struct rig rig;

	(void)state;
	rig_make(&rig, RTE_INTR_HANDLE_VFIO_MSIX);
	assert_int_equal(dlb_pci_irq_open(&rig.irq, &rig.pci, handler, &rig), 0);
	assert_int_equal(vfio.index, VFIO_PCI_MSIX_IRQ_INDEX);
	assert_int_equal(vfio.start, 0);
	assert_int_equal(vfio.count, 2);
	interrupt(0);
	interrupt(1);
	sem_wait(&rig.called);
	sem_post(&rig.go_on);
	dlb_pci_irq_close(rig.irq);
	assert_int_equal(rig.nb_calls, 1);
	assert_true(rig.is_taken);
	rig_clear(&rig);
}

/* What comes while the handler runs calls it once more. */
static void
test_pci_irq_calls_once_for_many(void **state)
{
	struct rig rig;

	(void)state;
	rig_make(&rig, RTE_INTR_HANDLE_VFIO_MSIX);
	assert_int_equal(dlb_pci_irq_open(&rig.irq, &rig.pci, handler, &rig), 0);
	interrupt(1);
	sem_wait(&rig.called);
	for (unsigned int i = 0; i < 3; i++)
		interrupt(1);
	sem_post(&rig.go_on);
	sem_wait(&rig.called);
	sem_post(&rig.go_on);
	dlb_pci_irq_close(rig.irq);
	assert_int_equal(rig.nb_calls, 2);
	assert_true(rig.is_taken);
	rig_clear(&rig);
}

static void
test_pci_irq_close_leaves_nothing(void **state)
{
	struct rig rig;

	(void)state;
	rig_make(&rig, RTE_INTR_HANDLE_VFIO_MSIX);
	for (unsigned int i = 0; i < 3; i++) {
		assert_int_equal(dlb_pci_irq_open(&rig.irq, &rig.pci, handler, &rig), 0);
		assert_true(is_open_eventfd(vfio.fds[1]));
		dlb_pci_irq_close(rig.irq);
		assert_int_equal(vfio.index, VFIO_PCI_MSIX_IRQ_INDEX);
		assert_int_equal(vfio.count, 0);
		assert_false(is_open_eventfd(vfio.fds[1]));
	}
	dlb_pci_irq_close(NULL);
	rig_clear(&rig);
}

static void
test_pci_irq_is_refused_without_msix(void **state)
{
	static const enum rte_intr_handle_type types[] = {
		RTE_INTR_HANDLE_UNKNOWN,     RTE_INTR_HANDLE_UIO,      RTE_INTR_HANDLE_UIO_INTX,
		RTE_INTR_HANDLE_VFIO_LEGACY, RTE_INTR_HANDLE_VFIO_MSI,
	};
	struct rig rig;

	(void)state;
	for (unsigned int i = 0; i < RTE_DIM(types); i++) {
		rig_make(&rig, types[i]);
		assert_int_equal(dlb_pci_irq_open(&rig.irq, &rig.pci, handler, &rig), -ENOTSUP);
		assert_null(rig.irq);
		assert_int_equal(rte_intr_nb_efd_get(rig.pci.intr_handle), 0);
		rig_clear(&rig);
	}
}

static void
test_pci_irq_failure_leaves_nothing(void **state)
{
	struct rig rig;
	int next;

	(void)state;
	rig_make(&rig, RTE_INTR_HANDLE_VFIO_MSIX);
	vfio.fails = true;
	next = eventfd(0, 0);
	close(next);
	assert_int_equal(dlb_pci_irq_open(&rig.irq, &rig.pci, handler, &rig), -EIO);
	assert_null(rig.irq);
	assert_int_equal(rte_intr_nb_efd_get(rig.pci.intr_handle), 0);
	assert_false(is_open_eventfd(next));
	rig_clear(&rig);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pci_irq_calls_for_vector_1_only),
		cmocka_unit_test(test_pci_irq_calls_once_for_many),
		cmocka_unit_test(test_pci_irq_close_leaves_nothing),
		cmocka_unit_test(test_pci_irq_is_refused_without_msix),
		cmocka_unit_test(test_pci_irq_failure_leaves_nothing),
	};
	char *eal_args[] = { (char *)(uintptr_t) "test_pci_irq",
			     (char *)(uintptr_t) "--no-huge",
			     (char *)(uintptr_t) "--no-pci",
			     (char *)(uintptr_t) "--no-shconf",
			     (char *)(uintptr_t) "--no-telemetry",
			     (char *)(uintptr_t) "--log-level=critical",
			     (char *)(uintptr_t) "--lcores=0",
			     (char *)(uintptr_t) "-m",
			     (char *)(uintptr_t) "64" };

	if (rte_eal_init(RTE_DIM(eal_args), eal_args) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
