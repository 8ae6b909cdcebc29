/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef VMAPDIFF_LEAK_ROOTS_H
#define VMAPDIFF_LEAK_ROOTS_H

/*
 * Tells LeakSanitizer, where it is linked in, as the process exits, where static memory may have
 * pointers: in the pages that were touched. Call it once, first in main(). A program that has this file
 * linked in and does not call it is said to leak what only static memory points to.
 */
void leak_roots_at_exit(void);

#endif
