/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_EXPLAIN_H
#define _DSR_EXPLAIN_H

#include "balance.h"
#include "net.h"
#include "packet.h"

struct dsr_pool;

/**
 * struct dsr_explanation - what a packet would meet with now
 * @pkt: the packet
 * @mark: its firewall mark
 *
 * The rest is the result:
 * @turn: what was left of the service's turn
 * @choice: what is decided; svc NULL: it's no service's
 * @pool: the scheduler's, where one was asked, unless it has no backend
 * @hash: what it was asked with
 * @passed_over: whom the hash names and who takes no new flows, or NULL
 * @counter: which one would count what becomes of the packet, 0: none
 */
struct dsr_explanation {
	struct dsr_packet pkt;
	u32 mark;
	atomic64_t turn;
	struct dsr_choice choice;
	const struct dsr_pool *pool;
	u64 hash;
	const struct dsr_backend *passed_over;
	enum dsr_counter counter;
};

void dsr_explain(struct dsr_net *dn, struct dsr_explanation *e);
bool dsr_explain_is_steady(const struct dsr_explanation *e);

#endif /* _DSR_EXPLAIN_H */
