/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_TRANSACTION_H
#define _DSR_TRANSACTION_H

#include <linux/list.h>
#include <linux/types.h>

#include "pending.h"

struct dsr_addr;
struct dsr_backend;
struct dsr_backend_options;
struct dsr_net;
struct dsr_service;
struct dsr_service_key;
struct dsr_service_options;
struct netlink_ext_ack;

/**
 * struct dsr_transaction - changes of the configuration that happen as one
 * @dn: the namespace
 * @number: of the marks
 * @services: what it touches, by dsr_service.changed
 * @backends: the same, by dsr_backend.changed
 * @services_going: how many of the services go, which count no more for limits
 * @backends_going: the same of all backends, those of such services included
 * @reseeded: the schedulers' hashes get another key
 * @flows: how many flows the table is to hold, 0: as many as it does
 * @large: so much comes that sysfs shows it afterwards
 * @portid: the netlink port of who asked for it; 0: its changes aren't told
 *
 * Lives on the stack of a writer, who holds dsr_net.config_lock from
 * dsr_transaction_begin() until it has been committed or aborted.  Changes are
 * staged one by one, each of which can be refused; then everything that can fail
 * is prepared; the commit can't fail.
 */
struct dsr_transaction {
	struct dsr_net *dn;
	u32 number;
	struct list_head services;
	struct list_head backends;
	u32 services_going;
	u32 backends_going;
	bool reseeded;
	u32 flows;
	bool large;
	u32 portid;
};

static inline u32 dsr_transaction_mark(const struct dsr_transaction *txn,
				       enum dsr_change change)
{
	return txn->number | change;
}

void dsr_transaction_begin(struct dsr_transaction *txn, struct dsr_net *dn);
int dsr_transaction_prepare(struct dsr_transaction *txn,
			    struct netlink_ext_ack *extack);
void dsr_transaction_commit(struct dsr_transaction *txn);
void dsr_transaction_abort(struct dsr_transaction *txn);
int dsr_transaction_end(struct dsr_transaction *txn, int err,
			struct netlink_ext_ack *extack);

/* All at once, which can't fail: config_lock held. */
void dsr_service_flush(struct dsr_net *dn);
void dsr_backend_flush(struct dsr_service *svc);

#endif /* _DSR_TRANSACTION_H */
