// SPDX-License-Identifier: GPL-2.0
/* dsrctl apply, whose process's allocations fail as soon as it is in the module. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "attempt.h"
#include "state.h"
#include "tool.h"

static void become_tool(const char *path, int said, enum fault_mode mode,
			unsigned int n)
{
	if (dup2(said, STDOUT_FILENO) < 0 || dup2(said, STDERR_FILENO) < 0)
		_exit(126);
	fault_own();
	if (n)
		fault_arm(mode, n);
	execlp("dsrctl", "dsrctl", "apply", path, NULL);
	_exit(127);
}

/* Returns its exit status.  @said: what it has written. */
static int run_tool(const char *path, enum fault_mode mode, unsigned int n,
		    bool *met, char *said, size_t size)
{
	FILE *file = tmpfile();
	siginfo_t info;
	pid_t pid;
	size_t len;

	fflush(stdout);
	pid = fork();
	if (!pid)
		become_tool(path, fileno(file), mode, n);
	if (pid < 0 || waitid(P_PID, pid, &info, WEXITED | WNOWAIT))
		die("dsrctl", strerror(errno));
	*met = n && fault_was_met(pid);
	waitpid(pid, NULL, 0);
	rewind(file);
	len = fread(said, 1, size - 1, file);
	said[len] = 0;
	fclose(file);
	return info.si_code == CLD_EXITED ? info.si_status : -1;
}

static bool is_one_line(const char *said)
{
	const char *end = strchr(said, '\n');

	return end && !end[1] && (strstr(said, "Cannot allocate memory") ||
				  strstr(said, "No buffer space available") ||
				  strstr(said, "no memory for"));
}

/* Returns what is wrong, or NULL. */
static const char *judge(int status, const char *said,
			 const struct state *before, const struct state *after)
{
	static struct state now;

	state_take(&now);
	if (!status) {
		figures.done++;
		return state_same(&now, after) ? NULL : "it isn't what was applied";
	}
	figures.refused++;
	if (!is_one_line(said))
		return "it doesn't say in one line that there is no memory";
	return state_same(&now, before) ? NULL : "it is refused, but something has changed";
}

/* Returns the first N for which there is no allocation. */
static unsigned int count(const char *path)
{
	unsigned int low = 1, high = 1;
	char said[4096];
	bool met;

	for (;; high *= 2) {
		state_base();
		run_tool(path, FAULT_ONE, high, &met, said, sizeof(said));
		if (!met)
			break;
		low = high;
	}
	while (high - low > 1) {
		state_base();
		run_tool(path, FAULT_ONE, (low + high) / 2, &met, said,
			 sizeof(said));
		*(met ? &low : &high) = (low + high) / 2;
	}
	return high;
}

/* As many as there is time for, at random. */
void tool_try(const char *path, unsigned int seconds)
{
	static struct state before, after;
	const char *wrong = NULL;
	time_t end = time(NULL) + seconds;
	char said[4096];
	enum fault_mode mode;
	unsigned int n, max;
	int status;
	bool met;

	fault_within(module_range());
	max = count(path);
	state_base();
	if (run_tool(path, FAULT_ONE, 0, &met, said, sizeof(said)))
		die("dsrctl apply without a fault", said);
	state_take(&after);
	do {
		state_base();
		state_take(&before);
		mode = random() % FAULT_MODES;
		n = 1 + random() % (max - 1);
		status = run_tool(path, mode, n, &met, said, sizeof(said));
		figures.faults += met;
		wrong = judge(status, said, &before, &after);
	} while (!wrong && time(NULL) < end);
	if (wrong)
		complain("%s: %s, N = %u, status %d: %.*s", wrong,
			 fault_mode_names[mode], n, status,
			 (int)strcspn(said, "\n"), said);
	fault_within(everywhere);
	result(!wrong, "dsrctl apply applies everything or says why nothing");
}
