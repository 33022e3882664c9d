/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * rte_event_dev_dump(): what the device is, what it is set up for, and where events are. The most
 * telling lines come first, as telemetry shows 8 KB.
 *
 * LDB = load-balanced, DIR = directed, CQ = consumer queue, PP = producer port.
 */

#include "dlb_priv.h"

#include <inttypes.h>

static const char *const step_mode_names[] = {
	[DLB_STEP_INLINE] = "inline",
	[DLB_STEP_SERVICE] = "service",
	[DLB_STEP_THREAD] = "thread",
};

static const char *const queue_type_names[] = {
	[DLB_QUEUE_ATOMIC] = "atomic",
	[DLB_QUEUE_ORDERED] = "ordered",
	[DLB_QUEUE_PARALLEL] = "parallel",
	[DLB_QUEUE_ALL_TYPES] = "all types",
};

static void
dump_device(struct dlb_dev *dev, FILE *out)
{
	fprintf(out, "%s: DLB %s ", dev->data->name, dlb_limits[dev->args.version].name);
	if (dev->args.transport == DLB_TRANSPORT_SIM)
		fprintf(out, "in software, sched=%s", step_mode_names[dev->args.step_mode]);
	else
		fprintf(out, "%s, interrupts: %s", dev->bus != NULL ? "on PCI" : dev->args.node,
			dev->has_interrupts ? "yes" : "no");
	if (dev->args.step_mode == DLB_STEP_THREAD)
		fprintf(out, ":%u", dev->args.thread_cpu);
	fprintf(out, ", cq_depth=%u, max_num_events=%d\n", dev->args.cq_depth,
		dev->args.max_num_events);
	fprintf(out, "  %s, %u queues, %u ports, %d events at most\n",
		dev->hw.domain >= 0 ? "running" : "stopped", dev->setup.nb_queues,
		dev->setup.nb_ports, dev->data->dev_conf.nb_events_limit);
	fprintf(out, "  burst functions: %s\n", dlb_process_of(dev)->burst->name);
}

static void
dump_hardware(struct dlb_dev *dev, FILE *out)
{
	struct dlbsim_drops drops;
	char why[128];

	if (dev->hw.domain >= 0) {
		fprintf(out, "  domain %d: %u LDB queues, %u LDB ports, %u DIR pairs, ",
			dev->hw.domain, dev->plan.nb_ldb_queues, dev->plan.nb_ldb_lanes,
			dev->plan.nb_dir_pairs);
		fprintf(out, "%u history entries, %u sequence numbers per ordered queue\n",
			dev->plan.nb_hist_entries, dev->plan.sns_per_queue);
		fprintf(out, "  events in the system: %u\n", dlb_nb_events(dev));
	}
	if (dev->bus == NULL || dev->bus->kind != DLB_BUS_SIM)
		return;
	dlb_bus_sim_drops(dev->bus, &drops);
	fprintf(out,
		"  refused by the device: port %" PRIu64 ", command %" PRIu64 ", queue %" PRIu64
		", credit %" PRIu64 ", completion %" PRIu64 ", token %" PRIu64 ", memory %" PRIu64
		"\n",
		drops.illegal_pp, drops.illegal_hcw + drops.illegal_frag,
		drops.illegal_qid + drops.disabled_qid + drops.illegal_qid_cfg, drops.no_credit,
		drops.excess_completion, drops.excess_token, drops.dma_failed);
	fprintf(out, "  device check: %s\n",
		dlb_bus_sim_check(dev->bus, why, sizeof(why)) == 0 ? "ok" : why);
}

static void
dump_queue(struct dlb_dev *dev, unsigned int queue, FILE *out)
{
	const struct dlb_setup_queue *setup = &dev->setup.queues[queue];

	fprintf(out, "  queue %u: %s%s, priority %u", queue,
		setup->is_set_up ? queue_type_names[setup->type] : "not set up",
		setup->is_single_link ? " single link" : "", setup->priority);
	if (dev->hw.domain >= 0)
		fprintf(out, ", %s QID %u, depth %d",
			dev->plan.queues[queue].is_directed ? "DIR" : "LDB", dev->hw.qid[queue],
			dlb_queue_depth(dev, queue));
	fprintf(out, "\n");
}

static void
dump_links(const struct dlb_setup_port *port, unsigned int nb_queues, FILE *out)
{
	const char *separator = ", links ";

	for (unsigned int queue = 0; queue < nb_queues; queue++) {
		if (!port->links[queue].is_linked)
			continue;
		fprintf(out, "%s%u", separator, queue);
		separator = " ";
	}
}

static void
dump_port(struct dlb_dev *dev, unsigned int id, FILE *out)
{
	const struct dlb_plan_port *plan = &dev->plan.ports[id];
	const struct dlb_port *port = dev->data->ports[id];

	fprintf(out, "  port %u:%s%s", id, port == NULL ? " not set up" : "",
		dev->setup.ports[id].is_single_link ? " single link" : "");
	if (dev->hw.domain >= 0 && port != NULL) {
		fprintf(out, " %s PP and CQ", plan->is_directed ? "DIR" : "LDB");
		for (unsigned int lane = 0; lane < plan->nb_lanes; lane++)
			fprintf(out, " %u", dev->hw.lanes[id][lane].id);
		fprintf(out, " of depth %u, holds %u", plan->cq_depth, dlb_dp_port_held(port));
	}
	if (port != NULL)
		fprintf(out,
			", new %" PRIu64 " forward %" PRIu64 " release %" PRIu64 "+%" PRIu64
			" dequeued %" PRIu64 " invalid %" PRIu64,
			port->stats.tx_new, port->stats.tx_fwd, port->stats.tx_rel,
			port->stats.tx_implicit_rel, port->stats.rx_ok, port->stats.tx_invalid);
	dump_links(&dev->setup.ports[id], dev->setup.nb_queues, out);
	fprintf(out, "\n");
}

void
dlb_dump(struct rte_eventdev *eventdev, FILE *out)
{
	struct dlb_dev *dev = dlb_dev_of(eventdev);

	dlb_lock(dev);
	dump_device(dev, out);
	dump_hardware(dev, out);
	for (unsigned int queue = 0; queue < dev->setup.nb_queues; queue++)
		dump_queue(dev, queue, out);
	for (unsigned int port = 0; port < dev->setup.nb_ports; port++)
		dump_port(dev, port, out);
	dlb_unlock(dev);
}
