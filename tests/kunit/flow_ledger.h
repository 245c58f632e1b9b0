/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_TEST_FLOW_LEDGER_H
#define _DSR_TEST_FLOW_LEDGER_H

#include "kmod/flow.h"

struct kunit;

/* A backend's id that the ledger's user takes for a removed one's. */
#define LEDGER_ORPHAN 0xdeadU

/**
 * struct ledger - a flow table whose user keeps books of it
 * @table: the table
 * @user: half-open flows give way, the older the sooner; closed ones are dead;
 *	  those of LEDGER_ORPHAN are orphans
 * @now: the tick of its clock
 * @entries: how many the accounts say there are
 * @sum: of their values, as the accounts say
 * @hook: runs when an entry is judged, as if on another CPU; not for itself
 * @other: for the hook to say something
 */
struct ledger {
	struct dsr_flow_table *table;
	struct dsr_flow_user user;
	u32 now;
	u32 entries;
	u64 sum;
	void (*hook)(struct ledger *ledger, u64 value);
	bool hooked;
	u32 other;
};

struct ledger *ledger_create(struct kunit *test, u32 flows);
struct dsr_flow_table *ledger_table(struct kunit *test, u32 flows);
u64 ledger_hash(u32 n);

/* As the packet path does it, with the accounts kept.  The @n-th flow is with
 * the backend of this id, and its peer has it too.
 */
enum dsr_flow_insert_result ledger_put(struct ledger *ledger, u32 n,
				       unsigned int state, u32 tick);
enum dsr_flow_insert_result ledger_insert(struct ledger *ledger, u64 hash,
					  u64 value);
bool ledger_find(struct ledger *ledger, u64 hash, struct dsr_flow *flow);
bool ledger_has(struct ledger *ledger, u32 n);
bool ledger_update(struct ledger *ledger, struct dsr_flow *flow, u64 value);
bool ledger_remove(struct ledger *ledger, struct dsr_flow *flow);

/* The books and the table, with the one before if there is one, agree. */
void ledger_audit(struct kunit *test, struct ledger *ledger);

#endif /* _DSR_TEST_FLOW_LEDGER_H */
