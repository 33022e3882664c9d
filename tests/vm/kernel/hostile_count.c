/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Counting what attackers are given, and what they are refused. See hostile.h.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "hostile.h"

/* Those of the guide's table. */
static bool
is_of_interface(int error)
{
	static const int errors[] = { EINVAL, EPERM, EACCES, EINTR, ESRCH, EMFILE, ENOMEM };

	for (unsigned int i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (errors[i] == error)
			return true;
	return false;
}

void
tally_count(struct tally *tally, const char *name, int error)
{
	if (error == 0)
		tally->given++;
	else if (error == EFAULT)
		tally->faults++;
	else if (is_of_interface(error))
		tally->refused++;
	else
		fail("%s: %s", name, strerror(error));
}

bool
tally_is_complete(const struct tally *tally, enum expected expected)
{
	if (expected == BOTH)
		return tally->given > 0 && tally->refused > 0;
	return tally->given > 0 || tally->refused > 0;
}

void
tally_print(const struct tally *tally, const char *name, enum expected expected)
{
	unsigned int given = tally->given, refused = tally->refused, faults = tally->faults;

	printf("%-28s %8u %8u %8u\n", name, given, refused, faults);
	if (expected == REFUSED && given > 0)
		fail("%s: given", name);
	if (expected == GIVEN && refused > 0)
		fail("%s: refused", name);
	if (!tally_is_complete(tally, expected))
		fail("%s: never %s", name, given == 0 ? "given" : "refused");
}
