/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Preloaded where the processor lacks MOVDIR64B, as QEMU's does: drivers of others use it without
 * asking. The illegal instruction raises a signal, and its handler does what it would have done.
 *
 * Understood is "movdir64b (%source), %destination" without displacement. The 64 bytes go out as eight
 * stores in ascending order.
 */

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

/* Registers of the context in the order of their numbers in instructions. */
static const int registers[] = { REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP,
				 REG_RSI, REG_RDI, REG_R8,  REG_R9,  REG_R10, REG_R11,
				 REG_R12, REG_R13, REG_R14, REG_R15 };

struct operands {
	uint8_t source;
	uint8_t destination;
	uint8_t length; /* of the instruction */
};

/* 66 [REX] 0F 38 F8 ModRM */
static bool
decode(const uint8_t *code, struct operands *ops)
{
	static const uint8_t opcode[] = { 0x0F, 0x38, 0xF8 };
	uint8_t rex = (code[1] & 0xF0) == 0x40 ? code[1] : 0;
	const uint8_t *at = rex != 0 ? code + 2 : code + 1;
	uint8_t modrm = at[3], mod = modrm >> 6, reg = modrm >> 3 & 7, rm = modrm & 7;

	if (code[0] != 0x66 || memcmp(at, opcode, sizeof(opcode)) != 0)
		return false;
	if (mod != 0 || rm == 4 || rm == 5)
		return false;
	*ops = (struct operands){
		.source = rm | (rex & 1) << 3,
		.destination = reg | (rex & 4) << 1,
		.length = (uint8_t)(at + 4 - code),
	};
	return true;
}

static void
on_illegal_instruction(int number, siginfo_t *info, void *context)
{
	greg_t *gregs = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct operands ops;
	const uint64_t *source;
	volatile uint64_t *destination;

	(void)info;
	if (!decode((const uint8_t *)gregs[REG_RIP], &ops)) {
		signal(number, SIG_DFL);
		return;
	}
	source = (const uint64_t *)gregs[registers[ops.source]];
	destination = (volatile uint64_t *)gregs[registers[ops.destination]];
	for (unsigned int i = 0; i < 8; i++)
		destination[i] = source[i];
	gregs[REG_RIP] += ops.length;
}

__attribute__((constructor)) static void
install(void)
{
	struct sigaction action = {
		.sa_sigaction = on_illegal_instruction,
		.sa_flags = SA_SIGINFO | SA_NODEFER,
	};

	sigaction(SIGILL, &action, NULL);
}
