// SPDX-License-Identifier: GPL-2.0-only
/*
 * Property: as for vmap(), but always in single pages; and vm_unmap_ram()
 * takes away what vm_map_ram() mapped, without a TLBI of its own.
 */
#include "fuzz/harness.h"

HARNESS_TARGET(PROFILE_VM_MAP_RAM)
