// SPDX-License-Identifier: GPL-2.0-only
/* Which vmapdiff this is. */
#ifndef REGRESS_TOOL_VERSION_H
#define REGRESS_TOOL_VERSION_H

#include <stdio.h>

/* The release, as project() in CMakeLists.txt has it. Made when the build is configured. */
extern const char tool_release[];

/*
 * The commit that was built, with "-dirty" if files differ from it. Made by
 * each build (commit.cmake), and linked into the tool alone: in programs with a
 * mapper of their own, such as mutants, it is not there. "" without git.
 */
extern const char tool_commit[] __attribute__((weak));

/* Prints the line of --version: release, commit and compiler. */
void print_version(FILE *to);

#endif
