/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * Preloaded where the processor lacks MOVDIR64B, as QEMU's does: drivers of others use it without
 * asking. The illegal instruction raises a signal, and its handler does what it would have done.
 *
 * Understood are all ways to name memory but a segment and 32-bit addresses, which compilers do not
 * use. The 64 bytes go out as eight stores in ascending order.
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
	const uint64_t *source;
	volatile uint64_t *destination;
	uint64_t length; /* of the instruction */
};

/* An instruction's next bytes, and what its prefix REX adds to the numbers of registers. */
struct reader {
	const uint8_t *at;
	const greg_t *gregs;
	uint8_t rex;
};

#define REX_B 1 /* base */
#define REX_X 2 /* index */
#define REX_R 4 /* destination */

static uint64_t
value_of(const struct reader *r, uint8_t number, uint8_t extension)
{
	return (uint64_t)r->gregs[registers[number | ((r->rex & extension) != 0 ? 8 : 0)]];
}

static uint64_t
displacement(struct reader *r, uint8_t mod)
{
	int32_t far;

	if (mod == 0)
		return 0;
	if (mod == 1)
		return (uint64_t)(int8_t)*r->at++;
	memcpy(&far, r->at, sizeof(far));
	r->at += sizeof(far);
	return (uint64_t)far;
}

/* [base] + [index * scale] + [displacement]: the byte SIB, and what follows. */
static uint64_t
scaled(struct reader *r, uint8_t mod)
{
	uint8_t sib = *r->at++, base = sib & 7, index = sib >> 3 & 7;
	uint64_t sum = 0;

	if (index != 4 || (r->rex & REX_X) != 0)
		sum = value_of(r, index, REX_X) << (sib >> 6);
	if (base == 5 && mod == 0)
		return sum + displacement(r, 2);
	sum += value_of(r, base, REX_B);
	return sum + displacement(r, mod);
}

static uint64_t
address(struct reader *r, uint8_t mod, uint8_t rm)
{
	uint64_t base, offset;

	if (rm == 4)
		return scaled(r, mod);
	if (rm == 5 && mod == 0) { /* relative to the next instruction */
		offset = displacement(r, 2);
		return (uint64_t)(uintptr_t)r->at + offset;
	}
	base = value_of(r, rm, REX_B);
	return base + displacement(r, mod);
}

/* 66 [REX] 0F 38 F8 ModRM [SIB] [displacement] */
static bool
decode(const uint8_t *code, const greg_t *gregs, struct operands *ops)
{
	static const uint8_t opcode[] = { 0x0F, 0x38, 0xF8 };
	struct reader r = { .at = code + 1, .gregs = gregs };
	uint8_t modrm;

	if (code[0] != 0x66)
		return false;
	if ((*r.at & 0xF0) == 0x40)
		r.rex = *r.at++;
	if (memcmp(r.at, opcode, sizeof(opcode)) != 0)
		return false;
	r.at += sizeof(opcode);
	modrm = *r.at++;
	if (modrm >> 6 == 3)
		return false;
	ops->destination = (volatile uint64_t *)value_of(&r, modrm >> 3 & 7, REX_R);
	ops->source = (const uint64_t *)address(&r, modrm >> 6, modrm & 7);
	ops->length = (uint64_t)(r.at - code);
	return true;
}

static void
on_illegal_instruction(int number, siginfo_t *info, void *context)
{
	greg_t *gregs = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct operands ops;

	(void)info;
	if (!decode((const uint8_t *)gregs[REG_RIP], gregs, &ops)) {
		signal(number, SIG_DFL);
		return;
	}
	for (unsigned int i = 0; i < 8; i++)
		ops.destination[i] = ops.source[i];
	gregs[REG_RIP] += (greg_t)ops.length;
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
