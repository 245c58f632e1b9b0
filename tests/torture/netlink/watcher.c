// SPDX-License-Identifier: GPL-2.0
/* Reads while others write: each dump is right by itself, and time goes one way.
 * It sends packets too, so that there are flows.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dump.h"
#include "order.h"
#include "words.h"

#define PACKETS		16	/* between two looks */

struct watcher {
	const struct order *order;
	struct dice dice;
	struct talk talk;
	struct reading config, objects;
	struct model before, after;	/* settings */
	__u32 generation;
	__u64 agreed;
	const char *wrong;
};

static void complain(struct watcher *watcher, const char *wrong)
{
	if (!watcher->wrong)
		watcher->wrong = wrong;
}

static void rises(struct watcher *watcher, __u32 generation)
{
	if ((__s32)(generation - watcher->generation) < 0)
		complain(watcher, "the generation has fallen");
	watcher->generation = generation;
}

static void check_error(struct watcher *watcher, int err)
{
	count(&watcher->order->figures->dumps, 1);
	if (err && err != -EINTR)
		complain(watcher, "a dump was refused");
}

/* To where a service may be, from another port each time.  Whether one takes it, or
 * what says no, is all the same.
 */
static void send_packets(struct watcher *watcher)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
	unsigned int i;
	struct key key;

	for (i = 0; i < PACKETS; i++) {
		words_key(&watcher->dice, &key);
		if (key.family != AF_INET)
			continue;
		memcpy(&to.sin_addr, key.address.bytes, sizeof(to.sin_addr));
		to.sin_port = htons(key.port ? key.port : 80);
		sendto(fd, "dsr", 3, 0, (struct sockaddr *)&to, sizeof(to));
	}
	close(fd);
}

/* What is dumped in one go is of one generation: nothing twice, nothing lost. */
static void watch(struct watcher *watcher)
{
	const struct spec *spec = watcher->order->spec;
	int config, objects;

	send_packets(watcher);
	check_error(watcher, dump_settings(&watcher->talk, spec, &watcher->before));
	rises(watcher, watcher->before.generation);
	config = dump_config(&watcher->talk, spec, &watcher->config);
	check_error(watcher, config);
	if (!config && watcher->config.wrong)
		complain(watcher, watcher->config.wrong);
	objects = dump_objects(&watcher->talk, spec, &watcher->objects);
	check_error(watcher, objects);
	check_error(watcher, dump_settings(&watcher->talk, spec, &watcher->after));
	rises(watcher, watcher->after.generation);
	if (config || objects || watcher->before.generation != watcher->after.generation)
		return;
	watcher->agreed++;
	if (watcher->objects.wrong)
		complain(watcher, watcher->objects.wrong);
	if (model_differs(&watcher->config.model, &watcher->objects.model))
		complain(watcher, "two dumps of one generation differ");
}

/**
 * watcher_run() - read until the time is over
 * @order: what to do
 *
 * Return: 0, 1 where something was wrong, which it has printed.
 */
int watcher_run(const struct order *order)
{
	struct watcher watcher = { .order = order };

	dice_init(&watcher.dice, order->seed, order->who);
	if (talk_open(&watcher.talk, 0))
		return 1;
	dump_settings(&watcher.talk, order->spec, &watcher.before);
	watcher.generation = watcher.before.generation;
	while (!watcher.wrong && !order_is_over(order))
		watch(&watcher);
	if (!watcher.agreed)
		complain(&watcher, "no two dumps were of one generation");
	if (watcher.wrong)
		printf("# seed %llu, watcher: %s\n", order->seed, watcher.wrong);
	fflush(stdout);
	return !!watcher.wrong;
}
