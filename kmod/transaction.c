// SPDX-License-Identifier: GPL-2.0
/* Every change of the configuration, alone or with others: staged, prepared,
 * and committed at one instant, or aborted with nothing changed.
 */
#include <linux/err.h>
#include <linux/slab.h>

#include "backend.h"
#include "events.h"
#include "sched.h"
#include "service.h"
#include "settings.h"
#include "sysfs.h"
#include "transaction.h"

/**
 * dsr_transaction_begin() - begin to change the configuration
 * @txn: the transaction
 * @dn: the namespace
 *
 * Context: process, config_lock held until the transaction has ended.
 */
void dsr_transaction_begin(struct dsr_transaction *txn, struct dsr_net *dn)
{
	lockdep_assert_held(&dn->config_lock);
	txn->dn = dn;
	/* That of an aborted one is free again: no packet has its mark. */
	txn->number = dn->committed + DSR_CHANGE_MASK + 1;
	INIT_LIST_HEAD(&txn->services);
	INIT_LIST_HEAD(&txn->backends);
	txn->services_going = 0;
	txn->backends_going = 0;
	txn->reseeded = false;
	txn->flows = 0;
	txn->large = false;
	txn->portid = 0;
}

/* What comes and goes in sysfs at once: some 10 ms. */
#define LARGE	256

static bool is_large(const struct dsr_transaction *txn)
{
	const struct list_head *pos;
	unsigned int nr = 0;

	list_for_each(pos, &txn->services)
		if (++nr > LARGE)
			return true;
	list_for_each(pos, &txn->backends)
		if (++nr > LARGE)
			return true;
	return false;
}

/* A pool that fails leaves those before it to the abort. */
static int prepare_services(struct dsr_transaction *txn,
			    struct netlink_ext_ack *extack)
{
	struct dsr_service *svc;
	int err = 0;

	list_for_each_entry(svc, &txn->services, changed) {
		err = dsr_service_prepare(txn, svc, extack);
		if (err)
			break;
	}
	return err;
}

/**
 * dsr_transaction_prepare() - do what of a transaction can fail
 * @txn: the transaction, all its changes staged
 * @extack: told what went wrong
 *
 * Context: process.
 * Return: 0, -ENOMEM, or -ENOSPC where the flows wouldn't fit into the table.
 */
int dsr_transaction_prepare(struct dsr_transaction *txn,
			    struct netlink_ext_ack *extack)
{
	struct dsr_net *dn = txn->dn;
	int err;

	txn->large = is_large(txn);
	/* It does without. */
	if (txn->large)
		dn->recent_pools = kcalloc(DSR_RECENT_POOLS,
					   sizeof(*dn->recent_pools),
					   GFP_KERNEL_ACCOUNT);
	err = prepare_services(txn, extack);
	kfree(dn->recent_pools);
	dn->recent_pools = NULL;
	if (err)
		return err;
	/* The last one, so that it needn't be undone: no decision depends on
	 * the size of the table.
	 */
	return txn->flows ? dsr_settings_flows(dn, txn->flows, extack) : 0;
}

/* What goes is told of while it's still there. */
static void tell_going(const struct dsr_transaction *txn)
{
	const struct dsr_service *svc;
	const struct dsr_backend *be;

	if (!txn->portid)
		return;
	list_for_each_entry(be, &txn->backends, changed)
		if (be->going && !dsr_service_going(be->svc))
			dsr_event_backend_del(txn->dn, be->svc, &be->addr,
					      txn->portid);
	list_for_each_entry(svc, &txn->services, changed)
		if (dsr_service_going(svc))
			dsr_event_service(txn->dn, DSR_EVENT_KIND_SERVICE_DEL,
					  svc, txn->portid);
}

/* One of which only backends have changed has nothing to tell. */
static void settle_service(const struct dsr_transaction *txn,
			   struct dsr_service *svc)
{
	bool coming = dsr_service_coming(svc), staged = svc->staged;

	dsr_service_settle(txn, svc);
	if (txn->portid && (coming || staged))
		dsr_event_service(txn->dn, coming ? DSR_EVENT_KIND_SERVICE_ADD :
						    DSR_EVENT_KIND_SERVICE_SET,
				  svc, txn->portid);
}

static void show_backend(const struct dsr_transaction *txn,
			 struct dsr_backend *be)
{
	bool coming = be->coming;

	dsr_backend_show(txn, be);
	if (txn->portid)
		dsr_event_backend(txn->dn, coming ? DSR_EVENT_KIND_BACKEND_ADD :
						    DSR_EVENT_KIND_BACKEND_SET,
				  be, txn->portid);
}

/**
 * dsr_transaction_commit() - let packets see a transaction, all of it at once
 * @txn: the transaction, prepared
 *
 * From the first line on packets see it; the rest makes it plain.  Backends go
 * before the services that have them, and what goes before what comes, which may
 * have the same names.
 *
 * Context: process.
 */
void dsr_transaction_commit(struct dsr_transaction *txn)
{
	struct dsr_service *svc, *next_svc;
	struct dsr_backend *be, *next_be;
	struct dsr_net *dn = txn->dn;

	if (list_empty(&txn->services) && !txn->reseeded && !txn->flows)
		return;

	/* Pairs with dsr_mark_done(). */
	smp_store_release(&dn->committed, txn->number);
	/* Pairs with smp_rmb() in dsr_commit_retry(): nothing of the rest comes
	 * before it.
	 */
	smp_wmb();
	if (txn->reseeded)
		WRITE_ONCE(dn->hash_key.key[0], dn->pool_key.key[0]);
	tell_going(txn);
	list_for_each_entry(svc, &txn->services, changed)
		dsr_service_settle_pool(svc);
	list_for_each_entry_safe(be, next_be, &txn->backends, changed)
		dsr_backend_settle(be);
	list_for_each_entry_safe(svc, next_svc, &txn->services, changed)
		if (dsr_service_going(svc))
			dsr_service_settle(txn, svc);
	list_for_each_entry_safe(svc, next_svc, &txn->services, changed)
		settle_service(txn, svc);
	list_for_each_entry_safe(be, next_be, &txn->backends, changed)
		show_backend(txn, be);
	if (txn->large)
		dsr_sysfs_catch_up(dn);
	dn->generation++;
	if (txn->portid && (txn->reseeded || txn->flows))
		dsr_event_settings(dn, txn->portid);
}

/**
 * dsr_transaction_abort() - leave everything as it was
 * @txn: the transaction
 *
 * Context: process.
 */
void dsr_transaction_abort(struct dsr_transaction *txn)
{
	struct dsr_service *svc, *next_svc;
	struct dsr_backend *be, *next_be;

	txn->dn->pool_key = txn->dn->hash_key;
	/* Mostly a change alone, refused for what it says. */
	if (list_empty(&txn->services))
		return;
	list_for_each_entry_safe_reverse(be, next_be, &txn->backends, changed)
		dsr_backend_restore(be);
	list_for_each_entry_safe_reverse(svc, next_svc, &txn->services, changed)
		dsr_service_restore(svc);
	/* A packet may still have a mark in its hands that the next commit
	 * would make it misread.
	 */
	synchronize_rcu();
}

/**
 * dsr_transaction_end() - prepare and commit, or abort
 * @txn: the transaction
 * @err: why it failed already, or 0
 * @extack: told what went wrong
 *
 * Context: process.
 * Return: 0 or why it failed.
 */
int dsr_transaction_end(struct dsr_transaction *txn, int err,
			struct netlink_ext_ack *extack)
{
	if (!err)
		err = dsr_transaction_prepare(txn, extack);
	if (err)
		dsr_transaction_abort(txn);
	else
		dsr_transaction_commit(txn);
	return err;
}

/**
 * dsr_service_flush() - remove every service
 * @dn: the namespace
 *
 * Context: process, config_lock held.
 */
void dsr_service_flush(struct dsr_net *dn)
{
	struct dsr_service *svc, *next;
	struct dsr_transaction txn;

	dsr_transaction_begin(&txn, dn);
	list_for_each_entry_safe(svc, next, &dn->service_list, list)
		dsr_service_stage_del(&txn, svc);
	dsr_transaction_commit(&txn);
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
	struct dsr_transaction txn;

	dsr_transaction_begin(&txn, svc->dn);
	list_for_each_entry_safe(be, next, &svc->backends, list)
		dsr_backend_stage_del(&txn, be);
	/* Without backends there is no pool, and nothing that could fail. */
	dsr_transaction_end(&txn, 0, NULL);
}
