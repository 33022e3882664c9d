/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Holds the output capture against the input capture. See compare.h.
 *
 * Conservation is counted per content: each must come out `loops` times as often as it went
 * in.
 * Order is followed per flow: the output of a flow has to be the flow's input sequence,
 * repeated. A packet that is not the next one either skipped others (which are lost, or late)
 * or comes after a later one; which of the two is decided by the shorter way round, and
 * settled at the end, when it is known how many packets of the flow were lost.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "capture.h"
#include "compare.h"
#include "expect.h"

static void
describe_foreign(const struct capture *c, const struct flow_key *key, const uint8_t *bytes,
		 uint32_t length, uint64_t number, struct verdict *v)
{
	uint32_t flow = capture_find_flow(c, key), at = 0;
	const struct capture_flow *f;
	const struct capture_group *want;
	char text[FLOW_TEXT_BYTES];

	flow_text(key, text);
	if (flow == CAPTURE_NONE) {
		verdict_fail(v, CHECK_CAPTURE,
			     "output packet %" PRIu64 " belongs to a flow that "
			     "the input does not have: %s",
			     number, text);
		return;
	}
	f = &c->flow[flow];
	want = &c->group[c->sequence[f->start + f->position % f->length]];
	while (at < length && at < want->length && bytes[at] == want->bytes[at])
		at++;
	verdict_fail(v, CHECK_CAPTURE,
		     "output packet %" PRIu64 " (%s) equals no input packet; "
		     "from input packet %u, which is due, it differs at byte %u",
		     number, text, want->first, at);
}

/* How far ahead in its flow's sequence, which repeats, a group stands. */
static uint32_t
distance(const struct capture *c, const struct capture_flow *f, uint32_t group)
{
	uint32_t d;

	for (d = 0; c->sequence[f->start + (f->position + d) % f->length] != group; d++)
		;
	return d;
}

static void
follow(const struct capture *c, struct capture_flow *f, uint32_t group, uint64_t number)
{
	uint32_t ahead = distance(c, f, group);

	if (ahead != 0 && f->anomaly_at == 0) {
		f->anomaly_at = number;
		f->anomaly_want = c->sequence[f->start + f->position % f->length];
		f->anomaly_seen = group;
	}
	f->skipped += ahead;
	f->position += ahead + 1;
}

static int
read_output(struct capture *c, const char *path, struct compare_report *r, struct verdict *v,
	    char *error)
{
	struct pcap_pkthdr *header;
	const uint8_t *data;
	pcap_t *p = capture_open(path, error);
	uint8_t *copy = malloc(CAPTURE_MAX_BYTES);
	int more = PCAP_ERROR;

	if (p != NULL && copy == NULL)
		snprintf(error, COMPARE_ERROR_BYTES, "out of memory");
	while (p != NULL && copy != NULL && (more = pcap_next_ex(p, &header, &data)) == 1) {
		struct flow_key key;
		uint32_t group;

		r->out++;
		memcpy(copy, data, header->caplen);
		expect_from_output(copy, header->caplen, &key);
		group = capture_find(c, copy, header->caplen);
		if (group == CAPTURE_NONE) {
			r->foreign++;
			describe_foreign(c, &key, copy, header->caplen, r->out, v);
			continue;
		}
		c->group[group].out++;
		follow(c, &c->flow[c->group[group].flow], group, r->out);
	}
	if (p != NULL && copy != NULL && more != PCAP_ERROR_BREAK)
		snprintf(error, COMPARE_ERROR_BYTES, "%s: %s", path, pcap_geterr(p));
	if (p != NULL)
		pcap_close(p);
	free(copy);
	return more == PCAP_ERROR_BREAK ? 0 : -EIO;
}

/* Conservation; lost_of[flow] tells the order check what it may find skipped. */
static void
judge_groups(const struct capture *c, uint64_t loops, uint64_t *lost_of, struct compare_report *r,
	     struct verdict *v)
{
	const struct capture_group *g;
	char text[FLOW_TEXT_BYTES];

	for (g = c->group; g < c->group + c->nb_groups; g++) {
		uint64_t want = g->in * loops;

		if (g->out == want)
			continue;
		if (g->out < want) {
			r->lost += want - g->out;
			lost_of[g->flow] += want - g->out;
		} else {
			r->doubled += g->out - want;
		}
		flow_text(&c->flow[g->flow].key, text);
		verdict_fail(v, CHECK_CAPTURE,
			     "input packet %u (%s): expected in the output %" PRIu64
			     " times, seen %" PRIu64 " times",
			     g->first, text, want, g->out);
	}
}

static void
judge_flows(const struct capture *c, const uint64_t *lost_of, struct compare_report *r,
	    struct verdict *v)
{
	const struct capture_flow *f;
	char text[FLOW_TEXT_BYTES];

	for (f = c->flow; f < c->flow + c->nb_flows; f++) {
		if (f->skipped <= lost_of[f - c->flow])
			continue;
		r->misordered++;
		flow_text(&f->key, text);
		verdict_fail(v, CHECK_ORDER,
			     "flow %s: output packet %" PRIu64 ": expected input "
			     "packet %u, seen input packet %u",
			     text, f->anomaly_at, c->group[f->anomaly_want].first,
			     c->group[f->anomaly_seen].first);
	}
}

static int
take_flows(const struct capture *c, struct compare_report *r)
{
	uint32_t i;

	r->flow = calloc(c->nb_flows + 1, sizeof(*r->flow));
	if (r->flow == NULL)
		return -ENOMEM;
	for (i = 0; i < c->nb_flows; i++)
		r->flow[i] = (struct compare_flow){
			c->flow[i].key,
			c->flow[i].length,
			c->flow[i].bytes,
		};
	r->nb_flows = c->nb_flows;
	return 0;
}

static int
judge(const struct capture *c, uint64_t loops, struct compare_report *r, struct verdict *v)
{
	uint64_t *lost_of = calloc(c->nb_flows + 1, sizeof(*lost_of));

	if (lost_of == NULL || take_flows(c, r) != 0) {
		free(lost_of);
		return -ENOMEM;
	}
	r->in = c->packets;
	r->dropped = c->dropped;
	r->expected = (c->packets - c->dropped) * loops;
	verdict_made(v, CHECK_CAPTURE, r->expected + r->out);
	verdict_made(v, CHECK_ORDER, r->out);
	judge_groups(c, loops, lost_of, r, v);
	judge_flows(c, lost_of, r, v);
	free(lost_of);
	return 0;
}

int
compare_captures(const char *input, const char *output, uint64_t loops,
		 struct compare_report *report, struct verdict *verdict, char *error)
{
	struct capture c;
	int ret;

	memset(report, 0, sizeof(*report));
	ret = capture_load(&c, input, error);
	if (ret == 0)
		ret = read_output(&c, output, report, verdict, error);
	if (ret == 0) {
		ret = judge(&c, loops, report, verdict);
		if (ret != 0)
			snprintf(error, COMPARE_ERROR_BYTES, "out of memory");
	}
	capture_free(&c);
	return ret;
}

void
compare_free(struct compare_report *report)
{
	free(report->flow);
	memset(report, 0, sizeof(*report));
}
