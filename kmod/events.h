/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_EVENTS_H
#define _DSR_EVENTS_H

#include <linux/types.h>
#include <uapi/dsr.h>

#include "net.h"

struct dsr_addr;
struct dsr_backend;
struct dsr_flow_count;
struct dsr_nexthop;
struct dsr_service;
struct net_device;

/* What has happened is told to those who listen, behind the change and never
 * instead of it: nothing here can fail.  Of a change that nobody asked for
 * @portid is 0.
 *
 * Context of all: process, config_lock held, which keeps them in order.
 */
void dsr_event_service(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_service *svc, u32 portid);
void dsr_event_service_flush(struct dsr_net *dn, u32 portid);
void dsr_event_backend(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_backend *be, u32 portid);
void dsr_event_backend_del(struct dsr_net *dn, const struct dsr_service *svc,
			   const struct dsr_addr *addr, u32 portid);
void dsr_event_settings(struct dsr_net *dn, u32 portid);
void dsr_event_device(struct dsr_net *dn, enum dsr_event_kind kind,
		      const struct net_device *dev, u32 portid);
void dsr_event_nexthop(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_nexthop *nexthop,
		       const u8 *lladdr_before);
void dsr_event_table(struct dsr_net *dn, enum dsr_event_kind kind,
		     const struct dsr_flow_count *count);

/* Around the life of the netlink family. */
void dsr_events_open(void);
void dsr_events_close(void);

#endif /* _DSR_EVENTS_H */
