// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "attempt.h"
#include "life.h"
#include "state.h"

/* Where the process is, to come back. */
int life_home(void)
{
	int fd = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		die("/proc/self/ns/net", strerror(errno));
	return fd;
}

void life_go_home(int fd)
{
	if (setns(fd, CLONE_NEWNET))
		die("setns", strerror(errno));
	close(fd);
	state_open();
}

static int create(const char *path)
{
	return unshare(CLONE_NEWNET) ? errno : 0;
}

static int load(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), error = 0;

	if (fd < 0)
		die(path, strerror(errno));
	if (syscall(SYS_finit_module, fd, "", 0))
		error = errno;
	close(fd);
	return error;
}

static void unload(void)
{
	if (syscall(SYS_delete_module, "dsr", 0))
		die("the module stays", strerror(errno));
}

/* Lets each allocation of a beginning fail; what has begun is ended. */
static void begin_each(const char *what, enum fault_mode mode,
		       int (*begin)(const char *path), const char *path,
		       void (*end)(void))
{
	unsigned int n = 0;
	char name[160];
	int error;
	bool met;

	do {
		fault_arm(mode, ++n);
		error = begin(path);
		met = fault_disarm();
		figures.faults += met;
		figures.refused += met && error;
		figures.done += met && !error;
		if (!error && end)
			end();
	} while (met && (!error || error == ENOMEM));

	if (error)
		complain("%s, N = %u: %s", what, n, strerror(error));
	snprintf(name, sizeof(name), "%s, %s: refused or made", what,
		 fault_mode_names[mode]);
	result(!error && n > 1, name);
}

/* What the module does at the beginning of a network namespace. */
void life_namespaces(void)
{
	enum fault_mode mode;
	int fd = life_home();

	fault_within(module_range());
	for (mode = 0; mode < FAULT_MODES; mode++)
		begin_each("a network namespace", mode, create, NULL, NULL);
	fault_within(everywhere);
	life_go_home(fd);
}

/* An end asks for nothing that it could be refused: of all that the module asks
 * for here, in whatever context, nothing is given.  The process is in a namespace
 * that has services, as @home has.
 */
void life_end(int home)
{
	fault_within(module_range());
	fault_always(true);
	life_go_home(home);
	unload();
	fault_always(false);
	fault_within(everywhere);
	result(true, "a network namespace and the module end without memory");
}

/* Only what the module itself does. */
void life_load(const char *path)
{
	enum fault_mode mode;

	fault_within(function_range("do_one_initcall"));
	for (mode = 0; mode < FAULT_MODES; mode++)
		begin_each("the module's beginning", mode, load, path, unload);
	fault_within(everywhere);
	if (load(path))
		die("can't load", path);
	family_learn();
}
