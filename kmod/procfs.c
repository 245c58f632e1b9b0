// SPDX-License-Identifier: GPL-2.0
/* /proc/net/dsr: what there is to see of a namespace, as text. */
#include <linux/proc_fs.h>
#include <linux/seq_file.h>
#include <linux/seq_file_net.h>

#include "backend.h"
#include "flow_view.h"
#include "procfs.h"
#include "sched.h"
#include "service.h"
#include "stats.h"

static const char * const modes[] = DSR_MODE_NAMES;
static const char * const states[] = DSR_STATE_NAMES;
static const char * const flow_states[] = DSR_FLOW_SHOW_NAMES;

static void show_traffic(struct seq_file *seq,
			 const struct dsr_traffic_stats __percpu *traffic)
{
	u64 sum[__DSR_TRAFFIC_MAX];
	int i;

	dsr_traffic_sum(traffic, sum);
	for (i = 1; i < __DSR_TRAFFIC_MAX; i++)
		seq_printf(seq, " %s %llu", dsr_traffic_names[i].name, sum[i]);
	seq_putc(seq, '\n');
}

static void show_backend(struct seq_file *seq, const struct dsr_backend *be)
{
	seq_puts(seq, "  ");
	if (be->addr.family == AF_INET)
		seq_printf(seq, "%pI4", &be->addr.ip.v4);
	else
		seq_printf(seq, "%pI6c", &be->addr.ip.v6);
	seq_printf(seq, " mode %s weight %u state %s active %u closing %u",
		   modes[be->options.mode], be->options.weight,
		   states[dsr_backend_state(be)], dsr_backend_active(be),
		   dsr_backend_closing(be));
	show_traffic(seq, be->traffic);
}

static int services_show(struct seq_file *seq, void *v)
{
	const struct dsr_service *svc;
	const struct dsr_backend *be;
	char name[DSR_SERVICE_NAME_LEN];

	svc = list_entry(v, struct dsr_service, list);
	dsr_service_name(svc, name);
	seq_printf(seq, "%s scheduler %s backends %u", name, svc->options.sched->name,
		   svc->backends_nr);
	show_traffic(seq, svc->traffic);
	list_for_each_entry(be, &svc->backends, list)
		show_backend(seq, be);
	return 0;
}

/* The lock is held while a buffer is filled, not while a reader looks at it. */
static void *services_start(struct seq_file *seq, loff_t *pos)
{
	struct dsr_net *dn = dsr_net(seq_file_net(seq));

	mutex_lock(&dn->config_lock);
	return seq_list_start(&dn->service_list, *pos);
}

static void *services_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct dsr_net *dn = dsr_net(seq_file_net(seq));

	return seq_list_next(v, &dn->service_list, pos);
}

static void services_stop(struct seq_file *seq, void *v)
{
	struct dsr_net *dn = dsr_net(seq_file_net(seq));

	mutex_unlock(&dn->config_lock);
}

static const struct seq_operations services_ops = {
	.start = services_start,
	.next = services_next,
	.stop = services_stop,
	.show = services_show,
};

/* How many slots to look at without a pause: some ten microseconds. */
#define FLOWS_BATCH	1024

/* One position a slot of the flow table.  Under RCU while a buffer is filled, so
 * that nothing which a line names can go.
 */
static void *flows_at(struct dsr_net *dn, struct dsr_flow_view *view,
		      loff_t *pos)
{
	const struct dsr_flow_table *table = rcu_dereference(dn->flows);
	u32 slots = dsr_flow_slots(table);

	for (; *pos < slots; ++*pos) {
		if (dsr_flow_view(dn, table, *pos, view))
			return view;
		/* Between two flows nothing is held. */
		if ((*pos + 1) % FLOWS_BATCH)
			continue;
		rcu_read_unlock();
		cond_resched();
		rcu_read_lock();
		table = rcu_dereference(dn->flows);
		slots = dsr_flow_slots(table);
	}
	return NULL;
}

/* What a reader of flows has for himself. */
struct flows_reader {
	struct seq_net_private net;
	struct dsr_flow_view view;
};

static void *flows_start(struct seq_file *seq, loff_t *pos) __acquires(RCU)
{
	struct flows_reader *reader = seq->private;

	rcu_read_lock();
	return flows_at(dsr_net(seq_file_net(seq)), &reader->view, pos);
}

static void *flows_next(struct seq_file *seq, void *v, loff_t *pos)
{
	struct flows_reader *reader = seq->private;

	++*pos;
	return flows_at(dsr_net(seq_file_net(seq)), &reader->view, pos);
}

static void flows_stop(struct seq_file *seq, void *v) __releases(RCU)
{
	rcu_read_unlock();
}

static void show_addr(struct seq_file *seq, u16 family, const void *addr)
{
	seq_printf(seq, family == AF_INET ? "%pI4" : "[%pI6c]", addr);
}

static int flows_show(struct seq_file *seq, void *v)
{
	const struct dsr_flow_view *view = v;
	const struct dsr_backend *be = view->be;
	u16 family = be->svc->family;
	char name[DSR_SERVICE_NAME_LEN];

	show_addr(seq, family, &view->peer);
	if (dsr_flow_view_has_ports(view))
		seq_printf(seq, ":%u port %u", ntohs(view->peer.sport),
			   ntohs(view->peer.dport));
	dsr_service_name(be->svc, name);
	seq_printf(seq, " protocol %u state %s service %s backend ",
		   dsr_flow_view_protocol(view),
		   flow_states[dsr_flow_show(view->flow.value)], name);
	seq_printf(seq, be->addr.family == AF_INET ? "%pI4" : "%pI6c",
		   &be->addr.ip);
	seq_printf(seq, " idle %u left %u\n", dsr_flow_seconds(view->idle),
		   dsr_flow_seconds(view->left));
	return 0;
}

static const struct seq_operations flows_ops = {
	.start = flows_start,
	.next = flows_next,
	.stop = flows_stop,
	.show = flows_show,
};

static int stats_show(struct seq_file *seq, void *v)
{
	struct dsr_net *dn = dsr_net(seq_file_single_net(seq));
	u64 sum[__DSR_COUNTER_MAX];
	int i;

	dsr_counters_sum(dn, sum);
	for (i = 1; i < __DSR_COUNTER_MAX; i++)
		seq_printf(seq, "%s %llu\n", dsr_counter_names[i].name, sum[i]);
	return 0;
}

/* The root of the user namespace that owns the network namespace. */
static void set_owner(struct proc_dir_entry *entry, const struct net *net)
{
	kuid_t uid = make_kuid(net->user_ns, 0);
	kgid_t gid = make_kgid(net->user_ns, 0);

	if (uid_valid(uid) && gid_valid(gid))
		proc_set_user(entry, uid, gid);
}

/**
 * dsr_procfs_net_init() - make /proc/net/dsr
 * @dn: the namespace
 *
 * Context: process.
 * Return: 0 or -ENOMEM.
 */
int dsr_procfs_net_init(struct dsr_net *dn)
{
	struct proc_dir_entry *services, *flows, *stats;

	dn->proc_dir = proc_net_mkdir(dn->net, "dsr", dn->net->proc_net);
	if (!dn->proc_dir)
		return -ENOMEM;
	services = proc_create_net("services", 0400, dn->proc_dir,
				   &services_ops,
				   sizeof(struct seq_net_private));
	flows = proc_create_net("flows", 0400, dn->proc_dir, &flows_ops,
				sizeof(struct flows_reader));
	stats = proc_create_net_single("stats", 0400, dn->proc_dir, stats_show,
				       NULL);
	if (!services || !flows || !stats) {
		dsr_procfs_net_exit(dn);
		return -ENOMEM;
	}
	set_owner(services, dn->net);
	set_owner(flows, dn->net);
	set_owner(stats, dn->net);
	return 0;
}

/* Returns when nobody reads it any more. */
void dsr_procfs_net_exit(struct dsr_net *dn)
{
	proc_remove(dn->proc_dir);
}
