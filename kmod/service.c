// SPDX-License-Identifier: GPL-2.0
/* The tables of VIPs and services, and the life of what is in them. */
#include <linux/in.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "backend.h"
#include "flow.h"
#include "hook.h"
#include "packet.h"
#include "param.h"
#include "sched.h"
#include "service.h"
#include "stats.h"
#include "sysfs.h"

/* Idle seconds after which a flow is forgotten, as IPVS has them. */
#define TIMEOUT_TCP_SYN		60
#define TIMEOUT_TCP_ESTABLISHED	900
#define TIMEOUT_TCP_FIN		120
#define TIMEOUT_TCP_RST		10
#define TIMEOUT_UDP_FIRST	60
#define TIMEOUT_UDP		300

static u32 service_bucket(const struct dsr_vip *vip, __be16 port, u8 protocol)
{
	u64 word = (unsigned long)vip;

	word += hash_64((u64)(__force u16)port << 8 | protocol, 64);
	return hash_64(word, DSR_SERVICE_BITS);
}

/* Context: under RCU, or config_lock held. */
static struct dsr_service *find(const struct dsr_net *dn,
				const struct dsr_vip *vip, __be16 port,
				u8 protocol)
{
	const struct dsr_service_table *table;
	struct dsr_service *svc;
	u32 bucket = service_bucket(vip, port, protocol);

	table = rcu_dereference_check(dn->services,
				      lockdep_is_held(&dn->config_lock));
	hlist_for_each_entry_rcu(svc, &table->service[bucket], node,
				 lockdep_is_held(&dn->config_lock))
		if (svc->vip == vip && svc->port == port &&
		    svc->protocol == protocol)
			return svc;
	return NULL;
}

/**
 * dsr_service_find() - the service that a packet is for
 * @dn: the namespace
 * @vip: the VIP that it is sent to
 * @tuple: its tuple
 *
 * Context: under RCU.
 * Return: the service or NULL.
 */
struct dsr_service *dsr_service_find(const struct dsr_net *dn,
				     const struct dsr_vip *vip,
				     const struct dsr_tuple *tuple)
{
	return find(dn, vip, tuple->dport, tuple->protocol);
}

/**
 * dsr_service_lookup() - a service by its key
 * @dn: the namespace
 * @key: the key
 *
 * Context: process, config_lock held.
 * Return: the service or NULL.
 */
struct dsr_service *dsr_service_lookup(struct dsr_net *dn,
				       const struct dsr_service_key *key)
{
	const struct dsr_vip *vip;

	lockdep_assert_held(&dn->config_lock);
	if (!rcu_access_pointer(dn->services))
		return NULL;
	vip = dsr_vip_find(dn, &key->addr);
	return vip ? find(dn, vip, key->port, key->protocol) : NULL;
}

static struct dsr_service_table *table_get(const struct dsr_net *dn)
{
	return rcu_dereference_protected(dn->services,
					 lockdep_is_held(&dn->config_lock));
}

static u32 *vip_users(struct dsr_vip *vip, u8 protocol)
{
	return protocol == IPPROTO_TCP ? &vip->tcp_services :
					 &vip->udp_services;
}

static struct dsr_vip *vip_get(struct dsr_net *dn, const struct dsr_addr *addr,
			       u8 protocol)
{
	u32 bucket = dsr_addr_hash(addr, DSR_SERVICE_BITS);
	struct dsr_vip *vip;
	u32 *users;

	vip = (struct dsr_vip *)dsr_vip_find(dn, addr);
	if (!vip) {
		vip = kzalloc(sizeof(*vip), GFP_KERNEL_ACCOUNT);
		if (!vip)
			return NULL;
		vip->addr = *addr;
		hlist_add_head_rcu(&vip->node, &table_get(dn)->vip[bucket]);
	}
	users = vip_users(vip, protocol);
	WRITE_ONCE(*users, *users + 1);
	return vip;
}

static void vip_put(struct dsr_vip *vip, u8 protocol)
{
	u32 *users = vip_users(vip, protocol);

	WRITE_ONCE(*users, *users - 1);
	if (vip->tcp_services || vip->udp_services)
		return;
	hlist_del_rcu(&vip->node);
	kfree_rcu(vip, rcu);
}

static void set_timeouts(struct dsr_service *svc)
{
	bool tcp = svc->protocol == IPPROTO_TCP;
	u32 *timeout = svc->timeout;

	timeout[DSR_FLOW_HALF] =
		dsr_flow_ticks(tcp ? TIMEOUT_TCP_SYN : TIMEOUT_UDP_FIRST);
	timeout[DSR_FLOW_OPEN] =
		dsr_flow_ticks(tcp ? TIMEOUT_TCP_ESTABLISHED : TIMEOUT_UDP);
	timeout[DSR_FLOW_CLOSING] = dsr_flow_ticks(TIMEOUT_TCP_FIN);
	timeout[DSR_FLOW_CLOSED] = dsr_flow_ticks(TIMEOUT_TCP_RST);
}

static void service_free(struct dsr_service *svc)
{
	free_percpu(svc->traffic);
	kfree(svc);
}

static void service_free_rcu(struct rcu_head *rcu)
{
	service_free(container_of(rcu, struct dsr_service, rcu));
}

static struct dsr_service *service_alloc(struct dsr_net *dn,
					 const struct dsr_service_key *key,
					 const struct dsr_sched_ops *sched)
{
	struct dsr_service *svc;

	svc = kzalloc(sizeof(*svc), GFP_KERNEL_ACCOUNT);
	if (!svc)
		return NULL;
	svc->traffic = dsr_traffic_alloc();
	if (!svc->traffic) {
		kfree(svc);
		return NULL;
	}

	svc->dn = dn;
	svc->port = key->port;
	svc->protocol = key->protocol;
	svc->sched = sched;
	svc->id = ++dn->last_service_id;
	INIT_LIST_HEAD(&svc->backends);
	get_random_bytes(&svc->flow_key, sizeof(svc->flow_key));
	set_timeouts(svc);
	return svc;
}

/* The first service brings what a namespace without any does without. */
static int net_prepare(struct dsr_net *dn)
{
	struct dsr_service_table *services;
	struct dsr_flow_table *flows;

	if (!rcu_access_pointer(dn->services)) {
		services = kvzalloc(sizeof(*services), GFP_KERNEL_ACCOUNT);
		if (!services)
			return -ENOMEM;
		rcu_assign_pointer(dn->services, services);
	}
	if (!rcu_access_pointer(dn->flows)) {
		flows = dsr_flow_table_create(dsr_param_flows());
		if (!flows)
			return -ENOMEM;
		rcu_assign_pointer(dn->flows, flows);
	}
	return dsr_hook_attach(dn);
}

static void net_rest(struct dsr_net *dn)
{
	if (!dn->services_nr)
		dsr_hook_detach(dn);
}

/**
 * dsr_service_add() - make a service
 * @dn: the namespace
 * @key: what names it; no other service has it
 * @sched: its scheduler
 * @extack: told what went wrong
 *
 * Context: process, config_lock held.
 * Return: the service, or an ERR_PTR of -ENOSPC, -ENOMEM or what a view gave.
 */
struct dsr_service *dsr_service_add(struct dsr_net *dn,
				    const struct dsr_service_key *key,
				    const struct dsr_sched_ops *sched,
				    struct netlink_ext_ack *extack)
{
	struct dsr_service *svc;
	struct dsr_vip *vip;
	u32 bucket;
	int err;

	lockdep_assert_held(&dn->config_lock);
	if (dn->services_nr >= DSR_SERVICES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "the limit of 65536 services in a network namespace is reached");
		return ERR_PTR(-ENOSPC);
	}

	svc = service_alloc(dn, key, sched);
	if (!svc)
		return ERR_PTR(-ENOMEM);
	err = net_prepare(dn);
	if (err)
		goto err_free;
	vip = vip_get(dn, &key->addr, key->protocol);
	if (!vip) {
		err = -ENOMEM;
		goto err_rest;
	}
	svc->vip = vip;
	err = dsr_sysfs_service_add(svc);
	if (err)
		goto err_vip;

	bucket = service_bucket(vip, svc->port, svc->protocol);
	hlist_add_head_rcu(&svc->node, &table_get(dn)->service[bucket]);
	list_add_tail(&svc->list, &dn->service_list);
	dn->services_nr++;
	dn->generation++;
	return svc;

err_vip:
	vip_put(vip, key->protocol);
err_rest:
	net_rest(dn);
err_free:
	service_free(svc);
	return ERR_PTR(err);
}

/**
 * dsr_service_set() - change a service's options
 * @svc: the service
 * @sched: its new scheduler
 * @extack: told what went wrong
 *
 * Flows keep their backends.
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM, then nothing has changed.
 */
int dsr_service_set(struct dsr_service *svc, const struct dsr_sched_ops *sched,
		    struct netlink_ext_ack *extack)
{
	const struct dsr_sched_ops *old = svc->sched;
	struct dsr_pool *pool;
	int err;

	lockdep_assert_held(&svc->dn->config_lock);
	if (sched == old)
		return 0;

	WRITE_ONCE(svc->sched, sched);
	err = dsr_pool_build(svc, &pool);
	if (err) {
		WRITE_ONCE(svc->sched, old);
		NL_SET_ERR_MSG(extack, "no memory for the scheduler's table");
		return err;
	}
	dsr_pool_publish(svc, pool);
	svc->dn->generation++;
	return 0;
}

/**
 * dsr_service_del() - remove a service with its backends
 * @svc: the service, freed after a grace period
 *
 * Context: process, config_lock held.
 */
void dsr_service_del(struct dsr_service *svc)
{
	struct dsr_net *dn = svc->dn;

	lockdep_assert_held(&dn->config_lock);
	hlist_del_rcu(&svc->node);
	list_del(&svc->list);
	dn->services_nr--;
	dn->generation++;

	dsr_backend_flush(svc);
	dsr_sysfs_service_del(svc);
	vip_put((struct dsr_vip *)svc->vip, svc->protocol);
	net_rest(dn);
	call_rcu(&svc->rcu, service_free_rcu);
}

/**
 * dsr_service_flush() - remove every service
 * @dn: the namespace
 *
 * Context: process, config_lock held.
 */
void dsr_service_flush(struct dsr_net *dn)
{
	struct dsr_service *svc, *next;

	list_for_each_entry_safe(svc, next, &dn->service_list, list)
		dsr_service_del(svc);
}

/**
 * dsr_service_name() - a service as the user writes it
 * @svc: the service
 * @name: the result, such as "10.2.0.1:80/tcp"
 *
 * Context: any.
 */
void dsr_service_name(const struct dsr_service *svc,
		      char name[DSR_SERVICE_NAME_LEN])
{
	const char *protocol = svc->protocol == IPPROTO_TCP ? "tcp" : "udp";
	const struct dsr_addr *addr = &svc->vip->addr;

	if (addr->family == AF_INET)
		snprintf(name, DSR_SERVICE_NAME_LEN, "%pI4:%u/%s",
			 &addr->ip.v4, ntohs(svc->port), protocol);
	else
		snprintf(name, DSR_SERVICE_NAME_LEN, "[%pI6c]:%u/%s",
			 &addr->ip.v6, ntohs(svc->port), protocol);
}

void dsr_service_net_init(struct dsr_net *dn)
{
	INIT_LIST_HEAD(&dn->service_list);
}

/* No services are left, and no packet is looking for one. */
void dsr_service_net_exit(struct dsr_net *dn)
{
	mutex_lock(&dn->config_lock);
	dsr_flow_table_destroy(rcu_replace_pointer(dn->flows, NULL,
						   lockdep_is_held(&dn->config_lock)));
	kvfree(rcu_replace_pointer(dn->services, NULL,
				   lockdep_is_held(&dn->config_lock)));
	mutex_unlock(&dn->config_lock);
}
