/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_BALANCE_H
#define _DSR_BALANCE_H

#include <linux/atomic.h>
#include <uapi/dsr.h>

#include "flow.h"

struct dsr_backend;
struct dsr_net;
struct dsr_packet;
struct dsr_service;

/**
 * struct dsr_choice - a packet, and what is decided about it
 * @dn: the namespace
 * @svc: its service
 * @pkt: the packet
 * @turn: the service's, or a copy of it, for schedulers that go by it
 * @tag: the flow's, in the table
 * @now: the tick
 * @past: what the table says of its flow
 * @flow: its entry there, unless @past is DSR_PAST_NONE
 * @before: the backend that it names, if that is still there
 * @how: what decided
 * @be: the backend, or NULL
 * @why: where there's none: the counter of the reason
 */
struct dsr_choice {
	struct dsr_net *dn;
	struct dsr_service *svc;
	const struct dsr_packet *pkt;
	atomic64_t *turn;
	u64 tag;
	u32 now;
	enum dsr_past past;
	struct dsr_flow flow;
	struct dsr_backend *before;
	enum dsr_decision how;
	struct dsr_backend *be;
	enum dsr_counter why;
};

struct dsr_backend *dsr_balance(struct dsr_net *dn, struct dsr_service *svc,
				const struct dsr_packet *pkt,
				enum dsr_counter *why);
void dsr_balance_explain(struct dsr_choice *c);
u64 dsr_balance_hash(const struct dsr_net *dn, const struct dsr_service *svc,
		     const struct dsr_packet *pkt);

#endif /* _DSR_BALANCE_H */
