// SPDX-License-Identifier: GPL-2.0-only
/* Random calls of the mapper in a guest. */
#ifndef ORACLE_MMU_GUEST_CALLS_H
#define ORACLE_MMU_GUEST_CALLS_H

#include "mapper/machine/machine.h"
#include "oracle/mmu/guest/layout.h"

/* Forgets all areas. The layout and the machine, which is empty, are kept, not copied. */
void calls_open(const struct layout *layout, struct machine *machine);

/* Lays the linear map, which no mapper does, and then a call by the mapper. Returns its name. */
const char *calls_lay_linear(void);

/* One call. Returns its name. */
const char *calls_make(void);

#endif
