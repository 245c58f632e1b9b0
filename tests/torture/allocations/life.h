/* SPDX-License-Identifier: GPL-2.0 */
/* Beginning and end: of network namespaces, and of the module. */
#ifndef DSR_LIFE_H
#define DSR_LIFE_H

int life_home(void);
void life_go_home(int fd);
void life_namespaces(void);
void life_end(int home);
void life_load(const char *path);

#endif
