// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/stat.h>

#include "output.h"
#include "replace.h"

static bool written(int fd, write_file *write, const void *from)
{
	FILE *file = fdopen(fd, "w");
	bool whole;

	if (!file) {
		close(fd);
		return false;
	}

	write(file, from);
	whole = !fchmod(fd, 0644) && !fflush(file) && !ferror(file);
	return !fclose(file) && whole;
}

/* Another file takes its name: of /dev/null or a link nothing would be left. */
static bool replaceable(const char *path)
{
	struct stat old;

	return lstat(path, &old) || S_ISREG(old.st_mode);
}

/* In the same directory, so that it is one file system. */
enum status file_replace(const char *path, write_file *write, const void *from)
{
	enum status status = DONE;
	char *new;
	int fd;

	if (!replaceable(path))
		return refused("%s: a regular file is expected, or none as yet",
			       path);
	if (asprintf(&new, "%s.XXXXXX", path) < 0)
		return out_of_memory();

	fd = mkostemp(new, O_CLOEXEC);
	if (fd < 0) {
		status = refused("%s: %s", path, strerror(errno));
	} else if (!written(fd, write, from) || rename(new, path) < 0) {
		status = refused("%s: %s", path, strerror(errno));
		unlink(new);
	}
	free(new);
	return status;
}
