// SPDX-License-Identifier: GPL-2.0-only
/*
 * Results as the kernel's own tests print theirs: KTAP version 1
 * (Documentation/dev-tools/ktap.rst), a test for each scenario.
 */
#ifndef REGRESS_TOOL_KTAP_H
#define REGRESS_TOOL_KTAP_H

#include <stdbool.h>
#include <stdio.h>

/* Begins a report of `tests` tests. */
void ktap_begin(FILE *to, unsigned tests);

/*
 * Test `number`, from 1. What is to be said of it goes before as diagnostic
 * lines: `words`, of several lines, or "".
 */
void ktap_test(FILE *to, unsigned number, bool passed, const char *name, const char *words);

/* The last line, as the kernel's selftests have it: how many passed, failed, and could not be run. */
void ktap_end(FILE *to, unsigned passed, unsigned failed, unsigned errors);

#endif
