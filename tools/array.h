/* SPDX-License-Identifier: GPL-2.0 */
/* Arrays that grow. */
#ifndef DSRCTL_ARRAY_H
#define DSRCTL_ARRAY_H

#include <stddef.h>

/* Room in @array, which has @count items of @size bytes, for one more.  @room: for
 * how many it has room; 0 at first, when @array is NULL.
 * Returns the array, which may have moved; NULL, reported: there is no memory, and
 * @array is as it was.
 */
void *array_grow(void *array, size_t count, size_t *room, size_t size);

#endif /* DSRCTL_ARRAY_H */
