// SPDX-License-Identifier: GPL-2.0
#include <stdlib.h>

#include "array.h"
#include "output.h"

void *array_grow(void *array, size_t count, size_t *room, size_t size)
{
	size_t wanted = *room ? 2 * *room : 4;

	if (count < *room)
		return array;

	array = reallocarray(array, wanted, size);
	if (array)
		*room = wanted;
	else
		out_of_memory();
	return array;
}
