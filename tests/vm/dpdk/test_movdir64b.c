/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 *
 * What the handler of the missing MOVDIR64B does with each way to name memory. The instructions come
 * from the assembler and are never executed, so that the processor does not matter.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "movdir64b.c"

#define NONE (-1)

/* The instructions, one behind the other, each with a label before and behind it. */
#define FORM(name, text) "form_" name ": " text "\nend_" name ":\n"

__asm__(".pushsection .rodata\n" FORM("plain", "movdir64b (%rdx), %rax") FORM(
	"high", "movdir64b (%r9), %r15") FORM("near", "movdir64b -64(%r13), %rsi")
		FORM("far", "movdir64b 0x12345(%rbp), %r8") FORM("stack",
								 "movdir64b 0x40(%rsp), %rdi")
			FORM("r12", "movdir64b (%r12), %rbx") FORM("index",
								   "movdir64b (%rcx,%r10,4), %rax")
				FORM("index_r12", "movdir64b 8(%r13,%r12,8), %rax") FORM(
					"index_far", "movdir64b -0x1000(%rdi,%rbp), %r11")
					FORM("no_base", "movdir64b 0x100(,%r14,8), %rax")
						FORM("relative",
						     "movdir64b form_plain+64(%rip), %rax")
							FORM("register",
							     ".byte 0x66, 0x0F, 0x38, 0xF8, 0xC2")
								FORM("other", "ud2; .skip 16")
	/* What "relative" reads. */
	".skip 128\n"
	".popsection\n");

struct form {
	const char *name;
	const uint8_t *code, *end;
	int destination;
	int base, index;
	unsigned int shift;
	int32_t displacement;
};

#define DECLARE(name) extern const uint8_t form_##name[], end_##name[]
DECLARE(plain);
DECLARE(high);
DECLARE(near);
DECLARE(far);
DECLARE(stack);
DECLARE(r12);
DECLARE(index);
DECLARE(index_r12);
DECLARE(index_far);
DECLARE(no_base);
DECLARE(relative);
DECLARE(register);
DECLARE(other);

#define CODE(name) #name, form_##name, end_##name

static const struct form forms[] = {
	{ CODE(plain), REG_RAX, REG_RDX, NONE, 0, 0 },
	{ CODE(high), REG_R15, REG_R9, NONE, 0, 0 },
	{ CODE(near), REG_RSI, REG_R13, NONE, 0, -64 },
	{ CODE(far), REG_R8, REG_RBP, NONE, 0, 0x12345 },
	{ CODE(stack), REG_RDI, REG_RSP, NONE, 0, 0x40 },
	{ CODE(r12), REG_RBX, REG_R12, NONE, 0, 0 },
	{ CODE(index), REG_RAX, REG_RCX, REG_R10, 2, 0 },
	{ CODE(index_r12), REG_RAX, REG_R13, REG_R12, 3, 8 },
	{ CODE(index_far), REG_R11, REG_RDI, REG_RBP, 0, -0x1000 },
	{ CODE(no_base), REG_RAX, NONE, REG_R14, 3, 0x100 },
};

#define NB_FORMS (sizeof(forms) / sizeof(forms[0]))

/* Aligned, so that an index alone can reach it. */
static _Alignas(64) uint8_t source[64];
static _Alignas(64) uint8_t destination[3 * 64];

static ucontext_t context;

static void
prepare(const uint8_t *code, int to)
{
	greg_t *gregs = context.uc_mcontext.gregs;

	for (unsigned int i = 0; i < 16; i++)
		gregs[registers[i]] = (greg_t)(0xBAD0000 + i);
	for (unsigned int i = 0; i < sizeof(source); i++)
		source[i] = (uint8_t)(i + 1);
	memset(destination, 0, sizeof(destination));
	gregs[to] = (greg_t)(uintptr_t)&destination[64];
	gregs[REG_RIP] = (greg_t)(uintptr_t)code;
}

/* Let the registers make the address of the source. */
static void
point_at_source(const struct form *form)
{
	greg_t *gregs = context.uc_mcontext.gregs;
	uint64_t at = (uint64_t)(uintptr_t)source - (uint64_t)form->displacement;

	if (form->base == NONE) {
		gregs[form->index] = (greg_t)(at >> form->shift);
		return;
	}
	if (form->index != NONE) {
		gregs[form->index] = 0x123;
		at -= UINT64_C(0x123) << form->shift;
	}
	gregs[form->base] = (greg_t)at;
}

static void
check_stored(const char *name, const uint8_t *expected, const uint8_t *end)
{
	static const uint8_t nothing[64];

	if (memcmp(&destination[64], expected, 64) != 0)
		fail_msg("%s: not these 64 bytes", name);
	assert_memory_equal(&destination[0], nothing, 64);
	assert_memory_equal(&destination[128], nothing, 64);
	assert_ptr_equal((void *)(uintptr_t)context.uc_mcontext.gregs[REG_RIP], end);
}

static void
test_each_way_to_name_memory_is_understood(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < NB_FORMS; i++) {
		prepare(forms[i].code, forms[i].destination);
		point_at_source(&forms[i]);
		on_illegal_instruction(SIGILL, NULL, &context);
		check_stored(forms[i].name, source, forms[i].end);
	}
}

static void
test_an_address_relative_to_the_instruction_is_understood(void **state)
{
	(void)state;
	prepare(form_relative, REG_RAX);
	on_illegal_instruction(SIGILL, NULL, &context);
	check_stored("relative", form_plain + 64, end_relative);
}

/* The next try ends the process as if nobody had been there. */
static void
test_another_instruction_is_left_alone(void **state)
{
	const uint8_t *const codes[] = { form_register, form_other };
	struct sigaction now;

	(void)state;
	for (unsigned int i = 0; i < 2; i++) {
		install();
		prepare(codes[i], REG_RAX);
		on_illegal_instruction(SIGILL, NULL, &context);
		assert_ptr_equal((void *)(uintptr_t)context.uc_mcontext.gregs[REG_RIP], codes[i]);
		sigaction(SIGILL, NULL, &now);
		assert_ptr_equal(now.sa_handler, SIG_DFL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_way_to_name_memory_is_understood),
		cmocka_unit_test(test_an_address_relative_to_the_instruction_is_understood),
		cmocka_unit_test(test_another_instruction_is_left_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
