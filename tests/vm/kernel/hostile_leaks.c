/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What of the device and of the kernel's memory is in use. See hostile.h.
 */

#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/mount.h>
#include <unistd.h>

#include "hostile.h"

#define MAX_RIGS 64

/* As many as can be there at once, each moving events. */
static unsigned int
rigs_count(int device)
{
	struct rig rigs[MAX_RIGS];
	unsigned int nb, status;
	int domain;

	for (nb = 0; nb < MAX_RIGS; nb++) {
		domain = try_domain_create(device, 512, &status);
		if (domain < 0)
			break;
		rig_fill(&rigs[nb], device, domain);
	}
	for (unsigned int i = 0; i < nb; i++)
		rig_round_trip(&rigs[i], i);
	for (unsigned int i = 0; i < nb; i++)
		rig_destroy(&rigs[i]);
	return nb;
}

/* --- memory ------------------------------------------------------------------------------------- */

/* In lines that begin so, up to where the text stands: the sum of the numbers in front. */
static unsigned int
lines_sum(const char *path, const char *text)
{
	FILE *file = fopen(path, "r");
	unsigned int sum = 0, nb;
	char line[512], *rest;

	if (file == NULL)
		fail("%s: %s", path, strerror(errno));
	while (fgets(line, sizeof(line), file) != NULL) {
		rest = strstr(line, " age=");
		if (rest != NULL && sscanf(line, " %u", &nb) == 1) {
			*rest = '\0';
			sum += strstr(line, text) != NULL ? nb : 0;
		}
	}
	fclose(file);
	return sum;
}

/* How much memory of each size the driver has, as the kernel remembers who asked for it. */
static unsigned int
allocations_count(void)
{
	unsigned int nb = 0;
	glob_t found;

	mount("none", "/sys/kernel/debug", "debugfs", 0, NULL);
	if (glob("/sys/kernel/debug/slab/kmalloc-*/alloc_traces", 0, NULL, &found) != 0)
		fail("the kernel does not remember who allocates");
	for (size_t i = 0; i < found.gl_pathc; i++)
		nb += lines_sum(found.gl_pathv[i], "[dlb]");
	globfree(&found);
	return nb;
}

/* It looks at all memory that is free, and complains in its log when it was written to. */
static void
memory_validate(void)
{
	glob_t found;

	if (glob("/sys/kernel/slab/kmalloc-*/validate", 0, NULL, &found) != 0)
		fail("the kernel does not look at memory");
	for (size_t i = 0; i < found.gl_pathc; i++)
		write_file(found.gl_pathv[i], "1");
	globfree(&found);
}

static unsigned long
free_kb(void)
{
	FILE *file = fopen("/proc/meminfo", "r");
	unsigned long kb = 0;
	char line[128];

	while (file != NULL && kb == 0 && fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "MemAvailable: %lu", &kb);
	if (kb == 0)
		fail("no free memory");
	fclose(file);
	return kb;
}

/* --- eventfds ----------------------------------------------------------------------------------- */

/* More than can have been there at once. The kernel numbers them, by the lowest number that is free:
 * whatever was not given back leaves a gap. */
#define NB_EVENTFDS 600

static unsigned int
eventfd_number(int fd)
{
	char path[64], line[128];
	unsigned int number = ~0u;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	file = fopen(path, "r");
	while (file != NULL && number == ~0u && fgets(line, sizeof(line), file) != NULL)
		sscanf(line, "eventfd-id: %u", &number);
	if (number == ~0u)
		fail("eventfds have no numbers");
	fclose(file);
	return number;
}

static unsigned int
max_eventfd(void)
{
	int fds[NB_EVENTFDS];
	unsigned int max = 0, number;

	for (unsigned int i = 0; i < NB_EVENTFDS; i++) {
		fds[i] = eventfd(0, EFD_CLOEXEC);
		if (fds[i] < 0)
			fail("eventfd %u: %s", i, strerror(errno));
		number = eventfd_number(fds[i]);
		max = number > max ? number : max;
	}
	for (unsigned int i = 0; i < NB_EVENTFDS; i++)
		close(fds[i]);
	return max;
}

/* --- all of it ---------------------------------------------------------------------------------- */

struct usage
usage_get(int device)
{
	struct usage usage = { .nb_rigs = rigs_count(device) };

	usage.nb_allocations = allocations_count();
	usage.max_eventfd = max_eventfd();
	usage.free_kb = free_kb();
	return usage;
}

/* Nobody remembers who has memory of CQs. Some hundreds of 64 kB come and go in a run, while what is
 * free changes by less than 1 MB else. */
#define NOISE_KB 4096

void
usage_check(int device, const struct usage *before)
{
	struct usage now = usage_get(device);

	if (now.nb_rigs != before->nb_rigs)
		fail("%u of %u rigs work", now.nb_rigs, before->nb_rigs);
	if (now.nb_allocations != before->nb_allocations)
		fail("the driver has %u pieces of memory, not %u", now.nb_allocations,
		     before->nb_allocations);
	if (now.max_eventfd != before->max_eventfd)
		fail("an eventfd has not come back: there is a number %u, not only %u",
		     now.max_eventfd, before->max_eventfd);
	if (now.free_kb + NOISE_KB < before->free_kb)
		fail("%lu kB of memory are free, not %lu", now.free_kb, before->free_kb);
	memory_validate();
}
