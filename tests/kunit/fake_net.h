/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_TEST_FAKE_NET_H
#define _DSR_TEST_FAKE_NET_H

#include "kmod/backend.h"
#include "kmod/sched.h"
#include "kmod/service.h"

struct kunit;

/* A change alone, config_lock held: as the commands make it. */
struct dsr_service *dsr_service_add(struct dsr_net *dn,
				    const struct dsr_service_key *key,
				    const struct dsr_service_options *options);
int dsr_service_set(struct dsr_service *svc,
		    const struct dsr_service_options *options);
void dsr_service_del(struct dsr_service *svc);
struct dsr_backend *dsr_backend_add(struct dsr_service *svc,
				    const struct dsr_addr *addr,
				    const struct dsr_backend_options *options);
int dsr_backend_set(struct dsr_backend *be,
		    const struct dsr_backend_options *options);
int dsr_backend_del(struct dsr_backend *be);
int dsr_settings_hash_seed(struct dsr_net *dn, u64 seed);

/* A namespace with services and backends as the module makes them, but without
 * hooks, next hops and views.  Freed with the test.
 */
struct dsr_net *fake_net(struct kunit *test);

/* For what counts: @dn has counters, until the test ends. */
void fake_counters(struct kunit *test, struct dsr_net *dn);

/* Of one of the @n-th address, 10.2.0.@n, port 80/tcp. */
struct dsr_service *fake_service(struct kunit *test, struct dsr_net *dn, u8 n,
				 const struct dsr_sched_ops *sched);

/* The @n-th backend, 10.3.0.0 + @n, mode local: it can be reached. */
struct dsr_backend *fake_backend(struct kunit *test, struct dsr_service *svc,
				 u32 n, u32 weight);
void fake_addr(struct dsr_addr *addr, u32 v4);
u32 fake_number(const struct dsr_backend *be);
void fake_backend_del(struct kunit *test, struct dsr_service *svc,
		      struct dsr_backend *be);
void fake_weight(struct kunit *test, struct dsr_service *svc,
		 struct dsr_backend *be, u32 weight);

/* From here on it has so many active flows: they have ended, or new ones have
 * come, if it wasn't full.
 */
void fake_active(struct dsr_backend *be, int active);

/* From here on its neighbour doesn't answer, or answers again. */
void fake_unreachable(struct dsr_backend *be, bool unreachable);

/* The scheduler's choice, as the packet path asks for it; 0: none, else the
 * backend's number.  next and by_hash.
 */
u32 fake_next(struct dsr_service *svc, u64 hash);
u32 fake_by_hash(struct dsr_service *svc, u64 hash);
u32 fake_adopt(struct dsr_service *svc, u64 hash);

#endif /* _DSR_TEST_FAKE_NET_H */
