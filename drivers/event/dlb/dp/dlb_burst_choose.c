/* SPDX-License-Identifier: BSD-3-Clause
 * Copyright(c) 2026 event_dlb contributors
 */

/*
 * Which set of burst functions a device gets: the best that its CPU has and that the user allows.
 *
 * The user speaks through EAL (environment abstraction layer): --force-max-simd-bitwidth bounds the
 * width of vectors, and EAL's own bound may be below what the CPU has. Runs once for each device
 * in each process.
 */

#include <cpuid.h>

#include <rte_vect.h>

#include "dlb_dp.h"

#define CPUID_7_ECX_MOVDIR64B (UINT32_C(1) << 28)

/* The best first. */
static const struct dlb_burst_ops *const all_ops[] = {
	&dlb_burst_ops_avx512_sim,    &dlb_burst_ops_sse_sim,
	&dlb_burst_ops_scalar_sim,    &dlb_burst_ops_avx512_movdir64b,
	&dlb_burst_ops_sse_movdir64b, &dlb_burst_ops_scalar_movdir64b,
	&dlb_burst_ops_avx512_stream, &dlb_burst_ops_sse_stream,
	&dlb_burst_ops_scalar_stream,
};

/* CPUID leaf 7: whether the CPU has MOVDIR64B. */
static bool
has_movdir64b(void)
{
	unsigned int eax, ebx, ecx, edx;

	return __get_cpuid_count(7, 0, &eax, &ebx, &ecx, &edx) != 0 &&
	       (ecx & CPUID_7_ECX_MOVDIR64B) != 0;
}

/* The plugin is compiled for CPUs with SSE 4.2, as DPDK itself is. */
static bool
has_vectors(enum dlb_vectors vectors)
{
	if (vectors != DLB_VECTORS_AVX512)
		return true;
	return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw");
}

const struct dlb_burst_ops *
dlb_burst_ops_get(unsigned int i)
{
	return i < RTE_DIM(all_ops) ? all_ops[i] : NULL;
}

bool
dlb_burst_ops_can_run(const struct dlb_burst_ops *ops)
{
	return has_vectors(ops->vectors) && (ops->lines != DLB_LINES_MOVDIR64B || has_movdir64b());
}

const struct dlb_burst_ops *
dlb_burst_ops_choose(bool is_pci)
{
	unsigned int i;

	for (i = 0; i < RTE_DIM(all_ops); i++) {
		const struct dlb_burst_ops *ops = all_ops[i];

		if (is_pci != (ops->lines == DLB_LINES_RING) && dlb_burst_ops_can_run(ops) &&
		    (unsigned int)ops->vectors <= rte_vect_get_max_simd_bitwidth())
			return ops;
	}
	return &dlb_burst_ops_scalar_stream;
}
