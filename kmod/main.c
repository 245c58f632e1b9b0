// SPDX-License-Identifier: GPL-2.0
/* The module's life and each network namespace's: a ladder up, and the same
 * ladder down.
 */
#include <linux/module.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "device.h"
#include "fragment.h"
#include "hook.h"
#include "net.h"
#include "netlink.h"
#include "nexthop.h"
#include "param.h"
#include "procfs.h"
#include "reset.h"
#include "service.h"
#include "settings.h"
#include "stats.h"
#include "sweep.h"
#include "sysfs.h"
#include "track.h"
#include "traffic.h"
#include "transaction.h"

unsigned int dsr_net_id;
struct workqueue_struct *dsr_wq;

static int __net_init dsr_net_init(struct net *net)
{
	struct dsr_net *dn = dsr_net(net);
	int err;

	dn->net = net;
	dn->generation = 1;	/* A dump takes 0 for one that hasn't begun. */
	mutex_init(&dn->config_lock);
	mutex_init(&dn->link_lock);
	dsr_settings_init_key(dn, dsr_param_hash_seed());
	dn->flows_wanted = dsr_param_flows();
	dsr_track_init(dn);
	dsr_reset_net_init(dn);
	dsr_sweep_net_init(dn);
	dsr_sysfs_net_init(dn);
	dsr_device_net_init(dn);
	dsr_nl_config_net_init(dn);

	dn->counters = dsr_counters_alloc();
	if (!dn->counters)
		return -ENOMEM;
	err = -ENOMEM;
	dn->traffic = dsr_traffic_pool_create();
	if (!dn->traffic)
		goto err_counters;
	err = dsr_fragment_net_init(dn);
	if (err)
		goto err_traffic;
	err = dsr_nexthop_net_init(dn);
	if (err)
		goto err_fragment;
	err = dsr_backend_net_init(dn);
	if (err)
		goto err_nexthop;
	dsr_service_net_init(dn);
	err = dsr_procfs_net_init(dn);
	if (err)
		goto err_backend;
	return 0;

err_backend:
	dsr_backend_net_exit(dn);
err_nexthop:
	dsr_nexthop_net_exit(dn);
err_fragment:
	dsr_fragment_net_exit(dn);
err_traffic:
	dsr_traffic_pool_put(dn->traffic);
err_counters:
	free_percpu(dn->counters);
	return err;
}

/* Unregister; the core waits for a grace period before dsr_net_exit(), and so
 * no packet and no neighbour event is in our code any more when that runs.
 */
static void __net_exit dsr_net_pre_exit(struct net *net)
{
	struct dsr_net *dn = dsr_net(net);

	dsr_device_net_close(dn);
	mutex_lock(&dn->config_lock);
	dsr_hook_detach(dn);
	mutex_unlock(&dn->config_lock);
	dsr_nexthop_net_close(dn);
}

static void __net_exit dsr_net_exit(struct net *net)
{
	struct dsr_net *dn = dsr_net(net);

	dsr_procfs_net_exit(dn);
	dsr_nl_config_net_exit(dn);
	dsr_sysfs_net_exit(dn);
	mutex_lock(&dn->config_lock);
	dsr_service_flush(dn);
	mutex_unlock(&dn->config_lock);

	dsr_sweep_net_exit(dn);
	dsr_service_net_exit(dn);
	dsr_backend_net_exit(dn);
	dsr_nexthop_net_exit(dn);
	dsr_fragment_net_exit(dn);
	dsr_traffic_pool_put(dn->traffic);
	free_percpu(dn->counters);
}

static struct pernet_operations dsr_net_ops = {
	.init = dsr_net_init,
	.pre_exit = dsr_net_pre_exit,
	.exit = dsr_net_exit,
	.id = &dsr_net_id,
	.size = sizeof(struct dsr_net),
};

static int __init dsr_init(void)
{
	int err;

	dsr_wq = alloc_workqueue("dsr", WQ_UNBOUND, 0);
	if (!dsr_wq)
		return -ENOMEM;
	err = dsr_sysfs_init();
	if (err)
		goto err_wq;
	err = register_pernet_subsys(&dsr_net_ops);
	if (err)
		goto err_sysfs;
	err = dsr_nexthop_init();
	if (err)
		goto err_net;
	err = dsr_netlink_init();
	if (err)
		goto err_nexthop;
	return 0;

err_nexthop:
	dsr_nexthop_exit();
err_net:
	unregister_pernet_subsys(&dsr_net_ops);
err_sysfs:
	dsr_sysfs_exit();
err_wq:
	destroy_workqueue(dsr_wq);
	return err;
}

static void __exit dsr_exit(void)
{
	dsr_netlink_exit();
	dsr_nexthop_exit();
	unregister_pernet_subsys(&dsr_net_ops);
	dsr_sysfs_exit();
	/* Callbacks of call_rcu() and of rcu_work are our code: the first may
	 * still wait for its grace period, the second then for its worker.
	 */
	rcu_barrier();
	destroy_workqueue(dsr_wq);
	dsr_reset_exit();
}

module_init(dsr_init);
module_exit(dsr_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Direct Server Return load balancer");
MODULE_VERSION("0.1.0");
