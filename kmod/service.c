// SPDX-License-Identifier: GPL-2.0
/* Services: their options and their life.  vip.c says where they are found. */
#include <linux/in.h>
#include <linux/netlink.h>
#include <linux/random.h>
#include <linux/slab.h>

#include "backend.h"
#include "flow.h"
#include "gfp.h"
#include "hook.h"
#include "param.h"
#include "sched.h"
#include "service.h"
#include "stats.h"
#include "sweep.h"
#include "sysfs.h"
#include "traffic.h"
#include "transaction.h"
#include "vip.h"

static u32 mark_bucket(const struct dsr_net *dn, u8 family, u32 mark)
{
	return dsr_service_bucket(dn, (u64)mark << 8 | family, 0);
}

/**
 * dsr_service_by_mark() - the service of a firewall mark
 * @dn: the namespace, which has or had services
 * @family: of the packet
 * @mark: its mark
 *
 * Context: under RCU.
 * Return: the service or NULL.
 */
struct dsr_service *dsr_service_by_mark(const struct dsr_net *dn, u8 family,
					u32 mark)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	struct dsr_service *svc;

	if (!READ_ONCE(table->marks))
		return NULL;
	hlist_for_each_entry_rcu(svc, &table->service[mark_bucket(dn, family, mark)],
				 node)
		if (svc->mark == mark && svc->family == family &&
		    dsr_service_visible(dn, svc))
			return svc;
	return NULL;
}

static struct dsr_service *lookup_mark(struct dsr_net *dn, u8 family, u32 mark)
{
	struct dsr_service_table *table = dsr_service_table(dn);
	struct dsr_service *svc;

	hlist_for_each_entry(svc, &table->service[mark_bucket(dn, family, mark)],
			     node)
		if (svc->mark == mark && svc->family == family &&
		    !dsr_service_going(svc))
			return svc;
	return NULL;
}

/**
 * dsr_service_lookup() - a service by its key
 * @dn: the namespace
 * @key: the key
 *
 * As a transaction that is being staged will leave it.
 *
 * Context: process, config_lock held.
 * Return: the service or NULL.
 */
struct dsr_service *dsr_service_lookup(struct dsr_net *dn,
				       const struct dsr_service_key *key)
{
	lockdep_assert_held(&dn->config_lock);
	if (!rcu_access_pointer(dn->services))
		return NULL;
	if (key->mark)
		return lookup_mark(dn, key->addr.family, key->mark);
	return dsr_vip_lookup(dn, key);
}

/* Context: any. */
void dsr_service_get_key(const struct dsr_service *svc,
			 struct dsr_service_key *key)
{
	memset(key, 0, sizeof(*key));
	key->addr.family = svc->family;
	key->mark = svc->mark;
	if (!svc->vip)
		return;
	key->addr = svc->vip->addr;
	key->prefixlen = svc->vip->prefixlen;
	key->protocol = svc->protocol;
	key->port = svc->port;
	key->port_end = svc->port_end;
}

/* The options of a service for which none are given. */
void dsr_service_defaults(struct dsr_service_options *options)
{
	memset(options, 0, sizeof(*options));
	options->sched = &dsr_sched_default;
	options->affinity_prefixlen = U8_MAX;
	options->adopt = true;
	options->timeout_syn = DSR_TIMEOUT_SYN;
	options->timeout_established = DSR_TIMEOUT_ESTABLISHED;
	options->timeout_fin = DSR_TIMEOUT_FIN;
	options->timeout_udp = DSR_TIMEOUT_UDP;
}

static void set_class_timeouts(struct dsr_service *svc,
			       enum dsr_flow_class class, u32 half, u32 open)
{
	u32 *timeout = &svc->timeout[DSR_FLOW_STATE(class, 0)];

	WRITE_ONCE(timeout[DSR_FLOW_HALF], dsr_flow_ticks(half));
	WRITE_ONCE(timeout[DSR_FLOW_OPEN], dsr_flow_ticks(open));
	WRITE_ONCE(timeout[DSR_FLOW_CLOSING],
		   dsr_flow_ticks(svc->options.timeout_fin));
	WRITE_ONCE(timeout[DSR_FLOW_CLOSED], dsr_flow_ticks(DSR_TIMEOUT_RST));
}

/* A flow that lives keeps its client's affinity alive. */
static u32 refresh_ticks(const struct dsr_service *svc, unsigned int state)
{
	u32 ticks = svc->timeout[state];

	if (svc->options.affinity)
		ticks = min(ticks, svc->timeout[DSR_FLOW_AFFINITY]);
	return ticks / 8;
}

/* What of the options the packet path reads elsewhere. */
static void options_apply(struct dsr_service *svc)
{
	const struct dsr_service_options *options = &svc->options;
	u32 udp = options->timeout_udp;
	u32 first = min_t(u32, udp, DSR_TIMEOUT_UDP_FIRST);
	unsigned int i;

	set_class_timeouts(svc, DSR_FLOW_TCP, options->timeout_syn,
			   options->timeout_established);
	set_class_timeouts(svc, DSR_FLOW_SCTP, options->timeout_syn,
			   options->timeout_established);
	set_class_timeouts(svc, DSR_FLOW_UDP, first, udp);
	set_class_timeouts(svc, DSR_FLOW_OTHER, first, udp);
	WRITE_ONCE(svc->timeout[DSR_FLOW_AFFINITY],
		   dsr_flow_ticks(options->affinity));
	WRITE_ONCE(svc->timeout[DSR_FLOW_AFFINITY_NEW],
		   dsr_flow_ticks(options->affinity));
	for (i = 0; i < DSR_FLOW_STATES; i++)
		WRITE_ONCE(svc->refresh[i], refresh_ticks(svc, i));
	WRITE_ONCE(svc->stateless, options->stateless);
	WRITE_ONCE(svc->affinity, options->affinity);
}

/* Packets and sysfs read the first ones meanwhile, each for itself. */
static void options_set(struct dsr_service *svc,
			const struct dsr_service_options *wanted)
{
	struct dsr_service_options *options = &svc->options;

	WRITE_ONCE(options->sched, wanted->sched);
	WRITE_ONCE(options->hash, wanted->hash);
	WRITE_ONCE(options->affinity_prefixlen, wanted->affinity_prefixlen);
	WRITE_ONCE(options->adopt, wanted->adopt);
	WRITE_ONCE(options->on_remove, wanted->on_remove);
	WRITE_ONCE(options->no_backend, wanted->no_backend);
	options->affinity = wanted->affinity;
	options->stateless = wanted->stateless;
	options->timeout_syn = wanted->timeout_syn;
	options->timeout_established = wanted->timeout_established;
	options->timeout_fin = wanted->timeout_fin;
	options->timeout_udp = wanted->timeout_udp;
	options_apply(svc);
}

static void service_free(struct dsr_service *svc)
{
	dsr_traffic_put(svc->traffic_block, svc->traffic);
	kfree(svc);
}

static void service_free_rcu(struct rcu_head *rcu)
{
	service_free(container_of(rcu, struct dsr_service, rcu));
}

static struct dsr_service *
service_alloc(struct dsr_net *dn, const struct dsr_service_key *key,
	      const struct dsr_service_options *options)
{
	struct dsr_service *svc;

	svc = kzalloc(sizeof(*svc), GFP_KERNEL_ACCOUNT);
	if (!svc)
		return NULL;
	svc->traffic = dsr_traffic_get(dn->traffic, &svc->traffic_block);
	if (!svc->traffic) {
		kfree(svc);
		return NULL;
	}

	svc->dn = dn;
	svc->family = key->addr.family;
	svc->protocol = key->protocol;
	svc->port = key->port;
	svc->port_end = key->port_end;
	svc->mark = key->mark;
	svc->options = *options;
	svc->id = ++dn->last_service_id;
	INIT_LIST_HEAD(&svc->backends);
	INIT_LIST_HEAD(&svc->changed);
	get_random_bytes(&svc->flow_key, sizeof(svc->flow_key));
	options_apply(svc);
	return svc;
}

/* The first service brings what a namespace without any does without. */
static int net_prepare(struct dsr_net *dn)
{
	struct dsr_service_table *services;
	struct dsr_flow_table *flows;
	int err;

	if (!rcu_access_pointer(dn->services)) {
		services = kvzalloc(sizeof(*services), DSR_GFP_TABLE);
		if (!services)
			return -ENOMEM;
		rcu_assign_pointer(dn->services, services);
	}
	if (!rcu_access_pointer(dn->flows)) {
		flows = dsr_flow_table_create(dn->flows_wanted);
		if (!flows)
			return -ENOMEM;
		rcu_assign_pointer(dn->flows, flows);
	}
	err = dsr_hook_attach(dn);
	if (!err)
		dsr_sweep_start(dn);
	return err;
}

/* Without services there's nothing to do, until the next first one, but to drop
 * the fragments that wait for others.
 */
static void net_rest(struct dsr_net *dn)
{
	if (dn->services_nr)
		return;
	dsr_hook_detach(dn);
	dsr_sweep_start(dn);
}

static int publish(struct dsr_service *svc)
{
	struct dsr_service_table *table = dsr_service_table(svc->dn);
	u32 bucket = mark_bucket(svc->dn, svc->family, svc->mark);

	if (svc->vip)
		return dsr_vip_publish(svc);
	/* Behind one that goes and makes room for it: a packet that sees that one
	 * gone sees this one come.
	 */
	hlist_add_tail_rcu(&svc->node, &table->service[bucket]);
	WRITE_ONCE(table->marks, table->marks + 1);
	return 0;
}

static void unpublish(struct dsr_service *svc)
{
	struct dsr_service_table *table = dsr_service_table(svc->dn);

	if (svc->vip) {
		dsr_vip_unpublish(svc);
		return;
	}
	hlist_del_rcu(&svc->node);
	WRITE_ONCE(table->marks, table->marks - 1);
}

static void vip_put(struct dsr_service *svc)
{
	if (svc->vip)
		dsr_vip_put(svc->dn, (struct dsr_vip *)svc->vip, svc->protocol);
}

/* The transaction has something to do to the service. */
void dsr_service_touch(struct dsr_transaction *txn, struct dsr_service *svc)
{
	if (list_empty(&svc->changed))
		list_add_tail(&svc->changed, &txn->services);
}

static int attach(struct dsr_service *svc, const struct dsr_service_key *key,
		  struct netlink_ext_ack *extack)
{
	struct dsr_net *dn = svc->dn;
	struct dsr_vip *vip;
	int err;

	if (!key->mark) {
		vip = dsr_vip_get(dn, key, extack);
		if (IS_ERR(vip))
			return PTR_ERR(vip);
		svc->vip = vip;
	}
	err = publish(svc);
	if (err)
		vip_put(svc);
	return err;
}

/**
 * dsr_service_stage_add() - stage a new service
 * @txn: the transaction
 * @key: what names it; no other service has it
 * @options: its options
 * @extack: told what went wrong
 *
 * Context: process, config_lock held.
 * Return: the service, which packets don't see yet, or an ERR_PTR of -ENOSPC,
 * -EEXIST or -ENOMEM.
 */
struct dsr_service *
dsr_service_stage_add(struct dsr_transaction *txn,
		      const struct dsr_service_key *key,
		      const struct dsr_service_options *options,
		      struct netlink_ext_ack *extack)
{
	struct dsr_net *dn = txn->dn;
	struct dsr_service *svc;
	int err;

	lockdep_assert_held(&dn->config_lock);
	if (dn->services_nr - txn->services_going >= DSR_SERVICES_MAX) {
		NL_SET_ERR_MSG(extack,
			       "the limit of 65536 services in a network namespace is reached");
		return ERR_PTR(-ENOSPC);
	}

	svc = service_alloc(dn, key, options);
	if (!svc)
		return ERR_PTR(-ENOMEM);
	svc->pending = dsr_transaction_mark(txn, DSR_COMING);
	err = net_prepare(dn);
	if (!err)
		err = attach(svc, key, extack);
	if (err) {
		net_rest(dn);
		service_free(svc);
		return ERR_PTR(err);
	}

	list_add_tail(&svc->list, &dn->service_list);
	dn->services_nr++;
	dsr_service_touch(txn, svc);
	return svc;
}

/**
 * dsr_service_stage_set() - stage other options of a service
 * @txn: the transaction
 * @svc: the service
 * @options: its new options
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM.
 */
int dsr_service_stage_set(struct dsr_transaction *txn, struct dsr_service *svc,
			  const struct dsr_service_options *options)
{
	lockdep_assert_held(&svc->dn->config_lock);
	if (dsr_service_coming(svc)) {
		svc->options = *options;
		options_apply(svc);
		return 0;
	}

	if (!svc->staged)
		svc->staged = kmalloc(sizeof(*svc->staged), GFP_KERNEL_ACCOUNT);
	if (!svc->staged)
		return -ENOMEM;
	*svc->staged = *options;
	if (options->sched != svc->options.sched)
		svc->rebuild = true;
	dsr_service_touch(txn, svc);
	return 0;
}

/* Removes a service that no packet sees. */
static void service_remove(struct dsr_service *svc)
{
	struct dsr_net *dn = svc->dn;

	unpublish(svc);
	list_del(&svc->changed);
	list_del(&svc->list);
	dn->services_nr--;
	dsr_backend_remove_all(svc);
	dsr_sysfs_service_del(svc);
	vip_put(svc);
	net_rest(dn);
	kfree(svc->staged);
	call_rcu(&svc->rcu, service_free_rcu);
}

/**
 * dsr_service_stage_del() - stage that a service goes, with its backends
 * @txn: the transaction, which hasn't added it
 * @svc: the service
 *
 * Context: process, config_lock held.
 */
void dsr_service_stage_del(struct dsr_transaction *txn, struct dsr_service *svc)
{
	lockdep_assert_held(&svc->dn->config_lock);
	dsr_mark_set(&svc->pending, dsr_transaction_mark(txn, DSR_GOING));
	txn->services_going++;
	txn->backends_going += svc->backends_nr - svc->backends_going;
	dsr_service_touch(txn, svc);
}

/* The options that it has after the commit of what is staged. */
const struct dsr_service_options *
dsr_service_wanted(const struct dsr_service *svc)
{
	return svc->staged ? svc->staged : &svc->options;
}

/**
 * dsr_service_prepare() - build what a service needs after the commit
 * @txn: the transaction, all its changes staged
 * @svc: a service that it touches
 * @extack: told what went wrong
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM.
 */
int dsr_service_prepare(struct dsr_transaction *txn, struct dsr_service *svc,
			struct netlink_ext_ack *extack)
{
	struct dsr_pool *pool;
	int err;

	if (dsr_service_going(svc) || !svc->rebuild)
		return 0;
	err = dsr_pool_build(svc, dsr_service_wanted(svc)->sched, &pool);
	if (err) {
		NL_SET_ERR_MSG(extack, "no memory for the scheduler's table");
		return err;
	}
	rcu_assign_pointer(svc->staged_pool, pool);
	svc->built = true;
	/* A new service is invisible as a whole. */
	if (!dsr_service_coming(svc))
		dsr_mark_set(&svc->pending,
			     dsr_transaction_mark(txn, DSR_CHANGING));
	return 0;
}

static struct dsr_pool *staged_pool(const struct dsr_service *svc)
{
	return rcu_dereference_protected(svc->staged_pool,
					 lockdep_is_held(&svc->dn->config_lock));
}

/* The pool that was staged is the service's, with or without a mark, and one that
 * goes has none, before any backend goes.  What has been staged stays where it is:
 * packets that have read the mark look there.
 */
void dsr_service_settle_pool(struct dsr_service *svc)
{
	if (dsr_service_going(svc))
		dsr_pool_publish(svc, NULL);
	else if (svc->built)
		dsr_pool_publish(svc, staged_pool(svc));
	svc->built = false;
	svc->rebuild = false;
}

/* What a committed transaction has left to do to a service. */
void dsr_service_settle(const struct dsr_transaction *txn,
			struct dsr_service *svc)
{
	bool coming = dsr_service_coming(svc);

	if (dsr_service_going(svc)) {
		service_remove(svc);
		return;
	}
	/* Packets read each option for itself: any mixture will do for those
	 * that come meanwhile.
	 */
	if (svc->staged) {
		options_set(svc, svc->staged);
		kfree(svc->staged);
		svc->staged = NULL;
	}
	list_del_init(&svc->changed);
	svc->backends_going = 0;
	if (svc->vip)
		dsr_vip_settle(svc);
	dsr_mark_set(&svc->pending, DSR_SETTLED);
	if (coming && !txn->large)
		dsr_sysfs_service_add(svc);
}

/* The service as it was before the transaction. */
void dsr_service_restore(struct dsr_service *svc)
{
	if (svc->built)
		dsr_pool_drop(staged_pool(svc));
	svc->built = false;
	svc->rebuild = false;
	svc->backends_going = 0;
	if (dsr_service_coming(svc)) {
		service_remove(svc);
		return;
	}
	kfree(svc->staged);
	svc->staged = NULL;
	list_del_init(&svc->changed);
	dsr_mark_set(&svc->pending, DSR_SETTLED);
}

static const char *protocol_name(u8 protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	default:
		return "sctp";
	}
}

static int name_address(char *name, const struct dsr_vip *vip)
{
	const struct dsr_addr *addr = &vip->addr;
	bool whole = vip->prefixlen == dsr_addr_bits(addr->family);
	char prefix[8] = "";

	if (!whole)
		snprintf(prefix, sizeof(prefix), "/%u", vip->prefixlen);
	if (addr->family == AF_INET)
		return scnprintf(name, DSR_SERVICE_NAME_LEN, "%pI4%s",
				 &addr->ip.v4, prefix);
	return scnprintf(name, DSR_SERVICE_NAME_LEN, "[%pI6c%s]", &addr->ip.v6,
			 prefix);
}

/**
 * dsr_service_name() - a service as the user writes it
 * @svc: the service
 * @name: the result, such as "10.2.0.1:80/tcp" or "mark 7"
 *
 * Context: any.
 */
void dsr_service_name(const struct dsr_service *svc,
		      char name[DSR_SERVICE_NAME_LEN])
{
	int len;

	if (!svc->vip) {
		scnprintf(name, DSR_SERVICE_NAME_LEN, "mark %u%s", svc->mark,
			  svc->family == AF_INET6 ? "/ipv6" : "");
		return;
	}
	len = name_address(name, svc->vip);
	if (svc->port)
		len += scnprintf(name + len, DSR_SERVICE_NAME_LEN - len, ":%u",
				 svc->port);
	if (svc->port != svc->port_end)
		len += scnprintf(name + len, DSR_SERVICE_NAME_LEN - len, "-%u",
				 svc->port_end);
	if (svc->protocol)
		scnprintf(name + len, DSR_SERVICE_NAME_LEN - len, "/%s",
			  protocol_name(svc->protocol));
}

void dsr_service_net_init(struct dsr_net *dn)
{
	INIT_LIST_HEAD(&dn->service_list);
	get_random_bytes(dn->table_key, sizeof(dn->table_key));
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
