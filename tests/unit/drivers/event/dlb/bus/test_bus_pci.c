/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * A function on PCI that is gone when the driver comes to it. Its configuration space is a file, as
 * uio_pci_generic gives it; its BARs (base address registers) are memory full of ones.
 *
 * Whatever is missing, the driver refuses the function with an error and leaves nothing behind.
 */

#define _GNU_SOURCE
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <bus_pci_driver.h>
#include <rte_eal.h>
#include <rte_interrupts.h>
#include <rte_malloc.h>

#include "dlb_priv.h"
#include "dlbsim.h"

#define CONFIG_BYTES 4096
#define ONES_BYTES   (2 << 20)

struct function {
	struct rte_pci_device pci;
	int config;
	int ones;
};

/* The same few pages of ones everywhere. */
static void *
map_ones(int fd, size_t bytes)
{
	uint8_t *bar =
		mmap(NULL, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_ptr_not_equal(bar, MAP_FAILED);
	for (size_t at = 0; at < bytes; at += ONES_BYTES)
		assert_ptr_equal(mmap(bar + at, ONES_BYTES, PROT_READ | PROT_WRITE,
				      MAP_PRIVATE | MAP_FIXED, fd, 0),
				 bar + at);
	return bar;
}

static void
write_config(int fd, enum dlb_version version)
{
	static const struct dlbsim_host host = { .msix = NULL };
	struct dlbsim *sim = dlbsim_create(version, NULL, &host, NULL);

	assert_non_null(sim);
	for (unsigned int offset = 0; offset < CONFIG_BYTES; offset += 4) {
		uint32_t word = dlbsim_pci_read(sim, offset, sizeof(word));

		assert_int_equal(pwrite(fd, &word, sizeof(word), offset), sizeof(word));
	}
	dlbsim_destroy(sim);
}

static int
set_up(void **state)
{
	static struct function function;
	uint8_t ones[4096];

	memset(ones, 0xff, sizeof(ones));
	function = (struct function){
		.pci = { .name = "0000:00:1f.7",
			 .kdrv = RTE_PCI_KDRV_UIO_GENERIC,
			 .device = { .numa_node = SOCKET_ID_ANY },
			 .intr_handle = rte_intr_instance_alloc(RTE_INTR_INSTANCE_F_PRIVATE) },
		.config = memfd_create("config", 0),
		.ones = memfd_create("ones", 0),
	};
	assert_non_null(function.pci.intr_handle);
	rte_intr_dev_fd_set(function.pci.intr_handle, function.config);
	write_config(function.config, DLB_V2_5);
	for (unsigned int at = 0; at < ONES_BYTES; at += sizeof(ones))
		assert_int_equal(write(function.ones, ones, sizeof(ones)), sizeof(ones));
	function.pci.mem_resource[DLB_BAR_FUNC].addr = map_ones(function.ones, DLB_FUNC_BAR_BYTES);
	function.pci.mem_resource[DLB_BAR_CSR].addr = map_ones(function.ones, DLB_CSR_BAR_BYTES);
	*state = &function;
	return 0;
}

static int
tear_down(void **state)
{
	struct function *function = *state;

	munmap(function->pci.mem_resource[DLB_BAR_FUNC].addr, DLB_FUNC_BAR_BYTES);
	munmap(function->pci.mem_resource[DLB_BAR_CSR].addr, DLB_CSR_BAR_BYTES);
	rte_intr_instance_free(function->pci.intr_handle);
	close(function->config);
	close(function->ones);
	return 0;
}

static size_t
memory_in_use(void)
{
	struct rte_malloc_socket_stats stats;

	return rte_malloc_get_socket_stats(0, &stats) == 0 ? stats.alloc_count : 0;
}

static void
test_bars_that_read_all_ones(void **state)
{
	struct function *function = *state;
	struct dlb_private private = { 0 };
	struct rte_eventdev_data data = { .dev_id = 3, .dev_private = &private, .name = "gone" };
	struct rte_eventdev eventdev = { .data = &data };
	const struct dlb_devargs args = { .version = DLB_V2_5,
					  .step_mode = DLB_STEP_NONE,
					  .cq_depth = 128,
					  .max_num_events = 100 };
	size_t before = memory_in_use();
	struct dlb_bus *bus = dlb_bus_pci_create(data.dev_id, DLB_V2_5, &function->pci);

	assert_non_null(bus);
	assert_int_equal(dlb_device_make(&eventdev, &args, bus), -EIO);
	dlb_bus_destroy(bus);
	assert_int_equal(memory_in_use(), before);
}

static void
test_configuration_that_reads_all_ones(void **state)
{
	struct function *function = *state;
	size_t before = memory_in_use();

	rte_intr_dev_fd_set(function->pci.intr_handle, function->ones);
	assert_null(dlb_bus_pci_create(3, DLB_V2_5, &function->pci));
	assert_int_equal(memory_in_use(), before);
}

static void
test_bars_that_are_not_mapped(void **state)
{
	static const enum dlb_bar bars[] = { DLB_BAR_FUNC, DLB_BAR_CSR };
	struct function *function = *state;
	size_t before = memory_in_use();

	for (unsigned int i = 0; i < RTE_DIM(bars); i++) {
		void **addr = &function->pci.mem_resource[bars[i]].addr, *mapped = *addr;

		*addr = NULL;
		assert_null(dlb_bus_pci_create(3, DLB_V2_5, &function->pci));
		*addr = mapped;
	}
	assert_int_equal(memory_in_use(), before);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bars_that_read_all_ones, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_configuration_that_reads_all_ones, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(test_bars_that_are_not_mapped, set_up, tear_down),
	};
	char *eal[] = { argv[0],       "--no-huge",	"-m", "64", "--no-pci", "--no-telemetry",
			"--no-shconf", "--log-level=1", NULL };

	RTE_SET_USED(argc);
	if (rte_eal_init(RTE_DIM(eal) - 1, eal) < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
