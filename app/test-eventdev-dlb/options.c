/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * The options table and its parser. See options.h. It knows no DPDK, so that its unit test
 * needs no EAL; what only the device can judge (is that burst too long for it?) is checked
 * when the device is set up.
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "options.h"

#define MAX_OPTIONS 44

enum kind {
	KIND_NUMBER,
	KIND_NUMBERS, /* up to OPTIONS_LIST_MAX, separated by commas */
	KIND_LETTERS, /* the same, of the letters in `words` */
	KIND_WORD,    /* one of `words`, which are separated by spaces; stored as its index */
	KIND_TEXT,
	KIND_FLAG,
};

struct row {
	const char *name;
	enum kind kind;
	size_t offset;
	uint64_t min, max;
	const char *words;
	const char *standard; /* the default; NULL: none, the field stays zero */
	const char *metavar;
	const char *help;
};

#define AT(field) offsetof(struct options, field)

/* A row with a help text only is a headline. */
static const struct row rows[] = {
	{ .help = "For all tests" },
	{ "test", KIND_TEXT, AT(test), 0, 0, NULL, NULL, "NAME[,NAME...]",
	  "tests to run, or \"all\" for every checker (see --list)" },
	{ "dev", KIND_TEXT, AT(dev), 0, 0, NULL, NULL, "NAME[,NAME...]",
	  "event device, e.g. event_dlb0; perf takes several\n"
	  "and compares them (default: the first there is)" },
	{ "workers", KIND_NUMBER, AT(workers), 1, 48, NULL, "4", "N",
	  "workers, each with a port of its own, dealt to the\nlcores round robin" },
	{ "burst", KIND_NUMBERS, AT(burst), 1, 128, NULL, "32", "N[,N...]",
	  "events per enqueue and dequeue; perf measures each of\n"
	  "a list, the other tests use the first" },
	{ "timeout", KIND_NUMBER, AT(timeout_s), 1, 3600, NULL, "10", "SECONDS",
	  "a run in which nothing moves for so long is stuck: it\n"
	  "fails and says which events are missing, and where" },
	{ "progress", KIND_NUMBER, AT(progress_s), 0, 3600, NULL, "1", "SECONDS",
	  "time between two lines of progress; 0: none" },
	{ "json", KIND_TEXT, AT(json), 0, 0, NULL, NULL, "FILE",
	  "write the results as JSON too; \"-\" is the standard\n"
	  "output (the text then goes to standard error)" },
	{ "list", KIND_FLAG, AT(list), 0, 0, NULL, NULL, NULL, "list the tests and stop" },

	{ .help = "For order, atomic, parallel, directed and mixed" },
	{ "events", KIND_NUMBER, AT(events), 1, UINT64_C(1) << 27, NULL, "100000", "N",
	  "events to send" },
	{ "flows", KIND_NUMBER, AT(flows), 1, UINT64_C(1) << 20, NULL, "1024", "N",
	  "flows they belong to, one of them much hotter" },
	{ "producers", KIND_NUMBER, AT(producers), 1, 8, NULL, "1", "N",
	  "producers, each with flows of its own" },
	{ "stages", KIND_LETTERS, AT(stages), 1, OPTIONS_LIST_MAX, "oapd", NULL, "T[,T...]",
	  "types of the stages an event passes: o(rdered),\n"
	  "a(tomic), p(arallel), d(irected); default by test" },
	{ "all-types", KIND_FLAG, AT(all_types), 0, 0, NULL, NULL, NULL,
	  "queues of all types: each event names its type" },
	{ "shuffle", KIND_WORD, AT(shuffle), 0, 0, "auto on off", "auto", "WHEN",
	  "workers give a burst back in another order than they\n"
	  "got it: on, off, auto (if the device allows for it)" },
	{ "release", KIND_WORD, AT(release), 0, 0, "mixed implicit explicit", "mixed", "HOW",
	  "how events end: implicit (by the next dequeue),\n"
	  "explicit (implicit release is switched off), mixed" },
	{ "delay", KIND_NUMBER, AT(delay_percent), 0, 100, NULL, "10", "PERCENT",
	  "bursts that a worker holds back for a while" },
	{ "split", KIND_NUMBER, AT(split_percent), 0, 100, NULL, "50", "PERCENT",
	  "bursts that a worker gives back in pieces" },
	{ "drop", KIND_NUMBER, AT(drop_percent), 0, 100, NULL, "2", "PERCENT",
	  "events that a worker releases instead of forwarding" },
	{ "seed", KIND_NUMBER, AT(seed), 0, UINT64_MAX, NULL, "1", "N",
	  "the same seed sends the same events" },

	{ .help = "For perf (each combination of the lists is measured)" },
	{ "topology", KIND_NUMBERS, AT(topology), 1, 2, NULL, "1,2", "N[,N]",
	  "1: producer, queue, worker; 2: producer, queue,\n"
	  "worker, directed queue, consumer" },
	{ "types", KIND_LETTERS, AT(types), 1, OPTIONS_LIST_MAX, "oap", "a,o,p", "T[,T...]",
	  "types of the queue in front of the worker" },
	{ "cores", KIND_NUMBERS, AT(cores), 1, 2, NULL, "1", "N[,N]",
	  "1: all roles on one lcore; 2: the worker on another" },
	{ "duration", KIND_NUMBER, AT(duration_ms), 1, 600000, NULL, "600", "MS",
	  "time of one measurement in milliseconds" },
	{ "repeats", KIND_NUMBER, AT(repeats), 1, 99, NULL, "3", "N",
	  "measurements, devices interleaved; medians are shown" },
	{ "inflight", KIND_NUMBER, AT(inflight), 1, 65536, NULL, "1024", "N",
	  "events on their way at a time" },
	{ "load", KIND_NUMBER, AT(load_percent), 1, 100, NULL, "50", "PERCENT",
	  "latency is measured at so much of the throughput" },

	{ .help = "For pipeline (--flows is a hint to the device there)" },
	{ "input", KIND_TEXT, AT(input), 0, 0, NULL, NULL, "FILE",
	  "capture file with the packets to send through" },
	{ "output", KIND_TEXT, AT(output), 0, 0, NULL, "pipeline-out.pcap", "FILE",
	  "capture file to write (default: pipeline-out.pcap)" },
	{ "loops", KIND_NUMBER, AT(loops), 1, 1000000, NULL, "1", "N", "times the input is sent" },
};

#define NB_ROWS (sizeof(rows) / sizeof(rows[0]))

#define FAIL(error, ...) (snprintf(error, OPTIONS_ERROR_BYTES, __VA_ARGS__), -EINVAL)

/* One whole number in [min, max] and nothing behind it. */
static bool
number_parse(const char *text, const struct row *r, uint64_t *out)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*out = strtoull(text, &end, 0);
	return errno == 0 && *end == '\0' && *out >= r->min && *out <= r->max;
}

static int
parse_number(const struct row *r, const char *text, uint64_t *out, char *error)
{
	if (number_parse(text, r, out))
		return 0;
	return FAIL(error, "--%s %s: allowed is a number from %" PRIu64 " to %" PRIu64, r->name,
		    text, r->min, r->max);
}

static int
parse_numbers(const struct row *r, const char *text, struct number_list *out, char *error)
{
	char copy[128], *item, *rest = copy;

	out->nb = 0;
	if (snprintf(copy, sizeof(copy), "%s", text) < (int)sizeof(copy))
		while ((item = strsep(&rest, ",")) != NULL) {
			if (out->nb == OPTIONS_LIST_MAX || !number_parse(item, r, &out->v[out->nb]))
				break;
			out->nb++;
			if (rest == NULL)
				return 0;
		}
	return FAIL(error,
		    "--%s %s: allowed are up to %d numbers from %" PRIu64 " to %" PRIu64
		    ", separated by commas",
		    r->name, text, OPTIONS_LIST_MAX, r->min, r->max);
}

static int
parse_letters(const struct row *r, const char *text, struct letter_list *out, char *error)
{
	const char *p = text;

	out->nb = 0;
	while (*p != '\0' && strchr(r->words, *p) != NULL && out->nb < OPTIONS_LIST_MAX) {
		out->v[out->nb++] = *p++;
		if (*p == '\0')
			return 0;
		if (*p++ != ',')
			break;
	}
	return FAIL(error, "--%s %s: allowed are up to %d of the letters %s, separated by commas",
		    r->name, text, OPTIONS_LIST_MAX, r->words);
}

static int
parse_word(const struct row *r, const char *text, unsigned int *out, char *error)
{
	char copy[128], *word, *rest = copy;
	unsigned int index = 0;

	snprintf(copy, sizeof(copy), "%s", r->words);
	while ((word = strsep(&rest, " ")) != NULL) {
		if (strcmp(word, text) == 0) {
			*out = index;
			return 0;
		}
		index++;
	}
	return FAIL(error, "--%s %s: allowed is one of: %s", r->name, text, r->words);
}

static int
parse_value(struct options *o, const struct row *r, const char *text, char *error)
{
	void *field = (char *)o + r->offset;

	switch (r->kind) {
	case KIND_NUMBER:
		return parse_number(r, text, field, error);
	case KIND_NUMBERS:
		return parse_numbers(r, text, field, error);
	case KIND_LETTERS:
		return parse_letters(r, text, field, error);
	case KIND_WORD:
		return parse_word(r, text, field, error);
	case KIND_TEXT:
		if (text[0] == '\0')
			return FAIL(error, "--%s: an empty text is not allowed", r->name);
		*(const char **)field = text;
		return 0;
	case KIND_FLAG:
		*(bool *)field = true;
		return 0;
	}
	return 0;
}

/* The defaults, and the table in getopt's form (`val` is the row's number + 1). */
static int
prepare(struct options *o, struct option *longopt, char *error)
{
	unsigned int i, n = 0;
	int ret = 0;

	memset(o, 0, sizeof(*o));
	for (i = 0; i < NB_ROWS && ret == 0; i++) {
		if (rows[i].name == NULL)
			continue;
		if (rows[i].standard != NULL)
			ret = parse_value(o, &rows[i], rows[i].standard, error);
		longopt[n++] = (struct option){
			.name = rows[i].name,
			.has_arg = rows[i].kind == KIND_FLAG ? no_argument : required_argument,
			.val = (int)i + 1,
		};
	}
	longopt[n] = (struct option){ 0 };
	return ret;
}

int
options_parse(struct options *o, int argc, char **argv, char *error)
{
	struct option longopt[MAX_OPTIONS];
	int ret = prepare(o, longopt, error), c;

	_Static_assert(NB_ROWS < MAX_OPTIONS, "longopt holds every row and the end mark");
	optind = 0; /* 0 and not 1: glibc then forgets what EAL left half parsed */
	opterr = 0;
	while (ret == 0 && (c = getopt_long(argc, argv, "+:", longopt, NULL)) != -1) {
		if (c == ':')
			ret = FAIL(error, "%s: a value is missing", argv[optind - 1]);
		else if (c == '?')
			ret = FAIL(error, "%s: no such option, or it takes no value (see --help)",
				   argv[optind - 1]);
		else
			ret = parse_value(o, &rows[c - 1], optarg, error);
	}
	if (ret == 0 && optind < argc)
		ret = FAIL(error, "%s: what is this? Options start with -- (see --help)",
			   argv[optind]);
	if (ret == 0 && o->flows < o->producers)
		ret = FAIL(error,
			   "--flows %" PRIu64
			   ": allowed is a number not below --producers %" PRIu64,
			   o->flows, o->producers);
	return ret;
}

static void
help_row(FILE *out, const struct row *r)
{
	char head[64];
	const char *p = r->help, *end;

	snprintf(head, sizeof(head), "--%s %s", r->name, r->metavar != NULL ? r->metavar : "");
	for (;;) {
		end = p + strcspn(p, "\n");
		fprintf(out, "  %-24s %.*s", head, (int)(end - p), p);
		if (*end == '\0')
			break;
		fputc('\n', out);
		head[0] = '\0';
		p = end + 1;
	}
	if (r->kind == KIND_NUMBER && r->standard != NULL)
		fprintf(out, " [%" PRIu64 "..%" PRIu64 ", default %s]", r->min, r->max,
			r->standard);
	else if (r->standard != NULL && r->kind != KIND_TEXT)
		fprintf(out, " [default %s]", r->standard);
	fputc('\n', out);
}

void
options_help(FILE *out)
{
	unsigned int i;

	for (i = 0; i < NB_ROWS; i++) {
		if (rows[i].name == NULL)
			fprintf(out, "\n%s:\n", rows[i].help);
		else
			help_row(out, &rows[i]);
	}
}
