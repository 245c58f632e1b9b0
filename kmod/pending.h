/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_PENDING_H
#define _DSR_PENDING_H

#include <asm/barrier.h>
#include <linux/compiler.h>
#include <linux/types.h>

#include "net.h"

/* What a transaction (transaction.c) is about to do to an object.  Packets meet
 * objects that are marked so while the transaction is prepared, and for a moment
 * after it has been committed.  Whether it has been they learn from one word of
 * the namespace, dsr_net.committed: so all of a transaction comes true for them
 * at one instant, however much it is.
 *
 * A mark is the transaction's number, a multiple of 4, and one of these; an
 * object without a mark costs a packet one test of a word that is in its cache
 * line anyway.  The numbers of commits only grow, so a mark that a packet has
 * read just before it was cleared still tells it the truth.
 */
enum dsr_change {
	DSR_SETTLED,
	DSR_COMING,	/* not there before the commit */
	DSR_GOING,	/* not there any more after it */
	DSR_CHANGING,
};

#define DSR_CHANGE_MASK	3U

static inline enum dsr_change dsr_change_of(u32 mark)
{
	return mark & DSR_CHANGE_MASK;
}

/* Whether the mark's transaction has been committed. */
static inline bool dsr_mark_done(const struct dsr_net *dn, u32 mark)
{
	u32 number = mark & ~DSR_CHANGE_MASK;

	/* Pairs with the commit's store: who sees it sees all that was prepared. */
	return (s32)(smp_load_acquire(&dn->committed) - number) >= 0;
}

/* Whether the mark that a packet has read was still there when it read what was
 * staged: once it is cleared, the next transaction stages there, and the packet
 * finds in its own place what this one left.
 */
static inline bool dsr_mark_stands(const u32 *mark, u32 value)
{
	/* Pairs with dsr_mark_set(), behind which the next is staged. */
	smp_rmb();
	/* Pairs with dsr_mark_set() too: who sees it cleared sees that place. */
	return smp_load_acquire(mark) == value;
}

/* A look at more than one object, as with a seqcount: had there been a commit
 * between two of them, the one that it brings may have been looked at before it
 * and the one that it takes away after it, and neither seen.
 */
static inline u32 dsr_commit_begin(const struct dsr_net *dn)
{
	/* Pairs with the commit's store, as in dsr_mark_done(). */
	return smp_load_acquire(&dn->committed);
}

static inline bool dsr_commit_retry(const struct dsr_net *dn, u32 committed)
{
	/* Pairs with smp_wmb() in the commit: who misses what it has taken away
	 * sees the commit.
	 */
	smp_rmb();
	return READ_ONCE(dn->committed) != committed;
}

/* Whether a packet sees an object with this mark. */
static inline bool dsr_mark_visible(const struct dsr_net *dn, u32 mark)
{
	switch (dsr_change_of(mark)) {
	case DSR_COMING:
		return dsr_mark_done(dn, mark);
	case DSR_GOING:
		return !dsr_mark_done(dn, mark);
	default:
		return true;
	}
}

static inline void dsr_mark_set(u32 *mark, u32 value)
{
	/* Pairs with the load in dsr_mark_done(): who sees the mark sees what
	 * was made before it.
	 */
	smp_store_release(mark, value);
}

#endif /* _DSR_PENDING_H */
