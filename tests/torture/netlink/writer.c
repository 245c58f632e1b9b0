// SPDX-License-Identifier: GPL-2.0
/* Sends requests of all kinds, and holds the kernel to what it has accepted. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "writer.h"

#define COMPARE_EVERY	256	/* messages */
#define RESYNC_EVERY	512	/* where others write too */

static void look_if_due(struct writer *writer)
{
	const struct order *order = writer->order;
	__u64 every = order->alone ? COMPARE_EVERY : RESYNC_EVERY;

	if (order->careful && writer->number >= order->careful)
		every = 1;
	if (writer->number - writer->compared < every)
		return;
	writer->compared = writer->number;
	writer_look(writer);
}

/* A socket that was refused something in the middle of a batch begins anew. */
void writer_reopen(struct writer *writer, unsigned int which)
{
	struct dice *dice = &writer->builder.dice;
	__u32 portid = dice_percent(dice, 20) ? dice_roll(dice) : 0;

	talk_close(&writer->talk[which]);
	batch_clear(&writer->batch[which]);
	if (talk_open(&writer->talk[which], portid) && talk_open(&writer->talk[which], 0))
		writer_fail(writer, NULL, "no further socket");
}

void writer_deafen(struct writer *writer)
{
	int group = writer->order->spec->group;

	if (writer->deaf.fd >= 0)
		talk_close(&writer->deaf);
	if (talk_open(&writer->deaf, 0) ||
	    setsockopt(writer->deaf.fd, SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, &group,
		       sizeof(group)))
		writer_fail(writer, NULL, "the group can't be joined");
}

static void ignore(const struct nlmsghdr *message, void *to)
{
}

/* What its test does behind the model's back, once there's something to flush: behind
 * all requests that were sent together, so that the model has what the kernel has.
 * It's looked at next, before a request flushes the model too.
 */
static void flush_behind(struct writer *writer, const struct request *request)
{
	__u64 behind = writer->order->behind;

	if (!behind || request->number < behind || !writer->model.nr || writer->flushed)
		return;
	writer->flushed = true;
	writer->compared = writer->number - COMPARE_EVERY;
	printf("# all services go behind message %llu\n", request->number);
	talk_ask(&writer->looker, writer->order->spec, DSR_CMD_SERVICE_FLUSH, ignore, NULL);
}

static void send_some(struct writer *writer, unsigned int which, unsigned int first,
		      unsigned int nr)
{
	int err = talk_send(&writer->talk[which], writer->requests + first, nr);
	unsigned int i;

	if (err)
		writer_fail(writer, &writer->requests[first], "sent: error %d", -err);
	for (i = first; i < first + nr && !writer->failed; i++)
		writer_judge(writer, &writer->requests[i], which);
	if (nr && !writer->failed)
		flush_behind(writer, &writer->requests[first + nr - 1]);
}

/* Sends what has been made, one by one where it has to be found out which it is. */
void writer_send(struct writer *writer, unsigned int which)
{
	const struct order *order = writer->order;
	unsigned int i;

	count(&order->figures->messages, writer->nr);
	if (!order->careful || writer->number < order->careful) {
		send_some(writer, which, 0, writer->nr);
		writer->nr = 0;
		look_if_due(writer);
		return;
	}
	for (i = 0; i < writer->nr && !writer->failed; i++) {
		send_some(writer, which, i, 1);
		writer_look(writer);
		if (writer->failed)
			writer_show(&writer->requests[i]);
	}
	writer->nr = 0;
}

struct request *writer_next(struct writer *writer, unsigned int which)
{
	struct request *request = &writer->requests[writer->nr++];

	request->number = ++writer->number;
	request->seq = ++writer->talk[which].seq;
	return request;
}

static bool is_over(const struct writer *writer)
{
	const struct order *order = writer->order;

	return writer->failed || order_is_over(order) ||
	       (order->last && writer->number >= order->last);
}

static int writer_open(struct writer *writer)
{
	unsigned int i;
	int err;

	writer->deaf.fd = -1;
	for (i = 0; i < SEND_MAX; i++) {
		writer->requests[i].bytes = malloc(REQUEST_MAX);
		if (!writer->requests[i].bytes)
			return -ENOMEM;
	}
	for (i = 0; i < SOCKETS; i++) {
		err = talk_open(&writer->talk[i], 0);
		if (err)
			return err;
	}
	err = talk_open(&writer->looker, 0);
	if (err)
		return err;
	writer_deafen(writer);
	writer_resync(writer);
	return writer_read_settings(writer, &writer->model);
}

/**
 * writer_run() - send requests until the time or the number is over
 * @order: what to do
 *
 * Return: 0, 1 where something was wrong, which it has printed.
 */
int writer_run(const struct order *order)
{
	struct writer *writer = calloc(1, sizeof(*writer));
	int err;

	if (!writer)
		return 1;
	writer->order = order;
	writer->builder.spec = order->spec;
	writer->builder.model = &writer->model;
	dice_init(&writer->builder.dice, order->seed, order->who);
	err = writer_open(writer);
	if (err) {
		printf("# writer %u: error %d\n", order->who, -err);
		return 1;
	}
	while (!is_over(writer))
		writer_step(writer);
	if (!writer->failed)
		writer_look(writer);
	return writer->failed;
}
