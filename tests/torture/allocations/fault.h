/* SPDX-License-Identifier: GPL-2.0 */
/* Failing allocations in the kernel, while it works for this process. */
#ifndef DSR_FAULT_H
#define DSR_FAULT_H

#include <stdbool.h>
#include <sys/types.h>

/* Which allocations fail: the N-th, or that one and all after it, as where the
 * memory is used up.
 */
enum fault_mode {
	FAULT_ONE,
	FAULT_REST,

	FAULT_MODES
};

struct range {
	unsigned long start, end;
};

extern const char *const fault_mode_names[FAULT_MODES];
extern const struct range everywhere;

void die(const char *what, const char *which) __attribute__((noreturn));
struct range module_range(void);
struct range function_range(const char *name);

void fault_init(void);
void fault_own(void);
void fault_within(struct range range);
void fault_arm(enum fault_mode mode, unsigned int n);
bool fault_disarm(void);
bool fault_was_met(pid_t pid);
void fault_always(bool on);

#endif
