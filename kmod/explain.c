// SPDX-License-Identifier: GPL-2.0
/* What a packet would meet with, asked of the functions that packets go through:
 * here nothing is decided.  And nothing is changed: what they decide isn't done,
 * and where a scheduler advances the service's turn it gets a copy.
 */
#include "backend.h"
#include "explain.h"
#include "hook.h"
#include "refuse.h"
#include "sched.h"
#include "service.h"

/* Whose the packet is, as hook.c goes about it. */
static void find_service(struct dsr_net *dn, struct dsr_explanation *e)
{
	const struct dsr_service_table *table = dsr_service_table(dn);
	const struct dsr_tuple *tuple = &e->pkt.tuple;
	struct dsr_choice *c = &e->choice;
	struct dsr_service *marked;
	const struct dsr_vip *vip;
	struct dsr_addr daddr = {
		.ip = tuple->daddr,
		.family = tuple->family,
	};

	c->how = DSR_DECISION_NOT_VIP;
	if (!table)
		return;
	vip = dsr_vip_at(dn, table, &daddr, dsr_addr_bits(daddr.family));
	vip = dsr_hook_find(dn, vip, &daddr, e->mark, &marked);
	if (!vip && !marked)
		return;
	c->svc = dsr_hook_service(dn, vip, marked, tuple);
	c->how = dsr_hook_is_own(tuple) ? DSR_DECISION_OWN_ADDRESS :
					  DSR_DECISION_NO_SERVICE;
	e->counter = DSR_COUNTER_PASSED;
}

/* What becomes of it: see refuse.c and dsr_forward(). */
static enum dsr_counter end_of(const struct dsr_choice *c)
{
	if (!c->be)
		return dsr_refuse_how(c->svc, c->why) == DSR_NO_BACKEND_PASS ?
		       DSR_COUNTER_PASSED : c->why;
	return dsr_backend_reachable(c->be) ? DSR_COUNTER_FORWARDED :
					      DSR_COUNTER_DROP_UNRESOLVED;
}

static bool asked_scheduler(enum dsr_decision how)
{
	return how == DSR_DECISION_SCHEDULER || how == DSR_DECISION_HASH ||
	       how == DSR_DECISION_STATELESS || how == DSR_DECISION_UNSTORED;
}

/**
 * dsr_explain_is_steady() - whether the scheduler would choose the same again
 * @e: of a packet for which it was asked, and had backends
 *
 * Return: false where it goes by turns, load or chance.
 */
bool dsr_explain_is_steady(const struct dsr_explanation *e)
{
	return e->choice.how != DSR_DECISION_SCHEDULER || e->pool->ops->steady;
}

static void explain_scheduler(struct dsr_net *dn, struct dsr_explanation *e)
{
	const struct dsr_choice *c = &e->choice;

	e->pool = dsr_service_pool(c->svc);
	if (!e->pool)
		return;
	e->hash = dsr_balance_hash(dn, c->svc, &e->pkt);
	if (dsr_explain_is_steady(e))
		e->passed_over = dsr_sched_passed_over(e->pool, e->hash);
	/* It gets the packet after all, where all are in their slow start. */
	if (e->passed_over == c->be)
		e->passed_over = NULL;
}

/**
 * dsr_explain() - say what a packet would meet with now
 * @dn: the namespace
 * @e: the packet; the rest is zero, and the result
 *
 * Says nothing of what happens elsewhere: in the raw table, or on the way out.
 *
 * Context: process, config_lock held, under RCU.
 */
void dsr_explain(struct dsr_net *dn, struct dsr_explanation *e)
{
	struct dsr_choice *c = &e->choice;

	lockdep_assert_held(&dn->config_lock);
	find_service(dn, e);
	if (!c->svc)
		return;
	c->dn = dn;
	c->pkt = &e->pkt;
	c->turn = &e->turn;
	atomic64_set(&e->turn, atomic64_read(&c->svc->turn));
	dsr_balance_explain(c);
	e->counter = end_of(c);
	if (asked_scheduler(c->how))
		explain_scheduler(dn, e);
}
