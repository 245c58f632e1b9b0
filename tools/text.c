// SPDX-License-Identifier: GPL-2.0
#include <stdarg.h>
#include <stdio.h>

#include "text.h"

const char *fill(char *buf, const char *format, ...)
{
	va_list values;

	va_start(values, format);
	vsnprintf(buf, TEXT_LEN, format, values);
	va_end(values);
	return buf;
}
