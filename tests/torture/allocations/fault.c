// SPDX-License-Identifier: GPL-2.0
/* The kernel's fault injection: Documentation/fault-injection.  /proc/PID/fail-nth
 * counts a task's slab and page allocations down, whatever they are for: a
 * GFP_ATOMIC one under a lock, one of kvmalloc(), of a hash table that grows.
 * What the kernel does in softirq or by a worker isn't this task's.
 *
 * A per-CPU allocation has no such hook, and takes memory but once in a thousand
 * times: tests/lib/percpu_fails.h gives the module's own one.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"

#define DEBUGFS	"/sys/kernel/debug"

const char *const fault_mode_names[FAULT_MODES] = {
	"one allocation fails", "all from one on fail"
};

const struct range everywhere = { 0, ~0UL };

static int nth_fd, task_fd;

void die(const char *what, const char *which)
{
	fprintf(stderr, "allocations: %s: %s\n", what, which);
	exit(2);
}

static void put(const char *kind, const char *name, const char *value)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), DEBUGFS "/%s/%s", kind, name);
	fd = open(path, O_WRONLY);
	if (fd < 0 || write(fd, value, strlen(value)) < 0)
		die(path, strerror(errno));
	close(fd);
}

static void put_both(const char *name, const char *value)
{
	put("failslab", name, value);
	put("fail_page_alloc", name, value);
}

static void put_range(const char *kind, const char *which, struct range range)
{
	char name[32], value[32];

	snprintf(name, sizeof(name), "%s-start", which);
	snprintf(value, sizeof(value), "%#lx", range.start);
	put(kind, name, value);
	snprintf(name, sizeof(name), "%s-end", which);
	snprintf(value, sizeof(value), "%#lx", range.end);
	put(kind, name, value);
}

static int own(const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/%s", name);
	fd = open(path, O_RDWR);
	if (fd < 0)
		die(path, strerror(errno));
	return fd;
}

/* After a fork the child has its own. */
void fault_own(void)
{
	nth_fd = own("fail-nth");
	task_fd = own("make-it-fail");
}

/**
 * fault_init() - let allocations fail that can
 *
 * Without a word in the log, which is for what goes wrong.  The tracker of
 * references (a debugging aid) can do without memory, but not in silence.
 */
void fault_init(void)
{
	put_both("verbose", "0");
	put_both("ignore-gfp-wait", "N");
	put_both("task-filter", "Y");
	put_both("probability", "100");
	put_both("times", "-1");
	put_both("stacktrace-depth", "32");
	put("fail_page_alloc", "ignore-gfp-highmem", "N");
	put("fail_page_alloc", "min-order", "0");
	put_range("failslab", "reject", function_range("ref_tracker_alloc"));
	fault_within(everywhere);
	fault_own();
}

/* Only those of callers from there, direct or not. */
void fault_within(struct range range)
{
	put_range("failslab", "require", range);
	put_range("fail_page_alloc", "require", range);
}

static void set(int fd, unsigned int value)
{
	char text[16];
	int len = snprintf(text, sizeof(text), "%u", value);

	if (pwrite(fd, text, len, 0) != len)
		die("fail-nth, make-it-fail", strerror(errno));
}

/**
 * fault_arm() - let allocations of this process fail from now on
 * @mode: which
 * @n: the first one of them, from 1 on
 *
 * What has been counted down to 0 leaves the decision to the probability, which
 * is 100 for a task that has to fail.
 */
void fault_arm(enum fault_mode mode, unsigned int n)
{
	if (mode == FAULT_REST)
		set(task_fd, 1);
	set(nth_fd, n);
}

static unsigned int left(int fd)
{
	char text[16] = "";

	if (pread(fd, text, sizeof(text) - 1, 0) <= 0)
		die("fail-nth", strerror(errno));
	return strtoul(text, NULL, 10);
}

/* Returns whether an allocation has failed. */
bool fault_disarm(void)
{
	bool met;

	set(task_fd, 0);
	met = !left(nth_fd);
	set(nth_fd, 0);
	return met;
}

/* The same of a child that has ended and wasn't waited for yet. */
bool fault_was_met(pid_t pid)
{
	char path[64];
	bool met;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/fail-nth", pid);
	fd = open(path, O_RDONLY);
	if (fd < 0)
		die(path, strerror(errno));
	met = !left(fd);
	close(fd);
	return met;
}

/* All that is asked for within the range, by whomever. */
void fault_always(bool on)
{
	put_both("task-filter", on ? "N" : "Y");
}

struct range module_range(void)
{
	struct range range = {};
	unsigned long size;
	char line[512];
	FILE *file = fopen("/proc/modules", "r");

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "dsr %lu %*s %*s %*s %lx", &size,
			   &range.start) == 2)
			range.end = range.start + size;
	if (!range.start)
		die("/proc/modules", "no dsr");
	fclose(file);
	return range;
}

/* Of the kernel itself. */
struct range function_range(const char *name)
{
	FILE *file = fopen("/proc/kallsyms", "r");
	struct range range = {};
	unsigned long at;
	char line[512], symbol[256];

	while (file && fgets(line, sizeof(line), file)) {
		if (sscanf(line, "%lx %*c %255s", &at, symbol) != 2)
			continue;
		if (range.start && at > range.start) {
			range.end = at;
			break;
		}
		if (!strcmp(symbol, name))
			range.start = at;
	}
	if (!range.end)
		die("/proc/kallsyms", name);
	fclose(file);
	return range;
}
