// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * A driver for the physical function of a Dynamic Load Balancer (DLB) 2.0 or 2.5: life of the
 * module and of a device, sleep, reset.
 *
 * Programs may hold files of a device that is being reset or taken from the driver. Both begin by
 * making all domains invalid and end with nobody having a page of the device mapped; only then the
 * hardware is touched.
 *
 * SN = sequence number, CoS = class of service.
 */

#include <linux/dma-mapping.h>
#include <linux/idr.h>
#include <linux/module.h>
#include <linux/pm_runtime.h>
#include <linux/slab.h>

#include "dlb.h"

/* Physical functions; each has one minor number. */
#define MAX_DEVICES 128

#define DEFAULT_SNS_PER_QUEUE 64
#define DEFAULT_COS_PERCENT   25

unsigned int dlb_reset_timeout_s = 5;
module_param_named(reset_timeout_s, dlb_reset_timeout_s, uint, 0644);
MODULE_PARM_DESC(reset_timeout_s,
		 "seconds that programs have to let go before a reset or unbind (default 5)");

bool dlb_wdto_disable;
module_param_named(wdto_disable, dlb_wdto_disable, bool, 0444);
MODULE_PARM_DESC(wdto_disable, "do not watch for consumer queues that nobody reads for 10 s");

static dev_t dlb_devt;
static DEFINE_IDA(dlb_ids);
static struct class dlb_class = { .name = "dlb2" };

/* --- power ------------------------------------------------------------------------------------ */

/* Wake the device and keep it awake. Not under the lock, which waking takes. */
int dlb_power_get(struct dlb_device *dlb)
{
	int ret = pm_runtime_resume_and_get(&dlb->pdev->dev);

	if (ret < 0)
		return ret;
	mutex_lock(&dlb->lock);
	ret = dlb_state_error(dlb);
	if (ret == 0)
		dlb->nb_power_users++;
	mutex_unlock(&dlb->lock);
	if (ret != 0)
		pm_runtime_put(&dlb->pdev->dev);
	return ret;
}

/* One more user of a device that another one keeps awake. Under the lock. */
void dlb_power_get_locked(struct dlb_device *dlb)
{
	lockdep_assert_held(&dlb->lock);
	pm_runtime_get_noresume(&dlb->pdev->dev);
	dlb->nb_power_users++;
}

/* Once the function is not ours any more its users have been taken off already. */
void dlb_power_put_locked(struct dlb_device *dlb)
{
	lockdep_assert_held(&dlb->lock);
	if (dlb->state == DLB_UNBOUND)
		return;
	dlb->nb_power_users--;
	pm_runtime_put(&dlb->pdev->dev);
}

void dlb_power_put(struct dlb_device *dlb)
{
	mutex_lock(&dlb->lock);
	dlb_power_put_locked(dlb);
	mutex_unlock(&dlb->lock);
}

/* The device forgets everything while it sleeps; nobody has a domain then. */
static int dlb_suspend(struct device *dev)
{
	struct dlb_device *dlb = dev_get_drvdata(dev);

	if (READ_ONCE(dlb->nb_live_domains) != 0)
		return -EBUSY;
	dlb_irq_disable(dlb);
	return 0;
}

/*
 * Begin anew, unless the reset failed (@ret). The memory of domains that were lost is given back: a
 * device that does not start may not write there any more.
 */
static void dlb_begin_anew(struct dlb_device *dlb, int ret)
{
	if (ret == 0)
		ret = dlb_hw_start(dlb);
	if (ret != 0)
		pci_clear_master(dlb->pdev);
	dlb_domains_forget(dlb);
	dlb->state = ret == 0 ? DLB_READY : DLB_DEAD;
}

/*
 * A device that keeps its state in D3hot has to be reset, as its state is not what we remember. One
 * that does not start is dead until it wakes again; an error here would keep the kernel from
 * trying.
 */
static int dlb_resume(struct device *dev)
{
	struct dlb_device *dlb = dev_get_drvdata(dev);
	u8 pm_cap = dlb->pdev->pm_cap;
	u16 pmcsr = 0;
	int ret = 0;

	if (!pci_device_is_present(dlb->pdev))
		ret = -EIO;
	else if (pm_cap)
		pci_read_config_word(dlb->pdev, pm_cap + PCI_PM_CTRL, &pmcsr);
	mutex_lock(&dlb->lock);
	if (pmcsr & PCI_PM_CTRL_NO_SOFT_RESET)
		ret = dlb_hw_reset(dlb);
	dlb_begin_anew(dlb, ret);
	mutex_unlock(&dlb->lock);
	dlb_irq_enable(dlb);
	return 0;
}

/* clang-format off */
static const struct dev_pm_ops dlb_pm_ops = {
	SYSTEM_SLEEP_PM_OPS(dlb_suspend, dlb_resume)
	RUNTIME_PM_OPS(dlb_suspend, dlb_resume, NULL)
};

/* clang-format on */

/* --- reset ------------------------------------------------------------------------------------ */

/*
 * Programs are told, and get a while to let go of what they have mapped before it goes. Nobody
 * waits for a device that was pulled out.
 */
static void users_stop(struct dlb_device *dlb, enum dlb_state state)
{
	mutex_lock(&dlb->lock);
	dlb->state = state;
	dlb_domains_invalidate(dlb);
	mutex_unlock(&dlb->lock);
	cancel_delayed_work_sync(&dlb->map_work);
	if (pci_device_is_present(dlb->pdev))
		wait_event_timeout(dlb->idle, READ_ONCE(dlb->nb_live_domains) == 0,
				   (long)dlb_reset_timeout_s * HZ);
	dlb_map_zap(dlb);
}

static void dlb_reset_prepare(struct pci_dev *pdev)
{
	struct dlb_device *dlb = pci_get_drvdata(pdev);

	users_stop(dlb, DLB_RESETTING);
	dlb_irq_disable(dlb);
}

static void dlb_reset_done(struct pci_dev *pdev)
{
	struct dlb_device *dlb = pci_get_drvdata(pdev);

	mutex_lock(&dlb->lock);
	dlb_begin_anew(dlb, 0);
	mutex_unlock(&dlb->lock);
	dlb_irq_enable(dlb);
}

static const struct pci_error_handlers dlb_error_handlers = {
	.reset_prepare = dlb_reset_prepare,
	.reset_done = dlb_reset_done,
};

/* --- a device --------------------------------------------------------------------------------- */

static void dlb_free(struct device *dev)
{
	struct dlb_device *dlb = container_of(dev, struct dlb_device, dev);

	iput(dlb->inode);
	ida_free(&dlb_ids, dlb->id);
	pci_dev_put(dlb->pdev);
	kfree(dlb);
}

static void settings_init(struct dlb_device *dlb)
{
	unsigned int i;

	for (i = 0; i < DLB_NB_SN_GROUPS; i++)
		dlb->sns_per_queue[i] = DEFAULT_SNS_PER_QUEUE;
	for (i = 0; i < DLB_NB_COS; i++)
		dlb->cos_percent[i] = DEFAULT_COS_PERCENT;
}

/* The structure, known to nobody yet. put_device() frees it. */
static struct dlb_device *dlb_alloc(struct pci_dev *pdev, enum dlb_version version)
{
	struct dlb_device *dlb = kzalloc(sizeof(*dlb), GFP_KERNEL);
	int id;

	if (!dlb)
		return ERR_PTR(-ENOMEM);
	id = ida_alloc_max(&dlb_ids, MAX_DEVICES - 1, GFP_KERNEL);
	if (id < 0) {
		kfree(dlb);
		return ERR_PTR(id);
	}
	dlb->id = id;
	dlb->pdev = pci_dev_get(pdev);
	dlb->version = version;
	dlb->limits = &dlb_limits[version];
	dlb->state = DLB_RESETTING;
	mutex_init(&dlb->lock);
	init_rwsem(&dlb->map_lock);
	spin_lock_init(&dlb->ports_lock);
	INIT_LIST_HEAD(&dlb->domains);
	init_waitqueue_head(&dlb->idle);
	INIT_DELAYED_WORK(&dlb->map_work, dlb_map_work);
	settings_init(dlb);

	device_initialize(&dlb->dev);
	dlb->dev.class = &dlb_class;
	dlb->dev.parent = &pdev->dev;
	dlb->dev.devt = MKDEV(MAJOR(dlb_devt), MINOR(dlb_devt) + id);
	dlb->dev.release = dlb_free;
	cdev_init(&dlb->cdev, &dlb_device_fops);
	dlb->cdev.owner = THIS_MODULE;
	return dlb;
}

static int pci_start(struct dlb_device *dlb)
{
	int ret;

	ret = pcim_enable_device(dlb->pdev);
	if (ret == 0)
		ret = dma_set_mask_and_coherent(&dlb->pdev->dev, DMA_BIT_MASK(64));
	if (ret == 0)
		ret = dlb_hw_map(dlb);
	if (ret == 0)
		ret = dlb_hw_reset(dlb);
	return ret;
}

static int hw_start(struct dlb_device *dlb)
{
	int ret;

	mutex_lock(&dlb->lock);
	ret = dlb_hw_start(dlb);
	if (ret == 0)
		dlb->state = DLB_READY;
	mutex_unlock(&dlb->lock);
	return ret;
}

static int dlb_start(struct dlb_device *dlb)
{
	int ret;

	ret = dev_set_name(&dlb->dev, "dlb%d", dlb->id);
	if (ret != 0)
		return ret;
	dlb->inode = dlb_map_inode();
	if (IS_ERR(dlb->inode)) {
		ret = PTR_ERR(dlb->inode);
		dlb->inode = NULL;
		return ret;
	}
	ret = pci_start(dlb);
	if (ret != 0)
		return ret;
	ret = hw_start(dlb);
	/* A device that interrupts before there is a reason meets a driver that is ready. */
	if (ret == 0)
		ret = dlb_irq_init(dlb);
	if (ret != 0)
		return ret;
	ret = cdev_device_add(&dlb->cdev, &dlb->dev);
	if (ret != 0)
		dlb_irq_exit(dlb);
	return ret;
}

static int dlb_probe(struct pci_dev *pdev, const struct pci_device_id *id)
{
	struct dlb_device *dlb = dlb_alloc(pdev, id->driver_data);
	int ret;

	if (IS_ERR(dlb))
		return PTR_ERR(dlb);
	pci_set_drvdata(pdev, dlb);
	ret = dlb_start(dlb);
	if (ret != 0) {
		put_device(&dlb->dev);
		return ret;
	}
	pm_runtime_allow(&pdev->dev);
	pm_runtime_put_noidle(&pdev->dev);
	return 0;
}

/* Files that are still open find nothing behind them; their share in its power goes now. */
static void users_leave(struct dlb_device *dlb)
{
	struct dlb_domain *dom;

	mutex_lock(&dlb->lock);
	list_for_each_entry(dom, &dlb->domains, node)
		dlb_ports_free_memory(dom);
	dlb_domains_forget(dlb);
	while (dlb->nb_power_users > 0) {
		dlb->nb_power_users--;
		pm_runtime_put_noidle(&dlb->pdev->dev);
	}
	mutex_unlock(&dlb->lock);
}

static void dlb_remove(struct pci_dev *pdev)
{
	struct dlb_device *dlb = pci_get_drvdata(pdev);

	pm_runtime_forbid(&pdev->dev);
	pm_runtime_get_noresume(&pdev->dev);
	cdev_device_del(&dlb->cdev, &dlb->dev);
	users_stop(dlb, DLB_UNBOUND);
	dlb_irq_exit(dlb);
	/* From here on the device writes nowhere. One that was pulled out is not waited for. */
	pci_clear_master(pdev);
	if (pci_device_is_present(pdev))
		dlb_hw_reset(dlb);
	users_leave(dlb);
	put_device(&dlb->dev);
}

/* --- the module ------------------------------------------------------------------------------- */

static const struct pci_device_id dlb_pci_ids[] = {
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x2710), .driver_data = DLB_V2_0 },
	{ PCI_DEVICE(PCI_VENDOR_ID_INTEL, 0x2714), .driver_data = DLB_V2_5 },
	{ 0 }
};
MODULE_DEVICE_TABLE(pci, dlb_pci_ids);

static struct pci_driver dlb_pci_driver = {
	.name = KBUILD_MODNAME,
	.id_table = dlb_pci_ids,
	.probe = dlb_probe,
	.remove = dlb_remove,
	.err_handler = &dlb_error_handlers,
	.dev_groups = dlb_attribute_groups,
	.driver.pm = pm_ptr(&dlb_pm_ops),
};

static int __init dlb_init(void)
{
	int ret;

	dlb_sysfs_init();
	ret = dlb_map_init();
	if (ret != 0)
		return ret;
	ret = class_register(&dlb_class);
	if (ret != 0)
		goto err_map_exit;
	ret = alloc_chrdev_region(&dlb_devt, 0, MAX_DEVICES, dlb_class.name);
	if (ret != 0)
		goto err_class_unregister;
	ret = pci_register_driver(&dlb_pci_driver);
	if (ret != 0)
		goto err_unregister_chrdev;
	return 0;

err_unregister_chrdev:
	unregister_chrdev_region(dlb_devt, MAX_DEVICES);
err_class_unregister:
	class_unregister(&dlb_class);
err_map_exit:
	dlb_map_exit();
	return ret;
}
module_init(dlb_init);

static void __exit dlb_exit(void)
{
	pci_unregister_driver(&dlb_pci_driver);
	unregister_chrdev_region(dlb_devt, MAX_DEVICES);
	class_unregister(&dlb_class);
	ida_destroy(&dlb_ids);
	dlb_map_exit();
}
module_exit(dlb_exit);

MODULE_AUTHOR("event_dlb contributors");
MODULE_DESCRIPTION("Dynamic Load Balancer 2.0 and 2.5");
MODULE_LICENSE("GPL");
