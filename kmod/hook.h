/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_HOOK_H
#define _DSR_HOOK_H

struct dsr_net;

/* Configuration: config_lock held, or the namespace going. */
int dsr_hook_attach(struct dsr_net *dn);
void dsr_hook_detach(struct dsr_net *dn);

#endif /* _DSR_HOOK_H */
