// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * The hardware below the resource manager of lib/dlbrm: registers, producer ports, power-up, reset.
 *
 * All that makes a fresh device usable is in dlb_hw_start(), which probe, resume and the end of a
 * reset call alike. It knows no domain.
 *
 * PP = producer port, LDB = load-balanced, DIR = directed, CSR = configuration and status
 * register, BAR = base address register, FLR = function-level reset, WC = write-combining.
 */

#include <linux/delay.h>
#include <linux/io.h>

#include "dlb.h"

/* BAR 0 below the PPs: all that the kernel reads and writes there. */
#define FUNC_REGS_BYTES DLB_PP_DIR_WINDOW

/* The windows of the PPs that always show the physical function's own ports. */
#define PP_START DLB_PP_DRIVER_DIR_WINDOW
#define PP_BYTES (DLB_PP_DRIVER_LDB_WINDOW + DLB_MAX_LDB_PORTS * DLB_PP_PAGE_BYTES - PP_START)

/* --- the resource manager's accesses ---------------------------------------------------------- */

static void __iomem *reg_address(struct dlb_device *dlb, enum dlb_bar bar, u32 offset)
{
	return (bar == DLB_BAR_FUNC ? dlb->func : dlb->csr) + offset;
}

/* Loops on registers can take seconds: the processor is not only ours. */
static u32 io_csr_read(void *ctx, enum dlb_bar bar, u32 offset)
{
	cond_resched();
	return readl(reg_address(ctx, bar, offset));
}

static void io_csr_write(void *ctx, enum dlb_bar bar, u32 offset, u32 value)
{
	writel(value, reg_address(ctx, bar, offset));
}

static void __iomem *pp_page(struct dlb_device *dlb, bool is_ldb, unsigned int port)
{
	return dlb->pp + (dlb_pp_driver_offset(is_ldb, port) - PP_START);
}

static void io_pp_write(void *ctx, bool is_ldb, unsigned int port, const struct dlb_line *line)
{
	void __iomem *page = pp_page(ctx, is_ldb, port);

	wmb(); /* Memory that the line speaks of is written before. */
	if (boot_cpu_has(X86_FEATURE_MOVDIR64B))
		iosubmit_cmds512(page, line, 1);
	else
		__iowrite64_copy(page, line, sizeof(*line) / sizeof(u64));
	wmb(); /* The line leaves before the next one could be combined with it. */
}

static void io_pp_flush(void *ctx, bool is_ldb, unsigned int port)
{
	mb(); /* A read of the page cannot return before earlier writes to it have arrived. */
	readl(pp_page(ctx, is_ldb, port));
}

static void io_delay_us(void *ctx, unsigned int us)
{
	fsleep(us);
}

static const struct dlbrm_io io = {
	.csr_read = io_csr_read,
	.csr_write = io_csr_write,
	.pp_write = io_pp_write,
	.pp_flush = io_pp_flush,
	.delay_us = io_delay_us,
};

u32 dlb_hw_read(struct dlb_device *dlb, enum dlb_reg reg, unsigned int i)
{
	u32 offset = dlb_reg_offset(dlb->version, reg, i);

	return readl(reg_address(dlb, dlb_reg_descs[reg].bar, offset));
}

phys_addr_t dlb_hw_pp_address(const struct dlb_device *dlb, const struct dlb_port *port)
{
	return pci_resource_start(dlb->pdev, DLB_BAR_FUNC) +
	       dlb_pp_driver_offset(port->is_ldb, port->id);
}

/* --- life ------------------------------------------------------------------------------------- */

/* PPs are mapped apart from registers, as a page can have one kind of caching only: WC. */
int dlb_hw_map(struct dlb_device *dlb)
{
	struct device *dev = &dlb->pdev->dev;
	resource_size_t func = pci_resource_start(dlb->pdev, DLB_BAR_FUNC);
	resource_size_t csr = pci_resource_start(dlb->pdev, DLB_BAR_CSR);

	if (pci_resource_len(dlb->pdev, DLB_BAR_FUNC) < DLB_FUNC_BAR_BYTES ||
	    pci_resource_len(dlb->pdev, DLB_BAR_CSR) < DLB_CSR_BAR_BYTES)
		return dev_err_probe(dev, -ENODEV, "BARs 0 and 2 are too small for a DLB\n");
	dlb->func = devm_ioremap(dev, func, FUNC_REGS_BYTES);
	dlb->pp = devm_ioremap_wc(dev, func + PP_START, PP_BYTES);
	dlb->csr = devm_ioremap(dev, csr, DLB_CSR_BAR_BYTES);
	if (!dlb->func || !dlb->pp || !dlb->csr)
		return dev_err_probe(dev, -ENOMEM, "BARs 0 and 2 cannot be mapped\n");
	return 0;
}

/* Configuration space survives, all else is as after power-on. */
int dlb_hw_reset(struct dlb_device *dlb)
{
	int ret;

	pci_save_state(dlb->pdev);
	ret = pcie_reset_flr(dlb->pdev, PCI_RESET_DO_RESET);
	pci_restore_state(dlb->pdev);
	return ret;
}

/* What the administrator may have changed while it slept; all of it is lost in a reset. */
static int settings_write(struct dlb_device *dlb)
{
	unsigned int group;
	int ret = 0;

	for (group = 0; group < DLB_NB_SN_GROUPS && ret == 0; group++)
		ret = dlbrm_sn_group_set(&dlb->rm, group, dlb->sns_per_queue[group]);
	if (ret == 0)
		ret = dlbrm_cos_bandwidth_set(&dlb->rm, dlb->cos_percent);
	return ret;
}

/* Under the lock, after a reset: no domain is valid, and no interrupt is served. */
int dlb_hw_start(struct dlb_device *dlb)
{
	static const struct dlbrm_hw_config config = {
		.sparse_ldb_cq = true,
		.sparse_dir_cq = true,
		.qe_weight_pct = 1,
	};
	int ret;

	lockdep_assert_held(&dlb->lock);
	pci_set_master(dlb->pdev);
	dlbrm_init(&dlb->rm, dlb->version, &io, dlb);
	ret = dlbrm_power_up(&dlb->rm);
	if (ret == 0)
		ret = dlbrm_hw_init(&dlb->rm, &config);
	if (ret == 0)
		ret = settings_write(dlb);
	if (ret == 0)
		ret = dlbrm_irq_init(&dlb->rm);
	if (ret == 0 && !dlb_wdto_disable)
		ret = dlbrm_watchdog_set(&dlb->rm, DLBRM_WATCHDOG_10S);
	if (ret == 0)
		ret = dlbrm_alarms_enable(&dlb->rm, true);
	dlb->alarms_on = ret == 0;
	if (ret != 0)
		dev_err(&dlb->pdev->dev, "the device does not start: error %d\n", ret);
	return ret;
}
