// SPDX-License-Identifier: GPL-2.0-only
/* A finding as a page for a browser, which needs nothing but itself. */
#ifndef REGRESS_TOOL_PICTURE_H
#define REGRESS_TOOL_PICTURE_H

#include "fuzz/player.h"

/*
 * Writes the page of the prepared scenario: every mapper's address space
 * after `ops` ops, the page array of the last of them, and, if a rule broke,
 * the verdict and its call's events. False after a message.
 */
bool picture_write(struct player *p, const struct scenario *s, uint32_t ops,
		   const struct verdict *verdict, const char *path);

#endif
