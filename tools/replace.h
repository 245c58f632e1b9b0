/* SPDX-License-Identifier: GPL-2.0 */
#ifndef DSRCTL_REPLACE_H
#define DSRCTL_REPLACE_H

#include <stdio.h>

#include "dsrctl.h"

typedef void write_file(FILE *file, const void *from);

/* Puts what @write writes in the place of the file @path, which whoever reads it
 * finds as it was before or whole, and which everybody may read.  What is there
 * and is no regular file, such as a link or a device, is left, and reported.
 */
enum status file_replace(const char *path, write_file *write,
			 const void *from);

#endif /* DSRCTL_REPLACE_H */
