/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_NETLINK_H
#define _DSR_NETLINK_H

#include <net/genetlink.h>
#include <uapi/dsr.h>

#include "addr.h"
#include "net.h"
#include "service.h"
#include "transaction.h"

struct dsr_backend;
struct dsr_flow_count;
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
extern const struct nla_policy dsr_policy_config[DSR_A_DIGEST + 1];
extern const struct nla_policy dsr_policy_explain[DSR_A_EXPLAIN + 1];

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
struct sk_buff *dsr_nl_answer_alloc(void);
int dsr_nl_answer(struct sk_buff *msg, struct genl_info *info,
		  dsr_nl_fill_t fill, const void *object);
int dsr_nl_reply(struct genl_info *info, dsr_nl_fill_t fill,
		 const void *object);

/* A transaction that is being staged from attributes, and what its last change
 * was about: what the next one means that doesn't name its service, and what a
 * change alone is answered with.
 */
struct dsr_nl_staging {
	struct dsr_transaction txn;
	struct netlink_ext_ack *extack;
	struct dsr_service *svc;
	struct dsr_backend *be;
	struct list_head devices;	/* struct device_change */
	u64 nr;				/* changes staged so far */
	u64 flows_nr;			/* which of them set txn.flows */
};

/* Stages what a command's attributes, which its policy has let pass, ask for.
 * Context: config_lock held.
 */
typedef int (*dsr_nl_stage_t)(struct dsr_nl_staging *staging,
			      struct nlattr **attrs);

int dsr_nl_change(struct genl_info *info, dsr_nl_stage_t stage);

/* netlink_service.c */
int dsr_nl_service_get_ready(const struct nlattr *nest,
			     struct netlink_ext_ack *extack);
int dsr_nl_service_put_config(struct sk_buff *msg,
			      const struct dsr_service *svc);
int dsr_nl_service_fill(struct sk_buff *msg, const void *object);
int dsr_nl_service_stage_add(struct dsr_nl_staging *staging,
			     struct nlattr **request);
int dsr_nl_service_stage_set(struct dsr_nl_staging *staging,
			     struct nlattr **request);
int dsr_nl_service_stage_del(struct dsr_nl_staging *staging,
			     struct nlattr **request);
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
int dsr_nl_backend_put_config(struct sk_buff *msg,
			      const struct dsr_backend *be);
int dsr_nl_backend_fill(struct sk_buff *msg, const void *object);
int dsr_nl_backend_stage_add(struct dsr_nl_staging *staging,
			     struct nlattr **attrs);
int dsr_nl_backend_stage_set(struct dsr_nl_staging *staging,
			     struct nlattr **attrs);
int dsr_nl_backend_stage_del(struct dsr_nl_staging *staging,
			     struct nlattr **attrs);
int dsr_nl_backend_addr(const struct nlattr *nest, struct dsr_addr *addr,
			struct netlink_ext_ack *extack);
int dsr_nl_backend_put(struct sk_buff *msg, const struct dsr_backend *be);
int dsr_nl_backend_put_state(struct sk_buff *msg, int type,
			     const struct dsr_backend *be);
int dsr_nl_backend_put_key(struct sk_buff *msg, const struct dsr_service *svc,
			   const struct dsr_addr *addr);
int dsr_nl_nexthop_fill(struct sk_buff *msg, const void *object);
int dsr_nl_backend_add(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_set(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_del(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_get(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_backend_dump(struct sk_buff *msg, struct netlink_callback *cb);
int dsr_nl_backend_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_settings.c */
int dsr_nl_settings_put_config(struct sk_buff *msg, const struct dsr_net *dn);
int dsr_nl_settings_fill(struct sk_buff *msg, const void *object);
int dsr_nl_settings_stage(struct dsr_nl_staging *staging,
			  struct nlattr **request);
int dsr_nl_settings_set(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_settings_get(struct sk_buff *skb, struct genl_info *info);

/* netlink_flow.c */
int dsr_nl_flow_count_fill(struct sk_buff *msg, const void *object);
int dsr_nl_flow_dump(struct sk_buff *msg, struct netlink_callback *cb);
int dsr_nl_flow_count(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_flow_flush(struct sk_buff *skb, struct genl_info *info);

/* netlink_device.c */
int dsr_nl_device_fill(struct sk_buff *msg, const void *object);
int dsr_nl_device_attach(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_device_detach(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_device_dump(struct sk_buff *msg, struct netlink_callback *cb);
int dsr_nl_device_put(struct sk_buff *msg, const struct dsr_net *dn, long *last);
int dsr_nl_device_stage_attach(struct dsr_nl_staging *staging,
			       struct nlattr **attrs);
int dsr_nl_device_stage_detach(struct dsr_nl_staging *staging,
			       struct nlattr **attrs);
void dsr_nl_device_end(struct dsr_nl_staging *staging, int err);

/* netlink_config.c */
int dsr_nl_config_change(struct sk_buff *skb, struct genl_info *info);
int dsr_nl_config_dump(struct sk_buff *msg, struct netlink_callback *cb);
void dsr_nl_config_net_init(struct dsr_net *dn);
void dsr_nl_config_net_exit(struct dsr_net *dn);
int dsr_nl_config_init(void);
void dsr_nl_config_exit(void);

/* netlink_explain.c */
int dsr_nl_explain(struct sk_buff *skb, struct genl_info *info);

int dsr_netlink_init(void);
void dsr_netlink_exit(void);

#endif /* _DSR_NETLINK_H */
