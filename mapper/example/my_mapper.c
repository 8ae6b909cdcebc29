// SPDX-License-Identifier: GPL-2.0-only
/* A vmap() by single pages of 4K, for 48-bit addresses; calls not named here are the rig's own. */
#include <errno.h>
#include <mapper/mapper.h>

static int map_page(struct machine *m, struct outcome *o, uint64_t va, uint64_t pfn, uint64_t bits)
{
	table_t table = MACHINE_ROOT;
	for (int level = 0; level < 3; level++) {
		uint32_t index = va >> (39 - 9 * level) & 511;
		uint64_t entry = machine_load(m, table, index);
		if (!entry) {
			table_t child = machine_alloc_table(m);
			if (child == MACHINE_NO_TABLE)
				return -ENOMEM;
			entry = machine_table_pfn(m, child) << 12 | 3;
			machine_barrier(m, BARRIER_DMB_ISHST);
			machine_store(m, table, index, 1, entry, 0);
			o->modified |= MODIFIED_LEVEL(level);
		}
		if (!(entry & 2))
			return -EBUSY; /* a block */
		table = machine_table_at(m, entry << 16 >> 28);
	}
	if (machine_load(m, table, va >> 12 & 511))
		return -EBUSY;
	if (!PAGE_IS_PFN(pfn))
		return pfn == PAGE_HOLE ? -ENOMEM : -EINVAL;
	machine_store(m, table, va >> 12 & 511, 1, pfn << 12 | bits, 0);
	o->modified |= MODIFIED_LEVEL(3);
	return 0;
}

static int my_vmap(struct address_space *space, const struct call *call, struct outcome *out)
{
	/* What differs from PAGE_KERNEL: AP[2] and [1], AttrIndx, nG, AF, a bit of software, UXN. */
	static const uint64_t differ[PROT_COUNT] = { 0,     0x80,      0,     0x8,
						     0x10,  0x4,       0xc,   0x800,
						     0x400, 1ul << 56, 0x840, 1ul << 54 | 0x8c0 };
	uint64_t bits = (UINT64_C(3) << 53 | 0x703) ^ differ[call->prot];
	int error = 0;
	for (size_t i = 0; i < call->pages.count && !error; i++) {
		uint64_t at = call->va + (i << 12);
		error = map_page(space->machine, out, at, call->pages.page[i], bits);
		if (error && !space->machine->alloc_failed)
			machine_warn(space->machine, at);
	}
	machine_barrier(space->machine, BARRIER_DSB_ISHST);
	machine_barrier(space->machine, BARRIER_ISB);
	machine_flush_cache(space->machine, CACHE_FLUSH_VMAP, call->va, call->bytes);
	return error && space->policy->series == POLICY_PRIOR ? -ENOMEM : error;
}

static bool my_machine(const struct machine_config *config)
{
	return config->page_shift == 12 && config->va_bits == 48 && !config->table_bits;
}

const struct mapper mapper_under_test = {
	.name = "mine",
	.kind = MAPPER_PAGES,
	.call = { [CALL_VMAP] = my_vmap },
	.has_machine = my_machine,
};
