/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSR_TOOL_H
#define DSR_TOOL_H

void tool_try(const char *path, unsigned int seconds);

#endif
