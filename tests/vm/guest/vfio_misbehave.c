/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * In the guest: everything that a driver must not do to a DLB (Dynamic Load Balancer).
 *
 * First one mistake at a time, each of which has its alarm. Then rounds of random accesses, each
 * from a device that was brought up with consumer queues (CQ) in memory that is there, that is not,
 * and that comes and goes: commands to any producer port (PP), registers, places where there are
 * none, accesses of any width, the configuration space. A round takes its actions from the
 * beginning of a list that goes from mild to wild, so that some get deep before all is confusion.
 * Nothing is promised but that the device can be reset after each. It is left as it is at the end.
 *
 * usage: vfio_misbehave PCI-ADDRESS ROUNDS [SEED]	(0 rounds: without end)
 */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "guest_dlb.h"

#define NB_RINGS   16
#define RING_BYTES 4096
#define IOVA	   UINT64_C(0x100000000)
#define NB_ACTIONS 4000 /* of a round */

/* Where no memory ever is; the first is where the processor takes interrupts. */
#define IOVA_INTERRUPTS UINT64_C(0xFEE00000)
#define IOVA_NOWHERE	UINT64_C(0x7000000000)
#define IOVA_TOP	(UINT64_MAX - 63)

/* Configuration space. Without memory access or power this program would end. */
#define PCI_BYTES	 0x1000
#define PCI_COMMAND	 0x04
#define PCI_MEMORY	 0x2
#define PCI_MASTER	 0x4
#define PCI_CAPABILITIES 0x40
#define PCI_POWER	 0xB0
#define PCI_POWER_END	 0xB8

#define NB_PP_WINDOWS	4
#define PP_WINDOW_BYTES (DLB_PP_LDB_WINDOW - DLB_PP_DIR_WINDOW)

struct guest {
	struct guest_dlb dlb;
	uint64_t state;	       /* of the random numbers */
	void *rings[NB_RINGS]; /* NULL: not mapped */
	unsigned int domain;
	unsigned long nb_actions;
	unsigned long nb_alarms;
};

/* --- numbers -------------------------------------------------------------------------------- */

static uint64_t
any64(struct guest *g)
{
	uint64_t z = g->state += UINT64_C(0x9E3779B97F4A7C15);

	z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
	z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
	return z ^ z >> 31;
}

/* 0 .. n - 1 */
static uint32_t
any(struct guest *g, uint32_t n)
{
	return (uint32_t)(any64(g) >> 32) % n;
}

/* Often one of the interesting ones. */
static uint32_t
any_value(struct guest *g)
{
	switch (any(g, 4)) {
	case 0:
		return any(g, 64);
	case 1:
		return UINT32_C(1) << any(g, 32);
	case 2:
		return UINT32_MAX >> any(g, 32);
	default:
		return (uint32_t)any64(g);
	}
}

static uint64_t
any_iova(struct guest *g)
{
	static const uint64_t bad[] = { 0, IOVA_INTERRUPTS, IOVA_NOWHERE, IOVA_TOP };
	uint64_t ring = IOVA + any(g, NB_RINGS) * RING_BYTES;

	switch (any(g, 4)) {
	case 0:
		return bad[any(g, sizeof(bad) / sizeof(bad[0]))];
	case 1: /* its end is in another one, or nowhere */
		return ring + RING_BYTES - DLB_LINE_BYTES * (1 + any(g, 8));
	default:
		return ring;
	}
}

/* --- a device to misuse --------------------------------------------------------------------- */

static void
toggle_ring(struct guest *g)
{
	unsigned int i = any(g, NB_RINGS);

	if (g->rings[i] == NULL) {
		g->rings[i] = vfio_dma_alloc(&g->dlb.f, IOVA + i * RING_BYTES, RING_BYTES);
		return;
	}
	vfio_dma_free(&g->dlb.f, IOVA + i * RING_BYTES, RING_BYTES, g->rings[i]);
	g->rings[i] = NULL;
}

static void
create_queue(struct guest *g)
{
	const struct dlbrm_ldb_queue_config conf = { .nb_sequence_numbers = 64 * any(g, 2),
						     .nb_qid_inflights = 1 + any(g, 64),
						     .nb_atomic_inflights = 64 * any(g, 2) };

	CHECK(dlbrm_ldb_queue_create(&g->dlb.rm, g->domain, &conf));
}

static void
create_port(struct guest *g)
{
	const struct dlbrm_ldb_port_config conf = { .cq_iova = any_iova(g),
						    .cq_depth = UINT32_C(1) << any(g, 11),
						    .hist_list_size = 64,
						    .cos_id = -1 };
	const struct dlbrm_dir_port_config dir = { .cq_iova = any_iova(g),
						   .cq_depth = UINT32_C(1) << any(g, 11),
						   .queue_id = -1 };
	struct dlbrm *rm = &g->dlb.rm;
	unsigned int id = CHECK(dlbrm_ldb_port_create(rm, g->domain, &conf));

	for (unsigned int qid = 0; qid < 4; qid++)
		CHECK(dlbrm_map_qid(rm, g->domain, id, qid, any(g, 8)));
	CHECK(dlbrm_cq_irq_config(rm, g->domain, true, id, any(g, 2)));
	id = CHECK(dlbrm_dir_port_create(rm, g->domain, &dir));
	CHECK(dlbrm_dir_queue_create(rm, g->domain, (int)id, any(g, 256)));
}

/* Four of everything; the resource manager hands ids out from 0. */
static void
create_domain(struct guest *g)
{
	const struct dlbrm_domain_config conf = { .nb_ldb_queues = 4,
						  .nb_ldb_ports = 4,
						  .nb_dir_ports = 4,
						  .nb_atomic_inflights = 4 * 64,
						  .nb_hist_list_entries = 4 * 64,
						  .nb_ldb_credits = 1 + any(g, 2048),
						  .nb_dir_credits = 1 + any(g, 1024) };

	g->domain = CHECK(dlbrm_domain_create(&g->dlb.rm, &conf));
	for (unsigned int i = 0; i < 4; i++)
		create_queue(g);
	for (unsigned int i = 0; i < 4; i++)
		create_port(g);
}

/* --- one mistake at a time ------------------------------------------------------------------ */

static const struct mistake {
	const char *what;
	bool is_ldb; /* the port */
	bool is_started;
	enum dlbrm_alarm alarm;
	struct dlb_hcw hcw;
} mistakes[] = {
	{ "an element of a domain that is not started",
	  true,
	  false,
	  DLBRM_ALARM_DISABLED_QID,
	  { .cmd = DLB_CMD_NEW, .type_prio = DLB_SCHED_UNORDERED } },
	{ "an element for a queue that does not exist",
	  true,
	  true,
	  DLBRM_ALARM_ILLEGAL_QID,
	  { .cmd = DLB_CMD_NEW, .type_prio = DLB_SCHED_UNORDERED, .qid = 31 } },
	{ "a command that does not exist", true, true, DLBRM_ALARM_ILLEGAL_HCW, { .cmd = 0xE } },
	{ "a completion from a directed port",
	  false,
	  true,
	  DLBRM_ALARM_ILLEGAL_HCW,
	  { .cmd = DLB_CMD_COMP } },
	{ "a completion of nothing", true, true, DLBRM_ALARM_ILLEGAL_ENQ, { .cmd = DLB_CMD_COMP } },
	{ "tokens that are not out",
	  false,
	  true,
	  DLBRM_ALARM_EXCESS_TOKENS,
	  { .cmd = DLB_CMD_BAT_T, .lock_id = 7 } },
};

static void
make_mistake(struct guest *g, const struct mistake *mistake)
{
	const struct dlb_line line = { .hcw[0] = mistake->hcw };
	struct dlbrm_alarms alarms;

	guest_dlb_send(&g->dlb, mistake->is_ldb, 0, &line);
	guest_dlb_wait(&g->dlb, 0);
	CHECK(dlbrm_alarms_service(&g->dlb.rm, &alarms));
	if (alarms.kind != mistake->alarm || alarms.is_ldb != mistake->is_ldb || alarms.port != 0)
		fail("%s: alarm %d of %s port %u, not %d", mistake->what, alarms.kind,
		     alarms.is_ldb ? "LDB" : "DIR", alarms.port, mistake->alarm);
}

static void
make_mistakes(struct guest *g)
{
	bool is_started = false;

	guest_dlb_start(&g->dlb);
	create_domain(g);
	for (unsigned int i = 0; i < sizeof(mistakes) / sizeof(mistakes[0]); i++) {
		if (mistakes[i].is_started && !is_started)
			CHECK(dlbrm_domain_start(&g->dlb.rm, g->domain));
		is_started = mistakes[i].is_started;
		make_mistake(g, &mistakes[i]);
	}
	printf("%zu mistakes, each has its alarm\n", sizeof(mistakes) / sizeof(mistakes[0]));
}

/* --- anything ------------------------------------------------------------------------------- */

/* Nearly right: what the ports and queues of the domain could be sent. */
static struct dlb_hcw
likely_command(struct guest *g)
{
	static const uint8_t cmds[] = { DLB_CMD_BAT_T, DLB_CMD_COMP, DLB_CMD_COMP_T, DLB_CMD_ARM,
					DLB_CMD_NEW,   DLB_CMD_NEW,  DLB_CMD_NEW_T,  DLB_CMD_FWD,
					DLB_CMD_FWD_T, DLB_CMD_FRAG, DLB_CMD_FRAG_T };

	return (struct dlb_hcw){ .data = any64(g),
				 .opaque = (uint16_t)any(g, UINT16_MAX),
				 .qid = (uint8_t)any(g, 5),
				 .type_prio = (uint8_t)any(g, 32),
				 .lock_id = (uint16_t)any(g, 4),
				 .cmd = cmds[any(g, sizeof(cmds))] };
}

static struct dlb_hcw
unlikely_command(struct guest *g)
{
	uint64_t words[2] = { any64(g), any64(g) };
	struct dlb_hcw hcw;

	memcpy(&hcw, words, sizeof(hcw));
	return hcw;
}

static void
send_commands(struct guest *g, unsigned int nb_ports, struct dlb_hcw (*command)(struct guest *))
{
	bool is_ldb = any(g, 2) != 0;
	struct dlb_line line;

	for (unsigned int i = 0; i < DLB_HCWS_PER_LINE; i++)
		line.hcw[i] = command(g);
	if (any(g, 2) != 0)
		guest_dlb_send(&g->dlb, is_ldb, any(g, nb_ports), &line);
	else
		guest_dlb_send_words(&g->dlb, is_ldb, any(g, nb_ports), &line);
}

static void
send_likely(struct guest *g)
{
	send_commands(g, 5, likely_command);
}

static void
send_unlikely(struct guest *g)
{
	send_commands(g, DLB_MAX_LDB_PORTS, any(g, 2) != 0 ? likely_command : unlikely_command);
}

static void
load(volatile void *at, unsigned int bytes)
{
	switch (bytes) {
	case 1:
		(void)*(volatile uint8_t *)at;
		break;
	case 2:
		(void)*(volatile uint16_t *)at;
		break;
	case 4:
		(void)*(volatile uint32_t *)at;
		break;
	default:
		(void)*(volatile uint64_t *)at;
	}
}

static void
store(volatile void *at, unsigned int bytes, uint64_t value)
{
	switch (bytes) {
	case 1:
		*(volatile uint8_t *)at = (uint8_t)value;
		break;
	case 2:
		*(volatile uint16_t *)at = (uint16_t)value;
		break;
	case 4:
		*(volatile uint32_t *)at = (uint32_t)value;
		break;
	default:
		*(volatile uint64_t *)at = value;
	}
}

/* The processor splits accesses that are not aligned. */
static void
access_place(struct guest *g, unsigned int bar, uint64_t offset)
{
	volatile void *at = g->dlb.f.bars[bar] + offset;
	unsigned int bytes = 1U << any(g, 4);

	if (any(g, 2) != 0)
		store(at, bytes, any64(g));
	else
		load(at, bytes);
}

/* A piece of a command: what is put together from such must not become another one. */
static void
access_port(struct guest *g)
{
	uint64_t offset = any(g, NB_PP_WINDOWS) * PP_WINDOW_BYTES + any(g, 8) * DLB_PP_PAGE_BYTES +
			  any(g, DLB_LINE_BYTES);

	access_place(g, GUEST_FUNC, DLB_PP_DIR_WINDOW + offset);
}

static uint32_t
any_register(struct guest *g, uint32_t *bar)
{
	const struct dlb_reg_desc *desc;
	enum dlb_reg reg;

	do {
		reg = (enum dlb_reg)any(g, DLB_R_COUNT);
		desc = &dlb_reg_descs[reg];
	} while (desc->count[g->dlb.version] == 0);
	*bar = desc->bar;
	return dlb_reg_offset2(g->dlb.version, reg, any(g, desc->count[g->dlb.version]),
			       any(g, desc->count2));
}

static void
read_register(struct guest *g)
{
	uint32_t bar, offset = any_register(g, &bar);

	load(g->dlb.f.bars[bar] + offset, sizeof(uint32_t));
}

static void
write_register(struct guest *g)
{
	uint32_t bar, offset = any_register(g, &bar);

	store(g->dlb.f.bars[bar] + offset, sizeof(uint32_t), any_value(g));
}

static void
access_near_register(struct guest *g)
{
	uint32_t bar, offset = any_register(g, &bar);

	access_place(g, bar, offset + any(g, 16));
}

static void
access_anywhere(struct guest *g)
{
	if (any(g, 2) != 0)
		access_place(g, GUEST_FUNC, any64(g) % (DLB_FUNC_BAR_BYTES - 8));
	else
		access_place(g, GUEST_CSR, any64(g) % (DLB_CSR_BAR_BYTES - 8));
}

static void
write_config(struct guest *g)
{
	uint16_t command = PCI_MEMORY | (any(g, 2) != 0 ? PCI_MASTER : 0);
	uint32_t offset = PCI_CAPABILITIES + any(g, PCI_BYTES - PCI_CAPABILITIES - 4);
	uint32_t value = any_value(g), bytes = UINT32_C(1) << any(g, 3);

	if (any(g, 2) != 0)
		vfio_config_write(&g->dlb.f, PCI_COMMAND, &command, sizeof(command));
	else if (offset + bytes <= PCI_POWER || offset >= PCI_POWER_END)
		vfio_config_write(&g->dlb.f, offset, &value, bytes);
}

/* From mild to wild. */
static void (*const actions[])(struct guest *g) = {
	send_likely,	toggle_ring,	      read_register, send_unlikely,   access_port,
	write_register, access_near_register, write_config,  access_anywhere,
};

#define NB_KINDS (sizeof(actions) / sizeof(actions[0]))

/* --- rounds --------------------------------------------------------------------------------- */

static void
take_alarms(struct guest *g)
{
	struct pollfd event = { .fd = g->dlb.events[0], .events = POLLIN };

	if (poll(&event, 1, 0) == 1)
		g->nb_alarms += guest_dlb_wait(&g->dlb, 0);
}

static void
check_answers(struct guest *g)
{
	enum dlb_reg reg = DLB_R_SYS_TOTAL_VAS;
	volatile uint8_t *at = g->dlb.f.bars[GUEST_CSR] + dlb_reg_offset(g->dlb.version, reg, 0);

	if (*(volatile uint32_t *)(volatile void *)at != DLB_MAX_DOMAINS)
		fail("after a reset the device does not answer");
}

static void
run_round(struct guest *g)
{
	uint16_t command = PCI_MEMORY | PCI_MASTER;
	uint32_t nb_kinds = 1 + any(g, NB_KINDS);

	vfio_config_write(&g->dlb.f, PCI_COMMAND, &command, sizeof(command));
	guest_dlb_start(&g->dlb);
	check_answers(g);
	create_domain(g);
	CHECK(dlbrm_domain_start(&g->dlb.rm, g->domain));
	for (unsigned int i = 0; i < NB_ACTIONS; i++)
		actions[any(g, nb_kinds)](g);
	g->nb_actions += NB_ACTIONS;
	take_alarms(g);
}

int
main(int argc, char *argv[])
{
	static struct guest g;
	unsigned long nb_rounds, seed;

	if (argc < 3)
		fail("usage: vfio_misbehave PCI-ADDRESS ROUNDS [SEED]");
	nb_rounds = strtoul(argv[2], NULL, 0);
	seed = argc > 3 ? strtoul(argv[3], NULL, 0) : (unsigned long)time(NULL);
	printf("seed %lu\n", seed);
	fflush(stdout);
	g.state = seed;
	guest_dlb_open(&g.dlb, argv[1]);
	make_mistakes(&g);
	for (unsigned long i = 0; i < nb_rounds || nb_rounds == 0; i++)
		run_round(&g);
	printf("%lu actions, %lu alarms\n", g.nb_actions, g.nb_alarms);
	if (g.nb_alarms == 0)
		fail("nothing gave an alarm");
	return 0;
}
