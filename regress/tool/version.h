// SPDX-License-Identifier: GPL-2.0-only
/* Which vmapdiff this is. */
#ifndef REGRESS_TOOL_VERSION_H
#define REGRESS_TOOL_VERSION_H

#include <stdbool.h>
#include <stdio.h>

/* The release, as project() in CMakeLists.txt has it. Made when the build is configured. */
extern const char tool_release[];

/*
 * The commit that was built, with "-dirty" if files differ from it. Made by
 * each build (commit.cmake), and linked into the tool alone: in programs with a
 * mapper of their own, such as mutants, it is not there. "" without git.
 */
extern const char tool_commit[] __attribute__((weak));

/* Whether this program is vmapdiff itself, and not one with a mapper of its own. */
bool is_the_tool(void);

/* The commit; "" where it is not known. Static. */
const char *version_commit(void);

/* Prints the line of --version: release, commit and compiler. */
void print_version(FILE *to);

#endif
