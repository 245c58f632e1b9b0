/* SPDX-License-Identifier: GPL-2.0 */
/* What all processes have done; in memory that they share. */
#ifndef FIGURES_H
#define FIGURES_H

#include <linux/types.h>

struct figures {
	__u64 messages, accepted, refused, dumps, compared, unexplained;
	__u64 broken;	/* the message behind which a model was, 0: none */
	unsigned int broken_by;	/* the writer whose model it was */
};

static inline void count(__u64 *figure, __u64 nr)
{
	__atomic_add_fetch(figure, nr, __ATOMIC_RELAXED);
}

#endif /* FIGURES_H */
