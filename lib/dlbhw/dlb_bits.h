/* SPDX-License-Identifier: BSD-3-Clause OR GPL-2.0-only
 * Copyright(c) 2026 event_dlb contributors
 *
 * Bit masks and bit fields, by the Linux kernel's names and with its checks at compile time.
 *
 * This is the only place where a field is shifted in or out of a word: everything else names the
 * field's mask. A mask must be a compile-time constant, not zero and without holes; a constant
 * value that does not fit its field does not compile. All masks are 32 bits wide, as all
 * registers of the device are. Inside a Linux kernel the kernel's own definitions are taken; so
 * nothing may rely on anything that they do not promise (BIT() is unsigned long there).
 */

#ifndef DLB_BITS_H
#define DLB_BITS_H

#ifdef __KERNEL__

#include <linux/bitfield.h>
#include <linux/bits.h>
#include <linux/types.h>

#else

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * x if it is an integer constant expression in the sense of the language, else 0: then, and only
 * then, is x times 0 a null pointer constant, which leaves the conditional its other type. (What
 * __builtin_constant_p() calls constant, a static assertion need not accept.)
 */
#define DLB_CONST_OR_0(x)                                                                        \
	__builtin_choose_expr(sizeof(int) == sizeof(*(8 ? ((void *)((long)(x)*0l)) : (int *)8)), \
			      x, 0)

/* 0, or a compile error when bad is a constant that is not 0. */
#define DLB_BUILD_ZERO_IF(bad) ((uint32_t)sizeof(char[1 - 2 * !!DLB_CONST_OR_0(bad)]) - 1)

#define BIT(n) (UINT32_C(1) << (n))

/* Bits h down to l set. */
#define GENMASK(h, l)                                         \
	(((UINT32_MAX << (l)) & (UINT32_MAX >> (31 - (h)))) + \
	 DLB_BUILD_ZERO_IF((l) > (h) || (h) > 31))

#define DLB_FIELD_SHIFT(mask) __builtin_ctz((uint32_t)(mask))

/* Largest value that the field holds; usable where a constant is required. */
#define FIELD_MAX(mask)	      ((uint32_t)(mask) >> DLB_FIELD_SHIFT(mask))

#define DLB_FIELD_CHECK_MASK(mask)                                                       \
	_Static_assert((mask) != 0 && (uint64_t)(mask) <= UINT32_MAX &&                  \
			       (FIELD_MAX(mask) & (FIELD_MAX(mask) + UINT64_C(1))) == 0, \
		       "a field mask is a constant of contiguous bits")

#define DLB_FIELD_CHECK_VALUE(mask, val)                                 \
	_Static_assert((uint64_t)DLB_CONST_OR_0(val) <= FIELD_MAX(mask), \
		       "value too large for the field")

/* The field's value, out of a register's. */
#define FIELD_GET(mask, reg)                                                               \
	__extension__({                                                                    \
		DLB_FIELD_CHECK_MASK(mask);                                                \
		(uint32_t)(((uint32_t)(reg) & (uint32_t)(mask)) >> DLB_FIELD_SHIFT(mask)); \
	})

/* The value in the field's place, to be or-ed into a register's. */
#define FIELD_PREP(mask, val)                                                              \
	__extension__({                                                                    \
		DLB_FIELD_CHECK_MASK(mask);                                                \
		DLB_FIELD_CHECK_VALUE(mask, val);                                          \
		(uint32_t)(((uint32_t)(val) << DLB_FIELD_SHIFT(mask)) & (uint32_t)(mask)); \
	})

#endif /* __KERNEL__ */

#endif /* DLB_BITS_H */
