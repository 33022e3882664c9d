// SPDX-License-Identifier: GPL-2.0-only
/* Copyright(c) 2026 event_dlb contributors */

/*
 * The two interrupts of a device: alarms, and consumer queues (CQ) that hold something.
 *
 * Both are served in threads. The alarms' takes the device's lock; the CQs' does not, so that a
 * waiting program is not held up by another one's domain being drained.
 *
 * MSI-X = message-signalled interrupts, extended; LDB = load-balanced, DIR = directed, PP =
 * producer port, HCW = hardware command word, QID = queue id.
 */

#include <linux/bitmap.h>
#include <linux/interrupt.h>

#include "dlb.h"

/* So many alarms a second are a program's mischief: reporting them helps nobody. */
#define MAX_ALARMS_A_SECOND 1000

/* Do something with the port of each bit that is set. Under ports_lock. */
static void ports_each(struct dlb_port *const *ports, const u32 *words, unsigned int nb_ports,
		       void (*act)(struct dlb_port *port))
{
	DECLARE_BITMAP(set, DLB_MAX_DIR_PORTS);
	unsigned int i;

	static_assert(DLB_MAX_LDB_PORTS <= DLB_MAX_DIR_PORTS);
	bitmap_from_arr32(set, words, nb_ports);
	for_each_set_bit(i, set, nb_ports)
		if (ports[i])
			act(ports[i]);
}

static void
set_each(struct dlb_device *dlb, const struct dlbrm_ports *set, void (*act)(struct dlb_port *port))
{
	spin_lock(&dlb->ports_lock);
	ports_each(dlb->ldb_ports, set->ldb, dlb->limits->nb_ldb_ports, act);
	ports_each(dlb->dir_ports, set->dir, dlb->limits->nb_dir_ports, act);
	spin_unlock(&dlb->ports_lock);
}

static irqreturn_t cq_thread(int irq, void *arg)
{
	struct dlb_device *dlb = arg;
	struct dlbrm_ports fired;

	if (dlbrm_cq_irq_service(&dlb->rm, &fired) == 0)
		set_each(dlb, &fired, dlb_cq_wake);
	return IRQ_HANDLED;
}

/* --- alarms ----------------------------------------------------------------------------------- */

static const u8 alert_ids[] = {
	[DLBRM_ALARM_ILLEGAL_QID] = DLB_ALERT_ILLEGAL_QID,
	[DLBRM_ALARM_DISABLED_QID] = DLB_ALERT_DISABLED_QID,
	[DLBRM_ALARM_ILLEGAL_HCW] = DLB_ALERT_ILLEGAL_HCW,
	[DLBRM_ALARM_ILLEGAL_ENQ] = DLB_ALERT_PP_ILLEGAL_ENQ,
	[DLBRM_ALARM_EXCESS_TOKENS] = DLB_ALERT_PP_EXCESS_TOKEN_POPS,
};

static void watchdog_report(struct dlb_port *port)
{
	dlb_alert_add_port(port->dom, DLB_ALERT_CQ_WATCHDOG_TIMEOUT, port->is_ldb, port->id);
}

static void alarm_deliver(struct dlb_device *dlb, const struct dlbrm_alarms *alarms)
{
	struct dlb_domain *dom;

	list_for_each_entry(dom, &dlb->domains, node)
		if (dom->valid && !dom->released && dom->id == alarms->domain)
			dlb_alert_add_port(dom, alert_ids[alarms->kind], alarms->is_ldb,
					   alarms->port);
}

static void flood_check(struct dlb_device *dlb)
{
	if (time_after(jiffies, dlb->alarm_second + HZ)) {
		dlb->alarm_second = jiffies;
		dlb->nb_alarms = 0;
	}
	if (++dlb->nb_alarms <= MAX_ALARMS_A_SECOND)
		return;
	dlb->alarms_on = dlbrm_alarms_enable(&dlb->rm, false) != 0;
	dev_warn(&dlb->dev, "too many alarms: off until 1 is written to ingress_err_en\n");
}

static void alarms_serve(struct dlb_device *dlb)
{
	struct dlbrm_alarms alarms;

	if (dlbrm_alarms_service(&dlb->rm, &alarms) != 0)
		return;
	if (alarms.hw_syndrome != 0)
		dev_err_ratelimited(&dlb->dev, "fault of the hardware, syndrome 0x%08x\n",
				    alarms.hw_syndrome);
	if (alarms.watchdog)
		set_each(dlb, &alarms.timed_out, watchdog_report);
	if (alarms.kind == DLBRM_ALARM_NONE)
		return;
	if (alarms.kind == DLBRM_ALARM_OTHER)
		dev_warn_ratelimited(&dlb->dev, "unknown alarm, syndrome 0x%08x\n",
				     alarms.syndrome[0]);
	else
		alarm_deliver(dlb, &alarms);
	flood_check(dlb);
}

static irqreturn_t alarm_thread(int irq, void *arg)
{
	struct dlb_device *dlb = arg;

	mutex_lock(&dlb->lock);
	if (dlb->state == DLB_READY)
		alarms_serve(dlb);
	mutex_unlock(&dlb->lock);
	return IRQ_HANDLED;
}

/* --- life ------------------------------------------------------------------------------------- */

static const struct {
	irq_handler_t thread;
	const char *name;
} vectors[] = {
	[DLB_VECTOR_ALARM] = { alarm_thread, "dlb-alarm" },
	[DLB_VECTOR_CQ] = { cq_thread, "dlb-cq" },
};

static void vectors_free(struct dlb_device *dlb, unsigned int nb)
{
	while (nb-- > 0)
		free_irq(pci_irq_vector(dlb->pdev, nb), dlb);
	pci_free_irq_vectors(dlb->pdev);
}

int dlb_irq_init(struct dlb_device *dlb)
{
	unsigned int i;
	int ret;

	ret = pci_alloc_irq_vectors(dlb->pdev, DLB_NB_VECTORS, DLB_NB_VECTORS, PCI_IRQ_MSIX);
	if (ret < 0)
		return ret;
	for (i = 0; i < DLB_NB_VECTORS; i++) {
		ret = request_threaded_irq(pci_irq_vector(dlb->pdev, i), NULL, vectors[i].thread,
					   IRQF_ONESHOT, vectors[i].name, dlb);
		if (ret != 0) {
			vectors_free(dlb, i);
			return ret;
		}
	}
	return 0;
}

void dlb_irq_exit(struct dlb_device *dlb)
{
	vectors_free(dlb, DLB_NB_VECTORS);
}

/* Return when no thread serves them any more. Not under the lock. */
void dlb_irq_disable(struct dlb_device *dlb)
{
	unsigned int i;

	for (i = 0; i < DLB_NB_VECTORS; i++)
		disable_irq(pci_irq_vector(dlb->pdev, i));
}

void dlb_irq_enable(struct dlb_device *dlb)
{
	unsigned int i;

	for (i = 0; i < DLB_NB_VECTORS; i++)
		enable_irq(pci_irq_vector(dlb->pdev, i));
}
