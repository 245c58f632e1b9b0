/* SPDX-License-Identifier: GPL-2.0 */
/* The family dsr, asked in a way that notices everything. */
#ifndef DSR_ASK_H
#define DSR_ASK_H

#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <stdbool.h>

/* A larger request takes vmalloc(), whose failure the kernel doesn't keep quiet. */
#define MESSAGE_MAX	3072
#define ANSWER_MAX	65536
#define COMMANDS_MAX	64

/**
 * struct answer - what came of a request
 * @error: an errno, of sending it or from the kernel; 0: it was carried out, or
 *	   nobody says
 * @ended: the kernel has said what came of it
 * @lost: something was lost on its way to us
 * @data: the payloads of all messages, without what numbers them
 * @len: how long that is
 */
struct answer {
	int error;
	bool ended, lost;
	char data[ANSWER_MAX];
	size_t len;
};

/* What the kernel says that it has. */
struct family {
	__u16 id;
	__u32 events;
	struct {
		__u8 command;
		__u32 flags;
	} commands[COMMANDS_MAX];
	unsigned int nr;
};

extern struct family family;

void family_learn(void);
struct mnl_socket *ask_open(void);
struct mnl_socket *ask_listen(void);
struct nlmsghdr *ask_begin(void *buffer, __u16 type, __u8 command, __u16 flags);
bool ask_send(struct mnl_socket *socket, const struct nlmsghdr *nlh,
	      struct answer *answer);
void ask_gather(struct mnl_socket *socket, struct answer *answer);

#endif
