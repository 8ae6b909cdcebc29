// SPDX-License-Identifier: GPL-2.0-only
#include "regress/tool/barrier.h"

#include "mapper/machine/assert.h"
#include "mapper/machine/event.h"

const char *barrier_name(unsigned barrier)
{
	static const char *const names[] = {
		[BARRIER_DMB_ISHST] = "dmb ishst", [BARRIER_DSB_ISHST] = "dsb ishst",
		[BARRIER_DSB_ISH] = "dsb ish",     [BARRIER_ISB] = "isb",
		[BARRIER_DSB_NSHST] = "dsb nshst", [BARRIER_DSB_NSH] = "dsb nsh",
	};
	ASSERT_CMP(barrier, <, sizeof(names) / sizeof(*names));
	return names[barrier];
}
