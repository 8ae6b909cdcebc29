// SPDX-License-Identifier: GPL-2.0-only
/* A guest that answers questions: the host leaves tables and addresses in its RAM. */
#include "oracle/mmu/guest/guest.h"

int guest_main(void)
{
	struct guest_mailbox *box = (struct guest_mailbox *)GUEST_MAILBOX;
	uint64_t answered = 0;
	__atomic_store_n(&box->ready, 1, __ATOMIC_RELEASE);
	for (;;) {
		if (__atomic_load_n(&box->asked, __ATOMIC_ACQUIRE) == answered) {
			__asm__ volatile("yield");
			continue;
		}
		guest_mmu(box->mair, box->tcr, box->ttbr1);
		mmu_ask((const uint64_t *)GUEST_QUESTIONS, (uint64_t *)GUEST_ANSWERS, box->count);
		__atomic_store_n(&box->answered, ++answered, __ATOMIC_RELEASE);
	}
}
