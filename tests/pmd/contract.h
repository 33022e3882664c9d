/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What the contract tests share. They are programs on the public API around the plugin, one for
 * each topic of what DPDK expects of an event driver. Each case plugs in the devices it wants and
 * takes them out again; a failed check ends the program with the line that failed.
 *
 * A device made of software has any name, one on PCI that of its address. With DLB_TEST_PCI in the
 * environment a program that knows nothing of PCI has its devices there.
 */

#ifndef CONTRACT_H
#define CONTRACT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include <rte_eventdev.h>

/* Where tests/vm/run plugs a 2.0 and a 2.5 in, in this order. */
#define CONTRACT_PCI_OLD "0000:00:04.0"
#define CONTRACT_PCI_NEW "0000:00:05.0"

struct contract_case {
	const char *name;
	void (*run)(void);
};

#define CONTRACT_CASE(function)     \
	{                           \
#function, function \
	}

/* EAL on any machine: argv[1] is the plugin, what follows it is handed to EAL. */
void
contract_init(int argc, char **argv);

/* The same with huge pages, for devices on PCI; none is taken at the start. */
void
contract_init_pci(int argc, char **argv);

/* Run the cases in turn, with a check after each that no memory is left. Returns main()'s value. */
int
contract_run(const struct contract_case *cases, unsigned int nb_cases);

#define CONTRACT_MAIN(cases)                                \
	int main(int argc, char **argv)                     \
	{                                                   \
		contract_init(argc, argv);                  \
		return contract_run(cases, RTE_DIM(cases)); \
	}

__rte_noreturn __rte_format_printf(3, 4) void contract_fail(const char *file, int line,
							    const char *format, ...);

/* Unlike assert() these stay in release builds, and say what was there. */
#define CHECK(condition)                                                     \
	do {                                                                 \
		if (!(condition))                                            \
			contract_fail(__FILE__, __LINE__, "%s", #condition); \
	} while (0)

#define CHECK_EQUAL(is, should)                                                                  \
	do {                                                                                     \
		long long is_ = (long long)(is), should_ = (long long)(should);                  \
		if (is_ != should_)                                                              \
			contract_fail(__FILE__, __LINE__, "%s is %lld, not %s = %lld", #is, is_, \
				      #should, should_);                                         \
	} while (0)

/* What the driver and the library logged since the last call contains each of the words. */
#define CHECK_LOGGED(...) contract_check_logged(__FILE__, __LINE__, __VA_ARGS__, NULL)

void
contract_check_logged(const char *file, int line, ...);

/* Plug in a device, or try to. Returns 0 or a negative errno. */
int
contract_try(const char *name, const char *args);

/* Plug in a device. Returns its id. */
uint8_t
contract_plug(const char *name, const char *args);

/* Take it out again, and see that its own check found nothing wrong. */
void
contract_unplug(const char *name);

/*
 * The device's check of itself, in its dump: fails the case unless it says ok. One on PCI cannot be
 * looked into.
 */
void
contract_check_device(uint8_t dev_id);

/* Whether the dump has this text. */
bool
contract_dump_has(uint8_t dev_id, const char *text);

/* A configuration that fits any device; to be changed and handed to configure. */
struct rte_event_dev_config
contract_config(uint8_t nb_queues, uint8_t nb_ports);

/* Configure, queues of this schedule type, ports with default configuration. No links. */
void
contract_set_up(uint8_t dev_id, uint8_t nb_queues, uint8_t schedule_type, uint8_t nb_ports);

/* The same, port 0 linked to all queues, and started. */
void
contract_start(uint8_t dev_id, uint8_t nb_queues, uint8_t schedule_type, uint8_t nb_ports);

void
contract_queue(uint8_t dev_id, uint8_t queue, uint8_t schedule_type, uint32_t cfg);

void
contract_port(uint8_t dev_id, uint8_t port, uint32_t cfg);

void
contract_link(uint8_t dev_id, uint8_t port, uint8_t queue);

/* Stop, and close. */
void
contract_end(uint8_t dev_id);

/* An event for a queue, its payload a number. */
struct rte_event
contract_event(uint8_t op, uint8_t queue, uint8_t schedule_type, uint64_t number);

/* Enqueue one, which must be accepted at once. */
void
contract_send(uint8_t dev_id, uint8_t port, uint8_t queue, uint8_t schedule_type, uint64_t number);

/* Dequeue up to n, looking often enough for anything on the way to arrive. */
uint16_t
contract_take(uint8_t dev_id, uint8_t port, struct rte_event *events, uint16_t n);

/* Release events, which must be accepted. */
void
contract_release(uint8_t dev_id, uint8_t port, struct rte_event *events, uint16_t n);

/* A statistic by its full name. */
uint64_t
contract_xstat(uint8_t dev_id, const char *name);

#endif /* CONTRACT_H */
