// SPDX-License-Identifier: GPL-2.0-only
#include "mapper/machine/poison.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

/* In pieces of this, so that a process that needs little memory starts soon. */
#define OPEN_BYTES ((size_t)1 << 20)

size_t open_poisoned(void *base, size_t opened, size_t bytes, const char *message)
{
	for (; opened < bytes; opened += OPEN_BYTES) {
		void *piece = (char *)base + opened;
		if (mprotect(piece, OPEN_BYTES, PROT_READ | PROT_WRITE)) {
			perror(message);
			_Exit(2);
		}
		poison(piece, OPEN_BYTES);
	}
	return opened;
}
