// SPDX-License-Identifier: GPL-2.0-only
#ifndef REGRESS_TOOL_VERSION_H
#define REGRESS_TOOL_VERSION_H

/* The version of the project, N.N.N, from project() in CMakeLists.txt. */
extern const char tool_version[];

#endif
