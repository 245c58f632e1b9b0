// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "dsrctl.h"
#include "sysctl.h"

static int conf_open(const char *family, const char *dev, const char *name,
		     int flags)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "/proc/sys/net/%s/conf/%s/%s", family,
		 dev, name);
	return open(path, flags | O_CLOEXEC);
}

static int conf_read(const char *family, const char *dev, const char *name)
{
	int fd = conf_open(family, dev, name, O_RDONLY);
	char text[16] = "";
	uint64_t number;
	ssize_t len;

	if (fd < 0)
		return -1;

	len = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[len > 0 ? strcspn(text, "\n") : 0] = '\0';
	return number_parse(text, INT_MAX, &number) ? (int)number : -1;
}

int sysctl_read(const char *dev, const char *name)
{
	return conf_read("ipv4", dev, name);
}

int sysctl6_read(const char *dev, const char *name)
{
	return conf_read("ipv6", dev, name);
}

bool sysctl_write(const char *dev, const char *name, int value)
{
	int fd = conf_open("ipv4", dev, name, O_WRONLY), failed;

	if (fd < 0)
		return false;

	failed = dprintf(fd, "%d\n", value) < 0 ? errno : 0;
	close(fd);
	errno = failed;
	return !failed;
}

int sysctl_effective(const char *dev, const char *name)
{
	int all = sysctl_read("all", name);
	int own = sysctl_read(dev, name);

	return own > all ? own : all;
}

/* Where in @names, words after words, @name stands: its number is there in
 * @values.
 */
static uint64_t value_of(char *names, char *values, const char *name)
{
	static const char blanks[] = { ' ', '\n', '\0' };
	char *names_left, *values_left;
	char *word = strtok_r(names, blanks, &names_left);
	char *value = strtok_r(values, blanks, &values_left);

	while (word && value) {
		if (!strcmp(word, name))
			return strtoull(value, NULL, 10);
		word = strtok_r(NULL, blanks, &names_left);
		value = strtok_r(NULL, blanks, &values_left);
	}
	return 0;
}

/* The first two lines are those of TcpExt: its names, and their values. */
uint64_t netstat_read(const char *name)
{
	FILE *file = fopen("/proc/net/netstat", "re");
	char *names = NULL, *values = NULL;
	size_t room[2] = { 0 };
	uint64_t value = 0;

	if (!file)
		return 0;

	if (getline(&names, &room[0], file) > 0 &&
	    getline(&values, &room[1], file) > 0)
		value = value_of(names, values, name);
	free(names);
	free(values);
	fclose(file);
	return value;
}
