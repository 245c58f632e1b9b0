// SPDX-License-Identifier: GPL-2.0
/* A tool that is built with the sanitizers, and has what they are to find. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int main(int argc, char **argv)
{
	char *heap = malloc(argc);
	int sum = INT_MAX;

	if (argc < 2 || !heap)
		return 2;
	if (!strcmp(argv[1], "undefined"))
		sum += argc;
	if (!strcmp(argv[1], "address"))
		heap[argc] = (char)sum;
	free(heap);
	return sum == 0;
}
