/* SPDX-License-Identifier: GPL-2.0 */
/* Included before all else where the module is built for the debug kernel: the
 * per-CPU allocator, which has no fault injection of its own, fails where a slab
 * allocation of its caller would.
 */
#include <linux/percpu.h>
#include <linux/slab.h>

static inline void __percpu *dsr_percpu_alloc(size_t size, size_t align,
					      gfp_t gfp)
{
	void *probe = kmalloc(1, gfp);

	kfree(probe);
	return probe ? __alloc_percpu_gfp(size, align, gfp) : NULL;
}

#undef __alloc_percpu_gfp
#define __alloc_percpu_gfp	dsr_percpu_alloc
