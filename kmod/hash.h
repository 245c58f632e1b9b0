/* SPDX-License-Identifier: GPL-2.0 */
#ifndef _DSR_HASH_H
#define _DSR_HASH_H

#include <linux/siphash.h>
#include <linux/types.h>

/* SipHash-1-3 (Aumasson and Bernstein, 2012) of some 64-bit words, with a result
 * of 64 bits.  The kernel's siphash() is 2-4 and its hsiphash(), the same 1-3,
 * gives 32 bits: too few for a tag, and 2-4 would be a tenth of the packet path.
 * Hash tables ask for no more than 1-3.
 *
 * The words are of a fixed number in each use, hence no length is hashed; uses
 * that share a key say which they are by @domain.
 */
struct dsr_hash_state {
	u64 v0;
	u64 v1;
	u64 v2;
	u64 v3;
};

enum dsr_hash_domain {
	DSR_HASH_TUPLE_V4,
	DSR_HASH_TUPLE_V6,
	DSR_HASH_NETWORK,
	DSR_HASH_DATAGRAM,
	DSR_HASH_PART,
};

static __always_inline void dsr_hash_begin(struct dsr_hash_state *s,
					   const siphash_key_t *key,
					   enum dsr_hash_domain domain)
{
	s->v0 = SIPHASH_CONST_0 ^ key->key[0];
	s->v1 = SIPHASH_CONST_1 ^ key->key[1] ^ domain;
	s->v2 = SIPHASH_CONST_2 ^ key->key[0];
	s->v3 = SIPHASH_CONST_3 ^ key->key[1];
}

static __always_inline void dsr_hash_add(struct dsr_hash_state *s, u64 word)
{
	s->v3 ^= word;
	SIPHASH_PERMUTATION(s->v0, s->v1, s->v2, s->v3);
	s->v0 ^= word;
}

static __always_inline u64 dsr_hash_end(struct dsr_hash_state *s)
{
	s->v2 ^= 0xff;
	SIPHASH_PERMUTATION(s->v0, s->v1, s->v2, s->v3);
	SIPHASH_PERMUTATION(s->v0, s->v1, s->v2, s->v3);
	SIPHASH_PERMUTATION(s->v0, s->v1, s->v2, s->v3);
	return s->v0 ^ s->v1 ^ s->v2 ^ s->v3;
}

/* Three words, for what isn't in a hurry. */
static inline u64 dsr_hash_3(u64 first, u64 second, u64 third,
			     const siphash_key_t *key,
			     enum dsr_hash_domain domain)
{
	struct dsr_hash_state s;

	dsr_hash_begin(&s, key, domain);
	dsr_hash_add(&s, first);
	dsr_hash_add(&s, second);
	dsr_hash_add(&s, third);
	return dsr_hash_end(&s);
}

#endif /* _DSR_HASH_H */
