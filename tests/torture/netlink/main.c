// SPDX-License-Identifier: GPL-2.0
/* nlfuzz: requests to the family dsr, from good to bad, by several processes.
 *
 *	nlfuzz seed N seconds N [messages N] [behind N] [spare NAMESPACE]
 *	       [alone NAMESPACE]... [shared NAMESPACE]
 *
 * Each namespace `alone` has one writer, whose model the configuration is compared
 * with; `shared` has several and a watcher.  A writer's stream of requests follows
 * from the seed and its number.  Where a model broke, its writer begins anew in
 * `spare`, and shows the message that did it.  `messages` ends a writer earlier;
 * from message number `behind` on, all services go once and no model is told.
 */
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "order.h"

#define NAMESPACES	16
#define SHARED_WRITERS	2
#define CAREFUL_MARGIN	600	/* messages before the comparison that failed */
#define CAREFUL_SECONDS	600

static struct {
	__u64 seed, seconds, messages, behind;
	const char *alone[NAMESPACES], *shared, *spare;
	unsigned int alone_nr;
} opt = { .seconds = 20 };

static struct spec spec;
static struct figures *figures;

static void die(const char *what, const char *which)
{
	fprintf(stderr, "nlfuzz: %s: %s\n", what, which);
	exit(2);
}

static void parse(char **args)
{
	for (; *args; args += 2) {
		if (!args[1])
			die("a value is missing", *args);
		if (!strcmp(*args, "seed"))
			opt.seed = strtoull(args[1], NULL, 0);
		else if (!strcmp(*args, "seconds"))
			opt.seconds = strtoull(args[1], NULL, 0);
		else if (!strcmp(*args, "messages"))
			opt.messages = strtoull(args[1], NULL, 0);
		else if (!strcmp(*args, "behind"))
			opt.behind = strtoull(args[1], NULL, 0);
		else if (!strcmp(*args, "shared"))
			opt.shared = args[1];
		else if (!strcmp(*args, "spare"))
			opt.spare = args[1];
		else if (!strcmp(*args, "alone") && opt.alone_nr < NAMESPACES)
			opt.alone[opt.alone_nr++] = args[1];
		else
			die("not an argument", *args);
	}
}

static void enter(const char *name)
{
	char path[256];
	int fd;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die("no such namespace", name);
	close(fd);
}

/* A process of its own; its status is what @run returns. */
static pid_t start(const char *name, int (*run)(const struct order *), const struct order *order)
{
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid)
		return pid;
	enter(name);
	exit(run(order));
}

static int await(unsigned int nr)
{
	int status, bad = 0;

	while (nr--)
		if (wait(&status) < 0 || !WIFEXITED(status) || WEXITSTATUS(status))
			bad = 1;
	return bad;
}

static time_t seconds_from_now(__u64 seconds)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec + seconds;
}

static int run_all(struct order order)
{
	unsigned int i, nr = 0;

	order.alone = true;
	for (i = 0; i < opt.alone_nr; i++, nr++) {
		order.who = i;
		start(opt.alone[i], writer_run, &order);
	}
	if (!opt.shared)
		return await(nr);
	order.alone = false;
	for (i = 0; i < SHARED_WRITERS; i++, nr++) {
		order.who = opt.alone_nr + i;
		start(opt.shared, writer_run, &order);
	}
	order.who = opt.alone_nr + SHARED_WRITERS;
	start(opt.shared, watcher_run, &order);
	return await(nr + 1);
}

/* Which message it was, by the same stream with a look behind each. */
static void find_out(struct order order)
{
	__u64 broken = figures->broken;

	if (!broken || !opt.spare)
		return;
	order.alone = true;
	order.who = figures->broken_by;
	order.last = broken;
	order.careful = broken > CAREFUL_MARGIN ? broken - CAREFUL_MARGIN : 1;
	order.end = seconds_from_now(CAREFUL_SECONDS);
	printf("# writer %u once more, with a look behind each message:\n", order.who);
	start(opt.spare, writer_run, &order);
	if (!await(1))
		printf("# nothing was wrong then: it takes more than the messages\n");
}

int main(int argc, char **argv)
{
	struct order order = { .spec = &spec };
	int bad;

	parse(argv + 1);
	figures = mmap(NULL, sizeof(*figures), PROT_READ | PROT_WRITE,
		       MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (figures == MAP_FAILED)
		die("memory", "none");
	if (spec_learn(&spec) || !spec.family)
		die("the family is not there", "dsr");
	order.figures = figures;
	order.seed = opt.seed;
	order.last = opt.messages;
	order.behind = opt.behind;
	order.end = seconds_from_now(opt.seconds);
	bad = run_all(order);
	find_out(order);
	printf("messages=%llu accepted=%llu refused=%llu dumps=%llu ", figures->messages,
	       figures->accepted, figures->refused, figures->dumps);
	printf("compared=%llu unexplained=%llu\n", figures->compared, figures->unexplained);
	return bad;
}
