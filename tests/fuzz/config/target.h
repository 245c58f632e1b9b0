/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSR_TARGET_H
#define DSR_TARGET_H

#include <stddef.h>
#include <stdint.h>

/* Gives the tool a file; what is wrong ends the process. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t len);

/* How many the kernel's side was sent so far. */
extern unsigned long messages;

#endif /* DSR_TARGET_H */
