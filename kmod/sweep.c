// SPDX-License-Identifier: GPL-2.0
/* What happens with time alone: expired flows leave the table, drains end,
 * fragments stop waiting.  And what only shows to who walks the table: how full
 * it is, and of what.
 *
 * The packet path needs none of it, as it takes expired entries when it wants
 * room.  The gauges of the backends do: a flow that has ended counts until its
 * entry is gone.
 */
#include <linux/minmax.h>
#include <linux/workqueue.h>

#include "backend.h"
#include "census.h"
#include "flow.h"
#include "fragment.h"
#include "sweep.h"
#include "track.h"

#define SWEEP_INTERVAL	HZ

/* All of a small table each time; of a large one a sixteenth. */
#define SWEEP_SETS_MIN	65536U
#define SWEEP_PARTS	16

/* How many sets to look at without a pause: some ten microseconds. */
#define SWEEP_BATCH	256U

static void sweep_set(struct dsr_net *dn,
		      const struct dsr_flow_table *table, u32 set, u32 now)
{
	struct dsr_flow flow;
	unsigned int way;

	for (way = 0; way < DSR_FLOW_WAYS; way++) {
		if (!dsr_flow_peek(table, set, way, &flow, NULL))
			continue;
		if (dsr_track_dead(dn, flow.value, now))
			dsr_track_remove(dn, &flow);
		else
			dsr_census_add(&dn->census, flow.value);
	}
}

/* Some more sets.  Returns how many; 0 at the end of the table. */
static u32 sweep_some(struct dsr_net *dn)
{
	const struct dsr_flow_table *table;
	u32 now = dsr_flow_tick(), end, i;

	rcu_read_lock();
	table = rcu_dereference(dn->flows);
	end = table ? min(dn->swept + SWEEP_BATCH, table->nr) : 0;
	i = dn->swept;
	for (; i < end; i++)
		sweep_set(dn, table, i, now);
	rcu_read_unlock();

	end = i - dn->swept;
	dn->swept = i;
	return end;
}

static u32 sweep_quota(const struct dsr_net *dn)
{
	const struct dsr_flow_table *table;
	u32 quota = 0;

	rcu_read_lock();
	table = rcu_dereference(dn->flows);
	if (table)
		quota = max(table->nr / SWEEP_PARTS, SWEEP_SETS_MIN);
	rcu_read_unlock();
	return quota;
}

/* Returns whether it has come to the table's end. */
static bool sweep_table(struct dsr_net *dn)
{
	u32 quota = sweep_quota(dn), done = 0, more;

	if (!dn->swept)
		dsr_census_begin(dn);
	while (done < quota) {
		more = sweep_some(dn);
		if (!more) {
			dn->swept = 0;
			return true;
		}
		done += more;
		cond_resched();
	}
	return false;
}

static void sweep(struct work_struct *work)
{
	struct dsr_net *dn = container_of(to_delayed_work(work),
					  struct dsr_net, sweeper);
	bool held, whole;

	whole = sweep_table(dn);
	held = dsr_fragment_expire(dn);
	mutex_lock(&dn->config_lock);
	if (whole)
		dsr_census_end(dn);
	dsr_backend_drains_check(dn);
	dsr_backend_limits_check(dn);
	if ((dn->services_nr || held) && !dn->closing)
		queue_delayed_work(dsr_wq, &dn->sweeper, SWEEP_INTERVAL);
	mutex_unlock(&dn->config_lock);
}

/**
 * dsr_sweep_start() - begin to sweep, until there's nothing to do
 * @dn: the namespace
 *
 * Context: process, config_lock held.
 */
void dsr_sweep_start(struct dsr_net *dn)
{
	lockdep_assert_held(&dn->config_lock);
	if (!dn->closing)
		queue_delayed_work(dsr_wq, &dn->sweeper, SWEEP_INTERVAL);
}

void dsr_sweep_net_init(struct dsr_net *dn)
{
	INIT_DELAYED_WORK(&dn->sweeper, sweep);
}

/* dn->closing is set. */
void dsr_sweep_net_exit(struct dsr_net *dn)
{
	cancel_delayed_work_sync(&dn->sweeper);
}
