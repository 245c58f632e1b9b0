/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_SYSFS_H
#define _DSR_SYSFS_H

struct dsr_backend;
struct dsr_net;
struct dsr_service;

/* Configuration: config_lock held.  Nothing here takes it again: removing a
 * view waits for whoever is reading it.
 */
void dsr_sysfs_service_add(struct dsr_service *svc);
void dsr_sysfs_service_del(struct dsr_service *svc);
void dsr_sysfs_catch_up(struct dsr_net *dn);
void dsr_sysfs_net_init(struct dsr_net *dn);
void dsr_sysfs_net_exit(struct dsr_net *dn);
void dsr_sysfs_backend_add(struct dsr_backend *be);
void dsr_sysfs_backend_del(struct dsr_backend *be);

int dsr_sysfs_init(void);
void dsr_sysfs_exit(void);

#endif /* _DSR_SYSFS_H */
