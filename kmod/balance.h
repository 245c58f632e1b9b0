/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_BALANCE_H
#define _DSR_BALANCE_H

#include <uapi/dsr.h>

struct dsr_backend;
struct dsr_net;
struct dsr_packet;
struct dsr_service;

struct dsr_backend *dsr_balance(struct dsr_net *dn, struct dsr_service *svc,
				const struct dsr_packet *pkt,
				enum dsr_counter *why);

#endif /* _DSR_BALANCE_H */
