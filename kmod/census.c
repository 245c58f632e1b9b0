// SPDX-License-Identifier: GPL-2.0
/* Whether the flow table is nearly full, and whether it's flooded, as far as the
 * sweeper has seen.
 */
#include "census.h"
#include "events.h"
#include "net.h"

/* Nearly full from 15/16 of what the table is meant to hold until 3/4: of flows
 * that go on and of affinities, as the rest gives way to others.
 */
static u32 full_from(u32 capacity)
{
	return capacity - capacity / 16;
}

static u32 full_until(u32 capacity)
{
	return capacity - capacity / 4;
}

/* Half-open connections fill an eighth of it: as a client needs but a round trip
 * to go on, that many are nobody's.  Over when they are half as many.
 */
static u32 flood_from(u32 capacity)
{
	return capacity / 8;
}

static u32 flood_until(u32 capacity)
{
	return capacity / 16;
}

/* Whether @on changes with @number: on from @from, off below @until. */
static bool switches(bool *on, u32 number, u32 from, u32 until)
{
	bool now = number >= (*on ? until : from);

	if (now == *on)
		return false;
	*on = now;
	return true;
}

static u32 going_on(const struct dsr_flow_count *count)
{
	return count->flows[DSR_FLOW_SHOW_OPEN] +
	       count->flows[DSR_FLOW_SHOW_CLOSING] +
	       count->flows[DSR_FLOW_SHOW_AFFINITY];
}

static void judge(struct dsr_net *dn, u32 capacity)
{
	struct dsr_census *census = &dn->census;

	if (switches(&census->nearly_full, going_on(&census->count),
		     full_from(capacity), full_until(capacity)))
		dsr_event_table(dn, census->nearly_full ?
				DSR_EVENT_KIND_TABLE_NEARLY_FULL :
				DSR_EVENT_KIND_TABLE_HAS_ROOM, &census->count);
	if (switches(&census->flood, census->half_open, flood_from(capacity),
		     flood_until(capacity)))
		dsr_event_table(dn, census->flood ?
				DSR_EVENT_KIND_FLOOD_BEGINS :
				DSR_EVENT_KIND_FLOOD_ENDS, &census->count);
}

/**
 * dsr_census_begin() - the sweeper is at the table's beginning
 * @dn: the namespace
 *
 * Context: process.
 */
void dsr_census_begin(struct dsr_net *dn)
{
	struct dsr_census *census = &dn->census;

	memset(&census->count, 0, sizeof(census->count));
	census->half_open = 0;
	census->generation = READ_ONCE(dn->flows_generation);
}

/**
 * dsr_census_end() - the sweeper has come to the table's end
 * @dn: the namespace
 *
 * What was counted in two tables says nothing of either.
 *
 * Context: process, config_lock held.
 */
void dsr_census_end(struct dsr_net *dn)
{
	const struct dsr_flow_table *table;

	table = rcu_dereference_protected(dn->flows,
					  lockdep_is_held(&dn->config_lock));
	if (table && dn->census.generation == dn->flows_generation)
		judge(dn, table->capacity);
}
