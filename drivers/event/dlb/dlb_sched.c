/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Who steps a software device: with sched=inline the ports do (dp/), with sched=service a DPDK
 * service, with sched=thread:<cpu> a thread of the driver on that CPU.
 *
 * Knows only dlb_bus_step(). Invariant: after dlb_sched_stop() nobody here touches the device.
 */

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* pthread_attr_setaffinity_np() */
#endif

#include "dlb_priv.h"

#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <time.h>

#include <rte_pause.h>
#include <rte_service.h>
#include <rte_service_component.h>

#include "bus/dlb_atomic.h"

/* Times in a row that nothing moved until a stepper gives its CPU away, and the thread sleeps. */
#define IDLE_UNTIL_YIELD 16
#define IDLE_UNTIL_SLEEP 1024
#define SLEEP_NS	 50000

/* --- service ---------------------------------------------------------------------------------- */

/*
 * A service outlives its device: DPDK takes services down before devices when a process ends, so
 * that removal is too late to unregister one. The row keeps it for the next device of the same id.
 */
static int32_t
service_run(void *arg)
{
	static __thread unsigned int nb_idle;
	const struct dlb_process *process = arg;

	if (process->dev != NULL && dlb_bus_step(process->dev->bus) > 0) {
		nb_idle = 0;
		return 0;
	}
	/* A service core may share its CPU with those who make the events. */
	if (++nb_idle % IDLE_UNTIL_YIELD == 0)
		sched_yield();
	return -EAGAIN;
}

static int
service_register(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);
	struct rte_service_spec service = {
		.callback = service_run,
		.callback_userdata = process,
		.capabilities = RTE_SERVICE_CAP_MT_SAFE,
		.socket_id = dev->data->socket_id,
	};
	int ret;

	if (!process->has_service) {
		snprintf(service.name, sizeof(service.name), DLB_DRIVER_NAME "_%u",
			 dev->data->dev_id);
		ret = rte_service_component_register(&service, &process->service_id);
		if (ret != 0) {
			DLB_LOG(ERR, dev->data->name, "service %s cannot be registered: %s",
				service.name, strerror(-ret));
			return ret;
		}
		process->has_service = true;
	}
	dev->data->service_id = process->service_id;
	dev->data->service_inited = 1;
	return 0;
}

static void
service_stop(struct dlb_dev *dev)
{
	rte_service_component_runstate_set(dev->data->service_id, 0);
	while (rte_service_may_be_active(dev->data->service_id) == 1)
		rte_pause();
}

/* --- thread ----------------------------------------------------------------------------------- */

static void
back_off(unsigned int nb_idle)
{
	const struct timespec nap = { .tv_nsec = SLEEP_NS };

	if (nb_idle < IDLE_UNTIL_YIELD)
		rte_pause();
	else if (nb_idle < IDLE_UNTIL_SLEEP)
		sched_yield();
	else
		nanosleep(&nap, NULL);
}

static void *
thread_run(void *arg)
{
	struct dlb_dev *dev = arg;
	const struct dlb_process *process = dlb_process_of(dev);
	unsigned int nb_idle = 0;

	while (!dlb_load_relaxed(&process->thread_stop)) {
		if (dlb_bus_step(dev->bus) > 0)
			nb_idle = 0;
		else
			back_off(nb_idle++);
	}
	return NULL;
}

/*
 * The application's signals are not for this thread: a handler that stops the device would wait in
 * it for what only this thread moves.
 */
static int
thread_create(struct dlb_dev *dev, const pthread_attr_t *attr)
{
	sigset_t all, old;
	int ret;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	ret = pthread_create(&dlb_process_of(dev)->thread, attr, thread_run, dev);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return ret;
}

static int
thread_start(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);
	pthread_attr_t attr;
	cpu_set_t cpus;
	int ret;

	CPU_ZERO(&cpus);
	CPU_SET(dev->args.thread_cpu, &cpus);
	pthread_attr_init(&attr);
	pthread_attr_setaffinity_np(&attr, sizeof(cpus), &cpus);
	process->thread_stop = false;
	ret = thread_create(dev, &attr);
	pthread_attr_destroy(&attr);
	if (ret != 0) {
		DLB_LOG(ERR, dev->data->name,
			"sched=thread:%u: no thread on that CPU: %s; allowed: a CPU that this "
			"process may use",
			dev->args.thread_cpu, strerror(ret));
		return -ret;
	}
	process->thread_runs = true;
	return 0;
}

static void
thread_stop(struct dlb_dev *dev)
{
	struct dlb_process *process = dlb_process_of(dev);

	if (!process->thread_runs)
		return;
	dlb_store_relaxed(&process->thread_stop, true);
	pthread_join(process->thread, NULL);
	process->thread_runs = false;
}

/* --- all --------------------------------------------------------------------------------------- */

int
dlb_sched_probe(struct dlb_dev *dev)
{
	return dev->args.step_mode == DLB_STEP_SERVICE ? service_register(dev) : 0;
}

int
dlb_sched_start(struct dlb_dev *dev)
{
	switch ((enum dlb_step_mode)dev->args.step_mode) {
	case DLB_STEP_INLINE:
	case DLB_STEP_NONE:
		return 0;
	case DLB_STEP_SERVICE:
		return rte_service_component_runstate_set(dev->data->service_id, 1);
	case DLB_STEP_THREAD:
		return thread_start(dev);
	}
	return -EINVAL;
}

void
dlb_sched_stop(struct dlb_dev *dev)
{
	switch ((enum dlb_step_mode)dev->args.step_mode) {
	case DLB_STEP_INLINE:
	case DLB_STEP_NONE:
		break;
	case DLB_STEP_SERVICE:
		service_stop(dev);
		break;
	case DLB_STEP_THREAD:
		thread_stop(dev);
		break;
	}
}
