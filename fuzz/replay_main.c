// SPDX-License-Identifier: GPL-2.0-only
/* The main of a fuzz target where there is no engine: plays the files it is given. */
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_INPUT (8u << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int argc, char **argv)
{
	uint8_t *data = malloc(MAX_INPUT);
	for (int i = 1; data && i < argc; i++) {
		FILE *file = fopen(argv[i], "rb");
		if (!file) {
			fprintf(stderr, "%s: cannot open: %s\n", argv[i], strerror(errno));
			free(data);
			return 2;
		}
		size_t size = fread(data, 1, MAX_INPUT, file);
		fclose(file);
		LLVMFuzzerTestOneInput(data, size);
	}
	free(data);
	printf("played %d inputs; no finding\n", argc - 1);
	return 0;
}
