// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "output.h"
#include "state.h"

#define STATE_DIR "/run/dsrctl"
#define LINE_LEN 128

/* Unlike an inode's number a cookie is never used again; kernels before 5.14
 * have none.
 */
static uint64_t netns_cookie(void)
{
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	uint64_t cookie = 0;
	socklen_t len = sizeof(cookie);

	if (fd < 0)
		return 0;
	if (getsockopt(fd, SOL_SOCKET, SO_NETNS_COOKIE, &cookie, &len) < 0)
		cookie = 0;
	close(fd);
	return cookie;
}

static void state_path(char *path, size_t size, const char *suffix)
{
	struct stat netns = { 0 };

	stat("/proc/self/ns/net", &netns);
	snprintf(path, size, STATE_DIR "/realserver-%ju%s",
		 (uintmax_t)netns.st_ino, suffix);
}

static void saved_add(struct state *state, const char *name, int before,
		      int set)
{
	int i = name_find(name, silence_names, SILENCES);

	if (i >= 0)
		state->saved[i] = (struct saved){ true, before, set };
}

static enum status line_read(struct state *state, const char *line)
{
	char word[LINE_LEN];
	struct address vip;
	int before, set;

	if (sscanf(line, "sysctl %s %d %d", word, &before, &set) == 3)
		saved_add(state, word, before, set);
	else if (sscanf(line, "vip %s", word) == 1 &&
		 address_parse(word, &vip))
		return state_add(state, &vip);
	return DONE;
}

enum status state_read(struct state *state)
{
	enum status status = DONE;
	char line[LINE_LEN];
	uint64_t cookie;
	FILE *file;

	*state = (struct state){ .netns = netns_cookie(), .lock = -1 };
	state_path(line, sizeof(line), "");
	file = fopen(line, "re");
	if (!file)
		return DONE;

	if (fscanf(file, "netns %" SCNu64 "\n", &cookie) == 1 &&
	    cookie == state->netns)
		while (status == DONE && fgets(line, sizeof(line), file))
			status = line_read(state, line);
	fclose(file);
	return status;
}

static enum status state_refused(void)
{
	if (errno == EACCES || errno == EPERM)
		return refused("not permitted: this must be run as root");

	return refused(STATE_DIR ": %s", strerror(errno));
}

/* One lock for all namespaces: nobody holds it for long. */
enum status state_open(struct state *state)
{
	int lock, failed;
	enum status status;

	if (mkdir(STATE_DIR, 0755) < 0 && errno != EEXIST)
		return state_refused();
	lock = open(STATE_DIR "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0)
		return state_refused();

	do {
		failed = flock(lock, LOCK_EX);
	} while (failed && errno == EINTR);
	if (failed) {
		state_refused();
		close(lock);
		return REFUSED;
	}

	status = state_read(state);
	state->lock = lock;
	return status;
}

static bool file_write(const struct state *state, const char *path)
{
	FILE *file = fopen(path, "we");
	char address[ADDRESS_LEN];
	bool written;

	if (!file)
		return false;

	fprintf(file, "netns %" PRIu64 "\n", state->netns);
	for (int i = 0; i < SILENCES; i++)
		if (state->saved[i].known)
			fprintf(file, "sysctl %s %d %d\n", silence_names[i],
				state->saved[i].before, state->saved[i].set);
	for (size_t i = 0; i < state->count; i++)
		fprintf(file, "vip %s\n",
			address_format(&state->vip[i], address));

	written = !ferror(file);
	return !fclose(file) && written;
}

static bool state_empty(const struct state *state)
{
	for (int i = 0; i < SILENCES; i++)
		if (state->saved[i].known)
			return false;

	return !state->count;
}

/* The file is there whole or not at all. */
enum status state_save(const struct state *state)
{
	char path[LINE_LEN], new[LINE_LEN];
	enum status status = DONE;

	state_path(path, sizeof(path), "");
	state_path(new, sizeof(new), ".new");
	if (state_empty(state)) {
		if (unlink(path) < 0 && errno != ENOENT)
			status = state_refused();
	} else if (!file_write(state, new) || rename(new, path) < 0) {
		status = state_refused();
		unlink(new);
	}
	return status;
}

void state_close(struct state *state)
{
	if (state->lock >= 0)
		close(state->lock);
	state->lock = -1;
	free(state->vip);
	state->vip = NULL;
	state->count = 0;
}

bool state_has(const struct state *state, const struct address *vip)
{
	for (size_t i = 0; i < state->count; i++)
		if (address_equal(&state->vip[i], vip))
			return true;

	return false;
}

bool state_has_ipv4(const struct state *state)
{
	for (size_t i = 0; i < state->count; i++)
		if (address_family(&state->vip[i]) == AF_INET)
			return true;

	return false;
}

enum status state_add(struct state *state, const struct address *vip)
{
	struct address *vips;

	if (state_has(state, vip))
		return DONE;

	vips = reallocarray(state->vip, state->count + 1, sizeof(*vips));
	if (!vips)
		return out_of_memory();

	vips[state->count++] = *vip;
	state->vip = vips;
	return DONE;
}

void state_del(struct state *state, const struct address *vip)
{
	size_t kept = 0;

	for (size_t i = 0; i < state->count; i++)
		if (!address_equal(&state->vip[i], vip))
			state->vip[kept++] = state->vip[i];

	state->count = kept;
}
