// SPDX-License-Identifier: GPL-2.0-only
#ifndef REGRESS_TOOL_BARRIER_H
#define REGRESS_TOOL_BARRIER_H

/* The instruction of an enum barrier, such as "dsb ish". */
const char *barrier_name(unsigned barrier);

#endif
