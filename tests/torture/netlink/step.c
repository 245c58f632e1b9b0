// SPDX-License-Identifier: GPL-2.0
/* What a writer does next. */
#include <errno.h>
#include <string.h>

#include "words.h"
#include "writer.h"

#define FLOWS_SPARED	65536

static void clamp_flows(unsigned char *flows, size_t len)
{
	__u32 value;

	if (len != sizeof(value))
		return;
	memcpy(&value, flows, len);
	if (value > FLOWS_SPARED && value <= DSR_FLOWS_MAX)
		value = DSR_FLOWS_MIN;
	memcpy(flows, &value, len);
}

static void spare_settings(struct view settings)
{
	struct view payload;
	unsigned int type;

	while (view_next(&settings, &type, &payload))
		if (type == DSR_A_SETTINGS_FLOWS)
			clamp_flows((unsigned char *)payload.data, payload.len);
}

/* Of a request, or of one of its changes. */
static void spare_request(struct view attrs)
{
	struct view payload;
	unsigned int type;

	while (view_next(&attrs, &type, &payload))
		if (type == DSR_A_SETTINGS)
			spare_settings(payload);
}

/* A table of flows may fill the machine: that's for who may, and no fuzz. */
static void spare_memory(const struct request *request)
{
	struct view attrs = request_attrs(request), payload, change;
	unsigned int type, command;

	spare_request(attrs);
	while (view_next(&attrs, &type, &payload))
		while (type == DSR_A_CHANGES && view_next(&payload, &command, &change))
			spare_request(change);
}

/* A third is as it should be, half has one attribute that is off, and the rest noise
 * in place of attributes, or odd headers; some have two of these.
 */
#define VALID_BELOW	35
#define ATTRS_BELOW	88
#define BYTES_FROM	83
#define BYTES_BELOW	95
#define HEAD_FROM	93

static int choose_flags(struct builder *builder, unsigned int command)
{
	int flags = dice_percent(&builder->dice, 60) ? NLM_F_ACK : 0;
	bool dump = dice_percent(&builder->dice, 10);

	if (spec_policy(builder->spec, command, false) == NO_POLICY ||
	    (dump && spec_policy(builder->spec, command, true) != NO_POLICY))
		flags |= NLM_F_DUMP;
	return flags;
}

/* Returns whether a further request may stand behind it in the datagram: not where
 * it isn't found, or where its batch may have to be begun anew.
 */
static bool make_request(struct writer *writer, unsigned int which)
{
	struct builder *builder = &writer->builder;
	struct request *request = writer_next(writer, which);
	unsigned int kind = dice_below(&builder->dice, 100);
	unsigned int command = build_command(builder, kind >= VALID_BELOW);

	build_request(builder, command);
	if (kind >= VALID_BELOW && kind < ATTRS_BELOW)
		spoil_attrs(builder);
	request_write(request, builder, builder->spec, request->seq,
		      choose_flags(builder, command));
	if (kind >= BYTES_FROM && kind < BYTES_BELOW)
		spoil_bytes(request, &builder->dice);
	if (kind >= HEAD_FROM)
		spoil_head(request, &builder->dice);
	if (request_runs(request, builder->spec))
		spare_memory(request);
	return request_is_whole(request) && !writer_changes(writer, request);
}

static unsigned int some_socket(struct writer *writer)
{
	return dice_below(&writer->builder.dice, SOCKETS);
}

static void step_requests(struct writer *writer)
{
	unsigned int nr = dice_between(&writer->builder.dice, 1, SEND_MAX);
	unsigned int which = some_socket(writer);

	while (nr-- && make_request(writer, which))
		;
	writer_send(writer, which);
}

static void send_built(struct writer *writer, unsigned int which)
{
	struct builder *builder = &writer->builder;
	struct request *request = writer_next(writer, which);

	request_write(request, builder, builder->spec, request->seq, NLM_F_ACK);
	writer_send(writer, which);
}

/* Mostly tens in a message; now and then thousands in all. */
static unsigned int how_many(struct dice *dice)
{
	return dice_between(dice, 1, dice_percent(dice, 10) ? 700 : 60);
}

/* Many backends in messages with MORE, others between them; the last one is sent, or
 * the socket closed.  They go at once, as they would make all else slow.
 */
static void step_many(struct writer *writer)
{
	struct builder *builder = &writer->builder;
	unsigned int parts = dice_between(&builder->dice, 1, 5), first = 0, nr, part;
	unsigned int which = some_socket(writer), other = (which + 1) % SOCKETS;
	struct key key;

	if (!writer->model.nr)
		return;
	key = writer->model.services[dice_below(&builder->dice, writer->model.nr)].key;
	writer_reopen(writer, which);
	for (part = 1; part <= parts && !writer->failed; part++) {
		nr = how_many(&builder->dice);
		build_backends(builder, &key, first, nr, part < parts);
		send_built(writer, which);
		first += nr;
		make_request(writer, other);
		writer_send(writer, other);
		if (dice_percent(&builder->dice, 10))
			break;
	}
	writer_reopen(writer, which);
	build_flush(builder, &key);
	send_built(writer, which);
}

/* Begun and closed, at any point of them. */
static void step_half_dump(struct writer *writer)
{
	static const int commands[] = {
		DSR_CMD_CONFIG_GET, DSR_CMD_SERVICE_GET, DSR_CMD_BACKEND_GET, DSR_CMD_FLOW_GET,
		DSR_CMD_DEVICE_GET,
	};
	unsigned int which = dice_below(&writer->builder.dice, ARRAY_SIZE(commands));
	int err = talk_dump_half(writer->order->spec, commands[which]);

	count(&writer->order->figures->dumps, 1);
	if (err && err != -EAGAIN)
		writer_fail(writer, NULL, "half a dump: error %d", -err);
}

/* To a port where nobody is, or another socket of ours, or a group. */
static void step_astray(struct writer *writer)
{
	struct dice *dice = &writer->builder.dice;
	struct request *request = writer_next(writer, 0);
	__u32 portid = writer->deaf.portid, groups = 0;

	if (dice_percent(dice, 50))
		portid = dice_roll(dice) | 1;
	if (dice_percent(dice, 30))
		groups = dice_roll(dice);
	build_request(&writer->builder, build_command(&writer->builder, true));
	request_write(request, &writer->builder, writer->order->spec, request->seq, 0);
	talk_send_to(&writer->talk[0], request, portid, groups);
	count(&writer->order->figures->messages, 1);
	writer->nr = 0;
}

void writer_step(struct writer *writer)
{
	unsigned int which = dice_below(&writer->builder.dice, 1000);

	if (which < 3)
		step_many(writer);
	else if (which < 25)
		step_half_dump(writer);
	else if (which < 40)
		step_astray(writer);
	else if (which < 45)
		writer_deafen(writer);
	else if (which < 70)
		writer_reopen(writer, some_socket(writer));
	else
		step_requests(writer);
}
