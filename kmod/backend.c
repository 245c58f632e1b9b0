// SPDX-License-Identifier: GPL-2.0
/* Backends: their ids and their life. */
#include <linux/mm.h>
#include <linux/netlink.h>
#include <linux/slab.h>

#include "backend.h"
#include "sched.h"
#include "service.h"
#include "stats.h"
#include "sysfs.h"

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

	table = kvzalloc(struct_size(table, slot, slots), GFP_KERNEL_ACCOUNT);
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
	free_percpu(be->traffic);
	kfree(be);
}

static void backend_free_rcu(struct rcu_head *rcu)
{
	backend_free(container_of(rcu, struct dsr_backend, rcu));
}

static struct dsr_backend *
backend_alloc(struct dsr_service *svc, const struct dsr_addr *addr,
	      const struct dsr_backend_options *options)
{
	struct dsr_backend *be;

	be = kzalloc(sizeof(*be), GFP_KERNEL_ACCOUNT);
	if (!be)
		return NULL;
	be->traffic = dsr_traffic_alloc();
	if (!be->traffic)
		goto err_free;
	be->nexthop = dsr_nexthop_get(svc->dn, addr);
	if (!be->nexthop)
		goto err_free;

	be->svc = svc;
	be->addr = *addr;
	be->weight = options->weight;
	be->mode = options->mode;
	be->seq = ++svc->dn->last_backend_seq;
	return be;

err_free:
	backend_free(be);
	return NULL;
}

/* Lets packets choose from the service's backends as they are now. */
static int pool_renew(struct dsr_service *svc, struct netlink_ext_ack *extack)
{
	struct dsr_pool *pool;
	int err;

	err = dsr_pool_build(svc, &pool);
	if (err) {
		NL_SET_ERR_MSG(extack, "no memory for the scheduler's table");
		return err;
	}
	dsr_pool_publish(svc, pool);
	svc->dn->generation++;
	return 0;
}

static int check_limits(const struct dsr_service *svc,
			struct netlink_ext_ack *extack)
{
	if (svc->backends_nr >= DSR_BACKENDS_MAX) {
		NL_SET_ERR_MSG(extack,
			       "the limit of 4096 backends in a service is reached");
		return -ENOSPC;
	}
	if (svc->dn->backends_nr >= DSR_BACKENDS_NET_MAX) {
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
 * Context: process, config_lock held.
 * Return: the backend or NULL.
 */
struct dsr_backend *dsr_backend_lookup(const struct dsr_service *svc,
				       const struct dsr_addr *addr)
{
	struct dsr_backend *be;

	lockdep_assert_held(&svc->dn->config_lock);
	list_for_each_entry(be, &svc->backends, list)
		if (dsr_addr_equal(&be->addr, addr))
			return be;
	return NULL;
}

/**
 * dsr_backend_add() - add a backend to a service
 * @svc: the service
 * @addr: the backend's address, which no other backend of the service has
 * @options: its options
 * @extack: told what went wrong
 *
 * Context: process, config_lock held.
 * Return: the backend, or an ERR_PTR of -ENOSPC, -ENOMEM or what a view gave.
 */
struct dsr_backend *dsr_backend_add(struct dsr_service *svc,
				    const struct dsr_addr *addr,
				    const struct dsr_backend_options *options,
				    struct netlink_ext_ack *extack)
{
	struct dsr_net *dn = svc->dn;
	struct dsr_backend *be;
	int err;

	lockdep_assert_held(&dn->config_lock);
	err = check_limits(svc, extack);
	if (err)
		return ERR_PTR(err);

	be = backend_alloc(svc, addr, options);
	if (!be)
		return ERR_PTR(-ENOMEM);
	err = dsr_sysfs_backend_add(be);
	if (err)
		goto err_free;
	err = id_publish(dn, be);
	if (err)
		goto err_sysfs;

	list_add_tail(&be->list, &svc->backends);
	svc->backends_nr++;
	err = pool_renew(svc, extack);
	if (err)
		goto err_list;
	return be;

err_list:
	svc->backends_nr--;
	list_del(&be->list);
	id_retract(dn, be);
err_sysfs:
	dsr_sysfs_backend_del(be);
err_free:
	dsr_nexthop_put(dn, be->nexthop);
	call_rcu(&be->rcu, backend_free_rcu);
	return ERR_PTR(err);
}

/**
 * dsr_backend_set() - change a backend's options
 * @svc: its service
 * @be: the backend
 * @options: its new options
 * @extack: told what went wrong
 *
 * Flows keep their backends, also at weight 0.
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM, then nothing has changed.
 */
int dsr_backend_set(struct dsr_service *svc, struct dsr_backend *be,
		    const struct dsr_backend_options *options,
		    struct netlink_ext_ack *extack)
{
	u32 weight = be->weight;
	int err;

	lockdep_assert_held(&svc->dn->config_lock);
	if (options->weight == weight)
		return 0;

	WRITE_ONCE(be->weight, options->weight);
	err = pool_renew(svc, extack);
	if (err)
		WRITE_ONCE(be->weight, weight);
	return err;
}

/* What is left to do when no new packet can choose it. */
static void backend_release(struct dsr_service *svc, struct dsr_backend *be)
{
	struct dsr_net *dn = svc->dn;

	id_retract(dn, be);
	dsr_sysfs_backend_del(be);
	dsr_nexthop_put(dn, be->nexthop);
	call_rcu(&be->rcu, backend_free_rcu);
}

/**
 * dsr_backend_del() - remove a backend
 * @svc: its service
 * @be: the backend, freed after a grace period
 * @extack: told what went wrong
 *
 * Its flows are scheduled afresh when their next packet comes; no other flow is
 * touched.
 *
 * Context: process, config_lock held.
 * Return: 0 or -ENOMEM, then nothing has changed.
 */
int dsr_backend_del(struct dsr_service *svc, struct dsr_backend *be,
		    struct netlink_ext_ack *extack)
{
	struct list_head *before = be->list.prev;
	int err;

	lockdep_assert_held(&svc->dn->config_lock);
	list_del(&be->list);
	svc->backends_nr--;
	err = pool_renew(svc, extack);
	if (err) {
		list_add(&be->list, before);
		svc->backends_nr++;
		return err;
	}
	backend_release(svc, be);
	return 0;
}

/**
 * dsr_backend_flush() - remove every backend of a service
 * @svc: the service
 *
 * Context: process, config_lock held.
 */
void dsr_backend_flush(struct dsr_service *svc)
{
	struct dsr_backend *be, *next;

	lockdep_assert_held(&svc->dn->config_lock);
	dsr_pool_publish(svc, NULL);
	list_for_each_entry_safe(be, next, &svc->backends, list) {
		list_del(&be->list);
		svc->backends_nr--;
		backend_release(svc, be);
	}
	svc->dn->generation++;
}

/**
 * dsr_backend_state() - whether a backend takes new flows, and if not, why
 * @be: the backend
 *
 * Context: under RCU, or config_lock held.
 * Return: its state.
 */
enum dsr_state dsr_backend_state(const struct dsr_backend *be)
{
	return dsr_nexthop_usable(be->nexthop) ? DSR_STATE_UP :
						 DSR_STATE_UNRESOLVED;
}

int dsr_backend_net_init(struct dsr_net *dn)
{
	struct dsr_backend_table *table = table_alloc(TABLE_MIN);

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
