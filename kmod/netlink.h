/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_NETLINK_H
#define _DSR_NETLINK_H

#include <net/genetlink.h>
#include <uapi/dsr.h>

#include "addr.h"
#include "net.h"
#include "service.h"

struct dsr_traffic_stats;

extern struct genl_family dsr_genl_family;

/* policy.c: one for each kind of request; what it doesn't name is refused. */
extern const struct nla_policy dsr_policy_none[DSR_A_SERVICE + 1];
extern const struct nla_policy dsr_policy_service[DSR_A_SERVICE + 1];
extern const struct nla_policy dsr_policy_service_key[DSR_A_SERVICE + 1];
extern const struct nla_policy dsr_policy_backend[DSR_A_BACKEND + 1];
extern const struct nla_policy dsr_policy_backend_key[DSR_A_BACKEND + 1];
extern const struct nla_policy dsr_policy_settings[DSR_A_SETTINGS + 1];
extern const struct nla_policy dsr_policy_device[DSR_A_DEVICE + 1];

/* netlink.c: what the objects' files share. */
int dsr_nl_invalid(struct netlink_ext_ack *extack, const struct nlattr *attr,
		   const char *message);
int dsr_nl_get_addr(const struct nlattr *attr, struct dsr_addr *addr,
		    struct netlink_ext_ack *extack);
int dsr_nl_put_addr(struct sk_buff *msg, int type, const struct dsr_addr *addr);
int dsr_nl_put_traffic(struct sk_buff *msg, int type,
		       const struct dsr_traffic_stats __percpu *traffic);

/* How an object's file writes one of its objects into a message. */
typedef int (*dsr_nl_fill_t)(struct sk_buff *msg, const void *object);

void *dsr_nl_put(struct sk_buff *msg, u32 portid, u32 seq, int flags, u8 cmd,
		 dsr_nl_fill_t fill, const void *object);
int dsr_nl_reply(struct genl_info *info, dsr_nl_fill_t fill,
		 const void *object);
int dsr_nl_echo(struct genl_info *info, dsr_nl_fill_t fill, const void *object);

/* netlink_service.c */
struct dsr_service *dsr_nl_service_find(struct dsr_net *dn,
					const struct nlattr *nest,
					struct netlink_ext_ack *extack);
int dsr_nl_service_put_key(struct sk_buff *msg, const struct dsr_service *svc);
int dsr_nl_service_add(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_service_set(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_service_del(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_service_get(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_service_dump(struct sk_buff *msg, struct netlink_callback *cb);
int dsr_nl_service_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_backend.c */
int dsr_nl_backend_addr(const struct nlattr *nest, struct dsr_addr *addr,
			struct netlink_ext_ack *extack);
int dsr_nl_backend_add(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_set(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_del(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_get(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_dump(struct sk_buff *msg, struct netlink_callback *cb);
int dsr_nl_backend_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_settings.c */
int dsr_nl_settings_set(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_settings_get(struct sk_buff *skb, struct genl_info *info);

/* netlink_flow.c */
int dsr_nl_flow_dump(struct sk_buff *msg, struct netlink_callback *cb);
int dsr_nl_flow_count(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_flow_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_device.c */
int dsr_nl_device_attach(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_device_detach(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_device_dump(struct sk_buff *msg, struct netlink_callback *cb);

int dsr_netlink_init(void);
void dsr_netlink_exit(void);

#endif /* _DSR_NETLINK_H */
