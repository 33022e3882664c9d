/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * The trap flag makes the CPU raise a signal behind each instruction. It is set and cleared in the
 * context that a handler of another signal returns to.
 *
 * Where the CPU lacks MOVDIR64B the instruction counts as one that does nothing.
 */

#include <signal.h>
#include <string.h>
#include <ucontext.h>

#include "count_instructions.h"

#define TRAP_FLAG      0x100
#define SIGNAL_TO_STEP SIGUSR1

static volatile uint64_t nb_steps;
static uint64_t nb_own;

static void
on_step(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	(void)context;
	nb_steps++;
}

static void
on_switch(int number, siginfo_t *info, void *context)
{
	(void)number;
	(void)info;
	((ucontext_t *)context)->uc_mcontext.gregs[REG_EFL] ^= TRAP_FLAG;
}

/* Bytes of "movdir64b source, register" at this place, or 0: 66 [REX] 0F 38 F8 ModRM [SIB] [disp]. */
static unsigned int
movdir64b_length(const uint8_t *code)
{
	static const uint8_t opcode[] = { 0x0F, 0x38, 0xF8 };
	static const uint8_t displacement[] = { 0, 1, 4 };
	unsigned int at = (code[1] & 0xF0) == 0x40 ? 2 : 1;
	uint8_t modrm = code[at + sizeof(opcode)];

	if (code[0] != 0x66 || memcmp(&code[at], opcode, sizeof(opcode)) != 0 || modrm >> 6 == 3)
		return 0;
	return at + sizeof(opcode) + 1 + ((modrm & 7) == 4) + displacement[modrm >> 6];
}

static void
on_illegal_instruction(int number, siginfo_t *info, void *context)
{
	greg_t *rip = &((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
	unsigned int length = movdir64b_length((const uint8_t *)*rip);

	(void)info;
	if (length == 0)
		signal(number, SIG_DFL);
	*rip += length;
	nb_steps++;
}

static void
handle(int number, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO };

	sigaction(number, &action, NULL);
}

void
count_init(void)
{
	handle(SIGTRAP, on_step);
	handle(SIGNAL_TO_STEP, on_switch);
	handle(SIGILL, on_illegal_instruction);
	/* The first calls also resolve symbols. */
	nb_own = 0;
	count_begin();
	count_end();
	count_begin();
	nb_own = count_end();
}

void
count_begin(void)
{
	nb_steps = 0;
	raise(SIGNAL_TO_STEP);
}

uint64_t
count_end(void)
{
	raise(SIGNAL_TO_STEP);
	return nb_steps - nb_own;
}
