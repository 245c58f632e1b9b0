// SPDX-License-Identifier: GPL-2.0
/* A namespace of dsr that no packet reaches. */
#include <kunit/resource.h>
#include <kunit/test.h>

#include "fake_net.h"
#include "kmod/events.h"
#include "kmod/hook.h"
#include "kmod/settings.h"
#include "kmod/stats.h"
#include "kmod/traffic.h"
#include "kmod/sweep.h"
#include "kmod/sysfs.h"
#include "kmod/track.h"
#include "kmod/transaction.h"

struct workqueue_struct *dsr_wq;

/* Where the sources under test end. */

int dsr_hook_attach(struct dsr_net *dn)
{
	return 0;
}

void dsr_hook_detach(struct dsr_net *dn)
{
}

void dsr_event_backend(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_backend *be, u32 portid)
{
}

void dsr_event_backend_del(struct dsr_net *dn, const struct dsr_service *svc,
			   const struct dsr_addr *addr, u32 portid)
{
}

void dsr_event_service(struct dsr_net *dn, enum dsr_event_kind kind,
		       const struct dsr_service *svc, u32 portid)
{
}

void dsr_event_settings(struct dsr_net *dn, u32 portid)
{
}

void dsr_event_table(struct dsr_net *dn, enum dsr_event_kind kind,
		     const struct dsr_flow_count *count)
{
}

void dsr_sweep_start(struct dsr_net *dn)
{
}

void dsr_sysfs_service_add(struct dsr_service *svc)
{
}

void dsr_sysfs_service_del(struct dsr_service *svc)
{
}

void dsr_sysfs_catch_up(struct dsr_net *dn)
{
}

void dsr_sysfs_backend_add(struct dsr_backend *be)
{
}

void dsr_sysfs_backend_del(struct dsr_backend *be)
{
}

/* One that has no neighbour. */
struct dsr_nexthop *dsr_nexthop_get(struct dsr_net *dn,
				    const struct dsr_nexthop_key *key)
{
	struct dsr_nexthop *nexthop = kzalloc(sizeof(*nexthop), GFP_KERNEL);

	if (nexthop)
		nexthop->since = jiffies;
	return nexthop;
}

void dsr_nexthop_put(struct dsr_net *dn, struct dsr_nexthop *nexthop)
{
	kfree_rcu(nexthop, rcu);
}

struct dsr_service *dsr_service_add(struct dsr_net *dn,
				    const struct dsr_service_key *key,
				    const struct dsr_service_options *options)
{
	struct dsr_transaction txn;
	struct dsr_service *svc;
	int err;

	dsr_transaction_begin(&txn, dn);
	svc = dsr_service_stage_add(&txn, key, options, NULL);
	err = dsr_transaction_end(&txn, PTR_ERR_OR_ZERO(svc), NULL);
	return err ? ERR_PTR(err) : svc;
}

int dsr_service_set(struct dsr_service *svc,
		    const struct dsr_service_options *options)
{
	struct dsr_transaction txn;
	int err;

	dsr_transaction_begin(&txn, svc->dn);
	err = dsr_service_stage_set(&txn, svc, options);
	return dsr_transaction_end(&txn, err, NULL);
}

void dsr_service_del(struct dsr_service *svc)
{
	struct dsr_transaction txn;

	dsr_transaction_begin(&txn, svc->dn);
	dsr_service_stage_del(&txn, svc);
	dsr_transaction_end(&txn, 0, NULL);
}

struct dsr_backend *dsr_backend_add(struct dsr_service *svc,
				    const struct dsr_addr *addr,
				    const struct dsr_backend_options *options)
{
	struct dsr_transaction txn;
	struct dsr_backend *be;
	int err;

	dsr_transaction_begin(&txn, svc->dn);
	be = dsr_backend_stage_add(&txn, svc, addr, options, NULL);
	err = dsr_transaction_end(&txn, PTR_ERR_OR_ZERO(be), NULL);
	return err ? ERR_PTR(err) : be;
}

int dsr_backend_set(struct dsr_backend *be,
		    const struct dsr_backend_options *options)
{
	struct dsr_transaction txn;
	int err;

	dsr_transaction_begin(&txn, be->svc->dn);
	err = dsr_backend_stage_set(&txn, be, options);
	return dsr_transaction_end(&txn, err, NULL);
}

int dsr_backend_del(struct dsr_backend *be)
{
	struct dsr_transaction txn;

	dsr_transaction_begin(&txn, be->svc->dn);
	dsr_backend_stage_del(&txn, be);
	return dsr_transaction_end(&txn, 0, NULL);
}

int dsr_settings_hash_seed(struct dsr_net *dn, u64 seed)
{
	struct dsr_transaction txn;

	dsr_transaction_begin(&txn, dn);
	dsr_settings_stage_hash_seed(&txn, seed);
	return dsr_transaction_end(&txn, 0, NULL);
}

static void destroy(void *data)
{
	struct dsr_net *dn = data;

	mutex_lock(&dn->config_lock);
	dsr_service_flush(dn);
	mutex_unlock(&dn->config_lock);
	dsr_service_net_exit(dn);
	dsr_backend_net_exit(dn);
	dsr_traffic_pool_put(dn->traffic);
	/* What is freed after a grace period, by functions of this module. */
	rcu_barrier();
	destroy_workqueue(dsr_wq);
	rcu_barrier();
	mutex_destroy(&dn->link_lock);
	mutex_destroy(&dn->config_lock);
}

struct dsr_net *fake_net(struct kunit *test)
{
	struct dsr_net *dn = kunit_kzalloc(test, sizeof(*dn), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, dn);
	dsr_wq = alloc_workqueue("dsr_kunit", 0, 0);
	KUNIT_ASSERT_NOT_NULL(test, dsr_wq);
	dn->traffic = dsr_traffic_pool_create();
	KUNIT_ASSERT_NOT_NULL(test, dn->traffic);
	mutex_init(&dn->config_lock);
	mutex_init(&dn->link_lock);
	dsr_settings_init_key(dn, 1);
	dn->flows_wanted = DSR_FLOWS_MIN;
	dsr_track_init(dn);
	dsr_service_net_init(dn);
	KUNIT_ASSERT_EQ(test, dsr_backend_net_init(dn), 0);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, destroy, dn), 0);
	return dn;
}

static void free_counters(void *counters)
{
	free_percpu((void __force __percpu *)counters);
}

void fake_counters(struct kunit *test, struct dsr_net *dn)
{
	dn->counters = __netdev_alloc_pcpu_stats(struct dsr_counters,
						 GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, (void __force *)dn->counters);
	KUNIT_ASSERT_EQ(test, kunit_add_action_or_reset(test, free_counters,
							(void __force *)dn->counters), 0);
}

void fake_addr(struct dsr_addr *addr, u32 v4)
{
	memset(addr, 0, sizeof(*addr));
	addr->family = AF_INET;
	addr->ip.v4 = htonl(v4);
}

struct dsr_service *fake_service(struct kunit *test, struct dsr_net *dn, u8 n,
				 const struct dsr_sched_ops *sched)
{
	struct dsr_service_key key = {
		.prefixlen = 32,
		.protocol = IPPROTO_TCP,
		.port = 80,
		.port_end = 80,
	};
	struct dsr_service_options options;
	struct dsr_service *svc;

	fake_addr(&key.addr, 0x0a020000 + n);
	dsr_service_defaults(&options);
	options.sched = sched;
	mutex_lock(&dn->config_lock);
	svc = dsr_service_add(dn, &key, &options);
	mutex_unlock(&dn->config_lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, svc);
	return svc;
}

struct dsr_backend *fake_backend(struct kunit *test, struct dsr_service *svc,
				 u32 n, u32 weight)
{
	struct dsr_backend_options options = {
		.weight = weight,
		.mode = DSR_MODE_LOCAL,
		.state = DSR_STATE_UP,
	};
	struct dsr_backend *be;
	struct dsr_addr addr;

	fake_addr(&addr, 0x0a030000 + n);
	mutex_lock(&svc->dn->config_lock);
	be = dsr_backend_add(svc, &addr, &options);
	mutex_unlock(&svc->dn->config_lock);
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, be);
	return be;
}

u32 fake_number(const struct dsr_backend *be)
{
	return ntohl(be->addr.ip.v4) - 0x0a030000;
}

void fake_backend_del(struct kunit *test, struct dsr_service *svc,
		      struct dsr_backend *be)
{
	int err;

	mutex_lock(&svc->dn->config_lock);
	err = dsr_backend_del(be);
	mutex_unlock(&svc->dn->config_lock);
	KUNIT_ASSERT_EQ(test, err, 0);
}

void fake_weight(struct kunit *test, struct dsr_service *svc,
		 struct dsr_backend *be, u32 weight)
{
	struct dsr_backend_options options = be->options;
	int err;

	options.weight = weight;
	mutex_lock(&svc->dn->config_lock);
	err = dsr_backend_set(be, &options);
	mutex_unlock(&svc->dn->config_lock);
	KUNIT_ASSERT_EQ(test, err, 0);
}

void fake_active(struct dsr_backend *be, int active)
{
	bool given = active > atomic_read(&be->active) && !dsr_backend_full(be);

	atomic_set(&be->active, active);
	if (given)
		dsr_backend_filled(be);
}

void fake_unreachable(struct dsr_backend *be, bool unreachable)
{
	struct dsr_net *dn = be->svc->dn;
	struct dsr_nexthop *nexthop;

	mutex_lock(&dn->config_lock);
	nexthop = unreachable ? dsr_nexthop_get(dn, NULL) : NULL;
	nexthop = rcu_replace_pointer(be->nexthop, nexthop,
				      lockdep_is_held(&dn->config_lock));
	if (nexthop)
		dsr_nexthop_put(dn, nexthop);
	mutex_unlock(&dn->config_lock);
}

u32 fake_next(struct dsr_service *svc, u64 hash)
{
	struct dsr_backend *be;
	u32 n;

	rcu_read_lock();
	be = dsr_sched_next(dsr_service_pool(svc), &svc->turn, hash);
	n = be ? fake_number(be) : 0;
	rcu_read_unlock();
	return n;
}

static u32 chosen(struct dsr_service *svc, u64 hash,
		  struct dsr_backend *(*choose)(const struct dsr_pool *pool,
						u64 hash))
{
	struct dsr_backend *be;
	u32 n;

	rcu_read_lock();
	be = choose(dsr_service_pool(svc), hash);
	n = be ? fake_number(be) : 0;
	rcu_read_unlock();
	return n;
}

u32 fake_adopt(struct dsr_service *svc, u64 hash)
{
	return chosen(svc, hash, dsr_sched_adopt);
}

u32 fake_by_hash(struct dsr_service *svc, u64 hash)
{
	return chosen(svc, hash, dsr_sched_by_hash);
}
