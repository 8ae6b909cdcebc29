// SPDX-License-Identifier: GPL-2.0-only
#include "fuzz/quoted_printable.h"

#include <string.h>

#define ADDRESS "=3D0x"

bool is_quoted_printable(const char *text, size_t size)
{
	return memmem(text, size, ADDRESS, strlen(ADDRESS));
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of a line end that `=` takes away, blanks before it included; 0 if none follows. */
static size_t soft_break(const char *text, size_t left)
{
	size_t i = 0;
	while (i < left && (text[i] == ' ' || text[i] == '\t'))
		i++;
	if (i < left && text[i] == '\r')
		i++;
	return i < left && text[i] == '\n' ? i + 1 : 0;
}

void quoted_printable_decode(const char *text, size_t size, struct tracked *to)
{
	for (size_t i = 0; i < size;) {
		size_t left = size - i - 1, skip;
		if (text[i] != '=') {
			tracked_put(to, text[i], i);
			i++;
		} else if (left >= 2 && digit(text[i + 1]) >= 0 && digit(text[i + 2]) >= 0) {
			tracked_put(to, (char)(digit(text[i + 1]) << 4 | digit(text[i + 2])), i);
			i += 3;
		} else if ((skip = soft_break(text + i + 1, left))) {
			i += 1 + skip;
		} else {
			tracked_put(to, text[i], i);
			i++;
		}
	}
	tracked_end(to, size);
}
