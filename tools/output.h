/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one print path: what is answered is printed by the same calls as text or
 * as JSON, what failed is said in one line on standard error.
 */
#ifndef DSRCTL_OUTPUT_H
#define DSRCTL_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "dsrctl.h"

#define FORMAT(position, values) \
	__attribute__((format(printf, position, values)))

/* Lists hold items and an item holds values, lists and items.  @key names the
 * thing in JSON: NULL for the outermost list and for the items of a list.  As
 * text an item begins a line, indented under the item that it is in.  An item
 * in no list is JSON of its own, on one line: so are endless answers written.
 */
void out_list_open(const char *key);
void out_list_close(void);
void out_item_open(const char *key);
void out_item_close(void);

/* An item of JSON whose text stands in the line of the one that it is in. */
void out_part_open(const char *key);
void out_part_close(void);

/* @key for JSON, a printf @format for text; NULL: not printed in that one. */
void out_string(const char *key, const char *format, const char *value);
void out_number(const char *key, const char *format, uint64_t value);
void out_decimal(const char *key, double value);	/* JSON alone, to 0.001 */
void out_bool(const char *key, const char *text, bool value);

/* Goes on in a new line of text within the same item. */
void out_line(void);

/* Ends the output; returns @status, or REFUSED when not all could be written.
 */
enum status out_end(enum status status);

/* Where the words stand that messages are about; @file NULL: nowhere in a file. */
void out_where(const char *file, unsigned int line);

enum status usage_error(const char *format, ...) FORMAT(1, 2);
enum status refused(const char *format, ...) FORMAT(1, 2);
enum status out_of_memory(void);
void warn(const char *format, ...) FORMAT(1, 2);

#endif /* DSRCTL_OUTPUT_H */
