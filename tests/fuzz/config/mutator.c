// SPDX-License-Identifier: GPL-2.0
/*
 * Calls the target with lines, words and bytes of files, changed and mixed: all
 * goes by the seed, so that what was found is found again.
 *
 * usage: mutator SECONDS SEED FILE...
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sanitizer/common_interface_defs.h>
#include <sanitizer/lsan_interface.h>

#include "../../lib/dice.h"
#include "target.h"

#define TEXT_MAX 8192
#define LINES_MAX 4096
#define INPUT "input"		/* what is left of a run that failed */

static char *lines[LINES_MAX];
static size_t line_count;
static char text[TEXT_MAX];
static size_t text_len;
static struct dice dice;

static size_t roll(size_t sides)
{
	return dice_below(&dice, sides);
}

static void file_read(const char *path)
{
	FILE *file = fopen(path, "re");
	size_t size = 0;

	if (!file) {
		perror(path);
		exit(2);
	}
	while (line_count < LINES_MAX &&
	       getline(&lines[line_count], &size, file) > 0) {
		line_count++;
		size = 0;
	}
	free(lines[line_count]);
	lines[line_count] = NULL;
	fclose(file);
}

static void text_add(const char *bytes, size_t len)
{
	if (len > TEXT_MAX - text_len)
		len = TEXT_MAX - text_len;
	memcpy(text + text_len, bytes, len);
	text_len += len;
}

/* A word of any line, with the blank before it. */
static void word_add(void)
{
	const char *line = lines[roll(line_count)];
	size_t at = roll(strlen(line));

	while (at && line[at] != ' ')
		at--;
	text_add(" ", 1);
	text_add(line + at, 1 + strcspn(line + at + 1, "\n "));
}

static void number_add(void)
{
	static const char *const numbers[] = {
		"0", "1", "-1", "32", "33", "128", "129", "255", "65535",
		"65536", "2147483648", "4294967295", "4294967296",
		"18446744073709551616", "/", ":", "-", "[", "]", "\xff", "#",
	};
	const char *number = numbers[roll(ARRAY_SIZE(numbers))];

	text_add(number, strlen(number));
}

/* A line up to somewhere, something else, and its end. */
static void line_change(const char *line)
{
	size_t at = roll(strlen(line));

	text_add(line, at);
	switch (roll(5)) {
	case 0:
		word_add();
		break;
	case 1:
		number_add();
		break;
	case 2:
		text_add((char []){ roll(256) }, 1);
		break;
	case 3:
		at += strcspn(line + at, "\n ");	/* the word's end goes */
		break;
	case 4:
		text_add(line + roll(at + 1), strlen(line) - at);
		break;
	}
	text_add(line + at, strlen(line) - at);
}

static void text_make(void)
{
	size_t first = roll(line_count), count = 1 + roll(24);

	text_len = 0;
	for (size_t i = 0; i < count; i++) {
		const char *line = lines[(first + i) % line_count];

		if (!roll(8))
			line = lines[roll(line_count)];
		if (roll(6))
			text_add(line, strlen(line));
		else
			line_change(line);
	}
}

/* The sanitizers call it before they end the process. */
static void input_keep(void)
{
	FILE *file = fopen(INPUT, "we");

	if (!file)
		return;
	fwrite(text, 1, text_len, file);
	fclose(file);
}

int main(int argc, char **argv)
{
	FILE *told = fdopen(dup(STDOUT_FILENO), "w");
	time_t end = time(NULL) + (argc > 1 ? atoi(argv[1]) : 0);
	unsigned long runs;

	if (argc < 4)
		return 2;
	dice.state = strtoull(argv[2], NULL, 0);
	for (int i = 3; i < argc; i++)
		file_read(argv[i]);

	/* The tool's own words; the sanitizers write to the descriptor. */
	stderr = fopen("/dev/null", "we");
	stdout = freopen("/dev/null", "we", stdout);
	__sanitizer_set_death_callback(input_keep);
	for (runs = 0; time(NULL) < end; runs++) {
		text_make();
		LLVMFuzzerTestOneInput((uint8_t *)text, text_len);
	}
	fprintf(told, "# figures: files=%lu requests=%lu seed=%s\n", runs,
		messages, argv[2]);
	fclose(told);
	return __lsan_do_recoverable_leak_check();
}
