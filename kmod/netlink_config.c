// SPDX-License-Identifier: GPL-2.0
/* The whole configuration over generic netlink: read as the changes that would
 * make it, and changed by a list of changes of any length, all of it or nothing.
 */
#include <linux/mm.h>
#include <linux/notifier.h>
#include <linux/rtnetlink.h>
#include <linux/slab.h>
#include <net/genetlink.h>
#include <net/sock.h>

#include "backend.h"
#include "gfp.h"
#include "netlink.h"
#include "service.h"

/* What may be kept of unfinished batches in a namespace: some 800,000 backends. */
#define BATCH_BYTES_MAX	(64U << 20)

/* The payload of a message's DSR_A_CHANGES. */
struct chunk {
	struct list_head list;
	u32 len;
	u8 data[];
};

/* The changes that a socket has sent so far.  Under config_lock; freed when they
 * have been carried out, when the socket is closed, or with the namespace.
 */
struct dsr_nl_batch {
	struct list_head list;		/* in dsr_net.batches */
	struct list_head chunks;
	u32 portid;
	u32 bytes;
};

static const dsr_nl_stage_t changes[] = {
	[DSR_CMD_SERVICE_ADD] = dsr_nl_service_stage_add,
	[DSR_CMD_SERVICE_SET] = dsr_nl_service_stage_set,
	[DSR_CMD_SERVICE_DEL] = dsr_nl_service_stage_del,
	[DSR_CMD_BACKEND_ADD] = dsr_nl_backend_stage_add,
	[DSR_CMD_BACKEND_SET] = dsr_nl_backend_stage_set,
	[DSR_CMD_BACKEND_DEL] = dsr_nl_backend_stage_del,
	[DSR_CMD_SETTINGS_SET] = dsr_nl_settings_stage,
	[DSR_CMD_DEVICE_ATTACH] = dsr_nl_device_stage_attach,
	[DSR_CMD_DEVICE_DETACH] = dsr_nl_device_stage_detach,
};

static struct dsr_nl_batch *batch_find(const struct dsr_net *dn, u32 portid)
{
	struct dsr_nl_batch *batch;

	lockdep_assert_held(&dn->config_lock);
	list_for_each_entry(batch, &dn->batches, list)
		if (batch->portid == portid)
			return batch;
	return NULL;
}

static struct dsr_nl_batch *batch_get(struct dsr_net *dn, u32 portid)
{
	struct dsr_nl_batch *batch = batch_find(dn, portid);

	if (batch)
		return batch;
	batch = kzalloc(sizeof(*batch), GFP_KERNEL_ACCOUNT);
	if (!batch)
		return NULL;
	INIT_LIST_HEAD(&batch->chunks);
	batch->portid = portid;
	list_add_tail(&batch->list, &dn->batches);
	return batch;
}

static void batch_free(struct dsr_net *dn, struct dsr_nl_batch *batch)
{
	struct chunk *chunk, *next;

	lockdep_assert_held(&dn->config_lock);
	list_for_each_entry_safe(chunk, next, &batch->chunks, list)
		kvfree(chunk);
	dn->batch_bytes -= batch->bytes;
	list_del(&batch->list);
	kfree(batch);
}

static int batch_append(struct dsr_net *dn, struct dsr_nl_batch *batch,
			const struct nlattr *nest,
			struct netlink_ext_ack *extack)
{
	u32 len = nla_len(nest);
	struct chunk *chunk;
	u32 bytes = struct_size(chunk, data, len);

	if (bytes > BATCH_BYTES_MAX - dn->batch_bytes) {
		NL_SET_ERR_MSG(extack,
			       "the limit of 64 MiB of unfinished changes in a network namespace is reached");
		return -ENOSPC;
	}
	chunk = kvmalloc(bytes, DSR_GFP_TABLE);
	if (!chunk)
		return -ENOMEM;
	chunk->len = len;
	memcpy(chunk->data, nla_data(nest), len);
	list_add_tail(&chunk->list, &batch->chunks);
	batch->bytes += bytes;
	dn->batch_bytes += bytes;
	return 0;
}

/* What has to be done without config_lock. */
static int get_ready(const struct nlattr *nest, struct netlink_ext_ack *extack)
{
	struct nlattr *attrs[DSR_A_MAX + 1];
	const struct nlattr *change;
	int left, err;

	nla_for_each_nested(change, nest, left) {
		err = nla_parse_nested(attrs, DSR_A_MAX, change, NULL, extack);
		if (!err)
			err = dsr_nl_service_get_ready(attrs[DSR_A_SERVICE],
						       extack);
		if (err)
			return err;
	}
	return 0;
}

static int stage_change(struct dsr_nl_staging *staging,
			const struct nlattr *change)
{
	struct nlattr *attrs[DSR_A_MAX + 1];
	int err;

	/* The policy has been applied already, with the request's. */
	err = nla_parse_nested(attrs, DSR_A_MAX, change, NULL, staging->extack);
	if (err)
		return err;
	return changes[nla_type(change)](staging, attrs);
}

static int stage_all(struct dsr_nl_staging *staging,
		     const struct dsr_nl_batch *batch)
{
	const struct nlattr *change;
	struct chunk *chunk;
	int left, err;

	list_for_each_entry(chunk, &batch->chunks, list) {
		nla_for_each_attr(change, (struct nlattr *)chunk->data,
				  chunk->len, left) {
			err = stage_change(staging, change);
			if (err)
				return err;
			staging->nr++;
		}
		cond_resched();
	}
	return 0;
}

static int generation_check(const struct dsr_net *dn, struct genl_info *info)
{
	const struct nlattr *generation = info->attrs[DSR_A_GENERATION];

	if (!generation || nla_get_u32(generation) == dsr_generation(dn))
		return 0;
	NL_SET_ERR_MSG_ATTR(info->extack, generation,
			    "the configuration has changed meanwhile");
	return -ESTALE;
}

/* Says which change is refused.  It's in our copy, not in the request. */
static void refuse_change(struct netlink_ext_ack *extack, u64 nr)
{
	nl_set_extack_cookie_u64(extack, nr);
	extack->bad_attr = NULL;
	extack->policy = NULL;
}

static int batch_run(struct dsr_net *dn, const struct dsr_nl_batch *batch,
		     struct genl_info *info)
{
	struct dsr_nl_staging staging = { .extack = info->extack };
	int err, refused;

	err = generation_check(dn, info);
	if (err)
		return err;

	INIT_LIST_HEAD(&staging.devices);
	dsr_transaction_begin(&staging.txn, dn);
	staging.txn.portid = info->snd_portid;
	refused = stage_all(&staging, batch);
	if (refused)
		refuse_change(info->extack, staging.nr);
	err = dsr_transaction_end(&staging.txn, refused, info->extack);
	/* No memory is nobody's fault, no space that of one setting. */
	if (!refused && err == -ENOSPC)
		refuse_change(info->extack, staging.flows_nr);
	dsr_nl_device_end(&staging, err);
	return err;
}

/* Whoever applies the same again needn't look at every object. */
static void note_digest(struct dsr_net *dn, const struct nlattr *digest,
			u32 generation)
{
	dn->digest_len = digest ? nla_len(digest) : 0;
	dn->digest_generation = generation;
	if (digest)
		memcpy(dn->digest, nla_data(digest), nla_len(digest));
}

static int generation_fill(struct sk_buff *msg, const void *object)
{
	const u32 *generation = object;

	return nla_put_u32(msg, DSR_A_GENERATION, *generation);
}

/* Room for the answer comes first: what has been made isn't refused any more. */
static int batch_run_and_answer(struct dsr_net *dn,
				const struct dsr_nl_batch *batch,
				struct genl_info *info)
{
	struct sk_buff *answer = dsr_nl_answer_alloc();
	/* A device that is lost meanwhile is none of these changes. */
	u32 generation = READ_ONCE(dn->devices_lost);
	int err;

	if (!answer)
		return -ENOMEM;
	err = batch_run(dn, batch, info);
	if (err) {
		nlmsg_free(answer);
		return err;
	}
	generation += dn->generation;
	note_digest(dn, info->attrs[DSR_A_DIGEST], generation);
	dsr_nl_answer(answer, info, generation_fill, &generation);
	return 0;
}

/* Takes the message's changes; the last message carries them all out. */
static int change_locked(struct dsr_net *dn, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[DSR_A_CHANGES];
	struct dsr_nl_batch *batch = batch_get(dn, info->snd_portid);
	int err = 0;

	if (!batch)
		return -ENOMEM;
	if (nest)
		err = batch_append(dn, batch, nest, info->extack);
	if (!err && info->attrs[DSR_A_MORE])
		return 0;
	if (!err)
		err = batch_run_and_answer(dn, batch, info);
	batch_free(dn, batch);
	return err;
}

int dsr_nl_config_change(struct sk_buff *skb, struct genl_info *info)
{
	const struct nlattr *nest = info->attrs[DSR_A_CHANGES];
	struct dsr_net *dn = dsr_net(genl_info_net(info));
	int err = nest ? get_ready(nest, info->extack) : 0;

	if (err)
		return err;
	mutex_lock(&dn->config_lock);
	err = change_locked(dn, info);
	mutex_unlock(&dn->config_lock);
	return err;
}

/* Where a dump stands. */
struct cursor {
	long head;		/* whether the settings have been put */
	long device;		/* the last one that was put */
	long service;		/* the last one that was put, or is being put */
	long backend;		/* and its last one */
};

static struct cursor *cursor_get(struct netlink_callback *cb)
{
	BUILD_BUG_ON(sizeof(struct cursor) > sizeof(cb->args));
	return (struct cursor *)cb->args;
}

static int put_head(struct sk_buff *msg, struct cursor *cursor,
		    struct dsr_net *dn)
{
	int err;

	if (!cursor->head && dsr_nl_settings_put_config(msg, dn))
		return -EMSGSIZE;
	cursor->head = 1;
	mutex_lock(&dn->link_lock);
	err = dsr_nl_device_put(msg, dn, &cursor->device);
	mutex_unlock(&dn->link_lock);
	return err;
}

/* A message begins with a service, so that each can be read for itself. */
static int put_service(struct sk_buff *msg, struct cursor *cursor,
		       const struct dsr_service *svc)
{
	const struct dsr_backend *be;

	if (svc->id < cursor->service)
		return 0;
	if (svc->id == cursor->service &&
	    (list_empty(&svc->backends) ||
	     list_last_entry(&svc->backends, struct dsr_backend,
			     list)->seq <= cursor->backend))
		return 0;
	if (dsr_nl_service_put_config(msg, svc))
		return -EMSGSIZE;
	if (svc->id != cursor->service)
		cursor->backend = 0;
	cursor->service = svc->id;
	list_for_each_entry(be, &svc->backends, list) {
		if (be->seq <= cursor->backend)
			continue;
		if (dsr_nl_backend_put_config(msg, be))
			return -EMSGSIZE;
		cursor->backend = be->seq;
	}
	return 0;
}

static void put_changes(struct sk_buff *msg, struct cursor *cursor,
			struct dsr_net *dn)
{
	const struct dsr_service *svc;

	if (put_head(msg, cursor, dn))
		return;
	list_for_each_entry(svc, &dn->service_list, list)
		if (put_service(msg, cursor, svc))
			return;
}

/* One message a call.  A service's change is repeated in the next one where it
 * has further backends there.
 */
int dsr_nl_config_dump(struct sk_buff *msg, struct netlink_callback *cb)
{
	struct dsr_net *dn = dsr_net(sock_net(msg->sk));
	struct nlattr *nest = NULL;
	u32 generation;
	void *header;

	header = genlmsg_put(msg, NETLINK_CB(cb->skb).portid, cb->nlh->nlmsg_seq,
			     &dsr_genl_family, NLM_F_MULTI, DSR_CMD_CONFIG_GET);
	if (!header)
		return -EMSGSIZE;

	mutex_lock(&dn->config_lock);
	generation = dsr_generation(dn);
	cb->seq = generation;
	if (!generation_fill(msg, &generation))
		nest = nla_nest_start(msg, DSR_A_CHANGES);
	if (nest)
		put_changes(msg, cursor_get(cb), dn);
	mutex_unlock(&dn->config_lock);

	if (nest)
		nla_nest_end(msg, nest);
	if (!nest || !nla_len(nest)) {
		genlmsg_cancel(msg, header);
		return nest ? 0 : -EMSGSIZE;
	}
	genlmsg_end(msg, header);
	genl_dump_check_consistent(cb, header);
	return msg->len;
}

/* A socket is closed: what it has begun ends. */
static int released(struct notifier_block *nb, unsigned long event, void *data)
{
	const struct netlink_notify *notify = data;
	struct dsr_nl_batch *batch;
	struct dsr_net *dn;

	if (event != NETLINK_URELEASE || notify->protocol != NETLINK_GENERIC)
		return NOTIFY_DONE;
	dn = dsr_net(notify->net);
	mutex_lock(&dn->config_lock);
	batch = batch_find(dn, notify->portid);
	if (batch)
		batch_free(dn, batch);
	mutex_unlock(&dn->config_lock);
	return NOTIFY_DONE;
}

static struct notifier_block release_notifier = {
	.notifier_call = released,
};

void dsr_nl_config_net_init(struct dsr_net *dn)
{
	INIT_LIST_HEAD(&dn->batches);
}

/* The family is gone, or the namespace: no further batch comes. */
void dsr_nl_config_net_exit(struct dsr_net *dn)
{
	struct dsr_nl_batch *batch, *next;

	mutex_lock(&dn->config_lock);
	list_for_each_entry_safe(batch, next, &dn->batches, list)
		batch_free(dn, batch);
	mutex_unlock(&dn->config_lock);
}

int dsr_nl_config_init(void)
{
	return netlink_register_notifier(&release_notifier);
}

void dsr_nl_config_exit(void)
{
	netlink_unregister_notifier(&release_notifier);
}
