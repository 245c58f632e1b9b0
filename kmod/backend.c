// SPDX-License-Identifier: GPL-2.0
/* Backends: their ids and their life. */
#include <linux/etherdevice.h>
#include <linux/jiffies.h>
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "events.h"
#include "gfp.h"
#include "sched.h"
#include "service.h"
#include "stats.h"
#include "sysfs.h"
#include "traffic.h"
#include "transaction.h"

#define TABLE_MIN	256

static struct dsr_backend_table *table_get(const struct dsr_net *dn)
{
	return rcu_dereference_protected(dn->backends,
					 lockdep_is_held(&dn->config_lock));
}

static struct dsr_backend *slot_get(const struct dsr_net *dn,
				    const struct dsr_backend_table *table,
				    u32 id)
{
	return rcu_dereference_protected(table->slot[id & table->mask],
					 lockdep_is_held(&dn->config_lock));
}

static struct dsr_backend_table *table_alloc(u32 slots)
{
	struct dsr_backend_table *table;

	table = kvzalloc(struct_size(table, slot, slots), DSR_GFP_TABLE);
	if (table)
		table->mask = slots - 1;
	return table;
}

/* Twice the size.  Ids stay: two that share a slot of the larger table would
 * have shared one of the smaller.
 */
static int table_grow(struct dsr_net *dn)
{
	struct dsr_backend_table *old = table_get(dn), *table;
	struct dsr_backend *be;
	u32 i;

	table = table_alloc((old->mask + 1) * 2);
	if (!table)
		return -ENOMEM;
	for (i = 0; i <= old->mask; i++) {
		be = slot_get(dn, old, i);
		if (be)
			RCU_INIT_POINTER(table->slot[be->id & table->mask], be);
	}
	rcu_assign_pointer(dn->backends, table);
	kvfree_rcu(old, rcu);
	return 0;
}

/* The next id whose slot is free; at least half of them are. */
static int id_publish(struct dsr_net *dn, struct dsr_backend *be)
{
	struct dsr_backend_table *table;
	int err;

	if (dn->backends_nr >= (table_get(dn)->mask + 1) / 2) {
		err = table_grow(dn);
		if (err)
			return err;
	}

	table = table_get(dn);
	do {
		dn->last_backend_id++;
	} while (!dn->last_backend_id ||
		 slot_get(dn, table, dn->last_backend_id));

	be->id = dn->last_backend_id;
	rcu_assign_pointer(table->slot[be->id & table->mask], be);
	dn->backends_nr++;
	return 0;
}

static void id_retract(struct dsr_net *dn, const struct dsr_backend *be)
{
	struct dsr_backend_table *table = table_get(dn);

	RCU_INIT_POINTER(table->slot[be->id & table->mask], NULL);
	dn->backends_nr--;
}

static void backend_free(struct dsr_backend *be)
{
	dsr_traffic_put(be->traffic_block, be->traffic);
	kfree(be);
}

static void backend_free_rcu(struct rcu_head *rcu)
{
	backend_free(container_of(rcu, struct dsr_backend, rcu));
}

/* The next hop that the options ask for: none in mode local. */
static int nexthop_get(struct dsr_net *dn, const struct dsr_addr *addr,
		       const struct dsr_backend_options *options,
		       struct dsr_nexthop **nexthop)
{
	struct dsr_nexthop_key key = {
		.addr = *addr,
		.ifindex = options->ifindex,
	};

	*nexthop = NULL;
	if (options->mode == DSR_MODE_LOCAL)
		return 0;
	ether_addr_copy(key.lladdr, options->lladdr);
	*nexthop = dsr_nexthop_get(dn, &key);
	return *nexthop ? 0 : -ENOMEM;
}

static struct dsr_nexthop *nexthop_of(const struct dsr_net *dn,
				      const struct dsr_backend *be)
{
	return rcu_dereference_protected(be->nexthop,
					 lockdep_is_held(&dn->config_lock));
}

/* Gives the old one back. */
static void nexthop_set(struct dsr_net *dn, struct dsr_backend *be,
			struct dsr_nexthop *nexthop)
{
	struct dsr_nexthop *old = nexthop_of(dn, be);

	rcu_assign_pointer(be->nexthop, nexthop);
	if (old)
		dsr_nexthop_put(dn, old);
}

static struct dsr_backend_staged *staged_of(const struct dsr_backend *be)
{
	return rcu_dereference_protected(be->staged,
					 lockdep_is_held(&be->svc->dn->config_lock));
}

/* The options that it has after the commit of what is staged. */
const struct dsr_backend_options *
dsr_backend_wanted(const struct dsr_backend *be)
{
	const struct dsr_backend_staged *staged = staged_of(be);

	return staged ? &staged->options : &be->options;
}

/* Context: under RCU. */
bool dsr_backend_staged_seen(const struct dsr_backend *be, u32 mark)
{
	return dsr_mark_done(be->svc->dn, mark);
}

static struct dsr_backend *
backend_alloc(struct dsr_service *svc, const struct dsr_addr *addr,
	      const struct dsr_backend_options *options)
{
	struct dsr_nexthop *nexthop;
	struct dsr_backend *be;

	be = kzalloc(sizeof(*be), GFP_KERNEL_ACCOUNT);
	if (!be)
		return NULL;
	be->traffic = dsr_traffic_get(svc->dn->traffic, &be->traffic_block);
	if (!be->traffic)
		goto err_free;
	if (nexthop_get(svc->dn, addr, options, &nexthop))
		goto err_traffic;

	RCU_INIT_POINTER(be->nexthop, nexthop);
	be->svc = svc;
	be->addr = *addr;
	be->options = *options;
	be->up_since = jiffies;
	be->seq = ++svc->dn->last_backend_seq;
	INIT_LIST_HEAD(&be->drain);
	INIT_LIST_HEAD(&be->changed);
	INIT_LIST_HEAD(&be->limit);
	return be;

err_traffic:
	dsr_traffic_put(be->traffic_block, be->traffic);
err_free:
	kfree(be);
	return NULL;
}

/* What the commit leaves counts. */
static int check_limits(const struct dsr_transaction *txn,
			const struct dsr_service *svc,
			struct netlink_ext_ack *extack)
{
	if (svc->backends_nr - svc->backends_going >= DSR_BACKENDS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "the limit of 4096 backends in a service is reached");
		return -ENOSPC;
	}
	if (txn->dn->backends_nr - txn->backends_going >= DSR_BACKENDS_NET_MAX) {
		NL_SET_ERR_MSG(extack,
			       "the limit of 524288 backends in a network namespace is reached");
		return -ENOSPC;
	}
	return 0;
}

/**
 * dsr_backend_lookup() - a service's backend by its address
 * @svc: the service
 * @addr: the address
 *
 * As a transaction that is being staged will leave it.
 *
 * Context: process, config_lock held.
 * Return: the backend or NULL.
 */
struct dsr_backend *dsr_backend_lookup(const struct dsr_service *svc,
				       const struct dsr_addr *addr)
{
	struct dsr_backend *be;

	lockdep_assert_held(&svc->dn->config_lock);
	list_for_each_entry(be, &svc->backends, list)
		if (dsr_addr_equal(&be->addr, addr) && !dsr_backend_going(be))
			return be;
	return NULL;
}

/* Its flows see it as its options have it. */
static void down_settle(struct dsr_backend *be)
{
	dsr_mark_set(&be->down,
		     be->options.state == DSR_STATE_DOWN ? DSR_DOWN : 0);
}

/* What follows from its state, but for its service's pool. */
static void state_update(struct dsr_backend *be)
{
	struct dsr_net *dn = be->svc->dn;

	down_settle(be);
	list_del_init(&be->drain);
	if (be->options.state != DSR_STATE_DRAINING)
		return;
	be->drain_end = jiffies + (unsigned long)be->options.drain_for * HZ;
	list_add_tail(&be->drain, &dn->drains);
}

static bool drain_is_over(const struct dsr_backend *be)
{
	if (!dsr_backend_active(be) && !dsr_backend_closing(be))
		return true;
	return be->options.drain_for && time_after_eq(jiffies, be->drain_end);
}

/**
 * dsr_backend_drains_check() - end the drains that are over
 * @dn: the namespace
 *
 * A backend that was draining has left its service's pool already, so that
 * nothing need be rebuilt.
 *
 * Context: process, config_lock held.
 */
void dsr_backend_drains_check(struct dsr_net *dn)
{
	struct dsr_backend *be, *next;

	lockdep_assert_held(&dn->config_lock);
	list_for_each_entry_safe(be, next, &dn->drains, drain) {
		if (!drain_is_over(be))
			continue;
		WRITE_ONCE(be->options.state, DSR_STATE_DOWN);
		state_update(be);
		dn->generation++;
		dsr_event_backend(dn, DSR_EVENT_KIND_BACKEND_DRAINED, be, 0);
	}
}

/* Without a limit it isn't full: who took it away knows. */
static void limit_update(struct dsr_backend *be)
{
	list_del_init(&be->limit);
	if (be->options.max_flows)
		list_add_tail(&be->limit, &be->svc->dn->limited);
	else
		be->told_full = false;
}

/**
 * dsr_backend_limits_check() - tell which backends are full, or no longer
 * @dn: the namespace
 *
 * Context: process, config_lock held.
 */
void dsr_backend_limits_check(struct dsr_net *dn)
{
	struct dsr_backend *be;
	bool full;

	lockdep_assert_held(&dn->config_lock);
	list_for_each_entry(be, &dn->limited, limit) {
		full = dsr_backend_full(be);
		if (full == be->told_full)
			continue;
		be->told_full = full;
		dsr_event_backend(dn, full ? DSR_EVENT_KIND_BACKEND_FULL :
				  DSR_EVENT_KIND_BACKEND_NOT_FULL, be, 0);
	}
}

static void touch(struct dsr_transaction *txn, struct dsr_backend *be)
{
	if (list_empty(&be->changed))
		list_add_tail(&be->changed, &txn->backends);
	dsr_service_touch(txn, (struct dsr_service *)be->svc);
}

/**
 * dsr_backend_stage_add() - stage a new backend
 * @txn: the transaction
 * @svc: the service
 * @addr: the backend's address, which no other backend of the service has
 * @options: its options
 * @extack: told what went wrong
 *
 * Context: process, config_lock held.
 * Return: the backend, or an ERR_PTR of -ENOSPC or -ENOMEM.
 */
struct dsr_backend *
dsr_backend_stage_add(struct dsr_transaction *txn, struct dsr_service *svc,
		      const struct dsr_addr *addr,
		      const struct dsr_backend_options *options,
		      struct netlink_ext_ack *extack)
{
	struct dsr_net *dn = svc->dn;
	struct dsr_backend *be;
	int err;

	lockdep_assert_held(&dn->config_lock);
	err = check_limits(txn, svc, extack);
	if (err)
		return ERR_PTR(err);
	be = backend_alloc(svc, addr, options);
	if (!be)
		return ERR_PTR(-ENOMEM);
	err = id_publish(dn, be);
	if (err) {
		nexthop_set(dn, be, NULL);
		backend_free(be);
		return ERR_PTR(err);
	}

	be->coming = true;
	list_add_tail(&be->list, &svc->backends);
	svc->backends_nr++;
	svc->rebuild = true;
	touch(txn, be);
	return be;
}

/* Whether the service's pool depends on what has changed. */
static bool pool_differs(const struct dsr_backend_options *a,
			 const struct dsr_backend_options *b)
{
	return a->weight != b->weight || a->state != b->state ||
	       a->mode != b->mode;
}

static bool nexthop_differs(const struct dsr_backend_options *a,
			    const struct dsr_backend_options *b)
{
	return a->mode != b->mode || a->ifindex != b->ifindex ||
	       !ether_addr_equal(a->lladdr, b->lladdr);
}

/* Its flows see it go down, or come up, with the commit. */
static void down_mark(struct dsr_transaction *txn, struct dsr_backend *be,
		      bool down)
{
	enum dsr_change change = down ? DSR_GOING : DSR_COMING;
	bool was = be->options.state == DSR_STATE_DOWN;

	if (down == was)
		down_settle(be);
	else
		dsr_mark_set(&be->down, dsr_transaction_mark(txn, change));
}

static struct dsr_nexthop *staged_nexthop_of(const struct dsr_backend *be)
{
	return rcu_dereference_protected(be->staged_nexthop,
					 lockdep_is_held(&be->svc->dn->config_lock));
}

/* Leaves the next hop as it is. */
static void nexthop_unstage(struct dsr_backend *be)
{
	struct dsr_nexthop *nexthop = staged_nexthop_of(be);

	if (!be->rerouted)
		return;
	dsr_mark_set(&be->rerouted, DSR_SETTLED);
	if (nexthop)
		dsr_nexthop_put(be->svc->dn, nexthop);
}

static int nexthop_stage(struct dsr_transaction *txn, struct dsr_backend *be,
			 const struct dsr_backend_options *options)
{
	bool rerouted = nexthop_differs(options, &be->options);
	struct dsr_nexthop *nexthop;
	int err;

	if (!rerouted) {
		nexthop_unstage(be);
		return 0;
	}
	err = nexthop_get(txn->dn, &be->addr, options, &nexthop);
	if (err)
		return err;
	nexthop_unstage(be);
	rcu_assign_pointer(be->staged_nexthop, nexthop);
	dsr_mark_set(&be->rerouted, dsr_transaction_mark(txn, DSR_CHANGING));
	return 0;
}

/* What has been staged stays where it is: packets that have read the mark look
 * there.
 */
static void nexthop_settle(struct dsr_backend *be)
{
	if (!be->rerouted)
		return;
	nexthop_set(be->svc->dn, be, staged_nexthop_of(be));
	dsr_mark_set(&be->rerouted, DSR_SETTLED);
}

/**
 * dsr_backend_stage_set() - stage other options of a backend
 * @txn: the transaction
 * @be: the backend
 * @options: its new options
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM, then its options stay as they are.
 */
int dsr_backend_stage_set(struct dsr_transaction *txn, struct dsr_backend *be,
			  const struct dsr_backend_options *options)
{
	struct dsr_service *svc = (struct dsr_service *)be->svc;
	struct dsr_backend_staged *staged = staged_of(be);
	int err;

	lockdep_assert_held(&svc->dn->config_lock);
	if (!staged)
		staged = kzalloc(sizeof(*staged), GFP_KERNEL_ACCOUNT);
	if (!staged)
		return -ENOMEM;
	err = nexthop_stage(txn, be, options);
	if (err) {
		if (staged != staged_of(be))
			kfree(staged);
		return err;
	}

	if (pool_differs(options, &be->options))
		svc->rebuild = true;
	down_mark(txn, be, options->state == DSR_STATE_DOWN);
	staged->number = txn->number;
	staged->options = *options;
	rcu_assign_pointer(be->staged, staged);
	touch(txn, be);
	return 0;
}

/**
 * dsr_backend_stage_del() - stage that a backend goes
 * @txn: the transaction, which hasn't added it
 * @be: the backend
 *
 * Context: process, config_lock held.
 */
void dsr_backend_stage_del(struct dsr_transaction *txn, struct dsr_backend *be)
{
	struct dsr_service *svc = (struct dsr_service *)be->svc;

	lockdep_assert_held(&svc->dn->config_lock);
	be->going = true;
	svc->backends_going++;
	txn->backends_going++;
	svc->rebuild = true;
	down_mark(txn, be, true);
	touch(txn, be);
}

static void staged_drop(struct dsr_backend *be)
{
	struct dsr_backend_staged *staged = staged_of(be);

	if (!staged)
		return;
	nexthop_unstage(be);
	RCU_INIT_POINTER(be->staged, NULL);
	kfree_rcu(staged, rcu);
}

/* No new packet can choose it, or could yet. */
static void backend_remove(struct dsr_backend *be)
{
	struct dsr_service *svc = (struct dsr_service *)be->svc;
	struct dsr_net *dn = svc->dn;
	struct dsr_nexthop *nexthop = nexthop_of(dn, be);

	list_del(&be->list);
	list_del(&be->changed);
	list_del(&be->drain);
	list_del(&be->limit);
	svc->backends_nr--;
	id_retract(dn, be);
	staged_drop(be);
	dsr_sysfs_backend_del(be);
	/* Stays in place for packets on their way: without it they would take
	 * the backend for one of mode local.
	 */
	if (nexthop)
		dsr_nexthop_put(dn, nexthop);
	call_rcu(&be->rcu, backend_free_rcu);
}

/* Packets and sysfs read the first ones meanwhile, each for itself. */
static void options_set(struct dsr_backend_options *options,
			const struct dsr_backend_options *wanted)
{
	WRITE_ONCE(options->weight, wanted->weight);
	WRITE_ONCE(options->mode, wanted->mode);
	WRITE_ONCE(options->state, wanted->state);
	WRITE_ONCE(options->max_flows, wanted->max_flows);
	WRITE_ONCE(options->min_flows, wanted->min_flows);
	WRITE_ONCE(options->slow_start, wanted->slow_start);
	options->drain_for = wanted->drain_for;
	options->drain_anew = wanted->drain_anew;
	options->ifindex = wanted->ifindex;
	ether_addr_copy(options->lladdr, wanted->lladdr);
}

/* Takes over what was staged. */
static void options_take(struct dsr_backend *be,
			 struct dsr_backend_staged *staged)
{
	enum dsr_state was = be->options.state;

	options_set(&be->options, &staged->options);
	nexthop_settle(be);
	if (was != DSR_STATE_UP && be->options.state == DSR_STATE_UP)
		WRITE_ONCE(be->up_since, jiffies);
	if (be->options.drain_anew || be->options.state != was)
		state_update(be);
	WRITE_ONCE(be->full, dsr_backend_full(be));
	limit_update(be);
	staged_drop(be);
}

/* What a committed transaction has left to do to a backend. */
void dsr_backend_settle(struct dsr_backend *be)
{
	struct dsr_backend_staged *staged = staged_of(be);

	if (be->going) {
		backend_remove(be);
		return;
	}
	if (staged)
		options_take(be, staged);
	if (be->coming) {
		state_update(be);
		limit_update(be);
	}
}

/* The last of it: what it shows of itself.  Its service does by now. */
void dsr_backend_show(const struct dsr_transaction *txn,
		      struct dsr_backend *be)
{
	list_del_init(&be->changed);
	if (be->coming && !txn->large)
		dsr_sysfs_backend_add(be);
	be->coming = false;
}

/* The backend as it was before the transaction. */
void dsr_backend_restore(struct dsr_backend *be)
{
	if (be->coming) {
		backend_remove(be);
		return;
	}
	be->going = false;
	down_settle(be);
	staged_drop(be);
	list_del_init(&be->changed);
}

/**
 * dsr_backend_remove_all() - remove the backends of a service that goes
 * @svc: the service, which no new packet sees
 *
 * Context: process, config_lock held.
 */
void dsr_backend_remove_all(struct dsr_service *svc)
{
	struct dsr_backend *be, *next;

	list_for_each_entry_safe(be, next, &svc->backends, list)
		backend_remove(be);
}

/* Closer than dsr_backend_down() looks. */
bool dsr_backend_down_now(const struct dsr_backend *be, u32 down)
{
	bool done;

	if (down == DSR_DOWN)
		return true;
	done = dsr_mark_done(be->svc->dn, down);
	return dsr_change_of(down) == DSR_GOING ? done : !done;
}

/**
 * dsr_backend_full() - whether a backend with a limit of flows takes no more
 * @be: the backend
 *
 * Full from max_flows on, until there are fewer than min_flows.
 *
 * Context: any, under RCU.
 * Return: whether it is full.
 */
bool dsr_backend_full(const struct dsr_backend *be)
{
	u32 max = READ_ONCE(be->options.max_flows);
	u32 min = READ_ONCE(be->options.min_flows);

	if (!min)
		min = max - max / 4;
	return max && dsr_backend_active(be) >= (READ_ONCE(be->full) ? min : max);
}

/**
 * dsr_backend_share_now() - how much of its weight a backend with a slow start is
 *			     to get
 * @be: the backend
 *
 * Less than all of it only in the seconds of its slow start, which begin when it
 * is added, set up or reached again.
 *
 * Context: under RCU.
 * Return: 1 to 256, in 256ths.
 */
u32 dsr_backend_share_now(const struct dsr_backend *be)
{
	unsigned long length = (unsigned long)READ_ONCE(be->options.slow_start) * HZ;
	const struct dsr_nexthop *nexthop = dsr_backend_nexthop(be);
	unsigned long since = READ_ONCE(be->up_since), passed;

	if (nexthop && time_after(READ_ONCE(nexthop->since), since))
		since = READ_ONCE(nexthop->since);
	passed = jiffies - since;
	if (passed >= length)
		return DSR_SHARE_WHOLE;
	return 1 + passed * (DSR_SHARE_WHOLE - 1) / length;
}

/**
 * dsr_backend_state() - whether a backend takes new flows, and if not, why
 * @be: the backend
 *
 * Context: process, config_lock held, or under RCU.
 * Return: its state.
 */
enum dsr_state dsr_backend_state(const struct dsr_backend *be)
{
	enum dsr_state state = READ_ONCE(be->options.state);

	if (state != DSR_STATE_UP)
		return state;
	rcu_read_lock();
	if (!dsr_backend_reachable(be))
		state = DSR_STATE_UNRESOLVED;
	else if (dsr_backend_full(be))
		state = DSR_STATE_FULL;
	rcu_read_unlock();
	return state;
}

int dsr_backend_net_init(struct dsr_net *dn)
{
	struct dsr_backend_table *table = table_alloc(TABLE_MIN);

	INIT_LIST_HEAD(&dn->drains);
	INIT_LIST_HEAD(&dn->limited);
	if (!table)
		return -ENOMEM;
	RCU_INIT_POINTER(dn->backends, table);
	return 0;
}

/* No backends are left, and no packet is looking for one. */
void dsr_backend_net_exit(struct dsr_net *dn)
{
	mutex_lock(&dn->config_lock);
	kvfree(rcu_replace_pointer(dn->backends, NULL,
				   lockdep_is_held(&dn->config_lock)));
	mutex_unlock(&dn->config_lock);
}
