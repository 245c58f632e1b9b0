// SPDX-License-Identifier: GPL-2.0
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/signalfd.h>

#include <curses.h>
#include <term.h>

#include "columns.h"
#include "output.h"
#include "sample.h"
#include "screen.h"

static const char *const help[] = {
	"q             end",
	"up, down      scroll, by pages with page up and page down;",
	"              home and end: the first and the last rows",
	"s, >          sort by the next column",
	"<             sort by the column before it",
	"r             reverse the order",
	"b             with or without backends",
	"space         pause, go on",
	"h             this help; any key leaves it",
	"",
	"STATE         of a service: how many of its backends are up",
	"PACKETS/s     forwarded; BYTES/s from the IP header on",
	"FLOWS/s       new flows",
	"ACTIVE        flows now",
	"",
	"1k is 1000, 1M 1000k, 1G 1000M.  Packets are dropped by the network",
	"namespace, not by a service: the drops' reasons are in the second line.",
};

static struct {
	struct samples samples;
	struct order order;
	unsigned int seconds;
	size_t from;		/* the first row that is shown */
	int page;		/* how many rows are */
	bool paused;
	bool help;
	bool done;
	FILE *said;		/* what was said on standard error meanwhile */
	int error;		/* standard error itself */
	int signals;
} screen;

/* Messages would be written over the picture, and be gone with it. */
static void stderr_hold(void)
{
	int said = memfd_create("dsrctl", MFD_CLOEXEC);

	screen.error = dup(STDERR_FILENO);
	screen.said = said < 0 ? NULL : fdopen(said, "r+");
	if (screen.said && screen.error >= 0)
		dup2(said, STDERR_FILENO);
}

static void stderr_release(void)
{
	int c;

	if (screen.error >= 0)
		dup2(screen.error, STDERR_FILENO);
	close(screen.error);
	if (!screen.said)
		return;

	rewind(screen.said);
	while ((c = getc(screen.said)) != EOF)
		putc(c, stderr);
	fclose(screen.said);
}

/* They are waited for like keys, so that none comes at a bad moment. */
static bool signals_open(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGQUIT);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGWINCH);
	sigprocmask(SIG_BLOCK, &set, NULL);
	screen.signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return screen.signals >= 0;
}

/* All of them end it but the one about the terminal's size. */
static void signals_take(void)
{
	struct signalfd_siginfo info;

	while (read(screen.signals, &info, sizeof(info)) == sizeof(info))
		if (info.ssi_signo != SIGWINCH)
			screen.done = true;
}

static enum status screen_open(void)
{
	const char *name = getenv("TERM");
	SCREEN *term;

	if (!signals_open())
		return refused("signals: %s", strerror(errno));

	term = name && *name ? newterm(NULL, stdout, stdin) : NULL;
	if (term && !cursor_address) {
		endwin();
		term = NULL;
	}
	if (!term)
		return refused("terminal \"%s\" can't do this: -b NUMBER prints so many samples",
			       name ?: "");

	cbreak();
	noecho();
	nodelay(stdscr, true);
	keypad(stdscr, true);
	curs_set(0);
	stderr_hold();
	return DONE;
}

static void screen_close(void)
{
	endwin();
	stderr_release();
}

/* As the terminal says and not the environment, which doesn't change. */
static void size_update(void)
{
	struct winsize size;

	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_row &&
	    size.ws_col && is_term_resized(size.ws_row, size.ws_col))
		resizeterm(size.ws_row, size.ws_col);
}

static void help_draw(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(help); i++)
		mvaddnstr(i, 0, help[i], COLS);
}

/* Few lines leave room for few headings; at least for one. */
static int headings_draw(void)
{
	int count = (LINES - 1) / 2 ?: 1;
	char line[LINE_LEN];
	int i;

	for (i = 0; i < HEADINGS && i < count; i++) {
		heading_format(&screen.samples.now, i, line);
		mvaddnstr(i, 0, line, COLS);
	}
	if (i == HEADINGS)
		addnstr(screen.paused ? "; paused" : "; h for help",
			COLS - getcurx(stdscr));
	return i;
}

static int titles_draw(const struct layout *layout, int y)
{
	char line[LINE_LEN];

	if (LINES < 3)
		return y;

	titles_format(layout, &screen.order, line);
	mvaddnstr(y, 0, line, COLS);
	mvchgat(y, 0, -1, A_REVERSE, 0, NULL);
	return y + 1;
}

static void rows_draw(const struct layout *layout, const struct row **rows,
		      size_t count, int y)
{
	char line[LINE_LEN];

	screen.page = LINES - y;
	if (screen.from + screen.page > count)
		screen.from = count > (size_t)screen.page ?
			      count - screen.page : 0;

	for (size_t i = screen.from; i < count && y < LINES; i++, y++) {
		row_format(layout, rows[i], line);
		mvaddnstr(y, 0, line, COLS);
		if (!is_backend(rows[i]))
			mvchgat(y, 0, -1, A_BOLD, 0, NULL);
	}
}

static enum status screen_draw(void)
{
	struct layout layout = layout_fit(COLS, &screen.samples.now);
	const struct row **rows;
	size_t count;

	rows = rows_sort(&screen.samples.now, &screen.order, &count);
	if (!rows)
		return out_of_memory();

	erase();
	if (screen.help)
		help_draw();
	else
		rows_draw(&layout, rows, count,
			  titles_draw(&layout, headings_draw()));
	refresh();
	free(rows);
	return DONE;
}

static void scroll_by(long rows)
{
	if (rows < 0 && screen.from < (size_t)-rows)
		screen.from = 0;
	else
		screen.from += rows;
}

static void sort_by(int step)
{
	screen.order.by = (screen.order.by + COLUMNS + step) % COLUMNS;
	screen.from = 0;
}

/* Beyond the last row there is nothing: it is put right where it is drawn. */
static void move_key(int key)
{
	switch (key) {
	case KEY_UP:
		scroll_by(-1);
		break;
	case KEY_DOWN:
		scroll_by(1);
		break;
	case KEY_PPAGE:
		scroll_by(-screen.page);
		break;
	case KEY_NPAGE:
		scroll_by(screen.page);
		break;
	case KEY_HOME:
		screen.from = 0;
		break;
	case KEY_END:
		screen.from = screen.samples.now.rows_count;
		break;
	}
}

static void key_take(int key)
{
	switch (key) {
	case 'q':
	case 'Q':
		screen.done = true;
		break;
	case 's':
	case '>':
	case '.':
		sort_by(1);
		break;
	case '<':
	case ',':
		sort_by(-1);
		break;
	case 'r':
		screen.order.reverse = !screen.order.reverse;
		break;
	case 'b':
		screen.order.backends = !screen.order.backends;
		break;
	case ' ':
		screen.paused = !screen.paused;
		break;
	case 'h':
	case '?':
		screen.help = true;
		break;
	case 'L' & 0x1f:
		clearok(curscr, true);
		break;
	default:
		move_key(key);
	}
}

static void keys_take(void)
{
	int key;

	while ((key = getch()) != ERR)
		if (screen.help && key != 'q')
			screen.help = false;
		else
			key_take(key);
}

static double seconds_left(void)
{
	return screen.samples.now.at + screen.seconds - clock_now();
}

/* Until a key, a signal, or the time of the next sample. */
static void screen_wait(void)
{
	struct pollfd fds[] = {
		{ .fd = STDIN_FILENO, .events = POLLIN },
		{ .fd = screen.signals, .events = POLLIN },
	};
	double left = seconds_left();
	int timeout = left > 0 ? 1000 * left + 1 : 0;

	poll(fds, ARRAY_SIZE(fds), screen.paused ? -1 : timeout);
	if (fds[0].revents & (POLLHUP | POLLERR | POLLNVAL))
		screen.done = true;
	signals_take();
	size_update();
	keys_take();
}

static enum status screen_loop(void)
{
	enum status status = samples_next(&screen.samples);

	while (status == DONE && !screen.done) {
		size_update();
		status = screen_draw();
		if (status != DONE)
			break;
		screen_wait();
		if (!screen.paused && !screen.done && seconds_left() <= 0)
			status = samples_next(&screen.samples);
	}
	return status;
}

enum status screen_run(unsigned int seconds)
{
	enum status status;

	screen.seconds = seconds;
	screen.order = (struct order){
		.by = COLUMN_PACKETS, .backends = true,
	};
	status = screen_open();
	if (status != DONE)
		return status;

	status = screen_loop();
	screen_close();
	samples_free(&screen.samples);
	return status;
}
